/* JSON: see json.h. */
#include "base/json.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/scrub.h"

json_t *
ray_json_read(struct ray_arena *arena, const char *path, struct ray_err *err)
{
    struct ray_text text;

    if (!ray_file_read(arena, path, &text, err))
        return NULL;
    return ray_json_parse(text.data, text.len, path, err);
}

json_t *
ray_json_parse(const char *data, size_t length, const char *path, struct ray_err *err)
{
    json_error_t fault;
    json_t *value = json_loadb(data, length, JSON_REJECT_DUPLICATES, &fault);

    if (value == NULL) {
        (void)ray_err_set(err, RAY_USAGE, "\"%s\" is not valid JSON: %s", path, fault.text);
        (void)ray_err_at(err, path, fault.line < 1 ? 1 : fault.line, fault.column);
    }
    return value;
}

static int
append(const char *data, size_t length, void *buf)
{
    ray_buf_addn(buf, data, length);
    return 0;
}

char *
ray_json_text(struct ray_arena *arena, const json_t *value)
{
    struct ray_buf buf;

    ray_buf_init(&buf, arena);
    (void)json_dump_callback(value, append, &buf, JSON_INDENT(2) | JSON_ENCODE_ANY);
    return buf.data;
}

json_t *
ray_json_borrow(const json_t *value)
{
    const union {
        const json_t *given;
        json_t *borrowed;
    } both = {.given = value};

    return both.borrowed;
}

void
ray_json_set_text(json_t *object, const char *key, const char *text)
{
    json_t *value = text == NULL ? json_null() : json_string(text);

    /* jansson refuses text that is not UTF-8; say so in its place rather than lose the key. */
    (void)json_object_set_new(object, key, value == NULL ? json_string("(not UTF-8)") : value);
}

void
ray_json_set_int(json_t *object, const char *key, int64_t number)
{
    (void)json_object_set_new(object, key, json_integer(number));
}

void
ray_json_set_bool(json_t *object, const char *key, bool value)
{
    (void)json_object_set_new(object, key, json_boolean(value));
}

void
ray_json_add_file(json_t *list, const char *path, const char *result)
{
    json_t *file = json_object();

    ray_json_set_text(file, "path", path);
    ray_json_set_text(file, "result", result);
    (void)json_array_append_new(list, file);
}

json_t *
ray_json_err(const struct ray_err *err)
{
    json_t *object = json_object();

    ray_json_set_int(object, "code", err->code);
    ray_json_set_text(object, "message", err->message);
    if (err->sqlstate[0] != '\0')
        ray_json_set_text(object, "sqlstate", err->sqlstate);
    if (err->detail != NULL)
        ray_json_set_text(object, "detail", err->detail);
    if (err->hint != NULL)
        ray_json_set_text(object, "hint", err->hint);
    if (err->context != NULL)
        ray_json_set_text(object, "context", err->context);
    if (err->state != NULL)
        ray_json_set_text(object, "state", err->state);
    if (err->file != NULL)
        ray_json_set_text(object, "file", err->file);
    if (err->line > 0)
        ray_json_set_int(object, "line", err->line);
    if (err->column > 0)
        ray_json_set_int(object, "column", err->column);
    if (err->statement != NULL)
        ray_json_set_text(object, "statement", err->statement);
    if (err->position > 0)
        ray_json_set_int(object, "position", (int64_t)err->position);
    if (err->questions != NULL)
        (void)json_object_set_new(object, "questions", json_loads(err->questions, 0, NULL));
    return object;
}

void
ray_json_scrub(struct ray_arena *arena, json_t *value)
{
    const char *key;
    json_t *item;
    size_t i;

    json_object_foreach(value, key, item) ray_json_scrub(arena, item);
    json_array_foreach(value, i, item) ray_json_scrub(arena, item);
    if (json_is_string(value)) {
        char *text = ray_arena_strdup(arena, json_string_value(value));

        ray_scrub(text);
        (void)json_string_set(value, text);
    }
}
