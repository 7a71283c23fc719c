/*
 * Folder and history held against each other: see accord.h. What state.c finds is told here in more words,
 * and two things are added that only matter where Drizzle's runner works on the same table: entries that it
 * will never run, because it looks at the newest `when` alone, and rows that it wrote twice.
 */
#include "history/accord.h"

#include "base/buf.h"
#include "base/hash.h"
#include "base/map.h"

#include <string.h>

static struct ray_discord *
add(struct ray_arena *arena, struct ray_accord *accord, const struct ray_stand *stand,
    const char *what)
{
    struct ray_discord *discord = ray_vec_add(arena, &accord->discords);

    discord->name = ray_stand_name(arena, stand);
    discord->what = what;
    return discord;
}

/* The text with its line ends all as LF, or all as CRLF, hashed. */
static const char *
hash_with_ends(struct ray_arena *arena, const struct ray_text *text, const char *end)
{
    char *hex = ray_arena_alloc(arena, RAY_HASH_HEX);
    struct ray_buf buf;

    ray_buf_init(&buf, arena);
    for (size_t i = 0; i < text->len; i++) {
        if (text->data[i] == '\r' && i + 1 < text->len && text->data[i + 1] == '\n')
            continue;
        if (text->data[i] == '\n')
            ray_buf_add(&buf, end);
        else
            ray_buf_addc(&buf, text->data[i]);
    }
    ray_hash_bytes(buf.data, buf.len, hex);
    return hex;
}

static bool
add_edited(struct ray_arena *arena, struct ray_accord *accord, const struct ray_stand *stand,
           struct ray_err *err)
{
    struct ray_arena *scratch = ray_arena_new();
    struct ray_discord *discord = add(arena, accord, stand, "edited");
    const char *path = stand->migration->up.source.path;
    struct ray_text text;
    bool ends = false;
    const char *hash;
    bool ok = ray_migration_hash(arena, stand->migration, &hash, err) &&
              ray_file_read(scratch, path, &text, err);

    if (ok)
        ends = strcmp(hash_with_ends(scratch, &text, "\n"), stand->row->hash) == 0 ||
               strcmp(hash_with_ends(scratch, &text, "\r\n"), stand->row->hash) == 0;
    ray_arena_free(scratch);
    if (!ok)
        return false;
    discord->text = ray_arena_printf(arena,
                                     "%s is not the file that was applied%s: its sha256 is %s, "
                                     "recorded is %s",
                                     path, ends ? ", though only its line ends differ" : "", hash,
                                     stand->row->hash);
    discord->hint = ray_arena_printf(arena,
                                     "Put the file back, or accept it: raymig repair --accept %s",
                                     discord->name);
    return true;
}

/* A row whose file lies in the folder, but not in the journal. */
static bool
find_orphan(struct ray_arena *arena, const struct ray_state *state, const char *hash,
            const char **out, struct ray_err *err)
{
    char hex[RAY_HASH_HEX];

    *out = NULL;
    for (size_t i = 0; i < state->folder->orphans.len; i++) {
        const char *path = ray_path_join(arena, state->folder->path,
                                         ray_arena_printf(arena, "%s.sql",
                                                          state->folder->orphans.items[i]));

        if (!ray_file_exists(path))
            continue;
        if (!ray_file_hash(path, hex, err))
            return false;
        if (strcmp(hex, hash) == 0) {
            *out = path;
            return true;
        }
    }
    return true;
}

static bool
add_missing(struct ray_arena *arena, struct ray_accord *accord, const struct ray_state *state,
            const struct ray_stand *stand, struct ray_err *err)
{
    const struct ray_history_row *row = stand->row;
    struct ray_discord *discord = add(arena, accord, stand, "missing");
    const char *orphan;

    if (!find_orphan(arena, state, row->hash, &orphan, err))
        return false;
    if (orphan != NULL)
        discord->text = ray_arena_printf(arena,
                                         "row %s records %s, for which the journal has no entry",
                                         row->id, orphan);
    else
        discord->text = ray_arena_printf(
            arena, "row %s (created_at %lld, sha256 %s) belongs to no migration of the folder",
            row->id, (long long)row->when, row->hash);
    discord->hint = "Bring the file and its journal entry back from where they went missing.";
    return true;
}

