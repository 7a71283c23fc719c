/* The roles that a catalog names: owners, grantees and grantors, and attributes that hold roles. */
#include "base/map.h"
#include "catalog/acl_read.h"
#include "catalog/kind.h"
#include "catalog/realize.h"

#include <string.h>

/* Attributes whose value is a list of roles. */
static const char *const role_attributes[] = {"roles"};

/* Kinds that are called by a role. */
static const char *
role_of_identity(const struct ray_object *object)
{
    if (strcmp(object->kind->name, "setting") == 0)
        return object->signature;
    if (strcmp(object->kind->name, "default privileges") == 0 ||
        strcmp(object->kind->name, "user mapping") == 0)
        return object->name;
    return NULL;
}

static void
add(struct ray_arena *arena, ray_list *roles, struct ray_map *seen, const char *role)
{
    static char mark;

    if (role == NULL || role[0] == '\0' || strcmp(role, "public") == 0 ||
        strcmp(role, "current_user") == 0 || ray_map_put(seen, role, &mark) != NULL)
        return;
    *ray_vec_add(arena, roles) = role;
}

static void
add_acl(struct ray_arena *arena, ray_list *roles, struct ray_map *seen, const char *acl)
{
    ray_list items = ray_list_read(arena, acl);

    for (size_t i = 0; i < items.len; i++) {
        const char *role;
        const char *rest = ray_acl_read_role(arena, items.items[i], &role);

        add(arena, roles, seen, role);
        rest = strchr(rest, '/');
        if (rest == NULL)
            continue;
        (void)ray_acl_read_role(arena, rest + 1, &role);
        add(arena, roles, seen, role);
    }
}

static void
add_attribute(struct ray_arena *arena, ray_list *roles, struct ray_map *seen,
              const struct ray_object *object, size_t attribute)
{
    const char *value = ray_object_value(object, attribute);
    ray_list items;

    if (object->kind->attributes[attribute].type != RAY_ATTRIBUTE_LIST) {
        add(arena, roles, seen, value);
        return;
    }
    items = ray_list_read(arena, value);
    for (size_t i = 0; i < items.len; i++)
        add(arena, roles, seen, items.items[i]);
}

ray_list
ray_catalog_roles(const struct ray_catalog *catalog)
{
    struct ray_arena *arena = catalog->arena;
    ray_list roles = {0};
    struct ray_map seen;

    ray_map_init(&seen, arena);
    for (size_t i = 0; i < catalog->objects.len; i++) {
        const struct ray_object *object = catalog->objects.items[i];

        add(arena, &roles, &seen, object->values[RAY_OWNER]);
        add(arena, &roles, &seen, role_of_identity(object));
        add_acl(arena, &roles, &seen, object->values[RAY_ACL]);
        for (size_t a = 0; a < object->kind->nattributes; a++)
            for (size_t r = 0; r < sizeof(role_attributes) / sizeof(role_attributes[0]); r++)
                if (strcmp(object->kind->attributes[a].name, role_attributes[r]) == 0)
                    add_attribute(arena, &roles, &seen, object, a);
    }
    ray_list_sort(&roles);
    return roles;
}
