/* Folder against history: see state.h. Hashed, one pass over each side. */
#include "history/state.h"

#include "base/map.h"

#include <stdlib.h>
#include <string.h>

static const char *const standing_names[] = {
    [RAY_PENDING] = "pending", [RAY_OUT_OF_ORDER] = "out of order", [RAY_APPLIED] = "applied",
    [RAY_CHANGED] = "changed", [RAY_PARTIAL] = "partial",           [RAY_EDITED] = "edited",
    [RAY_MISSING] = "missing", [RAY_HALF] = "half applied",
};

const char *
ray_standing_name(enum ray_standing standing)
{
    return standing_names[standing];
}

const char *
ray_stand_name(struct ray_arena *arena, const struct ray_stand *stand)
{
    if (stand->migration != NULL)
        return stand->migration->tag;
    if (stand->row->name != NULL)
        return stand->row->name;
    return ray_arena_printf(arena, "(created_at %lld)", (long long)stand->row->when);
}

const struct ray_history_row *const *
ray_stand_rows(struct ray_arena *arena, const struct ray_stand *stand, size_t *count)
{
    const struct ray_history_row **rows = RAY_NEW_ARRAY(arena, const struct ray_history_row *,
                                                        stand->originals.len + 1);

    *count = 0;
    if (stand->row != NULL && !stand->by_originals)
        rows[(*count)++] = stand->row;
    for (size_t i = 0; i < stand->originals.len; i++)
        rows[(*count)++] = stand->originals.items[i];
    return rows;
}

/* The rows by each thing that can identify one. */
struct index {
    struct ray_map by_name;
    struct ray_map by_when;
    struct ray_map by_hash;
};

static char *
when_key(struct ray_arena *arena, int64_t when)
{
    return ray_arena_printf(arena, "%lld", (long long)when);
}

/* Drizzle, run twice at once, writes a row twice: a second one is no missing migration. */
static char *
duplicate_key(struct ray_arena *arena, const struct ray_history_row *row)
{
    return ray_arena_printf(arena, "when %lld", (long long)row->when);
}

static void
index_rows(struct ray_arena *arena, const struct ray_history *history, struct index *index)
{
    ray_map_init(&index->by_name, arena);
    ray_map_init(&index->by_when, arena);
    ray_map_init(&index->by_hash, arena);
    for (size_t i = 0; i < history->rows.len; i++) {
        struct ray_history_row *row = &history->rows.items[i];

        if (row->name != NULL) {
            ray_map_put(&index->by_name, row->name, row);
            continue;
        }
        if (row->when >= 0)
            ray_map_put(&index->by_when, when_key(arena, row->when), row);
        if (row->hash != NULL)
            ray_map_put(&index->by_hash, row->hash, row);
    }
}

static bool
hash_of(struct ray_arena *arena, struct ray_ahead *ahead, const struct ray_migration *migration,
        const char **out, struct ray_err *err)
{
    *out = ray_ahead_hash(ahead, migration);
    return *out != NULL || ray_migration_hash(arena, migration, out, err);
}

static bool
find_row(struct ray_arena *arena, const struct index *index, struct ray_ahead *ahead,
         const struct ray_migration *migration, const struct ray_history_row **out,
         struct ray_err *err)
{
    const char *hash;

    *out = ray_map_get(&index->by_name, migration->tag);
    if (*out == NULL && index->by_when.len > 0)
        *out = ray_map_get(&index->by_when, when_key(arena, migration->when));
    if (*out == NULL && index->by_hash.len > 0) {
        if (!hash_of(arena, ahead, migration, &hash, err))
            return false;
        *out = ray_map_get(&index->by_hash, hash);
    }
    return true;
}

/* An applied migration: is its file still the one that ran? */
static bool
judge_applied(struct ray_arena *arena, struct ray_ahead *ahead,
              const struct ray_migration *migration, const struct ray_history_row *row,
              enum ray_standing *out, struct ray_err *err)
{
    const char *hash;
    const char *tokens;

