/* Foreign keys: made when all tables and keys are there, so that tables may refer to each other in circles. */
#include "catalog/kinds.h"
#include "catalog/list.h"
#include "catalog/table.h"
#include "kind/alter.h"

#include <ctype.h>
#include <stdlib.h>

enum {
    COLUMNS,
    REFERENCES,
    REFERENCED,
    PERIOD,
    MATCH,
    ON_UPDATE,
    ON_DELETE,
    SET_COLUMNS,
    DEFERRABLE,
    DEFERRED,
    NOT_VALID,
    NOT_ENFORCED,
    INHERITED,
    /* quiet */
    WHOLE,
    KEY,
    OTHER,
    OTHER_KEY,
    SET_KEY,
};

#define ACTION(column)                                                                          \
    "CASE " column " WHEN 'r' THEN 'restrict' WHEN 'c' THEN 'cascade' WHEN 'n' THEN 'set null'" \
    " WHEN 'd' THEN 'set default' END"

static const struct ray_attribute attributes[] = {
    [COLUMNS] = {"columns", NULL, RAY_ATTRIBUTE_LIST, false},
    [REFERENCES] = {"references", "con.confrelid::regclass", RAY_ATTRIBUTE_TEXT, false},
    [REFERENCED] = {"referenced_columns", NULL, RAY_ATTRIBUTE_LIST, false},
    [PERIOD] = {"period", "{18+ con.conperiod}", RAY_ATTRIBUTE_FLAG, false},
    [MATCH] = {"match", "CASE con.confmatchtype WHEN 'f' THEN 'full' END", RAY_ATTRIBUTE_TEXT,
               false},
    [ON_UPDATE] = {"on_update", ACTION("con.confupdtype"), RAY_ATTRIBUTE_TEXT, false},
    [ON_DELETE] = {"on_delete", ACTION("con.confdeltype"), RAY_ATTRIBUTE_TEXT, false},
    [SET_COLUMNS] = {"on_delete_columns", NULL, RAY_ATTRIBUTE_LIST, false},
    [DEFERRABLE] = {"deferrable", "con.condeferrable", RAY_ATTRIBUTE_FLAG, false},
    [DEFERRED] = {"deferred", "con.condeferred", RAY_ATTRIBUTE_FLAG, false},
    [NOT_VALID] = {"not_valid", "NOT con.convalidated {18+ AND con.conenforced}",
                   RAY_ATTRIBUTE_FLAG, false},
    [NOT_ENFORCED] = {"not_enforced", "{18+ NOT con.conenforced}", RAY_ATTRIBUTE_FLAG, false},
    [INHERITED] = {"inherited", "con.conparentid <> 0", RAY_ATTRIBUTE_FLAG, false},
    [WHOLE] = {"whole", "NULLIF(con.conparentid, 0)", RAY_ATTRIBUTE_TEXT, true},
    [KEY] = {"key", "con.conkey", RAY_ATTRIBUTE_TEXT, true},
    [OTHER] = {"other", "con.confrelid", RAY_ATTRIBUTE_TEXT, true},
    [OTHER_KEY] = {"other_key", "con.confkey", RAY_ATTRIBUTE_TEXT, true},
    [SET_KEY] = {"set_key", "{15+ con.confdelsetcols}", RAY_ATTRIBUTE_TEXT, true},
};

/* Of a key to a partitioned table there is one more for each partition. It is a piece of the key. */
static bool
is_piece(struct ray_loader *loader, const struct ray_object *key)
{
    struct ray_object *whole = ray_loader_find(loader, "pg_constraint",
                                               ray_loader_oid(ray_object_value(key, WHOLE)), 0);

    if (whole == NULL || whole->owner != key->owner)
        return false;
    ray_loader_alias(loader, "pg_constraint", key->oid, whole);
    return true;
}

