/*
 * Changes as SQL: see change.h. A value is a literal that the column's type reads by assignment; an old value stands in
 * the condition, so that a row that somebody changed meanwhile is not found.
 */
#include "studio/change.h"

#include "pg/quote.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_USER_OID = 16384 };

/* NULL where there is none: the error says why. */
static const struct ray_relation_column *
find_column(const struct ray_relation *relation, const char *key, struct ray_err *err)
{
    char *end;
    size_t index = 0;
    long attnum;

    errno = 0;
    attnum = strtol(key, &end, 10);
    if (errno != 0 || *end != '\0' || end == key) {
        (void)ray_err_set(err, RAY_USAGE, "\"%s\" is no attnum", key);
        return NULL;
    }
    return ray_relation_column(relation, attnum, &index, err) ? &relation->columns[index] : NULL;
}

/* ---------------------------------------------------------------- values */

static bool
is_default(const json_t *value)
{
    return json_is_object(value) && json_is_true(json_object_get(value, "default"));
}

static bool
add_value(struct ray_buf *buf, const struct ray_relation_column *column, const json_t *value,
          struct ray_err *err)
{
    const char *base64 = json_string_value(json_object_get(value, "base64"));

    if (json_is_null(value)) {
        ray_buf_add(buf, "NULL");
    } else if (is_default(value)) {
        ray_buf_add(buf, "DEFAULT");
    } else if (base64 != NULL && column->length == RAY_LENGTH_BYTEA) {
        ray_buf_add(buf, "pg_catalog.decode(");
        ray_buf_literal(buf, base64);
        ray_buf_add(buf, ", 'base64')");
    } else if (json_is_string(value)) {
        ray_buf_literal(buf, json_string_value(value));
    } else if (json_is_number(value) || json_is_boolean(value)) {
        ray_buf_literal(buf, ray_json_text(buf->arena, value));
    } else {
        return ray_err_set(err, RAY_USAGE, "column \"%s\": this is no value", column->name);
    }
    return true;
}

/* Where equality may mean less than the same value (citext, numeric's zeros are harmless, a user's operator is not),
 * or there is none, texts are compared. */
static bool
is_compared_as_text(const struct ray_relation_column *column)
{
    return !column->has_equality || (column->type_oid >= FIRST_USER_OID && column->category != 'E');
}

static bool
add_old(struct ray_buf *buf, const struct ray_relation_column *column, const json_t *value,
        struct ray_err *err)
{
    const char *name = ray_quote_ident(buf->arena, column->name);
    const json_t *bytes = json_object_get(value, "bytes");

    ray_buf_add(buf, " AND ");
    if (json_is_null(value) && column->category == 'C') {
        ray_buf_addf(buf, "pg_catalog.num_nulls(%s) = 1", name);
    } else if (json_is_null(value)) {
        ray_buf_addf(buf, "%s IS NULL", name);
    } else if (json_is_integer(bytes) && json_integer_value(bytes) >= 0) {
        ray_buf_add(buf, "pg_catalog.octet_length(");
        if (column->length == RAY_LENGTH_BYTEA || column->length == RAY_LENGTH_TEXT)
            ray_buf_add(buf, name);
        else
            ray_buf_whole_text(buf, name);
        ray_buf_addf(buf, ") = %lld", (long long)json_integer_value(bytes));
    } else if (json_is_string(value)) {
        ray_buf_add(buf, name);
        ray_buf_add(buf, is_compared_as_text(column) ? "::pg_catalog.text" : "");
        ray_buf_add(buf, " IS NOT DISTINCT FROM ");
        ray_buf_literal(buf, json_string_value(value));
    } else {
        return ray_err_set(err, RAY_USAGE, "column \"%s\": this is no old value", column->name);
    }
    return true;
}

/* ---------------------------------------------------------------- statements */

static bool
check_settable(const struct ray_relation_column *column, const json_t *value, struct ray_err *err)
{
    if (column->generated && !is_default(value))
        return ray_err_set(err, RAY_USAGE, "column \"%s\" is generated", column->name);
    return true;
}

static bool
add_insert(struct ray_buf *buf, const struct ray_change *change, struct ray_err *err)
{
    const struct ray_relation_column *column;
    struct ray_buf values;
    const char *key;
    json_t *value;
    bool overriding = false;
    size_t count = 0;

    ray_buf_init(&values, buf->arena);
    ray_buf_add(buf, "INSERT INTO ");
    ray_buf_relation(buf, change->relation);
    if (json_object_size(change->set) == 0) {
        ray_buf_add(buf, " DEFAULT VALUES");
        return true;
    }
    json_object_foreach(ray_json_borrow(change->set), key, value)
    {
        column = find_column(change->relation, key, err);
        if (column == NULL || !check_settable(column, value, err))
            return false;
        ray_buf_add(buf, count == 0 ? " (" : ", ");
        ray_buf_ident(buf, column->name);
        ray_buf_add(&values, count++ == 0 ? "" : ", ");
        if (!add_value(&values, column, value, err))
            return false;
        overriding = overriding || (column->identity == 'a' && !is_default(value));
    }
    ray_buf_addf(buf, ")%s VALUES (", overriding ? " OVERRIDING SYSTEM VALUE" : "");
    ray_buf_addn(buf, values.data, values.len);
    ray_buf_addc(buf, ')');
    return true;
}

