/* What is known of migrations, by git and by the database: see rebase.h. */
#include "project/rebase.h"

#include "base/hash.h"
#include "history/merged.h"
#include "history/table.h"
#include "project/git.h"

#include <string.h>

/* ---------------------------------------------------------------- git */

/* Where others' migrations are, most likely first. On the main branch itself: what was last pushed, what was last
 * committed, what stood before a merge. */
static const char *const revisions[] = {"origin/HEAD", "origin/main", "origin/master", "main",
                                        "master",      "HEAD",        "HEAD~1"};

/* The revision's journal; *out NULL: it has none that can be read. */
static void
read_journal(struct ray_project *project, const struct ray_rebase *rebase, const char *revision,
             const struct ray_journal **out)
{
    const char *text = ray_git_show(project, rebase->folder, revision, "meta/_journal.json");
    struct ray_journal *journal = RAY_NEW(project->arena, struct ray_journal);
    struct ray_err ignored;

    ray_err_init(&ignored, project->arena);
    *out = text != NULL && ray_journal_read_text(project->arena, text,
                                                 ray_arena_printf(project->arena, "%s:%s", revision,
                                                                  rebase->journal),
                                                 journal, &ignored)
               ? journal
               : NULL;
}

static const struct ray_journal_entry *
find_entry(const struct ray_journal *journal, const char *tag)
{
    for (size_t i = 0; i < journal->entries.len; i++)
        if (strcmp(journal->entries.items[i].tag, tag) == 0)
            return &journal->entries.items[i];
    return NULL;
}

static bool
has_all(const struct ray_journal *journal, const struct ray_rebase *rebase)
{
    for (size_t i = 0; i < rebase->items.len; i++)
        if (find_entry(journal, rebase->items.items[i].entry.tag) == NULL)
            return false;
    return true;
}

/* What others have is as they have it: an entry that the merge lost comes back. */
static void
mark_published(struct ray_project *project, struct ray_rebase *rebase, const char *base,
               const struct ray_journal *journal)
{
    for (size_t i = 0; i < rebase->items.len; i++) {
        struct ray_rebase_item *item = &rebase->items.items[i];
        const struct ray_journal_entry *entry = find_entry(journal, item->entry.tag);

        item->published = entry != NULL;
        if (entry == NULL || item->journaled)
            continue;
        item->entry = *entry;
        item->journaled = true;
        rebase->settles = true;
    }
    for (size_t i = 0; i < journal->entries.len; i++)
        if (ray_rebase_find(rebase, journal->entries.items[i].tag) == NULL &&
            !ray_rebase_replaces(rebase, journal->entries.items[i].tag)) {
            ray_project_say(project, "note: %s has \"%s\", which is not here: merge it first", base,
                            journal->entries.items[i].tag);
            return;
        }
}

static bool
ask_git(struct ray_project *project, const char *wanted, struct ray_rebase *rebase,
        const char **base, const struct ray_journal **published)
{
    *base = wanted;
    *published = NULL;
    rebase->sure = wanted != NULL;
    if (wanted != NULL) {
        read_journal(project, rebase, wanted, published);
        if (*published == NULL) {
            (void)ray_err_set(&project->err, RAY_USAGE,
                              "git has no journal of migrations in \"%s\"", wanted);
            return ray_err_hint(&project->err, "%s names a branch, a tag or a commit that has %s.",
                                ray_project_word(project, "base"), rebase->journal);
        }
    }
    for (size_t i = 0; *published == NULL && i < sizeof(revisions) / sizeof(revisions[0]); i++) {
        read_journal(project, rebase, revisions[i], published);
        if (*published != NULL && has_all(*published, rebase))
            *published = NULL;
        *base = *published == NULL ? NULL : revisions[i];
    }
    if (*published != NULL)
        mark_published(project, rebase, *base, *published);
    return true;
}

/* ---------------------------------------------------------------- the database */

/* By the name; in a table without names by `when`, or by the hash of the file. */
static bool
is_row_of(struct ray_project *project, const struct ray_rebase *rebase,
          const struct ray_rebase_item *item, const struct ray_history_row *row, bool *out)
{
    char hex[RAY_HASH_HEX];

    *out = false;
    if (row->name != NULL) {
        *out = strcmp(row->name, item->entry.tag) == 0;
        return true;
    }
    if (!ray_file_hash(ray_path_join(project->arena, rebase->folder, item->up), hex, &project->err))
        return false;
    *out = strcmp(row->hash, hex) == 0 || (item->journaled && row->when == item->entry.when);
    return true;
}

static bool
mark_applied(struct ray_project *project, struct ray_rebase *rebase,
             const struct ray_history *history)
{
    for (size_t i = 0; i < rebase->items.len; i++) {
        struct ray_rebase_item *item = &rebase->items.items[i];

        for (size_t k = 0; !item->applied && k < history->rows.len; k++)
            if (!is_row_of(project, rebase, item, &history->rows.items[k], &item->applied))
                return false;
    }
    return true;
}

static bool
ask_database(struct ray_project *project, struct ray_rebase *rebase)
{
    struct ray_history_place place = {project->config.history_schema,
                                      project->config.history_table};
    struct ray_history history;
    struct ray_conn *conn;
    bool ok;

    if (!ray_project_connect(project, &conn)) {
        if (project->err.code != RAY_UNAVAILABLE)
            return false;
        ray_project_warn(project, "no database was asked what it has had: %s",
                         project->err.message);
        ray_err_clear(&project->err);
        return true;
    }
    ok = ray_history_load(conn, project->arena, &place, &history, &project->err);
    ray_conn_close(conn);
    return ok && mark_applied(project, rebase, &history);
}

bool
ray_rebase_know(struct ray_project *project, const struct ray_rebase_request *request,
                struct ray_rebase *rebase, const char **base, const struct ray_journal **published)
{
    return ask_git(project, request->base, rebase, base, published) &&
           (request->offline || ask_database(project, rebase));
}
