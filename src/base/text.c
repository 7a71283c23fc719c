/*
 * Text for people: see text.h. Characters are read here, their widths come from the C library (wcwidth,
 * with LC_CTYPE set by main), so that tables follow the machine's own Unicode.
 *
 * The only escape sequences that ever reach a terminal are those of the table below: all others, whoever
 * wrote them, are shown and not obeyed.
 */
#include "base/text.h"

#include "base/file.h"

#include <stdio.h>
#include <string.h>
#include <wchar.h>

static const char *const style_codes[] = {
    [RAY_PLAIN] = "",         [RAY_GOOD] = "\033[32m", [RAY_WARN] = "\033[33m",
    [RAY_BAD] = "\033[1;31m", [RAY_DIM] = "\033[2m",   [RAY_BOLD] = "\033[1m",
    [RAY_NAME] = "\033[36m",
};
static const char style_end[] = "\033[0m";

enum { STYLES = sizeof(style_codes) / sizeof(style_codes[0]) };

const char *
ray_style_begin(enum ray_style style)
{
    return style_codes[style];
}

const char *
ray_style_end(void)
{
    return style_end;
}

/* The length of one of our own style sequences at the start of `text`, 0 where there is none. */
static size_t
style_length(const char *text)
{
    if (text[0] != '\033')
        return 0;
    for (size_t i = 1; i < STYLES; i++)
        if (ray_has_prefix(text, style_codes[i]))
            return strlen(style_codes[i]);
    return ray_has_prefix(text, style_end) ? sizeof(style_end) - 1 : 0;
}

size_t
ray_char_read(const char *text, size_t left, uint32_t *code)
{
    unsigned char lead = (unsigned char)text[0];
    size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    size_t bad;

    if (length > left || !ray_utf8_valid(text, length, &bad)) {
        *code = RAY_CHAR_BAD;
        return 1;
    }
    *code = length == 1 ? lead : lead & (0xffU >> (length + 1));
    for (size_t i = 1; i < length; i++)
        *code = *code << 6 | ((unsigned char)text[i] & 0x3fU);
    return length;
}

int
ray_char_width(uint32_t code)
{
    int width = code < 0x80 || code == RAY_CHAR_BAD ? 1 : wcwidth((wchar_t)code);

    return width < 0 ? 1 : width;
}

/* Characters that a reader would not see, or that would act on the terminal instead of being shown. */
static bool
is_hidden(uint32_t code)
{
    static const struct {
        uint32_t first;
        uint32_t last;
    } ranges[] = {
        {0x00, 0x1f},     {0x7f, 0x9f},     {0x200b, 0x200b}, {0x2028, 0x202e},
        {0x2060, 0x2060}, {0x2066, 0x2069}, {0xfeff, 0xfeff}, {RAY_CHAR_BAD, RAY_CHAR_BAD},
    };

    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
        if (code >= ranges[i].first && code <= ranges[i].last)
            return true;
    return false;
}

static void
add_escaped(struct ray_buf *buf, unsigned char byte, uint32_t code)
{
    static const struct {
        uint32_t code;
        const char *text;
    } names[] = {{'\n', "\\n"}, {'\r', "\\r"}, {'\t', "\\t"}};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (code == names[i].code) {
            ray_buf_add(buf, names[i].text);
            return;
        }
    if (code == RAY_CHAR_BAD || code < 0x80)
        ray_buf_addf(buf, "\\x%02x", byte);
    else
        ray_buf_addf(buf, "\\u%04x", (unsigned int)code);
}

void
ray_buf_visible(struct ray_buf *buf, const char *text, size_t length, unsigned int keep)
{
    size_t done = 0; /* bytes before this one are in buf */
    size_t at = 0;

    while (at < length) {
        uint32_t code;
        size_t style = (keep & RAY_KEEP_STYLES) != 0 ? style_length(text + at) : 0;
        size_t step = style > 0 ? style : ray_char_read(text + at, length - at, &code);
        bool shown = style > 0 || !is_hidden(code) ||
                     ((keep & RAY_KEEP_LINES) != 0 && (code == '\n' || code == '\t'));

        if (!shown) {
            ray_buf_addn(buf, text + done, at - done);
            add_escaped(buf, (unsigned char)text[at], code);
            done = at + step;
        }
        at += step;
    }
    ray_buf_addn(buf, text + done, length - done);
}

/* One step through visible text: a style sequence, which has no width, or a character. */
static size_t
step_visible(const char *text, size_t left, int *width)
{
    size_t length = style_length(text);
    uint32_t code;

    *width = 0;
    if (length > 0)
        return length;
    length = ray_char_read(text, left, &code);
    *width = ray_char_width(code);
    return length;
}

static int
width_of(const char *text, size_t length)
{
    int total = 0;
    int width;

    for (size_t at = 0; at < length; total += width)
        at += step_visible(text + at, length - at, &width);
    return total;
}

int
ray_text_width(const char *text)
{
    return width_of(text, strlen(text));
}

void
ray_buf_pad(struct ray_buf *buf, int count)
{
    for (; count > 0; count--)
        ray_buf_addc(buf, ' ');
}

void
ray_buf_cut(struct ray_buf *buf, const char *text, int columns)
{
    static const char dots[] = "...";
    size_t length = strlen(text);
    int room = columns - (int)sizeof(dots) + 1;
    bool styled = strchr(text, '\033') != NULL;
    int used = 0;

    if (width_of(text, length) <= columns) {
        ray_buf_add(buf, text);
        return;
    }
    for (size_t at = 0; at < length;) {
        int width;
        size_t step = step_visible(text + at, length - at, &width);

        if (used + width > room)
            break;
        ray_buf_addn(buf, text + at, step);
        used += width;
        at += step;
    }
    ray_buf_addn(buf, dots, columns < 3 ? (size_t)(columns < 0 ? 0 : columns) : 3);
    if (styled)
        ray_buf_add(buf, style_end);
}

void
ray_buf_wrap(struct ray_buf *buf, const char *text, int at, int indent, int columns)
{
    bool fresh = true; /* nothing stands on this line yet but its indent */

    while (*text != '\0') {
        size_t spaces = strspn(text, " ");
        size_t word = strcspn(text + spaces, " \n");
        int width = width_of(text + spaces, word);

        if (text[spaces] == '\n') {
            ray_buf_addc(buf, '\n');
            ray_buf_pad(buf, text[spaces + 1] == '\n' || text[spaces + 1] == '\0' ? 0 : indent);
            text += spaces + 1;
            at = indent;
            fresh = true;
            continue;
        }
        if (columns > 0 && !fresh && at + (int)spaces + width > columns && word > 0) {
            ray_buf_addc(buf, '\n');
            ray_buf_pad(buf, indent);
            at = indent;
            spaces = strspn(text, " ");
            text += spaces;
            spaces = 0;
        }
        ray_buf_addn(buf, text, spaces + word);
        at += (int)spaces + width;
        text += spaces + word;
        fresh = false;
    }
}

const char *
ray_text_replace(struct ray_arena *arena, const char *text, const char *from, const char *to)
{
    struct ray_buf buf;
    const char *found;

    ray_buf_init(&buf, arena);
    while ((found = strstr(text, from)) != NULL) {
        ray_buf_addn(&buf, text, (size_t)(found - text));
        ray_buf_add(&buf, to);
        text = found + strlen(from);
    }
    ray_buf_add(&buf, text);
    return buf.data;
}
