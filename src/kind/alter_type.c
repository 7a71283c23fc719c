/*
 * ALTER TYPE and ALTER DOMAIN. An enum's values are only ever added to; where one goes or moves, the type is made
 * anew beside the old one and every column of it is cast by way of text.
 */
#include "catalog/kind.h"
#include "catalog/list.h"
#include "catalog/table.h"
#include "kind/alter.h"
#include "pg/quote.h"

#include <string.h>

/* ---------------------------------------------------------------- enums */

/* True where the old values stand among the new ones in their order. */
static bool
is_added_to(const ray_list *old, const ray_list *new)
{
    size_t n = 0;

    for (size_t o = 0; o < old->len; o++, n++) {
        while (n < new->len && strcmp(new->items[n], old->items[o]) != 0)
            n++;
        if (n == new->len)
            return false;
    }
    return true;
}

static void
add_value(struct ray_ddl *ddl, const struct ray_object *type, const ray_list *old,
          const ray_list *new, size_t i)
{
    struct ray_buf *buf = ray_ddl_begin(ddl);

    ray_buf_add(buf, "ALTER TYPE ");
    ray_ddl_qualified(buf, type);
    ray_buf_add(buf, " ADD VALUE ");
    ray_buf_literal(buf, new->items[i]);
    if (i > 0 && old->len > 0 && strcmp(new->items[i - 1], old->items[old->len - 1]) != 0) {
        ray_buf_add(buf, " AFTER ");
        ray_buf_literal(buf, new->items[i - 1]);
    } else if (i == 0 && old->len > 0) {
        ray_buf_add(buf, " BEFORE ");
        ray_buf_literal(buf, old->items[0]);
    }
    ray_ddl_end(ddl, type);
}

bool
ray_enum_alter_to(struct ray_ddl *ddl, const struct ray_object *from, const struct ray_object *to,
                  const bool *differs)
{
    ray_list old = ray_list_read(ddl->arena, ray_object_get(from, "values"));
    ray_list new = ray_list_read(ddl->arena, ray_object_get(to, "values"));

    (void)differs;
    if (!is_added_to(&old, &new))
        return false;
    for (size_t i = 0; i < new.len; i++)
        if (!ray_list_has(&old, new.items[i]))
            add_value(ddl, to, &old, &new, i);
    return true;
}

/* Casts a column, in a statement of `object`. */
static void
cast_column(struct ray_ddl *ddl, const struct ray_object *object, const struct ray_object *column,
            const char *type, const char *collation, const char *cast)
{
    struct ray_buf *buf = ray_ddl_begin(ddl);

    ray_table_alter(buf, column, false);
    ray_buf_add(buf, " ALTER COLUMN ");
    ray_ddl_name(buf, column->name);
    ray_buf_addf(buf, " TYPE %s", type);
    if (collation != NULL)
        ray_buf_addf(buf, " COLLATE %s", collation);
    ray_buf_add(buf, " USING ");
    ray_ddl_name(buf, column->name);
    ray_buf_add(buf, cast);
    ray_ddl_end(ddl, object);
}

/* What a new type resets. */
static void
keep_settings(struct ray_ddl *ddl, const struct ray_object *object, const struct ray_object *column)
{
    static const char *const settings[][2] = {{"storage", "STORAGE"},
                                              {"compression", "COMPRESSION"}};

    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
        const char *value = ray_object_get(column, settings[i][0]);
        struct ray_buf *buf;

        if (value == NULL)
            continue;
        buf = ray_ddl_begin(ddl);
        ray_table_alter(buf, column, true);
        ray_buf_add(buf, " ALTER COLUMN ");
        ray_ddl_name(buf, column->name);
        ray_buf_addf(buf, " SET %s %s", settings[i][1], value);
        ray_ddl_end(ddl, object);
    }
}

/* The old one lives on under another name until its last column is cast. */
void
ray_enum_rebuild(struct ray_ddl *ddl, const struct ray_object *type, const ray_objects *columns)
{
    const char *old = ray_arena_printf(ddl->arena, "%.58s__old", type->name);
    struct ray_buf *buf = ray_ddl_begin(ddl);

    ray_buf_add(buf, "ALTER TYPE ");
    ray_ddl_qualified(buf, type);
    ray_buf_add(buf, " RENAME TO ");
    ray_ddl_name(buf, old);
    ray_ddl_end(ddl, type);
    ray_ddl_create(ddl, type);
    for (size_t i = 0; i < columns->len; i++) {
        const struct ray_object *column = columns->items[i];
        const char *name = ray_object_get(column, "type");

        cast_column(ddl, type, column, name, NULL,
                    ray_arena_printf(ddl->arena, "::text%s::%s",
                                     strchr(name, '[') == NULL ? "" : "[]", name));
        keep_settings(ddl, type, column);
    }
    buf = ray_ddl_begin(ddl);
    ray_buf_add(buf, "DROP TYPE ");
    ray_ddl_name(buf, type->schema);
    ray_buf_addc(buf, '.');
    ray_ddl_name(buf, old);
    ray_ddl_end(ddl, type);
}

