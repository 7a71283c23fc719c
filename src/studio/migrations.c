/* Where the migrations stand, the texts of one, and the schema in two states beside each other. */
#include "studio/operation.h"
#include "studio/routes.h"

#include "history/table.h"
#include "project/difference.h"
#include "project/drift.h"
#include "project/status.h"
#include "project/unified.h"

#include <stddef.h>
#include <string.h>

static bool
open_session(struct ray_operation *operation, struct ray_session *session, struct ray_err *err)
{
    struct ray_session_options options;

    ray_session_options_init(&options);
    ray_session_init(session, &operation->project, &options);
    return ray_session_open(session, RAY_SESSION_LOOK) || ray_operation_fail(operation, err);
}

bool
ray_studio_migrations(struct ray_request *request, struct ray_err *err)
{
    struct ray_operation operation;
    struct ray_session session = {0};
    bool ok;

    ok = ray_operation_open(request, "status", NULL, false, &operation, err);
    if (ok) {
        ok = open_session(&operation, &session, err);
        if (ok)
            ray_reply_json(request, ray_status_json(&session));
        ray_session_close(&session);
    }
    ray_operation_close(&operation);
    return ok;
}

/* ---------------------------------------------------------------- one of them */

static const struct ray_stand *
find_stand(struct ray_session *session, const char *tag)
{
    const struct ray_state *state = ray_runner_state(session->runner);

    for (size_t i = 0; i < state->stands.len; i++)
        if (strcmp(ray_stand_name(session->project->arena, &state->stands.items[i]), tag) == 0)
            return &state->stands.items[i];
    return NULL;
}

static bool
add_text(struct ray_operation *operation, json_t *result, const char *key,
         const struct ray_script *script)
{
    struct ray_text text;

    if (script->kind == RAY_SCRIPT_NONE) {
        ray_json_set_text(result, key, NULL);
        return true;
    }
    if (!ray_script_text(operation->project.arena, script, &text, &operation->project.err))
        return false;
    ray_json_set_text(result, key, text.data);
    return true;
}

/* The down of the history, where the folder has none. */
static bool
add_stored(struct ray_operation *operation, struct ray_session *session,
           const struct ray_history_row *row, json_t *result)
{
    struct ray_text text = {0};

    if (row != NULL && row->down_file != NULL &&
        !ray_history_stored_down(ray_runner_conn(session->runner), operation->project.arena,
                                 ray_runner_history(session->runner), row, &text,
                                 &operation->project.err))
        return false;
    ray_json_set_text(result, "down", text.data);
    return true;
}

static bool
add_log(struct ray_operation *operation, struct ray_session *session, const char *tag,
        json_t *result)
{
    struct ray_project *project = &operation->project;
    const struct ray_history *history = ray_runner_history(session->runner);
    const char *name = ray_history_log_name(project->arena, &history->place);
    struct ray_conn *conn = ray_runner_conn(session->runner);
    struct ray_rows rows;
    const char *sql;
    json_t *log;

    if (!ray_conn_query(conn, project->arena, "SELECT to_regclass($1) IS NOT NULL", 1, &name, &rows,
                        &project->err))
        return false;
    sql = ray_arena_printf(
        project->arena,
        "SELECT coalesce(json_agg(json_build_object('at', at, 'event', event, 'who', who,"
        " 'raymig_version', raymig_version, 'duration_ms', duration_ms, 'hash', hash,"
        " 'detail', detail) ORDER BY id), '[]') FROM %s WHERE name = $1",
        name);
    if (ray_rows_value(&rows, 0, 0)[0] != 't') {
        (void)json_object_set_new(result, "log", json_array());
        return true;
    }
    if (!ray_conn_query(conn, project->arena, sql, 1, &tag, &rows, &project->err))
        return false;
    log = ray_json_parse(ray_rows_value(&rows, 0, 0), strlen(ray_rows_value(&rows, 0, 0)),
                         "the log", &project->err);
    return log != NULL && json_object_set_new(result, "log", log) == 0;
}

/* What the migration is: a file of SQL, of Lua; or its file is missing. */
static const char *
kind_of(const struct ray_stand *stand)
{
    if (stand->migration == NULL)
        return "missing";
    return stand->migration->up.kind == RAY_SCRIPT_LUA ? "lua" : "sql";
}

