/* Grants in words: what ddl_acl.c writes, made from what a person says. */
#ifndef RAY_CATALOG_ACL_H
#define RAY_CATALOG_ACL_H

#include "catalog/list.h"
#include "catalog/object.h"

/* One GRANT or REVOKE. */
struct ray_grant {
    ray_list words;   /* "select", "all" */
    const char *role; /* "public": PUBLIC */
    const char *by;   /* the role that grants; NULL: the owner */
    bool revoke;
    bool option; /* WITH GRANT OPTION; of a REVOKE, GRANT OPTION FOR */
};

/* Changes a declared object's acl, which begins as the default of its kind. RAY_FAILED where the kind has no
 * such privilege. */
bool ray_acl_apply(struct ray_arena *arena, struct ray_object *object,
                   const struct ray_grant *grant, struct ray_err *err) RAY_MUST_CHECK;

/* What leads from the acl that the object has when it is made to its own; those of other grantors come last. */
struct ray_acl_step {
    const char *role;    /* "": PUBLIC */
    const char *letters; /* what is granted; NULL: all is revoked */
    const char *by; /* who grants or revokes it, where that is not the owner; NULL: the owner */
    bool all;       /* the letters are all that such an object has */
    bool option;
};
typedef RAY_VEC(struct ray_acl_step) ray_acl_steps;

ray_acl_steps ray_acl_steps_of(struct ray_arena *arena, const struct ray_catalog *catalog,
                               const struct ray_object *object);

#endif
