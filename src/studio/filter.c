/* Filters: see filter.h. */
#include "studio/filter.h"

#include "pg/quote.h"
#include "studio/request.h"

#include <stddef.h>
#include <string.h>

enum { FILTERS_MAX = 50, VALUES_MAX = 1000, LARGE_ROWS = 100000, LARGE_PAGES = 4000 };

/* clang-format off */
const struct ray_operator ray_operators[] = {
    {"=", "is", NULL, RAY_VALUES_ONE, "%c = %v", "%t = %x", true},
    {"<>", "is not", NULL, RAY_VALUES_ONE, "%c <> %v", "%t <> %x", false},
    {"<", "less than", NULL, RAY_VALUES_ONE, "%c < %v", NULL, true},
    {"<=", "at most", NULL, RAY_VALUES_ONE, "%c <= %v", NULL, true},
    {">", "more than", NULL, RAY_VALUES_ONE, "%c > %v", NULL, true},
    {">=", "at least", NULL, RAY_VALUES_ONE, "%c >= %v", NULL, true},
    {"like", "like", NULL, RAY_VALUES_ONE, "%t LIKE %x", "%t LIKE %x", false},
    {"ilike", "like, in any case", NULL, RAY_VALUES_ONE, "%t ILIKE %x", "%t ILIKE %x", false},
    {"~", "matches", NULL, RAY_VALUES_ONE, "%t ~ %x", "%t ~ %x", false},
    {"in", "is one of", NULL, RAY_VALUES_MANY, "%c IN (%l)", "%t IN (%l)", true},
    {"is null", "is null", NULL, RAY_VALUES_NONE, "%c IS NULL", "%c IS NULL", true},
    {"is not null", "is not null", NULL, RAY_VALUES_NONE, "%c IS NOT NULL", "%c IS NOT NULL", false},
    {"contains", "contains", "AUR", RAY_VALUES_ONE, "%c @> %v", NULL, false},
    {NULL, NULL, NULL, RAY_VALUES_NONE, NULL, NULL, false},
};
/* clang-format on */

json_t *
ray_operators_json(void)
{
    static const char *const values[] = {"0", "1", "many"};
    json_t *array = json_array();

    for (const struct ray_operator *row = ray_operators; row->op != NULL; row++) {
        json_t *object = json_object();

        ray_json_set_text(object, "op", row->op);
        ray_json_set_text(object, "label", row->label);
        ray_json_set_text(object, "categories", row->categories);
        if (row->values == RAY_VALUES_MANY)
            ray_json_set_text(object, "values", values[row->values]);
        else
            ray_json_set_int(object, "values", row->values);
        (void)json_array_append_new(array, object);
    }
    return array;
}

/* ---------------------------------------------------------------- one filter */

struct filter {
    int64_t column;
    const char *op;
    json_t *value;
};

static const struct ray_field fields[] = {
    {"column", RAY_FIELD_INT, true, offsetof(struct filter, column)},
    {"op", RAY_FIELD_TEXT, true, offsetof(struct filter, op)},
    {"value", RAY_FIELD_ANY, false, offsetof(struct filter, value)},
    {NULL, RAY_FIELD_ANY, false, 0},
};

/* A JSON value as the text that PostgreSQL reads; NULL where it is no plain value. */
static const char *
value_text(struct ray_arena *arena, const json_t *value)
{
    if (json_is_string(value))
        return json_string_value(value);
    if (json_is_number(value) || json_is_boolean(value))
        return ray_json_text(arena, value);
    return NULL;
}

static bool
add_list(struct ray_buf *buf, const struct ray_relation_column *column, const json_t *values,
         struct ray_err *err)
{
    size_t count = json_array_size(values);

    if (!json_is_array(values) || count > VALUES_MAX)
        return ray_err_set(err, RAY_USAGE, "the value of \"in\" is an array of at most %d",
                           VALUES_MAX);
    for (size_t i = 0; i < count; i++) {
        const char *text = value_text(buf->arena, json_array_get(values, i));

        if (text == NULL)
            return ray_err_set(err, RAY_USAGE, "a value of \"in\" is neither text nor number");
        ray_buf_add(buf, i > 0 ? ", " : "");
        if (column->has_equality)
            ray_buf_typed(buf, column, text);
        else
            ray_buf_literal(buf, text);
    }
    if (count == 0)
        ray_buf_add(buf, "NULL");
    return true;
}

