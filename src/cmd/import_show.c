/*
 * The result of an import, for a person and as JSON: a row for each migration, the same in a dry run but for
 * the words. What is out of order is said here, before `raymig up` refuses it.
 */
#include "cmd/import.h"

#include <string.h>

static const struct {
    const char *name;
    const char *would; /* in a dry run */
    enum ray_style style;
} fates[] = {
    [RAY_FATE_PENDING] = {"pending", "pending", RAY_WARN},
    [RAY_FATE_IMPORT] = {"imported", "applied", RAY_GOOD},
    [RAY_FATE_RENAME] = {"renamed", "applied", RAY_GOOD},
    [RAY_FATE_RECORDED] = {"recorded", "recorded", RAY_PLAIN},
    [RAY_FATE_UNKNOWN] = {NULL, NULL, RAY_PLAIN},
};

static const char *
fate_name(const struct ray_import_work *work, size_t i)
{
    return work->dry_run ? fates[work->fates[i]].would : fates[work->fates[i]].name;
}

static const char *
applied_at(const struct ray_import_work *work, size_t i)
{
    if (work->fates[i] == RAY_FATE_PENDING || work->fates[i] == RAY_FATE_UNKNOWN)
        return NULL;
    return work->rows[i] != NULL ? work->rows[i]->applied_at : work->plan.items.items[i].applied_at;
}

static void
print_table(const struct ray_import_work *work)
{
    static const char *const heads[] = {"OLD", "NEW", "STATE", "APPLIED AT"};
    struct ray_arena *arena = work->app->arena;
    struct ray_table table = {.ncols = work->with_history ? 4 : 2, .heads = heads};

    for (size_t i = 0; i < work->plan.items.len; i++) {
        const struct ray_import_item *item = &work->plan.items.items[i];
        const char *at = applied_at(work, i);

        *ray_vec_add(arena, &table.cells) = (struct ray_cell){.text = item->old->tag};
        *ray_vec_add(arena, &table.cells) = (struct ray_cell){.text = item->tag};
        if (!work->with_history)
            continue;
        *ray_vec_add(arena, &table.cells) = (struct ray_cell){.text = fate_name(work, i),
                                                              .style = fates[work->fates[i]].style};
        *ray_vec_add(arena, &table.cells) = (struct ray_cell){
            .text = at == NULL ? NULL : ray_arena_strndup(arena, at, strnlen(at, 19))};
    }
    ray_term_table(work->app->term, &table);
}

static void
print_json(const struct ray_import_work *work)
{
    json_t *result = json_object();
    json_t *list = json_array();

    for (size_t i = 0; i < work->plan.items.len; i++) {
        const struct ray_import_item *item = &work->plan.items.items[i];
        json_t *object = json_object();

        ray_json_set_text(object, "old", item->old->tag);
        ray_json_set_text(object, "version", item->old->version);
        ray_json_set_text(object, "tag", item->tag);
        ray_json_set_int(object, "when", item->when);
        if (work->fates[i] != RAY_FATE_UNKNOWN)
            ray_json_set_text(object, "state", fate_name(work, i));
        if (applied_at(work, i) != NULL)
            ray_json_set_text(object, "applied_at", applied_at(work, i));
        (void)json_array_append_new(list, object);
    }
    ray_json_set_bool(result, "ok", true);
    ray_json_set_bool(result, "dry_run", work->dry_run);
    ray_json_set_text(result, "from", work->old.format == NULL ? NULL : work->old.format->name);
    ray_json_set_text(result, "folder", work->old.path);
    ray_json_set_text(result, "to", work->to);
    ray_json_set_bool(result, "wrote", work->wrote);
    ray_json_set_int(result, "recorded", (int64_t)work->recorded);
    (void)json_object_set_new(result, "migrations", list);
    ray_app_print_json(work->app, result);
}

/* A pending one between applied ones: dbmate and goose run such, raymig asks first. */
static void
warn_of_gaps(const struct ray_import_work *work)
{
    const char *after = NULL;

    for (size_t i = work->plan.items.len; i-- > 0;) {
        const char *tag = work->plan.items.items[i].tag;

        if (work->fates[i] == RAY_FATE_PENDING && after != NULL)
            ray_term_warn(work->app->term,
                          "\"%s\" is not applied, but \"%s\", which comes after it, is: "
                          "raymig up --allow %s applies it",
                          tag, after, tag);
        else if (work->fates[i] != RAY_FATE_PENDING && work->fates[i] != RAY_FATE_UNKNOWN)
            after = tag;
    }
}

static void
say_summary(const struct ray_import_work *work)
{
    struct ray_term *term = work->app->term;
    struct ray_history_place place = {work->app->project.config.history_schema,
                                      work->app->project.config.history_table};

    if (work->dry_run) {
        ray_term_say(term, "dry run: nothing was written; the new folder would be \"%s\"",
                     work->to);
        return;
    }
    if (work->wrote)
        ray_term_say(term, "wrote \"%s\": %zu migrations; \"%s\" is as it was", work->to,
                     work->plan.items.len, work->old.path);
    if (work->recorded > 0)
        ray_term_say(term, "recorded %zu as applied in %s; %s's own table is as it was",
                     work->recorded, ray_history_name(work->app->arena, &place),
                     work->old.format->name);
    if (!work->wrote && work->recorded == 0)
        ray_term_say(term, "nothing to do: \"%s\" is imported already", work->to);
    if (work->wrote && work->app->project.config.path == NULL)
        ray_term_say(term, "next: raymig init --out %s, then raymig status", work->to);
    else if (work->wrote)
        ray_term_say(term, "next: out = \"%s\" in raymig.lua%s, then raymig status", work->to,
                     work->app->project.config.format == NULL ? "" : ", and `format` out of it");
}

void
ray_import_show(struct ray_import_work *work)
{
    warn_of_gaps(work);
    if (ray_term_options(work->app->term)->json)
        print_json(work);
    else if (work->plan.items.len > 0) {
        if (work->dry_run || work->wrote || work->recorded > 0)
            print_table(work);
        say_summary(work);
    }
}
