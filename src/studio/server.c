/*
 * HTTP: libmicrohttpd's callbacks, which make requests of bytes and bytes of replies. A request is looked at by the
 * guard when its headers are there, before any of its body is read; what is refused then costs nothing else.
 *
 * libmicrohttpd counts the time in which a handler works as idle time of the connection. So its clock is stopped while
 * one does; a client that does not read is cut off by the stream itself.
 */
#include "studio/editors.h"
#include "studio/operation.h"
#include "studio/routes.h"
#include "studio/store.h"
#include "studio/stream.h"
#include "studio/tickets.h"

#include "base/file.h"
#include "base/interrupt.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEADERS_BYTES = 32 * 1024, BACKLOG = 128, STREAM_BLOCK = 32 * 1024 };

/* A request between libmicrohttpd's calls. */
struct exchange {
    struct ray_request request;
    struct ray_err err;
    struct MHD_Connection *connection;
    struct ray_asked asked;
    const char *content_type;
    const char *none_match;
    const char *length; /* Content-Length, as sent */
    bool head;
    bool refused;
    struct ray_buf body;
};

/* ---------------------------------------------------------------- headers */

static enum MHD_Result
see_header(void *arg, enum MHD_ValueKind kind, const char *key, const char *value)
{
    struct exchange *exchange = arg;
    const struct {
        const char *name;
        const char **place;
    } known[] = {
        {"Host", &exchange->asked.host},           {"Origin", &exchange->asked.origin},
        {"Sec-Fetch-Site", &exchange->asked.site}, {"X-Raymig-Token", &exchange->asked.token},
        {"Content-Type", &exchange->content_type}, {"Content-Length", &exchange->length},
        {"If-None-Match", &exchange->none_match},
    };

    (void)kind;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (strcasecmp(known[i].name, key) == 0) {
            exchange->asked.repeated = exchange->asked.repeated || *known[i].place != NULL;
            *known[i].place = value != NULL ? value : "";
        }
    return MHD_YES;
}

static enum MHD_Result
see_parameter(void *arg, enum MHD_ValueKind kind, const char *key, const char *value)
{
    struct exchange *exchange = arg;
    json_t *text = json_string(value != NULL ? value : "");

    (void)kind;
    /* json_object_set_new refuses a key that is not UTF-8. */
    if (text == NULL || json_object_get(exchange->request.query, key) != NULL ||
        json_object_set_new(exchange->request.query, key, text) != 0)
        exchange->asked.repeated = true;
    return MHD_YES;
}

/* ---------------------------------------------------------------- replies */

static void
add_headers(struct exchange *exchange, struct MHD_Response *response)
{
    const struct ray_http_library *http = &exchange->request.studio->http;

    for (const struct ray_guard_header *row = ray_guard_headers; row->name != NULL; row++)
        (void)http->add_response_header(response, row->name, row->value);
}

static ssize_t
read_stream(void *arg, uint64_t position, char *out, size_t max)
{
    struct exchange *exchange = arg;
    ssize_t size = ray_sink_read(exchange->request.reply.sink, out, max);

    (void)position;
    return size > 0    ? size
           : size == 0 ? MHD_CONTENT_READER_END_OF_STREAM
                       : MHD_CONTENT_READER_END_WITH_ERROR;
}

static struct MHD_Response *
make_response(struct exchange *exchange)
{
    const struct ray_http_library *http = &exchange->request.studio->http;
    const struct ray_reply *reply = &exchange->request.reply;
    union {
        const char *given;
        void *taken;
    } data;

    if (reply->sink != NULL && !exchange->head)
        return http->create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK, read_stream,
                                                   exchange, NULL);
    /* The data lives as long as the request; libmicrohttpd does not write to it. */
    data.given = reply->data;
    return http->create_response_from_buffer(reply->size, data.taken, MHD_RESPMEM_PERSISTENT);
}

