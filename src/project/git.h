/* What the commands that rewrite files ask git, where it is installed and the project lies in a repository of it. */
#ifndef RAY_PROJECT_GIT_H
#define RAY_PROJECT_GIT_H

#include "project/project.h"

/* A file as a revision has it, path relative to `folder`; NULL: it has none, or there is no git. */
const char *ray_git_show(struct ray_project *project, const char *folder, const char *revision,
                         const char *path);

/* The first of the files (relative to `folder`) that the last commit does not have as it is; NULL: it has them all. *git:
 * whether there is a repository at all. */
const char *ray_git_unkept(struct ray_project *project, const char *folder,
                           const ray_strings *files, bool *git);

/* Has git look at the folder's files anew: hard links have changed their ctime, and until then git takes them for edited,
 * so that `git merge --abort` refuses. */
void ray_git_refresh(struct ray_project *project, const char *folder);

#endif
