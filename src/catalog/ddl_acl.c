/*
 * Grants. An acl is a list of aclitems, "grantee=privileges/grantor", where a * behind a letter is WITH GRANT
 * OPTION and no grantee is PUBLIC. A new object has the default of its kind (acldefault() in PostgreSQL's
 * acl.c): all to its owner and, for some kinds, something to PUBLIC; one that initdb or an extension made has
 * what these granted (base_acl). The statements lead from there to the object's own acl. What another role than
 * the owner granted is granted by that role.
 *
 * In a declared catalog, where the owner is not known yet, an empty grantor is the owner, and so is a grantee
 * of two quotes, ""; current_user is the role that makes the catalog. Letters behind a minus are revoked from the role, should it be the owner.
 */
#include "catalog/acl.h"
#include "catalog/ddl.h"

#include "catalog/kind.h"
#include "catalog/list.h"
#include "pg/keyword.h"

#include <string.h>

static const struct ray_privilege privileges[] = {
    {'r', "SELECT"},    {'a', "INSERT"},     {'w', "UPDATE"},       {'d', "DELETE"},
    {'D', "TRUNCATE"},  {'x', "REFERENCES"}, {'t', "TRIGGER"},      {'m', "MAINTAIN"},
    {'X', "EXECUTE"},   {'U', "USAGE"},      {'C', "CREATE"},       {'c', "CONNECT"},
    {'T', "TEMPORARY"}, {'s', "SET"},        {'A', "ALTER SYSTEM"}, {'\0', NULL},
};
const struct ray_privilege *const ray_privileges = privileges;

/* acldefault(): by kind of object, what the owner and what PUBLIC has; "m" only from 17 on. */
static const struct {
    char type;
    const char *owner;
    const char *everybody;
} defaults[] = {
    {'r', "arwdDxtm", ""}, {'s', "rwU", ""}, {'f', "X", "X"}, {'n', "UC", ""}, {'T', "U", "U"},
    {'l', "U", "U"},       {'F', "U", ""},   {'S', "U", ""},  {'L', "rw", ""}, {'c', "", ""},
};

const char *
ray_acl_default(char type, bool everybody)
{
    for (size_t i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i++)
        if (defaults[i].type == type)
            return everybody ? defaults[i].everybody : defaults[i].owner;
    return "";
}

struct aclitem {
    const char *grantee; /* "": PUBLIC */
    const char *grantor;
    char plain[32];   /* letters without */
    char options[32]; /* and with the grant option */
    bool written;
    char denied[32];
    bool is_owner; /* said to be, not by name */
};

const char *
ray_acl_read_role(struct ray_arena *arena, const char *text, const char **role)
{
    struct ray_buf buf;
    bool quoted = false;

    ray_buf_init(&buf, arena);
    for (; *text != '\0' && (quoted || (*text != '=' && *text != '/')); text++) {
        if (*text != '"')
            ray_buf_addc(&buf, *text);
        else if (quoted && text[1] == '"')
            ray_buf_addc(&buf, *text++);
        else
            quoted = !quoted;
    }
    *role = buf.data;
    return text;
}

typedef RAY_VEC(struct aclitem) aclitems;

/* The acl being written. */
struct acl {
    struct ray_ddl *ddl;
    const struct ray_object *object;
    struct ray_grantable on;
    aclitems base;
    aclitems items;
    ray_acl_steps *steps; /* these are asked for, and no statements; NULL: statements */
    const char *by;       /* of the next step; NULL: the owner */
};

static bool
has_maintain(const struct ray_ddl *ddl)
{
    return ddl->catalog->version == 0 || ddl->catalog->version >= 170000;
}

static const char *
real_role(const struct acl *acl, const char *role)
{
    return acl->ddl->catalog->role != NULL && strcmp(role, "current_user") == 0
               ? acl->ddl->catalog->role
               : role;
}

