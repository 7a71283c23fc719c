/*
 * Errors as people read them, in the manner of a careful compiler: where, what, the lines around the place
 * with a caret under it, then all else that is known, each behind its label. The whole text is built here
 * and written at once. With --json the first error is the result, and goes to standard output.
 *
 * Passwords are blotted out of a copy of the error before anything is made of it.
 */
#include "base/term_internal.h"

#include "base/excerpt.h"
#include "base/file.h"
#include "base/json.h"
#include "base/scrub.h"
#include "base/text.h"

#include <ctype.h>
#include <string.h>

enum {
    LOG_COLUMNS = 120,            /* room for an excerpt where standard error is no terminal */
    LARGEST_SOURCE = 1024 * 1024, /* files larger than this are not opened for an excerpt */
    LINES_AROUND = 2,
};

static const char *
scrubbed(struct ray_arena *arena, const char *text)
{
    char *copy = ray_arena_strdup(arena, text);

    if (copy != NULL)
        ray_scrub(copy);
    return copy;
}

static struct ray_err
safe_copy(struct ray_arena *arena, const struct ray_err *err)
{
    struct ray_err copy = *err;

    copy.arena = arena;
    copy.message = scrubbed(arena, err->message);
    if (copy.message == NULL)
        copy.message = "unknown error";
    copy.detail = scrubbed(arena, err->detail);
    copy.hint = scrubbed(arena, err->hint);
    copy.context = scrubbed(arena, err->context);
    copy.state = scrubbed(arena, err->state);
    copy.file = scrubbed(arena, err->file);
    copy.statement = scrubbed(arena, err->statement);
    return copy;
}

/* The byte offset of the 1-based character `position`, or the text's length. */
static size_t
offset_of(const char *text, size_t position)
{
    size_t at = 0;

    for (size_t i = 1; i < position && text[at] != '\0'; i++)
        do
            at++;
        while (((unsigned char)text[at] & 0xc0) == 0x80);
    return at;
}

/* The end of a comment that may be nested, from its opening on. */
static const char *
comment_end(const char *text)
{
    int depth = 0;

    do {
        if (ray_has_prefix(text, "/*")) {
            depth++;
            text += 2;
        } else if (ray_has_prefix(text, "*/")) {
            depth--;
            text += 2;
        } else {
            text++;
        }
    } while (depth > 0 && *text != '\0');
    return text;
}

/* The byte offset of a statement's first token: comments before it belong to the statement. */
static size_t
first_token(const char *statement)
{
    const char *at = statement;

    while (*at != '\0') {
        if (isspace((unsigned char)*at))
            at++;
        else if (ray_has_prefix(at, "--"))
            at += strcspn(at, "\n");
        else if (ray_has_prefix(at, "/*"))
            at = comment_end(at);
        else
            break;
    }
    return *at == '\0' ? 0 : (size_t)(at - statement);
}

static int
line_of(const char *text, size_t at)
{
    int line;
    int column;

    ray_text_locate(text, at, &line, &column);
    return line;
}

/* The excerpt of the failed statement. A Lua script's line is not a line of the statement. */
static void
set_statement(struct ray_excerpt *excerpt, const struct ray_err *err)
{
    const char *text = err->statement;
    bool in_file = err->file != NULL && err->line > 0 && !ray_has_suffix(err->file, ".lua");
    size_t at = err->position > 0 ? offset_of(text, err->position) : first_token(text);

    /* "at end of input": behind the last thing that can be seen. */
    if (err->position > 0 && text[at + strspn(text + at, " \t\r\n")] == '\0')
        while (at > 0 && isspace((unsigned char)text[at - 1]))
            at--;
    excerpt->text = text;
    excerpt->at = at;
    excerpt->caret = err->position > 0;
    excerpt->before = excerpt->caret ? LINES_AROUND : 0;
    excerpt->after = LINES_AROUND;
    if (in_file)
        excerpt->line = err->line;
    else if (strchr(text, '\n') != NULL)
        excerpt->line = line_of(text, at);
}

/* The excerpt of the file itself, where there is no statement: a Lua script, a config, a journal. */
static bool
set_source(struct ray_excerpt *excerpt, const struct ray_err *err)
{
    struct ray_err ignored;
    struct ray_text text;
    const char *line;
    int64_t size;

    ray_err_init(&ignored, err->arena);
    size = err->file == NULL || err->line < 1 ? -1 : ray_file_size(err->file);
    if (size <= 0 || size > LARGEST_SOURCE ||
        !ray_file_read(err->arena, err->file, &text, &ignored))
        return false;
    ray_scrub(text.data);
    line = text.data;
    for (int i = 1; i < err->line && line != NULL; i++) {
        line = strchr(line, '\n');
        line = line == NULL ? NULL : line + 1;
    }
    if (line == NULL || *line == '\0')
        return false;
    excerpt->text = text.data;
    excerpt->at = (size_t)(line - text.data);
    if (err->column > 0) {
        size_t in_line = offset_of(line, (size_t)err->column);
        size_t length = strcspn(line, "\n");

        excerpt->at += in_line < length ? in_line : length;
        excerpt->caret = true;
    }
    excerpt->line = err->line;
    excerpt->before = LINES_AROUND;
    excerpt->after = excerpt->caret ? LINES_AROUND : 0;
    return true;
}

