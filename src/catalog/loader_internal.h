/* What the files of the loader share; nothing else includes it. */
#ifndef RAY_CATALOG_LOADER_INTERNAL_H
#define RAY_CATALOG_LOADER_INTERNAL_H

#include "base/map.h"
#include "catalog/kind.h"
#include "catalog/loader.h"
#include "catalog/oids.h"

/* An edge of pg_depend. */
struct ray_depend {
    uint32_t class_oid, oid, sub;
    uint32_t ref_class_oid, ref_oid, ref_sub;
    char type; /* 'n', 'a', 'i', ... */
};
typedef RAY_VEC(struct ray_depend) ray_depends;

/* How many of a catalog's rows, but for those that initdb made, are extensions' own. */
struct ray_member_count {
    uint32_t class_oid;
    size_t count;
};

struct ray_loader {
    struct ray_conn *conn;
    struct ray_arena *arena;
    struct ray_arena *scratch; /* gone when the catalog is loaded */
    struct ray_arena *keys;    /* of the rows of one kind, gone when they are taken */
    const struct ray_load_options *options;
    struct ray_catalog *catalog;
    int major;
    bool superuser;
    const char *share;         /* SQL that makes another connection see the same */
    struct ray_map class_of;   /* "pg_class" -> its oid, a uint32_t */
    struct ray_oids names;     /* role oid -> name */
    struct ray_oids objects;   /* (class, oid, sub) -> object */
    struct ray_oids members;   /* (class, oid) of what extensions own -> oid of the extension */
    struct ray_oids opclasses; /* (0, oid, 0), and the default one of (method, type, 1) */
    struct ray_oids types;     /* (0, relation, attnum) -> oid of the type */
    RAY_VEC(struct ray_member_count) member_counts;
    ray_depends depends;
    ray_depends strangers; /* of their rows only class and oid: of no sort that the model knows */
    RAY_VEC(const char *) classes; /* the server's catalogs */
};

/* loader_query.c: the query of a kind for this server and role; what it would give as NULL alone is not asked for. The
 * numbers that its columns have, -1 for those, are in `key` and, RAY_ROW_VALUES and the attributes, in `row`. */
struct ray_kind_query {
    const char *sql;
    int *key;
    int *row;
};
void ray_loader_query(const struct ray_loader *loader, const struct ray_kind *kind,
                      struct ray_kind_query *out);
/* "{15+ x}", "{superuser x}" and their like resolved; NULL where nothing is left. */
const char *ray_loader_expand(const struct ray_loader *loader, const char *sql);
enum {
    RAY_KEY_OID,
    RAY_KEY_SUB,
    RAY_KEY_OWNER_OID,
    RAY_KEY_ALIAS,
    RAY_KEY_SCHEMA,
    RAY_KEY_PARENT,
    RAY_KEY_COUNT
};
enum {
    RAY_ROW_NAME,
    RAY_ROW_SIGNATURE,
    RAY_ROW_VALUES, /* owner, acl, comment (NULL), labels (NULL), attributes */
};

uint32_t ray_loader_class(const struct ray_loader *loader, const char *catalog);

/* loader_take.c: rows of a kind become objects, whose values they are. */
void ray_loader_take(struct ray_loader *loader, const struct ray_kind *kind,
                     const struct ray_rows *keys, const struct ray_rows *rows);

/* loader_index.c: rows of oid, method, type, default, name. */
void ray_loader_take_opclasses(struct ray_loader *loader, const struct ray_rows *rows);

/* loader_common.c: the queries that are about all kinds, and what becomes of their rows. */
enum ray_common_turn {
    RAY_COMMON_FIRST, /* says of which kinds nothing need be asked */
    RAY_COMMON_EARLY, /* taken before the kinds */
    RAY_COMMON_LATE,  /* and after them */
};
struct ray_common_query {
    const char *sql;
    enum ray_common_turn turn;
    int weight; /* as kinds have it */
    void (*take)(struct ray_loader *loader, const struct ray_rows *rows);
};
extern const struct ray_common_query ray_common_queries[];
extern const size_t ray_common_query_count;

/* loader.c: another connection to the same snapshot; NULL: none can be had. */
struct ray_conn *ray_loader_open_line(struct ray_loader *loader);

/* loader_fetch.c: sends all queries over so many connections and takes their results. */
bool ray_loader_fetch(struct ray_loader *loader, size_t lines, struct ray_err *err) RAY_MUST_CHECK;

/* loader_depend.c: pg_depend becomes edges. */
void ray_loader_link(struct ray_loader *loader);
/* The object of that address, of a column the relation where it has none of its own; NULL: none. */
struct ray_object *ray_loader_object(const struct ray_loader *loader, uint32_t class_oid,
                                     uint32_t oid, uint32_t sub);

/* loader_unknown.c: what no object stands for is described, in catalog->unknown. */
bool ray_loader_report_unknown(struct ray_loader *loader, struct ray_err *err) RAY_MUST_CHECK;

/* loader_filter.c: leaves out what the options do not want, and extensions' objects with nothing added. */
void ray_loader_filter(struct ray_loader *loader);

#endif
