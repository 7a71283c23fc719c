/* A catalog as Lua: see pull.h. Everything is placed first, then built, then named, then printed. */
#include "pull/pull.h"

#include "base/map.h"
#include "catalog/ddl.h"
#include "pull/files.h"

#include <string.h>

enum { MOST_IMPORTS = 60, SCRATCH_OBJECTS = 64 };

/* ---------------------------------------------------------------- what the builders ask for */

static bool
gives_handle(const struct ray_object *object)
{
    static const char *const kinds[] = {"table",  "foreign table",  "view",
                                        "enum",   "composite type", "materialized view",
                                        "domain", "range type",     "function"};

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (ray_pull_is(object, kinds[i]))
            return !object->member;
    return false;
}

static struct ray_pull_import *
import_of(struct ray_pull *pull, struct ray_pull_file *file, struct ray_pull_file *other)
{
    struct ray_pull_import *import;

    for (size_t i = 0; i < file->imports.len; i++)
        if (file->imports.items[i]->file == other)
            return file->imports.items[i];
    if (file->imports.len == MOST_IMPORTS)
        return NULL;
    import = RAY_NEW(pull->arena, struct ray_pull_import);
    import->file = other;
    *ray_vec_add(pull->arena, &file->imports) = import;
    other->required = true;
    return import;
}

static const struct ray_expr_ref *
foreign_handle(struct ray_pull *pull, const struct ray_object *object, struct ray_pull_place *place)
{
    const char *key = ray_arena_printf(pull->arena, "%zu", object->index);
    struct ray_pull_foreign *foreign = ray_map_get(&pull->file->foreign_by_key, key);
    struct ray_pull_import *import;

    if (foreign != NULL)
        return &foreign->ref;
    if (place->file->module == NULL || place->file->rank >= pull->file->rank ||
        (import = import_of(pull, pull->file, place->file)) == NULL)
        return NULL;
    foreign = RAY_NEW(pull->arena, struct ray_pull_foreign);
    foreign->object = object;
    foreign->import = import;
    (void)ray_map_put(&pull->file->foreign_by_key, key, foreign);
    *ray_vec_add(pull->arena, &pull->file->foreigners) = foreign;
    place->used = true;
    place->exported = true;
    return &foreign->ref;
}

const struct ray_expr_ref *
ray_pull_handle(struct ray_pull *pull, const struct ray_object *object)
{
    struct ray_pull_place *place = ray_pull_place(pull, object);

    if (place->file == NULL || pull->options->alone || !gives_handle(object))
        return NULL;
    if (place->file != pull->file)
        return foreign_handle(pull, object, place);
    if (place->turn >= ray_pull_place(pull, pull->whole)->turn)
        return NULL;
    place->used = true;
    return &place->handle;
}

void
ray_pull_add(struct ray_pull *pull, struct ray_expr *statement)
{
    struct ray_pull_file *file = pull->file;
    bool first = file->statements.len == 0 ||
                 file->statements.items[file->statements.len - 1].object != pull->whole;

    *ray_vec_add(pull->arena, &file->statements) =
        (struct ray_pull_statement){.expr = statement, .object = pull->whole, .first = first};
}

struct ray_expr *
ray_pull_function(struct ray_pull *pull, const char *name)
{
    const char *schema = pull->whole->schema;

    if (schema == NULL || strcmp(schema, "public") == 0)
        return ray_expr_word(pull->arena, ray_arena_printf(pull->arena, "pg.%s", name));
    if (pull->options->alone) {
        struct ray_buf buf;

        ray_buf_init(&buf, pull->arena);
        ray_buf_add(&buf, "pg.schema(");
        ray_expr_quote(&buf, schema);
        ray_buf_addf(&buf, ").%s", name);
        return ray_expr_word(pull->arena, buf.data);
    }
    pull->file->uses_schema = true;
    return ray_expr_use(pull->arena, &pull->file->schema_handle,
                        ray_arena_printf(pull->arena, ".%s", name));
}

void
ray_pull_schema(struct ray_pull *pull, const struct ray_object *schema)
{
    struct ray_expr *call = ray_expr_call(pull->arena, ray_expr_word(pull->arena, "pg.schema"));
    struct ray_expr *body = ray_expr_table(pull->arena, RAY_EXPR_FILLED);
    struct ray_expr *outer = call;

    ray_expr_argument(call, ray_expr_text(pull->arena, schema->name));
    ray_pull_common(pull, body, schema);
    if (!ray_expr_is_empty(body)) {
        outer = ray_expr_call(pull->arena, call);
        ray_expr_argument(outer, body);
    } else if (schema->built_in) {
        return;
    }
    pull->file->declares_schema = true;
    ray_pull_add(pull, outer);
}

/* ---------------------------------------------------------------- the whole */

/* Types and functions are named in attributes by their qualified names. */
static void
index_names(struct ray_pull *pull)
{
    static const char *const types[] = {"enum", "composite type", "domain", "range type"};

    for (size_t i = 0; i < pull->catalog->objects.len; i++) {
        struct ray_object *object = pull->catalog->objects.items[i];
        bool is_function = ray_pull_is(object, "function") &&
                           (object->signature == NULL || object->signature[0] == '\0');
        bool is_type = false;
        struct ray_buf name;

        for (size_t t = 0; t < sizeof(types) / sizeof(types[0]); t++)
            is_type = is_type || ray_pull_is(object, types[t]);
        if (!is_function && !is_type)
            continue;
        ray_buf_init(&name, pull->arena);
        ray_ddl_qualified(&name, object);
        (void)ray_map_put(is_function ? &pull->functions : &pull->types, name.data, object);
    }
}

static void
gather_handles(struct ray_pull *pull, const ray_objects *wholes)
{
    for (size_t i = 0; i < wholes->len; i++) {
        struct ray_pull_place *place = ray_pull_place(pull, wholes->items[i]);

        if (place->used)
            *ray_vec_add(pull->arena, &place->file->handles) = wholes->items[i];
    }
}

void
ray_catalog_pull(const struct ray_catalog *catalog, const struct ray_pull_options *options,
                 ray_pull_texts *out)
{
    struct ray_pull pull = {
        .arena = ray_arena_new(),
        .scratch = ray_arena_new(),
        .catalog = catalog,
        .options = options,
    };
    ray_objects wholes;

    pull.places = RAY_NEW_ARRAY(pull.arena, struct ray_pull_place, catalog->objects.len);
    ray_map_init(&pull.types, pull.arena);
    ray_map_init(&pull.functions, pull.arena);
    ray_map_init(&pull.names, pull.arena);
    index_names(&pull);
    ray_pull_imply(&pull);
    wholes = ray_pull_place_all(&pull);
    for (size_t i = 0; i < wholes.len; i++) {
        pull.whole = wholes.items[i];
        pull.file = ray_pull_place(&pull, pull.whole)->file;
        ray_pull_object(&pull, pull.whole);
        if (i % SCRATCH_OBJECTS == 0)
            ray_arena_reset(pull.scratch);
    }
    gather_handles(&pull, &wholes);
    ray_pull_print(&pull, out);
    ray_arena_free(pull.scratch);
    ray_arena_free(pull.arena);
}
