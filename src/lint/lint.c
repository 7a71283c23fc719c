/* Linting migrations: see lint.h. */
#include "lint/lint.h"

#include "diff/effect.h"
#include "pg/split.h"
#include "pg/statement.h"
#include "script/reversible.h"

#include <string.h>

/* ---------------------------------------------------------------- reading */

static bool
read_sql(struct ray_arena *arena, struct ray_lint_subject *subject, struct ray_err *err)
{
    const struct ray_source *source = &subject->migration->up.source;
    struct ray_splitter *splitter;
    struct ray_statement statement;
    bool end = false;
    bool ok;

    if (!ray_splitter_open(arena, source, &splitter, err))
        return false;
    while ((ok = ray_splitter_next(splitter, &statement, &end, err)) && !end)
        *ray_vec_add(arena, &subject->statements) =
            (struct ray_lint_statement){.sql = ray_arena_strdup(arena, statement.text),
                                        .file = source->path,
                                        .line = statement.line};
    ray_splitter_close(splitter);
    return ok;
}

static bool
was_seen(const struct ray_lint_subject *subject, const char *sql)
{
    for (size_t i = 0; i < subject->statements.len; i++)
        if (strcmp(subject->statements.items[i].sql, sql) == 0)
            return true;
    return false;
}

bool
ray_lint_add_seen(struct ray_arena *arena, struct ray_lint_subject *subject, const char *sql,
                  struct ray_err *err)
{
    const char *file = subject->migration->up.source.path;
    const struct ray_source source = {.path = file, .text = sql, .end = strlen(sql)};
    struct ray_splitter *splitter;
    struct ray_statement statement;
    bool end = false;
    bool ok;

    if (sql[0] == '\0')
        return true;
    if (!ray_splitter_open(arena, &source, &splitter, err))
        return false;
    while ((ok = ray_splitter_next(splitter, &statement, &end, err)) && !end)
        if (!was_seen(subject, statement.text))
            *ray_vec_add(arena, &subject->statements) = (struct ray_lint_statement){
                .sql = ray_arena_strdup(arena, statement.text), .file = file};
    ray_splitter_close(splitter);
    return ok;
}

static bool
read_lua(struct ray_lua *lua, struct ray_arena *arena, struct ray_lint_subject *subject,
         struct ray_err *err)
{
    struct ray_reversible *change;

    if (!ray_reversible_read(lua, arena, &subject->migration->up, 0, &change, err))
        return false;
    subject->unread = change == NULL;
    for (size_t i = 0; change != NULL && i < change->steps.len; i++) {
        const struct ray_reversible_step *step = &change->steps.items[i];

        for (size_t k = 0; k < step->up.len; k++)
            *ray_vec_add(arena, &subject->statements) = (struct ray_lint_statement){
                .sql = step->up.items[k], .file = step->file, .line = step->line};
    }
    return true;
}

bool
ray_lint_read(struct ray_lua *lua, struct ray_arena *arena, const struct ray_migration *migration,
              struct ray_lint_subject *out, struct ray_err *err)
{
    *out = (struct ray_lint_subject){.migration = migration, .options = migration->up_options};
    if (migration->up.kind == RAY_SCRIPT_NONE)
        return true;
    if (!ray_script_options_read(arena, &migration->up, &out->options, err))
        return false;
    return migration->up.kind == RAY_SCRIPT_SQL ? read_sql(arena, out, err)
                                                : read_lua(lua, arena, out, err);
}

/* ---------------------------------------------------------------- observing */

bool
ray_lint_observe(struct ray_conn *conn, struct ray_arena *arena, struct ray_lint_subject *subject,
                 struct ray_err *err)
{
    struct ray_observer *observer;

    if (!ray_observer_begin(conn, arena, &observer, err))
        return false;
    for (size_t i = 0; i < subject->statements.len; i++) {
        struct ray_lint_statement *statement = &subject->statements.items[i];

        if (*ray_statement_head(statement->sql) == '\0')
            continue;
        if (!ray_observer_run(observer, statement->sql, &statement->effect, err))
            return ray_err_at(err, statement->file, statement->line, 0);
        statement->observed = true;
    }
    return ray_observer_end(observer, err);
}

/* ---------------------------------------------------------------- the rules */

static json_t *
subject_json(const struct ray_lint_subject *subject)
{
    const struct ray_migration *migration = subject->migration;
    json_t *object = json_object();
    json_t *list = json_array();

    ray_json_set_text(object, "tag", migration->tag);
    ray_json_set_text(object, "file", migration->up.source.path);
    ray_json_set_bool(object, "lua", migration->up.kind == RAY_SCRIPT_LUA);
    ray_json_set_bool(object, "transaction", !subject->options.no_transaction);
    if (subject->options.lock_timeout != NULL)
        ray_json_set_text(object, "lock_timeout", subject->options.lock_timeout);
    if (subject->options.statement_timeout != NULL)
        ray_json_set_text(object, "statement_timeout", subject->options.statement_timeout);
    for (size_t i = 0; i < subject->statements.len; i++) {
        const struct ray_lint_statement *statement = &subject->statements.items[i];
        json_t *row = json_object();

        ray_json_set_text(row, "sql", statement->sql);
        ray_json_set_text(row, "file", statement->file);
        if (statement->line > 0)
            ray_json_set_int(row, "line", statement->line);
        ray_json_set_int(row, "number", (int64_t)i + 1);
        if (statement->observed)
            json_object_set_new(row, "effects", ray_effect_json(&statement->effect));
        json_array_append_new(list, row);
    }
    json_object_set_new(object, "statements", list);
    if (subject->before != NULL)
        json_object_set(object, "before", subject->before);
    if (subject->after != NULL)
        json_object_set(object, "after", subject->after);
    return object;
}

/* What every call of the rules is told. */
static json_t *
levels_json(const struct ray_config *config)
{
    json_t *object = json_object();
    json_t *list = json_array();

    for (size_t i = 0; i < config->lint.len; i++) {
        json_t *row = json_object();

        ray_json_set_text(row, "rule", config->lint.items[i].rule);
        ray_json_set_text(row, "level", config->lint.items[i].level);
        ray_json_set_int(row, "line", config->lint.items[i].line);
        json_array_append_new(list, row);
    }
    json_object_set_new(object, "levels", list);
    if (config->path != NULL)
        ray_json_set_text(object, "config", config->path);
    return object;
}

bool
ray_lint_run(struct ray_lua *lua, const struct ray_config *config,
             const struct ray_lint_subject *subject, const struct ray_plugin_services *services,
             json_t *findings, struct ray_err *err)
{
    json_t *argument = levels_json(config);
    json_t *found;
    bool ok;

    json_object_set_new(argument, "migration", subject_json(subject));
    ok = ray_plugins_call(lua, "lint", argument, services, &found, err);
    json_decref(argument);
    if (!ok)
        return false;
    json_array_extend(findings, found);
    json_decref(found);
    return true;
}

bool
ray_lint_rules(struct ray_lua *lua, const struct ray_config *config, json_t **out,
               struct ray_err *err)
{
    json_t *argument = levels_json(config);
    bool ok = ray_plugins_call(lua, "lint_rules", argument, NULL, out, err);

    json_decref(argument);
    return ok;
}
