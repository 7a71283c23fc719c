/*
 * Columns: pg.text "email" :not_null() :unique(). Constraints of one column are its methods where they say no
 * more than a method can.
 */
#include "catalog/clause.h"
#include "pull/choose.h"
#include "pull/pull_internal.h"

#include <string.h>

static const char *
value_of(const struct ray_object *column, const char *attribute)
{
    return ray_object_get(column, attribute);
}

static bool
differs(const struct ray_pull_column *facts, const char *attribute)
{
    const char *own = value_of(facts->column, attribute);
    const char *theirs = facts->base == NULL ? NULL : value_of(facts->base, attribute);

    return own != theirs && (own == NULL || theirs == NULL || strcmp(own, theirs) != 0);
}

/* An attribute that is said: one of an inherited column where it is not the parent's. */
static const char *
said(const struct ray_pull_column *facts, const char *attribute)
{
    /* These a child does not get from its parent. */
    bool own = strcmp(attribute, "statistics") == 0 || strcmp(attribute, "options") == 0;

    if (facts->base != NULL && !own && !differs(facts, attribute))
        return NULL;
    return value_of(facts->column, attribute);
}

/* The parent's column has one, this one has the type's again. */
static bool
lost(const struct ray_pull_column *facts, const char *attribute)
{
    return facts->base != NULL && value_of(facts->column, attribute) == NULL &&
           value_of(facts->base, attribute) != NULL;
}

/* ---------------------------------------------------------------- methods */

static struct ray_expr *
method(struct ray_pull *pull, struct ray_expr *chain, const char *name, struct ray_expr *argument)
{
    struct ray_expr *call = ray_expr_method(pull->arena, chain, name);

    if (argument != NULL)
        ray_expr_argument(call, argument);
    return call;
}

static void
text_method(struct ray_pull *pull, struct ray_expr *chain, const char *name, const char *text)
{
    if (text != NULL)
        (void)method(pull, chain, name, ray_expr_text(pull->arena, text));
}

/* "C", or pg.sql where the collation stands in a schema. */
static struct ray_expr *
collation_of(struct ray_pull *pull, const char *text)
{
    ray_list parts = ray_clause_name(pull->arena, text);

    return parts.len == 1 ? ray_expr_text(pull->arena, parts.items[0]) : ray_pull_sql(pull, text);
}

struct ray_expr *
ray_pull_collation(struct ray_pull *pull, const char *text)
{
    return collation_of(pull, text);
}

/* ---------------------------------------------------------------- identity */

static const struct ray_object *
identity_sequence(const struct ray_object *column)
{
    for (size_t i = 0; i < column->later.len; i++)
        if (ray_pull_is(column->later.items[i], "sequence"))
            return column->later.items[i];
    return NULL;
}

static const struct ray_pull_key sequence_keys[] = {
    {"start", NULL, RAY_PULL_NUMBER},   {"increment", NULL, RAY_PULL_NUMBER},
    {"minimum", NULL, RAY_PULL_NUMBER}, {"maximum", NULL, RAY_PULL_NUMBER},
    {"cache", NULL, RAY_PULL_NUMBER},   {"cycle", NULL, RAY_PULL_FLAG},
    {NULL, NULL, RAY_PULL_END},
};

/* What is said of the sequence behind a column, beside its options. */
static void
add_sequence_facts(struct ray_pull *pull, struct ray_expr *chain, const struct ray_object *sequence,
                   const struct ray_object *column)
{
    struct ray_expr *facts = ray_expr_table(pull->arena, RAY_EXPR_FILLED);
    struct ray_object plain;
    const char *values[RAY_COMMON_COUNT];
    const char *owner = sequence->values[RAY_OWNER];
    const char *table_owner = column->owner->values[RAY_OWNER];

    /* Its owner is that of the table. */
    plain = *sequence;
    memcpy(values, sequence->values, sizeof(values));
    if (owner == table_owner ||
        (owner != NULL && table_owner != NULL && strcmp(owner, table_owner) == 0))
        values[RAY_OWNER] = NULL;
    plain.values = values;
    ray_pull_common(pull, facts, &plain);
    if (!ray_expr_is_empty(facts))
        (void)method(pull, chain, "sequence", facts);
}

