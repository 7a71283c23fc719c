/* ALTER TABLE: what is said of a table as a whole. How it is partitioned cannot be altered. */
#include "catalog/kinds.h"
#include "catalog/list.h"
#include "catalog/table.h"
#include "kind/alter.h"

#include <string.h>

static const char *const alterable[] = {
    "unlogged",           "options",          "row_security",
    "force_row_security", "replica_identity", "tablespace",
    "access_method",      "partition_of",     "bound",
    "inherits",           "of_type",          NULL,
};

struct altering {
    struct ray_ddl *ddl;
    const struct ray_object *from;
    const struct ray_object *to;
    const bool *differs;
    const char *name; /* schema.table */
};

static bool
changes(const struct altering *altering, const char *attribute)
{
    return ray_differs(altering->to, altering->differs, attribute);
}

static void
alter(const struct altering *altering, const char *what, const char *value)
{
    ray_ddl_add(altering->ddl, altering->to, "ALTER TABLE %s %s%s", altering->name, what, value);
}

static void
alter_flag(const struct altering *altering, const char *attribute, const char *on, const char *off)
{
    if (changes(altering, attribute))
        alter(altering, ray_object_get(altering->to, attribute) != NULL ? on : off, "");
}

static void
alter_place(const struct altering *altering)
{
    const char *tablespace = ray_object_get(altering->to, "tablespace");
    const char *method = ray_object_get(altering->to, "access_method");

    if (changes(altering, "tablespace"))
        alter(altering, "SET TABLESPACE ", tablespace == NULL ? "pg_default" : tablespace);
    if (changes(altering, "access_method"))
        alter(altering, "SET ACCESS METHOD ", method == NULL ? "heap" : method);
}

static void
alter_identity(const struct altering *altering)
{
    const char *identity = ray_object_get(altering->to, "replica_identity");

    if (changes(altering, "replica_identity"))
        alter(altering, "REPLICA IDENTITY ",
              identity == NULL                ? "DEFAULT"
              : strcmp(identity, "full") == 0 ? "FULL"
                                              : "NOTHING");
}

/* Of a table that leaves its whole or joins one: the NOT NULL of each column that has one on both sides gets the name that
 * it shall have, where it is the table's own: a partition's is its whole's. */
static void
rename_not_nulls(struct ray_ddl *ddl, const struct ray_object *from, const struct ray_object *to)
{
    for (size_t i = 0; i < to->parts.len && ddl->catalog->version >= 180000; i++) {
        const struct ray_object *column = to->parts.items[i];
        const struct ray_object *old;
        const char *before;
        const char *after;
        struct ray_buf *buf;

        if (column->kind != &ray_kind_column || ray_object_get(column, "not_null") == NULL)
            continue;
        old = ray_table_part(from, "column", column->name);
        if (old == NULL || ray_object_get(old, "not_null") == NULL)
            continue;
        before = ray_column_not_null_name(ddl->from, old);
        after = ray_column_not_null_name(ddl->catalog, column);
        if (strcmp(before, after) == 0)
            continue;
        buf = ray_ddl_begin(ddl);
        ray_buf_add(buf, "ALTER TABLE ");
        ray_ddl_qualified(buf, to);
        ray_buf_add(buf, " RENAME CONSTRAINT ");
        ray_ddl_name(buf, before);
        ray_buf_add(buf, " TO ");
        ray_ddl_name(buf, after);
        ray_ddl_end(ddl, to);
    }
}

/* What it leaves; it joins others when it has what they have. */
static void
leave_parents(const struct altering *altering)
{
    struct ray_arena *arena = altering->ddl->arena;
    ray_list old = ray_list_read(arena, ray_object_get(altering->from, "inherits"));
    ray_list new = ray_list_read(arena, ray_object_get(altering->to, "inherits"));
    bool moves = changes(altering, "partition_of") || changes(altering, "bound");

    for (size_t i = 0; i < old.len; i++)
        if (!ray_list_has(&new, old.items[i]))
            alter(altering, "NO INHERIT ", old.items[i]);
    if (moves && ray_object_get(altering->from, "partition_of") != NULL)
        ray_ddl_add(altering->ddl, altering->to, "ALTER TABLE %s DETACH PARTITION %s",
                    ray_object_get(altering->from, "partition_of"), altering->name);
    if (moves || changes(altering, "inherits"))
        rename_not_nulls(altering->ddl, altering->from, altering->to);
}

void
ray_table_alter_joins(struct ray_ddl *ddl, const struct ray_object *from,
                      const struct ray_object *to)
{
    ray_list old = ray_list_read(ddl->arena, ray_object_get(from, "inherits"));
    ray_list new = ray_list_read(ddl->arena, ray_object_get(to, "inherits"));

    for (size_t i = 0; i < new.len; i++) {
        struct ray_buf *buf;

        if (ray_list_has(&old, new.items[i]))
            continue;
        buf = ray_ddl_begin(ddl);
        ray_buf_add(buf, "ALTER TABLE ");
        ray_ddl_qualified(buf, to);
        ray_buf_addf(buf, " INHERIT %s", new.items[i]);
        ray_ddl_end(ddl, to);
    }
    if (ray_object_get(to, "partition_of") != NULL)
        ray_table_join(ddl, to);
}

static void
alter_type(const struct altering *altering)
{
    const char *type = ray_object_get(altering->to, "of_type");

    if (changes(altering, "of_type"))
        alter(altering, type == NULL ? "NOT OF" : "OF ", type == NULL ? "" : type);
}

bool
ray_table_alter_to(struct ray_ddl *ddl, const struct ray_object *from, const struct ray_object *to,
                   const bool *differs)
{
    struct altering altering = {.ddl = ddl, .from = from, .to = to, .differs = differs};
    struct ray_buf name;

    if (!ray_differs_only(to, differs, alterable))
        return false;
    ray_buf_init(&name, ddl->arena);
    ray_ddl_qualified(&name, to);
    altering.name = name.data;
    leave_parents(&altering);
    alter_type(&altering);
    alter_flag(&altering, "unlogged", "SET UNLOGGED", "SET LOGGED");
    alter_place(&altering);
    ray_alter_options(ddl, to, ray_arena_printf(ddl->arena, "ALTER TABLE %s", name.data),
                      ray_object_get(from, "options"), ray_object_get(to, "options"));
    alter_flag(&altering, "row_security", "ENABLE ROW LEVEL SECURITY",
               "DISABLE ROW LEVEL SECURITY");
    alter_flag(&altering, "force_row_security", "FORCE ROW LEVEL SECURITY",
               "NO FORCE ROW LEVEL SECURITY");
    alter_identity(&altering);
    return true;
}
