/* What the Lua side of the schema DSL (lua/raymig/schema/) asks of C: the place of the user's call, quoting,
 * and which kinds of objects there are with which attributes. */
#include "catalog/kind.h"
#include "pg/keyword.h"
#include "pg/quote.h"
#include "script/state.h"

#include <string.h>

/* host.place(): file and line of the script that is running; nothing where none is. */
int
ray_lua_l_place(lua_State *L)
{
    lua_Debug where;

    if (!ray_lua_place(L, &where))
        return 0;
    lua_pushstring(L, where.source + 1);
    lua_pushinteger(L, where.currentline);
    return 2;
}

/* host.name(text): a name as SQL, quoted where it must be. */
int
ray_lua_l_name(lua_State *L)
{
    const char *name = luaL_checkstring(L, 1);
    struct ray_buf buf;

    ray_buf_init(&buf, ray_lua_of(L)->scratch);
    ray_buf_name(&buf, name);
    lua_pushstring(L, buf.data);
    return 1;
}

/* host.literal(text): a text as SQL. */
int
ray_lua_l_literal(lua_State *L)
{
    lua_pushstring(L, ray_quote_literal(ray_lua_of(L)->scratch, luaL_checkstring(L, 1)));
    return 1;
}

static void
set_flag(lua_State *L, const char *name, bool on)
{
    lua_pushboolean(L, on);
    lua_setfield(L, -2, name);
}

static void
push_attributes(lua_State *L, const struct ray_kind *kind)
{
    static const char *const types[] = {[RAY_ATTRIBUTE_TEXT] = "text",
                                        [RAY_ATTRIBUTE_FLAG] = "flag",
                                        [RAY_ATTRIBUTE_LIST] = "list"};

    lua_createtable(L, 0, (int)kind->nattributes);
    for (size_t i = 0; i < kind->nattributes; i++) {
        lua_pushstring(L, types[kind->attributes[i].type]);
        lua_setfield(L, -2, kind->attributes[i].name);
    }
}

/* A part of a table is in its table's schema; what a part of something without one is in is nothing. */
static bool
has_schema(const struct ray_kind *kind)
{
    return kind->select.schema != NULL ||
           (kind->owner_catalog != NULL && (strcmp(kind->owner_catalog, "pg_class") == 0 ||
                                            strcmp(kind->owner_catalog, "pg_type") == 0));
}

void
ray_lua_add_kinds(lua_State *L)
{
    luaL_checkstack(L, 6, NULL);
    lua_createtable(L, 0, (int)ray_kind_count);
    for (size_t i = 0; i < ray_kind_count; i++) {
        const struct ray_kind *kind = ray_kinds[i];

        lua_createtable(L, 0, 8);
        push_attributes(L, kind);
        lua_setfield(L, -2, "attributes");
        set_flag(L, "schema", has_schema(kind));
        set_flag(L, "parent", kind->owner_catalog != NULL);
        set_flag(L, "owner", kind->has_owner);
        set_flag(L, "grants", kind->acl_type != '\0' || kind->grantable != NULL);
        set_flag(L, "type", kind->owner_catalog == NULL && strcmp(kind->catalog, "pg_type") == 0);
        set_flag(L, "routine", strcmp(kind->catalog, "pg_proc") == 0);
        lua_setfield(L, -2, kind->name);
    }
    lua_setfield(L, -2, "kinds");
}
