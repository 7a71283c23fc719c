/* The diagram's tables and keys, and the layout that a person gave it, which is kept by table name in .raymig/. */
#include "studio/routes.h"
#include "studio/select.h"
#include "studio/store.h"

#include <stddef.h>
#include <string.h>

enum { HOPS_MOST = 10, POSITIONS_MOST = 5000, NAME_BYTES = 200, LAYOUTS_MOST = 500 };

/* A layout's name, "schema OID" or "table OID", with the name in place of the oid, so that it outlives that. */
#define SCOPE(param)                                                                              \
    "CASE WHEN " param " ~ '^schema [0-9]{1,9}$' THEN (SELECT 'schema ' || nspname FROM"          \
    " pg_namespace WHERE oid = substr(" param ", 8)::oid) WHEN " param " ~ '^table [0-9]{1,9}$'"  \
    " THEN (SELECT 'table ' || s.nspname || '.' || r.relname FROM pg_class r JOIN pg_namespace s" \
    " ON s.oid = r.relnamespace WHERE r.oid = substr(" param ", 7)::oid) ELSE " param " END"

/* Columns of a partition, whose numbers are its own, as those of its whole. */
#define IN_WHOLE(columns, part, whole)                                              \
    "CASE WHEN " part " = " whole " THEN " columns                                  \
    " ELSE ARRAY(SELECT w.attnum FROM unnest(" columns                              \
    ") WITH ORDINALITY u (attnum, place) JOIN pg_attribute p ON p.attrelid = " part \
    " AND p.attnum = u.attnum JOIN pg_attribute w ON w.attrelid = " whole           \
    " AND w.attname = p.attname ORDER BY u.place) END"

/* $1: oid of a schema; $2: of a table; $3: hops from there; $4: oids, an array; $5: the layout's name. Partitions stand for their parents. */
static const char with[] =
    "WITH RECURSIVE root AS (SELECT c.oid, c.oid AS part, c.relispartition AS more FROM pg_class c"
    " WHERE c.relkind IN ('r', 'p', 'f') UNION ALL SELECT h.inhparent, root.part, p.relispartition FROM root"
    " JOIN pg_inherits h ON h.inhrelid = root.oid JOIN pg_class p ON p.oid = h.inhparent WHERE root.more),"
    " whole AS (SELECT part, oid FROM root WHERE NOT more),"
    " keyed AS (SELECT k.conname, f.oid AS source, t.oid AS target, k.conrelid <> f.oid OR k.confrelid <>"
    " t.oid AS by_part, " IN_WHOLE(
        "k.conkey", "k.conrelid",
        "f.oid") " AS conkey,"
                 " " IN_WHOLE(
                     "k.confkey", "k.confrelid",
                     "t.oid") " AS confkey FROM pg_constraint k JOIN whole f ON"
                              " f.part = k.conrelid JOIN whole t ON t.part = k.confrelid WHERE k.contype = 'f'),"
                              " edge AS (SELECT DISTINCT ON (source, target, conkey, confkey) * FROM keyed"
                              " ORDER BY source, target, conkey, confkey, by_part, conname),"
                              " reached AS (SELECT whole.oid, 0 AS hop FROM whole WHERE part = $2::oid UNION"
                              " SELECT CASE WHEN e.source = r.oid THEN e.target ELSE e.source END, r.hop + 1 FROM reached r JOIN edge e"
                              " ON r.oid IN (e.source, e.target) WHERE r.hop < $3::int),"
                              " chosen AS (SELECT c.oid, n.nspname, c.relname, c.relkind FROM pg_class c JOIN pg_namespace n ON"
                              " n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'f') AND NOT c.relispartition AND"
                              " n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND (c.relnamespace = $1::oid OR"
                              " c.oid IN (SELECT oid FROM reached) OR c.oid IN (SELECT w.oid FROM whole w WHERE w.part ="
                              " ANY ($4::oid[])))),"
                              " key AS (SELECT conrelid, unnest(conkey) AS attnum FROM pg_constraint WHERE contype = 'p'),"
                              " columns AS (SELECT a.attrelid, json_agg(json_build_object('attnum', a.attnum, 'name', a.attname,"
                              " 'type', format_type(a.atttypid, a.atttypmod), 'key', EXISTS (SELECT FROM key WHERE key.conrelid ="
                              " a.attrelid AND key.attnum = a.attnum), 'foreign', EXISTS (SELECT FROM edge e WHERE e.source ="
                              " a.attrelid AND a.attnum = ANY (e.conkey)), 'not_null', a.attnotnull) ORDER BY a.attnum) AS list"
                              " FROM pg_attribute a JOIN chosen ON chosen.oid = a.attrelid WHERE a.attnum > 0 AND NOT a.attisdropped"
                              " GROUP BY 1)";