static void
add_excerpt(struct ray_buf *buf, const struct ray_term *term, const struct ray_err *err)
{
    struct ray_excerpt excerpt = {
        .columns = term->err_is_terminal ? ray_term_columns(term) : LOG_COLUMNS,
        .dim = term->err_paint.styles[RAY_DIM],
        .mark = term->err_paint.styles[RAY_BAD],
        .end = term->err_paint.end,
    };

    if (err->statement != NULL && err->statement[0] != '\0')
        set_statement(&excerpt, err);
    else if (!set_source(&excerpt, err))
        return;
    ray_buf_excerpt(buf, &excerpt);
}

/* "  label: text", wrapped under itself on a terminal. */
static void
add_field(struct ray_buf *buf, const struct ray_term *term, const char *label, enum ray_style style,
          const char *text)
{
    int columns = term->err_is_terminal ? ray_term_columns(term) : 0;
    int indent = (int)strlen(label) + 4;
    struct ray_buf shown;

    if (text == NULL || text[0] == '\0')
        return;
    ray_buf_init(&shown, buf->arena);
    while (*text != '\0') {
        size_t length = strcspn(text, "\t"); /* libpq and Lua indent their lines by one */

        ray_buf_visible(&shown, text, length, RAY_KEEP_LINES);
        ray_buf_pad(&shown, text[length] == '\t' ? 2 : 0);
        text += text[length] == '\t' ? length + 1 : length;
    }
    while (shown.len > 0 && isspace((unsigned char)shown.data[shown.len - 1]))
        ray_buf_truncate(&shown, shown.len - 1);
    ray_buf_addf(buf, "  %s%s:%s ", term->err_paint.styles[style], label, term->err_paint.end);
    ray_buf_wrap(buf, shown.data, indent, indent, columns);
    ray_buf_addc(buf, '\n');
}

static void
add_head(struct ray_buf *buf, const struct ray_term *term, const struct ray_err *err)
{
    const struct ray_paint *paint = &term->err_paint;

    if (err->file != NULL) {
        ray_buf_add(buf, paint->styles[RAY_BOLD]);
        ray_buf_visible(buf, err->file, strlen(err->file), RAY_KEEP_NOTHING);
        if (err->line > 0)
            ray_buf_addf(buf, ":%d", err->line);
        if (err->line > 0 && err->column > 0)
            ray_buf_addf(buf, ":%d", err->column);
        ray_buf_addf(buf, ":%s ", paint->end);
    }
    ray_buf_addf(buf, "%serror:%s ", paint->styles[RAY_BAD], paint->end);
    ray_buf_visible(buf, err->message, strlen(err->message), RAY_KEEP_LINES);
    ray_buf_addc(buf, '\n');
}

static void
report_text(struct ray_term *term, const struct ray_err *err)
{
    const struct {
        const char *label;
        enum ray_style style;
        const char *text;
    } fields[] = {
        {"detail", RAY_DIM, err->detail},
        {"hint", RAY_NAME, err->hint},
        {"context", RAY_DIM, err->context},
        {"state", RAY_WARN, err->state},
    };
    struct ray_buf buf;

    ray_buf_init(&buf, err->arena);
    add_head(&buf, term, err);
    add_excerpt(&buf, term, err);
    if (err->sqlstate[0] != '\0')
        ray_buf_addf(&buf, "  %sSQLSTATE%s %.5s\n", term->err_paint.styles[RAY_DIM],
                     term->err_paint.end, err->sqlstate);
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        add_field(&buf, term, fields[i].label, fields[i].style, fields[i].text);
    ray_term_write_err(term, buf.data, buf.len);
}

static void
report_json(struct ray_term *term, const struct ray_err *err)
{
    json_t *object = json_object();
    const char *text;

    ray_json_set_bool(object, "ok", false);
    (void)json_object_set_new(object, "error", ray_json_err(err));
    text = ray_json_text(err->arena, object);
    ray_term_write_out(term, text, strlen(text));
    ray_term_write_out(term, "\n", 1);
    json_decref(object);
}

void
ray_term_error(struct ray_term *term, const struct ray_err *err)
{
    struct ray_arena *arena = ray_arena_new();
    struct ray_err copy = safe_copy(arena, err);

    if (term->options.json && !term->reported && term->out_errno == 0)
        report_json(term, &copy);
    else
        report_text(term, &copy);
    term->reported = true;
    ray_arena_free(arena);
}
