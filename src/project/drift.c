/* Drift: see drift.h. */
#include "project/drift.h"

#include "catalog/snapshot.h"
#include "project/session.h"
#include "project/source.h"

static bool
load_snapshot(struct ray_project *project, const struct ray_folder *folder, struct ray_drift *drift)
{
    const struct ray_migration *last = drift->applied.last;

    drift->basis = last == NULL ? NULL : ray_folder_snapshot(project->arena, folder, last, false);
    if (drift->basis == NULL) {
        (void)ray_err_set(&project->err, RAY_USAGE, "%s%s%s has no snapshot",
                          last == NULL ? "a database without migrations" : "\"",
                          last == NULL ? "" : last->tag, last == NULL ? "" : "\"");
        return ray_err_hint(&project->err, "Leave out %s: the migrations are replayed in a shadow.",
                            ray_project_word(project, "snapshot"));
    }
    return ray_snapshot_read(project->arena, drift->basis, &drift->wanted, &project->err);
}

static bool
load_wanted(struct ray_project *project, const struct ray_folder *folder, bool snapshot,
            struct ray_drift *drift)
{
    size_t count = drift->applied.folder.migrations.len;

    if (snapshot)
        return load_snapshot(project, folder, drift);
    drift->basis = ray_arena_printf(project->arena, "%zu applied migration%s, replayed in a shadow",
                                    count, count == 1 ? "" : "s");
    return ray_source_replay(project, &drift->applied.folder, NULL, &drift->wanted);
}

static bool
look(struct ray_session *session, bool snapshot, struct ray_drift *out)
{
    struct ray_project *project = session->project;

    if (!ray_session_open(session, RAY_SESSION_LOOK) ||
        !ray_stands_find_applied(project->arena, ray_runner_state(session->runner), NULL,
                                 &out->applied, &project->err))
        return false;
    for (size_t i = 0; i < out->applied.edited.len; i++)
        ray_project_warn(project, "%s was edited since it was applied; it is replayed as it is now",
                         out->applied.edited.items[i]);
    if (!ray_source_load(project, "db", &out->found) ||
        !load_wanted(project, &session->folder, snapshot, out) ||
        !ray_source_is_whole(project, out->found))
        return false;
    ray_catalog_compare(project->arena, out->wanted, out->found, &out->changes);
    return true;
}

bool
ray_drift_find(struct ray_project *project, bool snapshot, struct ray_drift *out)
{
    struct ray_session_options options;
    struct ray_session session;
    const struct ray_migration *last;
    bool ok;

    *out = (struct ray_drift){0};
    ray_session_options_init(&options);
    ray_session_init(&session, project, &options);
    ok = look(&session, snapshot, out);
    ray_session_close(&session);
    if (!ok)
        return false;
    last = out->applied.last;
    out->source = last == NULL ? "empty"
                               : ray_arena_printf(project->arena, "migrations@%s", last->tag);
    /* Without migrations there is nothing that the database could be brought back to. */
    if (out->changes.len == 0 || last == NULL)
        return true;
    out->to_keep = ray_arena_printf(project->arena, "raymig diff --from %s --to db --sql",
                                    out->source);
    out->to_bring_back = ray_arena_printf(project->arena, "raymig diff --from db --to %s --sql",
                                          out->source);
    return true;
}

json_t *
ray_drift_json(struct ray_arena *arena, const struct ray_drift *drift)
{
    json_t *result = json_object();

    ray_json_set_bool(result, "ok", true);
    ray_json_set_bool(result, "drift", drift->changes.len > 0);
    ray_json_set_text(result, "compared_with", drift->source);
    ray_json_set_text(result, "basis", drift->basis);
    json_object_set_new(result, "changes", ray_changes_json(arena, &drift->changes));
    ray_json_set_text(result, "to_keep", drift->to_keep);
    ray_json_set_text(result, "to_bring_back", drift->to_bring_back);
    return result;
}
