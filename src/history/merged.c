/* Journals after a merge: see merged.h. */
#include "history/merged.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/map.h"
#include "history/journal_internal.h"

#include <string.h>

/* ---------------------------------------------------------------- conflicts */

/* What git puts around the sides: seven characters at the beginning of a line, and a blank or its end. */
static bool
is_marker(const char *line, const char *marker)
{
    return strncmp(line, marker, 7) == 0 &&
           (line[7] == ' ' || line[7] == '\n' || line[7] == '\r' || line[7] == '\0');
}

static const char *
next_line(const char *line)
{
    line += strcspn(line, "\n");
    return *line == '\n' ? line + 1 : line;
}

int
ray_conflict_line(const char *text)
{
    int number = 1;

    for (const char *line = text; *line != '\0'; line = next_line(line), number++)
        if (is_marker(line, "<<<<<<<"))
            return number;
    return 0;
}

/* The text with one side of each conflict; what both began with (diff3) is left out. */
static const char *
side_of(struct ray_arena *arena, const char *text, bool theirs)
{
    enum { BOTH, OURS, BASE, THEIRS } in = BOTH;
    struct ray_buf buf;

    ray_buf_init(&buf, arena);
    for (const char *line = text; *line != '\0'; line = next_line(line)) {
        if (is_marker(line, "<<<<<<<"))
            in = OURS;
        else if (in == OURS && is_marker(line, "|||||||"))
            in = BASE;
        else if (in != BOTH && is_marker(line, "======="))
            in = THEIRS;
        else if (in == THEIRS && is_marker(line, ">>>>>>>"))
            in = BOTH;
        else if (in == BOTH || in == (theirs ? THEIRS : OURS))
            ray_buf_addn(&buf, line, (size_t)(next_line(line) - line));
    }
    return buf.data;
}

bool
ray_journal_sides_read(struct ray_arena *arena, const char *path, struct ray_journal_sides *out,
                       struct ray_err *err)
{
    struct ray_text text;

    memset(out, 0, sizeof(*out));
    if (!ray_file_exists(path))
        return true;
    if (!ray_file_read(arena, path, &text, err))
        return false;
    out->conflict = ray_conflict_line(text.data);
    for (size_t i = 0; i < (out->conflict > 0 ? 2 : 1); i++) {
        const char *side = out->conflict > 0 ? side_of(arena, text.data, i == 1) : text.data;

        out->roots[i] = ray_json_parse(side, strlen(side), path, err);
        if (out->roots[i] == NULL) {
            ray_journal_sides_free(out);
            if (out->conflict > 0) {
                (void)ray_err_prepend(err, "with one side of its merge conflict");
                (void)ray_err_at(err, path, out->conflict, 0);
            }
            return false;
        }
        out->count++;
    }
    return true;
}

void
ray_journal_sides_free(struct ray_journal_sides *sides)
{
    for (size_t i = 0; i < sides->count; i++)
        json_decref(sides->roots[i]);
    sides->count = 0;
}

/* ---------------------------------------------------------------- entries */

bool
ray_journal_read_merged(struct ray_arena *arena, const char *path, struct ray_journal *out,
                        int *conflict, struct ray_err *err)
{
    struct ray_journal_sides sides;
    struct ray_defects defects;
    struct ray_map tags;

    *out = (struct ray_journal){.path = path, .own = true};
    if (!ray_journal_sides_read(arena, path, &sides, err))
        return false;
    *conflict = sides.conflict;
    ray_defects_init(&defects, arena);
    ray_map_init(&tags, arena);
    for (size_t i = 0; i < sides.count; i++) {
        struct ray_journal side;

        ray_journal_take(arena, sides.roots[i], path, &side, &defects);
        out->own = out->own && side.own;
        for (size_t k = 0; k < side.entries.len; k++)
            if (ray_map_put(&tags, side.entries.items[k].tag, out) == NULL)
                *ray_vec_add(arena, &out->entries) = side.entries.items[k];
    }
    ray_journal_sides_free(&sides);
    return ray_defects_raise(&defects, err);
}

bool
ray_journal_read_text(struct ray_arena *arena, const char *text, const char *path,
                      struct ray_journal *out, struct ray_err *err)
{
    json_t *root = ray_json_parse(text, strlen(text), path, err);
    struct ray_defects defects;

    if (root == NULL)
        return false;
    ray_defects_init(&defects, arena);
    ray_journal_take(arena, root, path, out, &defects);
    json_decref(root);
    return ray_defects_raise(&defects, err);
}
