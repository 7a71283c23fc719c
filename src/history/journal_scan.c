/*
 * The quick way through a journal: a scanner for the one shape that Drizzle Kit and raymig write, which
 * accepts nothing else. Known keys, each once, plain ASCII strings, whole numbers, every value in order:
 * then the entries point into the text and nothing is allocated but their array. At the first byte that
 * is not so it gives up, and journal.c reads the file again with the JSON library, which says what is
 * wrong with it (or that nothing is). So this file reports no error and decides nothing.
 *
 * It is here because every command reads the whole journal: of ten thousand entries the library needs
 * 45 ms, which is more than all else that `raymig up` does when nothing is pending.
 */
#include "base/file.h"
#include "history/journal_internal.h"

#include <string.h>

struct scan {
    struct ray_arena *arena;
    int depth; /* of what was squashed again and again */
    char *at;  /* the text ends in a NUL, which no rule accepts */
};

static void
skip_blanks(struct scan *scan)
{
    while (*scan->at == ' ' || *scan->at == '\n' || *scan->at == '\r' || *scan->at == '\t')
        scan->at++;
}

/* The character c, with blanks before and behind it. */
static bool
take(struct scan *scan, char c)
{
    skip_blanks(scan);
    if (*scan->at != c)
        return false;
    scan->at++;
    skip_blanks(scan);
    return true;
}

/* A string without escapes; it is ended in place, where its quote was. */
static char *
take_string(struct scan *scan)
{
    char *text;

    skip_blanks(scan);
    if (*scan->at != '"')
        return NULL;
    text = ++scan->at;
    while (*scan->at >= ' ' && *scan->at <= '~' && *scan->at != '"' && *scan->at != '\\')
        scan->at++;
    if (*scan->at != '"')
        return NULL;
    *scan->at++ = '\0';
    return text;
}

/* Up to 18 digits without a sign: no overflow to think about. */
static bool
take_number(struct scan *scan, int64_t *out)
{
    size_t digits;

    skip_blanks(scan);
    digits = strspn(scan->at, "0123456789");
    if (digits == 0 || digits > 18 || (digits > 1 && *scan->at == '0'))
        return false;
    *out = 0;
    for (size_t i = 0; i < digits; i++)
        *out = *out * 10 + (*scan->at++ - '0');
    return *scan->at != '.' && *scan->at != 'e' && *scan->at != 'E';
}

static bool
take_bool(struct scan *scan, bool *out)
{
    skip_blanks(scan);
    *out = strncmp(scan->at, "true", 4) == 0;
    if (!*out && strncmp(scan->at, "false", 5) != 0)
        return false;
    scan->at += *out ? 4 : 5;
    return true;
}

enum key {
    KEY_IDX,
    KEY_VERSION,
    KEY_WHEN,
    KEY_TAG,
    KEY_BREAKPOINTS,
    KEY_SHA,
    KEY_DOWN_SHA,
    KEY_PARENT,
    KEY_REPLACES,
    KEY_TOKENS, /* of what is replaced */
    KEYS
};

static const char *const names[] = {
    [KEY_IDX] = "idx",
    [KEY_VERSION] = "version",
    [KEY_WHEN] = "when",
    [KEY_TAG] = "tag",
    [KEY_BREAKPOINTS] = "breakpoints",
    [KEY_SHA] = "sha256",
    [KEY_DOWN_SHA] = "down_sha256",
    [KEY_PARENT] = "parent",
    [KEY_REPLACES] = "replaces",
    [KEY_TOKENS] = "tokens",
};

static enum key
find_key(const char *name)
{
    size_t i = 0;

    while (i < KEYS && strcmp(names[i], name) != 0)
        i++;
    return (enum key)i;
}

static bool
take_text(struct scan *scan, const char **out)
{
    *out = take_string(scan);
    return *out != NULL;
}

enum { DEEPEST = 100 }; /* a text may nest as it likes, and calls may not */

static bool take_replaces(struct scan *scan, ray_replaced_list *out);

static bool
take_replaced_value(struct scan *scan, enum key key, struct ray_replaced *out)
{
    if (key == KEY_TAG)
        return take_text(scan, &out->tag);
    if (key == KEY_WHEN)
        return take_number(scan, &out->when);
    if (key == KEY_SHA)
        return take_text(scan, &out->sha256);
    if (key == KEY_TOKENS)
        return take_text(scan, &out->tokens);
    return key == KEY_REPLACES && take_replaces(scan, &out->replaces);
}

