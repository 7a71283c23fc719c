/*
 * What can be said to a handle: one table, which raymig_set reads, raymig_option_name and _help give, and
 * docs/library.md prints. Values are texts, so that an option more is no other interface.
 */
#include "library/handle.h"

#include "base/clock.h"
#include "base/term.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum kind { TEXT, FLAG, TIME, NUMBER, LIST };

#define AT(member) offsetof(struct ray_said, member)

static const struct row {
    const char *name;
    enum kind kind;
    size_t offset;
    const char *help;
} rows[] = {
    {"url", TEXT, AT(url),
     "the database; otherwise RAYMIG_URL, DATABASE_URL, PG*, the config, the embedded server"},
    {"migrations", TEXT, AT(migrations), "the migrations folder; otherwise the config's"},
    {"config", TEXT, AT(config),
     "the config; otherwise raymig.lua in the handle's folder or above"},
    {"format", TEXT, AT(format), "the layout of the migrations folder; otherwise it is detected"},
    {"shadow_url", TEXT, AT(shadow_url), "a server for shadows; otherwise a throwaway one"},
    {"wait", TIME, AT(wait_ms), "keep trying to connect for so long"},
    {"yes", FLAG, AT(yes), "answer every question with yes"},
    {"verbose", FLAG, AT(verbose), "notices that say there was nothing to do are told, too"},
    {"allow", LIST, AT(allow),
     "up, goto: this tag may run out of order, or be missing; import: this version"},
    {"dry_run", FLAG, AT(dry_run),
     "run and roll back; what writes files or history: write nothing"},
    {"single_transaction", FLAG, AT(single_transaction), "all or nothing"},
    {"stored", FLAG, AT(stored), "down: the scripts that the history keeps"},
    {"lock_wait", TIME, AT(lock_wait_ms), "for another runner; otherwise the config's (5min)"},
    {"lock_timeout", TIME, AT(lock_timeout_ms), "of each attempt; otherwise the config's (3s)"},
    {"lock_retries", NUMBER, AT(lock_retries), "attempts after a lock timeout or deadlock"},
    {"backup", TEXT, AT(backup), "pg_dump to this file first"},
    {"jobs", NUMBER, AT(jobs), "read a database over so many connections"},
    {"lossy", FLAG, AT(lossy), "go on although something is not in the model or may not be seen"},
    {"rename", LIST, AT(renames), "diff, generate, push: OLD=NEW was renamed"},
    {"dropped", LIST, AT(dropped), "diff, generate, push: OLD is gone, and not renamed"},
    {"accept_data_loss", FLAG, AT(accept_data_loss), "push: also where rows are lost"},
    {"lua", FLAG, AT(lua), "generate: one Lua file of reversible operations"},
    {"check", FLAG, AT(check), "generate: only count the steps"},
    {"empty", FLAG, AT(empty), "generate: a migration to be written by hand"},
    {"snapshot", FLAG, AT(snapshot), "drift: trust the last snapshot; no shadow is needed"},
    {"offline", FLAG, AT(offline), "check: the files only; rebase: do not ask the database"},
    {"deep", FLAG, AT(deep), "check: also replay the migrations in a shadow"},
    {"tag", LIST, AT(tags), "verify: this migration; rebase: this one goes behind the others"},
    {"require_down", FLAG, AT(require_down), "verify: a migration without a way back is wrong"},
    {"schema_folder", TEXT, AT(schema_folder), "pull: write there, not to the config's folder"},
    {"split", FLAG, AT(split), "pull: a file per table"},
    {"schema_only", FLAG, AT(schema_only),
     "pull: no first migration and no history; squash: leave out what is done to rows"},
    {"unproved", FLAG, AT(unproved),
     "baseline: without looking at the database; rebase: although a way back is wrong"},
    {"accept", LIST, AT(accept), "repair: the edited file of this tag is right"},
    {"forget", LIST, AT(forget), "repair: the row of this tag goes"},
    {"tool_table", TEXT, AT(tool_table), "import: the old tool's table"},
    {"folder_only", FLAG, AT(folder_only), "import: convert the folder; no database"},
    {"history_only", FLAG, AT(history_only), "import: the new folder is there already"},
    {"base", TEXT, AT(base), "rebase: what git calls the branch that the others are in"},
    {"archive", FLAG, AT(archive), "squash: keep the replaced files in archive/"},
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]), MOST_STALE = 256 * 1024 };

void
ray_said_init(struct ray_said *out)
{
    memset(out, 0, sizeof(*out));
    out->lock_wait_ms = -1;
    out->lock_timeout_ms = -1;
    out->lock_retries = -1;
}

const char *
raymig_option_name(size_t number)
{
    return number < ROWS ? rows[number].name : NULL;
}

