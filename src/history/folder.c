/*
 * A migrations folder: see folder.h.
 *
 * Loading is one listing of the folder, the layout's own load, and the raising of all that it found
 * wrong; nothing is handed out half-loaded. Scripts are looked into only by the layouts that keep both
 * directions in one file.
 */
#include "history/folder.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/term.h"
#include "history/layout.h"

#include <string.h>

/* The names of all formats, for a person. */
static const char *
format_names(struct ray_arena *arena)
{
    struct ray_buf buf;

    ray_buf_init(&buf, arena);
    for (const struct ray_format *const *row = ray_formats; *row != NULL; row++)
        ray_buf_addf(&buf, "%s%s", buf.len > 0 ? ", " : "", (*row)->name);
    return buf.data;
}

static bool
unknown_format(const char *name, struct ray_err *err)
{
    const char *names[32] = {NULL};
    const char *nearest;
    size_t count = 0;

    for (const struct ray_format *const *row = ray_formats; *row != NULL && count < 32; row++)
        names[count++] = (*row)->name;
    nearest = ray_nearest(name, names, count);
    (void)ray_err_set(err, RAY_USAGE, "unknown format \"%s\" of the migrations folder", name);
    if (nearest != NULL)
        return ray_err_hint(err, "Did you mean \"%s\"?", nearest);
    return ray_err_hint(err, "Known formats: %s.", format_names(err->arena));
}

/* True where nothing in the folder could be a migration: a README, a .gitkeep, an empty meta/. */
static bool
is_empty(const ray_entries *entries)
{
    for (size_t i = 0; i < entries->len; i++) {
        const struct ray_entry *entry = &entries->items[i];

        if (entry->name[0] == '.')
            continue;
        if (entry->is_folder
                ? strcmp(entry->name, "meta") != 0
                : ray_has_suffix(entry->name, ".sql") || ray_has_suffix(entry->name, ".lua"))
            return false;
    }
    return true;
}

static bool
choose_format(struct ray_arena *arena, const char *name, const ray_entries *entries,
              struct ray_folder *folder, struct ray_err *err)
{
    if (name != NULL) {
        folder->format = ray_format_find(name);
        return folder->format != NULL || unknown_format(name, err);
    }
    for (const struct ray_format *const *row = ray_formats; *row != NULL; row++) {
        if ((*row)->detect(arena, folder->path, entries)) {
            folder->format = *row;
            return true;
        }
    }
    folder->format = &ray_format_raymig;
    if (is_empty(entries))
        return true;
    (void)ray_err_set(err, RAY_USAGE,
                      "cannot tell which tool laid out the migrations folder \"%s\"", folder->path);
    return ray_err_hint(err, "Name it with `format` in raymig.lua: %s.", format_names(err->arena));
}

const struct ray_format *
ray_folder_format(struct ray_arena *arena, const char *path, const char *name)
{
    struct ray_folder folder = {.path = path};
    ray_entries entries = {0};
    struct ray_err ignored;

    ray_err_init(&ignored, arena);
    return ray_file_exists(path) && ray_file_list(arena, path, &entries, &ignored) &&
                   choose_format(arena, name, &entries, &folder, &ignored)
               ? folder.format
               : NULL;
}

bool
ray_folder_load_with(struct ray_arena *arena, const char *path,
                     const struct ray_folder_options *options, struct ray_folder *out,
                     struct ray_err *err)
{
    struct ray_layout layout = {.arena = arena, .folder = out, .tolerate = options->tolerate};
    ray_entries entries = {0};

    *out = (struct ray_folder){.path = ray_arena_strdup(arena, path),
                               .format = options->own,
                               .began = ray_clock_now()};
    layout.entries = &entries;
    ray_defects_init(&layout.defects, arena);
    if (!ray_file_exists(path)) {
        out->format = options->own != NULL      ? options->own
                      : options->format == NULL ? &ray_format_raymig
                                                : ray_format_find(options->format);
        if (out->format == NULL)
            return unknown_format(options->format, err);
        if (options->may_be_missing)
            return true;
        (void)ray_err_set(err, RAY_USAGE, "there is no migrations folder \"%s\"", path);
        return ray_err_hint(err, "`raymig init` makes one; `out` in raymig.lua says where it is.");
    }
    return ray_file_list(arena, path, &entries, err) &&
           (out->format != NULL || choose_format(arena, options->format, &entries, out, err)) &&
           out->format->load(&layout, err) && ray_defects_raise(&layout.defects, err);
}

bool
ray_folder_load(struct ray_arena *arena, const char *path, const char *format, bool may_be_missing,
                struct ray_folder *out, struct ray_err *err)
{
    const struct ray_folder_options options = {.format = format, .may_be_missing = may_be_missing};

    return ray_folder_load_with(arena, path, &options, out, err);
}

/* ---- finding one ---- */

enum match { MATCH_TAG, MATCH_NUMBER, MATCH_VERSION, MATCH_PREFIX, MATCH_COUNT };

