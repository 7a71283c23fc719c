/* Showing differences: see changes.h. */
#include "cmd/changes.h"

static const char *
shown(const char *value)
{
    return value == NULL ? "nothing" : value;
}

static void
print_change(struct ray_app *app, const struct ray_change *change)
{
    static const enum ray_style styles[] = {
        [RAY_CHANGE_CREATE] = RAY_GOOD, [RAY_CHANGE_DROP] = RAY_BAD, [RAY_CHANGE_ALTER] = RAY_WARN};
    const char *line = ray_arena_printf(app->arena, "%c %s", ray_change_sign(change),
                                        ray_object_label(app->arena, ray_change_object(change)));

    ray_term_out(app->term, "%s\n", ray_term_styled(app->term, false, styles[change->type], line));
    for (size_t i = 0; i < ray_change_values(change); i++)
        if (change->differs[i])
            ray_term_out(app->term, "    %s: %s -> %s\n", ray_change_value_name(change, i),
                         shown(change->from->values[i]), shown(change->to->values[i]));
}

void
ray_changes_print(struct ray_app *app, const ray_changes *changes)
{
    for (size_t i = 0; i < changes->len; i++)
        print_change(app, &changes->items[i]);
}
