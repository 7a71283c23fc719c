/* Snapshots: see snapshot.h. What is read is checked against the kinds' tables: nothing is taken on trust. */
#include "catalog/snapshot.h"

#include "base/json.h"
#include "base/map.h"
#include "catalog/kind.h"
#include "catalog/list.h"

#include <string.h>

enum { SNAPSHOT_VERSION = 1, SCRATCH_OBJECTS = 512 };

#define VERSION_KEY "raymig_snapshot"

/* ---------------------------------------------------------------- writing */

static void
add_key(struct ray_buf *out, const char *key)
{
    ray_buf_addf(out, "%s\"%s\":", out->data[out->len - 1] == '{' ? "" : ",", key);
}

static void
add_text(struct ray_buf *out, const char *key, const char *text)
{
    if (text == NULL)
        return;
    add_key(out, key);
    ray_list_add_string(out, text);
}

static void
add_flag(struct ray_buf *out, const char *key, bool value)
{
    if (!value)
        return;
    add_key(out, key);
    ray_buf_add(out, "true");
}

static void
add_json(struct ray_buf *out, const char *key, const char *json)
{
    if (json == NULL)
        return;
    add_key(out, key);
    ray_buf_add(out, json);
}

static void
add_refs(struct ray_buf *out, const char *key, const ray_objects *objects,
         struct ray_arena *scratch)
{
    ray_list refs = {0};

    for (size_t i = 0; i < objects->len; i++)
        *ray_vec_add(scratch, &refs) = ray_object_ref(scratch, objects->items[i]);
    ray_list_sort(&refs);
    add_json(out, key, ray_list_write(scratch, &refs));
}

static void
add_object(struct ray_buf *out, const struct ray_object *object, struct ray_arena *scratch)
{
    const struct ray_kind *kind = object->kind;

    ray_buf_addc(out, '{');
    add_text(out, "kind", kind->name);
    add_text(out, "schema", object->schema);
    add_text(out, "parent", object->parent);
    add_text(out, "name", object->name);
    add_text(out, "signature", object->signature);
    for (size_t i = 0; i < kind->nattributes; i++) {
        const struct ray_attribute *attribute = &kind->attributes[i];
        const char *value = ray_object_value(object, i);

        if (attribute->type == RAY_ATTRIBUTE_FLAG)
            add_flag(out, attribute->name, value != NULL);
        else if (attribute->type == RAY_ATTRIBUTE_LIST)
            add_json(out, attribute->name, value);
        else
            add_text(out, attribute->name, value);
    }
    add_text(out, "owner", object->values[RAY_OWNER]);
    add_json(out, "acl", object->values[RAY_ACL]);
    add_text(out, "comment", object->values[RAY_COMMENT]);
    add_json(out, "labels", object->values[RAY_LABELS]);
    add_json(out, "base_acl", object->base_acl);
    add_flag(out, "implied", object->implied);
    add_flag(out, "member", object->member);
    add_flag(out, "built_in", object->built_in);
    add_refs(out, "needs", &object->needs, scratch);
    add_refs(out, "later", &object->later, scratch);
    ray_buf_addc(out, '}');
}

void
ray_snapshot_write(const struct ray_catalog *catalog, struct ray_buf *out)
{
    struct ray_arena *scratch = ray_arena_new();

    ray_buf_addf(out, "{\"" VERSION_KEY "\":%d,\"postgresql\":%d", SNAPSHOT_VERSION,
                 catalog->version);
    add_text(out, "role", catalog->role);
    ray_buf_add(out, ",\"objects\":[");
    for (size_t i = 0; i < catalog->objects.len; i++) {
        ray_buf_add(out, i == 0 ? "\n" : ",\n");
        add_object(out, catalog->objects.items[i], scratch);
        if (i % SCRATCH_OBJECTS == 0)
            ray_arena_reset(scratch);
    }
    ray_buf_add(out, "\n]}\n");
    ray_arena_free(scratch);
}

/* ---------------------------------------------------------------- reading */

