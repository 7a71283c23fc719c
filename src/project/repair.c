/* The repair: see repair.h. */
#include "project/repair.h"

#include <string.h>

static const struct ray_stand *
find_stand(struct ray_session *session, const char *name)
{
    const struct ray_state *state = ray_runner_state(session->runner);

    for (size_t i = 0; i < state->stands.len; i++)
        if (strcmp(ray_stand_name(session->project->arena, &state->stands.items[i]), name) == 0)
            return &state->stands.items[i];
    return NULL;
}

static bool
add_named(struct ray_session *session, const ray_strings *names, enum ray_edit_kind kind,
          ray_edits *out)
{
    struct ray_project *project = session->project;

    for (size_t i = 0; i < names->len; i++) {
        const struct ray_stand *stand = find_stand(session, names->items[i]);
        struct ray_edit *edit;

        if (stand == NULL || stand->row == NULL) {
            (void)ray_err_set(&project->err, RAY_USAGE, "no applied migration is called \"%s\"",
                              names->items[i]);
            return ray_err_hint(&project->err, "raymig status lists them; give the whole tag.");
        }
        if (kind == RAY_EDIT_ACCEPT && stand->migration == NULL)
            return ray_err_set(&project->err, RAY_USAGE,
                               "\"%s\" has no file in the folder to accept", names->items[i]);
        edit = ray_vec_add(project->arena, out);
        edit->kind = kind;
        edit->stand = stand;
    }
    return true;
}

/* Without a tag: every edited file is accepted. A row is only forgotten by name. */
static bool
collect(struct ray_session *session, const struct ray_repair_request *request, ray_edits *out)
{
    const struct ray_state *state = ray_runner_state(session->runner);

    out->len = 0;
    if (!add_named(session, &request->accept, RAY_EDIT_ACCEPT, out) ||
        !add_named(session, &request->forget, RAY_EDIT_FORGET, out))
        return false;
    if (request->accept.len + request->forget.len > 0)
        return true;
    for (size_t i = 0; i < state->stands.len; i++)
        if (state->stands.items[i].standing == RAY_EDITED) {
            struct ray_edit *edit = ray_vec_add(session->project->arena, out);

            edit->kind = RAY_EDIT_ACCEPT;
            edit->stand = &state->stands.items[i];
        }
    return true;
}

static void
tell(struct ray_session *session, const char *of, const char *tag, const char *what)
{
    json_t *object = json_object();

    ray_json_set_text(object, "tag", tag);
    ray_json_set_text(object, "result", what);
    ray_json_set_text(object, "of", of);
    json_array_append_new(session->migrations, object);
}

bool
ray_repair_plan(struct ray_session *session, const struct ray_repair_request *request,
                struct ray_repair *out)
{
    *out = (struct ray_repair){.request = request};
    if (!ray_session_open(session, RAY_SESSION_REPAIR) || !collect(session, request, &out->edits))
        return false;
    for (size_t i = 0; i < session->folder.orphans.len; i++)
        tell(session, "journal", session->folder.orphans.items[i], "add the file to the journal");
    for (size_t i = 0; i < out->edits.len; i++)
        tell(session, "history", ray_stand_name(session->project->arena, out->edits.items[i].stand),
             out->edits.items[i].kind == RAY_EDIT_ACCEPT
                 ? "accept the edited file"
                 : "forget the row; the database is not touched");
    out->count = out->edits.len + session->folder.orphans.len;
    return true;
}

bool
ray_repair_apply(struct ray_session *session, struct ray_repair *repair)
{
    struct ray_project *project = session->project;

    if (repair->count == 0)
        return true;
    if (!ray_project_confirm(project,
                             ray_arena_printf(project->arena, "Make %zu repair%s?", repair->count,
                                              repair->count == 1 ? "" : "s")))
        return false;
    if (session->folder.orphans.len > 0 &&
        !ray_folder_journal_orphans(project->arena, &session->folder,
                                    ray_runner_history(session->runner)->newest, &project->err))
        return false;
    if (repair->edits.len == 0)
        return true;
    return ray_runner_lock(session->runner, &project->err) &&
           collect(session, repair->request, &repair->edits) &&
           ray_runner_edit(session->runner, &repair->edits, &project->err);
}
