/*
 * Grants. An acl is a list of ray_aclitems, "grantee=privileges/grantor", where a * behind a letter is WITH GRANT
 * OPTION and no grantee is PUBLIC. A new object has the default of its kind (acldefault() in PostgreSQL's
 * acl.c): all to its owner and, for some kinds, something to PUBLIC; one that initdb or an extension made has
 * what these granted (base_acl). The statements lead from there to the object's own acl. What another role than
 * the owner granted is granted by that role.
 */
#include "catalog/acl.h"
#include "catalog/acl_read.h"
#include "catalog/ddl.h"
#include "catalog/kind.h"
#include "pg/keyword.h"

#include <string.h>

/* The acl being written. */
struct acl {
    struct ray_ddl *ddl;
    const struct ray_object *object;
    struct ray_grantable on;
    ray_aclitems base;
    ray_aclitems items;
    ray_acl_steps *steps; /* these are asked for, and no statements; NULL: statements */
    bool exact;           /* what is taken away is named, and the rest left as it is */
    const char *by;       /* of the next step; NULL: the owner */
};

/* ---------------------------------------------------------------- statements */

/* True where the letters are all that such an object has. */
static bool
is_all(const struct acl *acl, const char *letters)
{
    size_t wanted = strlen(ray_acl_default(acl->on.type, false));

    if (acl->on.type == 'r' && !ray_acl_has_maintain(acl->ddl->catalog))
        wanted--;
    return wanted > 0 && strlen(letters) == wanted;
}

static void
add_privileges(struct ray_buf *buf, const struct acl *acl, const char *letters)
{
    bool first = true;

    if (is_all(acl, letters)) {
        ray_buf_add(buf, "ALL");
        return;
    }
    for (size_t i = 0; ray_privileges[i].word != NULL; i++) {
        if (strchr(letters, ray_privileges[i].letter) == NULL)
            continue;
        ray_buf_addf(buf, "%s%s", first ? "" : ", ", ray_privileges[i].word);
        if (acl->on.column != NULL) {
            ray_buf_add(buf, " (");
            ray_ddl_name(buf, acl->on.column);
            ray_buf_addc(buf, ')');
        }
        first = false;
    }
}

/* The role that makes what a migration declares has no other name there. */
static void
add_role(struct ray_buf *buf, const char *role)
{
    if (role[0] == '\0')
        ray_buf_add(buf, "PUBLIC");
    else if (strcmp(role, "current_user") == 0)
        ray_buf_add(buf, "CURRENT_USER");
    else
        ray_ddl_name(buf, role);
}

static struct ray_acl_step *
add_step(const struct acl *acl, const char *role)
{
    struct ray_acl_step *step = ray_vec_add(acl->ddl->arena, acl->steps);

    step->role = role;
    step->by = acl->by;
    return step;
}

static void
revoke_all(const struct acl *acl, const char *role)
{
    struct ray_buf *buf;

    if (acl->steps != NULL) {
        (void)add_step(acl, role);
        return;
    }
    buf = ray_ddl_begin(acl->ddl);
    ray_buf_addf(buf, "%sREVOKE ALL", acl->on.before);
    if (acl->on.column != NULL) {
        ray_buf_add(buf, " (");
        ray_ddl_name(buf, acl->on.column);
        ray_buf_addc(buf, ')');
    }
    ray_buf_addf(buf, " ON %s FROM ", acl->on.target);
    add_role(buf, role);
    ray_ddl_end(acl->ddl, acl->object);
}

static void
grant(const struct acl *acl, const char *role, const char *letters, bool option)
{
    struct ray_buf *buf;

    if (letters[0] == '\0')
        return;
    if (acl->steps != NULL) {
        struct ray_acl_step *step = add_step(acl, role);

        step->letters = ray_arena_strdup(acl->ddl->arena, letters);
        step->all = is_all(acl, letters);
        step->option = option;
        return;
    }
    buf = ray_ddl_begin(acl->ddl);
    ray_buf_addf(buf, "%sGRANT ", acl->on.before);
    add_privileges(buf, acl, letters);
    ray_buf_addf(buf, " ON %s TO ", acl->on.target);
    add_role(buf, role);
    ray_buf_add(buf, option ? " WITH GRANT OPTION" : "");
    ray_ddl_end(acl->ddl, acl->object);
}

