/*
 * What the commands that rewrite the migrations folder share (rebase, squash): the new folder stands beside the old one
 * (base/staged.h), is proved there as it is, and only then takes its place.
 */
#ifndef RAY_PROJECT_REWRITE_H
#define RAY_PROJECT_REWRITE_H

#include "base/staged.h"
#include "project/project.h"

struct ray_rewrite {
    struct ray_project *project;
    const char *folder; /* as the user knows it */
    const char *copy;   /* where the new one stands */
    struct ray_staged *staged;
    struct ray_folder after; /* the new one, read by ray_rewrite_read */
};

/* Makes the copy. End it in any case. */
bool ray_rewrite_begin(struct ray_project *project, const char *folder,
                       struct ray_rewrite *out) RAY_MUST_CHECK;

/* A path in the copy. */
const char *ray_rewrite_path(const struct ray_rewrite *rewrite, const char *name);

bool ray_rewrite_remove(struct ray_rewrite *rewrite, const char *name) RAY_MUST_CHECK;
bool ray_rewrite_rename(struct ray_rewrite *rewrite, const char *from,
                        const char *to) RAY_MUST_CHECK;
bool ray_rewrite_text(struct ray_rewrite *rewrite, const char *name,
                      const char *text) RAY_MUST_CHECK;

/* Reads the new folder as every command will. */
bool ray_rewrite_read(struct ray_rewrite *rewrite) RAY_MUST_CHECK;

/* Runs the new folder's migrations from nothing in the shadow, the wanted (by place) up, back and up again. RAY_REFUSED
 * with all that is wrong; or the error at the statement that fails, in the file as the user knows it. */
bool ray_rewrite_prove(struct ray_rewrite *rewrite, const bool *wanted) RAY_MUST_CHECK;

/* The new folder takes the old one's place. */
bool ray_rewrite_publish(struct ray_rewrite *rewrite) RAY_MUST_CHECK;

/* Removes the copy where it was not published; an error is told in terms of the folder. */
void ray_rewrite_end(struct ray_rewrite *rewrite);

#endif
