/* The squash: see squash.h. */
#include "project/squash.h"
#include "project/generate.h"
#include "project/git.h"
#include "project/rewrite.h"

#include "base/hash.h"
#include "catalog/snapshot.h"
#include "history/layout.h"
#include "history/merged.h"

#include <string.h>

#define ARCHIVE "archive"

struct squash {
    struct ray_project *project;
    const struct ray_squash_request *request;
    struct ray_squashed *out;
    struct ray_planned planned;
    struct ray_rewrite rewrite;
};

/* ---------------------------------------------------------------- which */

static bool
find(struct squash *squash, const char *name, size_t otherwise, size_t *out)
{
    const struct ray_migration *migration;

    *out = otherwise;
    if (name == NULL)
        return true;
    migration = ray_folder_find(&squash->out->folder, name, &squash->project->err);
    if (migration != NULL)
        *out = (size_t)(migration - squash->out->folder.migrations.items);
    return migration != NULL;
}

static bool
choose(struct squash *squash)
{
    struct ray_err *err = &squash->project->err;
    size_t count = squash->out->folder.migrations.len;

    if (strcmp(squash->out->folder.format->name, "raymig") != 0) {
        (void)ray_err_set(err, RAY_USAGE, "raymig squashes no migrations in the %s layout",
                          squash->out->folder.format->name);
        return ray_err_hint(err, "raymig import turns the folder into raymig's own layout.");
    }
    if (!find(squash, squash->request->from, 0, &squash->out->from) ||
        !find(squash, squash->request->to, count == 0 ? 0 : count - 1, &squash->out->to))
        return false;
    if (count >= 2 && squash->out->from < squash->out->to)
        return true;
    (void)ray_err_set(err, RAY_USAGE, "there is nothing to squash: it takes two migrations");
    return ray_err_hint(err, "%s and %s name the first and the last of them.",
                        ray_project_word(squash->project, "from"),
                        ray_project_word(squash->project, "to"));
}

/* The number is that of the last, so that the ones behind it stay as they are. */
static bool
choose_name(struct squash *squash)
{
    struct ray_project *project = squash->project;
    const char *last = squash->out->folder.migrations.items[squash->out->to].tag;
    const char *what = ray_new_name(project->arena,
                                    squash->request->name != NULL ? squash->request->name
                                                                  : "squashed",
                                    &project->err);
    size_t digits = ray_digits(last);

    if (what == NULL)
        return false;
    squash->out->tag = ray_arena_printf(project->arena, "%.*s_%s", (int)digits, last, what);
    for (size_t i = 0; i < squash->out->folder.migrations.len; i++) {
        const struct ray_migration *migration = &squash->out->folder.migrations.items[i];

        if (strcmp(migration->tag, squash->out->tag) != 0 &&
            !ray_replaced_names(&migration->replaces, squash->out->tag))
            continue;
        (void)ray_err_set(&project->err, RAY_USAGE,
                          "\"%s\" is the name of a migration that is replaced", squash->out->tag);
        return ray_err_hint(&project->err,
                            "Databases know it by that name: give another one, as in "
                            "raymig squash schema.");
    }
    return true;
}

