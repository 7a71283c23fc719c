/*
 * Which rows: filters on columns, by a table of operators, and a condition of the user's own. Values become literals that
 * the server casts to the column's type; a wrong one is the server's error.
 */
#ifndef RAY_STUDIO_FILTER_H
#define RAY_STUDIO_FILTER_H

#include "base/json.h"
#include "studio/relation.h"

enum ray_values { RAY_VALUES_NONE, RAY_VALUES_ONE, RAY_VALUES_MANY };

struct ray_operator {
    const char *op; /* as a request names it; NULL ends the table */
    const char *label;
    const char *categories; /* of types that have it (pg_type.typcategory); NULL: all */
    enum ray_values values;
    const char *
        sql; /* %c the column, %t its text, %v the value cast to its type, %x as text, %l a list of casts */
    const char *untyped; /* the same for types without equality; NULL: it has none */
    bool searches;       /* a btree index helps */
};
extern const struct ray_operator ray_operators[];

/* [{op, label, categories, values}], for the front end. The caller owns it. */
json_t *ray_operators_json(void);

/*
 * Appends " WHERE ..." of the filters ([{column, op, value}]), the raw condition and `more`; each may be NULL; nothing
 * where there is none. The column is called t."name". The raw condition is whatever the user wrote: what holds it is the
 * transaction, which is read-only, and the protocol, which takes one statement.
 */
bool ray_buf_where(struct ray_buf *buf, const struct ray_relation *relation, const json_t *filters,
                   const char *raw, const char *more, struct ray_err *err) RAY_MUST_CHECK;

/* The attnums of filters that no index helps, where none of them has one and the relation is not small: an array. */
json_t *ray_filters_unindexed(const struct ray_relation *relation, const json_t *filters);

/* Where a scan of all takes long enough to be told. */
bool ray_relation_is_large(const struct ray_relation *relation);

#endif
