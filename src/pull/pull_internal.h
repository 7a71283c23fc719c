/*
 * What the files of the room share: the state of one pull. Each object that is no part of another is a statement, or
 * a few, in one file; what stands in the statement of another (the sequence of a serial) has none.
 *
 * A handle is a Lua local that holds what a declaration gave. It can be used behind its statement, and in files
 * of a later place; ray_pull_handle() says so, and remembers that it is used. All else is named by text.
 */
#ifndef RAY_PULL_PULL_INTERNAL_H
#define RAY_PULL_PULL_INTERNAL_H

#include "base/map.h"
#include "catalog/kind.h"
#include "catalog/list.h"
#include "pull/pull.h"
#include "pull/writer.h"

struct ray_pull_file;

/* Of an object, by its index in the catalog. */
struct ray_pull_place {
    struct ray_pull_file *file;
    size_t turn;                /* place of its statement among all; of wholes only */
    struct ray_expr_ref handle; /* its name in its own file, set when all is known */
    bool used;                  /* the handle is */
    bool exported;              /* by another file */
    bool absorbed;              /* said by another's statement: has none of its own */
    bool only;                  /* an index of a partitioned table that some partitions lack */
    bool typed; /* a view that something in front of it needs: its columns have types */
    const struct ray_object *serial; /* of a column: the sequence that makes it a serial */
};

struct ray_pull {
    struct ray_arena *arena;
    struct ray_arena *scratch; /* emptied between two objects */
    const struct ray_catalog *catalog;
    const struct ray_pull_options *options;
    struct ray_pull_place *places;
    struct ray_map types;     /* "public.mood" -> object */
    struct ray_map functions; /* "public.touch" -> the one without arguments */
    struct ray_map names;     /* of relations and constraints: how many have it */
    RAY_VEC(struct ray_pull_file *) files;

    bool named; /* names are said, also those that PostgreSQL would choose */

    /* The statement being built. */
    struct ray_pull_file *file;
    const struct ray_object *whole;
};

/* The same pull, whose functions then leave nothing behind: for those that only answer. */
static inline struct ray_pull
ray_pull_in_scratch(const struct ray_pull *pull)
{
    struct ray_pull answering = *pull;

    answering.arena = pull->scratch;
    return answering;
}

static inline struct ray_pull_place *
ray_pull_place(const struct ray_pull *pull, const struct ray_object *object)
{
    return &pull->places[object->index];
}

/* ---------------------------------------------------------------- pull.c */

/* The handle of an object that is declared before the present statement; NULL: it is named by text. */
const struct ray_expr_ref *ray_pull_handle(struct ray_pull *pull, const struct ray_object *object);

/* Adds a statement for the present object: `local x = ` is put before the first one where x is used. */
void ray_pull_add(struct ray_pull *pull, struct ray_expr *statement);

/* ---------------------------------------------------------------- implicit.c */

/* Finds what need not be said: before any statement is built. */
void ray_pull_imply(struct ray_pull *pull);

/* The name, or NULL where PostgreSQL would choose the same. */
const char *ray_pull_given_name(struct ray_pull *pull, const struct ray_object *object);

/* The column that a check is about; NULL: there are several, or none. */
const struct ray_object *ray_pull_check_column(const struct ray_object *check);

/* ---------------------------------------------------------------- name.c */

/* The kind of that name, "table"; is the object of it? */
bool ray_pull_is(const struct ray_object *object, const char *kind);

/* "users", "billing.accounts": as the present statement names it. */
struct ray_expr *ray_pull_name(struct ray_pull *pull, const char *sql);
/* A relation or a routine by its handle, else by name; pg.external where it is not declared here. */
struct ray_expr *ray_pull_relation(struct ray_pull *pull, const char *sql);
struct ray_expr *ray_pull_routine_name(struct ray_pull *pull, const char *sql);

/* What a column is called in Lua, and a list of columns by their names in the database. */
const char *ray_pull_column_name(const struct ray_pull *pull, const struct ray_object *table,
                                 const char *column);
/* Likewise, where it is named in a list. */
const char *ray_pull_listed_name(const struct ray_pull *pull, const struct ray_object *table,
                                 const char *column);
struct ray_expr *ray_pull_columns(struct ray_pull *pull, const struct ray_object *table,
                                  const char *list);

bool ray_pull_column_is_exact(const struct ray_pull *pull, const char *name, const char *column);
/* ".id", ".columns.comment": a column of a handle. */
const char *ray_pull_field(const struct ray_pull *pull, const char *name);

/* "pg.table", "billing.table": a function for the present object. In files.c. */
struct ray_expr *ray_pull_function(struct ray_pull *pull, const char *name);

/* ---------------------------------------------------------------- value.c */

struct ray_expr *ray_pull_sql(struct ray_pull *pull, const char *text); /* pg.sql "..." */
struct ray_expr *ray_pull_list(struct ray_pull *pull, const char *list);
struct ray_expr *ray_pull_options(struct ray_pull *pull, const char *list); /* name=value */
struct ray_expr *ray_pull_number(struct ray_pull *pull,
                                 const char *text); /* a text where it is none */

/* A default of a type (as format_type has it): a value where it comes back equal, else pg.sql. */
struct ray_expr *ray_pull_default(struct ray_pull *pull, const char *text, const char *type);

