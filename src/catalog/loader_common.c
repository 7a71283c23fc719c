/*
 * The queries that are about all kinds: the catalogs' own oids, roles, what extensions own, comments,
 * security labels, dependencies. Each is a row of the table below.
 */
#include "catalog/loader_internal.h"

#include "base/text.h"
#include "catalog/list.h"

#include <stdint.h>
#include <string.h>

static void
take_classes(struct ray_loader *loader, const struct ray_rows *rows)
{
    for (size_t r = 0; r < rows->nrows; r++) {
        const char *name = ray_rows_value(rows, r, 1);
        uint32_t *oid = RAY_NEW(loader->scratch, uint32_t);

        *oid = ray_loader_oid(ray_rows_value(rows, r, 0));
        (void)ray_map_put(&loader->class_of, name, oid);
        *ray_vec_add(loader->scratch, &loader->classes) = name;
    }
}

static void
take_roles(struct ray_loader *loader, const struct ray_rows *rows)
{
    for (size_t r = 0; r < rows->nrows; r++)
        ray_oids_put(&loader->names, 0, ray_loader_oid(ray_rows_value(rows, r, 0)), 0,
                     ray_arena_strdup(loader->arena, ray_rows_value(rows, r, 1)));
}

/* FirstNormalObjectId: below it is what initdb made. */
enum { FIRST_NORMAL_OID = 16384 };

static void
count_member(struct ray_loader *loader, uint32_t class_oid)
{
    struct ray_member_count *count = NULL;

    for (size_t i = 0; count == NULL && i < loader->member_counts.len; i++)
        if (loader->member_counts.items[i].class_oid == class_oid)
            count = &loader->member_counts.items[i];
    if (count == NULL) {
        count = ray_vec_add(loader->scratch, &loader->member_counts);
        *count = (struct ray_member_count){.class_oid = class_oid};
    }
    count->count++;
}

static void
take_members(struct ray_loader *loader, const struct ray_rows *rows)
{
    for (size_t r = 0; r < rows->nrows; r++) {
        uint32_t class_oid = ray_loader_oid(ray_rows_value(rows, r, 0));
        uint32_t oid = ray_loader_oid(ray_rows_value(rows, r, 1));
        uint32_t *extension = RAY_NEW(loader->scratch, uint32_t);

        *extension = ray_loader_oid(ray_rows_value(rows, r, 2));
        ray_oids_put(&loader->members, class_oid, oid, 0, extension);
        if (oid >= FIRST_NORMAL_OID)
            count_member(loader, class_oid);
    }
}

/* Not a piece of an object, which leads to it, too (loader_depend.c). */
static struct ray_object *
object_of_row(struct ray_loader *loader, const struct ray_rows *rows, size_t r)
{
    uint32_t class_oid = ray_loader_oid(ray_rows_value(rows, r, 0));
    uint32_t oid = ray_loader_oid(ray_rows_value(rows, r, 1));
    struct ray_object *object = ray_oids_get(&loader->objects, class_oid, oid,
                                             ray_loader_oid(ray_rows_value(rows, r, 2)));

    return object == NULL || (object->oid == oid &&
                              ray_loader_class(loader, object->kind->catalog) == class_oid)
               ? object
               : NULL;
}

static void
take_comments(struct ray_loader *loader, const struct ray_rows *rows)
{
    for (size_t r = 0; r < rows->nrows; r++) {
        struct ray_object *object = object_of_row(loader, rows, r);
        const char *text = ray_rows_value(rows, r, 3);

        if (object != NULL)
            object->values[RAY_COMMENT] = object->built_in &&
                                                  strcmp(text, "standard public schema") == 0
                                              ? NULL
                                              : ray_arena_strdup(loader->arena, text);
    }
}

/* Ordered by object and provider: those of one object stand together. */
static void
take_labels(struct ray_loader *loader, const struct ray_rows *rows)
{
    for (size_t r = 0; r < rows->nrows; r++) {
        struct ray_object *object = object_of_row(loader, rows, r);
        ray_list list;

        if (object == NULL)
            continue;
        list = ray_list_read(loader->scratch, object->values[RAY_LABELS]);
        *ray_vec_add(loader->scratch, &list) = ray_rows_value(rows, r, 3);
        *ray_vec_add(loader->scratch, &list) = ray_rows_value(rows, r, 4);
        object->values[RAY_LABELS] = ray_list_write(loader->arena, &list);
    }
}

