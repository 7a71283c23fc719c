/*
 * The text of a new raymig.lua, made from the config's own table of keys, so that every key is in it and its
 * help is the one that the reader goes by. A key that nobody set is a comment that shows how to set it: take
 * the dashes away and the file still loads, but for a variable of the environment that must then be set.
 */
#include "cmd/scaffold.h"

#include "script/config_keys.h"

#include <string.h>

/* What a comment shows; a key without a row shows what its kind takes. */
static const struct {
    const char *key;
    const char *lua;
} examples[] = {
    {"schema", "\"schema\""},
    {"out", "\"migrations\""},
    {"format", "\"raymig\""},
    {"url", "env.DATABASE_URL"},
    {"database", "\"app\""},
    {"casing", "\"snake_case\""},
    {"verbose", "true"},
    {"strict", "true"},
    {"schemas", "{ \"public\" }"},
    {"tables", "{ \"*\" }"},
    {"migrations.schema", "\"public\""},
    {"migrations.table", "\"__raymig_migrations\""},
    {"plugins", "{}"},
    {"lint", "{}"},
    {"lua.grants", "{}"},
    {"lua.limits.deadline", "\"60s\""},
    {"lua.limits.memory", "\"256MB\""},
    {"lock.timeout", "\"3s\""},
    {"lock.retries", "10"},
    {"lock.wait", "\"5min\""},
    {"backup", "\"before.dump\""},
};

static const char *const fallbacks[RAY_CONFIG_KIND_COUNT] = {
    [RAY_CONFIG_TEXT] = "\"...\"", [RAY_CONFIG_TEXTS] = "{}",     [RAY_CONFIG_BOOL] = "true",
    [RAY_CONFIG_COUNT] = "1",      [RAY_CONFIG_MS] = "\"1s\"",    [RAY_CONFIG_MB] = "\"1MB\"",
    [RAY_CONFIG_URL] = "\"...\"",  [RAY_CONFIG_PLUGINS] = "{}",   [RAY_CONFIG_LEVELS] = "{}",
    [RAY_CONFIG_GROUP] = "{}",     [RAY_CONFIG_RESERVED] = "nil",
};

struct writer {
    struct ray_buf buf;
    const ray_setting_list *settings;
};

enum { STEP = 4 };

char *
ray_lua_literal(struct ray_arena *arena, const char *text)
{
    struct ray_buf buf;

    ray_buf_init(&buf, arena);
    ray_buf_addc(&buf, '"');
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '"' || *c == '\\')
            ray_buf_addf(&buf, "\\%c", *c);
        else if ((unsigned char)*c < 0x20 || *c == 0x7f)
            ray_buf_addf(&buf, "\\%03d", *c);
        else
            ray_buf_addc(&buf, *c);
    }
    ray_buf_addc(&buf, '"');
    return buf.data;
}

static const struct ray_setting *
find_setting(const struct writer *writer, const char *path)
{
    for (size_t i = 0; i < writer->settings->len; i++)
        if (strcmp(writer->settings->items[i].key, path) == 0)
            return &writer->settings->items[i];
    return NULL;
}

/* Does a key of the group have a value? */
static bool
group_is_set(const struct writer *writer, const char *prefix)
{
    for (size_t i = 0; i < writer->settings->len; i++)
        if (writer->settings->items[i].lua != NULL &&
            ray_has_prefix(writer->settings->items[i].key, prefix))
            return true;
    return false;
}

static const char *
example_of(const struct ray_config_key *key, const char *path)
{
    for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++)
        if (strcmp(examples[i].key, path) == 0)
            return examples[i].lua;
    return fallbacks[key->kind];
}

/* Begins a line. In a comment that began at the depth `comment` (0: none) the dashes stand there, what is
 * nested behind them. */
