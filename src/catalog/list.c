/* Lists inside of attributes: see list.h. */
#include "catalog/list.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static ray_list
read_json(struct ray_arena *arena, const char *text)
{
    ray_list list = {0};
    json_t *array = json_loads(text, 0, NULL);
    json_t *item;
    size_t i;

    json_array_foreach(array, i, item)
    {
        if (json_is_string(item))
            *ray_vec_add(arena, &list) = ray_arena_strdup(arena, json_string_value(item));
    }
    json_decref(array);
    return list;
}

/* A text without escapes, as most are and as both writers lay it out, is cut at its quotes; all else is JSON. */
ray_list
ray_list_read(struct ray_arena *arena, const char *text)
{
    ray_list list = {0};
    const char *at = text;

    if (text == NULL)
        return list;
    while (*at == (list.len == 0 ? '[' : ',') && at[1] == '"') {
        size_t length = strcspn(at + 2, "\"\\");

        if (at[2 + length] != '"')
            break;
        *ray_vec_add(arena, &list) = ray_arena_strndup(arena, at + 2, length);
        at += 3 + length;
    }
    return at[0] == ']' && at[1] == '\0' && list.len > 0 ? list : read_json(arena, text);
}

void
ray_list_add_string(struct ray_buf *buf, const char *text)
{
    static const char letters[] = "\b\f\n\r\t\"\\";
    static const char names[] = "bfnrt\"\\";

    ray_buf_addc(buf, '"');
    for (; *text != '\0'; text++) {
        const char *special = strchr(letters, *text);

        if (special != NULL)
            ray_buf_addf(buf, "\\%c", names[special - letters]);
        else if ((unsigned char)*text < ' ')
            ray_buf_addf(buf, "\\u%04x", (unsigned int)(unsigned char)*text);
        else
            ray_buf_addc(buf, *text);
    }
    ray_buf_addc(buf, '"');
}

const char *
ray_list_write(struct ray_arena *arena, const ray_list *list)
{
    struct ray_buf buf;

    if (list->len == 0)
        return NULL;
    ray_buf_init(&buf, arena);
    for (size_t i = 0; i < list->len; i++) {
        ray_buf_addc(&buf, i == 0 ? '[' : ',');
        ray_list_add_string(&buf, list->items[i]);
    }
    ray_buf_addc(&buf, ']');
    return buf.data;
}

static int
compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void
ray_list_sort(ray_list *list)
{
    if (list->len > 1)
        qsort(list->items, list->len, sizeof(*list->items), compare);
}

bool
ray_list_has(const ray_list *list, const char *item)
{
    for (size_t i = 0; i < list->len; i++)
        if (strcmp(list->items[i], item) == 0)
            return true;
    return false;
}

const char *
ray_list_join(struct ray_arena *arena, const ray_list *list, const char *between)
{
    struct ray_buf buf;

    ray_buf_init(&buf, arena);
    for (size_t i = 0; i < list->len; i++)
        ray_buf_addf(&buf, "%s%s", i == 0 ? "" : between, list->items[i]);
    return buf.data;
}
