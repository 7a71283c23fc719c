/*
 * meta/_journal.json, read: see journal.h. It is checked whole, so that all that is wrong with it is
 * reported at once; what makes each entry usable (its tag) is the least that is asked of a broken one.
 *
 * A tag becomes a path, so one that is not a plain name is a defect and never reaches the disk.
 */
#include "history/journal.h"

#include "base/file.h"
#include "base/json.h"
#include "base/map.h"
#include "history/journal_internal.h"
#include "history/merged.h"

#include <stdlib.h>
#include <string.h>

enum { LONGEST_TAG = 240 }; /* a file's name has 255 bytes, and the tag gets a suffix */

/* What drizzle-kit writes for PostgreSQL; "pg" until 0.20. */
static const char *const dialects[] = {"postgresql", "pg"};
static const char *const versions[] = {"5", "6", "7"};

static bool
is_one_of(const char *text, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(text, list[i]) == 0)
            return true;
    return false;
}

static const char *
type_name(const json_t *value)
{
    static const char *const names[] = {"an object", "an array", "a string", "a whole number",
                                        "a number",  "true",     "false",    "null"};

    return value == NULL ? "missing" : names[json_typeof(value)];
}

/* An entry while it is read: which one, for the defects. */
struct reading {
    struct ray_arena *arena;
    struct ray_defects *defects;
    const char *path;
    size_t number;   /* 1-based place in the array */
    const char *tag; /* NULL until it is known */
};

static void
key_defect(const struct reading *reading, const char *key, const char *wanted, const json_t *value)
{
    if (reading->tag == NULL)
        (void)ray_defects_add(reading->defects, RAY_USAGE, reading->path, 0,
                              "journal entry %zu: \"%s\" is %s, not %s", reading->number, key,
                              type_name(value), wanted);
    else
        (void)ray_defects_add(reading->defects, RAY_USAGE, reading->path, 0,
                              "journal entry %zu (\"%s\"): \"%s\" is %s, not %s", reading->number,
                              reading->tag, key, type_name(value), wanted);
}

static const char *
text_key(const struct reading *reading, const json_t *object, const char *key, bool needed)
{
    const json_t *value = json_object_get(object, key);

    if (json_is_string(value))
        return ray_arena_strndup(reading->arena, json_string_value(value),
                                 json_string_length(value));
    if (needed || (value != NULL && !json_is_null(value)))
        key_defect(reading, key, "a string", value);
    return NULL;
}

static int64_t
int_key(const struct reading *reading, const json_t *object, const char *key, int64_t most)
{
    const json_t *value = json_object_get(object, key);

    if (json_is_integer(value) && json_integer_value(value) >= 0 &&
        json_integer_value(value) <= most)
        return json_integer_value(value);
    if (json_is_integer(value))
        (void)ray_defects_add(reading->defects, RAY_USAGE, reading->path, 0,
                              "journal entry %zu: \"%s\" is %lld, out of range", reading->number,
                              key, (long long)json_integer_value(value));
    else
        key_defect(reading, key, "a whole number", value);
    return 0;
}

bool
ray_journal_tag_ok(const char *tag)
{
    return ray_path_is_plain(tag) && tag[0] != '.' && strlen(tag) <= LONGEST_TAG;
}

bool
ray_journal_head_ok(const char *version, const char *dialect)
{
    return is_one_of(version, versions, sizeof(versions) / sizeof(versions[0])) &&
           is_one_of(dialect, dialects, sizeof(dialects) / sizeof(dialects[0]));
}

/* What a squashed entry stands for, at every depth. */
static void
read_replaces(const struct reading *reading, const json_t *object, ray_replaced_list *out)
{
    const json_t *list = json_object_get(object, "replaces");

    if (list != NULL && !json_is_array(list))
        key_defect(reading, "replaces", "an array", list);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        struct ray_replaced replaced = {.tag = text_key(reading, item, "tag", true),
                                        .when = int_key(reading, item, "when", INT64_MAX),
                                        .sha256 = text_key(reading, item, "sha256", true),
                                        .tokens = text_key(reading, item, "tokens", false)};

        if (replaced.tag == NULL || replaced.sha256 == NULL)
            continue;
        read_replaces(reading, item, &replaced.replaces);
        *ray_vec_add(reading->arena, out) = replaced;
    }
}

static void
read_entry(struct reading *reading, const json_t *object, const char *version,
           struct ray_journal_entry *out)
{
    const json_t *breakpoints = json_object_get(object, "breakpoints");