static bool
add_one(struct ray_operation *operation, struct ray_session *session, const struct ray_stand *stand,
        json_t *result)
{
    const struct ray_migration *migration = stand->migration;
    const char *tag = operation->request->rest;

    ray_json_set_bool(result, "ok", true);
    ray_json_set_text(result, "tag", tag);
    ray_json_set_text(result, "kind", kind_of(stand));
    ray_json_set_text(result, "state", ray_standing_name(stand->standing));
    ray_json_set_text(result, "down_kind", ray_stand_down(stand));
    if (migration != NULL) {
        if (!add_text(operation, result, "up", &migration->up))
            return false;
    } else {
        ray_json_set_text(result, "up", NULL);
    }
    if (migration != NULL && migration->down.kind != RAY_SCRIPT_NONE) {
        if (!add_text(operation, result, "down", &migration->down))
            return false;
    } else if (!add_stored(operation, session, stand->row, result)) {
        return false;
    }
    return add_log(operation, session, tag, result);
}

static bool
show_one(struct ray_operation *operation, struct ray_session *session, struct ray_err *err)
{
    const struct ray_stand *stand = find_stand(session, operation->request->rest);
    json_t *result;

    if (stand == NULL)
        return ray_request_refuse(operation->request, 404, err, "no migration is called \"%s\"",
                                  operation->request->rest);
    result = json_object();
    if (!add_one(operation, session, stand, result)) {
        json_decref(result);
        return ray_operation_fail(operation, err);
    }
    ray_reply_json(operation->request, result);
    return true;
}

bool
ray_studio_migration(struct ray_request *request, struct ray_err *err)
{
    struct ray_operation operation;
    struct ray_session session = {0};
    bool ok;

    ok = ray_operation_open(request, "status", NULL, false, &operation, err);
    if (ok) {
        ok = open_session(&operation, &session, err) && show_one(&operation, &session, err);
        ray_session_close(&session);
    }
    ray_operation_close(&operation);
    return ok;
}

/* ---------------------------------------------------------------- differences */

/* A migration of the folder by its whole tag, behind "migrations@" or "snapshot@"; NULL with the error where there is
 * none of it. */
static const struct ray_migration *
find_migration(struct ray_operation *operation, const struct ray_folder *folder, const char *tag,
               struct ray_err *err)
{
    for (size_t i = 0; i < folder->migrations.len; i++)
        if (strcmp(folder->migrations.items[i].tag, tag) == 0)
            return &folder->migrations.items[i];
    (void)ray_request_refuse(operation->request, 404, err, "no migration is called \"%s\"", tag);
    return NULL;
}

/* The file of a snapshot is found here: no path comes from the browser. */
static bool
find_snapshot(struct ray_operation *operation, const char *tag, const char **out,
              struct ray_err *err)
{
    const struct ray_migration *migration;
    struct ray_folder folder;

    if (!ray_project_folder(&operation->project, true, &folder))
        return ray_operation_fail(operation, err);
    if (tag == NULL && folder.migrations.len == 0)
        return ray_request_refuse(operation->request, 404, err, "there is no migration");
    migration = tag == NULL ? &folder.migrations.items[folder.migrations.len - 1]
                            : find_migration(operation, &folder, tag, err);
    if (migration == NULL)
        return false;
    *out = ray_folder_snapshot(operation->project.arena, &folder, migration, false);
    return *out != NULL || ray_request_refuse(operation->request, 404, err,
                                              "migration \"%s\" has no snapshot", migration->tag);
}

static bool
check_source(struct ray_operation *operation, const char *name, const char **source,
             struct ray_err *err)
{
    static const char *const words[] = {"db", "schema", "empty", "migrations"};
    struct ray_folder folder;

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(*source, words[i]) == 0)
            return true;
    if (strcmp(*source, "snapshot") == 0)
        return find_snapshot(operation, NULL, source, err);
    if (ray_has_prefix(*source, "snapshot@"))
        return find_snapshot(operation, *source + strlen("snapshot@"), source, err);
    if (ray_has_prefix(*source, "migrations@")) {
        if (!ray_project_folder(&operation->project, true, &folder))
            return ray_operation_fail(operation, err);
        return find_migration(operation, &folder, *source + strlen("migrations@"), err) != NULL;
    }
    return ray_err_set(err, RAY_USAGE,
                       "\"%s\" is none of db, schema, migrations, migrations@TAG, snapshot, "
                       "snapshot@TAG, empty",
                       name);
}

