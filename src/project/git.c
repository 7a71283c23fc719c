/* Asking git: see git.h. Where git fails it has no answer, whatever the reason. */
#include "project/git.h"

#include "pg/process.h"

#include <string.h>

/* True where git ran and said yes. */
static bool
git(struct ray_project *project, const char *folder, const char *const *argv,
    struct ray_process_result *result)
{
    struct ray_err ignored;

    ray_err_init(&ignored, project->arena);
    return ray_process_run(project->arena, argv, folder, result, &ignored) && result->status == 0;
}

const char *
ray_git_show(struct ray_project *project, const char *folder, const char *revision,
             const char *path)
{
    const char *object = ray_arena_printf(project->arena, "%s:./%s", revision, path);
    const char *argv[] = {"git", "show", object, NULL};
    struct ray_process_result result;

    return git(project, folder, argv, &result) ? result.output : NULL;
}

const char *
ray_git_unkept(struct ray_project *project, const char *folder, const ray_strings *files,
               bool *is_git)
{
    const char *inside[] = {"git", "rev-parse", "--is-inside-work-tree", NULL};
    struct ray_process_result result;

    *is_git = git(project, folder, inside, &result);
    for (size_t i = 0; *is_git && i < files->len; i++) {
        const char *tracked[] = {"git", "ls-files", "--error-unmatch", "--", files->items[i], NULL};
        const char *same[] = {"git", "diff", "--quiet", "HEAD", "--", files->items[i], NULL};

        if (!git(project, folder, tracked, &result) || !git(project, folder, same, &result))
            return files->items[i];
    }
    return *is_git || files->len == 0 ? NULL : files->items[0];
}

void
ray_git_refresh(struct ray_project *project, const char *folder)
{
    const char *argv[] = {"git", "update-index", "-q", "--unmerged", "--refresh", NULL};
    struct ray_process_result result;

    (void)git(project, folder, argv, &result); /* it says no where there are edited files, too */
}
