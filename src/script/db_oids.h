/* The object identifiers of the types whose values are more than text; fixed in every version. */
#ifndef RAY_SCRIPT_DB_OIDS_H
#define RAY_SCRIPT_DB_OIDS_H

enum {
    DB_BOOL = 16,
    DB_BYTEA = 17,
    DB_INT8 = 20,
    DB_INT2 = 21,
    DB_INT4 = 23,
    DB_TEXT = 25,
    DB_OID = 26,
    DB_JSON = 114,
    DB_FLOAT4 = 700,
    DB_FLOAT8 = 701,
    DB_JSONB = 3802,
    DB_FIRST_NORMAL_OID = 16384, /* types of the database begin here */
};

#endif
