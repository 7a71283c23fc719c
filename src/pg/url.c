/* Connection strings: see url.h. libpq parses them; what it cannot parse is never echoed. */
#include "pg/url.h"

#include "base/buf.h"

#include <libpq-fe.h>
#include <string.h>

static PQconninfoOption *
parse(const char *url)
{
    char *error = NULL;
    PQconninfoOption *options;

    if (url == NULL || url[0] == '\0')
        return PQconndefaults();
    options = PQconninfoParse(url, &error);
    PQfreemem(error);
    return options;
}

/* The value of a keyword; for what a string leaves out, the environment's or libpq's default. */
static const char *
value_of(const PQconninfoOption *options, const char *keyword)
{
    for (; options != NULL && options->keyword != NULL; options++)
        if (strcmp(options->keyword, keyword) == 0)
            return options->val != NULL && options->val[0] != '\0' ? options->val : NULL;
    return NULL;
}

const char *
ray_url_redacted(struct ray_arena *arena, const char *url)
{
    PQconninfoOption *options = parse(url);
    PQconninfoOption *defaults = PQconndefaults();
    const char *keys[] = {"dbname", "host", "port", "user"};
    const char *values[4];
    const char *text;

    for (size_t i = 0; i < 4; i++) {
        values[i] = value_of(options, keys[i]);
        if (values[i] == NULL)
            values[i] = value_of(defaults, keys[i]);
    }
    if (options == NULL)
        text = "the given connection string";
    else
        text = ray_arena_printf(arena, "database \"%s\" on %s:%s as \"%s\"",
                                values[0] != NULL   ? values[0]
                                : values[3] != NULL ? values[3]
                                                    : "",
                                values[1] != NULL ? values[1] : "the local socket",
                                values[2] != NULL ? values[2] : "5432",
                                values[3] != NULL ? values[3] : "");
    PQconninfoFree(options);
    PQconninfoFree(defaults);
    return text;
}

static const char *
blot(struct ray_arena *arena, const char *text, const char *secret)
{
    struct ray_buf buf;
    const char *hit;

    if (secret == NULL || secret[0] == '\0' || strstr(text, secret) == NULL)
        return text;
    ray_buf_init(&buf, arena);
    while ((hit = strstr(text, secret)) != NULL) {
        ray_buf_addn(&buf, text, (size_t)(hit - text));
        ray_buf_add(&buf, "***");
        text = hit + strlen(secret);
    }
    ray_buf_add(&buf, text);
    return buf.data;
}

const char *
ray_url_scrub(struct ray_arena *arena, const char *url, const char *text)
{
    PQconninfoOption *options = parse(url);

    text = blot(arena, text, url);
    text = blot(arena, text, value_of(options, "password"));
    PQconninfoFree(options);
    return text;
}
