/*
 * Grants. An acl is a list of aclitems, "grantee=privileges/grantor", where a * behind a letter is WITH GRANT
 * OPTION and no grantee is PUBLIC. A new object has the default of its kind (acldefault() in PostgreSQL's
 * acl.c): all to its owner and, for some kinds, something to PUBLIC. The statements lead from there to the
 * object's own acl. What another role than the owner granted is granted by that role.
 */
#include "catalog/ddl.h"

#include "catalog/kind.h"
#include "catalog/list.h"
#include "pg/keyword.h"

#include <string.h>

struct privilege {
    char letter;
    const char *word;
};

static const struct privilege privileges[] = {
    {'r', "SELECT"},    {'a', "INSERT"},     {'w', "UPDATE"},       {'d', "DELETE"},
    {'D', "TRUNCATE"},  {'x', "REFERENCES"}, {'t', "TRIGGER"},      {'m', "MAINTAIN"},
    {'X', "EXECUTE"},   {'U', "USAGE"},      {'C', "CREATE"},       {'c', "CONNECT"},
    {'T', "TEMPORARY"}, {'s', "SET"},        {'A', "ALTER SYSTEM"},
};

/* acldefault(): by kind of object, what the owner and what PUBLIC has; "m" only from 17 on. */
static const struct {
    char type;
    const char *owner;
    const char *everybody;
} defaults[] = {
    {'r', "arwdDxtm", ""}, {'s', "rwU", ""}, {'f', "X", "X"}, {'n', "UC", ""}, {'T', "U", "U"},
    {'l', "U", "U"},       {'F', "U", ""},   {'S', "U", ""},  {'c', "", ""},
};

struct aclitem {
    const char *grantee; /* "": PUBLIC */
    const char *grantor;
    char plain[32];   /* letters without */
    char options[32]; /* and with the grant option */
};

/* A role's name in an aclitem, quoted or not; returns what stands behind it. */
static const char *
read_role(struct ray_arena *arena, const char *text, const char **role)
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

static void
read_item(struct ray_arena *arena, const char *text, struct aclitem *out)
{
    size_t plain = 0;
    size_t options = 0;

    memset(out, 0, sizeof(*out));
    text = read_role(arena, text, &out->grantee);
    for (text += *text == '='; *text != '\0' && *text != '/'; text++) {
        if (text[1] == '*' && options + 1 < sizeof(out->options))
            out->options[options++] = *text++;
        else if (plain + 1 < sizeof(out->plain))
            out->plain[plain++] = *text;
    }
    (void)read_role(arena, text + (*text == '/'), &out->grantor);
}

/* Schema public of a new database is open to PUBLIC; until 15 for creating, too. */
static const char *
default_of(const struct ray_ddl *ddl, const struct ray_object *object, bool everybody)
{
    if (object->built_in && everybody && object->kind->acl_type == 'n')
        return ddl->catalog->version >= 150000 ? "U" : "UC";
    for (size_t i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i++)
        if (defaults[i].type == object->kind->acl_type)
            return everybody ? defaults[i].everybody : defaults[i].owner;
    return "";
}

/* True where the letters are all that such an object has. */
static bool
is_all(const struct ray_ddl *ddl, const struct ray_object *object, const char *letters)
{
    const char *all = default_of(ddl, object, false);
    int version = ddl->catalog->version;
    size_t wanted = strlen(all);

    if (all[0] == '\0')
        return false;
    if (object->kind->acl_type == 'r' && version != 0 && version < 170000)
        wanted--;
    return strlen(letters) == wanted;
}

static void
add_target(struct ray_buf *buf, const struct ray_object *object)
{
    const char *keyword = object->kind->grant_keyword;

    ray_buf_add(buf, " ON ");
    if (object->kind->acl_type == 'c') { /* a column: GRANT SELECT (c) ON TABLE t */
        ray_buf_add(buf, "TABLE ");
        ray_ddl_owner_name(buf, object);
        return;
    }
    ray_buf_addf(buf, "%s ", keyword != NULL ? keyword : ray_ddl_keyword(object));
    if (object->kind->grant_target != NULL)
        object->kind->grant_target(buf, object);
    else if (object->kind->target != NULL)
        object->kind->target(buf, object);
    else
        ray_ddl_qualified(buf, object);
}

