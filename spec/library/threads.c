/* A thread for each URL, with a handle of its own: up, status, diff, down, again and again. threads FOLDER TIMES URL... */
#include <pthread.h>
#include <raymig.h>
#include <stdio.h>
#include <stdlib.h>

struct work {
    const char *folder;
    const char *url;
    int times;
    int events;
    int wrong;
};

static void
on_event(void *arg, const raymig_event *event)
{
    struct work *work = arg;

    work->events += event->kind == RAYMIG_EVENT_DONE;
}

static void
check(struct work *work, raymig_result *result, const char *key, int64_t expected)
{
    if (!raymig_result_ok(result) ||
        (key != NULL && raymig_result_number(result, key, -1) != expected)) {
        fprintf(stderr, "%s: %s\n%s\n", work->url, raymig_result_message(result),
                raymig_result_json(result));
        work->wrong++;
    }
    raymig_result_free(result);
}

static void *
run(void *arg)
{
    struct work *work = arg;
    raymig *project = raymig_open(NULL);

    raymig_set(project, "url", work->url);
    raymig_set(project, "migrations", work->folder);
    raymig_set(project, "yes", "true");
    raymig_on_event(project, on_event, work);
    for (int i = 0; i < work->times; i++) {
        check(work, raymig_up(project, RAYMIG_ALL, NULL), "applied", 2);
        check(work, raymig_status(project), NULL, 0);
        check(work, raymig_diff(project, "db", "migrations"), "loses_data", 0);
        check(work, raymig_down(project, RAYMIG_ALL, NULL), "reverted", 2);
    }
    raymig_close(project);
    return NULL;
}

int
main(int argc, char **argv)
{
    enum { MOST = 8 };
    struct work works[MOST] = {0};
    pthread_t threads[MOST];
    int count = argc - 3;
    int wrong = 0;

    if (count < 1 || count > MOST)
        return 2;
    for (int i = 0; i < count; i++) {
        works[i] = (struct work){.folder = argv[1], .times = atoi(argv[2]), .url = argv[i + 3]};
        if (pthread_create(&threads[i], NULL, run, &works[i]) != 0)
            return 2;
    }
    for (int i = 0; i < count; i++) {
        pthread_join(threads[i], NULL);
        wrong += works[i].wrong;
        printf("%d\n", works[i].events);
    }
    return wrong == 0 ? 0 : 1;
}
