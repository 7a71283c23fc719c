/*
 * Primary keys, unique, exclusion and check constraints, and, from 18 on, NOT NULL where it says more than the
 * column does. Those that have an index hold the index's facts, too: it is made by them. Foreign keys have a
 * kind of their own, as they come last.
 */
#include "catalog/clause.h"
#include "catalog/inherit.h"
#include "catalog/kinds.h"
#include "catalog/table.h"
#include "kind/alter.h"
#include "pg/quote.h"

#include <stdlib.h>
#include <string.h>

enum {
    TYPE,
    COLUMNS,
    PERIOD,
    INCLUDE,
    EXPRESSION,
    METHOD,
    ELEMENTS,
    WHERE,
    NULLS_NOT_DISTINCT,
    OPTIONS,
    TABLESPACE,
    DEFERRABLE,
    DEFERRED,
    NOT_VALID,
    NOT_ENFORCED,
    NO_INHERIT,
    INHERITED,
    CLUSTERED,
    REPLICA_IDENTITY,
    ATTACHED_TO,
    INDEX_COMMENT,
    /* quiet */
    DEFINITION,
    TABLE,
    KEY,
    INDEX_KEY,
    KEY_COUNT,
    ONLY,
};

/*
 * A NOT NULL that the column, or the parent that it is inherited from, says well enough: its name is the one that
 * PostgreSQL gives, nothing else is said of it. One that is valid where the parent's is not stands for itself.
 */
#define PLAIN_NOT_NULL                                                                      \
    "NOT con.connoinherit AND con.oid NOT IN (SELECT d.objoid"                              \
    " FROM pg_description d WHERE d.classoid = 'pg_constraint'::regclass)"                  \
    " AND CASE WHEN con.coninhcount = 0"                                                    \
    " THEN con.convalidated AND con.conname = t.relname || '_' || a.attname || '_not_null'" \
    " ELSE NOT con.conislocal AND (con.conrelid, con.conname, con.convalidated) IN"         \
    " (SELECT h.inhrelid, p.conname, p.convalidated FROM pg_inherits h"                     \
    " JOIN pg_constraint p ON p.conrelid = h.inhparent AND p.contype = 'n') END"

static const struct ray_attribute attributes[] = {
    [TYPE] = {"type",
              "CASE con.contype WHEN 'p' THEN 'primary key' WHEN 'u' THEN 'unique'"
              " WHEN 'x' THEN 'exclusion' WHEN 'c' THEN 'check' WHEN 'n' THEN 'not null' END",
              RAY_ATTRIBUTE_TEXT, false},
    [COLUMNS] = {"columns", NULL, RAY_ATTRIBUTE_LIST, false},
    [PERIOD] = {"without_overlaps", "{18+ con.conperiod}", RAY_ATTRIBUTE_FLAG, false},
    [INCLUDE] = {"include", NULL, RAY_ATTRIBUTE_LIST, false},
    [EXPRESSION] = {"expression", "pg_get_expr(con.conbin, con.conrelid)", RAY_ATTRIBUTE_TEXT,
                    false},
    [METHOD] = {"method", NULL, RAY_ATTRIBUTE_TEXT, false},
    [ELEMENTS] = {"elements", NULL, RAY_ATTRIBUTE_LIST, false},
    [WHERE] = {"where", NULL, RAY_ATTRIBUTE_TEXT, false},
    [NULLS_NOT_DISTINCT] = {"nulls_not_distinct", "{15+ i.indnullsnotdistinct}", RAY_ATTRIBUTE_FLAG,
                            false},
    [OPTIONS] = {"options", RAY_SQL_SORTED("ic.reloptions"), RAY_ATTRIBUTE_LIST, false},
    [TABLESPACE] = {"tablespace", "ts.spcname", RAY_ATTRIBUTE_TEXT, false},
    [DEFERRABLE] = {"deferrable", "con.condeferrable", RAY_ATTRIBUTE_FLAG, false},
    [DEFERRED] = {"deferred", "con.condeferred", RAY_ATTRIBUTE_FLAG, false},
    [NOT_VALID] = {"not_valid", "NOT con.convalidated {18+ AND con.conenforced}",
                   RAY_ATTRIBUTE_FLAG, false},
    [NOT_ENFORCED] = {"not_enforced", "{18+ NOT con.conenforced}", RAY_ATTRIBUTE_FLAG, false},
    [NO_INHERIT] = {"no_inherit", "con.contype IN ('c', 'n') AND con.connoinherit",
                    RAY_ATTRIBUTE_FLAG, false},
    /* Whether a partition has its parent's check also by itself cannot be said in SQL. */
    [INHERITED] = {"inherited",
                   "con.contype = 'c' AND con.coninhcount > 0"
                   " AND (NOT con.conislocal OR t.relispartition)",
                   RAY_ATTRIBUTE_FLAG, false},
    [CLUSTERED] = {"clustered", "i.indisclustered", RAY_ATTRIBUTE_FLAG, false},
    [REPLICA_IDENTITY] = {"replica_identity", "i.indisreplident", RAY_ATTRIBUTE_FLAG, false},
    [ATTACHED_TO] = {"attached_to",
                     "CASE WHEN con.conparentid <> 0 AND i.indexrelid IS NOT NULL THEN"
                     " (SELECT h.inhparent::regclass FROM pg_inherits h"
                     " WHERE h.inhrelid = con.conindid) END",
                     RAY_ATTRIBUTE_TEXT, false},
    [INDEX_COMMENT] = {"index_comment", "id.description", RAY_ATTRIBUTE_TEXT, false},
    [DEFINITION] = {"definition",
                    "CASE WHEN con.contype = 'x' THEN pg_get_constraintdef(con.oid) END",
                    RAY_ATTRIBUTE_TEXT, true},
    [TABLE] = {"table", "con.conrelid", RAY_ATTRIBUTE_TEXT, true},
    [KEY] = {"key", "con.conkey", RAY_ATTRIBUTE_TEXT, true},
    [INDEX_KEY] = {"index_key", "i.indkey", RAY_ATTRIBUTE_TEXT, true},
    [KEY_COUNT] = {"key_count", "i.indnkeyatts", RAY_ATTRIBUTE_TEXT, true},
    [ONLY] = {"only", NULL, RAY_ATTRIBUTE_FLAG, true}, /* as of indexes */
};

