/*
 * The report of `raymig verify`: see verify.h. What was found out of a migration becomes a list of findings, each a
 * sentence that is wrong or just to be known; text, JSON and Markdown are written from that list.
 */
#include "cmd/changes.h"
#include "cmd/verify.h"

#include "base/clock.h"

#include <string.h>

struct finding {
    const char *what; /* for programs: "left_behind" */
    const char *text; /* for people */
    const char *hint; /* NULL: none */
    const struct ray_change *change;
    const struct ray_err *err;
    bool wrong;
};
typedef RAY_VEC(struct finding) finding_list;

static const char *const words[RAY_VERDICT_COUNT] = {
    [RAY_PROVED] = "proved", [RAY_NO_DOWN] = "no down", [RAY_WRONG] = "wrong"};
static const enum ray_style styles[RAY_VERDICT_COUNT] = {
    [RAY_PROVED] = RAY_GOOD, [RAY_NO_DOWN] = RAY_WARN, [RAY_WRONG] = RAY_BAD};
static const char *const results[RAY_VERDICT_COUNT] = {
    [RAY_PROVED] = "proved", [RAY_NO_DOWN] = "no_down", [RAY_WRONG] = "wrong"};

/* ---------------------------------------------------------------- findings */

static struct finding *
add(struct ray_arena *arena, finding_list *out, const char *what, bool wrong, const char *text)
{
    struct finding *finding = ray_vec_add(arena, out);

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
add_error(struct ray_arena *arena, finding_list *out, const char *what, bool wrong,
          const char *lead, const struct ray_err *err)
{
    struct finding *finding;

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
add_changes(struct ray_arena *arena, finding_list *out, const struct phrases *phrases,
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
add_losses(struct ray_arena *arena, finding_list *out, const ray_losses *losses)
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

static void
gather(struct ray_arena *arena, const struct ray_verified *verified, finding_list *out)
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
    add_error(arena, out, "again_failed", true, "up fails behind down", verified->again_err);
    add_changes(arena, out, &again, &verified->again);
}

void
ray_verify_wrongs(struct ray_arena *arena, const struct ray_verified *verified, ray_strings *out)
{
    finding_list found = {0};

    gather(arena, verified, &found);
    for (size_t i = 0; i < found.len; i++)
        if (found.items[i].wrong)
            *ray_vec_add(arena, out) = found.items[i].text;
}

/* ---------------------------------------------------------------- for people */

static void
print(struct ray_verify_report *report, const struct ray_verified *verified,
      const finding_list *findings)
{
    struct ray_term *term = report->app->term;
    const char *word = ray_arena_printf(report->app->arena, "%-8s", words[verified->verdict]);

    ray_term_out(term, "%s  %s  %s\n",
                 ray_term_styled(term, false, styles[verified->verdict], word),
                 verified->migration->tag,
                 ray_term_styled(term, false, RAY_DIM,
                                 ray_term_duration(term, verified->us / 1000)));
    for (size_t i = 0; i < findings->len; i++) {
        const struct finding *finding = &findings->items[i];

        ray_term_out(term, "          %s\n",
                     finding->wrong ? finding->text
                                    : ray_term_styled(term, false, RAY_DIM, finding->text));
        if (finding->hint != NULL)
            ray_term_out(term, "          hint: %s\n", finding->hint);
    }
}

/* ---------------------------------------------------------------- JSON */

static json_t *
finding_json(struct ray_app *app, const struct finding *finding)
{
    json_t *row = json_object();

    ray_json_set_text(row, "what", finding->what);
    ray_json_set_bool(row, "wrong", finding->wrong);
    ray_json_set_text(row, "text", finding->text);
    if (finding->change != NULL)
        json_object_set_new(row, "change", ray_change_json(app->arena, finding->change));
    if (finding->err != NULL)
        json_object_set_new(row, "error", ray_json_err(finding->err));
    ray_json_scrub(app->arena, row);
    return row;
}

static void
add_json(struct ray_verify_report *report, const struct ray_verified *verified,
         const finding_list *findings)
{
    json_t *row = json_object();
    json_t *list = json_array();

    ray_json_set_text(row, "tag", verified->migration->tag);
    ray_json_set_text(row, "result", results[verified->verdict]);
    ray_json_set_int(row, "duration_ms", verified->us / 1000);
    for (size_t i = 0; i < findings->len; i++)
        json_array_append_new(list, finding_json(report->app, &findings->items[i]));
    json_object_set_new(row, "findings", list);
    json_array_append_new(report->migrations, row);
}

/* ---------------------------------------------------------------- Markdown */

static void
add_markdown(struct ray_verify_report *report, const struct ray_verified *verified,
             const finding_list *findings)
{
    struct ray_buf *out = verified->verdict == RAY_WRONG ? &report->wrong : &report->notes;

    if (findings->len == 0)
        return;
    ray_buf_addf(out, "\n### %s\n\n", verified->migration->tag);
    for (size_t i = 0; i < findings->len; i++) {
        ray_buf_addf(out, "- `%s`\n", findings->items[i].text);
        if (findings->items[i].hint != NULL)
            ray_buf_addf(out, "  %s\n", findings->items[i].hint);
    }
}

/* How many were looked at. */
static size_t
count(const struct ray_verify_report *report)
{
    size_t all = 0;

    for (int i = 0; i < RAY_VERDICT_COUNT; i++)
        all += report->counts[i];
    return all;
}

static void
print_markdown(struct ray_verify_report *report)
{
    struct ray_term *term = report->app->term;

    ray_term_out(term,
                 "| migrations | proved | without a way back | wrong |\n"
                 "| --- | --- | --- | --- |\n| %zu | %zu | %zu | %zu |\n",
                 count(report), report->counts[RAY_PROVED], report->counts[RAY_NO_DOWN],
                 report->counts[RAY_WRONG]);
    if (report->wrong.len > 0)
        ray_term_out(term, "\n## Wrong\n%s", report->wrong.data);
    if (report->notes.len > 0)
        ray_term_out(term, "\n## Told, and not wrong\n%s", report->notes.data);
}

/* ---------------------------------------------------------------- the whole */

void
ray_verify_report_begin(struct ray_verify_report *report)
{
    report->migrations = json_array();
    ray_buf_init(&report->wrong, report->app->arena);
    ray_buf_init(&report->notes, report->app->arena);
}

void
ray_verify_report_add(struct ray_verify_report *report, const struct ray_verified *verified)
{
    struct ray_app *app = report->app;
    finding_list found = {0};

    report->counts[verified->verdict]++;
    gather(app->arena, verified, &found);
    if (ray_term_options(app->term)->json)
        add_json(report, verified, &found);
    else if (report->markdown)
        add_markdown(report, verified, &found);
    else
        print(report, verified, &found);
}

static enum ray_code
code_of(const struct ray_verify_report *report, bool ok)
{
    if (!ok)
        return report->app->project.err.code;
    return report->counts[RAY_WRONG] > 0 ||
                   (report->require_down && report->counts[RAY_NO_DOWN] > 0)
               ? RAY_FAILED
               : RAY_OK;
}

static void
print_json(struct ray_verify_report *report, bool ok)
{
    json_t *result = json_object();

    ray_json_set_bool(result, "ok", code_of(report, ok) == RAY_OK);
    for (int i = 0; i < RAY_VERDICT_COUNT; i++)
        ray_json_set_int(result, results[i], (int64_t)report->counts[i]);
    json_object_set(result, "migrations", report->migrations);
    ray_json_set_int(result, "duration_ms", (ray_clock_us() - report->began_us) / 1000);
    if (!ok)
        json_object_set_new(result, "error", ray_json_err(&report->app->project.err));
    ray_app_print_json(report->app, result);
}

enum ray_code
ray_verify_report_end(struct ray_verify_report *report, bool ok)
{
    struct ray_term *term = report->app->term;
    enum ray_code code = code_of(report, ok);

    ray_term_live(term, "%s", "");
    if (ray_term_options(term)->json)
        print_json(report, ok);
    else if (report->markdown && ok)
        print_markdown(report);
    if (!ray_term_options(term)->json) {
        if (ok || count(report) > 0)
            ray_term_say(term, "%zu proved, %zu without a way back, %zu wrong, in %s",
                         report->counts[RAY_PROVED], report->counts[RAY_NO_DOWN],
                         report->counts[RAY_WRONG],
                         ray_term_duration(term, (ray_clock_us() - report->began_us) / 1000));
        if (!ok)
            code = ray_app_fail(report->app);
    }
    json_decref(report->migrations);
    return code;
}
