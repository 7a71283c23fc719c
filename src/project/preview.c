/* What would run: see preview.h. */
#include "project/preview.h"

#include <string.h>

/* ---------------------------------------------------------------- the document */

static void
gather_migration(void *arg, const struct ray_selected *selected)
{
    struct ray_session *session = arg;

    session->current = json_object();
    ray_json_set_text(session->current, "tag", selected->name);
    ray_json_set_text(session->current, "direction", selected->direction == RAY_UP ? "up" : "down");
    ray_json_set_text(session->current, "file", selected->script.source.path);
    json_object_set_new(session->current, "statements", json_array());
    json_array_append_new(session->migrations, session->current);
}

static void
gather_statement(void *arg, const struct ray_statement *statement)
{
    const struct ray_session *session = arg;
    json_t *object = json_object();

    ray_json_set_text(object, "sql", statement->text + strspn(statement->text, " \t\r\n"));
    ray_json_set_int(object, "line", statement->line);
    json_array_append_new(json_object_get(session->current, "statements"), object);
}

static void
gather_lua(void *arg, const char *text)
{
    const struct ray_session *session = arg;

    ray_json_set_text(session->current, "lua", text);
}

/* ---------------------------------------------------------------- going over it */

static bool
show_sql(struct ray_session *session, const struct ray_script *script,
         const struct ray_preview *show)
{
    struct ray_project *project = session->project;
    struct ray_statement statement;
    struct ray_splitter *splitter;
    bool end = false;
    bool ok = true;

    if (!ray_splitter_open(project->arena, &script->source, &splitter, &project->err))
        return false;
    while (ok && !end) {
        ok = ray_splitter_next(splitter, &statement, &end, &project->err);
        if (ok && !end && show->statement != NULL)
            show->statement(show->arg, &statement);
    }
    ray_splitter_close(splitter);
    return ok;
}

static bool
show_lua(struct ray_session *session, const struct ray_script *script,
         const struct ray_preview *show)
{
    struct ray_project *project = session->project;
    struct ray_text text;

    if (!ray_script_text(project->arena, script, &text, &project->err))
        return false;
    if (show->lua != NULL)
        show->lua(show->arg, text.data);
    return true;
}

static bool
show_one(struct ray_session *session, struct ray_selected *selected, const struct ray_preview *show)
{
    struct ray_project *project = session->project;

    if (!ray_selected_fetch(session->runner, project->arena, selected, &project->err))
        return false;
    if (show->migration != NULL)
        show->migration(show->arg, selected);
    return selected->script.kind == RAY_SCRIPT_LUA ? show_lua(session, &selected->script, show)
                                                   : show_sql(session, &selected->script, show);
}

bool
ray_session_preview(struct ray_session *session, enum ray_direction direction,
                    const struct ray_extent *extent, const struct ray_preview *show,
                    ray_selection *out)
{
    const struct ray_preview gather = {.arg = session,
                                       .migration = gather_migration,
                                       .statement = gather_statement,
                                       .lua = gather_lua};
    bool ok = ray_session_open(session, RAY_SESSION_LOOK) &&
              ray_runner_select(session->runner, direction, extent, out, &session->project->err);

    for (size_t i = 0; ok && i < out->len; i++)
        ok = show_one(session, &out->items[i], show == NULL ? &gather : show);
    session->current = NULL;
    return ok;
}
