/* The state as a document: see status.h. */
#include "project/status.h"

const char *
ray_stand_down(const struct ray_stand *stand)
{
    if (stand->migration != NULL && stand->migration->down.kind != RAY_SCRIPT_NONE)
        return stand->migration->down.kind == RAY_SCRIPT_LUA ? "lua" : "sql";
    return stand->row != NULL && stand->row->down_file != NULL ? "stored" : "none";
}

/* What a squashed migration stands for. */
static json_t *
replaces_json(const ray_replaced_list *replaces)
{
    json_t *list = json_array();

    for (size_t i = 0; i < replaces->len; i++)
        json_array_append_new(list, json_string(replaces->items[i].tag));
    return list;
}

static json_t *
stand_json(struct ray_arena *arena, const struct ray_stand *stand)
{
    json_t *object = json_object();
    const struct ray_history_row *row = stand->row;

    ray_json_set_text(object, "tag", ray_stand_name(arena, stand));
    ray_json_set_text(object, "state", ray_standing_name(stand->standing));
    ray_json_set_text(object, "down", ray_stand_down(stand));
    if (stand->migration != NULL) {
        ray_json_set_text(object, "file", stand->migration->up.source.path);
        ray_json_set_int(object, "when", stand->migration->when);
        if (stand->migration->replaces.len > 0) {
            json_object_set_new(object, "replaces", replaces_json(&stand->migration->replaces));
            ray_json_set_bool(object, "by_originals", stand->by_originals);
        }
    }
    if (row == NULL)
        return object;
    ray_json_set_text(object, "hash", row->hash);
    ray_json_set_text(object, "applied_at", row->applied_at);
    ray_json_set_text(object, "applied_by", row->applied_by);
    if (row->duration_ms >= 0)
        ray_json_set_int(object, "duration_ms", row->duration_ms);
    if (row->state != RAY_ROW_APPLIED)
        ray_json_set_int(object, "statements_done", row->statements_done);
    return object;
}

json_t *
ray_status_json(struct ray_session *session)
{
    const struct ray_state *state = ray_runner_state(session->runner);
    json_t *result = json_object();
    json_t *list = json_array();
    json_t *counts = json_object();

    for (size_t i = 0; i < state->stands.len; i++)
        json_array_append_new(list, stand_json(session->project->arena, &state->stands.items[i]));
    for (int i = 0; i < RAY_STANDING_COUNT; i++)
        ray_json_set_int(counts, ray_standing_name((enum ray_standing)i),
                         (int64_t)state->counts[i]);
    ray_json_set_bool(result, "ok", true);
    ray_json_set_text(result, "folder", state->folder->path);
    ray_json_set_text(result, "format", state->folder->format->name);
    json_object_set_new(result, "counts", counts);
    json_object_set_new(result, "migrations", list);
    return result;
}

enum ray_code
ray_status_code(const struct ray_state *state)
{
    const size_t *n = state->counts;

    if (n[RAY_EDITED] + n[RAY_MISSING] + n[RAY_OUT_OF_ORDER] + n[RAY_HALF] > 0)
        return RAY_INTEGRITY;
    return n[RAY_PENDING] + n[RAY_CHANGED] + n[RAY_PARTIAL] > 0 ? RAY_DIFFERENT : RAY_OK;
}