static void
revoke_letters(const struct acl *acl, const char *role, const char *letters, bool option)
{
    struct ray_buf *buf;

    if (letters[0] == '\0')
        return;
    buf = ray_ddl_begin(acl->ddl);
    ray_buf_addf(buf, "%sREVOKE %s", acl->on.before, option ? "GRANT OPTION FOR " : "");
    add_privileges(buf, acl, letters);
    ray_buf_addf(buf, " ON %s FROM ", acl->on.target);
    add_role(buf, role);
    ray_ddl_end(acl->ddl, acl->object);
}

static bool
is_foreign(const struct acl *acl, const struct ray_aclitem *item)
{
    return item->grantor[0] != '\0' && strcmp(item->grantor, acl->on.owner) != 0;
}

/* What a role other than the owner granted. */
static void
set_grantor(struct acl *acl, const char *role)
{
    struct ray_buf *buf;

    acl->by = role;
    if (acl->steps != NULL)
        return;
    buf = ray_ddl_begin(acl->ddl);
    ray_buf_add(buf, role == NULL ? "RESET SESSION AUTHORIZATION" : "SET SESSION AUTHORIZATION ");
    if (role != NULL)
        ray_ddl_name(buf, role);
    ray_ddl_end(acl->ddl, acl->object);
}

/* ---------------------------------------------------------------- from one acl to the other */

static const struct ray_aclitem *
find(const ray_aclitems *items, const struct ray_aclitem *like)
{
    for (size_t i = 0; i < items->len; i++)
        if (strcmp(items->items[i].grantee, like->grantee) == 0 &&
            strcmp(items->items[i].grantor, like->grantor) == 0)
            return &items->items[i];
    return NULL;
}

/* True where all that `base` gives is in `item`. */
static bool
holds(const struct ray_aclitem *item, const struct ray_aclitem *base)
{
    for (const char *letter = base->plain; *letter != '\0'; letter++)
        if (strchr(item->plain, *letter) == NULL && strchr(item->options, *letter) == NULL)
            return false;
    return strspn(base->options, item->options) == strlen(base->options);
}

/* Takes from `base` what the item has no more; then it holds the rest. */
static void
revoke_lost(const struct acl *acl, struct ray_aclitem *base, const struct ray_aclitem *item)
{
    char lost[32];
    char lost_options[32];
    char weakened[32];

    ray_acl_letters_but(lost, base->plain, item->plain);
    ray_acl_letters_but(lost, lost, item->options);
    ray_acl_letters_but(weakened, base->options, item->options);
    ray_acl_letters_but(lost_options, weakened, item->plain);
    ray_acl_letters_but(weakened, weakened, lost_options);
    ray_acl_letters_add(lost, lost_options);
    revoke_letters(acl, base->grantee, lost, false);
    revoke_letters(acl, base->grantee, weakened, true);
    ray_acl_letters_but(base->plain, base->plain, lost);
    ray_acl_letters_add(base->plain, weakened);
    ray_acl_letters_but(base->options, base->options, lost);
    ray_acl_letters_but(base->options, base->options, weakened);
}

static void
write_revokes(struct acl *acl)
{
    static const struct ray_aclitem nothing = {.grantee = ""};

    /* What an extension granted is not known of one that is declared. */
    for (size_t i = 0; acl->object->member && i < acl->items.len; i++)
        if (acl->items.items[i].denied[0] != '\0' && find(&acl->base, &acl->items.items[i]) == NULL)
            revoke_all(acl, acl->items.items[i].grantee);
    for (size_t i = 0; i < acl->base.len; i++) {
        struct ray_aclitem *base = &acl->base.items[i];
        const struct ray_aclitem *item = find(&acl->items, base);

        if (item != NULL && holds(item, base))
            continue;
        if (is_foreign(acl, base))
            set_grantor(acl, base->grantor);
        if (acl->exact)
            revoke_lost(acl, base, item == NULL ? &nothing : item);
        else
            revoke_all(acl, base->grantee);
        if (is_foreign(acl, base))
            set_grantor(acl, NULL);
    }
}

