/* Types of columns as Lua: pg.varchar(20), mood, pg.type "citext". */
#include "base/map.h"
#include "catalog/clause.h"
#include "pg/keyword.h"
#include "pull/pull_internal.h"

#include <ctype.h>
#include <string.h>

/* What format_type() prints in several words, or has a shorter word for. */
static const struct {
    const char *type;
    const char *word;
} words[] = {
    {"bit varying", "bit_varying"},
    {"character", "char"},
    {"character varying", "varchar"},
    {"double precision", "double_precision"},
    {"time with time zone", "timetz"},
    {"time without time zone", "time"},
    {"timestamp with time zone", "timestamptz"},
    {"timestamp without time zone", "timestamp"},
};

/* The other types of pg_catalog that a column may have. One of that name in another schema is qualified. */
static const char *const plain[] = {
    "aclitem",       "bigint",         "bit",
    "bool",          "boolean",        "box",
    "bpchar",        "bytea",          "char",
    "cid",           "cidr",           "circle",
    "date",          "datemultirange", "daterange",
    "decimal",       "float",          "float4",
    "float8",        "gtsvector",      "inet",
    "int",           "int2",           "int2vector",
    "int4",          "int4multirange", "int4range",
    "int8",          "int8multirange", "int8range",
    "integer",       "interval",       "json",
    "jsonb",         "jsonpath",       "line",
    "lseg",          "macaddr",        "macaddr8",
    "money",         "name",           "numeric",
    "nummultirange", "numrange",       "oid",
    "oidvector",     "path",           "pg_lsn",
    "pg_snapshot",   "point",          "polygon",
    "real",          "refcursor",      "regclass",
    "regcollation",  "regconfig",      "regdictionary",
    "regnamespace",  "regoper",        "regoperator",
    "regproc",       "regprocedure",   "regrole",
    "regtype",       "smallint",       "text",
    "tid",           "time",           "timestamp",
    "timestamptz",   "timetz",         "tsmultirange",
    "tsquery",       "tsrange",        "tstzmultirange",
    "tstzrange",     "tsvector",       "txid_snapshot",
    "uuid",          "varbit",         "varchar",
    "xid",           "xid8",           "xml",
};

static bool
is_plain(const char *type)
{
    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
        if (strcmp(plain[i], type) == 0)
            return true;
    return false;
}

/* The word of a built-in type without its modifiers; NULL where it has none. */
static const char *
word_of(const char *type)
{
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(words[i].type, type) == 0)
            return words[i].word;
    return is_plain(type) ? type : NULL;
}

/* Numbers and commas: what can stand as arguments in Lua. */
static bool
is_numeric(const char *text, size_t length)
{
    return length > 0 && strspn(text, "-0123456789, ") >= length;
}

/* "timestamp(3) with time zone" as pg.timestamptz(3); NULL where it is no built-in type. */
static struct ray_expr *
built_in(struct ray_pull *pull, const char *type)
{
    const char *open = strchr(type, '(');
    const char *close = open == NULL ? NULL : strchr(open, ')');
    struct ray_expr *call;
    ray_list items;
    const char *word;

    if (open == NULL || close == NULL)
        return (word = word_of(type)) == NULL
                   ? NULL
                   : ray_expr_word(pull->arena, ray_arena_printf(pull->arena, "pg.%s", word));
    word = word_of(ray_arena_printf(pull->arena, "%.*s%s", (int)(open - type), type, close + 1));
    if (word == NULL || !is_numeric(open + 1, (size_t)(close - open) - 1))
        return NULL;
    call = ray_expr_call(pull->arena,
                         ray_expr_word(pull->arena, ray_arena_printf(pull->arena, "pg.%s", word)));
    items = ray_clause_items(pull->arena, open + 1, close);
    for (size_t i = 0; i < items.len; i++)
        ray_expr_argument(call, ray_expr_word(pull->arena, items.items[i]));
    return call;
}

/* pg.type "citext": without the schema where that changes nothing. */
static struct ray_expr *
named(struct ray_pull *pull, const char *type)
{
    ray_list parts = ray_clause_name(pull->arena, type);
    struct ray_expr *call = ray_expr_call(pull->arena, ray_expr_word(pull->arena, "pg.type"));
    struct ray_buf buf;

    ray_buf_init(&buf, pull->arena);
    if (parts.len == 2 && !pull->options->alone && strcmp(parts.items[0], "public") == 0 &&
        !is_plain(parts.items[1]) && strncmp(parts.items[1], "pg_", 3) != 0)
        ray_buf_name(&buf, parts.items[1]);
    else
        ray_buf_add(&buf, type);
    ray_expr_argument(call, ray_expr_text(pull->arena, buf.data));
    return call;
}

/* A dotted name without modifiers. */
static bool
is_name(const char *type)
{
    bool quoted = false;

    if (strchr(type, '.') == NULL)
        return false;
    for (; *type != '\0'; type++) {
        quoted = quoted != (*type == '"');
        if (!quoted && *type == '(')
            return false;
    }
    return true;
}

struct ray_expr *
ray_pull_type(struct ray_pull *pull, const char *type, bool *array)
{
    size_t length = strlen(type);
    const struct ray_object *object;
    const struct ray_expr_ref *handle;
    struct ray_expr *known;

    *array = length > 2 && strcmp(type + length - 2, "[]") == 0;
    if (*array)
        type = ray_arena_strndup(pull->arena, type, length - 2);
    if ((known = built_in(pull, type)) != NULL)
        return known;
    object = ray_map_get(&pull->types, type);
    if (object != NULL && (handle = ray_pull_handle(pull, object)) != NULL)
        return ray_expr_use(pull->arena, handle, NULL);
    return is_name(type) ? named(pull, type) : NULL;
}
