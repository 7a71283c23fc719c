/* A Drizzle project while it is adopted: what init_drizzle.c and init_url.c share. */
#ifndef RAY_CMD_INIT_DRIZZLE_H
#define RAY_CMD_INIT_DRIZZLE_H

#include "cmd/scaffold.h"

struct ray_adoption {
    struct ray_app *app;
    const char *path;          /* of Drizzle's config */
    json_t *entries;           /* see script/drizzle.h */
    ray_setting_list settings; /* for raymig.lua */
    json_t *left_out;          /* [{key, line, why}] */
    const char *blind;      /* a setting without which nothing can be proved; NULL: all are there */
    const char *secret_url; /* a connection string that is not written down; NULL: none */
};

/* The entry of a path, NULL where there is none. */
const json_t *ray_adoption_entry(const struct ray_adoption *adoption, const char *path);

const char *ray_entry_text(const json_t *entry, const char *field); /* "" where there is none */
bool ray_entry_is(const json_t *entry, const char *kind);
int ray_entry_line(const json_t *entry);

/* Says that an entry is not taken over, and why. */
void ray_adoption_leave_out(struct ray_adoption *adoption, const json_t *entry, const char *why);

void ray_adoption_set(struct ray_adoption *adoption, const char *key, const char *lua,
                      const char *note);

/* env.NAME, or env("NAME", "otherwise") where that is neither NULL nor "". */
char *ray_env_expression(struct ray_arena *arena, const char *name, const char *otherwise);

/* `url` of raymig.lua, and secret_url, from dbCredentials. */
void ray_adoption_take_url(struct ray_adoption *adoption);

#endif
