/* "(INPUT = f, OUTPUT = g, PASSEDBYVALUE)": definition lists, as types, operators, collations and others have them. */
#ifndef RAY_CATALOG_DEFINITION_H
#define RAY_CATALOG_DEFINITION_H

#include "catalog/ddl.h"

enum ray_definition_style {
    RAY_DEFINE_SQL,     /* WORD = value */
    RAY_DEFINE_LITERAL, /* WORD = 'value' */
    RAY_DEFINE_NAME,    /* WORD = "value" */
    RAY_DEFINE_FLAG,    /* WORD */
};

struct ray_definition {
    size_t attribute;
    const char *word;
    enum ray_definition_style style;
};

/* Those that the object has, a line each, in parentheses. */
void ray_ddl_definition(struct ray_buf *buf, const struct ray_object *object,
                        const struct ray_definition *words, size_t count);

#endif
