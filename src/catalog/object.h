/*
 * The model: a database is a set of objects. An object is a kind, an identity, an ordered list of
 * attributes (text as PostgreSQL prints it, NULL: absent or the default) and the objects that it needs.
 *
 * A catalog is loaded from a server (loader.h) or a snapshot (snapshot.h), or declared in Lua; whatever it
 * came from, it is the same struct, and it lives in one arena. Objects are sorted: kinds in the order of
 * their table (kind/kinds.c), then schema, parent, name, signature, bytewise; columns stay in the order of their table.
 */
#ifndef RAY_CATALOG_OBJECT_H
#define RAY_CATALOG_OBJECT_H

#include "base/arena.h"
#include "base/err.h"
#include "base/vec.h"
#include "catalog/identities.h"

#include <stdint.h>

struct ray_kind;
struct ray_object;

/* What any kind may have stands before its own attributes. */
enum ray_common {
    RAY_OWNER, /* role; NULL: the role that makes it */
    RAY_ACL,   /* list of aclitems, sorted; NULL: the default of its kind */
    RAY_COMMENT,
    RAY_LABELS, /* security labels, a list of provider, label, provider, label ... */
    RAY_COMMON_COUNT
};

extern const char *const ray_common_names[RAY_COMMON_COUNT];

typedef RAY_VEC(struct ray_object *) ray_objects;

struct ray_object {
    const struct ray_kind *kind;
    const char *schema;    /* NULL: the kind has none */
    const char *parent;    /* name of the table (domain, server, ...) it is a part of; NULL: none */
    const char *name;      /* "": declared, and left to PostgreSQL: of constraints and indexes */
    const char *signature; /* what tells overloads apart: "integer, text"; NULL: nothing */
    const char **values;   /* RAY_COMMON_COUNT, then the kind's attributes in order */

    struct ray_object *owner; /* the object that it is a part of; NULL: none */
    ray_objects parts;        /* what is a part of it, sorted */
    ray_objects needs;        /* pg_depend's edges, its owner's not among them; without doubles */
    ray_objects later;        /* likewise, what is needed only to finish it: a sequence's column */

    const char *
        base_acl; /* what it is granted when it is made, by initdb or an extension; NULL: its kind's default */

    uint32_t oid;     /* where it was loaded from a server; else 0 */
    uint32_t sub;     /* attnum of a column; of what is declared, its place among the parts */
    const char *file; /* where it was declared; NULL: it was not */
    int line;

    bool member;  /* belongs to an extension: here for what was added to it */
    bool implied; /* made by what it is a part of or hangs on: never created or dropped by itself */
    bool built_in; /* stands in every new database, such as schema public */
    bool marked;   /* scratch of whoever walks the objects */
    bool stubbed;  /* likewise: made in two steps, as others in a circle need it (order.h) */
    bool
        joins; /* likewise: a partition made as a table of its own, then attached (diff/attach.c) */
    size_t index; /* its place in the catalog */
};

/* A cast that the server has, of types as a column's `type` has them, without (n). */
struct ray_cast {
    const char *source; /* NULL: all types: a string can be made of anything */
    const char *target;
    bool explicit_only; /* an assignment does not do it by itself */
};

/* What a declared column says of how its values are converted when its type changes. */
struct ray_conversion {
    const struct ray_object *column;
    const char *expression;
};

struct ray_catalog {
    struct ray_arena *arena;
    ray_objects objects;
    struct ray_identities by_identity;
    int version;       /* of the server, 150020; 0: declared */
    bool concurrently; /* its indexes are made and dropped without locking out who writes */
    const char *role;  /* who made it, whose name needs no saying; NULL: unknown */
    RAY_VEC(const char *) unknown;  /* what the server has and the model has not, described */
    RAY_VEC(const char *) unseen;   /* what the role may not see, described */
    RAY_VEC(const char *) secret;   /* what is never read, described: passwords */
    RAY_VEC(const char *) needed;   /* what was left out though something that is here needs it */
    RAY_VEC(struct ray_cast) casts; /* none: of a snapshot */
    RAY_VEC(struct ray_conversion) conversions; /* in neither snapshots nor databases */
};

struct ray_catalog *ray_catalog_new(struct ray_arena *arena);

/* A new object with all values NULL, not yet in the order; set its identity, then ray_catalog_add. */
struct ray_object *ray_object_new(struct ray_arena *arena, const struct ray_kind *kind);

/* Takes the object in. False where one of that identity is there. */
bool ray_catalog_add(struct ray_catalog *catalog, struct ray_object *object);

/* Sorts, links parts with their owners by identity, and numbers: after the last ray_catalog_add. */
void ray_catalog_finish(struct ray_catalog *catalog);

/* NULL where there is none. */
struct ray_object *ray_catalog_find(const struct ray_catalog *catalog, const struct ray_kind *kind,
                                    const char *schema, const char *parent, const char *name,
                                    const char *signature);

/* The table, view, materialized view, foreign table or sequence of that name; NULL where there is none. */
struct ray_object *ray_catalog_relation(const struct ray_catalog *catalog, const char *schema,
                                        const char *name);

/* Where the objects of a kind stand in a finished catalog: from `first` to before `end`. */
struct ray_objects_range {
    size_t first;
    size_t end;
};
struct ray_objects_range ray_catalog_range(const struct ray_catalog *catalog,
                                           const struct ray_kind *kind);

/* "table public.users", names quoted where they must be: one object, one text. */
const char *ray_object_ref(struct ray_arena *arena, const struct ray_object *object);

/* "table public.users", "column public.users.email": for people. */
const char *ray_object_label(struct ray_arena *arena, const struct ray_object *object);

/* The index in `values` of an attribute, the common ones among them, by name; -1: the kind has none. */
int ray_kind_value_index(const struct ray_kind *kind, const char *name);

/* An attribute's value by its index in the kind, and by its name (the common ones, too). */
const char *ray_object_value(const struct ray_object *object, size_t attribute);
const char *ray_object_get(const struct ray_object *object, const char *name);
void ray_object_set(struct ray_object *object, size_t attribute, const char *value);

/* Flags are "true" or NULL. */
bool ray_object_is(const struct ray_object *object, size_t attribute);

/* Adds an edge to a list of `object`'s. Doubles and edges to itself or its owner are left out. */
void ray_object_need(struct ray_arena *arena, struct ray_object *object, ray_objects *list,
                     struct ray_object *other);

#endif
