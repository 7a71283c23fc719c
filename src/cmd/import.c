/* `raymig import`: another tool's folder and history become raymig's own. What is done stands in project/import.h. */
#include "project/import.h"
#include "cmd/report.h"

#include <string.h>

static const struct ray_option options[] = {
    {"from", '\0', "FORMAT", "the layout of the old folder; otherwise it is detected", false},
    {"to", '\0', "FOLDER", "the new folder; otherwise the old one's name with -raymig", false},
    {"folder-only", '\0', NULL, "convert the folder; no database", false},
    {"history-only", '\0', NULL, "take the history over; the new folder is there already", false},
    {"tool-table", '\0', "TABLE", "the old tool's table, where it has not its default name", false},
    {"allow", '\0', "VERSION", "go on although the folder lacks this applied version", true},
    {"dry-run", '\0', NULL, "only show what becomes of what", false},
    {"lock-wait", '\0', "TIME", "how long to wait for another runner (default 5min)", false},
    {NULL, '\0', NULL, NULL, false},
};

static const enum ray_style styles[] = {
    [RAY_FATE_PENDING] = RAY_WARN,   [RAY_FATE_IMPORT] = RAY_GOOD,   [RAY_FATE_RENAME] = RAY_GOOD,
    [RAY_FATE_RECORDED] = RAY_PLAIN, [RAY_FATE_UNKNOWN] = RAY_PLAIN,
};

/* A row for each migration, the same in a dry run but for the words. */
static void
print_table(struct ray_app *app, const struct ray_import_work *work)
{
    static const char *const heads[] = {"OLD", "NEW", "STATE", "APPLIED AT"};
    struct ray_arena *arena = app->arena;
    struct ray_table table = {.ncols = work->with_history ? 4 : 2, .heads = heads};

    for (size_t i = 0; i < work->plan.items.len; i++) {
        const struct ray_import_item *item = &work->plan.items.items[i];
        const char *at = ray_import_applied_at(work, i);

        *ray_vec_add(arena, &table.cells) = (struct ray_cell){.text = item->old->tag};
        *ray_vec_add(arena, &table.cells) = (struct ray_cell){.text = item->tag};
        if (!work->with_history)
            continue;
        *ray_vec_add(arena, &table.cells) = (struct ray_cell){.text = ray_import_fate_name(work, i),
                                                              .style = styles[work->fates[i]]};
        *ray_vec_add(arena, &table.cells) = (struct ray_cell){
            .text = at == NULL ? NULL : ray_arena_strndup(arena, at, strnlen(at, 19))};
    }
    ray_term_table(app->term, &table);
}

static void
say_summary(struct ray_app *app, const struct ray_import_work *work)
{
    struct ray_term *term = app->term;
    struct ray_history_place place = {app->project.config.history_schema,
                                      app->project.config.history_table};

    if (work->dry_run) {
        ray_term_say(term, "dry run: nothing was written; the new folder would be \"%s\"",
                     work->to);
        return;
    }
    if (work->wrote)
        ray_term_say(term, "wrote \"%s\": %zu migrations; \"%s\" is as it was", work->to,
                     work->plan.items.len, work->old.path);
    if (work->recorded > 0)
        ray_term_say(term, "recorded %zu as applied in %s; %s's own table is as it was",
                     work->recorded, ray_history_name(app->arena, &place), work->old.format->name);
    if (!work->wrote && work->recorded == 0)
        ray_term_say(term, "nothing to do: \"%s\" is imported already", work->to);
    if (work->wrote && app->project.config.path == NULL)
        ray_term_say(term, "next: raymig init --out %s, then raymig status", work->to);
    else if (work->wrote)
        ray_term_say(term, "next: out = \"%s\" in raymig.lua%s, then raymig status", work->to,
                     app->project.config.format == NULL ? "" : ", and `format` out of it");
}

static void
show(struct ray_app *app, const struct ray_import_work *work)
{
    if (!work->found)
        ray_term_say(app->term, "\"%s\" is laid out as raymig's own already: nothing to import",
                     work->old.path);
    if (ray_term_options(app->term)->json) {
        ray_app_print_json(app, ray_import_json(work));
        return;
    }
    if (work->plan.items.len == 0)
        return;
    if (work->dry_run || work->wrote || work->recorded > 0)
        print_table(app, work);
    say_summary(app, work);
}

static enum ray_code
import(struct ray_app *app)
{
    const struct ray_import_request request = {.from = ray_app_option(app, "from"),
                                               .to = ray_app_option(app, "to"),
                                               .tool_table = ray_app_option(app, "tool-table"),
                                               .allow = ray_app_options(app, "allow"),
                                               .folder_only = ray_app_flag(app, "folder-only"),
                                               .history_only = ray_app_flag(app, "history-only"),
                                               .dry_run = ray_app_flag(app, "dry-run")};
    struct ray_report report = {.app = app};
    struct ray_session_options how;
    struct ray_import_work work;
    bool ok;

    ray_session_options_init(&how);
    how.on_event = ray_report_event;
    how.event_arg = &report;
    how.verbose = ray_term_options(app->term)->verbose;
    if (!ray_app_duration(app, "lock-wait", -1, &how.lock_wait_ms))
        return ray_app_fail(app);
    ray_import_init(&work, &app->project, &request, &how);
    ok = ray_import_run(&work);
    if (ok)
        show(app, &work);
    ray_import_close(&work);
    return ok ? RAY_OK : ray_app_fail(app);
}

const struct ray_command ray_cmd_import = {
    .name = "import",
    .arguments = "",
    .summary = "take over another tool's folder and history",
    .description =
        "Converts the migrations folder (the config's out, or --out) into raymig's own layout, in a new\n"
        "folder: NNNN_name.sql, NNNN_name.down.sql and meta/_journal.json. The bytes of every script are\n"
        "kept; sections of one file become two files, and options that stood elsewhere become front\n"
        "matter. Then what the old tool has applied is put into raymig's history, with the times that\n"
        "the tool wrote down. The old folder and the old table stay as they are.\n"
        "\n"
        "Refused are a migration that the tool left half-way or that was edited since (exit 4), and an\n"
        "applied version that the folder lacks, unless --allow names it (exit 6). Repeatable migrations\n"
        "become ordinary ones at the end. A second import has nothing to do. Where another database is\n"
        "to follow and only the new folder is at hand, the same command reads the old versions from its\n"
        "journal.\n"
        "\n"
        "Formats: drizzle, prisma, drizzle-v1, diesel, flyway, goose, dbmate, sqlx, golang-migrate, and\n"
        "those of the project's plugins.",
    .examples = "raymig import --dry-run               what would become of what\n"
                "raymig import --out db/migrations --to migrations --yes\n"
                "raymig import --tool-table app.schema_migrations",
    .options = options,
    .run = import,
};
