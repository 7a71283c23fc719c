/* What squashed migrations stand for: see replaced.h. */
#include "history/replaced.h"

#include <string.h>

bool
ray_replaced_names(const ray_replaced_list *list, const char *tag)
{
    for (size_t i = 0; i < list->len; i++)
        if (strcmp(list->items[i].tag, tag) == 0 ||
            ray_replaced_names(&list->items[i].replaces, tag))
            return true;
    return false;
}