    *out = row->state == RAY_ROW_APPLIED ? RAY_APPLIED : RAY_PARTIAL;
    if (!hash_of(arena, ahead, migration, &hash, err))
        return false;
    if (strcmp(hash, row->hash) == 0)
        return true;
    if (row->tokens != NULL) {
        if (!ray_script_tokens(arena, &migration->up, &tokens, err))
            return false;
        if (strcmp(tokens, row->tokens) == 0)
            return true;
    }
    *out = migration->repeatable && row->state == RAY_ROW_APPLIED ? RAY_CHANGED : RAY_EDITED;
    return true;
}

/* The rows that a migration of the folder has claimed. */
struct claims {
    bool *rows;           /* by place in the history */
    bool *half;           /* likewise: of a squashed one that is applied half */
    struct ray_map whens; /* of those without a name, by duplicate_key */
};

static void
claim(struct ray_arena *arena, struct ray_state *state, struct claims *claims,
      const struct ray_history_row *row)
{
    claims->rows[row - state->history->rows.items] = true;
    if (row->name == NULL)
        ray_map_put(&claims->whens, duplicate_key(arena, row), claims);
}

/* ---- squashed migrations ---- */

static bool
is_what_was_squashed(const struct ray_replaced *replaced, const struct ray_history_row *row)
{
    return strcmp(row->hash, replaced->sha256) == 0 ||
           (row->tokens != NULL && replaced->tokens != NULL &&
            strcmp(row->tokens, replaced->tokens) == 0);
}

static const struct ray_history_row *
find_original(struct ray_arena *arena, const struct index *index,
              const struct ray_replaced *replaced)
{
    const struct ray_history_row *row = ray_map_get(&index->by_name, replaced->tag);

    if (row == NULL && index->by_when.len > 0)
        row = ray_map_get(&index->by_when, when_key(arena, replaced->when));
    return row != NULL ? row : ray_map_get(&index->by_hash, replaced->sha256);
}

/* Gathers the rows of the originals; true where all of them are applied. */
static bool
gather_originals(struct ray_arena *arena, const struct index *index, const ray_replaced_list *list,
                 struct ray_stand *stand)
{
    bool all = true;

    for (size_t i = 0; i < list->len; i++) {
        const struct ray_replaced *replaced = &list->items[i];
        const struct ray_history_row *row = find_original(arena, index, replaced);
        bool applied = row != NULL && row->state == RAY_ROW_APPLIED;
        const char *lacks = stand->lacks;
        bool nested = replaced->replaces.len > 0 &&
                      gather_originals(arena, index, &replaced->replaces, stand);

        if (row != NULL)
            *ray_vec_add(arena, &stand->originals) = row;
        if (applied && stand->standing != RAY_EDITED) {
            stand->row = row;
            if (!is_what_was_squashed(replaced, row))
                stand->standing = RAY_EDITED;
        }
        all = all && (applied || nested);
        if (applied || nested)
            stand->lacks = lacks;
        else if (stand->lacks == NULL)
            stand->lacks = replaced->tag;
    }
    return all;
}

/* The row by `when` alone may be that of the last original, which was the same. */
static bool
is_original(const ray_replaced_list *list, const struct ray_history_row *row)
{
    for (size_t i = 0; i < list->len; i++)
        if ((row->name == NULL && is_what_was_squashed(&list->items[i], row)) ||
            is_original(&list->items[i].replaces, row))
            return true;
    return false;
}

/* A squashed migration: it has a row of its own, or those of the originals speak for it. */
static void
match_squashed(struct ray_arena *arena, const struct index *index, struct ray_state *state,
               struct claims *claims, struct ray_stand *stand)
{
    struct ray_stand originals = {.standing = RAY_APPLIED};
    bool all = gather_originals(arena, index, &stand->migration->replaces, &originals);

    stand->originals.items = originals.originals.items;
    stand->originals.len = originals.originals.len;
    if (stand->row == NULL && originals.originals.len == 0)
        return;
    stand->by_originals = stand->row == NULL && all;
    if (stand->row == NULL && !all) {
        stand->standing = RAY_HALF;
        stand->lacks = originals.lacks;
        for (size_t i = 0; i < stand->originals.len; i++)
            claims->half[stand->originals.items[i] - state->history->rows.items] = true;
        stand->originals.len = 0;
        return;
    }
    for (size_t i = 0; i < stand->originals.len; i++)
        claim(arena, state, claims, stand->originals.items[i]);
    if (stand->by_originals) {
        stand->standing = originals.standing;
        stand->row = originals.row;
    }
}

