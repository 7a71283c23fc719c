/* Errors: see err.h. */
#include "base/err.h"

#include <errno.h>
#include <string.h>

const struct ray_code_row ray_codes[] = {
    {RAY_OK, "done", "done"},
    {RAY_FAILED, "failed", "failed: the database or a script said no"},
    {RAY_USAGE, "usage", "usage or config"},
    {RAY_DIFFERENT, "different",
     "there is a difference or something is pending (with --exit-code)"},
    {RAY_REFUSED, "refused", "refused: it would lose data, or needs a word that nobody gave"},
    {RAY_UNAVAILABLE, "unavailable", "could not get a lock or a connection in time"},
    {RAY_INTEGRITY, "integrity",
     "integrity: an applied migration was edited, is missing, or stands out of order"},
    {RAY_INTERRUPTED, "interrupted", "interrupted; the transaction was rolled back"},
    {RAY_OK, NULL, NULL},
};

void
ray_err_init(struct ray_err *err, struct ray_arena *arena)
{
    memset(err, 0, sizeof(*err));
    err->arena = arena;
}

void
ray_err_clear(struct ray_err *err)
{
    ray_err_init(err, err->arena);
}

bool
ray_err_set(struct ray_err *err, enum ray_code code, const char *format, ...)
{
    va_list args;

    ray_err_clear(err);
    err->code = code;
    va_start(args, format);
    err->message = ray_arena_vprintf(err->arena, format, args);
    va_end(args);
    return false;
}

bool
ray_err_errno(struct ray_err *err, enum ray_code code, const char *format, ...)
{
    const char *reason = strerror(errno);
    va_list args;

    ray_err_clear(err);
    err->code = code;
    va_start(args, format);
    err->message = ray_arena_vprintf(err->arena, format, args);
    va_end(args);
    err->message = ray_arena_printf(err->arena, "%s: %s", err->message, reason);
    return false;
}

bool
ray_err_hint(struct ray_err *err, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    err->hint = ray_arena_vprintf(err->arena, format, args);
    va_end(args);
    return false;
}

bool
ray_err_detail(struct ray_err *err, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    err->detail = ray_arena_vprintf(err->arena, format, args);
    va_end(args);
    return false;
}

bool
ray_err_at(struct ray_err *err, const char *file, int line, int column)
{
    err->file = ray_arena_strdup(err->arena, file);
    err->line = line;
    err->column = column;
    return false;
}

bool
ray_err_prepend(struct ray_err *err, const char *format, ...)
{
    const char *before;
    va_list args;

    va_start(args, format);
    before = ray_arena_vprintf(err->arena, format, args);
    va_end(args);
    err->message = ray_arena_printf(err->arena, "%s: %s", before, err->message);
    return false;
}
