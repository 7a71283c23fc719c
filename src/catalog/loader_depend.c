/*
 * pg_depend as edges between objects. What stands behind an object in the server and is none of its own in
 * the model (a row type, an array type, a key's index, a view's rule, a sequence of an identity) leads to
 * it by its own internal dependency.
 */
#include "catalog/kinds.h"
#include "catalog/loader_internal.h"

#include <string.h>

struct ray_object *
ray_loader_object(const struct ray_loader *loader, uint32_t class_oid, uint32_t oid, uint32_t sub)
{
    struct ray_object *object = ray_oids_get(&loader->objects, class_oid, oid, sub);

    return object == NULL && sub != 0 ? ray_oids_get(&loader->objects, class_oid, oid, 0) : object;
}

/* An operator or function of an operator class or family may hang on it loosely. */
static bool
is_in_family(const struct ray_loader *loader, const struct ray_depend *edge)
{
    return (edge->class_oid == ray_loader_class(loader, "pg_amop") ||
            edge->class_oid == ray_loader_class(loader, "pg_amproc")) &&
           (edge->ref_class_oid == ray_loader_class(loader, "pg_opfamily") ||
            edge->ref_class_oid == ray_loader_class(loader, "pg_opclass"));
}

/* The object that the dependent of an internal edge is a piece of, and, for pieces of what is an
 * extension's and not in the model, that it is. False: nothing new. */
static bool
link_alias(struct ray_loader *loader, const struct ray_depend *edge)
{
    struct ray_object *behind;

    if ((edge->type != 'i' && !is_in_family(loader, edge)) || edge->sub != 0 ||
        ray_oids_get(&loader->objects, edge->class_oid, edge->oid, 0) != NULL ||
        ray_oids_get(&loader->members, edge->class_oid, edge->oid, 0) != NULL)
        return false;
    behind = ray_loader_object(loader, edge->ref_class_oid, edge->ref_oid, edge->ref_sub);
    if (behind != NULL)
        ray_oids_put(&loader->objects, edge->class_oid, edge->oid, 0, behind);
    else if (ray_oids_get(&loader->members, edge->ref_class_oid, edge->ref_oid, 0) != NULL)
        ray_oids_put(&loader->members, edge->class_oid, edge->oid, 0, loader);
    else
        return false;
    return true;
}

/* Rounds until no new one is found: an array type's row type's table. */
static void
link_aliases(struct ray_loader *loader)
{
    bool again = true;

    while (again) {
        again = false;
        for (size_t i = 0; i < loader->depends.len; i++)
            again = link_alias(loader, &loader->depends.items[i]) || again;
    }
}

/* A sequence belongs to its column, which needs it: not the other way round, unless the column makes it. A
 * partition's index or key is made by itself, then attached. */
static bool
is_later(const struct ray_depend *edge, const struct ray_object *object,
         const struct ray_object *other)
{
    if (edge->type == 'P' || edge->type == 'S')
        return object->kind == other->kind;
    return object->kind == &ray_kind_sequence && other->sub != 0 && !object->implied;
}

/* What needs an extension's object needs the extension. */
static void
need_extension(struct ray_loader *loader, struct ray_object *object, const struct ray_depend *edge)
{
    const uint32_t *oid = ray_oids_get(&loader->members, edge->ref_class_oid, edge->ref_oid, 0);
    struct ray_object *extension = oid == NULL
                                       ? NULL
                                       : ray_loader_object(loader,
                                                           ray_loader_class(loader, "pg_extension"),
                                                           *oid, 0);

    if (extension != NULL)
        ray_object_need(loader->arena, object, &object->needs, extension);
}

static void
link_edges(struct ray_loader *loader)
{
    for (size_t i = 0; i < loader->depends.len; i++) {
        const struct ray_depend *edge = &loader->depends.items[i];
        struct ray_object *object = ray_loader_object(loader, edge->class_oid, edge->oid,
                                                      edge->sub);
        struct ray_object *other = ray_loader_object(loader, edge->ref_class_oid, edge->ref_oid,
                                                     edge->ref_sub);

        if (object != NULL && !object->member && (other == NULL || other->member))
            need_extension(loader, object, edge);
        if (object == NULL || other == NULL)
            continue;
        if (object->implied && edge->type == 'i' && object->kind == &ray_kind_sequence)
            ray_object_need(loader->arena, other, &other->later, object); /* of its identity */
        ray_object_need(loader->arena, object,
                        is_later(edge, object, other) ? &object->later : &object->needs, other);
    }
}

void
ray_loader_link(struct ray_loader *loader)
{
    link_aliases(loader);
    link_edges(loader);
}
