/*
 * What an import finds in the database, and what it makes of it: see import.h. There are two witnesses: the
 * old tool's table, and raymig's own history, where raymig has run the old folder as it lay. Rows of the
 * second are carried to the new names.
 */
#include "project/import.h"

#include "base/map.h"

#include <string.h>

static struct ray_history_place
own_place(const struct ray_import_work *work)
{
    const struct ray_config *config = &work->project->config;

    return (struct ray_history_place){config->history_schema, config->history_table};
}

static bool
is_drizzle(const struct ray_import_work *work)
{
    struct ray_history_place ignored;

    return ray_import_drizzle_place(work->project->arena, work->old.format, NULL, &ignored);
}

/* Is raymig's history kept in Drizzle's own table? */
static bool
in_place(const struct ray_import_work *work)
{
    struct ray_history_place own = own_place(work);
    struct ray_history_place drizzle;

    return ray_import_drizzle_place(work->project->arena, work->old.format,
                                    work->request->tool_table, &drizzle) &&
           strcmp(own.schema, drizzle.schema) == 0 && strcmp(own.table, drizzle.table) == 0;
}

/* raymig's own rows of the old folder's migrations. */
static bool
read_own(struct ray_import_work *work, struct ray_conn *conn, struct ray_arena *arena)
{
    struct ray_err *err = &work->project->err;
    struct ray_history_place place = own_place(work);
    struct ray_history *history = RAY_NEW(arena, struct ray_history);
    struct ray_state state;
    size_t next = 0;

    if (!ray_history_load(conn, arena, &place, history, err) ||
        !ray_state_build(arena, &work->old, NULL, history, &state, err))
        return false;
    for (size_t i = 0; i < state.stands.len; i++) {
        const struct ray_stand *stand = &state.stands.items[i];
        struct ray_import_item *item;

        if (stand->migration == NULL)
            continue;
        item = &work->plan.items.items[next];
        work->rows[next++] = stand->row;
        if (stand->standing == RAY_PARTIAL)
            item->problem = "raymig stopped half-way in it";
        else if (stand->standing == RAY_EDITED && !work->remembered)
            item->problem = "its file was edited after raymig applied it";
    }
    return true;
}

/* What was imported once and taken back since must not come back because the old table still names it:
 * the log remembers. */
static bool
read_log(struct ray_import_work *work, struct ray_conn *conn, struct ray_arena *arena)
{
    struct ray_history_place place = own_place(work);
    const char *sql = ray_arena_printf(arena, "SELECT name FROM %s WHERE event = 'imported'",
                                       ray_history_log_name(arena, &place));
    struct ray_err *err = &work->project->err;
    struct ray_map names;
    struct ray_rows rows;

    if (!ray_conn_query(conn, arena, sql, 0, NULL, &rows, err)) {
        if (strcmp(err->sqlstate, "42P01") != 0 && strcmp(err->sqlstate, "3F000") != 0)
            return false;
        ray_err_clear(err);
        return true;
    }
    ray_map_init(&names, arena);
    for (size_t r = 0; r < rows.nrows; r++)
        if (ray_rows_value(&rows, r, 0) != NULL)
            ray_map_put(&names, ray_rows_value(&rows, r, 0), &work->plan);
    for (size_t i = 0; i < work->plan.items.len; i++)
        work->before[i] = ray_map_get(&names, work->plan.items.items[i].tag) != NULL;
    return true;
}

/* ---------------------------------------------------------------- refusing */

static bool
is_allowed(const struct ray_import_work *work, const char *version)
{
    const ray_strings *allow = &work->request->allow;

    for (size_t i = 0; i < allow->len; i++)
        if (strcmp(allow->items[i], version) == 0)
            return true;
    return false;
}

