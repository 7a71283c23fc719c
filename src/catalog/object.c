/* Objects and catalogs: see object.h. */
#include "catalog/object.h"

#include "base/buf.h"
#include "catalog/inherit.h"
#include "catalog/kind.h"
#include "pg/keyword.h"

#include <stdlib.h>
#include <string.h>

const char *const ray_common_names[RAY_COMMON_COUNT] = {
    [RAY_OWNER] = "owner",
    [RAY_ACL] = "acl",
    [RAY_COMMENT] = "comment",
    [RAY_LABELS] = "labels",
};

struct ray_catalog *
ray_catalog_new(struct ray_arena *arena)
{
    struct ray_catalog *catalog = RAY_NEW(arena, struct ray_catalog);

    catalog->arena = arena;
    ray_identities_init(&catalog->by_identity, arena);
    return catalog;
}

struct ray_object *
ray_object_new(struct ray_arena *arena, const struct ray_kind *kind)
{
    struct ray_object *object = RAY_NEW(arena, struct ray_object);

    object->kind = kind;
    object->values = RAY_NEW_ARRAY(arena, const char *, RAY_COMMON_COUNT + kind->nattributes);
    return object;
}

bool
ray_catalog_add(struct ray_catalog *catalog, struct ray_object *object)
{
    if (object->name[0] != '\0') { /* those without a name are no rivals */
        if (ray_catalog_find(catalog, object->kind, object->schema, object->parent, object->name,
                             object->signature) != NULL)
            return false;
        ray_identities_put(&catalog->by_identity, object);
    }
    *ray_vec_add(catalog->arena, &catalog->objects) = object;
    return true;
}

struct ray_object *
ray_catalog_find(const struct ray_catalog *catalog, const struct ray_kind *kind, const char *schema,
                 const char *parent, const char *name, const char *signature)
{
    return ray_identities_get(&catalog->by_identity,
                              &(struct ray_identity){kind, schema, parent, name, signature});
}

struct ray_object *
ray_catalog_relation(const struct ray_catalog *catalog, const char *schema, const char *name)
{
    static const char *const kinds[] = {"table", "view", "materialized view", "foreign table",
                                        "sequence"};

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        struct ray_object *found = ray_catalog_find(catalog, ray_kind_named(kinds[i]), schema, NULL,
                                                    name, NULL);

        if (found != NULL)
            return found;
    }
    return NULL;
}

/* ---------------------------------------------------------------- order */

static int
compare_text(const char *a, const char *b)
{
    if (a == b)
        return 0;
    if (a == NULL || b == NULL)
        return a == NULL ? -1 : 1;
    return strcmp(a, b);
}

/* `index` is the rank of the kind as long as they are sorted. Parts of one object share schema and parent. */
static int
compare(const void *left, const void *right)
{
    const struct ray_object *a = *(struct ray_object *const *)left;
    const struct ray_object *b = *(struct ray_object *const *)right;
    int order;

    if (a->index != b->index)
        return a->index < b->index ? -1 : 1;
    if ((a->owner == NULL || a->owner != b->owner) &&
        ((order = compare_text(a->schema, b->schema)) != 0 ||
         (order = compare_text(a->parent, b->parent)) != 0))
        return order;
    if (a->sub != b->sub)
        return a->sub < b->sub ? -1 : 1;
    order = compare_text(a->name, b->name);
    return order != 0 ? order : compare_text(a->signature, b->signature);
}

static void
sort(ray_objects *all)
{
    const struct ray_kind *kind = NULL;
    size_t rank = 0;

    for (size_t i = 0; i < all->len; i++) {
        if (all->items[i]->kind != kind) { /* they come kind by kind */
            kind = all->items[i]->kind;
            rank = ray_kind_rank(kind);
        }
        all->items[i]->index = rank;
    }
    if (all->len > 1)
        qsort(all->items, all->len, sizeof(*all->items), compare);
}

/* The first object of a kind of at least that rank. */
static size_t
place_of_rank(const ray_objects *all, size_t rank)
{
    size_t first = 0;
    size_t end = all->len;

    while (first < end) {
        size_t middle = first + (end - first) / 2;

        if (ray_kind_rank(all->items[middle]->kind) < rank)
            first = middle + 1;
        else
            end = middle;
    }
    return first;
}

struct ray_objects_range
ray_catalog_range(const struct ray_catalog *catalog, const struct ray_kind *kind)
{
    size_t rank = ray_kind_rank(kind);

    return (struct ray_objects_range){
        .first = place_of_rank(&catalog->objects, rank),
        .end = place_of_rank(&catalog->objects, rank + 1),
    };
}

