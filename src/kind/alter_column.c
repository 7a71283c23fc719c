/*
 * ALTER COLUMN, ADD and DROP COLUMN, and defaults. The type comes first: its default is dropped before and set
 * again behind it (diff/recreate.c). A generated column is dropped and added where the server has no SET
 * EXPRESSION (before 17): it holds nothing that could not be computed again.
 */
#include "catalog/inherit.h"
#include "catalog/kinds.h"
#include "catalog/list.h"
#include "catalog/table.h"
#include "kind/alter.h"
#include "kind/convert.h"
#include "kind/sequence.h"

#include <string.h>

struct altering {
    struct ray_ddl *ddl;
    const struct ray_object *from;
    const struct ray_object *to;
    const bool *differs;
};

static bool
is_inherited(const struct ray_object *column)
{
    return ray_object_get(column, "inherited") != NULL;
}

static bool
changes(const struct altering *altering, const char *attribute)
{
    return ray_differs(altering->to, altering->differs, attribute);
}

static const char *
new_value(const struct altering *altering, const char *attribute)
{
    return ray_object_get(altering->to, attribute);
}

static struct ray_buf *
begin(const struct altering *altering, const char *what, bool only)
{
    struct ray_buf *buf = ray_ddl_begin(altering->ddl);

    ray_table_alter(buf, altering->to, only);
    ray_buf_add(buf, " ALTER COLUMN ");
    ray_ddl_name(buf, altering->to->name);
    ray_buf_addf(buf, " %s", what);
    return buf;
}

static void
set(const struct altering *altering, const char *what, const char *value)
{
    ray_buf_add(begin(altering, what, false), value);
    ray_ddl_end(altering->ddl, altering->to);
}

/* Where the kept value is no fact the server's own word for its default stands. */
static void
set_or(const struct altering *altering, const char *attribute, const char *what,
       const char *otherwise)
{
    const char *value = new_value(altering, attribute);

    if (!changes(altering, attribute))
        return;
    ray_buf_add(begin(altering, what, true), value == NULL ? otherwise : value);
    ray_ddl_end(altering->ddl, altering->to);
}

/* A type brings its own storage, and SET STORAGE has a word for that only from 16 on. */
static void
alter_storage(const struct altering *altering)
{
    const char *storage = new_value(altering, "storage");
    const char *standard = ray_object_get(altering->from, "standard_storage");

    if (changes(altering, "type") ? storage == NULL : !changes(altering, "storage"))
        return;
    if (storage == NULL)
        storage = standard == NULL ? "DEFAULT" : standard;
    ray_buf_add(begin(altering, "SET STORAGE ", true), storage);
    ray_ddl_end(altering->ddl, altering->to);
}

/* A type resets it, too. */
static void
alter_compression(const struct altering *altering)
{
    const char *compression = new_value(altering, "compression");

    if (changes(altering, "type") ? compression == NULL : !changes(altering, "compression"))
        return;
    ray_buf_add(begin(altering, "SET COMPRESSION ", true),
                compression == NULL ? "default" : compression);
    ray_ddl_end(altering->ddl, altering->to);
}

/* The parent's goes to its heirs. */
static bool
is_parents_not_null(const struct altering *altering)
{
    const struct ray_object *to = is_inherited(altering->to)
                                      ? ray_column_base(altering->ddl->catalog, altering->to)
                                      : NULL;
    const struct ray_object *from = is_inherited(altering->from)
                                        ? ray_column_base(altering->ddl->from, altering->from)
                                        : NULL;

    return to != NULL && from != NULL &&
           ray_object_get(from, "not_null") != ray_object_get(to, "not_null") &&
           (ray_object_get(from, "not_null") == NULL || ray_object_get(to, "not_null") == NULL);
}