/* The acl that initdb gave, or an extension, if today's owner had been the owner then. */
static const char *
initial_acl(struct ray_loader *loader, const struct ray_object *object, const char *acl)
{
    const char *owner = object->values[RAY_OWNER];
    ray_list items = ray_list_read(loader->arena, acl);
    ray_list with_owner = {0};

    for (size_t i = 0; i < items.len; i++)
        *ray_vec_add(loader->scratch,
                     &with_owner) = owner == NULL
                                        ? items.items[i]
                                        : ray_text_replace(loader->scratch, items.items[i],
                                                           "pg_database_owner", owner);
    ray_list_sort(&with_owner);
    return ray_list_write(loader->arena, &with_owner);
}

/* What a member of an extension was granted by the extension itself is no fact of ours. */
static void
take_initial_acls(struct ray_loader *loader, const struct ray_rows *rows)
{
    for (size_t r = 0; r < rows->nrows; r++) {
        struct ray_object *object = object_of_row(loader, rows, r);

        if (object == NULL || !(object->member || object->built_in))
            continue;
        object->base_acl = initial_acl(loader, object, ray_rows_value(rows, r, 3));
        if (object->base_acl == NULL)
            object->base_acl = "[]";
        if (object->values[RAY_ACL] == NULL && object->kind->acl_type == 'c')
            object->values[RAY_ACL] = "[]"; /* a column of which all was revoked */
        if (object->values[RAY_ACL] != NULL &&
            strcmp(object->values[RAY_ACL], object->base_acl) == 0)
            object->values[RAY_ACL] = NULL;
    }
}

static void
take_depends(struct ray_loader *loader, const struct ray_rows *rows)
{
    struct ray_depend *edges = RAY_NEW_ARRAY(loader->scratch, struct ray_depend, rows->nrows);

    for (size_t r = 0; r < rows->nrows; r++)
        edges[r] = (struct ray_depend){
            .class_oid = ray_loader_oid(ray_rows_value(rows, r, 0)),
            .oid = ray_loader_oid(ray_rows_value(rows, r, 1)),
            .sub = ray_loader_oid(ray_rows_value(rows, r, 2)),
            .ref_class_oid = ray_loader_oid(ray_rows_value(rows, r, 3)),
            .ref_oid = ray_loader_oid(ray_rows_value(rows, r, 4)),
            .ref_sub = ray_loader_oid(ray_rows_value(rows, r, 5)),
            .type = ray_rows_value(rows, r, 6)[0],
        };
    loader->depends.items = edges;
    loader->depends.len = rows->nrows;
}

static void
take_strangers(struct ray_loader *loader, const struct ray_rows *rows)
{
    for (size_t r = 0; r < rows->nrows; r++)
        *ray_vec_add(loader->scratch, &loader->strangers) =
            (struct ray_depend){.class_oid = ray_loader_oid(ray_rows_value(rows, r, 0)),
                                .oid = ray_loader_oid(ray_rows_value(rows, r, 1))};
}

static void
take_casts(struct ray_loader *loader, const struct ray_rows *rows)
{
    for (size_t r = 0; r < rows->nrows; r++) {
        const char *source = ray_rows_value(rows, r, 0);

        *ray_vec_add(loader->arena, &loader->catalog->casts) = (struct ray_cast){
            .source = source == NULL ? NULL : ray_arena_strdup(loader->arena, source),
            .target = ray_arena_strdup(loader->arena, ray_rows_value(rows, r, 1)),
            .explicit_only = strcmp(ray_rows_value(rows, r, 2), "e") == 0,
        };
    }
}

