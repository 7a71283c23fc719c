/*
 * A network in between: proxy LISTEN TARGET RTT_US
 *
 * Listens on the Unix socket LISTEN and passes each connection on to the Unix socket TARGET, holding every
 * byte back by half of RTT_US microseconds each way, as a wire would: what is sent together arrives
 * together, and what is sent without waiting overlaps. Prints "ready" when it listens and, for each
 * connection that ends, one line: round trips (how often the server answered after the client had
 * spoken), bytes from the client, bytes from the server.
 *
 * A pipelining client speaks while answers are under way, so its count is an upper bound; for one that
 * waits for each answer it is exact. One poll loop; a connection is two one-way lanes of chunks with a
 * time each at which they are due.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS = 16, CHUNK = 64 * 1024, CHUNKS = 64 };

struct chunk {
    int64_t due;
    size_t len;
    size_t sent;
    char data[CHUNK];
};

/* One direction. Chunks are a ring. */
struct lane {
    int from;
    int to;
    bool ended; /* nothing more comes; the other side is told when the ring is empty */
    bool closed;
    uint64_t bytes;
    size_t head;
    size_t count;
    struct chunk *ring;
};

struct link {
    bool open;
    bool client_spoke; /* since the server last did */
    uint64_t trips;
    struct lane up;
    struct lane down;
};

static int64_t
now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void
fail(const char *what)
{
    fprintf(stderr, "proxy: %s: %s\n", what, strerror(errno));
    exit(1);
}

static struct sockaddr_un
address(const char *path)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};

    if (strlen(path) >= sizeof(name.sun_path)) {
        fprintf(stderr, "proxy: %s: the path is too long for a socket\n", path);
        exit(1);
    }
    memcpy(name.sun_path, path, strlen(path) + 1);
    return name;
}

static int
new_socket(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        fail("socket");
    return fd;
}

static void
begin_link(struct link *links, int client, const struct sockaddr_un *target)
{
    struct link *link = links;
    int server = new_socket();

    while (link < links + CONNECTIONS && link->open)
        link++;
    if (link == links + CONNECTIONS ||
        connect(server, (const struct sockaddr *)target, sizeof(*target)) != 0) {
        close(server);
        close(client);
        return;
    }
    fcntl(client, F_SETFL, O_NONBLOCK);
    fcntl(server, F_SETFL, O_NONBLOCK);
    *link = (struct link){.open = true,
                          .up = {.from = client, .to = server},
                          .down = {.from = server, .to = client}};
    link->up.ring = calloc(CHUNKS, sizeof(struct chunk));
    link->down.ring = calloc(CHUNKS, sizeof(struct chunk));
    if (link->up.ring == NULL || link->down.ring == NULL)
        fail("memory");
}

static void
end_link(struct link *link)
{
    printf("%llu %llu %llu\n", (unsigned long long)link->trips, (unsigned long long)link->up.bytes,
           (unsigned long long)link->down.bytes);
    fflush(stdout);
    close(link->up.from);
    close(link->up.to);
    free(link->up.ring);
    free(link->down.ring);
    link->open = false;
}

/* Takes in what has come. True where something has. */
static bool
take(struct lane *lane, int64_t delay)
{
    struct chunk *chunk = &lane->ring[(lane->head + lane->count) % CHUNKS];
    ssize_t n = read(lane->from, chunk->data, CHUNK);

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    if (n <= 0) {
        lane->ended = true;
        return false;
    }
    chunk->due = now_ns() + delay;
    chunk->len = (size_t)n;
    chunk->sent = 0;
    lane->count++;
    lane->bytes += (size_t)n;
    return true;
}

/* Passes on what is due. Whoever cannot be written to any more gets no more. */
static void
pass(struct lane *lane)
{
    while (lane->count > 0) {
        struct chunk *chunk = &lane->ring[lane->head];
        ssize_t n;

        if (chunk->due > now_ns())
            return;
        n = send(lane->to, chunk->data + chunk->sent, chunk->len - chunk->sent, MSG_NOSIGNAL);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (n < 0) {
            lane->ended = true;
            lane->count = 0;
            break;
        }
        chunk->sent += (size_t)n;
        if (chunk->sent == chunk->len) {
            lane->head = (lane->head + 1) % CHUNKS;
            lane->count--;
        }
    }
    if (lane->ended && !lane->closed) {
        shutdown(lane->to, SHUT_WR);
        lane->closed = true;
    }
}

/* What to poll of a lane; *wake is the time of the next chunk that is due. */
static size_t
watch(const struct lane *lane, struct pollfd *fds, int64_t *wake)
{
    bool waits = lane->count > 0 && lane->ring[lane->head].due > now_ns();

    fds[0] = (struct pollfd){.fd = lane->ended || lane->count == CHUNKS ? -1 : lane->from,
                             .events = POLLIN};
    fds[1] = (struct pollfd){.fd = lane->count == 0 || waits ? -1 : lane->to, .events = POLLOUT};
    if (waits && lane->ring[lane->head].due < *wake)
        *wake = lane->ring[lane->head].due;
    return 2;
}

static void
serve(struct link *link, int64_t delay)
{
    if (!link->up.ended && link->up.count < CHUNKS && take(&link->up, delay))
        link->client_spoke = true;
    if (!link->down.ended && link->down.count < CHUNKS && take(&link->down, delay) &&
        link->client_spoke) {
        link->client_spoke = false;
        link->trips++;
    }
    pass(&link->up);
    pass(&link->down);
    if ((link->up.closed && link->down.closed) || (link->down.closed && link->up.count == 0))
        end_link(link);
}

static void
loop(int listener, const struct sockaddr_un *target, int64_t delay)
{
    struct link links[CONNECTIONS] = {0};

    for (;;) {
        struct pollfd fds[1 + CONNECTIONS * 4] = {{.fd = listener, .events = POLLIN}};
        int64_t wake = INT64_MAX;
        struct timespec wait = {0};
        size_t count = 1;
        int64_t left;

        for (size_t i = 0; i < CONNECTIONS; i++)
            if (links[i].open) {
                count += watch(&links[i].up, fds + count, &wake);
                count += watch(&links[i].down, fds + count, &wake);
            }
        left = wake - now_ns();
        if (left > 0) {
            wait.tv_sec = (time_t)(left / 1000000000);
            wait.tv_nsec = (long)(left % 1000000000);
        }
        if (ppoll(fds, count, wake == INT64_MAX ? NULL : &wait, NULL) < 0 && errno != EINTR)
            fail("poll");
        for (size_t i = 0; i < CONNECTIONS; i++)
            if (links[i].open)
                serve(&links[i], delay);
        if (fds[0].revents != 0) {
            int client = accept(listener, NULL, NULL);

            if (client >= 0)
                begin_link(links, client, target);
        }
    }
}

int
main(int argc, char **argv)
{
    struct sockaddr_un here;
    struct sockaddr_un target;
    int listener;

    if (argc != 4) {
        fprintf(stderr, "usage: proxy LISTEN TARGET RTT_US\n");
        return 2;
    }
    here = address(argv[1]);
    target = address(argv[2]);
    prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL); /* the default would add 50 us a chunk */
    listener = new_socket();
    unlink(argv[1]);
    if (bind(listener, (const struct sockaddr *)&here, sizeof(here)) != 0 ||
        listen(listener, CONNECTIONS) != 0)
        fail(argv[1]);
    printf("ready\n");
    fflush(stdout);
    loop(listener, &target, (int64_t)strtoll(argv[3], NULL, 10) * 1000 / 2);
}
