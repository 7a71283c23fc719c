/* Requests: see request.h. */
#include "studio/request.h"

#include "base/text.h"
#include "studio/routes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_MAX_LENGTH = 64, FIELDS_MAX = 32 };

/* ---------------------------------------------------------------- fields */

static bool
is_name(const char *text)
{
    size_t length = strlen(text);

    return length > 0 && length <= NAME_MAX_LENGTH &&
           strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") ==
               length;
}

static const char *
type_name(enum ray_field_type type)
{
    static const char *const names[] = {
        [RAY_FIELD_TEXT] = "a text",
        [RAY_FIELD_INT] = "a whole number that is not negative",
        [RAY_FIELD_BOOL] = "true or false",
        [RAY_FIELD_OID] = "an oid",
        [RAY_FIELD_NAME] = "a name of at most 64 letters, digits, _ and -",
        [RAY_FIELD_ARRAY] = "an array",
        [RAY_FIELD_OBJECT] = "an object",
        [RAY_FIELD_ANY] = "a value",
    };

    return names[type];
}

static bool
is_of_type(const json_t *value, enum ray_field_type type)
{
    switch (type) {
    case RAY_FIELD_TEXT:
        return json_is_string(value);
    case RAY_FIELD_NAME:
        return json_is_string(value) && is_name(json_string_value(value));
    case RAY_FIELD_INT:
        return json_is_integer(value) && json_integer_value(value) >= 0;
    case RAY_FIELD_OID:
        return json_is_integer(value) && json_integer_value(value) > 0 &&
               json_integer_value(value) <= UINT32_MAX;
    case RAY_FIELD_BOOL:
        return json_is_boolean(value);
    case RAY_FIELD_ARRAY:
        return json_is_array(value);
    case RAY_FIELD_OBJECT:
        return json_is_object(value);
    case RAY_FIELD_ANY:
    default:
        return true;
    }
}

static void
put(const struct ray_field *field, json_t *value, void *out)
{
    char *place = (char *)out + field->offset;
    const char *text = json_string_value(value);
    int64_t number = json_integer_value(value);
    uint32_t oid = (uint32_t)number;
    bool flag = json_is_true(value);

    switch (field->type) {
    case RAY_FIELD_TEXT:
    case RAY_FIELD_NAME:
        memcpy(place, &text, sizeof(text));
        break;
    case RAY_FIELD_INT:
        memcpy(place, &number, sizeof(number));
        break;
    case RAY_FIELD_OID:
        memcpy(place, &oid, sizeof(oid));
        break;
    case RAY_FIELD_BOOL:
        memcpy(place, &flag, sizeof(flag));
        break;
    case RAY_FIELD_ARRAY:
    case RAY_FIELD_OBJECT:
    case RAY_FIELD_ANY:
    default:
        memcpy(place, &value, sizeof(value));
        break;
    }
}

static bool
unknown_key(const char *key, const struct ray_field *fields, struct ray_err *err)
{
    const char *names[FIELDS_MAX];
    size_t count = 0;
    const char *near;

    for (; count < FIELDS_MAX && fields[count].name != NULL; count++)
        names[count] = fields[count].name;
    near = ray_nearest(key, names, count);
    (void)ray_err_set(err, RAY_USAGE, "unknown key \"%s\"", key);
    if (near != NULL)
        (void)ray_err_hint(err, "Did you mean \"%s\"?", near);
    return false;
}

static const struct ray_field *
find_field(const struct ray_field *fields, const char *name)
{
    for (; fields->name != NULL; fields++)
        if (strcmp(fields->name, name) == 0)
            return fields;
    return NULL;
}

bool
ray_request_fields(const json_t *object, const struct ray_field *fields, void *out,
                   struct ray_err *err)
{
    for (void *at = json_object_iter(ray_json_borrow(object)); at != NULL;
         at = json_object_iter_next(ray_json_borrow(object), at)) {
        const char *key = json_object_iter_key(at);
        json_t *value = json_object_iter_value(at);
        const struct ray_field *field = find_field(fields, key);

        if (field == NULL)
            return unknown_key(key, fields, err);
        if (json_is_null(value))
            continue;
        if (!is_of_type(value, field->type))
            return ray_err_set(err, RAY_USAGE, "\"%s\" is not %s", key, type_name(field->type));
        put(field, value, out);
    }
    for (const struct ray_field *field = fields; field->name != NULL; field++) {
        const json_t *value = json_object_get(object, field->name);

        if (field->required && (value == NULL || json_is_null(value)))
            return ray_err_set(err, RAY_USAGE, "\"%s\" is missing", field->name);
    }
    return true;
}