/* A name for a file that a header can hold: what is not plain is an underscore. */
static const char *
disposition(struct ray_arena *arena, const char *filename)
{
    char *text = ray_arena_printf(arena, "attachment; filename=\"%s\"", filename);
    size_t prefix = strlen("attachment; filename=\"");

    for (char *c = text + prefix; c[1] != '\0'; c++)
        if ((unsigned char)*c < 0x20 || (unsigned char)*c > 0x7e || strchr("\"\\/:;%", *c) != NULL)
            *c = '_';
    return text;
}

static enum MHD_Result
send_reply(struct exchange *exchange, const struct ray_asset *asset)
{
    const struct ray_http_library *http = &exchange->request.studio->http;
    const struct ray_reply *reply = &exchange->request.reply;
    struct MHD_Response *response = make_response(exchange);
    enum MHD_Result result;

    if (response == NULL)
        return MHD_NO;
    add_headers(exchange, response);
    if (reply->type != NULL)
        (void)http->add_response_header(response, "Content-Type", reply->type);
    if (reply->filename != NULL)
        (void)http->add_response_header(response, "Content-Disposition",
                                        disposition(exchange->request.arena, reply->filename));
    if (asset != NULL) {
        (void)http->add_response_header(response, "ETag", asset->etag);
        (void)http->add_response_header(response, "Vary", "Accept-Encoding");
        if (reply->size > 0)
            (void)http->add_response_header(response, "Content-Encoding", "gzip");
    }
    (void)http->add_response_header(response, "Cache-Control",
                                    asset == NULL      ? "no-store"
                                    : asset->immutable ? "public, max-age=31536000, immutable"
                                                       : "no-cache");
    if (reply->status == 405)
        (void)http->add_response_header(response, "Allow", "GET, HEAD, POST");
    result = http->queue_response(exchange->connection, reply->status, response);
    http->destroy_response(response);
    return result;
}

static enum MHD_Result
send_error(struct exchange *exchange, unsigned int status)
{
    struct ray_request *request = &exchange->request;
    unsigned int chosen = request->reply.status != 0 && request->reply.status != 200
                              ? request->reply.status
                          : status != 0 ? status
                                        : ray_request_status(&exchange->err);

    if (exchange->err.message == NULL)
        (void)ray_err_set(&exchange->err, RAY_FAILED, "failed");
    if (request->reply.sink != NULL)
        ray_sink_free(request->reply.sink);
    ray_reply_json(request, ray_request_error(request->arena, &exchange->err));
    request->reply.status = chosen;
    exchange->refused = true;
    return send_reply(exchange, NULL);
}

static enum MHD_Result
send_asset(struct exchange *exchange)
{
    struct ray_request *request = &exchange->request;
    const struct ray_asset *asset = ray_asset_find(ray_assets, request->path);

    if (asset == NULL) {
        (void)ray_err_set(&exchange->err, RAY_USAGE, "there is nothing here");
        return send_error(exchange, 404);
    }
    request->reply = (struct ray_reply){.status = 200,
                                        .type = asset->type,
                                        .data = (const char *)asset->data,
                                        .size = asset->size};
    if (exchange->none_match != NULL && strcmp(exchange->none_match, asset->etag) == 0) {
        request->reply.status = 304;
        request->reply.size = 0;
    }
    return send_reply(exchange, asset);
}

/* ---------------------------------------------------------------- requests */

