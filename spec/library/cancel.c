/* Another thread cancels what sleeps in the server: cancel URL FOLDER. Prints code, message and tenths of a second. */
#include <pthread.h>
#include <raymig.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static volatile int sleeping;

static void
on_event(void *arg, const raymig_event *event)
{
    (void)arg;
    if (event->kind == RAYMIG_EVENT_STATEMENT && strstr(event->text, "pg_sleep") != NULL)
        sleeping = 1;
}

static void *
cancel(void *arg)
{
    while (!sleeping)
        usleep(10000);
    usleep(200000);
    raymig_cancel(arg);
    return NULL;
}

int
main(int argc, char **argv)
{
    raymig *project = raymig_open(NULL);
    time_t began = time(NULL);
    raymig_result *result;
    pthread_t thread;

    if (argc < 3)
        return 2;
    raymig_set(project, "url", argv[1]);
    raymig_set(project, "migrations", argv[2]);
    raymig_on_event(project, on_event, NULL);
    pthread_create(&thread, NULL, cancel, project);
    result = raymig_up(project, RAYMIG_ALL, NULL);
    pthread_join(thread, NULL);
    printf("%d %s\n%d seconds\n", raymig_result_code(result), raymig_result_message(result),
           (int)(time(NULL) - began));
    raymig_result_free(result);
    result = raymig_status(project); /* the handle is as good as before */
    printf("%d %s\n", raymig_result_code(result),
           strstr(raymig_result_json(result), "\"pending\": 1") != NULL ? "pending" : "?");
    raymig_result_free(result);
    raymig_close(project);
    return 0;
}
