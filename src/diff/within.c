/* Columns that hold a type inside of others: see within.h. From it to the types made of it, and on from those. */
#include "diff/within.h"

#include "base/buf.h"
#include "catalog/ddl.h"
#include "catalog/kinds.h"

#include <string.h>

/* A type on the way: `inside`, values of the domain stand in its values and are not themselves these. */
struct step {
    const struct ray_object *type;
    bool inside;
};

struct search {
    struct ray_arena *arena;
    RAY_VEC(struct step) steps;
    bool *seen; /* by index: twice as many, those inside behind the others */
    size_t count;
    ray_objects *out;
    ray_objects *types;
};

static void
visit(struct search *search, struct ray_object *type, bool inside)
{
    bool *seen = &search->seen[type->index + (inside ? search->count : 0)];

    if (*seen)
        return;
    *seen = true;
    *ray_vec_add(search->arena, &search->steps) = (struct step){type, inside};
    if (inside)
        *ray_vec_add(search->arena, search->types) = type;
}

enum use { NO_USE, AS_IT_IS, IN_ARRAY };

/* How an object whose attribute names a type uses that: it may need it for something else. */
static enum use
use_of(struct ray_arena *arena, const struct ray_object *object, const char *attribute,
       const struct ray_object *type)
{
    const char *name = ray_object_get(object, attribute);
    struct ray_buf qualified;

    ray_buf_init(&qualified, arena);
    ray_ddl_qualified(&qualified, type);
    if (name == NULL || strncmp(name, qualified.data, qualified.len) != 0)
        return type->kind == &ray_kind_range ? IN_ARRAY
                                             : NO_USE; /* a multirange has a name of its own */
    if (strcmp(name + qualified.len, "[]") == 0)
        return IN_ARRAY;
    return name[qualified.len] == '\0' ? AS_IT_IS : NO_USE;
}

static bool
is_stored(const struct ray_object *relation)
{
    return relation->kind == &ray_kind_table || relation->kind == &ray_kind_materialized_view;
}

static void
visit_dependent(struct search *search, struct step step, struct ray_object *object)
{
    bool is_part = object->owner != NULL && /* a change may speak of a part alone */
                   (object->kind == &ray_kind_column || object->kind == &ray_kind_attribute);
    enum use use = use_of(search->arena, object,
                          object->kind == &ray_kind_range ? "subtype" : "type", step.type);
    bool inside = step.inside || use == IN_ARRAY;

    if (use == NO_USE)
        return;
    if (object->kind == &ray_kind_domain)
        visit(search, object, inside);
    else if (object->kind == &ray_kind_range)
        visit(search, object, true);
    else if (is_part)
        visit(search, object->owner, true);
    if (is_part && object->kind == &ray_kind_column && inside && is_stored(object->owner))
        *ray_vec_add(search->arena, search->out) = object;
}

void
ray_columns_within(struct ray_arena *arena, const struct ray_catalog *catalog,
                   const ray_objects *dependents, const struct ray_object *type, ray_objects *out,
                   ray_objects *types)
{
    struct search search = {.arena = arena,
                            .count = catalog->objects.len,
                            .out = out,
                            .types = types};

    search.seen = RAY_NEW_ARRAY(arena, bool, 2 * search.count);
    visit(&search, catalog->objects.items[type->index], type->kind != &ray_kind_domain);
    for (size_t i = 0; i < search.steps.len; i++) {
        const struct step step = search.steps.items[i];
        const ray_objects *next = &dependents[step.type->index];

        for (size_t n = 0; n < next->len; n++)
            visit_dependent(&search, step, next->items[n]);
    }
}