/* Drizzle's runner takes max(created_at) for its water mark: what lies below never runs. */
static bool
is_shadowed(const struct ray_state *state, const struct ray_stand *stand)
{
    return stand->row == NULL && strcmp(state->folder->format->name, "drizzle") == 0 &&
           stand->migration->when <= state->history->newest;
}

static void
add_unapplied(struct ray_arena *arena, struct ray_accord *accord, const struct ray_state *state,
              const struct ray_stand *stand)
{
    bool shadowed = is_shadowed(state, stand);
    bool out_of_order = stand->standing == RAY_OUT_OF_ORDER;
    struct ray_discord *discord;

    if (!shadowed && !out_of_order)
        return;
    discord = add(arena, accord, stand, shadowed ? "shadowed" : "out of order");
    if (shadowed)
        discord->text =
            ray_arena_printf(arena,
                             "not applied, and Drizzle will never run it: its `when` %lld is not "
                             "above the newest one applied, %lld",
                             (long long)stand->migration->when, (long long)state->history->newest);
    else
        discord->text = ray_arena_printf(arena, "not applied, but \"%s\", which comes after it, is",
                                         stand->after->tag);
    discord->hint = out_of_order ? ray_arena_printf(arena, "Apply it with: raymig up --allow %s",
                                                    discord->name)
                                 : "raymig up applies it.";
}

static bool
judge(struct ray_arena *arena, struct ray_accord *accord, const struct ray_state *state,
      const struct ray_stand *stand, struct ray_err *err)
{
    struct ray_discord *discord;

    switch (stand->standing) {
    case RAY_EDITED:
        return add_edited(arena, accord, stand, err);
    case RAY_MISSING:
        return add_missing(arena, accord, state, stand, err);
    case RAY_PARTIAL:
        discord = add(arena, accord, stand, "partial");
        discord->text = ray_arena_printf(arena, "it stopped half-way, after %d statements",
                                         stand->row->statements_done);
        discord->hint = "raymig up finishes it.";
        return true;
    case RAY_HALF:
        if (stand->migration == NULL)
            return true; /* told with the squashed migration */
        discord = add(arena, accord, stand, "half applied");
        discord->text = ray_arena_printf(
            arena, "it replaces migrations of which only some are applied: \"%s\" is not",
            stand->lacks);
        discord->hint = "Run the others from a release that still has their files.";
        return true;
    case RAY_PENDING:
    case RAY_OUT_OF_ORDER:
        add_unapplied(arena, accord, state, stand);
        return true;
    case RAY_APPLIED:
    case RAY_CHANGED:
    case RAY_STANDING_COUNT:
    default:
        return true;
    }
}

/* Rows without a name that have one `when`, or one hash, more than once. */
static void
find_doubles(struct ray_arena *arena, const struct ray_state *state, struct ray_accord *out)
{
    struct ray_map counts;

    ray_map_init(&counts, arena);
    for (size_t i = 0; i < state->history->rows.len; i++) {
        const struct ray_history_row *row = &state->history->rows.items[i];
        size_t *count;

        if (row->name != NULL || row->hash == NULL)
            continue;
        count = ray_map_get(&counts, row->hash);
        if (count == NULL) {
            count = RAY_NEW(arena, size_t);
            ray_map_put(&counts, row->hash, count);
        }
        (*count)++;
    }
    for (size_t i = 0; i < state->stands.len; i++) {
        const struct ray_stand *stand = &state->stands.items[i];
        const size_t *count = stand->row == NULL || stand->row->hash == NULL ||
                                      stand->migration == NULL
                                  ? NULL
                                  : ray_map_get(&counts, stand->row->hash);

        if (count != NULL && *count > 1)
            *ray_vec_add(arena, &out->doubles) = (struct ray_double){.name = stand->migration->tag,
                                                                     .rows = *count};
    }
}

bool
ray_accord_find(struct ray_arena *arena, const struct ray_state *state, struct ray_accord *out,
                struct ray_err *err)
{
    memset(out, 0, sizeof(*out));
    for (size_t i = 0; i < state->stands.len; i++)
        if (!judge(arena, out, state, &state->stands.items[i], err))
            return false;
    find_doubles(arena, state, out);
    return true;
}
