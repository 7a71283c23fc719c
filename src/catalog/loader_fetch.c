/*
 * The queries of a catalog, and their results. What a small database costs is the server's planning of them, in a session
 * that is new; so one query asks first of which kinds there is nothing at all, or nothing but what extensions brought,
 * where that is all the same, and those are left out. Each of the
 * others goes down one of the connections, the dearest first to whichever has least to do; the results are taken in
 * the order of the table here, whatever order they come in: what all kinds need, the kinds, and what is about
 * objects of all kinds.
 */
#include "catalog/loader_internal.h"

#include "pg/gather.h"

#include <stdlib.h>

enum { LEAST_WEIGHT = 3 }; /* of a query that finds next to nothing */

struct query {
    const struct ray_kind *kind; /* NULL: a common one */
    const struct ray_common_query *common;
    struct ray_kind_query shape; /* of the kind's */
    const char *sql;
    int weight;
    size_t line; /* the connection that it goes down; unplaced, or nowhere */
    size_t ticket;
};

/* Not yet on a line; on none, since there is nothing of its kind. */
static const size_t unplaced = SIZE_MAX;
static const size_t nowhere = SIZE_MAX - 1;

struct fetch {
    struct ray_loader *loader;
    struct ray_gather *gather;
    struct ray_conn **lines;
    size_t nlines;
    RAY_VEC(struct query) queries;
};

static void
add_common(struct fetch *fetch, enum ray_common_turn turn)
{
    for (size_t i = 0; i < ray_common_query_count; i++)
        if (ray_common_queries[i].turn == turn)
            *ray_vec_add(fetch->loader->scratch, &fetch->queries) = (struct query){
                .common = &ray_common_queries[i],
                .sql = ray_loader_expand(fetch->loader, ray_common_queries[i].sql),
                .weight = ray_common_queries[i].weight + LEAST_WEIGHT,
            };
}

static void
add_queries(struct fetch *fetch)
{
    add_common(fetch, RAY_COMMON_FIRST);
    add_common(fetch, RAY_COMMON_EARLY);
    for (size_t i = 0; i < ray_kind_count; i++) {
        struct query *query = ray_vec_add(fetch->loader->scratch, &fetch->queries);

        query->kind = ray_kinds[i];
        query->weight = ray_kinds[i]->weight + LEAST_WEIGHT;
        ray_loader_query(fetch->loader, ray_kinds[i], &query->shape);
        query->sql = query->shape.sql;
    }
    add_common(fetch, RAY_COMMON_LATE);
}

/* ---------------------------------------------------------------- sending */

/* Of which kinds is there nothing? Asked in front of what all kinds need, which the server answers meanwhile. */
static bool
send_first(struct fetch *fetch, size_t *ticket, struct ray_err *err)
{
    struct ray_buf probe;

    ray_buf_init(&probe, fetch->loader->scratch);
    ray_buf_add(&probe, "SELECT true");
    for (size_t i = 0; i < ray_kind_count; i++)
        if (ray_kinds[i]->select.probe != NULL)
            ray_buf_addf(&probe,
                         ray_kinds[i]->sealed ? ", (SELECT pg_catalog.count(*) FROM %s)"
                                              : ", EXISTS (SELECT FROM %s)",
                         ray_kinds[i]->select.probe);
    if (!ray_gather_send(fetch->gather, 0, probe.data, ticket, err))
        return false;
    for (size_t i = 0; i < fetch->queries.len; i++) {
        struct query *query = &fetch->queries.items[i];

        query->line = unplaced;
        if (query->common == NULL || query->common->turn == RAY_COMMON_LATE)
            continue;
        query->line = 0;
        if (!ray_gather_send(fetch->gather, 0, query->sql, &query->ticket, err))
            return false;
    }
    return true;
}

static bool
take_common(struct fetch *fetch, const struct query *query, struct ray_err *err)
{
    struct ray_rows rows;

    if (!ray_gather_next(fetch->gather, query->ticket, fetch->loader->scratch, &rows, err))
        return ray_err_prepend(err, "cannot read the catalog");
    query->common->take(fetch->loader, &rows);
    return true;
}

static bool
is_common(const struct query *query, enum ray_common_turn turn)
{
    return query->common != NULL && query->common->turn == turn;
}

static bool
take_first(struct fetch *fetch, struct ray_err *err)
{
    for (size_t i = 0; i < fetch->queries.len; i++)
        if (is_common(&fetch->queries.items[i], RAY_COMMON_FIRST) &&
            !take_common(fetch, &fetch->queries.items[i], err))
            return false;
    return true;
}

/* Whether the probe's answer says that there is nothing, or nothing of the user's. */
static bool
is_nothing(const struct ray_loader *loader, const struct ray_kind *kind, const char *answer)
{
    uint32_t class_oid = ray_loader_class(loader, kind->catalog);
    size_t members = 0;

    if (!kind->sealed)
        return answer[0] == 'f';
    for (size_t i = 0; i < loader->member_counts.len; i++)
        if (loader->member_counts.items[i].class_oid == class_oid)
            members = loader->member_counts.items[i].count;
    return strtoull(answer, NULL, 10) == members;
}