/* The template's letters. */
static bool
add_template(struct ray_buf *buf, const char *sql, const struct ray_relation_column *column,
             const struct filter *filter, struct ray_err *err)
{
    const char *value = value_text(buf->arena, filter->value);

    for (; *sql != '\0'; sql++) {
        if (*sql != '%') {
            ray_buf_addc(buf, *sql);
            continue;
        }
        sql++;
        if ((*sql == 'v' || *sql == 'x') && value == NULL)
            return ray_err_set(err, RAY_USAGE, "the filter \"%s\" needs a value", filter->op);
        if (*sql == 'c' || *sql == 't') {
            ray_buf_add(buf, "t.");
            ray_buf_ident(buf, column->name);
            ray_buf_add(buf, *sql == 't' ? "::pg_catalog.text" : "");
        } else if (*sql == 'v') {
            ray_buf_typed(buf, column, value);
        } else if (*sql == 'x') {
            ray_buf_literal(buf, value);
        } else if (!add_list(buf, column, filter->value, err)) {
            return false;
        }
    }
    return true;
}

static const struct ray_operator *
find_operator(const char *op)
{
    for (const struct ray_operator *row = ray_operators; row->op != NULL; row++)
        if (strcmp(row->op, op) == 0)
            return row;
    return NULL;
}

static bool
add_filter(struct ray_buf *buf, const struct ray_relation *relation, const json_t *object,
           struct ray_err *err)
{
    struct filter filter = {0};
    const struct ray_operator *row;
    const struct ray_relation_column *column;
    size_t index;

    if (!json_is_object(object))
        return ray_err_set(err, RAY_USAGE, "a filter is no object");
    if (!ray_request_fields(object, fields, &filter, err) ||
        !ray_relation_column(relation, filter.column, &index, err))
        return false;
    column = &relation->columns[index];
    row = find_operator(filter.op);
    if (row == NULL)
        return ray_err_set(err, RAY_USAGE, "unknown operator \"%s\"", filter.op);
    if ((!column->has_equality && row->untyped == NULL && row->categories == NULL) ||
        (row->categories != NULL && strchr(row->categories, column->category) == NULL))
        return ray_err_set(err, RAY_USAGE, "type %s of column \"%s\" has no operator \"%s\"",
                           column->type, column->name, filter.op);
    return add_template(buf, column->has_equality || row->untyped == NULL ? row->sql : row->untyped,
                        column, &filter, err);
}

bool
ray_buf_where(struct ray_buf *buf, const struct ray_relation *relation, const json_t *filters,
              const char *raw, const char *more, struct ray_err *err)
{
    const char *word = " WHERE ";

    if (json_array_size(filters) > FILTERS_MAX)
        return ray_err_set(err, RAY_USAGE, "more than %d filters", FILTERS_MAX);
    for (size_t i = 0; i < json_array_size(filters); i++) {
        ray_buf_add(buf, word);
        if (!add_filter(buf, relation, json_array_get(filters, i), err))
            return false;
        word = " AND ";
    }
    /* A comment at its end must not take the parenthesis. */
    if (raw != NULL && raw[strspn(raw, " \t\r\n")] != '\0') {
        ray_buf_addf(buf, "%s(", word);
        ray_buf_add(buf, raw);
        ray_buf_add(buf, "\n)");
        word = " AND ";
    }
    if (more != NULL && more[0] != '\0') {
        ray_buf_add(buf, word);
        ray_buf_add(buf, more);
    }
    return true;
}

bool
ray_relation_is_large(const struct ray_relation *relation)
{
    return relation->rows >= LARGE_ROWS || relation->pages >= LARGE_PAGES;
}

json_t *
ray_filters_unindexed(const struct ray_relation *relation, const json_t *filters)
{
    json_t *array = json_array();

    for (size_t i = 0; ray_relation_is_large(relation) && i < json_array_size(filters); i++) {
        const json_t *filter = json_array_get(filters, i);
        const char *op = json_string_value(json_object_get(filter, "op"));
        const struct ray_operator *row = op == NULL ? NULL : find_operator(op);
        int64_t attnum = json_integer_value(json_object_get(filter, "column"));
        bool helped = false;

        for (size_t c = 0; c < relation->ncols; c++)
            helped = helped || (relation->columns[c].attnum == attnum && row != NULL &&
                                row->searches && relation->columns[c].leads_index);
        if (helped) {
            (void)json_array_clear(array);
            return array;
        }
        (void)json_array_append_new(array, json_integer(attnum));
    }
    return array;
}
