/* Accounts of the operating system: whose server it is, and how root steps down to them. */
#ifndef RAY_PG_ACCOUNT_H
#define RAY_PG_ACCOUNT_H

#include "base/arena.h"
#include "base/err.h"

#include <sys/types.h>

struct ray_account {
    uid_t uid;
    gid_t gid;
    const char *name; /* the number as text where it has no name */
    const char *home; /* NULL where unknown */
    bool other;       /* not ours: only root can become it */
};

/* The account that we run as. */
void ray_account_self(struct ray_arena *arena, struct ray_account *out);

/* The account of that id, which may have no name. */
void ray_account_of(struct ray_arena *arena, uid_t uid, gid_t gid, struct ray_account *out);

/* The account of that name; false where there is none. */
bool ray_account_named(struct ray_arena *arena, const char *name, struct ray_account *out);

/* Makes this process the account's, for good; nothing to do where it is ours. Only for a child. */
bool ray_account_become(const struct ray_account *account, struct ray_err *err) RAY_MUST_CHECK;

#endif