    if (!json_is_object(object)) {
        (void)ray_defects_add(reading->defects, RAY_USAGE, reading->path, 0,
                              "journal entry %zu is %s, not an object", reading->number,
                              type_name(object));
        return;
    }
    reading->tag = text_key(reading, object, "tag", true);
    out->tag = reading->tag;
    if (out->tag != NULL && !ray_journal_tag_ok(out->tag)) {
        (void)ray_defects_add(reading->defects, RAY_USAGE, reading->path, 0,
                              "journal entry %zu: tag \"%s\" is not a plain name", reading->number,
                              out->tag);
        out->tag = NULL;
    }
    out->idx = (int)int_key(reading, object, "idx", INT32_MAX);
    out->when = int_key(reading, object, "when", INT64_MAX);
    out->version = text_key(reading, object, "version", false);
    if (out->version == NULL)
        out->version = version;
    if (breakpoints != NULL && !json_is_boolean(breakpoints))
        key_defect(reading, "breakpoints", "true or false", breakpoints);
    out->breakpoints = breakpoints == NULL || json_is_true(breakpoints);
    out->sha256 = text_key(reading, object, "sha256", false);
    out->down_sha256 = text_key(reading, object, "down_sha256", false);
    out->parent = text_key(reading, object, "parent", false);
    read_replaces(reading, object, &out->replaces);
}

/* ---- doubles ---- */

struct numbered {
    int idx;
    size_t place; /* in the array */
};

static int
compare_numbered(const void *a, const void *b)
{
    const struct numbered *left = a;
    const struct numbered *right = b;

    if (left->idx != right->idx)
        return left->idx < right->idx ? -1 : 1;
    return left->place < right->place ? -1 : 1;
}

static void
check_idx(const struct ray_journal *journal, struct ray_defects *defects)
{
    size_t count = journal->entries.len;
    struct numbered *all = RAY_NEW_ARRAY(defects->arena, struct numbered, count + 1);
    bool rising = true;

    for (size_t i = 0; i < count; i++) {
        all[i] = (struct numbered){.idx = journal->entries.items[i].idx, .place = i};
        rising = rising && (i == 0 || all[i - 1].idx < all[i].idx);
    }
    if (rising)
        return;
    qsort(all, count, sizeof(*all), compare_numbered);
    for (size_t i = 1; i < count; i++)
        if (all[i - 1].idx == all[i].idx)
            (void)ray_defects_add(defects, RAY_USAGE, journal->path, 0,
                                  "journal entries %zu and %zu (\"%s\") have the same idx, %d",
                                  all[i - 1].place + 1, all[i].place + 1,
                                  journal->entries.items[all[i].place].tag, all[i].idx);
}

const char *
ray_tag_number(struct ray_arena *arena, const char *tag)
{
    size_t digits = strspn(tag, "0123456789");

    if (digits == 0)
        return NULL;
    while (digits > 1 && *tag == '0') {
        tag++;
        digits--;
    }
    return ray_arena_strndup(arena, tag, digits);
}

/* An original that came back beside the squashed one, as by a merge, would be run by nobody or twice. */
static void
check_replaced(const struct ray_journal *journal, struct ray_defects *defects)
{
    for (size_t i = 0; i < journal->entries.len; i++) {
        const struct ray_journal_entry *squashed = &journal->entries.items[i];

        for (size_t k = 0; squashed->replaces.len > 0 && k < journal->entries.len; k++)
            if (ray_replaced_names(&squashed->replaces, journal->entries.items[k].tag))
                ray_defects_add(defects, RAY_INTEGRITY, journal->path, 0,
                                "the journal has \"%s\" and \"%s\", which replaces it",
                                journal->entries.items[k].tag, squashed->tag)
                    ->hint = "Take the entry of the replaced one out, and its files.";
    }
}

static void
check_tags(const struct ray_journal *journal, struct ray_defects *defects)
{
    struct ray_map tags;
    struct ray_map numbers;

    ray_map_init(&tags, defects->arena);
    ray_map_init(&numbers, defects->arena);
    for (size_t i = 0; i < journal->entries.len; i++) {
        const struct ray_journal_entry *entry = &journal->entries.items[i];
        const char *number = ray_tag_number(defects->arena, entry->tag);
        const struct ray_journal_entry *same = ray_map_put(&tags, entry->tag,
                                                           &journal->entries.items[i]);

        if (same != NULL)
            (void)ray_defects_add(defects, RAY_USAGE, journal->path, 0,
                                  "journal entries %zu and %zu have the same tag, \"%s\"",
                                  (size_t)(same - journal->entries.items) + 1, i + 1, entry->tag);
        if (number == NULL)
            continue;
        if (same == NULL && (same = ray_map_get(&numbers, number)) != NULL)
            ray_defects_add(defects, RAY_USAGE, journal->path, 0,
                            "journal entries %zu and %zu, \"%s\" and \"%s\", have the same "
                            "number",
                            (size_t)(same - journal->entries.items) + 1, i + 1, same->tag,
                            entry->tag)
                ->hint = journal->own ? "raymig rebase gives the one that is to run later the next "
                                        "number."
                                      : "Rename the files of the one that is to run later, and its "
                                        "entry.";
        ray_map_put(&numbers, number, &journal->entries.items[i]);
    }
}

