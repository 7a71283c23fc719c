/*
 * The terminal: see term.h. Owns both output streams, the live line and the colours.
 *
 * Standard error gets one write a line, so that lines of two processes do not mix, and standard output is
 * flushed before it, so that both read in order where they end in one file. A write that fails is
 * remembered and told at the end (ray_term_flush): a broken pipe must not stop a migration half-way.
 */
#include "base/term_internal.h"

#include "base/scrub.h"
#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { USUAL_COLUMNS = 80, FEWEST_COLUMNS = 20 };

static bool
has_colour(enum ray_color color, bool is_terminal, bool is_dumb)
{
    switch (color) {
    case RAY_COLOR_ALWAYS:
        return true;
    case RAY_COLOR_NEVER:
        return false;
    case RAY_COLOR_AUTO:
        break;
    }
    return is_terminal && !is_dumb;
}

static void
set_paint(struct ray_paint *paint, bool on)
{
    for (size_t i = 0; i < sizeof(paint->styles) / sizeof(paint->styles[0]); i++)
        paint->styles[i] = on ? ray_style_begin((enum ray_style)i) : "";
    paint->end = on ? ray_style_end() : "";
}

struct ray_term *
ray_term_new(struct ray_arena *arena, const struct ray_term_options *options)
{
    struct ray_term *term = RAY_NEW(arena, struct ray_term);
    const char *type = getenv("TERM");
    bool is_dumb = type == NULL || type[0] == '\0' || strcmp(type, "dumb") == 0;

    term->arena = arena;
    term->options = *options;
    term->out_is_terminal = isatty(STDOUT_FILENO) == 1;
    term->err_is_terminal = isatty(STDERR_FILENO) == 1;
    term->has_live = term->err_is_terminal && !is_dumb && !options->quiet && !options->json;
    set_paint(&term->out_paint, has_colour(options->color, term->out_is_terminal, is_dumb));
    set_paint(&term->err_paint, has_colour(options->color, term->err_is_terminal, is_dumb));
    ray_buf_init(&term->text, arena);
    ray_buf_init(&term->line, arena);
    return term;
}

const struct ray_term_options *
ray_term_options(const struct ray_term *term)
{
    return &term->options;
}

void
ray_term_set_verbose(struct ray_term *term)
{
    term->options.verbose = true;
}

bool
ray_term_is_interactive(const struct ray_term *term)
{
    return term->err_is_terminal && isatty(STDIN_FILENO) == 1;
}

/* Columns of a stream, 0 where they cannot be told. */
static int
columns_of(int fd)
{
    struct winsize size;
    const char *text = getenv("COLUMNS");
    int columns = 0;

    if (ioctl(fd, TIOCGWINSZ, &size) == 0)
        columns = size.ws_col;
    if (columns == 0 && text != NULL)
        columns = (int)strtol(text, NULL, 10);
    if (columns <= 0 || columns > 10000)
        return 0;
    return columns < FEWEST_COLUMNS ? FEWEST_COLUMNS : columns;
}

int
ray_term_columns(const struct ray_term *term)
{
    int columns = term->err_is_terminal ? columns_of(STDERR_FILENO) : 0;

    return columns == 0 ? USUAL_COLUMNS : columns;
}

int
ray_term_out_columns(const struct ray_term *term)
{
    int columns = term->out_is_terminal ? columns_of(STDOUT_FILENO) : 0;

    return term->out_is_terminal && columns == 0 ? USUAL_COLUMNS : columns;
}

const char *
ray_term_styled(struct ray_term *term, bool error_stream, enum ray_style style, const char *text)
{
    const struct ray_paint *paint = error_stream ? &term->err_paint : &term->out_paint;
    struct ray_buf buf;

    if (paint->styles[style][0] == '\0')
        return text;
    ray_buf_init(&buf, term->arena);
    ray_buf_add(&buf, paint->styles[style]);
    ray_buf_visible(&buf, text, strlen(text), RAY_KEEP_LINES);
    ray_buf_add(&buf, paint->end);
    return buf.data;
}

static void
clear_live(struct ray_term *term)
{
    static const char clear[] = "\r\033[K";

    if (!term->live)
        return;
    term->live = false;
    (void)fwrite(clear, 1, sizeof(clear) - 1, stderr);
}

static void
note_failure(struct ray_term *term)
{
    if (term->out_errno == 0)
        term->out_errno = errno != 0 ? errno : EIO;
}

static void
flush_out(struct ray_term *term)
{
    errno = 0;
    if (term->out_errno == 0 && fflush(stdout) != 0)
        note_failure(term);
}

