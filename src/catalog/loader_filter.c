/*
 * What the catalog leaves out: objects outside of the schemas and tables asked for, raymig's own tables,
 * and what belongs to an extension, unless something was added to it.
 */
#include "catalog/kinds.h"
#include "catalog/loader_internal.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

/* "a*" lets in, "!b*" leaves out; the last one that matches decides; only exclusions: all others are in. */
static bool
matches(const char *const *globs, size_t count, const char *name)
{
    bool in = count == 0 || globs[0][0] == '!';

    for (size_t i = 0; i < count; i++) {
        bool out = globs[i][0] == '!';

        if (fnmatch(globs[i] + (out ? 1 : 0), name, 0) == 0)
            in = !out;
    }
    return in;
}

static bool
is_history(const struct ray_load_options *options, const struct ray_object *object)
{
    static const char *const behind[] = {"", "_log", "_batch"};
    size_t length;

    if (options->tool_table != NULL && object->kind == &ray_kind_table && object->name != NULL &&
        strcmp(object->name, options->tool_table) == 0)
        return true;
    if (options->history_table == NULL || options->history_schema == NULL ||
        object->schema == NULL || object->name == NULL ||
        strcmp(object->schema, options->history_schema) != 0)
        return false;
    length = strlen(options->history_table);
    if (strncmp(object->name, options->history_table, length) != 0)
        return false;
    for (size_t i = 0; i < sizeof(behind) / sizeof(behind[0]); i++)
        if (strcmp(object->name + length, behind[i]) == 0)
            return strcmp(object->kind->name, "table") == 0;
    return false;
}

static bool
is_wanted(const struct ray_load_options *options, const struct ray_object *object)
{
    const char *schema = strcmp(object->kind->name, "schema") == 0 ? object->name : object->schema;

    if (schema != NULL && !matches(options->schemas, options->nschemas, schema))
        return false;
    if ((object->kind == &ray_kind_table || object->kind == &ray_kind_foreign_table) &&
        !matches(options->tables, options->ntables, object->name))
        return false;
    return !is_history(options, object);
}

/* Of an extension's object: what its owner's script did not make, as far as the server can tell. */
static bool
is_added(const struct ray_object *object)
{
    return object->kind->of_members || object->values[RAY_ACL] != NULL ||
           object->values[RAY_LABELS] != NULL ||
           (object->kind == &ray_kind_table && ray_object_get(object, "row_security") != NULL);
}

/* Marks what stays. A part stays with its whole; an extension's object with what was added to it. */
static void
mark(struct ray_loader *loader)
{
    ray_objects *all = &loader->catalog->objects;

    for (size_t i = 0; i < all->len; i++) {
        struct ray_object *object = all->items[i];
        struct ray_object *owner = object->owner;

        if (owner == NULL)
            object->marked = is_wanted(loader->options, object) &&
                             (!object->member || is_added(object));
        else if (owner->member)
            object->marked = is_added(object) && is_wanted(loader->options, owner);
        else
            object->marked = owner->marked;
        if (object->marked && owner != NULL && owner->member) {
            object->member = !object->kind->of_members;
            owner->marked = true;
        }
    }
}

/* The schema that was made for the history, and holds nothing else, is raymig's as its tables are. */
static void
unmark_history_schema(struct ray_loader *loader)
{
    const ray_objects *all = &loader->catalog->objects;
    const char *name = loader->options->history_schema;
    struct ray_object *schema = NULL;

    if (name == NULL || loader->options->history_table == NULL)
        return;
    for (size_t i = 0; i < all->len; i++) {
        struct ray_object *object = all->items[i];

        if (object->kind == &ray_kind_schema && strcmp(object->name, name) == 0)
            schema = object;
        else if (object->marked && object->schema != NULL && strcmp(object->schema, name) == 0)
            return;
    }
    if (schema != NULL && !schema->built_in)
        schema->marked = false;
}

static bool
has_lost_column(const ray_objects *list)
{
    for (size_t i = 0; i < list->len; i++)
        if (list->items[i]->kind == &ray_kind_column && !list->items[i]->marked)
            return true;
    return false;
}

/* The sequence of a column that goes goes with it. */
static void
unmark_sequences(struct ray_loader *loader)
{
    const ray_objects *all = &loader->catalog->objects;

    for (size_t i = 0; i < all->len; i++) {
        struct ray_object *object = all->items[i];

        if (object->kind == &ray_kind_sequence &&
            (has_lost_column(&object->later) ||
             (object->implied && has_lost_column(&object->needs))))
            object->marked = false;
    }
}

/* What is left out, and the first by name of those that need it. */
struct lost {
    const char *label;
    const char *by;
};
typedef RAY_VEC(struct lost *) losses;

static void
note_lost(struct ray_loader *loader, struct ray_map *noted, losses *all,
          const struct ray_object *need, const struct ray_object *object)
{
    const char *label = ray_object_label(loader->scratch, need);
    const char *by = ray_object_label(loader->scratch, object);
    struct lost *lost = ray_map_get(noted, label);

    if (lost == NULL) {
        lost = RAY_NEW(loader->scratch, struct lost);
        lost->label = label;
        (void)ray_map_put(noted, label, lost);
        *ray_vec_add(loader->scratch, all) = lost;
    }
    if (lost->by == NULL || strcmp(by, lost->by) < 0)
        lost->by = by;
}

static int
compare_losses(const void *a, const void *b)
{
    return strcmp((*(struct lost *const *)a)->label, (*(struct lost *const *)b)->label);
}

/* Notes what stays needs and does not get, in the order of names. Extensions have theirs. */
static void
note_needed(struct ray_loader *loader)
{
    const ray_objects *all = &loader->catalog->objects;
    struct ray_map noted;
    losses lost = {0};

    ray_map_init(&noted, loader->scratch);
    for (size_t i = 0; i < all->len; i++) {
        const struct ray_object *object = all->items[i];

        for (size_t n = 0; object->marked && n < object->needs.len; n++) {
            const struct ray_object *need = object->needs.items[n];
            const struct ray_object *whole = need->owner == NULL ? need : need->owner;

            if (!need->marked && !need->member && !whole->member)
                note_lost(loader, &noted, &lost, whole, object);
        }
    }
    if (lost.len > 1)
        qsort(lost.items, lost.len, sizeof(struct lost *), compare_losses);
    for (size_t i = 0; i < lost.len; i++)
        *ray_vec_add(loader->arena, &loader->catalog->needed) = ray_arena_printf(
            loader->arena, "%s, which %s needs", lost.items[i]->label, lost.items[i]->by);
}

static void
keep_marked(ray_objects *list)
{
    size_t kept = 0;

    for (size_t i = 0; i < list->len; i++)
        if (list->items[i]->marked)
            list->items[kept++] = list->items[i];
    list->len = kept;
}

void
ray_loader_filter(struct ray_loader *loader)
{
    ray_objects *all = &loader->catalog->objects;
    size_t kept;

    mark(loader);
    unmark_sequences(loader);
    unmark_history_schema(loader);
    note_needed(loader);
    keep_marked(all);
    kept = all->len;
    for (size_t i = 0; i < kept; i++) {
        keep_marked(&all->items[i]->needs);
        keep_marked(&all->items[i]->later);
    }
    for (size_t i = 0; i < kept; i++)
        all->items[i]->marked = false;
}
