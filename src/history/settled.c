/* A digest of the history: see settled.h. One line a migration, "name hash state", sorted bytewise by name. */
#include "history/settled.h"

#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

struct line {
    const char *name;
    const char *hash;
};

static int
by_name(const void *left, const void *right)
{
    const struct line *one = left;
    const struct line *other = right;

    return strcmp(one->name, other->name);
}

static bool
folder_digest(struct ray_arena *arena, const struct ray_folder *folder, struct ray_ahead *ahead,
              char hex[RAY_HASH_HEX], struct ray_err *err)
{
    size_t count = folder->migrations.len;
    struct line *lines = ray_arena_alloc(arena, count * sizeof(*lines));
    struct ray_hash *hash;

    for (size_t i = 0; i < count; i++) {
        const struct ray_migration *migration = &folder->migrations.items[i];

        lines[i].name = migration->tag;
        lines[i].hash = ray_ahead_hash(ahead, migration);
        if (lines[i].hash == NULL && !ray_migration_hash(arena, migration, &lines[i].hash, err))
            return false;
    }
    qsort(lines, count, sizeof(*lines), by_name);
    hash = ray_hash_begin();
    for (size_t i = 0; i < count; i++) {
        ray_hash_add(hash, lines[i].name, strlen(lines[i].name));
        ray_hash_add(hash, " ", 1);
        ray_hash_add(hash, lines[i].hash, strlen(lines[i].hash));
        ray_hash_add(hash, " applied\n", strlen(" applied\n"));
    }
    ray_hash_end(hash, hex);
    return true;
}

bool
ray_history_settled(struct ray_conn *conn, const struct ray_history_place *place,
                    const struct ray_folder *folder, struct ray_ahead *ahead, bool *settled,
                    struct ray_err *err)
{
    struct ray_arena *arena = err->arena;
    const char *sql = ray_arena_printf(
        arena,
        "SELECT encode(sha256(convert_to(string_agg(COALESCE(name, '') || ' ' || COALESCE(hash, '')"
        " || ' ' || COALESCE(state, 'applied') || E'\\n', '' ORDER BY name COLLATE \"C\"),"
        " 'UTF8')), 'hex') FROM %s",
        ray_history_name(arena, place));
    char hex[RAY_HASH_HEX];
    struct ray_rows rows;
    const char *theirs;

    *settled = false;
    if (!ray_conn_query(conn, arena, sql, 0, NULL, &rows, err)) {
        /* A table that is missing, or another tool's: whoever reads it finds out. */
        if (err->code != RAY_FAILED || ray_conn_tx(conn) != RAY_TX_IDLE)
            return false;
        ray_err_clear(err);
        return true;
    }
    theirs = ray_rows_value(&rows, 0, 0);
    if (!folder_digest(arena, folder, ahead, hex, err))
        return false;
    *settled = theirs != NULL && strcmp(theirs, hex) == 0;
    return true;
}
