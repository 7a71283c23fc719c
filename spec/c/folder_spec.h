/*
 * For the tests of migrations folders: a scratch folder to write files into, and loading with one error
 * to look at. Everything lives in one arena and one temporary folder, both gone at `folder_spec_end`.
 */
#ifndef RAY_SPEC_FOLDER_SPEC_H
#define RAY_SPEC_FOLDER_SPEC_H

#include "harness.h"

#include "base/buf.h"
#include "base/file.h"
#include "history/folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Sizes are unsigned, the harness counts in long long. */
#define CHECK_COUNT(GOT, WANT) CHECK_INT((long long)(GOT), (long long)(WANT))

struct folder_spec {
    struct ray_arena *arena;
    struct ray_err err;
    struct ray_folder folder;
    char path[64];
};

static inline void
folder_spec_begin(struct folder_spec *spec)
{
    memset(spec, 0, sizeof(*spec));
    spec->arena = ray_arena_new();
    ray_err_init(&spec->err, spec->arena);
    strcpy(spec->path, "/tmp/raymig_spec_XXXXXX");
    CHECK(mkdtemp(spec->path) != NULL);
}

static inline void
folder_spec_end(struct folder_spec *spec)
{
    struct ray_err err;

    ray_err_init(&err, spec->arena);
    CHECK(ray_file_remove(spec->path, &err));
    ray_arena_free(spec->arena);
}

/* Writes a file below the scratch folder, making its folders. */
static inline void
folder_spec_file(struct folder_spec *spec, const char *name, const char *text)
{
    const char *path = ray_path_join(spec->arena, spec->path, name);

    CHECK(ray_file_make_folder(ray_path_folder(spec->arena, path), &spec->err));
    CHECK(ray_file_write(path, text, strlen(text), &spec->err));
}

static inline bool
folder_spec_load(struct folder_spec *spec)
{
    ray_err_init(&spec->err, spec->arena);
    return ray_folder_load(spec->arena, spec->path, NULL, false, &spec->folder, &spec->err);
}

static inline bool
folder_spec_fixture(struct folder_spec *spec, const char *name)
{
    const char *path = ray_path_join(spec->arena, "spec/fixtures/formats", name);

    ray_err_init(&spec->err, spec->arena);
    if (ray_folder_load(spec->arena, path, NULL, false, &spec->folder, &spec->err))
        return true;
    CHECK_STR(spec->err.message, NULL);
    return false;
}

/* True where the error, or its detail, says `text`. */
static inline bool
folder_spec_says(const struct folder_spec *spec, const char *text)
{
    const struct ray_err *err = &spec->err;

    return (err->message != NULL && strstr(err->message, text) != NULL) ||
           (err->detail != NULL && strstr(err->detail, text) != NULL);
}

/* The tags in their order, with a blank between them. */
static inline const char *
folder_spec_tags(const struct folder_spec *spec)
{
    const char *all = "";

    for (size_t i = 0; i < spec->folder.migrations.len; i++)
        all = ray_arena_printf(spec->arena, "%s%s%s", all, i > 0 ? " " : "",
                               spec->folder.migrations.items[i].tag);
    return all;
}

/* The migration of that name; a failed check where there is none. */
static inline const struct ray_migration *
folder_spec_find(struct folder_spec *spec, const char *name)
{
    const struct ray_migration *found = ray_folder_find(&spec->folder, name, &spec->err);

    if (found == NULL)
        CHECK_STR(spec->err.message, name);
    return found;
}

/* The text of a script, "" for none. */
static inline const char *
folder_spec_text(struct folder_spec *spec, const struct ray_script *script)
{
    struct ray_text text = {0};

    CHECK(ray_script_text(spec->arena, script, &text, &spec->err));
    return text.data;
}

#endif