static const char *
unified_text(struct ray_arena *arena, const ray_unified_list *list)
{
    struct ray_buf buf;

    ray_buf_init(&buf, arena);
    for (size_t i = 0; i < list->len; i++) {
        const ray_unified_lines *lines = &list->items[i].lines;

        ray_buf_addf(&buf, "%s@@ %s @@\n", i == 0 ? "" : "\n",
                     ray_object_label(arena, list->items[i].object));
        for (size_t l = 0; l < lines->len; l++)
            if (ray_unified_is_near(lines, l))
                ray_buf_addf(&buf, "%c%s\n", lines->items[l].sign, lines->items[l].text);
    }
    return buf.data;
}

static json_t *
objects_json(struct ray_arena *arena, const ray_unified_list *list)
{
    json_t *objects = ray_unified_json(arena, list);
    json_t *object;
    size_t i;

    json_array_foreach(objects, i, object)
    {
        bool old = json_is_string(json_object_get(object, "from"));
        bool new = json_is_string(json_object_get(object, "to"));

        ray_json_set_text(object, "change", !old ? "create" : !new ? "drop" : "alter");
    }
    return objects;
}

static bool
compare(struct ray_operation *operation, const char *from, const char *to, struct ray_err *err)
{
    struct ray_project *project = &operation->project;
    struct ray_difference difference = {0};
    ray_unified_list list = {0};
    json_t *result;

    if (!ray_difference_find(project, from, to, true, &difference) ||
        !ray_unified_find(project, difference.from, difference.to, &difference.changes, &list))
        return ray_operation_fail(operation, err);
    result = json_object();
    ray_json_set_bool(result, "ok", true);
    (void)json_object_set_new(result, "objects", objects_json(project->arena, &list));
    ray_json_set_text(result, "sql_up", ray_difference_sql(project->arena, &difference.planned.up));
    ray_json_set_text(result, "sql_down",
                      ray_difference_sql(project->arena, &difference.planned.down));
    ray_json_set_bool(result, "loses_data", difference.planned.up.loses_data);
    if (difference.questions != NULL)
        (void)json_object_set_new(result, "questions", json_loads(difference.questions, 0, NULL));
    ray_json_set_text(result, "unified", unified_text(project->arena, &list));
    (void)json_object_set(result, "warnings", operation->warnings);
    ray_reply_json(operation->request, result);
    return true;
}

struct diff {
    const char *from;
    const char *to;
};

bool
ray_studio_diff(struct ray_request *request, struct ray_err *err)
{
    static const struct ray_field fields[] = {
        {"from", RAY_FIELD_TEXT, true, offsetof(struct diff, from)},
        {"to", RAY_FIELD_TEXT, true, offsetof(struct diff, to)},
        {NULL, RAY_FIELD_ANY, false, 0},
    };
    struct ray_operation operation;
    struct diff asked = {0};
    bool ok;

    if (!ray_request_fields(request->body, fields, &asked, err))
        return false;
    ok = ray_operation_open(request, "diff", NULL, true, &operation, err) &&
         check_source(&operation, asked.from, &asked.from, err) &&
         check_source(&operation, asked.to, &asked.to, err) &&
         compare(&operation, asked.from, asked.to, err);
    ray_operation_close(&operation);
    return ok;
}

bool
ray_studio_drift(struct ray_request *request, struct ray_err *err)
{
    static const struct ray_field fields[] = {{NULL, RAY_FIELD_ANY, false, 0}};
    struct ray_operation operation;
    struct ray_drift drift = {0};
    bool ok;

    if (!ray_request_fields(request->body, fields, NULL, err))
        return false;
    ok = ray_operation_open(request, "drift", NULL, true, &operation, err) &&
         (ray_drift_find(&operation.project, false, &drift) || ray_operation_fail(&operation, err));
    if (ok) {
        json_t *result = ray_drift_json(request->arena, &drift);

        (void)json_object_set(result, "warnings", operation.warnings);
        ray_reply_json(request, result);
    }
    ray_operation_close(&operation);
    return ok;
}
