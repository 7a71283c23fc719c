/* Values of attributes as Lua: texts, numbers, lists, options, defaults, and the keys that all have. */
#include "catalog/clause.h"
#include "pull/pull_internal.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct ray_expr *
ray_pull_sql(struct ray_pull *pull, const char *text)
{
    struct ray_expr *call = ray_expr_call(pull->arena, ray_expr_word(pull->arena, "pg.sql"));

    ray_expr_argument(call, ray_expr_sql(pull->arena, text));
    return call;
}

/* ---------------------------------------------------------------- numbers */

static bool
is_integer(const char *text)
{
    const char *digits = text + (*text == '-');
    char *end;

    if (!isdigit((unsigned char)*digits) ||
        (digits[0] == '0' && (digits[1] != '\0' || *text == '-')))
        return false;
    errno = 0;
    (void)strtoll(text, &end, 10);
    return *end == '\0' && errno == 0;
}

/* A decimal fraction that Lua prints as it reads it: at most 14 digits, none of them idle. */
static bool
is_fraction(const char *text)
{
    const char *digits = text + (*text == '-');
    size_t whole = strspn(digits, "0123456789");
    size_t part;

    if (whole == 0 || digits[whole] != '.' || (digits[0] == '0' && whole > 1))
        return false;
    part = strspn(digits + whole + 1, "0123456789");
    return part > 0 && digits[whole + 1 + part] == '\0' && whole + part <= 14 &&
           digits[whole + part] != '0' && !(whole == 1 && digits[0] == '0' && part > 4);
}

static bool
is_number(const char *text)
{
    return is_integer(text) || is_fraction(text);
}

struct ray_expr *
ray_pull_number(struct ray_pull *pull, const char *text)
{
    return is_number(text) ? ray_expr_word(pull->arena, text) : ray_expr_text(pull->arena, text);
}

/* ---------------------------------------------------------------- lists */

struct ray_expr *
ray_pull_list(struct ray_pull *pull, const char *list)
{
    struct ray_expr *table = ray_expr_table(pull->arena, RAY_EXPR_FILLED);
    ray_list items = ray_list_read(pull->arena, list);

    for (size_t i = 0; i < items.len; i++)
        ray_expr_put(table, NULL, ray_expr_text(pull->arena, items.items[i]));
    return table;
}

static struct ray_expr *
option_value(struct ray_pull *pull, const char *text)
{
    if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)
        return ray_expr_word(pull->arena, text);
    return ray_pull_number(pull, text);
}

/* What stands before the equals sign. */
static const char *
option_name(struct ray_arena *arena, const char *option)
{
    return ray_arena_strndup(arena, option, strcspn(option, "="));
}

/* A table with keys has no order: its options are taken by name. */
static bool
is_sorted(struct ray_arena *arena, const ray_list *options)
{
    for (size_t i = 1; i < options->len; i++)
        if (strcmp(option_name(arena, options->items[i - 1]),
                   option_name(arena, options->items[i])) >= 0)
            return false;
    return true;
}

struct ray_expr *
ray_pull_options(struct ray_pull *pull, const char *list)
{
    struct ray_expr *table = ray_expr_table(pull->arena, RAY_EXPR_FILLED);
    ray_list items = ray_list_read(pull->arena, list);

    if (!is_sorted(pull->arena, &items))
        return ray_pull_list(pull, list);
    for (size_t i = 0; i < items.len; i++) {
        const char *equals = strchr(items.items[i], '=');
        const char *name = option_name(pull->arena, items.items[i]);

        ray_expr_put(table, name, option_value(pull, equals == NULL ? "" : equals + 1));
    }
    return table;
}

/* ---------------------------------------------------------------- defaults */

/* 'it''s' as it's, and what stands behind it; NULL where the text begins with no literal. */
static char *
read_literal(struct ray_arena *arena, const char *text, const char **behind)
{
    struct ray_buf buf;

    if (*text != '\'')
        return NULL;
    ray_buf_init(&buf, arena);
    for (text++; *text != '\0'; text++) {
        if (*text == '\'') {
            if (text[1] != '\'')
                break;
            text++;
        }
        ray_buf_addc(&buf, *text);
    }
    *behind = text + (*text == '\'');
    return buf.data;
}

/* "character varying(20)" as "character varying": a constant's type has no modifiers. */
static const char *
without_modifiers(struct ray_arena *arena, const char *type)
{
    const char *open = strchr(type, '(');
    const char *close = open == NULL ? NULL : strchr(open, ')');

    if (close == NULL || strchr(type, '"') != NULL)
        return type;
    return ray_arena_printf(arena, "%.*s%s", (int)(open - type), type, close + 1);
}

