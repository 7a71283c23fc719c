/*
 * Variables from a file: see env_file.h. A line is empty, a comment (#), or KEY=VALUE, with or without "export "
 * before it. A value stands
 *
 *     bare         up to a blank with a # behind it, or the end of the line; blanks at its end do not count
 *     'quoted'     as it is
 *     "quoted"     with \n \t \" \\ and \$ for a line break, a tab and these characters
 *
 * and is on one line. Nothing is expanded. A key may be given once.
 */
#include "cmd/env_file.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/vec.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct pair {
    const char *name;
    const char *value;
};

struct reading {
    struct ray_arena *arena;
    struct ray_err *err;
    const char *path;
    int line;
    RAY_VEC(struct pair) pairs;
};

/* The place stands in the message: an error with a file shows its line, and this line may hold a password. */
static bool
refuse(struct reading *reading, const char *what)
{
    return ray_err_set(reading->err, RAY_USAGE, "%s:%d: %s", reading->path, reading->line, what);
}

static const char *
skip_blanks(const char *at)
{
    return at + strspn(at, " \t");
}

static size_t
name_length(const char *at)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";

    return at[0] >= '0' && at[0] <= '9' ? 0 : strspn(at, letters);
}

/* Behind the opening quote; *end is behind the closing one. */
static bool
read_quoted(struct reading *reading, const char *at, char quote, struct ray_buf *value,
            const char **end)
{
    static const char escapes[] = "nt\"\\$";
    static const char meanings[] = "\n\t\"\\$";

    for (; *at != quote; at++) {
        const char *escape;

        if (*at == '\0')
            return refuse(reading, "the quote is not closed on its line");
        if (quote == '\'' || *at != '\\') {
            ray_buf_addc(value, *at);
            continue;
        }
        at++;
        escape = *at == '\0' ? NULL : strchr(escapes, *at);
        if (escape == NULL)
            return refuse(reading, "a backslash in quotes must be one of \\n \\t \\\" \\\\ \\$");
        ray_buf_addc(value, meanings[escape - escapes]);
    }
    *end = at + 1;
    return true;
}

static void
read_bare(const char *at, struct ray_buf *value)
{
    size_t length = 0;

    while (at[length] != '\0' &&
           !(at[length] == '#' && (length == 0 || strchr(" \t", at[length - 1]) != NULL)))
        length++;
    while (length > 0 && strchr(" \t", at[length - 1]) != NULL)
        length--;
    ray_buf_addn(value, at, length);
}

static bool
read_line(struct reading *reading, const char *at)
{
    struct ray_buf value;
    struct pair *pair;
    const char *name;
    size_t length;

    at = skip_blanks(at);
    if (*at == '\0' || *at == '#')
        return true;
    if (strncmp(at, "export ", 7) == 0)
        at = skip_blanks(at + 7);
    length = name_length(at);
    if (length == 0 || at[length] != '=')
        return refuse(reading, "this is neither KEY=VALUE nor a comment");
    name = ray_arena_strndup(reading->arena, at, length);
    for (size_t i = 0; i < reading->pairs.len; i++)
        if (strcmp(reading->pairs.items[i].name, name) == 0)
            return refuse(reading, ray_arena_printf(reading->arena, "%s is given twice", name));
    at += length + 1;
    ray_buf_init(&value, reading->arena);
    if (*at == '"' || *at == '\'') {
        if (!read_quoted(reading, at + 1, *at, &value, &at))
            return false;
        at = skip_blanks(at);
        if (*at != '\0' && *at != '#')
            return refuse(reading, "there is something behind the closing quote");
    } else {
        read_bare(at, &value);
    }
    pair = ray_vec_add(reading->arena, &reading->pairs);
    *pair = (struct pair){name, value.data};
    return true;
}

static bool
read_lines(struct reading *reading, const struct ray_text *text)
{
    const char *at = text->data;
    const char *end = text->data + text->len;

    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        size_t length = (size_t)((stop == NULL ? end : stop) - at);
        size_t kept = length > 0 && at[length - 1] == '\r' ? length - 1 : length;

        reading->line++;
        if (memchr(at, '\0', length) != NULL)
            return refuse(reading, "a line holds a NUL");
        if (!read_line(reading, ray_arena_strndup(reading->arena, at, kept)))
            return false;
        at += length + 1;
    }
    return true;
}

bool
ray_env_file_load(struct ray_arena *arena, const char *path, struct ray_err *err)
{
    struct reading reading = {.arena = arena, .err = err, .path = path};
    struct ray_text text;

    if (path[0] == '\0')
        return ray_err_set(err, RAY_USAGE, "--env-file is empty");
    if (!ray_file_read(arena, path, &text, err)) {
        err->code = RAY_USAGE;
        return ray_err_prepend(err, "--env-file");
    }
    if (!read_lines(&reading, &text))
        return false;
    for (size_t i = 0; i < reading.pairs.len; i++)
        if (setenv(reading.pairs.items[i].name, reading.pairs.items[i].value, 0) != 0)
            return ray_err_errno(err, RAY_FAILED, "cannot set %s", reading.pairs.items[i].name);
    return true;
}
