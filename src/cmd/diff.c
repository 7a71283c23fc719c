/* `raymig diff`: two sources compared, as a list of changes, as SQL up or down, or as JSON. */
#include "cmd/changes.h"
#include "cmd/options.h"
#include "cmd/unified.h"
#include "project/planned.h"

#include "diff/plan.h"

static const struct ray_option options[] = {
    {"from", '\0', "SOURCE", "what there is: db (the default), or any other source", false},
    {"to", '\0', "SOURCE", "what shall be: schema (the default), or any other source", false},
    {"summary", '\0', NULL, "a line for each object and value instead of the DDL", false},
    {"sql", '\0', NULL, "print the statements that lead from one to the other", false},
    {"down", '\0', NULL, "with --sql: those that lead back", false},
    {"exit-code", '\0', NULL, "exit 3 where there is a difference", false},
    RAY_RENAME_OPTIONS,
    RAY_SOURCE_OPTIONS,
    {NULL, '\0', NULL, NULL, false},
};

static void
print_json(struct ray_app *app, const ray_changes *changes, const struct ray_planned *planned)
{
    json_t *result = json_object();

    ray_json_set_bool(result, "ok", true);
    json_object_set_new(result, "changes", ray_changes_json(app->arena, changes));
    json_object_set_new(result, "up", ray_planned_json(app->arena, &planned->up));
    json_object_set_new(result, "down", ray_planned_json(app->arena, &planned->down));
    ray_json_set_bool(result, "loses_data", planned->up.loses_data);
    ray_app_print_json(app, result);
}

static void
print_sql(struct ray_app *app, const struct ray_plan *plan)
{
    struct ray_buf script;

    if (plan->steps.len == 0)
        return;
    ray_buf_init(&script, app->arena);
    ray_buf_add(&script, "SET check_function_bodies = off;\n\n");
    ray_planned_script(plan, "\n\n", &script);
    ray_term_outn(app->term, script.data, script.len);
}

static bool
print_changes(struct ray_app *app, const struct ray_catalog *from, const struct ray_catalog *to,
              const ray_changes *changes)
{
    if (ray_app_flag(app, "summary"))
        ray_changes_print(app, changes);
    else if (!ray_unified_print(app, from, to, changes))
        return false;
    if (changes->len == 0)
        ray_term_say(app->term, "no difference");
    else
        ray_term_say(app->term, "%zu differences", changes->len);
    return true;
}

static enum ray_code
diff(struct ray_app *app)
{
    const char *from = ray_app_option(app, "from");
    const char *to = ray_app_option(app, "to");
    bool json = ray_term_options(app->term)->json;
    struct ray_planned planned = {0};
    struct ray_catalog *old;
    struct ray_catalog *new;
    const struct ray_catalog *wanted;
    ray_changes changes = {0};

    if (!ray_source_load(&app->project, from == NULL ? "db" : from, &old) ||
        !ray_source_load(&app->project, to == NULL ? "schema" : to, &new) ||
        !ray_source_is_whole(&app->project, old) || !ray_source_is_whole(&app->project, new))
        return ray_app_fail(app);
    wanted = new;
    if (!ray_planned_names(&app->project, old, &wanted))
        return ray_app_fail(app);
    ray_catalog_compare(app->arena, old, wanted, &changes);
    if ((json || ray_app_flag(app, "sql")) &&
        !ray_planned_make(&app->project, old, wanted, RAY_UNSETTLED_WARN, &planned))
        return ray_app_fail(app);
    if (json)
        print_json(app, &changes, &planned);
    else if (ray_app_flag(app, "sql"))
        print_sql(app, ray_app_flag(app, "down") ? &planned.down : &planned.up);
    else if (!print_changes(app, old, wanted, &changes))
        return ray_app_fail(app);
    return changes.len > 0 && ray_app_flag(app, "exit-code") ? RAY_DIFFERENT : RAY_OK;
}

const struct ray_command ray_cmd_diff = {
    .name = "diff",
    .arguments = "",
    .summary = "compare any two sources, and print the statements from one to the other",
    .description =
        "Reads both catalogs and shows the DDL of what differs, the lines of the first with a\n"
        "minus, those of the second with a plus. With --sql the\n"
        "statements that lead from the first to the second, in an order that PostgreSQL takes;\n"
        "with --sql --down those that lead back: proved both ways in a shadow, with a comment where\n"
        "one loses data, rewrites a table or reads all of it.",
    .examples = "raymig diff                                the database against the Lua schema\n"
                "raymig diff --from db --to other.sql --sql  what would make it like the script\n"
                "raymig diff --from a.json --to b.json       two snapshots",
    .options = options,
    .run = diff,
};