static void
alter_type(const struct altering *altering)
{
    const char *collation = new_value(altering, "collation");
    const char *conversion;
    struct ray_buf *buf;

    if (!changes(altering, "type") && !changes(altering, "collation"))
        return;
    if (is_inherited(altering->from) && is_inherited(altering->to))
        return; /* its parent's ALTER takes it along */
    buf = begin(altering, "TYPE ", false);
    ray_buf_add(buf, new_value(altering, "type"));
    if (collation != NULL)
        ray_buf_addf(buf, " COLLATE %s", collation);
    conversion = changes(altering, "type")
                     ? ray_column_conversion(altering->ddl, altering->from, altering->to)
                     : NULL;
    if (conversion != NULL)
        ray_buf_addf(buf, " USING %s", conversion);
    ray_ddl_end(altering->ddl, altering->to);
}

/* True where the column is an heir's, however far below, of the one that is altered. */
static bool
is_heir(const struct altering *altering, const struct ray_object *heir)
{
    const struct ray_object *base = heir;

    if (heir == altering->to || heir->kind != altering->to->kind || heir->owner == NULL ||
        strcmp(heir->name, altering->to->name) != 0)
        return false;
    while (base != NULL && base != altering->to)
        base = is_inherited(base) ? ray_column_base(altering->ddl->catalog, base) : NULL;
    return base != NULL;
}

static void
say_of_heir(const struct altering *altering, const struct ray_object *heir, const char *what,
            const char *value)
{
    struct ray_buf *buf = ray_ddl_begin(altering->ddl);

    ray_table_alter(buf, heir, true);
    ray_buf_add(buf, " ALTER COLUMN ");
    ray_ddl_name(buf, heir->name);
    ray_buf_addf(buf, " SET %s%s", what, value);
    ray_ddl_end(altering->ddl, altering->to);
}

/* DROP NOT NULL reaches all heirs, also those that say it themselves; a type comes to all of them, and resets what
 * they have of their own. */
static void
keep_heirs(const struct altering *altering)
{
    const ray_objects *all = &altering->ddl->catalog->objects;
    bool drops = changes(altering, "not_null") && new_value(altering, "not_null") == NULL;
    bool types = changes(altering, "type") && !is_inherited(altering->to);

    for (size_t i = 0; (drops || types) && i < all->len; i++) {
        const struct ray_object *heir = all->items[i];

        if (!is_heir(altering, heir))
            continue;
        if (drops && ray_object_get(heir, "not_null") != NULL)
            say_of_heir(altering, heir, "NOT NULL", "");
        if (types && ray_object_get(heir, "storage") != NULL)
            say_of_heir(altering, heir, "STORAGE ", ray_object_get(heir, "storage"));
        if (types && ray_object_get(heir, "compression") != NULL)
            say_of_heir(altering, heir, "COMPRESSION ", ray_object_get(heir, "compression"));
    }
}

static void
alter_identity(const struct altering *altering)
{
    const char *old = ray_object_get(altering->from, "identity");
    const char *new = new_value(altering, "identity");
    const char *kind = new != NULL &&strcmp(new, "always") == 0 ? "ALWAYS" : "BY DEFAULT";

    if (!changes(altering, "identity"))
        return;
    if (new == NULL) {
        set(altering, "DROP IDENTITY", "");
    } else if (old != NULL) {
        set(altering, "SET GENERATED ", kind);
    } else {
        const struct ray_object *sequence = ray_column_sequence(altering->to);

        set(altering, "ADD ", ray_column_identity(altering->ddl, altering->to));
        if (sequence != NULL)
            ray_sequence_catch_up(altering->ddl, sequence, altering->to, true);
    }
}

static bool
alter_expression(const struct altering *altering)
{
    const char *generated = new_value(altering, "generated");

    if (!changes(altering, "generated") && !changes(altering, "expression"))
        return true;
    if (generated == NULL) { /* the values stay */
        set(altering, "DROP EXPRESSION", "");
        return true;
    }
    if (changes(altering, "generated") || altering->ddl->catalog->version < 170000)
        return false;
    set(altering, "SET EXPRESSION AS ", new_value(altering, "expression"));
    return true;
}

