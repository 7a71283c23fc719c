/*
 * What a migration is called that nobody named. What is made or dropped as a whole counts most, tables before all
 * else; then what changes in tables, columns before what hangs on them.
 */
#include "project/generate.h"

#include "catalog/kind.h"

#include <ctype.h>
#include <string.h>

enum { LONGEST = 50, MOST = 3 };

static const char *const verbs[RAY_CHANGE_COUNT] = {
    [RAY_CHANGE_CREATE] = "add",
    [RAY_CHANGE_DROP] = "drop",
    [RAY_CHANGE_ALTER] = "alter",
};

static const struct ray_object *
object_of(const struct ray_change *change)
{
    return change->to != NULL ? change->to : change->from;
}

static bool
is_kind(const struct ray_object *object, const char *kind)
{
    return strcmp(object->kind->name, kind) == 0;
}

static bool
is_table(const struct ray_object *object)
{
    return is_kind(object, "table") || is_kind(object, "foreign table");
}

/* The lower, the more it counts. */
static int
rank_of(const struct ray_change *change)
{
    const struct ray_object *object = object_of(change);

    if (object->parent == NULL && change->type != RAY_CHANGE_ALTER)
        return is_table(object)                                                  ? 0
               : is_kind(object, "view") || is_kind(object, "materialized view") ? 3
                                                                                 : 4;
    if (is_kind(object, "column"))
        return 1;
    if (is_kind(object, "default") || is_table(object))
        return 2;
    return object->parent != NULL ? 5 : 6;
}

/* A part that comes or goes with its whole says nothing by itself. */
static bool
goes_along(const struct ray_planned *planned, const struct ray_change *change)
{
    const struct ray_object *owner = object_of(change)->owner;
    const struct ray_catalog *other = change->type == RAY_CHANGE_DROP ? planned->up.to
                                                                      : planned->begin;

    return owner != NULL && change->type != RAY_CHANGE_ALTER &&
           ray_catalog_find(other, owner->kind, owner->schema, owner->parent, owner->name,
                            owner->signature) == NULL;
}

/* ---------------------------------------------------------------- words */

static void
add_word(struct ray_buf *buf, const char *text)
{
    if (buf->len > 0)
        ray_buf_addc(buf, '_');
    for (; *text != '\0'; text++)
        ray_buf_addc(buf,
                     isalnum((unsigned char)*text) ? (char)tolower((unsigned char)*text) : '_');
}

/* "a", "a_and_b", "a_b_and_c", "a_b_and_3_more"; each word once. */
static void
add_words(struct ray_buf *buf, const ray_strings *words)
{
    size_t count = words->len > MOST ? MOST - 1 : words->len;

    for (size_t i = 0; i < count; i++) {
        if (i > 0 && i + 1 == words->len)
            add_word(buf, "and");
        add_word(buf, words->items[i]);
    }
    if (words->len > count)
        add_word(buf, ray_arena_printf(buf->arena, "and_%zu_more", words->len - count));
}

static void
collect(struct ray_arena *arena, ray_strings *words, const char *word)
{
    for (size_t i = 0; i < words->len; i++)
        if (strcmp(words->items[i], word) == 0)
            return;
    *ray_vec_add(arena, words) = word;
}

/* Cut where a word ends. */
static const char *
shortened(struct ray_buf *buf)
{
    if (buf->len > LONGEST) {
        size_t length = LONGEST;

        while (length > LONGEST / 2 && buf->data[length] != '_')
            length--;
        ray_buf_truncate(buf, length);
    }
    return buf->data;
}

/* ---------------------------------------------------------------- what it speaks of */

/* Changes of the rank that counts most. */
static ray_changes
subjects_of(struct ray_arena *arena, const struct ray_planned *planned)
{
    const ray_changes *all = &planned->up.changes;
    ray_changes found = {0};
    int best = 100;

    for (size_t i = 0; i < all->len; i++) {
        int rank = rank_of(&all->items[i]);

        if (rank > best || goes_along(planned, &all->items[i]))
            continue;
        if (rank < best)
            found.len = 0;
        best = rank;
        *ray_vec_add(arena, &found) = all->items[i];
    }
    return found;
}

/* Without the name of its whole in front: "email_idx" of "users_email_idx". */
static const char *
part_name(const struct ray_object *part)
{
    size_t length = strlen(part->parent);

    return strncmp(part->name, part->parent, length) == 0 && part->name[length] == '_'
               ? part->name + length + 1
               : part->name;
}

static const char *
of_wholes(struct ray_arena *arena, const ray_changes *subjects)
{
    struct ray_buf buf;

    ray_buf_init(&buf, arena);
    for (int type = 0; type < RAY_CHANGE_COUNT; type++) {
        ray_strings names = {0};

        for (size_t i = 0; i < subjects->len; i++)
            if ((int)subjects->items[i].type == type)
                collect(arena, &names, object_of(&subjects->items[i])->name);
        if (names.len == 0)
            continue;
        add_word(&buf, verbs[type]);
        add_words(&buf, &names);
    }
    return shortened(&buf);
}

/* A default that comes or goes alters its column. */
static enum ray_change_type
type_of(const struct ray_change *change)
{
    return is_kind(object_of(change), "default") ? RAY_CHANGE_ALTER : change->type;
}

static const char *
of_parts(struct ray_arena *arena, const ray_changes *subjects)
{
    enum ray_change_type type = type_of(&subjects->items[0]);
    ray_strings wholes = {0};
    ray_strings names = {0};
    bool alike = true;
    struct ray_buf buf;

    for (size_t i = 0; i < subjects->len; i++) {
        const struct ray_object *object = object_of(&subjects->items[i]);

        alike = alike && type_of(&subjects->items[i]) == type;
        collect(arena, &wholes, object->parent == NULL ? object->name : object->parent);
        if (object->parent != NULL)
            collect(arena, &names, part_name(object));
    }
    ray_buf_init(&buf, arena);
    add_word(&buf, alike && wholes.len == 1 && names.len <= MOST ? verbs[type] : "alter");
    add_words(&buf, &wholes);
    if (wholes.len == 1 && names.len <= MOST)
        add_words(&buf, &names);
    return shortened(&buf);
}

/* "rename_users_to_people" */
static const char *
of_renames(struct ray_arena *arena, const ray_renamings *renamings)
{
    const struct ray_renamed *first = &renamings->items[0];
    struct ray_buf buf;

    ray_buf_init(&buf, arena);
    add_word(&buf, "rename");
    if (first->parent != NULL)
        add_word(&buf, first->parent);
    add_word(&buf, first->from);
    add_word(&buf, "to");
    add_word(&buf, first->to);
    return shortened(&buf);
}

const char *
ray_generate_name(struct ray_arena *arena, const struct ray_planned *planned)
{
    ray_changes subjects = subjects_of(arena, planned);

    if (subjects.len == 0)
        return planned->renamings.len > 0 ? of_renames(arena, &planned->renamings) : "changes";
    return object_of(&subjects.items[0])->parent == NULL && rank_of(&subjects.items[0]) != 2
               ? of_wholes(arena, &subjects)
               : of_parts(arena, &subjects);
}
