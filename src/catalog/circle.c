/*
 * Objects that need each other in a circle: a table whose default calls a function that takes the table's row,
 * a type and the functions that read and write it, views that replaced each other's ends. Circles are the strongly
 * connected components of what the sort left over (Tarjan's algorithm, without recursion: a circle of
 * views may be long). A part that can stand by itself leaves its owner's statement; else one object gets a stub, with
 * which the others in the circle do.
 */
#include "catalog/order_internal.h"

#include "base/buf.h"

struct frame {
    size_t node;
    size_t next; /* of the nodes that need it */
};

struct search {
    struct ray_ordering *ordering;
    size_t *number;    /* by node, when it was met; 0: not yet */
    size_t *low;       /* the lowest number that it leads to */
    size_t *component; /* by node; 0: none yet */
    size_t *size;      /* by component */
    size_t numbers, components;
    ray_nodes open; /* those without a component */
    RAY_VEC(struct frame) frames;
};

static void
enter(struct search *search, size_t node)
{
    search->number[node] = search->low[node] = ++search->numbers;
    *ray_vec_add(search->ordering->arena, &search->open) = node;
    *ray_vec_add(search->ordering->arena, &search->frames) = (struct frame){.node = node};
}

static void
lower(size_t *low, size_t value)
{
    if (value < *low)
        *low = value;
}

/* All nodes that the walk from `node` left open are its component. */
static void
leave(struct search *search, size_t node)
{
    size_t last;

    if (search->low[node] != search->number[node])
        return;
    search->components++;
    do {
        last = search->open.items[--search->open.len];
        search->component[last] = search->components;
        search->size[search->components]++;
    } while (last != node);
}

static void
walk(struct search *search, size_t start)
{
    enter(search, start);
    while (search->frames.len > 0) {
        struct frame *frame = &search->frames.items[search->frames.len - 1];
        const ray_nodes *next = &search->ordering->graph.before[frame->node];
        size_t node = frame->node;

        if (frame->next < next->len) {
            size_t other = next->items[frame->next++];

            if (search->number[other] == 0)
                enter(search, other);
            else if (search->component[other] == 0)
                lower(&search->low[node], search->number[other]);
            continue;
        }
        leave(search, node);
        if (--search->frames.len > 0)
            lower(&search->low[search->frames.items[search->frames.len - 1].node],
                  search->low[node]);
    }
}

static void
find_components(struct search *search)
{
    struct ray_ordering *ordering = search->ordering;
    size_t nodes = 2 * ordering->count;

    search->number = RAY_NEW_ARRAY(ordering->arena, size_t, nodes);
    search->low = RAY_NEW_ARRAY(ordering->arena, size_t, nodes);
    search->component = RAY_NEW_ARRAY(ordering->arena, size_t, nodes);
    search->size = RAY_NEW_ARRAY(ordering->arena, size_t, nodes + 1);
    for (size_t node = 0; node < nodes; node++)
        if (ordering->graph.waits[node] > 0 && search->number[node] == 0)
            walk(search, node);
}

/* The circle that the node is in; 0: it is in none. */
static size_t
circle_of(const struct search *search, size_t node)
{
    size_t component = search->component[node];

    return search->size[component] > 1 ? component : 0;
}

static bool
is_in(const struct search *search, struct ray_object *object, size_t circle)
{
    size_t node = ray_object_whole(object)->index;

    return circle_of(search, node) == circle ||
           circle_of(search, node + search->ordering->count) == circle;
}

/* ---------------------------------------------------------------- ways out */

/* True where the part holds its owner in the circle. */
static bool
is_in_the_way(const struct search *search, const struct ray_object *part)
{
    size_t circle = circle_of(search, part->owner->index);

    for (size_t i = 0; circle != 0 && i < part->needs.len; i++)
        if (ray_object_whole(part->needs.items[i]) != part->owner &&
            is_in(search, part->needs.items[i], circle))
            return true;
    return false;
}

