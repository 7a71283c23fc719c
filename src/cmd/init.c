/*
 * `raymig init`: a new project. Config, an example of a schema and a first migration, .gitignore; nothing
 * that is there is overwritten. An existing Drizzle project is adopted in init_drizzle.c.
 */
#include "cmd/init.h"

#include "history/layout.h"

#include <string.h>

static const struct ray_option options[] = {
    {"from", '\0', "TOOL", "adopt a project of this tool: drizzle", false},
    {NULL, '\0', NULL, NULL, false},
};

static const char schema_text[] =
    "-- The schema: what the database shall look like. The first migration makes it; change it here, and\n"
    "-- `raymig generate` writes the migration from the one to the other, with its way back.\n"
    "local pg = require \"raymig.schema\"\n"
    "\n"
    "pg.table \"users\" {\n"
    "    pg.uuid \"id\" :primary_key() :default(pg.sql \"gen_random_uuid()\"),\n"
    "    pg.text \"email\" :not_null() :unique(),\n"
    "    pg.timestamptz \"created_at\" :not_null() :default_now(),\n"
    "}\n";

static const char up_text[] =
    "-- An example: make it the first migration of your own. Statements end with a semicolon; the whole\n"
    "-- file runs in one transaction, and its row in the history commits with it.\n"
    "CREATE TABLE users (\n"
    "    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),\n"
    "    email text NOT NULL UNIQUE,\n"
    "    created_at timestamptz NOT NULL DEFAULT now()\n"
    ");\n";

static const char down_text[] =
    "-- Takes the migration back: raymig down. A .down.sql beside the .sql does as well.\n"
    "return function(db)\n"
    "    db:exec \"DROP TABLE users\"\n"
    "end\n";

static bool
is_empty_folder(struct ray_arena *arena, const char *path)
{
    struct ray_err ignored;
    ray_entries entries = {0};

    ray_err_init(&ignored, arena);
    return !ray_file_exists(path) ||
           (ray_file_list(arena, path, &entries, &ignored) && entries.len == 0);
}

/* What stands in a migrations folder that is there already, in a few words. */
static const char *
describe(struct ray_app *app, const struct ray_folder *folder)
{
    return ray_arena_printf(app->arena, "it has %zu migration%s, laid out as %s does",
                            folder->migrations.len, folder->migrations.len == 1 ? "" : "s",
                            folder->format->name);
}

static bool
write_first(struct ray_scaffold *scaffold, const struct ray_folder *folder)
{
    struct ray_app *app = scaffold->app;
    struct ray_new_migration first = {.name = "create_users", .up = up_text, .down = down_text};
    ray_entries files = {0};

    if (!ray_format_raymig.create(app->arena, folder, &first, &files, &app->project.err))
        return false;
    for (size_t i = 0; i < files.len; i++)
        ray_scaffold_tell(scaffold, "wrote", files.items[i].name, NULL);
    ray_scaffold_tell(scaffold, "wrote",
                      ray_path_join(app->arena, folder->path, "meta/_journal.json"), NULL);
    return true;
}

/* The folder, with a first migration where it has none. *fresh: it was written. */
static bool
write_migrations(struct ray_scaffold *scaffold, const char *out, bool *fresh)
{
    struct ray_app *app = scaffold->app;
    const char *path = ray_path_join(app->arena, scaffold->root, out);
    struct ray_folder folder;

    *fresh = false;
    if (!ray_folder_load(app->arena, path, NULL, true, &folder, &app->project.err)) {
        ray_scaffold_tell(scaffold, "kept", path, "it is there already");
        ray_term_warn(app->term, "\"%s\" is no sound migrations folder: %s", path,
                      app->project.err.message);
        ray_err_clear(&app->project.err);
        return true;
    }
    if (folder.migrations.len + folder.orphans.len > 0 || folder.format != &ray_format_raymig) {
        ray_scaffold_tell(scaffold, "kept", path, describe(app, &folder));
        return true;
    }
    *fresh = true;
    return write_first(scaffold, &folder);
}

static bool
write_schema(struct ray_scaffold *scaffold)
{
    const char *path = ray_path_join(scaffold->app->arena, scaffold->root, "schema");

    if (is_empty_folder(scaffold->app->arena, path))
        return ray_scaffold_write(scaffold, "schema/users.lua", schema_text);
    ray_scaffold_tell(scaffold, "kept", path, "it is there already");
    return true;
}

static const char *
out_option(struct ray_app *app)
{
    const char *out = ray_app_option(app, "out");

    return out == NULL || out[0] == '\0' ? "migrations" : out;
}

static bool
write_project(struct ray_scaffold *scaffold, bool *fresh)
{
    struct ray_app *app = scaffold->app;
    const char *out = out_option(app);
    ray_setting_list settings = {0};

    *ray_vec_add(app->arena, &settings) = (struct ray_setting){.key = "schema",
                                                               .lua = "\"schema\""};
    *ray_vec_add(app->arena,
                 &settings) = (struct ray_setting){.key = "out",
                                                   .lua = ray_lua_literal(app->arena, out)};
    return ray_scaffold_write(scaffold, "raymig.lua", ray_scaffold_config(app->arena, &settings)) &&
           write_schema(scaffold) && write_migrations(scaffold, out, fresh) &&
           ray_scaffold_ignore(scaffold);
}

