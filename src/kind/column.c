/*
 * Columns of tables, foreign tables and views. Those of views are made by the view and stand here for what is
 * said of them: comments, grants, defaults, and their types for whoever reads.
 */
#include "catalog/clause.h"
#include "catalog/inherit.h"
#include "catalog/kinds.h"
#include "catalog/table.h"
#include "kind/alter.h"
#include "kind/sequence.h"

#include <string.h>

enum {
    TYPE,
    NOT_NULL,
    IDENTITY,
    GENERATED,
    EXPRESSION,
    COLLATION,
    STORAGE,
    COMPRESSION,
    STATISTICS,
    OPTIONS,
    FOREIGN_OPTIONS,
    INHERITED,
    /* quiet */
    STANDARD_STORAGE,
    NO_DEFAULT,
    OF_RELATION,
    BASE_TYPE,
};

static const struct ray_attribute attributes[] = {
    [TYPE] = {"type", "format_type(a.atttypid, a.atttypmod)", RAY_ATTRIBUTE_TEXT, false},
    [NOT_NULL] = {"not_null", "a.attnotnull", RAY_ATTRIBUTE_FLAG, false},
    [IDENTITY] = {"identity",
                  "CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' END",
                  RAY_ATTRIBUTE_TEXT, false},
    [GENERATED] = {"generated",
                   "CASE a.attgenerated WHEN 's' THEN 'stored' WHEN 'v' THEN 'virtual' END",
                   RAY_ATTRIBUTE_TEXT, false},
    [EXPRESSION] = {"expression", "pg_get_expr(d.adbin, d.adrelid)", RAY_ATTRIBUTE_TEXT, false},
    [COLLATION] = {"collation",
                   "CASE WHEN a.attcollation <> t.typcollation"
                   " THEN a.attcollation::regcollation::text END",
                   RAY_ATTRIBUTE_TEXT, false},
    [STORAGE] = {"storage",
                 "CASE WHEN a.attstorage <> t.typstorage THEN CASE a.attstorage"
                 " WHEN 'p' THEN 'plain' WHEN 'e' THEN 'external'"
                 " WHEN 'm' THEN 'main' ELSE 'extended' END END",
                 RAY_ATTRIBUTE_TEXT, false},
    [COMPRESSION] = {"compression",
                     "{14+ CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END}",
                     RAY_ATTRIBUTE_TEXT, false},
    [STATISTICS] = {"statistics", "CASE WHEN a.attstattarget >= 0 THEN a.attstattarget END",
                    RAY_ATTRIBUTE_TEXT, false},
    [OPTIONS] = {"options", RAY_SQL_COLUMN_OPTIONS("a.attoptions"), RAY_ATTRIBUTE_LIST, false},
    [FOREIGN_OPTIONS] = {"foreign_options", RAY_SQL_SORTED("a.attfdwoptions"), RAY_ATTRIBUTE_LIST,
                         false},
    [INHERITED] = {"inherited",
                   "CASE WHEN a.attinhcount = 0 THEN NULL WHEN c.relispartition THEN 'partition'"
                   " WHEN a.attislocal THEN 'merged' ELSE 'inherited' END",
                   RAY_ATTRIBUTE_TEXT, false},
    [STANDARD_STORAGE] =
        {"standard_storage",
         "CASE WHEN a.attinhcount > 0 OR a.attstorage <> t.typstorage THEN CASE t.typstorage"
         " WHEN 'p' THEN 'plain' WHEN 'e' THEN 'external'"
         " WHEN 'm' THEN 'main' ELSE 'extended' END END",
         RAY_ATTRIBUTE_TEXT, true},
    /* Said of a declared column: not even its parent's. */
    [NO_DEFAULT] = {"no_default", NULL, RAY_ATTRIBUTE_FLAG, true},
    [OF_RELATION] = {"relation", "c.relkind", RAY_ATTRIBUTE_TEXT, true},
    [BASE_TYPE] = {"base_type", "CASE t.typtype WHEN 'd' THEN t.typbasetype ELSE t.oid END",
                   RAY_ATTRIBUTE_TEXT, true},
};

