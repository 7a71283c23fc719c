/* Plans: see planning.h. */
#include "studio/planning.h"

#include "studio/routes.h"

#include <stddef.h>
#include <string.h>

/* ---------------------------------------------------------------- what is asked */

static const char *const doings[RAY_DO_COUNT] = {
    [RAY_DO_UP] = "up",
    [RAY_DO_DOWN] = "down",
    [RAY_DO_PUSH] = "push",
    [RAY_DO_GENERATE] = "generate",
};

static bool
is_texts(const json_t *list)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (!json_is_string(json_array_get(list, i)))
            return false;
    return true;
}

static bool
check_wish(struct ray_wish *wish, struct ray_err *err)
{
    bool counted;

    wish->doing = RAY_DO_COUNT;
    for (int i = 0; i < RAY_DO_COUNT; i++)
        if (strcmp(doings[i], wish->what) == 0)
            wish->doing = (enum ray_doing)i;
    if (wish->doing == RAY_DO_COUNT)
        return ray_err_set(err, RAY_USAGE,
                           "\"do\" is none of \"up\", \"down\", \"push\", \"generate\"");
    counted = wish->doing == RAY_DO_UP || wish->doing == RAY_DO_DOWN;
    if (!counted && (wish->n >= 0 || wish->to != NULL))
        return ray_err_set(err, RAY_USAGE, "\"n\" and \"to\" are for up and down");
    if (wish->n >= 0 && wish->to != NULL)
        return ray_err_set(err, RAY_USAGE, "\"n\" and \"to\" are both given");
    if (counted && (wish->rename != NULL || wish->dropped != NULL))
        return ray_err_set(err, RAY_USAGE, "\"rename\" and \"dropped\" are for push and generate");
    if (wish->doing != RAY_DO_GENERATE && wish->name != NULL)
        return ray_err_set(err, RAY_USAGE, "\"name\" is for generate");
    if (!is_texts(wish->rename) || !is_texts(wish->dropped))
        return ray_err_set(err, RAY_USAGE, "\"rename\" or \"dropped\" holds what is no text");
    wish->extent.to = wish->to;
    wish->extent.count = wish->to != NULL             ? -1
                         : wish->n >= 0               ? wish->n
                         : wish->doing == RAY_DO_DOWN ? 1
                                                      : -1;
    return true;
}

bool
ray_wish_read(struct ray_request *request, bool runs, struct ray_wish *out, struct ray_err *err)
{
    static const struct ray_field fields[] = {
        {"plan", RAY_FIELD_TEXT, true, offsetof(struct ray_wish, plan)},
        {"confirm", RAY_FIELD_TEXT, false, offsetof(struct ray_wish, confirm)},
        {"do", RAY_FIELD_TEXT, true, offsetof(struct ray_wish, what)},
        {"n", RAY_FIELD_INT, false, offsetof(struct ray_wish, n)},
        {"to", RAY_FIELD_TEXT, false, offsetof(struct ray_wish, to)},
        {"name", RAY_FIELD_TEXT, false, offsetof(struct ray_wish, name)},
        {"request", RAY_FIELD_NAME, false, offsetof(struct ray_wish, request)},
        {"rename", RAY_FIELD_ARRAY, false, offsetof(struct ray_wish, rename)},
        {"dropped", RAY_FIELD_ARRAY, false, offsetof(struct ray_wish, dropped)},
        {NULL, RAY_FIELD_ANY, false, 0},
    };
    enum { OF_RUNS = 2 }; /* the first ones */

    memset(out, 0, sizeof(*out));
    out->n = -1;
    return ray_request_fields(request->body, runs ? fields : fields + OF_RUNS, out, err) &&
           check_wish(out, err);
}

static ray_strings
strings_of(struct ray_arena *arena, const json_t *list)
{
    ray_strings strings = {0};

    for (size_t i = 0; i < json_array_size(list); i++)
        *ray_vec_add(arena, &strings) = json_string_value(json_array_get(list, i));
    return strings;
}

/* ---------------------------------------------------------------- plans */

static bool
plan_migrations(struct ray_operation *operation, const struct ray_wish *wish,
                struct ray_planning *out)
{
    struct ray_project *project = &operation->project;
    enum ray_direction direction = wish->doing == RAY_DO_UP ? RAY_UP : RAY_DOWN;
    struct ray_session_options options;
    struct ray_session session;
    ray_selection selection = {0};
    bool ok;

