/*
 * Another tool's folder becomes one of raymig's own, and what that tool has applied is put into raymig's history. Nothing
 * of the tool's, neither folder nor table, is written to.
 */
#ifndef RAY_PROJECT_IMPORT_H
#define RAY_PROJECT_IMPORT_H

#include "base/buf.h"
#include "history/import.h"
#include "project/session.h"
#include "run/edit.h"

struct ray_import_request {
    const char *from;       /* the old layout; NULL: the config's, or detected */
    const char *to;         /* the new folder; NULL: the old one's name with -raymig */
    const char *tool_table; /* NULL: the tool's default */
    ray_strings allow;      /* versions that the folder may lack although they are applied */
    bool folder_only;
    bool history_only; /* the new folder is there already */
    bool dry_run;
};

/* What an import does with one migration. */
enum ray_import_fate {
    RAY_FATE_PENDING,  /* the old tool has not applied it */
    RAY_FATE_IMPORT,   /* gets a row */
    RAY_FATE_RENAME,   /* has a row of raymig's own, under the old name */
    RAY_FATE_RECORDED, /* has its row already */
    RAY_FATE_UNKNOWN,  /* of the folder alone: nobody asked */
};

struct ray_import_work {
    struct ray_project *project;
    const struct ray_import_request *request;
    struct ray_session session; /* its folder is the new one */
    struct ray_folder old;
    bool found;      /* there is something to import; false: the folder is raymig's own */
    bool remembered; /* the old folder is known from the new one's journal alone */
    struct ray_import plan;
    const char *to;
    bool exists; /* the new folder is there, with all that would be written */
    bool wrote;
    bool with_folder;
    bool with_history;
    bool dry_run;
    enum ray_import_fate *fates; /* one an item */
    const struct ray_history_row *
        *rows;       /* raymig's own rows of the old folder, one an item; NULL: none */
    bool *before;    /* one an item: was imported once already, whatever became of it */
    size_t recorded; /* rows that were written */
};

/* Makes it empty: may be closed. options: who is told what runs, and lock_wait_ms; the request must outlive it. */
void ray_import_init(struct ray_import_work *out, struct ray_project *project,
                     const struct ray_import_request *request,
                     const struct ray_session_options *options);

/* Everything is read and refused that must be, a question is asked, the new folder is written all or nothing, the rows in
 * one transaction under the lock. What is done already is passed over, so that it can be repeated and finished. */
bool ray_import_run(struct ray_import_work *work) RAY_MUST_CHECK;
void ray_import_close(struct ray_import_work *work);

/* {"ok", "dry_run", "from", "folder", "to", "wrote", "recorded", "migrations": [{"old", "version", "tag", "when", "state",
 * "applied_at"}]}. "state" is missing where the folder alone was imported. */
json_t *ray_import_json(const struct ray_import_work *work);

/* An item's state in it, "imported"; NULL: nobody asked. And when it was applied; NULL: not, or unknown. */
const char *ray_import_fate_name(const struct ray_import_work *work, size_t item);
const char *ray_import_applied_at(const struct ray_import_work *work, size_t item);

/* import_state.c: reads what the old tool and raymig itself have recorded, and refuses what must not be taken over. */
bool ray_import_look(struct ray_import_work *work, struct ray_conn *conn,
                     struct ray_arena *arena) RAY_MUST_CHECK;

/* What will become of an item, as far as can be told without the new folder. */
enum ray_import_fate ray_import_foresee(const struct ray_import_work *work, size_t item);

/* The edits that make the history say so, for the runner's present state; fills fates. */
bool ray_import_edits(struct ray_import_work *work, ray_edits *edits) RAY_MUST_CHECK;

#endif
