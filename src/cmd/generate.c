/* `raymig generate`: the migration that leads from the last one to the Lua schema, proved both ways. */
#include "cmd/generate.h"
#include "cmd/options.h"
#include "project/snapshot_file.h"
#include "project/unchanged.h"

#include "base/file.h"
#include "catalog/kind.h"
#include "catalog/snapshot.h"

#include <string.h>

static const struct ray_option options[] = {
    {"dry-run", '\0', NULL, "print the migration, write nothing", false},
    {"lua", '\0', NULL, "one Lua file of reversible operations instead of SQL", false},
    {"empty", '\0', NULL, "a migration to be written by hand that leaves the schema as it is",
     false},
    {"check", '\0', NULL, "write nothing; exit 3 when schema and migrations disagree", false},
    RAY_RENAME_OPTIONS,
    RAY_SOURCE_OPTIONS,
    {NULL, '\0', NULL, NULL, false},
};

#define BREAKPOINT "\n--> statement-breakpoint\n"

/* ---------------------------------------------------------------- the old state */

static bool
load_old(struct ray_app *app, const struct ray_folder *folder, const struct ray_catalog *new,
         struct ray_catalog **out)
{
    const char *path;

    if (folder->migrations.len == 0)
        return ray_source_load(&app->project, "empty", out);
    path = ray_folder_snapshot(app->arena, folder,
                               &folder->migrations.items[folder->migrations.len - 1], false);
    if (path != NULL) {
        if (!ray_snapshot_read(app->arena, path, out, &app->project.err))
            return false;
        /* Another major version prints the same things otherwise. */
        if (new == NULL || (*out)->version / 10000 == new->version / 10000)
            return true;
    }
    return ray_source_load(&app->project, "migrations", out);
}

/* ---------------------------------------------------------------- the files */

static bool
makes_function(const struct ray_plan *plan)
{
    for (size_t i = 0; i < plan->steps.len; i++)
        if (plan->steps.items[i].to != NULL &&
            strcmp(plan->steps.items[i].to->kind->name, "function") == 0)
            return true;
    return false;
}

const char *
ray_generate_up(struct ray_app *app, const struct ray_plan *plan)
{
    struct ray_buf buf;

    ray_buf_init(&buf, app->arena);
    if (plan->apart)
        ray_buf_add(&buf, "-- raymig: transaction=none\n");
    if (makes_function(plan))
        ray_buf_add(&buf, "SET check_function_bodies = off;" BREAKPOINT);
    ray_planned_script(plan, BREAKPOINT, &buf);
    return buf.data;
}

/* A long bracket that the text does not hold. */
static void
add_lua_text(struct ray_buf *buf, const char *text)
{
    char close[16] = "]]";
    int level = 0;

    while (strstr(text, close) != NULL && level < 10) {
        level++;
        memset(close, '=', sizeof(close) - 1);
        close[0] = ']';
        close[level + 1] = ']';
        close[level + 2] = '\0';
    }
    ray_buf_addf(buf, "[%.*s[\n%s\n]%.*s]", level, "==========", text, level, "==========");
}

const char *
ray_generate_down(struct ray_app *app, const struct ray_planned *planned)
{
    const struct ray_plan *down = &planned->down;
    struct ray_buf buf;

    ray_buf_init(&buf, app->arena);
    if (down->apart)
        ray_buf_add(&buf, "-- raymig: transaction=none\n");
    if (planned->up.loses_data)
        ray_buf_add(
            &buf,
            "-- What the migration lost does not come back: tables and columns come back empty.\n");
    if (down->loses_data)
        ray_buf_add(&buf, "-- Loses the rows of what the migration made.\n");
    ray_buf_add(&buf, "return function(db)\n");
    if (makes_function(down))
        ray_buf_add(&buf, "  db:exec \"SET check_function_bodies = off\"\n");
    for (size_t i = 0; i < down->ddl.statements.len; i++) {
        ray_buf_add(&buf, "  db:exec ");
        add_lua_text(&buf, down->ddl.statements.items[i].sql);
        ray_buf_addc(&buf, '\n');
    }
    ray_buf_add(&buf, "end\n");
    return buf.data;
}

static bool
write_snapshot(struct ray_app *app, const struct ray_catalog *catalog, ray_entries *files)
{
    const char *path;

    if (!ray_snapshot_file_write(&app->project, catalog, &path))
        return false;
    if (path != NULL)
        ray_vec_add(app->arena, files)->name = path;
    return true;
}

