/* Defaults of columns: a fact of its own, since what it needs may need the table. */
#include "catalog/kinds.h"
#include "catalog/table.h"
#include "kind/alter.h"

enum { EXPRESSION };

static const struct ray_attribute attributes[] = {
    /* No column stands in it: without the table the server need not open every table. */
    [EXPRESSION] = {"expression", "pg_get_expr(d.adbin, 0)", RAY_ATTRIBUTE_TEXT, false},
};

/* The name is the column's number as yet. */
static bool
take(struct ray_loader *loader, struct ray_object *object)
{
    const struct ray_object *column = ray_loader_find(loader, "pg_class", object->owner->oid,
                                                      ray_loader_oid(object->name));

    if (column != NULL)
        object->name = column->name;
    return column != NULL;
}

/* Where the column is its parent's, the statement that makes the table does not name it. */
static bool
may_fold(const struct ray_object *object)
{
    const struct ray_object *column = ray_table_part(object->owner, "column", object->name);

    return column == NULL || !column->implied;
}

static void
create(struct ray_ddl *ddl, const struct ray_object *object)
{
    struct ray_buf *buf;

    if (object->implied)
        return;
    buf = ray_ddl_begin(ddl);
    ray_table_alter(buf, object, true);
    ray_buf_add(buf, " ALTER COLUMN ");
    ray_ddl_name(buf, object->name);
    ray_buf_addf(buf, " SET DEFAULT %s", ray_object_value(object, EXPRESSION));
    ray_ddl_end(ddl, object);
}

const struct ray_kind ray_kind_default = {
    .name = "default",
    .keyword = "COLUMN",
    .catalog = "pg_attrdef",
    .owner_catalog = "pg_class",
    .select = {.from = "pg_attrdef d WHERE d.adrelid >= 16384 AND (d.adrelid, d.adnum) NOT IN"
                       " (SELECT a.attrelid, a.attnum FROM pg_attribute a"
                       " WHERE a.attgenerated <> '')",
               .oid = "d.oid",
               .owner_oid = "d.adrelid",
               .name = "d.adnum"},
    RAY_ATTRIBUTES(attributes),
    .folding = RAY_FOLD_POSSIBLY,
    .weight = 20,
    .take = take,
    .target = ray_ddl_part_of,
    .create = create,
    .drop = ray_default_drop,
    .alter = ray_default_alter_to,
    .may_fold = may_fold,
};
