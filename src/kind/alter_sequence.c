/* ALTER SEQUENCE: every option has a word for its default but START, which has none. */
#include "catalog/kind.h"
#include "kind/alter.h"
#include "kind/sequence.h"
#include "pg/quote.h"

#include <stdlib.h>
#include <string.h>

static bool
is_descending(const struct ray_object *sequence)
{
    const char *increment = ray_object_get(sequence, "increment");

    return increment != NULL && increment[0] == '-';
}

/* NULL: what the type holds. */
static const char *
lower_of(const struct ray_object *sequence)
{
    const char *minimum = ray_object_get(sequence, "minimum");

    return minimum != NULL || is_descending(sequence) ? minimum : "1";
}

static const char *
upper_of(const struct ray_object *sequence)
{
    const char *maximum = ray_object_get(sequence, "maximum");

    return maximum != NULL || !is_descending(sequence) ? maximum : "-1";
}

/* Where nobody says, at its first bound. */
static const char *
start_of(const struct ray_object *sequence)
{
    const char *start = ray_object_get(sequence, "start");

    if (start != NULL)
        return start;
    return is_descending(sequence) ? upper_of(sequence) : lower_of(sequence);
}

static bool
is_within(const char *value, const char *lower, const char *upper)
{
    long long number = strtoll(value, NULL, 10);

    return (lower == NULL || number >= strtoll(lower, NULL, 10)) &&
           (upper == NULL || number <= strtoll(upper, NULL, 10));
}

/* The server refuses bounds that the sequence's value is out of, also where nothing was drawn yet. True: it must
 * begin anew, since even its new start is out of the old ones. */
static bool
bring_within(struct ray_ddl *ddl, const struct ray_object *from, const struct ray_object *to)
{
    const char *start = start_of(to);
    const char *lower = lower_of(to);
    const char *upper = upper_of(to);
    struct ray_buf *buf;
    struct ray_buf name;

    if (!is_within(start, lower_of(from), upper_of(from)))
        return true;
    ray_buf_init(&name, ddl->arena);
    ray_ddl_qualified(&name, to);
    buf = ray_ddl_begin(ddl);
    ray_buf_add(buf, "SELECT pg_catalog.setval(");
    ray_buf_literal(buf, name.data);
    ray_buf_addf(buf, ", %s, false) FROM %s", start, name.data);
    ray_buf_addf(buf, " WHERE%s%s%s%s%s", lower == NULL ? "" : " last_value < ",
                 lower == NULL ? "" : lower, lower == NULL || upper == NULL ? "" : " OR",
                 upper == NULL ? "" : " last_value > ", upper == NULL ? "" : upper);
    ray_ddl_end(ddl, to);
    return false;
}

static bool
is_narrowed(const struct ray_object *from, const struct ray_object *to)
{
    const char *lower = lower_of(to);
    const char *upper = upper_of(to);

    return (lower != NULL && (lower_of(from) == NULL || !is_within(lower, NULL, lower_of(from)))) ||
           (upper != NULL && (upper_of(from) == NULL || !is_within(upper, upper_of(from), NULL)));
}

bool
ray_sequence_alter_to(struct ray_ddl *ddl, const struct ray_object *from,
                      const struct ray_object *to, const bool *differs)
{
    static const struct {
        const char *attribute;
        const char *words;
        const char *otherwise;
    } options[] = {
        {"type", "AS ", "AS bigint"},
        {"increment", "INCREMENT BY ", "INCREMENT BY 1"},
        {"minimum", "MINVALUE ", "NO MINVALUE"},
        {"maximum", "MAXVALUE ", "NO MAXVALUE"},
        {"cache", "CACHE ", "CACHE 1"},
        {"cycle", NULL, "NO CYCLE"},
        {"owned_by", "OWNED BY ", "OWNED BY NONE"},
    };
    struct ray_buf *buf;
    bool begins_anew = false;
    size_t length;

    if (ray_differs(to, differs, "identity") || ray_differs(to, differs, "unlogged"))
        return false;
    if (is_narrowed(from, to))
        begins_anew = bring_within(ddl, from, to);
    buf = ray_ddl_begin(ddl);
    ray_buf_add(buf, "ALTER SEQUENCE ");
    ray_ddl_qualified(buf, to);
    length = buf->len;
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        const char *value = ray_object_get(to, options[i].attribute);

        if (!ray_differs(to, differs, options[i].attribute))
            continue;
        if (value == NULL)
            ray_buf_addf(buf, " %s", options[i].otherwise);
        else if (options[i].words == NULL)
            ray_buf_add(buf, " CYCLE");
        else
            ray_buf_addf(buf, " %s%s", options[i].words, value);
    }
    if (strcmp(start_of(from), start_of(to)) != 0)
        ray_buf_addf(buf, " START WITH %s", start_of(to));
    if (begins_anew)
        ray_buf_add(buf, " RESTART");
    if (buf->len > length)
        ray_ddl_end(ddl, to);
    return true;
}

void
ray_sequence_catch_up(struct ray_ddl *ddl, const struct ray_object *sequence,
                      const struct ray_object *column, bool is_new)
{
    static const char *const counted[] = {"smallint", "integer", "bigint"};
    bool down = is_descending(sequence);
    bool is_counted = false;
    struct ray_buf *buf;
    struct ray_buf name;
    struct ray_buf value;

    for (size_t i = 0; i < sizeof(counted) / sizeof(counted[0]); i++)
        is_counted = is_counted || strcmp(ray_object_get(column, "type"), counted[i]) == 0;
    if (!is_counted) /* a sequence may belong to any column */
        return;
    ray_buf_init(&name, ddl->arena);
    ray_ddl_qualified(&name, sequence);
    ray_buf_init(&value, ddl->arena);
    ray_buf_add(&value, down ? "min(" : "max(");
    ray_ddl_name(&value, column->name);
    ray_buf_addc(&value, ')');
    buf = ray_ddl_begin(ddl);
    ray_buf_add(buf, "SELECT pg_catalog.setval(");
    ray_buf_literal(buf, name.data);
    ray_buf_addf(buf, ", %s) FROM ", value.data);
    ray_ddl_owner_name(buf, column);
    ray_buf_addf(buf, " HAVING %s %s ", value.data, down ? "<=" : ">=");
    if (is_new)
        ray_buf_add(buf, start_of(sequence));
    else
        ray_buf_addf(buf, "(SELECT last_value FROM %s)", name.data);
    ray_ddl_end(ddl, sequence);
}
