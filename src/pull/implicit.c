/*
 * What need not be said because PostgreSQL does it by itself: names that it chooses, the sequence of a serial,
 * the indexes that partitions have of their parent. A name is left out only where nothing else in the schema
 * is called so: what comes first does not matter then.
 */
#include "base/map.h"
#include "catalog/clause.h"
#include "catalog/kinds.h"
#include "catalog/table.h"
#include "pg/quote.h"
#include "pull/choose.h"
#include "pull/element.h"
#include "pull/pull_internal.h"

#include <stdint.h>
#include <string.h>

/* ---------------------------------------------------------------- names */

static char *
name_key(struct ray_pull *pull, const char *schema, const char *name)
{
    return ray_arena_printf(pull->arena, "%s\x1f%s", schema, name);
}

/* Relations share their names, and so do constraints; who counts for both is counted once. */
static bool
has_shared_name(const struct ray_kind *kind)
{
    static const char *const kinds[] = {
        "table",          "view",  "materialized view", "foreign table", "sequence",
        "composite type", "index", "constraint",        "foreign key",   "domain constraint"};

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strcmp(kind->name, kinds[i]) == 0)
            return true;
    return false;
}

static void
count_name(struct ray_pull *pull, const struct ray_object *object)
{
    char *key = name_key(pull, object->schema, object->name);
    uintptr_t count = (uintptr_t)ray_map_get(&pull->names, key);

    (void)ray_map_put(&pull->names, key, (void *)(count + 1)); /* NOLINT: a number */
}

const struct ray_object *
ray_pull_check_column(const struct ray_object *check)
{
    const struct ray_object *found = NULL;

    for (size_t i = 0; i < check->needs.len; i++) {
        const struct ray_object *need = check->needs.items[i];

        if (need->owner != check->owner || !ray_pull_is(need, "column"))
            continue;
        if (found != NULL)
            return NULL;
        found = need;
    }
    return found;
}

/* The middle of an index's name; NULL where an element's name is not known. */
static const char *
name_of_elements(struct ray_pull *pull, const struct ray_object *object, const char *attribute)
{
    ray_list elements = ray_list_read(pull->arena, ray_object_get(object, attribute));
    ray_list include = ray_list_read(pull->arena, ray_object_get(object, "include"));
    ray_list names = {0};

    for (size_t i = 0; i < elements.len; i++) {
        struct ray_element element;
        const char *name;

        if (!ray_element_read(pull->arena, elements.items[i], &element) ||
            (name = ray_element_name(pull->arena, &element)) == NULL)
            return NULL;
        *ray_vec_add(pull->arena, &names) = name;
    }
    for (size_t i = 0; i < include.len; i++) /* SQL, unlike a constraint's */
        *ray_vec_add(pull->arena, &names) = ray_clause_name(pull->arena, include.items[i]).items[0];
    return ray_choose_elements(pull->arena, &names);
}

static const char *
name_of_columns(struct ray_pull *pull, const struct ray_object *object, bool of_index)
{
    ray_list columns = ray_list_read(pull->arena, ray_object_get(object, "columns"));
    ray_list include = ray_list_read(pull->arena, ray_object_get(object, "include"));

    if (!of_index)
        return ray_choose_columns(pull->arena, &columns);
    for (size_t i = 0; i < include.len; i++)
        *ray_vec_add(pull->arena, &columns) = include.items[i];
    return ray_choose_elements(pull->arena, &columns);
}

static const char *
chosen_of_constraint(struct ray_pull *pull, const struct ray_object *object)
{
    const char *type = ray_object_get(object, "type");
    const char *middle;

    if (strcmp(type, "primary key") == 0)
        return ray_choose_name(pull->arena, object->parent, NULL, "pkey");
    if (strcmp(type, "unique") == 0)
        return ray_choose_name(pull->arena, object->parent, name_of_columns(pull, object, true),
                               "key");
    if (strcmp(type, "exclusion") == 0) {
        middle = name_of_elements(pull, object, "elements");
        return middle == NULL ? NULL : ray_choose_name(pull->arena, object->parent, middle, "excl");
    }
    if (strcmp(type, "check") == 0) {
        const struct ray_object *column = ray_pull_check_column(object);

        return ray_choose_name(pull->arena, object->parent, column == NULL ? NULL : column->name,
                               "check");
    }
    return NULL;
}

/* What PostgreSQL would call it; NULL where that is not known. */
static const char *
chosen_name(struct ray_pull *pull, const struct ray_object *object)
{
    const char *middle;

    if (ray_pull_is(object, "constraint"))
        return chosen_of_constraint(pull, object);
    if (ray_pull_is(object, "foreign key"))
        return ray_choose_name(pull->arena, object->parent, name_of_columns(pull, object, false),
                               "fkey");
    if (ray_pull_is(object, "domain constraint"))
        return ray_choose_name(pull->arena, object->parent, NULL, "check");
    if (!ray_pull_is(object, "index"))
        return NULL;
    middle = name_of_elements(pull, object, "elements");
    return middle == NULL ? NULL : ray_choose_name(pull->arena, object->parent, middle, "idx");
}

