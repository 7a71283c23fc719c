/* Settings and quoted bodies, as functions, roles and databases have them. See ddl.h. */
#include "catalog/clause.h"
#include "catalog/ddl.h"
#include "pg/quote.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Settings that hold lists are stored as they are written; guc.c's GUC_LIST_QUOTE, as pg_dump has it. */
bool
ray_ddl_is_list_setting(const char *name)
{
    static const char *const names[] = {"search_path",
                                        "temp_tablespaces",
                                        "local_preload_libraries",
                                        "session_preload_libraries",
                                        "shared_preload_libraries",
                                        "unix_socket_directories"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcasecmp(name, names[i]) == 0)
            return true;
    return false;
}

const char *
ray_ddl_setting_list(struct ray_arena *arena, const char *value)
{
    ray_list items = ray_clause_items(arena, value, value + strlen(value));
    struct ray_buf buf;

    ray_buf_init(&buf, arena);
    for (size_t i = 0; i < items.len; i++)
        ray_buf_addf(&buf, "%s%s", i == 0 ? "" : ", ",
                     strcmp(items.items[i], "\"\"") == 0 ? "''" : items.items[i]);
    return buf.len == 0 ? "''" : buf.data;
}

void
ray_ddl_setting(struct ray_buf *buf, const char *setting)
{
    const char *equals = strchr(setting, '=');
    char *name = ray_arena_strndup(buf->arena, setting, (size_t)(equals - setting));

    ray_buf_add(buf, "SET ");
    ray_ddl_dotted(buf, name);
    ray_buf_add(buf, " TO ");
    if (ray_ddl_is_list_setting(name))
        ray_buf_add(buf, ray_ddl_setting_list(buf->arena, equals + 1));
    else
        ray_buf_literal(buf, equals + 1);
}

void
ray_ddl_dollar_quoted(struct ray_buf *buf, const char *text)
{
    char tag[32] = "$$";
    size_t length = strlen(text);
    bool ends_in_dollar = length > 0 && text[length - 1] == '$';

    for (int i = 0; strstr(text, tag) != NULL || (i == 0 && ends_in_dollar); i++)
        (void)snprintf(tag, sizeof(tag), i == 0 ? "$function$" : "$function%d$", i);
    ray_buf_addf(buf, "%s%s%s", tag, text, tag);
}
