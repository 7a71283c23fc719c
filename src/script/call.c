/*
 * From C into Lua and back: the one protected call of the tree, and what becomes of an error. The message
 * handler turns whatever was raised into a struct ray_err while the stack that raised it still stands, so
 * that place and traceback are known; memory errors never reach it and are told apart afterwards.
 *
 * Errors travel in Lua as tables of class raymig.error (lua/raymig/error.lua), with the fields of
 * ray_err; a script may raise a plain string, or a table of its own with a `message`.
 */
#include "base/buf.h"
#include "base/file.h"
#include "script/state.h"

#include <string.h>

void
ray_lua_invoke(lua_State *L, int nargs, int nresults)
{
    lua_call(L, nargs, nresults);
}

/* The parts of an error that are text, and their fields in Lua. */
static const struct {
    const char *field;
    size_t at;
} texts[] = {
    {"message", offsetof(struct ray_err, message)},
    {"detail", offsetof(struct ray_err, detail)},
    {"hint", offsetof(struct ray_err, hint)},
    {"context", offsetof(struct ray_err, context)},
    {"statement", offsetof(struct ray_err, statement)},
    {"file", offsetof(struct ray_err, file)},
};

static const char **
text_of(struct ray_err *err, size_t row)
{
    return (const char **)(void *)((char *)err + texts[row].at);
}

bool
ray_lua_place(lua_State *L, lua_Debug *where)
{
    for (int level = 0; lua_getstack(L, level, where); level++)
        if (lua_getinfo(L, "Sl", where) && where->source[0] == '@' && where->currentline > 0)
            return true;
    return false;
}

void
ray_lua_push_err(lua_State *L, const struct ray_err *err)
{
    struct ray_err copy = *err;
    lua_Debug where;

    luaL_checkstack(L, 4, NULL);
    lua_createtable(L, 0, 8);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (*text_of(&copy, i) == NULL)
            continue;
        lua_pushstring(L, *text_of(&copy, i));
        lua_setfield(L, -2, texts[i].field);
    }
    for (const struct ray_code_row *row = ray_codes; row->name != NULL; row++)
        if (row->code == err->code) {
            lua_pushstring(L, row->name);
            lua_setfield(L, -2, "code");
        }
    if (err->sqlstate[0] != '\0') {
        lua_pushstring(L, err->sqlstate);
        lua_setfield(L, -2, "sqlstate");
    }
    if (err->position > 0) {
        lua_pushinteger(L, (lua_Integer)err->position);
        lua_setfield(L, -2, "position");
    }
    if (err->file == NULL && ray_lua_place(L, &where)) {
        copy.line = where.currentline;
        lua_pushstring(L, where.source + 1);
        lua_setfield(L, -2, "file");
    }
    if (copy.line > 0) {
        lua_pushinteger(L, copy.line);
        lua_setfield(L, -2, "line");
    }
    ray_lua_slot_push(L, RAY_SLOT_ERROR);
    if (lua_istable(L, -1))
        lua_setmetatable(L, -2);
    else
        lua_pop(L, 1); /* while the state is being set up there is no class yet */
}

int
ray_lua_raise(lua_State *L, const struct ray_err *err)
{
    ray_lua_push_err(L, err);
    (void)lua_error(L);
    __builtin_unreachable();
}

int
ray_lua_fail(lua_State *L, const char *hint, const char *format, ...)
{
    struct ray_err err;
    va_list args;

    ray_err_init(&err, ray_lua_of(L)->scratch);
    va_start(args, format);
    err.message = ray_arena_vprintf(err.arena, format, args);
    va_end(args);
    err.code = RAY_FAILED;
    err.hint = hint;
    (void)ray_lua_raise(L, &err);
}

/* ---------------------------------------------------------------- the message handler */

static enum ray_code
code_named(const char *name)
{
    for (const struct ray_code_row *row = ray_codes; name != NULL && row->name != NULL; row++)
        if (row->code != RAY_OK && strcmp(row->name, name) == 0)
            return row->code;
    return RAY_FAILED;
}

/* The string in a field of the table at 1, in the error's arena; NULL where it is no string. */
static const char *
field_text(lua_State *L, struct ray_err *err, const char *field)
{
    const char *text = NULL;

    if (lua_getfield(L, 1, field) == LUA_TSTRING)
        text = ray_arena_strdup(err->arena, lua_tostring(L, -1));
    lua_pop(L, 1);
    return text;
}

static lua_Integer
field_integer(lua_State *L, const char *field)
{
    lua_Integer value;

    lua_getfield(L, 1, field);
    value = lua_tointeger(L, -1);
    lua_pop(L, 1);
    return value < 0 ? 0 : value;
}

static void
from_table(lua_State *L, struct ray_err *err)
{
    const char *sqlstate = field_text(L, err, "sqlstate");

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        *text_of(err, i) = field_text(L, err, texts[i].field);
    err->code = code_named(field_text(L, err, "code"));
    err->line = (int)field_integer(L, "line");
    err->position = (size_t)field_integer(L, "position");
    if (sqlstate != NULL)
        memcpy(err->sqlstate, sqlstate, strnlen(sqlstate, sizeof(err->sqlstate) - 1));
}