void
ray_term_write_out(struct ray_term *term, const char *data, size_t length)
{
    clear_live(term);
    if (length == 0 || term->out_errno != 0)
        return;
    errno = 0;
    if (fwrite(data, 1, length, stdout) != length)
        note_failure(term);
}

void
ray_term_write_err(struct ray_term *term, const char *data, size_t length)
{
    clear_live(term);
    flush_out(term);
    (void)fwrite(data, 1, length, stderr);
}

int
ray_term_flush(struct ray_term *term)
{
    clear_live(term);
    flush_out(term);
    return term->out_errno;
}

void
ray_term_outn(struct ray_term *term, const char *data, size_t length)
{
    if (!term->out_is_terminal) {
        ray_term_write_out(term, data, length);
        return;
    }
    ray_buf_truncate(&term->line, 0);
    ray_buf_visible(&term->line, data, length, RAY_KEEP_LINES | RAY_KEEP_STYLES);
    ray_term_write_out(term, term->line.data, term->line.len);
}

/* Formats into the scratch buffer term->text. */
static void __attribute__((format(printf, 2, 0)))
format_text(struct ray_term *term, const char *format, va_list args)
{
    va_list again;
    int length;

    va_copy(again, args);
    ray_buf_truncate(&term->text, 0);
    length = vsnprintf(NULL, 0, format, args);
    if (length > 0) {
        vsnprintf(ray_buf_reserve(&term->text, (size_t)length), (size_t)length + 1, format, again);
        ray_buf_advance(&term->text, (size_t)length);
    }
    va_end(again);
}

void
ray_term_out(struct ray_term *term, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    format_text(term, format, args);
    va_end(args);
    ray_term_outn(term, term->text.data, term->text.len);
}

/* Brings the scratch text into term->line as talk may show it, behind what stands there. */
static void
add_talk(struct ray_term *term, unsigned int keep)
{
    if (term->err_paint.end[0] != '\0')
        keep |= RAY_KEEP_STYLES;
    ray_scrub(term->text.data);
    ray_buf_visible(&term->line, term->text.data, strlen(term->text.data), keep);
}

static void __attribute__((format(printf, 4, 0)))
talk(struct ray_term *term, enum ray_style style, const char *label, const char *format,
     va_list args)
{
    format_text(term, format, args);
    ray_buf_truncate(&term->line, 0);
    if (label != NULL)
        ray_buf_addf(&term->line, "%s%s:%s ", term->err_paint.styles[style], label,
                     term->err_paint.end);
    add_talk(term, RAY_KEEP_LINES);
    ray_buf_addc(&term->line, '\n');
    ray_term_write_err(term, term->line.data, term->line.len);
}

void
ray_term_say(struct ray_term *term, const char *format, ...)
{
    va_list args;

    if (term->options.quiet)
        return;
    va_start(args, format);
    talk(term, RAY_PLAIN, NULL, format, args);
    va_end(args);
}

void
ray_term_detail(struct ray_term *term, const char *format, ...)
{
    va_list args;

    if (term->options.quiet || !term->options.verbose)
        return;
    va_start(args, format);
    talk(term, RAY_PLAIN, NULL, format, args);
    va_end(args);
}

void
ray_term_warn(struct ray_term *term, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    talk(term, RAY_WARN, "warning", format, args);
    va_end(args);
}

void
ray_term_live(struct ray_term *term, const char *format, ...)
{
    va_list args;

    if (!term->has_live)
        return;
    va_start(args, format);
    format_text(term, format, args);
    va_end(args);
    if (term->text.len == 0) {
        clear_live(term);
        return;
    }
    ray_buf_truncate(&term->line, 0);
    add_talk(term, RAY_KEEP_NOTHING);
    ray_buf_truncate(&term->text, 0);
    ray_buf_addc(&term->text, '\r');
    /* One column stays free: a full line would make some terminals wrap. */
    ray_buf_cut(&term->text, term->line.data, ray_term_columns(term) - 1);
    ray_buf_add(&term->text, "\033[K");
    flush_out(term);
    term->live = true;
    (void)fwrite(term->text.data, 1, term->text.len, stderr);
}

const char *
ray_term_duration(struct ray_term *term, int64_t ms)
{
    int64_t s = ms / 1000;

    if (ms < 0)
        ms = 0;
    if (ms < 1000)
        return ray_arena_printf(term->arena, "%dms", (int)ms);
    if (s < 60)
        return ray_arena_printf(term->arena, "%d.%02ds", (int)s, (int)(ms % 1000 / 10));
    if (s < 3600)
        return ray_arena_printf(term->arena, "%dm%02ds", (int)(s / 60), (int)(s % 60));
    return ray_arena_printf(term->arena, "%lldh%02dm", (long long)(s / 3600), (int)(s % 3600 / 60));
}
