/* Changes: see reversible.h. Lua gives operations as records (lua/raymig/change.lua); here they are read. */
#include "script/reversible.h"

#include "base/buf.h"
#include "catalog/kind.h"
#include "script/record.h"
#include "script/reversible_internal.h"
#include "script/schema_take.h"

#include <string.h>

/* A reading under way. */
struct job {
    struct ray_arena *arena;
    const struct ray_script *script;
    bool in_transaction;
    bool is_change;
    ray_operations operations;
};

/* ---------------------------------------------------------------- records */

static void
take_side(lua_State *L, const struct job *job, int at, const char *name, struct ray_schema *out)
{
    *out = (struct ray_schema){.catalog = ray_catalog_new(job->arena), .partial = true};
    lua_getfield(L, at, name);
    ray_schema_take_objects(L, job->arena, out);
}

/* The record at the top of the stack. */
static void
take_rename(lua_State *L, const struct job *job, struct ray_operation *out)
{
    int at = lua_gettop(L);
    const char *kind = ray_record_text(L, job->arena, at, "kind");

    out->type = RAY_OPERATION_RENAME;
    out->is_value = ray_record_flag(L, at, "value");
    out->rename = (struct ray_renamed){
        .kind = ray_kind_named(kind == NULL ? "" : kind),
        .schema = ray_record_text(L, job->arena, at, "schema"),
        .parent = ray_record_text(L, job->arena, at, "parent"),
        .signature = ray_record_text(L, job->arena, at, "signature"),
        .keyword = ray_record_flag(L, at, "procedure") ? "PROCEDURE" : NULL,
        .from = ray_record_text(L, job->arena, at, "from"),
        .to = ray_record_text(L, job->arena, at, "to"),
    };
}

static void
take_operation(lua_State *L, const struct job *job, struct ray_operation *out)
{
    int at = lua_gettop(L);

    out->file = ray_record_text(L, job->arena, at, "file");
    out->line = (int)ray_record_integer(L, at, "line");
    out->up = ray_record_text(L, job->arena, at, "up");
    out->down = ray_record_text(L, job->arena, at, "down");
    out->what = ray_record_text(L, job->arena, at, "what");
    out->alters = ray_record_flag(L, at, "alters");
    out->concurrently = ray_record_flag(L, at, "concurrently");
    if (out->up != NULL) {
        out->type = RAY_OPERATION_SQL;
    } else if (lua_getfield(L, at, "rename") == LUA_TTABLE) {
        take_rename(L, job, out);
    } else {
        out->type = RAY_OPERATION_DECLARED;
        take_side(L, job, at, "from", &out->from);
        take_side(L, job, at, "to", &out->to);
    }
    lua_settop(L, at);
}

static int
l_read(lua_State *L)
{
    struct job *job = lua_touserdata(L, 1);

    luaL_checkstack(L, 20, NULL);
    ray_lua_host(L, "raymig.host.change");
    lua_pushstring(L, job->script->source.path);
    lua_pushboolean(L, job->in_transaction);
    lua_pushstring(L, job->script->source.text);
    ray_lua_invoke(L, 3, 1); /* -- [job operations] */
    job->is_change = lua_istable(L, -1);
    for (lua_Integer i = 1; job->is_change && lua_rawgeti(L, 2, i) == LUA_TTABLE; i++) {
        take_operation(L, job, ray_vec_add(job->arena, &job->operations));
        lua_pop(L, 1);
    }
    return 0;
}

/* ---------------------------------------------------------------- the whole */

bool
ray_reversible_read(struct ray_lua *lua, struct ray_arena *arena, const struct ray_script *script,
                    int version, struct ray_reversible **out, struct ray_err *err)
{
    struct job job = {.arena = arena, .script = script};
    struct ray_script_options options = {0};
    struct ray_reversible *change;

    *out = NULL;
    if (!ray_script_options_read(arena, script, &options, err))
        return false;
    job.in_transaction = !options.no_transaction;
    if (!ray_lua_call(lua, l_read, &job, err)) {
        if (err->file == NULL)
            (void)ray_err_at(err, script->source.path, 0, 0);
        return false;
    }
    if (!job.is_change)
        return true;
    change = RAY_NEW(arena, struct ray_reversible);
    change->path = script->source.path;
    change->options = options;
    for (size_t i = 0; i < job.operations.len; i++) {
        struct ray_operation *operation = &job.operations.items[i];

        if (!ray_operation_write(arena, operation, version, ray_vec_add(arena, &change->steps),
                                 err)) {
            if (err->file == NULL)
                (void)ray_err_at(err, operation->file, operation->line, 0);
            return false;
        }
    }
    *out = change;
    return true;
}

/* ---------------------------------------------------------------- as a script */

static void
add_options(struct ray_buf *buf, const struct ray_script_options *options)
{
    if (options->no_transaction)
        ray_buf_add(buf, "-- raymig: transaction=none\n");
    if (options->lock_timeout != NULL)
        ray_buf_addf(buf, "-- raymig: lock_timeout=%s\n", options->lock_timeout);
    if (options->statement_timeout != NULL)
        ray_buf_addf(buf, "-- raymig: statement_timeout=%s\n", options->statement_timeout);
}

/* A text may end in a comment that would swallow the semicolon. */
static void
add_statement(struct ray_buf *buf, const char *sql)
{
    const char *last = strrchr(sql, '\n');

    ray_buf_add(buf, sql);
    ray_buf_add(buf, strstr(last == NULL ? sql : last, "--") == NULL ? ";\n" : "\n;\n");
}

static const struct ray_reversible_step *
step_at(const struct ray_reversible *change, bool down, size_t i)
{
    return &change->steps.items[down ? change->steps.len - 1 - i : i];
}

/* The script's text; where `line` is not 0, only up to the step of which that line is, in *step. */
static const char *
write_text(struct ray_arena *arena, const struct ray_reversible *change, bool down, int line,
           const struct ray_reversible_step **step)
{
    struct ray_buf buf;
    size_t counted = 0;
    int lines = 1;

    ray_buf_init(&buf, arena);
    add_options(&buf, &change->options);
    for (size_t i = 0; i < change->steps.len; i++) {
        const struct ray_reversible_step *next = step_at(change, down, i);
        const ray_strings *statements = down ? &next->down : &next->up;

        for (size_t s = 0; s < statements->len; s++)
            add_statement(&buf, statements->items[s]);
        for (; line != 0 && counted < buf.len; counted++)
            lines += buf.data[counted] == '\n';
        if (line != 0 && line < lines) {
            *step = next;
            break;
        }
    }
    return buf.data;
}

struct ray_script
ray_reversible_script(struct ray_arena *arena, const struct ray_reversible *change, bool down)
{
    const char *text = write_text(arena, change, down, 0, NULL);

    return (struct ray_script){
        .kind = RAY_SCRIPT_SQL,
        .source = {.path = change->path, .text = text, .end = strlen(text)},
    };
}

void
ray_reversible_locate(const struct ray_reversible *change, bool down, struct ray_err *err)
{
    const struct ray_reversible_step *step = NULL;

    if (err->file == NULL || err->line <= 0 || strcmp(err->file, change->path) != 0)
        return;
    (void)write_text(err->arena, change, down, err->line, &step);
    (void)ray_err_at(err, step == NULL ? change->path : step->file, step == NULL ? 0 : step->line,
                     0);
}
