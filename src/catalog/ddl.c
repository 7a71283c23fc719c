/* The frame of all DDL: statements, names, and what every kind has in common. See ddl.h. */
#include "catalog/ddl.h"

#include "catalog/clause.h"
#include "catalog/kind.h"
#include "catalog/list.h"
#include "catalog/reread.h"
#include "pg/keyword.h"
#include "pg/quote.h"

#include <string.h>

void
ray_ddl_init(struct ray_ddl *ddl, struct ray_arena *arena, const struct ray_catalog *catalog)
{
    memset(ddl, 0, sizeof(*ddl));
    ddl->arena = arena;
    ddl->catalog = catalog;
    ray_buf_init(&ddl->buf, arena);
}

struct ray_buf *
ray_ddl_begin(struct ray_ddl *ddl)
{
    ray_buf_truncate(&ddl->buf, 0);
    return &ddl->buf;
}

void
ray_ddl_end(struct ray_ddl *ddl, const struct ray_object *object)
{
    const char *sql = ray_reread(ddl->arena, ddl->buf.data);

    if (sql == ddl->buf.data)
        sql = ray_arena_strndup(ddl->arena, sql, ddl->buf.len);
    *ray_vec_add(ddl->arena, &ddl->statements) = (struct ray_ddl_statement){.sql = sql,
                                                                            .object = object};
}

void
ray_ddl_add(struct ray_ddl *ddl, const struct ray_object *object, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    *ray_vec_add(ddl->arena, &ddl->statements) = (struct ray_ddl_statement){
        .sql = ray_arena_vprintf(ddl->arena, format, args), .object = object};
    va_end(args);
}

/* ---------------------------------------------------------------- names */

void
ray_ddl_name(struct ray_buf *buf, const char *name)
{
    ray_buf_name(buf, name);
}

static void
add_dotted(struct ray_buf *buf, const char *schema, const char *name)
{
    if (schema != NULL) {
        ray_buf_name(buf, schema);
        ray_buf_addc(buf, '.');
    }
    ray_buf_name(buf, name);
}

void
ray_ddl_qualified(struct ray_buf *buf, const struct ray_object *object)
{
    add_dotted(buf, object->schema, object->name);
}

void
ray_ddl_owner_name(struct ray_buf *buf, const struct ray_object *part)
{
    add_dotted(buf, part->schema, part->parent);
}

void
ray_ddl_part_on(struct ray_buf *buf, const struct ray_object *part)
{
    ray_buf_name(buf, part->name);
    ray_buf_add(buf, " ON ");
    ray_ddl_owner_name(buf, part);
}

void
ray_ddl_part_of(struct ray_buf *buf, const struct ray_object *part)
{
    ray_ddl_owner_name(buf, part);
    ray_buf_addc(buf, '.');
    ray_buf_name(buf, part->name);
}

const char *
ray_ddl_keyword(const struct ray_object *object)
{
    return object->kind->keyword_of == NULL ? object->kind->keyword
                                            : object->kind->keyword_of(object);
}

void
ray_ddl_target(struct ray_buf *buf, const struct ray_object *object)
{
    ray_buf_addf(buf, "%s ", ray_ddl_keyword(object));
    if (object->kind->target != NULL)
        object->kind->target(buf, object);
    else
        ray_ddl_qualified(buf, object);
}

void
ray_ddl_dotted(struct ray_buf *buf, const char *name)
{
    const char *dot = strchr(name, '.');

    for (; dot != NULL; name = dot + 1, dot = strchr(name, '.')) {
        ray_buf_name(buf, ray_arena_strndup(buf->arena, name, (size_t)(dot - name)));
        ray_buf_addc(buf, '.');
    }
    ray_buf_name(buf, name);
}

void
ray_ddl_names(struct ray_buf *buf, const char *list)
{
    ray_list items = ray_list_read(buf->arena, list);

    for (size_t i = 0; i < items.len; i++) {
        ray_buf_add(buf, i == 0 ? "" : ", ");
        ray_buf_name(buf, items.items[i]);
    }
}

void
ray_ddl_items(struct ray_buf *buf, const char *list)
{
    ray_list items = ray_list_read(buf->arena, list);

    for (size_t i = 0; i < items.len; i++)
        ray_buf_addf(buf, "%s%s", i == 0 ? "" : ", ", items.items[i]);
}

