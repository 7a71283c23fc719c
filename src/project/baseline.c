/* The baseline: see baseline.h. */
#include "project/baseline.h"

#include "diff/compare.h"
#include "project/changes.h"
#include "project/source.h"
#include "project/stands.h"
#include "run/edit.h"

/* The pending migrations up to and with the target. */
static void
collect(struct ray_session *session, const struct ray_migration *target, ray_edits *out)
{
    const struct ray_state *state = ray_runner_state(session->runner);

    for (size_t i = 0; i < state->stands.len; i++) {
        const struct ray_stand *stand = &state->stands.items[i];

        if (stand->migration != NULL && stand->row == NULL) {
            struct ray_edit *edit = ray_vec_add(session->project->arena, out);

            edit->kind = RAY_EDIT_BASELINE;
            edit->stand = stand;
        }
        if (stand->migration == target)
            return;
    }
}

/* The database against what the migrations make: those that are applied and those to be marked. */
static bool
prove(struct ray_session *session, const struct ray_migration *target)
{
    struct ray_project *project = session->project;
    struct ray_stands_applied stands;
    struct ray_catalog *found;
    struct ray_catalog *wanted;
    ray_changes changes = {0};

    if (!ray_stands_find_applied(project->arena, ray_runner_state(session->runner), target, &stands,
                                 &project->err) ||
        !ray_source_load(project, "db", &found) ||
        !ray_source_replay(project, &stands.folder, NULL, &wanted) ||
        !ray_source_is_whole(project, found))
        return false;
    ray_catalog_compare(project->arena, wanted, found, &changes);
    if (changes.len == 0)
        return true;
    (void)ray_err_set(&project->err, RAY_REFUSED,
                      "the database does not stand at \"%s\": %zu difference%s from what the "
                      "migrations make",
                      target->tag, changes.len, changes.len == 1 ? "" : "s");
    (void)ray_err_detail(&project->err, "%s", ray_changes_lines(project->arena, &changes));
    return ray_err_hint(&project->err,
                        "raymig diff --from db --to migrations@%s --sql shows what would bring it "
                        "there; %s marks them as they are.",
                        target->tag, ray_project_word(project, "unproved"));
}

static void
tell(struct ray_session *session, const ray_edits *edits)
{
    for (size_t i = 0; i < edits->len; i++) {
        json_t *object = json_object();

        ray_json_set_text(object, "tag", edits->items[i].stand->migration->tag);
        ray_json_set_text(object, "result", "baselined");
        json_array_append_new(session->migrations, object);
    }
}

bool
ray_baseline(struct ray_session *session, const struct ray_baseline_request *request)
{
    struct ray_project *project = session->project;
    const struct ray_migration *target;
    ray_edits edits = {0};

    if (!ray_session_open(session, RAY_SESSION_RUN))
        return false;
    target = ray_folder_find(&session->folder, request->tag, &project->err);
    if (target == NULL)
        return false;
    collect(session, target, &edits);
    if (edits.len > 0 && !request->unproved && !prove(session, target))
        return false;
    if (!session->options.dry_run && edits.len > 0) {
        if (!ray_project_confirm(
                project, ray_arena_printf(project->arena,
                                          "Mark %zu migration%s up to %s as applied, without "
                                          "running any?",
                                          edits.len, edits.len == 1 ? "" : "s", target->tag)) ||
            !ray_runner_lock(session->runner, &project->err))
            return false;
        edits.len = 0;
        collect(session, target, &edits); /* the state was read again under the lock */
        if (!ray_runner_edit(session->runner, &edits, &project->err))
            return false;
    }
    tell(session, &edits);
    return true;
}