const char *
raymig_option_help(size_t number)
{
    return number < ROWS ? rows[number].help : NULL;
}

/* ---------------------------------------------------------------- values */

static bool
unknown(struct ray_err *err, const char *option)
{
    const char *names[ROWS];
    const char *near;

    for (size_t i = 0; i < ROWS; i++)
        names[i] = rows[i].name;
    near = ray_nearest(option, names, ROWS);
    (void)ray_err_set(err, RAY_USAGE, "unknown option \"%s\"%s%s%s", option,
                      near == NULL ? "" : "; did you mean \"", near == NULL ? "" : near,
                      near == NULL ? "" : "\"?");
    return false;
}

static bool
set_flag(bool *field, const struct row *row, const char *value, struct ray_err *err)
{
    bool on = strcmp(value, "true") == 0;

    if (!on && strcmp(value, "false") != 0)
        return ray_err_set(err, RAY_USAGE, "option \"%s\" is true or false, not \"%s\"", row->name,
                           value);
    *field = on;
    return true;
}

static bool
set_time(int64_t *field, const struct row *row, const char *value, struct ray_err *err)
{
    bool bare = value[strspn(value, "0123456789")] == '\0';
    int64_t ms = ray_clock_parse(value);

    if (ms < 0 || (bare && ms != 0))
        return ray_err_set(err, RAY_USAGE,
                           "option \"%s\" is a time as 500ms, 30s or 5min, not \"%s\"", row->name,
                           value);
    *field = ms;
    return true;
}

static bool
set_number(int64_t *field, const struct row *row, const char *value, struct ray_err *err)
{
    enum { MOST = 1000 };
    size_t digits = strspn(value, "0123456789");
    long number;

    errno = 0;
    number = strtol(value, NULL, 10);
    if (digits == 0 || value[digits] != '\0' || errno != 0)
        return ray_err_set(err, RAY_USAGE, "option \"%s\" is a whole number, not \"%s\"", row->name,
                           value);
    *field = number > MOST ? MOST : number;
    return true;
}

/* As if it had never been said. */
static void
forget(struct ray_said *said, const struct row *row)
{
    static const size_t sizes[] = {
        [TEXT] = sizeof(char *),    [FLAG] = sizeof(bool),        [TIME] = sizeof(int64_t),
        [NUMBER] = sizeof(int64_t), [LIST] = sizeof(ray_strings),
    };
    struct ray_said fresh;
    const char *from = (const char *)&fresh + row->offset;
    char *to = (char *)said + row->offset;

    ray_said_init(&fresh);
    memcpy(to, from, sizes[row->kind]);
}

/* The texts that still count, in a new arena: a handle may live long, and be told much. */
static void
compact(raymig *project)
{
    struct ray_arena *arena = ray_arena_new();

    for (size_t i = 0; i < ROWS; i++) {
        void *field = (char *)&project->said + rows[i].offset;
        ray_strings *list = field;
        ray_strings copy = {0};

        if (rows[i].kind == TEXT)
            *(const char **)field = ray_arena_strdup(arena, *(const char **)field);
        if (rows[i].kind != LIST)
            continue;
        for (size_t k = 0; k < list->len; k++)
            *ray_vec_add(arena, &copy) = ray_arena_strdup(arena, list->items[k]);
        *list = copy;
    }
    ray_arena_free(project->said_arena);
    project->said_arena = arena;
    project->stale = 0;
}

static const char *
keep(raymig *project, const char *value)
{
    project->stale += strlen(value) + 64;
    return ray_arena_strdup(project->said_arena, value);
}

static bool
set(raymig *project, const struct row *row, const char *value)
{
    void *field = (char *)&project->said + row->offset;

    switch (row->kind) {
    case FLAG:
        return set_flag(field, row, value, &project->fault);
    case TIME:
        return set_time(field, row, value, &project->fault);
    case NUMBER:
        return set_number(field, row, value, &project->fault);
    case LIST:
        *ray_vec_add(project->said_arena, (ray_strings *)field) = keep(project, value);
        return true;
    case TEXT:
    default:
        *(const char **)field = keep(project, value);
        return true;
    }
}

int
raymig_set(raymig *project, const char *option, const char *value)
{
    const struct row *row = NULL;

    ray_err_clear(&project->fault);
    for (size_t i = 0; row == NULL && i < ROWS; i++)
        if (strcmp(rows[i].name, option) == 0)
            row = &rows[i];
    if (project->busy)
        return ray_err_set(&project->fault, RAY_USAGE, "the handle is at work");
    if (row == NULL)
        return unknown(&project->fault, option);
    if (project->stale > MOST_STALE)
        compact(project);
    if (value != NULL)
        return set(project, row, value);
    forget(&project->said, row);
    return true;
}

const char *
raymig_fault(const raymig *project)
{
    return project->fault.message;
}
