/* Grants in words: see acl.h. The items of an acl are taken apart, changed and written again. */
#include "catalog/acl.h"

#include "catalog/acl_read.h"

#include "base/buf.h"
#include "base/term.h"
#include "catalog/kind.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

struct item {
    const char *grantee; /* "": PUBLIC; NULL: the owner */
    const char *grantor; /* "": the owner */
    char letters[32];
    char options[32]; /* those of the letters that have the grant option */
    char denied[32];  /* revoked from a role that may turn out to be the owner */
};
typedef RAY_VEC(struct item) items;

/* ---------------------------------------------------------------- words */

/* What of the object GRANT speaks of: its type, and whether it begins with nothing. */
static struct ray_grantable
grantable_of(struct ray_arena *arena, const struct ray_object *object)
{
    const struct ray_object *whole = object->owner == NULL ? object : object->owner;
    struct ray_grantable on = {.type = object->kind->acl_type,
                               .before = "",
                               .target = "",
                               .owner = whole->values[RAY_OWNER],
                               .bare = object->kind->acl_type == 'c'};

    if (object->kind->grantable != NULL)
        object->kind->grantable(arena, object, &on);
    return on;
}

/* All privileges. Of relations MAINTAIN is one where the server has it: M, which nobody says by name. */
static const char *
all_of(char type)
{
    if (type == 'r')
        return "arwdDxtM";
    return type == 'c' ? "arwx" : ray_acl_default(type, false);
}

static bool
unknown_word(const struct ray_object *object, const char *all, const char *word,
             struct ray_err *err)
{
    RAY_VEC(const char *) known = {0};
    const char *nearest;
    struct ray_buf list;

    ray_buf_init(&list, err->arena);
    for (const struct ray_privilege *row = ray_privileges; row->word != NULL; row++)
        if (strchr(all, row->letter) != NULL || (row->letter == 'm' && strchr(all, 'M') != NULL)) {
            char *lower = ray_arena_strdup(err->arena, row->word);

            for (char *c = lower; *c != '\0'; c++)
                *c = (char)tolower((unsigned char)*c);
            ray_buf_addf(&list, "%s%s", known.len == 0 ? "" : ", ", lower);
            *ray_vec_add(err->arena, &known) = lower;
        }
    nearest = ray_nearest(word, known.items, known.len);
    (void)ray_err_set(err, RAY_FAILED, "%s has no privilege \"%s\"",
                      ray_object_label(err->arena, object), word);
    if (nearest != NULL)
        return ray_err_hint(err, "Did you mean \"%s\"?", nearest);
    return ray_err_hint(err, "There are %s, and all.", list.data);
}

/* The letters of the words. */
static bool
read_words(const struct ray_object *object, const char *all, const ray_list *words, char out[32],
           struct ray_err *err)
{
    size_t n = 0;

    for (size_t i = 0; i < words->len; i++) {
        const struct ray_privilege *row = ray_privileges;

        if (strcasecmp(words->items[i], "all") == 0 ||
            strcasecmp(words->items[i], "all privileges") == 0) {
            strncpy(out, all, 31);
            return true;
        }
        while (row->word != NULL && strcasecmp(row->word, words->items[i]) != 0)
            row++;
        if (row->word == NULL || strchr(all, row->letter == 'm' ? 'M' : row->letter) == NULL)
            return unknown_word(object, all, words->items[i], err);
        if (strchr(out, row->letter) == NULL)
            out[n++] = row->letter;
    }
    return true;
}

/* ---------------------------------------------------------------- items */

static void
take_letters(char from[32], const char *letters)
{
    size_t n = 0;

    for (const char *c = from; *c != '\0'; c++)
        if (strchr(letters, *c) == NULL && !(*c == 'M' && strchr(letters, 'm') != NULL) &&
            !(*c == 'm' && strchr(letters, 'M') != NULL) &&
            !(*c == 'I' && strchr(letters, 'C') != NULL))
            from[n++] = *c;
    from[n] = '\0';
}

/* What such an object has when it is made. Schema public is open to PUBLIC; until 14 for creating, too. */
static void
add_defaults(struct ray_arena *arena, const struct ray_object *object,
             const struct ray_grantable *on, items *out)
{
    bool is_public = object->built_in && on->type == 'n';
    const char *letters[] = {all_of(on->type), is_public ? "UI" : ray_acl_default(on->type, true)};

    for (size_t i = 0; i < 2; i++)
        if (letters[i][0] != '\0') {
            struct item *item = ray_vec_add(arena, out);

            item->grantee = i == 0 ? NULL : "";
            item->grantor = "";
            ray_acl_letters_add(item->letters, letters[i]);
        }
}

static void
read_letters(struct item *item, const char *text)
{
    char letter[2] = {0};
    bool denied = false;

    for (; *text != '\0' && *text != '/'; text++) {
        if (*text == '-') {
            denied = true;
        } else if (*text == '*') {
            ray_acl_letters_add(item->options, letter);
        } else {
            letter[0] = *text;
            ray_acl_letters_add(denied ? item->denied : item->letters, letter);
        }
    }
}

