/* `raymig diff`: two sources compared, as a list of changes, as SQL up or down, or as JSON. */
#include "cmd/changes.h"
#include "cmd/options.h"
#include "cmd/unified.h"
#include "project/difference.h"

#include <string.h>

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

static bool
print_changes(struct ray_app *app, const struct ray_difference *difference)
{
    const ray_changes *changes = &difference->changes;

    if (ray_app_flag(app, "summary"))
        ray_changes_print(app, changes);
    else if (!ray_unified_print(app, difference->from, difference->to, changes))
        return false;
    if (changes->len == 0)
        ray_term_say(app->term, "no difference");
    else
        ray_term_say(app->term, "%zu difference%s", changes->len, changes->len == 1 ? "" : "s");
    return true;
}

static enum ray_code
diff(struct ray_app *app)
{
    bool json = ray_term_options(app->term)->json;
    bool sql = ray_app_flag(app, "sql");
    struct ray_difference found;
    const char *script;

    if (!ray_difference_find(&app->project, ray_app_option(app, "from"), ray_app_option(app, "to"),
                             json || sql, &found))
        return ray_app_fail(app);
    if (json) {
        ray_app_print_json(app, ray_difference_json(app->arena, &found));
    } else if (sql) {
        script = ray_difference_sql(app->arena, ray_app_flag(app, "down") ? &found.planned.down
                                                                          : &found.planned.up);
        ray_term_outn(app->term, script, strlen(script));
    } else if (!print_changes(app, &found)) {
        return ray_app_fail(app);
    }
    return found.changes.len > 0 && ray_app_flag(app, "exit-code") ? RAY_DIFFERENT : RAY_OK;
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
        "one loses data, rewrites a table or reads all of it.\n"
        "\n"
        "A source is one of: db; schema, the one in Lua; migrations, or migrations@TAG, what they\n"
        "make, all or up to that one; empty; a connection string; a snapshot (.json), a script\n"
        "(.sql), another schema in Lua (.lua, or a folder); or what a plugin brings.",
    .examples = "raymig diff                                the database against the Lua schema\n"
                "raymig diff --from db --to other.sql --sql  what would make it like the script\n"
                "raymig diff --from a.json --to b.json       two snapshots\n"
                "raymig diff --from migrations@0007 --to migrations@0006 --sql    a way back",
    .options = options,
    .run = diff,
};
