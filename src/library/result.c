/* Results: the document, and what is read from it. */
#include "library/handle.h"

#include <string.h>

struct raymig_result {
    struct ray_arena *arena;
    enum ray_code code;
    json_t *document;
    const json_t *error; /* of the document; NULL: none */
    const char *text;
};

raymig_result *
ray_result_new(json_t *document, enum ray_code code)
{
    struct ray_arena *arena = ray_arena_new();
    raymig_result *result = RAY_NEW(arena, raymig_result);

    result->arena = arena;
    result->code = code;
    result->document = document;
    ray_json_scrub(arena, json_object_get(document, "error")); /* its statement may hold one */
    result->error = json_object_get(document, "error");
    result->text = ray_json_text(arena, document);
    return result;
}

void
raymig_result_free(raymig_result *result)
{
    if (result == NULL)
        return;
    json_decref(result->document);
    ray_arena_free(result->arena);
}

int
raymig_result_ok(const raymig_result *result)
{
    return result->code == RAY_OK;
}

enum raymig_code
raymig_result_code(const raymig_result *result)
{
    return (enum raymig_code)result->code;
}

const char *
raymig_result_json(const raymig_result *result)
{
    return result->text;
}

int64_t
raymig_result_number(const raymig_result *result, const char *key, int64_t otherwise)
{
    const json_t *value = json_object_get(result->document, key);

    if (json_is_integer(value))
        return json_integer_value(value);
    return json_is_boolean(value) ? json_boolean_value(value) : otherwise;
}

static const char *
text_of(const raymig_result *result, const char *key)
{
    return json_string_value(json_object_get(result->error, key));
}

const char *
raymig_result_message(const raymig_result *result)
{
    if (result->error == NULL && result->code != RAY_OK)
        return "something is wrong: the document says what";
    return text_of(result, "message");
}

const char *
raymig_result_detail(const raymig_result *result)
{
    return text_of(result, "detail");
}

const char *
raymig_result_hint(const raymig_result *result)
{
    return text_of(result, "hint");
}

const char *
raymig_result_sqlstate(const raymig_result *result)
{
    return text_of(result, "sqlstate");
}

const char *
raymig_result_file(const raymig_result *result)
{
    return text_of(result, "file");
}

int
raymig_result_line(const raymig_result *result)
{
    return (int)json_integer_value(json_object_get(result->error, "line"));
}
