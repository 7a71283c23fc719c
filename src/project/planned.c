/* Plans of commands: see planned.h. */
#include "project/bundle.h"

#include "catalog/realize.h"
#include "diff/effect.h"
#include "diff/proof.h"
#include "pg/shadow.h"

static bool
make_roles(struct ray_project *project, struct ray_shadow *shadow,
           const struct ray_catalog *catalog)
{
    ray_list roles = ray_catalog_roles(catalog);

    for (size_t i = 0; i < roles.len; i++)
        if (!ray_shadow_role(shadow, roles.items[i], &project->err))
            return false;
    return true;
}

bool
ray_planned_prove(struct ray_project *project, struct ray_planned *planned)
{
    struct ray_load_options load;
    struct ray_shadow *shadow;
    struct ray_conn *conn;

    ray_source_load_options(project, &load);
    if (!ray_project_shadow(project, &shadow) || !make_roles(project, shadow, planned->up.from) ||
        !make_roles(project, shadow, planned->up.to) ||
        !ray_shadow_create(shadow, &conn, &project->err))
        return false;
    if (ray_plan_prove(conn, &load, &planned->up, &planned->down, &project->err))
        return ray_shadow_drop(shadow, conn, &project->err);
    ray_conn_close(conn);
    return false;
}

/* ---------------------------------------------------------------- renames */

/* A catalog with renames carried out, by the server. */
static bool
rename_in_shadow(struct ray_project *project, const struct ray_catalog *from,
                 const struct ray_catalog *to, ray_renamings *renamings, struct ray_catalog **out)
{
    struct ray_load_options load;
    struct ray_shadow *shadow;
    struct ray_conn *conn;

    ray_source_load_options(project, &load);
    if (!ray_project_shadow(project, &shadow) || !make_roles(project, shadow, from) ||
        !ray_shadow_create(shadow, &conn, &project->err))
        return false;
    if (ray_rename_apply(conn, &load, from, to, renamings, out, &project->err))
        return ray_shadow_drop(shadow, conn, &project->err);
    ray_conn_close(conn);
    return ray_err_prepend(&project->err, "the renames, in the shadow");
}

bool
ray_planned_names(struct ray_project *project, const struct ray_catalog *from,
                  const struct ray_catalog **to)
{
    ray_renamings implicit = {0};
    struct ray_catalog *named;

    ray_renames_implicit(project, from, *to, &implicit);
    if (implicit.len == 0)
        return true;
    if (!rename_in_shadow(project, *to, NULL, &implicit, &named))
        return false;
    *to = named;
    return true;
}

bool
ray_planned_make(struct ray_project *project, const struct ray_catalog *from,
                 const struct ray_catalog *to, enum ray_unsettled unsettled,
                 struct ray_planned *out)
{
    const struct ray_catalog *begin = from;
    ray_renamings renamings = {0};
    ray_renamings followers = {0};
    struct ray_catalog *renamed;

    if (!ray_planned_names(project, from, &to) ||
        !ray_renames_find(project, from, to, unsettled, &renamings))
        return false;
    ray_rename_followers(from, to, &followers);
    if (renamings.len + followers.len > 0) {
        if (!rename_in_shadow(project, from, to, &renamings, &renamed))
            return false;
        begin = renamed;
    }
    if (!ray_plan_make_both(project->arena, begin, to, &out->up, &out->down, &project->err))
        return false;
    ray_rename_prepend(&out->up, &renamings);
    ray_rename_append(&out->down, &renamings);
    out->up.from = from;
    out->down.to = from;
    out->renamings = renamings;
    out->begin = begin;
    if (out->up.steps.len == 0)
        return true;
    if (!ray_planned_hook(project, out))
        return false;
    if (ray_planned_prove(project, out))
        return true;
    if (out->plugin != NULL)
        return ray_err_hint(&project->err,
                            "The plugin \"%s\" added steps: they must leave the schema as it is "
                            "declared, and be undone by their way back.",
                            out->plugin);
    if (project->err.code == RAY_FAILED)
        ray_bundle_write(project, out);
    return false;
}

const char *const ray_planned_words[RAY_STEP_COUNT] = {
    [RAY_STEP_DROP] = "dropped, to be made again",
    [RAY_STEP_CREATE] = "made again",
    [RAY_STEP_ALTER] = "note",
};

/* What there is to be said of a step, before its first statement. */
static void
add_comments(const struct ray_plan *plan, const struct ray_plan_step *step, struct ray_buf *out)
{
    const char *effect = ray_step_effect_text(plan->arena, step);

    if (step->reason != NULL)
        ray_buf_addf(out, "-- %s: %s\n", ray_planned_words[step->type], step->reason);
    if (step->plugin != NULL)
        ray_buf_addf(out, "-- added by the plugin %s\n", step->plugin);
    if (step->note != NULL)
        ray_buf_addf(out, "-- %s\n", step->note);
    if (step->loses_data)
        ray_buf_add(out, "-- loses data\n");
    if (effect != NULL)
        ray_buf_addf(out, "-- %s\n", effect);
    if (step->refusal != NULL)
        ray_buf_addf(out, "-- fails where rows stand in the way: %s\n", step->refusal);
}

void
ray_planned_script(const struct ray_plan *plan, const char *between, struct ray_buf *out)
{
    bool first = true;

    for (size_t i = 0; i < plan->steps.len; i++) {
        const struct ray_plan_step *step = &plan->steps.items[i];

        for (size_t s = 0; s < step->count; s++) {
            if (!first)
                ray_buf_add(out, between);
            first = false;
            if (s == 0)
                add_comments(plan, step, out);
            ray_buf_addf(out, "%s;", plan->ddl.statements.items[step->first + s].sql);
        }
    }
    if (!first)
        ray_buf_addc(out, '\n');
}

/* ---------------------------------------------------------------- JSON */

json_t *
ray_planned_json(struct ray_arena *arena, const struct ray_plan *plan)
{
    static const char *const types[RAY_STEP_COUNT] = {"drop", "create", "alter"};
    json_t *list = json_array();

    for (size_t i = 0; i < plan->steps.len; i++) {
        const struct ray_plan_step *step = &plan->steps.items[i];
        const struct ray_object *object = step->to != NULL ? step->to : step->from;
        json_t *row = json_object();
        json_t *sql = json_array();

        ray_json_set_text(row, "step", types[step->type]);
        ray_json_set_text(row, "object", object == NULL ? NULL : ray_object_label(arena, object));
        if (step->plugin != NULL)
            ray_json_set_text(row, "plugin", step->plugin);
        if (step->note != NULL)
            ray_json_set_text(row, "note", step->note);
        ray_json_set_text(row, "reason", step->reason);
        ray_json_set_bool(row, "loses_data", step->loses_data);
        ray_json_set_text(row, "refusal", step->refusal);
        ray_json_set_bool(row, "transaction", !step->effect.alone);
        json_object_set_new(row, "effects", ray_effect_json(&step->effect));
        for (size_t s = 0; s < step->count; s++)
            json_array_append_new(sql,
                                  json_string(plan->ddl.statements.items[step->first + s].sql));
        json_object_set_new(row, "sql", sql);
        json_array_append_new(list, row);
    }
    return list;
}
