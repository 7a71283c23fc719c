/*
 * What the server has and the model has not: nobody may take the catalog for the whole. Three things tell of it: a
 * dependency that leads to no object, a row of a known catalog that is of no known sort, and a catalog that is none of
 * ours and has rows. The server itself describes them.
 */
#include "catalog/loader_internal.h"

#include "base/buf.h"
#include "pg/quote.h"

#include <string.h>

/* Catalogs that no kind has for its own: details of other objects, or what is shared by all databases. */
static const char *const details[] = {
    "pg_aggregate",
    "pg_amop",
    "pg_amproc",
    "pg_attrdef",
    "pg_attribute",
    "pg_auth_members",
    "pg_authid",
    "pg_database",
    "pg_depend",
    "pg_description",
    "pg_enum",
    "pg_foreign_table",
    "pg_index",
    "pg_inherits",
    "pg_largeobject",
    "pg_largeobject_metadata",
    "pg_parameter_acl",
    "pg_partitioned_table",
    "pg_range",
    "pg_replication_origin",
    "pg_rewrite",
    "pg_seclabel",
    "pg_sequence",
    "pg_shdepend",
    "pg_shdescription",
    "pg_shseclabel",
    "pg_statistic",
    "pg_statistic_ext_data",
    "pg_subscription_rel",
    "pg_tablespace",
    "pg_ts_config_map",
};

/* Their rows depend on things, and say nothing by themselves, or what others say already; and what goes with
 * something unknown, as a toast table's index does, is not told beside it. */
static bool
is_detail(const struct ray_loader *loader, const struct ray_depend *edge)
{
    static const char *const catalogs[] = {"pg_attrdef", "pg_rewrite", "pg_amop", "pg_amproc"};

    for (size_t i = 0; i < sizeof(catalogs) / sizeof(catalogs[0]); i++)
        if (edge->class_oid == ray_loader_class(loader, catalogs[i]))
            return true;
    return ray_oids_get(&loader->members, edge->class_oid, edge->oid, 0) != NULL ||
           (edge->type == 'a' &&
            ray_loader_object(loader, edge->ref_class_oid, edge->ref_oid, edge->ref_sub) == NULL);
}

static bool
is_known_catalog(const char *name)
{
    for (size_t i = 0; i < ray_kind_count; i++)
        if (strcmp(ray_kinds[i]->catalog, name) == 0)
            return true;
    for (size_t i = 0; i < sizeof(details) / sizeof(details[0]); i++)
        if (strcmp(details[i], name) == 0)
            return true;
    return false;
}

/* A list of oids as PostgreSQL reads it: {1,2}. */
static void
add_oid(struct ray_buf *buf, uint32_t oid)
{
    ray_buf_addf(buf, "%c%u", buf->len == 0 ? '{' : ',', oid);
}

static bool
describe(struct ray_loader *loader, struct ray_buf *classes, struct ray_buf *oids,
         struct ray_err *err)
{
    struct ray_rows rows;

    if (oids->len == 0)
        return true;
    ray_buf_addc(classes, '}');
    ray_buf_addc(oids, '}');

    const char *const params[] = {classes->data, oids->data};

    if (!ray_conn_query(loader->conn, loader->arena,
                        "SELECT pg_describe_object(class, oid, 0) FROM"
                        " unnest($1::oid[], $2::oid[]) WITH ORDINALITY u(class, oid, place)"
                        " WHERE pg_describe_object(class, oid, 0) !~ ' pg_(temp|toast)'"
                        " ORDER BY place",
                        2, params, &rows, err))
        return false;
    for (size_t r = 0; r < rows.nrows; r++)
        *ray_vec_add(loader->arena, &loader->catalog->unknown) = ray_rows_value(&rows, r, 0);
    return true;
}

static bool
report_objects(struct ray_loader *loader, struct ray_err *err)
{
    struct ray_oids seen;
    struct ray_buf classes;
    struct ray_buf oids;

    ray_oids_init(&seen, loader->scratch);
    ray_buf_init(&classes, loader->scratch);
    ray_buf_init(&oids, loader->scratch);
    for (size_t i = 0; i < loader->strangers.len + loader->depends.len; i++) {
        bool strange = i < loader->strangers.len;
        const struct ray_depend *edge = strange ? &loader->strangers.items[i]
                                                : &loader->depends.items[i - loader->strangers.len];

        if (ray_loader_object(loader, edge->class_oid, edge->oid, 0) != NULL ||
            (!strange && is_detail(loader, edge)) ||
            ray_oids_get(&seen, edge->class_oid, edge->oid, 0) != NULL)
            continue;
        ray_oids_put(&seen, edge->class_oid, edge->oid, 0, loader);
        add_oid(&classes, edge->class_oid);
        add_oid(&oids, edge->oid);
    }
    return describe(loader, &classes, &oids, err);
}

static bool
report_catalogs(struct ray_loader *loader, struct ray_err *err)
{
    for (size_t i = 0; i < loader->classes.len; i++) {
        const char *name = loader->classes.items[i];
        struct ray_rows rows;
        struct ray_buf sql;

        if (is_known_catalog(name))
            continue;
        ray_buf_init(&sql, loader->scratch);
        ray_buf_add(&sql, "SELECT FROM ");
        ray_buf_qualified(&sql, "pg_catalog", name);
        ray_buf_add(&sql, " LIMIT 1");
        if (!ray_conn_query(loader->conn, loader->scratch, sql.data, 0, NULL, &rows, err))
            return false;
        if (rows.nrows > 0)
            *ray_vec_add(loader->arena, &loader->catalog->unknown) =
                ray_arena_printf(loader->arena, "rows of pg_catalog.%s", name);
    }
    return true;
}

bool
ray_loader_report_unknown(struct ray_loader *loader, struct ray_err *err)
{
    return report_objects(loader, err) && report_catalogs(loader, err);
}
