/* Acls taken apart: what writes statements (ddl_acl.c) and what takes grants in words (acl.c) stand on it. */
#ifndef RAY_CATALOG_ACL_READ_H
#define RAY_CATALOG_ACL_READ_H

#include "catalog/list.h"
#include "catalog/object.h"

struct ray_privilege {
    char letter;      /* in an aclitem */
    const char *word; /* "SELECT" */
};
extern const struct ray_privilege *const ray_privileges; /* ends with a NULL word */

/* The letters that the owner, or PUBLIC, has on a new object of that type (acldefault()), of the newest
 * version. */
const char *ray_acl_default(char type, bool everybody);

struct ray_aclitem {
    const char *grantee; /* "": PUBLIC */
    const char *grantor;
    char plain[32];   /* letters without */
    char options[32]; /* and with the grant option */
    char denied[32];  /* revoked */
    bool is_owner;    /* the grantee is the owner, without being named */
    bool written;     /* scratch of who writes them */
};
typedef RAY_VEC(struct ray_aclitem) ray_aclitems;

/* Adds the items of an acl, a list of aclitems; `owner` is that of the object. */
void ray_acl_read(struct ray_arena *arena, const struct ray_catalog *catalog, const char *owner,
                  const char *text, ray_aclitems *out);

/* The role's name at the beginning of a text, quoted or not; gives what stands behind it. */
const char *ray_acl_read_role(struct ray_arena *arena, const char *text, const char **role);

/* True where the catalog's server knows MAINTAIN. */
bool ray_acl_has_maintain(const struct ray_catalog *catalog);

/* The letters of `all` that are not in `those`; may be in place. */
void ray_acl_letters_but(char out[32], const char *all, const char *those);
/* Adds those that are not there. */
void ray_acl_letters_add(char to[32], const char *letters);

#endif