static bool
refuse_problems(struct ray_import_work *work)
{
    struct ray_err *err = &work->project->err;
    const char *first = NULL;
    struct ray_buf list;

    ray_buf_init(&list, work->project->arena);
    for (size_t i = 0; i < work->plan.items.len; i++) {
        const struct ray_import_item *item = &work->plan.items.items[i];

        if (item->problem == NULL)
            continue;
        ray_buf_addf(&list, "%s\"%s\": %s", first == NULL ? "" : "\n", item->old->tag,
                     item->problem);
        first = first == NULL ? list.data : first;
    }
    for (size_t i = 0; i < work->plan.strays.len; i++) {
        const struct ray_import_stray *stray = &work->plan.strays.items[i];

        if (stray->problem == NULL)
            continue;
        ray_buf_addf(&list, "%sversion \"%s\": %s", first == NULL ? "" : "\n", stray->version,
                     stray->problem);
        first = first == NULL ? list.data : first;
    }
    if (first == NULL)
        return true;
    (void)ray_err_set(err, RAY_REFUSED, "%.*s", (int)strcspn(list.data, "\n"), list.data);
    if (strchr(list.data, '\n') != NULL)
        (void)ray_err_detail(err, "%s", list.data);
    return ray_err_hint(err, "Set it right with %s first; nothing was imported.",
                        work->old.format->name);
}

static bool
refuse_strays(struct ray_import_work *work)
{
    struct ray_err *err = &work->project->err;
    const char *first = NULL;
    size_t count = 0;
    struct ray_buf list;

    ray_buf_init(&list, work->project->arena);
    for (size_t i = 0; i < work->plan.strays.len; i++) {
        const char *version = work->plan.strays.items[i].version;

        if (is_allowed(work, version))
            continue;
        ray_buf_addf(&list, "%s%s", count++ == 0 ? "" : ", ", version);
        first = first == NULL ? version : first;
    }
    if (count == 0)
        return true;
    (void)ray_err_set(err, RAY_INTEGRITY,
                      "%zu version%s applied by %s, but the folder has no such migration: %s",
                      count, count == 1 ? " is" : "s are", work->old.format->name, list.data);
    return ray_err_hint(err,
                        "Bring the files back; or go on without them, and name each: --allow %s",
                        first);
}

/* Without the tool's table nobody knows what is applied; it may be the wrong database. */
static bool
refuse_no_table(struct ray_import_work *work)
{
    struct ray_err *err = &work->project->err;

    if (work->plan.table_exists)
        return true;
    for (size_t i = 0; i < work->plan.items.len; i++)
        if (work->rows[i] != NULL)
            return true;
    (void)ray_err_set(err, RAY_REFUSED, "the database has no table %s: %s has applied nothing here",
                      work->plan.table, work->old.format->name);
    return ray_err_hint(err,
                        "Is it the right database? --tool-table names another table; --folder-only "
                        "converts the folder and leaves the history alone.");
}

bool
ray_import_look(struct ray_import_work *work, struct ray_conn *conn, struct ray_arena *arena)
{
    bool own_is_tools = in_place(work);

    if (work->old.format->tool_query == NULL && !is_drizzle(work)) {
        (void)ray_err_set(&work->project->err, RAY_USAGE,
                          "the format \"%s\" does not say where its tool writes down what it has "
                          "applied",
                          work->old.format->name);
        return ray_err_hint(&work->project->err,
                            "Its plugin says so in the field \"applied\"; %s converts the folder "
                            "alone.",
                            ray_project_word(work->project, "folder-only"));
    }
    if (!ray_import_read_applied(conn, arena, work->request->tool_table, !work->remembered,
                                 &work->plan, &work->project->err) ||
        !read_own(work, conn, arena) || !read_log(work, conn, arena))
        return false;
    /* One table, one witness: its rows are raymig's own already. */
    for (size_t i = 0; own_is_tools && i < work->plan.items.len; i++)
        work->plan.items.items[i].applied = false;
    return refuse_no_table(work) && refuse_problems(work) && refuse_strays(work);
}

/* ---------------------------------------------------------------- deciding */

