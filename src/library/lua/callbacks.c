/*
 * Callbacks. One that raises cancels the operation; its error is raised again when the library has let go, since nothing may
 * jump over its frames. So all that Lua does here is protected, and the stack is left as it was.
 */
#include "module.h"

#include <string.h>

/* Calls the callback with the argument on top of the stack; false where it raised, or there is none. */
static int
call_back(struct handle *handle, int which, int results)
{
    lua_State *L = handle->L;

    if (handle->failed || lua_getiuservalue(L, handle->self, which) != LUA_TFUNCTION)
        return 0;
    lua_insert(L, -2);
    if (lua_pcall(L, 1, results, 0) == LUA_OK)
        return 1;
    lua_setiuservalue(L, handle->self, RAISED);
    handle->failed = 1;
    raymig_cancel(handle->project);
    return 0;
}

/* A pointer for a function below to read: lua.h has no const one. */
static void
push_pointer(lua_State *L, const void *pointer)
{
    void *copy;

    memcpy(&copy, &pointer, sizeof(copy));
    lua_pushlightuserdata(L, copy);
}

static void
set_text(lua_State *L, const char *key, const char *text)
{
    if (text == NULL)
        return;
    lua_pushstring(L, text);
    lua_setfield(L, -2, key);
}

static void
set_number(lua_State *L, const char *key, int64_t number)
{
    lua_pushinteger(L, number);
    lua_setfield(L, -2, key);
}

/* Makes the table of an event, protected: memory may run out. */
static int
l_event(lua_State *L)
{
    static const char *const kinds[] = {
        "lock_wait", "begin", "statement", "statement_done", "notice", "progress",
        "warning",   "retry", "done",      "failed",         "backup",
    };
    const raymig_event *event = lua_touserdata(L, 1);

    lua_createtable(L, 0, 12);
    set_text(L, "kind", kinds[event->kind]);
    set_text(L, "direction", event->down ? "down" : "up");
    set_text(L, "tag", event->tag);
    set_text(L, "text", event->text);
    set_text(L, "user", event->user);
    set_number(L, "number", (int64_t)event->number);
    set_number(L, "total", (int64_t)event->total);
    set_number(L, "statement", event->statement);
    set_number(L, "us", event->us);
    set_number(L, "done", event->done);
    set_number(L, "of", event->of);
    set_number(L, "pid", event->pid);
    lua_pushboolean(L, event->dry_run);
    lua_setfield(L, -2, "dry_run");
    return 1;
}

static void
on_event(void *arg, const raymig_event *event)
{
    struct handle *handle = arg;
    lua_State *L = handle->L;
    int top = lua_gettop(L);

    if (handle->failed || !lua_checkstack(L, 8))
        return;
    lua_pushcfunction(L, l_event);
    push_pointer(L, event);
    if (lua_pcall(L, 1, 1, 0) == LUA_OK)
        (void)call_back(handle, ON_EVENT, 0);
    lua_settop(L, top);
}

/* Likewise the table of a message. */
static int
l_message(lua_State *L)
{
    lua_createtable(L, 0, 2);
    lua_pushstring(L, lua_touserdata(L, 1));
    lua_setfield(L, -2, "kind");
    lua_pushstring(L, lua_touserdata(L, 2));
    lua_setfield(L, -2, "text");
    return 1;
}

static void
on_message(void *arg, const char *kind, const char *text)
{
    struct handle *handle = arg;
    lua_State *L = handle->L;
    int top = lua_gettop(L);

    if (handle->failed || !lua_checkstack(L, 8))
        return;
    lua_pushcfunction(L, l_message);
    push_pointer(L, kind);
    push_pointer(L, text);
    if (lua_pcall(L, 2, 1, 0) == LUA_OK)
        (void)call_back(handle, ON_MESSAGE, 0);
    lua_settop(L, top);
}

static int
l_text(lua_State *L)
{
    lua_pushstring(L, lua_touserdata(L, 1));
    return 1;
}

static int
on_question(void *arg, const char *question)
{
    struct handle *handle = arg;
    lua_State *L = handle->L;
    int top = lua_gettop(L);
    int yes = 0;

    if (handle->failed || !lua_checkstack(L, 8))
        return 0;
    lua_pushcfunction(L, l_text);
    push_pointer(L, question);
    if (lua_pcall(L, 1, 1, 0) == LUA_OK && call_back(handle, ON_QUESTION, 1))
        yes = lua_toboolean(L, -1);
    lua_settop(L, top);
    return yes;
}

void
listen_to(struct handle *handle)
{
    raymig_on_event(handle->project, on_event, handle);
    raymig_on_message(handle->project, on_message, handle);
    raymig_on_question(handle->project, on_question, handle);
}
