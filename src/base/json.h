/*
 * JSON in and out, by jansson: objects keep their keys' order, integers are 64 bits. A json_t has one
 * owner, who calls json_decref; everything else about it is jansson's own API.
 */
#ifndef RAY_BASE_JSON_H
#define RAY_BASE_JSON_H

#include "base/err.h"

#include <jansson.h>

/* Reads a file; the error names file, line and column. NULL on error. The caller owns the result. */
json_t *ray_json_read(struct ray_arena *arena, const char *path,
                      struct ray_err *err) RAY_MUST_CHECK;

/* The same of a text; `path` names it in errors. */
json_t *ray_json_parse(const char *data, size_t length, const char *path,
                       struct ray_err *err) RAY_MUST_CHECK;

/* The text as JSON.stringify(value, null, 2) writes it, in the arena. */
char *ray_json_text(struct ray_arena *arena, const json_t *value);

/* The same value, for jansson's calls that change nothing and still ask for one that is not const. */
json_t *ray_json_borrow(const json_t *value);

/* Sets `key` to a string, or to null where text is NULL. */
void ray_json_set_text(json_t *object, const char *key, const char *text);
void ray_json_set_int(json_t *object, const char *key, int64_t number);
void ray_json_set_bool(json_t *object, const char *key, bool value);

/* Adds {path, result} to a list: a file, and what was done with it ("wrote"). */
void ray_json_add_file(json_t *list, const char *path, const char *result);

/* Blots what looks like a password out of every string of the value. */
void ray_json_scrub(struct ray_arena *arena, json_t *value);

/* The error as an object: code, message, and what else is known. The caller owns it. */
json_t *ray_json_err(const struct ray_err *err);

#endif
