/*
 * Which object goes to which file, and when. By default a file per schema and database.lua for what belongs to
 * none; split, a file per table and view, and one each for a schema's types, its functions and the rest.
 */
#include "base/map.h"
#include "pull/files.h"
#include "pull/order.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

/* ---------------------------------------------------------------- names of files */

/* A name as one part of a path that require can have, too. */
static char *
safe_name(struct ray_arena *arena, const char *name)
{
    char *safe = ray_arena_strdup(arena, name);

    for (char *c = safe; *c != '\0'; c++)
        if (!isalnum((unsigned char)*c) && *c != '_' && *c != '-')
            *c = '_';
    return safe[0] == '\0' ? ray_arena_strdup(arena, "_") : safe;
}

static const char *
group_of(const struct ray_object *object)
{
    static const struct {
        const char *kind;
        const char *group;
    } groups[] = {
        {"enum", "types"},          {"composite type", "types"}, {"domain", "types"},
        {"range type", "types"},    {"base type", "types"},      {"function", "functions"},
        {"aggregate", "functions"}, {"sequence", "sequences"},
    };

    for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
        if (ray_pull_is(object, groups[i].kind))
            return groups[i].group;
    return "schema";
}

static bool
has_own_file(const struct ray_object *object)
{
    return !object->member &&
           (ray_pull_is(object, "table") || ray_pull_is(object, "foreign table") ||
            ray_pull_is(object, "view") || ray_pull_is(object, "materialized view"));
}

static const char *
schema_of(const struct ray_object *object)
{
    return ray_pull_is(object, "schema") ? object->name : object->schema;
}

/* ---------------------------------------------------------------- files */

struct placing {
    struct ray_pull *pull;
    struct ray_map files; /* what belongs together -> file */
    struct ray_map paths; /* taken, in small letters: file systems may not tell them apart */
};

static bool
is_taken(struct placing *placing, const char *path)
{
    char *lower = ray_arena_strdup(placing->pull->arena, path);

    for (char *c = lower; *c != '\0'; c++)
        *c = (char)tolower((unsigned char)*c);
    if (ray_map_get(&placing->paths, lower) != NULL)
        return true;
    (void)ray_map_put(&placing->paths, lower, placing);
    return false;
}

static const char *
module_of(struct ray_pull *pull, const char *base)
{
    char *module;

    if (pull->options->module == NULL)
        return NULL;
    module = ray_arena_printf(pull->arena, "%s.%s", pull->options->module, base);
    for (char *c = module; *c != '\0'; c++)
        if (*c == '/')
            *c = '.';
    return module;
}

static struct ray_pull_file *
new_file(struct placing *placing, const char *schema, const char *base)
{
    struct ray_arena *arena = placing->pull->arena;
    struct ray_pull_file *file = RAY_NEW(arena, struct ray_pull_file);
    const char *wanted = base;
    const char *slash;

    for (int i = 2; is_taken(placing, base); i++)
        base = ray_arena_printf(arena, "%s_%d", wanted, i);
    slash = strrchr(base, '/');
    file->path = ray_arena_printf(arena, "%s.lua", base);
    file->module = module_of(placing->pull, base);
    file->base = slash == NULL ? base : slash + 1;
    file->schema = schema;
    file->rank = placing->pull->files.len;
    ray_map_init(&file->foreign_by_key, arena);
    *ray_vec_add(arena, &placing->pull->files) = file;
    return file;
}

/* What the files' names begin as; the key tells apart what these names do not. */
static struct ray_pull_file *
file_of(struct placing *placing, const struct ray_object *object)
{
    struct ray_arena *arena = placing->pull->arena;
    const char *schema = schema_of(object);
    bool split = placing->pull->options->split && schema != NULL;
    const char *group = has_own_file(object) ? object->name : group_of(object);
    const char *key = ray_arena_printf(arena, "%s\x1f%s\x1f%d", schema == NULL ? "" : schema,
                                       split ? group : "", has_own_file(object));
    struct ray_pull_file *file;
    const char *base;

    if (!split)
        key = schema == NULL ? "" : schema;
    file = ray_map_get(&placing->files, key);
    if (file != NULL)
        return file;
    base = schema == NULL ? "database" : safe_name(arena, schema);
    if (split)
        base = ray_arena_printf(arena, "%s/%s", base, safe_name(arena, group));
    file = new_file(placing, schema, base);
    file->single = split && has_own_file(object);
    (void)ray_map_put(&placing->files, key, file);
    return file;
}

