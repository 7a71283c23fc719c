/*
 * Pages of help: see page.h. Built in one buffer, printed once. Lines are at most 100 columns long, since
 * longer ones are hard to read, and fit a terminal of any width.
 */
#include "cmd/page.h"

#include "base/text.h"

#include <string.h>

enum { WIDEST = 100, NARROW_TEXT = 24, LABEL_INDENT = 2, TEXT_INDENT = 10 };

void
ray_page_init(struct ray_page *page, struct ray_arena *arena, struct ray_term *term,
              bool error_stream)
{
    page->term = term;
    page->error_stream = error_stream;
    page->columns = ray_term_columns(term);
    if (page->columns > WIDEST)
        page->columns = WIDEST;
    ray_buf_init(&page->buf, arena);
}

void
ray_page_heading(struct ray_page *page, const char *text)
{
    if (page->buf.len > 0)
        ray_buf_addc(&page->buf, '\n');
    ray_buf_add(&page->buf, ray_term_styled(page->term, page->error_stream, RAY_BOLD, text));
    ray_buf_addc(&page->buf, '\n');
}

void
ray_page_row(struct ray_page *page, const char *label, const char *text, int at)
{
    struct ray_buf *buf = &page->buf;
    int width = ray_text_width(label);
    bool below = page->columns - at < NARROW_TEXT || LABEL_INDENT + width + 2 > at;
    int column = below ? TEXT_INDENT : at;

    ray_buf_pad(buf, LABEL_INDENT);
    ray_buf_add(buf, ray_term_styled(page->term, page->error_stream, RAY_NAME, label));
    if (text == NULL || text[0] == '\0') {
        ray_buf_addc(buf, '\n');
        return;
    }
    if (below)
        ray_buf_addc(buf, '\n');
    ray_buf_pad(buf, below ? column : column - LABEL_INDENT - width);
    ray_buf_wrap(buf, text, column, column, page->columns);
    ray_buf_addc(buf, '\n');
}

/* Appends the paragraph that begins at `text` as one line; gives what is behind it. */
static const char *
join_lines(struct ray_buf *line, const char *text)
{
    for (;;) {
        size_t length = strcspn(text, "\n");

        ray_buf_addn(line, text, length);
        text += length;
        if (text[0] == '\0' || text[1] == '\n' || text[1] == ' ' || text[1] == '\0')
            return text;
        ray_buf_addc(line, ' ');
        text++;
    }
}

/* Where the second column of a line such as "  start   makes it" begins, for the lines it is broken into;
 * right of the line's own indent where it has no second column. */
static int
hanging_column(const char *line, int columns)
{
    size_t lead = strspn(line, " ");
    const char *gap = strstr(line + lead, "  ");
    int column = gap == NULL ? 0 : (int)(gap - line + (long)strspn(gap, " "));

    return column > 0 && column < columns - NARROW_TEXT ? column : (int)lead + 2;
}

void
ray_page_text(struct ray_page *page, const char *text, int indent)
{
    struct ray_buf *buf = &page->buf;
    struct ray_buf line;

    ray_buf_init(&line, buf->arena);
    while (*text != '\0') {
        bool verbatim = *text == ' ';

        if (*text == '\n') {
            ray_buf_addc(buf, '\n');
            text++;
            continue;
        }
        ray_buf_truncate(&line, 0);
        if (verbatim) {
            size_t length = strcspn(text, "\n");

            ray_buf_addn(&line, text, length);
            text += length;
        } else {
            text = join_lines(&line, text);
        }
        ray_buf_pad(buf, indent);
        ray_buf_wrap(buf, line.data, indent,
                     indent + (verbatim ? hanging_column(line.data, page->columns) : 0),
                     page->columns);
        ray_buf_addc(buf, '\n');
        if (*text == '\n')
            text++;
    }
}

void
ray_page_print(struct ray_page *page)
{
    if (page->error_stream) {
        ray_buf_truncate(&page->buf, page->buf.len - 1); /* the last line break is added again */
        ray_term_say(page->term, "%s", page->buf.data);
    } else {
        ray_term_outn(page->term, page->buf.data, page->buf.len);
    }
}
