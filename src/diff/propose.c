/* Proposals: see propose.h. How like two things are is a sum of what they share; the weights are a matter of taste. */
#include "diff/propose.h"

#include "base/term.h"
#include "catalog/kind.h"
#include "catalog/list.h"
#include "pg/keyword.h"

#include <stdlib.h>
#include <string.h>

enum {
    ALIKE = 60,      /* percent: names this like are taken for a rename whatever else differs */
    HALF = 50,       /* of the columns are the same */
    A_FEW = 25,      /* likewise, where the names are alike, too */
    SAME_TYPE = 50,  /* a column's: what that counts */
    SAME_PLACE = 10, /* likewise */
};

struct proposing {
    struct ray_arena *arena;
    const struct ray_catalog *from;
    const struct ray_catalog *to;
    const ray_renamings *known;
    ray_objects fresh; /* wholes of the new catalog that the old one has not, by any name */
};

/* What may have been renamed. */
static const char *const wholes[] = {"schema",    "table",  "foreign table", "enum",
                                     "composite", "domain", "sequence",      NULL};
static const char *const part_kinds[] = {"column", "attribute", NULL};

/* NULL-safe. */
static bool
same_text(const char *one, const char *other)
{
    return one == other || (one != NULL && other != NULL && strcmp(one, other) == 0);
}

static bool
is_ours(const struct ray_object *object)
{
    return !object->implied && !object->member && !object->built_in;
}

/* ---------------------------------------------------------------- likeness */

/* How many of the parts both have, by name: Dice's coefficient in percent. */
static int
shared_parts(const struct ray_object *one, const struct ray_object *other, const char *kind)
{
    int count = 0;
    int shared = 0;

    for (size_t i = 0; i < one->parts.len; i++) {
        if (strcmp(one->parts.items[i]->kind->name, kind) != 0)
            continue;
        count++;
        for (size_t k = 0; k < other->parts.len; k++)
            if (one->parts.items[i]->kind == other->parts.items[k]->kind &&
                strcmp(one->parts.items[i]->name, other->parts.items[k]->name) == 0)
                shared++;
    }
    for (size_t k = 0; k < other->parts.len; k++)
        count += strcmp(other->parts.items[k]->kind->name, kind) == 0;
    return count == 0 ? 0 : 200 * shared / count;
}

static int
shared_values(struct ray_arena *arena, const struct ray_object *one, const struct ray_object *other)
{
    ray_list left = ray_list_read(arena, ray_object_get(one, "values"));
    ray_list right = ray_list_read(arena, ray_object_get(other, "values"));
    int shared = 0;

    for (size_t i = 0; i < left.len; i++)
        shared += ray_list_has(&right, left.items[i]);
    return left.len + right.len == 0 ? 0 : 200 * shared / (int)(left.len + right.len);
}

/* The same of two schemas, by kind and name of what is in them. */
static int
shared_contents(const struct proposing *proposing, const char *one, const char *other)
{
    int count = 0;
    int shared = 0;

    for (size_t i = 0; i < proposing->from->objects.len; i++) {
        const struct ray_object *object = proposing->from->objects.items[i];

        if (object->owner != NULL || object->schema == NULL || strcmp(object->schema, one) != 0)
            continue;
        count++;
        shared += ray_catalog_find(proposing->to, object->kind, other, NULL, object->name,
                                   object->signature) != NULL;
    }
    for (size_t i = 0; i < proposing->to->objects.len; i++) {
        const struct ray_object *object = proposing->to->objects.items[i];

        count += object->owner == NULL && object->schema != NULL &&
                 strcmp(object->schema, other) == 0;
    }
    return count == 0 ? 0 : 200 * shared / count;
}

/* Of two wholes of one kind; 0: they have nothing to do with each other. */
static int
whole_likeness(const struct proposing *proposing, const struct ray_object *one,
               const struct ray_object *other)
{
    const char *kind = one->kind->name;
    int name = ray_likeness(one->name, other->name);
    int shared = 0;

    /* A partition that goes and another one that comes are two months, not one. */
    if (!same_text(ray_object_get(one, "bound"), ray_object_get(other, "bound")))
        return 0;
    if (strcmp(kind, "enum") == 0)
        shared = shared_values(proposing->arena, one, other);
    else if (strcmp(kind, "composite") == 0)
        shared = shared_parts(one, other, "attribute");
    else if (strcmp(kind, "domain") == 0)
        shared = same_text(ray_object_get(one, "type"), ray_object_get(other, "type")) ? HALF : 0;
    else if (strcmp(kind, "sequence") == 0)
        shared = name >= ALIKE ? HALF : 0;
    else if (strcmp(kind, "schema") == 0)
        shared = shared_contents(proposing, one->name, other->name);
    else
        shared = shared_parts(one, other, "column");
    if (shared < HALF && (name < ALIKE || shared < A_FEW))
        return 0;
    return (shared * 2 + name) / 3;
}

