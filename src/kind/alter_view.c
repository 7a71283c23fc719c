/* CREATE OR REPLACE for views, functions and rules, where PostgreSQL allows it; and ALTER for what is said of them. */
#include "catalog/kind.h"
#include "kind/alter.h"

#include <string.h>

static bool
same(const struct ray_object *a, const struct ray_object *b, const char *attribute)
{
    const char *left = ray_object_get(a, attribute);
    const char *right = ray_object_get(b, attribute);

    return left == right || (left != NULL && right != NULL && strcmp(left, right) == 0);
}

static const struct ray_object *
next_column(const struct ray_object *view, size_t *at)
{
    while (*at < view->parts.len) {
        const struct ray_object *part = view->parts.items[(*at)++];

        if (strcmp(part->kind->name, "column") == 0)
            return part;
    }
    return NULL;
}

/* A view may only get more columns behind those that it has: checkViewColumns() in view.c. */
static bool
keeps_columns(const struct ray_object *from, const struct ray_object *to)
{
    const struct ray_object *old;
    size_t o = 0;
    size_t n = 0;

    while ((old = next_column(from, &o)) != NULL) {
        const struct ray_object *new = next_column(to, &n);

        if (new == NULL || strcmp(old->name, new->name) != 0 || !same(old, new, "type") ||
            !same(old, new, "collation"))
            return false;
    }
    return true;
}

static void
alter_options(struct ray_ddl *ddl, const struct ray_object *from, const struct ray_object *to)
{
    struct ray_buf alter;

    ray_buf_init(&alter, ddl->arena);
    ray_buf_add(&alter, "ALTER ");
    ray_ddl_target(&alter, to);
    ray_alter_options(ddl, to, alter.data, ray_object_get(from, "options"),
                      ray_object_get(to, "options"));
}

bool
ray_view_alter_to(struct ray_ddl *ddl, const struct ray_object *from, const struct ray_object *to,
                  const bool *differs)
{
    if (!ray_differs(to, differs, "definition")) {
        alter_options(ddl, from, to);
        return true;
    }
    if (!keeps_columns(from, to))
        return false;
    ray_alter_replace(ddl, to);
    return true;
}

bool
ray_materialized_view_alter_to(struct ray_ddl *ddl, const struct ray_object *from,
                               const struct ray_object *to, const bool *differs)
{
    static const char *const alterable[] = {"options", "tablespace", NULL};
    const char *tablespace = ray_object_get(to, "tablespace");

    if (!ray_differs_only(to, differs, alterable))
        return false;
    alter_options(ddl, from, to);
    if (ray_differs(to, differs, "tablespace")) {
        struct ray_buf *buf = ray_ddl_begin(ddl);

        ray_buf_add(buf, "ALTER ");
        ray_ddl_target(buf, to);
        ray_buf_addf(buf, " SET TABLESPACE %s", tablespace == NULL ? "pg_default" : tablespace);
        ray_ddl_end(ddl, to);
    }
    return true;
}

/* Neither what it returns nor how its arguments are called may change: ProcedureCreate() in pg_proc.c. */
bool
ray_function_alter_to(struct ray_ddl *ddl, const struct ray_object *from,
                      const struct ray_object *to, const bool *differs)
{
    (void)from;
    if (ray_differs(to, differs, "returns") || ray_differs(to, differs, "arguments") ||
        ray_differs(to, differs, "type"))
        return false;
    ray_alter_replace(ddl, to);
    return true;
}

/* ---------------------------------------------------------------- triggers, rules, policies */

static bool
alter_enabled(struct ray_ddl *ddl, const struct ray_object *to, const char *keyword)
{
    const char *enabled = ray_object_get(to, "enabled");
    struct ray_buf *buf = ray_ddl_begin(ddl);

    ray_buf_add(buf, "ALTER TABLE ONLY ");
    ray_ddl_owner_name(buf, to);
    ray_buf_addf(buf, " %s %s ",
                 enabled == NULL                    ? "ENABLE"
                 : strcmp(enabled, "disabled") == 0 ? "DISABLE"
                 : strcmp(enabled, "replica") == 0  ? "ENABLE REPLICA"
                                                    : "ENABLE ALWAYS",
                 keyword);
    ray_ddl_name(buf, to->name);
    ray_ddl_end(ddl, to);
    return true;
}

bool
ray_trigger_alter_to(struct ray_ddl *ddl, const struct ray_object *from,
                     const struct ray_object *to, const bool *differs)
{
    static const char *const alterable[] = {"enabled", NULL};

    (void)from;
    return ray_differs_only(to, differs, alterable) && alter_enabled(ddl, to, "TRIGGER");
}

bool
ray_rule_alter_to(struct ray_ddl *ddl, const struct ray_object *from, const struct ray_object *to,
                  const bool *differs)
{
    (void)from;
    if (ray_differs(to, differs, "definition"))
        ray_alter_replace(ddl, to);
    else
        (void)alter_enabled(ddl, to, "RULE");
    return true;
}

bool
ray_policy_alter_to(struct ray_ddl *ddl, const struct ray_object *from, const struct ray_object *to,
                    const bool *differs)
{
    struct ray_buf *buf;

    /* A clause can be put in place of another, not taken away. */
    if (ray_differs(to, differs, "command") || ray_differs(to, differs, "restrictive") ||
        (ray_object_get(from, "using") != NULL && ray_object_get(to, "using") == NULL) ||
        (ray_object_get(from, "check") != NULL && ray_object_get(to, "check") == NULL))
        return false;
    buf = ray_ddl_begin(ddl);
    ray_buf_add(buf, "ALTER ");
    ray_ddl_target(buf, to);
    if (ray_differs(to, differs, "roles")) {
        ray_buf_add(buf, " TO ");
        if (ray_object_get(to, "roles") == NULL)
            ray_buf_add(buf, "PUBLIC");
        else
            ray_ddl_names(buf, ray_object_get(to, "roles"));
    }
    if (ray_differs(to, differs, "using"))
        ray_buf_addf(buf, " USING (%s)", ray_object_get(to, "using"));
    if (ray_differs(to, differs, "check"))
        ray_buf_addf(buf, " WITH CHECK (%s)", ray_object_get(to, "check"));
    ray_ddl_end(ddl, to);
    return true;
}
