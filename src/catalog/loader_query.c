/*
 * The query of a kind, made from its table. The columns stand as RAY_ROW_* says, so that a row's tail is an
 * object's values without being copied.
 */
#include "catalog/loader_internal.h"

#include <stdlib.h>
#include <string.h>

/* What stands in front of the x of "{15+ x}": whether it counts, and where x begins. */
static const char *
read_condition(const char *text, const struct ray_loader *loader, bool *wanted)
{
    char *rest;
    long version = strtol(text, &rest, 10);

    if (rest == text) {
        size_t length = strcspn(text, " ");

        *wanted = loader->superuser == (strncmp(text, "superuser", length) == 0);
        return text + length;
    }
    *wanted = *rest == '+' ? loader->major >= version : loader->major <= version;
    return rest + 1;
}

/* Appends the x where it counts. Returns what stands behind the brace. */
static const char *
expand_one(struct ray_buf *buf, const char *text, const struct ray_loader *loader)
{
    const char *end = strchr(text, '}');
    bool wanted;

    text = read_condition(text + 1, loader, &wanted);
    if (wanted) /* with the blank in front of it */
        ray_buf_addn(buf, text, (size_t)(end - text));
    return end + 1;
}

const char *
ray_loader_expand(const struct ray_loader *loader, const char *sql)
{
    struct ray_buf buf;
    const char *brace;

    if (sql == NULL || strchr(sql, '{') == NULL)
        return sql;
    ray_buf_init(&buf, loader->scratch);
    while ((brace = strchr(sql, '{')) != NULL) {
        ray_buf_addn(&buf, sql, (size_t)(brace - sql));
        sql = expand_one(&buf, brace, loader);
    }
    ray_buf_add(&buf, sql);
    return buf.data[strspn(buf.data, " \n")] == '\0' ? NULL : buf.data;
}

static void
add_expression(const struct ray_loader *loader, struct ray_buf *buf, const char *sql,
               const char *before, const char *behind)
{
    sql = ray_loader_expand(loader, sql);
    if (buf->len > sizeof("SELECT ") - 1)
        ray_buf_add(buf, ", ");
    if (sql == NULL)
        ray_buf_add(buf, "NULL");
    else
        ray_buf_addf(buf, "%s%s%s", before, sql, behind);
}

/* The default of the kind and the owner is no fact: NULL, unless initdb or an extension gave something else. */
static const char *
acl_sql(struct ray_arena *arena, const struct ray_kind *kind)
{
    const char *acl = kind->select.acl;
    const char *all;

    if (acl == NULL)
        return NULL;
    if (kind->select.owner == NULL) /* a column: none by default */
        return ray_arena_printf(arena,
                                "CASE WHEN cardinality(%s) > 0 THEN to_json((%s)::text[]) END", acl,
                                acl);
    all = ray_arena_printf(arena, "acldefault('%c', %s)", kind->acl_type, kind->select.owner);
    return ray_arena_printf(arena,
                            "CASE WHEN NOT (%s @> %s AND %s <@ %s) OR (%s IS NOT NULL AND %s IN"
                            " (SELECT objoid FROM pg_init_privs WHERE classoid = '%s'::regclass))"
                            " THEN to_json((%s)::text[]) END",
                            acl, all, acl, all, acl, kind->select.oid, kind->catalog, acl);
}

const char *
ray_loader_query(const struct ray_loader *loader, const struct ray_kind *kind)
{
    const struct ray_select *select = &kind->select;
    const char *const identity[] = {
        [RAY_ROW_OID] = select->oid,
        [RAY_ROW_SUB] = select->sub,
        [RAY_ROW_OWNER_OID] = select->owner_oid,
        [RAY_ROW_SCHEMA] = select->schema,
        [RAY_ROW_PARENT] = select->parent,
        [RAY_ROW_NAME] = select->name,
        [RAY_ROW_SIGNATURE] = select->signature,
        [RAY_ROW_ALIAS] = select->alias,
        [RAY_ROW_VALUES + RAY_OWNER] = select->owner,
        [RAY_ROW_VALUES + RAY_ACL] = acl_sql(loader->scratch, kind),
        [RAY_ROW_VALUES + RAY_COMMENT] = NULL,
        [RAY_ROW_VALUES + RAY_LABELS] = NULL,
    };
    struct ray_buf buf;

    ray_buf_init(&buf, loader->scratch);
    ray_buf_add(&buf, "SELECT ");
    for (size_t i = 0; i < sizeof(identity) / sizeof(identity[0]); i++)
        add_expression(loader, &buf, identity[i], "", "");
    for (size_t i = 0; i < kind->nattributes; i++) {
        bool is_list = kind->attributes[i].type == RAY_ATTRIBUTE_LIST;

        add_expression(loader, &buf, kind->attributes[i].sql, is_list ? "to_json((" : "",
                       is_list ? ")::text[])" : "");
    }
    ray_buf_addf(&buf, " FROM %s", ray_loader_expand(loader, select->from));
    return buf.data;
}
