/*
 * Indexes that no constraint made. The key is put together here, out of the index's numbers and the text of its
 * expressions, which is cheaper by far than the server's own CREATE INDEX; that is taken apart where there is
 * something that the numbers do not tell.
 */
#include "catalog/clause.h"
#include "catalog/kinds.h"
#include "catalog/table.h"
#include "kind/alter.h"
#include "pg/quote.h"

#include <stdlib.h>
#include <string.h>

enum {
    UNIQUE,
    METHOD,
    ELEMENTS,
    INCLUDE,
    NULLS_NOT_DISTINCT,
    OPTIONS,
    TABLESPACE,
    WHERE,
    INVALID,
    CLUSTERED,
    REPLICA_IDENTITY,
    ATTACHED_TO,
    STATISTICS,
    /* quiet */
    DEFINITION,
    PREDICATE,
    EXPRESSIONS,
    ATTNUMS,
    CLASSES,
    SORTING,
    KEY_COUNT,
    ONLY,
};

/* No operator class of a B-tree takes parameters, unless somebody made one: its support function 5. */
#define MAY_HAVE_PARAMETERS                                                              \
    "am.amname <> 'btree' OR (SELECT EXISTS (SELECT FROM pg_amproc p JOIN pg_opfamily f" \
    " ON f.oid = p.amprocfamily WHERE p.amprocnum = 5 AND f.opfmethod = 403))"
/* All collations are the default one, also in the trees of expressions; the column of an expression is of the
 * expression's own type. */
#define IS_PLAIN                                                                 \
    "i.indcollation::text ~ '^((0|100)( |$))*$'"                                 \
    " AND (i.indexprs IS NULL OR (am.amname = 'btree' AND i.indexprs::text"      \
    " !~ 'coll(id|Oid) ([2-9]|1[1-9]|10[1-9]|100[0-9])'))"                       \
    " AND NOT ((" MAY_HAVE_PARAMETERS ") AND EXISTS (SELECT FROM pg_attribute o" \
    " WHERE o.attrelid = i.indexrelid AND " RAY_SQL_HAS_COLUMN_OPTIONS("o.attoptions") "))"

static const struct ray_attribute attributes[] = {
    [UNIQUE] = {"unique", "i.indisunique", RAY_ATTRIBUTE_FLAG, false},
    [METHOD] = {"method", "NULLIF(quote_ident(am.amname), 'btree')", RAY_ATTRIBUTE_TEXT, false},
    [ELEMENTS] = {"elements", NULL, RAY_ATTRIBUTE_LIST, false},
    [INCLUDE] = {"include", NULL, RAY_ATTRIBUTE_LIST, false},
    [NULLS_NOT_DISTINCT] = {"nulls_not_distinct", "{15+ i.indnullsnotdistinct}", RAY_ATTRIBUTE_FLAG,
                            false},
    [OPTIONS] = {"options", RAY_SQL_SORTED("c.reloptions"), RAY_ATTRIBUTE_LIST, false},
    [TABLESPACE] = {"tablespace", "ts.spcname", RAY_ATTRIBUTE_TEXT, false},
    [WHERE] = {"where", NULL, RAY_ATTRIBUTE_TEXT, false},
    [INVALID] = {"invalid", "NOT i.indisvalid AND c.relkind = 'i'", RAY_ATTRIBUTE_FLAG, false},
    [CLUSTERED] = {"clustered", "i.indisclustered", RAY_ATTRIBUTE_FLAG, false},
    [REPLICA_IDENTITY] = {"replica_identity", "i.indisreplident", RAY_ATTRIBUTE_FLAG, false},
    [ATTACHED_TO] = {"attached_to",
                     "CASE WHEN c.relispartition THEN (SELECT h.inhparent::regclass"
                     " FROM pg_inherits h WHERE h.inhrelid = c.oid) END",
                     RAY_ATTRIBUTE_TEXT, false},
    [STATISTICS] = {"statistics",
                    "CASE WHEN i.indexprs IS NOT NULL THEN ARRAY(SELECT a.attnum || '=' ||"
                    " a.attstattarget FROM pg_attribute a WHERE a.attrelid = c.oid"
                    " AND a.attstattarget >= 0 ORDER BY a.attnum) END",
                    RAY_ATTRIBUTE_LIST, false},
    [DEFINITION] = {"definition", "CASE WHEN NOT p.plain THEN pg_get_indexdef(i.indexrelid) END",
                    RAY_ATTRIBUTE_TEXT, true},
    [PREDICATE] = {"predicate", "CASE WHEN p.plain THEN pg_get_expr(i.indpred, i.indrelid) END",
                   RAY_ATTRIBUTE_TEXT, true},
    [EXPRESSIONS] = {"expressions",
                     "CASE WHEN p.plain AND i.indexprs IS NOT NULL THEN ARRAY(SELECT"
                     " CASE y.typtype WHEN 'd' THEN y.typbasetype ELSE y.oid END || ' ' ||"
                     " pg_get_indexdef(i.indexrelid, a.attnum, false) FROM pg_attribute a"
                     " JOIN pg_type y ON y.oid = a.atttypid WHERE a.attrelid = i.indexrelid"
                     " AND a.attnum <= i.indnkeyatts AND i.indkey[a.attnum - 1] = 0"
                     " ORDER BY a.attnum) END",
                     RAY_ATTRIBUTE_LIST, true},
    [ATTNUMS] = {"attnums", "i.indkey", RAY_ATTRIBUTE_TEXT, true},
    [CLASSES] = {"classes", "i.indclass", RAY_ATTRIBUTE_TEXT, true},
    [SORTING] = {"sorting", "i.indoption", RAY_ATTRIBUTE_TEXT, true},
    [KEY_COUNT] = {"key_count", "i.indnkeyatts", RAY_ATTRIBUTE_TEXT, true},
    [ONLY] = {"only", NULL, RAY_ATTRIBUTE_FLAG, true}, /* declared: its partitions' are, too */
};