static const char answer[] =
    "SELECT json_build_object('tables', (SELECT coalesce(json_agg(json_build_object('oid', c.oid::int8,"
    " 'schema', c.nspname, 'name', c.relname, 'kind', CASE c.relkind WHEN 'p' THEN 'partitioned' WHEN 'f'"
    " THEN 'foreign' ELSE 'table' END, 'columns', coalesce(k.list, '[]'::json)) ORDER BY c.nspname,"
    " c.relname), '[]'::json) FROM chosen c LEFT JOIN columns k ON k.attrelid = c.oid),"
    " 'edges', (SELECT coalesce(json_agg(json_build_object('name', e.conname, 'from', e.source::int8,"
    " 'to', e.target::int8, 'columns', array_to_json(e.conkey), 'to_columns', array_to_json(e.confkey),"
    " 'unique', EXISTS (SELECT FROM pg_index i WHERE i.indrelid = e.source AND i.indisunique AND"
    " i.indpred IS NULL AND i.indkey[0:i.indnkeyatts - 1]::int2[] <@ e.conkey AND NOT 0 = ANY (i.indkey)),"
    " 'not_null', NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = e.source AND a.attnum ="
    " ANY (e.conkey) AND NOT a.attnotnull)) ORDER BY e.source::regclass::text, e.conname), '[]'::json)"
    " FROM edge e WHERE e.source IN (SELECT oid FROM chosen) AND e.target IN (SELECT oid FROM chosen)),"
    " 'total', (SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE"
    " c.relkind IN ('r', 'p', 'f') AND NOT c.relispartition AND n.nspname !~ '^pg_' AND n.nspname <>"
    " 'information_schema' AND ($1::oid IS NULL OR c.relnamespace = $1::oid)), 'scope', " SCOPE(
        "$5::text") ")";

struct asked {
    uint32_t schema;
    uint32_t oid;
    int64_t hops;
    json_t *oids;
};

static bool
add_oids(struct ray_arena *arena, const json_t *oids, const char **out, struct ray_err *err)
{
    struct ray_buf buf;
    json_t *oid;
    size_t i;

    ray_buf_init(&buf, arena);
    ray_buf_addc(&buf, '{');
    json_array_foreach(oids, i, oid)
    {
        json_int_t number = json_integer_value(oid);

        if (number <= 0 || number > UINT32_MAX)
            return ray_err_set(err, RAY_USAGE, "\"oids\" holds something that is no oid");
        ray_buf_addf(&buf, "%s%lld", i == 0 ? "" : ",", (long long)number);
    }
    ray_buf_addc(&buf, '}');
    *out = buf.data;
    return true;
}

static bool
read_asked(struct ray_request *request, const char *params[5], struct ray_err *err)
{
    static const struct ray_field fields[] = {
        {"schema", RAY_FIELD_OID, false, offsetof(struct asked, schema)},
        {"oid", RAY_FIELD_OID, false, offsetof(struct asked, oid)},
        {"hops", RAY_FIELD_INT, false, offsetof(struct asked, hops)},
        {"oids", RAY_FIELD_ARRAY, false, offsetof(struct asked, oids)},
        {NULL, RAY_FIELD_ANY, false, 0},
    };
    struct asked asked = {.hops = 1};

    if (!ray_request_fields(request->body, fields, &asked, err))
        return false;
    if ((asked.schema != 0) + (asked.oid != 0) + (asked.oids != NULL) != 1)
        return ray_err_set(err, RAY_USAGE, "one of \"schema\", \"oid\" and \"oids\" must be given");
    if (asked.hops > HOPS_MOST)
        return ray_err_set(err, RAY_USAGE, "\"hops\" is more than %d", HOPS_MOST);
    memset(params, 0, 5 * sizeof(*params));
    if (asked.schema != 0)
        params[0] = ray_arena_printf(request->arena, "%u", asked.schema);
    if (asked.oid != 0)
        params[1] = ray_arena_printf(request->arena, "%u", asked.oid);
    params[2] = ray_arena_printf(request->arena, "%lld", (long long)asked.hops);
    params[4] = asked.oids != NULL  ? "tables"
                : asked.schema != 0 ? ray_arena_printf(request->arena, "schema %u", asked.schema)
                                    : ray_arena_printf(request->arena, "table %u", asked.oid);
    return asked.oids == NULL || add_oids(request->arena, asked.oids, &params[3], err);
}

/* ---------------------------------------------------------------- places */

/* "schema.name": by which a place is kept, so that it outlives the table's oid. */
static const char *
key_of(struct ray_arena *arena, const json_t *table)
{
    return ray_arena_printf(arena, "%s.%s", json_string_value(json_object_get(table, "schema")),
                            json_string_value(json_object_get(table, "name")));
}

/* The kept places of the tables at hand, by oid. */
static json_t *
places_of(struct ray_arena *arena, const json_t *kept, const json_t *tables)
{
    json_t *places = json_object();
    json_t *table;
    size_t i;

    json_array_foreach(tables, i, table)
    {
        json_t *place = json_object_get(kept, key_of(arena, table));

        if (place != NULL)
            (void)json_object_set(places,
                                  ray_arena_printf(arena, "%lld",
                                                   (long long)json_integer_value(
                                                       json_object_get(table, "oid"))),
                                  place);
    }
    return places;
}

