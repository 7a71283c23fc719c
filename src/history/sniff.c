/*
 * Sniffing: see sniff.h. Three files are looked into: the first may be a stray, and more would make
 * telling a large folder slow.
 */
#include "history/sniff.h"

#include "history/lines.h"

enum { LOOKED_AT = 3, LINES = 1000 };

const char *
ray_comment_text(const char *line)
{
    return ray_has_prefix(line, "--") ? ray_line_trim_left(line + 2) : NULL;
}

static bool
file_has(const char *path, const char *word, struct ray_err *err)
{
    struct ray_lines lines;
    struct ray_line line;
    bool found = false;

    if (!ray_lines_begin(&lines, path, err))
        return false;
    while (!found && ray_lines_next(&lines, &line, err) > 0 && line.number <= LINES) {
        const char *text = ray_comment_text(ray_line_trim_left(line.text));

        found = text != NULL && ray_has_prefix(text, word);
    }
    ray_lines_end(&lines);
    return found;
}

bool
ray_sniff(struct ray_arena *arena, const char *path, const ray_entries *entries, const char *word)
{
    struct ray_err ignored; /* a file that cannot be read is reported when the folder is loaded */
    int looked_at = 0;

    ray_err_init(&ignored, arena);
    for (size_t i = 0; i < entries->len && looked_at < LOOKED_AT; i++) {
        const struct ray_entry *entry = &entries->items[i];

        if (entry->is_folder || ray_digits(entry->name) == 0 ||
            !ray_has_suffix(entry->name, ".sql"))
            continue;
        looked_at++;
        if (file_has(ray_path_join(arena, path, entry->name), word, &ignored))
            return true;
    }
    return false;
}