/* What is known from the headers alone: 0 where the request may go on. */
static unsigned int
admit(struct exchange *exchange)
{
    struct ray_request *request = &exchange->request;
    const struct ray_route *route;
    unsigned int status = ray_guard_check(&request->studio->guard, &exchange->asked,
                                          &exchange->err);

    if (status != 0)
        return status;
    /* A HEAD would use a ticket up. */
    if (!ray_has_prefix(request->path, "/api/") &&
        !(ray_has_prefix(request->path, RAY_TICKET_PATH) && !exchange->head)) {
        if (strcmp(exchange->asked.method, "POST") != 0)
            return 0;
        (void)ray_err_set(&exchange->err, RAY_USAGE, "nothing is sent to this path");
        return 405;
    }
    route = ray_route_find(request, exchange->head ? "GET" : exchange->asked.method, &status);
    if (route == NULL) {
        (void)ray_err_set(&exchange->err, RAY_USAGE,
                          status == 405 ? "this path has other methods" : "there is no such route");
        return status;
    }
    request->route = route;
    if (route->writes && request->studio->options.read_only) {
        (void)ray_err_set(&exchange->err, RAY_REFUSED, "the studio was started with --read-only");
        return 403;
    }
    if ((route->takes == RAY_TAKES_JSON &&
         !ray_guard_is_type(exchange->content_type, "application/json")) ||
        (route->takes == RAY_TAKES_UPLOAD &&
         !ray_guard_is_type(exchange->content_type, "application/json") &&
         !ray_guard_is_type(exchange->content_type, "text/csv"))) {
        (void)ray_err_set(&exchange->err, RAY_USAGE, "the Content-Type is not one of this route's");
        return 415;
    }
    if (route->takes == RAY_TAKES_JSON && exchange->length != NULL &&
        (strlen(exchange->length) > 9 ||
         strtoll(exchange->length, NULL, 10) > RAY_STUDIO_BODY_BYTES)) {
        (void)ray_err_set(&exchange->err, RAY_USAGE, "the body is larger than %d bytes",
                          RAY_STUDIO_BODY_BYTES);
        return 413;
    }
    return 0;
}

/* A piece of the body. What is too much is swallowed, and answered at its end. */
static void
take_body(struct exchange *exchange, const char *data, size_t size)
{
    struct ray_request *request = &exchange->request;
    const struct ray_route *route = request->route;
    bool ok = true;

    if (exchange->err.message != NULL)
        return;
    if (route == NULL || route->takes == RAY_TAKES_NOTHING)
        ok = ray_request_refuse(request, 413, &exchange->err, "this route takes no body");
    else if (route->takes == RAY_TAKES_UPLOAD)
        ok = route->take(request, data, size, &exchange->err);
    else if (exchange->body.len + size > RAY_STUDIO_BODY_BYTES)
        ok = ray_request_refuse(request, 413, &exchange->err, "the body is larger than %d bytes",
                                RAY_STUDIO_BODY_BYTES);
    else
        ray_buf_addn(&exchange->body, data, size);
    (void)ok;
}

static bool
parse_body(struct exchange *exchange)
{
    struct ray_request *request = &exchange->request;

    if (request->route->takes != RAY_TAKES_JSON)
        return true;
    request->body = ray_json_parse(exchange->body.data, exchange->body.len, "the body",
                                   &exchange->err);
    if (request->body != NULL && !json_is_object(request->body))
        return ray_err_set(&exchange->err, RAY_USAGE, "the body is no object");
    return request->body != NULL;
}

static enum MHD_Result
answer(struct exchange *exchange)
{
    struct ray_request *request = &exchange->request;

    if (exchange->err.message != NULL)
        return send_error(exchange, 0);
    if (request->route == NULL)
        return send_asset(exchange);
    if (!parse_body(exchange) || !request->route->handle(request, &exchange->err))
        return send_error(exchange, 0);
    return send_reply(exchange, NULL);
}

static struct exchange *
begin_exchange(struct ray_studio *studio, struct MHD_Connection *connection, const char *path,
               const char *method)
{
    struct ray_arena *arena = ray_arena_new();
    struct exchange *exchange = RAY_NEW(arena, struct exchange);
    const union MHD_ConnectionInfo *info =
        studio->http.get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);

    exchange->request.studio = studio;
    exchange->request.arena = arena;
    exchange->request.path = ray_arena_strdup(arena, path);
    exchange->request.client = info != NULL ? info->connect_fd : -1;
    exchange->request.query = json_object();
    exchange->connection = connection;
    exchange->asked.method = ray_arena_strdup(arena, method);
    exchange->asked.path = exchange->request.path;
    exchange->head = strcmp(method, "HEAD") == 0;
    ray_err_init(&exchange->err, arena);
    ray_buf_init(&exchange->body, arena);
    (void)studio->http.get_connection_values(connection, MHD_HEADER_KIND, see_header, exchange);
    (void)studio->http.get_connection_values(connection, MHD_GET_ARGUMENT_KIND, see_parameter,
                                             exchange);
    return exchange;
}

