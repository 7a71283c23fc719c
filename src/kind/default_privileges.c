/*
 * Default privileges: what new objects of a role are granted, in all schemas or in one. Named by the role and the
 * schema, and the kind of objects as signature. Those of a schema are added to the others: nothing is there by
 * default.
 */
#include "catalog/ddl.h"
#include "catalog/kinds.h"
#include "pg/keyword.h"

#include <ctype.h>
#include <string.h>

/* By pg_default_acl.defaclobjtype. */
#define SIGNATURE                                                              \
    "CASE d.defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences'"    \
    " WHEN 'f' THEN 'functions' WHEN 'T' THEN 'types' WHEN 'n' THEN 'schemas'" \
    " ELSE 'large objects' END"

/* An empty list is a fact: nobody gets anything. */
static bool
take(struct ray_loader *loader, struct ray_object *object)
{
    (void)loader;
    if (object->values[RAY_ACL] == NULL)
        object->values[RAY_ACL] = "[]";
    return true;
}

/* The letter by which acldefault() and GRANT know these objects. */
static char
type_of(const char *signature)
{
    static const struct {
        const char *signature;
        char type;
    } types[] = {
        {"tables", 'r'}, {"sequences", 's'}, {"functions", 'f'},
        {"types", 'T'},  {"schemas", 'n'},   {"large objects", 'L'},
    };

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (strcmp(types[i].signature, signature) == 0)
            return types[i].type;
    return '\0';
}

static void
target(struct ray_buf *buf, const struct ray_object *object)
{
    for (const char *c = object->signature; *c != '\0'; c++)
        ray_buf_addc(buf, (char)toupper((unsigned char)*c));
}

static void
grantable(struct ray_arena *arena, const struct ray_object *object, struct ray_grantable *out)
{
    struct ray_buf before;
    struct ray_buf on;

    ray_buf_init(&before, arena);
    ray_buf_init(&on, arena);
    ray_buf_add(&before, "ALTER DEFAULT PRIVILEGES FOR ROLE ");
    ray_buf_name(&before, object->name);
    if (object->schema != NULL) {
        ray_buf_add(&before, " IN SCHEMA ");
        ray_buf_name(&before, object->schema);
    }
    ray_buf_addc(&before, ' ');
    target(&on, object);
    out->type = type_of(object->signature);
    out->before = before.data;
    out->target = on.data;
    out->owner = object->name;
    out->bare = object->schema != NULL;
}

const struct ray_kind ray_kind_default_privileges = {
    .name = "default privileges",
    .keyword = "DEFAULT PRIVILEGES",
    .catalog = "pg_default_acl",
    .select = {.probe = "pg_default_acl",
               .from = "pg_default_acl d JOIN pg_roles r ON r.oid = d.defaclrole"
                       " LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace",
               .oid = "d.oid",
               .schema = "n.nspname",
               .name = "r.rolname",
               .signature = SIGNATURE,
               .acl = "d.defaclacl"},
    .take = take,
    .target = target,
    .grantable = grantable,
    .drop = ray_ddl_revert,
};