/* ---- the whole ---- */

static void
check_head(const json_t *root, struct ray_journal *out, const char **version,
           struct ray_defects *defects)
{
    const json_t *dialect = json_object_get(root, "dialect");
    const json_t *layout = json_object_get(root, "raymig");
    const char *text = json_string_value(json_object_get(root, "version"));

    *version = text == NULL ? "7" : ray_arena_strdup(defects->arena, text);
    if (text == NULL)
        (void)ray_defects_add(defects, RAY_USAGE, out->path, 0,
                              "the journal's \"version\" is %s, not a string",
                              type_name(json_object_get(root, "version")));
    else if (!is_one_of(text, versions, sizeof(versions) / sizeof(versions[0])))
        (void)ray_defects_add(defects, RAY_USAGE, out->path, 0,
                              "unknown version \"%s\" of the journal; known are 5, 6 and 7", text);
    if (!json_is_string(dialect) ||
        !is_one_of(json_string_value(dialect), dialects, sizeof(dialects) / sizeof(dialects[0])))
        (void)ray_defects_add(defects, RAY_USAGE, out->path, 0,
                              "the journal's \"dialect\" is %s%s%s, not \"postgresql\"",
                              json_is_string(dialect) ? "\"" : "",
                              json_is_string(dialect) ? json_string_value(dialect)
                                                      : type_name(dialect),
                              json_is_string(dialect) ? "\"" : "");
    out->own = layout != NULL;
    if (layout != NULL && json_integer_value(layout) != RAY_JOURNAL_LAYOUT)
        ray_defects_add(defects, RAY_USAGE, out->path, 0,
                        "the journal was written by a newer raymig (its \"raymig\" is not %d)",
                        RAY_JOURNAL_LAYOUT)
            ->hint = "Upgrade raymig.";
}

/* A merge that nobody has settled is no broken JSON to the one who finds it. */
static bool
refuse_conflict(struct ray_arena *arena, const char *path, struct ray_err *err)
{
    struct ray_text text;
    int line;

    if (!ray_file_read(arena, path, &text, err))
        return false;
    line = ray_conflict_line(text.data);
    if (line == 0)
        return true;
    (void)ray_err_set(err, RAY_USAGE, "the journal has a merge conflict");
    (void)ray_err_at(err, path, line, 0);
    return ray_err_hint(err,
                        "raymig rebase takes the migrations of both sides and gives those that "
                        "are yours numbers behind the others'.");
}

void
ray_journal_take(struct ray_arena *arena, const json_t *root, const char *path,
                 struct ray_journal *out, struct ray_defects *defects)
{
    const json_t *entries = json_object_get(root, "entries");
    const char *version = NULL;

    *out = (struct ray_journal){.path = path};
    check_head(root, out, &version, defects);
    if (!json_is_array(entries))
        (void)ray_defects_add(defects, RAY_USAGE, path, 0,
                              "the journal's \"entries\" is %s, not an array", type_name(entries));
    for (size_t i = 0; i < json_array_size(entries); i++) {
        struct reading reading = {.arena = arena,
                                  .defects = defects,
                                  .path = path,
                                  .number = i + 1};
        struct ray_journal_entry entry = {0};

        read_entry(&reading, json_array_get(entries, i), version, &entry);
        if (entry.tag != NULL)
            *ray_vec_add(arena, &out->entries) = entry;
    }
}

/* The long way, which finds all that is wrong. Gives the number of defects, -1 where it is not JSON. */
static long
examine_all(struct ray_arena *arena, const char *path, struct ray_journal *out,
            struct ray_defects *defects, struct ray_err *err)
{
    size_t before = defects->list.len;
    json_t *root;

    if (!refuse_conflict(arena, path, err))
        return -1;
    root = ray_json_read(arena, path, err);
    if (root == NULL)
        return -1;
    ray_journal_take(arena, root, path, out, defects);
    json_decref(root);
    return (long)(defects->list.len - before);
}

bool
ray_journal_examine(struct ray_arena *arena, const char *path, struct ray_journal *out,
                    struct ray_defects *defects, struct ray_err *err)
{
    long broken = 0;

    if (!ray_journal_scan(arena, path, out))
        broken = examine_all(arena, path, out, defects, err);
    if (broken < 0)
        return false;
    /* Places in the array are only right where no entry was left out. */
    if (broken == 0) {
        check_idx(out, defects);
        check_tags(out, defects);
        check_replaced(out, defects);
    }
    return true;
}

bool
ray_journal_read(struct ray_arena *arena, const char *path, struct ray_journal *out,
                 struct ray_err *err)
{
    struct ray_defects defects;

    ray_defects_init(&defects, arena);
    return ray_journal_examine(arena, path, out, &defects, err) && ray_defects_raise(&defects, err);
}