/* The texts of the migration: of the up file, and of the down where that is another. */
static bool
write_texts(struct ray_app *app, const struct ray_planned *planned,
            struct ray_new_migration *migration)
{
    if (migration->lua)
        return ray_generate_lua(app, planned, &migration->up);
    migration->up = ray_generate_up(app, &planned->up);
    migration->down = ray_generate_down(app, planned);
    return true;
}

static bool
create(struct ray_app *app, const struct ray_folder *folder,
       const struct ray_new_migration *migration, const struct ray_catalog *catalog,
       ray_entries *files)
{
    if (folder->format->create == NULL) {
        (void)ray_err_set(&app->project.err, RAY_USAGE,
                          "raymig writes no new migrations in the %s layout", folder->format->name);
        return ray_err_hint(&app->project.err,
                            "raymig import turns the folder into raymig's own layout.");
    }
    return folder->format->create(app->arena, folder, migration, files, &app->project.err) &&
           write_snapshot(app, catalog, files);
}

/* ---------------------------------------------------------------- the command */

static json_t *
files_json(const ray_entries *files)
{
    json_t *list = json_array();

    for (size_t i = 0; i < files->len; i++)
        json_array_append_new(list, json_string(files->items[i].name));
    return list;
}

/* What was written; `planned` NULL: nothing was to change. The migration's texts where none was. */
static void
tell_json(struct ray_app *app, const struct ray_planned *planned,
          const struct ray_new_migration *shown, const ray_entries *files)
{
    json_t *result = json_object();

    ray_json_set_bool(result, "ok", true);
    ray_json_set_int(result, "changes", planned == NULL ? 0 : (int64_t)planned->up.steps.len);
    ray_json_set_bool(result, "loses_data", planned != NULL && planned->up.loses_data);
    json_object_set_new(result, "files", files_json(files));
    if (planned != NULL) {
        json_object_set_new(result, "steps_up", ray_planned_json(app->arena, &planned->up));
        json_object_set_new(result, "steps_down", ray_planned_json(app->arena, &planned->down));
    }
    if (shown != NULL) {
        ray_json_set_text(result, "name", shown->name);
        ray_json_set_text(result, "up", shown->up);
        ray_json_set_text(result, "down", shown->down);
    }
    ray_app_print_json(app, result);
}

static void
tell_files(struct ray_app *app, const ray_entries *files)
{
    for (size_t i = 0; i < files->len; i++)
        ray_term_out(app->term, "%s\n", files->items[i].name);
}

static enum ray_code
tell(struct ray_app *app, const struct ray_planned *planned, const struct ray_new_migration *shown,
     const ray_entries *files)
{
    bool check = ray_app_flag(app, "check");

    if (ray_term_options(app->term)->json)
        tell_json(app, planned, shown, files);
    else if (planned->up.steps.len == 0)
        ray_term_say(app->term, "nothing changed: the migrations make what the schema says");
    else if (shown != NULL)
        ray_term_outn(app->term, shown->up, strlen(shown->up));
    else if (check)
        ray_term_say(app->term, "%zu steps from the migrations to the schema",
                     planned->up.steps.len);
    else
        tell_files(app, files);
    if (planned->up.loses_data && files->len > 0)
        ray_term_warn(app->term, "this migration loses data: look at it before you run it");
    for (size_t i = 0; i < planned->up.steps.len; i++)
        if (planned->up.steps.items[i].refusal != NULL)
            ray_term_warn(app->term,
                          "where there are rows like those made up for the proof it fails: %s",
                          planned->up.steps.items[i].refusal);
    return check && planned->up.steps.len > 0 ? RAY_DIFFERENT : RAY_OK;
}

static bool
plan(struct ray_app *app, const struct ray_folder *folder, struct ray_planned *planned)
{
    struct ray_catalog *old;
    struct ray_catalog *new;

    return ray_source_load(&app->project, "schema", &new) && load_old(app, folder, new, &old) &&
           ray_source_is_whole(&app->project, old) && ray_source_is_whole(&app->project, new) &&
           ray_planned_make(&app->project, old, new,
                            ray_app_flag(app, "check") ? RAY_UNSETTLED_DROP : RAY_UNSETTLED_ASK,
                            planned);
}

