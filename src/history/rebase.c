/* Rebasing: see rebase.h. */
#include "history/rebase.h"

#include "base/clock.h"
#include "base/map.h"
#include "history/journal_internal.h"
#include "history/journaled.h"
#include "history/merged.h"

#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- reading */

struct ray_rebase_item *
ray_rebase_find(const struct ray_rebase *rebase, const char *tag)
{
    for (size_t i = 0; i < rebase->items.len; i++)
        if (strcmp(rebase->items.items[i].entry.tag, tag) == 0)
            return &rebase->items.items[i];
    return NULL;
}

/* The script belongs to its entry, or is one that no entry names. */
static void
add_file(struct ray_arena *arena, struct ray_rebase *rebase, struct ray_map *places,
         const char *name)
{
    bool down;
    const char *tag = ray_journaled_tag(arena, name, &down);
    struct ray_rebase_item *item;
    size_t *place = tag == NULL ? NULL : ray_map_get(places, tag);

    if (tag == NULL || (place == NULL && ray_tag_number(arena, tag) == NULL))
        return;
    if (place == NULL) {
        place = RAY_NEW(arena, size_t);
        *place = rebase->items.len;
        item = ray_vec_add(arena, &rebase->items);
        item->entry = (struct ray_journal_entry){.tag = tag, .version = "7", .breakpoints = true};
        ray_map_put(places, tag, place);
    }
    item = &rebase->items.items[*place];
    *ray_vec_add(arena, &item->files) = name;
    if (!down)
        item->up = name;
}

static bool
refuse_conflicts(struct ray_arena *arena, const struct ray_rebase *rebase,
                 const struct ray_rebase_item *item, struct ray_err *err)
{
    for (size_t i = 0; i < item->files.len; i++) {
        const char *path = ray_path_join(arena, rebase->folder, item->files.items[i]);
        struct ray_text text;
        int line;

        if (!ray_file_read(arena, path, &text, err))
            return false;
        line = ray_conflict_line(text.data);
        if (line == 0)
            continue;
        (void)ray_err_set(err, RAY_REFUSED, "the script has a merge conflict");
        (void)ray_err_at(err, path, line, 0);
        return ray_err_hint(err,
                            "Two migrations of one name were merged into one file: settle it, or "
                            "give one of them its own file again.");
    }
    return true;
}

bool
ray_rebase_replaces(const struct ray_rebase *rebase, const char *tag)
{
    for (size_t i = 0; i < rebase->items.len; i++)
        if (ray_replaced_names(&rebase->items.items[i].entry.replaces, tag))
            return true;
    return false;
}

/* An entry without a script: the other branch has squashed it, or it is a defect. A down alone is nothing. */
static bool
keep_whole(struct ray_arena *arena, struct ray_rebase *rebase, struct ray_err *err)
{
    size_t kept = 0;

    for (size_t i = 0; i < rebase->items.len; i++) {
        struct ray_rebase_item *item = &rebase->items.items[i];
        bool replaced = ray_rebase_replaces(rebase, item->entry.tag);

        if (item->up == NULL && item->journaled && !replaced) {
            (void)ray_err_set(err, RAY_INTEGRITY,
                              "journal entry \"%s\": the folder has no script of "
                              "that name",
                              item->entry.tag);
            (void)ray_err_at(err, rebase->journal, 0, 0);
            return ray_err_hint(err, "Bring the file back, or take the entry out of the journal.");
        }
        if (item->up == NULL) {
            rebase->settles = rebase->settles || item->journaled;
            continue;
        }
        if (!refuse_conflicts(arena, rebase, item, err))
            return false;
        rebase->items.items[kept++] = *item;
    }
    rebase->items.len = kept;
    return true;
}

static void
find_snapshot(struct ray_arena *arena, const struct ray_rebase *rebase,
              struct ray_rebase_item *item)
{
    const char *name = ray_arena_printf(arena, "meta/%.*s_snapshot.json",
                                        (int)ray_digits(item->entry.tag), item->entry.tag);

