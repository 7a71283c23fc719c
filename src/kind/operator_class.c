/*
 * Operator families and classes. Their operators and functions belong to the class or, where they are of
 * two types or were added later, loosely to the family, as pg_depend has it; the family's are written with the family.
 */
#include "catalog/ddl.h"
#include "catalog/kinds.h"
#include "catalog/list.h"

#define OPERATORS(class, oid)                                                                        \
    "ARRAY(SELECT 'OPERATOR ' || x.amopstrategy || ' ' || x.amopopr::regoperator"                    \
    " || COALESCE(' FOR ORDER BY ' || quote_ident(sn.nspname) || '.' || quote_ident(s.opfname), '')" \
    " FROM pg_depend d JOIN pg_amop x ON x.oid = d.objid"                                            \
    " LEFT JOIN pg_opfamily s ON s.oid = x.amopsortfamily"                                           \
    " LEFT JOIN pg_namespace sn ON sn.oid = s.opfnamespace"                                          \
    " WHERE d.classid = 'pg_amop'::regclass AND d.refclassid = '" class                              \
        "'::regclass"                                                                                \
        " AND d.refobjid = " oid                                                                     \
        " ORDER BY x.amopstrategy, x.amopopr::regoperator::text COLLATE \"C\")"
#define FUNCTIONS(class, oid)                                                                \
    "ARRAY(SELECT 'FUNCTION ' || x.amprocnum || ' (' || format_type(x.amproclefttype, NULL)" \
    " || ', ' || format_type(x.amprocrighttype, NULL) || ') ' || x.amproc::regprocedure"     \
    " FROM pg_depend d JOIN pg_amproc x ON x.oid = d.objid"                                  \
    " WHERE d.classid = 'pg_amproc'::regclass AND d.refclassid = '" class                    \
        "'::regclass"                                                                        \
        " AND d.refobjid = " oid                                                             \
        " ORDER BY x.amprocnum, x.amproc::regprocedure::text COLLATE \"C\", 1)"

static void
target(struct ray_buf *buf, const struct ray_object *object)
{
    ray_ddl_qualified(buf, object);
    ray_buf_add(buf, " USING ");
    ray_ddl_name(buf, object->signature);
}

static void
add_items(struct ray_buf *buf, const char *list, bool *first)
{
    ray_list items = ray_list_read(buf->arena, list);

    for (size_t i = 0; i < items.len; i++) {
        ray_buf_addf(buf, "%s\n    %s", *first ? "" : ",", items.items[i]);
        *first = false;
    }
}

/* ---------------------------------------------------------------- families */

enum { FAMILY_OPERATORS, FAMILY_FUNCTIONS };

static const struct ray_attribute family_attributes[] = {
    [FAMILY_OPERATORS] = {"operators", OPERATORS("pg_opfamily", "f.oid"), RAY_ATTRIBUTE_LIST,
                          false},
    [FAMILY_FUNCTIONS] = {"functions", FUNCTIONS("pg_opfamily", "f.oid"), RAY_ATTRIBUTE_LIST,
                          false},
};

static void
create_family(struct ray_ddl *ddl, const struct ray_object *family)
{
    struct ray_buf *buf = ray_ddl_begin(ddl);
    bool first = true;

    ray_buf_add(buf, "CREATE OPERATOR FAMILY ");
    target(buf, family);
    ray_ddl_end(ddl, family);
    if (!ray_object_is(family, FAMILY_OPERATORS) && !ray_object_is(family, FAMILY_FUNCTIONS))
        return;
    buf = ray_ddl_begin(ddl);
    ray_buf_add(buf, "ALTER OPERATOR FAMILY ");
    target(buf, family);
    ray_buf_add(buf, " ADD");
    add_items(buf, ray_object_value(family, FAMILY_OPERATORS), &first);
    add_items(buf, ray_object_value(family, FAMILY_FUNCTIONS), &first);
    ray_ddl_end(ddl, family);
}

