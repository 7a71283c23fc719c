/* `raymig generate`: the migration that leads from the last one to the Lua schema, proved both ways. */
#include "project/generate.h"
#include "cmd/options.h"

#include <string.h>

static const struct ray_option options[] = {
    {"dry-run", '\0', NULL, "print the migration, write nothing", false},
    {"lua", '\0', NULL, "one Lua file of reversible operations instead of SQL", false},
    {"empty", '\0', NULL, "a migration to be written by hand that leaves the schema as it is",
     false},
    {"check", '\0', NULL, "write nothing; exit 3 when schema and migrations disagree", false},
    RAY_RENAME_OPTIONS,
    RAY_SOURCE_OPTIONS,
    {NULL, '\0', NULL, NULL, false},
};

/* What happened, for a person. */
static void
tell(struct ray_app *app, const struct ray_generated *generated)
{
    const struct ray_plan *plan = &generated->planned.up;

    if (generated->planned_any && plan->steps.len == 0)
        ray_term_say(app->term, "nothing changed: the migrations make what the schema says");
    else if (generated->name != NULL)
        ray_term_outn(app->term, generated->up, strlen(generated->up));
    else if (ray_app_flag(app, "check"))
        ray_term_say(app->term, "%zu step%s from the migrations to the schema", plan->steps.len,
                     plan->steps.len == 1 ? "" : "s");
    for (size_t i = 0; i < generated->files.len; i++)
        ray_term_out(app->term, "%s\n", generated->files.items[i].name);
}

static void
warn(struct ray_app *app, const struct ray_generated *generated)
{
    const struct ray_plan *plan = &generated->planned.up;

    if (plan->loses_data && generated->files.len > 0)
        ray_term_warn(app->term, "this migration loses data: look at it before you run it");
    for (size_t i = 0; i < plan->steps.len; i++)
        if (plan->steps.items[i].refusal != NULL)
            ray_term_warn(app->term,
                          "where there are rows like those made up for the proof it fails: %s",
                          plan->steps.items[i].refusal);
}

static enum ray_code
generate(struct ray_app *app)
{
    const struct ray_generate_options how = {.name = app->nargs > 0 ? app->args[0] : NULL,
                                             .lua = ray_app_flag(app, "lua"),
                                             .dry_run = ray_app_flag(app, "dry-run"),
                                             .check = ray_app_flag(app, "check"),
                                             .empty = ray_app_flag(app, "empty")};
    struct ray_generated generated;

    if (!ray_generate(&app->project, &how, &generated))
        return ray_app_fail(app);
    if (ray_term_options(app->term)->json)
        ray_app_print_json(app, ray_generated_json(app->arena, &generated));
    else
        tell(app, &generated);
    warn(app, &generated);
    return how.check && generated.planned.up.steps.len > 0 ? RAY_DIFFERENT : RAY_OK;
}

const struct ray_command ray_cmd_generate = {
    .name = "generate",
    .arguments = "[NAME]",
    .max_args = 1,
    .summary = "write the migration from the last one to the Lua schema, with its way back",
    .description =
        "Compares the schema with what the migrations make: the last one's snapshot or, where\n"
        "there is none, the migrations run in a shadow. Up and down are proved there before\n"
        "anything is written: the old state is made, the plan goes up, the catalog must be\n"
        "the schema's, the way back is gone, and it must be the old one.\n"
        "\n"
        "What is gone beside something new that is like it may have been renamed: that is asked\n"
        "about on a terminal, and elsewhere refused until --rename or --dropped says it.\n"
        "\n"
        "--lua writes one file of reversible operations (docs/change.md), proved likewise; what\n"
        "they cannot say stands in it as SQL in both directions. --empty writes a migration for\n"
        "you to fill in, for data or what else leaves the schema as it is: its snapshot is the\n"
        "last one's. With --lua it is a template of operations. For one that changes the schema by\n"
        "hand there is raymig new.",
    .examples =
        "raymig generate                       a name from what changed\n"
        "raymig generate add_profiles          a name of yours\n"
        "raymig generate --lua                 operations in Lua\n"
        "raymig generate --empty fill_names    one to be written by hand\n"
        "raymig generate --dry-run             print it, write nothing\n"
        "raymig generate --check               for CI: exit 3 when there is something to generate",
    .options = options,
    .run = generate,
};
