/* The files of a pull: see pull_files.h. All are looked at before the first is written. */
#include "project/pull_files.h"

#include "base/file.h"
#include "base/file_set.h"
#include "base/hash.h"
#include "base/map.h"

#include <string.h>

#define MARK "-- Written by raymig pull"

enum { HASH_LENGTH = 12 };

static const char *
hash_of(struct ray_arena *arena, const char *text, size_t length)
{
    char hex[RAY_HASH_HEX];

    ray_hash_bytes(text, length, hex);
    return ray_arena_strndup(arena, hex, HASH_LENGTH);
}

/* The line that says whose the text below it is. */
static const char *
mark_of(struct ray_arena *arena, const char *text)
{
    return ray_arena_printf(arena, MARK " (%s), which replaces it unless it was changed.\n",
                            hash_of(arena, text, strlen(text)));
}

/* True where the first line says that pull wrote it, and all below is as it was. */
static bool
is_ours(struct ray_arena *arena, const struct ray_text *file)
{
    const char *line = file->data;
    const char *open = line + strlen(MARK);
    const char *body;

    if (!ray_has_prefix(line, MARK) || open[0] != ' ' || open[1] != '(' ||
        (body = strchr(line, '\n')) == NULL)
        return false;
    body++;
    return strncmp(open + 2, hash_of(arena, body, file->len - (size_t)(body - line)),
                   HASH_LENGTH) == 0;
}

static bool
plan_one(struct ray_project *project, const char *path, const char *text,
         struct ray_pull_file_plan *plan)
{
    struct ray_text old;

    plan->path = path;
    plan->mark = mark_of(project->arena, text);
    plan->text = text;
    plan->fate = RAY_PULL_WRITE;
    if (!ray_file_exists(path))
        return true;
    if (!ray_file_read(project->arena, path, &old, &project->err))
        return false;
    if (ray_has_prefix(old.data, plan->mark) && strcmp(old.data + strlen(plan->mark), text) == 0 &&
        old.len == strlen(plan->mark) + strlen(text))
        plan->fate = RAY_PULL_KEEP;
    else
        plan->is_foreign = !is_ours(project->arena, &old);
    return true;
}

/* ---------------------------------------------------------------- what is left over */

struct looking {
    struct ray_project *project;
    const char *folder;
    struct ray_map wanted;
    ray_pull_plans *plans;
};

static bool
look_at(struct looking *looking, const char *path)
{
    struct ray_text text;
    struct ray_pull_file_plan *plan;

    if (!ray_has_suffix(path, ".lua") || ray_map_get(&looking->wanted, path) != NULL)
        return true;
    if (!ray_file_read(looking->project->arena, path, &text, &looking->project->err))
        return false;
    if (!ray_has_prefix(text.data, MARK))
        return true;
    plan = ray_vec_add(looking->project->arena, looking->plans);
    plan->path = path;
    plan->fate = is_ours(looking->project->arena, &text) ? RAY_PULL_REMOVE : RAY_PULL_LEAVE;
    return true;
}

/* Pull's files stand in the folder and in the folders in it. */
static bool
look_in(struct looking *looking, const char *folder, bool deeper)
{
    struct ray_project *project = looking->project;
    ray_entries entries = {0};

    if (!ray_file_list(project->arena, folder, &entries, &project->err))
        return false;
    for (size_t i = 0; i < entries.len; i++) {
        const char *path = ray_path_join(project->arena, folder, entries.items[i].name);

        if (entries.items[i].is_folder) {
            if (deeper && entries.items[i].name[0] != '.' && !look_in(looking, path, false))
                return false;
        } else if (!look_at(looking, path)) {
            return false;
        }
    }
    return true;
}

bool
ray_pull_plan_files(struct ray_project *project, const char *folder, const ray_pull_texts *texts,
                    ray_pull_plans *out)
{
    struct looking looking = {.project = project, .folder = folder, .plans = out};

    ray_map_init(&looking.wanted, project->arena);
    for (size_t i = 0; i < texts->len; i++) {
        const char *path = ray_path_join(project->arena, folder, texts->items[i].path);

        (void)ray_map_put(&looking.wanted, path, &looking);
        if (!plan_one(project, path, texts->items[i].text, ray_vec_add(project->arena, out)))
            return false;
    }
    return !ray_file_is_folder(folder) || look_in(&looking, folder, true);
}

/* ---------------------------------------------------------------- writing */

static bool
remove_file(struct ray_project *project, const char *path)
{
    const char *folder = ray_path_folder(project->arena, path);
    ray_entries entries = {0};

    if (!ray_file_remove(path, &project->err) ||
        !ray_file_list(project->arena, folder, &entries, &project->err))
        return false;
    return entries.len > 0 || ray_file_remove(folder, &project->err);
}

bool
ray_pull_write_files(struct ray_project *project, const ray_pull_plans *plans)
{
    ray_file_texts files = {0};

    for (size_t i = 0; i < plans->len; i++) {
        const struct ray_pull_file_plan *plan = &plans->items[i];

        if (plan->fate == RAY_PULL_WRITE)
            *ray_vec_add(project->arena, &files) = (struct ray_file_text){.path = plan->path,
                                                                          .head = plan->mark,
                                                                          .text = plan->text};
    }
    if (!ray_file_write_set(&files, &project->err))
        return false;
    for (size_t i = 0; i < plans->len; i++)
        if (plans->items[i].fate == RAY_PULL_REMOVE && !remove_file(project, plans->items[i].path))
            return false;
    return true;
}
