/* Unified texts on the terminal: see unified.h. */
#include "cmd/unified.h"

static void
print_lines(struct ray_app *app, const ray_unified_lines *lines)
{
    bool left_out = false;

    for (size_t i = 0; i < lines->len; i++) {
        const struct ray_unified_line *line = &lines->items[i];
        const char *text = ray_arena_printf(app->arena, "%c %s", line->sign, line->text);

        if (!ray_unified_is_near(lines, i)) {
            left_out = true;
            continue;
        }
        if (left_out)
            ray_term_out(app->term, "  ...\n");
        left_out = false;
        if (line->sign != ' ')
            text = ray_term_styled(app->term, false, line->sign == '+' ? RAY_GOOD : RAY_BAD, text);
        ray_term_out(app->term, "%s\n", text);
    }
}

bool
ray_unified_print(struct ray_app *app, const struct ray_catalog *from, const struct ray_catalog *to,
                  const ray_changes *changes)
{
    ray_unified_list list = {0};

    if (!ray_unified_find(&app->project, from, to, changes, &list))
        return false;
    for (size_t i = 0; i < list.len; i++) {
        const char *label = ray_object_label(app->arena, list.items[i].object);

        ray_term_out(app->term, "%s\n", ray_term_styled(app->term, false, RAY_BOLD, label));
        print_lines(app, &list.items[i].lines);
        ray_term_out(app->term, "\n");
    }
    return true;
}
