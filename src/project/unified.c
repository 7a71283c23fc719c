/* Unified texts: see unified.h. The lines of a whole are few, so the longest common subsequence is found by the book. */
#include "project/unified.h"

#include "base/buf.h"
#include "base/map.h"
#include "catalog/kind.h"
#include "catalog/order.h"
#include "project/changes.h"

#include <string.h>

enum {
    CONTEXT = 3,
    MOST_CELLS = 16 * 1024 *
                 1024, /* of the table below: beyond that, all of the old and all of the new */
};

typedef RAY_VEC(const char *) lines;

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
write_wholes(struct ray_project *project, const struct ray_catalog *catalog, struct ray_map *out)
{
    struct ray_ddl ddl;

    ray_map_init(out, project->arena);
    ray_ddl_init(&ddl, project->arena, catalog);
    if (!ray_catalog_write(catalog, &ddl, &project->err))
        return false;
    for (size_t i = 0; i < ddl.statements.len; i++) {
        const char *key = ray_object_ref(project->arena, whole_of(ddl.statements.items[i].object));
        char *text = ray_arena_printf(project->arena, "%s;", ddl.statements.items[i].sql);
        lines *all = ray_map_get(out, key);

        if (all == NULL) {
            all = RAY_NEW(project->arena, lines);
            ray_map_put(out, key, all);
        }
        for (char *next; text != NULL; text = next) {
            next = strchr(text, '\n');
            if (next != NULL)
                *next++ = '\0';
            *ray_vec_add(project->arena, all) = text;
        }
    }
    return true;
}

/* ---------------------------------------------------------------- lines */

static void
add(struct ray_arena *arena, ray_unified_lines *out, char sign, const char *text)
{
    *ray_vec_add(arena, out) = (struct ray_unified_line){sign, text};
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
merge(struct ray_arena *arena, const lines *old, const lines *new, ray_unified_lines *out)
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

/* ---------------------------------------------------------------- the list */

bool
ray_unified_is_near(const ray_unified_lines *all, size_t at)
{
    size_t first = at < CONTEXT ? 0 : at - CONTEXT;

    for (size_t i = first; i < all->len && i <= at + CONTEXT; i++)
        if (all->items[i].sign != ' ')
            return true;
    return false;
}

bool
ray_unified_find(struct ray_project *project, const struct ray_catalog *from,
                 const struct ray_catalog *to, const ray_changes *changes, ray_unified_list *out)
{
    static const lines none = {0};
    struct ray_map old;
    struct ray_map new;
    struct ray_map seen;

    if (changes->len == 0)
        return true;
    if (!write_wholes(project, from, &old) || !write_wholes(project, to, &new))
        return false;
    ray_map_init(&seen, project->arena);
    for (size_t i = 0; i < changes->len; i++) {
        const struct ray_object *whole = whole_of(ray_change_object(&changes->items[i]));
        const char *key = ray_object_ref(project->arena, whole);
        const lines *a = ray_map_get(&old, key);
        const lines *b = ray_map_get(&new, key);
        struct ray_unified *unified;

        if (ray_map_put(&seen, key, project) != NULL)
            continue;
        unified = ray_vec_add(project->arena, out);
        unified->object = whole;
        merge(project->arena, a == NULL ? &none : a, b == NULL ? &none : b, &unified->lines);
    }
    return true;
}

/* The lines of one side. */
static void
set_side(struct ray_arena *arena, json_t *row, const char *key, const ray_unified_lines *all,
         char sign)
{
    struct ray_buf text;

    ray_buf_init(&text, arena);
    for (size_t i = 0; i < all->len; i++)
        if (all->items[i].sign == ' ' || all->items[i].sign == sign)
            ray_buf_addf(&text, "%s\n", all->items[i].text);
    ray_json_set_text(row, key, text.len == 0 ? NULL : text.data);
}

json_t *
ray_unified_json(struct ray_arena *arena, const ray_unified_list *list)
{
    json_t *rows = json_array();

    for (size_t i = 0; i < list->len; i++) {
        json_t *row = json_object();

        ray_json_set_text(row, "object", ray_object_label(arena, list->items[i].object));
        ray_json_set_text(row, "kind", list->items[i].object->kind->name);
        set_side(arena, row, "from", &list->items[i].lines, '-');
        set_side(arena, row, "to", &list->items[i].lines, '+');
        json_array_append_new(rows, row);
    }
    return rows;
}