static void
write_grant(struct acl *acl, const struct ray_aclitem *item)
{
    static const struct ray_aclitem nothing = {.grantee = ""};
    const struct ray_aclitem *base = find(&acl->base, item);
    char plain[32];
    char options[32];

    if (base == NULL || !holds(item, base))
        base = &nothing;
    ray_acl_letters_but(plain, item->plain, base->plain);
    ray_acl_letters_but(options, item->options, base->options);
    if (plain[0] == '\0' && options[0] == '\0')
        return;
    if (is_foreign(acl, item))
        set_grantor(acl, item->grantor);
    grant(acl, item->grantee, plain, false);
    grant(acl, item->grantee, options, true);
    if (is_foreign(acl, item))
        set_grantor(acl, NULL);
}

/* ---------------------------------------------------------------- the object */

/* Schema public of a new database belongs to a role of its own from 15 on, and is open to PUBLIC; until then
 * for creating, too. */
static const char *
owner_of(const struct ray_ddl *ddl, const struct ray_object *object)
{
    const struct ray_object *whole = object->owner == NULL ? object : object->owner;
    const char *owner = whole->values[RAY_OWNER];

    if (owner == NULL && whole->built_in && whole->kind->acl_type == 'n' &&
        ddl->catalog->version >= 150000)
        owner = "pg_database_owner";
    else if (owner == NULL)
        owner = ddl->catalog->role;
    return owner == NULL ? "" : owner;
}

static void
describe(struct acl *acl)
{
    const struct ray_object *object = acl->object;
    const struct ray_kind *kind = object->kind;
    struct ray_buf target;

    ray_buf_init(&target, acl->ddl->arena);
    if (kind->acl_type == 'c') {
        ray_buf_add(&target, "TABLE ");
        ray_ddl_owner_name(&target, object);
        acl->on.column = object->name;
    } else {
        ray_buf_addf(&target, "%s ",
                     kind->grant_keyword != NULL ? kind->grant_keyword : ray_ddl_keyword(object));
        if (kind->grant_target != NULL)
            kind->grant_target(&target, object);
        else if (kind->target != NULL)
            kind->target(&target, object);
        else
            ray_ddl_qualified(&target, object);
    }
    acl->on.type = kind->acl_type;
    acl->on.before = "";
    acl->on.target = target.data;
    acl->on.owner = owner_of(acl->ddl, object);
    acl->on.bare = kind->acl_type == 'c';
    if (kind->grantable != NULL)
        kind->grantable(acl->ddl->arena, object, &acl->on);
}

static void
read_items(const struct acl *acl, const char *text, ray_aclitems *out)
{
    ray_acl_read(acl->ddl->arena, acl->ddl->catalog, acl->on.owner, text, out);
}

static void
add_default(struct acl *acl, const char *grantee, const char *letters)
{
    struct ray_aclitem *item;
    size_t n = 0;

    if (letters[0] == '\0')
        return;
    item = ray_vec_add(acl->ddl->arena, &acl->base);
    item->grantee = grantee;
    item->grantor = acl->on.owner;
    for (; *letters != '\0'; letters++)
        if (*letters != 'm' || ray_acl_has_maintain(acl->ddl->catalog))
            item->plain[n++] = *letters;
}

static void
set_base(struct acl *acl)
{
    const char *everybody = ray_acl_default(acl->on.type, true);

    if (acl->object->built_in && acl->on.type == 'n')
        everybody = acl->ddl->catalog->version < 150000 ? "UC" : "U";
    if (acl->object->base_acl != NULL) {
        read_items(acl, acl->object->base_acl, &acl->base);
    } else if (!acl->on.bare) {
        add_default(acl, "", everybody);
        add_default(acl, acl->on.owner, ray_acl_default(acl->on.type, false));
    }
}

/* The order in which they are granted: PUBLIC, the owner, others, and what others granted. */
static int
turn_of(const struct acl *acl, const struct ray_aclitem *item)
{
    if (is_foreign(acl, item))
        return 3;
    return item->grantee[0] == '\0' ? 0 : strcmp(item->grantee, acl->on.owner) == 0 ? 1 : 2;
}

/* True where its grantor may still have to be granted what this grants. */
static bool
must_wait(const struct acl *acl, const struct ray_aclitem *item)
{
    for (size_t i = 0; i < acl->items.len; i++) {
        const struct ray_aclitem *other = &acl->items.items[i];

        if (!other->written && other != item && other->options[0] != '\0' &&
            strcmp(other->grantee, item->grantor) == 0)
            return true;
    }
    return false;
}

