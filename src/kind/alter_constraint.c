/*
 * What can be altered of constraints and indexes: NOT VALID becomes valid, a foreign key's deferring, and what is
 * said of the index itself. All else is dropped and made again.
 */
#include "catalog/kind.h"
#include "catalog/list.h"
#include "catalog/table.h"
#include "kind/alter.h"
#include "pg/quote.h"

#include <string.h>

static const char *const of_constraint[] = {
    "not_valid", "deferrable",       "deferred",    "options",       "tablespace", "clustered",
    "inherited", "replica_identity", "attached_to", "index_comment", NULL};
static const char *const of_index[] = {"options",          "tablespace",  "statistics", "clustered",
                                       "replica_identity", "attached_to", NULL};

static bool
is_foreign_key(const struct ray_object *constraint)
{
    return strcmp(constraint->kind->name, "foreign key") == 0;
}

static struct ray_buf *
begin(struct ray_ddl *ddl, const struct ray_object *part, const char *words)
{
    struct ray_buf *buf = ray_ddl_begin(ddl);

    ray_table_alter(buf, part, false);
    ray_buf_addf(buf, " %s ", words);
    ray_ddl_name(buf, part->name);
    return buf;
}

static void
alter_deferring(struct ray_ddl *ddl, const struct ray_object *to)
{
    struct ray_buf *buf = begin(ddl, to, "ALTER CONSTRAINT");

    ray_buf_add(buf, ray_object_get(to, "deferrable") != NULL ? " DEFERRABLE" : " NOT DEFERRABLE");
    if (ray_object_get(to, "deferred") != NULL)
        ray_buf_add(buf, " INITIALLY DEFERRED");
    ray_ddl_end(ddl, to);
}

/* What a table has one of among its indexes. */
static void
alter_use(struct ray_ddl *ddl, const struct ray_object *to, const bool *differs)
{
    if (ray_differs(to, differs, "clustered")) {
        if (ray_object_get(to, "clustered") != NULL) {
            (void)begin(ddl, to, "CLUSTER ON");
        } else {
            ray_table_alter(ray_ddl_begin(ddl), to, false);
            ray_buf_add(&ddl->buf, " SET WITHOUT CLUSTER");
        }
        ray_ddl_end(ddl, to);
    }
    if (ray_differs(to, differs, "replica_identity") &&
        ray_object_get(to, "replica_identity") != NULL) {
        (void)begin(ddl, to, "REPLICA IDENTITY USING INDEX");
        ray_ddl_end(ddl, to);
    }
}

static void
alter_index(struct ray_ddl *ddl, const struct ray_object *from, const struct ray_object *to,
            const bool *differs)
{
    const char *tablespace = ray_object_get(to, "tablespace");
    struct ray_buf alter;

    ray_buf_init(&alter, ddl->arena);
    ray_buf_add(&alter, "ALTER INDEX ");
    ray_ddl_qualified(&alter, to);
    if (ray_differs(to, differs, "options"))
        ray_alter_options(ddl, to, alter.data, ray_object_get(from, "options"),
                          ray_object_get(to, "options"));
    if (ray_differs(to, differs, "tablespace"))
        ray_ddl_add(ddl, to, "%s SET TABLESPACE %s", alter.data,
                    tablespace == NULL ? "pg_default" : tablespace);
    alter_use(ddl, to, differs);
    if (ray_differs(to, differs, "index_comment")) {
        const char *comment = ray_object_get(to, "index_comment");
        struct ray_buf *buf = ray_ddl_begin(ddl);

        ray_buf_add(buf, "COMMENT ON INDEX ");
        ray_ddl_qualified(buf, to);
        ray_buf_add(buf, " IS ");
        if (comment == NULL)
            ray_buf_add(buf, "NULL");
        else
            ray_buf_literal(buf, comment);
        ray_ddl_end(ddl, to);
    }
    if (ray_differs(to, differs, "attached_to") && !to->owner->joins)
        to->kind->finish(ddl, to); /* one that joins has its indexes taken over */
}

/* An index that is attached cannot be taken off its parent again. */
static bool
is_detached(const struct ray_object *from, const struct ray_object *to, const bool *differs)
{
    (void)to;
    return ray_differs(from, differs, "attached_to") && ray_object_get(from, "attached_to") != NULL;
}

void
ray_constraint_validate(struct ray_ddl *ddl, const struct ray_object *constraint)
{
    (void)begin(ddl, constraint, "VALIDATE CONSTRAINT");
    ray_ddl_end(ddl, constraint);
}

bool
ray_constraint_alter_to(struct ray_ddl *ddl, const struct ray_object *from,
                        const struct ray_object *to, const bool *differs)
{
    bool deferring = ray_differs(to, differs, "deferrable") || ray_differs(to, differs, "deferred");

    if (!ray_differs_only(to, differs, of_constraint) || is_detached(from, to, differs) ||
        (deferring && !is_foreign_key(to)))
        return false;
    if (ray_differs(to, differs, "not_valid")) {
        if (ray_object_get(to, "not_valid") != NULL)
            return false;
        ray_constraint_validate(ddl, to);
    }
    if (deferring)
        alter_deferring(ddl, to);
    alter_index(ddl, from, to, differs);
    return true;
}

