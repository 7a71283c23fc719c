/* The files of a pull: which object goes to which, their order, the handles, and what is printed around the statements. */
#ifndef RAY_PULL_FILES_H
#define RAY_PULL_FILES_H

#include "base/map.h"
#include "pull/pull_internal.h"

struct ray_pull_statement {
    struct ray_expr *expr;
    const struct ray_object *object;
    bool first; /* of its object: the one that gives the handle */
};

struct ray_pull_import {
    const struct ray_pull_file *file;
    struct ray_expr_ref ref;
};

/* An object of another file that is used here by its handle. */
struct ray_pull_foreign {
    const struct ray_object *object;
    struct ray_pull_import *import;
    struct ray_expr_ref ref;
};

struct ray_pull_file {
    const char *path;
    const char *module; /* NULL: cannot be required */
    const char *base;   /* of its name: what its import is called */
    const char *schema; /* NULL: of the database */
    size_t rank;        /* only files of a lower one may be required */
    bool single;        /* of one table: gives its handle and nothing else */
    bool required;
    bool declares_schema; /* the statement of the schema is here */
    struct ray_expr_ref schema_handle;
    bool uses_schema;
    RAY_VEC(struct ray_pull_statement) statements;
    RAY_VEC(struct ray_pull_import *) imports;
    RAY_VEC(struct ray_pull_foreign *) foreigners;
    struct ray_map foreign_by_key;
    ray_objects handles; /* used ones, in order of their statements */
};

/* place.c: gives every object its file and its turn; the wholes in order. */
ray_objects ray_pull_place_all(struct ray_pull *pull);

/* print.c: names all handles, then prints. */
void ray_pull_print(struct ray_pull *pull, ray_pull_texts *out);

#endif
