/* Nothing changed: see unchanged.h. */
#include "project/unchanged.h"

#include "base/user.h"
#include "catalog/snapshot.h"
#include "project/source.h"

#include <string.h>

static void
add(struct ray_hash *hash, const char *text)
{
    if (text != NULL)
        ray_hash_add(hash, text, strlen(text));
    ray_hash_add(hash, "", 1); /* a NUL, so that two texts are not one */
}

static void
add_list(struct ray_hash *hash, const ray_strings *list)
{
    for (size_t i = 0; i < list->len; i++)
        add(hash, list->items[i]);
    add(hash, NULL);
}

void
ray_unchanged_schema(struct ray_project *project, const struct ray_schema *schema,
                     char hex[RAY_HASH_HEX])
{
    struct ray_hash *hash = ray_hash_begin();
    struct ray_buf declared;

    ray_buf_init(&declared, project->arena);
    ray_snapshot_write(schema->catalog, &declared);
    add(hash, declared.data);
    for (size_t i = 0; i < schema->statements.len; i++)
        add(hash, schema->statements.items[i].text);
    ray_hash_end(hash, hex);
}

void
ray_unchanged_digest(struct ray_project *project, const struct ray_folder *folder,
                     const char *schema, char hex[RAY_HASH_HEX])
{
    const struct ray_migration *last = NULL;
    const char *snapshot = NULL;
    struct ray_err ignored;
    struct ray_hash *hash;
    char file[RAY_HASH_HEX];

    hex[0] = '\0';
    ray_err_init(&ignored, project->arena);
    if (folder->migrations.len > 0) {
        last = &folder->migrations.items[folder->migrations.len - 1];
        snapshot = ray_folder_snapshot(project->arena, folder, last, false);
    }
    if (snapshot == NULL || !ray_file_hash(snapshot, file, &ignored))
        return;
    hash = ray_hash_begin();
    add(hash, RAY_VERSION " " RAY_COMMIT);
    add(hash, schema);
    add(hash, last->tag);
    add(hash, file);
    add_list(hash, &project->config.schemas);
    add_list(hash, &project->config.tables);
    add(hash, project->config.history_schema);
    add(hash, project->config.history_table);
    ray_hash_end(hash, hex);
}

static const char *
memory(struct ray_project *project, const struct ray_folder *folder)
{
    return ray_user_cache(project->arena, "unchanged", folder->path);
}

bool
ray_unchanged_is(struct ray_project *project, const struct ray_folder *folder,
                 const char hex[RAY_HASH_HEX])
{
    const char *path = hex[0] == '\0' ? NULL : memory(project, folder);
    struct ray_text known;

    return path != NULL && ray_user_read(project->arena, path, &known) &&
           known.len == RAY_HASH_HEX && memcmp(known.data, hex, RAY_HASH_HEX) == 0;
}

void
ray_unchanged_keep(struct ray_project *project, const struct ray_folder *folder,
                   const char hex[RAY_HASH_HEX])
{
    const char *path = hex[0] == '\0' ? NULL : memory(project, folder);
    struct ray_err ignored;

    ray_err_init(&ignored, project->arena);
    if (path != NULL && !ray_file_write(path, hex, RAY_HASH_HEX, &ignored))
        ray_err_clear(&ignored);
}
