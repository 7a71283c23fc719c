/* The guard: see guard.h. */
#include "studio/guard.h"

#include "base/file.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/crypto.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

enum { TOKEN_BYTES = RAY_TOKEN_HEX / 2 };

/* Inline styles and scripts, eval, frames, foreign images, fonts and connections: nothing of that is needed, so nothing
 * that a value smuggled into the page could use. Trusted Types stop what would write markup. */
#define CONTENT_SECURITY_POLICY                                                             \
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "         \
    "img-src 'self' data: blob:; font-src 'self'; worker-src 'self'; manifest-src 'self'; " \
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "                         \
    "require-trusted-types-for 'script'; trusted-types raymig"

const struct ray_guard_header ray_guard_headers[] = {
    {"Content-Security-Policy", CONTENT_SECURITY_POLICY},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Cross-Origin-Embedder-Policy", "require-corp"},
    {"Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"},
    {NULL, NULL},
};

bool
ray_token_make(char out[RAY_TOKEN_HEX + 1], struct ray_err *err)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char bytes[TOKEN_BYTES];

    if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
        return ray_err_errno(err, RAY_FAILED, "cannot get random bytes");
    for (size_t i = 0; i < sizeof(bytes); i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 0xf];
    }
    out[RAY_TOKEN_HEX] = '\0';
    OPENSSL_cleanse(bytes, sizeof(bytes));
    return true;
}

bool
ray_guard_is_loopback(const char *host)
{
    struct in6_addr six;
    struct in_addr four;

    if (inet_pton(AF_INET6, host, &six) == 1)
        return IN6_IS_ADDR_LOOPBACK(&six);
    if (inet_pton(AF_INET, host, &four) == 1)
        return ntohl(four.s_addr) >> 24 == IN_LOOPBACKNET;
    return strcmp(host, "localhost") == 0;
}

/* A browser writes an IPv6 address in one form, whatever was typed: in brackets, and as short as can be. */
static const char *
host_name(struct ray_arena *arena, const char *name)
{
    char text[INET6_ADDRSTRLEN];
    struct in6_addr six;
    size_t length = strlen(name);
    const char *bare = name[0] == '[' && name[length - 1] == ']'
                           ? ray_arena_strndup(arena, name + 1, length - 2)
                           : name;

    if (inet_pton(AF_INET6, bare, &six) != 1 ||
        inet_ntop(AF_INET6, &six, text, sizeof(text)) == NULL)
        return name;
    return ray_arena_printf(arena, "[%s]", text);
}

static void
add_host(struct ray_arena *arena, struct ray_guard *guard, const char *name, int port)
{
    *ray_vec_add(arena, &guard->hosts) = ray_arena_printf(arena, "%s:%d", name, port);
}

bool
ray_guard_init(struct ray_arena *arena, const char *host, int port, const ray_strings *allowed,
               struct ray_guard *out, struct ray_err *err)
{
    memset(out, 0, sizeof(*out));
    if (ray_guard_is_loopback(host)) {
        add_host(arena, out, host_name(arena, host), port);
        if (strcmp(host, "localhost") != 0)
            add_host(arena, out, "localhost", port);
    }
    for (size_t i = 0; i < allowed->len; i++) {
        const char *name = host_name(arena, allowed->items[i]);
        const char *colon = strrchr(name, ':');

        /* NAME is that name at our port, or at a proxy's of 80 or 443, which a browser leaves out. */
        if (colon == NULL || strchr(colon, ']') != NULL)
            add_host(arena, out, name, port);
        *ray_vec_add(arena, &out->hosts) = name;
    }
    return ray_token_make(out->token, err);
}

/* ---------------------------------------------------------------- one request */

static bool
is_host(const struct ray_guard *guard, const char *host)
{
    for (size_t i = 0; i < guard->hosts.len; i++)
        if (strcasecmp(guard->hosts.items[i], host) == 0)
            return true;
    return false;
}

/* "http://HOST" of a host that we were told of; https where a proxy stands before us. */
static bool
is_origin(const struct ray_guard *guard, const char *origin, const char *host)
{
    const char *named = strncmp(origin, "http://", 7) == 0    ? origin + 7
                        : strncmp(origin, "https://", 8) == 0 ? origin + 8
                                                              : NULL;

    return named != NULL && is_host(guard, named) && strcasecmp(named, host) == 0;
}

static bool
is_token(const struct ray_guard *guard, const char *token)
{
    return token != NULL && strlen(token) == RAY_TOKEN_HEX &&
           CRYPTO_memcmp(guard->token, token, RAY_TOKEN_HEX) == 0;
}

static unsigned int
refuse(unsigned int status, struct ray_err *err, const char *message)
{
    (void)ray_err_set(err, RAY_REFUSED, "%s", message);
    return status;
}

unsigned int
ray_guard_check(const struct ray_guard *guard, const struct ray_asked *asked, struct ray_err *err)
{
    if (asked->repeated)
        return refuse(400, err, "a header came twice");
    if (asked->host == NULL || !is_host(guard, asked->host)) {
        (void)ray_err_hint(err, "Open the URL that was printed; --allow-host names others.");
        return refuse(421, err, "this is not a host that raymig studio answers for");
    }
    if (strcmp(asked->method, "GET") != 0 && strcmp(asked->method, "HEAD") != 0 &&
        strcmp(asked->method, "POST") != 0)
        return refuse(405, err, "this method is not served");
    if (asked->origin != NULL && !is_origin(guard, asked->origin, asked->host))
        return refuse(403, err, "the request comes from another origin");
    if (asked->site != NULL && strcmp(asked->site, "same-origin") != 0 &&
        strcmp(asked->site, "none") != 0)
        return refuse(403, err, "the request comes from another site");
    if (!ray_has_prefix(asked->path, "/api/"))
        return 0;
    if (!is_token(guard, asked->token))
        return refuse(401, err, "the token is missing or wrong");
    return 0;
}

bool
ray_guard_is_type(const char *header, const char *type)
{
    size_t length = strlen(type);

    return header != NULL && strncasecmp(header, type, length) == 0 &&
           (header[length] == '\0' || header[length] == ';' || header[length] == ' ');
}
