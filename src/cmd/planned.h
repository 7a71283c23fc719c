/* What the commands that make plans share: a plan in both directions, proved in the shadow. */
#ifndef RAY_CMD_PLANNED_H
#define RAY_CMD_PLANNED_H

#include "base/buf.h"
#include "cmd/source.h"
#include "diff/plan.h"

struct ray_planned {
    struct ray_plan up;
    struct ray_plan down;
};

/* An option of theirs. */
#define RAY_RENAME_OPTION                                                            \
    {                                                                                \
        "rename", '\0', "OLD=NEW",                                                   \
            "it was not dropped and made, but renamed: users.mail=users.email", true \
    }

/* Plans both ways, with the renames that the schema and --rename declare, and proves it unless there is
 * nothing to do. */
bool ray_planned_make(struct ray_app *app, const struct ray_catalog *from,
                      const struct ray_catalog *to, struct ray_planned *out) RAY_MUST_CHECK;

/* The plan's statements as a script, `between` each two of them; what loses data is marked in a comment. */
void ray_planned_script(const struct ray_plan *plan, const char *between, struct ray_buf *out);

#endif
