/*
 * `raymig squash`: many migrations become one that makes the same schema. It is the plan from the catalog before them
 * to the catalog behind them, both replayed in the shadow, so it is no longer than what it makes; and it is proved, as a
 * file, against both. What the originals did to rows is not in any catalog: those that did something are refused.
 *
 * The journal says of the new one what it replaces (history/replaced.h), so a database that had the originals has it.
 */
#include "cmd/squash.h"
#include "cmd/git.h"
#include "cmd/options.h"
#include "cmd/rewrite.h"
#include "project/generate.h"

#include "base/hash.h"
#include "catalog/snapshot.h"
#include "history/layout.h"
#include "history/merged.h"

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

#define ARCHIVE "archive"

struct squash {
    struct ray_app *app;
    struct ray_folder folder;
    size_t from, to; /* places in the folder */
    const char *tag;
    struct ray_planned planned;
    const char *up;
    const char *down;
    ray_strings replaced; /* files, relative to the folder */
    ray_strings written;  /* likewise */
    struct ray_rewrite rewrite;
};

/* ---------------------------------------------------------------- which */

static bool
find(struct squash *squash, const char *option, size_t otherwise, size_t *out)
{
    const char *name = ray_app_option(squash->app, option);
    const struct ray_migration *migration;

    *out = otherwise;
    if (name == NULL)
        return true;
    migration = ray_folder_find(&squash->folder, name, &squash->app->project.err);
    if (migration != NULL)
        *out = (size_t)(migration - squash->folder.migrations.items);
    return migration != NULL;
}

static bool
choose(struct squash *squash)
{
    struct ray_err *err = &squash->app->project.err;
    size_t count = squash->folder.migrations.len;

    if (strcmp(squash->folder.format->name, "raymig") != 0) {
        (void)ray_err_set(err, RAY_USAGE, "raymig squashes no migrations in the %s layout",
                          squash->folder.format->name);
        return ray_err_hint(err, "raymig import turns the folder into raymig's own layout.");
    }
    if (!find(squash, "from", 0, &squash->from) ||
        !find(squash, "to", count == 0 ? 0 : count - 1, &squash->to))
        return false;
    if (count >= 2 && squash->from < squash->to)
        return true;
    (void)ray_err_set(err, RAY_USAGE, "there is nothing to squash: it takes two migrations");
    return ray_err_hint(err, "--from and --to name the first and the last of them.");
}

/* The number is that of the last, so that the ones behind it stay as they are. */
static bool
choose_name(struct squash *squash)
{
    struct ray_app *app = squash->app;
    const char *last = squash->folder.migrations.items[squash->to].tag;
    const char *what = ray_new_name(app->arena, app->nargs > 0 ? app->args[0] : "squashed",
                                    &app->project.err);
    size_t digits = ray_digits(last);

    if (what == NULL)
        return false;
    squash->tag = ray_arena_printf(app->arena, "%.*s_%s", (int)digits, last, what);
    for (size_t i = 0; i < squash->folder.migrations.len; i++) {
        const struct ray_migration *migration = &squash->folder.migrations.items[i];

        if (strcmp(migration->tag, squash->tag) != 0 &&
            !ray_replaced_names(&migration->replaces, squash->tag))
            continue;
        (void)ray_err_set(&app->project.err, RAY_USAGE,
                          "\"%s\" is the name of a migration that is replaced", squash->tag);
        return ray_err_hint(&app->project.err,
                            "Databases know it by that name: give another one, as in "
                            "raymig squash schema.");
    }
    return true;
}

static bool
refuse_data(struct squash *squash)
{
    struct ray_app *app = squash->app;
    struct ray_squash_data first = {0};
    struct ray_buf all;

    ray_buf_init(&all, app->arena);
    for (size_t i = squash->from; i <= squash->to; i++) {
        struct ray_squash_data data;

        if (!ray_squash_find_data(app, &squash->folder.migrations.items[i], &data))
            return false;
        if (data.text == NULL)
            continue;
        if (first.text == NULL)
            first = data;
        ray_buf_addf(&all, "%s%s", all.len > 0 ? "\n" : "", data.file);
        if (data.line > 0)
            ray_buf_addf(&all, ":%d", data.line);
        ray_buf_addf(&all, ": %s", data.text);
    }
    if (first.text == NULL)
        return true;
    if (ray_app_flag(app, "schema-only")) {
        ray_term_warn(app->term, "left out, as you said: what is done to rows or roles in\n%s",
                      all.data);
        return true;
    }
    (void)ray_err_set(&app->project.err, RAY_REFUSED,
                      "what these migrations do to rows or roles cannot be squashed");
    (void)ray_err_detail(&app->project.err, "%s", all.data);
    return ray_err_hint(&app->project.err,
                        "Squash the ones before or behind them with --from and --to; or, "
                        "where a new database can do without, say --schema-only.");
}

/* ---------------------------------------------------------------- the files that go */

static void
add_replaced(struct squash *squash, const char *path)
{
    if (path != NULL)
        *ray_vec_add(squash->app->arena, &squash->replaced) = ray_path_name(path);
}