/* Writes those whose turn it is; false where nobody's was. */
static bool
write_turn(struct acl *acl, int turn, bool patient)
{
    bool any = false;

    for (size_t i = 0; i < acl->items.len; i++) {
        struct ray_aclitem *item = &acl->items.items[i];

        if (item->written || turn_of(acl, item) != turn || (patient && must_wait(acl, item)))
            continue;
        write_grant(acl, item);
        item->written = true;
        any = true;
    }
    return any;
}

static void
write_all(struct acl *acl)
{
    write_revokes(acl);
    for (int turn = 0; turn < 3; turn++)
        (void)write_turn(acl, turn, false);
    while (write_turn(acl, 3, true)) /* what one round granted lets others grant in the next */
        ;
    (void)write_turn(acl, 3, false);
}

static bool
has_acl(const struct ray_object *object)
{
    return object->kind->acl_type != '\0' || object->kind->grantable != NULL;
}

void
ray_ddl_acl(struct ray_ddl *ddl, const struct ray_object *object)
{
    struct acl acl = {.ddl = ddl, .object = object};

    if (object->values[RAY_ACL] == NULL || !has_acl(object))
        return;
    describe(&acl);
    set_base(&acl);
    read_items(&acl, object->values[RAY_ACL], &acl.items);
    write_all(&acl);
}

ray_acl_steps
ray_acl_steps_of(struct ray_arena *arena, const struct ray_catalog *catalog,
                 const struct ray_object *object)
{
    ray_acl_steps steps = {0};
    struct ray_ddl ddl;
    struct acl acl = {.ddl = &ddl, .object = object, .steps = &steps};

    if (object->values[RAY_ACL] == NULL || !has_acl(object))
        return steps;
    ray_ddl_init(&ddl, arena, catalog);
    describe(&acl);
    set_base(&acl);
    read_items(&acl, object->values[RAY_ACL], &acl.items);
    write_all(&acl);
    return steps;
}

/* ALTER ... OWNER carries what the old owner had and gave over to the new one. */
static void
change_owner(ray_aclitems *items, const char *from, const char *to)
{
    for (size_t i = 0; i < items->len; i++) {
        if (strcmp(items->items[i].grantor, from) == 0)
            items->items[i].grantor = to;
        if (strcmp(items->items[i].grantee, from) == 0)
            items->items[i].grantee = to;
    }
}

/* Of a column: what the role is granted in it. */
static void
grant_again(struct ray_ddl *ddl, const struct ray_object *column, const char *role)
{
    struct acl acl = {.ddl = ddl, .object = column};

    describe(&acl);
    read_items(&acl, column->values[RAY_ACL], &acl.items);
    for (size_t i = 0; i < acl.items.len; i++)
        acl.items.items[i].written = strcmp(acl.items.items[i].grantee, role) != 0;
    write_all(&acl);
}

/* What is revoked of a table is revoked of its columns, too. */
static void
grant_columns_again(const struct acl *acl)
{
    const ray_objects *parts = &acl->object->parts;

    for (size_t i = 0; i < acl->base.len; i++) {
        const struct ray_aclitem *base = &acl->base.items[i];
        const struct ray_aclitem *item = find(&acl->items, base);

        for (size_t p = 0; (item == NULL || !holds(item, base)) && p < parts->len; p++)
            if (parts->items[p]->kind->acl_type == 'c' && parts->items[p]->values[RAY_ACL] != NULL)
                grant_again(acl->ddl, parts->items[p], base->grantee);
    }
}

void
ray_ddl_acl_change(struct ray_ddl *ddl, const struct ray_object *from, const struct ray_object *to)
{
    struct acl acl = {.ddl = ddl, .object = to, .exact = true};
    ray_aclitems standard;

    if (!has_acl(to))
        return;
    describe(&acl);
    set_base(&acl);
    standard = acl.base;
    if (from->values[RAY_ACL] != NULL) {
        acl.base = (ray_aclitems){0};
        read_items(&acl, from->values[RAY_ACL], &acl.base);
        change_owner(&acl.base, owner_of(ddl, from), acl.on.owner);
    }
    if (to->values[RAY_ACL] != NULL)
        read_items(&acl, to->values[RAY_ACL], &acl.items);
    else
        acl.items = standard;
    write_all(&acl);
    grant_columns_again(&acl);
}
