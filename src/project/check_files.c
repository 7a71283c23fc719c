/* The part of `raymig check` that needs files alone: see check.h. */
#include "project/check.h"

#include "base/file.h"
#include "catalog/snapshot.h"
#include "history/branches.h"
#include "script/reversible.h"

#include <string.h>

/* The journal's own hashes against the files: a pending file may be edited, but it is said. */
static bool
check_journal(struct ray_findings *findings, const struct ray_folder *folder)
{
    struct ray_project *project = findings->project;

    for (size_t i = 0; i < folder->migrations.len; i++) {
        const struct ray_migration *migration = &folder->migrations.items[i];
        bool has_snapshot = ray_folder_snapshot(project->arena, folder, migration, false) != NULL;
        const char *hash;

        if (!ray_migration_hash(project->arena, migration, &hash, &project->err))
            return false;
        if (migration->journal_hash != NULL && strcmp(hash, migration->journal_hash) != 0)
            ray_project_say(project, "note: %s differs from the file that the journal knew%s",
                            migration->up.source.path,
                            has_snapshot ? "; raymig check --deep tells whether its snapshot still "
                                           "holds"
                                         : "");
    }
    return true;
}

static void
check_branches(struct ray_findings *findings, const struct ray_folder *folder)
{
    struct ray_arena *arena = findings->project->arena;
    ray_branches branches = {0};

    ray_branches_find(arena, folder, &branches);
    for (size_t i = 0; i < branches.len; i++) {
        const struct ray_branch *branch = &branches.items[i];
        struct ray_err err;

        ray_err_init(&err, arena);
        (void)ray_err_set(&err, RAY_INTEGRITY,
                          "a branch: \"%s\" was written behind %s%s%s, as \"%s\" was, and neither "
                          "knows of the other",
                          branch->tag, branch->parent == NULL ? "nothing" : "\"",
                          branch->parent == NULL ? "" : branch->parent,
                          branch->parent == NULL ? "" : "\"", branch->before);
        (void)ray_err_at(&err, branch->file, 0, 0);
        if (folder->adopted)
            (void)ray_err_hint(&err,
                               "Delete \"%s\" with its snapshot and let drizzle-kit generate it "
                               "anew behind \"%s\".",
                               branch->tag, branch->before);
        else
            (void)ray_err_hint(&err,
                               "raymig rebase %s proves that it works behind \"%s\", and notes it; "
                               "where it does not, delete it and generate it anew.",
                               branch->tag, branch->before);
        ray_findings_add(findings, &err);
    }
}

/* ---------------------------------------------------------------- snapshots */

static bool
is_known(const struct ray_findings *findings, const struct ray_folder *folder, const char *path)
{
    for (size_t i = 0; i < folder->migrations.len; i++) {
        const char *own = ray_folder_snapshot(findings->project->arena, folder,
                                              &folder->migrations.items[i], true);

        if (own != NULL && strcmp(own, path) == 0)
            return true;
    }
    return false;
}

/* Every snapshot has its migration. */
static bool
check_owners(struct ray_findings *findings, const struct ray_folder *folder)
{
    struct ray_project *project = findings->project;
    const char *meta = ray_path_join(project->arena, folder->path, "meta");
    ray_entries entries;

    if (!ray_file_is_folder(meta))
        return true;
    if (!ray_file_list(project->arena, meta, &entries, &project->err))
        return false;
    for (size_t i = 0; i < entries.len; i++) {
        const char *path = ray_path_join(project->arena, meta, entries.items[i].name);
        struct ray_err err;

        if (!ray_has_suffix(path, "_snapshot.json") || is_known(findings, folder, path))
            continue;
        ray_err_init(&err, project->arena);
        (void)ray_err_set(&err, RAY_INTEGRITY, "a snapshot of no migration");
        (void)ray_err_at(&err, path, 0, 0);
        (void)ray_err_hint(&err, "Delete it; or bring back the migration of that number.");
        ray_findings_add(findings, &err);
    }
    return true;
}

/* The last one is what generate goes on from. */
static void
check_last(struct ray_findings *findings, const struct ray_folder *folder)
{
    struct ray_arena *arena = findings->project->arena;
    const char *path = NULL;
    struct ray_catalog *catalog;
    struct ray_err err;

    if (folder->migrations.len > 0)
        path = ray_folder_snapshot(arena, folder,
                                   &folder->migrations.items[folder->migrations.len - 1], false);
    ray_err_init(&err, arena);
    if (path == NULL || ray_snapshot_read(arena, path, &catalog, &err))
        return;
    if (err.hint == NULL)
        (void)ray_err_hint(&err, "Delete it: generate then replays the migrations.");
    ray_findings_add(findings, &err);
}

/* Lua scripts are loaded, and operations asked for their way back; nothing of them is run. */
static void
check_script(struct ray_findings *findings, const struct ray_script *script, bool up)
{
    struct ray_project *project = findings->project;
    struct ray_reversible *operations = NULL;
    struct ray_err err;
    bool has_up;
    bool has_down;

    ray_err_init(&err, project->arena);
    if (script->kind != RAY_SCRIPT_LUA)
        return;
    if ((up && !ray_reversible_read(ray_project_lua(project), project->arena, script, 0,
                                    &operations, &err)) ||
        (operations == NULL &&
         !ray_script_inspect(ray_project_lua(project), script, &has_up, &has_down, &err)))
        ray_findings_add(findings, &err);
}

static void
check_scripts(struct ray_findings *findings, const struct ray_folder *folder)
{
    for (size_t i = 0; i < folder->migrations.len; i++) {
        const struct ray_migration *migration = &folder->migrations.items[i];

        check_script(findings, &migration->up, true);
        if (migration->up.kind != RAY_SCRIPT_LUA)
            check_script(findings, &migration->down, false);
    }
}

bool
ray_check_files(struct ray_findings *findings, const struct ray_folder *folder)
{
    if (!check_journal(findings, folder))
        return false;
    check_scripts(findings, folder);
    check_branches(findings, folder);
    if (folder->adopted || strcmp(folder->format->name, "raymig") != 0)
        return true;
    check_last(findings, folder);
    return check_owners(findings, folder);
}