static void
read_item(const struct acl *acl, const char *text, struct aclitem *out)
{
    struct ray_arena *arena = acl->ddl->arena;
    const char *owner = acl->on.owner;
    size_t plain = 0;
    size_t options = 0;

    memset(out, 0, sizeof(*out));
    out->is_owner = strncmp(text, "\"\"=", 3) == 0;
    text = ray_acl_read_role(arena, text, &out->grantee);
    if (out->is_owner)
        out->grantee = owner;
    for (text += *text == '='; *text != '\0' && *text != '/'; text++) {
        if (*text == '-') {
            memcpy(out->denied, text + 1, strcspn(text + 1, "/"));
            text += strcspn(text, "/") - 1;
        } else if (text[1] == '*' && options + 1 < sizeof(out->options))
            out->options[options++] = *text++;
        else if (plain + 1 < sizeof(out->plain))
            out->plain[plain++] = *text;
    }
    (void)ray_acl_read_role(arena, text + (*text == '/'), &out->grantor);
    if (out->grantor[0] == '\0')
        out->grantor = owner;
    out->grantee = real_role(acl, out->grantee);
    out->grantor = real_role(acl, out->grantor);
}

/* ---------------------------------------------------------------- statements */

/* True where the letters are all that such an object has. */
static bool
is_all(const struct acl *acl, const char *letters)
{
    size_t wanted = strlen(ray_acl_default(acl->on.type, false));

    if (acl->on.type == 'r' && !has_maintain(acl->ddl))
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
    for (size_t i = 0; privileges[i].word != NULL; i++) {
        if (strchr(letters, privileges[i].letter) == NULL)
            continue;
        ray_buf_addf(buf, "%s%s", first ? "" : ", ", privileges[i].word);
        if (acl->on.column != NULL) {
            ray_buf_add(buf, " (");
            ray_ddl_name(buf, acl->on.column);
            ray_buf_addc(buf, ')');
        }
        first = false;
    }
}

