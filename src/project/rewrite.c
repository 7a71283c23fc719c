/* Rewriting the migrations folder: see rewrite.h. */
#include "project/rewrite.h"

#include "base/buf.h"
#include "project/git.h"
#include "project/source.h"
#include "project/verify.h"

#include <stdio.h>
#include <string.h>

bool
ray_rewrite_begin(struct ray_project *project, const char *folder, struct ray_rewrite *out)
{
    *out = (struct ray_rewrite){.project = project, .folder = folder};
    if (!ray_staged_begin(project->arena, folder, &out->staged, &project->err))
        return false;
    out->copy = ray_staged_path(out->staged);
    return true;
}

const char *
ray_rewrite_path(const struct ray_rewrite *rewrite, const char *name)
{
    return ray_path_join(rewrite->project->arena, rewrite->copy, name);
}

bool
ray_rewrite_remove(struct ray_rewrite *rewrite, const char *name)
{
    return ray_file_remove(ray_rewrite_path(rewrite, name), &rewrite->project->err);
}

bool
ray_rewrite_rename(struct ray_rewrite *rewrite, const char *from, const char *to)
{
    struct ray_err *err = &rewrite->project->err;
    const char *target = ray_rewrite_path(rewrite, to);

    if (ray_file_exists(target))
        return ray_err_set(err, RAY_REFUSED, "there is a file \"%s\" already", target);
    return rename(ray_rewrite_path(rewrite, from), target) == 0 ||
           ray_err_errno(err, RAY_USAGE, "cannot move \"%s\" to \"%s\"", from, to);
}

bool
ray_rewrite_text(struct ray_rewrite *rewrite, const char *name, const char *text)
{
    const char *path = ray_rewrite_path(rewrite, name);
    struct ray_err *err = &rewrite->project->err;

    return ray_file_make_folder(ray_path_folder(rewrite->project->arena, path), err) &&
           ray_file_write(path, text, strlen(text), err);
}

bool
ray_rewrite_read(struct ray_rewrite *rewrite)
{
    struct ray_project *project = rewrite->project;
    struct ray_folder_options options = {0};

    return ray_project_format(project, rewrite->copy, project->config.format, &options) &&
           ray_folder_load_with(project->arena, rewrite->copy, &options, &rewrite->after,
                                &project->err);
}

/* ---------------------------------------------------------------- proof */

struct proof {
    struct ray_rewrite *rewrite;
    struct ray_buf wrong;
    const char *first; /* tag of the first that is wrong; NULL: none */
};

static void
on_begin(void *arg, const struct ray_migration *migration)
{
    struct proof *proof = arg;

    ray_project_live(proof->rewrite->project, "proving  %s", migration->tag);
}

static void
on_verified(void *arg, const struct ray_verified *verified)
{
    struct proof *proof = arg;
    ray_strings wrongs = {0};

    if (verified->verdict != RAY_WRONG)
        return;
    if (proof->first == NULL)
        proof->first = verified->migration->tag;
    ray_verify_wrongs(proof->wrong.arena, verified, &wrongs);
    for (size_t i = 0; i < wrongs.len; i++)
        ray_buf_addf(&proof->wrong, "%s%s: %s", proof->wrong.len > 0 ? "\n" : "",
                     verified->migration->tag, wrongs.items[i]);
}

bool
ray_rewrite_prove(struct ray_rewrite *rewrite, const bool *wanted)
{
    struct ray_project *project = rewrite->project;
    struct proof proof = {.rewrite = rewrite};
    struct ray_verify_options verify = {.arg = &proof,
                                        .wanted = wanted,
                                        .on_begin = on_begin,
                                        .on_verified = on_verified};
    struct ray_load_options load;
    bool ok;

    ray_buf_init(&proof.wrong, project->arena);
    if (!ray_project_shadow(project, &verify.replay.shadow))
        return false;
    ray_source_load_options(project, &load);
    verify.load = &load;
    verify.replay.config = &project->config;
    verify.replay.folder = &rewrite->after;
    ok = ray_verify(project->arena, &verify, &project->err);
    ray_project_live(project, "%s", "");
    if (!ok)
        return ray_err_prepend(&project->err, "in the shadow");
    if (proof.first == NULL)
        return true;
    (void)ray_err_set(&project->err, RAY_REFUSED, "the proof of \"%s\" failed", proof.first);
    return ray_err_detail(&project->err, "%s", proof.wrong.data);
}

/* ---------------------------------------------------------------- the end */

bool
ray_rewrite_publish(struct ray_rewrite *rewrite)
{
    return ray_staged_publish(rewrite->staged, "meta/_journal.json", &rewrite->project->err);
}

/* The text with the copy's path replaced by the folder's. */
static const char *
as_known(const struct ray_rewrite *rewrite, const char *text)
{
    const char *at = text == NULL || rewrite->copy == NULL ? NULL : strstr(text, rewrite->copy);
    struct ray_buf buf;

    if (at == NULL)
        return text;
    ray_buf_init(&buf, rewrite->project->arena);
    for (; at != NULL; at = strstr(text, rewrite->copy)) {
        ray_buf_addn(&buf, text, (size_t)(at - text));
        ray_buf_add(&buf, rewrite->folder);
        text = at + strlen(rewrite->copy);
    }
    ray_buf_add(&buf, text);
    return buf.data;
}

void
ray_rewrite_end(struct ray_rewrite *rewrite)
{
    struct ray_err *err = rewrite->project == NULL ? NULL : &rewrite->project->err;

    if (rewrite->staged != NULL) {
        ray_staged_abandon(rewrite->staged);
        ray_git_refresh(rewrite->project, rewrite->folder);
    }
    if (err == NULL || err->message == NULL)
        return;
    err->message = as_known(rewrite, err->message);
    err->detail = as_known(rewrite, err->detail);
    err->hint = as_known(rewrite, err->hint);
    err->file = as_known(rewrite, err->file);
    err->state = "nothing was written";
}