static bool
reply(struct ray_request *request, const char *text, const json_t *kept, struct ray_err *err)
{
    json_t *result = ray_json_parse(text, strlen(text), "what the server answered", err);
    const char *scope = json_string_value(json_object_get(result, "scope"));
    const json_t *places = scope == NULL ? NULL : json_object_get(kept, scope);

    if (result == NULL)
        return false;
    (void)json_object_set_new(result, "layout",
                              places_of(request->arena, places, json_object_get(result, "tables")));
    (void)json_object_del(result, "scope");
    ray_reply_json(request, result);
    return true;
}

bool
ray_studio_diagram(struct ray_request *request, struct ray_err *err)
{
    const char *params[5];
    struct ray_rows rows;
    json_t *kept;
    bool ok;

    if (!read_asked(request, params, err) ||
        !ray_studio_select(request, NULL, ray_arena_printf(request->arena, "%s%s", with, answer), 5,
                           params, &rows, err) ||
        !ray_store_read(request, RAY_STORE_LAYOUT, &kept, err))
        return false;
    ok = reply(request, ray_rows_value(&rows, 0, 0), kept, err);
    json_decref(kept);
    return ok;
}

/* ---------------------------------------------------------------- keeping them */

static bool
is_place(const json_t *place)
{
    return json_array_size(place) == 2 && json_is_number(json_array_get(place, 0)) &&
           json_is_number(json_array_get(place, 1));
}

/* The array of oids that the places are of. */
static bool
list_oids(struct ray_arena *arena, json_t *positions, const char **out, struct ray_err *err)
{
    struct ray_buf list;
    const char *key;
    json_t *place;

    ray_buf_init(&list, arena);
    ray_buf_addc(&list, '{');
    json_object_foreach(positions, key, place)
    {
        if (key[0] == '\0' || key[strspn(key, "0123456789")] != '\0' || strlen(key) > 9 ||
            !is_place(place))
            return ray_err_set(err, RAY_USAGE,
                               "\"positions\" holds something else than oid: [x, y]");
        ray_buf_addf(&list, "%s%s", list.len == 1 ? "" : ",", key);
    }
    ray_buf_addc(&list, '}');
    *out = list.data;
    return true;
}

struct layout {
    const char *name;
    json_t *positions;
};

static bool
read_layout(struct ray_request *request, struct layout *out, struct ray_err *err)
{
    static const struct ray_field fields[] = {
        {"name", RAY_FIELD_TEXT, true, offsetof(struct layout, name)},
        {"positions", RAY_FIELD_OBJECT, false, offsetof(struct layout, positions)},
        {NULL, RAY_FIELD_ANY, false, 0},
    };

    if (!ray_request_fields(request->body, fields, out, err))
        return false;
    if (out->name[0] == '\0' || strlen(out->name) > NAME_BYTES)
        return ray_err_set(err, RAY_USAGE, "\"name\" is empty, or longer than %d bytes",
                           NAME_BYTES);
    if (json_object_size(out->positions) > POSITIONS_MOST)
        return ray_err_set(err, RAY_USAGE, "\"positions\" holds more than %d tables",
                           POSITIONS_MOST);
    return true;
}

/* The positions by "schema.name", as key_of has it; tables that are gone have none. */
static json_t *
by_name(json_t *positions, const struct ray_rows *rows)
{
    json_t *places = json_object();

    for (size_t i = 0; i < rows->nrows; i++)
        if (ray_rows_value(rows, i, 1) != NULL)
            (void)json_object_set(places, ray_rows_value(rows, i, 2),
                                  json_object_get(positions, ray_rows_value(rows, i, 1)));
    return places;
}

/* positions NULL: the layout is forgotten. */
bool
ray_studio_layout(struct ray_request *request, struct ray_err *err)
{
    static const char names[] = "SELECT " SCOPE(
        "$2::text") ", c.oid, n.nspname || '.' || c.relname FROM (SELECT) one"
                    " LEFT JOIN (pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace)"
                    " ON c.oid = ANY ($1::oid[])";
    struct layout asked = {0};
    const char *params[2] = {NULL, NULL};
    struct ray_rows rows;
    const char *scope;
    json_t *kept;

    if (!read_layout(request, &asked, err) ||
        !list_oids(request->arena, asked.positions, &params[0], err))
        return false;
    params[1] = asked.name;
    if (!ray_studio_select(request, NULL, names, 2, params, &rows, err))
        return false;
    scope = ray_rows_value(&rows, 0, 0);
    if (scope == NULL)
        return ray_request_refuse(request, 404, err, "there is no %s", asked.name);
    if (!ray_store_begin(request, RAY_STORE_LAYOUT, &kept, err))
        return false;
    (void)json_object_del(kept, scope);
    if (asked.positions != NULL) {
        while (json_object_size(kept) >= LAYOUTS_MOST) /* the oldest goes */
            (void)json_object_del(kept, json_object_iter_key(json_object_iter(kept)));
        (void)json_object_set_new(kept, scope, by_name(asked.positions, &rows));
    }
    if (!ray_store_end(request, RAY_STORE_LAYOUT, kept, err))
        return false;
    ray_reply_json(request, json_pack("{s:b}", "ok", 1));
    return true;
}
