/*
 * Writing DDL: the one renderer. A kind's `create` appends statements here; names are quoted only where
 * they must be, as PostgreSQL's quote_ident does it, and everything is indented by four spaces.
 */
#ifndef RAY_CATALOG_DDL_H
#define RAY_CATALOG_DDL_H

#include "base/buf.h"
#include "catalog/object.h"

struct ray_ddl_statement {
    const char *sql; /* without the semicolon */
    const struct ray_object *object;
};

struct ray_ddl {
    struct ray_arena *arena;
    const struct ray_catalog *catalog; /* of the objects written */
    const struct ray_catalog *from;    /* in a plan, what is there before it; else NULL */
    struct ray_buf buf;                /* the statement being written */
    RAY_VEC(struct ray_ddl_statement) statements;
};

void ray_ddl_init(struct ray_ddl *ddl, struct ray_arena *arena, const struct ray_catalog *catalog);

/* Begins a statement: write it into the buffer given, then end it. */
struct ray_buf *ray_ddl_begin(struct ray_ddl *ddl);
void ray_ddl_end(struct ray_ddl *ddl, const struct ray_object *object);

/* A whole statement at once. */
void ray_ddl_add(struct ray_ddl *ddl, const struct ray_object *object, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* All statements of an object: CREATE, then owner, comment, labels and grants; also those of the parts
 * that are folded into it (`marked`). An object that an extension or a whole makes has only the latter. */
void ray_ddl_create(struct ray_ddl *ddl, const struct ray_object *object);

/* Owner, comment, labels and grants of one object. */
void ray_ddl_facts(struct ray_ddl *ddl, const struct ray_object *object);

/* ddl_acl.c: GRANT and REVOKE from the acl that the object has when it is made to its own. */
void ray_ddl_acl(struct ray_ddl *ddl, const struct ray_object *object);

/* The statements that take it away, and those that turn `from` into `to` where `differs` says so (by index in
 * values): the kind's own, then owner, comment, labels and grants. */
void ray_ddl_drop(struct ray_ddl *ddl, const struct ray_object *object);
void ray_ddl_alter(struct ray_ddl *ddl, const struct ray_object *from, const struct ray_object *to,
                   const bool *differs);

/* Takes back what was said of an object that stays: comment, labels, grants. */
void ray_ddl_revert(struct ray_ddl *ddl, const struct ray_object *object);

/* ddl_acl.c: likewise for the grants alone. */
void ray_ddl_acl_change(struct ray_ddl *ddl, const struct ray_object *from,
                        const struct ray_object *to);

/* "TABLE public.users", "COLUMN public.users.email": as COMMENT ON and DROP want it. */
void ray_ddl_target(struct ray_buf *buf, const struct ray_object *object);

/* The keyword of the object in DDL: "MATERIALIZED VIEW". */
const char *ray_ddl_keyword(const struct ray_object *object);

/* Names, quoted where they must be. */
void ray_ddl_name(struct ray_buf *buf, const char *name);
void ray_ddl_qualified(struct ray_buf *buf, const struct ray_object *object); /* schema.name */
void ray_ddl_owner_name(struct ray_buf *buf, const struct ray_object *part);  /* schema.parent */

/* Each part of a dotted name, quoted where it must be: a custom setting. */
void ray_ddl_dotted(struct ray_buf *buf, const char *name);
/* "SET search_path TO a, b" of "search_path=a, b", as functions, roles and databases keep it. */
void ray_ddl_setting(struct ray_buf *buf, const char *setting);

/* Targets of parts: "name ON schema.table" and "schema.table.column". */
void ray_ddl_part_on(struct ray_buf *buf, const struct ray_object *part);
void ray_ddl_part_of(struct ray_buf *buf, const struct ray_object *part);

/* A list of names: "a, b". */
void ray_ddl_names(struct ray_buf *buf, const char *list);
/* A list of texts as they are: "a, b". */
void ray_ddl_items(struct ray_buf *buf, const char *list);
/* Likewise elements of an index's key, an expression in one pair of parentheses: the server prints two. */
void ray_ddl_elements(struct ray_buf *buf, const char *list);
/* Storage parameters, a list of "name=value": "fillfactor=70, ..."; values are quoted where they must be. */
void ray_ddl_options(struct ray_buf *buf, const char *list);
/* Options of foreign objects, likewise: "host 'x', port '1'". */
void ray_ddl_foreign_options(struct ray_buf *buf, const char *list);
/* " OPTIONS (host 'x')"; nothing for NULL. */
void ray_ddl_foreign_clause(struct ray_buf *buf, const char *list);
/* A text in dollar quotes: $$ where the text does not hold it, else a tag that it does not. */
void ray_ddl_dollar_quoted(struct ray_buf *buf, const char *text);
/* True of a setting that holds a list: its value is stored as it is written, items quoted. */
bool ray_ddl_is_list_setting(const char *name);
/* That value as SET takes it: an empty name is not one. */
const char *ray_ddl_setting_list(struct ray_arena *arena, const char *value);

#endif
