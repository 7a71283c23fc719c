/* Grants as Lua: { "select", "update", to = "app", option = true }, { "all", revoke_from = "public" }. */
#include "catalog/acl.h"
#include "catalog/acl_read.h"
#include "pull/pull_internal.h"

#include <ctype.h>
#include <string.h>

/* "ALTER SYSTEM" as "alter system". */
static struct ray_expr *
word_of(struct ray_pull *pull, const char *word)
{
    char *lower = ray_arena_strdup(pull->arena, word);

    for (char *c = lower; *c != '\0'; c++)
        *c = (char)tolower((unsigned char)*c);
    return ray_expr_text(pull->arena, lower);
}

static void
add_privileges(struct ray_pull *pull, struct ray_expr *table, const struct ray_acl_step *step)
{
    if (step->letters == NULL || step->all) {
        ray_expr_put(table, NULL, ray_expr_text(pull->arena, "all"));
        return;
    }
    for (size_t i = 0; ray_privileges[i].word != NULL; i++)
        if (strchr(step->letters, ray_privileges[i].letter) != NULL)
            ray_expr_put(table, NULL, word_of(pull, ray_privileges[i].word));
}

/* The owner that is not named is whoever makes the object. */
static const char *
role_of(const struct ray_pull *pull, const struct ray_object *object,
        const struct ray_acl_step *step)
{
    const struct ray_object *whole = object->owner == NULL ? object : object->owner;
    const char *role = pull->catalog->role;

    if (step->role[0] == '\0')
        return "public";
    return whole->values[RAY_OWNER] == NULL && !whole->built_in && role != NULL &&
                   strcmp(role, step->role) == 0
               ? "current_user"
               : step->role;
}

static bool
same(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool
is_alike(const struct ray_acl_step *a, const struct ray_acl_step *b)
{
    return same(a->letters, b->letters) && same(a->by, b->by) && a->option == b->option;
}

/* The roles of the steps from `first` on that are granted the same: a name or a list of names. */
static struct ray_expr *
roles_of(struct ray_pull *pull, const struct ray_object *object, const ray_acl_steps *steps,
         size_t first, size_t count)
{
    struct ray_expr *list = ray_expr_table(pull->arena, RAY_EXPR_FILLED);

    if (count == 1)
        return ray_expr_text(pull->arena, role_of(pull, object, &steps->items[first]));
    for (size_t i = first; i < first + count; i++)
        ray_expr_put(list, NULL,
                     ray_expr_text(pull->arena, role_of(pull, object, &steps->items[i])));
    return list;
}

static void
add_options(struct ray_pull *pull, struct ray_expr *table, const struct ray_acl_step *step)
{
    if (step->option)
        ray_expr_put(table, "option", ray_expr_word(pull->arena, "true"));
    if (step->by != NULL)
        ray_expr_put(table, "by", ray_expr_text(pull->arena, step->by));
}

struct ray_expr *
ray_pull_grants(struct ray_pull *pull, const struct ray_object *object)
{
    struct ray_expr *list = ray_expr_table(pull->arena, RAY_EXPR_FILLED);
    ray_acl_steps steps = {0};

    if (object->values[RAY_ACL] != NULL)
        steps = ray_acl_steps_of(pull->arena, pull->catalog, object);
    for (size_t i = 0; i < steps.len;) {
        struct ray_expr *grant = ray_expr_table(pull->arena, RAY_EXPR_FILLED);
        size_t count = 1;

        while (i + count < steps.len && is_alike(&steps.items[i], &steps.items[i + count]))
            count++;
        add_privileges(pull, grant, &steps.items[i]);
        ray_expr_put(grant, steps.items[i].letters == NULL ? "revoke_from" : "to",
                     roles_of(pull, object, &steps, i, count));
        add_options(pull, grant, &steps.items[i]);
        ray_expr_put(list, NULL, grant);
        i += count;
    }
    return list;
}

void
ray_pull_grant_methods(struct ray_pull *pull, struct ray_expr *chain,
                       const struct ray_object *object)
{
    ray_acl_steps steps = {0};

    if (object->values[RAY_ACL] != NULL)
        steps = ray_acl_steps_of(pull->arena, pull->catalog, object);
    for (size_t i = 0; i < steps.len; i++) {
        const struct ray_acl_step *step = &steps.items[i];
        struct ray_expr *call = ray_expr_method(pull->arena, chain,
                                                step->letters == NULL ? "revoke" : "grant");
        struct ray_expr *privileges = ray_expr_table(pull->arena, RAY_EXPR_FILLED);
        struct ray_expr *options = ray_expr_table(pull->arena, RAY_EXPR_FILLED);

        add_privileges(pull, privileges, step);
        add_options(pull, options, step);
        ray_expr_argument(call, ray_expr_sole(privileges));
        ray_expr_argument(call, ray_expr_text(pull->arena, role_of(pull, object, step)));
        if (!ray_expr_is_empty(options))
            ray_expr_argument(call, options);
    }
}
