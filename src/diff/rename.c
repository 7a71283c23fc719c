/* Renames: see rename.h. Wholes are renamed before their parts, and back in the opposite order. */
#include "diff/rename.h"

#include "catalog/clause.h"
#include "catalog/kinds.h"
#include "catalog/list.h"
#include "catalog/order.h"
#include "catalog/table.h"
#include "pg/keyword.h"
#include "pg/quote.h"

#include <string.h>

enum {
    NAMED_NOT_NULL = 180000
}; /* the version from which on NOT NULL is a constraint with a name */

/* ---------------------------------------------------------------- statements */

/* How RENAME is spelled where it is not ALTER <keyword> <name> RENAME TO. */
static const struct {
    const char *kind;
    const char *alter;  /* what is altered, the owner */
    const char *rename; /* and the part */
} parts[] = {
    {"column", "TABLE", "RENAME COLUMN"},
    {"attribute", "TYPE", "RENAME ATTRIBUTE"},
    {"constraint", "TABLE", "RENAME CONSTRAINT"},
    {"foreign key", "TABLE", "RENAME CONSTRAINT"},
    {"domain constraint", "DOMAIN", "RENAME CONSTRAINT"},
};

static void
add_dotted(struct ray_buf *buf, const char *schema, const char *name)
{
    if (schema != NULL) {
        ray_buf_name(buf, schema);
        ray_buf_addc(buf, '.');
    }
    ray_buf_name(buf, name);
}

const char *
ray_rename_value_sql(struct ray_arena *arena, const struct ray_renamed *renamed, const char *from,
                     const char *to)
{
    struct ray_buf buf;

    ray_buf_init(&buf, arena);
    ray_buf_add(&buf, "ALTER TYPE ");
    add_dotted(&buf, renamed->schema, renamed->parent);
    ray_buf_add(&buf, " RENAME VALUE ");
    ray_buf_literal(&buf, from);
    ray_buf_add(&buf, " TO ");
    ray_buf_literal(&buf, to);
    return buf.data;
}

const char *
ray_rename_sql(struct ray_arena *arena, const struct ray_renamed *renamed, const char *from,
               const char *to)
{
    struct ray_buf buf;

    ray_buf_init(&buf, arena);
    if (renamed->is_value) {
        ray_buf_add(&buf, "ALTER TYPE ");
        add_dotted(&buf, renamed->schema, renamed->parent);
        ray_buf_add(&buf, " RENAME VALUE ");
        ray_buf_literal(&buf, from);
        ray_buf_add(&buf, " TO ");
        ray_buf_literal(&buf, to);
        return buf.data;
    }
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (strcmp(parts[i].kind, renamed->kind->name) != 0)
            continue;
        ray_buf_addf(&buf, "ALTER %s ", parts[i].alter);
        add_dotted(&buf, renamed->schema, renamed->parent);
        ray_buf_addf(&buf, " %s ", parts[i].rename);
        ray_buf_name(&buf, from);
        ray_buf_add(&buf, " TO ");
        ray_buf_name(&buf, to);
        return buf.data;
    }
    ray_buf_addf(&buf, "ALTER %s ",
                 renamed->keyword == NULL ? renamed->kind->keyword : renamed->keyword);
    if (renamed->parent != NULL && !renamed->kind->has_index) {
        ray_buf_name(&buf, from); /* a trigger, a policy, a rule */
        ray_buf_add(&buf, " ON ");
        add_dotted(&buf, renamed->schema, renamed->parent);
    } else {
        add_dotted(&buf, renamed->schema, from);
    }
    if (renamed->signature != NULL)
        ray_buf_addf(&buf, "(%s)", renamed->signature);
    ray_buf_add(&buf, " RENAME TO ");
    ray_buf_name(&buf, to);
    return buf.data;
}

/* ---------------------------------------------------------------- which */

/* The name on the other side of the renames of schemas: of one that is old, or new. */
static const char *
other_schema(const ray_renamings *renamings, const char *name, bool old)
{
    for (size_t i = 0; name != NULL && i < renamings->len; i++) {
        const struct ray_renamed *renamed = &renamings->items[i];

        if (renamed->kind == &ray_kind_schema &&
            strcmp(old ? renamed->from : renamed->to, name) == 0)
            return old ? renamed->to : renamed->from;
    }
    return name;
}