/* The number that begins a tag is the one asked for: 3 finds 0003_add_users. */
static bool
same_number(const char *tag, const char *name)
{
    size_t wanted = ray_digits(name);
    size_t length = ray_digits(tag);

    if (wanted == 0 || length == 0 || name[wanted] != '\0')
        return false;
    while (length > 1 && *tag == '0') {
        tag++;
        length--;
    }
    while (wanted > 1 && *name == '0') {
        name++;
        wanted--;
    }
    return length == wanted && strncmp(tag, name, length) == 0;
}

static bool
matches(const struct ray_migration *migration, const char *name, enum match how)
{
    switch (how) {
    case MATCH_TAG:
        return strcmp(migration->tag, name) == 0;
    case MATCH_NUMBER:
        return same_number(migration->tag, name);
    case MATCH_VERSION:
        return strcmp(migration->version, name) == 0;
    case MATCH_PREFIX:
        return name[0] != '\0' && ray_has_prefix(migration->tag, name);
    case MATCH_COUNT:
        break;
    }
    return false;
}

static const struct ray_migration *
not_found(const struct ray_folder *folder, const char *name, struct ray_err *err)
{
    const char **tags = RAY_NEW_ARRAY(err->arena, const char *, folder->migrations.len + 1);
    const char *nearest;

    for (size_t i = 0; i < folder->migrations.len; i++)
        tags[i] = folder->migrations.items[i].tag;
    nearest = ray_nearest(name, tags, folder->migrations.len);
    (void)ray_err_set(err, RAY_USAGE, "there is no migration \"%s\" in \"%s\"", name, folder->path);
    if (nearest != NULL)
        (void)ray_err_hint(err, "Did you mean \"%s\"?", nearest);
    else
        (void)ray_err_hint(err, "`raymig status` lists them.");
    return NULL;
}

static const struct ray_migration *
ambiguous(const char *name, const struct ray_migration *first, const struct ray_migration *second,
          struct ray_err *err)
{
    (void)ray_err_set(err, RAY_USAGE,
                      "\"%s\" is the beginning of more than one migration: \"%s\", "
                      "\"%s\"",
                      name, first->tag, second->tag);
    (void)ray_err_hint(err, "Give the whole name of the one that you mean.");
    return NULL;
}

const struct ray_migration *
ray_folder_find(const struct ray_folder *folder, const char *name, struct ray_err *err)
{
    for (enum match how = MATCH_TAG; how < MATCH_COUNT; how++) {
        const struct ray_migration *found = NULL;

        for (size_t i = 0; i < folder->migrations.len; i++) {
            const struct ray_migration *migration = &folder->migrations.items[i];

            if (!matches(migration, name, how))
                continue;
            if (found != NULL)
                return ambiguous(name, found, migration, err);
            found = migration;
        }
        if (found != NULL)
            return found;
    }
    return not_found(folder, name, err);
}

/* ---- texts and hashes ---- */

bool
ray_script_text(struct ray_arena *arena, const struct ray_script *script, struct ray_text *out,
                struct ray_err *err)
{
    const struct ray_source *source = &script->source;
    size_t length = source->end == 0 ? SIZE_MAX / 4 : source->end - source->begin;
    size_t whole;

    *out = (struct ray_text){.data = ray_arena_strdup(arena, "")};
    if (script->kind == RAY_SCRIPT_NONE)
        return true;
    if (source->text == NULL)
        return ray_file_read_part(arena, source->path, source->begin, length, out, err);
    whole = strlen(source->text);
    if (source->begin < whole) {
        out->len = length < whole - source->begin ? length : whole - source->begin;
        out->data = ray_arena_strndup(arena, source->text + source->begin, out->len);
    }
    return true;
}

bool
ray_migration_hash(struct ray_arena *arena, const struct ray_migration *migration, const char **hex,
                   struct ray_err *err)
{
    const struct ray_source *source = &migration->up.source;
    char *digest = ray_arena_alloc(arena, RAY_HASH_HEX);

    *hex = digest;
    if (source->path != NULL && (source->text == NULL || ray_file_exists(source->path)))
        return ray_file_hash(source->path, digest, err);
    ray_hash_bytes(source->text, strlen(source->text), digest);
    return true;
}

bool
ray_script_tokens(struct ray_arena *arena, const struct ray_script *script, const char **hex,
                  struct ray_err *err)
{
    char *digest = ray_arena_alloc(arena, RAY_HASH_HEX);
    struct ray_text text;
    size_t kept = 0;

    *hex = digest;
    if (script->kind == RAY_SCRIPT_SQL)
        return ray_tokens_hash(&script->source, digest, err);
    if (!ray_script_text(arena, script, &text, err))
        return false;
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] != '\r' || text.data[i + 1] != '\n')
            text.data[kept++] = text.data[i];
    ray_hash_bytes(text.data, kept, digest);
    return true;
}

const char *
ray_folder_snapshot(struct ray_arena *arena, const struct ray_folder *folder,
                    const struct ray_migration *migration, bool may_be_missing)
{
    size_t digits = strspn(migration->tag, "0123456789");
    const char *path;

    if (folder->adopted || digits == 0 || strcmp(folder->format->name, "raymig") != 0)
        return NULL;
    path = ray_arena_printf(arena, "%s/meta/%.*s_snapshot.json", folder->path, (int)digits,
                            migration->tag);
    return may_be_missing || ray_file_exists(path) ? path : NULL;
}
