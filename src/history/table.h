/*
 * The history table: which migrations a database has had, one row each, and its append-only log beside
 * it (`<table>_log`), which also remembers what failed and what was taken back.
 *
 * Drizzle's columns (id, hash, created_at), the ones of Drizzle 1.x (name, applied_at), and raymig's own,
 * nullable. A table that Drizzle 0.x made, or that raymig makes for a Drizzle 0.x folder, gets only
 * raymig's own: Drizzle 1.x takes a table that has `name` for one that it has already upgraded.
 */
#ifndef RAY_HISTORY_TABLE_H
#define RAY_HISTORY_TABLE_H

#include "base/json.h"
#include "base/vec.h"
#include "history/folder.h"
#include "pg/conn.h"

struct ray_history_place {
    const char *schema;
    const char *table;
};

/* RAY_USAGE where the names are empty, or so long that the server would cut those of the log or of the
 * batches' table, which have the table's with a word behind it. */
bool ray_history_place_check(const struct ray_history_place *place,
                             struct ray_err *err) RAY_MUST_CHECK;

enum ray_row_state {
    RAY_ROW_APPLIED,
    RAY_ROW_PARTIAL,   /* a migration without a transaction that has not come to its end */
    RAY_ROW_REVERTING, /* the same, on its way down */
};

struct ray_history_row {
    const char *id;
    const char *name;       /* NULL in a Drizzle 0.x table */
    const char *hash;       /* hex sha256 of the up file; "" where it is NULL */
    int64_t when;           /* created_at; -1 where it is NULL */
    const char *applied_at; /* as the server prints it; NULL where unknown */
    const char *applied_by;
    int64_t duration_ms; /* -1 where unknown */
    enum ray_row_state state;
    int statements_done;   /* finished statements of a partial or reverting migration */
    bool attempting;       /* the statement behind them was begun and its end never recorded */
    const char *tokens;    /* hash over the tokens of the up script; NULL where unknown */
    const char *down_file; /* name of the stored down script; NULL where none is stored */
    const char *down_hash;
};

struct ray_history {
    struct ray_history_place place;
    bool exists;
    bool complete;                        /* raymig's own columns are all there */
    bool has_name;                        /* the name column is */
    int64_t newest;                       /* max(created_at), 0 where there is none */
    RAY_VEC(struct ray_history_row) rows; /* by id */
};

/* Reads the table; one round trip where it is complete or missing. RAY_USAGE where the table is not one
 * of migrations. Writes nothing. */
bool ray_history_load(struct ray_conn *conn, struct ray_arena *arena,
                      const struct ray_history_place *place, struct ray_history *out,
                      struct ray_err *err) RAY_MUST_CHECK;

/* Creates schema, table and log, or adds what a table lacks. Call it under the lock. */
bool ray_history_prepare(struct ray_conn *conn, struct ray_history *history,
                         struct ray_err *err) RAY_MUST_CHECK;

/* "schema"."table", and its log's name. */
char *ray_history_name(struct ray_arena *arena, const struct ray_history_place *place);
char *ray_history_log_name(struct ray_arena *arena, const struct ray_history_place *place);

/* The name of the lock (pg/lock.h) that whoever changes the database of that history holds. */
char *ray_history_lock_name(struct ray_arena *arena, const struct ray_history_place *place);

/* The statement that records a migration, and its parameters. It inserts nothing where the row is there
 * already or where `condition` (see ray_lock_condition; NULL: none) does not hold: then RETURNING is empty. */
enum { RAY_HISTORY_PARAMS = 11 };
struct ray_history_insert {
    const char *sql;
    const char *params[RAY_HISTORY_PARAMS];
};
struct ray_history_record {
    const struct ray_migration *migration;
    const char *hash;
    const char *tokens;
    int64_t duration_ms;
    enum ray_row_state state;
    const char *down_file; /* NULL: no down to store */
    const char *down_script;
    const char *down_hash;
};
void ray_history_insert_build(struct ray_arena *arena, const struct ray_history *history,
                              const struct ray_history_record *record, const char *condition,
                              struct ray_history_insert *out);

/* SQL that deletes the rows of a migration (ray_stand_rows; at least one), RETURNING id, under the condition. */
const char *ray_history_delete_sql(struct ray_arena *arena, const struct ray_history *history,
                                   const struct ray_history_row *const *rows, size_t count,
                                   const char *condition);

/* SQL that sets state and statements_done of a row. `attempting` marks statement done + 1 as begun. */
const char *ray_history_progress_sql(struct ray_arena *arena, const struct ray_history *history,
                                     const char *id, enum ray_row_state state, int done,
                                     bool attempting);

/* The statement that makes a row say what the folder says now: hash, tokens, stored down. */
enum { RAY_ACCEPT_PARAMS = 6 };
void ray_history_accept_build(struct ray_arena *arena, const struct ray_history *history,
                              const struct ray_history_record *record, const char *id,
                              const char **sql, const char *params[RAY_ACCEPT_PARAMS]);

/* The stored down script of a row; out->data NULL where none is stored. */
bool ray_history_stored_down(struct ray_conn *conn, struct ray_arena *arena,
                             const struct ray_history *history, const struct ray_history_row *row,
                             struct ray_text *out, struct ray_err *err) RAY_MUST_CHECK;

/* Fills a record of a migration from its files: hashes, and the down that is to be stored. */
bool ray_history_record_read(struct ray_arena *arena, const struct ray_migration *migration,
                             enum ray_row_state state, struct ray_history_record *out,
                             struct ray_err *err) RAY_MUST_CHECK;

/* One line for the log. `detail` is a JSON object or NULL. */
struct ray_history_event {
    const char *event; /* "up", "down", "failed", "repaired", "baselined", "imported", "backup" */
    const char *name;
    const char *hash;
    int64_t duration_ms; /* -1: none */
    const json_t *detail;
};
enum { RAY_LOG_PARAMS = 6 };
void ray_history_log_build(struct ray_arena *arena, const struct ray_history *history,
                           const struct ray_history_event *event, const char **sql,
                           const char *params[RAY_LOG_PARAMS]);
bool ray_history_log(struct ray_conn *conn, struct ray_arena *arena,
                     const struct ray_history *history, const struct ray_history_event *event,
                     struct ray_err *err) RAY_MUST_CHECK;

const char *ray_row_state_name(enum ray_row_state state);

#endif
