/* Renames: see renames.h. */
#include "project/renames.h"

#include "base/buf.h"
#include "catalog/kind.h"
#include "diff/propose.h"
#include "script/schema.h"

#include <string.h>

/* ---------------------------------------------------------------- declared */

/* What may be renamed, in the order in which it is: what a part's whole, or a whole's schema, is called in the end is
 * known then. */
enum rank { SCHEMA, WHOLE, PART, RANK_COUNT };

static enum rank
rank_of(const struct ray_object *object)
{
    if (object != NULL && strcmp(object->kind->name, "schema") == 0)
        return SCHEMA;
    return object != NULL && object->parent != NULL ? PART : WHOLE;
}

/* The object of the old catalog that is before the equals sign; NULL: there is none. */
static const struct ray_object *
renamed_by(struct ray_project *project, const struct ray_catalog *from, const char *word)
{
    const char *path = ray_arena_strndup(project->arena, word, strcspn(word, "="));
    const char *value;

    return ray_rename_find(project->arena, from, path, &value);
}

static void
declared_rank(struct ray_project *project, const struct ray_catalog *from,
              const struct ray_catalog *to, enum rank rank, ray_renamings *out)
{
    for (size_t i = 0; project->schema != NULL && i < project->schema->renames.len; i++) {
        const struct ray_rename *rename = &project->schema->renames.items[i];
        const struct ray_object *object = rename->object;

        if (rank_of(object) != rank)
            continue;
        object = ray_catalog_find(to, object->kind, object->schema, object->parent, object->name,
                                  object->signature);
        if (object != NULL)
            ray_rename_declare(project->arena, from, object, rename->was, out);
    }
}

static bool
declared(struct ray_project *project, const struct ray_catalog *from, const struct ray_catalog *to,
         ray_renamings *out)
{
    const ray_strings words = project->options.renames;

    for (enum rank rank = SCHEMA; rank < RANK_COUNT; rank++)
        for (size_t i = 0; i < words.len; i++)
            if (rank_of(renamed_by(project, from, words.items[i])) == rank &&
                !ray_rename_parse(project->arena, from, words.items[i], out, &project->err))
                return false;
    for (enum rank rank = SCHEMA; rank < RANK_COUNT; rank++)
        declared_rank(project, from, to, rank, out);
    return true;
}

/* ---------------------------------------------------------------- asked */

/* What --dropped names. */
struct gone {
    const struct ray_object *object;
    const char *value;
};
typedef RAY_VEC(struct gone) gone_list;

static bool
read_dropped(struct ray_project *project, const struct ray_catalog *from, gone_list *out)
{
    const ray_strings words = project->options.dropped;

    for (size_t i = 0; i < words.len; i++) {
        struct gone *gone = ray_vec_add(project->arena, out);

        gone->object = ray_rename_find(project->arena, from, words.items[i], &gone->value);
        if (gone->object == NULL)
            return ray_err_set(&project->err, RAY_USAGE, "%s %s: there is no such thing",
                               ray_project_word(project, "dropped"), words.items[i]);
    }
    return true;
}

static bool
is_gone(const gone_list *list, const struct ray_proposal *proposal)
{
    for (size_t i = 0; i < list->len; i++)
        if (list->items[i].object == proposal->from &&
            (list->items[i].value == NULL) == (proposal->label == NULL) &&
            (proposal->label == NULL || strcmp(list->items[i].value, proposal->label) == 0))
            return true;
    return false;
}

static const char *
subject(struct ray_arena *arena, const struct ray_proposal *proposal)
{
    const char *label = ray_object_label(arena, proposal->from);

    return proposal->label == NULL
               ? label
               : ray_arena_printf(arena, "the value '%s' of %s", proposal->label, label);
}

/* Asks what became of it; adds the rename, or notes that it is gone. */
static bool
ask_about(struct ray_project *project, const struct ray_proposal *proposal, gone_list *gone,
          ray_renamings *out)
{
    enum { MOST = 9 };
    const char *answers[MOST + 1];
    size_t count = 0;
    size_t chosen;

    for (; count < MOST && count < proposal->candidates.len; count++)
        answers[count] = ray_arena_printf(project->arena, "it was renamed to %s",
                                          ray_candidate_path(project->arena,
                                                             &proposal->candidates.items[count]));
    answers[count] = proposal->label != NULL ? "it is gone" : "it is gone, with its data";
    if (!project->listener.choose(project->listener.arg,
                                  ray_arena_printf(project->arena, "What became of %s?",
                                                   subject(project->arena, proposal)),
                                  answers, count + 1, &chosen, &project->err))
        return false;
    if (chosen == count) {
        *ray_vec_add(project->arena, gone) = (struct gone){proposal->from, proposal->label};
    } else {
        const struct ray_candidate *candidate = &proposal->candidates.items[chosen];

        ray_rename_add(project->arena, out, proposal->from, proposal->label, proposal->parent,
                       candidate->label != NULL ? candidate->label : candidate->to->name);
    }
    return true;
}