static bool
is_chosen(struct ray_pull *pull, const struct ray_object *object)
{
    const char *chosen = chosen_name(pull, object);

    return chosen != NULL && strcmp(chosen, object->name) == 0 &&
           (uintptr_t)ray_map_get(&pull->names, name_key(pull, object->schema, object->name)) == 1;
}

/* What is said of it behind its statement needs its name. */
static bool
is_spoken_of(const struct ray_object *object)
{
    static const char *const attributes[] = {"clustered", "replica_identity", "statistics",
                                             "attached_to", "index_comment"};

    for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++)
        if (ray_object_get(object, attributes[i]) != NULL)
            return true;
    return ray_pull_has_common(object);
}

const char *
ray_pull_given_name(struct ray_pull *pull, const struct ray_object *object)
{
    struct ray_pull answering = ray_pull_in_scratch(pull);

    if (pull->named || is_spoken_of(object) || ray_pull_place(pull, object)->only ||
        !is_chosen(&answering, object))
        return object->name;
    return NULL;
}

/* ---------------------------------------------------------------- serial */

static const struct {
    const char *type;
    const char *sequence; /* its type */
} serials[] = {{"integer", "integer"}, {"bigint", NULL}, {"smallint", "smallint"}};

static bool
has_options(const struct ray_object *sequence)
{
    static const char *const attributes[] = {"start", "increment", "minimum", "maximum",
                                             "cache", "cycle",     "unlogged"};

    for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++)
        if (ray_object_get(sequence, attributes[i]) != NULL)
            return true;
    return false;
}

