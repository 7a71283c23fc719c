/* Definition lists: see definition.h. */
#include "catalog/definition.h"

#include "pg/quote.h"

static void
add_value(struct ray_buf *buf, const char *value, enum ray_definition_style style)
{
    if (style == RAY_DEFINE_FLAG)
        return;
    ray_buf_add(buf, " = ");
    if (style == RAY_DEFINE_LITERAL)
        ray_buf_literal(buf, value);
    else if (style == RAY_DEFINE_NAME)
        ray_ddl_name(buf, value);
    else
        ray_buf_add(buf, value);
}

void
ray_ddl_definition(struct ray_buf *buf, const struct ray_object *object,
                   const struct ray_definition *words, size_t count)
{
    bool first = true;

    ray_buf_add(buf, " (");
    for (size_t i = 0; i < count; i++) {
        const char *value = ray_object_value(object, words[i].attribute);

        if (value == NULL)
            continue;
        ray_buf_addf(buf, "%s\n    %s", first ? "" : ",", words[i].word);
        add_value(buf, value, words[i].style);
        first = false;
    }
    ray_buf_add(buf, "\n)");
}