/* ---------------------------------------------------------------- domains */

static struct ray_buf *
begin_domain(struct ray_ddl *ddl, const struct ray_object *domain, const char *words)
{
    struct ray_buf *buf = ray_ddl_begin(ddl);

    ray_buf_add(buf, "ALTER DOMAIN ");
    ray_ddl_qualified(buf, domain);
    ray_buf_addf(buf, " %s", words);
    return buf;
}

void
ray_columns_to_text(struct ray_ddl *ddl, const struct ray_object *domain,
                    const ray_objects *columns)
{
    for (size_t i = 0; i < columns->len; i++)
        cast_column(ddl, domain, columns->items[i], "text", NULL, "::text");
}

void
ray_columns_from_text(struct ray_ddl *ddl, const struct ray_object *domain,
                      const ray_objects *columns)
{
    for (size_t i = 0; i < columns->len; i++) {
        const struct ray_object *column = columns->items[i];
        const char *type = ray_object_get(column, "type");

        cast_column(ddl, domain, column, type, ray_object_get(column, "collation"),
                    ray_arena_printf(ddl->arena, "::%s", type));
        keep_settings(ddl, domain, column);
    }
}

bool
ray_domain_alter_to(struct ray_ddl *ddl, const struct ray_object *from, const struct ray_object *to,
                    const bool *differs)
{
    static const char *const alterable[] = {"default", "not_null", NULL};
    const char *standard = ray_object_get(to, "default");

    (void)from;
    if (!ray_differs_only(to, differs, alterable))
        return false;
    if (ray_differs(to, differs, "default")) {
        ray_buf_add(begin_domain(ddl, to, standard == NULL ? "DROP DEFAULT" : "SET DEFAULT "),
                    standard == NULL ? "" : standard);
        ray_ddl_end(ddl, to);
    }
    if (ray_differs(to, differs, "not_null")) {
        (void)begin_domain(ddl, to,
                           ray_object_get(to, "not_null") == NULL ? "DROP NOT NULL"
                                                                  : "SET NOT NULL");
        ray_ddl_end(ddl, to);
    }
    return true;
}

void
ray_domain_constraint_drop(struct ray_ddl *ddl, const struct ray_object *constraint)
{
    struct ray_buf *buf = ray_ddl_begin(ddl);

    ray_buf_add(buf, "ALTER DOMAIN ");
    ray_ddl_owner_name(buf, constraint);
    ray_buf_add(buf, " DROP CONSTRAINT ");
    ray_ddl_name(buf, constraint->name);
    ray_ddl_end(ddl, constraint);
}

/* ---------------------------------------------------------------- attributes */

static struct ray_buf *
begin_attribute(struct ray_ddl *ddl, const struct ray_object *attribute, const char *words)
{
    struct ray_buf *buf = ray_ddl_begin(ddl);

    ray_buf_add(buf, "ALTER TYPE ");
    ray_ddl_owner_name(buf, attribute);
    ray_buf_addf(buf, " %s ATTRIBUTE ", words);
    ray_ddl_name(buf, attribute->name);
    return buf;
}

static void
add_type(struct ray_buf *buf, const struct ray_object *attribute)
{
    const char *collation = ray_object_get(attribute, "collation");

    ray_buf_add(buf, ray_object_get(attribute, "type"));
    if (collation != NULL)
        ray_buf_addf(buf, " COLLATE %s", collation);
}

bool
ray_attribute_alter_to(struct ray_ddl *ddl, const struct ray_object *from,
                       const struct ray_object *to, const bool *differs)
{
    struct ray_buf *buf = begin_attribute(ddl, to, "ALTER");

    (void)from;
    (void)differs;
    ray_buf_add(buf, " TYPE ");
    add_type(buf, to);
    ray_ddl_end(ddl, to);
    return true;
}

void
ray_attribute_add(struct ray_ddl *ddl, const struct ray_object *attribute)
{
    struct ray_buf *buf = begin_attribute(ddl, attribute, "ADD");

    ray_buf_addc(buf, ' ');
    add_type(buf, attribute);
    ray_ddl_end(ddl, attribute);
}

void
ray_attribute_drop(struct ray_ddl *ddl, const struct ray_object *attribute)
{
    (void)begin_attribute(ddl, attribute, "DROP");
    ray_ddl_end(ddl, attribute);
}
