/* ALTER SEQUENCE: every option has a word for its default but START and the bounds, which it has none for. */
#include "catalog/kind.h"
#include "kind/alter.h"

#include <string.h>

/* The lower and upper bound as the server chooses them: what `minimum` and `maximum` are NULL for. */
static const char *
first_of(const struct ray_object *sequence)
{
    const char *increment = ray_object_get(sequence, "increment");
    bool down = increment != NULL && increment[0] == '-';
    const char *bound = ray_object_get(sequence, down ? "maximum" : "minimum");

    return bound != NULL ? bound : down ? "-1" : "1";
}

bool
ray_sequence_alter_to(struct ray_ddl *ddl, const struct ray_object *from,
                      const struct ray_object *to, const bool *differs)
{
    static const struct {
        const char *attribute;
        const char *words;
        const char *otherwise;
    } options[] = {
        {"type", "AS ", "AS bigint"},
        {"increment", "INCREMENT BY ", "INCREMENT BY 1"},
        {"minimum", "MINVALUE ", "NO MINVALUE"},
        {"maximum", "MAXVALUE ", "NO MAXVALUE"},
        {"start", "START WITH ", NULL},
        {"cache", "CACHE ", "CACHE 1"},
        {"cycle", NULL, "NO CYCLE"},
        {"owned_by", "OWNED BY ", "OWNED BY NONE"},
    };
    struct ray_buf *buf = ray_ddl_begin(ddl);
    size_t length;

    (void)from;
    if (ray_differs(to, differs, "identity") || ray_differs(to, differs, "unlogged"))
        return false;
    ray_buf_add(buf, "ALTER SEQUENCE ");
    ray_ddl_qualified(buf, to);
    length = buf->len;
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        const char *value = ray_object_get(to, options[i].attribute);

        if (!ray_differs(to, differs, options[i].attribute))
            continue;
        if (value == NULL && options[i].otherwise == NULL)
            ray_buf_addf(buf, " START WITH %s", first_of(to));
        else if (value == NULL)
            ray_buf_addf(buf, " %s", options[i].otherwise);
        else if (options[i].words == NULL)
            ray_buf_add(buf, " CYCLE");
        else
            ray_buf_addf(buf, " %s%s", options[i].words, value);
    }
    if (buf->len > length)
        ray_ddl_end(ddl, to);
    return true;
}
