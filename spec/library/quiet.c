/* Runs a migration that works and one that fails, and says what of the process is another than before: nothing should be. */
#include <locale.h>
#include <raymig.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void
handler(int number)
{
    (void)number;
}

struct process {
    struct sigaction actions[32];
    sigset_t mask;
    char locale[64];
    char folder[4096];
    char **environment;
    size_t variables;
};

static void
look(struct process *out)
{
    memset(out, 0, sizeof(*out));
    for (int i = 1; i < 32; i++)
        sigaction(i, NULL, &out->actions[i]);
    sigprocmask(SIG_BLOCK, NULL, &out->mask);
    strncpy(out->locale, setlocale(LC_ALL, NULL), sizeof(out->locale) - 1);
    (void)!getcwd(out->folder, sizeof(out->folder));
    out->environment = environ;
    for (char **at = environ; *at != NULL; at++)
        out->variables++;
}

static int
compare(const struct process *a, const struct process *b)
{
    int same = 1;

    for (int i = 1; i < 32; i++)
        if (a->actions[i].sa_handler != b->actions[i].sa_handler) {
            printf("signal %d has another handler\n", i);
            same = 0;
        }
    if (memcmp(&a->mask, &b->mask, sizeof(a->mask)) != 0)
        same = printf("the signal mask is another\n") < 0;
    if (strcmp(a->locale, b->locale) != 0)
        same = printf("the locale is another\n") < 0;
    if (strcmp(a->folder, b->folder) != 0)
        same = printf("the working folder is another\n") < 0;
    if (a->environment != b->environment || a->variables != b->variables)
        same = printf("the environment is another\n") < 0;
    return same;
}

int
main(int argc, char **argv)
{
    static struct process before;
    static struct process after;
    raymig *project = raymig_open(NULL);
    raymig_result *first;
    raymig_result *second;
    int same;

    if (argc < 3)
        return 2;
    signal(SIGINT, handler);
    signal(SIGUSR1, handler);
    raymig_set(project, "url", argv[1]);
    raymig_set(project, "migrations", argv[2]);
    look(&before);
    first = raymig_up(project, 1, NULL);
    second = raymig_up(project, RAYMIG_ALL, NULL);
    look(&after);
    same = compare(&before, &after);
    if (!raymig_result_ok(first))
        printf("the first failed: %s\n", raymig_result_message(first));
    if (raymig_result_code(second) != RAYMIG_FAILED)
        printf("the second did not fail\n");
    printf("%s|%s\n", raymig_result_sqlstate(second), raymig_result_message(second));
    raymig_close(project);
    raymig_result_free(first);
    raymig_result_free(second);
    return same ? 0 : 1;
}
