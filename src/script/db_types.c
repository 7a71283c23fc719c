/*
 * Which types are arrays, and of what. The built-in ones have fixed numbers and stand in a table; those of
 * the database (arrays of enums, domains, composites) are looked up when a result holds them, all in
 * one query, and remembered for the session. A domain is converted as the type below it.
 */
#include "script/db.h"
#include "script/db_oids.h"

#include <stdlib.h>

static const struct db_type builtin[] = {
    {1000, DB_BOOL, ','}, {1001, DB_BYTEA, ','}, {1005, DB_INT2, ','},   {1007, DB_INT4, ','},
    {1016, DB_INT8, ','}, {1028, DB_OID, ','},   {1021, DB_FLOAT4, ','}, {1022, DB_FLOAT8, ','},
    {199, DB_JSON, ','},  {3807, DB_JSONB, ','}, {1020, DB_TEXT, ';'}, /* box[] */
};

/* Arrays whose elements stay text: xml, xid8, line, cidr, circle, ... */
static const Oid textual[] = {
    143,  271,  629,  651,  719,  775,  791,  1002, 1003, 1006, 1008, 1009, 1010, 1011,
    1012, 1013, 1014, 1015, 1017, 1018, 1019, 1027, 1034, 1040, 1041, 1115, 1182, 1183,
    1185, 1187, 1231, 1263, 1270, 1561, 1563, 2201, 2207, 2208, 2209, 2210, 2211, 2287,
    2949, 2951, 3221, 3643, 3644, 3645, 3735, 3770, 3905, 3907, 3909, 3911, 3913, 3927,
    4073, 4090, 4097, 4192, 5039, 6150, 6151, 6152, 6153, 6155, 6157,
};

static const struct db_type text_array = {0, DB_TEXT, ','};

static int
compare_types(const void *a, const void *b)
{
    const struct db_type *left = a;
    const struct db_type *right = b;

    return left->oid < right->oid ? -1 : left->oid > right->oid;
}

static const struct db_type *
find_learnt(const struct db_session *session, Oid oid)
{
    struct db_type key = {.oid = oid};

    if (session->types.len == 0)
        return NULL;
    return bsearch(&key, session->types.items, session->types.len, sizeof(key), compare_types);
}

const struct db_type *
db_find_type(const struct db_session *session, Oid oid)
{
    if (oid >= DB_FIRST_NORMAL_OID)
        return find_learnt(session, oid);
    for (size_t i = 0; i < sizeof(builtin) / sizeof(builtin[0]); i++)
        if (builtin[i].oid == oid)
            return &builtin[i];
    for (size_t i = 0; i < sizeof(textual) / sizeof(textual[0]); i++)
        if (textual[i] == oid)
            return &text_array;
    return NULL;
}

static void
learn(struct db_session *session, Oid oid, Oid element, char delimiter)
{
    if (find_learnt(session, oid) != NULL)
        return;
    *ray_vec_add(session->arena, &session->types) = (struct db_type){oid, element, delimiter};
    qsort(session->types.items, session->types.len, sizeof(struct db_type), compare_types);
}

/* The array types among the oids (text of an oid[]; NULL: all), with their element types. */
static bool
look_up(struct db_session *session, const char *oids, struct ray_err *err)
{
    static const char sql[] =
        "WITH RECURSIVE below(array_type, oid, delimiter) AS ("
        "SELECT typarray, oid, typdelim FROM pg_catalog.pg_type"
        " WHERE CASE WHEN $1::oid[] IS NULL THEN typarray >= 16384"
        " ELSE typarray = ANY ($1) AND typarray <> 0 END"
        " UNION ALL SELECT b.array_type, t.typbasetype, b.delimiter"
        " FROM below b JOIN pg_catalog.pg_type t ON t.oid = b.oid WHERE t.typtype = 'd')"
        " SELECT b.array_type, b.oid, b.delimiter FROM below b"
        " JOIN pg_catalog.pg_type t ON t.oid = b.oid WHERE t.typtype <> 'd' ORDER BY 1";
    struct ray_rows rows;

    if (!ray_conn_query(session->conn, err->arena, sql, 1, &oids, &rows, err))
        return false;
    for (size_t i = 0; i < rows.nrows; i++)
        learn(session, (Oid)strtoul(ray_rows_value(&rows, i, 0), NULL, 10),
              (Oid)strtoul(ray_rows_value(&rows, i, 1), NULL, 10), ray_rows_value(&rows, i, 2)[0]);
    return true;
}

bool
db_learn_types(struct db_session *session, const Oid *types, int n, bool all, struct ray_err *err)
{
    struct ray_buf list;

    if (all)
        return look_up(session, NULL, err);
    ray_buf_init(&list, err->arena);
    for (int i = 0; i < n; i++)
        if (types[i] >= DB_FIRST_NORMAL_OID && find_learnt(session, types[i]) == NULL)
            ray_buf_addf(&list, "%s%u", list.len == 0 ? "{" : ",", types[i]);
    if (list.len == 0)
        return true;
    ray_buf_addc(&list, '}');
    if (!look_up(session, list.data, err))
        return false;
    for (int i = 0; i < n; i++)
        if (types[i] >= DB_FIRST_NORMAL_OID)
            learn(session, types[i], 0, ','); /* no array: do not ask again */
    return true;
}
