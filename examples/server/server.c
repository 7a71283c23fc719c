/*
 * A server that brings its database up to date before it listens: the library in a C program (docs/library.md).
 *
 *     server PORT [FOLDER]      DATABASE_URL names the database; FOLDER has the migrations (default: migrations)
 *
 * SIGINT and SIGTERM end it at any time. They are waited for by a thread, since raymig_cancel may be called from another
 * thread, but not from a signal handler: what runs is cancelled and rolled back.
 */
#include <arpa/inet.h>
#include <pthread.h>
#include <raymig.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static raymig *migrating; /* while it runs; NULL: not, or not any more */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void *
wait_for_signals(void *arg)
{
    const sigset_t *signals = arg;
    int number;

    (void)sigwait(signals, &number);
    pthread_mutex_lock(&mutex);
    if (migrating == NULL)
        _exit(0);
    raymig_cancel(migrating);
    pthread_mutex_unlock(&mutex);
    return NULL;
}

static void
start_waiting(sigset_t *signals)
{
    pthread_t thread;

    sigemptyset(signals);
    sigaddset(signals, SIGINT);
    sigaddset(signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, signals, NULL);
    if (pthread_create(&thread, NULL, wait_for_signals, signals) != 0)
        exit(1);
    pthread_detach(thread);
}

static void
on_event(void *arg, const raymig_event *event)
{
    (void)arg;
    if (event->kind == RAYMIG_EVENT_LOCK_WAIT && event->pid != 0)
        fprintf(stderr, "another one migrates (pid %ld): waiting\n", event->pid);
    else if (event->kind == RAYMIG_EVENT_DONE)
        fprintf(stderr, "applied %s in %lld ms\n", event->tag, (long long)(event->us / 1000));
}

static void
set_migrating(raymig *project)
{
    pthread_mutex_lock(&mutex);
    migrating = project;
    pthread_mutex_unlock(&mutex);
}

/* Many servers may start at once: one migrates, the others wait for it and find nothing to do. */
static int
migrate(const char *folder)
{
    raymig *project = raymig_open(NULL);
    raymig_result *result;
    int ok;

    raymig_on_event(project, on_event, NULL);
    raymig_set(project, "migrations", folder);
    raymig_set(project, "wait", "30s"); /* for a database that starts beside us */
    set_migrating(project);
    result = raymig_up(project, RAYMIG_ALL, NULL);
    set_migrating(NULL);
    ok = raymig_result_ok(result);
    if (ok) {
        fprintf(stderr, "%lld migrations applied\n",
                (long long)raymig_result_number(result, "applied", 0));
    } else {
        const char *detail = raymig_result_detail(result);
        const char *hint = raymig_result_hint(result);

        fprintf(stderr, "cannot migrate: %s\n", raymig_result_message(result));
        if (detail != NULL)
            fprintf(stderr, "%s\n", detail);
        if (hint != NULL)
            fprintf(stderr, "hint: %s\n", hint);
    }
    raymig_result_free(result);
    raymig_close(project);
    return ok;
}

static int
listen_on(const char *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
    int yes = 1;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) != 0 ||
        bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0 || listen(fd, 16) != 0) {
        perror("cannot listen");
        return -1;
    }
    return fd;
}

int
main(int argc, char **argv)
{
    static const char answer[] = "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nready\n";
    static sigset_t signals;
    int fd;

    if (argc < 2) {
        fprintf(stderr, "usage: server PORT [FOLDER]\n");
        return 2;
    }
    start_waiting(&signals);
    if (!migrate(argc > 2 ? argv[2] : "migrations") || (fd = listen_on(argv[1])) < 0)
        return 1;
    fprintf(stderr, "listening on %s\n", argv[1]);
    for (;;) {
        char request[1024];
        int client = accept(fd, NULL, NULL);

        if (client < 0)
            continue;
        if (read(client, request, sizeof(request)) > 0)
            (void)!write(client, answer, strlen(answer));
        close(client);
    }
}
