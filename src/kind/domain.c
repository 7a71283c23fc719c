/* Domains and their constraints; a constraint stands in CREATE DOMAIN unless it needs what needs the domain. */
#include "catalog/clause.h"
#include "catalog/ddl.h"
#include "catalog/kinds.h"
#include "kind/alter.h"
#include "pg/quote.h"

#include <string.h>

enum { TYPE, COLLATION, DEFAULT, NOT_NULL, NOT_NULL_NAME, NOT_NULL_COMMENT };

static const struct ray_attribute attributes[] = {
    [TYPE] = {"type", "format_type(t.typbasetype, t.typtypmod)", RAY_ATTRIBUTE_TEXT, false},
    [COLLATION] = {"collation",
                   "CASE WHEN t.typcollation <> b.typcollation"
                   " THEN t.typcollation::regcollation::text END",
                   RAY_ATTRIBUTE_TEXT, false},
    [DEFAULT] = {"default", "pg_get_expr(t.typdefaultbin, 'pg_type'::regclass)", RAY_ATTRIBUTE_TEXT,
                 false},
    [NOT_NULL] = {"not_null", "t.typnotnull", RAY_ATTRIBUTE_FLAG, false},
    /* A constraint from 17 on; the name that PostgreSQL gives needs no saying. */
    [NOT_NULL_NAME] = {"not_null_name",
                       "{17+ (SELECT NULLIF(con.conname, t.typname || '_not_null')"
                       " FROM pg_constraint con WHERE con.contypid = t.oid AND con.contype = 'n')}",
                       RAY_ATTRIBUTE_TEXT, false},
    [NOT_NULL_COMMENT] = {"not_null_comment",
                          "{17+ (SELECT obj_description(con.oid, 'pg_constraint')"
                          " FROM pg_constraint con WHERE con.contypid = t.oid"
                          " AND con.contype = 'n')}",
                          RAY_ATTRIBUTE_TEXT, false},
};

enum { EXPRESSION, NOT_VALID };

static const struct ray_attribute constraint_attributes[] = {
    [EXPRESSION] = {"expression", "pg_get_expr(con.conbin, 0)", RAY_ATTRIBUTE_TEXT, false},
    [NOT_VALID] = {"not_valid", "NOT con.convalidated", RAY_ATTRIBUTE_FLAG, false},
};

static void
add_constraint(struct ray_buf *buf, const struct ray_object *constraint)
{
    if (constraint->name[0] != '\0') {
        ray_buf_add(buf, "CONSTRAINT ");
        ray_ddl_name(buf, constraint->name);
        ray_buf_addc(buf, ' ');
    }
    ray_buf_addf(buf, "CHECK (%s)",
                 ray_clause_bare(buf->arena, ray_object_value(constraint, EXPRESSION)));
}

static void
write_not_null_comment(struct ray_ddl *ddl, const struct ray_object *domain)
{
    struct ray_buf *buf;

    if (!ray_object_is(domain, NOT_NULL_COMMENT))
        return;
    buf = ray_ddl_begin(ddl);
    ray_buf_add(buf, "COMMENT ON CONSTRAINT ");
    ray_ddl_name(buf, ray_object_is(domain, NOT_NULL_NAME)
                          ? ray_object_value(domain, NOT_NULL_NAME)
                          : ray_arena_printf(ddl->arena, "%s_not_null", domain->name));
    ray_buf_add(buf, " ON DOMAIN ");
    ray_ddl_qualified(buf, domain);
    ray_buf_add(buf, " IS ");
    ray_buf_literal(buf, ray_object_value(domain, NOT_NULL_COMMENT));
    ray_ddl_end(ddl, domain);
}

static void
create_constraint(struct ray_ddl *ddl, const struct ray_object *object)
{
    struct ray_buf *buf = ray_ddl_begin(ddl);

    ray_buf_add(buf, "ALTER DOMAIN ");
    ray_ddl_owner_name(buf, object);
    ray_buf_add(buf, " ADD ");
    add_constraint(buf, object);
    ray_buf_add(buf, ray_object_is(object, NOT_VALID) ? " NOT VALID" : "");
    ray_ddl_end(ddl, object);
}

static void
add_head(struct ray_buf *buf, const struct ray_object *object)
{
    ray_buf_add(buf, "CREATE DOMAIN ");
    ray_ddl_qualified(buf, object);
    ray_buf_addf(buf, " AS %s", ray_object_value(object, TYPE));
    if (ray_object_is(object, COLLATION))
        ray_buf_addf(buf, " COLLATE %s", ray_object_value(object, COLLATION));
}