/* Stops and starts libmicrohttpd's clock. */
static void
set_timeout(struct exchange *exchange, unsigned int seconds)
{
    (void)exchange->request.studio->http.set_connection_option(exchange->connection,
                                                               MHD_CONNECTION_OPTION_TIMEOUT,
                                                               seconds);
}

static enum MHD_Result
on_request(void *arg, struct MHD_Connection *connection, const char *url, const char *method,
           const char *version, const char *data, size_t *size, void **state)
{
    struct exchange *exchange = *state;
    enum MHD_Result result;
    unsigned int status;

    (void)version;
    if (exchange == NULL) {
        exchange = begin_exchange(arg, connection, url, method);
        *state = exchange;
        status = admit(exchange);
        return status != 0 ? send_error(exchange, status) : MHD_YES;
    }
    if (exchange->refused) {
        *size = 0;
        return MHD_YES;
    }
    set_timeout(exchange, 0);
    if (*size > 0) {
        take_body(exchange, data, *size);
        *size = 0;
        set_timeout(exchange, RAY_STUDIO_IDLE_S);
        return MHD_YES;
    }
    result = answer(exchange);
    if (exchange->request.reply.sink == NULL)
        set_timeout(exchange, RAY_STUDIO_IDLE_S);
    return result;
}

static void
on_completed(void *arg, struct MHD_Connection *connection, void **state,
             enum MHD_RequestTerminationCode how)
{
    struct exchange *exchange = *state;

    (void)arg;
    (void)connection;
    (void)how;
    if (exchange == NULL)
        return;
    *state = NULL;
    if (exchange->request.reply.sink != NULL)
        ray_sink_free(exchange->request.reply.sink);
    set_timeout(exchange, RAY_STUDIO_IDLE_S);
    if (exchange->request.route != NULL && exchange->request.route->end != NULL)
        exchange->request.route->end(&exchange->request);
    json_decref(exchange->request.body);
    json_decref(exchange->request.query);
    ray_arena_free(exchange->request.arena);
}

/* libmicrohttpd's own words about broken connections are nobody's. */
static void __attribute__((format(printf, 2, 0)))
drop_log(void *arg, const char *format, va_list args)
{
    (void)arg;
    (void)format;
    (void)args;
}

/* ---------------------------------------------------------------- the daemon */

static bool
bind_to(struct ray_studio *studio, const struct addrinfo *address, struct ray_err *err)
{
    struct sockaddr_storage bound;
    char port[8];
    socklen_t length = sizeof(bound);
    int yes = 1;
    int fault;
    int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return ray_err_errno(err, RAY_UNAVAILABLE, "cannot make a socket");
    studio->listening = fd;
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    if (bind(fd, address->ai_addr, address->ai_addrlen) != 0 || listen(fd, BACKLOG) != 0) {
        (void)ray_err_errno(err, RAY_UNAVAILABLE, "cannot listen on %s port %d",
                            studio->options.host, studio->options.port);
        return ray_err_hint(err, "Choose another with --port; --port 0 takes any that is free.");
    }
    if (getsockname(fd, (struct sockaddr *)(void *)&bound, &length) != 0)
        return ray_err_errno(err, RAY_UNAVAILABLE, "cannot ask for the port");
    fault = getnameinfo((const struct sockaddr *)(const void *)&bound, length, NULL, 0, port,
                        sizeof(port), NI_NUMERICSERV);
    if (fault != 0)
        return ray_err_set(err, RAY_UNAVAILABLE, "cannot read the port: %s", gai_strerror(fault));
    studio->port = (int)strtol(port, NULL, 10);
    return true;
}