const char *
ray_rename_schema(const ray_renamings *renamings, const char *old)
{
    return other_schema(renamings, old, true);
}

void
ray_rename_add(struct ray_arena *arena, ray_renamings *out, const struct ray_object *old,
               const char *value, const char *parent, const char *to)
{
    const char *schema = ray_rename_schema(out, old->schema);

    *ray_vec_add(arena, out) = (struct ray_renamed){.kind = old->kind,
                                                    .schema = schema,
                                                    .parent = parent,
                                                    .signature = old->signature,
                                                    .from = value != NULL ? value : old->name,
                                                    .to = to,
                                                    .is_value = value != NULL};
}

/* What the old catalog calls the object's owner. */
static const char *
old_parent(const ray_renamings *renamings, const struct ray_object *object)
{
    for (size_t i = 0; i < renamings->len; i++) {
        const struct ray_renamed *renamed = &renamings->items[i];

        if (renamed->parent == NULL && object->parent != NULL && renamed->schema != NULL &&
            object->schema != NULL && strcmp(renamed->schema, object->schema) == 0 &&
            strcmp(renamed->to, object->parent) == 0)
            return renamed->from;
    }
    return object->parent;
}

void
ray_rename_declare(struct ray_arena *arena, const struct ray_catalog *from,
                   const struct ray_object *object, const char *was, ray_renamings *out)
{
    const char *parent = old_parent(out, object);
    const char *schema = other_schema(out, object->schema, false);
    const struct ray_object *old = ray_catalog_find(from, object->kind, schema, parent, was,
                                                    object->signature);

    if (old != NULL && ray_catalog_find(from, object->kind, schema, parent, object->name,
                                        object->signature) == NULL)
        ray_rename_add(arena, out, old, NULL, object->parent, object->name);
}

/* A path of one to three names: the object of the old catalog that it means. */
static const struct ray_object *
find_path(const struct ray_catalog *from, const ray_list *path)
{
    const struct ray_object *found = NULL;

    for (size_t i = 0; found == NULL && i < from->objects.len; i++) {
        const struct ray_object *object = from->objects.items[i];
        const char *const names[] = {object->schema, object->parent, object->name};
        size_t n = path->len;
        bool same = true;

        if (object->implied || object->member || strcmp(object->kind->name, "default") == 0)
            continue;
        for (size_t k = 3; same && k > 0; k--)
            if (names[k - 1] != NULL && n > 0)
                same = strcmp(names[k - 1], path->items[--n]) == 0;
            else if (names[k - 1] != NULL)
                same = k == 1 && strcmp(names[0], "public") == 0;
        found = same && n == 0 ? object : NULL;
    }
    return found;
}

/* The enum that all names but the last mean, if it has a value of that name. */
static const struct ray_object *
find_value(struct ray_arena *arena, const struct ray_catalog *from, const ray_list *path,
           const char **value)
{
    ray_list whole = *path;
    const struct ray_object *type;
    ray_list values;

    if (path->len < 2)
        return NULL;
    whole.len--;
    type = find_path(from, &whole);
    if (type == NULL || strcmp(type->kind->name, "enum") != 0)
        return NULL;
    values = ray_list_read(arena, ray_object_get(type, "values"));
    *value = path->items[path->len - 1];
    return ray_list_has(&values, *value) ? type : NULL;
}

const struct ray_object *
ray_rename_find(struct ray_arena *arena, const struct ray_catalog *from, const char *path,
                const char **value)
{
    ray_list names = ray_clause_name(arena, path);
    const struct ray_object *object = find_path(from, &names);

    *value = NULL;
    return object != NULL ? object : find_value(arena, from, &names, value);
}