    ray_session_options_init(&options);
    ray_session_init(&session, project, &options);
    ok = ray_session_preview(&session, direction, &wish->extent, NULL, &selection);
    if (ok) {
        json_t *migrations;

        out->document = ray_session_json(&session, true);
        migrations = json_object_get(out->document, "migrations");
        for (size_t i = 0; i < selection.len; i++)
            *ray_vec_add(project->arena, &out->tags) = ray_arena_strdup(project->arena,
                                                                        selection.items[i].name);
        /* To go down undoes what was done to rows, too. */
        if (direction == RAY_UP
                ? ray_hazards_add(operation, &session.folder, &selection, migrations)
                : selection.len > 0)
            out->confirm = "";
    }
    ray_session_close(&session);
    return ok;
}

static bool
plan_push(struct ray_operation *operation, const struct ray_wish *wish, struct ray_planning *out)
{
    struct ray_project *project = &operation->project;

    (void)wish;
    if (!ray_push_plan(project, &out->push))
        return false;
    out->document = ray_push_json(project->arena, &out->push, true);
    ray_json_set_bool(out->document, "loses_data", out->push.planned.up.loses_data);
    if (out->push.planned.up.loses_data)
        out->confirm = "";
    return true;
}

static bool
plan_generate(struct ray_operation *operation, const struct ray_wish *wish,
              struct ray_planning *out)
{
    struct ray_project *project = &operation->project;
    const struct ray_generate_options options = {.name = wish->name, .dry_run = true};
    struct ray_generated generated = {0};

    if (!ray_generate(project, &options, &generated))
        return false;
    out->document = ray_generated_json(project->arena, &generated);
    return true;
}

static bool (*const planners[RAY_DO_COUNT])(struct ray_operation *operation,
                                            const struct ray_wish *wish,
                                            struct ray_planning *out) = {
    [RAY_DO_UP] = plan_migrations,
    [RAY_DO_DOWN] = plan_migrations,
    [RAY_DO_PUSH] = plan_push,
    [RAY_DO_GENERATE] = plan_generate,
};

/* ---------------------------------------------------------------- the token */

static void
hash_text(struct ray_hash *hash, const char *text)
{
    ray_hash_add(hash, text == NULL ? "" : text, text == NULL ? 1 : strlen(text) + 1);
}

static void
hash_json(struct ray_hash *hash, const json_t *value)
{
    char *text = value == NULL ? NULL : json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);

    hash_text(hash, text);
    (free)(text); /* jansson's own */
}

/* All that decides what would run, and where. */
static void
set_token(struct ray_operation *operation, const struct ray_wish *wish, struct ray_planning *out)
{
    static const char *const keys[] = {"migrations", "sql", "up", "down", "name"};
    const struct ray_conn_options *database = &operation->request->studio->options.database;
    struct ray_hash *hash = ray_hash_begin();

    hash_text(hash, wish->what);
    hash_text(hash, database->url);
    hash_text(hash, database->database);
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        hash_text(hash, keys[i]);
        hash_json(hash, json_object_get(out->document, keys[i]));
    }
    ray_hash_end(hash, out->token);
}

/* The name of what would lose something. */
static bool
name_database(struct ray_operation *operation, const char **out)
{
    struct ray_conn *conn;

    if (!ray_project_connect(&operation->project, &conn))
        return false;
    *out = ray_arena_strdup(operation->project.arena, ray_conn_database(conn));
    ray_conn_close(conn);
    return true;
}

bool
ray_planning_make(struct ray_operation *operation, const struct ray_wish *wish,
                  struct ray_planning *out, struct ray_err *err)
{
    struct ray_project *project = &operation->project;

    memset(out, 0, sizeof(*out));
    project->options.renames = strings_of(project->arena, wish->rename);
    project->options.dropped = strings_of(project->arena, wish->dropped);
    if (!planners[wish->doing](operation, wish, out))
        return ray_operation_fail(operation, err);
    set_token(operation, wish, out);
    if (out->confirm != NULL && !name_database(operation, &out->confirm)) {
        json_decref(out->document);
        return ray_operation_fail(operation, err);
    }
    ray_json_set_text(out->document, "do", wish->what);
    ray_json_set_text(out->document, "confirm", out->confirm);
    ray_json_set_text(out->document, "plan", out->token);
    if (json_object_get(out->document, "warnings") == NULL)
        (void)json_object_set(out->document, "warnings", operation->warnings);
    else
        (void)json_array_extend(json_object_get(out->document, "warnings"), operation->warnings);
    return true;
}

bool
ray_studio_plan(struct ray_request *request, struct ray_err *err)
{
    struct ray_operation operation;
    struct ray_planning planning;
    struct ray_wish wish;
    bool ok;

    if (!ray_wish_read(request, false, &wish, err))
        return false;
    ok = ray_operation_open(request, wish.what, wish.request, true, &operation, err) &&
         ray_planning_make(&operation, &wish, &planning, err);
    if (ok)
        ray_reply_json(request, planning.document);
    ray_operation_close(&operation);
    return ok;
}