static void
begin_line(struct writer *writer, int depth, int comment)
{
    if (comment == 0)
        ray_buf_addf(&writer->buf, "%*s", depth * STEP, "");
    else
        ray_buf_addf(&writer->buf, "%*s-- %*s", comment * STEP, "", (depth - comment) * STEP, "");
}

/* Lines of comment above a key. */
static void
add_comment(struct writer *writer, int depth, const char *text)
{
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");

        ray_buf_addf(&writer->buf, "%*s-- %.*s\n", depth * STEP, "", (int)length, text);
        text += length + (text[length] == '\n');
    }
}

/* A value, its later lines as deep as the first. */
static void
add_value(struct writer *writer, int depth, const char *lua)
{
    for (; *lua != '\0'; lua++) {
        ray_buf_addc(&writer->buf, *lua);
        if (*lua == '\n')
            ray_buf_addf(&writer->buf, "%*s", depth * STEP, "");
    }
}

static void
add_leaf(struct writer *writer, const struct ray_config_key *key, const char *path, int depth,
         int comment)
{
    const struct ray_setting *setting = find_setting(writer, path);
    bool set = setting != NULL && setting->lua != NULL;

    if (depth == 1)
        add_comment(writer, depth, key->help);
    if (setting != NULL && setting->note != NULL && comment == 0)
        add_comment(writer, depth, setting->note);
    begin_line(writer, depth, comment == 0 && !set ? depth : comment);
    ray_buf_addf(&writer->buf, "%s = ", key->name);
    if (set)
        add_value(writer, depth, setting->lua);
    else
        ray_buf_add(&writer->buf, example_of(key, path));
    ray_buf_addc(&writer->buf, ',');
    if (depth > 1)
        ray_buf_addf(&writer->buf, " -- %s", key->help);
    ray_buf_addc(&writer->buf, '\n');
}

static void add_keys(struct writer *writer, const struct ray_config_key *keys, const char *prefix,
                     int depth, int comment);

static void
add_group(struct writer *writer, const struct ray_config_key *key, const char *path, int depth,
          int comment)
{
    const char *inside = ray_arena_printf(writer->buf.arena, "%s.", path);

    if (comment == 0 && !group_is_set(writer, inside))
        comment = depth;
    if (depth == 1)
        add_comment(writer, depth, key->help);
    begin_line(writer, depth, comment);
    ray_buf_addf(&writer->buf, "%s = {", key->name);
    if (depth > 1)
        ray_buf_addf(&writer->buf, " -- %s", key->help);
    ray_buf_addc(&writer->buf, '\n');
    add_keys(writer, key->group, inside, depth + 1, comment);
    begin_line(writer, depth, comment);
    ray_buf_add(&writer->buf, "},\n");
}

static void
add_keys(struct writer *writer, const struct ray_config_key *keys, const char *prefix, int depth,
         int comment)
{
    for (const struct ray_config_key *key = keys; key->name != NULL; key++) {
        const char *path = ray_arena_printf(writer->buf.arena, "%s%s", prefix, key->name);

        if (key->kind == RAY_CONFIG_RESERVED)
            continue;
        if (depth == 1 && key != keys)
            ray_buf_addc(&writer->buf, '\n');
        if (key->kind == RAY_CONFIG_GROUP)
            add_group(writer, key, path, depth, comment);
        else
            add_leaf(writer, key, path, depth, comment);
    }
}

char *
ray_scaffold_config(struct ray_arena *arena, const ray_setting_list *settings)
{
    struct writer writer = {.settings = settings};

    ray_buf_init(&writer.buf, arena);
    ray_buf_add(
        &writer.buf,
        "-- raymig's config. Every key may be left out; a key in a comment shows its default or an\n"
        "-- example. Options of the command line and the environment beat this file. env.NAME and\n"
        "-- env(\"NAME\", \"default\") read the environment: no password belongs in here.\n"
        "return {\n");
    add_keys(&writer, ray_config_keys, "", 1, 0);
    ray_buf_add(&writer.buf, "}\n");
    return writer.buf.data;
}