/* Takes "file:line: " off a message where one of the running lines wrote it there. */
static void
from_string(lua_State *L, struct ray_err *err)
{
    const char *message = lua_tostring(L, 1);
    lua_Debug where;

    for (int level = 1; lua_getstack(L, level, &where); level++) {
        const char *prefix;

        if (!lua_getinfo(L, "Sl", &where) || where.source[0] != '@' || where.currentline <= 0)
            continue;
        prefix = ray_arena_printf(err->arena, "%s:%d: ", where.short_src, where.currentline);
        if (!ray_has_prefix(message, prefix))
            continue;
        err->file = ray_arena_strdup(err->arena, where.source + 1);
        err->line = where.currentline;
        message += strlen(prefix);
        break;
    }
    err->code = RAY_FAILED;
    err->message = ray_arena_strdup(err->arena, message);
}

/* Frames of C, of raymig's own Lua, and one that says what the line before it said. */
static bool
is_noise(const char *line, size_t length, const struct ray_buf *before)
{
    return ray_has_prefix(line, "[C]") || ray_has_prefix(line, "raymig/") ||
           ray_has_prefix(line, "(...tail") ||
           (before->len >= length &&
            strncmp(before->data + before->len - length, line, length) == 0);
}

/* The traceback without what is ours or C; NULL where only one line is left, which file and line name. */
static const char *
trimmed_traceback(lua_State *L, struct ray_arena *arena)
{
    struct ray_buf buf;
    const char *line;
    int lines = 0;

    luaL_traceback(L, L, NULL, 1);
    ray_buf_init(&buf, arena);
    line = strchr(lua_tostring(L, -1), '\n');
    while (line != NULL) {
        const char *next = strchr(++line, '\n');
        size_t length;

        line += strspn(line, "\t");
        length = next == NULL ? strlen(line) : (size_t)(next - line);
        if (!is_noise(line, length, &buf)) {
            if (lines++ > 0)
                ray_buf_addc(&buf, '\n');
            ray_buf_addn(&buf, line, length);
        }
        line = next;
    }
    lua_pop(L, 1);
    return lines > 1 ? buf.data : NULL;
}

static int
l_fault(lua_State *L)
{
    struct ray_err *err = &ray_lua_of(L)->fault;
    lua_Debug where;

    ray_err_clear(err);
    if (lua_istable(L, 1))
        from_table(L, err);
    else if (lua_isstring(L, 1))
        from_string(L, err);
    if (err->message == NULL && luaL_getmetafield(L, 1, "__tostring") != LUA_TNIL)
        (void)ray_err_set(err, RAY_FAILED, "%s", luaL_tolstring(L, 1, NULL));
    if (err->message == NULL)
        (void)ray_err_set(err, RAY_FAILED, "the script raised a value of type %s as its error",
                          luaL_typename(L, 1));
    if (err->file == NULL && ray_lua_place(L, &where))
        (void)ray_err_at(err, where.source + 1, where.currentline, 0);
    if (err->context == NULL)
        err->context = trimmed_traceback(L, err->arena);
    lua_settop(L, 1);
    return 1;
}

static void
take_fault(struct ray_lua *lua, int status, struct ray_err *err)
{
    struct ray_arena *arena = err->arena;

    if (status == LUA_ERRRUN && lua->fault.message != NULL) {
        *err = lua->fault;
        if (strcmp(err->message, "not enough memory") == 0 && lua->refused)
            ray_lua_memory_fault(lua, err); /* caught and raised again by the script */
    } else if (status == LUA_ERRMEM || lua->refused || lua->fail_after == 0) {
        ray_lua_memory_fault(lua, err);
    } else {
        (void)ray_err_set(err, RAY_FAILED, "an error in handling an error%s%s",
                          lua->fault.message == NULL ? "" : ": ",
                          lua->fault.message == NULL ? "" : lua->fault.message);
    }
    err->arena = arena;
}

bool
ray_lua_call(struct ray_lua *lua, lua_CFunction fn, void *arg, struct ray_err *err)
{
    lua_State *L = lua->L;
    int top;
    int status;

    if (L == NULL) {
        struct ray_arena *arena = err->arena;

        *err = lua->fault;
        err->arena = arena;
        return false;
    }
    top = lua_gettop(L);
    ray_err_init(&lua->fault, err->arena);
    ray_lua_enter(lua);
    lua_pushcfunction(L, l_fault);
    lua_pushcfunction(L, fn);
    lua_pushlightuserdata(L, arg);
    status = lua_pcall(L, 1, 0, top + 1);
    ray_lua_leave(lua);
    lua_settop(L, top);
    if (status != LUA_OK)
        take_fault(lua, status, err);
    ray_err_init(&lua->fault, lua->arena);
    return status == LUA_OK;
}
