/* `raymig squash`: many migrations become one. What is done stands in project/squash.h. */
#include "project/squash.h"
#include "cmd/options.h"

#include <string.h>

static const struct ray_option options[] = {
    {"from", '\0', "TAG", "the first to be replaced (default: the first of the folder)", false},
    {"to", '\0', "TAG", "the last to be replaced (default: the last of the folder)", false},
    {"schema-only", '\0', NULL, "leave out what the migrations do to rows and roles", false},
    {"archive", '\0', NULL, "keep the replaced files in the folder's archive/", false},
    {"dry-run", '\0', NULL, "print the migration, write nothing", false},
    RAY_RENAME_OPTIONS,
    RAY_SOURCE_OPTIONS,
    {NULL, '\0', NULL, NULL, false},
};

static void
tell(struct ray_app *app, const struct ray_squashed *squashed)
{
    bool dry_run = squashed->request->dry_run;

    if (dry_run)
        ray_term_outn(app->term, squashed->up, strlen(squashed->up));
    for (size_t i = 0; !dry_run && i < squashed->written.len; i++)
        ray_term_out(app->term, "%s\n",
                     ray_path_join(app->arena, squashed->folder.path, squashed->written.items[i]));
    ray_term_say(app->term, "%zu migrations become one, proved equal%s",
                 squashed->to - squashed->from + 1, dry_run ? "; nothing was written" : "");
}

static enum ray_code
squash(struct ray_app *app)
{
    const struct ray_squash_request request = {.name = app->nargs > 0 ? app->args[0] : NULL,
                                               .from = ray_app_option(app, "from"),
                                               .to = ray_app_option(app, "to"),
                                               .schema_only = ray_app_flag(app, "schema-only"),
                                               .archive = ray_app_flag(app, "archive"),
                                               .dry_run = ray_app_flag(app, "dry-run")};
    struct ray_squashed squashed;

    if (!ray_squash(&app->project, &request, &squashed))
        return ray_app_fail(app);
    if (ray_term_options(app->term)->json)
        ray_app_print_json(app, ray_squashed_json(app->arena, &squashed));
    else
        tell(app, &squashed);
    return RAY_OK;
}

const struct ray_command ray_cmd_squash = {
    .name = "squash",
    .arguments = "[--from TAG] [--to TAG] [NAME]",
    .max_args = 1,
    .summary = "make one migration of many, proved to make the same",
    .description =
        "Replays the migrations in a shadow, plans from the schema before the first to the\n"
        "schema behind the last, and writes that plan with its way back in their place, under\n"
        "the last one's number. It is proved as a file: what it makes is what they made, and\n"
        "its way back leads to what stood before. The replaced files are deleted, where git has\n"
        "them; --archive keeps them in archive/.\n"
        "\n"
        "The journal keeps what was replaced. A database that has had all of it has the new one;\n"
        "one that has had none runs the new one; where it has had only some, up, down and check\n"
        "say so and exit 6: run the rest from an older release first. Nothing is written to\n"
        "the history until the new one is taken back.\n"
        "\n"
        "What migrations do to rows (INSERT, UPDATE, a Lua script), or to the server's roles, is in\n"
        "no schema, so those are refused; --schema-only leaves it out.",
    .examples = "raymig squash                           the whole folder, as 0042_squashed\n"
                "raymig squash --to 0020 first_year      0001 to 0020, as 0020_first_year\n"
                "raymig squash --from 0010 --to 0020     these eleven\n"
                "raymig squash --dry-run                 print the migration",
    .options = options,
    .run = squash,
};
