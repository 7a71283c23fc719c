/* Chosen names: see choose.h. */
#include "pull/choose.h"

#include <string.h>

enum { LONGEST = 63 }; /* NAMEDATALEN - 1 */

/* The longest beginning of at most `limit` bytes that ends with a whole character. */
static size_t
clip(const char *text, size_t limit)
{
    size_t length = strlen(text);

    if (length <= limit)
        return length;
    while (limit > 0 && ((unsigned char)text[limit] & 0xc0) == 0x80)
        limit--;
    return limit;
}

char *
ray_choose_name(struct ray_arena *arena, const char *table, const char *column, const char *label)
{
    size_t first = strlen(table);
    size_t second = column == NULL ? 0 : strlen(column);
    size_t room = LONGEST - strlen(label) - 1 - (column == NULL ? 0 : 1);

    while (first + second > room) {
        if (first > second)
            first--;
        else
            second--;
    }
    first = clip(table, first);
    if (column == NULL)
        return ray_arena_printf(arena, "%.*s_%s", (int)first, table, label);
    second = clip(column, second);
    return ray_arena_printf(arena, "%.*s_%.*s_%s", (int)first, table, (int)second, column, label);
}

char *
ray_choose_columns(struct ray_arena *arena, const ray_list *columns)
{
    struct ray_buf buf;

    ray_buf_init(&buf, arena);
    for (size_t i = 0; i < columns->len && buf.len <= LONGEST; i++)
        ray_buf_addf(&buf, "%s%s", i == 0 ? "" : "_", columns->items[i]);
    return buf.data;
}

char *
ray_choose_elements(struct ray_arena *arena, const ray_list *names)
{
    ray_list chosen = {0};

    for (size_t i = 0; i < names->len; i++) {
        const char *name = names->items[i];

        for (int n = 1; ray_list_has(&chosen, name); n++) {
            const char *digits = ray_arena_printf(arena, "%d", n);
            size_t length = clip(names->items[i], LONGEST - strlen(digits));

            name = ray_arena_printf(arena, "%.*s%s", (int)length, names->items[i], digits);
        }
        *ray_vec_add(arena, &chosen) = name;
    }
    return ray_choose_columns(arena, &chosen);
}
