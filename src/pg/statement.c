/*
 * Statements by their first words: see statement.h. A table of word patterns.
 */
#include "pg/statement.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { WORDS = 24, WORD_SIZE = 24 };

/* The first words of a statement, lower case; what is neither word nor comment ends or separates them. */
struct words {
    char word[WORDS][WORD_SIZE];
    size_t count;
};

const char *
ray_statement_head(const char *text)
{
    for (;;) {
        while (isspace((unsigned char)*text))
            text++;
        if (text[0] == '-' && text[1] == '-') {
            text += strcspn(text, "\n");
        } else if (text[0] == '/' && text[1] == '*') {
            int depth = 0;

            do {
                if (text[0] == '/' && text[1] == '*') {
                    depth++;
                    text += 2;
                } else if (text[0] == '*' && text[1] == '/') {
                    depth--;
                    text += 2;
                } else {
                    text++;
                }
            } while (depth > 0 && *text != '\0');
        } else {
            return text;
        }
    }
}

static void
read_words(const char *text, struct words *out)
{
    memset(out, 0, sizeof(*out));
    while (out->count < WORDS) {
        size_t length = 0;

        text = ray_statement_head(text);
        if (*text == '\0' || *text == '$' || *text == '\'')
            return;
        if (*text == '"') {
            text++;
            text += strcspn(text, "\"");
            if (*text != '\0')
                text++;
            continue;
        }
        while (isalnum((unsigned char)text[length]) || text[length] == '_')
            length++;
        if (length == 0) {
            text++;
            continue;
        }
        if (length < WORD_SIZE)
            for (size_t i = 0; i < length; i++)
                out->word[out->count][i] = (char)tolower((unsigned char)text[i]);
        out->count++;
        text += length;
    }
}

/* `first` words begin the statement; `anywhere`, where not NULL, stands among the words behind them. */
static const struct pattern {
    const char *first[4];
    const char *anywhere;
    const char *never;
    enum ray_statement_kind kind;
} patterns[] = {
    {{"begin"}, NULL, NULL, RAY_STATEMENT_BEGIN},
    {{"start", "transaction"}, NULL, NULL, RAY_STATEMENT_BEGIN},
    {{"commit"}, NULL, NULL, RAY_STATEMENT_COMMIT},
    {{"end"}, NULL, NULL, RAY_STATEMENT_COMMIT},
    {{"prepare", "transaction"}, NULL, NULL, RAY_STATEMENT_COMMIT},
    {{"rollback"}, NULL, "to", RAY_STATEMENT_ROLLBACK},
    {{"abort"}, NULL, NULL, RAY_STATEMENT_ROLLBACK},
    {{"copy"}, "stdin", NULL, RAY_STATEMENT_COPY_STREAM},
    {{"copy"}, "stdout", NULL, RAY_STATEMENT_COPY_STREAM},
    {{"set"}, NULL, NULL, RAY_STATEMENT_SET},
    {{"reset"}, NULL, NULL, RAY_STATEMENT_SET},
    {{"set", "local"}, NULL, NULL, RAY_STATEMENT_PLAIN},
    {{"set", "constraints"}, NULL, NULL, RAY_STATEMENT_PLAIN},
    {{"create", "index", "concurrently"}, NULL, NULL, RAY_STATEMENT_ALONE},
    {{"create", "unique", "index", "concurrently"}, NULL, NULL, RAY_STATEMENT_ALONE},
    {{"drop", "index", "concurrently"}, NULL, NULL, RAY_STATEMENT_ALONE},
    {{"reindex"}, "concurrently", NULL, RAY_STATEMENT_ALONE},
    {{"reindex", "database"}, NULL, NULL, RAY_STATEMENT_ALONE},
    {{"reindex", "system"}, NULL, NULL, RAY_STATEMENT_ALONE},
    {{"reindex", "schema"}, NULL, NULL, RAY_STATEMENT_ALONE},
    {{"alter", "table"}, "concurrently", NULL, RAY_STATEMENT_ALONE},
    {{"vacuum"}, NULL, NULL, RAY_STATEMENT_ALONE},
    {{"create", "database"}, NULL, NULL, RAY_STATEMENT_ALONE},
    {{"drop", "database"}, NULL, NULL, RAY_STATEMENT_ALONE},
    {{"create", "tablespace"}, NULL, NULL, RAY_STATEMENT_ALONE},
    {{"drop", "tablespace"}, NULL, NULL, RAY_STATEMENT_ALONE},
    {{"alter", "system"}, NULL, NULL, RAY_STATEMENT_ALONE},
    {{"create", "subscription"}, NULL, NULL, RAY_STATEMENT_ALONE},
    {{"drop", "subscription"}, NULL, NULL, RAY_STATEMENT_ALONE},
    {{"discard", "all"}, NULL, NULL, RAY_STATEMENT_ALONE},
    {{"commit", "prepared"}, NULL, NULL, RAY_STATEMENT_ALONE},
    {{"rollback", "prepared"}, NULL, NULL, RAY_STATEMENT_ALONE},
};

static bool
has_word(const struct words *words, size_t from, const char *word)
{
    for (size_t i = from; i < words->count; i++)
        if (strcmp(words->word[i], word) == 0)
            return true;
    return false;
}

static bool
matches(const struct pattern *pattern, const struct words *words)
{
    size_t n = 0;

    for (; n < 4 && pattern->first[n] != NULL; n++)
        if (n >= words->count || strcmp(words->word[n], pattern->first[n]) != 0)
            return false;
    if (pattern->anywhere != NULL && !has_word(words, n, pattern->anywhere))
        return false;
    return pattern->never == NULL || !has_word(words, n, pattern->never);
}

enum ray_statement_kind
ray_statement_classify(const char *text)
{
    struct words words;
    const char *head = ray_statement_head(text);

    if (*head == '\\')
        return RAY_STATEMENT_META;
    read_words(head, &words);
    /* Two-word forms of COMMIT and ROLLBACK stand at the end of the table and win. */
    for (size_t i = sizeof(patterns) / sizeof(patterns[0]); i-- > 0;)
        if (matches(&patterns[i], &words))
            return patterns[i].kind;
    return RAY_STATEMENT_PLAIN;
}

void
ray_statement_summary(const char *text, char *out, size_t size)
{
    static const char more[] = "...";
    size_t room = size - sizeof(more);
    size_t len = 0;

    for (text = ray_statement_head(text); *text != '\0' && len < room; text++) {
        if (!isspace((unsigned char)*text))
            out[len++] = *text;
        else if (len > 0 && out[len - 1] != ' ')
            out[len++] = ' ';
    }
    if (*text != '\0') {
        while (len > 0 && ((unsigned char)*text & 0xc0) == 0x80)
            text = &out[--len]; /* what follows goes on with the last character: leave that out */
        memcpy(out + len, more, sizeof(more));
        return;
    }
    out[len] = '\0';
}
