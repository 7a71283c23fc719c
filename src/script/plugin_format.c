/* Layouts that plugins add: see plugin_format.h. A plugin says which files make up which migration; that they are read,
 * hashed and run as those of any other layout is done here. */
#include "script/plugin_format.h"

#include "history/layout.h"
#include "script/plugins.h"

#include <string.h>

/* What a folder points to is the first member: the rest is found from there. */
struct plugin_format {
    struct ray_format format;
    struct ray_lua *lua;
};

static const struct plugin_format *
own(const struct ray_format *format)
{
    return (const struct plugin_format *)(const void *)format;
}

static const char *
text_of(struct ray_arena *arena, const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text == NULL ? NULL : ray_arena_strdup(arena, text);
}

static json_t *
folder_json(const char *format, const char *path, const ray_entries *entries)
{
    json_t *object = json_object();
    json_t *files = json_array();

    for (size_t i = 0; entries != NULL && i < entries->len; i++)
        json_array_append_new(files, json_sprintf("%s%s", entries->items[i].name,
                                                  entries->items[i].is_folder ? "/" : ""));
    ray_json_set_text(object, "name", format);
    ray_json_set_text(object, "path", path);
    json_object_set_new(object, "files", files);
    return object;
}

/* A script of the folder; it must lie in it. */
static bool
take_script(struct ray_layout *layout, const char *tag, const char *name, struct ray_script *out,
            struct ray_err *err)
{
    const char *path;

    if (name == NULL)
        return true;
    path = ray_layout_path(layout, name);
    if (name[0] == '/' || strstr(name, "..") != NULL || !ray_file_exists(path))
        return ray_err_set(err, RAY_USAGE,
                           "format %s: migration \"%s\" names \"%s\", which is no "
                           "file of the folder",
                           layout->folder->format->name, tag, name);
    *out = ray_has_suffix(path, ".lua") ? ray_script_lua(path) : ray_script_sql(path, false);
    return true;
}

static bool
take_migration(struct ray_layout *layout, const json_t *row, struct ray_err *err)
{
    const char *tag = text_of(layout->arena, row, "tag");
    const char *version = text_of(layout->arena, row, "version");
    const char *name = text_of(layout->arena, row, "name");
    const json_t *when = json_object_get(row, "when");
    struct ray_migration *migration = ray_layout_add(layout, tag, version == NULL ? tag : version,
                                                     name == NULL ? "" : name);

    if (when != NULL)
        migration->when = json_integer_value(when);
    return take_script(layout, tag, text_of(layout->arena, row, "up"), &migration->up, err) &&
           take_script(layout, tag, text_of(layout->arena, row, "down"), &migration->down, err);
}

static bool
load(struct ray_layout *layout, struct ray_err *err)
{
    const struct ray_format *format = layout->folder->format;
    json_t *argument = folder_json(format->name, layout->folder->path, layout->entries);
    json_t *list;
    bool ok = ray_plugins_call(own(format)->lua, "format_read", argument, NULL, &list, err);

    json_decref(argument);
    for (size_t i = 0; ok && i < json_array_size(list); i++)
        ok = take_migration(layout, json_array_get(list, i), err);
    json_decref(list);
    if (ok)
        ray_layout_finish(layout, NULL);
    return ok;
}

static bool
create(struct ray_arena *arena, const struct ray_folder *folder,
       const struct ray_new_migration *migration, ray_entries *files, struct ray_err *err)
{
    const char *name = ray_new_name(arena, migration->name, err);
    size_t count = folder->migrations.len;
    ray_new_files wanted = {0};
    json_t *argument;
    json_t *list;
    bool ok;

    if (name == NULL)
        return false;
    argument = folder_json(folder->format->name, folder->path, NULL);
    ray_json_set_text(argument, "migration", name);
    ray_json_set_text(argument, "up", ray_new_up_text(arena, migration, name));
    ray_json_set_text(argument, "down", ray_new_down_text(arena, migration, name));
    ray_json_set_bool(argument, "lua", migration->lua);
    ray_json_set_int(argument, "time", ray_new_time(folder, migration->last_applied_when));
    if (count > 0)
        ray_json_set_text(argument, "last", folder->migrations.items[count - 1].tag);
    ok = ray_plugins_call(own(folder->format)->lua, "format_write", argument, NULL, &list, err);
    json_decref(argument);
    for (size_t i = 0; ok && i < json_array_size(list); i++) {
        const json_t *row = json_array_get(list, i);

        ray_new_add(arena, &wanted, ray_path_join(arena, folder->path, text_of(arena, row, "path")),
                    text_of(arena, row, "text"));
    }
    json_decref(list);
    return ok && ray_new_write(arena, &wanted, files, err);
}

/* Never asked: the folder is detected for all of them at once, below. */
static bool
detect(struct ray_arena *arena, const char *path, const ray_entries *entries)
{
    (void)arena;
    (void)path;
    (void)entries;
    return false;
}

static const struct ray_format *
make(struct ray_lua *lua, struct ray_arena *arena, const json_t *row)
{
    struct plugin_format *made = RAY_NEW(arena, struct plugin_format);

    made->lua = lua;
    made->format = (struct ray_format){.name = text_of(arena, row, "name"),
                                       .help = "of a plugin",
                                       .detect = detect,
                                       .load = load,
                                       .create = create,
                                       .tool_table = text_of(arena, row, "table"),
                                       .tool_query = text_of(arena, row, "query")};
    return &made->format;
}

/* The row of a format; NULL: there is none of that name. With a name NULL: the first that detects. */
static const json_t *
find(const json_t *rows, const char *name)
{
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);

        if (name == NULL ? json_is_true(json_object_get(row, "detects"))
                         : strcmp(json_string_value(json_object_get(row, "name")), name) == 0)
            return row;
    }
    return NULL;
}

bool
ray_plugin_format(struct ray_lua *lua, struct ray_arena *arena, const char *name,
                  const struct ray_format **out, struct ray_err *err)
{
    const json_t *row;
    json_t *rows;

    *out = NULL;
    if (!ray_plugins_call(lua, "formats", NULL, NULL, &rows, err))
        return false;
    row = find(rows, name);
    if (row != NULL)
        *out = make(lua, arena, row);
    json_decref(rows);
    return true;
}

bool
ray_plugin_format_detect(struct ray_lua *lua, struct ray_arena *arena, const char *path,
                         const struct ray_format **out, struct ray_err *err)
{
    ray_entries entries = {0};
    json_t *argument;
    json_t *found = NULL;
    json_t *rows;
    bool ok;

    *out = NULL;
    if (!ray_plugins_call(lua, "formats", NULL, NULL, &rows, err))
        return false;
    if (find(rows, NULL) == NULL) {
        json_decref(rows);
        return true;
    }
    ok = ray_file_list(arena, path, &entries, err);
    if (ok) {
        argument = folder_json(NULL, path, &entries);
        ok = ray_plugins_call(lua, "format_detect", argument, NULL, &found, err);
        json_decref(argument);
    }
    if (ok && found != NULL)
        *out = make(lua, arena, find(rows, json_string_value(json_object_get(found, "name"))));
    json_decref(found);
    json_decref(rows);
    return ok;
}