static int
place_of(const struct ray_object *part)
{
    int place = 0;

    for (size_t i = 0; part->owner != NULL && part->owner->parts.items[i] != part; i++)
        place += part->owner->parts.items[i]->kind == part->kind;
    return place;
}

static int
column_likeness(const struct ray_object *one, const struct ray_object *other)
{
    bool same_type = same_text(ray_object_get(one, "type"), ray_object_get(other, "type"));
    int name = ray_likeness(one->name, other->name);

    if (!same_type && name < ALIKE)
        return 0;
    return (same_type ? SAME_TYPE : 0) + (place_of(one) == place_of(other) ? SAME_PLACE : 0) +
           name * (100 - SAME_TYPE - SAME_PLACE) / 100;
}

/* ---------------------------------------------------------------- what the old is called now */

static const char *
new_schema(const struct proposing *proposing, const struct ray_object *old)
{
    return ray_rename_schema(proposing->known, old->schema);
}

static bool
is_of(const struct proposing *proposing, const struct ray_renamed *renamed,
      const struct ray_object *old)
{
    return renamed->kind == old->kind && !renamed->is_value &&
           same_text(renamed->schema, new_schema(proposing, old));
}

static const char *
new_name(const struct proposing *proposing, const struct ray_object *whole)
{
    for (size_t i = 0; i < proposing->known->len; i++) {
        const struct ray_renamed *renamed = &proposing->known->items[i];

        if (is_of(proposing, renamed, whole) && strcmp(renamed->from, whole->name) == 0)
            return renamed->to;
    }
    return whole->name;
}

/* A rename is known that leads from it, or to it: `parent` is what the owner is called in the end. */
static bool
is_known(const struct proposing *proposing, const struct ray_object *object, const char *parent,
         const char *label, bool old)
{
    for (size_t i = 0; i < proposing->known->len; i++) {
        const struct ray_renamed *renamed = &proposing->known->items[i];

        if (renamed->kind == object->kind &&
            same_text(renamed->schema, old ? new_schema(proposing, object) : object->schema) &&
            renamed->is_value == (label != NULL) && same_text(renamed->parent, parent) &&
            strcmp(old ? renamed->from : renamed->to, label != NULL ? label : object->name) == 0)
            return true;
    }
    return false;
}

/* ---------------------------------------------------------------- proposals */

static int
by_likeness(const void *left, const void *right)
{
    const struct ray_candidate *one = left;
    const struct ray_candidate *other = right;

    return other->likeness - one->likeness;
}

static void
add_candidate(struct proposing *proposing, struct ray_proposal *proposal,
              const struct ray_object *to, const char *label, int likeness)
{
    if (likeness > 0)
        *ray_vec_add(proposing->arena, &proposal->candidates) =
            (struct ray_candidate){.to = to, .label = label, .likeness = likeness};
}

static void
add_proposal(struct proposing *proposing, struct ray_proposal *proposal, ray_proposals *out)
{
    if (proposal->candidates.len == 0)
        return;
    qsort(proposal->candidates.items, proposal->candidates.len, sizeof(struct ray_candidate),
          by_likeness);
    *ray_vec_add(proposing->arena, out) = *proposal;
}

static bool
is_one_of(const char *name, const char *const *names)
{
    for (; *names != NULL; names++)
        if (strcmp(name, *names) == 0)
            return true;
    return false;
}

/* What an object of the new catalog's schema was called before. */
static const char *
old_schema(const struct proposing *proposing, const char *new)
{
    for (size_t i = 0; new != NULL &&i < proposing->known->len; i++) {
        const struct ray_renamed *renamed = &proposing->known->items[i];

        if (strcmp(renamed->kind->name, "schema") == 0 && strcmp(renamed->to, new) == 0)
            return renamed->from;
    }
    return new;
}

static void
find_fresh(struct proposing *proposing)
{
    for (size_t i = 0; i < proposing->to->objects.len; i++) {
        const struct ray_object *new = proposing->to->objects.items[i];

        if (is_ours(new) && is_one_of(new->kind->name, wholes) &&
            ray_catalog_find(proposing->from, new->kind, old_schema(proposing, new->schema), NULL,
                             new->name, NULL) == NULL &&
            !is_known(proposing, new, NULL, NULL, false))
            *ray_vec_add(proposing->arena, &proposing->fresh) = proposing->to->objects.items[i];
    }
}

