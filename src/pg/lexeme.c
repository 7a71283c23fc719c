/*
 * Quoted tokens and new numbers: see lexeme.h. The rules are those of PostgreSQL's scanner, one row
 * of `kinds` per opening.
 *
 * Two of them surprise. A string goes on behind white space that has a newline in it, `--` comments
 * among it, where the next token is a plain quote: 'a' newline 'b' is one token and keeps the
 * escapes of its first part. And bit strings know no doubled quote. Whatever cannot be decided
 * without the next byte waits for it, so that the result does not depend on how the text comes in.
 */
#include "pg/lexeme.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

typedef bool read_fn(struct ray_lexeme *lexeme, const char *text, size_t length, bool eof);

static read_fn read_comment, read_dollar, read_quoted;

struct ray_lexeme_kind {
    const char *opening; /* in lower case */
    read_fn *read;
    char quote;
    bool doubled;   /* two quotes are one */
    bool escapes;   /* a backslash takes the next character */
    bool continues; /* behind white space with a newline */
    const char *unterminated;
};

static const struct ray_lexeme_kind kinds[] = {
    {"/*", read_comment, 0, false, false, false, "unterminated /* comment"},
    {"$", read_dollar, 0, false, false, false, "unterminated dollar-quoted string"},
    {"'", read_quoted, '\'', true, false, true, "unterminated quoted string"},
    {"e'", read_quoted, '\'', true, true, true, "unterminated quoted string"},
    {"u&'", read_quoted, '\'', true, false, true, "unterminated quoted string"},
    {"b'", read_quoted, '\'', false, false, true, "unterminated bit string literal"},
    {"x'", read_quoted, '\'', false, false, true, "unterminated hexadecimal string literal"},
    {"\"", read_quoted, '"', true, false, false, "unterminated quoted identifier"},
    {"u&\"", read_quoted, '"', true, false, false, "unterminated quoted identifier"},
};

bool
ray_lexeme_begin(struct ray_lexeme *lexeme, const char *text, size_t length)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        size_t opening = strlen(kinds[i].opening);
        const char *tag_end;

        if (length < opening || strncasecmp(text, kinds[i].opening, opening) != 0)
            continue;
        *lexeme = (struct ray_lexeme){.kind = &kinds[i],
                                      .unterminated = kinds[i].unterminated,
                                      .at = opening,
                                      .depth = 1};
        if (kinds[i].read != read_dollar)
            return true;
        tag_end = memchr(text + 1, '$', length - 1);
        if (tag_end == NULL)
            return false;
        lexeme->tag = (size_t)(tag_end + 1 - text);
        lexeme->at = lexeme->tag;
        return true;
    }
    return false;
}

bool
ray_lexeme_read(struct ray_lexeme *lexeme, const char *text, size_t length, bool eof)
{
    return lexeme->kind->read(lexeme, text, length, eof);
}

static bool
read_comment(struct ray_lexeme *lexeme, const char *text, size_t length, bool eof)
{
    (void)eof;
    while (lexeme->at + 1 < length) {
        const char *at = text + lexeme->at;

        if (at[0] == '/' && at[1] == '*') {
            lexeme->depth++;
            lexeme->at += 2;
        } else if (at[0] == '*' && at[1] == '/') {
            lexeme->depth--;
            lexeme->at += 2;
        } else {
            lexeme->at++;
        }
        if (lexeme->depth == 0) {
            lexeme->end = lexeme->at;
            return true;
        }
    }
    return false;
}

static bool
read_dollar(struct ray_lexeme *lexeme, const char *text, size_t length, bool eof)
{
    const char *found = memmem(text + lexeme->at, length - lexeme->at, text, lexeme->tag);

    (void)eof;
    if (found == NULL) {
        if (length - lexeme->at >= lexeme->tag)
            lexeme->at = length - lexeme->tag + 1;
        return false;
    }
    lexeme->end = (size_t)(found - text) + lexeme->tag;
    return true;
}

enum answer { NO, YES, UNSURE };

/* Does a string whose quote was closed before *at go on? If so, *at is set behind its next opening
 * quote. Notes a comment on the way. */