static bool
same(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool
is_serial(struct ray_pull *pull, const struct ray_object *column, const struct ray_object *standard,
          const struct ray_object *sequence)
{
    const char *type = ray_object_get(column, "type");
    struct ray_buf text;

    if (ray_object_get(column, "not_null") == NULL || column->implied || has_options(sequence) ||
        sequence->later.len == 0 || sequence->later.items[0] != column ||
        strcmp(sequence->schema, column->schema) != 0 ||
        strcmp(sequence->name, ray_choose_name(pull->arena, column->parent, column->name, "seq")) !=
            0 ||
        !same(sequence->values[RAY_OWNER], column->owner->values[RAY_OWNER]))
        return false;
    ray_buf_init(&text, pull->arena);
    ray_ddl_qualified(&text, sequence);
    if (strcmp(ray_object_get(standard, "expression"),
               ray_arena_printf(pull->arena, "nextval(%s::regclass)",
                                ray_quote_literal(pull->arena, text.data))) != 0)
        return false;
    for (size_t i = 0; i < sizeof(serials) / sizeof(serials[0]); i++)
        if (strcmp(type, serials[i].type) == 0)
            return same(ray_object_get(sequence, "type"), serials[i].sequence);
    return false;
}

static void
imply_serial(struct ray_pull *pull, const struct ray_object *standard)
{
    const struct ray_object *sequence = NULL;
    const struct ray_object *column;

    for (size_t i = 0; i < standard->needs.len; i++)
        if (ray_pull_is(standard->needs.items[i], "sequence"))
            sequence = standard->needs.items[i];
    if (sequence == NULL || standard->implied || standard->owner == NULL)
        return;
    column = ray_table_part(standard->owner, "column", standard->name);
    if (column == NULL || !is_serial(pull, column, standard, sequence))
        return;
    ray_pull_place(pull, column)->serial = sequence;
    ray_pull_place(pull, sequence)->absorbed = true;
}

/* ---------------------------------------------------------------- partitions' indexes */

struct family {
    struct ray_map by_name; /* qualified name -> index or constraint of a partitioned table */
    size_t *partitions;     /* of tables, by object index */
    ray_objects *attached;  /* of indexes: those of partitions */
    const struct ray_object **whole; /* of indexes: what they are attached to */
};

/* An index, or a constraint that has one. */
static bool
is_indexed(const struct ray_object *object)
{
    const char *type = ray_pull_is(object, "constraint") ? ray_object_get(object, "type") : NULL;

    return object->kind->has_index && object->owner != NULL &&
           (type == NULL || (strcmp(type, "check") != 0 && strcmp(type, "not null") != 0));
}

static bool
is_plain_attribute(const struct ray_kind *kind, size_t i)
{
    return !kind->attributes[i].quiet && strcmp(kind->attributes[i].name, "attached_to") != 0;
}

/* True where the partition's index is what PostgreSQL makes for that of the whole. */
static bool
is_copy(struct ray_pull *pull, const struct ray_object *part, const struct ray_object *whole)
{
    if (part->kind != whole->kind || ray_pull_has_common(part) || !is_chosen(pull, part))
        return false;
    for (size_t i = 0; i < part->kind->nattributes; i++)
        if (is_plain_attribute(part->kind, i) &&
            !same(ray_object_value(part, i), ray_object_value(whole, i)))
            return false;
    return true;
}

/* What is indexed, without how: PostgreSQL takes an index of a partition for the whole's by that. */
static char *
subjects_of(struct ray_pull *pull, const struct ray_object *object)
{
    ray_list items = ray_list_read(pull->arena, ray_object_get(object, "elements"));
    ray_list columns = ray_list_read(pull->arena, ray_object_get(object, "columns"));
    struct ray_buf buf;

    ray_buf_init(&buf, pull->arena);
    for (size_t i = 0; i < columns.len; i++)
        ray_buf_addf(&buf, "%s\x1f", columns.items[i]);
    for (size_t i = 0; i < items.len; i++) {
        struct ray_element element;
        bool read = ray_element_read(pull->arena, items.items[i], &element);

        ray_buf_addf(&buf, "%s\x1f",
                     !read                    ? items.items[i]
                     : element.column != NULL ? element.column
                                              : element.expression);
    }
    return buf.data;
}

/* True where the partition has another index that PostgreSQL could take for the whole's. */
static bool
has_rival(struct ray_pull *pull, const struct ray_object *part)
{
    const char *subjects = subjects_of(pull, part);

    for (size_t i = 0; i < part->owner->parts.len; i++) {
        const struct ray_object *other = part->owner->parts.items[i];

        if (other != part && other->kind->has_index &&
            strcmp(subjects_of(pull, other), subjects) == 0)
            return true;
    }
    return false;
}

/* All partitions have one, and need not say so; theirs, too. */
static bool
is_complete(struct ray_pull *pull, const struct family *family, const struct ray_object *whole)
{
    const ray_objects *attached = &family->attached[whole->index];

    if (attached->len != family->partitions[whole->owner->index])
        return false;
    for (size_t i = 0; i < attached->len; i++)
        if (!is_copy(pull, attached->items[i], whole) || has_rival(pull, attached->items[i]) ||
            !is_complete(pull, family, attached->items[i]))
            return false;
    return true;
}

static void
settle(struct ray_pull *pull, const struct family *family, const struct ray_object *whole,
       bool complete)
{
    const ray_objects *attached = &family->attached[whole->index];

    ray_pull_place(pull, whole)->only = !complete &&
                                        ray_object_get(whole->owner, "partition_by") != NULL;
    for (size_t i = 0; i < attached->len; i++) {
        ray_pull_place(pull, attached->items[i])->absorbed = complete;
        settle(pull, family, attached->items[i], complete);
    }
}

static void
gather(struct ray_pull *pull, struct family *family)
{
    const ray_objects *all = &pull->catalog->objects;

    for (size_t i = 0; i < all->len; i++) {
        const char *whole = all->items[i]->owner == NULL
                                ? ray_object_get(all->items[i], "partition_of")
                                : NULL;
        struct ray_object *parent = whole == NULL ? NULL : ray_table_named(pull->catalog, whole);
        struct ray_buf name;

        if (parent != NULL)
            family->partitions[parent->index]++;
        if (!is_indexed(all->items[i]) ||
            ray_object_get(all->items[i]->owner, "partition_by") == NULL)
            continue;
        ray_buf_init(&name, pull->arena);
        ray_ddl_qualified(&name, all->items[i]);
        (void)ray_map_put(&family->by_name, name.data, all->items[i]);
    }
    for (size_t i = 0; i < all->len; i++) {
        const char *to = all->items[i]->kind->has_index
                             ? ray_object_get(all->items[i], "attached_to")
                             : NULL;
        struct ray_object *whole = to == NULL ? NULL : ray_map_get(&family->by_name, to);

        if (whole == NULL)
            continue;
        family->whole[i] = whole;
        *ray_vec_add(pull->arena, &family->attached[whole->index]) = all->items[i];
    }
}

static void
imply_indexes(struct ray_pull *pull)
{
    const ray_objects *all = &pull->catalog->objects;
    struct family family = {
        .partitions = RAY_NEW_ARRAY(pull->arena, size_t, all->len),
        .attached = RAY_NEW_ARRAY(pull->arena, ray_objects, all->len),
        .whole = RAY_NEW_ARRAY(pull->arena, const struct ray_object *, all->len),
    };

    ray_map_init(&family.by_name, pull->arena);
    gather(pull, &family);
    for (size_t i = 0; i < all->len; i++) {
        const struct ray_object *object = all->items[i];

        if (is_indexed(object) && family.whole[i] == NULL &&
            ray_object_get(object->owner, "partition_by") != NULL &&
            (!ray_pull_is(object, "constraint") || ray_object_get(object, "columns") != NULL))
            settle(pull, &family, object, is_complete(pull, &family, object));
    }
}

void
ray_pull_imply(struct ray_pull *pull)
{
    const ray_objects *all = &pull->catalog->objects;
    struct ray_pull answering;
    bool shared = false;

    for (size_t i = 0; i < all->len; i++) { /* those of a kind stand together */
        if (i == 0 || all->items[i - 1]->kind != all->items[i]->kind)
            shared = has_shared_name(all->items[i]->kind);
        if (shared && all->items[i]->schema != NULL)
            count_name(pull, all->items[i]);
    }
    answering = ray_pull_in_scratch(pull);
    for (size_t i = 0; i < all->len; i++)
        if (all->items[i]->kind == &ray_kind_default)
            imply_serial(&answering, all->items[i]);
    imply_indexes(&answering);
    ray_arena_reset(pull->scratch);
}
