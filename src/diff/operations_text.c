/* The text of operations: see operations.h. */
#include "diff/operations_internal.h"

#include "catalog/kind.h"
#include "pg/keyword.h"
#include "pull/writer.h"

#include <string.h>

/* Functions of pg for which `m` has a method of that kind: lua/raymig/change/operations.lua. */
static const struct {
    const char *function;
    const char *word;
} methods[] = {
    {"access_method", NULL},
    {"aggregate", NULL},
    {"collation", NULL},
    {"composite", NULL},
    {"domain", NULL},
    {"enum", NULL},
    {"event_trigger", NULL},
    {"extension", NULL},
    {"foreign_data_wrapper", NULL},
    {"foreign_table", NULL},
    {"func", "function"},
    {"language", NULL},
    {"materialized_view", NULL},
    {"policy", NULL},
    {"procedure", NULL},
    {"publication", NULL},
    {"range", NULL},
    {"rule", NULL},
    {"schema", NULL},
    {"sequence", NULL},
    {"server", NULL},
    {"statistics", NULL},
    {"subscription", NULL},
    {"table", NULL},
    {"trigger", NULL},
    {"view", NULL},
};

#define MARGIN "    "

static void
quote(struct ray_operation_writer *writer, const char *text)
{
    ray_expr_quote(&writer->buf, text);
}

void
ray_operation_note(struct ray_operation_writer *writer, const char *text)
{
    ray_buf_addf(&writer->buf, MARGIN "-- %s\n", text);
}

/* The word for a function of pg; NULL: `m` has no method for it. */
static const char *
method_named(const char *function, size_t length)
{
    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
        if (strlen(methods[i].function) == length &&
            strncmp(methods[i].function, function, length) == 0)
            return methods[i].word == NULL ? methods[i].function : methods[i].word;
    return NULL;
}

static size_t
plain_length(const char *text)
{
    return strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_");
}

/* pg.schema("billing").table "t" { ... } as m:create_table "billing.t" { ... }. */
static bool
write_qualified(struct ray_operation_writer *writer, const char *verb, const char *declaration)
{
    static const char head[] = "pg.schema(\"";
    const char *schema = declaration + strlen(head);
    size_t length = strncmp(declaration, head, strlen(head)) == 0 ? plain_length(schema) : 0;
    const char *function = schema + length + strlen("\").");
    const char *word;
    const char *name;

    if (length == 0 || strncmp(schema + length, "\").", 3) != 0)
        return false;
    word = method_named(function, plain_length(function));
    name = function + plain_length(function);
    if (word == NULL || strncmp(name, " \"", 2) != 0 || plain_length(name + 2) == 0 ||
        name[2 + plain_length(name + 2)] != '"')
        return false;
    ray_buf_addf(&writer->buf, MARGIN "m:%s_%s \"%.*s.%s\n", verb, word, (int)length, schema,
                 name + 2);
    return true;
}

/* pg.table "users" { ... } as m:create_table "users" { ... }. */
void
ray_operation_declared(struct ray_operation_writer *writer, const char *verb,
                       const char *declaration)
{
    size_t length = strncmp(declaration, "pg.", 3) == 0 ? plain_length(declaration + 3) : 0;
    const char *word = length == 0 ? NULL : method_named(declaration + 3, length);

    if (word != NULL && declaration[3 + length] == ' ')
        ray_buf_addf(&writer->buf, MARGIN "m:%s_%s%s\n", verb, word, declaration + 3 + length);
    else if (!write_qualified(writer, verb, declaration))
        ray_buf_addf(&writer->buf, MARGIN "m:%s(%s)\n", verb, declaration);
}

void
ray_operation_altered(struct ray_operation_writer *writer, const char *from, const char *to)
{
    ray_buf_addf(&writer->buf, MARGIN "m:alter(%s,\n" MARGIN "  %s)\n", from, to);
}

const char *
ray_operation_name(struct ray_arena *arena, const char *schema, const char *name)
{
    struct ray_buf buf;

    ray_buf_init(&buf, arena);
    if (schema != NULL && strcmp(schema, "public") != 0) {
        ray_buf_name(&buf, schema);
        ray_buf_addc(&buf, '.');
    }
    ray_buf_name(&buf, name);
    return buf.data;
}

void
ray_operation_part(struct ray_operation_writer *writer, const char *verb, const char *word,
                   const struct ray_object *part, const char *declaration)
{
    ray_buf_addf(&writer->buf, MARGIN "m:%s_%s(", verb, word);
    quote(writer, ray_operation_name(writer->arena, part->schema, part->parent));
    ray_buf_addf(&writer->buf, ", %s)\n", declaration);
}

static const char *
word_of(struct ray_arena *arena, const char *kind)
{
    char *word = ray_arena_strdup(arena, strcmp(kind, "foreign key") == 0 ? "constraint" : kind);

    for (char *c = word; *c != '\0'; c++)
        if (*c == ' ')
            *c = '_';
    return word;
}

void
ray_operation_renamed(struct ray_operation_writer *writer, const struct ray_renamed *renamed)
{
    bool is_part = renamed->parent != NULL && strcmp(renamed->kind->name, "index") != 0;
    const char *from = renamed->from;

    if (renamed->signature != NULL)
        from = ray_arena_printf(writer->arena, "%s(%s)",
                                ray_operation_name(writer->arena, renamed->schema, from),
                                renamed->signature);
    else if (!is_part)
        from = ray_operation_name(writer->arena, renamed->schema, from);
    ray_buf_addf(&writer->buf, MARGIN "m:rename_%s(", word_of(writer->arena, renamed->kind->name));
    if (is_part) {
        quote(writer, ray_operation_name(writer->arena, renamed->schema, renamed->parent));
        ray_buf_add(&writer->buf, ", ");
    }
    quote(writer, from);
    ray_buf_add(&writer->buf, ", ");
    quote(writer, renamed->to);
    ray_buf_add(&writer->buf, ")\n");
}

void
ray_operation_sql(struct ray_operation_writer *writer, const char *up, const char *down)
{
    struct ray_expr *call = ray_expr_call(writer->arena, ray_expr_word(writer->arena, "m:execute"));
    struct ray_expr *table = ray_expr_table(writer->arena, RAY_EXPR_OPEN);

    ray_expr_put(table, "up", ray_expr_text(writer->arena, up));
    ray_expr_put(table, "down", ray_expr_text(writer->arena, down));
    ray_expr_argument(call, table);
    ray_buf_add(&writer->buf, MARGIN);
    ray_expr_print_in(&writer->buf, call, (int)strlen(MARGIN));
    ray_buf_addc(&writer->buf, '\n');
}

const char *
ray_operation_file(const struct ray_operation_writer *writer)
{
    bool in_transaction = !writer->plan->apart && !writer->back->apart;

    return ray_arena_printf(writer->arena, "%s%sreturn {\n  change = function(m)\n%s  end,\n}\n",
                            in_transaction ? "" : "-- raymig: transaction=none\n",
                            strstr(writer->buf.data, "pg.") == NULL
                                ? ""
                                : "local pg = require \"raymig.schema\"\n\n",
                            writer->buf.data);
}
