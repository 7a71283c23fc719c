/*
 * Quoting: see quote.h. client_encoding is always UTF8, where no byte of a multibyte character can be
 * mistaken for a quote, so doubling is complete and needs no connection.
 */
#include "pg/quote.h"

#include <string.h>

static void
add_doubled(struct ray_buf *buf, const char *text, char quote)
{
    for (; *text != '\0'; text++) {
        if (*text == quote)
            ray_buf_addc(buf, quote);
        ray_buf_addc(buf, *text);
    }
}

void
ray_buf_ident(struct ray_buf *buf, const char *name)
{
    ray_buf_addc(buf, '"');
    add_doubled(buf, name, '"');
    ray_buf_addc(buf, '"');
}

void
ray_buf_literal(struct ray_buf *buf, const char *value)
{
    if (strchr(value, '\\') == NULL) {
        ray_buf_addc(buf, '\'');
        add_doubled(buf, value, '\'');
    } else {
        /* Right under both settings of standard_conforming_strings. */
        ray_buf_add(buf, "E'");
        for (; *value != '\0'; value++) {
            if (*value == '\'' || *value == '\\')
                ray_buf_addc(buf, *value);
            ray_buf_addc(buf, *value);
        }
    }
    ray_buf_addc(buf, '\'');
}

void
ray_buf_qualified(struct ray_buf *buf, const char *schema, const char *name)
{
    ray_buf_ident(buf, schema);
    ray_buf_addc(buf, '.');
    ray_buf_ident(buf, name);
}

char *
ray_quote_ident(struct ray_arena *arena, const char *name)
{
    struct ray_buf buf;

    ray_buf_init(&buf, arena);
    ray_buf_ident(&buf, name);
    return buf.data;
}

char *
ray_quote_literal(struct ray_arena *arena, const char *value)
{
    struct ray_buf buf;

    ray_buf_init(&buf, arena);
    ray_buf_literal(&buf, value);
    return buf.data;
}
