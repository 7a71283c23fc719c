/*
 * Rows as a file: CSV, JSON, JSON lines or INSERTs, a row at a time into a buffer. Values are the server's own text; JSON
 * gets numbers, booleans and json as such where they are such.
 */
#ifndef RAY_STUDIO_EMIT_H
#define RAY_STUDIO_EMIT_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

struct ray_emit {
    const struct ray_emit_format *format;
    size_t ncols;
    const char *const *names;
    const uint32_t *types; /* oids: those of PostgreSQL's own types tell numbers from texts */
    bool header;           /* CSV: a first line of names */
    bool formula_guard; /* CSV: a text that a spreadsheet would run gets an apostrophe before it */
    const char *into;   /* SQL: "schema"."table" and what else stands before VALUES's (...) */
    size_t rows;
};

struct ray_emit_format {
    const char *name; /* NULL ends the table */
    const char *type; /* Content-Type */
    const char *extension;
    void (*begin)(struct ray_emit *emit, struct ray_buf *buf);
    void (*row)(struct ray_emit *emit, struct ray_buf *buf, const char *const *values,
                const size_t *lengths);
    void (*end)(struct ray_emit *emit, struct ray_buf *buf);
};
extern const struct ray_emit_format ray_emit_formats[];

const struct ray_emit_format *ray_emit_format_find(const char *name); /* NULL: there is none */

#endif