static bool
take(struct ray_loader *loader, struct ray_object *object)
{
    const char *relation = ray_object_value(object, OF_RELATION);

    ray_loader_note_type(loader, object, ray_object_value(object, BASE_TYPE));
    ray_object_set(object, BASE_TYPE, NULL);
    object->implied = relation[0] == 'v' || relation[0] == 'm';
    ray_object_set(object, OF_RELATION, NULL);
    return true;
}

const struct ray_object *
ray_column_sequence(const struct ray_object *column)
{
    for (size_t i = 0; i < column->later.len; i++)
        if (column->later.items[i]->kind == &ray_kind_sequence)
            return column->later.items[i];
    return NULL;
}

const char *
ray_column_identity(struct ray_ddl *ddl, const struct ray_object *column)
{
    struct ray_buf text;
    struct ray_buf *buf = &text;
    const struct ray_object *sequence = ray_column_sequence(column);
    const char *options = sequence == NULL ? "" : ray_sequence_options(ddl->arena, sequence);
    struct ray_buf list;

    ray_buf_init(buf, ddl->arena);
    ray_buf_addf(buf, "GENERATED %s AS IDENTITY",
                 strcmp(ray_object_value(column, IDENTITY), "always") == 0 ? "ALWAYS"
                                                                           : "BY DEFAULT");
    if (sequence == NULL)
        return buf->data;
    ray_buf_init(&list, ddl->arena);
    if (strcmp(sequence->name,
               ray_arena_printf(ddl->arena, "%s_%s_seq", column->parent, column->name)) != 0 ||
        strcmp(sequence->schema, column->schema) != 0) {
        ray_buf_add(&list, "SEQUENCE NAME ");
        ray_ddl_qualified(&list, sequence);
    }
    if (options[0] != '\0')
        ray_buf_add(&list, list.len == 0 ? options + 1 : options);
    if (list.len > 0)
        ray_buf_addf(buf, " (%s)", list.data);
    return buf->data;
}

/* The parent's column that this one is merged with as the table is made; NULL: it stands for itself. */
static const struct ray_object *
merged_base(struct ray_ddl *ddl, const struct ray_object *column)
{
    if ((!ray_object_is(column, INHERITED) && column->file == NULL) ||
        ray_table_is_attached(ddl->catalog, column->owner) ||
        ray_table_joins_parents(ddl->catalog, column->owner))
        return NULL;
    return ray_column_base(ddl->catalog, column);
}

/* True where the constraint is there that will make it NOT NULL. */
static bool
is_late(struct ray_ddl *ddl, const struct ray_object *column)
{
    const struct ray_object *base = ray_object_is(column, INHERITED)
                                        ? ray_column_base(ddl->catalog, column)
                                        : NULL;
    const struct ray_object *theirs = base == NULL ? NULL : ray_column_not_null(ddl->arena, base);

    return theirs != NULL && ray_object_get(theirs, "not_valid") != NULL;
}

/* NOT NULL is said by a constraint of its own or, unless that is not for heirs, by the column it is merged with. */
static bool
is_said(struct ray_ddl *ddl, const struct ray_object *column)
{
    const struct ray_object *base = merged_base(ddl, column);
    const struct ray_object *theirs;

    if (ray_column_not_null(ddl->arena, column) != NULL || is_late(ddl, column))
        return true;
    if (base == NULL || !ray_object_is(base, NOT_NULL))
        return false;
    theirs = ray_column_not_null(ddl->arena, base);
    return theirs == NULL || ray_object_get(theirs, "no_inherit") == NULL;
}

/* A partition that is attached has it of its whole, and keeps the name that it has then. */
static void
add_not_null(const struct ray_ddl *ddl, struct ray_buf *buf, const struct ray_object *column)
{
    if (ddl->catalog->version >= 180000 && ray_object_is(column, INHERITED) &&
        ray_table_is_attached(ddl->catalog, column->owner)) {
        ray_buf_add(buf, " CONSTRAINT ");
        ray_ddl_name(buf, ray_column_not_null_name(ddl->catalog, column));
    }
    ray_buf_add(buf, " NOT NULL");
}