static void
say_next(const struct ray_scaffold *scaffold, bool fresh)
{
    struct ray_term *term = scaffold->app->term;

    if (strcmp(scaffold->root, ".") != 0)
        ray_term_say(term, "next: cd %s", scaffold->root);
    if (fresh) {
        ray_term_say(
            term, "next: raymig up        applies the first migration; with no url, to a private "
                  "PostgreSQL of its own");
        ray_term_say(term, "      raymig down      takes it back");
        ray_term_say(term, "      raymig generate  the next migration, once schema/ was changed");
        ray_term_say(term, "      raymig new NAME  one to be written by hand");
    } else {
        ray_term_say(term, "next: set `url` in raymig.lua, or DATABASE_URL");
        ray_term_say(term, "      raymig status    which of the migrations the database has");
        ray_term_say(term, "      raymig import    takes another tool's folder and history over");
    }
}

/* Where Drizzle Kit's config stands, a project of raymig's own is probably not what is wanted. */
static bool
confirm_beside_drizzle(struct ray_app *app, const char *folder)
{
    const char *drizzle = ray_drizzle_config_find(app->arena, folder);

    if (drizzle == NULL ||
        ray_project_confirm(
            &app->project,
            ray_arena_printf(app->arena,
                             "\"%s\" says that this is a Drizzle project. Start one of "
                             "raymig's own beside it?",
                             drizzle)))
        return true;
    return ray_err_hint(&app->project.err,
                        "raymig init --from drizzle adopts the project; --yes starts a new "
                        "one beside it.");
}

static enum ray_code
init_new(struct ray_app *app, const char *folder)
{
    struct ray_scaffold scaffold = {0};
    bool fresh = false;
    json_t *result;
    bool ok;

    if (ray_app_option(app, "config") != NULL) {
        (void)ray_err_set(&app->project.err, RAY_USAGE,
                          "--config names the config of another tool, and --from "
                          "does not say which");
        (void)ray_err_hint(&app->project.err,
                           "For Drizzle: raymig init --from drizzle --config FILE.");
        return ray_app_fail(app);
    }
    ok = confirm_beside_drizzle(app, folder) && ray_scaffold_begin(app, folder, &scaffold) &&
         write_project(&scaffold, &fresh);
    if (ok && ray_term_options(app->term)->json) {
        result = json_object();
        ray_json_set_bool(result, "ok", true);
        json_object_set(result, "files", scaffold.files);
        ray_app_print_json(app, result);
    } else if (ok) {
        say_next(&scaffold, fresh);
    }
    json_decref(scaffold.files);
    return ok ? RAY_OK : ray_app_fail(app);
}

static enum ray_code
unknown_tool(struct ray_app *app, const char *from)
{
    (void)ray_err_set(&app->project.err, RAY_USAGE, "raymig init cannot start from \"%s\"", from);
    if (ray_format_find(from) != NULL)
        (void)ray_err_hint(&app->project.err,
                           "Its folder is read as it lies: raymig init, then raymig status; "
                           "raymig import --from %s converts it.",
                           from);
    else
        (void)ray_err_hint(&app->project.err, "It can start from: drizzle.");
    return ray_app_fail(app);
}

static enum ray_code
init(struct ray_app *app)
{
    const char *from = ray_app_option(app, "from");
    const char *folder = app->nargs > 0 ? app->args[0] : ".";

    if (from == NULL)
        return init_new(app, folder);
    if (strcmp(from, "drizzle") != 0 && strcmp(from, "drizzle-v1") != 0)
        return unknown_tool(app, from);
    return ray_init_drizzle(app, folder);
}

const struct ray_command ray_cmd_init = {
    .name = "init",
    .arguments = "[FOLDER]",
    .max_args = 1,
    .summary = "start a project, or adopt a Drizzle one",
    .description =
        "Writes raymig.lua with every key explained, an example of a schema in Lua, a first migration\n"
        "with its down, and .raymig/ into .gitignore. A file that is there already is named and left\n"
        "alone; where raymig.lua is, nothing is written (exit 4).\n"
        "\n"
        "With --from drizzle it reads drizzle.config.ts, .js or .json (--config FILE names another)\n"
        "without running it, writes what it says into raymig.lua, and proves that the database and the\n"
        "folder agree; exit 6, with a list, where they do not. The project stays Drizzle's: drizzle-kit\n"
        "goes on working beside raymig, and nothing is written to meta/. A password is never copied.\n"
        "\n"
        "The keys of raymig.lua: schema, out, format, url, database, casing, verbose, strict, schemas,\n"
        "tables, migrations.schema, migrations.table, plugins, lint, lua.grants,\n"
        "lua.limits.deadline, lua.limits.memory, lock.timeout, lock.retries, lock.wait, backup.",
    .examples = "raymig init                   in this folder\n"
                "raymig init shop              in a new folder\n"
                "raymig init --from drizzle    adopt the Drizzle project in this folder",
    .options = options,
    .run = init,
};