/* 'text'::type where that is the column's type, and the negative numbers, which are printed alike. */
static struct ray_expr *
literal_default(struct ray_pull *pull, const char *text, const char *type)
{
    const char *behind;
    char *value = read_literal(pull->arena, text, &behind);
    bool same;

    if (value == NULL || strncmp(behind, "::", 2) != 0)
        return NULL;
    behind += 2;
    same = strcmp(behind, without_modifiers(pull->arena, type)) == 0;
    if (value[0] == '-' && ((strcmp(behind, "integer") == 0 && is_integer(value)) ||
                            (strcmp(behind, "numeric") == 0 && is_fraction(value))))
        return ray_expr_word(pull->arena, value);
    return same ? ray_expr_text(pull->arena, value) : NULL;
}

struct ray_expr *
ray_pull_default(struct ray_pull *pull, const char *text, const char *type)
{
    struct ray_expr *value = literal_default(pull, text, type);

    if (value != NULL)
        return value;
    if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0 ||
        (is_number(text) && text[0] != '-'))
        return ray_expr_word(pull->arena, text);
    if (strncmp(text, "NULL::", 6) == 0 &&
        strcmp(text + 6, without_modifiers(pull->arena, type)) == 0 && strchr(type, '(') != NULL)
        return ray_expr_word(pull->arena, "pg.null");
    return ray_pull_sql(pull, text);
}

/* ---------------------------------------------------------------- keys */

static struct ray_expr *
key_value(struct ray_pull *pull, const struct ray_object *object, const char *value,
          enum ray_pull_as as)
{
    switch (as) {
    case RAY_PULL_NUMBER:
        return ray_pull_number(pull, value);
    case RAY_PULL_FLAG:
        return ray_expr_word(pull->arena, "true");
    case RAY_PULL_LIST:
        return ray_pull_list(pull, value);
    case RAY_PULL_COLUMNS:
        return ray_pull_columns(pull, object->owner, value);
    case RAY_PULL_OPTIONS:
        return ray_pull_options(pull, value);
    case RAY_PULL_RELATION:
        return ray_pull_relation(pull, value);
    case RAY_PULL_ROUTINE:
        return ray_pull_routine_name(pull, value);
    case RAY_PULL_COLUMN:
        return ray_pull_name(pull, value);
    case RAY_PULL_SQL:
        return ray_expr_sql(pull->arena, ray_clause_bare(pull->arena, value));
    case RAY_PULL_TEXT:
    case RAY_PULL_END:
        break;
    }
    return ray_expr_text(pull->arena, value);
}

void
ray_pull_keys(struct ray_pull *pull, struct ray_expr *table, const struct ray_object *object,
              const struct ray_pull_key *keys)
{
    for (; keys->as != RAY_PULL_END; keys++) {
        const char *value = ray_object_get(object, keys->attribute);

        if (value != NULL)
            ray_expr_put(table, keys->key == NULL ? keys->attribute : keys->key,
                         key_value(pull, object, value, keys->as));
    }
}

/* ---------------------------------------------------------------- what all have */

static struct ray_expr *
labels_of(struct ray_pull *pull, const char *list)
{
    struct ray_expr *table = ray_expr_table(pull->arena, RAY_EXPR_FILLED);
    ray_list items = ray_list_read(pull->arena, list);

    for (size_t i = 0; i + 1 < items.len; i += 2)
        ray_expr_put(table, items.items[i], ray_expr_text(pull->arena, items.items[i + 1]));
    return table;
}

bool
ray_pull_has_common(const struct ray_object *object)
{
    for (size_t i = 0; i < RAY_COMMON_COUNT; i++)
        if (object->values[i] != NULL)
            return true;
    return false;
}

void
ray_pull_common(struct ray_pull *pull, struct ray_expr *table, const struct ray_object *object)
{
    struct ray_expr *grants = ray_pull_grants(pull, object);

    if (object->values[RAY_COMMENT] != NULL)
        ray_expr_put(table, "comment", ray_expr_text(pull->arena, object->values[RAY_COMMENT]));
    if (object->values[RAY_OWNER] != NULL && object->kind->has_owner)
        ray_expr_put(table, "owner", ray_expr_text(pull->arena, object->values[RAY_OWNER]));
    if (!ray_expr_is_empty(grants))
        ray_expr_put(table, "grants", grants);
    if (object->values[RAY_LABELS] != NULL)
        ray_expr_put(table, "labels", labels_of(pull, object->values[RAY_LABELS]));
}
