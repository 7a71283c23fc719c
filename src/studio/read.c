/* Reading: see read.h. A confined row comes as one text, a composite's, and is taken apart here. */
#include "studio/read.h"

#include "pg/quote.h"
#include "studio/filter.h"

#include <stdlib.h>
#include <string.h>

enum { COLUMNS_STEP, ROWS_STEP };

static bool
begin_confined(struct ray_lease *lease, struct ray_arena *arena, const char *sql, int64_t most,
               struct ray_read *read, struct ray_err *err)
{
    struct ray_conn *conn = ray_lease_conn(lease);
    struct ray_buf buf;

    if (!ray_lease_may_confine(lease)) {
        (void)ray_err_set(err, RAY_REFUSED,
                          "SQL of one's own is not run: as a superuser it could still write");
        return ray_err_hint(err, "Log in as a role that is no superuser.");
    }
    if (!ray_flow_describe(conn, arena, sql, &read->flow, err))
        return false;
    if (read->flow.ncols == 0) {
        (void)ray_err_set(err, RAY_REFUSED, "the studio was started with --read-only");
        return ray_err_detail(err, "A superuser's statement that gives no rows is not run.");
    }
    ray_buf_init(&buf, arena);
    ray_buf_add(&buf, "SELECT pg_temp.raymig_read(");
    ray_buf_literal(&buf, sql);
    ray_buf_addf(&buf, ", %lld)", (long long)most);
    read->row = ray_arena_new();
    return ray_flow_begin(conn, arena, buf.data, 0, NULL, &read->inner, err);
}

bool
ray_read_begin(struct ray_lease *lease, struct ray_arena *arena, const char *sql, bool own,
               struct ray_read *out, struct ray_err *err)
{
    memset(out, 0, sizeof(*out));
    out->confined = own && ray_lease_is_confined(lease);
    if (out->confined)
        return begin_confined(lease, arena, sql, 0, out, err);
    return ray_flow_begin(ray_lease_conn(lease), arena, sql, 0, NULL, &out->flow, err);
}

bool
ray_read_confined(struct ray_lease *lease, struct ray_arena *arena, const char *sql, int64_t most,
                  struct ray_read *out, struct ray_err *err)
{
    memset(out, 0, sizeof(*out));
    out->confined = true;
    return begin_confined(lease, arena, sql, most, out, err);
}

/* One field of a composite's text; gives what stands behind it. NULL is nothing at all, '' is "". */
static const char *
take_field(struct ray_arena *arena, const char *text, const char **value, size_t *length)
{
    struct ray_buf buf;
    bool quoted = false;
    bool any = false;

    ray_buf_init(&buf, arena);
    for (; *text != '\0' && (quoted || (*text != ',' && *text != ')')); text++) {
        any = true;
        if ((*text == '"' && quoted && text[1] == '"') || (*text == '\\' && text[1] != '\0'))
            ray_buf_addc(&buf, *++text);
        else if (*text == '"')
            quoted = !quoted;
        else
            ray_buf_addc(&buf, *text);
    }
    *value = any ? buf.data : NULL;
    *length = buf.len;
    return text;
}

static void
take_row(struct ray_read *read)
{
    const char *text = read->inner.values[0] != NULL ? read->inner.values[0] + 1 : ")";

    ray_arena_reset(read->row);
    for (size_t c = 0; c < read->flow.ncols; c++) {
        text = take_field(read->row, text, &read->flow.values[c], &read->flow.lengths[c]);
        text += *text == ',' ? 1 : 0;
    }
}

enum ray_flow_what
ray_read_next(struct ray_read *read, struct ray_err *err)
{
    enum ray_flow_what what;

    if (!read->confined)
        return ray_flow_next(&read->flow, err);
    what = ray_flow_next(&read->inner, err);
    if (what == RAY_FLOW_ROW)
        take_row(read);
    if (what == RAY_FLOW_DONE)
        read->flow.tag = read->inner.tag;
    return what;
}

void
ray_read_end(struct ray_read *read)
{
    ray_flow_end(read->confined ? &read->inner : &read->flow);
    ray_arena_free(read->row);
    read->row = NULL;
}

bool
ray_count_rows(struct ray_arena *arena, struct ray_lease *lease,
               const struct ray_relation *relation, const json_t *filters, const char *where,
               int64_t *out, struct ray_err *err)
{
    struct ray_read read;
    struct ray_buf sql;
    enum ray_flow_what what = RAY_FLOW_FAILED;

    ray_buf_init(&sql, arena);
    ray_buf_add(&sql, "SELECT pg_catalog.count(*) FROM ");
    ray_buf_relation(&sql, relation);
    ray_buf_add(&sql, " AS t");
    if (!ray_buf_where(&sql, relation, filters, where, NULL, err))
        return false;
    if (ray_read_begin(lease, arena, sql.data, where != NULL, &read, err))
        do {
            what = ray_read_next(&read, err);
            if (what == RAY_FLOW_ROW && read.flow.ncols > 0 && read.flow.values[0] != NULL)
                *out = strtoll(read.flow.values[0], NULL, 10);
        } while (what != RAY_FLOW_END && what != RAY_FLOW_FAILED);
    ray_read_end(&read);
    return what == RAY_FLOW_END;
}