/* ---------------------------------------------------------------- DROP CONSTRAINT */

static void
drop_constraint(struct ray_ddl *ddl, const struct ray_object *constraint, bool only)
{
    struct ray_buf *buf = ray_ddl_begin(ddl);

    ray_table_alter(buf, constraint, only);
    ray_buf_add(buf, " DROP CONSTRAINT ");
    ray_ddl_name(buf, constraint->name);
    ray_ddl_end(ddl, constraint);
}

/* What a table that inherits from the check's has of it; NULL: nothing, or one of its own. */
static const struct ray_object *
heir_of(struct ray_arena *arena, const struct ray_object *check, const struct ray_object *table)
{
    const char *inherits = table->owner == NULL ? ray_object_get(table, "inherits") : NULL;
    const struct ray_object *heir;
    ray_list parents;
    struct ray_buf name;

    if (inherits == NULL)
        return NULL;
    parents = ray_list_read(arena, inherits);
    ray_buf_init(&name, arena);
    ray_ddl_owner_name(&name, check);
    if (!ray_list_has(&parents, name.data))
        return NULL;
    heir = ray_table_part(table, check->kind->name, check->name);
    return heir != NULL && ray_object_get(heir, "inherited") != NULL ? heir : NULL;
}

/* True where an heir's check stays, as its own. */
static bool
stays(const struct ray_ddl *ddl, const struct ray_object *heir)
{
    const struct ray_object *new = ray_catalog_find(ddl->catalog, heir->kind, heir->schema,
                                                    heir->parent, heir->name, NULL);

    return new != NULL && !new->implied;
}

/* Heirs lose a check with their parent, unless ONLY the parent is spoken of: then those that are to lose it are told
 * one by one. */
void
ray_constraint_drop(struct ray_ddl *ddl, const struct ray_object *constraint)
{
    const struct ray_catalog *from = ray_object_get(constraint, "expression") == NULL ? NULL
                                                                                      : ddl->from;
    RAY_VEC(const struct ray_object *) heirs = {0};
    bool only = false;

    for (size_t i = 0; from != NULL && i < from->objects.len; i++) {
        const struct ray_object *table = from->objects.items[i];
        const struct ray_object *heir = heir_of(ddl->arena, constraint, table);

        if (heir == NULL || ray_catalog_relation(ddl->catalog, table->schema, table->name) == NULL)
            continue;
        only = only || stays(ddl, heir);
        if (!stays(ddl, heir))
            *ray_vec_add(ddl->arena, &heirs) = heir;
    }
    drop_constraint(ddl, constraint, only);
    for (size_t i = 0; only && i < heirs.len; i++)
        ray_constraint_drop(ddl, heirs.items[i]);
}

/* ---------------------------------------------------------------- indexes */

static void
alter_statistics(struct ray_ddl *ddl, const struct ray_object *from, const struct ray_object *to)
{
    ray_list old = ray_list_read(ddl->arena, ray_object_get(from, "statistics"));
    ray_list new = ray_list_read(ddl->arena, ray_object_get(to, "statistics"));
    struct ray_buf name;

    ray_buf_init(&name, ddl->arena);
    ray_ddl_qualified(&name, to);
    for (size_t i = 0; i < old.len; i++)
        ray_ddl_add(ddl, to, "ALTER INDEX %s ALTER COLUMN %.*s SET STATISTICS -1", name.data,
                    (int)strcspn(old.items[i], "="), old.items[i]);
    for (size_t i = 0; i < new.len; i++)
        ray_ddl_add(ddl, to, "ALTER INDEX %s ALTER COLUMN %.*s SET STATISTICS %s", name.data,
                    (int)strcspn(new.items[i], "="), new.items[i], strchr(new.items[i], '=') + 1);
}

bool
ray_index_alter_to(struct ray_ddl *ddl, const struct ray_object *from, const struct ray_object *to,
                   const bool *differs)
{
    if (!ray_differs_only(to, differs, of_index) || is_detached(from, to, differs))
        return false;
    alter_index(ddl, from, to, differs);
    if (ray_differs(to, differs, "statistics"))
        alter_statistics(ddl, from, to);
    return true;
}

static struct ray_object
beside(struct ray_ddl *ddl, const struct ray_object *index)
{
    struct ray_object object = *index;

    object.name = ray_arena_printf(ddl->arena, "%.58s__new", index->name);
    return object;
}

void
ray_index_build_beside(struct ray_ddl *ddl, const struct ray_object *index)
{
    struct ray_object object = beside(ddl, index);
    size_t first = ddl->statements.len;

    index->kind->create(ddl, &object);
    for (size_t i = first; i < ddl->statements.len; i++)
        ddl->statements.items[i].object = index;
}

void
ray_index_swap(struct ray_ddl *ddl, const struct ray_object *index)
{
    struct ray_object object = beside(ddl, index);
    struct ray_buf *buf;

    ray_ddl_drop(ddl, index);
    buf = ray_ddl_begin(ddl);
    ray_buf_add(buf, "ALTER INDEX ");
    ray_ddl_qualified(buf, &object);
    ray_buf_add(buf, " RENAME TO ");
    ray_ddl_name(buf, index->name);
    ray_ddl_end(ddl, index);
    ray_ddl_facts(ddl, index);
}
