/*
 * meta/_journal.json, written: see journal.h. The file is read, changed and replaced whole; keys that
 * raymig does not know stay where they are, because the file may be Drizzle Kit's.
 */
#include "base/buf.h"
#include "base/file.h"
#include "base/json.h"
#include "base/map.h"
#include "history/journal_internal.h"
#include "history/merged.h"

#include <string.h>

/* Drizzle Kit ends the file without a line break, an editor with one: it stays as it was. */
static bool
write_journal(struct ray_arena *arena, const char *path, const json_t *root, struct ray_err *err)
{
    struct ray_text before = {0};
    struct ray_buf buf;

    if (ray_file_exists(path) && !ray_file_read(arena, path, &before, err))
        return false;
    ray_buf_init(&buf, arena);
    ray_buf_add(&buf, ray_json_text(arena, root));
    if (before.len == 0 || before.data[before.len - 1] == '\n')
        ray_buf_addc(&buf, '\n');
    return ray_file_write(path, buf.data, buf.len, err);
}

static json_t *
replaces_json(const ray_replaced_list *replaces)
{
    json_t *list = json_array();

    for (size_t i = 0; i < replaces->len; i++) {
        const struct ray_replaced *replaced = &replaces->items[i];
        json_t *object = json_object();

        ray_json_set_text(object, "tag", replaced->tag);
        ray_json_set_int(object, "when", replaced->when);
        ray_json_set_text(object, "sha256", replaced->sha256);
        if (replaced->tokens != NULL)
            ray_json_set_text(object, "tokens", replaced->tokens);
        if (replaced->replaces.len > 0)
            json_object_set_new(object, "replaces", replaces_json(&replaced->replaces));
        json_array_append_new(list, object);
    }
    return list;
}

/* Sets what the entry says; other keys of the object stay. */
static void
set_entry(json_t *object, const struct ray_journal_entry *entry)
{
    ray_json_set_int(object, "idx", entry->idx);
    ray_json_set_text(object, "version", entry->version == NULL ? "7" : entry->version);
    ray_json_set_int(object, "when", entry->when);
    ray_json_set_text(object, "tag", entry->tag);
    ray_json_set_bool(object, "breakpoints", entry->breakpoints);
    if (entry->sha256 != NULL)
        ray_json_set_text(object, "sha256", entry->sha256);
    if (entry->down_sha256 != NULL)
        ray_json_set_text(object, "down_sha256", entry->down_sha256);
    if (entry->parent != NULL)
        ray_json_set_text(object, "parent", entry->parent);
    else
        (void)json_object_del(object, "parent");
    if (entry->replaces.len > 0)
        json_object_set_new(object, "replaces", replaces_json(&entry->replaces));
}

static json_t *
new_entry(const struct ray_journal_entry *entry)
{
    json_t *object = json_object();

    set_entry(object, entry);
    return object;
}

static json_t *
new_journal(bool own)
{
    json_t *root = json_object();

    ray_json_set_text(root, "version", "7");
    ray_json_set_text(root, "dialect", "postgresql");
    if (own)
        ray_json_set_int(root, "raymig", RAY_JOURNAL_LAYOUT);
    (void)json_object_set_new(root, "entries", json_array());
    return root;
}

/* The file as JSON with an array of entries. NULL on error. */
static json_t *
open_journal(struct ray_arena *arena, const char *path, struct ray_err *err)
{
    json_t *root = ray_json_read(arena, path, err);

    if (root == NULL || json_is_array(json_object_get(root, "entries")))
        return root;
    (void)ray_err_set(err, RAY_USAGE, "\"%s\" is not a journal: it has no array \"entries\"", path);
    json_decref(root);
    return NULL;
}

static json_t *
find_entry(const json_t *root, const char *tag)
{
    const json_t *entries = json_object_get(root, "entries");

    for (size_t i = 0; i < json_array_size(entries); i++) {
        json_t *entry = json_array_get(entries, i);
        const char *text = json_string_value(json_object_get(entry, "tag"));

        if (text != NULL && strcmp(text, tag) == 0)
            return entry;
    }
    return NULL;
}