/* "CREATE INDEX i ON ONLY t USING btree (a, lower(b) DESC) INCLUDE (c) NULLS NOT DISTINCT WITH (...) WHERE x" */
static void
take_definition(struct ray_arena *arena, struct ray_object *index)
{
    const char *method = ray_clause_find(ray_object_value(index, DEFINITION), " USING ") +
                         strlen(" USING ");
    const char *open = strchr(method, '(');
    const char *close = ray_clause_close(open);
    const char *where = ray_clause_find(close, " WHERE ");
    ray_list elements = ray_clause_items(arena, open + 1, close - 1);

    ray_object_set(index, ELEMENTS, ray_list_write(arena, &elements));
    if (strncmp(close, " INCLUDE (", 10) == 0) {
        const char *begin = close + strlen(" INCLUDE ");
        ray_list include = ray_clause_items(arena, begin + 1, ray_clause_close(begin) - 1);

        ray_object_set(index, INCLUDE, ray_list_write(arena, &include));
    }
    if (where != NULL)
        ray_object_set(index, WHERE, ray_clause_bare(arena, where + strlen(" WHERE ")));
}

/* The columns behind the key's, as SQL has their names. */
static const char *
included(struct ray_loader *loader, uint32_t relation, const struct ray_index_numbers *numbers)
{
    struct ray_arena *arena = ray_loader_arena(loader);
    const char *names = ray_loader_columns(loader, relation, numbers->attnums, numbers->count,
                                           SIZE_MAX);
    ray_list items = ray_list_read(arena, names);

    for (size_t i = 0; i < items.len; i++) {
        struct ray_buf buf;

        ray_buf_init(&buf, arena);
        ray_ddl_name(&buf, items.items[i]);
        items.items[i] = buf.data;
    }
    return ray_list_write(arena, &items);
}

static void
take_numbers(struct ray_loader *loader, struct ray_object *index)
{
    struct ray_index_numbers numbers = {
        .attnums = ray_object_value(index, ATTNUMS),
        .classes = ray_object_value(index, CLASSES),
        .options = ray_object_value(index, SORTING),
        .expressions = ray_object_value(index, EXPRESSIONS),
        .count = strtoul(ray_object_value(index, KEY_COUNT), NULL, 10),
    };
    const char *predicate = ray_object_value(index, PREDICATE);

    ray_object_set(index, ELEMENTS, ray_loader_index_key(loader, index->owner->oid, &numbers));
    ray_object_set(index, INCLUDE, included(loader, index->owner->oid, &numbers));
    if (predicate != NULL)
        ray_object_set(index, WHERE, ray_clause_bare(ray_loader_arena(loader), predicate));
}

static bool
take(struct ray_loader *loader, struct ray_object *index)
{
    if (ray_object_is(index, DEFINITION))
        take_definition(ray_loader_arena(loader), index);
    else
        take_numbers(loader, index);
    for (size_t i = DEFINITION; i <= KEY_COUNT; i++)
        ray_object_set(index, i, NULL);
    return true;
}

static void
add_definition(struct ray_buf *buf, const struct ray_object *index)
{
    if (ray_object_is(index, METHOD))
        ray_buf_addf(buf, " USING %s", ray_object_value(index, METHOD));
    ray_buf_add(buf, " (");
    ray_ddl_elements(buf, ray_object_value(index, ELEMENTS));
    ray_buf_addc(buf, ')');
    if (ray_object_is(index, INCLUDE)) {
        ray_buf_add(buf, " INCLUDE (");
        ray_ddl_items(buf, ray_object_value(index, INCLUDE));
        ray_buf_addc(buf, ')');
    }
    if (ray_object_is(index, NULLS_NOT_DISTINCT))
        ray_buf_add(buf, " NULLS NOT DISTINCT");
    if (ray_object_is(index, OPTIONS)) {
        ray_buf_add(buf, " WITH (");
        ray_ddl_options(buf, ray_object_value(index, OPTIONS));
        ray_buf_addc(buf, ')');
    }
    if (ray_object_is(index, TABLESPACE)) {
        ray_buf_add(buf, " TABLESPACE ");
        ray_ddl_name(buf, ray_object_value(index, TABLESPACE));
    }
    if (ray_object_is(index, WHERE))
        ray_buf_addf(buf, " WHERE %s", ray_object_value(index, WHERE));
}

