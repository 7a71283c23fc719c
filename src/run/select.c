/*
 * Which migrations a call runs: up in the folder's order, down newest first. The folder's integrity is
 * checked before anything is chosen to go up; going down must work from an older release, whose folder
 * lacks the newer files, and uses the stored downs for those.
 */
#include "history/import.h"
#include "run/runner.h"

#include <stdlib.h>
#include <string.h>

static bool
allowed(const struct ray_runner *runner, const char *name)
{
    for (size_t i = 0; i < runner->options.nallow; i++)
        if (strcmp(runner->options.allow[i], name) == 0)
            return true;
    return false;
}

static bool
runs_up(const struct ray_runner *runner, const struct ray_stand *stand)
{
    switch (stand->standing) {
    case RAY_PENDING:
    case RAY_CHANGED:
    case RAY_PARTIAL:
        return true;
    case RAY_OUT_OF_ORDER:
        return allowed(runner, stand->migration->tag);
    case RAY_APPLIED:
    case RAY_EDITED:
    case RAY_MISSING:
    case RAY_HALF:
    case RAY_STANDING_COUNT:
    default:
        return false;
    }
}

/* Whether it stopped on the way that is not asked for. The row says so: its file may have been edited or
 * be gone by now. */
static bool
turned(const struct ray_stand *stand, const char *name, enum ray_row_state against,
       struct ray_err *err)
{
    if (stand->row == NULL || stand->row->state != against)
        return false;
    (void)ray_err_set(err, RAY_REFUSED, "\"%s\" stopped half-way %s, after %d statement%s", name,
                      against == RAY_ROW_PARTIAL ? "up" : "down", stand->row->statements_done,
                      stand->row->statements_done == 1 ? "" : "s");
    (void)ray_err_hint(err,
                       "Finish it with raymig %s; or, where you have set things right by hand, "
                       "raymig repair --forget %s.",
                       against == RAY_ROW_PARTIAL ? "up" : "down", name);
    return true;
}

/* The stand of a migration that --to names. */
static bool
find_to(struct ray_runner *runner, const char *to, const struct ray_migration **out,
        struct ray_err *err)
{
    *out = NULL;
    if (to == NULL)
        return true;
    *out = ray_folder_find(runner->options.folder, to, err);
    return *out != NULL;
}

bool
ray_runner_alone(struct ray_runner *runner, struct ray_err *err)
{
    const struct ray_folder *folder = runner->options.folder;
    const char *table;
    size_t count;

    if (runner->history.exists)
        return true;
    if (!ray_import_count_applied(runner->conn, runner->state_arena, folder, &runner->place, &count,
                                  &table, err))
        return false;
    if (count == 0)
        return true;
    (void)ray_err_set(
        err, RAY_REFUSED,
        "%s's own table, %s, says that %zu of these migrations %s applied; raymig has no "
        "history here",
        folder->format->name, table, count, count == 1 ? "is" : "are");
    return ray_err_hint(
        err, "raymig import takes folder and history over; where the folder stays as it is, "
             "raymig baseline TAG marks what is applied.");
}

static bool
select_up(struct ray_runner *runner, const struct ray_extent *extent, ray_selection *out,
          struct ray_err *err)
{
    const struct ray_migration *to;

    if (runner->settled)
        return find_to(runner, extent->to, &to, err);
    if (!ray_state_check(&runner->state, runner->options.allow, runner->options.nallow, err) ||
        !find_to(runner, extent->to, &to, err) || !ray_runner_alone(runner, err))
        return false;
    for (size_t i = 0; i < runner->state.stands.len; i++) {
        const struct ray_stand *stand = &runner->state.stands.items[i];

        if (extent->count >= 0 && out->len >= (size_t)extent->count)
            break;
        if (runs_up(runner, stand)) {
            struct ray_selected *selected;

            if (turned(stand, stand->migration->tag, RAY_ROW_REVERTING, err))
                return false;
            selected = ray_vec_add(runner->arena, out);
            selected->stand = stand;
            selected->direction = RAY_UP;
            selected->name = stand->migration->tag;
            selected->script = stand->migration->up;
        }
        if (to != NULL && stand->migration == to)
            break;
    }
    return true;
}

