/*
 * Lua source as a tree, printed so that a line holds what fits into 100 columns and is broken where a person
 * would break it: a table one entry a line, a chain of methods one a line, a text behind \z. What the words
 * mean is not known here. Nodes live in the arena and are made once; a node may stand in one place alone.
 */
#ifndef RAY_PULL_WRITER_H
#define RAY_PULL_WRITER_H

#include "base/buf.h"

#include <stdbool.h>

struct ray_expr;

/* A name that is known only when all that uses it is known: what a handle is called. */
struct ray_expr_ref {
    const char *text;
};

struct ray_expr *ray_expr_word(struct ray_arena *arena, const char *text); /* as it stands */
struct ray_expr *ray_expr_text(struct ray_arena *arena, const char *text); /* a string */
/* Likewise, but a blank outside of quotes may become a line break: SQL. */
struct ray_expr *ray_expr_sql(struct ray_arena *arena, const char *text);
/* A name and what follows it: users, users.id; behind NULL: nothing. */
struct ray_expr *ray_expr_use(struct ray_arena *arena, const struct ray_expr_ref *ref,
                              const char *behind);

/* How a table is broken that does not fit into its line. */
enum ray_expr_layout {
    RAY_EXPR_FILLED, /* texts of its list as many a line as there is room for */
    RAY_EXPR_LINES,  /* one entry a line */
    RAY_EXPR_OPEN,   /* likewise, even where it would fit */
};
struct ray_expr *ray_expr_table(struct ray_arena *arena, enum ray_expr_layout layout);
void ray_expr_put(struct ray_expr *table, const char *key,
                  struct ray_expr *value); /* key NULL: the next in the list */
void ray_expr_put_at(struct ray_expr *table, int place, struct ray_expr *value);
bool ray_expr_is_empty(const struct ray_expr *table);
bool ray_expr_has_only(const struct ray_expr *table, const char *key);
struct ray_expr *ray_expr_sole(
    struct ray_expr *table); /* its entry where it has just one, else it */

/* head(args). One argument that is a text or a table stands without parentheses. */
struct ray_expr *ray_expr_call(struct ray_arena *arena, struct ray_expr *head);
void ray_expr_argument(struct ray_expr *call, struct ray_expr *value);

/* head :name(args) :name(args). Each method gives its call, for ray_expr_argument. */
struct ray_expr *ray_expr_chain(struct ray_arena *arena, struct ray_expr *head);
struct ray_expr *ray_expr_method(struct ray_arena *arena, struct ray_expr *chain, const char *name);

/* Appends the node at the end of what the buffer holds; continuation lines are indented by two more. */
void ray_expr_print(struct ray_buf *buf, const struct ray_expr *node);

/* Likewise inside of a block that is indented so far. */
void ray_expr_print_in(struct ray_buf *buf, const struct ray_expr *node, int indent);

/* A text as a quoted string on one line. */
void ray_expr_quote(struct ray_buf *buf, const char *text);

/* True where the text can be a name or a field: not a keyword. */
bool ray_expr_is_name(const char *text);

#endif
