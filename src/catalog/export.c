/* The script: see export.h. What belongs to one object stands together, a blank line between objects. */
#include "catalog/export.h"

#include "catalog/kind.h"
#include "catalog/order.h"

/* Bodies of functions may name what comes later. */
static const char head[] = "SET check_function_bodies = off;\n";

static const struct ray_object *
whole_of(const struct ray_object *object)
{
    return object->owner != NULL && object->marked ? object->owner : object;
}

bool
ray_catalog_export(const struct ray_catalog *catalog, struct ray_buf *out, struct ray_err *err)
{
    const struct ray_object *before = NULL;
    struct ray_arena *scratch = ray_arena_new();
    struct ray_ddl ddl;

    ray_ddl_init(&ddl, scratch, catalog);
    if (!ray_catalog_write(catalog, &ddl, err)) {
        ray_arena_free(scratch);
        return false;
    }
    ray_buf_add(out, head);
    for (size_t i = 0; i < ddl.statements.len; i++) {
        const struct ray_object *object = whole_of(ddl.statements.items[i].object);

        if (object != before)
            ray_buf_addc(out, '\n');
        ray_buf_addf(out, "%s;\n", ddl.statements.items[i].sql);
        before = object;
    }
    ray_arena_free(scratch);
    return true;
}