static const struct ray_stand *
stand_of_row(const struct ray_state *state, const char *id)
{
    for (size_t i = 0; i < state->stands.len; i++)
        if (state->stands.items[i].row != NULL && strcmp(state->stands.items[i].row->id, id) == 0)
            return &state->stands.items[i];
    return NULL;
}

enum ray_import_fate
ray_import_foresee(const struct ray_import_work *work, size_t item)
{
    if (work->rows[item] != NULL)
        return in_place(work) ? RAY_FATE_RECORDED : RAY_FATE_RENAME;
    return work->plan.items.items[item].applied && !work->before[item] ? RAY_FATE_IMPORT
                                                                       : RAY_FATE_PENDING;
}

static enum ray_import_fate
decide(const struct ray_import_item *item, const struct ray_history_row *own, bool before,
       const struct ray_stand *stand)
{
    if (stand->row != NULL)
        return RAY_FATE_RECORDED;
    if (own != NULL)
        return RAY_FATE_RENAME;
    return item->applied && !before ? RAY_FATE_IMPORT : RAY_FATE_PENDING;
}

static const json_t *
origin_of(struct ray_import_work *work, const struct ray_import_item *item)
{
    json_t *detail = json_object();

    ray_json_set_text(detail, "from", work->old.format->name);
    ray_json_set_text(detail, "tag", item->old->tag);
    ray_json_set_text(detail, "version", item->old->version);
    (void)json_array_append_new(work->session.migrations, detail); /* who frees it */
    return detail;
}

static void
add_edit(struct ray_import_work *work, ray_edits *edits, enum ray_edit_kind kind,
         const struct ray_stand *stand, const char *applied_at, const json_t *detail)
{
    if (stand != NULL)
        *ray_vec_add(work->project->arena, edits) = (struct ray_edit){.kind = kind,
                                                                      .stand = stand,
                                                                      .applied_at = applied_at,
                                                                      .detail = detail};
}

static bool
refuse_in_place(struct ray_import_work *work, const ray_edits *edits)
{
    struct ray_history_place place = own_place(work);
    struct ray_err *err = &work->project->err;

    if (edits->len == 0 || !in_place(work))
        return true;
    (void)ray_err_set(
        err, RAY_REFUSED,
        "the config keeps the history in Drizzle's own table %s, whose rows do not fit the "
        "new folder",
        ray_history_name(err->arena, &place));
    return ray_err_hint(err,
                        "Take `migrations` out of raymig.lua: the history then goes to a table of "
                        "raymig's own, and Drizzle's stays as it is.");
}

bool
ray_import_edits(struct ray_import_work *work, ray_edits *edits)
{
    const struct ray_state *state = ray_runner_state(work->session.runner);
    struct ray_arena *arena = work->project->arena;
    struct ray_map by_tag;

    ray_map_init(&by_tag, arena);
    for (size_t i = 0; i < state->stands.len; i++)
        if (state->stands.items[i].migration != NULL)
            ray_map_put(&by_tag, state->stands.items[i].migration->tag, &state->stands.items[i]);
    for (size_t i = 0; i < work->plan.items.len; i++) {
        const struct ray_import_item *item = &work->plan.items.items[i];
        const struct ray_history_row *own = work->rows[i];
        const struct ray_stand *stand = ray_map_get(&by_tag, item->tag);
        const char *applied_at = own == NULL ? item->applied_at : own->applied_at;

        if (stand == NULL)
            return ray_err_set(&work->project->err, RAY_USAGE,
                               "folder \"%s\" has no migration \"%s\"", work->to, item->tag);
        work->fates[i] = decide(item, own, work->before[i], stand);
        if (work->fates[i] == RAY_FATE_RENAME)
            add_edit(work, edits, RAY_EDIT_FORGET, stand_of_row(state, own->id), NULL, NULL);
        if (work->fates[i] == RAY_FATE_RENAME || work->fates[i] == RAY_FATE_IMPORT)
            add_edit(work, edits, RAY_EDIT_IMPORT, stand, applied_at, origin_of(work, item));
    }
    return refuse_in_place(work, edits);
}
