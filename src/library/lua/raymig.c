/*
 * raymig.so: the library for a stock lua5.4 (docs/library.md, lua/meta/raymig_library.lua).
 *
 *     local raymig = require "raymig"
 *     local result, err = raymig.migrate { url = "postgres:///shop", migrations = "migrations" }
 *
 * It sees raymig.h alone. Documents become tables; an error is a value, a table that prints as its message. A callback
 * that raises cancels the operation, and its error is raised again when the library has let go: nothing jumps over C.
 */
#include <jansson.h>
#include <lauxlib.h>
#include <lua.h>
#include <raymig.h>
#include <string.h>

#define HANDLE "raymig"
#define ERROR  "raymig.error"

__attribute__((visibility("default"))) int luaopen_raymig(lua_State *L);

/* What a handle keeps as its user values: callbacks, the error of one, and the table of what it was told. */
enum { ON_EVENT = 1, ON_MESSAGE, ON_QUESTION, RAISED, OPTIONS, VALUES = OPTIONS };

struct handle {
    raymig *project;
    lua_State *L; /* that runs the operation; NULL: none */
    int self;     /* the index of the handle there */
    int failed;   /* a callback raised; its error is the user value RAISED */
};

static struct handle *
check_handle(lua_State *L)
{
    struct handle *handle = luaL_checkudata(L, 1, HANDLE);

    luaL_argcheck(L, handle->project != NULL, 1, "the handle is closed");
    return handle;
}

/* ---------------------------------------------------------------- documents */

static void push_json(lua_State *L, const json_t *value);

static void
push_object(lua_State *L, const json_t *value)
{
    const char *key;
    json_t *item;

    lua_createtable(L, 0, (int)json_object_size(value));
    json_object_foreach((json_t *)(uintptr_t)value, key, item)
    {
        push_json(L, item);
        lua_setfield(L, -2, key);
    }
}

static void
push_array(lua_State *L, const json_t *value)
{
    size_t count = json_array_size(value);

    lua_createtable(L, (int)count, 0);
    for (size_t i = 0; i < count; i++) {
        push_json(L, json_array_get(value, i));
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
}

static void
push_json(lua_State *L, const json_t *value)
{
    luaL_checkstack(L, 4, "a document that is nested too deeply");
    if (json_is_object(value))
        push_object(L, value);
    else if (json_is_array(value))
        push_array(L, value);
    else if (json_is_string(value))
        lua_pushlstring(L, json_string_value(value), json_string_length(value));
    else if (json_is_integer(value))
        lua_pushinteger(L, json_integer_value(value));
    else if (json_is_real(value))
        lua_pushnumber(L, json_real_value(value));
    else if (json_is_boolean(value))
        lua_pushboolean(L, json_boolean_value(value));
    else
        lua_pushnil(L);
}

/* Holds a result and its parsed document, so that an error of Lua's while tables are made loses neither. */
struct holder {
    raymig_result *result;
    json_t *document;
};

static int
l_holder_gc(lua_State *L)
{
    struct holder *holder = lua_touserdata(L, 1);

    json_decref(holder->document);
    raymig_result_free(holder->result);
    holder->document = NULL;
    holder->result = NULL;
    return 0;
}

static struct holder *
new_holder(lua_State *L)
{
    struct holder *holder = lua_newuserdatauv(L, sizeof(*holder), 0);

    memset(holder, 0, sizeof(*holder));
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, l_holder_gc);
    lua_setfield(L, -2, "__gc");
    lua_setmetatable(L, -2);
    return holder;
}

/* The document; or nil, the error with the document in it. */
static int
push_result(lua_State *L, struct holder *holder)
{
    const raymig_result *result = holder->result;
    const char *text = raymig_result_json(result);

    holder->document = json_loads(text, 0, NULL);
    if (raymig_result_ok(result)) {
        push_json(L, holder->document);
        return 1;
    }
    lua_pushnil(L);
    lua_newtable(L);
    if (json_object_get(holder->document, "error") != NULL) {
        lua_pop(L, 1);
        push_json(L, json_object_get(holder->document, "error"));
    }
    lua_pushinteger(L, raymig_result_code(result));
    lua_setfield(L, -2, "code");
    lua_pushstring(L, raymig_result_message(result));
    lua_setfield(L, -2, "message");
    push_json(L, holder->document);
    lua_setfield(L, -2, "result");
    luaL_setmetatable(L, ERROR);
    return 2;
}

static int
l_error_tostring(lua_State *L)
{
    lua_getfield(L, 1, "message");
    return 1;
}