static bool
match_folder(struct ray_arena *arena, struct ray_ahead *ahead, struct ray_state *state,
             struct claims *claims, struct ray_err *err)
{
    struct index index;

    index_rows(arena, state->history, &index);
    for (size_t i = 0; i < state->folder->migrations.len; i++) {
        const struct ray_migration *migration = &state->folder->migrations.items[i];
        struct ray_stand *stand = ray_vec_add(arena, &state->stands);

        stand->migration = migration;
        stand->standing = RAY_PENDING;
        if (!find_row(arena, &index, ahead, migration, &stand->row, err))
            return false;
        if (stand->row != NULL && is_original(&migration->replaces, stand->row))
            stand->row = NULL;
        if (migration->replaces.len > 0)
            match_squashed(arena, &index, state, claims, stand);
        if (stand->row == NULL || stand->by_originals)
            continue;
        claim(arena, state, claims, stand->row);
        if (!judge_applied(arena, ahead, migration, stand->row, &stand->standing, err))
            return false;
    }
    return true;
}

/* Not applied, yet something behind it is. A repeatable one has no place in the order. */
static void
find_out_of_order(struct ray_state *state)
{
    const struct ray_migration *after = NULL;

    for (size_t i = state->stands.len; i-- > 0;) {
        struct ray_stand *stand = &state->stands.items[i];

        if (stand->migration->repeatable)
            continue;
        if (stand->row != NULL) {
            after = stand->migration;
        } else if (after != NULL && stand->standing != RAY_HALF) {
            stand->standing = RAY_OUT_OF_ORDER;
            stand->after = after;
        }
    }
}

static int
compare_missing(const void *a, const void *b)
{
    const struct ray_stand *left = a;
    const struct ray_stand *right = b;

    if (left->row->when != right->row->when)
        return left->row->when < right->row->when ? -1 : 1;
    return left->row < right->row ? -1 : 1;
}

/* Puts the rows that no migration of the folder claimed where their `when` says they belong. */
static void
merge_missing(struct ray_arena *arena, struct ray_state *state, const struct claims *claims)
{
    RAY_VEC(struct ray_stand) missing = {0};
    struct ray_state merged = *state;
    size_t next = 0;

    for (size_t i = 0; i < state->history->rows.len; i++) {
        const struct ray_history_row *row = &state->history->rows.items[i];

        if (claims->rows[i] ||
            (row->name == NULL && ray_map_get(&claims->whens, duplicate_key(arena, row)) != NULL))
            continue;
        *ray_vec_add(arena, &missing) =
            (struct ray_stand){.standing = claims->half[i] ? RAY_HALF : RAY_MISSING, .row = row};
    }
    if (missing.len == 0)
        return;
    qsort(missing.items, missing.len, sizeof(*missing.items), compare_missing);
    memset(&merged.stands, 0, sizeof(merged.stands));
    for (size_t i = 0; i < state->stands.len; i++) {
        while (next < missing.len &&
               missing.items[next].row->when < state->stands.items[i].migration->when)
            *ray_vec_add(arena, &merged.stands) = missing.items[next++];
        *ray_vec_add(arena, &merged.stands) = state->stands.items[i];
    }
    while (next < missing.len)
        *ray_vec_add(arena, &merged.stands) = missing.items[next++];
    *state = merged;
}

bool
ray_state_build(struct ray_arena *arena, const struct ray_folder *folder, struct ray_ahead *ahead,
                const struct ray_history *history, struct ray_state *out, struct ray_err *err)
{
    struct claims claims = {.rows = RAY_NEW_ARRAY(arena, bool, history->rows.len),
                            .half = RAY_NEW_ARRAY(arena, bool, history->rows.len)};

    memset(out, 0, sizeof(*out));
    out->folder = folder;
    out->history = history;
    ray_map_init(&claims.whens, arena);
    if (!match_folder(arena, ahead, out, &claims, err))
        return false;
    find_out_of_order(out);
    merge_missing(arena, out, &claims);
    for (size_t i = 0; i < out->stands.len; i++)
        out->counts[out->stands.items[i].standing]++;
    return true;
}

