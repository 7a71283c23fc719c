/*
 * A request and its reply, as a route's handler sees them. One thread has a request; its memory is its arena, which
 * lives until the reply was sent.
 *
 * A handler returns true with a reply set, or false with err set: the error is answered as JSON, with the status that
 * its kind has (ray_request_status). Statuses that the table does not know are set by ray_request_refuse.
 */
#ifndef RAY_STUDIO_REQUEST_H
#define RAY_STUDIO_REQUEST_H

#include "base/buf.h"
#include "base/json.h"
#include "studio/studio.h"

struct ray_route;
struct ray_sink;

struct ray_reply {
    unsigned int status; /* 0: none was set */
    const char *type;
    const char *filename; /* NULL: not a download */
    const char *data;
    size_t size;
    struct ray_sink *sink; /* a stream, in place of data */
};

struct ray_request {
    struct ray_studio *studio;
    struct ray_arena *arena;
    const struct ray_route *route;
    const char *path;
    const char *rest; /* what stands where the route's path has its *; NULL where it has none */
    json_t *query;    /* the URL's parameters, an object of strings */
    json_t *body;     /* an object; NULL where the route takes none. Freed with the request */
    int client;       /* the browser's socket, to be watched while a statement runs */
    struct ray_reply reply;
    void *upload; /* of a route that takes its body as it comes */
};

/* ---------------------------------------------------------------- what was asked */

enum ray_field_type {
    RAY_FIELD_TEXT,  /* const char * */
    RAY_FIELD_INT,   /* int64_t, not negative */
    RAY_FIELD_BOOL,  /* bool */
    RAY_FIELD_OID,   /* uint32_t, above 0 */
    RAY_FIELD_NAME,  /* const char *: at most 64 of [A-Za-z0-9_-] */
    RAY_FIELD_ARRAY, /* json_t *, borrowed; likewise below */
    RAY_FIELD_OBJECT,
    RAY_FIELD_ANY,
};

/* A key of a body: a row of the route's table, which ends with a NULL name. */
struct ray_field {
    const char *name;
    enum ray_field_type type;
    bool required;
    size_t offset; /* in the struct that is filled; what is absent or null stays as it is */
};

/* Fills `out` from an object by the table; an unknown key is an error that names the nearest. */
bool ray_request_fields(const json_t *object, const struct ray_field *fields, void *out,
                        struct ray_err *err) RAY_MUST_CHECK;

/* The whole number that the route's * stands for: an oid. 404 where it is none. */
bool ray_request_oid(struct ray_request *request, uint32_t *out,
                     struct ray_err *err) RAY_MUST_CHECK;

/* ---------------------------------------------------------------- what is answered */

/* The object is freed. */
void ray_reply_json(struct ray_request *request, json_t *object);

/* Text that lives in the request's arena. */
void ray_reply_data(struct ray_request *request, unsigned int status, const char *type,
                    const char *data, size_t size);

/* Sets the error and the status that it is answered with. Returns false. */
bool ray_request_refuse(struct ray_request *request, unsigned int status, struct ray_err *err,
                        const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The status of an error that nobody chose one for: 400 usage, 422 the server said no, 408 cancelled, ... */
unsigned int ray_request_status(const struct ray_err *err);

/* {"error": {...}}, scrubbed of passwords: the caller owns it. */
json_t *ray_request_error(struct ray_arena *arena, const struct ray_err *err);

/* ---------------------------------------------------------------- JSON, written as it comes */

/* Appends a JSON string; bytes that are not UTF-8 become U+FFFD. NULL appends null. */
void ray_buf_json(struct ray_buf *buf, const char *text, size_t length);

#endif
