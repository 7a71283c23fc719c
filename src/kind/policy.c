/* Row security policies. */
#include "catalog/clause.h"
#include "catalog/kinds.h"
#include "catalog/table.h"
#include "kind/alter.h"

#include <ctype.h>
#include <string.h>

enum { COMMAND, RESTRICTIVE, ROLES, USING, CHECK };

static const struct ray_attribute attributes[] = {
    [COMMAND] =
        {"command",
         "CASE p.polcmd WHEN 'r' THEN 'select' WHEN 'a' THEN 'insert' WHEN 'w' THEN 'update'"
         " WHEN 'd' THEN 'delete' END",
         RAY_ATTRIBUTE_TEXT, false},
    [RESTRICTIVE] = {"restrictive", "NOT p.polpermissive", RAY_ATTRIBUTE_FLAG, false},
    [ROLES] = {"roles",
               "CASE WHEN p.polroles <> ARRAY[0::oid] THEN ARRAY(SELECT rolname FROM pg_roles"
               " WHERE oid = ANY (p.polroles) ORDER BY 1) END",
               RAY_ATTRIBUTE_LIST, false},
    [USING] = {"using", "pg_get_expr(p.polqual, p.polrelid)", RAY_ATTRIBUTE_TEXT, false},
    [CHECK] = {"check", "pg_get_expr(p.polwithcheck, p.polrelid)", RAY_ATTRIBUTE_TEXT, false},
};

static void
create(struct ray_ddl *ddl, const struct ray_object *policy)
{
    struct ray_buf *buf = ray_ddl_begin(ddl);
    const char *command = ray_object_value(policy, COMMAND);

    ray_buf_add(buf, "CREATE POLICY ");
    ray_ddl_part_on(buf, policy);
    if (ray_object_is(policy, RESTRICTIVE))
        ray_buf_add(buf, "\n    AS RESTRICTIVE");
    if (command != NULL) {
        ray_buf_add(buf, "\n    FOR ");
        for (; *command != '\0'; command++)
            ray_buf_addc(buf, (char)toupper((unsigned char)*command));
    }
    if (ray_object_is(policy, ROLES)) {
        ray_buf_add(buf, "\n    TO ");
        ray_ddl_names(buf, ray_object_value(policy, ROLES));
    }
    if (ray_object_is(policy, USING))
        ray_buf_addf(buf, "\n    USING (%s)",
                     ray_clause_bare(ddl->arena, ray_object_value(policy, USING)));
    if (ray_object_is(policy, CHECK))
        ray_buf_addf(buf, "\n    WITH CHECK (%s)",
                     ray_clause_bare(ddl->arena, ray_object_value(policy, CHECK)));
    ray_ddl_end(ddl, policy);
}

const struct ray_kind ray_kind_policy = {
    .name = "policy",
    .keyword = "POLICY",
    .catalog = "pg_policy",
    .owner_catalog = "pg_class",
    .select = {.probe = "pg_policy",
               .from = "pg_policy p WHERE p.polrelid >= 16384",
               .oid = "p.oid",
               .owner_oid = "p.polrelid",
               .name = "p.polname"},
    RAY_ATTRIBUTES(attributes),
    .of_members = true,
    .target = ray_ddl_part_on,
    .create = create,
    .alter = ray_policy_alter_to,
};