const struct ray_kind ray_kind_operator_family = {
    .name = "operator family",
    .keyword = "OPERATOR FAMILY",
    .catalog = "pg_opfamily",
    .select = {.probe = "pg_opfamily WHERE oid >= 16384",
               .from = "pg_opfamily f JOIN pg_namespace n ON n.oid = f.opfnamespace"
                       " JOIN pg_am am ON am.oid = f.opfmethod"
                       " WHERE f.oid >= 16384 AND " RAY_SQL_USER_SCHEMA,
               .oid = "f.oid",
               .schema = "n.nspname",
               .name = "f.opfname",
               .signature = "am.amname",
               .owner = "f.opfowner"},
    RAY_ATTRIBUTES(family_attributes),
    .sealed = true,
    .has_owner = true,
    .target = target,
    .create = create_family,
};

/* ---------------------------------------------------------------- classes */

enum { TYPE, DEFAULT, FAMILY, STORAGE, CLASS_OPERATORS, CLASS_FUNCTIONS };

static const struct ray_attribute class_attributes[] = {
    [TYPE] = {"type", "format_type(c.opcintype, NULL)", RAY_ATTRIBUTE_TEXT, false},
    [DEFAULT] = {"default", "c.opcdefault", RAY_ATTRIBUTE_FLAG, false},
    [FAMILY] = {"family",
                "(SELECT quote_ident(fn.nspname) || '.' || quote_ident(f.opfname)"
                " FROM pg_opfamily f JOIN pg_namespace fn ON fn.oid = f.opfnamespace"
                " WHERE f.oid = c.opcfamily)",
                RAY_ATTRIBUTE_TEXT, false},
    [STORAGE] = {"storage", "CASE WHEN c.opckeytype <> 0 THEN format_type(c.opckeytype, NULL) END",
                 RAY_ATTRIBUTE_TEXT, false},
    [CLASS_OPERATORS] = {"operators", OPERATORS("pg_opclass", "c.oid"), RAY_ATTRIBUTE_LIST, false},
    [CLASS_FUNCTIONS] = {"functions", FUNCTIONS("pg_opclass", "c.oid"), RAY_ATTRIBUTE_LIST, false},
};

static void
create_class(struct ray_ddl *ddl, const struct ray_object *class)
{
    struct ray_buf *buf = ray_ddl_begin(ddl);
    const char *type = ray_object_value(class, TYPE);
    const char *storage = ray_object_value(class, STORAGE);
    bool first = true;

    ray_buf_add(buf, "CREATE OPERATOR CLASS ");
    ray_ddl_qualified(buf, class);
    ray_buf_addf(buf, "%s FOR TYPE %s USING ", ray_object_is(class, DEFAULT) ? " DEFAULT" : "",
                 type);
    ray_ddl_name(buf, class->signature);
    if (ray_object_is(class, FAMILY))
        ray_buf_addf(buf, " FAMILY %s", ray_object_value(class, FAMILY));
    ray_buf_add(buf, " AS");
    /* The grammar wants something to stand there. */
    if (storage == NULL && !ray_object_is(class, CLASS_OPERATORS) &&
        !ray_object_is(class, CLASS_FUNCTIONS))
        storage = type;
    if (storage != NULL) {
        ray_buf_addf(buf, "\n    STORAGE %s", storage);
        first = false;
    }
    add_items(buf, ray_object_value(class, CLASS_OPERATORS), &first);
    add_items(buf, ray_object_value(class, CLASS_FUNCTIONS), &first);
    ray_ddl_end(ddl, class);
}

const struct ray_kind ray_kind_operator_class = {
    .name = "operator class",
    .keyword = "OPERATOR CLASS",
    .catalog = "pg_opclass",
    .select = {.probe = "pg_opclass WHERE oid >= 16384",
               .from = "pg_opclass c JOIN pg_namespace n ON n.oid = c.opcnamespace"
                       " JOIN pg_am am ON am.oid = c.opcmethod"
                       " WHERE c.oid >= 16384 AND " RAY_SQL_USER_SCHEMA,
               .oid = "c.oid",
               .schema = "n.nspname",
               .name = "c.opcname",
               .signature = "am.amname",
               .owner = "c.opcowner"},
    RAY_ATTRIBUTES(class_attributes),
    .sealed = true,
    .has_owner = true,
    .target = target,
    .create = create_class,
};