/* Adds the entries to the array; an import brings thousands, so their tags are looked up in a map. */
static bool
append_entries(struct ray_arena *arena, json_t *array, const struct ray_journal_entry *entries,
               size_t count, struct ray_err *err)
{
    struct ray_map tags;

    ray_map_init(&tags, arena);
    for (size_t i = 0; i < json_array_size(array); i++) {
        const char *tag = json_string_value(json_object_get(json_array_get(array, i), "tag"));

        if (tag != NULL)
            ray_map_put(&tags, ray_arena_strdup(arena, tag), array);
    }
    for (size_t i = 0; i < count; i++) {
        if (ray_map_put(&tags, entries[i].tag, array) != NULL)
            return ray_err_set(err, RAY_USAGE, "the journal has an entry \"%s\" already",
                               entries[i].tag);
        (void)json_array_append_new(array, new_entry(&entries[i]));
    }
    return true;
}

bool
ray_journal_append(struct ray_arena *arena, const char *path, bool own,
                   const struct ray_journal_entry *entries, size_t count, struct ray_err *err)
{
    json_t *root;
    bool ok = false;

    if (ray_file_exists(path)) {
        root = open_journal(arena, path, err);
    } else {
        if (!ray_file_make_folder(ray_path_folder(arena, path), err))
            return false;
        root = new_journal(own);
    }
    if (root == NULL)
        return false;
    if (append_entries(arena, json_object_get(root, "entries"), entries, count, err))
        ok = write_journal(arena, path, root, err);
    json_decref(root);
    return ok || ray_err_at(err, path, 0, 0);
}

bool
ray_journal_set_hashes(struct ray_arena *arena, const char *path, const char *tag,
                       const char *sha256, const char *down_sha256, struct ray_err *err)
{
    json_t *root = open_journal(arena, path, err);
    json_t *entry = root == NULL ? NULL : find_entry(root, tag);
    bool ok = false;

    if (root == NULL)
        return false;
    if (entry == NULL) {
        (void)ray_err_set(err, RAY_USAGE, "the journal has no entry \"%s\"", tag);
        (void)ray_err_at(err, path, 0, 0);
        goto out;
    }
    if (sha256 != NULL)
        ray_json_set_text(entry, "sha256", sha256);
    if (down_sha256 != NULL)
        ray_json_set_text(entry, "down_sha256", down_sha256);
    ok = write_journal(arena, path, root, err);
out:
    json_decref(root);
    return ok;
}

/* ---- the whole of it ---- */

/* The entry as it was, wherever it was; NULL: nowhere. */
static json_t *
find_in_sides(const struct ray_journal_sides *sides, const char *tag)
{
    json_t *found = NULL;

    for (size_t i = 0; found == NULL && i < sides->count; i++)
        found = find_entry(sides->roots[i], tag);
    return found;
}

bool
ray_journal_rewrite(struct ray_arena *arena, const char *from, const char *to,
                    const struct ray_journal_change *changes, size_t count, struct ray_err *err)
{
    struct ray_journal_sides sides;
    json_t *root;
    json_t *list;
    bool ok;

    if (!ray_journal_sides_read(arena, from, &sides, err))
        return false;
    root = sides.count == 0 ? new_journal(true) : json_copy(sides.roots[0]);
    list = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *before = changes[i].was == NULL ? NULL : find_in_sides(&sides, changes[i].was);
        json_t *object = before == NULL ? json_object() : json_copy(before);

        set_entry(object, &changes[i].entry);
        json_array_append_new(list, object);
    }
    json_object_set_new(root, "entries", list);
    ok = write_journal(arena, to, root, err);
    json_decref(root);
    ray_journal_sides_free(&sides);
    return ok;
}