static bool
named(const char *tag, const char *const *allow, size_t nallow)
{
    for (size_t i = 0; i < nallow; i++)
        if (strcmp(allow[i], tag) == 0)
            return true;
    return false;
}

static bool
refuse_edited_original(const struct ray_stand *stand, const char *name, struct ray_err *err)
{
    const char *original = stand->row->name != NULL
                               ? stand->row->name
                               : ray_arena_printf(err->arena, "created_at %lld",
                                                  (long long)stand->row->when);

    (void)ray_err_set(err, RAY_INTEGRITY,
                      "\"%s\", which \"%s\" replaces, was applied from another file than the one "
                      "that was squashed",
                      original, name);
    (void)ray_err_detail(err, "recorded sha256 %s",
                         stand->row->hash[0] != '\0' ? stand->row->hash : "none");
    return ray_err_hint(err, "Where both did the same, accept it with: raymig repair --accept %s",
                        name);
}

static bool
refuse_half(const struct ray_stand *stand, const char *name, struct ray_err *err)
{
    const ray_replaced_list *replaces;

    if (stand->migration == NULL)
        return true; /* told with the squashed migration */
    replaces = &stand->migration->replaces;
    (void)ray_err_set(err, RAY_INTEGRITY,
                      "\"%s\" replaces migrations of which only some are applied: \"%s\" is not",
                      name, stand->lacks);
    return ray_err_hint(err,
                        "Run the others from a release that still has their files (raymig up --to "
                        "%s), then come back; or take back those that are applied: raymig down.",
                        replaces->items[replaces->len - 1].tag);
}

static bool
refuse(const struct ray_state *state, const struct ray_stand *stand, const char *name,
       struct ray_err *err)
{
    bool own = strcmp(state->folder->format->name, "raymig") == 0;

    switch (stand->standing) {
    case RAY_EDITED:
        if (stand->by_originals)
            return refuse_edited_original(stand, name, err);
        (void)ray_err_set(err, RAY_INTEGRITY, "migration \"%s\" was edited after it was applied",
                          name);
        (void)ray_err_at(err, stand->migration->up.source.path, 0, 0);
        (void)ray_err_detail(err, "recorded sha256 %s",
                             stand->row->hash[0] != '\0' ? stand->row->hash : "none");
        if (stand->row->state != RAY_ROW_APPLIED)
            return ray_err_hint(
                err,
                "It had stopped half-way, after %d statement%s; where the edit puts "
                "the rest right: raymig repair --accept %s, and then go on.",
                stand->row->statements_done, stand->row->statements_done == 1 ? "" : "s", name);
        return ray_err_hint(err,
                            "Put the file back and write a new migration; or, where the edit is "
                            "right, accept it with: raymig repair --accept %s",
                            name);
    case RAY_MISSING:
        (void)ray_err_set(err, RAY_INTEGRITY,
                          "migration \"%s\" is applied, but the folder has no such migration",
                          name);
        return ray_err_hint(
            err,
            "Bring the file back; or take it back with its stored down: raymig down "
            "--stored; or go on without it: --allow %s",
            name);
    case RAY_OUT_OF_ORDER:
        (void)ray_err_set(err, RAY_INTEGRITY,
                          "migration \"%s\" is not applied, but \"%s\", which comes after it, is",
                          name, stand->after->tag);
        return ray_err_hint(err,
                            "Give it a number behind the last%s%s; or apply it out of order with: "
                            "raymig up --allow %s",
                            own ? ": raymig rebase " : "", own ? name : "", name);
    case RAY_HALF:
        return refuse_half(stand, name, err);
    case RAY_PENDING:
    case RAY_APPLIED:
    case RAY_CHANGED:
    case RAY_PARTIAL:
    case RAY_STANDING_COUNT:
    default:
        return true;
    }
}

bool
ray_state_check(const struct ray_state *state, const char *const *allow, size_t nallow,
                struct ray_err *err)
{
    for (size_t i = 0; i < state->stands.len; i++) {
        const struct ray_stand *stand = &state->stands.items[i];
        const char *name = ray_stand_name(err->arena, stand);

        if (stand->standing != RAY_EDITED && stand->standing != RAY_HALF &&
            named(name, allow, nallow))
            continue;
        if (!refuse(state, stand, name, err))
            return false;
    }
    return true;
}
