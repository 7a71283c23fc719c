/*
 * A kind of object: one file (src/kind) and one row of the table in kind/kinds.c. A kind says how its objects
 * are read (`select` and the attributes' SQL, from which loader_query.c makes one query), and how they are
 * created; what is the same for all kinds (DROP, COMMENT, OWNER, GRANT) follows from `keyword` and `target`.
 *
 * SQL in a kind may depend on the server: "{15+ x}" stands for x from PostgreSQL 15 on, "{14- x}" up to 14.
 * "{superuser x}" for x where the role is one, "{others x}" where it is not. An expression of which nothing is
 * left is NULL. Braces mean nothing else there.
 */
#ifndef RAY_CATALOG_KIND_H
#define RAY_CATALOG_KIND_H

#include "base/buf.h"
#include "catalog/object.h"

struct ray_ddl;
struct ray_loader;

enum ray_attribute_type {
    RAY_ATTRIBUTE_TEXT,
    RAY_ATTRIBUTE_FLAG, /* "true" or NULL; boolean in SQL */
    RAY_ATTRIBUTE_LIST, /* a JSON array of strings (list.h); text[] in SQL */
};

struct ray_attribute {
    const char
        *name;       /* as in snapshots and in Lua; not one of the frame: kind, schema, name, ... */
    const char *sql; /* over the kind's `from`; NULL: not loaded, or set by `take` */
    enum ray_attribute_type type;
    bool
        quiet; /* serves the reading or writing of it, is not compared and not in snapshots' sense a fact */
};

/* Where a kind's rows come from. Each is an SQL expression over `from`, NULL where the kind has no such thing. */
struct ray_select {
    const char *from; /* behind FROM, with WHERE */
    const char *oid;  /* text of the oid */
    const char *sub;  /* attnum */
    const char
        *owner_oid; /* oid of what it is a part of; then schema and parent follow from that */
    const char *schema;
    const char *parent;
    const char *name;
    const char *signature;
    const char *owner; /* oid of the role */
    const char *acl;   /* aclitem[] */
    const char *alias; /* oid in alias_catalog that means this object in pg_depend */
    const char *
        probe; /* behind FROM: where this gives no row, `from` gives none either. NULL: not known */
};

/* Which statement makes it, if it can stand in that of its owner. */
enum ray_folding {
    RAY_FOLD_NEVER,
    RAY_FOLD_ALWAYS,   /* a column in CREATE TABLE */
    RAY_FOLD_POSSIBLY, /* a check, unless something that it needs needs the table */
};

/* What GRANT speaks of. */
struct ray_grantable {
    char type;          /* as acldefault() wants it; 'c': a column */
    const char *before; /* stands before GRANT: "ALTER DEFAULT PRIVILEGES ... " */
    const char *target; /* "TABLE public.users" */
    const char *column; /* of that table; NULL: all of it */
    const char *owner;  /* role */
    bool bare;          /* not even its owner has something by default */
};

struct ray_kind {
    const char *name;          /* "materialized view" */
    const char *keyword;       /* "MATERIALIZED VIEW": as in DROP, COMMENT ON, ALTER */
    const char *catalog;       /* "pg_class": what pg_depend calls it by */
    const char *owner_catalog; /* of select.owner_oid */
    const char *alias_catalog;
    struct ray_select select;
    const struct ray_attribute *attributes;
    size_t nattributes;

    char acl_type;             /* as acldefault() wants it: 'r', 'f', ...; '\0': no grants */
    const char *grant_keyword; /* "TABLE" in GRANT ... ON TABLE, where it is not the keyword */
    bool has_owner;
    bool
        of_members; /* stays where it was added to an extension's object, as in pg_dump: policies */
    bool sealed; /* takes no grant, no label and no part: to an extension's nothing can be added */
    enum ray_folding folding;
    bool has_index; /* is one, or may be made with one */
    bool apart;     /* made behind all others, not beside its owner: foreign keys */
    int weight;     /* of its query, for spreading them over connections: 0 light, columns 100 */

    /* Called for each row in order, after all kinds before it in the table were taken. False: the row is no object. NULL: nothing. */
    bool (*take)(struct ray_loader *loader, struct ray_object *object);

    /* The keyword, where that depends on the object: PROCEDURE. NULL: `keyword`. */
    const char *(*keyword_of)(const struct ray_object *object);

    /* What stands behind the keyword; NULL: the qualified name. */
    void (*target)(struct ray_buf *buf, const struct ray_object *object);

    /* Likewise in GRANT, where that is another: an aggregate. NULL: `target`. */
    void (*grant_target)(struct ray_buf *buf, const struct ray_object *object);

    /* Appends the statements that make it, without owner, grants, comments and labels. */
    void (*create)(struct ray_ddl *ddl, const struct ray_object *object);

    /* Appends a statement that makes something of its name, for objects that it needs and that need it: a shell type, a
     * view of the same columns. `create` of an object that is `stubbed` then makes it whole. NULL: there is none. */
    void (*stub)(struct ray_ddl *ddl, const struct ray_object *object);

    /* True where the stub needs what the object needs; what its columns need it always does. NULL: its schema. */
    bool (*stub_needs)(const struct ray_object *object, const struct ray_object *need);

    /* Appends what was added to one that an extension made, likewise. NULL: nothing. */
    void (*enlarge)(struct ray_ddl *ddl, const struct ray_object *object);

    /* Changes what GRANT speaks of, where keyword and name do not say it. NULL: they do. */
    void (*grantable)(struct ray_arena *arena, const struct ray_object *object,
                      struct ray_grantable *grantable);

    /* Appends what can be said only once what stands in `later` is there. NULL: nothing. */
    void (*finish)(struct ray_ddl *ddl, const struct ray_object *object);

    /* Appends what takes it away. NULL: DROP and the target. */
    void (*drop)(struct ray_ddl *ddl, const struct ray_object *object);

    /* Appends what turns `from` into `to`, whose values differ where `differs` says (by index in values; the
     * common ones are not its business). False: no ALTER does it, it must be made again; what was
     * appended then counts for nothing. NULL: nothing of it can be altered. */
    bool (*alter)(struct ray_ddl *ddl, const struct ray_object *from, const struct ray_object *to,
                  const bool *differs);

    /* True where such an alteration is refused while other objects are written with this one: a column's
     * type. NULL: never. */
    bool (*disturbs)(const bool *differs);
    bool rebuilt_with_column; /* ALTER COLUMN TYPE takes it along: keys, indexes, statistics */
    bool holds_data;          /* to drop it loses what is in it */

    /* True where it may be made inside the owner's statement: asked of RAY_FOLD_POSSIBLY. NULL: yes. */
    bool (*may_fold)(const struct ray_object *object);
};

/* The table: in the order in which objects are sorted and, their needs permitting, created. */
extern const struct ray_kind *const ray_kinds[];
extern const size_t ray_kind_count;

const struct ray_kind *ray_kind_named(const char *name); /* NULL where there is none */
size_t ray_kind_rank(const struct ray_kind *kind);       /* its place in the table */

#define RAY_ATTRIBUTES(table) \
    .attributes = (table), .nattributes = sizeof(table) / sizeof((table)[0])

#endif