const struct ray_common_query ray_common_queries[] = {
    {"SELECT oid, relname FROM pg_class WHERE relnamespace = 'pg_catalog'::regnamespace"
     " AND relkind = 'r'",
     RAY_COMMON_FIRST, 0, take_classes},
    {"SELECT classid, objid, refobjid FROM pg_depend WHERE refclassid = 'pg_extension'::regclass"
     " AND deptype = 'e'",
     RAY_COMMON_FIRST, 0, take_members},
    {"SELECT oid, rolname FROM pg_roles", RAY_COMMON_EARLY, 0, take_roles},
    {"SELECT o.oid, o.opcmethod, o.opcintype, o.opcdefault,"
     " CASE n.nspname WHEN 'pg_catalog' THEN '' ELSE quote_ident(n.nspname) || '.' END"
     " || quote_ident(o.opcname) FROM pg_opclass o JOIN pg_namespace n ON n.oid = o.opcnamespace",
     RAY_COMMON_EARLY, 0, ray_loader_take_opclasses},
    {"SELECT classoid, objoid, objsubid, description FROM pg_description"
     " WHERE objoid >= 16384 OR (classoid = 'pg_namespace'::regclass AND objoid = 2200)"
     " UNION ALL SELECT classoid, objoid, 0, description FROM pg_shdescription"
     " WHERE classoid = 'pg_subscription'::regclass",
     RAY_COMMON_LATE, 15, take_comments},
    {"SELECT classoid, objoid, objsubid, provider, label FROM pg_seclabel UNION ALL"
     " SELECT classoid, objoid, 0, provider, label FROM pg_shseclabel"
     " WHERE classoid = 'pg_subscription'::regclass ORDER BY 1, 2, 3, 4",
     RAY_COMMON_LATE, 0, take_labels},
    {"SELECT classoid, objoid, objsubid, to_json(initprivs::text[]) FROM pg_init_privs"
     " WHERE objoid >= 16384 OR (classoid = 'pg_namespace'::regclass AND objoid = 2200)",
     RAY_COMMON_LATE, 0, take_initial_acls},
    /* Of what initdb made nothing needs to be said. What is the server's own business is left there: toast tables,
     * types of rows (their tables' alias), a default's column, triggers of keys; and NOT NULL hangs on its
     * table alone. */
    {"SELECT classid, objid, objsubid, refclassid, refobjid, refobjsubid, deptype FROM pg_depend"
     " WHERE objid >= 16384 AND deptype IN ('n', 'a', 'i', 'P', 'S')"
     " AND (refobjid >= 16384 OR (refclassid = 'pg_namespace'::regclass AND refobjid = 2200"
     " AND classid NOT IN ('pg_class'::regclass, 'pg_type'::regclass, 'pg_proc'::regclass)))"
     " AND NOT (refclassid = 'pg_class'::regclass AND CASE classid"
     " WHEN 'pg_class'::regclass THEN deptype = 'i' AND refobjsubid = 0"
     " WHEN 'pg_type'::regclass THEN deptype = 'i'"
     " WHEN 'pg_attrdef'::regclass THEN deptype = 'a' ELSE false END)"
     " AND NOT (classid = 'pg_trigger'::regclass AND deptype = 'i')"
     "{17+ AND NOT (classid = 'pg_constraint'::regclass"
     " AND objid IN (SELECT oid FROM pg_constraint WHERE contype = 'n'))}",
     RAY_COMMON_LATE, 60, take_depends},
    {"SELECT 'pg_class'::regclass::oid, oid FROM pg_class WHERE oid >= 16384"
     " AND relkind NOT IN ('r', 'p', 'v', 'm', 'f', 'S', 'i', 'I', 'c', 't')"
     " UNION ALL SELECT 'pg_proc'::regclass, oid FROM pg_proc WHERE oid >= 16384"
     " AND prokind NOT IN ('f', 'p', 'a', 'w')"
     " UNION ALL SELECT 'pg_type'::regclass, oid FROM pg_type WHERE oid >= 16384"
     " AND typtype NOT IN ('b', 'c', 'd', 'e', 'm', 'p', 'r')"
     " UNION ALL SELECT 'pg_constraint'::regclass, oid FROM pg_constraint WHERE oid >= 16384"
     " AND contype NOT IN ('c', 'f', 'n', 'p', 't', 'u', 'x')",
     RAY_COMMON_LATE, 10, take_strangers},
    {"SELECT format_type(castsource, NULL), format_type(casttarget, NULL), castcontext FROM pg_cast"
     " WHERE castsource <> casttarget UNION ALL SELECT NULL, format_type(oid, NULL), 'a'"
     " FROM pg_type WHERE typcategory = 'S' AND typtype = 'b'",
     RAY_COMMON_LATE, 2, take_casts},
};
const size_t ray_common_query_count = sizeof(ray_common_queries) / sizeof(ray_common_queries[0]);