static bool
add_set(struct ray_buf *buf, const struct ray_change *change, struct ray_err *err)
{
    const struct ray_relation_column *column;
    const char *separator = " SET ";
    const char *key;
    json_t *value;

    if (json_object_size(change->set) == 0)
        return ray_err_set(err, RAY_USAGE, "an update sets no column");
    json_object_foreach(ray_json_borrow(change->set), key, value)
    {
        column = find_column(change->relation, key, err);
        if (column == NULL || !check_settable(column, value, err))
            return false;
        if (json_object_get(change->old, key) == NULL)
            return ray_err_set(err, RAY_USAGE, "column \"%s\": its old value is missing",
                               column->name);
        ray_buf_add(buf, separator);
        ray_buf_ident(buf, column->name);
        ray_buf_add(buf, " = ");
        if (!add_value(buf, column, value, err))
            return false;
        separator = ", ";
    }
    return true;
}

static bool
add_condition(struct ray_buf *buf, const struct ray_change *change, struct ray_err *err)
{
    const struct ray_relation_column *column;
    const char *key;
    json_t *value;

    ray_buf_add(buf, " WHERE ");
    ray_buf_key_condition(buf, change->relation, change->key, false);
    json_object_foreach(ray_json_borrow(change->old), key, value)
    {
        column = find_column(change->relation, key, err);
        if (column == NULL || !add_old(buf, column, value, err))
            return false;
    }
    return true;
}

static bool
add_statement(struct ray_buf *buf, const struct ray_change *change, struct ray_err *err)
{
    if (change->op == RAY_CHANGE_INSERT)
        return add_insert(buf, change, err);
    ray_buf_add(buf, change->op == RAY_CHANGE_UPDATE ? "UPDATE " : "DELETE FROM ");
    ray_buf_relation(buf, change->relation);
    return (change->op == RAY_CHANGE_DELETE || add_set(buf, change, err)) &&
           add_condition(buf, change, err);
}

static bool
read_op(const char *op, enum ray_change_op *out, struct ray_err *err)
{
    static const char *const names[] = {"insert", "update", "delete"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(op, names[i]) == 0) {
            *out = (enum ray_change_op)i;
            return true;
        }
    return ray_err_set(err, RAY_USAGE, "\"op\" is insert, update or delete");
}

bool
ray_change_read(struct ray_arena *arena, const struct ray_relation *relation, const char *op,
                const char *key, const json_t *set, const json_t *old, struct ray_change *out,
                struct ray_err *err)
{
    const char *items[RAY_KEY_ITEMS];
    struct ray_buf sql;

    memset(out, 0, sizeof(*out));
    out->relation = relation;
    out->set = set;
    out->old = old;
    if (!read_op(op, &out->op, err))
        return false;
    if (out->op != RAY_CHANGE_INSERT) {
        if (relation->identity == RAY_IDENTITY_NONE)
            return ray_err_set(err, RAY_USAGE, "the rows of \"%s\" have no key", relation->name);
        if (key == NULL)
            return ray_err_set(err, RAY_USAGE, "\"key\" is missing");
        if (!ray_key_parse(arena, key, ray_key_items(arena, relation, items), out->key, err))
            return false;
    }
    ray_buf_init(&sql, arena);
    if (!add_statement(&sql, out, err))
        return false;
    out->sql = sql.data;
    return true;
}

void
ray_buf_shown_row(struct ray_buf *buf, const struct ray_relation *relation, int64_t cell_bytes)
{
    const char *items[RAY_KEY_ITEMS];
    size_t count = ray_key_items(buf->arena, relation, items);
    const char *separator = "";

    for (size_t i = 0; i < count; i++, separator = ", ")
        ray_buf_addf(buf, "%s%s", separator, items[i]);
    for (size_t i = 0; i < relation->ncols; i++, separator = ", ") {
        ray_buf_add(buf, separator);
        ray_buf_cut_value(buf, &relation->columns[i],
                          ray_quote_ident(buf->arena, relation->columns[i].name), cell_bytes);
    }
    if (separator[0] == '\0')
        ray_buf_add(buf, "1");
}