/* The selected script is SQL where the migration is one of reversible operations. */
static bool
resolve(struct ray_runner *runner, struct ray_arena *arena, struct ray_selected *selected,
        struct ray_err *err)
{
    const struct ray_migration *migration = selected->stand->migration;
    struct ray_reversible *change;

    if (selected->script.kind != RAY_SCRIPT_LUA || selected->script.source.text != NULL ||
        migration == NULL || strcmp(selected->script.source.path, migration->up.source.path) != 0)
        return true;
    if (!ray_runner_reversible(runner, arena, migration, &change, err))
        return false;
    selected->change = change;
    if (change != NULL)
        selected->script = ray_reversible_script(arena, change, selected->direction == RAY_DOWN);
    return true;
}

static bool
no_down(const char *name, struct ray_err *err)
{
    (void)ray_err_set(err, RAY_REFUSED, "\"%s\" has no down script, so it cannot be taken back",
                      name);
    return ray_err_hint(err, "Write one beside it (see raymig help new); or restore a backup.");
}

bool
ray_runner_has_down(struct ray_runner *runner, const struct ray_migration *migration, bool *out,
                    struct ray_err *err)
{
    struct ray_reversible *change = NULL;
    bool has_up;

    *out = migration->down.kind != RAY_SCRIPT_NONE;
    if (migration->down.kind != RAY_SCRIPT_LUA)
        return true;
    if (strcmp(migration->down.source.path, migration->up.source.path) == 0 &&
        !ray_runner_reversible(runner, runner->arena, migration, &change, err))
        return false;
    return change != NULL ||
           ray_script_inspect(ray_runner_lua(runner), &migration->down, &has_up, out, err);
}

/* The down of the folder where it has one, else, or with --stored, the one that the history keeps. */
static bool
choose_down(struct ray_runner *runner, struct ray_selected *selected, struct ray_err *err)
{
    const struct ray_stand *stand = selected->stand;
    bool has_down;

    if (stand->migration != NULL && !runner->options.stored) {
        selected->script = stand->migration->down;
        return ray_runner_has_down(runner, stand->migration, &has_down, err) &&
               (has_down || no_down(selected->name, err)) &&
               resolve(runner, runner->arena, selected, err);
    }
    if (stand->row->down_file == NULL) {
        (void)ray_err_set(err, RAY_REFUSED, "\"%s\" has no stored down script", selected->name);
        return ray_err_hint(err, stand->migration != NULL
                                     ? "Leave out --stored to use the one in the folder."
                                     : "Bring its file back from the release that applied it.");
    }
    selected->script.kind = ray_has_suffix(stand->row->down_file, ".lua") ? RAY_SCRIPT_LUA
                                                                          : RAY_SCRIPT_SQL;
    selected->script.source.path = ray_arena_printf(runner->arena, "%s (stored)",
                                                    stand->row->down_file);
    return true;
}

bool
ray_selected_fetch(struct ray_runner *runner, struct ray_arena *arena,
                   struct ray_selected *selected, struct ray_err *err)
{
    struct ray_text text;

    if (selected->script.kind == RAY_SCRIPT_NONE || selected->script.source.text != NULL)
        return true;
    if (ray_file_exists(selected->script.source.path))
        return resolve(runner, arena, selected, err);
    if (selected->stand->row == NULL || selected->stand->row->down_file == NULL)
        return true; /* whoever opens the file says that it is not there */
    if (!ray_history_stored_down(runner->conn, arena, &runner->history, selected->stand->row, &text,
                                 err))
        return false;
    if (text.data == NULL)
        return no_down(selected->name, err);
    selected->script.source.text = text.data;
    selected->script.source.begin = 0;
    selected->script.source.end = text.len;
    return true;
}

static int
compare_newest(const void *a, const void *b)
{
    const struct ray_selected *left = a;
    const struct ray_selected *right = b;

    if (left->stand->row->when != right->stand->row->when)
        return left->stand->row->when > right->stand->row->when ? -1 : 1;
    return left->stand > right->stand ? -1 : 1;
}

/* With --stored a squashed migration that the originals' rows stand for goes back as they do, one by one: each has
 * a stored way back, and it has none. */