void
ray_ddl_elements(struct ray_buf *buf, const char *list)
{
    ray_list items = ray_list_read(buf->arena, list);

    for (size_t i = 0; i < items.len; i++) {
        const char *item = items.items[i];
        const char *end = item[0] == '(' && item[1] == '(' ? ray_clause_close(item) : NULL;

        ray_buf_add(buf, i == 0 ? "" : ", ");
        if (end != NULL && ray_clause_close(item + 1) == end - 1) {
            ray_buf_addn(buf, item + 1, (size_t)(end - item) - 2);
            item = end;
        }
        ray_buf_add(buf, item);
    }
}

/* A word or a number may stand as it is; anything else is a literal. */
static bool
is_plain(const char *value)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789.";

    return value[0] != '\0' && value[strspn(value, plain)] == '\0' &&
           (strchr("0123456789", value[0]) != NULL || !ray_name_needs_quotes(value) ||
            strcmp(value, "true") == 0 || strcmp(value, "false") == 0);
}

static void
add_options(struct ray_buf *buf, const char *list, bool foreign)
{
    ray_list items = ray_list_read(buf->arena, list);

    for (size_t i = 0; i < items.len; i++) {
        const char *equals = strchr(items.items[i], '=');
        const char *value = equals == NULL ? "" : equals + 1;
        char *name = ray_arena_strndup(buf->arena, items.items[i],
                                       equals == NULL ? strlen(items.items[i])
                                                      : (size_t)(equals - items.items[i]));

        ray_buf_add(buf, i == 0 ? "" : ", ");
        if (!foreign && strncmp(name, "toast.", 6) == 0)
            ray_buf_add(buf, name);
        else
            ray_buf_name(buf, name);
        ray_buf_add(buf, foreign ? " " : "=");
        if (!foreign && is_plain(value))
            ray_buf_add(buf, value);
        else
            ray_buf_literal(buf, value);
    }
}

void
ray_ddl_options(struct ray_buf *buf, const char *list)
{
    add_options(buf, list, false);
}

void
ray_ddl_foreign_options(struct ray_buf *buf, const char *list)
{
    add_options(buf, list, true);
}

void
ray_ddl_foreign_clause(struct ray_buf *buf, const char *list)
{
    if (list == NULL)
        return;
    ray_buf_add(buf, " OPTIONS (");
    ray_ddl_foreign_options(buf, list);
    ray_buf_addc(buf, ')');
}

/* ---------------------------------------------------------------- what all kinds have */

static void
write_owner(struct ray_ddl *ddl, const struct ray_object *object)
{
    struct ray_buf *buf;

    if (object->values[RAY_OWNER] == NULL || !object->kind->has_owner || object->member)
        return;
    buf = ray_ddl_begin(ddl);
    ray_buf_add(buf, "ALTER ");
    ray_ddl_target(buf, object);
    ray_buf_add(buf, " OWNER TO ");
    ray_ddl_name(buf, object->values[RAY_OWNER]);
    ray_ddl_end(ddl, object);
}

static void
write_comment(struct ray_ddl *ddl, const struct ray_object *object)
{
    struct ray_buf *buf;

    if (object->values[RAY_COMMENT] == NULL || object->member)
        return;
    buf = ray_ddl_begin(ddl);
    ray_buf_add(buf, "COMMENT ON ");
    ray_ddl_target(buf, object);
    ray_buf_add(buf, " IS ");
    if (object->values[RAY_COMMENT][0] == '\0') /* of schema public, which has one at first */
        ray_buf_add(buf, "NULL");
    else
        ray_buf_literal(buf, object->values[RAY_COMMENT]);
    ray_ddl_end(ddl, object);
}

static void
write_labels(struct ray_ddl *ddl, const struct ray_object *object)
{
    ray_list labels = ray_list_read(ddl->arena, object->values[RAY_LABELS]);

    for (size_t i = 0; i + 1 < labels.len; i += 2) {
        struct ray_buf *buf = ray_ddl_begin(ddl);

        ray_buf_add(buf, "SECURITY LABEL FOR ");
        ray_ddl_name(buf, labels.items[i]);
        ray_buf_add(buf, " ON ");
        ray_ddl_target(buf, object);
        ray_buf_add(buf, " IS ");
        ray_buf_literal(buf, labels.items[i + 1]);
        ray_ddl_end(ddl, object);
    }
}