static bool
is_type(const struct ray_object *constraint, const char *type)
{
    return strcmp(ray_object_value(constraint, TYPE), type) == 0;
}

/* What a table's children have, too. */
static bool
is_inheritable(const struct ray_object *constraint)
{
    return is_type(constraint, "check") || is_type(constraint, "not null");
}

const struct ray_object *
ray_column_not_null(struct ray_arena *arena, const struct ray_object *column)
{
    const ray_objects *parts = &column->owner->parts;

    for (size_t i = 0; i < parts->len; i++)
        if (parts->items[i]->kind == &ray_kind_constraint && is_type(parts->items[i], "not null")) {
            ray_list columns = ray_list_read(arena, ray_object_value(parts->items[i], COLUMNS));

            if (ray_list_has(&columns, column->name))
                return parts->items[i];
        }
    return NULL;
}

const char *
ray_column_not_null_name(const struct ray_catalog *catalog, const struct ray_object *column)
{
    const struct ray_object *own = ray_column_not_null(catalog->arena, column);

    while (own == NULL && ray_object_get(column, "inherited") != NULL) {
        const struct ray_object *base = ray_column_base(catalog, column);

        if (base == NULL || ray_object_get(base, "not_null") == NULL)
            break;
        column = base;
        own = ray_column_not_null(catalog->arena, column);
    }
    return own != NULL
               ? own->name
               : ray_arena_printf(catalog->arena, "%s_%s_not_null", column->parent, column->name);
}

/* "EXCLUDE USING gist (room WITH =, during WITH &&) INCLUDE (...) WHERE (...)" */
static void
take_exclusion(struct ray_arena *arena, struct ray_object *constraint)
{
    const char *text = ray_object_value(constraint, DEFINITION);
    const char *method = text + strlen("EXCLUDE USING ");
    const char *open = strchr(method, '(');
    const char *close = ray_clause_close(open);
    const char *where = ray_clause_find(close, " WHERE (");
    ray_list elements = ray_clause_items(arena, open + 1, close - 1);

    ray_object_set(constraint, METHOD,
                   ray_arena_strndup(arena, method, (size_t)(open - method) - 1));
    ray_object_set(constraint, ELEMENTS, ray_list_write(arena, &elements));
    if (where != NULL) {
        const char *begin = where + strlen(" WHERE ");
        const char *end = ray_clause_close(begin);

        ray_object_set(constraint, WHERE,
                       ray_clause_bare(arena,
                                       ray_arena_strndup(arena, begin, (size_t)(end - begin))));
    }
}

