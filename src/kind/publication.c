/*
 * Publications. The tables and schemas that one publishes are parts of it, each with a row of its own in the
 * server, and stand in its statement. A part's name is that of the table as SQL has it.
 */
#include "catalog/clause.h"
#include "catalog/ddl.h"
#include "catalog/kinds.h"

#include <string.h>

enum { ALL_TABLES, PUBLISH, VIA_ROOT, GENERATED_COLUMNS };

static const struct ray_attribute attributes[] = {
    [ALL_TABLES] = {"all_tables", "p.puballtables", RAY_ATTRIBUTE_FLAG, false},
    /* All four are the default. */
    [PUBLISH] = {"publish",
                 "CASE WHEN NOT (p.pubinsert AND p.pubupdate AND p.pubdelete AND p.pubtruncate)"
                 " THEN concat_ws(', ', CASE WHEN p.pubinsert THEN 'insert' END,"
                 " CASE WHEN p.pubupdate THEN 'update' END,"
                 " CASE WHEN p.pubdelete THEN 'delete' END,"
                 " CASE WHEN p.pubtruncate THEN 'truncate' END) END",
                 RAY_ATTRIBUTE_TEXT, false},
    [VIA_ROOT] = {"via_root", "p.pubviaroot", RAY_ATTRIBUTE_FLAG, false},
    [GENERATED_COLUMNS] = {"generated_columns",
                           "{18+ CASE p.pubgencols WHEN 's' THEN 'stored' END}", RAY_ATTRIBUTE_TEXT,
                           false},
};

enum { COLUMNS, WHERE, ONLY, RELATION, ATTNUMS };

static const struct ray_attribute table_attributes[] = {
    [COLUMNS] = {"columns", NULL, RAY_ATTRIBUTE_LIST, false},
    [WHERE] = {"where", "{15+ pg_get_expr(r.prqual, r.prrelid)}", RAY_ATTRIBUTE_TEXT, false},
    /* quiet: without it those that inherit from it would come, too */
    [ONLY] = {"only", "c.relkind = 'r' AND c.relhassubclass", RAY_ATTRIBUTE_FLAG, true},
    [RELATION] = {"relation", "r.prrelid", RAY_ATTRIBUTE_TEXT, true},
    [ATTNUMS] = {"attnums", "{15+ r.prattrs}", RAY_ATTRIBUTE_TEXT, true},
};

static bool
take_table(struct ray_loader *loader, struct ray_object *table)
{
    uint32_t relation = ray_loader_oid(ray_object_value(table, RELATION));

    ray_object_set(table, COLUMNS,
                   ray_loader_columns(loader, relation, ray_object_value(table, ATTNUMS), 0,
                                      SIZE_MAX));
    ray_object_set(table, RELATION, NULL);
    ray_object_set(table, ATTNUMS, NULL);
    return true;
}

/* ---------------------------------------------------------------- SQL */

static void
add_table(struct ray_buf *buf, const struct ray_object *table)
{
    ray_buf_addf(buf, "%s%s", ray_object_is(table, ONLY) ? "ONLY " : "", table->name);
    if (ray_object_is(table, COLUMNS)) {
        ray_buf_add(buf, " (");
        ray_ddl_names(buf, ray_object_value(table, COLUMNS));
        ray_buf_addc(buf, ')');
    }
    if (ray_object_is(table, WHERE))
        ray_buf_addf(buf, " WHERE (%s)",
                     ray_clause_bare(buf->arena, ray_object_value(table, WHERE)));
}

/* Behind one of the same kind the word is not said again: 14 and older would not have it. */
static void
add_part(struct ray_buf *buf, const struct ray_object *part, const struct ray_object *before)
{
    bool again = before != NULL && before->kind == part->kind;

    ray_buf_add(buf, before == NULL ? "" : again ? ", " : ",\n        ");
    if (part->kind == &ray_kind_publication_table) {
        ray_buf_add(buf, again ? "" : "TABLE ");
        add_table(buf, part);
    } else {
        ray_buf_add(buf, again ? "" : "TABLES IN SCHEMA ");
        ray_ddl_name(buf, part->name);
    }
}

static void
add_options(struct ray_buf *buf, const struct ray_object *publication)
{
    const char *before = "\n    WITH (";

    if (ray_object_is(publication, PUBLISH)) {
        ray_buf_addf(buf, "%spublish = '%s'", before, ray_object_value(publication, PUBLISH));
        before = ", ";
    }
    if (ray_object_is(publication, VIA_ROOT)) {
        ray_buf_addf(buf, "%spublish_via_partition_root = true", before);
        before = ", ";
    }
    if (ray_object_is(publication, GENERATED_COLUMNS)) {
        ray_buf_addf(buf, "%spublish_generated_columns = %s", before,
                     ray_object_value(publication, GENERATED_COLUMNS));
        before = ", ";
    }
    if (strcmp(before, ", ") == 0)
        ray_buf_addc(buf, ')');
}

