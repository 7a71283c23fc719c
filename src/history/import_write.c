/*
 * The files of an imported folder: see import.h.
 *
 * Bytes are kept: a section of a shared file becomes a file, and only where the old layout held an option
 * elsewhere (metadata.toml, `transaction:false`, a .conf) a line of front matter is put above it. The folder
 * is built beside its place, read back, and renamed into it.
 */
#include "history/import.h"

#include "base/hash.h"
#include "base/interrupt.h"
#include "base/map.h"
#include "history/journal.h"
#include "history/layout.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char mark[] = "\xef\xbb\xbf"; /* byte order mark */

static bool
same_text(const char *left, const char *right)
{
    return left == right || (left != NULL && right != NULL && strcmp(left, right) == 0);
}

/* The line for what is asked for elsewhere and not in the text; "" where that is nothing. */
static const char *
front_matter(struct ray_arena *arena, const struct ray_script_options *wanted,
             const struct ray_script_options *said)
{
    struct ray_buf buf;

    ray_buf_init(&buf, arena);
    if (wanted->no_transaction && !said->no_transaction)
        ray_buf_add(&buf, " transaction=none");
    if (wanted->lock_timeout != NULL && !same_text(wanted->lock_timeout, said->lock_timeout))
        ray_buf_addf(&buf, " lock_timeout=%s", wanted->lock_timeout);
    if (wanted->statement_timeout != NULL &&
        !same_text(wanted->statement_timeout, said->statement_timeout))
        ray_buf_addf(&buf, " statement_timeout=%s", wanted->statement_timeout);
    return buf.len == 0 ? "" : ray_arena_printf(arena, "-- raymig:%s\n", buf.data);
}

/* A text that the layout put together holds blanks where other sections were: those at its beginning go. */
static const char *
without_blank_lines(const char *text)
{
    const char *begin = text;

    for (const char *c = text; strchr(" \t\r\n", *c) != NULL && *c != '\0'; c++)
        if (*c == '\n')
            begin = c + 1;
    return begin;
}

bool
ray_import_text(struct ray_arena *arena, const struct ray_script *script,
                const struct ray_script_options *layout, struct ray_text *out, struct ray_err *err)
{
    struct ray_script_options wanted = *layout;
    struct ray_script_options said = {0};
    struct ray_script alone = {.kind = script->kind, .source = {.path = script->source.path}};
    struct ray_text text;
    struct ray_buf buf;
    const char *front;
    size_t skip = 0;

    if (!ray_script_text(arena, script, &text, err) ||
        !ray_script_options_read(arena, script, &wanted, err))
        return false;
    if (script->source.text != NULL)
        skip = (size_t)(without_blank_lines(text.data) - text.data);
    alone.source.text = text.data + skip;
    if (!ray_script_options_read(arena, &alone, &said, err))
        return false;
    front = front_matter(arena, &wanted, &said);
    ray_buf_init(&buf, arena);
    if (front[0] != '\0' && ray_has_prefix(text.data + skip, mark)) {
        ray_buf_add(&buf, mark);
        skip += strlen(mark);
    }
    ray_buf_add(&buf, front);
    ray_buf_addn(&buf, text.data + skip, text.len - skip);
    *out = (struct ray_text){.data = buf.data, .len = buf.len};
    return true;
}

static const char *
up_name(struct ray_arena *arena, const struct ray_import_item *item)
{
    return ray_arena_printf(arena, "%s.sql", item->tag);
}

static const char *
down_name(struct ray_arena *arena, const struct ray_import_item *item)
{
    return ray_arena_printf(arena, "%s.down.%s", item->tag,
                            item->old->down.kind == RAY_SCRIPT_LUA ? "lua" : "sql");
}

/* ---------------------------------------------------------------- writing */

static const char *
write_one(struct ray_arena *arena, struct ray_arena *scratch, const char *path,
          const struct ray_script *script, const struct ray_script_options *layout,
          struct ray_err *err)
{
    char *hex = ray_arena_alloc(arena, RAY_HASH_HEX);
    struct ray_text text;

    if (!ray_import_text(scratch, script, layout, &text, err) ||
        !ray_file_write(path, text.data, text.len, err))
        return NULL;
    ray_hash_bytes(text.data, text.len, hex);
    return hex;
}

static bool
write_item(struct ray_arena *arena, const char *folder, const struct ray_import_item *item,
           struct ray_journal_entry *entry, struct ray_err *err)
{
    const struct ray_migration *old = item->old;
    struct ray_arena *scratch = ray_arena_new();
    bool ok;

    *entry = (struct ray_journal_entry){.idx = item->idx,
                                        .when = item->when,
                                        .tag = item->tag,
                                        .version = "7",
                                        .breakpoints = true};
    entry->sha256 = write_one(arena, scratch,
                              ray_path_join(scratch, folder, up_name(scratch, item)), &old->up,
                              &old->up_options, err);
    ok = entry->sha256 != NULL;
    if (ok && old->down.kind != RAY_SCRIPT_NONE) {
        entry->down_sha256 = write_one(arena, scratch,
                                       ray_path_join(scratch, folder, down_name(scratch, item)),
                                       &old->down, &old->down_options, err);
        ok = entry->down_sha256 != NULL;
    }
    ray_arena_free(scratch);
    return ok;
}

