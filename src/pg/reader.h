/*
 * The text of a source (pg/split.h), streamed: private to the splitter and the token hash.
 *
 * Offsets are the source's own, whatever part of it is held: a reader holds the bytes from `keep`
 * to the last one read, and a NUL behind them. A byte order mark is skipped. What is no UTF-8, and
 * a NUL byte, is an error that names the place (SQLSTATE 22021), unless the reader is raw.
 */
#ifndef RAY_PG_READER_H
#define RAY_PG_READER_H

#include "pg/split.h"

struct ray_reader {
    struct ray_arena
        *arena; /* its own: a statement's text is given back when the reader is closed */
    const char *path;
    const char *source; /* the text in memory; NULL where it is a file */
    int fd;
    bool raw;
    bool eof;       /* nothing follows what is held */
    size_t begin;   /* where the text begins: behind the byte order mark */
    size_t limit;   /* where the range, or what is known of the file, ends */
    char *data;     /* the bytes held */
    size_t len;     /* their number */
    size_t cap;     /* bytes behind data, the NUL's among them */
    size_t base;    /* offset of the first of them */
    size_t keep;    /* what stands before this offset may be forgotten */
    size_t checked; /* what stands before this offset is UTF-8 */
    size_t place;   /* the offset that line and column belong to */
    int line;
    int column;
};

/* Opens the source and reads up to where its range begins. Close it after a failure, too. */
bool ray_reader_open(const struct ray_source *source, bool raw, struct ray_reader *out,
                     struct ray_err *err) RAY_MUST_CHECK;
void ray_reader_close(struct ray_reader *reader); /* may be called again */

/* Reads until the text up to the offset is held, or all there is. Moves what is held. */
bool ray_reader_fill(struct ray_reader *reader, size_t offset, struct ray_err *err) RAY_MUST_CHECK;

/* The text at an offset that is held. Good until the next fill. */
char *ray_reader_at(const struct ray_reader *reader, size_t offset);

/* The offset behind the last byte that is held. */
size_t ray_reader_end(const struct ray_reader *reader);

/* Line and column, 1-based, column in characters. Offsets may only grow from call to call. */
void ray_reader_locate(struct ray_reader *reader, size_t offset, int *line, int *column);

/* Fails with the place of `offset` and an SQLSTATE. Returns false. */
bool ray_reader_fail(struct ray_reader *reader, size_t offset, const char *sqlstate,
                     const char *message, struct ray_err *err);

#endif
