/* Names of files, and places in texts: the parts of file.h that touch no disk. */
#include "base/file.h"

#include <string.h>

char *
ray_path_join(struct ray_arena *arena, const char *folder, const char *name)
{
    size_t before = strlen(folder);
    size_t length = strlen(name);
    char *path;
    char *end;

    if (name[0] == '/' || before == 0 || strcmp(folder, ".") == 0)
        return ray_arena_strndup(arena, name, length);
    /* Not printf: this is called for every script of a folder, and was a third of loading one. */
    path = ray_arena_alloc(arena, before + length + 2);
    end = stpcpy(path, folder);
    if (end[-1] != '/')
        *end++ = '/';
    memcpy(end, name, length + 1);
    return path;
}

const char *
ray_path_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? path : slash + 1;
}

char *
ray_path_folder(struct ray_arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');

    if (slash == NULL)
        return ray_arena_strdup(arena, ".");
    if (slash == path)
        return ray_arena_strdup(arena, "/");
    return ray_arena_strndup(arena, path, (size_t)(slash - path));
}

bool
ray_has_prefix(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool
ray_has_suffix(const char *text, const char *suffix)
{
    size_t length = strlen(text);
    size_t tail = strlen(suffix);

    return length >= tail && strcmp(text + length - tail, suffix) == 0;
}

bool
ray_path_is_plain(const char *name)
{
    if (name[0] == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return false;
    for (const char *c = name; *c != '\0'; c++)
        if (*c == '/' || *c == '\\' || (unsigned char)*c < 0x20 || *c == 0x7f)
            return false;
    return true;
}

/* The length of the UTF-8 sequence at `s`, 0 where it is not one (RFC 3629). */
static size_t
sequence_length(const unsigned char *s, size_t left)
{
    size_t length;
    unsigned int code;

    if (s[0] < 0x80)
        return 1;
    if (s[0] < 0xc2 || s[0] > 0xf4)
        return 0;
    length = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
    if (length > left)
        return 0;
    code = s[0] & (0xffU >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (s[i] & 0x3fU);
    }
    if ((length == 3 && (code < 0x800 || (code >= 0xd800 && code <= 0xdfff))) ||
        (length == 4 && (code < 0x10000 || code > 0x10ffff)))
        return 0;
    return length;
}

bool
ray_utf8_valid(const char *data, size_t length, size_t *bad)
{
    size_t at = 0;

    while (at < length) {
        size_t step = sequence_length((const unsigned char *)data + at, length - at);

        if (step == 0) {
            *bad = at;
            return false;
        }
        at += step;
    }
    return true;
}

void
ray_text_locate(const char *data, size_t offset, int *line, int *column)
{
    *line = 1;
    *column = 1;
    for (size_t i = 0; i < offset && data[i] != '\0'; i++) {
        if (data[i] == '\n') {
            (*line)++;
            *column = 1;
        } else if (((unsigned char)data[i] & 0xc0) != 0x80) {
            (*column)++;
        }
    }
}