static bool
list_replaced(struct squash *squash)
{
    struct ray_app *app = squash->app;
    const char *unkept;
    bool git;

    for (size_t i = squash->from; i <= squash->to; i++) {
        const struct ray_migration *migration = &squash->folder.migrations.items[i];

        add_replaced(squash, migration->up.source.path);
        if (migration->down.kind != RAY_SCRIPT_NONE &&
            strcmp(migration->down.source.path, migration->up.source.path) != 0)
            add_replaced(squash, migration->down.source.path);
    }
    if (ray_app_flag(app, "archive") || ray_app_flag(app, "dry-run"))
        return true;
    unkept = ray_git_unkept(app, squash->folder.path, &squash->replaced, &git);
    if (unkept == NULL)
        return true;
    (void)ray_err_set(&app->project.err, RAY_REFUSED,
                      git ? "\"%s\" would be lost: the last commit does not have it as it is"
                          : "\"%s\" would be lost: there is no git repository that has it",
                      unkept);
    return ray_err_hint(&app->project.err,
                        "Commit it first; or keep what is replaced with --archive.");
}

static bool
remove_replaced(struct squash *squash)
{
    struct ray_rewrite *rewrite = &squash->rewrite;
    struct ray_app *app = squash->app;

    if (ray_app_flag(app, "archive") &&
        !ray_file_make_folder(ray_rewrite_path(rewrite, ARCHIVE), &app->project.err))
        return false;
    for (size_t i = 0; i < squash->replaced.len; i++) {
        const char *file = squash->replaced.items[i];

        if (ray_app_flag(app, "archive")
                ? !ray_rewrite_rename(rewrite, file, ray_path_join(app->arena, ARCHIVE, file))
                : !ray_rewrite_remove(rewrite, file))
            return false;
    }
    for (size_t i = squash->from; i <= squash->to; i++) {
        const char *path = ray_folder_snapshot(app->arena, &squash->folder,
                                               &squash->folder.migrations.items[i], false);

        if (path != NULL &&
            !ray_rewrite_remove(rewrite, ray_path_join(app->arena, "meta", ray_path_name(path))))
            return false;
    }
    return true;
}

/* ---------------------------------------------------------------- the migration */

static bool
plan(struct squash *squash)
{
    struct ray_app *app = squash->app;
    const struct ray_migration *items = squash->folder.migrations.items;
    struct ray_catalog *before;
    struct ray_catalog *after;

    if (squash->from == 0
            ? !ray_source_load(&app->project, "empty", &before)
            : !ray_source_replay(&app->project, &squash->folder, &items[squash->from - 1], &before))
        return false;
    if (!ray_source_replay(&app->project, &squash->folder, &items[squash->to], &after) ||
        !ray_source_is_whole(&app->project, after) ||
        !ray_planned_make(&app->project, before, after, RAY_UNSETTLED_ASK, &squash->planned))
        return false;
    squash->up = squash->planned.up.steps.len == 0
                     ? "-- What these migrations did they have taken back.\n"
                     : ray_generate_up(app->arena, &squash->planned.up);
    squash->down = ray_generate_down(app->arena, &squash->planned);
    return true;
}

static bool
write_files(struct squash *squash)
{
    struct ray_app *app = squash->app;
    struct ray_buf snapshot;
    const char *const names[] = {
        ray_arena_printf(app->arena, "%s.sql", squash->tag),
        ray_arena_printf(app->arena, "%s.down.lua", squash->tag),
        ray_arena_printf(app->arena, "meta/%.*s_snapshot.json", (int)ray_digits(squash->tag),
                         squash->tag),
    };
    const char *texts[] = {squash->up, squash->down, NULL};

    ray_buf_init(&snapshot, app->arena);
    ray_snapshot_write(squash->planned.up.to, &snapshot);
    texts[2] = snapshot.data;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (!ray_rewrite_text(&squash->rewrite, names[i], texts[i]))
            return false;
        *ray_vec_add(app->arena, &squash->written) = names[i];
    }
    return true;
}

static const char *
hash_text(struct ray_arena *arena, const char *text)
{
    char *hex = ray_arena_alloc(arena, RAY_HASH_HEX);

    ray_hash_bytes(text, strlen(text), hex);
    return hex;
}

static bool
describe_replaced(struct squash *squash, ray_replaced_list *out)
{
    struct ray_app *app = squash->app;

    for (size_t i = squash->from; i <= squash->to; i++) {
        const struct ray_migration *migration = &squash->folder.migrations.items[i];
        struct ray_replaced *replaced = ray_vec_add(app->arena, out);

        replaced->tag = migration->tag;
        replaced->when = migration->when;
        replaced->replaces = migration->replaces;
        if (!ray_migration_hash(app->arena, migration, &replaced->sha256, &app->project.err) ||
            !ray_script_tokens(app->arena, &migration->up, &replaced->tokens, &app->project.err))
            return false;
    }
    return true;
}

