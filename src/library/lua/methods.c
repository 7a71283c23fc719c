/* The table of methods. */
#include "methods.h"

static raymig_result *
run_up(raymig *project, const struct arguments *a)
{
    return raymig_up(project, a->count, a->text[0]);
}

static raymig_result *
run_down(raymig *project, const struct arguments *a)
{
    return raymig_down(project, a->count, a->text[0]);
}

static raymig_result *
run_goto(raymig *project, const struct arguments *a)
{
    return raymig_goto(project, a->text[0] == NULL ? "" : a->text[0]);
}

static raymig_result *
run_redo(raymig *project, const struct arguments *a)
{
    return raymig_redo(project, a->count);
}

static raymig_result *
run_status(raymig *project, const struct arguments *a)
{
    (void)a;
    return raymig_status(project);
}

static raymig_result *
run_plan(raymig *project, const struct arguments *a)
{
    return raymig_plan(project, a->down,
                       a->down && a->count < 0 && a->text[0] == NULL ? 1 : a->count, a->text[0]);
}

static raymig_result *
run_diff(raymig *project, const struct arguments *a)
{
    return raymig_diff(project, a->text[0], a->text[1]);
}

static raymig_result *
run_generate(raymig *project, const struct arguments *a)
{
    return raymig_generate(project, a->text[0]);
}

static raymig_result *
run_push(raymig *project, const struct arguments *a)
{
    (void)a;
    return raymig_push(project);
}

static raymig_result *
run_drift(raymig *project, const struct arguments *a)
{
    (void)a;
    return raymig_drift(project);
}

static raymig_result *
run_check(raymig *project, const struct arguments *a)
{
    (void)a;
    return raymig_check(project);
}

static raymig_result *
run_verify(raymig *project, const struct arguments *a)
{
    (void)a;
    return raymig_verify(project);
}

static raymig_result *
run_pull(raymig *project, const struct arguments *a)
{
    return raymig_pull(project, a->text[0]);
}

static raymig_result *
run_export(raymig *project, const struct arguments *a)
{
    return raymig_export(project, a->text[0]);
}

static raymig_result *
run_baseline(raymig *project, const struct arguments *a)
{
    return raymig_baseline(project, a->text[0]);
}

static raymig_result *
run_repair(raymig *project, const struct arguments *a)
{
    (void)a;
    return raymig_repair(project);
}

static raymig_result *
run_import(raymig *project, const struct arguments *a)
{
    return raymig_import(project, a->text[0], a->text[1]);
}

static raymig_result *
run_rebase(raymig *project, const struct arguments *a)
{
    (void)a;
    return raymig_rebase(project);
}

static raymig_result *
run_squash(raymig *project, const struct arguments *a)
{
    return raymig_squash(project, a->text[0], a->text[1], a->text[2]);
}

const struct method methods[] = {
    {"up", run_up, {"to", "", ""}, "count", "", RAYMIG_ALL},
    {"down", run_down, {"to", "", ""}, "count", "", 1},
    {"go", run_goto, {"to", "", ""}, "", "", 0}, /* goto is a word of the language */
    {"redo", run_redo, {"", "", ""}, "count", "", 1},
    {"status", run_status, {"", "", ""}, "", "", 0},
    {"plan", run_plan, {"to", "", ""}, "count", "down", RAYMIG_ALL},
    {"diff", run_diff, {"from", "to", ""}, "", "", 0},
    {"generate", run_generate, {"name", "", ""}, "", "", 0},
    {"push", run_push, {"", "", ""}, "", "", 0},
    {"drift", run_drift, {"", "", ""}, "", "", 0},
    {"check", run_check, {"", "", ""}, "", "", 0},
    {"verify", run_verify, {"", "", ""}, "", "", 0},
    {"pull", run_pull, {"from", "", ""}, "", "", 0},
    {"export", run_export, {"from", "", ""}, "", "", 0},
    {"baseline", run_baseline, {"to", "", ""}, "", "", 0},
    {"repair", run_repair, {"", "", ""}, "", "", 0},
    {"import", run_import, {"from", "to", ""}, "", "", 0},
    {"rebase", run_rebase, {"", "", ""}, "", "", 0},
    {"squash", run_squash, {"name", "from", "to"}, "", "", 0},
    {NULL, NULL, {NULL, NULL, NULL}, NULL, NULL, 0},
};