/* Whether the new path names a schema that is not the one where the old object ends up. */
static bool
moves(const ray_renamings *renamings, const struct ray_object *old, bool is_value,
      const ray_list *path)
{
    size_t below = old->parent != NULL || is_value ? 2 : 1; /* names behind the schema's */
    const char *named;

    if (old->schema == NULL || path->len <= below)
        return false;
    named = path->items[path->len - below - 1];
    return strcmp(named, old->schema) != 0 &&
           strcmp(named, ray_rename_schema(renamings, old->schema)) != 0;
}

bool
ray_rename_parse(struct ray_arena *arena, const struct ray_catalog *from, const char *text,
                 ray_renamings *out, struct ray_err *err)
{
    const char *equals = strchr(text, '=');
    const struct ray_object *old;
    const char *value;
    const char *parent;
    ray_list left;
    ray_list right;

    if (equals == NULL) {
        (void)ray_err_set(err, RAY_USAGE, "--rename %s has no \"=\"", text);
        return ray_err_hint(err, "Say OLD=NEW: users=accounts, or users.mail=users.email.");
    }
    left = ray_clause_name(arena, ray_arena_strndup(arena, text, (size_t)(equals - text)));
    right = ray_clause_name(arena, equals + 1);
    old = ray_rename_find(arena, from, ray_arena_strndup(arena, text, (size_t)(equals - text)),
                          &value);
    if (old == NULL)
        return ray_err_set(err, RAY_USAGE, "--rename %s: there is no \"%.*s\"", text,
                           (int)(equals - text), text);
    if (right.len == 0 || (left.len != right.len && right.len != 1))
        return ray_err_set(err, RAY_USAGE, "--rename %s: both sides must be of one place", text);
    if (moves(out, old, value != NULL, &right)) {
        (void)ray_err_set(err, RAY_USAGE, "--rename %s: that is another schema", text);
        return ray_err_hint(err,
                            "A rename moves nothing: write ALTER ... SET SCHEMA in a migration "
                            "of your own (raymig new).");
    }
    parent = value != NULL ? old->name : old->parent;
    if (parent != NULL && right.len > 1)
        parent = right.items[right.len - 2];
    ray_rename_add(arena, out, old, value, parent, right.items[right.len - 1]);
    return true;
}

/* ---------------------------------------------------------------- what goes with them */

static bool
same_name(const char *one, const char *other)
{
    return one == other || (one != NULL && other != NULL && strcmp(one, other) == 0);
}

static bool
same_values(const struct ray_object *a, const struct ray_object *b)
{
    for (size_t i = 0; i < a->kind->nattributes; i++) {
        const char *left = ray_object_value(a, i);
        const char *right = ray_object_value(b, i);

        if (!a->kind->attributes[i].quiet && left != right &&
            (left == NULL || right == NULL || strcmp(left, right) != 0))
            return false;
    }
    return true;
}

static bool
has(const struct ray_catalog *catalog, const struct ray_object *object)
{
    return ray_catalog_find(catalog, object->kind, object->schema, object->parent, object->name,
                            object->signature) != NULL;
}

static bool
is_taken(const ray_renamings *renamings, const struct ray_object *new)
{
    for (size_t i = 0; i < renamings->len; i++)
        if (renamings->items[i].kind == new->kind &&
            same_name(renamings->items[i].schema, new->schema) &&
            same_name(renamings->items[i].parent, new->parent) &&
            strcmp(renamings->items[i].to, new->name) == 0)
            return true;
    return false;
}

/* A NOT NULL that is no more than that: it may be one that the column alone speaks of. */
static bool
is_plain_not_null(const struct ray_catalog *catalog, const struct ray_object *column)
{
    const struct ray_object *own = ray_object_get(column, "not_null") == NULL
                                       ? NULL
                                       : ray_column_not_null(catalog->arena, column);

    return ray_object_get(column, "not_null") != NULL &&
           ray_object_get(column, "inherited") == NULL &&
           (own == NULL || (ray_object_get(own, "not_valid") == NULL &&
                            ray_object_get(own, "no_inherit") == NULL));
}

static bool
same_family(const struct ray_object *one, const struct ray_object *other)
{
    return same_name(ray_object_get(one, "partition_of"), ray_object_get(other, "partition_of")) &&
           same_name(ray_object_get(one, "inherits"), ray_object_get(other, "inherits"));
}

