/*
 * Renames. Which there are is said, by `was` in the schema or by --rename, never guessed. PostgreSQL carries
 * them out in the shadow, on a database that stands where the old one does, and what it then prints is
 * the old state that the plan begins with: so whatever names a renamed column is spelled as the server
 * would spell it.
 */
#ifndef RAY_DIFF_RENAME_H
#define RAY_DIFF_RENAME_H

#include "catalog/ddl.h"
#include "catalog/loader.h"
#include "diff/plan.h"

struct ray_renamed {
    const struct ray_kind *kind;
    const char *schema;    /* as it is called in the end; NULL: the kind has none */
    const char *parent;    /* as it is called in the end */
    const char *signature; /* of functions */
    const char *keyword;   /* "PROCEDURE": where it is not the kind's; NULL: it is */
    const char *from;
    const char *to;
    bool is_value; /* of the enum `parent` */
};
typedef RAY_VEC(struct ray_renamed) ray_renamings;

/* What a schema of the old catalog is called in the end, as far as the renames say. NULL stays NULL. */
const char *ray_rename_schema(const ray_renamings *renamings, const char *old);

/* Adds a rename: of `old`, or of its `value` where that is not NULL. `parent`: what its owner is called in the end.
 * Schemas are to be added before what is in them. */
void ray_rename_add(struct ray_arena *arena, ray_renamings *out, const struct ray_object *old,
                    const char *value, const char *parent, const char *to);

/* Adds the rename of `object`, of the new catalog, which was called `was`, where it is one: where the old catalog
 * has an object of that name, and none of the new. */
void ray_rename_declare(struct ray_arena *arena, const struct ray_catalog *from,
                        const struct ray_object *object, const char *was, ray_renamings *out);

/* "users=accounts", "users.mail=users.email", "billing.t=billing.u", "mood.sad=mood.glum" (an enum's value): adds it.
 * RAY_USAGE where the old catalog has no such thing or the two are not of one place. */
bool ray_rename_parse(struct ray_arena *arena, const struct ray_catalog *from, const char *text,
                      ray_renamings *out, struct ray_err *err) RAY_MUST_CHECK;

/* What a path such as those names in a catalog; NULL where there is none. *value gets an enum's value, else NULL. */
const struct ray_object *ray_rename_find(struct ray_arena *arena, const struct ray_catalog *from,
                                         const char *path, const char **value);

/* Adds keys, indexes and foreign keys of `from` that `to` has under another name and that differ in nothing else. */
void ray_rename_followers(const struct ray_catalog *from, const struct ray_catalog *to,
                          ray_renamings *out);

/* Carries the renames out in `conn`, an empty database, and reads the catalog back. Adds those of keys, indexes and
 * foreign keys that go with a renamed table or column and differ from the new catalog's in nothing but the name (`to`
 * NULL: none). */
bool ray_rename_apply(struct ray_conn *conn, const struct ray_load_options *load,
                      const struct ray_catalog *from, const struct ray_catalog *to,
                      ray_renamings *renamings, struct ray_catalog **out,
                      struct ray_err *err) RAY_MUST_CHECK;

/* The statement that renames it from one to the other. */
const char *ray_rename_sql(struct ray_arena *arena, const struct ray_renamed *renamed,
                           const char *from, const char *to);

/* Likewise for a value of the enum `renamed->parent`. */
const char *ray_rename_value_sql(struct ray_arena *arena, const struct ray_renamed *renamed,
                                 const char *from, const char *to);

/* Puts the renames in front of a plan's steps or, for the way back, behind them. */
void ray_rename_prepend(struct ray_plan *up, const ray_renamings *renamings);
void ray_rename_append(struct ray_plan *down, const ray_renamings *renamings);

#endif
