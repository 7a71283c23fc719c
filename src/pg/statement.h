/*
 * What a statement is, as far as running it needs to know: does it begin or end a transaction, does it
 * read or write a COPY stream, must it stand outside a transaction block. Everything else is the server's
 * business.
 */
#ifndef RAY_PG_STATEMENT_H
#define RAY_PG_STATEMENT_H

#include <stdbool.h>
#include <stddef.h>

enum ray_statement_kind {
    RAY_STATEMENT_PLAIN,
    RAY_STATEMENT_BEGIN,       /* BEGIN, START TRANSACTION */
    RAY_STATEMENT_COMMIT,      /* COMMIT, END, PREPARE TRANSACTION */
    RAY_STATEMENT_ROLLBACK,    /* ROLLBACK, ABORT; not ROLLBACK TO */
    RAY_STATEMENT_COPY_STREAM, /* COPY ... FROM STDIN / TO STDOUT */
    RAY_STATEMENT_ALONE,       /* cannot run in a transaction block: CONCURRENTLY, VACUUM, ... */
    RAY_STATEMENT_SET,  /* SET and RESET of the session: run again when a migration resumes */
    RAY_STATEMENT_META, /* a psql meta-command: \connect */
};

enum ray_statement_kind ray_statement_classify(const char *text);

/* The first character that is neither white space nor comment. */
const char *ray_statement_head(const char *text);

/* The statement's beginning on one line, for progress and lists: fits `out` of `size` bytes (at least 16),
 * ends in "..." where it was cut, never in the middle of a character. */
void ray_statement_summary(const char *text, char *out, size_t size);
enum { RAY_SUMMARY_SIZE = 96 };

#endif