static bool
take(struct ray_loader *loader, struct ray_object *key)
{
    uint32_t other = (uint32_t)strtoul(ray_object_value(key, OTHER), NULL, 10);
    uint32_t table = key->owner->oid;

    if (is_piece(loader, key))
        return false;
    key->implied = ray_object_is(key, INHERITED);
    ray_object_set(key, COLUMNS,
                   ray_loader_columns(loader, table, ray_object_value(key, KEY), 0, SIZE_MAX));
    ray_object_set(key, REFERENCED,
                   ray_loader_columns(loader, other, ray_object_value(key, OTHER_KEY), 0,
                                      SIZE_MAX));
    ray_object_set(key, SET_COLUMNS,
                   ray_loader_columns(loader, table, ray_object_value(key, SET_KEY), 0, SIZE_MAX));
    for (size_t i = WHOLE; i <= SET_KEY; i++)
        ray_object_set(key, i, NULL);
    return true;
}

static void
add_action(struct ray_buf *buf, const struct ray_object *key, size_t attribute, const char *words)
{
    const char *action = ray_object_value(key, attribute);

    if (action == NULL)
        return;
    ray_buf_addf(buf, " %s ", words);
    for (; *action != '\0'; action++)
        ray_buf_addc(buf, (char)toupper((unsigned char)*action));
}

/* The last of a temporal key's columns is the period. */
static void
add_key(struct ray_buf *buf, const struct ray_object *key, size_t attribute)
{
    ray_list names = ray_list_read(buf->arena, ray_object_value(key, attribute));

    for (size_t i = 0; i < names.len; i++) {
        ray_buf_add(buf, i == 0 ? " (" : ", ");
        if (i + 1 == names.len && ray_object_is(key, PERIOD))
            ray_buf_add(buf, "PERIOD ");
        ray_ddl_name(buf, names.items[i]);
    }
    ray_buf_addc(buf, ')');
}

static void
create(struct ray_ddl *ddl, const struct ray_object *key)
{
    struct ray_buf *buf;

    if (key->implied)
        return;
    buf = ray_ddl_begin(ddl);
    ray_table_alter(buf, key, false);
    ray_buf_add(buf, "\n    ADD ");
    if (key->name[0] != '\0') {
        ray_buf_add(buf, "CONSTRAINT ");
        ray_ddl_name(buf, key->name);
        ray_buf_addc(buf, ' ');
    }
    ray_buf_add(buf, "FOREIGN KEY");
    add_key(buf, key, COLUMNS);
    ray_buf_addf(buf, " REFERENCES %s", ray_object_value(key, REFERENCES));
    if (ray_object_is(key, REFERENCED))
        add_key(buf, key, REFERENCED);
    if (ray_object_is(key, MATCH))
        ray_buf_add(buf, " MATCH FULL");
    add_action(buf, key, ON_UPDATE, "ON UPDATE");
    add_action(buf, key, ON_DELETE, "ON DELETE");
    if (ray_object_is(key, SET_COLUMNS)) {
        ray_buf_add(buf, " (");
        ray_ddl_names(buf, ray_object_value(key, SET_COLUMNS));
        ray_buf_addc(buf, ')');
    }
    if (ray_object_is(key, DEFERRABLE))
        ray_buf_add(buf, " DEFERRABLE");
    if (ray_object_is(key, DEFERRED))
        ray_buf_add(buf, " INITIALLY DEFERRED");
    if (ray_object_is(key, NOT_ENFORCED))
        ray_buf_add(buf, " NOT ENFORCED");
    if (ray_object_is(key, NOT_VALID))
        ray_buf_add(buf, " NOT VALID");
    ray_ddl_end(ddl, key);
}

const struct ray_kind ray_kind_foreign_key = {
    .name = "foreign key",
    .keyword = "CONSTRAINT",
    .catalog = "pg_constraint",
    .owner_catalog = "pg_class",
    .select = {.from = "pg_constraint con WHERE con.conrelid >= 16384 AND con.contype = 'f'"
                       " ORDER BY con.oid",
               .oid = "con.oid",
               .owner_oid = "con.conrelid",
               .name = "con.conname"},
    RAY_ATTRIBUTES(attributes),
    .apart = true,
    .weight = 20,
    .take = take,
    .target = ray_ddl_part_on,
    .create = create,
    .drop = ray_constraint_drop,
    .alter = ray_constraint_alter_to,
    .rebuilt_with_column = true,
};
