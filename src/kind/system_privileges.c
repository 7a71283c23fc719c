/*
 * What was granted and revoked on objects of pg_catalog since initdb: privileges alone; languages have them by
 * themselves. (Of information_schema the server does not keep what initdb granted.) The name is what GRANT calls the object; a column is the signature.
 */
#include "catalog/ddl.h"
#include "catalog/kinds.h"
#include "catalog/list.h"

enum { TYPE, INITIAL, OWNER_NAME };

static const struct ray_attribute attributes[] = {
    [TYPE] = {"type", "s.type", RAY_ATTRIBUTE_TEXT, false},
    [INITIAL] = {"initial", "s.initial", RAY_ATTRIBUTE_LIST, false},
    [OWNER_NAME] = {"owner_name", "pg_get_userbyid(s.owner)", RAY_ATTRIBUTE_TEXT, true},
};

#define SYSTEM_SCHEMA "'pg_catalog'::regnamespace"

/* Of each catalog: class, oid, attnum, type of acldefault(), owner, acl, and how GRANT calls it. */
static const char from[] =
    "(SELECT o.*, COALESCE(i.initprivs, CASE WHEN o.type = 'c' THEN ARRAY[]::aclitem[]"
    " ELSE acldefault(o.type, o.owner) END) AS initial FROM ("
    "SELECT 'pg_proc'::regclass AS class, p.oid, 0 AS sub, 'f'::\"char\" AS type, p.proowner AS owner,"
    " p.proacl AS acl, CASE p.prokind WHEN 'p' THEN 'PROCEDURE ' ELSE 'FUNCTION ' END"
    " || p.pronamespace::regnamespace || '.' || quote_ident(p.proname)"
    " || '(' || oidvectortypes(p.proargtypes) || ')' AS name, NULL::name AS part"
    " FROM pg_proc p WHERE p.proacl IS NOT NULL AND p.oid < 16384"
    " AND p.pronamespace = " SYSTEM_SCHEMA " UNION ALL "
    "SELECT 'pg_class'::regclass, c.oid, 0, 'r', c.relowner, c.relacl,"
    " 'TABLE ' || c.relnamespace::regnamespace || '.' || quote_ident(c.relname), NULL"
    " FROM pg_class c WHERE c.relacl IS NOT NULL AND c.oid < 16384"
    " AND c.relnamespace = " SYSTEM_SCHEMA " UNION ALL "
    /* A column whose last privilege was revoked has no acl any more. */
    "SELECT 'pg_class'::regclass, c.oid, a.attnum, 'c', c.relowner,"
    " COALESCE(a.attacl, ARRAY[]::aclitem[]),"
    " 'TABLE ' || c.relnamespace::regnamespace || '.' || quote_ident(c.relname), a.attname"
    " FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE a.attrelid < 16384"
    " AND c.relnamespace = " SYSTEM_SCHEMA
    " AND (a.attacl IS NOT NULL OR (a.attrelid, a.attnum) IN (SELECT p.objoid, p.objsubid"
    " FROM pg_init_privs p WHERE p.classoid = 'pg_class'::regclass)) UNION ALL "
    "SELECT 'pg_namespace'::regclass, n.oid, 0, 'n', n.nspowner, n.nspacl,"
    " 'SCHEMA ' || quote_ident(n.nspname), NULL"
    " FROM pg_namespace n WHERE n.nspacl IS NOT NULL AND n.oid = " SYSTEM_SCHEMA " UNION ALL "
    "SELECT 'pg_type'::regclass, t.oid, 0, 'T', t.typowner, t.typacl,"
    " 'TYPE ' || t.typnamespace::regnamespace || '.' || quote_ident(t.typname), NULL"
    " FROM pg_type t WHERE t.typacl IS NOT NULL AND t.oid < 16384"
    " AND t.typnamespace = " SYSTEM_SCHEMA ""
    ") o LEFT JOIN pg_init_privs i ON i.classoid = o.class AND i.objoid = o.oid"
    " AND i.objsubid = o.sub) s WHERE NOT (s.acl @> s.initial AND s.acl <@ s.initial)";

static bool
take(struct ray_loader *loader, struct ray_object *object)
{
    const char *initial = ray_object_value(object, INITIAL);

    object->built_in = true;
    object->values[RAY_OWNER] = ray_object_value(object, OWNER_NAME);
    object->base_acl = initial == NULL ? "[]" : initial;
    if (object->values[RAY_ACL] == NULL)
        object->values[RAY_ACL] = "[]";
    ray_object_set(object, OWNER_NAME, NULL);
    (void)loader;
    return true;
}

static void
grantable(struct ray_arena *arena, const struct ray_object *object, struct ray_grantable *out)
{
    (void)arena;
    out->type = ray_object_value(object, TYPE)[0];
    out->target = object->name;
    out->column = object->signature;
}

const struct ray_kind ray_kind_system_privileges = {
    .name = "system privileges",
    .keyword = "",
    .catalog = "pg_init_privs",
    .select = {.from = from, .name = "s.name", .signature = "s.part", .acl = "s.acl"},
    RAY_ATTRIBUTES(attributes),
    .take = take,
    .grantable = grantable,
};
