/*
 * The key of an index out of its numbers. pg_get_indexdef() looks every name up anew, which is the dearest thing
 * that a catalog's queries could ask for; columns, types and operator classes are all here already. A class is
 * written where it is not the one that PostgreSQL would choose: the default one of the method for the column's very
 * type or, where there is none for that, any default one (a varchar's is that of text, an enum's that of anyenum).
 */
#include "catalog/loader_internal.h"

#include "catalog/kinds.h"
#include "catalog/list.h"
#include "pg/keyword.h"

#include <stdlib.h>
#include <string.h>

enum { DESCENDING = 1, NULLS_FIRST = 2 }; /* pg_index.indoption */

/* An operator class. */
struct ray_opclass {
    const char *name; /* as SQL has it */
    uint32_t method;
    bool is_default;
};

void
ray_loader_take_opclasses(struct ray_loader *loader, const struct ray_rows *rows)
{
    struct ray_opclass *classes = RAY_NEW_ARRAY(loader->scratch, struct ray_opclass, rows->nrows);

    for (size_t r = 0; r < rows->nrows; r++) {
        uint32_t type = ray_loader_oid(ray_rows_value(rows, r, 2));

        classes[r] = (struct ray_opclass){
            .name = ray_rows_value(rows, r, 4),
            .method = ray_loader_oid(ray_rows_value(rows, r, 1)),
            .is_default = ray_rows_value(rows, r, 3)[0] == 't',
        };
        ray_oids_put(&loader->opclasses, 0, ray_loader_oid(ray_rows_value(rows, r, 0)), 0,
                     &classes[r]);
        if (classes[r].is_default)
            ray_oids_put(&loader->opclasses, classes[r].method, type, 1, &classes[r]);
    }
}

void
ray_loader_note_type(struct ray_loader *loader, const struct ray_object *column, const char *type)
{
    uint32_t *oid = RAY_NEW(loader->scratch, uint32_t);

    *oid = ray_loader_oid(type);
    ray_oids_put(&loader->types, 0, column->oid, column->sub, oid);
}

/* The next number of "1 2 3"; 0 behind the last. */
static long
next(const char **numbers)
{
    char *rest;
    long number = strtol(*numbers, &rest, 10);

    *numbers = rest;
    return number;
}

static bool
is_chosen(const struct ray_loader *loader, const struct ray_opclass *opclass, uint32_t type)
{
    const struct ray_opclass *exact = ray_oids_get(&loader->opclasses, opclass->method, type, 1);

    return opclass->is_default && (exact == NULL || exact == opclass);
}

/* Appends the column's name; gives the oid of its type. */
static uint32_t
add_column(const struct ray_loader *loader, struct ray_buf *buf, uint32_t relation, uint32_t attnum)
{
    const struct ray_object *column = ray_loader_find(loader, "pg_class", relation, attnum);
    const uint32_t *type = ray_oids_get(&loader->types, 0, relation, attnum);

    ray_buf_name(buf, column == NULL ? "?" : column->name);
    if (column != NULL && ray_object_get(column, "collation") != NULL)
        ray_buf_add(buf, " COLLATE \"default\""); /* the index's own, or it would not be plain */
    return type == NULL ? 0 : *type;
}

/* Likewise, of "25 lower(title)". */
static uint32_t
add_expression(struct ray_buf *buf, const char *expression)
{
    ray_buf_add(buf, strchr(expression, ' ') + 1);
    return ray_loader_oid(expression);
}

static void
add_facts(const struct ray_loader *loader, struct ray_buf *buf, uint32_t type,
          const struct ray_opclass *opclass, long option)
{
    if (opclass != NULL && !is_chosen(loader, opclass, type))
        ray_buf_addf(buf, " %s", opclass->name);
    if ((option & DESCENDING) != 0)
        ray_buf_add(buf, (option & NULLS_FIRST) != 0 ? " DESC" : " DESC NULLS LAST");
    else if ((option & NULLS_FIRST) != 0)
        ray_buf_add(buf, " NULLS FIRST");
}

const char *
ray_loader_index_key(struct ray_loader *loader, uint32_t relation,
                     const struct ray_index_numbers *numbers)
{
    const char *attnums = numbers->attnums;
    const char *classes = numbers->classes;
    const char *options = numbers->options;
    ray_list expressions = ray_list_read(loader->scratch, numbers->expressions);
    ray_list elements = {0};

    for (size_t i = 0, expression = 0; i < numbers->count; i++) {
        uint32_t attnum = (uint32_t)next(&attnums);
        const struct ray_opclass *opclass = ray_oids_get(&loader->opclasses, 0,
                                                         (uint32_t)next(&classes), 0);
        struct ray_buf buf;
        uint32_t type;

        ray_buf_init(&buf, loader->scratch);
        type = attnum == 0 && expression < expressions.len
                   ? add_expression(&buf, expressions.items[expression++])
                   : add_column(loader, &buf, relation, attnum);
        add_facts(loader, &buf, type, opclass, next(&options));
        *ray_vec_add(loader->scratch, &elements) = buf.data;
    }
    return ray_list_write(loader->arena, &elements);
}
