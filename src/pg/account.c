/*
 * Accounts: see account.h. PostgreSQL refuses to run as root, rightly, so root hands the server to an
 * account that owns nothing else. The step down is made in a child, never in the process that goes on
 * as root, and is looked at afterwards, not taken on trust.
 */
#include "pg/account.h"

#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

enum { MOST_TEXT = 4096 }; /* of an entry of the accounts */

static void
fill(struct ray_arena *arena, const struct passwd *entry, struct ray_account *out)
{
    out->uid = entry->pw_uid;
    out->gid = entry->pw_gid;
    out->name = ray_arena_strdup(arena, entry->pw_name);
    out->home = ray_arena_strdup(arena, entry->pw_dir);
    out->other = out->uid != geteuid();
}

void
ray_account_of(struct ray_arena *arena, uid_t uid, gid_t gid, struct ray_account *out)
{
    char *texts = ray_arena_alloc(arena, MOST_TEXT);
    struct passwd *entry = NULL;
    struct passwd found;

    if (getpwuid_r(uid, &found, texts, MOST_TEXT, &entry) == 0 && entry != NULL) {
        fill(arena, entry, out);
        return;
    }
    out->uid = uid;
    out->gid = gid;
    out->name = ray_arena_printf(arena, "%lu", (unsigned long)uid);
    out->home = NULL;
    out->other = uid != geteuid();
}

void
ray_account_self(struct ray_arena *arena, struct ray_account *out)
{
    ray_account_of(arena, geteuid(), getegid(), out);
}

bool
ray_account_named(struct ray_arena *arena, const char *name, struct ray_account *out)
{
    char *texts = ray_arena_alloc(arena, MOST_TEXT);
    struct passwd *entry = NULL;
    struct passwd found;

    if (getpwnam_r(name, &found, texts, MOST_TEXT, &entry) != 0 || entry == NULL)
        return false;
    fill(arena, entry, out);
    return true;
}

bool
ray_account_become(const struct ray_account *account, struct ray_err *err)
{
    if (!account->other)
        return true;
    if (setgroups(1, &account->gid) != 0 || setgid(account->gid) != 0 ||
        setuid(account->uid) != 0) {
        (void)ray_err_errno(err, RAY_UNAVAILABLE, "cannot become account \"%s\"", account->name);
        return ray_err_hint(err, "PostgreSQL does not run as root: run raymig as another user.");
    }
    if (setuid(0) == 0)
        return ray_err_set(err, RAY_UNAVAILABLE, "account \"%s\" can become root again",
                           account->name);
    if (account->home != NULL)
        (void)setenv("HOME", account->home, 1);
    return true;
}
