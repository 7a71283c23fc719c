/* Conversions: see convert.h. Which casts there are the server said (catalog->casts). */
#include "kind/convert.h"

#include "base/file.h"
#include "catalog/clause.h"
#include "catalog/kinds.h"
#include "pg/keyword.h"

#include <string.h>

enum path { ASSIGNED, CAST, BY_TEXT };

/* "character varying(80)[]" without its (80); of arrays the type of an element. */
static const char *
bare_type(struct ray_arena *arena, const char *type, bool *is_array)
{
    const char *open = ray_clause_find(type, "(");
    const char *close = open == NULL ? NULL : ray_clause_close(open);
    char *text = close == NULL ? ray_arena_strdup(arena, type)
                               : ray_arena_printf(arena, "%.*s%s", (int)(open - type), type, close);
    size_t length = strlen(text);

    *is_array = length > 2 && strcmp(text + length - 2, "[]") == 0;
    if (*is_array)
        text[length - 2] = '\0';
    return text;
}

/* A domain's values are cast as those of its type. */
static const char *
base_type(const struct ray_ddl *ddl, const char *type, bool *is_array)
{
    for (int depth = 0; depth < 16; depth++) {
        const struct ray_object *domain = NULL;
        ray_list name = {0};

        type = bare_type(ddl->arena, type, is_array);
        if (strchr(type, '.') != NULL)
            name = ray_clause_name(ddl->arena, type);
        if (name.len == 2)
            domain = ray_catalog_find(ddl->catalog, &ray_kind_domain, name.items[0], NULL,
                                      name.items[1], NULL);
        if (domain == NULL || *is_array)
            break;
        type = ray_object_get(domain, "type");
    }
    return type;
}

/* One of the two states may be a snapshot. */
static const struct ray_catalog *
who_knows(const struct ray_ddl *ddl)
{
    return ddl->catalog->casts.len > 0 || ddl->from == NULL ? ddl->catalog : ddl->from;
}

/* Where nobody knows any casts, those of the server's own types are taken to be there. */
static enum path
unknown_path(const char *source, const char *target)
{
    return strchr(source, '.') != NULL || strchr(target, '.') != NULL ? BY_TEXT : CAST;
}

static enum path
path_of(const struct ray_ddl *ddl, const struct ray_object *from, const struct ray_object *to)
{
    bool from_array;
    bool to_array;
    const char *source = base_type(ddl, ray_object_get(from, "type"), &from_array);
    const char *target = base_type(ddl, ray_object_get(to, "type"), &to_array);
    const struct ray_catalog *catalog = who_knows(ddl);
    enum path path = BY_TEXT;

    if (strcmp(source, target) == 0 && from_array == to_array)
        return ASSIGNED;
    if (catalog->casts.len == 0)
        return unknown_path(source, target);
    for (size_t i = 0; i < catalog->casts.len; i++) {
        const struct ray_cast *cast = &catalog->casts.items[i];
        bool of_string = cast->source == NULL && !from_array && strcmp(cast->target, source) == 0;
        bool to_string = cast->source == NULL && !to_array && strcmp(cast->target, target) == 0;
        bool is_it = cast->source != NULL && from_array == to_array &&
                     strcmp(cast->source, source) == 0 && strcmp(cast->target, target) == 0;

        if (to_string || (is_it && !cast->explicit_only))
            return ASSIGNED;
        if (of_string || is_it)
            path = CAST;
    }
    return path;
}

/* NULL: the schema says nothing. */
static const char *
declared(const struct ray_catalog *catalog, const struct ray_object *column)
{
    for (size_t i = 0; i < catalog->conversions.len; i++)
        if (catalog->conversions.items[i].column == column)
            return catalog->conversions.items[i].expression;
    return NULL;
}

const char *
ray_column_conversion(const struct ray_ddl *ddl, const struct ray_object *from,
                      const struct ray_object *to)
{
    const char *expression = declared(ddl->catalog, to);
    const char *type = ray_object_get(to, "type");
    enum path path;
    struct ray_buf buf;

    if (expression != NULL)
        return expression;
    path = path_of(ddl, from, to);
    if (path == ASSIGNED)
        return NULL;
    ray_buf_init(&buf, ddl->arena);
    ray_buf_name(&buf, to->name);
    if (path == BY_TEXT) {
        bool both = ray_has_suffix(type, "[]") &&
                    ray_has_suffix(ray_object_get(from, "type"), "[]");

        ray_buf_add(&buf, both ? "::text[]" : "::text");
    }
    ray_buf_addf(&buf, "::%s", type);
    return buf.data;
}

bool
ray_column_goes_by_text(const struct ray_ddl *ddl, const struct ray_object *from,
                        const struct ray_object *to)
{
    return declared(ddl->catalog, to) == NULL && path_of(ddl, from, to) == BY_TEXT;
}
