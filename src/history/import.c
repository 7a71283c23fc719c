/*
 * Planning an import: see import.h. Numbers of at most four digits that rise are kept, because people know
 * them; all else (times, dotted versions, names) is numbered from 0001 on, in the tool's own order. `when` is
 * the old one, raised where it would not rise.
 */
#include "history/import.h"

#include "base/map.h"
#include "history/layout.h"

#include <stdlib.h>
#include <string.h>

enum { LONGEST_NAME = 150, HIGHEST = 9999 };

/* The version as a number that four digits hold; -1 where it is none. */
static int
small_number(const struct ray_migration *migration)
{
    const char *version = migration->version;
    size_t digits = ray_digits(version);
    long number;

    if (digits == 0 || version[digits] != '\0' || digits > 9)
        return -1;
    number = strtol(version, NULL, 10);
    return number <= HIGHEST ? (int)number : -1;
}

static bool
numbers_are_kept(const struct ray_folder *from)
{
    int before = -1;

    for (size_t i = 0; i < from->migrations.len; i++) {
        const struct ray_migration *migration = &from->migrations.items[i];
        int number = small_number(migration);

        if (migration->repeatable)
            continue;
        if (number <= before)
            return false;
        before = number;
    }
    return true;
}

/* What the migration does, as a part of a tag: letters, digits, '_' and '-', whole characters. */
static const char *
clean_name(struct ray_arena *arena, const struct ray_migration *migration)
{
    const char *source = migration->name[0] == '\0' ? migration->version : migration->name;
    size_t length = strlen(source);
    char *name;

    if (length > LONGEST_NAME) {
        length = LONGEST_NAME;
        while (length > 0 && ((unsigned char)source[length] & 0xc0) == 0x80)
            length--;
    }
    name = ray_arena_strndup(arena, source, length);
    for (char *c = name; *c != '\0'; c++) {
        bool letter = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c & 0x80) != 0;

        if (!letter && (*c < '0' || *c > '9') && *c != '_' && *c != '-')
            *c = '_';
    }
    return name;
}

static void
warn(struct ray_arena *arena, struct ray_import *out, const char *format, const char *tag,
     const char *new_tag)
{
    struct ray_buf buf;

    ray_buf_init(&buf, arena);
    ray_buf_addf(&buf, "\"%s\" %s \"%s\"", tag, format, new_tag);
    *ray_vec_add(arena, &out->warnings) = buf.data;
}

bool
ray_import_plan(struct ray_arena *arena, const struct ray_folder *from, struct ray_import *out,
                struct ray_err *err)
{
    bool keep = numbers_are_kept(from);
    int64_t when = -1;
    int number = 0;

    *out = (struct ray_import){.from = from};
    if (from->migrations.len == 0)
        return ray_err_set(err, RAY_USAGE, "there is no migration in \"%s\" to import", from->path);
    for (size_t i = 0; i < from->migrations.len; i++) {
        const struct ray_migration *old = &from->migrations.items[i];
        struct ray_import_item *item = ray_vec_add(arena, &out->items);

        number = keep && !old->repeatable ? small_number(old) : number + 1;
        when = old->when > when ? old->when : when + 1;
        item->old = old;
        item->idx = number;
        item->when = when;
        item->tag = ray_arena_printf(arena, "%04d_%s", number, clean_name(arena, old));
        if (old->repeatable)
            warn(arena, out,
                 "is repeatable, which raymig's own layout does not know: it becomes the "
                 "ordinary",
                 old->tag, item->tag);
    }
    return true;
}

/* ---------------------------------------------------------------- remembered */

static const char *
text_of(struct ray_arena *arena, const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return ray_arena_strdup(arena, text);
}

/* The journal's note of what an entry was before the import, by tag. */
static void
remember_entry(struct ray_arena *arena, const json_t *entry, const struct ray_map *by_tag,
               struct ray_folder *out)
{
    const json_t *note = json_object_get(entry, "imported");
    const char *tag = json_string_value(json_object_get(entry, "tag"));
    const struct ray_migration *now = tag == NULL ? NULL : ray_map_get(by_tag, tag);
    struct ray_migration *old;

    if (now == NULL || text_of(arena, note, "tag") == NULL ||
        text_of(arena, note, "version") == NULL)
        return;
    old = ray_vec_add(arena, &out->migrations);
    *old = *now;
    old->tag = text_of(arena, note, "tag");
    old->version = text_of(arena, note, "version");
    old->when = json_integer_value(json_object_get(note, "when"));
}

bool
ray_import_remember(struct ray_arena *arena, const struct ray_folder *folder,
                    struct ray_folder *out, const char **from, struct ray_err *err)
{
    const char *path = ray_path_join(arena, folder->path, "meta/_journal.json");
    json_t *root = ray_json_read(arena, path, err);
    const json_t *entries = json_object_get(root, "entries");
    struct ray_map by_tag;

    if (root == NULL)
        return false;
    *out = (struct ray_folder){.path = folder->path};
    *from = text_of(arena, json_object_get(root, "imported"), "from");
    out->format = *from == NULL ? NULL : ray_format_find(*from);
    ray_map_init(&by_tag, arena);
    for (size_t i = 0; i < folder->migrations.len; i++)
        ray_map_put(&by_tag, folder->migrations.items[i].tag, &folder->migrations.items[i]);
    for (size_t i = 0; *from != NULL && i < json_array_size(entries); i++)
        remember_entry(arena, json_array_get(entries, i), &by_tag, out);
    json_decref(root);
    return true;
}

void
ray_import_plan_remembered(struct ray_arena *arena, const struct ray_folder *old,
                           const struct ray_folder *folder, struct ray_import *out)
{
    size_t next = 0;

    *out = (struct ray_import){.from = old};
    /* `old` was made from `folder` in its order, without those that came after the import. */
    for (size_t i = 0; i < folder->migrations.len && next < old->migrations.len; i++) {
        const struct ray_migration *now = &folder->migrations.items[i];
        const struct ray_migration *was = &old->migrations.items[next];
        struct ray_import_item *item;

        if (strcmp(was->up.source.path, now->up.source.path) != 0)
            continue;
        item = ray_vec_add(arena, &out->items);
        item->old = was;
        item->tag = now->tag;
        item->idx = now->idx;
        item->when = now->when;
        next++;
    }
}