/* How attributes become the keys of a table. */
enum ray_pull_as {
    RAY_PULL_END,
    RAY_PULL_TEXT,
    RAY_PULL_NUMBER,
    RAY_PULL_FLAG,
    RAY_PULL_LIST,
    RAY_PULL_COLUMNS, /* names of columns of the object's table */
    RAY_PULL_OPTIONS,
    RAY_PULL_RELATION, /* another, by name */
    RAY_PULL_ROUTINE,
    RAY_PULL_COLUMN, /* one of another relation, by name: "users.id" */
    RAY_PULL_SQL,    /* an expression, without the parentheses around it */
};
struct ray_pull_key {
    const char *attribute;
    const char *key; /* NULL: called as the attribute */
    enum ray_pull_as as;
};
void ray_pull_keys(struct ray_pull *pull, struct ray_expr *table, const struct ray_object *object,
                   const struct ray_pull_key *keys);

/* comment, owner, grants, labels. */
void ray_pull_common(struct ray_pull *pull, struct ray_expr *table,
                     const struct ray_object *object);
bool ray_pull_has_common(const struct ray_object *object); /* any of them */

/* ---------------------------------------------------------------- grant.c */

/* The list of grants of the object; empty where they are the default. */
struct ray_expr *ray_pull_grants(struct ray_pull *pull, const struct ray_object *object);
/* Likewise as methods of a chain. */
void ray_pull_grant_methods(struct ray_pull *pull, struct ray_expr *chain,
                            const struct ray_object *object);

/* ---------------------------------------------------------------- the kinds */

/* pg.text, mood: what stands before a column's name. `array`: :array() follows. NULL: only pg.column can say it. */
struct ray_expr *ray_pull_type(struct ray_pull *pull, const char *type, bool *array);

/* What of a table a column says by itself; what is used is set to NULL by nobody else. */
struct ray_pull_column {
    const struct ray_object *column;
    const struct ray_object *standard; /* its default */
    const struct ray_object *key;      /* inline: primary key, unique, check, foreign key */
    const struct ray_object *unique;
    const struct ray_object *check;
    const struct ray_object *reference;
    const struct ray_object *base; /* the parent's column, where this one is inherited */
    bool in_key;                   /* some primary key has it */
    bool unset;                    /* a parent's column has a default, this one has none */
};
struct ray_expr *ray_pull_column_expr(struct ray_pull *pull, const struct ray_pull_column *facts);
/* "C", or pg.sql where the collation stands in a schema. */
struct ray_expr *ray_pull_collation(struct ray_pull *pull, const char *text);
/* Of a view's column only what is said of it: pg.column "id" :comment "...". */
struct ray_expr *ray_pull_view_column(struct ray_pull *pull, const struct ray_pull_column *facts);
bool ray_pull_view_column_speaks(const struct ray_pull_column *facts);
/* True where an inherited column differs from its parent's. */
bool ray_pull_column_speaks(const struct ray_pull_column *facts);

/* True where the constraint can be said by a column's method. */
bool ray_pull_may_inline(struct ray_pull *pull, const struct ray_object *constraint);
void ray_pull_inline(struct ray_pull *pull, struct ray_expr *chain,
                     const struct ray_object *constraint);
/* The constraint, index, trigger, policy or rule in a table's list. With `on`: outside of one. */
struct ray_expr *ray_pull_constraint(struct ray_pull *pull, const struct ray_object *constraint);
struct ray_expr *ray_pull_index(struct ray_pull *pull, const struct ray_object *index, bool on);
struct ray_expr *ray_pull_trigger(struct ray_pull *pull, const struct ray_object *trigger, bool on);
struct ray_expr *ray_pull_policy(struct ray_pull *pull, const struct ray_object *policy, bool on);
struct ray_expr *ray_pull_rule(struct ray_pull *pull, const struct ray_object *rule, bool on);

/* An element of an index or exclusion. */
struct ray_expr *ray_pull_element(struct ray_pull *pull, const struct ray_object *table,
                                  const char *text);

/* pg.enum "mood" { ... }: one more statement. */
void ray_pull_declare(struct ray_pull *pull, const char *function, const struct ray_object *object,
                      struct ray_expr *body);

/* All statements of an object that is no part of another. */
void ray_pull_object(struct ray_pull *pull, const struct ray_object *object);
void ray_pull_generic(struct ray_pull *pull, const struct ray_object *object);
void ray_pull_table(struct ray_pull *pull, const struct ray_object *table);
void ray_pull_view(struct ray_pull *pull, const struct ray_object *view);
void ray_pull_routine(struct ray_pull *pull, const struct ray_object *routine);
void ray_pull_schema(struct ray_pull *pull, const struct ray_object *schema);
void ray_pull_enum(struct ray_pull *pull, const struct ray_object *type);
void ray_pull_composite(struct ray_pull *pull, const struct ray_object *type);
void ray_pull_statistics(struct ray_pull *pull, const struct ray_object *statistics);
void ray_pull_publication(struct ray_pull *pull, const struct ray_object *publication);
void ray_pull_default_privileges(struct ray_pull *pull, const struct ray_object *privileges);
void ray_pull_domain(struct ray_pull *pull, const struct ray_object *domain);

#endif
