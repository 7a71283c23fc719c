/* Which files a schema is made of: see schema.h. */
#include "base/file.h"
#include "script/schema.h"

#include <fnmatch.h>
#include <string.h>

static bool
has_glob(const char *text)
{
    return strpbrk(text, "*?[") != NULL;
}

static void
add(struct ray_arena *arena, ray_strings *out, const char *path)
{
    for (size_t i = 0; i < out->len; i++)
        if (strcmp(out->items[i], path) == 0)
            return;
    *ray_vec_add(arena, out) = path;
}

/* True where a path matches a pattern, segment by segment. */
static bool
matches(struct ray_arena *arena, const char *pattern, const char *path)
{
    size_t length = strcspn(pattern, "/");
    size_t part = strcspn(path, "/");

    if (strncmp(pattern, "**", 2) == 0 && length == 2) {
        if (pattern[2] == '\0')
            return true;
        for (;; path += part + 1) {
            if (matches(arena, pattern + 3, path))
                return true;
            part = strcspn(path, "/");
            if (path[part] == '\0')
                return false;
        }
    }
    if (fnmatch(ray_arena_strndup(arena, pattern, length), ray_arena_strndup(arena, path, part),
                FNM_PERIOD) != 0)
        return false;
    if (pattern[length] == '\0' || path[part] == '\0')
        return pattern[length] == path[part];
    return matches(arena, pattern + length + 1, path + part + 1);
}

/* Adds the .lua files below a folder whose path behind `skip` bytes matches (NULL: all), sorted. */
static bool
walk(struct ray_arena *arena, const char *folder, size_t skip, const char *pattern, int depth,
     ray_strings *out, struct ray_err *err)
{
    ray_entries entries = {0};

    if (depth > 32)
        return ray_err_set(err, RAY_USAGE, "folders lie too deep below \"%s\"", folder);
    if (!ray_file_list(arena, folder, &entries, err))
        return false;
    for (size_t i = 0; i < entries.len; i++) {
        const char *path = ray_path_join(arena, folder, entries.items[i].name);

        if (entries.items[i].name[0] == '.')
            continue;
        if (entries.items[i].is_folder) {
            if (!walk(arena, path, skip, pattern, depth + 1, out, err))
                return false;
        } else if (ray_has_suffix(path, ".lua") &&
                   (pattern == NULL || matches(arena, pattern, path + skip))) {
            add(arena, out, path);
        }
    }
    return true;
}

/* The folder before the first segment with a glob is walked. */
static bool
expand(struct ray_arena *arena, const char *root, const char *entry, ray_strings *out,
       struct ray_err *err)
{
    size_t fixed = 0;
    const char *folder;

    for (size_t i = 0; entry[i] != '\0' && !(i > 0 && has_glob(ray_arena_strndup(arena, entry, i)));
         i++)
        if (entry[i] == '/')
            fixed = i + 1;
    while (fixed > 0 && has_glob(ray_arena_strndup(arena, entry, fixed)))
        fixed--;
    folder = ray_path_join(arena, root,
                           fixed == 0 ? "." : ray_arena_strndup(arena, entry, fixed - 1));
    if (fixed == 0)
        folder = root;
    if (!ray_file_is_folder(folder))
        return true;
    return walk(arena, folder,
                strcmp(folder, ".") == 0 || folder[0] == '\0' ? 0 : strlen(folder) + 1,
                entry + fixed, 0, out, err);
}

static bool
add_entry(struct ray_arena *arena, const char *root, const char *entry, ray_strings *out,
          struct ray_err *err)
{
    const char *path;
    size_t before = out->len;

    while (strncmp(entry, "./", 2) == 0)
        entry += 2;
    path = ray_path_join(arena, root, entry);
    if (has_glob(entry)) {
        if (!expand(arena, root, entry, out, err))
            return false;
    } else if (ray_file_is_folder(path)) {
        if (!walk(arena, path, 0, NULL, 0, out, err))
            return false;
    } else if (ray_file_exists(path)) {
        add(arena, out, path);
    } else if (ray_file_exists(ray_arena_printf(arena, "%s.lua", path))) {
        add(arena, out, ray_arena_printf(arena, "%s.lua", path));
    }
    if (out->len > before || before > 0)
        return true;
    (void)ray_err_set(err, RAY_USAGE,
                      "there is no schema: \"%s\" is no file, and no folder with Lua files", path);
    return ray_err_hint(err, "Write one, or say in raymig.lua where it is: schema = \"...\".");
}

bool
ray_schema_files(struct ray_arena *arena, const ray_strings *entries, const char *root,
                 ray_strings *out, struct ray_err *err)
{
    for (size_t i = 0; i < entries->len; i++)
        if (!add_entry(arena, root, entries->items[i], out, err))
            return false;
    return true;
}
