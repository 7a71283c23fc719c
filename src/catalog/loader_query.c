/*
 * The query of a kind, made from its table, and where in its result stands what. A row can so be made whose tail is
 * an object's values without being copied.
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

/* A query as it grows. */
struct writing {
    const struct ray_loader *loader;
    struct ray_buf buf;
    int ncolumns;
};

/* Adds a column; gives its number, -1 where it would be NULL. */
static int
add_column(struct writing *writing, const char *sql, bool is_list)
{
    sql = ray_loader_expand(writing->loader, sql);
    if (sql == NULL || strcmp(sql, "NULL") == 0)
        return -1;
    ray_buf_add(&writing->buf, writing->ncolumns == 0 ? "SELECT " : ", ");
    ray_buf_addf(&writing->buf, is_list ? "to_json((%s)::text[])" : "%s", sql);
    return writing->ncolumns++;
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

void
ray_loader_query(const struct ray_loader *loader, const struct ray_kind *kind,
                 struct ray_kind_query *out)
{
    const struct ray_select *select = &kind->select;
    const char *const key[RAY_KEY_COUNT] = {
        [RAY_KEY_OID] = select->oid,
        [RAY_KEY_SUB] = select->sub,
        [RAY_KEY_OWNER_OID] = select->owner_oid,
        [RAY_KEY_ALIAS] = select->alias,
        [RAY_KEY_SCHEMA] = select->schema,
        [RAY_KEY_PARENT] = select->parent,
    };
    const char *const row[RAY_ROW_VALUES + RAY_COMMON_COUNT] = {
        [RAY_ROW_NAME] = select->name,
        [RAY_ROW_SIGNATURE] = select->signature,
        [RAY_ROW_VALUES + RAY_OWNER] = select->owner,
        [RAY_ROW_VALUES + RAY_ACL] = acl_sql(loader->scratch, kind),
    };
    struct writing writing = {.loader = loader};
    size_t common = sizeof(row) / sizeof(row[0]);

    ray_buf_init(&writing.buf, loader->scratch);
    out->key = RAY_NEW_ARRAY(loader->scratch, int, RAY_KEY_COUNT);
    out->row = RAY_NEW_ARRAY(loader->scratch, int, common + kind->nattributes);
    for (size_t i = 0; i < RAY_KEY_COUNT; i++)
        out->key[i] = add_column(&writing, key[i], false);
    for (size_t i = 0; i < common; i++)
        out->row[i] = add_column(&writing, row[i], false);
    for (size_t i = 0; i < kind->nattributes; i++)
        out->row[common + i] = add_column(&writing, kind->attributes[i].sql,
                                          kind->attributes[i].type == RAY_ATTRIBUTE_LIST);
    ray_buf_addf(&writing.buf, " FROM %s", ray_loader_expand(loader, select->from));
    out->sql = writing.buf.data;
}