static void
read_acl(struct ray_arena *arena, const struct ray_object *object, const struct ray_grantable *on,
         items *out)
{
    const char *acl = object->values[RAY_ACL] == NULL ? object->base_acl : object->values[RAY_ACL];
    const char *owner = on->owner == NULL ? "" : on->owner;
    ray_list list = ray_list_read(arena, acl);

    if (acl == NULL && !on->bare)
        add_defaults(arena, object, on, out);
    for (size_t i = 0; i < list.len; i++) {
        struct item *item = ray_vec_add(arena, out);
        const char *text = ray_acl_read_role(arena, list.items[i], &item->grantee);
        bool is_owner = strncmp(list.items[i], "\"\"=", 3) == 0 ||
                        (item->grantee[0] != '\0' && strcmp(item->grantee, owner) == 0);

        if (is_owner)
            item->grantee = NULL;
        text += *text == '=';
        read_letters(item, text);
        text += strcspn(text, "/");
        (void)ray_acl_read_role(arena, text + (*text == '/'), &item->grantor);
        if (strcmp(item->grantor, owner) == 0)
            item->grantor = "";
    }
}

/* As PostgreSQL's putid() does it. */
static void
add_role(struct ray_buf *buf, const char *role)
{
    bool plain = true;

    for (const char *c = role; *c != '\0'; c++)
        plain = plain && (isalnum((unsigned char)*c) || *c == '_');
    if (plain) {
        ray_buf_add(buf, role);
        return;
    }
    ray_buf_addc(buf, '"');
    for (; *role != '\0'; role++) {
        if (*role == '"')
            ray_buf_addc(buf, '"');
        ray_buf_addc(buf, *role);
    }
    ray_buf_addc(buf, '"');
}

static const char *
write_acl(struct ray_arena *arena, const items *all)
{
    ray_list list = {0};
    const char *text;

    for (size_t i = 0; i < all->len; i++) {
        const struct item *item = &all->items[i];
        struct ray_buf buf;

        if (item->letters[0] == '\0' && item->denied[0] == '\0')
            continue;
        ray_buf_init(&buf, arena);
        if (item->grantee == NULL)
            ray_buf_add(&buf, "\"\"");
        else
            add_role(&buf, item->grantee);
        ray_buf_addc(&buf, '=');
        for (const char *c = item->letters; *c != '\0'; c++) {
            ray_buf_addc(&buf, *c);
            if (strchr(item->options, *c) != NULL)
                ray_buf_addc(&buf, '*');
        }
        if (item->denied[0] != '\0')
            ray_buf_addf(&buf, "-%s", item->denied);
        ray_buf_addc(&buf, '/');
        add_role(&buf, item->grantor);
        *ray_vec_add(arena, &list) = buf.data;
    }
    ray_list_sort(&list);
    text = ray_list_write(arena, &list);
    return text == NULL ? "[]" : text;
}

static struct item *
item_of(struct ray_arena *arena, items *all, const char *owner, const struct ray_grant *grant)
{
    const char *role = owner == NULL && strcasecmp(grant->role, "current_user") == 0 ? NULL
                                                                                     : grant->role;
    const char *by = grant->by == NULL || (owner != NULL && strcmp(owner, grant->by) == 0)
                         ? ""
                         : grant->by;
    bool is_owner = role == NULL || (owner != NULL && strcmp(owner, role) == 0);
    struct item *item;

    if (role != NULL && strcasecmp(role, "public") == 0)
        role = "";
    for (size_t i = 0; i < all->len; i++) {
        item = &all->items[i];
        if (strcmp(item->grantor, by) != 0)
            continue;
        if (is_owner ? item->grantee == NULL
                     : item->grantee != NULL && strcmp(item->grantee, role) == 0)
            return item;
    }
    item = ray_vec_add(arena, all);
    item->grantee = is_owner ? NULL : role;
    item->grantor = by;
    return item;
}

bool
ray_acl_apply(struct ray_arena *arena, struct ray_object *object, const struct ray_grant *grant,
              struct ray_err *err)
{
    struct ray_grantable on = grantable_of(arena, object);
    char letters[32] = {0};
    items all = {0};
    struct item *item;

    if (!read_words(object, all_of(on.type), &grant->words, letters, err))
        return false;
    read_acl(arena, object, &on, &all);
    item = item_of(arena, &all, on.owner, grant);
    if (!grant->revoke) {
        ray_acl_letters_add(item->letters, letters);
        take_letters(item->denied, letters);
        if (grant->option)
            ray_acl_letters_add(item->options, letters);
    } else {
        take_letters(item->options, letters);
        if (!grant->option)
            take_letters(item->letters, letters);
        if (!grant->option && item->grantee != NULL)
            ray_acl_letters_add(item->denied, letters);
    }
    object->values[RAY_ACL] = write_acl(arena, &all);
    return true;
}