static bool
is_in_the_way(const struct ray_renamed *renamed, const struct ray_renamed *other)
{
    return renamed != other && same_name(renamed->schema, other->schema) &&
           same_name(renamed->parent, other->parent) && strcmp(renamed->to, other->from) == 0;
}

/* One whose new name another one still has comes behind that. */
static void
add_in_turn(struct ray_arena *arena, ray_renamings *list, ray_renamings *out)
{
    while (list->len > 0) {
        size_t next = 0;
        bool blocked = true;

        for (size_t i = 0; blocked && i < list->len; i++) {
            blocked = false;
            for (size_t k = 0; !blocked && k < list->len; k++)
                blocked = is_in_the_way(&list->items[i], &list->items[k]);
            next = i;
        }
        *ray_vec_add(arena, out) = list->items[next];
        list->len--;
        memmove(&list->items[next], &list->items[next + 1],
                (list->len - next) * sizeof(list->items[0]));
    }
}

/* From PostgreSQL 18 on they have names, which stay when their column gets another one; to drop one would make the
 * column nullable. */
static void
follow_not_nulls(const struct ray_catalog *from, const struct ray_catalog *to, ray_renamings *out)
{
    ray_renamings list = {0};

    for (size_t i = 0; i < from->objects.len; i++) {
        const struct ray_object *old = from->objects.items[i];
        const struct ray_object *new;
        const char *before;
        const char *after;

        if (old->kind != &ray_kind_column || old->owner == NULL || !is_plain_not_null(from, old))
            continue;
        new = ray_catalog_find(to, old->kind, old->schema, old->parent, old->name, NULL);
        if (new == NULL || !is_plain_not_null(to, new) || !same_family(old->owner, new->owner))
            continue;
        before = ray_column_not_null_name(from, old);
        after = ray_column_not_null_name(to, new);
        if (strcmp(before, after) != 0)
            *ray_vec_add(from->arena, &list) = (struct ray_renamed){.kind = &ray_kind_constraint,
                                                                    .schema = old->schema,
                                                                    .parent = old->parent,
                                                                    .from = before,
                                                                    .to = after};
    }
    add_in_turn(from->arena, &list, out);
}

void
ray_rename_followers(const struct ray_catalog *from, const struct ray_catalog *to,
                     ray_renamings *out)
{
    for (size_t i = 0; i < from->objects.len; i++) {
        const struct ray_object *old = from->objects.items[i];
        bool follows = old->owner != NULL && (old->kind->has_index || old->kind->apart);
        const struct ray_object *owner;

        if (!follows || old->implied || has(to, old))
            continue;
        owner = ray_catalog_relation(to, old->schema, old->parent);
        for (size_t p = 0; owner != NULL && p < owner->parts.len; p++) {
            const struct ray_object *new = owner->parts.items[p];

            if (new->kind == old->kind && !new->implied && !has(from, new) && !is_taken(out, new) &&
                same_values(old, new)) {
                ray_rename_add(from->arena, out, old, NULL, old->parent, new->name);
                break;
            }
        }
    }
    if (from->version >= NAMED_NOT_NULL && to->version >= NAMED_NOT_NULL)
        follow_not_nulls(from, to, out);
}

/* ---------------------------------------------------------------- carried out */

static bool
run(struct ray_conn *conn, const ray_renamings *renamings, size_t first, struct ray_arena *arena,
    struct ray_err *err)
{
    for (size_t i = first; i < renamings->len; i++) {
        const struct ray_renamed *renamed = &renamings->items[i];

        if (!ray_conn_exec(conn, ray_rename_sql(arena, renamed, renamed->from, renamed->to), err))
            return false;
    }
    return true;
}

static bool
make(struct ray_conn *conn, const struct ray_catalog *catalog, struct ray_err *err)
{
    struct ray_ddl ddl;

    ray_ddl_init(&ddl, catalog->arena, catalog);
    if (!ray_catalog_write(catalog, &ddl, err) ||
        !ray_conn_exec(conn, "SET check_function_bodies = off", err))
        return false;
    for (size_t i = 0; i < ddl.statements.len; i++)
        if (!ray_conn_exec(conn, ddl.statements.items[i].sql, err))
            return false;
    return true;
}

