/* Plans of commands: see planned.h. */
#include "cmd/planned.h"

#include "catalog/realize.h"
#include "diff/effect.h"
#include "diff/proof.h"
#include "diff/rename.h"
#include "pg/shadow.h"
#include "script/schema.h"

static bool
make_roles(struct ray_app *app, struct ray_shadow *shadow, const struct ray_catalog *catalog)
{
    ray_list roles = ray_catalog_roles(catalog);

    for (size_t i = 0; i < roles.len; i++)
        if (!ray_shadow_role(shadow, roles.items[i], &app->err))
            return false;
    return true;
}

static bool
prove(struct ray_app *app, struct ray_planned *planned)
{
    struct ray_load_options load;
    struct ray_shadow *shadow;
    struct ray_conn *conn;

    ray_source_load_options(app, &load);
    if (!ray_app_shadow(app, &shadow) || !make_roles(app, shadow, planned->up.from) ||
        !make_roles(app, shadow, planned->up.to) || !ray_shadow_create(shadow, &conn, &app->err))
        return false;
    if (ray_plan_prove(conn, &load, &planned->up, &planned->down, &app->err))
        return ray_shadow_drop(shadow, conn, &app->err);
    ray_conn_close(conn);
    return false;
}

/* ---------------------------------------------------------------- renames */

/* Wholes before their parts, whose owners then are known by their new names. */
static bool
declared(struct ray_app *app, const struct ray_catalog *from, const struct ray_catalog *to,
         ray_renamings *out)
{
    const ray_strings words = ray_app_options(app, "rename");

    for (size_t i = 0; i < words.len; i++)
        if (!ray_rename_parse(app->arena, from, words.items[i], out, &app->err))
            return false;
    for (int parts = 0; app->schema != NULL && parts < 2; parts++)
        for (size_t i = 0; i < app->schema->renames.len; i++) {
            const struct ray_rename *rename = &app->schema->renames.items[i];
            const struct ray_object *object = rename->object;

            if ((object->parent != NULL) != (parts == 1))
                continue;
            object = ray_catalog_find(to, object->kind, object->schema, object->parent,
                                      object->name, object->signature);
            if (object != NULL)
                ray_rename_declare(app->arena, from, object, rename->was, out);
        }
    return true;
}

/* The old state with the renames carried out, by the server. */
static bool
rename_in_shadow(struct ray_app *app, const struct ray_catalog *from, const struct ray_catalog *to,
                 ray_renamings *renamings, struct ray_catalog **out)
{
    struct ray_load_options load;
    struct ray_shadow *shadow;
    struct ray_conn *conn;

    ray_source_load_options(app, &load);
    if (!ray_app_shadow(app, &shadow) || !make_roles(app, shadow, from) ||
        !ray_shadow_create(shadow, &conn, &app->err))
        return false;
    if (ray_rename_apply(conn, &load, from, to, renamings, out, &app->err))
        return ray_shadow_drop(shadow, conn, &app->err);
    ray_conn_close(conn);
    return ray_err_prepend(&app->err, "the renames, in the shadow");
}

bool
ray_planned_make(struct ray_app *app, const struct ray_catalog *from, const struct ray_catalog *to,
                 struct ray_planned *out)
{
    const struct ray_catalog *begin = from;
    struct ray_catalog *renamed;
    ray_renamings renamings = {0};

    if (!declared(app, from, to, &renamings))
        return false;
    if (renamings.len > 0) {
        if (!rename_in_shadow(app, from, to, &renamings, &renamed))
            return false;
        begin = renamed;
    }
    if (!ray_plan_make(app->arena, begin, to, &out->up, &app->err) ||
        !ray_plan_make(app->arena, to, begin, &out->down, &app->err))
        return false;
    ray_rename_prepend(&out->up, &renamings);
    ray_rename_append(&out->down, &renamings);
    out->up.from = from;
    out->down.to = from;
    return out->up.steps.len == 0 || prove(app, out);
}

void
ray_planned_script(const struct ray_plan *plan, const char *between, struct ray_buf *out)
{
    static const char *const words[RAY_STEP_COUNT] = {
        [RAY_STEP_DROP] = "dropped, to be made again",
        [RAY_STEP_CREATE] = "made again",
        [RAY_STEP_ALTER] = "note",
    };
    bool first = true;

    for (size_t i = 0; i < plan->steps.len; i++) {
        const struct ray_plan_step *step = &plan->steps.items[i];
        const char *effect = ray_step_effect_text(plan->arena, step);

        for (size_t s = 0; s < step->count; s++) {
            if (!first)
                ray_buf_add(out, between);
            first = false;
            if (s == 0 && step->reason != NULL)
                ray_buf_addf(out, "-- %s: %s\n", words[step->type], step->reason);
            if (s == 0 && step->loses_data)
                ray_buf_add(out, "-- loses data\n");
            if (s == 0 && effect != NULL)
                ray_buf_addf(out, "-- %s\n", effect);
            ray_buf_addf(out, "%s;", plan->ddl.statements.items[step->first + s].sql);
        }
    }
    if (!first)
        ray_buf_addc(out, '\n');
}