static bool
take_replaced(struct scan *scan, struct ray_replaced *out)
{
    const unsigned int needed = 1U << KEY_TAG | 1U << KEY_WHEN | 1U << KEY_SHA;
    unsigned int seen = 0;

    if (!take(scan, '{'))
        return false;
    do {
        const char *name = take_string(scan);
        enum key key = name == NULL ? KEYS : find_key(name);

        if (key == KEYS || (seen & 1U << key) != 0 || !take(scan, ':') ||
            !take_replaced_value(scan, key, out))
            return false;
        seen |= 1U << key;
    } while (take(scan, ','));
    return take(scan, '}') && (seen & needed) == needed;
}

/* What a squashed entry stands for; each may have been one itself. */
static bool
take_replaces(struct scan *scan, ray_replaced_list *out)
{
    if (scan->depth++ > DEEPEST || !take(scan, '['))
        return false;
    if (*scan->at != ']') {
        do {
            struct ray_replaced replaced = {0};

            if (!take_replaced(scan, &replaced))
                return false;
            *ray_vec_add(scan->arena, out) = replaced;
        } while (take(scan, ','));
    }
    scan->depth--;
    return take(scan, ']');
}

static bool
take_value(struct scan *scan, enum key key, struct ray_journal_entry *entry)
{
    int64_t number;

    switch (key) {
    case KEY_IDX:
        if (!take_number(scan, &number) || number > INT32_MAX)
            return false;
        entry->idx = (int)number;
        return true;
    case KEY_VERSION:
        return take_text(scan, &entry->version);
    case KEY_WHEN:
        return take_number(scan, &entry->when);
    case KEY_TAG:
        return take_text(scan, &entry->tag);
    case KEY_BREAKPOINTS:
        return take_bool(scan, &entry->breakpoints);
    case KEY_SHA:
        return take_text(scan, &entry->sha256);
    case KEY_DOWN_SHA:
        return take_text(scan, &entry->down_sha256);
    case KEY_PARENT:
        return take_text(scan, &entry->parent);
    case KEY_REPLACES:
        return take_replaces(scan, &entry->replaces);
    case KEY_TOKENS:
    case KEYS:
        break;
    }
    return false;
}

/* One object: all keys but raymig's own, none twice. */
static bool
take_entry(struct scan *scan, struct ray_journal_entry *entry)
{
    const unsigned int needed = 1U << KEY_IDX | 1U << KEY_VERSION | 1U << KEY_WHEN | 1U << KEY_TAG |
                                1U << KEY_BREAKPOINTS;
    unsigned int seen = 0;

    if (!take(scan, '{'))
        return false;
    do {
        const char *name = take_string(scan);
        enum key key = name == NULL ? KEYS : find_key(name);

        if (key == KEYS || (seen & 1U << key) != 0 || !take(scan, ':') ||
            !take_value(scan, key, entry))
            return false;
        seen |= 1U << key;
    } while (take(scan, ','));
    return take(scan, '}') && (seen & needed) == needed && ray_journal_tag_ok(entry->tag);
}

/* The key that comes next, as Drizzle Kit and raymig order them. */
static bool
take_key(struct scan *scan, const char *name)
{
    const char *key = take_string(scan);

    return key != NULL && strcmp(key, name) == 0 && take(scan, ':');
}

static bool
take_head(struct scan *scan, struct ray_journal *out)
{
    const char *version = NULL;
    const char *dialect = NULL;
    const char *key;
    int64_t layout = 0;

    if (!take(scan, '{') || !take_key(scan, "version") || !take_text(scan, &version) ||
        !take(scan, ',') || !take_key(scan, "dialect") || !take_text(scan, &dialect) ||
        !take(scan, ','))
        return false;
    key = take_string(scan);
    out->own = key != NULL && strcmp(key, "raymig") == 0;
    if (out->own) {
        if (!take(scan, ':') || !take_number(scan, &layout) || layout != RAY_JOURNAL_LAYOUT ||
            !take(scan, ','))
            return false;
        key = take_string(scan);
    }
    return key != NULL && strcmp(key, "entries") == 0 && take(scan, ':') && take(scan, '[') &&
           ray_journal_head_ok(version, dialect);
}

bool
ray_journal_scan(struct ray_arena *arena, const char *path, struct ray_journal *out)
{
    struct ray_text text = {0};
    struct ray_err ignored;
    struct scan scan = {.arena = arena};

    *out = (struct ray_journal){.path = path};
    ray_err_init(&ignored, arena);
    if (!ray_file_read(arena, path, &text, &ignored) || strlen(text.data) != text.len)
        return false;
    scan.at = text.data;
    if (!take_head(&scan, out))
        return false;
    if (*scan.at != ']') {
        do {
            struct ray_journal_entry *entry = ray_vec_add(arena, &out->entries);

            if (!take_entry(&scan, entry))
                return false;
        } while (take(&scan, ','));
    }
    return take(&scan, ']') && take(&scan, '}') && *scan.at == '\0';
}