static void
add_privileges(struct ray_buf *buf, const struct ray_ddl *ddl, const struct ray_object *object,
               const char *letters)
{
    bool first = true;

    if (is_all(ddl, object, letters)) {
        ray_buf_add(buf, "ALL");
        return;
    }
    for (size_t i = 0; i < sizeof(privileges) / sizeof(privileges[0]); i++) {
        if (strchr(letters, privileges[i].letter) == NULL)
            continue;
        ray_buf_addf(buf, "%s%s", first ? "" : ", ", privileges[i].word);
        if (object->kind->acl_type == 'c') {
            ray_buf_add(buf, " (");
            ray_ddl_name(buf, object->name);
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

static void
revoke_all(struct ray_ddl *ddl, const struct ray_object *object, const char *role)
{
    struct ray_buf *buf = ray_ddl_begin(ddl);

    ray_buf_add(buf, "REVOKE ALL");
    add_target(buf, object);
    ray_buf_add(buf, " FROM ");
    add_role(buf, role);
    ray_ddl_end(ddl, object);
}

static void
grant(struct ray_ddl *ddl, const struct ray_object *object, const struct aclitem *item,
      const char *letters, bool option)
{
    struct ray_buf *buf = ray_ddl_begin(ddl);

    ray_buf_add(buf, "GRANT ");
    add_privileges(buf, ddl, object, letters);
    add_target(buf, object);
    ray_buf_add(buf, " TO ");
    add_role(buf, item->grantee);
    ray_buf_add(buf, option ? " WITH GRANT OPTION" : "");
    ray_ddl_end(ddl, object);
}

/* What a role other than the owner granted. */
static void
set_grantor(struct ray_ddl *ddl, const struct ray_object *object, const char *role)
{
    struct ray_buf *buf = ray_ddl_begin(ddl);

    ray_buf_add(buf, role == NULL ? "RESET SESSION AUTHORIZATION" : "SET SESSION AUTHORIZATION ");
    if (role != NULL)
        ray_ddl_name(buf, role);
    ray_ddl_end(ddl, object);
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

static bool
has_all_of(const char *letters, const char *wanted, bool ignore_maintain)
{
    for (; *wanted != '\0'; wanted++)
        if (strchr(letters, *wanted) == NULL && !(ignore_maintain && *wanted == 'm'))
            return false;
    return true;
}

/* An item of a default grantee: what is missing is revoked with the rest, what is more is granted. */
static void
write_default_grantee(struct ray_ddl *ddl, const struct ray_object *object,
                      const struct aclitem *item, const char *standard)
{
    int version = ddl->catalog->version;
    char more[32];

    if (item == NULL) {
        if (standard[0] != '\0')
            revoke_all(ddl, object, "");
        return;
    }
    if (has_all_of(item->plain, standard, version != 0 && version < 170000)) {
        letters_but(more, item->plain, standard);
    } else {
        revoke_all(ddl, object, item->grantee);
        memcpy(more, item->plain, sizeof(more));
    }
    if (more[0] != '\0')
        grant(ddl, object, item, more, false);
    if (item->options[0] != '\0')
        grant(ddl, object, item, item->options, true);
}

static void
write_item(struct ray_ddl *ddl, const struct ray_object *object, const struct aclitem *item,
           const char *owner)
{
    bool foreign = item->grantor[0] != '\0' && strcmp(item->grantor, owner) != 0;

    if (foreign)
        set_grantor(ddl, object, item->grantor);
    if (item->plain[0] != '\0')
        grant(ddl, object, item, item->plain, false);
    if (item->options[0] != '\0')
        grant(ddl, object, item, item->options, true);
    if (foreign)
        set_grantor(ddl, object, NULL);
}

static const char *
owner_of(const struct ray_ddl *ddl, const struct ray_object *object)
{
    const struct ray_object *whole = object->owner == NULL ? object : object->owner;
    const char *owner = whole->values[RAY_OWNER];

    if (owner == NULL && whole->built_in && whole->kind->acl_type == 'n' &&
        ddl->catalog->version >= 150000)
        owner = "pg_database_owner"; /* of schema public */
    else if (owner == NULL)
        owner = ddl->catalog->role;
    return owner == NULL ? "" : owner;
}

void
ray_ddl_acl(struct ray_ddl *ddl, const struct ray_object *object)
{
    ray_list list = ray_list_read(ddl->arena, object->values[RAY_ACL]);
    struct aclitem *items = RAY_NEW_ARRAY(ddl->arena, struct aclitem, list.len);
    const char *owner = owner_of(ddl, object);
    const struct aclitem *of_owner = NULL;
    const struct aclitem *of_public = NULL;

    if (object->values[RAY_ACL] == NULL || object->kind->acl_type == '\0')
        return;
    for (size_t i = 0; i < list.len; i++) {
        read_item(ddl->arena, list.items[i], &items[i]);
        if (strcmp(items[i].grantor, owner) != 0)
            continue;
        if (items[i].grantee[0] == '\0')
            of_public = &items[i];
        else if (strcmp(items[i].grantee, owner) == 0)
            of_owner = &items[i];
    }
    if (object->kind->acl_type != 'c') {
        write_default_grantee(ddl, object, of_public, default_of(ddl, object, true));
        if (of_owner == NULL)
            revoke_all(ddl, object, owner);
        else
            write_default_grantee(ddl, object, of_owner, default_of(ddl, object, false));
    }
    for (int foreign = 0; foreign < 2; foreign++)
        for (size_t i = 0; i < list.len; i++) {
            bool is_default = object->kind->acl_type != 'c' &&
                              (&items[i] == of_public || &items[i] == of_owner);

            if (!is_default && (strcmp(items[i].grantor, owner) != 0) == (foreign == 1))
                write_item(ddl, object, &items[i], owner);
        }
}