/* What it is a part of, by name: an object of its own in the catalog that its kind says. */
static struct ray_object *
find_owner(const struct ray_catalog *catalog, const struct ray_object *object)
{
    struct ray_object *found = NULL;

    for (size_t i = 0; object->parent != NULL && found == NULL && i < ray_kind_count; i++) {
        const struct ray_kind *kind = ray_kinds[i];

        if (kind->owner_catalog == NULL &&
            (strcmp(kind->catalog, object->kind->owner_catalog) == 0 ||
             (kind->alias_catalog != NULL &&
              strcmp(kind->alias_catalog, object->kind->owner_catalog) == 0)))
            found = ray_catalog_find(catalog, kind, object->schema, NULL, object->parent, NULL);
    }
    return found;
}

void
ray_catalog_finish(struct ray_catalog *catalog)
{
    ray_objects *all = &catalog->objects;

    sort(all);
    for (size_t i = 0; i < all->len; i++) {
        struct ray_object *object = all->items[i];

        object->index = i;
        object->parts.len = 0;
        ray_identities_put(&catalog->by_identity, object);
    }
    for (size_t i = 0; i < all->len; i++) {
        struct ray_object *object = all->items[i];

        if (object->kind->owner_catalog == NULL)
            continue;
        if (object->owner == NULL)
            object->owner = find_owner(catalog, object);
        if (object->owner != NULL)
            *ray_vec_add(catalog->arena, &object->owner->parts) = object;
    }
    ray_catalog_inherit(catalog);
}

/* ---------------------------------------------------------------- one object */

const char *
ray_object_label(struct ray_arena *arena, const struct ray_object *object)
{
    struct ray_buf buf;

    ray_buf_init(&buf, arena);
    ray_buf_addf(&buf, "%s %s", object->kind->name, object->name[0] == '\0' ? "of " : "");
    if (object->schema != NULL)
        ray_buf_addf(&buf, "%s.", object->schema);
    if (object->parent != NULL)
        ray_buf_addf(&buf, "%s%s", object->parent, object->name[0] == '\0' ? "" : ".");
    ray_buf_add(&buf, object->name);
    if (object->signature != NULL)
        ray_buf_addf(&buf, "(%s)", object->signature);
    return buf.data;
}

static void
add_name(struct ray_buf *buf, const char *name, const char *behind)
{
    if (name == NULL)
        return;
    ray_buf_name(buf, name);
    ray_buf_add(buf, behind);
}

const char *
ray_object_ref(struct ray_arena *arena, const struct ray_object *object)
{
    struct ray_buf buf;

    ray_buf_init(&buf, arena);
    ray_buf_addf(&buf, "%s ", object->kind->name);
    add_name(&buf, object->schema, ".");
    add_name(&buf, object->parent, ".");
    add_name(&buf, object->name, "");
    if (object->signature != NULL)
        ray_buf_addf(&buf, "(%s)", object->signature);
    return buf.data;
}

const char *
ray_object_value(const struct ray_object *object, size_t attribute)
{
    return object->values[RAY_COMMON_COUNT + attribute];
}

bool
ray_object_is(const struct ray_object *object, size_t attribute)
{
    return ray_object_value(object, attribute) != NULL;
}

void
ray_object_set(struct ray_object *object, size_t attribute, const char *value)
{
    object->values[RAY_COMMON_COUNT + attribute] = value;
}

int
ray_kind_value_index(const struct ray_kind *kind, const char *name)
{
    /* The linker folds equal literals into one, so that mostly the address tells. */
    for (size_t i = 0; i < kind->nattributes; i++)
        if (kind->attributes[i].name == name)
            return RAY_COMMON_COUNT + (int)i;
    for (int i = 0; i < RAY_COMMON_COUNT; i++)
        if (strcmp(ray_common_names[i], name) == 0)
            return i;
    for (size_t i = 0; i < kind->nattributes; i++)
        if (strcmp(kind->attributes[i].name, name) == 0)
            return RAY_COMMON_COUNT + (int)i;
    return -1;
}

const char *
ray_object_get(const struct ray_object *object, const char *name)
{
    int i = ray_kind_value_index(object->kind, name);

    return i < 0 ? NULL : object->values[i];
}

void
ray_object_need(struct ray_arena *arena, struct ray_object *object, ray_objects *list,
                struct ray_object *other)
{
    if (other == object || other == object->owner)
        return;
    for (size_t i = list->len; i > 0; i--)
        if (list->items[i - 1] == other)
            return;
    *ray_vec_add(arena, list) = other;
}
