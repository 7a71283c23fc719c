/* A digest of the history: see settled.h. One line a migration, "name hash state", sorted bytewise by name. */
#include "history/settled.h"

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

bool
ray_settled_digest(struct ray_arena *arena, const struct ray_folder *folder,
                   struct ray_ahead *ahead, char hex[RAY_HASH_HEX], struct ray_err *err)
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

/* What a row says of its migration, a NULL as what it stands for. */
#define NAME  "COALESCE(name, '')"
#define HASH  "COALESCE(hash, '')"
#define STATE "COALESCE(state, 'applied')"

#define DIGEST                                                                              \
    "pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(pg_catalog.string_agg(" NAME \
    " || ' ' || " HASH " || ' ' || " STATE " || E'\\n', '' ORDER BY name COLLATE \"C\"),"   \
    " 'UTF8')), 'hex')"

/* Two functions and no operator: in a session that is new, looking up each costs as much as a hundred rows. */
#define SUM                                                                                  \
    "pg_catalog.sum(pg_catalog.hashtextextended(" NAME ", pg_catalog.hashtextextended(" HASH \
    ", pg_catalog.hashtextextended(" STATE ", '0'))))"

/* The row that the server answers; none where it could not be asked. */
static bool
ask(struct ray_conn *conn, struct ray_arena *arena, const struct ray_history_place *place,
    const char *columns, struct ray_rows *rows, struct ray_err *err)
{
    const char *sql = ray_arena_printf(arena, "SELECT %s FROM %s", columns,
                                       ray_history_name(arena, place));

    if (ray_conn_query(conn, arena, sql, 0, NULL, rows, err))
        return true;
    /* A table that is missing, or another tool's: whoever reads it finds out. */
    if (err->code != RAY_FAILED || ray_conn_tx(conn) != RAY_TX_IDLE)
        return false;
    ray_err_clear(err);
    *rows = (struct ray_rows){0};
    return true;
}

/* Whether the answer's first column is that text. */
static bool
is_answer(const struct ray_rows *rows, const char *expected)
{
    const char *answer = rows->nrows == 0 ? NULL : ray_rows_value(rows, 0, 0);

    return answer != NULL && strcmp(answer, expected) == 0;
}

bool
ray_history_settled(struct ray_conn *conn, struct ray_arena *arena,
                    const struct ray_history_place *place, const char hex[RAY_HASH_HEX],
                    const char **sum, struct ray_err *err)
{
    struct ray_rows rows;

    *sum = NULL;
    if (!ask(conn, arena, place, DIGEST ", " SUM, &rows, err))
        return false;
    if (is_answer(&rows, hex))
        *sum = ray_rows_value(&rows, 0, 1);
    return true;
}

bool
ray_history_sum_is(struct ray_conn *conn, const struct ray_history_place *place, const char *sum,
                   bool *is, struct ray_err *err)
{
    struct ray_rows rows;

    *is = false;
    if (!ask(conn, err->arena, place, SUM, &rows, err))
        return false;
    *is = is_answer(&rows, sum);
    return true;
}
