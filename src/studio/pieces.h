/*
 * Files that come in pieces, taken apart without being understood: where a record of CSV, or a value of a JSON array or of
 * JSON lines, begins and ends. What is in it is read by the server. A splitter holds no more than the record that is
 * not yet whole.
 */
#ifndef RAY_STUDIO_PIECES_H
#define RAY_STUDIO_PIECES_H

#include "base/buf.h"
#include "base/err.h"
#include "base/vec.h"

enum { RAY_PIECE_MAX = 64 << 20 }; /* a record that is longer is an error */

/* One value of JSON, its text without what stands around it. False ends the splitting. */
typedef bool ray_piece_fn(void *arg, const char *text, size_t size, struct ray_err *err);

struct ray_json_pieces {
    struct ray_buf value; /* what is there of it */
    int depth;            /* of brackets inside of the value */
    bool in_array;        /* values stand in [ ], with commas between */
    bool began;           /* something came */
    bool ended;           /* the array is closed */
    bool in_value;
    bool in_text;
    bool escaped;
    bool separated; /* a value may come */
};

void ray_json_pieces_init(struct ray_json_pieces *pieces, struct ray_arena *arena);
/* Hands on each value that these bytes make whole. RAY_USAGE where this is no array of values, or lines of them. */
bool ray_json_pieces_add(struct ray_json_pieces *pieces, const char *data, size_t size,
                         ray_piece_fn *take, void *arg, struct ray_err *err) RAY_MUST_CHECK;
/* At the end of the file: a last line without its end, or an error where something is not whole. */
bool ray_json_pieces_end(struct ray_json_pieces *pieces, ray_piece_fn *take, void *arg,
                         struct ray_err *err) RAY_MUST_CHECK;

typedef RAY_VEC(const char *) ray_cells; /* NULL where nothing at all stands between two commas */

/* The next record of CSV at *at; false where none is whole before `end`, unless `last`: then what is there is one. */
bool ray_csv_record(struct ray_arena *arena, const char **at, const char *end, bool last,
                    ray_cells *out);

#endif
