/* What was found out of a migration, in sentences: see verify.h. */
#include "project/verify.h"

static struct ray_verify_finding *
add(struct ray_arena *arena, ray_verify_findings *out, const char *what, bool wrong,
    const char *text)
{
    struct ray_verify_finding *finding = ray_vec_add(arena, out);

    finding->what = what;
    finding->wrong = wrong;
    finding->text = text;
    return finding;
}

static const char *
error_text(struct ray_arena *arena, const struct ray_err *err)
{
    const char *place = "";
    const char *state = "";
    const char *message = err->message;

    if (err->file != NULL && err->line > 0)
        place = ray_arena_printf(arena, "%s:%d: ", err->file, err->line);
    else if (err->file != NULL)
        place = ray_arena_printf(arena, "%s: ", err->file);
    if (err->sqlstate[0] != '\0')
        state = ray_arena_printf(arena, " (SQLSTATE %s)", err->sqlstate);
    return ray_arena_printf(arena, "%s%s%s", place, message, state);
}

static void
add_error(struct ray_arena *arena, ray_verify_findings *out, const char *what, bool wrong,
          const char *lead, const struct ray_err *err)
{
    struct ray_verify_finding *finding;

    if (err == NULL)
        return;
    finding = add(arena, out, what, wrong,
                  ray_arena_printf(arena, "%s: %s", lead, error_text(arena, err)));
    finding->err = err;
    finding->hint = err->hint;
}

/* What each type of change is called where it is one too many. */
struct phrases {
    const char *what[RAY_CHANGE_COUNT];
    const char *lead[RAY_CHANGE_COUNT];
};

static void
add_changes(struct ray_arena *arena, ray_verify_findings *out, const struct phrases *phrases,
            const ray_changes *changes)
{
    for (size_t i = 0; i < changes->len; i++) {
        const struct ray_change *change = &changes->items[i];
        const char *text;

        if (ray_change_is_part(changes, change))
            continue;
        text = ray_arena_printf(arena, "%s %s", phrases->lead[change->type],
                                ray_change_line(arena, change));
        add(arena, out, phrases->what[change->type], true, text)->change = change;
    }
}

static void
add_losses(struct ray_arena *arena, ray_verify_findings *out, const ray_losses *losses)
{
    for (size_t i = 0; i < losses->len; i++) {
        const struct ray_loss *loss = &losses->items[i];
        const char *text;

        if (loss->column == NULL)
            text = ray_arena_printf(arena, "%s %zu of %zu rows of %s%s",
                                    loss->by_up ? "up deletes" : "down loses", loss->rows, loss->of,
                                    loss->table,
                                    loss->by_up ? ", which down cannot bring back" : "");
        else
            text = ray_arena_printf(arena, "%s the values of column %s.%s in %zu of %zu rows%s",
                                    loss->by_up ? "up drops or changes" : "down changes",
                                    loss->table, loss->column, loss->rows, loss->of,
                                    loss->by_up ? ", and down does not bring them back" : "");
        add(arena, out, loss->column == NULL ? "rows_lost" : "values_lost", !loss->by_up, text);
    }
}

/* Rows that a migration is there to insert may well stay; but not come twice. */
static void
add_surpluses(struct ray_arena *arena, ray_verify_findings *out, const ray_surpluses *surpluses)
{
    for (size_t i = 0; i < surpluses->len; i++) {
        const struct ray_surplus *surplus = &surpluses->items[i];

        add(arena, out, "rows_left", surplus->doubled,
            ray_arena_printf(arena, "down %s %zu row%s in %s%s%s",
                             surplus->by_up ? "leaves" : "inserts", surplus->rows,
                             surplus->rows == 1 ? "" : "s", surplus->table,
                             surplus->by_up ? " that up inserted" : "",
                             surplus->doubled ? ", and up again inserts them twice" : ""));
    }
}

void
ray_verify_gather(struct ray_arena *arena, const struct ray_verified *verified,
                  ray_verify_findings *out)
{
    static const struct phrases left = {{"left_behind", "not_restored", "differs"},
                                        {"down leaves behind", "down does not bring back",
                                         "down leaves different"}};
    static const struct phrases again = {{"again_differs", "again_differs", "again_differs"},
                                         {"up again makes also", "up again does not make",
                                          "up again makes different"}};
    static const struct phrases snapshot = {{"snapshot_differs", "snapshot_differs",
                                             "snapshot_differs"},
                                            {"the snapshot lacks", "the snapshot alone has",
                                             "the snapshot has different"}};

    for (size_t i = 0; i < verified->up->unknown.len; i++)
        add(arena, out, "unknown", false,
            ray_arena_printf(arena, "nothing is proved of what raymig does not know: %s",
                             verified->up->unknown.items[i]));
    add_error(arena, out, "rows_refused", false,
              "up fails where tables have rows, made-up ones, so the rest was proved without",
              verified->rows_err);
    add_changes(arena, out, &snapshot, &verified->differs);
    if (verified->other_version)
        add(arena, out, "snapshot_skipped", false,
            ray_arena_printf(arena, "%s is another PostgreSQL version's, and was not compared",
                             verified->snapshot));
    add_error(arena, out, "down_failed", true,
              verified->down_needs_empty ? "down fails where tables have rows" : "down fails",
              verified->down_err);
    add_changes(arena, out, &left, &verified->left);
    for (size_t i = 0; i < verified->roles.len; i++)
        add(arena, out, "left_behind", true,
            ray_arena_printf(arena, "down leaves behind role %s", verified->roles.items[i]));
    add_losses(arena, out, &verified->losses);
    add_surpluses(arena, out, &verified->surpluses);
    add_error(arena, out, "again_failed", true, "up fails behind down", verified->again_err);
    add_changes(arena, out, &again, &verified->again);
}

void
ray_verify_wrongs(struct ray_arena *arena, const struct ray_verified *verified, ray_strings *out)
{
    ray_verify_findings found = {0};

    ray_verify_gather(arena, verified, &found);
    for (size_t i = 0; i < found.len; i++)
        if (found.items[i].wrong)
            *ray_vec_add(arena, out) = found.items[i].text;
}