/* A column that is merged with its parent's is generated as that is, and until 16 must not say so. */
static bool
is_generated_alike(struct ray_ddl *ddl, const struct ray_object *column)
{
    const struct ray_object *base = merged_base(ddl, column);

    return base != NULL && ray_object_is(base, GENERATED) &&
           strcmp(ray_object_value(column, EXPRESSION), ray_object_value(base, EXPRESSION)) == 0;
}

void
ray_column_definition(struct ray_ddl *ddl, struct ray_buf *buf, const struct ray_object *column,
                      bool options)
{
    const struct ray_object *standard = ray_table_part(column->owner, "default", column->name);

    if (!options) {
        ray_ddl_name(buf, column->name);
        ray_buf_addf(buf, " %s", ray_object_value(column, TYPE));
        ray_ddl_foreign_clause(buf, ray_object_value(column, FOREIGN_OPTIONS));
        if (ray_object_is(column, COMPRESSION))
            ray_buf_addf(buf, " COMPRESSION %s", ray_object_value(column, COMPRESSION));
        if (ray_object_is(column, COLLATION))
            ray_buf_addf(buf, " COLLATE %s", ray_object_value(column, COLLATION));
    }
    if (standard != NULL && standard->marked && !standard->implied)
        ray_buf_addf(buf, " DEFAULT %s", ray_object_get(standard, "expression"));
    if (ray_object_is(column, GENERATED) && !is_generated_alike(ddl, column))
        ray_buf_addf(buf, " GENERATED ALWAYS AS (%s) %s",
                     ray_clause_bare(ddl->arena, ray_object_value(column, EXPRESSION)),
                     strcmp(ray_object_value(column, GENERATED), "stored") == 0 ? "STORED"
                                                                                : "VIRTUAL");
    if (ray_object_is(column, IDENTITY))
        ray_buf_addf(buf, " %s", ray_column_identity(ddl, column));
    else if (ray_object_is(column, NOT_NULL) && !is_said(ddl, column))
        add_not_null(ddl, buf, column);
}

/* ---------------------------------------------------------------- ALTER COLUMN */

/* What is not said of a declared column is its parent's. */
static bool
is_declared(const struct ray_object *column)
{
    return column->file != NULL;
}

static bool
differs(const struct ray_object *column, const struct ray_object *base, size_t attribute)
{
    const char *value = ray_object_value(column, attribute);
    const char *other = base == NULL ? NULL : ray_object_value(base, attribute);

    return value != NULL && (other == NULL || strcmp(value, other) != 0);
}

static struct ray_buf *
begin_alter(struct ray_ddl *ddl, const struct ray_object *column)
{
    struct ray_buf *buf = ray_ddl_begin(ddl);

    ray_table_alter(buf, column, true);
    ray_buf_add(buf, " ALTER COLUMN ");
    ray_ddl_name(buf, column->name);
    return buf;
}

/* The parent's default is not the child's. */
static bool
lost_default(const struct ray_object *column, const struct ray_object *base)
{
    return base != NULL && ray_table_part(base->owner, "default", base->name) != NULL &&
           ray_table_part(column->owner, "default", column->name) == NULL;
}

/* A child is made with its parent's storage, also where its own is that of the type. */
static void
write_storage(struct ray_ddl *ddl, const struct ray_object *column, const struct ray_object *base)
{
    const char *storage = ray_object_value(column, STORAGE);

    if (column->implied && !is_declared(column) && base != NULL && storage == NULL &&
        ray_object_is(base, STORAGE))
        storage = ray_object_is(column, STANDARD_STORAGE)
                      ? ray_object_value(column, STANDARD_STORAGE)
                      : "DEFAULT";
    else if (!differs(column, base, STORAGE))
        return;
    ray_buf_addf(begin_alter(ddl, column), " SET STORAGE %s", storage);
    ray_ddl_end(ddl, column);
}