static void
create(struct ray_ddl *ddl, const struct ray_object *publication)
{
    struct ray_buf *buf = ray_ddl_begin(ddl);
    const struct ray_object *before = NULL;

    ray_buf_add(buf, "CREATE PUBLICATION ");
    ray_ddl_name(buf, publication->name);
    if (ray_object_is(publication, ALL_TABLES))
        ray_buf_add(buf, " FOR ALL TABLES");
    for (size_t i = 0; i < publication->parts.len; i++) {
        if (!publication->parts.items[i]->marked)
            continue;
        ray_buf_add(buf, before == NULL ? "\n    FOR " : "");
        add_part(buf, publication->parts.items[i], before);
        before = publication->parts.items[i];
    }
    add_options(buf, publication);
    ray_ddl_end(ddl, publication);
}

static void
create_part(struct ray_ddl *ddl, const struct ray_object *part)
{
    struct ray_buf *buf = ray_ddl_begin(ddl);

    ray_buf_add(buf, "ALTER PUBLICATION ");
    ray_ddl_name(buf, part->parent);
    ray_buf_add(buf, " ADD ");
    add_part(buf, part, NULL);
    ray_ddl_end(ddl, part);
}

static void
drop_part(struct ray_ddl *ddl, const struct ray_object *part)
{
    struct ray_buf *buf = ray_ddl_begin(ddl);

    ray_buf_add(buf, "ALTER PUBLICATION ");
    ray_ddl_name(buf, part->parent);
    if (part->kind == &ray_kind_publication_table) {
        ray_buf_addf(buf, " DROP TABLE %s%s", ray_object_is(part, ONLY) ? "ONLY " : "", part->name);
    } else {
        ray_buf_add(buf, " DROP TABLES IN SCHEMA ");
        ray_ddl_name(buf, part->name);
    }
    ray_ddl_end(ddl, part);
}

static void
set(struct ray_ddl *ddl, const struct ray_object *publication, const char *words)
{
    struct ray_buf *buf = ray_ddl_begin(ddl);

    ray_buf_add(buf, "ALTER PUBLICATION ");
    ray_ddl_name(buf, publication->name);
    ray_buf_addf(buf, " SET (%s)", words);
    ray_ddl_end(ddl, publication);
}

/* All but that it is for all tables. */
static bool
alter(struct ray_ddl *ddl, const struct ray_object *from, const struct ray_object *to,
      const bool *differs)
{
    const char *publish = ray_object_value(to, PUBLISH);
    const char *generated = ray_object_value(to, GENERATED_COLUMNS);

    (void)from;
    if (differs[RAY_COMMON_COUNT + ALL_TABLES])
        return false;
    if (differs[RAY_COMMON_COUNT + PUBLISH])
        set(ddl, to,
            ray_arena_printf(ddl->arena, "publish = '%s'",
                             publish == NULL ? "insert, update, delete, truncate" : publish));
    if (differs[RAY_COMMON_COUNT + VIA_ROOT])
        set(ddl, to,
            ray_arena_printf(ddl->arena, "publish_via_partition_root = %s",
                             ray_object_is(to, VIA_ROOT) ? "true" : "false"));
    if (differs[RAY_COMMON_COUNT + GENERATED_COLUMNS])
        set(ddl, to,
            ray_arena_printf(ddl->arena, "publish_generated_columns = %s",
                             generated == NULL ? "none" : generated));
    return true;
}

const struct ray_kind ray_kind_publication = {
    .name = "publication",
    .keyword = "PUBLICATION",
    .catalog = "pg_publication",
    .select = {.probe = "pg_publication",
               .from = "pg_publication p",
               .oid = "p.oid",
               .name = "p.pubname",
               .owner = "p.pubowner"},
    RAY_ATTRIBUTES(attributes),
    .has_owner = true,
    .create = create,
    .alter = alter,
};

const struct ray_kind ray_kind_publication_table = {
    .name = "publication table",
    .keyword = "TABLE",
    .catalog = "pg_publication_rel",
    .owner_catalog = "pg_publication",
    .select = {.probe = "pg_publication",
               .from = "pg_publication_rel r JOIN pg_class c ON c.oid = r.prrelid",
               .oid = "r.oid",
               .owner_oid = "r.prpubid",
               .name = "r.prrelid::regclass"},
    RAY_ATTRIBUTES(table_attributes),
    .folding = RAY_FOLD_ALWAYS,
    .take = take_table,
    .create = create_part,
    .drop = drop_part,
};

const struct ray_kind ray_kind_publication_schema = {
    .name = "publication schema",
    .keyword = "TABLES IN SCHEMA",
    .catalog = "pg_publication_namespace",
    .owner_catalog = "pg_publication",
    .select = {.probe = "pg_publication",
               .from = "{15+ pg_publication_namespace s JOIN pg_namespace n ON n.oid = s.pnnspid}"
                       "{14- (SELECT NULL::oid, NULL::oid, NULL::name LIMIT 0)"
                       " s(oid, pnpubid, nspname), pg_namespace n}",
               .oid = "s.oid",
               .owner_oid = "s.pnpubid",
               .name = "n.nspname"},
    .folding = RAY_FOLD_ALWAYS,
    .create = create_part,
    .drop = drop_part,
};
