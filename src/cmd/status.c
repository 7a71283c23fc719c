/* `raymig status`: where the database stands. Reads only; works on a standby. */
#include "project/status.h"
#include "cmd/report.h"

#include "base/buf.h"

#include <string.h>

static const struct ray_option options[] = {
    {"exit-code", '\0', NULL, "exit 3 when something is pending, 6 when something is wrong", false},
    {"pending", '\0', NULL, "list only what is not applied", false},
    {NULL, '\0', NULL, NULL, false},
};

static enum ray_style
style_of(enum ray_standing standing)
{
    switch (standing) {
    case RAY_APPLIED:
        return RAY_GOOD;
    case RAY_PENDING:
    case RAY_CHANGED:
        return RAY_WARN;
    case RAY_OUT_OF_ORDER:
    case RAY_PARTIAL:
    case RAY_EDITED:
    case RAY_MISSING:
    case RAY_HALF:
    case RAY_STANDING_COUNT:
    default:
        return RAY_BAD;
    }
}

static void
add_cell(struct ray_app *app, struct ray_table *table, const char *text, enum ray_style style)
{
    *ray_vec_add(app->arena, &table->cells) = (struct ray_cell){.text = text, .style = style};
}

/* "2026-11-23 09:12:33.123+00" to the second. */
static const char *
to_the_second(struct ray_arena *arena, const char *timestamp)
{
    return timestamp == NULL ? NULL : ray_arena_strndup(arena, timestamp, strnlen(timestamp, 19));
}

static const char *
state_of(struct ray_app *app, const struct ray_stand *stand)
{
    if (stand->by_originals && stand->standing == RAY_APPLIED)
        return ray_arena_printf(app->arena, "applied as %zu", stand->originals.len);
    if (stand->standing != RAY_PARTIAL)
        return ray_standing_name(stand->standing);
    return ray_arena_printf(app->arena, "%s after %d", ray_row_state_name(stand->row->state),
                            stand->row->statements_done);
}

static void
print_table(struct ray_app *app, const struct ray_state *state)
{
    static const char *const heads[] = {"MIGRATION", "STATE", "APPLIED AT", "BY", "TOOK", "DOWN"};
    static const bool right[] = {false, false, false, false, true, false};
    struct ray_table table = {.ncols = 6, .heads = heads, .right = right};

    for (size_t i = 0; i < state->stands.len; i++) {
        const struct ray_stand *stand = &state->stands.items[i];
        const struct ray_history_row *row = stand->row;

        if (ray_app_flag(app, "pending") && stand->standing == RAY_APPLIED)
            continue;
        add_cell(app, &table, ray_stand_name(app->arena, stand), RAY_PLAIN);
        add_cell(app, &table, state_of(app, stand), style_of(stand->standing));
        add_cell(app, &table, row == NULL ? NULL : to_the_second(app->arena, row->applied_at),
                 RAY_PLAIN);
        add_cell(app, &table, row == NULL ? NULL : row->applied_by, RAY_PLAIN);
        add_cell(app, &table,
                 row == NULL || row->duration_ms < 0
                     ? NULL
                     : ray_term_duration(app->term, row->duration_ms),
                 RAY_DIM);
        add_cell(app, &table, ray_stand_down(stand), RAY_DIM);
    }
    ray_term_table(app->term, &table);
}

static void
print_counts(struct ray_app *app, const struct ray_state *state)
{
    struct ray_buf line;

    ray_buf_init(&line, app->arena);
    for (int i = 0; i < RAY_STANDING_COUNT; i++)
        if (state->counts[i] > 0)
            ray_buf_addf(&line, "%s%zu %s", line.len == 0 ? "" : ", ", state->counts[i],
                         ray_standing_name((enum ray_standing)i));
    ray_term_say(app->term, "%s", line.len == 0 ? "no migrations" : line.data);
}

/* What another tool has run stands as pending here. */
static bool
tell_of_another(struct ray_app *app, struct ray_runner *runner)
{
    struct ray_err *err = &app->project.err;

    if (ray_runner_alone(runner, err))
        return true;
    if (err->code != RAY_REFUSED)
        return false;
    ray_term_say(app->term, "note: %s", err->message);
    ray_term_say(app->term, "      %s", err->hint);
    ray_err_clear(err);
    return true;
}

static enum ray_code
status(struct ray_app *app)
{
    struct ray_report report = {0};
    const struct ray_state *state;
    enum ray_code code;

    if (!ray_report_open(&report, app, RAY_SESSION_RUN)) {
        ray_session_close(&report.session); /* nothing was run that a report would tell of */
        return ray_app_fail(app);
    }
    state = ray_runner_state(report.session.runner);
    if (ray_term_options(app->term)->json) {
        ray_app_print_json(app, ray_status_json(&report.session));
    } else {
        print_table(app, state);
        print_counts(app, state);
        if (!tell_of_another(app, report.session.runner)) {
            ray_session_close(&report.session);
            return ray_app_fail(app);
        }
    }
    code = ray_app_flag(app, "exit-code") ? ray_status_code(state) : RAY_OK;
    ray_session_close(&report.session);
    return code;
}

const struct ray_command ray_cmd_status = {
    .name = "status",
    .arguments = "",
    .summary = "show which migrations are applied, pending, edited, missing or out of order",
    .description =
        "Holds the folder against the history table. Takes no lock and writes nothing, so\n"
        "it works on a read-only standby.",
    .examples = "raymig status             a table of all migrations\n"
                "raymig status --exit-code  exit 3 when something is pending\n"
                "raymig status --json      for programs",
    .options = options,
    .run = status,
};
