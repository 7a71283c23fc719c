/*
 * Lines: see lines.h. A migration file may hold hundreds of megabytes, so nothing but a window of it is
 * ever in memory; the head of a line is copied out, the rest only counted.
 */
#include "history/lines.h"

#include "base/file.h"

#include <errno.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

bool
ray_lines_begin(struct ray_lines *lines, const char *path, struct ray_err *err)
{
    size_t size;

    lines->path = path;
    lines->number = 0;
    lines->offset = 0;
    lines->at = 0;
    lines->filled = 0;
    lines->fd = ray_file_open(path, &size, err);
    return lines->fd >= 0;
}

/* Fills an empty window: 1, at the end of the file: 0, on error: -1. */
static int
fill(struct ray_lines *lines, struct ray_err *err)
{
    ssize_t n;

    if (lines->at < lines->filled)
        return 1;
    do
        n = read(lines->fd, lines->window, RAY_LINES_WINDOW);
    while (n < 0 && errno == EINTR);
    if (n < 0) {
        (void)ray_err_errno(err, RAY_USAGE, "cannot read \"%s\"", lines->path);
        return -1;
    }
    lines->at = 0;
    lines->filled = (size_t)n;
    return n > 0;
}

/* Takes the window up to and with the next line end, keeping what still fits of it. */
static bool
take(struct ray_lines *lines, struct ray_line *out, size_t *kept)
{
    const char *from = lines->window + lines->at;
    size_t left = lines->filled - lines->at;
    const char *end = memchr(from, '\n', left);
    size_t length = end == NULL ? left : (size_t)(end - from);
    size_t room = RAY_LINE_HEAD - 1 - *kept;
    size_t copied = length < room ? length : room;

    memcpy(out->text + *kept, from, copied);
    *kept += copied;
    length += end != NULL;
    lines->at += length;
    lines->offset += length;
    return end != NULL;
}

int
ray_lines_next(struct ray_lines *lines, struct ray_line *out, struct ray_err *err)
{
    size_t kept = 0;
    bool ended = false;
    int more = fill(lines, err);

    if (more <= 0)
        return more;
    out->begin = lines->offset;
    while (!ended && more > 0) {
        ended = take(lines, out, &kept);
        more = ended ? 1 : fill(lines, err);
    }
    if (more < 0)
        return more;
    out->text[kept] = '\0';
    if (kept > 0 && out->text[kept - 1] == '\r')
        out->text[kept - 1] = '\0';
    if (out->begin == 0 && strncmp(out->text, "\xef\xbb\xbf", 3) == 0)
        memmove(out->text, out->text + 3, strlen(out->text + 3) + 1);
    out->next = lines->offset;
    out->number = ++lines->number;
    return 1;
}

void
ray_lines_end(struct ray_lines *lines)
{
    if (lines->fd >= 0)
        close(lines->fd);
    lines->fd = -1;
}

const char *
ray_line_trim_left(const char *text)
{
    return text + strspn(text, " \t\r\f\v");
}

void
ray_line_trim_right(char *text)
{
    size_t length = strlen(text);

    while (length > 0 && strchr(" \t\r\f\v", text[length - 1]) != NULL)
        length--;
    text[length] = '\0';
}
