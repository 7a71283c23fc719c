/*
 * Runs one program and says what it took: measure OUTPUT PROGRAM [ARGUMENT...]
 *
 * The program's standard output and error go to the file OUTPUT. One line is printed: seconds from before
 * the program was started to after it was reaped, its user and system seconds, its peak resident set in
 * KiB, its exit code (128 + signal where one ended it). The peak is the largest of the program and of
 * the children it waited for, not their sum. posix_spawn, and this program being small, keep both the
 * start and the peak those of the program measured and not of who measures.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static double
seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double
seconds_of(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

int
main(int argc, char **argv)
{
    posix_spawn_file_actions_t actions;
    struct rusage usage;
    double begin;
    double took;
    pid_t pid;
    int status;
    int code;

    if (argc < 3) {
        fprintf(stderr, "usage: measure OUTPUT PROGRAM [ARGUMENT...]\n");
        return 2;
    }
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, argv[1], O_WRONLY | O_CREAT | O_TRUNC, 0644);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);
    begin = seconds();
    code = posix_spawnp(&pid, argv[2], &actions, NULL, argv + 2, environ);
    if (code != 0) {
        fprintf(stderr, "measure: cannot run %s: %s\n", argv[2], strerror(code));
        return 2;
    }
    if (wait4(pid, &status, 0, &usage) != pid) {
        perror("measure: wait4");
        return 2;
    }
    took = seconds() - begin;
    printf("%.6f %.6f %.6f %ld %d\n", took, seconds_of(usage.ru_utime), seconds_of(usage.ru_stime),
           usage.ru_maxrss, WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
    return 0;
}