bool
ray_request_oid(struct ray_request *request, uint32_t *out, struct ray_err *err)
{
    size_t digits = strspn(request->rest, "0123456789");
    unsigned long long number;

    errno = 0;
    number = strtoull(request->rest, NULL, 10);
    if (digits == 0 || request->rest[digits] != '\0' || errno != 0 || number == 0 ||
        number > UINT32_MAX)
        return ray_request_refuse(request, 404, err, "\"%s\" is no oid", request->rest);
    *out = (uint32_t)number;
    return true;
}

/* ---------------------------------------------------------------- replies */

static int
append(const char *data, size_t length, void *buf)
{
    ray_buf_addn(buf, data, length);
    return 0;
}

void
ray_reply_json(struct ray_request *request, json_t *object)
{
    struct ray_buf buf;

    ray_buf_init(&buf, request->arena);
    (void)json_dump_callback(object, append, &buf, JSON_COMPACT);
    json_decref(object);
    ray_reply_data(request, 200, "application/json", buf.data, buf.len);
}

void
ray_reply_data(struct ray_request *request, unsigned int status, const char *type, const char *data,
               size_t size)
{
    request->reply = (struct ray_reply){.status = status, .type = type, .data = data, .size = size};
}

bool
ray_request_refuse(struct ray_request *request, unsigned int status, struct ray_err *err,
                   const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (void)ray_err_set(err, RAY_USAGE, "%s", ray_arena_vprintf(request->arena, format, args));
    va_end(args);
    request->reply.status = status;
    return false;
}

unsigned int
ray_request_status(const struct ray_err *err)
{
    static const struct {
        const char *sqlstate;
        unsigned int status;
    } states[] = {
        {"57014", 408}, /* cancelled, or out of time */
        {"25006", 403}, /* read-only */
    };

    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
        if (strcmp(err->sqlstate, states[i].sqlstate) == 0)
            return states[i].status;
    if (err->questions != NULL)
        return 422;
    switch (err->code) {
    case RAY_USAGE:
        return 400;
    case RAY_REFUSED:
        return 403;
    case RAY_UNAVAILABLE:
        return err->sqlstate[0] != '\0' && strcmp(err->sqlstate, "55P03") == 0 ? 409 : 503;
    case RAY_INTEGRITY:
        return 409;
    case RAY_INTERRUPTED:
        return 503;
    case RAY_FAILED:
        return 422;
    case RAY_OK:
    case RAY_DIFFERENT:
    default:
        return 500;
    }
}

json_t *
ray_request_error(struct ray_arena *arena, const struct ray_err *err)
{
    json_t *object = json_object();
    json_t *error = ray_json_err(err);

    ray_json_scrub(arena, error);
    (void)json_object_set_new(object, "error", error);
    return object;
}

/* ---------------------------------------------------------------- JSON text */

/* What must be escaped, or begins what is more than one byte. */
static bool
is_plain(unsigned char c)
{
    return c >= 0x20 && c != '"' && c != '\\' && c < 0x80;
}

static void
add_special(struct ray_buf *buf, const char *text, size_t bytes, uint32_t code)
{
    if (code == RAY_CHAR_BAD)
        ray_buf_add(buf, "\xef\xbf\xbd");
    else if (bytes > 1)
        ray_buf_addn(buf, text, bytes);
    else if (code == '\n')
        ray_buf_add(buf, "\\n");
    else if (code == '"' || code == '\\')
        ray_buf_addf(buf, "\\%c", (char)code);
    else
        ray_buf_addf(buf, "\\u%04x", (unsigned int)code);
}

void
ray_buf_json(struct ray_buf *buf, const char *text, size_t length)
{
    const char *end;

    if (text == NULL) {
        ray_buf_add(buf, "null");
        return;
    }
    end = text + length;
    ray_buf_addc(buf, '"');
    while (text < end) {
        const char *from = text;
        uint32_t code;
        size_t bytes;

        while (text < end && is_plain((unsigned char)*text))
            text++;
        ray_buf_addn(buf, from, (size_t)(text - from));
        if (text == end)
            break;
        bytes = ray_char_read(text, (size_t)(end - text), &code);
        add_special(buf, text, bytes, code);
        text += bytes;
    }
    ray_buf_addc(buf, '"');
}
