/* `raymig lint`: what may go wrong when the migrations run on a database that is in use. */
#include "cmd/lint.h"
#include "cmd/options.h"
#include "cmd/plugin_services.h"
#include "project/source.h"

#include "base/file.h"
#include "base/json.h"

#include <string.h>

static const struct ray_option options[] = {
    {"since", '\0', "TAG", "only the migrations behind this one", false},
    {"observe", '\0', NULL, "run them in a shadow, and see what each statement locks and rewrites",
     false},
    {"schema", '\0', NULL, "the objects of the schema instead of migrations", false},
    {"strict", '\0', NULL, "warnings fail, too", false},
    {"rules", '\0', NULL, "list the rules, with their levels in this project", false},
    RAY_SOURCE_OPTIONS,
    {NULL, '\0', NULL, NULL, false},
};

static const char *
text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text == NULL ? "" : text;
}

/* ---------------------------------------------------------------- rules */

static enum ray_code
list_rules(struct ray_app *app)
{
    json_t *rules;

    if (!ray_project_configure(&app->project) ||
        !ray_lint_rules(ray_project_lua(&app->project), &app->project.config, &rules,
                        &app->project.err))
        return ray_app_fail(app);
    if (ray_term_options(app->term)->json) {
        json_t *result = json_object();

        ray_json_set_bool(result, "ok", true);
        json_object_set_new(result, "rules", rules);
        ray_app_print_json(app, result);
        return RAY_OK;
    }
    for (size_t i = 0; i < json_array_size(rules); i++) {
        const json_t *rule = json_array_get(rules, i);

        ray_term_out(app->term, "%-5s  %-28s  %s\n", text_of(rule, "severity"),
                     text_of(rule, "rule"), text_of(rule, "why"));
    }
    json_decref(rules);
    return RAY_OK;
}

/* ---------------------------------------------------------------- what is linted */

/* A script that is in no folder. */
static bool
add_file(struct ray_lint *lint, const char *path)
{
    struct ray_migration *migration = RAY_NEW(lint->app->arena, struct ray_migration);

    if (!ray_file_exists(path))
        return false;
    migration->tag = path;
    migration->up.kind = ray_has_suffix(path, ".lua") ? RAY_SCRIPT_LUA : RAY_SCRIPT_SQL;
    migration->up.source = (struct ray_source){.path = path, .breakpoints = true};
    *ray_vec_add(lint->app->arena, &lint->chosen) = (struct ray_chosen){.migration = migration,
                                                                        .place = -1};
    return true;
}

static void
add_place(struct ray_lint *lint, size_t i)
{
    *ray_vec_add(lint->app->arena, &lint->chosen) =
        (struct ray_chosen){.migration = &lint->folder.migrations.items[i], .place = (int)i};
}

static bool
choose(struct ray_lint *lint)
{
    struct ray_app *app = lint->app;
    const char *since = ray_app_option(app, "since");
    const struct ray_migration *found = NULL;
    size_t first = 0;

    if (!ray_project_folder(&app->project, true, &lint->folder))
        return false;
    if (since != NULL) {
        found = ray_folder_find(&lint->folder, since, &app->project.err);
        if (found == NULL)
            return false;
        first = (size_t)(found - lint->folder.migrations.items) + 1;
    }
    for (int i = 0; i < app->nargs; i++) {
        if ((ray_has_suffix(app->args[i], ".sql") || ray_has_suffix(app->args[i], ".lua")) &&
            add_file(lint, app->args[i]))
            continue;
        found = ray_folder_find(&lint->folder, app->args[i], &app->project.err);
        if (found == NULL)
            return false;
        add_place(lint, (size_t)(found - lint->folder.migrations.items));
    }
    for (size_t i = first; app->nargs == 0 && i < lint->folder.migrations.len; i++)
        add_place(lint, i);
    return true;
}