static void
propose_whole(struct proposing *proposing, const struct ray_object *old, ray_proposals *out)
{
    struct ray_proposal proposal = {.from = old};
    const char *schema = new_schema(proposing, old);

    if (ray_catalog_find(proposing->to, old->kind, schema, NULL, old->name, NULL) != NULL ||
        is_known(proposing, old, NULL, NULL, true))
        return;
    for (size_t i = 0; i < proposing->fresh.len; i++) {
        const struct ray_object *new = proposing->fresh.items[i];

        if (new->kind == old->kind && same_text(new->schema, schema))
            add_candidate(proposing, &proposal, new, NULL, whole_likeness(proposing, old, new));
    }
    add_proposal(proposing, &proposal, out);
}

static bool
has_part(const struct ray_object *whole, const struct ray_object *part)
{
    for (size_t i = 0; i < whole->parts.len; i++)
        if (whole->parts.items[i]->kind == part->kind &&
            strcmp(whole->parts.items[i]->name, part->name) == 0)
            return true;
    return false;
}

static void
propose_part(struct proposing *proposing, const struct ray_object *old,
             const struct ray_object *owner, ray_proposals *out)
{
    struct ray_proposal proposal = {.from = old, .parent = owner->name};

    if (!is_ours(old) || has_part(owner, old) || is_known(proposing, old, owner->name, NULL, true))
        return;
    for (size_t i = 0; i < owner->parts.len; i++) {
        const struct ray_object *new = owner->parts.items[i];

        if (new->kind == old->kind && is_ours(new) && !has_part(old->owner, new) &&
            !is_known(proposing, new, owner->name, NULL, false))
            add_candidate(proposing, &proposal, new, NULL, column_likeness(old, new));
    }
    add_proposal(proposing, &proposal, out);
}

static void
propose_values(struct proposing *proposing, const struct ray_object *old,
               const struct ray_object *new, ray_proposals *out)
{
    ray_list left = ray_list_read(proposing->arena, ray_object_get(old, "values"));
    ray_list right = ray_list_read(proposing->arena, ray_object_get(new, "values"));

    for (size_t i = 0; i < left.len; i++) {
        struct ray_proposal proposal = {.from = old, .label = left.items[i], .parent = new->name};

        if (ray_list_has(&right, left.items[i]) ||
            is_known(proposing, old, new->name, left.items[i], true))
            continue;
        for (size_t k = 0; k < right.len; k++) {
            int name = ray_likeness(left.items[i], right.items[k]);

            if (!ray_list_has(&left, right.items[k]) &&
                !is_known(proposing, new, new->name, right.items[k], false) &&
                (i == k || name >= ALIKE))
                add_candidate(proposing, &proposal, new, right.items[k],
                              (i == k ? HALF : 0) + name / 2 + 1);
        }
        add_proposal(proposing, &proposal, out);
    }
}

void
ray_renames_propose(struct ray_arena *arena, const struct ray_catalog *from,
                    const struct ray_catalog *to, const ray_renamings *known, bool parts,
                    ray_proposals *out)
{
    struct proposing proposing = {.arena = arena, .from = from, .to = to, .known = known};

    if (!parts)
        find_fresh(&proposing);
    for (size_t i = 0; i < from->objects.len; i++) {
        const struct ray_object *old = from->objects.items[i];
        const struct ray_object *new;

        if (!is_ours(old) || old->later.len > 0 || !is_one_of(old->kind->name, wholes))
            continue; /* among them a serial's sequence, which goes with its column */
        if (!parts) {
            propose_whole(&proposing, old, out);
            continue;
        }
        new = ray_catalog_find(to, old->kind, new_schema(&proposing, old), NULL,
                               new_name(&proposing, old), NULL);
        for (size_t p = 0; new != NULL &&p < old->parts.len; p++)
            if (is_one_of(old->parts.items[p]->kind->name, part_kinds))
                propose_part(&proposing, old->parts.items[p], new, out);
        if (new != NULL && strcmp(old->kind->name, "enum") == 0)
            propose_values(&proposing, old, new, out);
    }
}

/* ---------------------------------------------------------------- paths */

static const char *
path(struct ray_arena *arena, const struct ray_object *object, const char *label)
{
    struct ray_buf buf;

    ray_buf_init(&buf, arena);
    if (object->schema != NULL && strcmp(object->schema, "public") != 0) {
        ray_buf_name(&buf, object->schema);
        ray_buf_addc(&buf, '.');
    }
    if (object->parent != NULL) {
        ray_buf_name(&buf, object->parent);
        ray_buf_addc(&buf, '.');
    }
    ray_buf_name(&buf, object->name);
    if (label != NULL) {
        ray_buf_addc(&buf, '.');
        ray_buf_name(&buf, label);
    }
    return buf.data;
}

const char *
ray_proposal_path(struct ray_arena *arena, const struct ray_proposal *proposal)
{
    return path(arena, proposal->from, proposal->label);
}

const char *
ray_candidate_path(struct ray_arena *arena, const struct ray_candidate *candidate)
{
    return path(arena, candidate->to, candidate->label);
}
