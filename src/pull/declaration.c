/* Single declarations: see declaration.h. */
#include "pull/declaration.h"

#include "catalog/table.h"
#include "pull/files.h"

#include <string.h>

static const struct ray_pull_options options = {.alone = true};

static void
begin(struct ray_pull *pull, const struct ray_catalog *catalog)
{
    *pull = (struct ray_pull){
        .arena = catalog->arena,
        .scratch = ray_arena_new(),
        .catalog = catalog,
        .options = &options,
    };
    pull->places = RAY_NEW_ARRAY(pull->arena, struct ray_pull_place, catalog->objects.len + 1);
    ray_map_init(&pull->types, pull->arena);
    ray_map_init(&pull->functions, pull->arena);
    ray_map_init(&pull->names, pull->arena);
    ray_pull_imply(pull);
}

/* As it is broken into lines where it stands inside of a function. */
static const char *
print(struct ray_pull *pull, const struct ray_expr *expr)
{
    static const char margin[] = "    ";
    struct ray_buf buf;

    ray_buf_init(&buf, pull->arena);
    ray_buf_add(&buf, margin);
    ray_expr_print_in(&buf, expr, (int)strlen(margin));
    return buf.data + strlen(margin);
}

void
ray_pull_declare_all(const struct ray_catalog *catalog, ray_pull_declarations *out)
{
    struct ray_pull pull;
    ray_objects wholes;

    begin(&pull, catalog);
    wholes = ray_pull_place_all(&pull);
    for (size_t i = 0; i < wholes.len; i++) {
        size_t first;

        pull.whole = wholes.items[i];
        pull.file = ray_pull_place(&pull, pull.whole)->file;
        first = pull.file->statements.len;
        ray_pull_object(&pull, pull.whole);
        for (size_t s = first; s < pull.file->statements.len; s++)
            *ray_vec_add(catalog->arena, out) = (struct ray_pull_declaration){
                .object = pull.whole,
                .text = print(&pull, pull.file->statements.items[s].expr),
            };
    }
    ray_arena_free(pull.scratch);
}

static struct ray_expr *
part_expr(struct ray_pull *pull, const struct ray_object *part, bool on)
{
    static const struct {
        const char *kind;
        struct ray_expr *(*build)(struct ray_pull *, const struct ray_object *, bool);
    } builders[] = {
        {"index", ray_pull_index},
        {"trigger", ray_pull_trigger},
        {"policy", ray_pull_policy},
        {"rule", ray_pull_rule},
    };

    for (size_t i = 0; i < sizeof(builders) / sizeof(builders[0]); i++)
        if (ray_pull_is(part, builders[i].kind))
            return builders[i].build(pull, part, on);
    if (ray_pull_is(part, "column") && part->owner != NULL) {
        struct ray_pull_column facts = {
            .column = part,
            .standard = ray_table_part(part->owner, "default", part->name),
        };

        return ray_pull_column_expr(pull, &facts);
    }
    return !on && (ray_pull_is(part, "constraint") || ray_pull_is(part, "foreign key"))
               ? ray_pull_constraint(pull, part)
               : NULL;
}

const char *
ray_pull_declare_part(const struct ray_catalog *catalog, const struct ray_object *part, bool on)
{
    struct ray_object whole = part->owner == NULL ? *part : *part->owner;
    const struct ray_expr *expr;
    const char *text;
    struct ray_pull pull;

    begin(&pull, catalog);
    pull.named = true;
    if (on)
        whole.schema = "public"; /* it stands outside of its table, and names are looked up there */
    pull.whole = &whole;
    expr = part_expr(&pull, part, on);
    text = expr == NULL ? NULL : print(&pull, expr);
    ray_arena_free(pull.scratch);
    return text;
}

const char *
ray_pull_declare_column_name(struct ray_arena *arena, const char *name)
{
    struct ray_buf buf;

    ray_buf_init(&buf, arena);
    ray_buf_add(&buf, "pg.column ");
    ray_expr_quote(&buf, name);
    return buf.data;
}

const char *
ray_pull_declare_default(const struct ray_catalog *catalog, const struct ray_object *standard)
{
    const struct ray_object *column = ray_table_part(standard->owner, "column", standard->name);
    struct ray_expr *chain;
    struct ray_expr *call;
    struct ray_pull pull;
    const char *text;

    begin(&pull, catalog);
    pull.whole = standard->owner;
    chain = ray_expr_chain(pull.arena,
                           ray_expr_word(pull.arena,
                                         ray_pull_declare_column_name(pull.arena, standard->name)));
    call = ray_expr_method(pull.arena, chain, "default");
    ray_expr_argument(call, ray_pull_default(&pull, ray_object_get(standard, "expression"),
                                             column == NULL ? "" : ray_object_get(column, "type")));
    text = print(&pull, chain);
    ray_arena_free(pull.scratch);
    return text;
}
