/* Deparsed text: see clause.h. A quote inside of a literal or a name is always doubled there. */
#include "catalog/clause.h"

#include "base/buf.h"

#include <ctype.h>
#include <string.h>

/* One step: past a quoted part whole, else one character; keeps the depth. */
static const char *
step(const char *text, int *depth)
{
    if (*text == '\'' || *text == '"') {
        const char *end = strchr(text + 1, *text);

        return end == NULL ? text + strlen(text) : end + 1;
    }
    if (*text == '(' || *text == '[')
        ++*depth;
    else if (*text == ')' || *text == ']')
        --*depth;
    return text + 1;
}

const char *
ray_clause_close(const char *text)
{
    int depth = 0;

    while (*text != '\0') {
        text = step(text, &depth);
        if (depth == 0)
            return text;
    }
    return NULL;
}

const char *
ray_clause_bare(struct ray_arena *arena, const char *text)
{
    size_t length = strlen(text);

    if (text[0] != '(' || ray_clause_close(text) != text + length)
        return text;
    return ray_arena_strndup(arena, text + 1, length - 2);
}

const char *
ray_clause_find(const char *text, const char *word)
{
    size_t length = strlen(word);
    int depth = 0;

    while (*text != '\0') {
        if (depth == 0 && strncmp(text, word, length) == 0)
            return text;
        text = step(text, &depth);
    }
    return NULL;
}

static void
add_trimmed(struct ray_arena *arena, ray_list *list, const char *begin, const char *end)
{
    while (begin < end && isspace((unsigned char)*begin))
        begin++;
    while (end > begin && isspace((unsigned char)end[-1]))
        end--;
    *ray_vec_add(arena, list) = ray_arena_strndup(arena, begin, (size_t)(end - begin));
}

ray_list
ray_clause_items(struct ray_arena *arena, const char *begin, const char *end)
{
    ray_list list = {0};
    const char *item = begin;
    int depth = 0;

    if (begin == end)
        return list;
    for (const char *at = begin; at < end;) {
        if (*at == ',' && depth == 0) {
            add_trimmed(arena, &list, item, at);
            item = at + 1;
        }
        at = step(at, &depth);
    }
    add_trimmed(arena, &list, item, end);
    return list;
}

ray_list
ray_clause_name(struct ray_arena *arena, const char *text)
{
    ray_list list = {0};
    struct ray_buf buf;
    bool quoted = false;

    ray_buf_init(&buf, arena);
    for (;; text++) {
        if (*text == '"') {
            if (quoted && text[1] == '"')
                ray_buf_addc(&buf, *text++);
            else
                quoted = !quoted;
        } else if (*text == '\0' || (*text == '.' && !quoted)) {
            *ray_vec_add(arena, &list) = ray_arena_strdup(arena, buf.data);
            ray_buf_truncate(&buf, 0);
            if (*text == '\0')
                return list;
        } else {
            ray_buf_addc(&buf, *text);
        }
    }
}
