/* What tables and foreign tables have in common: their parts, in one statement and behind it. See table.h. */
#include "catalog/table.h"

#include "catalog/clause.h"
#include "catalog/inherit.h"
#include "catalog/kinds.h"

#include <string.h>

const struct ray_object *
ray_table_part(const struct ray_object *table, const char *kind, const char *name)
{
    for (size_t i = 0; i < table->parts.len; i++)
        if (strcmp(table->parts.items[i]->name, name) == 0 &&
            strcmp(table->parts.items[i]->kind->name, kind) == 0)
            return table->parts.items[i];
    return NULL;
}

void
ray_table_alter(struct ray_buf *buf, const struct ray_object *part, bool only)
{
    const struct ray_kind *kind = part->owner == NULL ? &ray_kind_table : part->owner->kind;

    bool inherits = kind == &ray_kind_table || kind == &ray_kind_foreign_table;

    ray_buf_addf(buf, "ALTER %s %s", kind->keyword, only && inherits ? "ONLY " : "");
    ray_ddl_owner_name(buf, part);
}

bool
ray_table_is_whole(const struct ray_object *part)
{
    return part->file == NULL && part->owner != NULL &&
           ray_object_get(part->owner, "partition_by") != NULL;
}

struct ray_object *
ray_table_named(const struct ray_catalog *catalog, const char *name)
{
    ray_list parts = ray_clause_name(catalog->arena, name);

    if (parts.len != 2)
        return NULL;
    return ray_catalog_relation(catalog, parts.items[0], parts.items[1]);
}

bool
ray_table_is_attached(const struct ray_catalog *catalog, const struct ray_object *table)
{
    return ray_object_get(table, "partition_of") != NULL &&
           (table->joins || !ray_table_is_like_parent(catalog, table));
}

bool
ray_table_is_independent(const struct ray_catalog *catalog, const struct ray_object *table)
{
    return ray_table_is_attached(catalog, table) || ray_table_joins_parents(catalog, table);
}

/* ---------------------------------------------------------------- CREATE TABLE */

struct lines {
    struct ray_buf *buf;
    size_t count;
};

static struct ray_buf *
next_line(struct lines *lines)
{
    ray_buf_add(lines->buf, lines->count++ == 0 ? " (\n    " : ",\n    ");
    return lines->buf;
}

static bool
is_kind(const struct ray_object *object, const struct ray_kind *kind)
{
    return object->kind == kind;
}

static bool
is_typed(const struct ray_object *table)
{
    return ray_object_get(table, "of_type") != NULL;
}

/* Of a column of a typed table only what the type does not say. */
static void
add_column(struct ray_ddl *ddl, struct lines *lines, const struct ray_object *column)
{
    struct ray_buf text;

    if (!is_typed(column->owner)) {
        ray_column_definition(ddl, next_line(lines), column, false);
        return;
    }
    ray_buf_init(&text, ddl->arena);
    ray_column_definition(ddl, &text, column, true);
    if (text.len == 0)
        return;
    ray_ddl_name(next_line(lines), column->name);
    ray_buf_addf(lines->buf, " WITH OPTIONS%s", text.data);
}

void
ray_table_parts(struct ray_ddl *ddl, struct ray_buf *buf, const struct ray_object *table)
{
    struct lines lines = {.buf = buf};
    bool needs_list = ray_object_get(table, "partition_of") == NULL && !is_typed(table);

    for (size_t i = 0; i < table->parts.len; i++) {
        const struct ray_object *part = table->parts.items[i];

        if (!part->marked || part->implied)
            continue;
        if (is_kind(part, &ray_kind_column))
            add_column(ddl, &lines, part);
        else if (!is_kind(part, &ray_kind_default))
            ray_constraint_definition(next_line(&lines), part);
    }
    if (lines.count > 0)
        ray_buf_add(buf, "\n)");
    else if (needs_list)
        ray_buf_add(buf, " ()");
}

void
ray_table_inherits(const struct ray_catalog *catalog, struct ray_buf *buf,
                   const struct ray_object *table)
{
    const char *parents = ray_object_get(table, "inherits");

    if (parents == NULL || ray_table_joins_parents(catalog, table))
        return;
    ray_buf_add(buf, "\nINHERITS (");
    ray_ddl_items(buf, parents);
    ray_buf_addc(buf, ')');
}

/* ---------------------------------------------------------------- behind it */

static void
write_parents(struct ray_ddl *ddl, const struct ray_object *table)
{
    ray_list parents = ray_list_read(ddl->arena, ray_object_get(table, "inherits"));

    for (size_t i = 0; i < parents.len; i++) {
        struct ray_buf *buf = ray_ddl_begin(ddl);

        ray_buf_addf(buf, "ALTER %s ONLY ", table->kind->keyword);
        ray_ddl_qualified(buf, table);
        ray_buf_addf(buf, " INHERIT %s", parents.items[i]);
        ray_ddl_end(ddl, table);
    }
}

void
ray_table_join(struct ray_ddl *ddl, const struct ray_object *table)
{
    struct ray_buf *buf = ray_ddl_begin(ddl);

    ray_buf_addf(buf, "ALTER TABLE ONLY %s ATTACH PARTITION ",
                 ray_object_get(table, "partition_of"));
    ray_ddl_qualified(buf, table);
    ray_buf_addf(buf, " %s", ray_object_get(table, "bound"));
    ray_ddl_end(ddl, table);
}

void
ray_table_attach(struct ray_ddl *ddl, const struct ray_object *table)
{
    if (ray_table_joins_parents(ddl->catalog, table))
        write_parents(ddl, table);
    if (ray_table_is_attached(ddl->catalog, table) && !table->joins)
        ray_table_join(ddl, table);
}

void
ray_table_column_settings(struct ray_ddl *ddl, const struct ray_object *table)
{
    bool is_independent = ray_table_is_independent(ddl->catalog, table);

    for (size_t i = 0; i < table->parts.len; i++) {
        const struct ray_object *column = table->parts.items[i];

        if (is_kind(column, &ray_kind_column))
            ray_column_settings(ddl, column,
                                is_independent ? NULL : ray_column_base(ddl->catalog, column));
    }
}