/* What no database knows of its columns. */
static void
carry_conversions(const struct ray_catalog *from, struct ray_catalog *to)
{
    for (size_t i = 0; i < from->conversions.len; i++) {
        const struct ray_object *column = from->conversions.items[i].column;

        column = ray_catalog_find(to, column->kind, column->schema, column->parent, column->name,
                                  NULL);
        if (column != NULL)
            *ray_vec_add(to->arena, &to->conversions) =
                (struct ray_conversion){column, from->conversions.items[i].expression};
    }
}

bool
ray_rename_apply(struct ray_conn *conn, const struct ray_load_options *load,
                 const struct ray_catalog *from, const struct ray_catalog *to,
                 ray_renamings *renamings, struct ray_catalog **out, struct ray_err *err)
{
    size_t declared = renamings->len;

    if (!make(conn, from, err) || !run(conn, renamings, 0, from->arena, err) ||
        !ray_catalog_load(conn, from->arena, load, out, err))
        return false;
    if (to != NULL)
        ray_rename_followers(*out, to, renamings);
    if (renamings->len > declared && (!run(conn, renamings, declared, from->arena, err) ||
                                      !ray_catalog_load(conn, from->arena, load, out, err)))
        return false;
    carry_conversions(from, *out);
    return true;
}

/* ---------------------------------------------------------------- in a plan */

/* The object that a rename is about, for the step: in the catalog where it has its new name. The NOT NULL of a column
 * that has the name that PostgreSQL gives is none, and its table stands for it. */
static const struct ray_object *
subject(const struct ray_catalog *catalog, const struct ray_renamed *renamed, const char *name)
{
    const struct ray_object *found;

    if (renamed->is_value)
        return ray_catalog_find(catalog, renamed->kind, renamed->schema, NULL, renamed->parent,
                                NULL);
    found = ray_catalog_find(catalog, renamed->kind, renamed->schema, renamed->parent, name,
                             renamed->signature);
    return found == NULL && renamed->kind == &ray_kind_constraint
               ? ray_catalog_relation(catalog, renamed->schema, renamed->parent)
               : found;
}

static void
add_step(struct ray_plan *plan, const struct ray_renamed *renamed,
         const struct ray_catalog *catalog, const char *from, const char *to)
{
    struct ray_plan_step *step = ray_vec_add(plan->arena, &plan->steps);

    *step = (struct ray_plan_step){.type = RAY_STEP_ALTER,
                                   .from = subject(catalog, renamed, renamed->to),
                                   .to = subject(catalog, renamed, renamed->to),
                                   .first = plan->ddl.statements.len,
                                   .count = 1};
    ray_ddl_add(&plan->ddl, step->to, "%s", ray_rename_sql(plan->arena, renamed, from, to));
}

void
ray_rename_prepend(struct ray_plan *up, const ray_renamings *renamings)
{
    struct ray_plan old = *up;

    memset(&up->steps, 0, sizeof(up->steps));
    memset(&up->ddl.statements, 0, sizeof(up->ddl.statements));
    for (size_t i = 0; i < renamings->len; i++)
        add_step(up, &renamings->items[i], old.from, renamings->items[i].from,
                 renamings->items[i].to);
    for (size_t i = 0; i < old.steps.len; i++) {
        struct ray_plan_step *step = ray_vec_add(up->arena, &up->steps);

        *step = old.steps.items[i];
        step->first = up->ddl.statements.len;
        for (size_t s = 0; s < step->count; s++)
            *ray_vec_add(up->arena, &up->ddl.statements) =
                old.ddl.statements.items[old.steps.items[i].first + s];
    }
}

void
ray_rename_append(struct ray_plan *down, const ray_renamings *renamings)
{
    for (size_t i = renamings->len; i > 0; i--)
        add_step(down, &renamings->items[i - 1], down->to, renamings->items[i - 1].to,
                 renamings->items[i - 1].from);
}