static void
write_use(struct ray_ddl *ddl, const struct ray_object *index, const char *words)
{
    struct ray_buf *buf = ray_ddl_begin(ddl);

    ray_table_alter(buf, index, false);
    ray_buf_addf(buf, " %s ", words);
    ray_ddl_name(buf, index->name);
    ray_ddl_end(ddl, index);
}

static void
write_statistics(struct ray_ddl *ddl, const struct ray_object *index)
{
    ray_list targets = ray_list_read(ddl->arena, ray_object_value(index, STATISTICS));

    for (size_t i = 0; i < targets.len; i++) {
        struct ray_buf *buf = ray_ddl_begin(ddl);
        const char *equals = strchr(targets.items[i], '=');

        ray_buf_add(buf, "ALTER INDEX ");
        ray_ddl_qualified(buf, index);
        ray_buf_addf(buf, " ALTER COLUMN %.*s SET STATISTICS %s", (int)(equals - targets.items[i]),
                     targets.items[i], equals + 1);
        ray_ddl_end(ddl, index);
    }
}

static void
create(struct ray_ddl *ddl, const struct ray_object *index)
{
    struct ray_buf *buf = ray_ddl_begin(ddl);
    bool only = ray_table_is_whole(index) || ray_object_is(index, ONLY);

    ray_buf_addf(buf, "CREATE %sINDEX %s", ray_object_is(index, UNIQUE) ? "UNIQUE " : "",
                 ddl->catalog->concurrently ? "CONCURRENTLY " : "");
    if (index->name[0] != '\0') {
        ray_ddl_name(buf, index->name);
        ray_buf_addc(buf, ' ');
    }
    ray_buf_add(buf, only ? "ON ONLY " : "ON ");
    ray_ddl_owner_name(buf, index);
    add_definition(buf, index);
    ray_ddl_end(ddl, index);
    write_statistics(ddl, index);
    if (ray_object_is(index, CLUSTERED))
        write_use(ddl, index, "CLUSTER ON");
    if (ray_object_is(index, REPLICA_IDENTITY))
        write_use(ddl, index, "REPLICA IDENTITY USING INDEX");
}

static void
drop(struct ray_ddl *ddl, const struct ray_object *index)
{
    struct ray_buf *buf = ray_ddl_begin(ddl);

    ray_buf_addf(buf, "DROP INDEX %s", ddl->catalog->concurrently ? "CONCURRENTLY " : "");
    ray_ddl_qualified(buf, index);
    ray_ddl_end(ddl, index);
}

static void
finish(struct ray_ddl *ddl, const struct ray_object *index)
{
    struct ray_buf *buf;

    if (!ray_object_is(index, ATTACHED_TO))
        return;
    buf = ray_ddl_begin(ddl);
    ray_buf_addf(buf, "ALTER INDEX %s ATTACH PARTITION ", ray_object_value(index, ATTACHED_TO));
    ray_ddl_qualified(buf, index);
    ray_ddl_end(ddl, index);
}

const struct ray_kind ray_kind_index = {
    .name = "index",
    .keyword = "INDEX",
    .catalog = "pg_class",
    .owner_catalog = "pg_class",
    .select = {.from = "pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
                       " JOIN pg_class t ON t.oid = i.indrelid"
                       " JOIN pg_am am ON am.oid = c.relam"
                       " LEFT JOIN pg_tablespace ts ON ts.oid = c.reltablespace"
                       " CROSS JOIN LATERAL (SELECT (" IS_PLAIN ") AS plain OFFSET 0) p"
                       " WHERE i.indrelid >= 16384 AND t.relkind IN ('r', 'p', 'm')"
                       " AND i.indexrelid NOT IN (SELECT con.conindid FROM pg_constraint con"
                       " WHERE con.contype IN ('p', 'u', 'x') AND con.conindid <> 0)",
               .oid = "i.indexrelid",
               .owner_oid = "i.indrelid",
               .name = "c.relname"},
    RAY_ATTRIBUTES(attributes),
    .has_index = true,
    .weight = 80,
    .take = take,
    .create = create,
    .drop = drop,
    .finish = finish,
    .alter = ray_index_alter_to,
    .rebuilt_with_column = true,
};
