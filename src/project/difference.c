/* Two sources compared: see difference.h. */
#include "project/difference.h"

#include "project/loading.h"

bool
ray_difference_find(struct ray_project *project, const char *from, const char *to, bool with_plan,
                    struct ray_difference *out)
{
    struct ray_catalog *old;
    struct ray_catalog *new;

    if (!ray_sources_load(project, from == NULL ? "db" : from, to == NULL ? "schema" : to, &old,
                          &new) ||
        !ray_source_is_whole(project, old) || !ray_source_is_whole(project, new))
        return false;
    *out = (struct ray_difference){.from = old, .to = new};
    if (!ray_planned_names(project, old, &out->to))
        return false;
    ray_catalog_compare(project->arena, old, out->to, &out->changes);
    if (!with_plan)
        return true;
    project->questions = NULL;
    if (!ray_planned_make(project, old, out->to, RAY_UNSETTLED_WARN, &out->planned))
        return false;
    out->questions = project->questions;
    return true;
}

const char *
ray_difference_sql(struct ray_arena *arena, const struct ray_plan *plan)
{
    struct ray_buf script;

    ray_buf_init(&script, arena);
    if (plan->steps.len > 0) {
        ray_buf_add(&script, "SET check_function_bodies = off;\n\n");
        ray_planned_script(plan, "\n\n", &script);
    }
    return script.data;
}

json_t *
ray_difference_json(struct ray_arena *arena, const struct ray_difference *difference)
{
    json_t *result = json_object();

    ray_json_set_bool(result, "ok", true);
    json_object_set_new(result, "changes", ray_changes_json(arena, &difference->changes));
    json_object_set_new(result, "steps_up", ray_planned_json(arena, &difference->planned.up));
    json_object_set_new(result, "steps_down", ray_planned_json(arena, &difference->planned.down));
    ray_json_set_bool(result, "loses_data", difference->planned.up.loses_data);
    if (difference->questions != NULL)
        (void)json_object_set_new(result, "questions", json_loads(difference->questions, 0, NULL));
    return result;
}
