/*
 * The files of a new project: what `raymig init` writes, whatever it starts from. A file that is there
 * already is named and left alone; each file's fate is printed, and kept for --json.
 */
#ifndef RAY_CMD_SCAFFOLD_H
#define RAY_CMD_SCAFFOLD_H

#include "base/buf.h"
#include "cmd/cmd.h"

struct ray_scaffold {
    struct ray_app *app;
    const char *root; /* the project's folder */
    json_t *files;    /* the caller's to free: [{path, result, why}] */
};

/* Makes the folder. RAY_REFUSED where it is a project of raymig's already. */
bool ray_scaffold_begin(struct ray_app *app, const char *folder,
                        struct ray_scaffold *out) RAY_MUST_CHECK;

/* Writes a file, path relative to the project, unless it is there. */
bool ray_scaffold_write(struct ray_scaffold *scaffold, const char *path,
                        const char *text) RAY_MUST_CHECK;

/* Says what became of a file: "wrote", "kept", "added to". why: NULL, or a few words. */
void ray_scaffold_tell(struct ray_scaffold *scaffold, const char *result, const char *path,
                       const char *why);

/* Puts .raymig/, where the embedded server lives, into .gitignore, unless it is there. */
bool ray_scaffold_ignore(struct ray_scaffold *scaffold) RAY_MUST_CHECK;

/* A key that raymig.lua shall set, or say something about. */
struct ray_setting {
    const char *key; /* "migrations.table" */
    const char *lua; /* its value as Lua, perhaps of several lines; NULL: the key stays a comment */
    const char *note; /* lines of comment above it, without dashes; NULL: none */
};
typedef RAY_VEC(struct ray_setting) ray_setting_list;

/* The text of raymig.lua: every key of the config with its help, those in the list set. */
char *ray_scaffold_config(struct ray_arena *arena, const ray_setting_list *settings);

/* A text as a Lua string literal. */
char *ray_lua_literal(struct ray_arena *arena, const char *text);

#endif
