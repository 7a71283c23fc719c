/*
 * Tables: see ray_term_table in term.h. No borders, two spaces between columns, nothing behind the last
 * cell of a row. A cell is one line: a line break in it is made visible like any other control character.
 */
#include "base/term_internal.h"

#include "base/text.h"

#include <string.h>

enum { GAP = 2, NARROWEST = 12 };

struct layout {
    const struct ray_table *table;
    const struct ray_paint *paint;
    size_t nrows;
    const char **shown; /* visible text of every cell, row by row, the heads first */
    int *widths;        /* of the columns */
};

static const char *
visible(struct ray_arena *arena, const char *text)
{
    struct ray_buf buf;

    if (text == NULL)
        return "";
    ray_buf_init(&buf, arena);
    ray_buf_visible(&buf, text, strlen(text), RAY_KEEP_NOTHING);
    return buf.data;
}

static const char *
cut(struct ray_arena *arena, const char *text, int columns)
{
    struct ray_buf buf;

    ray_buf_init(&buf, arena);
    ray_buf_cut(&buf, text, columns);
    return buf.data;
}

/* Lets the last column give way where the table is wider than the terminal. */
static void
fit(struct ray_arena *arena, struct layout *layout, int columns)
{
    size_t last = layout->table->ncols - 1;
    int before = 0;
    int room;

    for (size_t c = 0; c < last; c++)
        before += layout->widths[c] + GAP;
    room = columns - before;
    if (columns == 0 || layout->widths[last] <= room)
        return;
    if (room < NARROWEST)
        room = NARROWEST;
    if (layout->widths[last] <= room)
        return;
    layout->widths[last] = room;
    for (size_t r = 0; r < layout->nrows; r++) {
        const char **cell = &layout->shown[r * layout->table->ncols + last];

        *cell = cut(arena, *cell, room);
    }
}

static struct layout
lay_out(struct ray_arena *arena, const struct ray_term *term, const struct ray_table *table)
{
    struct layout layout = {.table = table, .paint = &term->out_paint};
    size_t ncells;

    layout.nrows = 1 + table->cells.len / table->ncols;
    ncells = layout.nrows * table->ncols;
    layout.shown = RAY_NEW_ARRAY(arena, const char *, ncells);
    layout.widths = RAY_NEW_ARRAY(arena, int, table->ncols);
    for (size_t i = 0; i < ncells; i++) {
        int *width = &layout.widths[i % table->ncols];
        const char *text = i < table->ncols ? table->heads[i]
                                            : table->cells.items[i - table->ncols].text;
        int own;

        layout.shown[i] = visible(arena, text);
        own = ray_text_width(layout.shown[i]);
        if (own > *width)
            *width = own;
    }
    fit(arena, &layout, ray_term_out_columns(term));
    return layout;
}

static void
add_cell(struct ray_buf *buf, const struct layout *layout, size_t row, size_t column, int *owed)
{
    const struct ray_table *table = layout->table;
    size_t at = row * table->ncols + column;
    const char *text = layout->shown[at];
    enum ray_style style = row == 0 ? RAY_BOLD : table->cells.items[at - table->ncols].style;
    int spare = layout->widths[column] - ray_text_width(text);
    bool right = table->right != NULL && table->right[column];

    /* Spaces are owed until something stands behind them, so that no line ends in any. */
    *owed += column > 0 ? GAP : 0;
    *owed += right ? spare : 0;
    if (text[0] != '\0') {
        ray_buf_pad(buf, *owed);
        ray_buf_add(buf, layout->paint->styles[style]);
        ray_buf_add(buf, text);
        ray_buf_add(buf, layout->paint->styles[style][0] != '\0' ? layout->paint->end : "");
        *owed = 0;
    }
    *owed += right ? 0 : spare;
}

void
ray_term_table(struct ray_term *term, const struct ray_table *table)
{
    struct ray_arena *arena;
    struct layout layout;
    struct ray_buf buf;

    if (term->options.json || table->ncols == 0)
        return;
    arena = ray_arena_new();
    ray_buf_init(&buf, arena);
    layout = lay_out(arena, term, table);
    for (size_t r = 0; r < layout.nrows; r++) {
        int owed = 0;

        for (size_t c = 0; c < table->ncols; c++)
            add_cell(&buf, &layout, r, c, &owed);
        ray_buf_addc(&buf, '\n');
    }
    ray_term_write_out(term, buf.data, buf.len);
    ray_arena_free(arena);
}