/* Likewise. */
static void
write_compression(struct ray_ddl *ddl, const struct ray_object *column,
                  const struct ray_object *base)
{
    const char *compression = ray_object_value(column, COMPRESSION);

    if (!column->implied)
        return; /* CREATE TABLE said it */
    if (base != NULL && !is_declared(column) && compression == NULL &&
        ray_object_is(base, COMPRESSION))
        compression = "default";
    else if (!differs(column, base, COMPRESSION))
        return;
    ray_buf_addf(begin_alter(ddl, column), " SET COMPRESSION %s", compression);
    ray_ddl_end(ddl, column);
}

bool
ray_column_shares_identity(int version, const struct ray_object *column)
{
    const char *inherited = ray_object_value(column, INHERITED);

    return version >= 170000 && inherited != NULL && strcmp(inherited, "partition") == 0;
}

/* A child does not have its parent's identity, and may have one of its own. */
static void
write_identity(struct ray_ddl *ddl, const struct ray_object *column)
{
    if (!column->implied || !ray_object_is(column, IDENTITY) ||
        (!is_declared(column) && ray_column_shares_identity(ddl->catalog->version, column)))
        return;
    ray_buf_addf(begin_alter(ddl, column), " ADD %s", ray_column_identity(ddl, column));
    ray_ddl_end(ddl, column);
}

void
ray_column_settings(struct ray_ddl *ddl, const struct ray_object *column,
                    const struct ray_object *base)
{
    if (column->implied && differs(column, base, NOT_NULL) &&
        ray_column_not_null(ddl->arena, column) == NULL) {
        ray_buf_add(begin_alter(ddl, column), " SET NOT NULL");
        ray_ddl_end(ddl, column);
    }
    write_identity(ddl, column);
    if (is_declared(column) ? ray_object_is(column, NO_DEFAULT) : lost_default(column, base)) {
        ray_buf_add(begin_alter(ddl, column), " DROP DEFAULT");
        ray_ddl_end(ddl, column);
    }
    write_storage(ddl, column, base);
    write_compression(ddl, column, base);
    if (ray_object_is(column, STATISTICS)) {
        ray_buf_addf(begin_alter(ddl, column), " SET STATISTICS %s",
                     ray_object_value(column, STATISTICS));
        ray_ddl_end(ddl, column);
    }
    if (base != NULL && differs(column, base, FOREIGN_OPTIONS)) {
        ray_ddl_foreign_clause(begin_alter(ddl, column), ray_object_value(column, FOREIGN_OPTIONS));
        ray_ddl_end(ddl, column);
    }
    if (ray_object_is(column, OPTIONS)) {
        struct ray_buf *buf = begin_alter(ddl, column);

        ray_buf_add(buf, " SET (");
        ray_ddl_options(buf, ray_object_value(column, OPTIONS));
        ray_buf_addc(buf, ')');
        ray_ddl_end(ddl, column);
    }
}

const struct ray_kind ray_kind_column = {
    .name = "column",
    .keyword = "COLUMN",
    .catalog = "pg_class",
    .owner_catalog = "pg_class",
    .alias_catalog = "pg_attrdef",
    .select = {.from = "pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
                       " JOIN pg_type t ON t.oid = a.atttypid"
                       " LEFT JOIN pg_attrdef d ON a.attgenerated <> ''"
                       " AND d.adrelid = a.attrelid AND d.adnum = a.attnum"
                       " WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND a.attrelid >= 16384"
                       " AND a.attnum > 0 AND NOT a.attisdropped",
               .oid = "a.attrelid",
               .sub = "a.attnum",
               .owner_oid = "a.attrelid",
               .name = "a.attname",
               .acl = "a.attacl",
               .alias = "d.oid"},
    RAY_ATTRIBUTES(attributes),
    .acl_type = 'c',
    .folding = RAY_FOLD_ALWAYS,
    .weight = 100,
    .take = take,
    .target = ray_ddl_part_of,
    .create = ray_column_add,
    .drop = ray_column_drop,
    .alter = ray_column_alter_to,
    .disturbs = ray_column_disturbs,
    .holds_data = true,
};