    if (ray_file_exists(ray_path_join(arena, rebase->folder, name)))
        item->snapshot = name;
}

bool
ray_rebase_read(struct ray_arena *arena, const char *folder, struct ray_rebase *out,
                struct ray_err *err)
{
    struct ray_journal journal;
    ray_entries entries = {0};
    struct ray_map places;

    *out = (struct ray_rebase){.folder = folder, .journal = ray_journaled_path(arena, folder)};
    if (!ray_file_is_folder(folder))
        return ray_err_set(err, RAY_USAGE, "there is no migrations folder \"%s\"", folder);
    if (!ray_journal_read_merged(arena, out->journal, &journal, &out->conflict, err) ||
        !ray_file_list(arena, folder, &entries, err))
        return false;
    if (!journal.own) {
        (void)ray_err_set(err, RAY_USAGE, "\"%s\" is a Drizzle project", folder);
        return ray_err_hint(err, "Delete the migration with its snapshot, and let drizzle-kit "
                                 "generate it anew.");
    }
    out->settles = out->conflict > 0;
    ray_map_init(&places, arena);
    for (size_t i = 0; i < journal.entries.len; i++) {
        struct ray_rebase_item *item = ray_vec_add(arena, &out->items);
        size_t *place = RAY_NEW(arena, size_t);

        item->entry = journal.entries.items[i];
        item->journaled = true;
        *place = i;
        ray_map_put(&places, item->entry.tag, place);
    }
    for (size_t i = 0; i < entries.len; i++)
        if (!entries.items[i].is_folder && entries.items[i].name[0] != '.')
            add_file(arena, out, &places, entries.items[i].name);
    if (!keep_whole(arena, out, err))
        return false;
    for (size_t i = 0; i < out->items.len; i++)
        find_snapshot(arena, out, &out->items.items[i]);
    return true;
}

/* ---------------------------------------------------------------- which are local */

static long long
number_of(const struct ray_rebase_item *item)
{
    return strtoll(item->entry.tag, NULL, 10);
}

static bool
was_said(const struct ray_rebase_item *item)
{
    return item->named || item->chosen;
}

static void
mark_local(struct ray_rebase *rebase, bool published)
{
    bool named = false;
    bool applied = false;

    for (size_t i = 0; i < rebase->items.len; i++) {
        named = named || rebase->items.items[i].named;
        applied = applied || rebase->items.items[i].applied;
    }
    for (size_t i = 0; i < rebase->items.len; i++) {
        struct ray_rebase_item *item = &rebase->items.items[i];

        if (named)
            item->local = item->named || !item->journaled;
        else if (published)
            item->local = !item->published;
        else
            item->local = applied ? !item->applied : !item->journaled;
        /* What replaces others stands where the last of them stood. */
        if (item->entry.replaces.len > 0 && !item->named)
            item->local = false;
        item->local = item->local || item->chosen;
    }
}

/* Two of one number that both stay, or that both go unless it is sure that nobody else has them. Of two the one that was
 * applied stays. */
static bool
find_undecided(struct ray_rebase *rebase, const struct ray_rebase_item **one,
               const struct ray_rebase_item **other)
{
    *one = *other = NULL;
    for (size_t i = 0; i < rebase->items.len; i++)
        for (size_t k = i + 1; k < rebase->items.len; k++) {
            struct ray_rebase_item *left = &rebase->items.items[i];
            struct ray_rebase_item *right = &rebase->items.items[k];

            if (number_of(left) != number_of(right) || left->local != right->local ||
                (left->local && (rebase->sure || was_said(left) != was_said(right))))
                continue;
            if (left->applied != right->applied) {
                left->local = !left->applied;
                right->local = !right->applied;
                continue;
            }
            *one = left;
            *other = right;
            return true;
        }
    return false;
}

