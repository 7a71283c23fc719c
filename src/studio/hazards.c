/*
 * What pending migrations would do to a database in use: what each statement locks, rewrites and reads, observed in a
 * shadow, and what the rules of `raymig lint` say of it.
 */
#include "studio/planning.h"

#include "catalog/snapshot.h"
#include "diff/effect.h"
#include "lint/lint.h"
#include "pg/shadow.h"
#include "project/plugins.h"
#include "project/source.h"
#include "run/replay.h"

#include <string.h>

struct hazards {
    struct ray_operation *operation;
    struct ray_plugin_desk desk;
    const struct ray_folder *folder; /* that the selection's migrations are of */
    struct ray_conn
        *shadow; /* a database where the migrations before have run; NULL: there is none */
    bool loses_data;
};

/* Rules that speak of rows or values that are gone afterwards. */
static bool
is_loss(const char *rule)
{
    static const char *const rules[] = {"drop_column",  "drop_table",      "drop_schema",
                                        "drop_cascade", "delete_all_rows", "truncate"};

    for (size_t i = 0; rule != NULL && i < sizeof(rules) / sizeof(rules[0]); i++)
        if (strcmp(rule, rules[i]) == 0)
            return true;
    return false;
}

/* ---------------------------------------------------------------- the shadow */

static json_t *
read_catalog(struct hazards *h)
{
    struct ray_project *project = &h->operation->project;
    struct ray_load_options options;
    struct ray_catalog *catalog;
    struct ray_buf buf;

    ray_source_load_options(project, &options);
    if (!ray_catalog_load(h->shadow, project->arena, &options, &catalog, &project->err))
        return NULL;
    ray_buf_init(&buf, project->arena);
    ray_snapshot_write(catalog, &buf);
    return ray_json_parse(buf.data, buf.len, "the shadow", &project->err);
}

/* Runs the folder's migrations up to `to`, or the one. */
static bool
replay(struct hazards *h, const struct ray_migration *migration, bool all_before)
{
    struct ray_project *project = &h->operation->project;
    struct ray_replay_options options = {.config = &project->config, .folder = h->folder};
    struct ray_replay *run;
    bool ok;

    if (!ray_project_shadow(project, &options.shadow) ||
        !ray_replay_open(project->arena, &options, ray_conn_database(h->shadow), &run,
                         &project->err))
        return false;
    ok = all_before ? ray_replay_up_to(run, migration, &project->err)
                    : ray_replay_one(run, RAY_UP, migration, &project->err);
    ray_replay_close(run);
    return ok;
}

/* A database that stands before the migration. */
static bool
open_shadow(struct hazards *h, const struct ray_migration *first)
{
    struct ray_project *project = &h->operation->project;
    struct ray_shadow *shadow;

    return ray_project_shadow(project, &shadow) &&
           ray_shadow_create(shadow, &h->shadow, &project->err) &&
           (first == h->folder->migrations.items || replay(h, first - 1, true));
}

/* Nothing is known of locks any more; the rules still have their say. */
static void
give_up(struct hazards *h)
{
    struct ray_project *project = &h->operation->project;

    (void)json_array_append_new(h->operation->warnings,
                                json_sprintf("locks could not be observed: %s",
                                             project->err.message == NULL ? "no shadow"
                                                                          : project->err.message));
    if (h->shadow != NULL)
        ray_conn_close(h->shadow);
    h->shadow = NULL;
    ray_err_clear(&project->err);
}

static bool
observe(struct hazards *h, struct ray_lint_subject *subject)
{
    struct ray_project *project = &h->operation->project;

    subject->before = read_catalog(h);
    if (subject->before == NULL)
        return false;
    if (subject->unread ? !replay(h, subject->migration, false)
                        : !ray_lint_observe(h->shadow, project->arena, subject, &project->err))
        return false;
    subject->after = read_catalog(h);
    return subject->after != NULL;
}

/* ---------------------------------------------------------------- steps */

/* Whether it speaks of that statement; what speaks of none is said of the first. */
static bool
is_of(const json_t *finding, size_t number)
{
    json_int_t statement = json_integer_value(json_object_get(finding, "statement"));

    return statement <= 0 ? number == 0 : statement == (json_int_t)number + 1;
}

