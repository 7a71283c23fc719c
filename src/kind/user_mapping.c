/*
 * User mappings, parts of their server. What is secret among the options never leaves the server; its name is
 * noted, so that nobody takes the mapping for the whole. pg_user_mapping itself is the superuser's; the view
 * hides the options from whom they do not concern.
 */
#include "catalog/ddl.h"
#include "catalog/kinds.h"
#include "catalog/list.h"

#include <string.h>

enum { OPTIONS, SECRETS, HIDDEN };

/* password_required and sslkey_file are none. */
#define IS_SECRET                                                                       \
    "(split_part(o, '=', 1) ~* '(passw|passphrase|secret|token|credential|private_?key" \
    "|access_?key|api_?key|scram_(client|server)_key)'"                                 \
    " AND split_part(o, '=', 1) !~* '(_required|file)$')"

static const struct ray_attribute attributes[] = {
    [OPTIONS] = {"options",
                 "ARRAY(SELECT o FROM unnest(u.umoptions) o WHERE NOT " IS_SECRET " ORDER BY 1)",
                 RAY_ATTRIBUTE_LIST, false},
    [SECRETS] = {"secrets",
                 "ARRAY(SELECT split_part(o, '=', 1) FROM unnest(u.umoptions) o WHERE " IS_SECRET
                 " ORDER BY 1)",
                 RAY_ATTRIBUTE_LIST, true},
    /* As the view has it. */
    [HIDDEN] = {"hidden",
                "NOT (COALESCE(CASE WHEN u.umuser = 0 THEN pg_has_role(s.srvowner, 'USAGE')"
                " ELSE u.usename = current_user AND (pg_has_role(s.srvowner, 'USAGE')"
                " OR has_server_privilege(s.oid, 'USAGE')) END, false)"
                " OR (SELECT rolsuper FROM pg_roles WHERE rolname = current_user))",
                RAY_ATTRIBUTE_FLAG, true},
};

static bool
take(struct ray_loader *loader, struct ray_object *mapping)
{
    ray_list secrets = ray_list_read(ray_loader_arena(loader), ray_object_value(mapping, SECRETS));

    if (ray_object_is(mapping, HIDDEN))
        ray_loader_unseen(loader, "the options of the user mapping for %s on server %s",
                          mapping->name, mapping->parent);
    for (size_t i = 0; i < secrets.len; i++)
        ray_loader_secret(loader, "option %s of the user mapping for %s on server %s",
                          secrets.items[i], mapping->name, mapping->parent);
    ray_object_set(mapping, SECRETS, NULL);
    ray_object_set(mapping, HIDDEN, NULL);
    return true;
}

static void
target(struct ray_buf *buf, const struct ray_object *mapping)
{
    ray_buf_add(buf, "FOR ");
    if (strcmp(mapping->name, "public") == 0)
        ray_buf_add(buf, "PUBLIC");
    else
        ray_ddl_name(buf, mapping->name);
    ray_buf_add(buf, " SERVER ");
    ray_ddl_name(buf, mapping->parent);
}

static void
create(struct ray_ddl *ddl, const struct ray_object *mapping)
{
    struct ray_buf *buf = ray_ddl_begin(ddl);

    ray_buf_add(buf, "CREATE USER MAPPING ");
    target(buf, mapping);
    ray_ddl_foreign_clause(buf, ray_object_value(mapping, OPTIONS));
    ray_ddl_end(ddl, mapping);
}

const struct ray_kind ray_kind_user_mapping = {
    .name = "user mapping",
    .keyword = "USER MAPPING",
    .catalog = "pg_user_mapping",
    .owner_catalog = "pg_foreign_server",
    .select = {.probe = "pg_foreign_server",
               .from = "pg_user_mappings u JOIN pg_foreign_server s ON s.oid = u.srvid",
               .oid = "u.umid",
               .owner_oid = "u.srvid",
               .name = "u.usename"},
    RAY_ATTRIBUTES(attributes),
    .take = take,
    .target = target,
    .create = create,
};
