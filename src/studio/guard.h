/*
 * Who may ask: all that stands between a hostile web page in the same browser and the database. Each rule holds
 * for every path, static files too, before anything of a request is looked at:
 *
 *     Host             is one that we were told of, once: else a name of somebody else's that was made to point
 *                      here (DNS rebinding) would make that page's origin ours                            421
 *     method           GET, HEAD or POST                                                                  405
 *     Origin           where there is one, ours                                                           403
 *     Sec-Fetch-Site   where there is one, same-origin, or none (typed, or opened by us)                  403
 *     X-Raymig-Token   under /api/: the 256 bits of the URL's fragment, compared in constant time         401
 *     Content-Type     of a POST under /api/: what its route takes, which no form of another site can send 415
 *
 * No answer has a CORS header, none sets a cookie. Every answer, of a refusal too, has ray_guard_headers.
 */
#ifndef RAY_STUDIO_GUARD_H
#define RAY_STUDIO_GUARD_H

#include "base/err.h"
#include "script/config.h"

enum { RAY_TOKEN_HEX = 64 };

struct ray_guard {
    char token[RAY_TOKEN_HEX + 1];
    ray_strings hosts; /* "127.0.0.1:4983", "[::1]:4983", as a Host header says it */
};

/* What of a request the guard looks at; NULL where it was not sent. */
struct ray_asked {
    const char *method;
    const char *path;
    const char *host;
    const char *origin;
    const char *site; /* Sec-Fetch-Site */
    const char *token;
    bool repeated; /* one of these headers came twice */
};

/* A row of what every answer carries; ends with a NULL name. */
struct ray_guard_header {
    const char *name;
    const char *value;
};
extern const struct ray_guard_header ray_guard_headers[];

/* Makes the token, by the system's generator, and the list of hosts. `allowed`: NAME (at our port, or at a proxy's of 80 or
 * 443) or NAME:PORT; an IPv6 address with brackets, or without them where it has no port. */
bool ray_guard_init(struct ray_arena *arena, const char *host, int port, const ray_strings *allowed,
                    struct ray_guard *out, struct ray_err *err) RAY_MUST_CHECK;

/* 256 bits by the system's generator, as hex. */
bool ray_token_make(char out[RAY_TOKEN_HEX + 1], struct ray_err *err) RAY_MUST_CHECK;

/* True where an address is of this machine alone: "127.0.0.1" and all of 127/8, "::1" however it is written, "localhost". A
 * name that only begins like one of these is none. */
bool ray_guard_is_loopback(const char *host);

/* The status that a request is refused with, and why; 0 where it may go on. */
unsigned int ray_guard_check(const struct ray_guard *guard, const struct ray_asked *asked,
                             struct ray_err *err);

/* True where a Content-Type header is of this type, with or without parameters. */
bool ray_guard_is_type(const char *header, const char *type);

#endif
