/*
 * Reading acls. An item is "grantee=privileges/grantor", where a * behind a letter is WITH GRANT OPTION and no
 * grantee is PUBLIC.
 *
 * In a declared catalog, where the owner is not known yet, an empty grantor is the owner, and so is a grantee of
 * two quotes, ""; current_user is the role that makes the catalog; M is MAINTAIN where the server has it, I the
 * CREATE that PUBLIC has on a new database's schema public until 14. What stands behind a minus was revoked, which counts should the role turn out to be the owner.
 */
#include "catalog/acl_read.h"

#include "base/buf.h"

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

static void
read_item(struct ray_arena *arena, const char *text, const char *owner, struct ray_aclitem *out)
{
    size_t plain = 0;
    size_t options = 0;

    memset(out, 0, sizeof(*out));
    out->is_owner = strncmp(text, "\"\"=", 3) == 0;
    text = ray_acl_read_role(arena, text, &out->grantee);
    if (out->is_owner)
        out->grantee = owner;
    for (text += *text == '='; *text != '\0' && *text != '/'; text++) {
        if (*text == '-') {
            size_t length = strcspn(text + 1, "/");

            memcpy(out->denied, text + 1, length < 31 ? length : 31);
            text += length;
        } else if (text[1] == '*' && options + 1 < sizeof(out->options)) {
            out->options[options++] = *text++;
        } else if (plain + 1 < sizeof(out->plain)) {
            out->plain[plain++] = *text;
        }
    }
    (void)ray_acl_read_role(arena, text + (*text == '/'), &out->grantor);
    if (out->grantor[0] == '\0')
        out->grantor = owner;
}

static const char *
real_role(const struct ray_catalog *catalog, const char *role)
{
    return catalog->role != NULL && strcmp(role, "current_user") == 0 ? catalog->role : role;
}

bool
ray_acl_has_maintain(const struct ray_catalog *catalog)
{
    return catalog->version == 0 || catalog->version >= 170000;
}

/* ---------------------------------------------------------------- letters */

void
ray_acl_letters_but(char out[32], const char *all, const char *those)
{
    size_t n = 0;

    for (; *all != '\0'; all++)
        if (strchr(those, *all) == NULL)
            out[n++] = *all;
    out[n] = '\0';
}

void
ray_acl_letters_add(char to[32], const char *letters)
{
    size_t n = strlen(to);

    for (; *letters != '\0' && n < 31; letters++)
        if (strchr(to, *letters) == NULL)
            to[n++] = *letters;
    to[n] = '\0';
}

/* "all" of a declared object holds an M: MAINTAIN, where the server has it. */
static void
take_maintain(const struct ray_catalog *catalog, char letters[32])
{
    char *mark = strchr(letters, 'M');

    if (mark == NULL)
        return;
    if (ray_acl_has_maintain(catalog) && strchr(letters, 'm') == NULL)
        *mark = 'm';
    else
        ray_acl_letters_but(letters, letters, "M");
}

static void
take_initial(const struct ray_catalog *catalog, char letters[32])
{
    char *mark = strchr(letters, 'I');

    if (mark == NULL)
        return;
    if (catalog->version != 0 && catalog->version < 150000 && strchr(letters, 'C') == NULL)
        *mark = 'C';
    else
        ray_acl_letters_but(letters, letters, "I");
}

static size_t
owner_at(const ray_aclitems *items)
{
    size_t i = 0;

    while (i < items->len && !items->items[i].is_owner)
        i++;
    return i;
}

/* What was said of the owner by name joins what it has as the owner. */
static void
join_owner(ray_aclitems *items, const char *owner)
{
    size_t at = owner_at(items);
    size_t n = 0;

    if (at == items->len)
        return;
    for (size_t i = 0; i < items->len; i++) {
        const struct ray_aclitem *item = &items->items[i];
        struct ray_aclitem *own = &items->items[at];

        if (i == at || strcmp(item->grantee, owner) != 0 || strcmp(item->grantor, owner) != 0)
            continue;
        ray_acl_letters_add(own->plain, item->plain);
        ray_acl_letters_add(own->options, item->options);
        ray_acl_letters_but(own->plain, own->plain, item->denied);
        ray_acl_letters_but(own->options, own->options, item->denied);
    }
    for (size_t i = 0; i < items->len; i++)
        if (i == at || strcmp(items->items[i].grantee, owner) != 0 ||
            strcmp(items->items[i].grantor, owner) != 0)
            items->items[n++] = items->items[i];
    items->len = n;
}

void
ray_acl_read(struct ray_arena *arena, const struct ray_catalog *catalog, const char *owner,
             const char *text, ray_aclitems *out)
{
    ray_list list = ray_list_read(arena, text);

    for (size_t i = 0; i < list.len; i++) {
        struct ray_aclitem *item = ray_vec_add(arena, out);

        read_item(arena, list.items[i], owner, item);
        item->grantee = real_role(catalog, item->grantee);
        item->grantor = real_role(catalog, item->grantor);
        take_initial(catalog, item->plain);
        take_maintain(catalog, item->plain);
        take_maintain(catalog, item->options);
        take_maintain(catalog, item->denied);
    }
    join_owner(out, owner);
}