static void
add_not_null(struct ray_buf *buf, const struct ray_object *object)
{
    if (ray_object_is(object, NOT_NULL_NAME)) {
        ray_buf_add(buf, " CONSTRAINT ");
        ray_ddl_name(buf, ray_object_value(object, NOT_NULL_NAME));
    }
    if (ray_object_is(object, NOT_NULL))
        ray_buf_add(buf, " NOT NULL");
}

/* In a circle: without a default, which may call a function that takes or gives the domain. */
static void
stub(struct ray_ddl *ddl, const struct ray_object *object)
{
    struct ray_buf *buf = ray_ddl_begin(ddl);

    add_head(buf, object);
    add_not_null(buf, object);
    ray_ddl_end(ddl, object);
}

/* The type, and no function. */
static bool
stub_needs(const struct ray_object *object, const struct ray_object *need)
{
    (void)object;
    return strcmp(need->kind->catalog, "pg_proc") != 0;
}

static void
complete(struct ray_ddl *ddl, const struct ray_object *object)
{
    struct ray_buf *buf;

    if (ray_object_is(object, DEFAULT)) {
        buf = ray_ddl_begin(ddl);
        ray_buf_add(buf, "ALTER DOMAIN ");
        ray_ddl_qualified(buf, object);
        ray_buf_addf(buf, " SET DEFAULT %s", ray_object_value(object, DEFAULT));
        ray_ddl_end(ddl, object);
    }
    for (size_t i = 0; i < object->parts.len; i++)
        if (object->parts.items[i]->marked)
            create_constraint(ddl, object->parts.items[i]);
}

static void
create(struct ray_ddl *ddl, const struct ray_object *object)
{
    struct ray_buf *buf;

    if (object->stubbed) {
        complete(ddl, object);
        write_not_null_comment(ddl, object);
        return;
    }
    buf = ray_ddl_begin(ddl);
    add_head(buf, object);
    if (ray_object_is(object, DEFAULT))
        ray_buf_addf(buf, " DEFAULT %s", ray_object_value(object, DEFAULT));
    add_not_null(buf, object);
    for (size_t i = 0; i < object->parts.len; i++)
        if (object->parts.items[i]->marked) {
            ray_buf_add(buf, "\n    ");
            add_constraint(buf, object->parts.items[i]);
        }
    ray_ddl_end(ddl, object);
    write_not_null_comment(ddl, object);
}

const struct ray_kind ray_kind_domain = {
    .name = "domain",
    .keyword = "DOMAIN",
    .catalog = "pg_type",
    .select = {.from = "pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace"
                       " JOIN pg_type b ON b.oid = t.typbasetype"
                       " WHERE t.typtype = 'd' AND t.oid >= 16384 AND " RAY_SQL_USER_SCHEMA,
               .oid = "t.oid",
               .schema = "n.nspname",
               .name = "t.typname",
               .owner = "t.typowner",
               .acl = "t.typacl"},
    RAY_ATTRIBUTES(attributes),
    .acl_type = 'T',
    .has_owner = true,
    .create = create,
    .stub = stub,
    .stub_needs = stub_needs,
    .alter = ray_domain_alter_to,
};

static void
target(struct ray_buf *buf, const struct ray_object *object)
{
    ray_ddl_name(buf, object->name);
    ray_buf_add(buf, " ON DOMAIN ");
    ray_ddl_owner_name(buf, object);
}

static bool
may_fold(const struct ray_object *object)
{
    return !ray_object_is(object, NOT_VALID);
}

const struct ray_kind ray_kind_domain_constraint = {
    .name = "domain constraint",
    .keyword = "CONSTRAINT",
    .catalog = "pg_constraint",
    .owner_catalog = "pg_type",
    .select = {.from = "pg_constraint con WHERE con.contypid >= 16384 AND con.contype = 'c'",
               .oid = "con.oid",
               .owner_oid = "con.contypid",
               .name = "con.conname"},
    RAY_ATTRIBUTES(constraint_attributes),
    .folding = RAY_FOLD_POSSIBLY,
    .target = target,
    .create = create_constraint,
    .may_fold = may_fold,
    .drop = ray_domain_constraint_drop,
};
