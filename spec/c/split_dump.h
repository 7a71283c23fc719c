/* What the splitter makes of a source, as one text that the tests of pg/split.h compare. */
#ifndef RAY_SPEC_SPLIT_DUMP_H
#define RAY_SPEC_SPLIT_DUMP_H

#include "base/buf.h"
#include "pg/scan.h"
#include "pg/split.h"

#include <string.h>

/* "[text]" for each statement, "line:column@offset [text]" with `places`; and for an error
 * "! sqlstate file:line:column message". */
static inline const char *
dump_source(struct ray_arena *arena, const struct ray_source *source, size_t window, bool places)
{
    struct ray_splitter *splitter = NULL;
    struct ray_buf out;
    struct ray_err err;
    bool end = false;
    bool ok;

    ray_err_init(&err, arena);
    ray_buf_init(&out, arena);
    ok = ray_splitter_open_window(arena, source, window, &splitter, &err);
    for (int number = 1; ok && !end; number++) {
        struct ray_statement statement = {0};

        ok = ray_splitter_next(splitter, &statement, &end, &err);
        if (!ok || end)
            continue;
        if (statement.number != number || strlen(statement.text) != statement.len)
            ray_buf_add(&out, "(wrong number or length)");
        if (places)
            ray_buf_addf(&out, "%d:%d@%zu ", statement.line, statement.column, statement.offset);
        ray_buf_addf(&out, "[%s]", statement.text);
    }
    if (!ok)
        ray_buf_addf(&out, "! %s %s:%d:%d %s", err.sqlstate, err.file == NULL ? "" : err.file,
                     err.line, err.column, err.message);
    ray_splitter_close(splitter);
    return out.data;
}

static inline const char *
dump_text(struct ray_arena *arena, const char *text, size_t window, bool breakpoints, bool places)
{
    struct ray_source source = {.path = "x.sql", .text = text, .breakpoints = breakpoints};

    return dump_source(arena, &source, window, places);
}

#endif