/* The catalogs that snapshots know. Without one of an earlier migration nothing was there. */
static void
find_snapshots(struct ray_lint *lint, const struct ray_chosen *chosen,
               struct ray_lint_subject *subject)
{
    struct ray_arena *arena = lint->app->arena;
    const char *path;

    if (chosen->place < 0)
        return;
    path = ray_folder_snapshot(arena, &lint->folder, chosen->migration, false);
    subject->after = path == NULL ? NULL : json_string(path);
    if (chosen->place == 0)
        return;
    path = ray_folder_snapshot(arena, &lint->folder, chosen->migration - 1, false);
    subject->before = path == NULL ? NULL : json_string(path);
}

static bool
lint_one(struct ray_lint *lint, const struct ray_chosen *chosen)
{
    struct ray_app *app = lint->app;
    struct ray_lint_subject subject;
    bool ok;

    if (!ray_lint_read(ray_project_lua(&app->project), app->arena, chosen->migration, &subject,
                       &app->project.err))
        return false;
    lint->unread += subject.unread;
    if (ray_app_flag(app, "observe") && chosen->place >= 0)
        ok = ray_lint_in_shadow(lint, chosen, &subject);
    else {
        find_snapshots(lint, chosen, &subject);
        ok = true;
    }
    ok = ok && ray_lint_run(ray_project_lua(&app->project), &app->project.config, &subject,
                            &lint->desk.services, lint->findings, &app->project.err);
    json_decref(subject.before);
    json_decref(subject.after);
    return ok;
}

/* The schema as a migration from nothing: only the rules of catalogs have something to say. */
static bool
lint_schema(struct ray_lint *lint)
{
    struct ray_app *app = lint->app;
    struct ray_migration migration = {.tag = "schema", .up = {.source = {.path = "schema"}}};
    struct ray_lint_subject subject = {.migration = &migration};
    struct ray_buf buf;
    bool ok;

    ray_buf_init(&buf, app->arena);
    if (!lint->desk.services.catalog(&lint->desk, "schema", &buf, &app->project.err))
        return false;
    subject.after = ray_json_parse(buf.data, buf.len, "schema", &app->project.err);
    ok = subject.after != NULL &&
         ray_lint_run(ray_project_lua(&app->project), &app->project.config, &subject,
                      &lint->desk.services, lint->findings, &app->project.err);
    json_decref(subject.after);
    return ok;
}

/* ---------------------------------------------------------------- telling */

static size_t
count(const json_t *findings, const char *severity)
{
    size_t n = 0;

    for (size_t i = 0; i < json_array_size(findings); i++)
        n += strcmp(text_of(json_array_get(findings, i), "severity"), severity) == 0;
    return n;
}

static void
print_finding(struct ray_app *app, const json_t *finding)
{
    bool is_error = strcmp(text_of(finding, "severity"), "error") == 0;
    int line = (int)json_integer_value(json_object_get(finding, "line"));

    ray_term_out(app->term, "%s%s: %s: %s  [%s]\n", text_of(finding, "file"),
                 line == 0 ? "" : ray_arena_printf(app->arena, ":%d", line),
                 ray_term_styled(app->term, false, is_error ? RAY_BAD : RAY_DIM,
                                 is_error ? "error" : "warning"),
                 text_of(finding, "message"), text_of(finding, "rule"));
    if (ray_term_options(app->term)->quiet)
        return;
    ray_term_out(app->term, "    %s\n    %s\n", text_of(finding, "why"), text_of(finding, "how"));
}

static void
print_summary(struct ray_lint *lint, size_t errors, size_t warnings)
{
    struct ray_app *app = lint->app;
    const char *what = ray_app_flag(app, "schema")
                           ? "the schema"
                           : ray_arena_printf(app->arena, "%zu migration%s", lint->chosen.len,
                                              lint->chosen.len == 1 ? "" : "s");

    if (lint->unread > 0)
        ray_term_say(
            app->term,
            "%zu migration%s in Lua, whose SQL is only known when it runs, %s not looked at",
            lint->unread, lint->unread == 1 ? "" : "s", lint->unread == 1 ? "was" : "were");
    if (errors + warnings == 0)
        ray_term_say(app->term, "%s: nothing to say", what);
    else
        ray_term_say(app->term, "%zu error%s, %zu warning%s in %s", errors, errors == 1 ? "" : "s",
                     warnings, warnings == 1 ? "" : "s", what);
}

