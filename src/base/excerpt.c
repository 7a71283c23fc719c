/*
 * Excerpts: see excerpt.h. Every line is first brought into visible form, tabs as spaces, and then cut as
 * columns, all lines at the same ones, so that the caret stands under its character and the lines above
 * and below keep their place against it, whatever is wide, combining or escaped before it.
 */
#include "base/excerpt.h"

#include "base/text.h"

#include <string.h>

enum { TAB = 4, LEAST_ROOM = 16 };

struct span {
    const char *begin;
    const char *end;
};

/* The line of `text` that holds byte `at`, without its line break. */
static struct span
line_at(const char *text, size_t at)
{
    struct span line = {text + at, text + at};

    while (line.begin > text && line.begin[-1] != '\n')
        line.begin--;
    line.end += strcspn(line.end, "\n");
    if (line.end > line.begin && line.end[-1] == '\r')
        line.end--;
    return line;
}

static bool
is_blank(struct span line)
{
    return strspn(line.begin, " \t\r") >= (size_t)(line.end - line.begin);
}

/* Appends a line in visible form; gives its width. */
static int
add_visible(struct ray_buf *buf, struct span line)
{
    const char *at = line.begin;
    int width = 0;

    while (at < line.end) {
        const char *tab = memchr(at, '\t', (size_t)(line.end - at));
        const char *stop = tab != NULL ? tab : line.end;
        size_t begin = buf->len;

        ray_buf_visible(buf, at, (size_t)(stop - at), RAY_KEEP_NOTHING);
        if (tab != NULL)
            ray_buf_pad(buf, TAB - (width + ray_text_width(buf->data + begin)) % TAB);
        width += ray_text_width(buf->data + begin);
        at = tab != NULL ? tab + 1 : stop;
    }
    return width;
}

/* Appends columns [from, from + room) of a visible text; dots stand where something is left out. */
static void
add_window(struct ray_buf *buf, const char *text, int from, int room)
{
    int total = ray_text_width(text);
    bool cut_left = from > 0 && total > from;
    int low = cut_left ? from + 3 : from;
    int high = total > from + room ? from + room - 3 : total;
    size_t left = strlen(text);
    int column = 0;

    if (cut_left)
        ray_buf_add(buf, "...");
    while (left > 0) {
        uint32_t code;
        size_t step = ray_char_read(text, left, &code);
        int width = ray_char_width(code);

        if (column >= low && column + width <= high)
            ray_buf_addn(buf, text, step);
        else if (column < low)
            ray_buf_pad(buf, column + width - low); /* half of a wide character */
        column += width;
        text += step;
        left -= step;
    }
    if (total > from + room)
        ray_buf_add(buf, "...");
}

static int
digits_of(int number)
{
    int digits = 1;

    for (; number >= 10; number /= 10)
        digits++;
    return digits;
}

/* Drops the spaces that end the text. */
static void
trim(struct ray_buf *buf)
{
    while (buf->len > 0 && buf->data[buf->len - 1] == ' ')
        ray_buf_truncate(buf, buf->len - 1);
}

/* " 12 | " in front of a line; number 0: without. */
static void
add_gutter(struct ray_buf *buf, const struct ray_excerpt *excerpt, int digits, int number)
{
    ray_buf_add(buf, excerpt->dim);
    if (number > 0)
        ray_buf_addf(buf, " %*d | ", digits, number);
    else
        ray_buf_addf(buf, " %*s | ", digits, "");
    ray_buf_add(buf, excerpt->end);
}

/* Where the window begins so that the caret is seen, with more of what leads to it than of the rest. */
static int
window_start(int caret, int width, int room)
{
    int start = caret - room * 2 / 3;

    if (width < room && caret < room)
        return 0;
    if (start > width + 1 - room)
        start = width + 1 - room;
    return start < 4 ? 0 : start;
}

static struct span
first_line(const struct ray_excerpt *excerpt, struct span place, int *count)
{
    struct span first = place;

    for (*count = 0; *count < excerpt->before && first.begin > excerpt->text; (*count)++)
        first = line_at(excerpt->text, (size_t)(first.begin - excerpt->text) - 1);
    while (*count > 0 && is_blank(first)) {
        first = line_at(excerpt->text,
                        (size_t)(first.begin - excerpt->text) + strcspn(first.begin, "\n") + 1);
        (*count)--;
    }
    return first;
}

static bool
next_line(struct span *line)
{
    const char *end = line->begin + strcspn(line->begin, "\n");

    if (*end == '\0')
        return false;
    *line = line_at(end + 1, 0);
    return true;
}

/* How many of the lines behind the place are shown: none that are blank at the end. */
static int
lines_after(const struct ray_excerpt *excerpt, struct span place)
{
    int shown = 0;

    for (int i = 1; i <= excerpt->after && next_line(&place); i++)
        if (!is_blank(place))
            shown = i;
    return shown;
}

void
ray_buf_excerpt(struct ray_buf *buf, const struct ray_excerpt *excerpt)
{
    struct span place = line_at(excerpt->text, excerpt->at);
    struct span to_caret = {place.begin, excerpt->text + excerpt->at};
    int after = lines_after(excerpt, place);
    int before;
    struct span line = first_line(excerpt, place, &before);
    int digits = excerpt->line > 0 ? digits_of(excerpt->line + after) : 1;
    int room = excerpt->columns - digits - 4;
    struct ray_buf shown;
    int caret;
    int start;

    if (room < LEAST_ROOM)
        room = LEAST_ROOM;
    if (to_caret.end > place.end)
        to_caret.end = place.end;
    ray_buf_init(&shown, buf->arena);
    caret = add_visible(&shown, to_caret);
    ray_buf_truncate(&shown, 0);
    start = window_start(excerpt->caret ? caret : 0, add_visible(&shown, place), room);
    for (int i = -before; i <= after; i++) {
        ray_buf_truncate(&shown, 0);
        (void)add_visible(&shown, line);
        add_gutter(buf, excerpt, digits, excerpt->line > 0 ? excerpt->line + i : 0);
        add_window(buf, shown.data, start, room);
        trim(buf);
        ray_buf_addc(buf, '\n');
        if (i == 0 && excerpt->caret) {
            add_gutter(buf, excerpt, digits, 0);
            ray_buf_pad(buf, caret - start);
            ray_buf_addf(buf, "%s^%s\n", excerpt->mark, excerpt->end);
        }
        (void)next_line(&line);
    }
}
