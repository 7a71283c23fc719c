/*
 * Passwords out of printed text: see scrub.h. Who knows a password never hands it on (pg/url.c); this
 * finds those that nobody knew of: in the line of raymig.lua that an error points at, in a statement that
 * failed, in what a server or a library said. It would rather blot out a word too many.
 */
#include "base/scrub.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

/* Turns the characters in [from, to) into asterisks; gives the end of them. */
static char *
blot(char *from, const char *to)
{
    char *out = from;

    for (const char *in = from; in < to; in++)
        if (((unsigned char)*in & 0xc0) != 0x80)
            *out++ = '*';
    if (out < to)
        memmove(out, to, strlen(to) + 1);
    return out;
}

/* Behind "://": everything between the first colon and the last @ of the word is a password. */
static char *
scrub_url(char *text)
{
    char *end = text + strcspn(text, " \t\r\n\"'`<>");
    char *at = NULL;
    char *colon = memchr(text, ':', (size_t)(end - text));

    for (char *c = text; c < end; c++)
        if (*c == '@')
            at = c;
    return at != NULL && colon != NULL && colon < at ? blot(colon + 1, at) : text;
}

/* The end of a quoted value that begins behind its quote: doubled quotes and backslashes belong to it. */
static char *
quoted_end(char *text, char quote)
{
    while (*text != '\0') {
        if (*text == quote && text[1] != quote)
            break;
        text += (*text == quote || *text == '\\') && text[1] != '\0' ? 2 : 1;
    }
    return text;
}

/* A literal inside of another one: ''VALUE'' in SQL, \'VALUE\' in Lua, $tag$VALUE$tag$ in either. Its end, and
 * in *begin where the value begins; NULL where there is none. */
static char *
nested_end(char *text, char **begin)
{
    size_t length = 2;
    char *end;

    if (*text == '$') {
        length = strcspn(text + 1, "$ \t\r\n'\";") + 2;
        if (text[length - 1] != '$')
            return NULL;
    } else if (text[0] == '\0' || text[1] != '\'' || (*text != '\'' && *text != '\\') ||
               strchr(" \t\r\n;,)", text[2]) != NULL) {
        return NULL; /* '' before a blank, or at the end: no password */
    }
    *begin = text + length;
    end = *begin;
    while (*end != '\0' && strncmp(end, text, length) != 0)
        end++;
    return end;
}

/* Behind the word "password": its value, if one follows. */
static char *
scrub_value(char *text)
{
    char *at = text;
    bool named = (*at == '"' || *at == '\'') && strchr("=:] ", at[1]) != NULL && at[1] != '\0';
    char *begin;
    char *end;
    bool tight;
    bool assigned;

    at += named ? 1 : 0;
    at += named && *at == ']' ? 1 : 0;
    tight = *at == '=';
    at += strspn(at, " \t");
    assigned = *at == '=' || (named && *at == ':');
    if (assigned) {
        at++;
        at += strspn(at, " \t");
    }
    if ((*at == 'E' || *at == 'e') && at[1] == '\'')
        at++;
    end = named ? NULL : nested_end(at, &begin);
    if (end != NULL)
        return blot(begin, end);
    if ((*at == '\'' && !(named && !assigned)) || (*at == '"' && assigned))
        return blot(at + 1, quoted_end(at + 1, *at));
    if (tight)
        return blot(at, at + strcspn(at, " \t\r\n&,;\"'"));
    return text;
}

void
ray_scrub(char *text)
{
    static const char word[] = "password";

    while (*text != '\0') {
        if (strncmp(text, "://", 3) == 0)
            text = scrub_url(text + 3);
        else if (strncasecmp(text, word, sizeof(word) - 1) == 0)
            text = scrub_value(text + sizeof(word) - 1);
        else
            text++;
    }
}
