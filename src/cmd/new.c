/* `raymig new`: a new migration in the folder's own layout, and in its journal. */
#include "cmd/cmd.h"
#include "history/table.h"

static const struct ray_option options[] = {
    {"lua", '\0', NULL, "one Lua file with up and down", false},
    {"sql", '\0', NULL, "the down as SQL too (NAME.down.sql)", false},
    {NULL, '\0', NULL, NULL, false},
};

/* Beside Drizzle a new entry must be newer than what the database has had, or Drizzle skips it. */
static bool
read_newest(struct ray_app *app, const struct ray_folder *folder, int64_t *out)
{
    struct ray_history_place place = {app->project.config.history_schema,
                                      app->project.config.history_table};
    struct ray_history history;
    struct ray_conn *conn;
    bool ok;

    *out = 0;
    if (!folder->adopted)
        return true;
    if (!ray_project_connect(&app->project, &conn)) {
        ray_term_warn(app->term, "the database could not be asked for max(created_at): %s",
                      app->project.err.message);
        ray_err_clear(&app->project.err);
        return true;
    }
    ok = ray_history_load(conn, app->arena, &place, &history, &app->project.err);
    ray_conn_close(conn);
    *out = ok ? history.newest : 0;
    return ok;
}

static bool
create(struct ray_app *app, ray_entries *files)
{
    struct ray_new_migration migration = {.name = app->args[0],
                                          .lua = ray_app_flag(app, "lua"),
                                          .sql_down = ray_app_flag(app, "sql")};
    struct ray_folder folder;

    if (!ray_project_folder(&app->project, true, &folder) ||
        !read_newest(app, &folder, &migration.last_applied_when))
        return false;
    if (folder.format->create == NULL) {
        (void)ray_err_set(&app->project.err, RAY_USAGE,
                          "raymig writes no new migrations in the %s layout", folder.format->name);
        return ray_err_hint(&app->project.err,
                            "raymig import turns the folder into raymig's own layout.");
    }
    return folder.format->create(app->arena, &folder, &migration, files, &app->project.err);
}

static enum ray_code
new_migration(struct ray_app *app)
{
    ray_entries files = {0};
    json_t *result;
    json_t *list;

    if (!create(app, &files))
        return ray_app_fail(app);
    list = json_array();
    for (size_t i = 0; i < files.len; i++)
        ray_json_add_file(list, files.items[i].name, "wrote");
    if (ray_term_options(app->term)->json) {
        result = json_object();
        ray_json_set_bool(result, "ok", true);
        json_object_set(result, "files", list);
        ray_app_print_json(app, result);
    } else {
        for (size_t i = 0; i < files.len; i++)
            ray_term_out(app->term, "%s\n", files.items[i].name);
    }
    json_decref(list);
    return RAY_OK;
}

const struct ray_command ray_cmd_new = {
    .name = "new",
    .arguments = "NAME",
    .min_args = 1,
    .max_args = 1,
    .summary = "create an empty migration",
    .description =
        "Writes the files of a new migration in the folder's own layout, with the next number or\n"
        "timestamp, and enters it in the journal where there is one. By default SQL for up and Lua\n"
        "for down.",
    .examples = "raymig new add_profiles            0002_add_profiles.sql and .down.lua\n"
                "raymig new add_profiles --sql      0002_add_profiles.sql and .down.sql\n"
                "raymig new backfill_names --lua    0003_backfill_names.lua",
    .options = options,
    .run = new_migration,
};
