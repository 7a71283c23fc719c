/* Proving ways back: see verify.h. */
#include "project/verify.h"

#include "base/clock.h"
#include "project/source.h"

struct running {
    struct ray_project *project;
    const struct ray_verify_request *request;
    struct ray_verify_result *out;
    size_t total; /* migrations to be run */
};

const char *
ray_verdict_name(enum ray_verdict verdict)
{
    static const char *const names[RAY_VERDICT_COUNT] = {
        [RAY_PROVED] = "proved", [RAY_NO_DOWN] = "no_down", [RAY_WRONG] = "wrong"};

    return names[verdict];
}

/* ---------------------------------------------------------------- one migration */

static json_t *
finding_json(struct ray_arena *arena, const struct ray_verify_finding *finding)
{
    json_t *row = json_object();

    ray_json_set_text(row, "what", finding->what);
    ray_json_set_bool(row, "wrong", finding->wrong);
    ray_json_set_text(row, "text", finding->text);
    if (finding->change != NULL)
        json_object_set_new(row, "change", ray_change_json(arena, finding->change));
    if (finding->err != NULL)
        json_object_set_new(row, "error", ray_json_err(finding->err));
    ray_json_scrub(arena, row);
    return row;
}

static void
on_begin(void *arg, const struct ray_migration *migration)
{
    const struct running *running = arg;

    if (running->request->on_begin != NULL)
        running->request->on_begin(running->request->arg, migration, running->total);
}

static void
on_verified(void *arg, const struct ray_verified *verified)
{
    struct running *running = arg;
    struct ray_arena *arena = running->project->arena;
    ray_verify_findings found = {0};
    json_t *row = json_object();
    json_t *list = json_array();

    running->out->counts[verified->verdict]++;
    ray_verify_gather(arena, verified, &found);
    ray_json_set_text(row, "tag", verified->migration->tag);
    ray_json_set_text(row, "result", ray_verdict_name(verified->verdict));
    ray_json_set_int(row, "duration_ms", verified->us / 1000);
    for (size_t i = 0; i < found.len; i++)
        json_array_append_new(list, finding_json(arena, &found.items[i]));
    json_object_set_new(row, "findings", list);
    json_array_append_new(running->out->migrations, row);
    if (running->request->on_verified != NULL)
        running->request->on_verified(running->request->arg, verified, &found);
}

/* ---------------------------------------------------------------- the whole */

/* The migrations that are named; all where none is. */
static bool
choose(struct ray_project *project, const ray_strings *tags, const struct ray_folder *folder,
       const bool **out)
{
    bool *wanted = RAY_NEW_ARRAY(project->arena, bool, folder->migrations.len + 1);

    *out = wanted;
    for (size_t i = 0; i < folder->migrations.len; i++)
        wanted[i] = tags->len == 0;
    for (size_t i = 0; i < tags->len; i++) {
        const struct ray_migration *migration = ray_folder_find(folder, tags->items[i],
                                                                &project->err);

        if (migration == NULL)
            return false;
        wanted[migration - folder->migrations.items] = true;
    }
    return true;
}

/* The last of the wanted: nothing behind it is run. */
static size_t
count_to_last(const struct ray_folder *folder, const bool *wanted)
{
    size_t count = folder->migrations.len;

    while (count > 0 && !wanted[count - 1])
        count--;
    return count;
}

static bool
run(struct running *running)
{
    struct ray_project *project = running->project;
    struct ray_verify_options to_prove = {.arg = running,
                                          .on_begin = on_begin,
                                          .on_verified = on_verified};
    struct ray_load_options load;
    struct ray_folder folder;

    if (!ray_project_folder(project, false, &folder) ||
        !choose(project, &running->request->tags, &folder, &to_prove.wanted) ||
        !ray_project_shadow(project, &to_prove.replay.shadow))
        return false;
    folder.migrations.len = count_to_last(&folder, to_prove.wanted);
    running->total = folder.migrations.len;
    for (size_t i = 0; i < folder.warnings.len; i++)
        ray_project_warn(project, "%s", folder.warnings.items[i]);
    ray_source_load_options(project, &load);
    to_prove.load = &load;
    to_prove.replay.config = &project->config;
    to_prove.replay.folder = &folder;
    return ray_verify(project->arena, &to_prove, &project->err);
}

bool
ray_verify_project(struct ray_project *project, const struct ray_verify_request *request,
                   struct ray_verify_result *out)
{
    struct running running = {.project = project, .request = request, .out = out};
    int64_t began = ray_clock_us();
    bool ok;

    *out = (struct ray_verify_result){.migrations = json_array()};
    ok = run(&running);
    out->us = ray_clock_us() - began;
    out->wrong = out->counts[RAY_WRONG] > 0 ||
                 (request->require_down && out->counts[RAY_NO_DOWN] > 0);
    return ok;
}

void
ray_verify_result_close(struct ray_verify_result *result)
{
    json_decref(result->migrations);
    result->migrations = NULL;
}

json_t *
ray_verify_json(const struct ray_project *project, const struct ray_verify_result *result, bool ok)
{
    json_t *document = json_object();

    ray_json_set_bool(document, "ok", ok && !result->wrong);
    for (int i = 0; i < RAY_VERDICT_COUNT; i++)
        ray_json_set_int(document, ray_verdict_name((enum ray_verdict)i),
                         (int64_t)result->counts[i]);
    json_object_set(document, "migrations", result->migrations);
    ray_json_set_int(document, "duration_ms", result->us / 1000);
    if (!ok)
        json_object_set_new(document, "error", ray_json_err(&project->err));
    return document;
}