static bool
take(struct ray_loader *loader, struct ray_object *constraint)
{
    struct ray_arena *arena = ray_loader_arena(loader);
    uint32_t table = constraint->owner->oid;
    const char *index_key = ray_object_value(constraint, INDEX_KEY);

    constraint->implied = ray_object_is(constraint, INHERITED);
    if (is_type(constraint, "exclusion"))
        take_exclusion(arena, constraint);
    else if (!is_type(constraint, "check"))
        ray_object_set(constraint, COLUMNS,
                       ray_loader_columns(loader, table, ray_object_value(constraint, KEY), 0,
                                          SIZE_MAX));
    if (index_key != NULL) {
        const char *count = ray_object_value(constraint, KEY_COUNT);

        ray_object_set(constraint, INCLUDE,
                       ray_loader_columns(loader, table, index_key, strtoul(count, NULL, 10),
                                          SIZE_MAX));
    }
    for (size_t i = DEFINITION; i <= KEY_COUNT; i++)
        ray_object_set(constraint, i, NULL);
    return true;
}

/* ---------------------------------------------------------------- SQL */

static void
add_key(struct ray_buf *buf, const struct ray_object *constraint)
{
    ray_buf_add(buf, is_type(constraint, "unique") ? "UNIQUE" : "PRIMARY KEY");
    if (ray_object_is(constraint, NULLS_NOT_DISTINCT))
        ray_buf_add(buf, " NULLS NOT DISTINCT");
    ray_buf_add(buf, " (");
    ray_ddl_names(buf, ray_object_value(constraint, COLUMNS));
    ray_buf_add(buf, ray_object_is(constraint, PERIOD) ? " WITHOUT OVERLAPS)" : ")");
}

static void
add_index_facts(struct ray_buf *buf, const struct ray_object *constraint)
{
    if (ray_object_is(constraint, INCLUDE)) {
        ray_buf_add(buf, " INCLUDE (");
        ray_ddl_names(buf, ray_object_value(constraint, INCLUDE));
        ray_buf_addc(buf, ')');
    }
    if (ray_object_is(constraint, OPTIONS)) {
        ray_buf_add(buf, " WITH (");
        ray_ddl_options(buf, ray_object_value(constraint, OPTIONS));
        ray_buf_addc(buf, ')');
    }
    if (ray_object_is(constraint, TABLESPACE)) {
        ray_buf_add(buf, " USING INDEX TABLESPACE ");
        ray_ddl_name(buf, ray_object_value(constraint, TABLESPACE));
    }
    if (ray_object_is(constraint, WHERE))
        ray_buf_addf(buf, " WHERE (%s)", ray_object_value(constraint, WHERE));
}

void
ray_constraint_definition(struct ray_buf *buf, const struct ray_object *constraint)
{
    if (constraint->name[0] != '\0') {
        ray_buf_add(buf, "CONSTRAINT ");
        ray_ddl_name(buf, constraint->name);
        ray_buf_addc(buf, ' ');
    }
    if (is_type(constraint, "not null")) {
        ray_buf_add(buf, "NOT NULL ");
        ray_ddl_names(buf, ray_object_value(constraint, COLUMNS));
    } else if (is_type(constraint, "check")) {
        ray_buf_addf(buf, "CHECK (%s)",
                     ray_clause_bare(buf->arena, ray_object_value(constraint, EXPRESSION)));
    } else if (is_type(constraint, "exclusion")) {
        ray_buf_addf(buf, "EXCLUDE USING %s (", ray_object_value(constraint, METHOD));
        ray_ddl_elements(buf, ray_object_value(constraint, ELEMENTS));
        ray_buf_addc(buf, ')');
    } else {
        add_key(buf, constraint);
    }
    add_index_facts(buf, constraint);
    if (ray_object_is(constraint, NO_INHERIT))
        ray_buf_add(buf, " NO INHERIT");
    if (ray_object_is(constraint, DEFERRABLE))
        ray_buf_add(buf, " DEFERRABLE");
    if (ray_object_is(constraint, DEFERRED))
        ray_buf_add(buf, " INITIALLY DEFERRED");
    if (ray_object_is(constraint, NOT_ENFORCED))
        ray_buf_add(buf, " NOT ENFORCED");
    if (ray_object_is(constraint, NOT_VALID))
        ray_buf_add(buf, " NOT VALID");
}

static bool
is_heir(const struct ray_object *table)
{
    return ray_object_get(table, "partition_of") != NULL ||
           ray_object_get(table, "inherits") != NULL;
}

