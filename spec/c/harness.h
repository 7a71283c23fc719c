/*
 * A small harness for C tests. Each spec/c/test_*.c is a program of its own, linked with
 * internal.a; what it needs is this header and nothing else:
 *
 *     TEST(buf_grows)
 *     {
 *         CHECK(ray_buf_length(&buf) == 0);
 *         CHECK_STR(ray_buf_text(&buf), "");
 *     }
 *
 * Tests register themselves and run in the order in which they stand. A failed check is printed
 * with file and line and the test goes on; REQUIRE ends the test. The last line printed is
 * `N passed, N failed, N skipped`, counted in tests. A name as argument runs that test alone.
 */
#ifndef RAY_SPEC_HARNESS_H
#define RAY_SPEC_HARNESS_H

#include <stdbool.h>
#include <stddef.h>

struct spec_test {
    const char *name;
    void (*run)(void);
    struct spec_test *next;
};

#define TEST(NAME)                                                           \
    static void NAME(void);                                                  \
    static struct spec_test spec_test_##NAME = {.name = #NAME, .run = NAME}; \
    __attribute__((constructor)) static void spec_register_##NAME(void)      \
    {                                                                        \
        spec_register(&spec_test_##NAME);                                    \
    }                                                                        \
    static void NAME(void)

#define CHECK(CONDITION)           spec_check((CONDITION), #CONDITION, __FILE__, __LINE__)
#define CHECK_STR(GOT, WANT)       spec_check_str((GOT), (WANT), #GOT, __FILE__, __LINE__)
#define CHECK_INT(GOT, WANT)       spec_check_int((GOT), (WANT), #GOT, __FILE__, __LINE__)
#define CHECK_MEM(GOT, WANT, SIZE) spec_check_mem((GOT), (WANT), (SIZE), #GOT, __FILE__, __LINE__)

/* Ends the test when the condition is false: what follows could not go on without it. */
#define REQUIRE(CONDITION)       \
    do {                         \
        if (!CHECK(CONDITION)) { \
            return;              \
        }                        \
    } while (0)

/* Ends the test as skipped, with the reason. */
#define SKIP(REASON)       \
    do {                   \
        spec_skip(REASON); \
        return;            \
    } while (0)

/* Called by the macros. Checks return whether they held. */
void spec_register(struct spec_test *test);
void spec_skip(const char *reason);
bool spec_check(bool held, const char *what, const char *file, int line);
bool spec_check_str(const char *got, const char *want, const char *what, const char *file,
                    int line);
bool spec_check_int(long long got, long long want, const char *what, const char *file, int line);
bool spec_check_mem(const void *got, const void *want, size_t size, const char *what,
                    const char *file, int line);

#endif
