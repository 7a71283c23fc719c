/* `raymig rebase`: migrations get numbers behind those of another branch. What is done stands in project/rebase.h. */
#include "project/rebase.h"
#include "cmd/cmd.h"

#include <string.h>

static const struct ray_option options[] = {
    {"base", '\0', "REVISION", "what git calls the branch that the others are in (default: main's)",
     false},
    {"offline", '\0', NULL, "do not ask the database what it has had", false},
    {"unproved", '\0', NULL, "go on where a way back does not restore what stood before", false},
    {"dry-run", '\0', NULL, "prove and show it, write nothing", false},
    {"shadow-url", '\0', "URL", "a server for shadow databases; otherwise one of raymig's own",
     false},
    {NULL, '\0', NULL, NULL, false},
};

static void
tell(struct ray_app *app, const struct ray_rebased *rebased)
{
    const char *unwritten = rebased->request->dry_run ? "; nothing was written" : "";
    const char *base = rebased->base == NULL
                           ? ""
                           : ray_arena_printf(app->arena, " of %s", rebased->base);

    for (size_t i = 0; i < rebased->what.items.len; i++) {
        const struct ray_rebase_item *item = &rebased->what.items.items[i];

        if (ray_rebase_renames(item))
            ray_term_out(app->term, "%s -> %s\n", item->entry.tag, item->to.tag);
    }
    if (!rebased->what.settles && rebased->snapshots.len == 0)
        ray_term_say(app->term, "nothing to rebase");
    else if (rebased->moves == 0)
        ray_term_say(app->term, "no migration moves; %s%s",
                     rebased->what.settles ? "the journal is put in order"
                                           : "snapshots are made anew",
                     unwritten);
    else
        ray_term_say(app->term, "%zu migration%s behind those%s, proved%s", rebased->moves,
                     rebased->moves == 1 ? "" : "s", base, unwritten);
}

static enum ray_code
rebase(struct ray_app *app)
{
    struct ray_rebase_request request = {.base = ray_app_option(app, "base"),
                                         .offline = ray_app_flag(app, "offline"),
                                         .unproved = ray_app_flag(app, "unproved"),
                                         .dry_run = ray_app_flag(app, "dry-run")};
    struct ray_rebased rebased;

    for (int i = 0; i < app->nargs; i++)
        *ray_vec_add(app->arena, &request.tags) = app->args[i];
    if (!ray_rebase_run(&app->project, &request, &rebased))
        return ray_app_fail(app);
    if (ray_term_options(app->term)->json)
        ray_app_print_json(app, ray_rebased_json(app->arena, &rebased));
    else
        tell(app, &rebased);
    return RAY_OK;
}

const struct ray_command ray_cmd_rebase = {
    .name = "rebase",
    .arguments = "[TAG...]",
    .max_args = -1,
    .summary = "give migrations numbers behind those of another branch",
    .description =
        "After a merge two migrations may have one number, the journal a conflict or the entries\n"
        "of one side alone, and snapshots know nothing of the other side. The local ones, which\n"
        "others do not have yet, go behind all others and get the next numbers, with their way\n"
        "back and their place in the journal. Nothing in the files is changed. Snapshots are made\n"
        "anew by a replay in a shadow, where each local one is proved, up, back and up again; only\n"
        "then is the folder replaced, as a whole.\n"
        "\n"
        "Local are those that --base has not: git's origin/HEAD, origin/main, origin/master,\n"
        "main, master, or the last commits, the first that has not all of them. Without git they\n"
        "are those that the database has not had. TAG says it outright. What the database has\n"
        "had stays. Where nothing tells which of two of one number was first, it asks, or refuses\n"
        "with both commands.",
    .examples =
        "raymig rebase                   after a merge, also while the journal has a conflict\n"
        "raymig rebase --dry-run         prove and show it, write nothing\n"
        "raymig rebase --base develop    what develop has not is local\n"
        "raymig rebase 0007_add_tags     this one goes behind all others",
    .options = options,
    .run = rebase,
};
