/* Rewrite rules, but for those that make a view a view. */
#include "catalog/kinds.h"
#include "catalog/table.h"
#include "kind/alter.h"

#include <string.h>

enum { DEFINITION, ENABLED };

static const struct ray_attribute attributes[] = {
    [DEFINITION] = {"definition", "rtrim(pg_get_ruledef(r.oid), ';')", RAY_ATTRIBUTE_TEXT, false},
    [ENABLED] = {"enabled",
                 "CASE r.ev_enabled WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica'"
                 " WHEN 'A' THEN 'always' END",
                 RAY_ATTRIBUTE_TEXT, false},
};

static void
create(struct ray_ddl *ddl, const struct ray_object *rule)
{
    const char *enabled = ray_object_value(rule, ENABLED);
    struct ray_buf *buf = ray_ddl_begin(ddl);

    ray_buf_add(buf, ray_object_value(rule, DEFINITION));
    ray_ddl_end(ddl, rule);
    if (enabled == NULL)
        return;
    buf = ray_ddl_begin(ddl);
    ray_buf_add(buf, "ALTER TABLE ");
    ray_ddl_owner_name(buf, rule);
    if (strcmp(enabled, "disabled") == 0)
        ray_buf_add(buf, " DISABLE RULE ");
    else
        ray_buf_addf(buf, " ENABLE %s RULE ",
                     strcmp(enabled, "replica") == 0 ? "REPLICA" : "ALWAYS");
    ray_ddl_name(buf, rule->name);
    ray_ddl_end(ddl, rule);
}

const struct ray_kind ray_kind_rule = {
    .name = "rule",
    .keyword = "RULE",
    .catalog = "pg_rewrite",
    .owner_catalog = "pg_class",
    .select = {.from = "pg_rewrite r WHERE r.rulename <> '_RETURN' AND r.ev_class >= 16384",
               .oid = "r.oid",
               .owner_oid = "r.ev_class",
               .name = "r.rulename"},
    RAY_ATTRIBUTES(attributes),
    .target = ray_ddl_part_on,
    .create = create,
    .alter = ray_rule_alter_to,
};
