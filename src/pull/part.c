/* Indexes, triggers, policies and rules: in the list of a table, or outside of one with `on`. */
#include "catalog/clause.h"
#include "catalog/table.h"
#include "pg/keyword.h"
#include "pull/pull_internal.h"

#include <stdlib.h>
#include <string.h>

static void
add_on(struct ray_pull *pull, struct ray_expr *table, const struct ray_object *part)
{
    struct ray_buf name;

    ray_buf_init(&name, pull->arena);
    ray_ddl_owner_name(&name, part);
    ray_expr_put(table, "on", ray_pull_relation(pull, name.data));
}

/* pg.trigger "name" table */
static struct ray_expr *
named_part(struct ray_pull *pull, const char *function, const struct ray_object *part,
           struct ray_expr *table)
{
    struct ray_expr *name = ray_expr_call(pull->arena, ray_expr_word(pull->arena, function));
    struct ray_expr *call = ray_expr_call(pull->arena, name);

    ray_expr_argument(name, ray_expr_text(pull->arena, part->name));
    ray_expr_argument(call, table);
    return call;
}

/* ---------------------------------------------------------------- indexes */

static const struct ray_pull_key index_keys[] = {
    {"unique", NULL, RAY_PULL_FLAG},      {"method", "using", RAY_PULL_TEXT},
    {"where", NULL, RAY_PULL_SQL},        {"nulls_not_distinct", NULL, RAY_PULL_FLAG},
    {"options", NULL, RAY_PULL_OPTIONS},  {"tablespace", NULL, RAY_PULL_TEXT},
    {"clustered", NULL, RAY_PULL_FLAG},   {"replica_identity", NULL, RAY_PULL_FLAG},
    {"attached_to", NULL, RAY_PULL_TEXT}, {NULL, NULL, RAY_PULL_END},
};

/* Here the names are SQL. */
static void
add_include(struct ray_pull *pull, struct ray_expr *table, const struct ray_object *index)
{
    ray_list items = ray_list_read(pull->arena, ray_object_get(index, "include"));
    struct ray_expr *names = ray_expr_table(pull->arena, RAY_EXPR_FILLED);

    for (size_t i = 0; i < items.len; i++) {
        ray_list parts = ray_clause_name(pull->arena, items.items[i]);

        ray_expr_put(names, NULL,
                     ray_expr_text(pull->arena,
                                   ray_pull_listed_name(pull, index->owner, parts.items[0])));
    }
    if (items.len > 0)
        ray_expr_put(table, "include", names);
}

static void
add_statistics(struct ray_pull *pull, struct ray_expr *table, const struct ray_object *index)
{
    ray_list targets = ray_list_read(pull->arena, ray_object_get(index, "statistics"));
    struct ray_expr *places = ray_expr_table(pull->arena, RAY_EXPR_FILLED);

    for (size_t i = 0; i < targets.len; i++) {
        const char *equals = strchr(targets.items[i], '=');

        ray_expr_put_at(places, (int)strtol(targets.items[i], NULL, 10),
                        ray_pull_number(pull, equals + 1));
    }
    if (targets.len > 0)
        ray_expr_put(table, "statistics", places);
}

struct ray_expr *
ray_pull_index(struct ray_pull *pull, const struct ray_object *index, bool on)
{
    struct ray_expr *call = ray_expr_call(pull->arena, ray_expr_word(pull->arena, "pg.index"));
    struct ray_expr *table = ray_expr_table(pull->arena, RAY_EXPR_FILLED);
    ray_list elements = ray_list_read(pull->arena, ray_object_get(index, "elements"));
    const char *name = ray_pull_given_name(pull, index);

    if (on)
        add_on(pull, table, index);
    for (size_t i = 0; i < elements.len; i++)
        ray_expr_put(table, NULL, ray_pull_element(pull, index->owner, elements.items[i]));
    if (name != NULL)
        ray_expr_put(table, "name", ray_expr_text(pull->arena, name));
    add_include(pull, table, index);
    ray_pull_keys(pull, table, index, index_keys);
    add_statistics(pull, table, index);
    if (ray_pull_place(pull, index)->only)
        ray_expr_put(table, "only", ray_expr_word(pull->arena, "true"));
    ray_pull_common(pull, table, index);
    ray_expr_argument(call, table);
    return call;
}

/* ---------------------------------------------------------------- triggers */

static const struct ray_pull_key trigger_head[] = {
    {"timing", NULL, RAY_PULL_TEXT},     {"events", NULL, RAY_PULL_LIST},
    {"columns", NULL, RAY_PULL_COLUMNS}, {"level", NULL, RAY_PULL_TEXT},
    {"when", NULL, RAY_PULL_SQL},        {NULL, NULL, RAY_PULL_END},
};

static const struct ray_pull_key trigger_tail[] = {
    {"arguments", NULL, RAY_PULL_LIST}, {"constraint", NULL, RAY_PULL_FLAG},
    {"from", NULL, RAY_PULL_RELATION},  {"deferrable", NULL, RAY_PULL_FLAG},
    {"deferred", NULL, RAY_PULL_FLAG},  {"old_table", NULL, RAY_PULL_TEXT},
    {"new_table", NULL, RAY_PULL_TEXT}, {"enabled", NULL, RAY_PULL_TEXT},
    {NULL, NULL, RAY_PULL_END},
};

struct ray_expr *
ray_pull_trigger(struct ray_pull *pull, const struct ray_object *trigger, bool on)
{
    struct ray_expr *table = ray_expr_table(pull->arena, RAY_EXPR_FILLED);
    const char *function = ray_object_get(trigger, "function");

    if (on)
        add_on(pull, table, trigger);
    ray_pull_keys(pull, table, trigger, trigger_head);
    ray_expr_put(table, "execute", ray_pull_routine_name(pull, function));
    ray_pull_keys(pull, table, trigger, trigger_tail);
    ray_pull_common(pull, table, trigger);
    return named_part(pull, "pg.trigger", trigger, table);
}

/* ---------------------------------------------------------------- policies, rules */

static const struct ray_pull_key policy_keys[] = {
    {"restrictive", NULL, RAY_PULL_FLAG}, {"command", NULL, RAY_PULL_TEXT},
    {"roles", NULL, RAY_PULL_LIST},       {"using", NULL, RAY_PULL_SQL},
    {"check", NULL, RAY_PULL_SQL},        {NULL, NULL, RAY_PULL_END},
};

struct ray_expr *
ray_pull_policy(struct ray_pull *pull, const struct ray_object *policy, bool on)
{
    struct ray_expr *table = ray_expr_table(pull->arena, RAY_EXPR_FILLED);

    if (on)
        add_on(pull, table, policy);
    ray_pull_keys(pull, table, policy, policy_keys);
    ray_pull_common(pull, table, policy);
    return named_part(pull, "pg.policy", policy, table);
}

static const struct ray_pull_key rule_keys[] = {
    {"definition", NULL, RAY_PULL_SQL},
    {"enabled", NULL, RAY_PULL_TEXT},
    {NULL, NULL, RAY_PULL_END},
};

struct ray_expr *
ray_pull_rule(struct ray_pull *pull, const struct ray_object *rule, bool on)
{
    struct ray_expr *table = ray_expr_table(pull->arena, RAY_EXPR_FILLED);

    if (on)
        add_on(pull, table, rule);
    ray_pull_keys(pull, table, rule, rule_keys);
    ray_pull_common(pull, table, rule);
    return named_part(pull, "pg.rule", rule, table);
}