static bool
leave_out(struct fetch *fetch, size_t ticket, struct ray_err *err)
{
    struct ray_rows rows;
    size_t column = 1;

    if (!ray_gather_next(fetch->gather, ticket, fetch->loader->scratch, &rows, err))
        return ray_err_prepend(err, "cannot read the catalog");
    if (!take_first(fetch, err))
        return false;
    for (size_t i = 0; i < fetch->queries.len; i++) {
        struct query *query = &fetch->queries.items[i];

        if (query->kind != NULL && query->kind->select.probe != NULL &&
            is_nothing(fetch->loader, query->kind, ray_rows_value(&rows, 0, column++)))
            query->line = nowhere;
    }
    return true;
}

static struct query *
heaviest(struct fetch *fetch)
{
    struct query *found = NULL;

    for (size_t i = 0; i < fetch->queries.len; i++) {
        struct query *query = &fetch->queries.items[i];

        if (query->line == unplaced && (found == NULL || query->weight > found->weight))
            found = query;
    }
    return found;
}

static void
spread(struct fetch *fetch)
{
    int *load = RAY_NEW_ARRAY(fetch->loader->scratch, int, fetch->nlines);
    struct query *query;

    for (size_t i = 0; i < fetch->queries.len; i++)
        if (fetch->queries.items[i].line == 0)
            load[0] += fetch->queries.items[i].weight;
    while ((query = heaviest(fetch)) != NULL) {
        size_t least = 0;

        for (size_t i = 1; i < fetch->nlines; i++)
            if (load[i] < load[least])
                least = i;
        query->line = least;
        load[least] += query->weight;
    }
}

static bool
is_sent(const struct query *query)
{
    return query->common != NULL && query->common->turn != RAY_COMMON_LATE;
}

static bool
send_line(struct fetch *fetch, size_t line, size_t through, struct ray_err *err)
{
    for (size_t i = 0; i < fetch->queries.len; i++)
        if (fetch->queries.items[i].line == line && !is_sent(&fetch->queries.items[i]) &&
            !ray_gather_send(fetch->gather, through, fetch->queries.items[i].sql,
                             &fetch->queries.items[i].ticket, err))
            return false;
    return true;
}

/* The first connection works on its share while the others are opened; one that cannot be had has its share done
 * by the first. */
static bool
send_all(struct fetch *fetch, struct ray_err *err)
{
    struct ray_loader *loader = fetch->loader;
    size_t probe;

    if (!ray_gather_add(loader->scratch, &fetch->gather, fetch->lines[0], err) ||
        !send_first(fetch, &probe, err) || !leave_out(fetch, probe, err))
        return false;
    spread(fetch);
    if (!send_line(fetch, 0, 0, err))
        return false;
    for (size_t i = 1, open = 1; i < fetch->nlines; i++) {
        fetch->lines[open] = ray_loader_open_line(loader);
        if (fetch->lines[open] == NULL) {
            if (!send_line(fetch, i, 0, err))
                return false;
            continue;
        }
        if (!ray_gather_add(loader->scratch, &fetch->gather, fetch->lines[open], err) ||
            !send_line(fetch, i, open, err))
            return false;
        open++;
    }
    return true;
}

/* ---------------------------------------------------------------- taking */

static bool
take_kind(struct fetch *fetch, const struct query *query, struct ray_err *err)
{
    struct ray_loader *loader = fetch->loader;
    struct ray_gather_cut cuts[] = {
        {.arena = loader->keys, .columns = query->shape.key, .ncolumns = RAY_KEY_COUNT},
        {.arena = loader->arena,
         .columns = query->shape.row,
         .ncolumns = RAY_ROW_VALUES + RAY_COMMON_COUNT + query->kind->nattributes},
    };

    if (!ray_gather_next_cut(fetch->gather, query->ticket, cuts, 2, err))
        return ray_err_prepend(err, "cannot read the catalog's %s rows", query->kind->name);
    ray_loader_take(loader, query->kind, &cuts[0].rows, &cuts[1].rows);
    ray_arena_reset(loader->keys);
    return true;
}

static bool
take_all(struct fetch *fetch, struct ray_err *err)
{
    for (size_t i = 0; i < fetch->queries.len; i++) {
        const struct query *query = &fetch->queries.items[i];

        if (query->line == nowhere || is_common(query, RAY_COMMON_FIRST))
            continue;
        if (!(query->kind == NULL ? take_common(fetch, query, err) : take_kind(fetch, query, err)))
            return false;
    }
    return true;
}

bool
ray_loader_fetch(struct ray_loader *loader, size_t lines, struct ray_err *err)
{
    struct fetch fetch = {.loader = loader, .nlines = lines};
    struct ray_err ignored;
    bool ok;

    fetch.lines = RAY_NEW_ARRAY(loader->scratch, struct ray_conn *, lines);
    fetch.lines[0] = loader->conn;
    add_queries(&fetch);
    ok = send_all(&fetch, err) && take_all(&fetch, err);
    ray_err_init(&ignored, loader->scratch);
    if (!ray_gather_end(fetch.gather, ok ? err : &ignored))
        ok = false;
    for (size_t i = 1; i < lines; i++)
        ray_conn_close(fetch.lines[i]);
    return ok;
}