/* Circles out of which a part came are noted in `broken`. */
static bool
unfold(const struct search *search, bool *broken)
{
    const ray_objects *all = &search->ordering->catalog->objects;
    bool any = false;

    for (size_t i = 0; i < all->len; i++) {
        struct ray_object *object = all->items[i];

        if (!object->marked || object->kind->folding != RAY_FOLD_POSSIBLY ||
            !is_in_the_way(search, object))
            continue;
        object->marked = false;
        broken[circle_of(search, object->owner->index)] = true;
        any = true;
    }
    return any;
}

/* The stub, too, would stand in the circle. */
static bool
stub_is_in(const struct search *search, const struct ray_object *object, size_t circle)
{
    for (size_t i = 0; i < object->needs.len; i++)
        if (ray_stub_needs(object, object->needs.items[i]) &&
            is_in(search, object->needs.items[i], circle))
            return true;
    for (size_t p = 0; p < object->parts.len; p++)
        for (size_t i = 0; i < object->parts.items[p]->needs.len; i++)
            if (object->parts.items[p]->marked &&
                is_in(search, object->parts.items[p]->needs.items[i], circle))
                return true;
    return false;
}

/* By circle, the object that is best stubbed: one whose stub needs nothing of the circle, else the first. */
static struct ray_object **
choose(const struct search *search, const bool *broken)
{
    const ray_objects *all = &search->ordering->catalog->objects;
    struct ray_object **chosen = RAY_NEW_ARRAY(search->ordering->arena, struct ray_object *,
                                               search->components + 1);
    bool *is_best = RAY_NEW_ARRAY(search->ordering->arena, bool, search->components + 1);

    for (size_t i = 0; i < all->len; i++) {
        struct ray_object *object = all->items[i];
        size_t circle = circle_of(search, i);

        if (circle == 0 || broken[circle] || object->kind->stub == NULL || object->stubbed ||
            is_best[circle])
            continue;
        is_best[circle] = !stub_is_in(search, object, circle);
        if (chosen[circle] == NULL || is_best[circle])
            chosen[circle] = object;
    }
    return chosen;
}

static void
number_circle(const struct search *search, size_t circle)
{
    struct ray_ordering *ordering = search->ordering;

    ordering->circles++;
    for (size_t i = 0; i < ordering->count; i++)
        if (circle_of(search, i) == circle && ordering->circle[i] == 0)
            ordering->circle[i] = ordering->circles;
}

static bool
give_stubs(const struct search *search, const bool *broken)
{
    struct ray_object **chosen = choose(search, broken);
    bool any = false;

    for (size_t circle = 1; circle <= search->components; circle++) {
        if (chosen[circle] == NULL)
            continue;
        chosen[circle]->stubbed = true;
        if (search->ordering->circle[chosen[circle]->index] == 0)
            number_circle(search, circle);
        any = true;
    }
    return any;
}

static bool
complain(const struct search *search, struct ray_err *err)
{
    const struct ray_ordering *ordering = search->ordering;
    struct ray_buf names;
    size_t circle = 0;
    int count = 0;

    ray_buf_init(&names, err->arena);
    for (size_t i = 0; i < ordering->count && count < 5; i++) {
        if (circle_of(search, i) == 0 || (circle != 0 && circle_of(search, i) != circle))
            continue;
        circle = circle_of(search, i);
        ray_buf_addf(&names, "%s%s", count++ == 0 ? "" : ", ",
                     ray_object_label(err->arena, ordering->catalog->objects.items[i]));
    }
    return ray_err_set(err, RAY_FAILED, "objects need each other in a circle: %s", names.data);
}

bool
ray_ordering_break(struct ray_ordering *ordering, struct ray_err *err)
{
    struct search search = {.ordering = ordering};
    bool *broken;
    bool any;

    find_components(&search);
    broken = RAY_NEW_ARRAY(ordering->arena, bool, search.components + 1);
    any = unfold(&search, broken);
    any = give_stubs(&search, broken) || any;
    return any || complain(&search, err);
}
