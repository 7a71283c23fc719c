/* Unified texts: see unified.h. The lines of a whole are few, so the longest common subsequence is found by the book. */
#include "cmd/unified.h"

#include "base/buf.h"
#include "base/map.h"
#include "catalog/kind.h"
#include "catalog/order.h"

#include <string.h>

enum {
    CONTEXT = 3,
    MOST_CELLS = 16 * 1024 *
                 1024, /* of the table below: beyond that, all of the old and all of the new */
};

typedef RAY_VEC(const char *) lines;

/* A line of the result. */
struct line {
    char sign; /* ' ', '-', '+' */
    const char *text;
};
typedef RAY_VEC(struct line) result;

/* ---------------------------------------------------------------- texts of wholes */

static const struct ray_object *
whole_of(const struct ray_object *object)
{
    while (object->owner != NULL)
        object = object->owner;
    return object;
}

/* The lines of each whole's statements, by ray_object_ref. */
static bool
write_wholes(struct ray_app *app, const struct ray_catalog *catalog, struct ray_map *out)
{
    struct ray_ddl ddl;

    ray_map_init(out, app->arena);
    ray_ddl_init(&ddl, app->arena, catalog);
    if (!ray_catalog_write(catalog, &ddl, &app->project.err))
        return false;
    for (size_t i = 0; i < ddl.statements.len; i++) {
        const char *key = ray_object_ref(app->arena, whole_of(ddl.statements.items[i].object));
        char *text = ray_arena_printf(app->arena, "%s;", ddl.statements.items[i].sql);
        lines *all = ray_map_get(out, key);

        if (all == NULL) {
            all = RAY_NEW(app->arena, lines);
            ray_map_put(out, key, all);
        }
        for (char *next; text != NULL; text = next) {
            next = strchr(text, '\n');
            if (next != NULL)
                *next++ = '\0';
            *ray_vec_add(app->arena, all) = text;
        }
    }
    return true;
}

/* ---------------------------------------------------------------- lines */

static void
add(struct ray_arena *arena, result *out, char sign, const char *text)
{
    *ray_vec_add(arena, out) = (struct line){sign, text};
}

/* The table of the lengths of common subsequences, of what is behind line i and line k. */
static uint32_t *
measure(struct ray_arena *arena, const lines *old, const lines *new)
{
    size_t width = new->len + 1;
    uint32_t *lengths = RAY_NEW_ARRAY(arena, uint32_t, (old->len + 1) * width);

    for (size_t i = old->len; i-- > 0;)
        for (size_t k = new->len; k-- > 0;) {
            uint32_t below = lengths[(i + 1) * width + k];
            uint32_t right = lengths[i * width + k + 1];

            if (strcmp(old->items[i], new->items[k]) == 0)
                lengths[i * width + k] = lengths[(i + 1) * width + k + 1] + 1;
            else
                lengths[i * width + k] = below > right ? below : right;
        }
    return lengths;
}

static void
merge(struct ray_arena *arena, const lines *old, const lines *new, result *out)
{
    size_t width = new->len + 1;
    const uint32_t *lengths = NULL;
    size_t i = 0;
    size_t k = 0;

    if ((old->len + 1) * width <= MOST_CELLS)
        lengths = measure(arena, old, new);
    while (i < old->len || k < new->len)
        if (lengths != NULL && i < old->len &&
            k < new->len &&strcmp(old->items[i], new->items[k]) == 0) {
            add(arena, out, ' ', old->items[i++]);
            k++;
        } else if (i < old->len && (k == new->len || lengths == NULL ||
                                    lengths[(i + 1) * width + k] >= lengths[i * width + k + 1])) {
            add(arena, out, '-', old->items[i++]);
        } else {
            add(arena, out, '+', new->items[k++]);
        }
}

/* ---------------------------------------------------------------- printing */

static bool
is_near(const result *all, size_t at)
{
    size_t first = at < CONTEXT ? 0 : at - CONTEXT;

    for (size_t i = first; i < all->len && i <= at + CONTEXT; i++)
        if (all->items[i].sign != ' ')
            return true;
    return false;
}

static void
print_lines(struct ray_app *app, const result *all)
{
    bool left_out = false;

    for (size_t i = 0; i < all->len; i++) {
        const struct line *line = &all->items[i];
        const char *text = ray_arena_printf(app->arena, "%c %s", line->sign, line->text);

        if (!is_near(all, i)) {
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

static void
print_whole(struct ray_app *app, const struct ray_object *whole, const lines *old, const lines *new)
{
    static const lines none = {0};
    result all = {0};

    merge(app->arena, old == NULL ? &none : old, new == NULL ? &none : new, &all);
    ray_term_out(app->term, "%s\n",
                 ray_term_styled(app->term, false, RAY_BOLD, ray_object_label(app->arena, whole)));
    print_lines(app, &all);
    ray_term_out(app->term, "\n");
}

bool
ray_unified_print(struct ray_app *app, const struct ray_catalog *from, const struct ray_catalog *to,
                  const ray_changes *changes)
{
    struct ray_map old;
    struct ray_map new;
    struct ray_map seen;

    if (changes->len == 0)
        return true;
    if (!write_wholes(app, from, &old) || !write_wholes(app, to, &new))
        return false;
    ray_map_init(&seen, app->arena);
    for (size_t i = 0; i < changes->len; i++) {
        const struct ray_change *change = &changes->items[i];
        const struct ray_object *whole = whole_of(change->to != NULL ? change->to : change->from);
        const char *key = ray_object_ref(app->arena, whole);

        if (ray_map_put(&seen, key, app) == NULL)
            print_whole(app, whole, ray_map_get(&old, key), ray_map_get(&new, key));
    }
    return true;
}