bool
ray_column_alter_to(struct ray_ddl *ddl, const struct ray_object *from, const struct ray_object *to,
                    const bool *differs)
{
    const struct altering altering = {ddl, from, to, differs};

    if (!alter_expression(&altering) || ray_differs(to, differs, "foreign_options"))
        return false;
    if (ray_differs(to, differs, "identity") && new_value(&altering, "identity") == NULL)
        alter_identity(&altering);
    alter_type(&altering);
    if (ray_differs(to, differs, "not_null") && !is_parents_not_null(&altering))
        set(&altering, new_value(&altering, "not_null") != NULL ? "SET NOT NULL" : "DROP NOT NULL",
            "");
    keep_heirs(&altering);
    if (new_value(&altering, "identity") != NULL)
        alter_identity(&altering);
    alter_storage(&altering);
    alter_compression(&altering);
    set_or(&altering, "statistics", "SET STATISTICS ", "-1");
    if (ray_differs(to, differs, "options")) {
        struct ray_buf alter;

        ray_buf_init(&alter, ddl->arena);
        ray_table_alter(&alter, to, true);
        ray_buf_add(&alter, " ALTER COLUMN ");
        ray_ddl_name(&alter, to->name);
        ray_alter_options(ddl, to, alter.data, ray_object_get(from, "options"),
                          new_value(&altering, "options"));
    }
    return true;
}

bool
ray_column_disturbs(const bool *differs)
{
    return differs[ray_kind_value_index(&ray_kind_column, "type")] ||
           differs[ray_kind_value_index(&ray_kind_column, "collation")];
}

/* ADD COLUMN gives all heirs what it says, however far below they are. */
static const struct ray_object *
topmost_base(const struct ray_ddl *ddl, const struct ray_object *column)
{
    const struct ray_object *base = column;

    while (base != NULL && is_inherited(base)) {
        column = base;
        base = ray_column_base(ddl->catalog, base);
    }
    return base != NULL ? base : column;
}

/* True where tables inherit from the column's, or are partitions of it. */
static bool
has_children(const struct ray_ddl *ddl, const struct ray_object *column)
{
    struct ray_buf name;

    ray_buf_init(&name, ddl->arena);
    ray_ddl_owner_name(&name, column);
    for (size_t i = 0; ddl->from != NULL && i < ddl->from->objects.len; i++) {
        const struct ray_object *table = ddl->from->objects.items[i];
        const char *whole = table->owner == NULL ? ray_object_get(table, "partition_of") : NULL;
        const char *inherits = table->owner == NULL ? ray_object_get(table, "inherits") : NULL;
        ray_list parents = {0};

        if (inherits != NULL)
            parents = ray_list_read(ddl->arena, inherits);
        if ((whole != NULL && strcmp(whole, name.data) == 0) || ray_list_has(&parents, name.data))
            return true;
    }
    return false;
}

/* ADD COLUMN refuses an identity where there are children, which would not get it; until 17 also of partitions. */
static bool
must_become_identity(const struct ray_ddl *ddl, const struct ray_object *column)
{
    return ray_object_get(column, "identity") != NULL &&
           (ddl->catalog->version < 170000 ||
            ray_object_get(column->owner, "partition_by") == NULL) &&
           has_children(ddl, column);
}

static void
add_and_make_identity(struct ray_ddl *ddl, const struct ray_object *column)
{
    size_t size = (RAY_COMMON_COUNT + column->kind->nattributes) * sizeof(*column->values);
    struct ray_object plain = *column;
    struct ray_buf *buf;

    plain.values = ray_arena_alloc(ddl->arena, size);
    memcpy(plain.values, column->values, size);
    plain.values[ray_kind_value_index(column->kind, "identity")] = NULL;
    plain.values[ray_kind_value_index(column->kind, "not_null")] = "true";
    buf = ray_ddl_begin(ddl);
    ray_table_alter(buf, column, false);
    ray_buf_add(buf, " ADD COLUMN ");
    ray_column_definition(ddl, buf, &plain, false);
    ray_ddl_end(ddl, column);
    buf = ray_ddl_begin(ddl);
    ray_table_alter(buf, column, true);
    ray_buf_add(buf, " ALTER COLUMN ");
    ray_ddl_name(buf, column->name);
    ray_buf_addf(buf, " ADD %s", ray_column_identity(ddl, column));
    ray_ddl_end(ddl, column);
}