static void
add_identity(struct ray_pull *pull, struct ray_expr *chain, const struct ray_object *column)
{
    const struct ray_object *sequence = identity_sequence(column);
    struct ray_expr *call = ray_expr_method(pull->arena, chain, "identity");
    struct ray_expr *options = ray_expr_table(pull->arena, RAY_EXPR_FILLED);

    if (strcmp(value_of(column, "identity"), "always") != 0)
        ray_expr_argument(call, ray_expr_text(pull->arena, "by default"));
    if (sequence == NULL)
        return;
    if (strcmp(sequence->name, ray_choose_name(pull->arena, column->parent, column->name, "seq")) !=
        0)
        ray_expr_put(options, "sequence", ray_expr_text(pull->arena, sequence->name));
    if (value_of(sequence, "unlike_column") != NULL) {
        const char *type = value_of(sequence, "type");

        ray_expr_put(options, "type", ray_expr_text(pull->arena, type == NULL ? "bigint" : type));
    }
    ray_pull_keys(pull, options, sequence, sequence_keys);
    if (!ray_expr_is_empty(options))
        ray_expr_argument(call, options);
    add_sequence_facts(pull, chain, sequence, column);
}

/* ---------------------------------------------------------------- default */

static void
add_default(struct ray_pull *pull, struct ray_expr *chain, const struct ray_pull_column *facts)
{
    const char *text;

    if (facts->unset)
        (void)ray_expr_method(pull->arena, chain, "no_default");
    if (facts->standard == NULL || facts->standard->implied)
        return;
    text = ray_object_get(facts->standard, "expression");
    if (strcmp(text, "now()") == 0)
        (void)ray_expr_method(pull->arena, chain, "default_now");
    else
        (void)method(pull, chain, "default",
                     ray_pull_default(pull, text, value_of(facts->column, "type")));
}

static void
add_generated(struct ray_pull *pull, struct ray_expr *chain, const struct ray_pull_column *facts)
{
    const char *generated = said(facts, "generated");
    struct ray_expr *call;

    if (generated == NULL)
        return;
    call = method(pull, chain, "generated",
                  ray_expr_text(pull->arena, ray_clause_bare(pull->arena, value_of(facts->column,
                                                                                   "expression"))));
    if (strcmp(generated, "stored") != 0)
        ray_expr_argument(call, ray_expr_text(pull->arena, generated));
}

/* ---------------------------------------------------------------- the column */

/* untyped: of pg.column, whose second argument is the type. */
static struct ray_expr *
named(struct ray_pull *pull, struct ray_expr *head, const struct ray_object *column,
      const char *type, bool untyped)
{
    struct ray_expr *call = ray_expr_call(pull->arena, head);
    const char *name = ray_pull_column_name(pull, column->owner, column->name);

    ray_expr_argument(call, ray_expr_text(pull->arena, name));
    if (type != NULL)
        ray_expr_argument(call, ray_expr_text(pull->arena, type));
    if (!ray_pull_column_is_exact(pull, name, column->name))
        return call;
    if (untyped && type == NULL)
        ray_expr_argument(call, ray_expr_word(pull->arena, "nil"));
    ray_expr_argument(call, ray_expr_text(pull->arena, column->name));
    return call;
}

static const char *
serial_word(const char *type)
{
    return strcmp(type, "bigint") == 0    ? "pg.bigserial"
           : strcmp(type, "integer") == 0 ? "pg.serial"
                                          : "pg.smallserial";
}

static struct ray_expr *
begin_column(struct ray_pull *pull, const struct ray_object *column)
{
    const char *type = value_of(column, "type");
    struct ray_expr *head;
    struct ray_expr *chain;
    bool array = false;

    if (ray_pull_place(pull, column)->serial != NULL)
        return ray_expr_chain(pull->arena,
                              named(pull, ray_expr_word(pull->arena, serial_word(type)), column,
                                    NULL, false));
    head = ray_pull_type(pull, type, &array);
    if (head == NULL)
        return ray_expr_chain(pull->arena, named(pull, ray_expr_word(pull->arena, "pg.column"),
                                                 column, type, false));
    chain = ray_expr_chain(pull->arena, named(pull, head, column, NULL, false));
    if (array)
        (void)ray_expr_method(pull->arena, chain, "array");
    return chain;
}