static enum ray_code
tell(struct ray_lint *lint)
{
    struct ray_app *app = lint->app;
    size_t errors = count(lint->findings, "error");
    size_t warnings = count(lint->findings, "warn");
    bool failed = errors > 0 || (warnings > 0 && ray_app_flag(app, "strict"));

    if (ray_term_options(app->term)->json) {
        json_t *result = json_object();

        ray_json_set_bool(result, "ok", !failed);
        ray_json_set_int(result, "migrations", (int64_t)lint->chosen.len);
        ray_json_set_int(result, "unread", (int64_t)lint->unread);
        ray_json_set_int(result, "errors", (int64_t)errors);
        ray_json_set_int(result, "warnings", (int64_t)warnings);
        json_object_set(result, "findings", lint->findings);
        ray_app_print_json(app, result);
        return failed ? RAY_FAILED : RAY_OK;
    }
    for (size_t i = 0; i < json_array_size(lint->findings); i++)
        print_finding(app, json_array_get(lint->findings, i));
    print_summary(lint, errors, warnings);
    return failed ? RAY_FAILED : RAY_OK;
}

static enum ray_code
run(struct ray_app *app)
{
    struct ray_lint lint = {.app = app, .findings = json_array()};
    enum ray_code code;
    bool ok;

    if (ray_app_flag(app, "rules")) {
        json_decref(lint.findings);
        return list_rules(app);
    }
    ray_app_desk_open(app, &lint.desk);
    ok = ray_project_configure(&app->project) &&
         ray_plugins_load(ray_project_lua(&app->project), &app->project.err);
    if (ok && ray_app_flag(app, "schema")) {
        ok = lint_schema(&lint);
    } else {
        ok = ok && choose(&lint);
        for (size_t i = 0; ok && i < lint.chosen.len; i++)
            ok = lint_one(&lint, &lint.chosen.items[i]);
    }
    code = ok ? tell(&lint) : ray_app_fail(app);
    ray_lint_shadow_close(&lint);
    ray_plugin_desk_close(&lint.desk);
    json_decref(lint.findings);
    return code;
}

const struct ray_command ray_cmd_lint = {
    .name = "lint",
    .arguments = "[TAG | FILE ...]",
    .max_args = -1,
    .summary = "find what would lock, rewrite or break a database in use",
    .description =
        "Reads the migrations (all of the folder, those named, or those behind --since) with "
        "PostgreSQL's own parser and tells what may go wrong when they run on a database that is in "
        "use, why, and how to do it safely. It needs no database. What a migration itself makes is "
        "new, and nothing is said of it.\n"
        "\n"
        "With --observe each migration is run in a shadow, statement by statement, and the server "
        "is asked what each one locked, rewrote and read; what a migration in Lua runs is seen by it.\n"
        "\n"
        "The config's lint = { RULE = \"off\" | \"warn\" | \"error\" } sets a rule's level; "
        "plugins add rules of their own. A comment\n"
        "  -- raymig: lint-ignore drop_column, rename_column: nobody reads it any more\n"
        "before a statement leaves out these rules for it (without names: all of them), and\n"
        "  -- raymig: lint-ignore-file drop_column\n"
        "for the whole file. Exit code 1 where there is an error.",
    .examples = "raymig lint                       the whole folder\n"
                "raymig lint --since 0012          what a branch adds\n"
                "raymig lint 0013 --observe        one, run in a shadow\n"
                "raymig lint script.sql            a script that is no migration\n"
                "raymig lint --rules               the rules and their levels",
    .options = options,
    .run = run,
};
