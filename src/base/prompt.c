/*
 * Questions: see ray_term_confirm and ray_term_choose in term.h. Asked only where a person can answer: both standard input and
 * standard error are terminals. Standard input is read byte by byte, past stdio, and waited for in short
 * turns, so that a signal always ends the wait.
 */
#include "base/term_internal.h"

#include "base/interrupt.h"
#include "base/scrub.h"
#include "base/text.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { TURN_MS = 200, LONGEST_ANSWER = 16 };

enum input { INPUT_BYTE, INPUT_END, INPUT_INTERRUPTED };

static enum input
read_byte(char *byte)
{
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};

    for (;;) {
        ssize_t n;

        if (ray_interrupted())
            return INPUT_INTERRUPTED;
        if (poll(&input, 1, TURN_MS) <= 0)
            continue;
        n = read(STDIN_FILENO, byte, 1);
        if (n == 1)
            return INPUT_BYTE;
        if (n == 0 || errno != EINTR)
            return INPUT_END;
    }
}

/* Reads a line; what does not fit is read and dropped, so that it answers no later question. */
static enum input
read_line(char line[LONGEST_ANSWER])
{
    size_t used = 0;
    enum input how;
    char byte;

    line[0] = '\0';
    while ((how = read_byte(&byte)) == INPUT_BYTE && byte != '\n') {
        if (used < LONGEST_ANSWER - 1)
            line[used++] = byte;
        line[used] = '\0';
    }
    return how;
}

/* Shows the question and reads the answer. */
static bool
ask(struct ray_term *term, const char *question, const char *marks, char answer[LONGEST_ANSWER],
    struct ray_err *err)
{
    char *asked = ray_arena_strdup(term->arena, question);
    enum input how;

    ray_scrub(asked);
    ray_buf_truncate(&term->line, 0);
    ray_buf_visible(&term->line, asked, strlen(asked), RAY_KEEP_LINES | RAY_KEEP_STYLES);
    ray_buf_add(&term->line, marks);
    ray_term_write_err(term, term->line.data, term->line.len);
    how = read_line(answer);
    if (how != INPUT_BYTE)
        ray_term_write_err(term, "\n", 1);
    if (how == INPUT_INTERRUPTED)
        return ray_err_set(err, RAY_INTERRUPTED, "interrupted");
    if (how == INPUT_END)
        return ray_err_set(err, RAY_REFUSED, "not confirmed");
    return true;
}

bool
ray_term_confirm(struct ray_term *term, const char *question, const char *word, struct ray_err *err)
{
    char answer[LONGEST_ANSWER];

    if (!ray_term_is_interactive(term)) {
        char *asked = ray_arena_strdup(term->arena, question);

        ray_scrub(asked);
        (void)ray_err_set(err, RAY_REFUSED, "not confirmed: %s", asked);
        (void)ray_err_detail(err, "nobody could be asked: this is no terminal");
        return ray_err_hint(err, "Give %s to go ahead without a question.", word);
    }
    if (!ask(term, question, " [y/N] ", answer, err))
        return false;
    if (strcasecmp(answer, "y") == 0 || strcasecmp(answer, "yes") == 0)
        return true;
    return ray_err_set(err, RAY_REFUSED, "not confirmed");
}

bool
ray_term_choose(struct ray_term *term, const char *question, const char *const *answers,
                size_t count, size_t *out, struct ray_err *err)
{
    char answer[LONGEST_ANSWER];
    struct ray_buf text;
    size_t chosen = 0;

    ray_buf_init(&text, term->arena);
    ray_buf_add(&text, question);
    for (size_t i = 0; i < count; i++)
        ray_buf_addf(&text, "\n  %zu  %s", i + 1, answers[i]);
    ray_buf_addc(&text, '\n');
    if (!ask(term, text.data, "[1] ", answer, err))
        return false;
    for (const char *at = answer; *at >= '0' && *at <= '9'; at++)
        chosen = chosen * 10 + (size_t)(*at - '0');
    if (answer[0] != '\0' && (chosen < 1 || chosen > count))
        return ray_err_set(err, RAY_REFUSED, "\"%s\" is none of the answers", answer);
    *out = answer[0] == '\0' ? 0 : chosen - 1;
    return true;
}