struct reading {
    struct ray_arena *arena;
    const char *path;
    struct ray_catalog *catalog;
    struct ray_map by_ref;
    struct ray_err *err;
};

/* The writer puts the first object into the second line. */
static bool damaged(struct reading *reading, size_t object, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static bool
damaged(struct reading *reading, size_t object, const char *format, ...)
{
    va_list args;
    char *what;

    va_start(args, format);
    what = ray_arena_vprintf(reading->arena, format, args);
    va_end(args);
    (void)ray_err_set(reading->err, RAY_INTEGRITY, "damaged snapshot: %s", what);
    (void)ray_err_at(reading->err, reading->path, (int)object + 2, 0);
    return ray_err_hint(reading->err, "Take the file from version control, or make it anew.");
}

/* The text of a list as the loader has it: every item a string. */
static const char *
list_of(struct ray_arena *arena, const json_t *value)
{
    ray_list list = {0};
    json_t *item;
    size_t i;

    if (!json_is_array(value))
        return NULL;
    json_array_foreach(value, i, item)
    {
        if (!json_is_string(item))
            return NULL;
        *ray_vec_add(arena, &list) = json_string_value(item);
    }
    return list.len == 0 ? "[]" : ray_list_write(arena, &list);
}

static enum ray_attribute_type
type_of(const struct ray_kind *kind, int value)
{
    if (value >= RAY_COMMON_COUNT)
        return kind->attributes[value - RAY_COMMON_COUNT].type;
    return value == RAY_ACL || value == RAY_LABELS ? RAY_ATTRIBUTE_LIST : RAY_ATTRIBUTE_TEXT;
}

static bool
read_value(struct reading *reading, struct ray_object *object, const char *key, const json_t *value,
           size_t at)
{
    int i = ray_kind_value_index(object->kind, key);
    const char *text = NULL;

    if (i < 0)
        return damaged(reading, at, "a %s has no \"%s\"", object->kind->name, key);
    switch (type_of(object->kind, i)) {
    case RAY_ATTRIBUTE_LIST:
        text = list_of(reading->arena, value);
        break;
    case RAY_ATTRIBUTE_FLAG:
        text = json_is_true(value) ? "true" : NULL;
        break;
    case RAY_ATTRIBUTE_TEXT:
        text = ray_arena_strdup(reading->arena, json_string_value(value));
        break;
    }
    if (text == NULL)
        return damaged(reading, at, "\"%s\" of a %s is not what it should be", key,
                       object->kind->name);
    object->values[i] = text;
    return true;
}

/* What it is granted when it is made. */
static bool
read_base_acl(struct reading *reading, struct ray_object *object, const json_t *value, size_t at)
{
    object->base_acl = list_of(reading->arena, value);
    return object->base_acl != NULL ||
           damaged(reading, at, "\"base_acl\" of a %s is not a list", object->kind->name);
}

static bool
is_frame(struct ray_object *object, struct ray_arena *arena, const char *key, const json_t *value)
{
    const struct {
        const char *key;
        const char **text;
        bool *flag;
    } frame[] = {
        {"schema", &object->schema, NULL},     {"parent", &object->parent, NULL},
        {"name", &object->name, NULL},         {"signature", &object->signature, NULL},
        {"implied", NULL, &object->implied},   {"member", NULL, &object->member},
        {"built_in", NULL, &object->built_in},
    };

    for (size_t i = 0; i < sizeof(frame) / sizeof(frame[0]); i++) {
        if (strcmp(frame[i].key, key) != 0)
            continue;
        if (frame[i].text != NULL)
            *frame[i].text = ray_arena_strdup(arena, json_string_value(value));
        else if (frame[i].flag != NULL)
            *frame[i].flag = json_is_true(value);
        return true;
    }
    return strcmp(key, "kind") == 0 || strcmp(key, "needs") == 0 || strcmp(key, "later") == 0;
}

static bool
read_object(struct reading *reading, json_t *row, size_t at)
{
    const char *kind_name = json_string_value(json_object_get(row, "kind"));
    const struct ray_kind *kind = kind_name == NULL ? NULL : ray_kind_named(kind_name);
    struct ray_object *object;
    const char *key;
    json_t *value;

    if (kind == NULL)
        return damaged(reading, at, "%s%s%s", kind_name == NULL ? "an object without a kind" : "",
                       kind_name == NULL ? "" : "unknown kind ",
                       kind_name == NULL ? "" : kind_name);
    object = ray_object_new(reading->arena, kind);
    json_object_foreach(row, key, value)
    {
        if (is_frame(object, reading->arena, key, value))
            continue;
        if (!(strcmp(key, "base_acl") == 0 ? read_base_acl(reading, object, value, at)
                                           : read_value(reading, object, key, value, at)))
            return false;
    }
    if (object->name == NULL)
        return damaged(reading, at, "a %s without a name", kind->name);
    object->sub = kind->select.sub == NULL ? 0 : (uint32_t)at + 1; /* they stand in order */
    if (!ray_catalog_add(reading->catalog, object))
        return damaged(reading, at, "%s stands there twice",
                       ray_object_label(reading->arena, object));
    (void)ray_map_put(&reading->by_ref, ray_object_ref(reading->arena, object), object);
    return true;
}

static bool
read_refs(struct reading *reading, json_t *row, const char *key, ray_objects *list, size_t at)
{
    const json_t *refs = json_object_get(row, key);
    json_t *ref;
    size_t i;

    json_array_foreach(refs, i, ref)
    {
        const char *text = json_is_string(ref) ? json_string_value(ref) : "";
        struct ray_object *other = ray_map_get(&reading->by_ref, text);

        if (other == NULL)
            return damaged(reading, at, "it needs \"%s\", which is not there", text);
        *ray_vec_add(reading->arena, list) = other;
    }
    return true;
}

static bool
read_objects(struct reading *reading, const json_t *objects)
{
    json_t *row;
    size_t i;

    json_array_foreach(objects, i, row)
    {
        if (!read_object(reading, row, i))
            return false;
    }
    json_array_foreach(objects, i, row)
    {
        struct ray_object *object = reading->catalog->objects.items[i];

        if (!read_refs(reading, row, "needs", &object->needs, i) ||
            !read_refs(reading, row, "later", &object->later, i))
            return false;
    }
    return true;
}

static bool
read_head(struct reading *reading, const json_t *root)
{
    const json_t *version = json_object_get(root, VERSION_KEY);

    if (!json_is_integer(version) || !json_is_array(json_object_get(root, "objects"))) {
        (void)ray_err_set(reading->err, RAY_INTEGRITY, "not a snapshot");
        return ray_err_at(reading->err, reading->path, 0, 0);
    }
    if (json_integer_value(version) > SNAPSHOT_VERSION) {
        (void)ray_err_set(reading->err, RAY_INTEGRITY, "snapshot of version %lld, %d at most",
                          (long long)json_integer_value(version), SNAPSHOT_VERSION);
        (void)ray_err_at(reading->err, reading->path, 0, 0);
        return ray_err_hint(reading->err, "A later raymig wrote it: use that one.");
    }
    reading->catalog->version = (int)json_integer_value(json_object_get(root, "postgresql"));
    reading->catalog->role = ray_arena_strdup(reading->arena,
                                              json_string_value(json_object_get(root, "role")));
    return true;
}

bool
ray_snapshot_read(struct ray_arena *arena, const char *path, struct ray_catalog **out,
                  struct ray_err *err)
{
    struct reading reading = {.arena = arena, .path = path, .err = err};
    json_t *root = ray_json_read(arena, path, err);
    bool ok;

    if (root == NULL)
        return false;
    reading.catalog = ray_catalog_new(arena);
    ray_map_init(&reading.by_ref, arena);
    ok = read_head(&reading, root) && read_objects(&reading, json_object_get(root, "objects"));
    json_decref(root);
    if (ok) {
        ray_catalog_finish(reading.catalog);
        *out = reading.catalog;
    }
    return ok;
}
