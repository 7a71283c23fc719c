/* `raymig plan`: what up or down would run, statement by statement, in a read-only transaction. */
#include "cmd/session.h"

#include "pg/split.h"

#include <string.h>

static const struct ray_option options[] = {
    {"to", '\0', "TAG", "as for up and down", false},
    {"all", '\0', NULL, "down: every migration", false},
    {"down", 'd', NULL, "the plan of down instead of up", false},
    {"stored", '\0', NULL, "down: the scripts that the history keeps", false},
    {"allow", '\0', "TAG", "as for up", true},
    {"exit-code", '\0', NULL, "exit 3 when there is something to run", false},
    {NULL, '\0', NULL, NULL, false},
};

static void
show_statement(struct ray_app *app, const struct ray_statement *statement, json_t *list)
{
    json_t *object;

    if (list == NULL) {
        ray_term_out(app->term, "%s;\n", statement->text + strspn(statement->text, " \t\r\n"));
        return;
    }
    object = json_object();
    ray_json_set_text(object, "sql", statement->text + strspn(statement->text, " \t\r\n"));
    ray_json_set_int(object, "line", statement->line);
    json_array_append_new(list, object);
}

static bool
show_sql(struct ray_app *app, const struct ray_script *script, json_t *list)
{
    struct ray_statement statement;
    struct ray_splitter *splitter;
    bool end = false;
    bool ok = true;

    if (!ray_splitter_open(app->arena, &script->source, &splitter, &app->err))
        return false;
    while (ok && !end) {
        ok = ray_splitter_next(splitter, &statement, &end, &app->err);
        if (ok && !end)
            show_statement(app, &statement, list);
    }
    ray_splitter_close(splitter);
    return ok;
}

static bool
show_lua(struct ray_app *app, const struct ray_script *script, json_t *object)
{
    struct ray_text text;

    if (!ray_script_text(app->arena, script, &text, &app->err))
        return false;
    if (object != NULL)
        ray_json_set_text(object, "lua", text.data);
    else
        ray_term_out(app->term, "%s%s", text.data, ray_has_suffix(text.data, "\n") ? "" : "\n");
    return true;
}

static bool
show_one(struct ray_session *session, enum ray_direction direction, struct ray_selected *selected)
{
    struct ray_app *app = session->app;
    bool json = ray_term_options(app->term)->json;
    json_t *object = json ? json_object() : NULL;
    json_t *list = json ? json_array() : NULL;
    const char *head;

    if (!ray_selected_fetch(session->runner, app->arena, selected, &app->err))
        return false;
    if (json) {
        ray_json_set_text(object, "tag", selected->name);
        ray_json_set_text(object, "direction", direction == RAY_UP ? "up" : "down");
        ray_json_set_text(object, "file", selected->script.source.path);
        json_object_set_new(object, "statements", list);
        json_array_append_new(session->migrations, object);
    } else {
        head = ray_arena_printf(app->arena, "-- %s %s (%s)", direction == RAY_UP ? "up" : "down",
                                selected->name, selected->script.source.path);
        ray_term_out(app->term, "%s\n", ray_term_styled(app->term, false, RAY_BOLD, head));
    }
    if (selected->script.kind == RAY_SCRIPT_LUA)
        return show_lua(app, &selected->script, object);
    return show_sql(app, &selected->script, list);
}

static bool
run_plan(struct ray_session *session, ray_selection *selection)
{
    struct ray_app *app = session->app;
    enum ray_direction direction = ray_app_flag(app, "down") ? RAY_DOWN : RAY_UP;
    struct ray_extent extent;

    if (!ray_session_extent(app, direction == RAY_UP ? -1 : 1, &extent) ||
        !ray_session_open(app, RAY_SESSION_LOOK, session) ||
        !ray_runner_select(session->runner, direction, &extent, selection, &app->err))
        return false;
    for (size_t i = 0; i < selection->len; i++) {
        if (i > 0 && !ray_term_options(app->term)->json)
            ray_term_out(app->term, "\n");
        if (!show_one(session, direction, &selection->items[i]))
            return false;
    }
    return true;
}

static enum ray_code
plan(struct ray_app *app)
{
    struct ray_session session = {.app = app};
    ray_selection selection = {0};
    bool ok = run_plan(&session, &selection);

    if (!ok || ray_term_options(app->term)->json) {
        enum ray_code code = ray_session_end(&session, ok);

        return ok && selection.len > 0 && ray_app_flag(app, "exit-code") ? RAY_DIFFERENT : code;
    }
    if (selection.len == 0)
        ray_term_say(app->term, "nothing to do");
    else
        ray_term_say(app->term, "%zu migration%s would run", selection.len,
                     selection.len == 1 ? "" : "s");
    ray_session_close(&session);
    return selection.len > 0 && ray_app_flag(app, "exit-code") ? RAY_DIFFERENT : RAY_OK;
}

const struct ray_command ray_cmd_plan = {
    .name = "plan",
    .arguments = "[N | --to TAG]",
    .max_args = 1,
    .summary = "show what up or down would run, statement by statement",
    .description =
        "Reads the database in a read-only transaction and runs nothing. A Lua migration is\n"
        "shown as its text: what it will do only running it tells (raymig up --dry-run).",
    .examples = "raymig plan               what up would run\n"
                "raymig plan --down        what down would run",
    .options = options,
    .run = plan,
};
