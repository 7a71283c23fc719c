/*
 * Records become objects. The DSL has checked what a user can get wrong; here the catalog's own tables are the
 * last word: a kind or an attribute that is in none of them is an error at the record's place.
 */
#include "script/schema_take.h"

#include "base/term.h"
#include "catalog/acl.h"
#include "catalog/acl_read.h"
#include "catalog/kind.h"
#include "script/record.h"

#include <string.h>

/* A record being read: it is at index `at` of the stack. */
struct taking {
    lua_State *L;
    struct ray_arena *arena;
    struct ray_schema *schema;
    int at;
    const char *file;
    int line;
};

static _Noreturn void
fail(const struct taking *taking, const char *hint, const char *message)
{
    struct ray_err err;

    ray_err_init(&err, ray_lua_of(taking->L)->scratch);
    (void)ray_err_set(&err, RAY_FAILED, "%s", message);
    err.hint = hint;
    (void)ray_err_at(&err, taking->file, taking->line, 0);
    (void)ray_lua_raise(taking->L, &err);
}

/* A text of the record; NULL where it has none. */
static const char *
text_of(const struct taking *taking, const char *name)
{
    return ray_record_text(taking->L, taking->arena, taking->at, name);
}

/* The list of texts at the top of the stack. */
static ray_list
read_list(const struct taking *taking, const char *what)
{
    lua_State *L = taking->L;
    ray_list list = {0};

    for (lua_Integer i = 1; lua_rawgeti(L, -1, i) != LUA_TNIL; i++) {
        if (lua_type(L, -1) != LUA_TSTRING)
            fail(taking, NULL,
                 ray_arena_printf(taking->arena, "item %d of \"%s\" is of type %s, not a text",
                                  (int)i, what, luaL_typename(L, -1)));
        *ray_vec_add(taking->arena, &list) = ray_arena_strdup(taking->arena, lua_tostring(L, -1));
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
    return list;
}

/* ---------------------------------------------------------------- attributes */

static size_t
attribute_named(const struct ray_kind *kind, const char *name)
{
    size_t i = 0;

    while (i < kind->nattributes && strcmp(kind->attributes[i].name, name) != 0)
        i++;
    return i;
}

static _Noreturn void
unknown_attribute(const struct taking *taking, const struct ray_kind *kind, const char *name)
{
    RAY_VEC(const char *) names = {0};
    const char *nearest;

    for (size_t i = 0; i < kind->nattributes; i++)
        *ray_vec_add(taking->arena, &names) = kind->attributes[i].name;
    nearest = names.len == 0 ? NULL : ray_nearest(name, names.items, names.len);
    fail(taking,
         nearest == NULL ? NULL : ray_arena_printf(taking->arena, "Did you mean \"%s\"?", nearest),
         ray_arena_printf(taking->arena, "a %s has no attribute \"%s\"", kind->name, name));
}

/* The value at the top of the stack as that attribute keeps it. */
static const char *
attribute_value(const struct taking *taking, const struct ray_attribute *attribute)
{
    lua_State *L = taking->L;
    int type = lua_type(L, -1);

    if (attribute->type == RAY_ATTRIBUTE_FLAG && type == LUA_TBOOLEAN)
        return lua_toboolean(L, -1) ? "true" : NULL;
    if (attribute->type == RAY_ATTRIBUTE_TEXT && type == LUA_TSTRING)
        return ray_arena_strdup(taking->arena, lua_tostring(L, -1));
    if (attribute->type == RAY_ATTRIBUTE_LIST && type == LUA_TTABLE) {
        ray_list list = read_list(taking, attribute->name);

        return ray_list_write(taking->arena, &list);
    }
    fail(taking, NULL,
         ray_arena_printf(taking->arena, "\"%s\" cannot be of type %s", attribute->name,
                          luaL_typename(L, -1)));
}

static void
take_attributes(const struct taking *taking, struct ray_object *object)
{
    lua_State *L = taking->L;

    if (lua_getfield(L, taking->at, "attributes") != LUA_TTABLE)
        fail(taking, NULL, "a declared object has no attributes");
    lua_pushnil(L);
    while (lua_next(L, -2) != 0) { /* -- [attributes name value] */
        const char *name = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "?";
        size_t i = attribute_named(object->kind, name);

        if (i == object->kind->nattributes)
            unknown_attribute(taking, object->kind, name);
        ray_object_set(object, i, attribute_value(taking, &object->kind->attributes[i]));
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
}

/* ---------------------------------------------------------------- grants */

/* The grant at the top of the stack: one for each of its roles. */
static void
take_grant(struct taking *taking, struct ray_object *object)
{
    lua_State *L = taking->L;
    int at = lua_gettop(L);
    struct ray_grant grant = {.revoke = ray_record_flag(L, at, "revoke"),
                              .option = ray_record_flag(L, at, "option")};
    ray_list roles;
    struct ray_err err;

    taking->file = ray_record_text(taking->L, taking->arena, at, "file");
    taking->line = (int)ray_record_integer(L, at, "line");
    lua_getfield(L, at, "privileges");
    grant.words = read_list(taking, "privileges");
    lua_pop(L, 1);
    lua_getfield(L, at, "roles");
    roles = read_list(taking, "roles");
    lua_pop(L, 1);
    grant.by = ray_record_text(taking->L, taking->arena, at, "by");
    ray_err_init(&err, ray_lua_of(L)->scratch);
    for (size_t i = 0; i < roles.len; i++) {
        grant.role = roles.items[i];
        if (!ray_acl_apply(taking->arena, object, &grant, &err))
            fail(taking, err.hint, err.message);
    }
}

static void
take_grants(struct taking taking, struct ray_object *object)
{
    lua_State *L = taking.L;

    if (lua_getfield(L, taking.at, "grants") == LUA_TTABLE)
        for (lua_Integer i = 1; lua_rawgeti(L, -1, i) != LUA_TNIL; i++) {
            take_grant(&taking, object);
            lua_pop(L, 1);
        }
    lua_settop(L, taking.at);
}

/* ---------------------------------------------------------------- objects */

static void
take_facts(const struct taking *taking, struct ray_object *object)
{
    lua_State *L = taking->L;
    const char *was = text_of(taking, "was");
    const char *expression = text_of(taking, "using");

    object->values[RAY_OWNER] = text_of(taking, "owner");
    object->values[RAY_COMMENT] = text_of(taking, "comment");
    if (lua_getfield(L, taking->at, "labels") == LUA_TTABLE) {
        ray_list labels = read_list(taking, "labels");

        object->values[RAY_LABELS] = ray_list_write(taking->arena, &labels);
    }
    lua_pop(L, 1);
    if (was != NULL)
        *ray_vec_add(taking->arena, &taking->schema->renames) = (struct ray_rename){object, was};
    if (expression != NULL)
        *ray_vec_add(taking->arena,
                     &taking->schema->conversions) = (struct ray_conversion){object, expression};
}

static const struct ray_kind *
take_kind(const struct taking *taking)
{
    const char *name = text_of(taking, "kind");
    const struct ray_kind *kind = name == NULL ? NULL : ray_kind_named(name);

    if (kind == NULL)
        fail(taking, NULL,
             ray_arena_printf(taking->arena, "there is no kind of object \"%s\"",
                              name == NULL ? "" : name));
    return kind;
}

/* What stands in every new database, of which only something is said. */
static bool
is_built_in(const struct ray_object *object)
{
    static const char *const known[][2] = {
        {"schema", "public"}, {"extension", "plpgsql"}, {"language", "internal"},
        {"language", "c"},    {"language", "sql"},
    };

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (strcmp(known[i][0], object->kind->name) == 0 && strcmp(known[i][1], object->name) == 0)
            return true;
    return strcmp(object->kind->name, "system privileges") == 0;
}

/* Constraints and triggers that come with those of the parent, and are there for what is said of them. */
static bool
is_inherited(const struct ray_object *object)
{
    size_t i = attribute_named(object->kind, "inherited");

    return i < object->kind->nattributes &&
           object->kind->attributes[i].type == RAY_ATTRIBUTE_FLAG && ray_object_is(object, i);
}

/* Who owns what initdb granted on: it granted. */
static const char *
initial_owner(struct ray_arena *arena, const char *acl)
{
    ray_list items = ray_list_read(arena, acl);
    const char *role = NULL;
    const char *rest;

    if (items.len == 0)
        return NULL;
    rest = ray_acl_read_role(arena, items.items[0], &role);
    (void)ray_acl_read_role(arena, rest + strcspn(rest, "/") + 1, &role);
    return role;
}

/* The record at the top of the stack. */
static void
take_object(struct taking *taking)
{
    struct ray_object *object;
    const char *name;

    taking->at = lua_gettop(taking->L);
    taking->file = text_of(taking, "file");
    taking->line = (int)ray_record_integer(taking->L, taking->at, "line");
    object = ray_object_new(taking->arena, take_kind(taking));
    name = text_of(taking, "name");
    object->schema = text_of(taking, "schema");
    object->parent = text_of(taking, "parent");
    object->name = name == NULL ? "" : name;
    object->signature = text_of(taking, "signature");
    object->sub = (uint32_t)ray_record_integer(taking->L, taking->at, "position");
    object->file = taking->file;
    object->line = taking->line;
    object->implied = ray_record_flag(taking->L, taking->at, "implied");
    object->member = ray_record_flag(taking->L, taking->at, "member");
    object->built_in = is_built_in(object);
    take_attributes(taking, object);
    if (strcmp(object->kind->name, "system privileges") == 0) {
        const char *initial = ray_object_get(object, "initial");

        object->base_acl = initial == NULL ? "[]" : initial;
    }
    object->implied = object->implied || is_inherited(object);
    take_facts(taking, object);
    if (object->base_acl != NULL && object->values[RAY_OWNER] == NULL)
        object->values[RAY_OWNER] = initial_owner(taking->arena, object->base_acl);
    take_grants(*taking, object);
    if (!ray_catalog_add(taking->schema->catalog, object))
        fail(taking, NULL,
             ray_arena_printf(taking->arena, "%s is declared twice",
                              ray_object_label(taking->arena, object)));
}

static void
take_statement(const struct taking *taking)
{
    int at = lua_gettop(taking->L);

    *ray_vec_add(taking->arena, &taking->schema->statements) =
        (struct ray_sql_text){.text = ray_record_text(taking->L, taking->arena, at, "text"),
                              .file = ray_record_text(taking->L, taking->arena, at, "file"),
                              .line = (int)ray_record_integer(taking->L, at, "line")};
}

void
ray_schema_take_objects(lua_State *L, struct ray_arena *arena, struct ray_schema *schema)
{
    struct taking taking = {.L = L, .arena = arena, .schema = schema};

    luaL_checkstack(L, 20, NULL);
    for (lua_Integer i = 1; lua_rawgeti(L, -1, i) == LUA_TTABLE; i++) {
        take_object(&taking);
        lua_pop(L, 1);
    }
    lua_pop(L, 2);
}

void
ray_schema_take(lua_State *L, struct ray_arena *arena, struct ray_schema *schema)
{
    struct taking taking = {.L = L, .arena = arena, .schema = schema};

    luaL_checkstack(L, 20, NULL);
    lua_getfield(L, -1, "objects");
    ray_schema_take_objects(L, arena, schema);
    lua_getfield(L, -1, "statements");
    for (lua_Integer i = 1; lua_rawgeti(L, -1, i) == LUA_TTABLE; i++) {
        take_statement(&taking);
        lua_pop(L, 1);
    }
    lua_pop(L, 2);
}
