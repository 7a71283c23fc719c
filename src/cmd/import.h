/* An import on its way: what import.c, import_state.c and import_show.c share. */
#ifndef RAY_CMD_IMPORT_H
#define RAY_CMD_IMPORT_H

#include "base/buf.h"
#include "cmd/report.h"
#include "history/import.h"
#include "run/edit.h"

/* What an import does with one migration. */
enum ray_import_fate {
    RAY_FATE_PENDING,  /* the old tool has not applied it */
    RAY_FATE_IMPORT,   /* gets a row */
    RAY_FATE_RENAME,   /* has a row of raymig's own, under the old name */
    RAY_FATE_RECORDED, /* has its row already */
    RAY_FATE_UNKNOWN,  /* --folder-only: nobody asked */
};

struct ray_import_work {
    struct ray_app *app;
    struct ray_report report; /* its session's folder is the new one */
    struct ray_folder old;
    bool remembered; /* the old folder is known from the new one's journal alone */
    struct ray_import plan;
    const char *to;
    bool exists; /* the new folder is there, with all that would be written */
    bool wrote;
    const char *tool_table; /* --tool-table; NULL: the tool's default */
    bool with_folder;
    bool with_history;
    bool dry_run;
    enum ray_import_fate *fates; /* one an item */
    const struct ray_history_row *
        *rows;       /* raymig's own rows of the old folder, one an item; NULL: none */
    bool *before;    /* one an item: was imported once already, whatever became of it */
    size_t recorded; /* rows that were written */
};

/* Reads what the old tool and raymig itself have recorded, and refuses what must not be taken over. */
bool ray_import_look(struct ray_import_work *work, struct ray_conn *conn,
                     struct ray_arena *arena) RAY_MUST_CHECK;

/* What will become of an item, as far as can be told without the new folder. */
enum ray_import_fate ray_import_foresee(const struct ray_import_work *work, size_t item);

/* The edits that make the history say so, for the runner's present state; fills fates. */
bool ray_import_edits(struct ray_import_work *work, ray_edits *edits) RAY_MUST_CHECK;

/* Prints the result: the table of what became of what, or JSON. */
void ray_import_show(struct ray_import_work *work);

#endif