static bool
listen_on(struct ray_studio *studio, struct ray_err *err)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
    struct addrinfo *found = NULL;
    char port[16];
    int fault;
    bool ok;

    (void)snprintf(port, sizeof(port), "%d", studio->options.port);
    fault = getaddrinfo(studio->options.host, port, &hints, &found);
    if (fault != 0 || found == NULL)
        return ray_err_set(err, RAY_USAGE, "--host \"%s\": %s", studio->options.host,
                           gai_strerror(fault));
    ok = bind_to(studio, found, err);
    freeaddrinfo(found);
    return ok;
}

static bool
start_daemon(struct ray_studio *studio, struct ray_err *err)
{
    studio->daemon = studio->http.start_daemon(
        MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL |
            MHD_USE_ITC | MHD_USE_ERROR_LOG,
        0, NULL, NULL, on_request, studio, MHD_OPTION_EXTERNAL_LOGGER, drop_log, NULL,
        MHD_OPTION_LISTEN_SOCKET, studio->listening, MHD_OPTION_NOTIFY_COMPLETED, on_completed,
        NULL, MHD_OPTION_CONNECTION_LIMIT, (unsigned int)RAY_STUDIO_CONNECTIONS,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned int)RAY_STUDIO_IDLE_S,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEADERS_BYTES + 2 * (size_t)STREAM_BLOCK,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
    if (studio->daemon == NULL)
        return ray_err_errno(err, RAY_UNAVAILABLE, "cannot start the HTTP server");
    return true;
}

static bool
open_studio(struct ray_studio *studio, struct ray_err *err)
{
    const struct ray_studio_options *options = &studio->options;

    if (!ray_guard_is_loopback(options->host) && options->allow_hosts.len == 0) {
        (void)ray_err_set(err, RAY_USAGE, "--host \"%s\" is not of this machine alone",
                          options->host);
        return ray_err_hint(err,
                            "Say with --allow-host NAME what browsers will call it by: whoever "
                            "reaches it and has the token may do what you may.");
    }
    return ray_http_library_load(&studio->http, err) && listen_on(studio, err) &&
           ray_guard_init(studio->arena, options->host, studio->port, &options->allow_hosts,
                          &studio->guard, err) &&
           ray_pool_new(studio->arena, &options->database, options->read_only, &studio->pool,
                        err) &&
           start_daemon(studio, err);
}

bool
ray_studio_open(struct ray_arena *arena, const struct ray_studio_options *options,
                struct ray_studio **out, struct ray_err *err)
{
    struct ray_studio *studio = RAY_NEW(arena, struct ray_studio);

    studio->arena = arena;
    studio->options = *options;
    studio->listening = -1;
    studio->stores = ray_stores_new(arena);
    studio->editors = ray_editors_new(arena);
    studio->operations = ray_operations_new(arena);
    studio->tickets = ray_tickets_new(arena);
    json_object_seed(0); /* before there are threads to race for it */
    ray_interrupt_hold();
    if (!open_studio(studio, err)) {
        ray_studio_close(studio);
        return false;
    }
    *out = studio;
    return true;
}

const char *
ray_studio_url(struct ray_arena *arena, const struct ray_studio *studio)
{
    return ray_arena_printf(arena, "http://%s/#token=%s", studio->guard.hosts.items[0],
                            studio->guard.token);
}

void
ray_studio_close(struct ray_studio *studio)
{
    if (studio == NULL)
        return;
    studio->closing = true;
    if (studio->pool != NULL)
        (void)ray_pool_cancel(studio->pool, NULL);
    if (studio->operations != NULL)
        (void)ray_operations_stop(studio->operations, NULL);
    if (studio->daemon != NULL)
        studio->http.stop_daemon(studio->daemon);
    else if (studio->listening >= 0)
        (void)close(studio->listening);
    ray_editors_free(studio->editors);
    ray_pool_free(studio->pool);
    ray_stores_free(studio->stores);
    ray_operations_free(studio->operations);
    ray_tickets_free(studio->tickets);
}
