/* The applied migrations: see stands.h. */
#include "project/stands.h"

static bool
refuse_missing(struct ray_arena *arena, const struct ray_stand *stand, struct ray_err *err)
{
    (void)ray_err_set(
        err, RAY_INTEGRITY,
        "\"%s\" is applied, and the folder does not have it, so what it made is unknown",
        ray_stand_name(arena, stand));
    return ray_err_hint(err, stand->standing == RAY_HALF
                                 ? "Its squashed one is applied half: raymig check says what to do."
                                 : "Bring its file back from the release that applied it.");
}

static bool
refuse_partial(struct ray_arena *arena, const struct ray_stand *stand, struct ray_err *err)
{
    (void)ray_err_set(err, RAY_REFUSED, "migration \"%s\" stopped half-way",
                      ray_stand_name(arena, stand));
    return ray_err_hint(err, "raymig up finishes it.");
}

bool
ray_stands_find_applied(struct ray_arena *arena, const struct ray_state *state,
                        const struct ray_migration *until, struct ray_stands_applied *out,
                        struct ray_err *err)
{
    bool pending = until != NULL;

    *out = (struct ray_stands_applied){.folder = *state->folder};
    out->folder.migrations.items = NULL;
    out->folder.migrations.len = 0;
    out->folder.migrations.cap = 0;
    for (size_t i = 0; i < state->stands.len; i++) {
        const struct ray_stand *stand = &state->stands.items[i];

        bool counts = stand->row != NULL || pending;

        pending = pending && stand->migration != until;
        if (!counts)
            continue;
        if (stand->migration == NULL)
            return refuse_missing(arena, stand, err);
        if (stand->standing == RAY_PARTIAL)
            return refuse_partial(arena, stand, err);
        if (stand->standing == RAY_EDITED || stand->standing == RAY_CHANGED)
            *ray_vec_add(arena, &out->edited) = stand->migration->tag;
        *ray_vec_add(arena, &out->folder.migrations) = *stand->migration;
        out->last = stand->migration;
        if (stand->row != NULL)
            out->by = ray_arena_strdup(arena, stand->row->applied_by);
    }
    return true;
}
