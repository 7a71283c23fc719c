/* The report of `raymig verify`, written from the findings: see verify.h. */
#include "cmd/verify.h"

static const char *const words[RAY_VERDICT_COUNT] = {
    [RAY_PROVED] = "proved", [RAY_NO_DOWN] = "no down", [RAY_WRONG] = "wrong"};
static const enum ray_style styles[RAY_VERDICT_COUNT] = {
    [RAY_PROVED] = RAY_GOOD, [RAY_NO_DOWN] = RAY_WARN, [RAY_WRONG] = RAY_BAD};

/* ---------------------------------------------------------------- for people */

static void
print(struct ray_verify_report *report, const struct ray_verified *verified,
      const ray_verify_findings *findings)
{
    struct ray_term *term = report->app->term;
    const char *word = ray_arena_printf(report->app->arena, "%-8s", words[verified->verdict]);

    ray_term_out(term, "%s  %s  %s\n",
                 ray_term_styled(term, false, styles[verified->verdict], word),
                 verified->migration->tag,
                 ray_term_styled(term, false, RAY_DIM,
                                 ray_term_duration(term, verified->us / 1000)));
    for (size_t i = 0; i < findings->len; i++) {
        const struct ray_verify_finding *finding = &findings->items[i];

        ray_term_out(term, "          %s\n",
                     finding->wrong ? finding->text
                                    : ray_term_styled(term, false, RAY_DIM, finding->text));
        if (finding->hint != NULL)
            ray_term_out(term, "          hint: %s\n", finding->hint);
    }
}

/* ---------------------------------------------------------------- Markdown */

static void
add_markdown(struct ray_verify_report *report, const struct ray_verified *verified,
             const ray_verify_findings *findings)
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
count(const struct ray_verify_result *result)
{
    size_t all = 0;

    for (int i = 0; i < RAY_VERDICT_COUNT; i++)
        all += result->counts[i];
    return all;
}

static void
print_markdown(struct ray_verify_report *report, const struct ray_verify_result *result)
{
    struct ray_term *term = report->app->term;

    ray_term_out(term,
                 "| migrations | proved | without a way back | wrong |\n"
                 "| --- | --- | --- | --- |\n| %zu | %zu | %zu | %zu |\n",
                 count(result), result->counts[RAY_PROVED], result->counts[RAY_NO_DOWN],
                 result->counts[RAY_WRONG]);
    if (report->wrong.len > 0)
        ray_term_out(term, "\n## Wrong\n%s", report->wrong.data);
    if (report->notes.len > 0)
        ray_term_out(term, "\n## Told, and not wrong\n%s", report->notes.data);
}

/* ---------------------------------------------------------------- the whole */

void
ray_verify_report_begin(struct ray_verify_report *report)
{
    ray_buf_init(&report->wrong, report->app->arena);
    ray_buf_init(&report->notes, report->app->arena);
}

void
ray_verify_report_add(struct ray_verify_report *report, const struct ray_verified *verified,
                      const ray_verify_findings *findings)
{
    if (ray_term_options(report->app->term)->json)
        return;
    if (report->markdown)
        add_markdown(report, verified, findings);
    else
        print(report, verified, findings);
}

enum ray_code
ray_verify_report_end(struct ray_verify_report *report, const struct ray_verify_result *result,
                      bool ok)
{
    struct ray_app *app = report->app;
    struct ray_term *term = app->term;
    enum ray_code code = !ok ? app->project.err.code : result->wrong ? RAY_FAILED : RAY_OK;

    ray_term_live(term, "%s", "");
    if (ray_term_options(term)->json) {
        ray_app_print_json(app, ray_verify_json(&app->project, result, ok));
        return code;
    }
    if (report->markdown && ok)
        print_markdown(report, result);
    if (ok || count(result) > 0)
        ray_term_say(term, "%zu proved, %zu without a way back, %zu wrong, in %s",
                     result->counts[RAY_PROVED], result->counts[RAY_NO_DOWN],
                     result->counts[RAY_WRONG], ray_term_duration(term, result->us / 1000));
    return ok ? code : ray_app_fail(app);
}