/* ---------------------------------------------------------------- callbacks */

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
    lua_pushlightuserdata(L, (void *)(uintptr_t)event);
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
    lua_pushlightuserdata(L, (void *)(uintptr_t)kind);
    lua_pushlightuserdata(L, (void *)(uintptr_t)text);
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
    lua_pushlightuserdata(L, (void *)(uintptr_t)question);
    if (lua_pcall(L, 1, 1, 0) == LUA_OK && call_back(handle, ON_QUESTION, 1))
        yes = lua_toboolean(L, -1);
    lua_settop(L, top);
    return yes;
}

/* ---------------------------------------------------------------- options */

/* A value as raymig_set wants it, on the stack; an error in Lua where it is of no such type. */
static const char *
value_text(lua_State *L, int index, const char *name)
{
    if (lua_isboolean(L, index))
        lua_pushstring(L, lua_toboolean(L, index) ? "true" : "false");
    else if (lua_type(L, index) == LUA_TSTRING || lua_isinteger(L, index))
        (void)luaL_tolstring(L, index, NULL);
    else
        luaL_error(L, "option \"%s\": a %s is no value of it", name, luaL_typename(L, index));
    return lua_tostring(L, -1);
}

static void
set_one(lua_State *L, const struct handle *handle, const char *name, int index)
{
    if (!raymig_set(handle->project, name, value_text(L, index, name)))
        luaL_error(L, "%s", raymig_fault(handle->project));
    lua_pop(L, 1);
}

static int
callback_of(const char *name)
{
    return strcmp(name, "on_event") == 0      ? ON_EVENT
           : strcmp(name, "on_message") == 0  ? ON_MESSAGE
           : strcmp(name, "on_question") == 0 ? ON_QUESTION
                                              : 0;
}

/* Sets an option or a callback to the value at `index`; a list is a value after the other, nil takes it back. */
static void
set_field(lua_State *L, struct handle *handle, int self, const char *name, int index)
{
    int which = callback_of(name);

    if (which != 0) {
        if (!lua_isnil(L, index))
            luaL_checktype(L, index, LUA_TFUNCTION);
        lua_pushvalue(L, index);
        lua_setiuservalue(L, self, which);
        return;
    }
    if (lua_isnil(L, index) || lua_istable(L, index))
        (void)raymig_set(handle->project, name, NULL);
    if (lua_istable(L, index)) {
        for (lua_Integer i = 1; lua_rawgeti(L, index, i) != LUA_TNIL; i++) {
            set_one(L, handle, name, lua_gettop(L));
            lua_pop(L, 1);
        }
        lua_pop(L, 1);
    } else if (!lua_isnil(L, index)) {
        set_one(L, handle, name, index);
    }
}

static int
is_among(const char *name, const char *const *names)
{
    for (; *names != NULL; names++)
        if (strcmp(*names, name) == 0)
            return 1;
    return 0;
}

/* Sets what the table at `index` says, but for names that are not options. `keep`: for the operations to come, too. */
static void
set_options(lua_State *L, struct handle *handle, int self, int index, const char *const *skip,
            int keep)
{
    lua_getiuservalue(L, self, OPTIONS);
    for (lua_pushnil(L); lua_next(L, index) != 0; lua_pop(L, 1)) {
        if (lua_type(L, -2) != LUA_TSTRING)
            luaL_error(L, "options have names");
        if (is_among(lua_tostring(L, -2), skip))
            continue;
        set_field(L, handle, self, lua_tostring(L, -2), lua_gettop(L));
        if (!keep)
            continue;
        lua_pushvalue(L, -2);
        lua_pushvalue(L, -2);
        lua_settable(L, -5);
    }
    lua_pop(L, 1);
}