static json_t *
candidates_json(struct ray_arena *arena, const struct ray_proposal *proposal)
{
    json_t *list = json_array();

    for (size_t i = 0; i < proposal->candidates.len; i++) {
        const struct ray_candidate *candidate = &proposal->candidates.items[i];
        const char *to = ray_candidate_path(arena, candidate);
        json_t *object = json_object();

        ray_json_set_text(object, "to", to);
        ray_json_set_int(object, "likeness", candidate->likeness);
        ray_json_set_text(object, "rename",
                          ray_arena_printf(arena, "%s=%s", ray_proposal_path(arena, proposal), to));
        (void)json_array_append_new(list, object);
    }
    return list;
}

/* The questions behind those in `known` (NULL: none), as text. */
static const char *
questions_text(struct ray_arena *arena, const char *known, const ray_proposals *open)
{
    json_t *list = known == NULL ? json_array() : json_loads(known, 0, NULL);
    const char *text;

    for (size_t i = 0; i < open->len; i++) {
        const struct ray_proposal *proposal = &open->items[i];
        const char *path = ray_proposal_path(arena, proposal);
        json_t *object = json_object();

        ray_json_set_text(object, "kind",
                          proposal->label != NULL ? "enum value" : proposal->from->kind->name);
        ray_json_set_text(object, "object", subject(arena, proposal));
        ray_json_set_text(object, "from", path);
        ray_json_set_text(object, "dropped", path);
        (void)json_object_set_new(object, "candidates", candidates_json(arena, proposal));
        (void)json_array_append_new(list, object);
    }
    text = ray_json_text(arena, list);
    json_decref(list);
    return text;
}

/* Nobody can be asked: all that is open, with what to say. */
static bool
refuse(struct ray_project *project, const ray_proposals *open)
{
    const struct ray_proposal *first = NULL;
    struct ray_buf detail;

    ray_buf_init(&detail, project->arena);
    for (size_t i = 0; i < open->len; i++) {
        const struct ray_proposal *proposal = &open->items[i];

        if (first == NULL)
            first = proposal;
        ray_buf_addf(&detail, "%s%s is gone: perhaps it is now %s", i == 0 ? "" : "\n",
                     subject(project->arena, proposal),
                     ray_candidate_path(project->arena, &proposal->candidates.items[0]));
    }
    if (first == NULL)
        return true;
    (void)ray_err_set(&project->err, RAY_REFUSED,
                      open->len == 1 ? "a rename, or a drop and something new: that must be said"
                                     : "renames, or drops and something new: that must be said");
    (void)ray_err_detail(&project->err, "%s", detail.data);
    project->err.questions = questions_text(project->arena, NULL, open);
    return ray_err_hint(&project->err,
                        "Say  raymig %s --rename %s=%s  or  raymig %s --dropped %s  (each may be "
                        "given more than once), or declare it in the schema with `was`.",
                        project->options.command, ray_proposal_path(project->arena, first),
                        ray_candidate_path(project->arena, &first->candidates.items[0]),
                        project->options.command, ray_proposal_path(project->arena, first));
}

static void
warn(struct ray_project *project, const struct ray_proposal *proposal)
{
    ray_project_warn(project, "%s is gone: if it was renamed, say --rename %s=%s",
                     subject(project->arena, proposal), ray_proposal_path(project->arena, proposal),
                     ray_candidate_path(project->arena, &proposal->candidates.items[0]));
}

/* One answer may settle others, so the proposals are made anew after each. */
static bool
settle(struct ray_project *project, const struct ray_catalog *from, const struct ray_catalog *to,
       enum ray_unsettled unsettled, bool parts, gone_list *gone, ray_renamings *out)
{
    while (unsettled != RAY_UNSETTLED_DROP) {
        ray_proposals all = {0};
        ray_proposals open = {0};

        ray_renames_propose(project->arena, from, to, out, parts, &all);
        for (size_t i = 0; i < all.len; i++)
            if (!is_gone(gone, &all.items[i]))
                *ray_vec_add(project->arena, &open) = all.items[i];
        for (size_t i = 0; unsettled == RAY_UNSETTLED_WARN && i < open.len; i++)
            warn(project, &open.items[i]);
        if (open.len == 0)
            return true;
        if (unsettled == RAY_UNSETTLED_WARN) {
            project->questions = questions_text(project->arena, project->questions, &open);
            return true;
        }
        if (project->listener.choose == NULL)
            return refuse(project, &open);
        if (!ask_about(project, &open.items[0], gone, out))
            return false;
    }
    return true;
}

bool
ray_renames_find(struct ray_project *project, const struct ray_catalog *from,
                 const struct ray_catalog *to, enum ray_unsettled unsettled, ray_renamings *out)
{
    gone_list gone = {0};

    return declared(project, from, to, out) && read_dropped(project, from, &gone) &&
           settle(project, from, to, unsettled, false, &gone, out) &&
           settle(project, from, to, unsettled, true, &gone, out);
}

/* ---------------------------------------------------------------- implicit */

void
ray_renames_implicit(const struct ray_project *project, const struct ray_catalog *from,
                     const struct ray_catalog *to, ray_renamings *out)
{
    ray_renamings all = {0};

    if (project->schema == NULL)
        return;
    ray_rename_followers(to, from, &all);
    for (size_t i = 0; i < all.len; i++) {
        const struct ray_renamed *renamed = &all.items[i];

        if (ray_catalog_find(project->schema->catalog, renamed->kind, renamed->schema,
                             renamed->parent, renamed->from, NULL) == NULL)
            *ray_vec_add(project->arena, out) = *renamed;
    }
}
