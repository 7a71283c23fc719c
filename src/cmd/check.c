/* `raymig check`: do folder, journal, snapshots, schema and history agree? Every problem is listed, not the first alone. */
#include "project/check.h"
#include "cmd/options.h"

#include <string.h>

static const struct ray_option options[] = {
    {"offline", '\0', NULL, "the files only; no database", false},
    {"deep", '\0', NULL, "also replay the migrations in a shadow: snapshot and schema must agree",
     false},
    RAY_SOURCE_OPTIONS,
    {NULL, '\0', NULL, NULL, false},
};

static void
print_indented(struct ray_app *app, const char *text)
{
    for (const char *line = text; line != NULL;) {
        const char *end = strchr(line, '\n');
        int length = end == NULL ? (int)strlen(line) : (int)(end - line);

        ray_term_out(app->term, "         %.*s\n", length, line);
        line = end == NULL ? NULL : end + 1;
    }
}

static void
on_finding(void *arg, const struct ray_err *err)
{
    struct ray_app *app = arg;

    if (ray_term_options(app->term)->json)
        return;
    ray_term_out(app->term, "%s  %s%s%s\n", ray_term_styled(app->term, false, RAY_BAD, "problem"),
                 err->file == NULL ? ""
                 : err->line == 0  ? err->file
                                   : ray_arena_printf(app->arena, "%s:%d", err->file, err->line),
                 err->file == NULL ? "" : ": ", err->message);
    print_indented(app, err->detail);
    print_indented(app, err->hint);
}

static enum ray_code
check(struct ray_app *app)
{
    static const char *const looked_at[2][2] = {{"folder, journal and history",
                                                 "folder and journal"},
                                                {"folder, journal, snapshot, schema and history",
                                                 "folder, journal, snapshot and schema"}};
    const struct ray_check_options how = {.offline = ray_app_flag(app, "offline"),
                                          .deep = ray_app_flag(app, "deep"),
                                          .on_finding = on_finding,
                                          .arg = app};
    struct ray_findings found;

    if (!ray_check(&app->project, &how, &found))
        return ray_app_fail(app);
    if (ray_term_options(app->term)->json)
        ray_app_print_json(app, ray_check_json(&found));
    else if (found.items.len == 0)
        ray_term_say(app->term, "%zu migration%s; %s agree", found.migrations,
                     found.migrations == 1 ? "" : "s", looked_at[how.deep][how.offline]);
    return found.items.len == 0 ? RAY_OK : RAY_INTEGRITY;
}

const struct ray_command ray_cmd_check = {
    .name = "check",
    .arguments = "",
    .summary = "check that folder, journal, snapshots and history agree",
    .description =
        "Lists every defect of the folder and its journal, branches (migrations that were\n"
        "written behind the same one, and merged), snapshots without a migration, Lua scripts\n"
        "that cannot be loaded or have an operation without a way back, and every\n"
        "migration that was edited, is missing, stands out of order or stopped half-way.\n"
        "Exits 6 when there is one.\n"
        "\n"
        "--deep also replays the migrations in a shadow, which takes as long as they run: the\n"
        "last snapshot must be what they make, and so must the schema in Lua.",
    .examples = "raymig check                     before a deployment\n"
                "raymig check --offline --deep    in a pull request, without a database",
    .options = options,
    .run = check,
};
