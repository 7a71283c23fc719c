/*
 * `status IN ('a', 'b')` on a varchar column is printed as
 *
 *     (status)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[])
 *
 * but a cast that stands right at an ARRAY[...] is applied to each of its elements when it is read: the
 * copy's text would differ from the original's for ever (pg_dump's does). With the array's own type named
 * first, ARRAY[...]::character varying[], the outer cast is that of an array again.
 */
#include "catalog/reread.h"

#include "base/buf.h"
#include "catalog/clause.h"

#include <ctype.h>
#include <string.h>

static const char array[] = "ARRAY[";

/* The type of an element as it was printed: 'a'::text, (x)::text, 1, 1.5. NULL: nobody can tell. */
static const char *
type_of(struct ray_arena *arena, const char *element)
{
    const char *type = NULL;
    const char *at = element;

    while ((at = ray_clause_find(at, "::")) != NULL)
        type = at += strlen("::");
    if (type == NULL) {
        if (element[0] == '\0' || element[strspn(element, "0123456789.")] != '\0')
            return NULL;
        return strchr(element, '.') != NULL ? "numeric" : strlen(element) < 10 ? "integer" : NULL;
    }
    return strpbrk(type, "()[]'") == NULL ? ray_arena_strdup(arena, type) : NULL;
}

/* True for ")::type[]". */
static bool
is_array_cast(const char *text)
{
    if (strncmp(text, ")::", 3) != 0)
        return false;
    for (text += 3; isalnum((unsigned char)*text) || (*text != '\0' && strchr(" _.\"()", *text));)
        text++;
    return strncmp(text, "[]", 2) == 0;
}

/* Behind the dollar-quoted text that begins here; NULL where none does. */
static const char *
dollar_quoted(struct ray_arena *arena, const char *text)
{
    size_t length = 1;
    const char *end;

    while (isalnum((unsigned char)text[length]) || text[length] == '_')
        length++;
    if (text[length] != '$')
        return NULL;
    length++;
    end = strstr(text + length, ray_arena_strndup(arena, text, length));
    return end == NULL ? NULL : end + length;
}

/* Behind the quoted part that begins at `text`; NULL where none does. */
static const char *
quoted(struct ray_arena *arena, const char *text)
{
    if (*text == '$')
        return dollar_quoted(arena, text);
    if (*text != '\'' && *text != '"')
        return NULL;
    text = strchr(text + 1, *text);
    return text == NULL ? NULL : text + 1;
}

/* Copies "ARRAY[...]" with the type that it needs; returns what stands behind it. */
static const char *
copy_array(struct ray_buf *buf, const char *text)
{
    const char *open = text + sizeof(array) - 2;
    const char *end = ray_clause_close(open);
    ray_list items = {0};
    const char *type = NULL;

    if (end == NULL || !is_array_cast(end)) {
        ray_buf_add(buf, array);
        return open + 1;
    }
    items = ray_clause_items(buf->arena, open + 1, end - 1);
    if (items.len > 0)
        type = type_of(buf->arena, items.items[0]);
    ray_buf_addn(buf, text, (size_t)(end - text));
    if (type != NULL)
        ray_buf_addf(buf, "::%s[]", type);
    return end;
}

const char *
ray_reread(struct ray_arena *arena, const char *sql)
{
    const char *at = sql;
    struct ray_buf buf;

    if (strstr(sql, "(ARRAY[") == NULL)
        return sql;
    ray_buf_init(&buf, arena);
    while (*at != '\0') {
        const char *end = quoted(arena, at);

        if (end != NULL) {
            ray_buf_addn(&buf, at, (size_t)(end - at));
            at = end;
        } else if (at > sql && at[-1] == '(' && strncmp(at, array, sizeof(array) - 1) == 0) {
            at = copy_array(&buf, at);
        } else {
            ray_buf_addc(&buf, *at++);
        }
    }
    return buf.data;
}
