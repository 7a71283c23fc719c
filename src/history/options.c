/*
 * Front matter: `-- raymig: transaction=none lock_timeout=2s` in the first comment block of a script, SQL
 * or Lua alike. Keys are rows of a table. Only the first 8 KiB are looked at, so a large file costs no
 * more than a small one.
 *
 * Where both directions share a file, the block at the file's head speaks for both, and the block that
 * begins a section for that section; what the layout itself says (metadata.toml, `transaction:false`) is
 * in the options already and is overridden.
 */
#include "base/clock.h"
#include "base/term.h"
#include "history/layout.h"
#include "history/lines.h"

#include <string.h>
#include <strings.h>

enum { HEAD = 8192 };

/* Where an option stands, for errors. */
struct place {
    struct ray_arena *arena;
    const char *path;
    int line;
};

typedef bool set_fn(struct ray_script_options *options, const char *value);

static bool
set_transaction(struct ray_script_options *options, const char *value)
{
    options->no_transaction = strcmp(value, "none") == 0;
    return options->no_transaction || strcmp(value, "yes") == 0;
}

static bool
set_lock_timeout(struct ray_script_options *options, const char *value)
{
    options->lock_timeout = value;
    return ray_clock_parse(value) >= 0;
}

static bool
set_statement_timeout(struct ray_script_options *options, const char *value)
{
    options->statement_timeout = value;
    return ray_clock_parse(value) >= 0;
}

static const struct {
    const char *key;
    set_fn *set;
    const char *hint;
} keys[] = {
    {"transaction", set_transaction, "It is \"none\" or \"yes\"."},
    {"lock_timeout", set_lock_timeout, "It is a time such as \"500ms\", \"2s\" or \"5min\"."},
    {"statement_timeout", set_statement_timeout,
     "It is a time such as \"500ms\", \"2s\" or \"5min\"."},
};
enum { KEYS = sizeof(keys) / sizeof(keys[0]) };

static bool
unknown_key(const struct place *place, const char *key, struct ray_err *err)
{
    const char *names[KEYS];
    const char *nearest;

    for (size_t i = 0; i < KEYS; i++)
        names[i] = keys[i].key;
    nearest = ray_nearest(key, names, KEYS);
    (void)ray_err_set(err, RAY_USAGE, "unknown option \"%s\" in the front matter", key);
    if (nearest != NULL)
        (void)ray_err_hint(err, "Did you mean \"%s\"?", nearest);
    else
        (void)ray_err_hint(err, "Known: transaction, lock_timeout, statement_timeout.");
    return ray_err_at(err, place->path, place->line, 0);
}

/* One word of a front matter line: key=value. */
static bool
read_option(const struct place *place, char *word, struct ray_script_options *options,
            struct ray_err *err)
{
    char *equals = strchr(word, '=');
    const char *value = equals == NULL ? "" : equals + 1;

    if (equals != NULL)
        *equals = '\0';
    for (size_t i = 0; i < KEYS; i++) {
        if (strcmp(keys[i].key, word) != 0)
            continue;
        if (keys[i].set(options, value))
            return true;
        (void)ray_err_set(err, RAY_USAGE, "bad value \"%s\" of \"%s\" in the front matter", value,
                          word);
        (void)ray_err_hint(err, "%s", keys[i].hint);
        return ray_err_at(err, place->path, place->line, 0);
    }
    return unknown_key(place, word, err);
}

/* A line of the block behind its dashes; without "raymig:" it says nothing. */
static bool
read_comment(const struct place *place, const char *text, struct ray_script_options *options,
             struct ray_err *err)
{
    char *words;

    text = ray_line_trim_left(text);
    if (!ray_has_prefix(text, "raymig:"))
        return true;
    if (ray_has_prefix(ray_line_trim_left(text + strlen("raymig:")), "lint-ignore"))
        return true; /* for raymig lint, with names of its own */
    words = ray_arena_strdup(place->arena, text + strlen("raymig:"));
    while (true) {
        char *word = words + strspn(words, " \t\r\f\v");

        if (*word == '\0')
            return true;
        words = word + strcspn(word, " \t\r\f\v");
        if (*words != '\0')
            *words++ = '\0';
        if (!read_option(place, word, options, err))
            return false;
    }
}

/* A line that begins a section of a shared file; the head block ends there. */
static bool
begins_section(const char *comment)
{
    comment = ray_line_trim_left(comment);
    return ray_has_prefix(comment, "migrate:") || strncasecmp(comment, "+goose up", 9) == 0 ||
           strncasecmp(comment, "+goose down", 11) == 0;
}

/* The first comment block of a text. `shared`: it is the head of a file with sections. */
static bool
read_block(struct place *place, char *text, bool shared, struct ray_script_options *options,
           struct ray_err *err)
{
    bool begun = false;

    while (*text != '\0') {
        char *end = text + strcspn(text, "\n");
        const char *line;
        bool last = *end == '\0';

        *end = '\0';
        line = ray_line_trim_left(text);
        text = last ? end : end + 1;
        if (ray_has_prefix(line, "--")) {
            begun = true;
            if (shared && begins_section(line + 2))
                return true;
            if (!read_comment(place, line + 2, options, err))
                return false;
        } else if (*line != '\0' || begun) {
            return true;
        }
        place->line++;
    }
    return true;
}

/* Reads at most HEAD bytes of a source from `begin`; a line cut there is dropped. */
static bool
read_head(struct ray_arena *arena, const struct ray_source *source, size_t begin, size_t end,
          char **out, struct ray_err *err)
{
    size_t length = end > 0 && end - begin < HEAD ? end - begin : HEAD;
    struct ray_script part = {.kind = RAY_SCRIPT_SQL, .source = *source};
    struct ray_text text;
    char *newline;

    part.source.begin = begin;
    part.source.end = begin + length;
    if (!ray_script_text(arena, &part, &text, err))
        return false;
    if (text.len == HEAD && (newline = strrchr(text.data, '\n')) != NULL)
        *newline = '\0';
    *out = text.data;
    return true;
}

/* An error in a section's block gives its line in the section: make it the file's. */
static bool
place_error(const struct ray_source *source, struct ray_err *err)
{
    struct ray_err ignored;
    struct ray_lines lines;
    struct ray_line at;
    int before = 0;

    ray_err_init(&ignored, err->arena);
    if (source->text == NULL && ray_lines_begin(&lines, source->path, &ignored)) {
        while (ray_lines_next(&lines, &at, &ignored) > 0 && at.begin < source->begin)
            before = at.number;
        ray_lines_end(&lines);
    }
    err->line += before;
    return false;
}

bool
ray_script_options_read(struct ray_arena *arena, const struct ray_script *script,
                        struct ray_script_options *options, struct ray_err *err)
{
    const struct ray_source *source = &script->source;
    struct place place = {.arena = arena, .path = source->path, .line = 1};
    bool shared = source->begin > 0;
    char *text;

    if (script->kind == RAY_SCRIPT_NONE)
        return true;
    if (!read_head(arena, source, 0, shared ? source->begin : source->end, &text, err))
        return false;
    if (ray_has_prefix(text, "\xef\xbb\xbf"))
        text += 3;
    if (!read_block(&place, text, shared, options, err))
        return false;
    if (!shared)
        return true;
    place.line = 1;
    return read_head(arena, source, source->begin, source->end, &text, err) &&
           (read_block(&place, text, false, options, err) || place_error(source, err));
}