void
ray_column_add(struct ray_ddl *ddl, const struct ray_object *column)
{
    struct ray_buf *buf;

    if (column->owner == NULL)
        return;
    if (column->implied) { /* it came with its parent's, and what is not the parent's is said now */
        if (is_inherited(column))
            ray_column_settings(ddl, column, topmost_base(ddl, column));
        return;
    }
    if (must_become_identity(ddl, column)) {
        add_and_make_identity(ddl, column);
    } else {
        buf = ray_ddl_begin(ddl);
        ray_table_alter(buf, column, false);
        ray_buf_add(buf, " ADD COLUMN ");
        ray_column_definition(ddl, buf, column, false);
        ray_ddl_end(ddl, column);
    }
    ray_column_settings(ddl, column, NULL);
}

/* ---------------------------------------------------------------- DROP COLUMN */

static void
drop_column(struct ray_ddl *ddl, const struct ray_object *column, bool only)
{
    struct ray_buf *buf = ray_ddl_begin(ddl);

    ray_table_alter(buf, column, only);
    ray_buf_add(buf, " DROP COLUMN ");
    ray_ddl_name(buf, column->name);
    ray_ddl_end(ddl, column);
}

/* What a table that inherits has of the column; NULL where it does not inherit from the column's table. */
static const struct ray_object *
heir_of(const struct ray_object *column, const struct ray_object *table, struct ray_arena *arena)
{
    const struct ray_object *heir;
    ray_list parents = ray_list_read(arena, ray_object_get(table, "inherits"));
    struct ray_buf name;

    if (parents.len == 0)
        return NULL;
    ray_buf_init(&name, arena);
    ray_ddl_owner_name(&name, column);
    heir = ray_list_has(&parents, name.data) ? ray_table_part(table, "column", column->name) : NULL;
    return heir != NULL && is_inherited(heir) ? heir : NULL;
}

/* An heir's column, where that stays: as its own, or as another parent's. */
static bool
stays(const struct ray_ddl *ddl, const struct ray_object *heir)
{
    return ray_catalog_find(ddl->catalog, heir->kind, heir->schema, heir->parent, heir->name,
                            NULL) != NULL;
}

/* Heirs lose a column with their parent, and what is in it, unless ONLY the parent is spoken of: then those that
 * are to lose it are told one by one. */
void
ray_column_drop(struct ray_ddl *ddl, const struct ray_object *column)
{
    const struct ray_catalog *from = ddl->from;
    RAY_VEC(const struct ray_object *) heirs = {0};
    bool only = false;

    for (size_t i = 0; from != NULL && i < from->objects.len; i++) {
        struct ray_object *table = from->objects.items[i];
        const struct ray_object *heir = table->owner == NULL ? heir_of(column, table, ddl->arena)
                                                             : NULL;

        if (heir == NULL || ray_catalog_relation(ddl->catalog, table->schema, table->name) == NULL)
            continue;
        only = only || stays(ddl, heir);
        if (!stays(ddl, heir))
            *ray_vec_add(ddl->arena, &heirs) = heir;
    }
    drop_column(ddl, column, only);
    for (size_t i = 0; only && i < heirs.len; i++)
        drop_column(ddl, heirs.items[i], false);
}

/* ---------------------------------------------------------------- defaults */

/* Of ONLY this table, also where the default was its parent's. */
bool
ray_default_alter_to(struct ray_ddl *ddl, const struct ray_object *from,
                     const struct ray_object *to, const bool *differs)
{
    struct ray_buf *buf = ray_ddl_begin(ddl);

    (void)from;
    (void)differs;
    ray_table_alter(buf, to, true);
    ray_buf_add(buf, " ALTER COLUMN ");
    ray_ddl_name(buf, to->name);
    ray_buf_addf(buf, " SET DEFAULT %s", ray_object_get(to, "expression"));
    ray_ddl_end(ddl, to);
    return true;
}

void
ray_default_drop(struct ray_ddl *ddl, const struct ray_object *object)
{
    struct ray_buf *buf = ray_ddl_begin(ddl);

    ray_table_alter(buf, object, true);
    ray_buf_add(buf, " ALTER COLUMN ");
    ray_ddl_name(buf, object->name);
    ray_buf_add(buf, " DROP DEFAULT");
    ray_ddl_end(ddl, object);
}