/* A check that is not valid would be taken for valid in CREATE TABLE. The key of a partitioned table is made
 * for itself alone, and its partitions' are attached. The primary key of an heir would make a NOT NULL of its
 * own beside the one that it inherits. */
static bool
may_fold(const struct ray_object *constraint)
{
    bool only = ray_table_is_whole(constraint) || ray_object_is(constraint, ONLY);

    return !ray_object_is(constraint, NOT_VALID) && !ray_object_is(constraint, CLUSTERED) &&
           !ray_object_is(constraint, REPLICA_IDENTITY) &&
           !ray_object_is(constraint, INDEX_COMMENT) && (!only || is_inheritable(constraint)) &&
           !(is_type(constraint, "primary key") && is_heir(constraint->owner));
}

static void
write_index_use(struct ray_ddl *ddl, const struct ray_object *constraint, const char *words)
{
    struct ray_buf *buf = ray_ddl_begin(ddl);

    ray_table_alter(buf, constraint, true);
    ray_buf_addf(buf, " %s ", words);
    ray_ddl_name(buf, constraint->name);
    ray_ddl_end(ddl, constraint);
}

static void
create(struct ray_ddl *ddl, const struct ray_object *constraint)
{
    struct ray_buf *buf;

    if (constraint->implied)
        return;
    buf = ray_ddl_begin(ddl);
    ray_table_alter(buf, constraint,
                    !is_inheritable(constraint) &&
                        (constraint->file == NULL || ray_object_is(constraint, ONLY)));
    ray_buf_add(buf, "\n    ADD ");
    ray_constraint_definition(buf, constraint);
    ray_ddl_end(ddl, constraint);
    if (ray_object_is(constraint, CLUSTERED))
        write_index_use(ddl, constraint, "CLUSTER ON");
    if (ray_object_is(constraint, REPLICA_IDENTITY))
        write_index_use(ddl, constraint, "REPLICA IDENTITY USING INDEX");
    if (ray_object_is(constraint, INDEX_COMMENT)) {
        buf = ray_ddl_begin(ddl);
        ray_buf_add(buf, "COMMENT ON INDEX ");
        ray_ddl_qualified(buf, constraint);
        ray_buf_add(buf, " IS ");
        ray_buf_literal(buf, ray_object_value(constraint, INDEX_COMMENT));
        ray_ddl_end(ddl, constraint);
    }
}

static void
finish(struct ray_ddl *ddl, const struct ray_object *constraint)
{
    struct ray_buf *buf;

    if (!ray_object_is(constraint, ATTACHED_TO))
        return;
    buf = ray_ddl_begin(ddl);
    ray_buf_addf(buf, "ALTER INDEX %s ATTACH PARTITION ",
                 ray_object_value(constraint, ATTACHED_TO));
    ray_ddl_qualified(buf, constraint);
    ray_ddl_end(ddl, constraint);
}

const struct ray_kind ray_kind_constraint = {
    .name = "constraint",
    .keyword = "CONSTRAINT",
    .catalog = "pg_constraint",
    .owner_catalog = "pg_class",
    .select = {.from = "pg_constraint con JOIN pg_class t ON t.oid = con.conrelid"
                       " LEFT JOIN pg_index i ON con.contype IN ('p', 'u', 'x')"
                       " AND i.indexrelid = con.conindid"
                       " LEFT JOIN pg_class ic ON ic.oid = i.indexrelid"
                       " LEFT JOIN pg_tablespace ts ON ts.oid = ic.reltablespace"
                       " LEFT JOIN pg_description id ON id.classoid = 'pg_class'::regclass"
                       " AND id.objoid = i.indexrelid AND id.objsubid = 0"
                       "{18+ LEFT JOIN pg_attribute a ON con.contype = 'n'"
                       " AND a.attrelid = con.conrelid AND a.attnum = con.conkey[1]}"
                       " WHERE con.conrelid >= 16384 AND (con.contype IN ('p', 'u', 'x', 'c')"
                       "{18+ OR con.contype = 'n' AND NOT (" PLAIN_NOT_NULL ")})",
               .oid = "con.oid",
               .owner_oid = "con.conrelid",
               .name = "con.conname"},
    RAY_ATTRIBUTES(attributes),
    .folding = RAY_FOLD_POSSIBLY,
    .has_index = true,
    .weight = 60,
    .take = take,
    .target = ray_ddl_part_on,
    .create = create,
    .finish = finish,
    .may_fold = may_fold,
    .drop = ray_constraint_drop,
    .alter = ray_constraint_alter_to,
    .rebuilt_with_column = true,
};
