/*
 * Up, down, push and generate: what is asked, the plan that is shown, and the token that stands for it. The token is a hash
 * over all that would run and where; a run makes the plan again, and where the token is another one, what was shown is
 * not what would be done.
 */
#ifndef RAY_STUDIO_PLANNING_H
#define RAY_STUDIO_PLANNING_H

#include "base/hash.h"
#include "project/generate.h"
#include "project/preview.h"
#include "project/push.h"
#include "studio/operation.h"

enum ray_doing { RAY_DO_UP, RAY_DO_DOWN, RAY_DO_PUSH, RAY_DO_GENERATE, RAY_DO_COUNT };

struct ray_wish {
    const char *what; /* as it was asked; likewise below */
    int64_t n;        /* -1: not given */
    const char *to;
    const char *name;
    json_t *rename;
    json_t *dropped;
    const char *request;
    const char *plan; /* of a run alone, likewise confirm */
    const char *confirm;

    enum ray_doing doing;
    struct ray_extent extent; /* of up and down */
};

struct ray_planning {
    json_t *document; /* what is shown */
    char token[RAY_HASH_HEX];
    const char *confirm; /* what must be typed; NULL: nothing */
    ray_strings tags;    /* of up and down, in their order */
    struct ray_push push;
};

/* From the request's body. */
bool ray_wish_read(struct ray_request *request, bool runs, struct ray_wish *out,
                   struct ray_err *err) RAY_MUST_CHECK;

/* Puts what the wish says into the project's options, and plans. The document is the caller's. */
bool ray_planning_make(struct ray_operation *operation, const struct ray_wish *wish,
                       struct ray_planning *out, struct ray_err *err) RAY_MUST_CHECK;

/* hazards.c: to each migration that would go up its statements as steps, with what they lock and what the rules of
 * `raymig lint` say; whether one loses data. What cannot be looked at is a warning. */
bool ray_hazards_add(struct ray_operation *operation, const struct ray_folder *folder,
                     const ray_selection *selection, json_t *migrations);

#endif
