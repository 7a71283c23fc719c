/*
 * Rows of a kind become objects. Their values are the row's own; what is the same in every database is
 * made NULL here: flags that are off, empty lists, an owner that is who reads.
 */
#include "catalog/loader_internal.h"

#include "catalog/list.h"

#include <stdlib.h>
#include <string.h>

uint32_t
ray_loader_oid(const char *text)
{
    return text == NULL ? 0 : (uint32_t)strtoul(text, NULL, 10);
}

struct ray_object *
ray_loader_find(const struct ray_loader *loader, const char *catalog, uint32_t oid, uint32_t sub)
{
    return ray_oids_get(&loader->objects, ray_loader_class(loader, catalog), oid, sub);
}

void
ray_loader_alias(struct ray_loader *loader, const char *catalog, uint32_t oid,
                 struct ray_object *object)
{
    ray_oids_put(&loader->objects, ray_loader_class(loader, catalog), oid, 0, object);
}

struct ray_arena *
ray_loader_arena(const struct ray_loader *loader)
{
    return loader->arena;
}

int
ray_loader_version(const struct ray_loader *loader)
{
    return loader->catalog->version;
}

const char *
ray_loader_role(const struct ray_loader *loader)
{
    return loader->catalog->role;
}

const char *
ray_loader_columns(const struct ray_loader *loader, uint32_t relation, const char *attnums,
                   size_t from, size_t count)
{
    ray_list names = {0};
    size_t i = 0;

    while (attnums != NULL && *attnums != '\0') {
        char *rest;
        long attnum = strtol(attnums, &rest, 10);

        if (rest == attnums) { /* a brace, a comma, a blank */
            attnums++;
            continue;
        }
        attnums = rest;
        if (attnum > 0 && i >= from && i - from < count) {
            struct ray_object *column = ray_loader_find(loader, "pg_class", relation,
                                                        (uint32_t)attnum);

            *ray_vec_add(loader->scratch, &names) = column == NULL ? "?" : column->name;
        }
        i++;
    }
    return ray_list_write(loader->arena, &names);
}

void
ray_loader_unseen(struct ray_loader *loader, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    *ray_vec_add(loader->arena, &loader->catalog->unseen) = ray_arena_vprintf(loader->arena, format,
                                                                              args);
    va_end(args);
}

void
ray_loader_secret(struct ray_loader *loader, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    *ray_vec_add(loader->arena, &loader->catalog->secret) = ray_arena_vprintf(loader->arena, format,
                                                                              args);
    va_end(args);
}

static void
normalise(const struct ray_kind *kind, const char **values)
{
    for (size_t i = 0; i < kind->nattributes; i++) {
        const char **value = &values[RAY_COMMON_COUNT + i];

        if (*value == NULL)
            continue;
        if (kind->attributes[i].type == RAY_ATTRIBUTE_FLAG)
            *value = (*value)[0] == 't' ? "true" : NULL;
        else if (kind->attributes[i].type == RAY_ATTRIBUTE_LIST && strcmp(*value, "[]") == 0)
            *value = NULL;
    }
}

static void
take_owner_and_acl(struct ray_loader *loader, const char **values)
{
    const char *acl = values[RAY_ACL];
    const char *owner = values[RAY_OWNER];

    if (owner != NULL) {
        owner = ray_oids_get(&loader->names, 0, ray_loader_oid(owner), 0);
        if (owner != NULL && loader->catalog->role != NULL &&
            strcmp(owner, loader->catalog->role) == 0)
            owner = NULL;
        values[RAY_OWNER] = owner;
    }
    if (acl != NULL) {
        ray_list items = ray_list_read(loader->arena, acl);

        ray_list_sort(&items);
        acl = ray_list_write(loader->arena, &items);
        values[RAY_ACL] = acl == NULL ? "[]" : acl; /* nobody may do anything */
    }
}

/* The text in the catalog's arena; that of the object before where it is the same, as it mostly is. */
static const char *
keep(struct ray_loader *loader, const char *text, const char *before)
{
    if (text != NULL && before != NULL && strcmp(text, before) == 0)
        return before;
    return ray_arena_strdup(loader->arena, text);
}

/* Its place in the whole it is a part of. False where that is not there: it was filtered on the server. */
static bool
take_identity(struct ray_loader *loader, struct ray_object *object, const char *const *key,
              const struct ray_object *before)
{
    const struct ray_kind *kind = object->kind;

    object->oid = ray_loader_oid(key[RAY_KEY_OID]);
    object->sub = ray_loader_oid(key[RAY_KEY_SUB]);
    if (kind->select.owner_oid == NULL) {
        object->schema = keep(loader, key[RAY_KEY_SCHEMA], before == NULL ? NULL : before->schema);
        object->parent = keep(loader, key[RAY_KEY_PARENT], before == NULL ? NULL : before->parent);
        return true;
    }
    object->owner = ray_loader_find(loader, kind->owner_catalog,
                                    ray_loader_oid(key[RAY_KEY_OWNER_OID]), 0);
    if (object->owner == NULL)
        return false;
    object->schema = object->owner->schema;
    object->parent = object->owner->name;
    return true;
}

void
ray_loader_take(struct ray_loader *loader, const struct ray_kind *kind, const struct ray_rows *keys,
                const struct ray_rows *rows)
{
    uint32_t class_oid = ray_loader_class(loader, kind->catalog);
    uint32_t alias_class = kind->alias_catalog == NULL
                               ? 0
                               : ray_loader_class(loader, kind->alias_catalog);
    struct ray_object *objects = RAY_NEW_ARRAY(loader->arena, struct ray_object, rows->nrows);

    for (size_t r = 0; r < rows->nrows; r++) {
        const char *const *key = (const char *const *)&keys->values[r * keys->ncols];
        const char **row = (const char **)&rows->values[r * rows->ncols];
        struct ray_object *object = &objects[r];

        object->kind = kind;
        object->name = row[RAY_ROW_NAME];
        object->signature = row[RAY_ROW_SIGNATURE];
        object->values = row + RAY_ROW_VALUES;
        if (!take_identity(loader, object, key, r == 0 ? NULL : object - 1))
            continue;
        normalise(kind, object->values);
        take_owner_and_acl(loader, object->values);
        object->member = ray_oids_get(&loader->members, class_oid, object->oid, 0) != NULL;
        if (kind->take != NULL && !kind->take(loader, object))
            continue;
        ray_oids_put(&loader->objects, class_oid, object->oid, object->sub, object);
        if (key[RAY_KEY_ALIAS] != NULL)
            ray_oids_put(&loader->objects, alias_class, ray_loader_oid(key[RAY_KEY_ALIAS]), 0,
                         object);
        *ray_vec_add(loader->arena, &loader->catalog->objects) = object;
    }
}