/* An operation begins with what all are told, whatever the one before was told alone. */
static void
reset_options(lua_State *L, struct handle *handle, int self)
{
    static const char *const callbacks[] = {"on_event", "on_message", "on_question"};

    lua_getiuservalue(L, self, OPTIONS);
    for (int i = 0; i < 3; i++) {
        lua_getfield(L, -1, callbacks[i]);
        set_field(L, handle, self, callbacks[i], lua_gettop(L));
        lua_pop(L, 1);
    }
    for (size_t i = 0; raymig_option_name(i) != NULL; i++) {
        lua_getfield(L, -1, raymig_option_name(i));
        set_field(L, handle, self, raymig_option_name(i), lua_gettop(L));
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
}

/* ---------------------------------------------------------------- the handle */

static void
new_handle(lua_State *L, int options)
{
    static const char *const skip[] = {"folder", NULL};
    struct handle *handle = lua_newuserdatauv(L, sizeof(*handle), VALUES);
    int self = lua_gettop(L);
    const char *folder = NULL;

    memset(handle, 0, sizeof(*handle));
    luaL_setmetatable(L, HANDLE);
    if (options != 0 && lua_getfield(L, options, "folder") != LUA_TNIL)
        folder = luaL_checkstring(L, -1);
    handle->project = raymig_open(folder);
    lua_settop(L, self);
    lua_newtable(L);
    lua_setiuservalue(L, self, OPTIONS);
    if (options != 0)
        set_options(L, handle, self, options, skip, 1);
    raymig_on_event(handle->project, on_event, handle);
    raymig_on_message(handle->project, on_message, handle);
    raymig_on_question(handle->project, on_question, handle);
}

static int
l_open(lua_State *L)
{
    if (!lua_isnoneornil(L, 1))
        luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    new_handle(L, lua_isnil(L, 1) ? 0 : 1);
    return 1;
}

static int
l_close(lua_State *L)
{
    struct handle *handle = luaL_checkudata(L, 1, HANDLE);

    if (handle->L != NULL)
        return luaL_error(L, "the handle is at work");
    raymig_close(handle->project);
    handle->project = NULL;
    return 0;
}

static int
l_cancel(lua_State *L)
{
    raymig_cancel(check_handle(L)->project);
    return 0;
}

static int
l_set(lua_State *L)
{
    static const char *const skip[] = {NULL};
    struct handle *handle = check_handle(L);

    luaL_checktype(L, 2, LUA_TTABLE);
    set_options(L, handle, 1, 2, skip, 1);
    lua_settop(L, 1);
    return 1;
}

/* ---------------------------------------------------------------- operations */

/* What an operation is told beside options: nil where it was not. */
struct arguments {
    long count;
    const char *text[2];
    int down;
};

/* An operation: the names of its own arguments, which are no options. */
struct method {
    const char *name;
    raymig_result *(*run)(raymig *project, const struct arguments *arguments);
    const char *texts[2]; /* "": none; likewise below */
    const char *count;
    const char *flag;
    long otherwise; /* the count where there is none */
};

static raymig_result *
run_up(raymig *project, const struct arguments *a)
{
    return raymig_up(project, a->count, a->text[0]);
}

static raymig_result *
run_down(raymig *project, const struct arguments *a)
{
    return raymig_down(project, a->count, a->text[0]);
}

static raymig_result *
run_goto(raymig *project, const struct arguments *a)
{
    return raymig_goto(project, a->text[0] == NULL ? "" : a->text[0]);
}

static raymig_result *
run_redo(raymig *project, const struct arguments *a)
{
    return raymig_redo(project, a->count);
}

static raymig_result *
run_status(raymig *project, const struct arguments *a)
{
    (void)a;
    return raymig_status(project);
}

static raymig_result *
run_plan(raymig *project, const struct arguments *a)
{
    return raymig_plan(project, a->down,
                       a->down && a->count < 0 && a->text[0] == NULL ? 1 : a->count, a->text[0]);
}

static raymig_result *
run_diff(raymig *project, const struct arguments *a)
{
    return raymig_diff(project, a->text[0], a->text[1]);
}

static raymig_result *
run_generate(raymig *project, const struct arguments *a)
{
    return raymig_generate(project, a->text[0]);
}

static raymig_result *
run_push(raymig *project, const struct arguments *a)
{
    (void)a;
    return raymig_push(project);
}

static raymig_result *
run_drift(raymig *project, const struct arguments *a)
{
    (void)a;
    return raymig_drift(project);
}

static raymig_result *
run_check(raymig *project, const struct arguments *a)
{
    (void)a;
    return raymig_check(project);
}

static raymig_result *
run_verify(raymig *project, const struct arguments *a)
{
    (void)a;
    return raymig_verify(project);
}

static raymig_result *
run_pull(raymig *project, const struct arguments *a)
{
    return raymig_pull(project, a->text[0]);
}

static raymig_result *
run_export(raymig *project, const struct arguments *a)
{
    return raymig_export(project, a->text[0]);
}

static const struct method methods[] = {
    {"up", run_up, {"to", ""}, "count", "", RAYMIG_ALL},
    {"down", run_down, {"to", ""}, "count", "", 1},
    {"go", run_goto, {"to", ""}, "", "", 0}, /* goto is a word of the language */
    {"redo", run_redo, {"", ""}, "count", "", 1},
    {"status", run_status, {"", ""}, "", "", 0},
    {"plan", run_plan, {"to", ""}, "count", "down", RAYMIG_ALL},
    {"diff", run_diff, {"from", "to"}, "", "", 0},
    {"generate", run_generate, {"name", ""}, "", "", 0},
    {"push", run_push, {"", ""}, "", "", 0},
    {"drift", run_drift, {"", ""}, "", "", 0},
    {"check", run_check, {"", ""}, "", "", 0},
    {"verify", run_verify, {"", ""}, "", "", 0},
    {"pull", run_pull, {"from", ""}, "", "", 0},
    {"export", run_export, {"from", ""}, "", "", 0},
};

/* Runs it for the handle at `self`. */
static int
operate(lua_State *L, const struct method *method, int self, const struct arguments *arguments,
        struct holder *holder)
{
    struct handle *handle = lua_touserdata(L, self);

    handle->L = L;
    handle->self = self;
    handle->failed = 0;
    holder->result = method->run(handle->project, arguments);
    handle->L = NULL;
    if (!handle->failed)
        return 1;
    lua_getiuservalue(L, self, RAISED);
    lua_pushnil(L);
    lua_setiuservalue(L, self, RAISED);
    return 0;
}

static const char *
text_field(lua_State *L, int options, const char *name)
{
    if (name[0] == '\0' || lua_getfield(L, options, name) == LUA_TNIL)
        return NULL;
    return luaL_checkstring(L, -1); /* stays on the stack while it is needed */
}

static void
read_arguments(lua_State *L, const struct method *method, int options, struct arguments *out)
{
    memset(out, 0, sizeof(*out));
    out->count = method->otherwise;
    if (options == 0)
        return;
    for (int i = 0; i < 2; i++)
        out->text[i] = text_field(L, options, method->texts[i]);
    if (method->count[0] != '\0' && lua_getfield(L, options, method->count) != LUA_TNIL)
        out->count = (long)luaL_checkinteger(L, -1);
    if (method->flag[0] != '\0') {
        lua_getfield(L, options, method->flag);
        out->down = lua_toboolean(L, -1);
    }
}

/* handle:up { ... }; the method is the upvalue. What the table says holds for this operation alone. */
static int
l_operation(lua_State *L)
{
    const struct method *method = &methods[lua_tointeger(L, lua_upvalueindex(1))];
    const char *const skip[] = {method->count, method->flag, method->texts[0], method->texts[1],
                                NULL};
    struct handle *handle = check_handle(L);
    struct arguments arguments;
    struct holder *holder;
    int options;
    int ok;

    if (handle->L != NULL)
        return luaL_error(L, "the handle is at work");
    if (!lua_isnoneornil(L, 2))
        luaL_checktype(L, 2, LUA_TTABLE);
    lua_settop(L, 2);
    options = lua_isnil(L, 2) ? 0 : 2;
    holder = new_holder(L);
    reset_options(L, handle, 1);
    if (options != 0)
        set_options(L, handle, 1, options, skip, 0);
    read_arguments(L, method, options, &arguments);
    ok = operate(L, method, 1, &arguments, holder);
    return ok ? push_result(L, holder) : lua_error(L);
}

/* raymig.migrate { url =, migrations =, ... }: what a service does before it serves. */
static int
l_migrate(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    new_handle(L, 1);
    lua_getfield(L, 2, "up");
    lua_pushvalue(L, 2);
    lua_call(L, 1, LUA_MULTRET);
    return lua_gettop(L) - 2;
}

static int
l_version(lua_State *L)
{
    lua_pushstring(L, raymig_version());
    return 1;
}

int
luaopen_raymig(lua_State *L)
{
    static const luaL_Reg own[] = {{"open", l_open},
                                   {"migrate", l_migrate},
                                   {"version", l_version},
                                   {NULL, NULL}};
    static const luaL_Reg others[] = {{"close", l_close},
                                      {"cancel", l_cancel},
                                      {"set", l_set},
                                      {NULL, NULL}};

    luaL_newmetatable(L, ERROR);
    lua_pushcfunction(L, l_error_tostring);
    lua_setfield(L, -2, "__tostring");
    luaL_newmetatable(L, HANDLE);
    lua_pushcfunction(L, l_close);
    lua_setfield(L, -2, "__gc");
    lua_pushcfunction(L, l_close);
    lua_setfield(L, -2, "__close");
    lua_newtable(L);
    luaL_setfuncs(L, others, 0);
    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
        lua_pushinteger(L, (lua_Integer)i);
        lua_pushcclosure(L, l_operation, 1);
        lua_setfield(L, -2, methods[i].name);
    }
    lua_setfield(L, -2, "__index");
    luaL_newlib(L, own);
    return 1;
}
