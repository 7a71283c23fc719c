/* Branches: see branches.h. */
#include "history/branches.h"

#include "base/json.h"
#include "base/map.h"
#include "history/journaled.h"

#include <string.h>

/* Of what stands before a migration, the one that its journal calls its parent, or that replaces it; NULL: there is
 * none of that name, as where it was renamed. */
static const struct ray_migration *
parent_of(const struct ray_folder *folder, size_t place)
{
    const char *parent = folder->migrations.items[place].parent;

    for (size_t i = place; parent != NULL && i-- > 0;)
        if (strcmp(folder->migrations.items[i].tag, parent) == 0 ||
            ray_replaced_names(&folder->migrations.items[i].replaces, parent))
            return &folder->migrations.items[i];
    return NULL;
}

static void
find_in_journal(struct ray_arena *arena, const struct ray_folder *folder, ray_branches *out)
{
    for (size_t i = 1; i < folder->migrations.len; i++) {
        const struct ray_migration *parent = parent_of(folder, i);
        const struct ray_migration *before = &folder->migrations.items[i - 1];

        if (parent != NULL && parent != before)
            *ray_vec_add(arena,
                         out) = (struct ray_branch){.tag = folder->migrations.items[i].tag,
                                                    .parent = parent->tag,
                                                    .before = before->tag,
                                                    .file = ray_journaled_path(arena,
                                                                               folder->path)};
    }
}

/* ---------------------------------------------------------------- Drizzle's snapshots */

/* meta/0003_snapshot.json of 0003_name. */
static const char *
drizzle_snapshot(struct ray_arena *arena, const struct ray_folder *folder, const char *tag)
{
    return ray_arena_printf(arena, "%s/meta/%.*s_snapshot.json", folder->path,
                            (int)strcspn(tag, "_"), tag);
}

struct made {
    const char *id;
    const char *previous; /* id of the one that it was made from */
};

/* False where there is none, or it is no snapshot of Drizzle's. */
static bool
read_made(struct ray_arena *arena, const char *path, struct made *out)
{
    struct ray_err ignored;
    json_t *root;

    ray_err_init(&ignored, arena);
    root = ray_file_exists(path) ? ray_json_read(arena, path, &ignored) : NULL;
    out->id = ray_arena_strdup(arena, json_string_value(json_object_get(root, "id")));
    out->previous = ray_arena_strdup(arena, json_string_value(json_object_get(root, "prevId")));
    json_decref(root);
    return out->id != NULL && out->previous != NULL;
}

static void
find_in_snapshots(struct ray_arena *arena, const struct ray_folder *folder, ray_branches *out)
{
    struct ray_map children; /* tag, by the id of its parent */
    struct ray_map tags;     /* likewise, by its own */

    ray_map_init(&children, arena);
    ray_map_init(&tags, arena);
    for (size_t i = 0; i < folder->migrations.len; i++) {
        char *tag = ray_arena_strdup(arena, folder->migrations.items[i].tag);
        const char *path = drizzle_snapshot(arena, folder, tag);
        struct made made;
        const char *other;

        if (!read_made(arena, path, &made))
            continue;
        (void)ray_map_put(&tags, made.id, tag);
        other = ray_map_put(&children, made.previous, tag);
        if (other != NULL)
            *ray_vec_add(arena,
                         out) = (struct ray_branch){.tag = tag,
                                                    .parent = ray_map_get(&tags, made.previous),
                                                    .before = other,
                                                    .file = path};
    }
}

void
ray_branches_find(struct ray_arena *arena, const struct ray_folder *folder, ray_branches *out)
{
    if (folder->adopted)
        find_in_snapshots(arena, folder, out);
    else
        find_in_journal(arena, folder, out);
}