/* ---------------------------------------------------------------- order */

static struct ray_object *
whole_of(struct ray_object *object)
{
    return object->owner == NULL ? object : object->owner;
}

/* What is no declaration: a part, or what another one makes. */
static bool
is_whole(struct ray_pull *pull, const struct ray_object *object)
{
    return object->owner == NULL && !object->implied && !ray_pull_place(pull, object)->absorbed;
}

static ray_objects
sort_wholes(struct ray_pull *pull)
{
    const ray_objects *all = &pull->catalog->objects;
    struct ray_pull_graph graph;
    ray_objects wholes = {0};
    ray_numbers order;

    ray_pull_graph_init(&graph, pull->scratch, all->len);
    for (size_t i = 0; i < all->len; i++) {
        struct ray_object *object = all->items[i];

        for (size_t n = 0; n < object->needs.len; n++)
            ray_pull_graph_add(&graph, whole_of(object)->index,
                               whole_of(object->needs.items[n])->index,
                               ray_pull_is(object, "foreign key"));
    }
    order = ray_pull_graph_sort(&graph);
    for (size_t i = 0; i < order.len; i++)
        if (is_whole(pull, all->items[order.items[i]]))
            *ray_vec_add(pull->arena, &wholes) = all->items[order.items[i]];
    ray_arena_reset(pull->scratch);
    return wholes;
}

/* What needs something that comes behind it is in a circle, which the stub of a view breaks, of either. */
static void
mark_typed(struct ray_pull *pull)
{
    for (size_t i = 0; i < pull->catalog->objects.len; i++) {
        struct ray_object *object = pull->catalog->objects.items[i];

        for (size_t n = 0; n < object->needs.len; n++) {
            struct ray_object *need = whole_of(object->needs.items[n]);
            struct ray_object *whole = whole_of(object);

            if (ray_pull_place(pull, need)->turn > ray_pull_place(pull, whole)->turn)
                ray_pull_place(pull, ray_pull_is(need, "view") ? need : whole)->typed = true;
        }
    }
}

static void
rank_files(struct ray_pull *pull)
{
    struct ray_pull_graph graph;
    struct ray_pull_file **sorted;
    ray_numbers order;

    ray_pull_graph_init(&graph, pull->scratch, pull->files.len);
    for (size_t i = 0; i < pull->catalog->objects.len; i++) {
        struct ray_object *object = pull->catalog->objects.items[i];
        const struct ray_pull_file *file = ray_pull_place(pull, whole_of(object))->file;

        for (size_t n = 0; file != NULL && n < object->needs.len; n++) {
            struct ray_object *need = whole_of(object->needs.items[n]);
            const struct ray_pull_file *other = ray_pull_place(pull, need)->file;

            if (other != NULL && !ray_pull_is(need, "schema"))
                ray_pull_graph_add(&graph, file->rank, other->rank,
                                   ray_pull_is(object, "foreign key"));
        }
    }
    order = ray_pull_graph_sort(&graph);
    sorted = RAY_NEW_ARRAY(pull->arena, struct ray_pull_file *, order.len);
    for (size_t i = 0; i < order.len; i++)
        sorted[i] = pull->files.items[order.items[i]];
    for (size_t i = 0; i < order.len; i++)
        sorted[i]->rank = i;
    ray_arena_reset(pull->scratch);
    pull->files.items = sorted;
}

ray_objects
ray_pull_place_all(struct ray_pull *pull)
{
    struct placing placing = {.pull = pull};
    ray_objects wholes = sort_wholes(pull);

    ray_map_init(&placing.files, pull->arena);
    ray_map_init(&placing.paths, pull->arena);
    for (size_t i = 0; i < wholes.len; i++) {
        struct ray_pull_place *place = ray_pull_place(pull, wholes.items[i]);

        place->turn = i;
        place->file = file_of(&placing, wholes.items[i]);
    }
    mark_typed(pull);
    rank_files(pull);
    return wholes;
}