static void
add_role(struct ray_buf *buf, const char *role)
{
    if (role[0] == '\0')
        ray_buf_add(buf, "PUBLIC");
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

static bool
is_foreign(const struct acl *acl, const struct aclitem *item)
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

static const struct aclitem *
find(const aclitems *items, const struct aclitem *like)
{
    for (size_t i = 0; i < items->len; i++)
        if (strcmp(items->items[i].grantee, like->grantee) == 0 &&
            strcmp(items->items[i].grantor, like->grantor) == 0)
            return &items->items[i];
    return NULL;
}

/* True where all that `base` gives is in `item`. */
static bool
holds(const struct aclitem *item, const struct aclitem *base)
{
    for (const char *letter = base->plain; *letter != '\0'; letter++)
        if (strchr(item->plain, *letter) == NULL && strchr(item->options, *letter) == NULL)
            return false;
    return strspn(base->options, item->options) == strlen(base->options);
}

/* The letters of `all` that are not in `those`. */
static void
letters_but(char out[32], const char *all, const char *those)
{
    size_t n = 0;

    for (; *all != '\0'; all++)
        if (strchr(those, *all) == NULL)
            out[n++] = *all;
    out[n] = '\0';
}

static void
write_revokes(struct acl *acl)
{
    /* What an extension granted is not known of one that is declared. */
    for (size_t i = 0; acl->object->member && i < acl->items.len; i++)
        if (acl->items.items[i].denied[0] != '\0' && find(&acl->base, &acl->items.items[i]) == NULL)
            revoke_all(acl, acl->items.items[i].grantee);
    for (size_t i = 0; i < acl->base.len; i++) {
        const struct aclitem *base = &acl->base.items[i];
        const struct aclitem *item = find(&acl->items, base);

        if (item != NULL && holds(item, base))
            continue;
        if (is_foreign(acl, base))
            set_grantor(acl, base->grantor);
        revoke_all(acl, base->grantee);
        if (is_foreign(acl, base))
            set_grantor(acl, NULL);
    }
}

static void
write_grant(struct acl *acl, const struct aclitem *item)
{
    static const struct aclitem nothing = {.grantee = ""};
    const struct aclitem *base = find(&acl->base, item);
    char plain[32];
    char options[32];

    if (base == NULL || !holds(item, base))
        base = &nothing;
    letters_but(plain, item->plain, base->plain);
    letters_but(options, item->options, base->options);
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

/* "all" of a declared object holds an M: MAINTAIN, where the server has it. */
static void
take_maintain(const struct acl *acl, char letters[32])
{
    char *mark = strchr(letters, 'M');

    if (mark == NULL)
        return;
    if (has_maintain(acl->ddl) && strchr(letters, 'm') == NULL)
        *mark = 'm';
    else
        letters_but(letters, letters, "M");
}

static void
add_letters(char to[32], const char *letters)
{
    size_t n = strlen(to);

    for (; *letters != '\0' && n < 31; letters++)
        if (strchr(to, *letters) == NULL)
            to[n++] = *letters;
    to[n] = '\0';
}

/* What was said of the owner by name joins what it has as the owner. */
static void
join_owner(aclitems *items, const char *owner)
{
    struct aclitem *first = NULL;

    for (size_t i = 0; first == NULL && i < items->len; i++)
        if (items->items[i].is_owner)
            first = &items->items[i];
    for (size_t i = 0; first != NULL && i < items->len; i++) {
        const struct aclitem *item = &items->items[i];

        if (item->is_owner || strcmp(item->grantee, owner) != 0 ||
            strcmp(item->grantor, owner) != 0)
            continue;
        add_letters(first->plain, item->plain);
        add_letters(first->options, item->options);
        letters_but(first->plain, first->plain, item->denied);
        letters_but(first->options, first->options, item->denied);
        items->items[i--] = items->items[--items->len];
        first = &items->items[0];
        while (!first->is_owner)
            first++;
    }
}

static void
read_items(const struct acl *acl, const char *text, aclitems *out)
{
    struct ray_arena *arena = acl->ddl->arena;
    ray_list list = ray_list_read(arena, text);

    for (size_t i = 0; i < list.len; i++) {
        struct aclitem *item = ray_vec_add(arena, out);

        read_item(acl, list.items[i], item);
        take_maintain(acl, item->plain);
        take_maintain(acl, item->options);
        take_maintain(acl, item->denied);
    }
    join_owner(out, acl->on.owner);
}

static void
add_default(struct acl *acl, const char *grantee, const char *letters)
{
    struct aclitem *item;
    size_t n = 0;

    if (letters[0] == '\0')
        return;
    item = ray_vec_add(acl->ddl->arena, &acl->base);
    item->grantee = grantee;
    item->grantor = acl->on.owner;
    for (; *letters != '\0'; letters++)
        if (*letters != 'm' || has_maintain(acl->ddl))
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
turn_of(const struct acl *acl, const struct aclitem *item)
{
    if (is_foreign(acl, item))
        return 3;
    return item->grantee[0] == '\0' ? 0 : strcmp(item->grantee, acl->on.owner) == 0 ? 1 : 2;
}

/* True where its grantor may still have to be granted what this grants. */
static bool
must_wait(const struct acl *acl, const struct aclitem *item)
{
    for (size_t i = 0; i < acl->items.len; i++) {
        const struct aclitem *other = &acl->items.items[i];

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
        struct aclitem *item = &acl->items.items[i];

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
change_owner(aclitems *items, const char *from, const char *to)
{
    for (size_t i = 0; i < items->len; i++) {
        if (strcmp(items->items[i].grantor, from) == 0)
            items->items[i].grantor = to;
        if (strcmp(items->items[i].grantee, from) == 0)
            items->items[i].grantee = to;
    }
}

void
ray_ddl_acl_change(struct ray_ddl *ddl, const struct ray_object *from, const struct ray_object *to)
{
    struct acl acl = {.ddl = ddl, .object = to};
    aclitems standard;

    if (!has_acl(to))
        return;
    describe(&acl);
    set_base(&acl);
    standard = acl.base;
    if (from->values[RAY_ACL] != NULL) {
        acl.base = (aclitems){0};
        read_items(&acl, from->values[RAY_ACL], &acl.base);
        change_owner(&acl.base, owner_of(ddl, from), acl.on.owner);
    }
    if (to->values[RAY_ACL] != NULL)
        read_items(&acl, to->values[RAY_ACL], &acl.items);
    else
        acl.items = standard;
    write_all(&acl);
}
