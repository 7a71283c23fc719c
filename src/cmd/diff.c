/* `raymig diff`: two sources compared, as a list of changes, as SQL up or down, or as JSON. */
#include "cmd/changes.h"
#include "cmd/planned.h"

#include "diff/plan.h"

static const struct ray_option options[] = {
    {"from", '\0', "SOURCE", "what there is: db (the default), or any other source", false},
    {"to", '\0', "SOURCE", "what shall be: schema (the default), or any other source", false},
    {"sql", '\0', NULL, "print the statements that lead from one to the other", false},
    {"down", '\0', NULL, "with --sql: those that lead back", false},
    {"exit-code", '\0', NULL, "exit 3 where there is a difference", false},
    RAY_SOURCE_OPTIONS,
    {NULL, '\0', NULL, NULL, false},
};

static json_t *
steps_json(struct ray_app *app, const struct ray_plan *plan)
{
    static const char *const types[RAY_STEP_COUNT] = {"drop", "create", "alter"};
    json_t *list = json_array();

    for (size_t i = 0; i < plan->steps.len; i++) {
        const struct ray_plan_step *step = &plan->steps.items[i];
        const struct ray_object *object = step->to != NULL ? step->to : step->from;
        json_t *row = json_object();
        json_t *sql = json_array();

        ray_json_set_text(row, "step", types[step->type]);
        ray_json_set_text(row, "object", ray_object_label(app->arena, object));
        ray_json_set_text(row, "reason", step->reason);
        ray_json_set_bool(row, "loses_data", step->loses_data);
        for (size_t s = 0; s < step->count; s++)
            json_array_append_new(sql,
                                  json_string(plan->ddl.statements.items[step->first + s].sql));
        json_object_set_new(row, "sql", sql);
        json_array_append_new(list, row);
    }
    return list;
}

static void
print_sql(struct ray_app *app, const struct ray_plan *plan)
{
    if (plan->steps.len > 0)
        ray_term_out(app->term, "SET check_function_bodies = off;\n");
    for (size_t i = 0; i < plan->steps.len; i++) {
        const struct ray_plan_step *step = &plan->steps.items[i];

        ray_term_out(app->term, "\n");
        if (step->reason != NULL)
            ray_term_out(app->term, "-- %s: %s\n", ray_planned_words[step->type], step->reason);
        if (step->loses_data)
            ray_term_out(app->term, "-- loses data\n");
        for (size_t s = 0; s < step->count; s++)
            ray_term_out(app->term, "%s;\n", plan->ddl.statements.items[step->first + s].sql);
    }
}

static bool
print_json(struct ray_app *app, const struct ray_plan *up)
{
    struct ray_plan down;
    json_t *result = json_object();

    if (!ray_plan_make(app->arena, up->to, up->from, &down, &app->err)) {
        json_decref(result);
        return false;
    }
    ray_json_set_bool(result, "ok", true);
    json_object_set_new(result, "changes", ray_changes_json(app->arena, &up->changes));
    json_object_set_new(result, "up", steps_json(app, up));
    json_object_set_new(result, "down", steps_json(app, &down));
    ray_json_set_bool(result, "loses_data", up->loses_data);
    ray_app_print_json(app, result);
    return true;
}

static bool
print(struct ray_app *app, const struct ray_plan *plan)
{
    if (ray_term_options(app->term)->json)
        return print_json(app, plan);
    if (ray_app_flag(app, "sql")) {
        print_sql(app, plan);
        return true;
    }
    ray_changes_print(app, &plan->changes);
    if (plan->changes.len == 0)
        ray_term_say(app->term, "no difference");
    else
        ray_term_say(app->term, "%zu differences", plan->changes.len);
    return true;
}

static enum ray_code
diff(struct ray_app *app)
{
    const char *from = ray_app_option(app, "from");
    const char *to = ray_app_option(app, "to");
    struct ray_catalog *old;
    struct ray_catalog *new;
    struct ray_plan plan;
    bool down = ray_app_flag(app, "down");

    if (!ray_source_load(app, from == NULL ? "db" : from, &old) ||
        !ray_source_load(app, to == NULL ? "schema" : to, &new) || !ray_source_is_whole(app, old) ||
        !ray_source_is_whole(app, new) ||
        !ray_plan_make(app->arena, down ? new : old, down ? old : new, &plan, &app->err) ||
        !print(app, &plan))
        return ray_app_fail(app);
    return plan.changes.len > 0 && ray_app_flag(app, "exit-code") ? RAY_DIFFERENT : RAY_OK;
}

const struct ray_command ray_cmd_diff = {
    .name = "diff",
    .arguments = "",
    .summary = "compare any two sources, and print the statements from one to the other",
    .description =
        "Reads both catalogs and tells what only one has and what differs. With --sql the\n"
        "statements that lead from the first to the second, in an order that PostgreSQL takes;\n"
        "with --sql --down those that lead back.",
    .examples = "raymig diff                                the database against the Lua schema\n"
                "raymig diff --from db --to other.sql --sql  what would make it like the script\n"
                "raymig diff --from a.json --to b.json       two snapshots",
    .options = options,
    .run = diff,
};