static bool
refuse_data(struct squash *squash)
{
    struct ray_project *project = squash->project;
    struct ray_squash_data first = {0};
    struct ray_buf all;

    ray_buf_init(&all, project->arena);
    for (size_t i = squash->out->from; i <= squash->out->to; i++) {
        struct ray_squash_data data;

        if (!ray_squash_find_data(project, &squash->out->folder.migrations.items[i], &data))
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
    if (squash->request->schema_only) {
        ray_project_warn(project, "left out, as you said: what is done to rows or roles in\n%s",
                         all.data);
        return true;
    }
    (void)ray_err_set(&project->err, RAY_REFUSED,
                      "what these migrations do to rows or roles cannot be squashed");
    (void)ray_err_detail(&project->err, "%s", all.data);
    return ray_err_hint(&project->err,
                        "Squash the ones before or behind them with --from and --to; or, "
                        "where a new database can do without, say --schema-only.");
}

/* ---------------------------------------------------------------- the files that go */

static void
add_replaced(struct squash *squash, const char *path)
{
    if (path != NULL)
        *ray_vec_add(squash->project->arena, &squash->out->replaced) = ray_path_name(path);
}

static bool
list_replaced(struct squash *squash)
{
    struct ray_project *project = squash->project;
    const char *unkept;
    bool git;

    for (size_t i = squash->out->from; i <= squash->out->to; i++) {
        const struct ray_migration *migration = &squash->out->folder.migrations.items[i];

        add_replaced(squash, migration->up.source.path);
        if (migration->down.kind != RAY_SCRIPT_NONE &&
            strcmp(migration->down.source.path, migration->up.source.path) != 0)
            add_replaced(squash, migration->down.source.path);
    }
    if (squash->request->archive || squash->request->dry_run)
        return true;
    unkept = ray_git_unkept(project, squash->out->folder.path, &squash->out->replaced, &git);
    if (unkept == NULL)
        return true;
    (void)ray_err_set(&project->err, RAY_REFUSED,
                      git ? "\"%s\" would be lost: the last commit does not have it as it is"
                          : "\"%s\" would be lost: there is no git repository that has it",
                      unkept);
    return ray_err_hint(&project->err, "Commit it first; or keep what is replaced with --archive.");
}

static bool
remove_replaced(struct squash *squash)
{
    struct ray_rewrite *rewrite = &squash->rewrite;
    struct ray_project *project = squash->project;

    if (squash->request->archive &&
        !ray_file_make_folder(ray_rewrite_path(rewrite, ARCHIVE), &project->err))
        return false;
    for (size_t i = 0; i < squash->out->replaced.len; i++) {
        const char *file = squash->out->replaced.items[i];

        if (squash->request->archive
                ? !ray_rewrite_rename(rewrite, file, ray_path_join(project->arena, ARCHIVE, file))
                : !ray_rewrite_remove(rewrite, file))
            return false;
    }
    for (size_t i = squash->out->from; i <= squash->out->to; i++) {
        const char *path = ray_folder_snapshot(project->arena, &squash->out->folder,
                                               &squash->out->folder.migrations.items[i], false);

        if (path != NULL && !ray_rewrite_remove(rewrite, ray_path_join(project->arena, "meta",
                                                                       ray_path_name(path))))
            return false;
    }
    return true;
}

/* ---------------------------------------------------------------- the migration */

static bool
plan(struct squash *squash)
{
    struct ray_project *project = squash->project;
    const struct ray_migration *items = squash->out->folder.migrations.items;
    struct ray_catalog *before;
    struct ray_catalog *after;

    if (squash->out->from == 0 ? !ray_source_load(project, "empty", &before)
                               : !ray_source_replay(project, &squash->out->folder,
                                                    &items[squash->out->from - 1], &before))
        return false;
    if (!ray_source_replay(project, &squash->out->folder, &items[squash->out->to], &after) ||
        !ray_source_is_whole(project, after) ||
        !ray_planned_make(project, before, after, RAY_UNSETTLED_ASK, &squash->planned))
        return false;
    squash->out->up = squash->planned.up.steps.len == 0
                          ? "-- What these migrations did they have taken back.\n"
                          : ray_generate_up(project->arena, &squash->planned.up);
    squash->out->down = ray_generate_down(project->arena, &squash->planned);
    return true;
}

static bool
write_files(struct squash *squash)
{
    struct ray_project *project = squash->project;
    struct ray_buf snapshot;
    const char *const names[] = {
        ray_arena_printf(project->arena, "%s.sql", squash->out->tag),
        ray_arena_printf(project->arena, "%s.down.lua", squash->out->tag),
        ray_arena_printf(project->arena, "meta/%.*s_snapshot.json",
                         (int)ray_digits(squash->out->tag), squash->out->tag),
    };
    const char *texts[] = {squash->out->up, squash->out->down, NULL};

    ray_buf_init(&snapshot, project->arena);
    ray_snapshot_write(squash->planned.up.to, &snapshot);
    texts[2] = snapshot.data;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (!ray_rewrite_text(&squash->rewrite, names[i], texts[i]))
            return false;
        *ray_vec_add(project->arena, &squash->out->written) = names[i];
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
    struct ray_project *project = squash->project;

    for (size_t i = squash->out->from; i <= squash->out->to; i++) {
        const struct ray_migration *migration = &squash->out->folder.migrations.items[i];
        struct ray_replaced *replaced = ray_vec_add(project->arena, out);

        replaced->tag = migration->tag;
        replaced->when = migration->when;
        replaced->replaces = migration->replaces;
        if (!ray_migration_hash(project->arena, migration, &replaced->sha256, &project->err) ||
            !ray_script_tokens(project->arena, &migration->up, &replaced->tokens, &project->err))
            return false;
    }
    return true;
}

static bool
write_journal(struct squash *squash)
{
    struct ray_project *project = squash->project;
    const char *path = ray_rewrite_path(&squash->rewrite, "meta/_journal.json");
    struct ray_journal_change *changes;
    struct ray_journal journal;
    size_t count = 0;

    if (!ray_journal_read(project->arena, path, &journal, &project->err))
        return false;
    changes = RAY_NEW_ARRAY(project->arena, struct ray_journal_change, journal.entries.len);
    for (size_t i = 0; i < journal.entries.len; i++) {
        struct ray_journal_entry entry = journal.entries.items[i];

        if (i >= squash->out->from && i < squash->out->to)
            continue;
        changes[count].was = i == squash->out->to ? NULL : entry.tag;
        if (i == squash->out->to) {
            entry.tag = squash->out->tag;
            entry.sha256 = hash_text(project->arena, squash->out->up);
            entry.down_sha256 = hash_text(project->arena, squash->out->down);
            entry.parent = journal.entries.items[squash->out->from].parent;
            entry.replaces = (ray_replaced_list){0};
            if (!describe_replaced(squash, &entry.replaces))
                return false;
        }
        if (i == squash->out->to + 1 && entry.parent != NULL &&
            strcmp(entry.parent, journal.entries.items[squash->out->to].tag) == 0)
            entry.parent = squash->out->tag;
        changes[count++].entry = entry;
    }
    return ray_journal_rewrite(project->arena, path, path, changes, count, &project->err);
}

/* Before the first migration of all there are no rows. */
static bool
prove_rows(struct squash *squash)
{
    const struct ray_migration *items = squash->out->folder.migrations.items;
    const struct ray_folder *after = &squash->rewrite.after;
    struct ray_squash_rows rows = {.before = &squash->out->folder,
                                   .last = &items[squash->out->to],
                                   .after = after,
                                   .squashed = &after->migrations.items[squash->out->from],
                                   .catalog_before = squash->planned.up.from,
                                   .catalog_after = squash->planned.up.to};

    if (squash->out->from == 0 || squash->request->schema_only)
        return true;
    rows.last_before = &items[squash->out->from - 1];
    return ray_squash_prove_rows(squash->project, &rows);
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
    wanted = RAY_NEW_ARRAY(squash->project->arena, bool, after->migrations.len);
    wanted[squash->out->from] = true;
    return ray_rewrite_prove(&squash->rewrite, wanted) && prove_rows(squash);
}

static bool
write(struct squash *squash)
{
    struct ray_project *project = squash->project;

    if (!ray_rewrite_begin(project, squash->out->folder.path, &squash->rewrite) ||
        !remove_replaced(squash) || !write_files(squash) || !write_journal(squash) ||
        !prove(squash))
        return false;
    return squash->request->dry_run || ray_rewrite_publish(&squash->rewrite);
}

/* ---------------------------------------------------------------- the whole */

static bool
run(struct squash *squash)
{
    struct ray_project *project = squash->project;

    return ray_project_configure(project) &&
           ray_project_folder(project, false, &squash->out->folder) && choose(squash) &&
           choose_name(squash) && refuse_data(squash) && list_replaced(squash) && plan(squash) &&
           write(squash);
}

bool
ray_squash(struct ray_project *project, const struct ray_squash_request *request,
           struct ray_squashed *out)
{
    struct squash squash = {.project = project, .request = request, .out = out};
    bool ok;

    *out = (struct ray_squashed){.request = request};
    ok = run(&squash);
    ray_rewrite_end(&squash.rewrite);
    return ok;
}

static void
add_files(struct ray_arena *arena, const struct ray_squashed *squashed, const ray_strings *names,
          const char *what, json_t *list)
{
    for (size_t i = 0; i < names->len; i++)
        ray_json_add_file(list, ray_path_join(arena, squashed->folder.path, names->items[i]), what);
}

json_t *
ray_squashed_json(struct ray_arena *arena, const struct ray_squashed *squashed)
{
    json_t *result = json_object();
    json_t *files = json_array();

    add_files(arena, squashed, &squashed->written, "wrote", files);
    add_files(arena, squashed, &squashed->replaced,
              squashed->request->archive ? "archived" : "removed", files);
    ray_json_set_bool(result, "ok", true);
    ray_json_set_bool(result, "dry_run", squashed->request->dry_run);
    ray_json_set_text(result, "tag", squashed->tag);
    json_object_set_new(result, "files", files);
    ray_json_set_text(result, "up", squashed->up);
    ray_json_set_text(result, "down", squashed->down);
    return result;
}