static enum answer
continues(const char *text, size_t *at, size_t length, bool *commented)
{
    bool newline = false;
    size_t i = *at;

    *commented = false;
    for (; i < length; i++) {
        if (text[i] == '\n' || text[i] == '\r') {
            newline = true;
        } else if (text[i] == '-') {
            if (i + 1 == length)
                return UNSURE;
            if (text[i + 1] != '-')
                return NO;
            *commented = true;
            while (i + 1 < length && text[i + 1] != '\n' && text[i + 1] != '\r')
                i++;
        } else if (text[i] == '\'' && newline) {
            *at = i + 1;
            return YES;
        } else if (text[i] != ' ' && text[i] != '\t' && text[i] != '\f') {
            return NO;
        }
    }
    return UNSURE;
}

/* The next closing quote, or NULL; moves lexeme->at to it, or behind what is none. */
static const char *
find_quote(struct ray_lexeme *lexeme, const char *text, size_t length)
{
    const char quote = lexeme->kind->quote;
    const char *found;

    if (!lexeme->kind->escapes) {
        found = memchr(text + lexeme->at, quote, length - lexeme->at);
        lexeme->at = found == NULL ? length : (size_t)(found - text);
        return found;
    }
    for (; lexeme->at < length; lexeme->at++) {
        if (text[lexeme->at] == quote)
            return text + lexeme->at;
        if (text[lexeme->at] == '\\')
            lexeme->at++; /* perhaps over a character that is still to come */
    }
    return NULL;
}

static bool
read_quoted(struct ray_lexeme *lexeme, const char *text, size_t length, bool eof)
{
    while (find_quote(lexeme, text, length) != NULL) {
        size_t at = lexeme->at + 1;
        enum answer answer = NO;
        bool commented = false;

        if (at == length && !eof)
            return false;
        if (lexeme->kind->doubled && at < length && text[at] == lexeme->kind->quote) {
            lexeme->at = at + 1;
            continue;
        }
        lexeme->end = at;
        if (lexeme->kind->continues)
            answer = continues(text, &at, length, &commented);
        if (answer == UNSURE && !eof)
            return false;
        if (answer != YES)
            return true;
        lexeme->commented = lexeme->commented || commented;
        lexeme->at = at;
    }
    return false;
}

bool
ray_lexeme_is_commented(const char *text, size_t at, size_t length)
{
    while (at < length && strchr(" \t\f\r\n", text[at]) != NULL)
        at++;
    return at + 1 < length && text[at] == '-' && text[at + 1] == '-';
}

/* Behind digits that may have single underscores between them, or at `at` where there are none. */
static size_t
behind_digits(const char *text, size_t at, size_t length, const char *digits)
{
    while (at < length && text[at] != '\0' && strchr(digits, text[at]) != NULL) {
        at++;
        if (at + 1 < length && text[at] == '_' && strchr(digits, text[at + 1]) != NULL)
            at++;
    }
    return at;
}

static size_t
behind_decimal(const char *text, size_t length)
{
    static const char decimal[] = "0123456789";
    size_t at = behind_digits(text, 0, length, decimal);
    size_t exponent;

    if (at < length && text[at] == '.' && !(at + 1 < length && text[at + 1] == '.'))
        at = behind_digits(text, at + 1, length, decimal);
    if (at >= length || (text[at] != 'e' && text[at] != 'E'))
        return at;
    exponent = at + 1;
    if (exponent < length && (text[exponent] == '+' || text[exponent] == '-'))
        exponent++;
    at = behind_digits(text, exponent, length, decimal);
    return at == exponent ? 0 : at;
}

/* True where a number that ends at `at` runs into a letter: junk, by the rules of any version. */
static bool
is_junk(const char *text, size_t at, size_t length)
{
    return at < length &&
           (isalnum((unsigned char)text[at]) || text[at] == '_' || (text[at] & 0x80) != 0);
}

size_t
ray_number_end(const char *text, size_t length)
{
    static const struct {
        const char *prefix;
        const char *digits;
    } bases[] = {{"0x", "0123456789abcdefABCDEF"}, {"0o", "01234567"}, {"0b", "01"}};
    size_t end;

    for (size_t i = 0; i < sizeof(bases) / sizeof(bases[0]); i++) {
        size_t first = length > 2 && text[2] == '_' ? 3 : 2;

        if (length <= first || strncasecmp(text, bases[i].prefix, 2) != 0)
            continue;
        end = behind_digits(text, first, length, bases[i].digits);
        return end == first || is_junk(text, end, length) ? 0 : end;
    }
    end = behind_decimal(text, length);
    return is_junk(text, end, length) ? 0 : end;
}
