/*
 * The proof of an adoption: folder and history are read and held against each other, and what they do not
 * agree on is listed. Nothing is written, and no server is started: without a database there is no proof,
 * and that is said.
 */
#include "cmd/init.h"
#include "project/variables.h"

#include "history/accord.h"

#include <string.h>

struct proof {
    struct ray_app *app;
    json_t *json;
    struct ray_folder folder;
    struct ray_history history;
    struct ray_state state;
    struct ray_accord accord;
};

static bool
leave_out(struct ray_app *app, json_t *json, const char *why, const char *hint)
{
    ray_json_set_bool(json, "done", false);
    ray_json_set_text(json, "why", why);
    ray_term_warn(app->term, "whether database and folder agree was not looked at: %s", why);
    ray_term_say(app->term, "      %s raymig check does it later.", hint);
    return true;
}

/* Which database; *none says why there is none. The embedded server does not count: no Drizzle project
 * has its history there. */
static bool
choose(struct ray_app *app, const char *secret, const char **none)
{
    struct ray_conn_options options;
    bool given = ray_app_option(app, "url") != NULL || ray_variable("RAYMIG_URL") != NULL ||
                 ray_variable("DATABASE_URL") != NULL || ray_libpq_variable() != NULL;

    *none = NULL;
    if (!given && secret != NULL) {
        app->project.database = (struct ray_conn_options){.url = secret,
                                                          .role = "raymig init",
                                                          .connect_timeout = 10};
        app->project.has_database = true;
    } else if (!given && app->project.config.url_fault != NULL) {
        *none = app->project.config.url_fault->message;
    } else if (!given && app->project.config.url == NULL) {
        *none = "no database is configured";
    }
    return *none != NULL || ray_project_database(&app->project, &options);
}

static void
add_discords(struct proof *proof)
{
    struct ray_term *term = proof->app->term;
    json_t *list = json_array();

    for (size_t i = 0; i < proof->accord.discords.len; i++) {
        const struct ray_discord *discord = &proof->accord.discords.items[i];
        json_t *object = json_object();

        ray_json_set_text(object, "migration", discord->name);
        ray_json_set_text(object, "what", discord->what);
        ray_json_set_text(object, "text", discord->text);
        (void)json_array_append_new(list, object);
        if (ray_term_options(term)->json)
            continue;
        ray_term_out(term, "%s  %s  %s: %s\n", ray_term_styled(term, false, RAY_BAD, "problem "),
                     discord->name, discord->what, discord->text);
        ray_term_out(term, "          %s\n", discord->hint);
    }
    (void)json_object_set_new(proof->json, "problems", list);
}

static void
add_doubles(struct proof *proof)
{
    json_t *list = json_array();

    for (size_t i = 0; i < proof->accord.doubles.len; i++) {
        const struct ray_double *twice = &proof->accord.doubles.items[i];
        json_t *object = json_object();

        ray_json_set_text(object, "migration", twice->name);
        ray_json_set_int(object, "rows", (int64_t)twice->rows);
        (void)json_array_append_new(list, object);
        ray_term_warn(proof->app->term,
                      "\"%s\" has %zu rows: Drizzle's runner ran twice at once; raymig "
                      "takes them for one",
                      twice->name, twice->rows);
    }
    (void)json_object_set_new(proof->json, "duplicates", list);
}

static void
add_counts(struct proof *proof)
{
    json_t *counts = json_object();

    for (int i = 0; i < RAY_STANDING_COUNT; i++)
        ray_json_set_int(counts, ray_standing_name((enum ray_standing)i),
                         (int64_t)proof->state.counts[i]);
    (void)json_object_set_new(proof->json, "counts", counts);
}

static void
print(struct proof *proof, bool agree)
{
    struct ray_app *app = proof->app;
    const char *table = ray_history_name(app->arena, &proof->history.place);
    const size_t *n = proof->state.counts;

    ray_json_set_bool(proof->json, "done", true);
    ray_json_set_bool(proof->json, "agree", agree);
    ray_json_set_text(proof->json, "table", table);
    ray_json_set_text(proof->json, "format", proof->folder.format->name);
    ray_json_set_bool(proof->json, "table_exists", proof->history.exists);
    add_counts(proof);
    add_discords(proof);
    add_doubles(proof);
    if (!proof->history.exists && proof->folder.migrations.len > 0)
        ray_term_warn(app->term,
                      "the database has no table %s: nothing was ever applied by Drizzle's "
                      "migrate. Where drizzle-kit push made the objects, raymig baseline TAG says "
                      "so",
                      table);
    if (ray_term_options(app->term)->json)
        return;
    if (agree)
        ray_term_out(app->term, "%s  %s and %s: %zu applied, %zu pending\n",
                     ray_term_styled(app->term, false, RAY_GOOD, "agree   "), proof->folder.path,
                     table, n[RAY_APPLIED], n[RAY_PENDING]);
    else
        ray_term_out(app->term,
                     "%s  %s and %s do not agree: %zu applied, %zu pending, %zu problem%s\n",
                     ray_term_styled(app->term, false, RAY_BAD, "differ  "), proof->folder.path,
                     table, n[RAY_APPLIED], n[RAY_PENDING], proof->accord.discords.len,
                     proof->accord.discords.len == 1 ? "" : "s");
}

static bool
read_state(struct proof *proof, struct ray_conn *conn)
{
    struct ray_app *app = proof->app;
    struct ray_history_place place = {app->project.config.history_schema,
                                      app->project.config.history_table};

    return ray_history_load(conn, app->arena, &place, &proof->history, &app->project.err) &&
           ray_state_build(app->arena, &proof->folder, NULL, &proof->history, &proof->state,
                           &app->project.err) &&
           ray_accord_find(app->arena, &proof->state, &proof->accord, &app->project.err);
}

bool
ray_init_prove(struct ray_app *app, const char *secret, json_t *json, bool *agree)
{
    struct proof proof = {.app = app, .json = json};
    struct ray_conn *conn;
    const char *none;
    bool ok;

    *agree = true;
    if (!ray_project_folder(&app->project, true, &proof.folder))
        return false;
    for (size_t i = 0; i < proof.folder.warnings.len; i++)
        ray_term_warn(app->term, "%s", proof.folder.warnings.items[i]);
    if (!choose(app, secret, &none))
        return false;
    if (none != NULL)
        return leave_out(
            app, json, none,
            "Set it where it is missing; drizzle-kit also reads .env, raymig does not.");
    if (!ray_project_connect(&app->project, &conn)) {
        const char *why = app->project.err.detail == NULL
                              ? app->project.err.message
                              : ray_arena_printf(app->arena, "%s: %s", app->project.err.message,
                                                 app->project.err.detail);
        bool unreachable = app->project.err.code == RAY_UNAVAILABLE;

        if (!unreachable)
            return false;
        ray_err_clear(&app->project.err);
        return leave_out(app, json, why, "Once the database can be reached,");
    }
    ok = read_state(&proof, conn);
    ray_conn_close(conn);
    if (!ok)
        return false;
    *agree = proof.accord.discords.len == 0;
    print(&proof, *agree);
    return true;
}
