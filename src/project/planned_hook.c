/* The hook plan_made: see planned.h. A plugin asks for what is to be done by the methods of its event; here it is done. */
#include "project/planned.h"

#include "pg/split.h"
#include "project/plugins.h"

#include <string.h>

/* What plugins added to one direction, each step's statements in a plan of its own. */
struct added {
    struct ray_plan before;
    struct ray_plan after;
};

static const char *
text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

/* ---------------------------------------------------------------- adding */

/* The statements of a text as one step. */
static bool
add_step(struct ray_plan *plan, const char *sql, const char *plugin, const char *reason,
         struct ray_err *err)
{
    const struct ray_source source = {.path = plugin, .text = sql, .end = strlen(sql)};
    struct ray_plan_step step = {.type = RAY_STEP_ALTER,
                                 .first = plan->ddl.statements.len,
                                 .plugin = plugin,
                                 .reason = reason};
    struct ray_splitter *splitter;
    struct ray_statement statement;
    bool end = false;
    bool ok;

    if (sql[0] == '\0')
        return true;
    if (!ray_splitter_open(plan->arena, &source, &splitter, err))
        return false;
    while ((ok = ray_splitter_next(splitter, &statement, &end, err)) && !end) {
        *ray_vec_add(plan->arena, &plan->ddl.statements) = (struct ray_ddl_statement){
            .sql = ray_arena_strdup(plan->arena, statement.text)};
        step.count++;
    }
    ray_splitter_close(splitter);
    if (step.count > 0)
        *ray_vec_add(plan->arena, &plan->steps) = step;
    return ok;
}

static void
append(struct ray_plan *plan, const struct ray_plan *other)
{
    for (size_t i = 0; i < other->steps.len; i++) {
        struct ray_plan_step step = other->steps.items[i];

        step.first = plan->ddl.statements.len;
        for (size_t s = 0; s < step.count; s++)
            *ray_vec_add(plan->arena, &plan->ddl.statements) =
                other->ddl.statements.items[other->steps.items[i].first + s];
        *ray_vec_add(plan->arena, &plan->steps) = step;
    }
}

static void
frame(struct ray_plan *plan, const struct added *added)
{
    struct ray_plan own = *plan;

    memset(&plan->steps, 0, sizeof(plan->steps));
    memset(&plan->ddl.statements, 0, sizeof(plan->ddl.statements));
    append(plan, &added->before);
    append(plan, &own);
    append(plan, &added->after);
}

/* ---------------------------------------------------------------- wishes */

struct wishes {
    struct ray_project *project;
    struct ray_planned *planned;
    struct added up;
    struct added down;
};

static bool
veto(struct wishes *wishes, const char *plugin, const json_t *wish)
{
    return ray_err_set(&wishes->project->err, RAY_REFUSED, "plugin \"%s\" vetoes the plan: %s",
                       plugin, text_of(wish, "veto"));
}

static bool
annotate(struct wishes *wishes, const char *plugin, const json_t *wish)
{
    struct ray_plan *plan = &wishes->planned->up;
    json_int_t number = json_integer_value(json_object_get(wish, "annotate"));
    const char *text = text_of(wish, "text");
    struct ray_plan_step *step;

    if (number < 1 || (size_t)number > plan->steps.len || text == NULL)
        return ray_err_set(&wishes->project->err, RAY_FAILED,
                           "plugin \"%s\", hook plan_made: there is no step %lld to annotate",
                           plugin, (long long)number);
    step = &plan->steps.items[number - 1];
    step->note = step->note == NULL ? ray_arena_strdup(plan->arena, text)
                                    : ray_arena_printf(plan->arena, "%s\n-- %s", step->note, text);
    return true;
}

/* What stands before the plan on the way up is undone behind it on the way back. */
static bool
add(struct wishes *wishes, const char *plugin, const json_t *wish)
{
    bool before = strcmp(text_of(wish, "add"), "before") == 0;
    struct ray_arena *arena = wishes->project->arena;
    const char *reason = text_of(wish, "reason");
    struct ray_err *err = &wishes->project->err;

    reason = reason == NULL ? NULL : ray_arena_strdup(arena, reason);
    wishes->planned->plugin = plugin;
    *ray_vec_add(arena, &wishes->planned->more) = (struct ray_operations_more){
        .before = before,
        .note = ray_arena_printf(arena, "added by the plugin %s%s%s", plugin,
                                 reason == NULL ? "" : ": ", reason == NULL ? "" : reason),
        .up = ray_arena_strdup(arena, text_of(wish, "up")),
        .down = ray_arena_strdup(arena, text_of(wish, "down"))};
    return add_step(before ? &wishes->up.before : &wishes->up.after, text_of(wish, "up"), plugin,
                    reason, err) &&
           add_step(before ? &wishes->down.after : &wishes->down.before, text_of(wish, "down"),
                    plugin, reason, err);
}

static bool
grant_all(struct wishes *wishes, const json_t *answers)
{
    for (size_t i = 0; i < json_array_size(answers); i++) {
        const json_t *row = json_array_get(answers, i);
        const json_t *list = json_object_get(row, "answer");
        const char *plugin = ray_arena_strdup(wishes->project->arena, text_of(row, "plugin"));

        for (size_t k = 0; k < json_array_size(list); k++) {
            const json_t *wish = json_array_get(list, k);
            bool ok = json_object_get(wish, "add") != NULL    ? add(wishes, plugin, wish)
                      : json_object_get(wish, "veto") != NULL ? veto(wishes, plugin, wish)
                                                              : annotate(wishes, plugin, wish);

            if (!ok)
                return false;
        }
    }
    return true;
}

static json_t *
numbered(json_t *steps)
{
    for (size_t i = 0; i < json_array_size(steps); i++)
        ray_json_set_int(json_array_get(steps, i), "number", (int64_t)i + 1);
    return steps;
}

static json_t *
event_of(const struct ray_project *project, const struct ray_planned *planned)
{
    json_t *event = json_object();

    ray_json_set_text(event, "command", project->options.command);
    ray_json_set_bool(event, "loses_data", planned->up.loses_data);
    json_object_set_new(event, "up", numbered(ray_planned_json(project->arena, &planned->up)));
    json_object_set_new(event, "down", numbered(ray_planned_json(project->arena, &planned->down)));
    return event;
}

bool
ray_planned_hook(struct ray_project *project, struct ray_planned *planned)
{
    struct wishes wishes = {.project = project, .planned = planned};
    struct added *const both[] = {&wishes.up, &wishes.down};
    struct ray_lua *lua = ray_project_lua(project);
    struct ray_plugin_desk desk;
    json_t *answers;
    json_t *event;
    bool ok;

    if (!ray_plugins_load(lua, &project->err))
        return false;
    if (!ray_plugins_listen(lua, "plan_made"))
        return true;
    for (size_t i = 0; i < 2; i++)
        both[i]->before.arena = both[i]->after.arena = project->arena;
    event = event_of(project, planned);
    ray_plugin_desk_open(project, &desk);
    ok = ray_plugins_hook(lua, "plan_made", event, &desk.services, &answers, &project->err);
    ray_plugin_desk_close(&desk);
    json_decref(event);
    ok = ok && grant_all(&wishes, answers);
    json_decref(answers);
    if (ok && planned->plugin != NULL) {
        planned->own_up = planned->up;
        planned->own_down = planned->down;
        frame(&planned->up, &wishes.up);
        frame(&planned->down, &wishes.down);
    }
    return ok;
}
