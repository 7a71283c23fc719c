/* Replaying: see replay.h. As a rule nobody listens to what the runner tells; its errors are passed on. */
#include "run/replay.h"

#include <string.h>

struct ray_replay {
    struct ray_arena *arena;
    struct ray_shadow *shadow;
    struct ray_runner *runner;
    ray_strings roles;
};

#define UNDEFINED_OBJECT "42704"

bool
ray_replay_open(struct ray_arena *arena, const struct ray_replay_options *options,
                const char *database, struct ray_replay **out, struct ray_err *err)
{
    struct ray_replay *replay = RAY_NEW(arena, struct ray_replay);
    struct ray_run_options how = {.config = options->config,
                                  .folder = options->folder,
                                  .on_event = options->on_event,
                                  .event_arg = options->event_arg};

    replay->arena = arena;
    replay->shadow = options->shadow;
    ray_shadow_address(options->shadow, database, &how.connection);
    if (!ray_runner_open(arena, &how, &replay->runner, err))
        return false;
    if (ray_runner_lock(replay->runner, err)) {
        *out = replay;
        return true;
    }
    ray_replay_close(replay);
    return false;
}

void
ray_replay_close(struct ray_replay *replay)
{
    if (replay == NULL)
        return;
    ray_runner_close(replay->runner);
    replay->runner = NULL;
}

/* ---------------------------------------------------------------- what is missing here */

/* The role that the error misses, as the server names it; NULL: that is not what it says. */
static const char *
missing_role(struct ray_arena *arena, const struct ray_err *err)
{
    static const char before[] = "role \"";
    static const char behind[] = "\" does not exist";
    const char *begin = strcmp(err->sqlstate, UNDEFINED_OBJECT) == 0 ? strstr(err->message, before)
                                                                     : NULL;
    const char *end = begin == NULL ? NULL : strstr(begin, behind);

    if (end == NULL)
        return NULL;
    begin += strlen(before);
    return ray_arena_strndup(arena, begin, (size_t)(end - begin));
}

static bool
misses_extension(const struct ray_err *err)
{
    bool state = strcmp(err->sqlstate, "0A000") == 0 || strcmp(err->sqlstate, "58P01") == 0;

    return state && strstr(err->message, "extension") != NULL;
}

/* Says what a shadow may lack. Returns false. */
static bool
tell(struct ray_err *err)
{
    err->state = NULL; /* of a database that nobody will see */
    if (misses_extension(err))
        (void)ray_err_hint(err, "Install the extension on this machine, or name a server that has "
                                "it with --shadow-url.");
    return false;
}

/* ---------------------------------------------------------------- running */

/* Which migrations an attempt runs: those up to `migration`, or just that one. */
struct wanted {
    enum ray_direction direction;
    const struct ray_migration *migration; /* NULL: all */
    bool alone;
};

static bool
attempt(struct ray_replay *replay, const struct wanted *wanted, struct ray_err *err)
{
    const struct ray_extent extent = {.count = -1,
                                      .to = wanted->migration == NULL ? NULL
                                                                      : wanted->migration->tag};
    ray_selection selection = {0};
    size_t done;

    if (wanted->alone ? !ray_runner_pick(replay->runner, wanted->direction, wanted->migration,
                                         &selection, err)
                      : !ray_runner_select(replay->runner, RAY_UP, &extent, &selection, err))
        return false;
    return ray_runner_apply(replay->runner, wanted->direction, &selection, &done, err);
}

/* Makes the role that `err` misses; else that error stays, with what can be done about it. */
static bool
make_role(struct ray_replay *replay, const char *role, struct ray_err *err)
{
    struct ray_err missing = *err;

    ray_err_clear(err);
    if (ray_shadow_role(replay->shadow, role, err)) {
        *ray_vec_add(replay->arena, &replay->roles) = role;
        return true;
    }
    missing.hint = err->hint;
    *err = missing;
    return tell(err);
}

/* Each attempt that fails for want of a role makes that role, so each gets further. */
static bool
run(struct ray_replay *replay, const struct wanted *wanted, struct ray_err *err)
{
    const char *last = "";

    while (!attempt(replay, wanted, err)) {
        const char *role = missing_role(replay->arena, err);

        if (role == NULL || strcmp(role, last) == 0)
            return tell(err);
        last = role;
        if (!make_role(replay, role, err) || !ray_runner_refresh(replay->runner, err))
            return false;
    }
    return ray_runner_refresh(replay->runner, err);
}

bool
ray_replay_up_to(struct ray_replay *replay, const struct ray_migration *to, struct ray_err *err)
{
    const struct wanted wanted = {.direction = RAY_UP, .migration = to};

    return run(replay, &wanted, err);
}

bool
ray_replay_one(struct ray_replay *replay, enum ray_direction direction,
               const struct ray_migration *migration, struct ray_err *err)
{
    const struct wanted wanted = {.direction = direction, .migration = migration, .alone = true};

    return run(replay, &wanted, err);
}

const ray_strings *
ray_replay_roles(const struct ray_replay *replay)
{
    return &replay->roles;
}

bool
ray_replay_has_down(struct ray_replay *replay, const struct ray_migration *migration, bool *out,
                    struct ray_err *err)
{
    return ray_runner_has_down(replay->runner, migration, out, err);
}
