/* What the alterations of all kinds share: see alter.h. */
#include "kind/alter.h"

#include "catalog/kind.h"
#include "catalog/list.h"
#include "pg/keyword.h"
#include "pg/quote.h"

#include <string.h>

bool
ray_differs(const struct ray_object *object, const bool *differs, const char *attribute)
{
    int i = ray_kind_value_index(object->kind, attribute);

    return i >= 0 && differs[i];
}

bool
ray_differs_only(const struct ray_object *object, const bool *differs,
                 const char *const *attributes)
{
    for (size_t i = 0; i < object->kind->nattributes; i++) {
        size_t known = 0;

        while (attributes[known] != NULL &&
               strcmp(attributes[known], object->kind->attributes[i].name) != 0)
            known++;
        if (differs[RAY_COMMON_COUNT + i] && attributes[known] == NULL)
            return false;
    }
    return true;
}

static const char *
name_of(struct ray_arena *arena, const char *option)
{
    return ray_arena_strndup(arena, option, strcspn(option, "="));
}

static bool
has_option(struct ray_arena *arena, const ray_list *list, const char *name)
{
    for (size_t i = 0; i < list->len; i++)
        if (strcmp(name_of(arena, list->items[i]), name) == 0)
            return true;
    return false;
}

void
ray_alter_options(struct ray_ddl *ddl, const struct ray_object *object, const char *alter,
                  const char *from, const char *to)
{
    ray_list old = ray_list_read(ddl->arena, from);
    ray_list new = ray_list_read(ddl->arena, to);
    ray_list set = {0};
    ray_list reset = {0};

    for (size_t i = 0; i < new.len; i++)
        if (!ray_list_has(&old, new.items[i]))
            *ray_vec_add(ddl->arena, &set) = new.items[i];
    for (size_t i = 0; i < old.len; i++) {
        const char *name = name_of(ddl->arena, old.items[i]);

        if (!has_option(ddl->arena, &new, name))
            *ray_vec_add(ddl->arena, &reset) = name;
    }
    if (set.len > 0) {
        struct ray_buf *buf = ray_ddl_begin(ddl);

        ray_buf_addf(buf, "%s SET (", alter);
        ray_ddl_options(buf, ray_list_write(ddl->arena, &set));
        ray_buf_addc(buf, ')');
        ray_ddl_end(ddl, object);
    }
    if (reset.len > 0)
        ray_ddl_add(ddl, object, "%s RESET (%s)", alter, ray_list_join(ddl->arena, &reset, ", "));
}

void
ray_alter_replace(struct ray_ddl *ddl, const struct ray_object *object)
{
    size_t first = ddl->statements.len;

    object->kind->create(ddl, object);
    ddl->statements.items[first].sql = ray_arena_printf(ddl->arena, "CREATE OR REPLACE %s",
                                                        ddl->statements.items[first].sql +
                                                            strlen("CREATE "));
}
