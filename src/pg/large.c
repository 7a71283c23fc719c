/*
 * Large statements: see large.h. Only whole messages are ever written: after a failure half-way the socket
 * is shut, so that nothing of libpq's can land inside of one. What the server says meanwhile is left for
 * libpq to read.
 */
#include "pg/large.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

/* A message is 'P', its length without that letter, the statement's name "", the query, and the number of
 * parameter types given, 0. The server takes none of a gigabyte. */
enum { HEAD = 1 + 4 + 1, LENGTH_BESIDE = 4 + 1 + 1 + 2, LARGEST = 0x3fffff00, PIECE = 256 * 1024 };

/* Bytes written; 0 where `wants` must be waited for; -1 where the connection is lost. */
static ssize_t
write_some(PGconn *pg, const char *data, size_t length, short *wants)
{
    SSL *ssl = PQsslStruct(pg, "OpenSSL");
    ssize_t count;
    int why;

    *wants = POLLOUT;
    if (ssl == NULL) {
        count = send(PQsocket(pg), data, length, MSG_NOSIGNAL);
        return count < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : count;
    }
    ERR_clear_error();
    count = SSL_write(ssl, data, (int)length);
    if (count > 0)
        return count;
    why = SSL_get_error(ssl, (int)count);
    if (why == SSL_ERROR_WANT_READ)
        *wants = POLLIN;
    return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE ? 0 : -1;
}

static bool
write_all(PGconn *pg, const char *data, size_t length)
{
    struct pollfd ready = {.fd = PQsocket(pg)};

    while (length > 0) {
        ssize_t count = write_some(pg, data, length < PIECE ? length : PIECE, &ready.events);

        if (count < 0 || (count == 0 && poll(&ready, 1, -1) < 0 && errno != EINTR))
            return false;
        data += count;
        length -= (size_t)count;
    }
    return true;
}

bool
ray_large_parse(struct ray_conn *conn, const char *sql, size_t length)
{
    static const char tail[2] = {0, 0};
    PGconn *pg = ray_conn_libpq(conn);
    char head[HEAD] = {'P'};
    uint32_t size;

    if (length > LARGEST || PQgssEncInUse(pg) || PQflush(pg) != 0)
        return false;
    size = htonl((uint32_t)length + LENGTH_BESIDE);
    memcpy(head + 1, &size, sizeof(size));
    if (!write_all(pg, head, sizeof(head)) || !write_all(pg, sql, length + 1) ||
        !write_all(pg, tail, sizeof(tail)))
        (void)shutdown(PQsocket(pg), SHUT_WR);
    return true;
}
