/* The main function and the checks of a C test program; see harness.h. */
#include "harness.h"

#include <stdio.h>
#include <string.h>

static struct {
    struct spec_test *first;
    struct spec_test *last;
    const char *running;
    const char *skipped_for; /* reason, when the running test skipped itself */
    int failed_checks;       /* of the running test */
} spec;

void
spec_register(struct spec_test *test)
{
    if (spec.last == NULL) {
        spec.first = test;
    } else {
        spec.last->next = test;
    }
    spec.last = test;
}

void
spec_skip(const char *reason)
{
    spec.skipped_for = reason;
}

static void
report_failure(const char *file, int line)
{
    spec.failed_checks++;
    printf("  FAILED: %s (%s:%d)\n", spec.running, file, line);
}

bool
spec_check(bool held, const char *what, const char *file, int line)
{
    if (!held) {
        report_failure(file, line);
        printf("    %s\n", what);
    }
    return held;
}

bool
spec_check_str(const char *got, const char *want, const char *what, const char *file, int line)
{
    bool held = got == want || (got != NULL && want != NULL && strcmp(got, want) == 0);
    if (!held) {
        report_failure(file, line);
        printf("    %s\n      is     \"%s\"\n      wanted \"%s\"\n", what, got ? got : "(null)",
               want ? want : "(null)");
    }
    return held;
}

bool
spec_check_int(long long got, long long want, const char *what, const char *file, int line)
{
    if (got != want) {
        report_failure(file, line);
        printf("    %s\n      is     %lld\n      wanted %lld\n", what, got, want);
    }
    return got == want;
}

bool
spec_check_mem(const void *got, const void *want, size_t size, const char *what, const char *file,
               int line)
{
    bool held = memcmp(got, want, size) == 0;
    if (!held) {
        report_failure(file, line);
        printf("    %s differs within %zu bytes\n", what, size);
    }
    return held;
}

int
main(int argc, char **argv)
{
    int passed = 0;
    int failed = 0;
    int skipped = 0;

    setvbuf(stdout, NULL, _IOLBF, 0);
    for (struct spec_test *test = spec.first; test != NULL; test = test->next) {
        if (argc > 1 && strcmp(argv[1], test->name) != 0) {
            continue;
        }
        spec.running = test->name;
        spec.skipped_for = NULL;
        spec.failed_checks = 0;
        test->run();
        if (spec.failed_checks > 0) {
            failed++;
        } else if (spec.skipped_for != NULL) {
            printf("  skipped: %s: %s\n", test->name, spec.skipped_for);
            skipped++;
        } else {
            passed++;
        }
    }
    printf("%d passed, %d failed, %d skipped\n", passed, failed, skipped);
    return failed > 0;
}
