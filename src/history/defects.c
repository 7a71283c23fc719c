/*
 * Defects: see defects.h. The first defect is the error, with its file, line and hint; where there are
 * more, the message counts them and the detail lists all, so that no run stops half-way through a list.
 */
#include "history/defects.h"

#include "base/buf.h"

enum { LISTED = 50 }; /* a folder in ruins fills a terminal otherwise */

void
ray_defects_init(struct ray_defects *defects, struct ray_arena *arena)
{
    *defects = (struct ray_defects){.arena = arena};
}

struct ray_defect *
ray_defects_add(struct ray_defects *defects, enum ray_code code, const char *file, int line,
                const char *format, ...)
{
    struct ray_defect *defect = ray_vec_add(defects->arena, &defects->list);
    va_list args;

    va_start(args, format);
    defect->text = ray_arena_vprintf(defects->arena, format, args);
    va_end(args);
    defect->code = code;
    defect->file = file;
    defect->line = line;
    return defect;
}

static void
add_line(struct ray_buf *buf, const struct ray_defect *defect)
{
    if (buf->len > 0)
        ray_buf_addc(buf, '\n');
    if (defect->file != NULL && defect->line > 0)
        ray_buf_addf(buf, "%s:%d: ", defect->file, defect->line);
    ray_buf_add(buf, defect->text);
}

bool
ray_defects_raise(const struct ray_defects *defects, struct ray_err *err)
{
    const struct ray_defect *first = defects->list.items;
    size_t count = defects->list.len;
    struct ray_buf all;

    if (count == 0)
        return true;
    if (count == 1) {
        (void)ray_err_set(err, first->code, "%s", first->text);
    } else {
        (void)ray_err_set(err, first->code, "%s (the first of %zu defects)", first->text, count);
        ray_buf_init(&all, err->arena);
        for (size_t i = 0; i < count && i < LISTED; i++)
            add_line(&all, &defects->list.items[i]);
        if (count > LISTED)
            ray_buf_addf(&all, "\n... and %zu more", count - LISTED);
        (void)ray_err_detail(err, "%s", all.data);
    }
    if (first->hint != NULL)
        (void)ray_err_hint(err, "%s", first->hint);
    if (first->file != NULL)
        (void)ray_err_at(err, first->file, first->line, 0);
    return false;
}