static json_t *
hazards_json(struct hazards *h, size_t number, const json_t *findings, bool *loses)
{
    json_t *list = json_array();
    json_t *finding;
    size_t i;

    json_array_foreach(findings, i, finding)
    {
        const char *rule = json_string_value(json_object_get(finding, "rule"));

        if (!is_of(finding, number))
            continue;
        *loses = *loses || is_loss(rule);
        (void)json_array_append_new(list, json_pack("{s:o,s:O?,s:O?,s:O?,s:O?}", "rule",
                                                    rule == NULL ? json_null() : json_string(rule),
                                                    "level", json_object_get(finding, "severity"),
                                                    "message", json_object_get(finding, "message"),
                                                    "why", json_object_get(finding, "why"), "how",
                                                    json_object_get(finding, "how")));
    }
    h->loses_data = h->loses_data || *loses;
    return list;
}

static json_t *
steps_json(struct hazards *h, const struct ray_lint_subject *subject, const json_t *findings)
{
    json_t *steps = json_array();

    for (size_t i = 0; i < subject->statements.len; i++) {
        const struct ray_lint_statement *statement = &subject->statements.items[i];
        json_t *step = json_object();
        bool loses = false;
        json_t *hazards = hazards_json(h, i, findings, &loses);

        ray_json_set_text(step, "step", "run");
        ray_json_set_text(step, "object", "");
        ray_json_set_text(step, "reason", NULL);
        ray_json_set_bool(step, "loses_data", loses);
        ray_json_set_text(step, "refusal", NULL);
        ray_json_set_bool(step, "transaction", !(statement->observed && statement->effect.alone));
        (void)json_object_set_new(step, "effects",
                                  statement->observed ? ray_effect_json(&statement->effect)
                                                      : json_array());
        (void)json_object_set_new(step, "hazards", hazards);
        (void)json_object_set_new(step, "sql", json_pack("[s]", statement->sql));
        (void)json_array_append_new(steps, step);
    }
    return steps;
}

static bool
look_at(struct hazards *h, const struct ray_migration *migration, json_t *document)
{
    struct ray_project *project = &h->operation->project;
    struct ray_lint_subject subject;
    json_t *findings = json_array();
    bool ok;

    if (!ray_lint_read(ray_project_lua(project), project->arena, migration, &subject,
                       &project->err)) {
        json_decref(findings);
        return false;
    }
    if (h->shadow != NULL && !observe(h, &subject))
        give_up(h);
    ok = ray_lint_run(ray_project_lua(project), &project->config, &subject, &h->desk.services,
                      findings, &project->err);
    if (ok)
        (void)json_object_set_new(document, "steps", steps_json(h, &subject, findings));
    json_decref(findings);
    json_decref(subject.before);
    json_decref(subject.after);
    return ok;
}

static bool
look_at_all(struct hazards *h, const ray_selection *selection, json_t *migrations)
{
    struct ray_project *project = &h->operation->project;

    if (!ray_plugins_load(ray_project_lua(project), &project->err))
        return false;
    if (!open_shadow(h, selection->items[0].stand->migration))
        give_up(h);
    for (size_t i = 0; i < selection->len; i++) {
        const struct ray_stand *stand = selection->items[i].stand;

        if (stand->migration != NULL &&
            !look_at(h, stand->migration, json_array_get(migrations, i)))
            return false;
    }
    return true;
}

bool
ray_hazards_add(struct ray_operation *operation, const struct ray_folder *folder,
                const ray_selection *selection, json_t *migrations)
{
    struct ray_project *project = &operation->project;
    struct hazards h = {.operation = operation, .folder = folder};

    if (selection->len == 0 || selection->items[0].stand->migration == NULL)
        return false;
    ray_plugin_desk_open(project, &h.desk);
    if (!look_at_all(&h, selection, migrations)) {
        (void)json_array_append_new(operation->warnings,
                                    json_sprintf("the rules could not look at it: %s",
                                                 project->err.message));
        ray_err_clear(&project->err);
    }
    if (h.shadow != NULL)
        ray_conn_close(h.shadow);
    ray_plugin_desk_close(&h.desk);
    return h.loses_data;
}
