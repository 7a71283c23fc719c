/*
 * The part of `raymig check` that needs a shadow: the migrations are replayed there, and what they make is held
 * against the last snapshot, from which generate goes on, and against the schema in Lua.
 */
#include "project/changes.h"
#include "project/check.h"
#include "project/planned.h"

#include "base/file.h"
#include "catalog/snapshot.h"
#include "diff/compare.h"

#include <string.h>

/* One finding: what differs, in the detail. */
static void
add_difference(struct ray_findings *findings, const ray_changes *changes, const char *file,
               const char *message, const char *hint)
{
    struct ray_err err;

    ray_err_init(&err, findings->project->arena);
    (void)ray_err_set(&err, RAY_INTEGRITY, "%s: %zu difference%s", message, changes->len,
                      changes->len == 1 ? "" : "s");
    (void)ray_err_at(&err, file, 0, 0);
    (void)ray_err_detail(&err, "%s", ray_changes_lines(findings->project->arena, changes));
    (void)ray_err_hint(&err, "%s", hint);
    ray_findings_add(findings, &err);
}

/* The last migration that has a snapshot; NULL: none has. */
static const struct ray_migration *
last_with_snapshot(struct ray_arena *arena, const struct ray_folder *folder, const char **path)
{
    for (size_t i = folder->migrations.len; i-- > 0;) {
        *path = ray_folder_snapshot(arena, folder, &folder->migrations.items[i], false);
        if (*path != NULL)
            return &folder->migrations.items[i];
    }
    return NULL;
}

/* `made`: what all the migrations make. */
static bool
check_snapshot(struct ray_findings *findings, const struct ray_folder *folder,
               struct ray_catalog *made)
{
    struct ray_project *project = findings->project;
    const char *path;
    const struct ray_migration *owner = last_with_snapshot(project->arena, folder, &path);
    struct ray_catalog *snapshot;
    ray_changes changes = {0};

    if (owner == NULL)
        return true;
    if (!ray_snapshot_read(project->arena, path, &snapshot, &project->err) ||
        (owner != &folder->migrations.items[folder->migrations.len - 1] &&
         !ray_source_replay(project, folder, owner, &made)))
        return false;
    if (snapshot->version / 10000 != made->version / 10000) {
        ray_project_warn(project, "%s is of PostgreSQL %d, the shadow of %d: not compared", path,
                         snapshot->version / 10000, made->version / 10000);
        return true;
    }
    ray_catalog_compare(project->arena, made, snapshot, &changes);
    if (changes.len > 0)
        add_difference(
            findings, &changes, path,
            ray_arena_printf(project->arena,
                             "the snapshot is not what the migrations up to \"%s\" make",
                             owner->tag),
            ray_arena_printf(project->arena,
                             "Where the migrations are right: raymig export --from migrations@%s "
                             "--json -o %s",
                             owner->tag, path));
    return true;
}

static bool
has_schema(const struct ray_project *project)
{
    for (size_t i = 0; i < project->config.schema.len; i++) {
        const char *path = ray_path_join(project->arena,
                                         project->config.root == NULL ? "." : project->config.root,
                                         project->config.schema.items[i]);

        if (strpbrk(path, "*?[") != NULL || ray_file_exists(path))
            return true;
    }
    return false;
}

static bool
check_schema(struct ray_findings *findings, const struct ray_catalog *made)
{
    struct ray_project *project = findings->project;
    struct ray_catalog *schema;
    const struct ray_catalog *named;
    ray_changes changes = {0};

    if (!has_schema(project))
        return true;
    if (!ray_source_load(project, "schema", &schema))
        return false;
    named = schema;
    if (!ray_planned_names(project, made, &named))
        return false;
    ray_catalog_compare(project->arena, made, named, &changes);
    if (changes.len > 0)
        add_difference(findings, &changes, project->config.schema.items[0],
                       "the schema in Lua is not what the migrations make",
                       "raymig generate writes the migration.");
    return true;
}

bool
ray_check_deep(struct ray_findings *findings, const struct ray_folder *folder)
{
    struct ray_catalog *made;

    return ray_source_replay(findings->project, folder, NULL, &made) &&
           ray_source_is_whole(findings->project, made) && check_snapshot(findings, folder, made) &&
           check_schema(findings, made);
}