static void
list_originals(struct ray_runner *runner, const struct ray_stand *stand, ray_selection *out)
{
    for (size_t i = stand->originals.len; i-- > 0;) {
        struct ray_stand *original = RAY_NEW(runner->arena, struct ray_stand);
        struct ray_selected *selected = ray_vec_add(runner->arena, out);

        original->standing = RAY_MISSING;
        original->row = stand->originals.items[i];
        selected->stand = original;
        selected->direction = RAY_DOWN;
        selected->name = ray_arena_strdup(runner->arena, ray_stand_name(runner->arena, original));
        original->migration = stand->migration; /* where --to looks */
    }
}

/* All that is applied, newest first: in the order of the folder, or, beside Drizzle (which looks at
 * max(created_at) alone), by `when`. */
static void
list_applied(struct ray_runner *runner, ray_selection *out)
{
    for (size_t i = runner->state.stands.len; i-- > 0;) {
        const struct ray_stand *stand = &runner->state.stands.items[i];
        struct ray_selected *selected;

        if (stand->row == NULL)
            continue;
        if (stand->by_originals && runner->options.stored) {
            list_originals(runner, stand, out);
            continue;
        }
        selected = ray_vec_add(runner->arena, out);
        selected->stand = stand;
        selected->direction = RAY_DOWN;
        /* A copy: callers compare names across the next reading of the state. */
        selected->name = ray_arena_strdup(runner->arena, ray_stand_name(runner->arena, stand));
    }
    if (runner->options.folder->adopted && out->len > 1)
        qsort(out->items, out->len, sizeof(*out->items), compare_newest);
}

static bool
must_be_applied(const struct ray_migration *to, const ray_selection *applied, struct ray_err *err)
{
    if (to == NULL)
        return true;
    for (size_t i = 0; i < applied->len; i++)
        if (applied->items[i].stand->migration == to)
            return true;
    (void)ray_err_set(err, RAY_USAGE, "\"%s\" is not applied, so there is no way down to it",
                      to->tag);
    return ray_err_hint(err, "raymig status lists what is applied; raymig goto %s goes either way.",
                        to->tag);
}

static bool
select_down(struct ray_runner *runner, const struct ray_extent *extent, ray_selection *out,
            struct ray_err *err)
{
    const struct ray_migration *to;
    ray_selection applied = {0};

    if (!find_to(runner, extent->to, &to, err))
        return false;
    list_applied(runner, &applied);
    if (!must_be_applied(to, &applied, err))
        return false;
    for (size_t i = 0; i < applied.len; i++) {
        struct ray_selected *selected = &applied.items[i];

        if (extent->count >= 0 && out->len >= (size_t)extent->count)
            break;
        if (to != NULL && selected->stand->migration == to)
            break;
        if (turned(selected->stand, selected->name, RAY_ROW_PARTIAL, err) ||
            !choose_down(runner, selected, err))
            return false;
        *ray_vec_add(runner->arena, out) = *selected;
    }
    return true;
}

bool
ray_runner_select(struct ray_runner *runner, enum ray_direction direction,
                  const struct ray_extent *extent, ray_selection *out, struct ray_err *err)
{
    memset(out, 0, sizeof(*out));
    return direction == RAY_UP ? select_up(runner, extent, out, err)
                               : select_down(runner, extent, out, err);
}

bool
ray_runner_pick(struct ray_runner *runner, enum ray_direction direction,
                const struct ray_migration *migration, ray_selection *out, struct ray_err *err)
{
    memset(out, 0, sizeof(*out));
    for (size_t i = 0; i < runner->state.stands.len; i++) {
        const struct ray_stand *stand = &runner->state.stands.items[i];
        struct ray_selected *selected;

        if (stand->migration != migration ||
            (direction == RAY_UP) == (stand->row != NULL && stand->standing != RAY_PARTIAL))
            continue;
        selected = ray_vec_add(runner->arena, out);
        selected->stand = stand;
        selected->name = migration->tag;
        selected->direction = direction;
        selected->script = migration->up;
        return direction == RAY_UP || choose_down(runner, selected, err);
    }
    return true;
}