static void
add_settings(struct ray_pull *pull, struct ray_expr *chain, const struct ray_pull_column *facts)
{
    const char *options = said(facts, "options");
    const char *foreign = said(facts, "foreign_options");
    const char *statistics = said(facts, "statistics");

    const char *storage = said(facts, "storage");
    const char *compression = said(facts, "compression");

    if (storage == NULL && lost(facts, "storage"))
        storage = value_of(facts->column, "standard_storage");
    if (compression == NULL && lost(facts, "compression"))
        compression = "default";
    text_method(pull, chain, "storage", storage);
    text_method(pull, chain, "compression", compression);
    if (statistics != NULL)
        (void)method(pull, chain, "statistics", ray_pull_number(pull, statistics));
    if (options != NULL)
        (void)method(pull, chain, "options", ray_pull_options(pull, options));
    if (foreign != NULL)
        (void)method(pull, chain, "foreign_options", ray_pull_options(pull, foreign));
}

static void
add_facts(struct ray_pull *pull, struct ray_expr *chain, const struct ray_object *column)
{
    ray_list labels = ray_list_read(pull->arena, column->values[RAY_LABELS]);

    text_method(pull, chain, "comment", column->values[RAY_COMMENT]);
    ray_pull_grant_methods(pull, chain, column);
    for (size_t i = 0; i + 1 < labels.len; i += 2) {
        struct ray_expr *call = method(pull, chain, "label",
                                       ray_expr_text(pull->arena, labels.items[i]));

        ray_expr_argument(call, ray_expr_text(pull->arena, labels.items[i + 1]));
    }
}

static bool
needs_not_null(struct ray_pull *pull, const struct ray_pull_column *facts)
{
    const struct ray_object *column = facts->column;

    return said(facts, "not_null") != NULL && !facts->in_key &&
           value_of(column, "identity") == NULL && ray_pull_place(pull, column)->serial == NULL;
}

struct ray_expr *
ray_pull_column_expr(struct ray_pull *pull, const struct ray_pull_column *facts)
{
    const struct ray_object *column = facts->column;
    const struct ray_object *const shorthand[] = {facts->unique, facts->reference, facts->check};
    const struct ray_object *serial = ray_pull_place(pull, column)->serial;
    struct ray_expr *chain = begin_column(pull, column);

    if (facts->base != NULL)
        (void)ray_expr_method(pull->arena, chain, "inherited");
    if (said(facts, "collation") != NULL)
        (void)method(pull, chain, "collate", collation_of(pull, value_of(column, "collation")));
    if (said(facts, "identity") != NULL)
        add_identity(pull, chain, column);
    if (facts->key != NULL)
        ray_pull_inline(pull, chain, facts->key);
    if (needs_not_null(pull, facts))
        (void)ray_expr_method(pull->arena, chain, "not_null");
    if (serial == NULL)
        add_default(pull, chain, facts);
    else
        add_sequence_facts(pull, chain, serial, column);
    add_generated(pull, chain, facts);
    for (size_t i = 0; i < sizeof(shorthand) / sizeof(shorthand[0]); i++)
        if (shorthand[i] != NULL)
            ray_pull_inline(pull, chain, shorthand[i]);
    add_settings(pull, chain, facts);
    add_facts(pull, chain, column);
    return chain;
}

struct ray_expr *
ray_pull_view_column(struct ray_pull *pull, const struct ray_pull_column *facts)
{
    const struct ray_object *column = facts->column;
    struct ray_expr *chain;

    if (ray_pull_place(pull, column->owner)->typed)
        chain = begin_column(pull, column);
    else
        chain = ray_expr_chain(pull->arena, named(pull, ray_expr_word(pull->arena, "pg.column"),
                                                  column, NULL, true));
    if (ray_pull_place(pull, column->owner)->typed && value_of(column, "collation") != NULL)
        (void)method(pull, chain, "collate", collation_of(pull, value_of(column, "collation")));
    add_default(pull, chain, facts);
    add_settings(pull, chain, facts);
    add_facts(pull, chain, facts->column);
    return chain;
}

bool
ray_pull_view_column_speaks(const struct ray_pull_column *facts)
{
    static const char *const attributes[] = {"storage", "compression", "statistics", "options"};

    for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++)
        if (value_of(facts->column, attributes[i]) != NULL)
            return true;
    return ray_pull_has_common(facts->column);
}

bool
ray_pull_column_speaks(const struct ray_pull_column *facts)
{
    static const char *const attributes[] = {"storage",   "compression", "statistics",
                                             "options",   "identity",    "collation",
                                             "generated", "expression",  "foreign_options"};

    for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++)
        if (said(facts, attributes[i]) != NULL)
            return true;
    return lost(facts, "storage") || lost(facts, "compression") ||
           (said(facts, "not_null") != NULL && !facts->in_key) ||
           (facts->standard != NULL && !facts->standard->implied) || facts->unset ||
           ray_pull_has_common(facts->column);
}