void
ray_ddl_facts(struct ray_ddl *ddl, const struct ray_object *object)
{
    write_owner(ddl, object);
    write_comment(ddl, object);
    write_labels(ddl, object);
    ray_ddl_acl(ddl, object);
}

void
ray_ddl_create(struct ray_ddl *ddl, const struct ray_object *object)
{
    if (object->member && object->kind->enlarge != NULL)
        object->kind->enlarge(ddl, object);
    else if (!object->member && !object->built_in && object->kind->create != NULL)
        object->kind->create(ddl, object);
    ray_ddl_facts(ddl, object);
    for (size_t i = 0; i < object->parts.len; i++)
        if (object->parts.items[i]->marked)
            ray_ddl_facts(ddl, object->parts.items[i]);
}

/* ---------------------------------------------------------------- changes */

void
ray_ddl_drop(struct ray_ddl *ddl, const struct ray_object *object)
{
    if (object->kind->drop != NULL) {
        object->kind->drop(ddl, object);
        return;
    }
    ray_buf_add(ray_ddl_begin(ddl), "DROP ");
    ray_ddl_target(&ddl->buf, object);
    ray_ddl_end(ddl, object);
}

/* It has an owner and a comment of its own before anybody says something. */
static bool
is_schema_public(const struct ray_object *object)
{
    return object->built_in && strcmp(object->kind->name, "schema") == 0;
}

static void
alter_owner(struct ray_ddl *ddl, const struct ray_object *object)
{
    const char *owner = object->values[RAY_OWNER];

    if (owner == NULL && is_schema_public(object) && ddl->catalog->version >= 150000)
        owner = "pg_database_owner";
    else if (owner == NULL)
        owner = ddl->catalog->role;
    if (owner == NULL || !object->kind->has_owner)
        return;
    ray_buf_add(ray_ddl_begin(ddl), "ALTER ");
    ray_ddl_target(&ddl->buf, object);
    ray_buf_add(&ddl->buf, " OWNER TO ");
    ray_ddl_name(&ddl->buf, owner);
    ray_ddl_end(ddl, object);
}

static void
drop_comment(struct ray_ddl *ddl, const struct ray_object *object)
{
    ray_buf_add(ray_ddl_begin(ddl), "COMMENT ON ");
    ray_ddl_target(&ddl->buf, object);
    ray_buf_add(&ddl->buf, " IS ");
    ray_buf_add(&ddl->buf, is_schema_public(object) ? "'standard public schema'" : "NULL");
    ray_ddl_end(ddl, object);
}

void
ray_ddl_alter(struct ray_ddl *ddl, const struct ray_object *from, const struct ray_object *to,
              const bool *differs)
{
    bool own = false;

    for (size_t i = 0; i < to->kind->nattributes; i++)
        own = own || differs[RAY_COMMON_COUNT + i];
    if (own && to->kind->alter != NULL)
        (void)to->kind->alter(ddl, from, to, differs);
    if (differs[RAY_OWNER])
        alter_owner(ddl, to);
    if (differs[RAY_COMMENT] && to->values[RAY_COMMENT] == NULL)
        drop_comment(ddl, to);
    else if (differs[RAY_COMMENT])
        write_comment(ddl, to);
    if (differs[RAY_LABELS])
        write_labels(ddl, to);
    if (differs[RAY_ACL])
        ray_ddl_acl_change(ddl, from, to);
}

void
ray_ddl_revert(struct ray_ddl *ddl, const struct ray_object *object)
{
    size_t count = RAY_COMMON_COUNT + object->kind->nattributes;
    bool *differs = RAY_NEW_ARRAY(ddl->arena, bool, count);
    struct ray_object bare = *object;

    bare.values = RAY_NEW_ARRAY(ddl->arena, const char *, count);
    for (size_t i = 0; i < count; i++) {
        bool is_said = i < RAY_COMMON_COUNT && i != RAY_OWNER;

        bare.values[i] = is_said ? NULL : object->values[i];
        differs[i] = is_said && object->values[i] != NULL;
    }
    ray_ddl_alter(ddl, object, &bare, differs);
}
