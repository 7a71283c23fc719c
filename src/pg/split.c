/*
 * Statements out of tokens: see split.h.
 *
 * The rule is psql's: a semicolon ends a statement unless parentheses are open or the statement
 * creates a function or procedure and is inside the BEGIN ... END of its body. What the statement
 * means is nobody's business here, so that statements of newer servers pass. The statement is not
 * copied: it is the reader's own text with a NUL put behind it, taken back before more is read.
 */
#include "pg/split.h"

#include "pg/scan.h"
#include "pg/statement.h"

#include <string.h>

/* How far the words of a statement have matched CREATE [OR REPLACE] {FUNCTION | PROCEDURE}. */
enum head { HEAD_NONE, HEAD_CREATE, HEAD_OR, HEAD_REPLACE, HEAD_ROUTINE, HEAD_OTHER };

static const struct {
    const char *word;
    enum head from;
    enum head to;
} heads[] = {
    {"create", HEAD_NONE, HEAD_CREATE},        {"or", HEAD_CREATE, HEAD_OR},
    {"replace", HEAD_OR, HEAD_REPLACE},        {"function", HEAD_CREATE, HEAD_ROUTINE},
    {"procedure", HEAD_CREATE, HEAD_ROUTINE},  {"function", HEAD_REPLACE, HEAD_ROUTINE},
    {"procedure", HEAD_REPLACE, HEAD_ROUTINE},
};

struct ray_splitter {
    struct ray_scan *scan;
    bool breakpoints;
    int number;
    char *nul; /* where a NUL stands for now, or NULL */
    char behind;

    /* the statement that is being read */
    bool has_text;  /* comments at least */
    bool has_token; /* more than comments */
    size_t begin;   /* of its text */
    size_t token;   /* of its first token that is no comment */
    size_t end;     /* of its last one */
    enum head head;
    size_t parens;
    size_t begins;
};

bool
ray_splitter_open_window(struct ray_arena *arena, const struct ray_source *source, size_t window,
                         struct ray_splitter **out, struct ray_err *err)
{
    struct ray_splitter *splitter = RAY_NEW(arena, struct ray_splitter);

    splitter->breakpoints = source->breakpoints;
    *out = splitter;
    return ray_scan_open(arena, source, window, &splitter->scan, err);
}

bool
ray_splitter_open(struct ray_arena *arena, const struct ray_source *source,
                  struct ray_splitter **out, struct ray_err *err)
{
    return ray_splitter_open_window(arena, source, 0, out, err);
}

void
ray_splitter_close(struct ray_splitter *splitter)
{
    if (splitter != NULL)
        ray_scan_close(splitter->scan);
}

static bool
is_breakpoint(const struct ray_splitter *splitter, const struct ray_token *token)
{
    static const char mark[] = "--> statement-breakpoint";

    return splitter->breakpoints && token->end - token->begin >= sizeof(mark) - 1 &&
           memcmp(token->text, mark, sizeof(mark) - 1) == 0;
}

/* A word outside parentheses: what the statement is; BEGIN, CASE and END in a routine's body. */
static void
note_word(struct ray_splitter *splitter, const struct ray_token *token)
{
    if (splitter->head != HEAD_ROUTINE && splitter->head != HEAD_OTHER) {
        enum head from = splitter->head;

        splitter->head = HEAD_OTHER;
        for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
            if (heads[i].from == from && ray_token_is_named(token, heads[i].word))
                splitter->head = heads[i].to;
    }
    if (splitter->head != HEAD_ROUTINE)
        return;
    if (ray_token_is_named(token, "begin") ||
        (splitter->begins > 0 && ray_token_is_named(token, "case")))
        splitter->begins++;
    else if (splitter->begins > 0 && ray_token_is_named(token, "end"))
        splitter->begins--;
}

static void
note_token(struct ray_splitter *splitter, const struct ray_token *token)
{
    if (!splitter->has_token)
        splitter->token = token->begin;
    splitter->has_token = true;
    splitter->end = token->end;
    if (ray_token_is(token, '('))
        splitter->parens++;
    else if (ray_token_is(token, ')') && splitter->parens > 0)
        splitter->parens--;
    else if (splitter->parens == 0 && ray_token_is_word(token))
        note_word(splitter, token);
}

/* Hands the statement out and forgets it. False where it is empty. */
static bool
finish(struct ray_splitter *splitter, struct ray_statement *out)
{
    struct ray_reader *reader = ray_scan_reader(splitter->scan);
    bool has_token = splitter->has_token;

    if (has_token) {
        *out = (struct ray_statement){.text = ray_reader_at(reader, splitter->begin),
                                      .len = splitter->end - splitter->begin,
                                      .offset = splitter->begin,
                                      .number = ++splitter->number};
        ray_reader_locate(reader, splitter->token, &out->line, &out->column);
        splitter->nul = ray_reader_at(reader, splitter->end);
        splitter->behind = *splitter->nul;
        *splitter->nul = '\0';
    }
    ray_scan_release(splitter->scan);
    splitter->has_text = false;
    splitter->has_token = false;
    splitter->head = HEAD_NONE;
    splitter->parens = 0;
    splitter->begins = 0;
    return has_token;
}

bool
ray_splitter_next(struct ray_splitter *splitter, struct ray_statement *out, bool *end,
                  struct ray_err *err)
{
    if (splitter->nul != NULL)
        *splitter->nul = splitter->behind;
    splitter->nul = NULL;
    for (;;) {
        struct ray_token token;
        bool ends;

        if (!ray_scan_next(splitter->scan, &token, end, err))
            return false;
        if (*end) {
            *end = !finish(splitter, out);
            return true;
        }
        ends = is_breakpoint(splitter, &token) ||
               (ray_token_is(&token, ';') && splitter->parens == 0 && splitter->begins == 0);
        if (ends) {
            if (finish(splitter, out))
                return true;
            continue;
        }
        if (!splitter->has_text) {
            splitter->has_text = true;
            splitter->begin = token.begin;
            ray_scan_hold(splitter->scan, token.begin);
        }
        if (!ray_token_is_comment(&token))
            note_token(splitter, &token);
    }
}
