/* What the files of the module share. They see raymig.h, lua.h and jansson alone. */
#ifndef RAYMIG_LUA_MODULE_H
#define RAYMIG_LUA_MODULE_H

#include <jansson.h>
#include <lauxlib.h>
#include <lua.h>
#include <raymig.h>

#define HANDLE "raymig"
#define ERROR  "raymig.error"

/* What a handle keeps as its user values: callbacks, the error of one, and the table of what it was told. */
enum { ON_EVENT = 1, ON_MESSAGE, ON_QUESTION, RAISED, OPTIONS, VALUES = OPTIONS };

struct handle {
    raymig *project;
    lua_State *L; /* that runs the operation; NULL: none */
    int self;     /* the index of the handle there */
    int failed;   /* a callback raised; its error is the user value RAISED */
};

/* A result and its parsed document, so that an error of Lua's while tables are made loses neither. */
struct holder {
    raymig_result *result;
    json_t *document;
};

/* document.c: a new holder on the stack; the document as a table, or nil and the error. */
struct holder *new_holder(lua_State *L);
int push_result(lua_State *L, struct holder *holder);

/* callbacks.c: the library's callbacks of a handle lead to those in Lua. */
void listen_to(struct handle *handle);

/* options.c. Sets what the table at `index` says, but for names that are not options. `keep`: for the operations to come,
 * too. */
void set_options(lua_State *L, struct handle *handle, int self, int index, const char *const *skip,
                 int keep);

/* An operation begins with what all are told, whatever the one before was told alone. */
void reset_options(lua_State *L, struct handle *handle, int self);

#endif