/* A migration that somebody is to write, with which the schema stays as it is: its snapshot is the last one's. */
static enum ray_code
generate_empty(struct ray_app *app, const struct ray_folder *folder)
{
    struct ray_new_migration migration = {.lua = ray_app_flag(app, "lua"), .change = true};
    struct ray_catalog *old;
    ray_entries files = {0};

    if (app->nargs == 0) {
        (void)ray_err_set(&app->project.err, RAY_USAGE, "--empty needs a name");
        (void)ray_err_hint(&app->project.err,
                           "Say what it is to do: raymig generate --empty fill_names.");
        return ray_app_fail(app);
    }
    migration.name = app->args[0];
    if (!load_old(app, folder, NULL, &old) || !create(app, folder, &migration, old, &files))
        return ray_app_fail(app);
    if (ray_term_options(app->term)->json)
        tell_json(app, NULL, NULL, &files);
    else
        tell_files(app, &files);
    return RAY_OK;
}

/* Nothing was found, or what was found is written. */
static void
keep_unchanged(struct ray_app *app, const struct ray_folder *folder, const char *schema)
{
    char digest[RAY_HASH_HEX];

    ray_unchanged_digest(&app->project, folder, schema, digest);
    ray_unchanged_keep(&app->project, folder, digest);
}

static enum ray_code
generate(struct ray_app *app)
{
    struct ray_new_migration migration = {.lua = ray_app_flag(app, "lua")};
    bool dry_run = ray_app_flag(app, "dry-run");
    struct ray_planned planned = {0};
    char schema[RAY_HASH_HEX];
    char digest[RAY_HASH_HEX];
    struct ray_folder folder;
    ray_entries files = {0};

    if (ray_app_flag(app, "empty") && (dry_run || ray_app_flag(app, "check"))) {
        (void)ray_err_set(&app->project.err, RAY_USAGE,
                          "--empty compares nothing: --%s has no use with it",
                          dry_run ? "dry-run" : "check");
        return ray_app_fail(app);
    }
    if (!ray_project_configure(&app->project) || !ray_project_folder(&app->project, true, &folder))
        return ray_app_fail(app);
    if (ray_app_flag(app, "empty"))
        return generate_empty(app, &folder);
    if (!ray_source_declare(&app->project))
        return ray_app_fail(app);
    ray_unchanged_schema(&app->project, app->project.declared, schema);
    ray_unchanged_digest(&app->project, &folder, schema, digest);
    if (ray_app_options(app, "rename").len + ray_app_options(app, "dropped").len == 0 &&
        ray_unchanged_is(&app->project, &folder, digest))
        return tell(app, &planned, NULL, &files);
    if (!plan(app, &folder, &planned))
        return ray_app_fail(app);
    if (planned.up.steps.len == 0)
        keep_unchanged(app, &folder, schema);
    if (planned.up.steps.len == 0 || (ray_app_flag(app, "check") && !dry_run))
        return tell(app, &planned, NULL, &files);
    migration.name = app->nargs > 0 ? app->args[0] : ray_generate_name(app->arena, &planned);
    if (!write_texts(app, &planned, &migration) ||
        (!dry_run && (!create(app, &folder, &migration, planned.up.to, &files) ||
                      !ray_project_folder(&app->project, false, &folder))))
        return ray_app_fail(app);
    if (!dry_run)
        keep_unchanged(app, &folder, schema);
    return tell(app, &planned, dry_run ? &migration : NULL, &files);
}

const struct ray_command ray_cmd_generate = {
    .name = "generate",
    .arguments = "[NAME]",
    .max_args = 1,
    .summary = "write the migration from the last one to the Lua schema, with its way back",
    .description =
        "Compares the schema with what the migrations make: the last one's snapshot or, where\n"
        "there is none, the migrations run in a shadow. Up and down are proved there before\n"
        "anything is written: the old state is made, the plan goes up, the catalog must be\n"
        "the schema's, the way back is gone, and it must be the old one.\n"
        "\n"
        "What is gone beside something new that is like it may have been renamed: that is asked\n"
        "about on a terminal, and elsewhere refused until --rename or --dropped says it.\n"
        "\n"
        "--lua writes one file of reversible operations (docs/change.md), proved likewise; what\n"
        "they cannot say stands in it as SQL in both directions. --empty writes a migration for\n"
        "you to fill in, for data or what else leaves the schema as it is: its snapshot is the\n"
        "last one's. With --lua it is a template of operations. For one that changes the schema by\n"
        "hand there is raymig new.",
    .examples =
        "raymig generate                       a name from what changed\n"
        "raymig generate add_profiles          a name of yours\n"
        "raymig generate --lua                 operations in Lua\n"
        "raymig generate --empty fill_names    one to be written by hand\n"
        "raymig generate --dry-run             print it, write nothing\n"
        "raymig generate --check               for CI: exit 3 when there is something to generate",
    .options = options,
    .run = generate,
};
