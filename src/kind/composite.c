/* Composite types and their attributes, each an object of its own, written in the type's CREATE TYPE. */
#include "catalog/ddl.h"
#include "catalog/kinds.h"
#include "kind/alter.h"

static void
create(struct ray_ddl *ddl, const struct ray_object *object)
{
    struct ray_buf *buf = ray_ddl_begin(ddl);

    ray_buf_add(buf, "CREATE TYPE ");
    ray_ddl_qualified(buf, object);
    ray_buf_add(buf, " AS (");
    for (size_t i = 0; i < object->parts.len; i++) {
        const struct ray_object *part = object->parts.items[i];
        const char *collation = ray_object_get(part, "collation");

        ray_buf_add(buf, i == 0 ? "\n    " : ",\n    ");
        ray_ddl_name(buf, part->name);
        ray_buf_addf(buf, " %s", ray_object_get(part, "type"));
        if (collation != NULL)
            ray_buf_addf(buf, " COLLATE %s", collation);
    }
    ray_buf_add(buf, object->parts.len == 0 ? ")" : "\n)");
    ray_ddl_end(ddl, object);
}

const struct ray_kind ray_kind_composite = {
    .name = "composite type",
    .keyword = "TYPE",
    .catalog = "pg_type",
    .alias_catalog = "pg_class",
    .select = {.from = "pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace"
                       " JOIN pg_class c ON c.oid = t.typrelid AND c.relkind = 'c'"
                       " WHERE t.typtype = 'c' AND t.oid >= 16384 AND " RAY_SQL_USER_SCHEMA,
               .oid = "t.oid",
               .schema = "n.nspname",
               .name = "t.typname",
               .owner = "t.typowner",
               .acl = "t.typacl",
               .alias = "t.typrelid"},
    .acl_type = 'T',
    .has_owner = true,
    .create = create,
};

static const struct ray_attribute attributes[] = {
    {"type", "format_type(a.atttypid, a.atttypmod)", RAY_ATTRIBUTE_TEXT, false},
    {"collation",
     "CASE WHEN a.attcollation <> t.typcollation THEN a.attcollation::regcollation::text END",
     RAY_ATTRIBUTE_TEXT, false},
};

const struct ray_kind ray_kind_attribute = {
    .name = "attribute",
    .keyword = "COLUMN",
    .catalog = "pg_class",
    .owner_catalog = "pg_class",
    .select = {.from = "pg_attribute a JOIN pg_class c ON c.oid = a.attrelid AND c.relkind = 'c'"
                       " JOIN pg_type t ON t.oid = a.atttypid"
                       " WHERE c.oid >= 16384 AND a.attnum > 0 AND NOT a.attisdropped"
                       " ORDER BY a.attrelid, a.attnum",
               .oid = "a.attrelid",
               .sub = "a.attnum",
               .owner_oid = "a.attrelid",
               .name = "a.attname"},
    RAY_ATTRIBUTES(attributes),
    .folding = RAY_FOLD_ALWAYS,
    .target = ray_ddl_part_of,
    .create = ray_attribute_add,
    .drop = ray_attribute_drop,
    .alter = ray_attribute_alter_to,
};