/* The journal's notes of where everything came from: see ray_import_remember. */
static bool
write_notes(struct ray_arena *arena, const struct ray_import *import, const char *path,
            struct ray_err *err)
{
    json_t *root = ray_json_read(arena, path, err);
    const json_t *entries = json_object_get(root, "entries");
    json_t *source = json_object();
    const char *text;

    if (root == NULL) {
        json_decref(source);
        return false;
    }
    ray_json_set_text(source, "from", import->from->format->name);
    (void)json_object_set_new(root, "imported", source);
    for (size_t i = 0; i < import->items.len; i++) {
        const struct ray_migration *old = import->items.items[i].old;
        json_t *note = json_object();

        ray_json_set_text(note, "tag", old->tag);
        ray_json_set_text(note, "version", old->version);
        ray_json_set_int(note, "when", old->when);
        (void)json_object_set_new(json_array_get(entries, i), "imported", note);
    }
    text = ray_arena_printf(arena, "%s\n", ray_json_text(arena, root));
    json_decref(root);
    return ray_file_write(path, text, strlen(text), err);
}

static bool
write_all(struct ray_arena *arena, const struct ray_import *import, const char *folder,
          struct ray_err *err)
{
    const char *journal = ray_path_join(arena, folder, "meta/_journal.json");
    struct ray_journal_entry *entries = RAY_NEW_ARRAY(arena, struct ray_journal_entry,
                                                      import->items.len);

    for (size_t i = 0; i < import->items.len; i++) {
        if (ray_interrupted())
            return ray_err_set(err, RAY_INTERRUPTED, "interrupted");
        if (!write_item(arena, folder, &import->items.items[i], &entries[i], err))
            return false;
    }
    return ray_journal_append(arena, journal, true, entries, import->items.len, err) &&
           write_notes(arena, import, journal, err);
}

static void
sync_folder(const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return;
    (void)fsync(fd);
    close(fd);
}

bool
ray_import_write(struct ray_arena *arena, const struct ray_import *import, const char *path,
                 struct ray_err *err)
{
    const char *parent = ray_path_folder(arena, path);
    const char *beside = ray_arena_printf(arena, "%s/.%s.%ld.tmp", parent, ray_path_name(path),
                                          (long)getpid());
    const char *difference = NULL;
    struct ray_err ignored;
    bool ok = ray_file_make_folder(beside, err) && write_all(arena, import, beside, err) &&
              ray_import_compare(arena, import, beside, &difference, err);

    if (ok && difference != NULL)
        ok = ray_err_set(err, RAY_FAILED,
                         "what was written to \"%s\" reads back as something else: %s", beside,
                         difference);
    if (ok && rename(beside, path) != 0)
        ok = ray_err_errno(err, RAY_USAGE, "cannot create folder \"%s\"", path);
    if (ok) {
        sync_folder(parent);
        return true;
    }
    ray_err_init(&ignored, arena);
    if (!ray_file_remove(beside, &ignored))
        ray_err_clear(&ignored);
    return false;
}

/* ---------------------------------------------------------------- comparing */

static bool
compare_script(const struct ray_script *now, const char *name, const struct ray_script *old,
               const struct ray_script_options *layout, const char **difference,
               struct ray_err *err)
{
    struct ray_text wanted = {0};
    struct ray_text there = {0};
    struct ray_arena *scratch;
    bool ok;

    if (now->kind != old->kind)
        *difference = ray_arena_printf(err->arena, "\"%s\" is not there, or is one too many", name);
    if (now->kind != old->kind || old->kind == RAY_SCRIPT_NONE)
        return true;
    scratch = ray_arena_new();
    ok = ray_import_text(scratch, old, layout, &wanted, err) &&
         ray_script_text(scratch, now, &there, err);

    if (ok && (wanted.len != there.len || memcmp(wanted.data, there.data, wanted.len) != 0))
        *difference = ray_arena_printf(err->arena, "\"%s\" is another one", name);
    ray_arena_free(scratch);
    return ok;
}

bool
ray_import_compare(struct ray_arena *arena, const struct ray_import *import, const char *path,
                   const char **difference, struct ray_err *err)
{
    struct ray_folder folder;
    struct ray_map by_tag;

    *difference = NULL;
    if (!ray_folder_load(arena, path, NULL, false, &folder, err))
        return false;
    if (folder.format != &ray_format_raymig) {
        *difference = "it is not laid out as raymig's own";
        return true;
    }
    ray_map_init(&by_tag, arena);
    for (size_t i = 0; i < folder.migrations.len; i++)
        ray_map_put(&by_tag, folder.migrations.items[i].tag, &folder.migrations.items[i]);
    for (size_t i = 0; *difference == NULL && i < import->items.len; i++) {
        const struct ray_import_item *item = &import->items.items[i];
        const struct ray_migration *now = ray_map_get(&by_tag, item->tag);

        if (now == NULL)
            *difference = ray_arena_printf(arena, "it has no \"%s\"", item->tag);
        else if (now->when != item->when)
            *difference = ray_arena_printf(arena, "\"%s\" has another `when`", item->tag);
        else if (!compare_script(&now->up, up_name(arena, item), &item->old->up,
                                 &item->old->up_options, difference, err) ||
                 (*difference == NULL &&
                  !compare_script(&now->down, down_name(arena, item), &item->old->down,
                                  &item->old->down_options, difference, err)))
            return false;
    }
    return true;
}