/* ---------------------------------------------------------------- the order */

/* Those that stay in the order in which they ran; behind them the local ones by their numbers, last those that somebody
 * said are to move. */
static int
compare_items(const void *a, const void *b)
{
    const struct ray_rebase_item *left = a;
    const struct ray_rebase_item *right = b;
    bool by_number = left->local || !left->journaled || !right->journaled;

    if (left->local != right->local)
        return left->local ? 1 : -1;
    if (was_said(left) != was_said(right))
        return was_said(left) ? 1 : -1;
    if (by_number && number_of(left) != number_of(right))
        return number_of(left) < number_of(right) ? -1 : 1;
    if (left->entry.when != right->entry.when)
        return left->entry.when < right->entry.when ? -1 : 1;
    return strcmp(left->entry.tag, right->entry.tag);
}

static void
place_behind(struct ray_arena *arena, const struct ray_journal_entry *before, long long last,
             struct ray_rebase_item *item)
{
    size_t digits = ray_digits(item->entry.tag);
    long long number = number_of(item);
    int64_t now = ray_clock_now();
    int idx = before == NULL ? -1 : before->idx;
    int64_t when = before == NULL ? 0 : before->when;

    item->to = item->entry;
    item->to.parent = before == NULL ? NULL : before->tag;
    if (number <= last) {
        number = last + 1;
        item->to.tag = ray_arena_printf(arena, "%0*lld%s", (int)digits, number,
                                        item->entry.tag + digits);
    }
    if (!item->journaled || item->entry.idx <= idx || item->to.tag != item->entry.tag)
        item->to.idx = number > idx && number <= INT32_MAX ? (int)number : idx + 1;
    if (item->entry.when <= when)
        item->to.when = now > when ? now : when + 1;
    item->moves = item->to.tag != item->entry.tag ||
                  (item->journaled && item->to.when != item->entry.when);
}

static bool
same_text(const char *one, const char *other)
{
    return one == other || (one != NULL && other != NULL && strcmp(one, other) == 0);
}

static bool
refuse_applied(const struct ray_rebase_item *item, struct ray_err *err)
{
    (void)ray_err_set(err, RAY_REFUSED, "\"%s\" is applied in this database, so it stays",
                      item->entry.tag);
    return ray_err_hint(err,
                        "Where the database is yours alone: raymig rebase --offline moves it all "
                        "the same; then raymig down takes the old one back by its stored way, and "
                        "raymig up runs all in the new order.");
}

bool
ray_rebase_plan(struct ray_arena *arena, struct ray_rebase *rebase,
                const struct ray_journal *published, const struct ray_rebase_item **one,
                const struct ray_rebase_item **other, struct ray_err *err)
{
    const struct ray_journal_entry *before = NULL;
    long long last = -1;

    mark_local(rebase, published != NULL);
    if (find_undecided(rebase, one, other))
        return true;
    if (rebase->items.len > 1)
        qsort(rebase->items.items, rebase->items.len, sizeof(*rebase->items.items), compare_items);
    for (size_t i = 0; i < rebase->items.len; i++) {
        struct ray_rebase_item *item = &rebase->items.items[i];

        item->to = item->entry;
        item->moves = false;
        if (item->local)
            place_behind(arena, before, last, item);
        if (item->moves && item->applied)
            return refuse_applied(item, err);
        if (item->moves && item->entry.replaces.len > 0)
            return ray_err_set(err, RAY_REFUSED,
                               "\"%s\" replaces others, so it stays where the last of them stood",
                               item->entry.tag);
        rebase->settles = rebase->settles || item->moves || !item->journaled ||
                          item->to.idx != item->entry.idx ||
                          !same_text(item->to.parent, item->entry.parent);
        before = &item->to;
        last = number_of(item) > last ? number_of(item) : last;
        if (item->local)
            last = strtoll(item->to.tag, NULL, 10);
    }
    return true;
}