static bool
write_journal(struct squash *squash)
{
    struct ray_app *app = squash->app;
    const char *path = ray_rewrite_path(&squash->rewrite, "meta/_journal.json");
    struct ray_journal_change *changes;
    struct ray_journal journal;
    size_t count = 0;

    if (!ray_journal_read(app->arena, path, &journal, &app->project.err))
        return false;
    changes = RAY_NEW_ARRAY(app->arena, struct ray_journal_change, journal.entries.len);
    for (size_t i = 0; i < journal.entries.len; i++) {
        struct ray_journal_entry entry = journal.entries.items[i];

        if (i >= squash->from && i < squash->to)
            continue;
        changes[count].was = i == squash->to ? NULL : entry.tag;
        if (i == squash->to) {
            entry.tag = squash->tag;
            entry.sha256 = hash_text(app->arena, squash->up);
            entry.down_sha256 = hash_text(app->arena, squash->down);
            entry.parent = journal.entries.items[squash->from].parent;
            entry.replaces = (ray_replaced_list){0};
            if (!describe_replaced(squash, &entry.replaces))
                return false;
        }
        if (i == squash->to + 1 && entry.parent != NULL &&
            strcmp(entry.parent, journal.entries.items[squash->to].tag) == 0)
            entry.parent = squash->tag;
        changes[count++].entry = entry;
    }
    return ray_journal_rewrite(app->arena, path, path, changes, count, &app->project.err);
}

/* Before the first migration of all there are no rows. */
static bool
prove_rows(struct squash *squash)
{
    const struct ray_migration *items = squash->folder.migrations.items;
    const struct ray_folder *after = &squash->rewrite.after;
    struct ray_squash_rows rows = {.before = &squash->folder,
                                   .last = &items[squash->to],
                                   .after = after,
                                   .squashed = &after->migrations.items[squash->from],
                                   .catalog_before = squash->planned.up.from,
                                   .catalog_after = squash->planned.up.to};

    if (squash->from == 0 || ray_app_flag(squash->app, "schema-only"))
        return true;
    rows.last_before = &items[squash->from - 1];
    return ray_squash_prove_rows(squash->app, &rows);
}

/* The squashed migration as a file of the new folder, run by the runner: what it makes is compared with the snapshot,
 * which is what the originals made. */
static bool
prove(struct squash *squash)
{
    const struct ray_folder *after = &squash->rewrite.after;
    bool *wanted;

    if (!ray_rewrite_read(&squash->rewrite))
        return false;
    wanted = RAY_NEW_ARRAY(squash->app->arena, bool, after->migrations.len);
    wanted[squash->from] = true;
    return ray_rewrite_prove(&squash->rewrite, wanted) && prove_rows(squash);
}

static bool
write(struct squash *squash)
{
    struct ray_app *app = squash->app;

    if (!ray_rewrite_begin(app, squash->folder.path, &squash->rewrite) ||
        !remove_replaced(squash) || !write_files(squash) || !write_journal(squash) ||
        !prove(squash))
        return false;
    return ray_app_flag(app, "dry-run") || ray_rewrite_publish(&squash->rewrite);
}

/* ---------------------------------------------------------------- the command */

static void
add_files(const struct squash *squash, json_t *list, const ray_strings *names, const char *what)
{
    for (size_t i = 0; i < names->len; i++)
        ray_json_add_file(list,
                          ray_path_join(squash->app->arena, squash->folder.path, names->items[i]),
                          what);
}

static void
tell(const struct squash *squash)
{
    struct ray_app *app = squash->app;
    bool dry_run = ray_app_flag(app, "dry-run");

    if (ray_term_options(app->term)->json) {
        json_t *result = json_object();
        json_t *files = json_array();

        add_files(squash, files, &squash->written, "wrote");
        add_files(squash, files, &squash->replaced,
                  ray_app_flag(app, "archive") ? "archived" : "removed");
        ray_json_set_bool(result, "ok", true);
        ray_json_set_bool(result, "dry_run", dry_run);
        ray_json_set_text(result, "tag", squash->tag);
        json_object_set_new(result, "files", files);
        ray_json_set_text(result, "up", squash->up);
        ray_json_set_text(result, "down", squash->down);
        ray_app_print_json(app, result);
        return;
    }
    if (dry_run)
        ray_term_outn(app->term, squash->up, strlen(squash->up));
    for (size_t i = 0; !dry_run && i < squash->written.len; i++)
        ray_term_out(app->term, "%s\n",
                     ray_path_join(app->arena, squash->folder.path, squash->written.items[i]));
    ray_term_say(app->term, "%zu migrations become one, proved equal%s",
                 squash->to - squash->from + 1, dry_run ? "; nothing was written" : "");
}

static bool
run(struct squash *squash)
{
    struct ray_app *app = squash->app;

    return ray_project_configure(&app->project) &&
           ray_project_folder(&app->project, false, &squash->folder) && choose(squash) &&
           choose_name(squash) && refuse_data(squash) && list_replaced(squash) && plan(squash) &&
           write(squash);
}

static enum ray_code
squash(struct ray_app *app)
{
    struct squash work = {.app = app};
    bool ok = run(&work);

    ray_rewrite_end(&work.rewrite);
    if (!ok)
        return ray_app_fail(app);
    tell(&work);
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
