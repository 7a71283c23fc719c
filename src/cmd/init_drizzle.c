/*
 * `raymig init --from drizzle`: the settings of a Drizzle project become raymig.lua.
 *
 * Which setting becomes which key is a table. A value that is no literal is named with its line and left
 * out; one that comes from the environment goes on coming from there. A password is never written: where
 * Drizzle's config holds one, raymig.lua asks for it elsewhere, and it is used once, for the proof.
 */
#include "cmd/init_drizzle.h"

#include "cmd/init.h"
#include "script/drizzle.h"

#include <string.h>

static const char *const casings[] = {"snake_case", "camelCase", NULL};

enum kind { KIND_TEXT, KIND_TEXTS, KIND_BOOL, KIND_ELSEWHERE };

/* What becomes of a setting. `otherwise`: Drizzle's default, where raymig's is another. A setting that is
 * `essential` says where the folder or the table is: without it nothing can be proved. */
static const struct row {
    const char *path;
    const char *key; /* NULL: read by a function of its own */
    const char *otherwise;
    const char *const *choices;
    enum kind kind;
    bool essential;
} rows[] = {
    {"out", "out", "drizzle", NULL, KIND_TEXT, true},
    {"casing", "casing", NULL, casings, KIND_TEXT, false},
    {"verbose", "verbose", NULL, NULL, KIND_BOOL, false},
    {"strict", "strict", NULL, NULL, KIND_BOOL, false},
    {"schemaFilter", "schemas", NULL, NULL, KIND_TEXTS, false},
    {"tablesFilter", "tables", NULL, NULL, KIND_TEXTS, false},
    {"migrations.schema", "migrations.schema", "drizzle", NULL, KIND_TEXT, true},
    {"migrations.table", "migrations.table", "__drizzle_migrations", NULL, KIND_TEXT, true},
    {"dialect", NULL, NULL, NULL, KIND_ELSEWHERE, false},
    {"driver", NULL, NULL, NULL, KIND_ELSEWHERE, false},
    {"schema", NULL, NULL, NULL, KIND_ELSEWHERE, false},
};
enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static const char *const config_names[] = {"drizzle.config.ts", "drizzle.config.js",
                                           "drizzle.config.json"};

const char *
ray_drizzle_config_find(struct ray_arena *arena, const char *folder)
{
    for (size_t i = 0; i < sizeof(config_names) / sizeof(config_names[0]); i++) {
        const char *path = ray_path_join(arena, folder, config_names[i]);

        if (ray_file_exists(path))
            return path;
    }
    return NULL;
}

/* ---------------------------------------------------------------- entries */

const json_t *
ray_adoption_entry(const struct ray_adoption *adoption, const char *path)
{
    const json_t *found = NULL;

    /* The last one counts, as it does in JavaScript. */
    for (size_t i = 0; i < json_array_size(adoption->entries); i++) {
        const json_t *entry = json_array_get(adoption->entries, i);

        if (strcmp(ray_entry_text(entry, "path"), path) == 0)
            found = entry;
    }
    return found == NULL || ray_entry_is(found, "none") ? NULL : found;
}

const char *
ray_entry_text(const json_t *entry, const char *field)
{
    const char *text = json_string_value(json_object_get(entry, field));

    return text == NULL ? "" : text;
}

bool
ray_entry_is(const json_t *entry, const char *kind)
{
    return strcmp(ray_entry_text(entry, "kind"), kind) == 0;
}

int
ray_entry_line(const json_t *entry)
{
    return (int)json_integer_value(json_object_get(entry, "line"));
}

void
ray_adoption_leave_out(struct ray_adoption *adoption, const json_t *entry, const char *why)
{
    struct ray_app *app = adoption->app;
    json_t *object = json_object();

    ray_json_set_text(object, "key", ray_entry_text(entry, "path"));
    ray_json_set_int(object, "line", ray_entry_line(entry));
    ray_json_set_text(object, "why", why);
    (void)json_array_append_new(adoption->left_out, object);
    ray_term_warn(app->term, "%s:%d: \"%s\" is left out: %s", adoption->path, ray_entry_line(entry),
                  ray_entry_text(entry, "path"), why);
}

void
ray_adoption_set(struct ray_adoption *adoption, const char *key, const char *lua, const char *note)
{
    *ray_vec_add(adoption->app->arena,
                 &adoption->settings) = (struct ray_setting){.key = key, .lua = lua, .note = note};
}

/* env.NAME, or env("NAME", "default"). */
char *
ray_env_expression(struct ray_arena *arena, const char *name, const char *otherwise)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
    bool plain = name[strspn(name, letters)] == '\0' && strspn(name, "0123456789") == 0;

    if (otherwise != NULL && otherwise[0] != '\0')
        return ray_arena_printf(arena, "env(%s, %s)", ray_lua_literal(arena, name),
                                ray_lua_literal(arena, otherwise));
    if (plain && strcmp(name, "end") != 0)
        return ray_arena_printf(arena, "env.%s", name);
    return ray_arena_printf(arena, "env(%s)", ray_lua_literal(arena, name));
}

/* ---------------------------------------------------------------- the rows */

static const char *
texts_value(struct ray_arena *arena, const json_t *entry)
{
    const json_t *items = json_object_get(entry, "items");
    struct ray_buf buf;

    ray_buf_init(&buf, arena);
    ray_buf_add(&buf, "{");
    if (ray_entry_is(entry, "text"))
        ray_buf_addf(&buf, " %s", ray_lua_literal(arena, ray_entry_text(entry, "value")));
    for (size_t i = 0; i < json_array_size(items); i++)
        ray_buf_addf(&buf, "%s %s", i == 0 ? "" : ",",
                     ray_lua_literal(arena, json_string_value(json_array_get(items, i))));
    ray_buf_add(&buf, buf.len > 1 ? " }" : "}");
    return buf.data;
}

static bool
is_choice(const struct row *row, const char *text)
{
    if (row->choices == NULL)
        return true;
    for (const char *const *choice = row->choices; *choice != NULL; choice++)
        if (strcmp(*choice, text) == 0)
            return true;
    return false;
}

/* The entry's value as Lua; NULL where it is not what the row takes. */
static const char *
row_value(struct ray_arena *arena, const struct row *row, const json_t *entry)
{
    const char *text = ray_entry_text(entry, "value");

    if (row->kind == KIND_BOOL)
        return !ray_entry_is(entry, "bool")                    ? NULL
               : json_is_true(json_object_get(entry, "value")) ? "true"
                                                               : "false";
    if (row->kind == KIND_TEXTS)
        return ray_entry_is(entry, "texts") || ray_entry_is(entry, "text")
                   ? texts_value(arena, entry)
                   : NULL;
    if (ray_entry_is(entry, "text"))
        return is_choice(row, text) ? ray_lua_literal(arena, text) : NULL;
    if (ray_entry_is(entry, "env") && row->choices == NULL) {
        const char *otherwise = ray_entry_text(entry, "default");

        return ray_env_expression(arena, ray_entry_text(entry, "name"),
                                  otherwise[0] == '\0' ? row->otherwise : otherwise);
    }
    return NULL;
}

static void
take_row(struct ray_adoption *adoption, const struct row *row)
{
    struct ray_arena *arena = adoption->app->arena;
    const json_t *entry = ray_adoption_entry(adoption, row->path);
    const char *value = entry == NULL ? NULL : row_value(arena, row, entry);

    if (row->kind == KIND_ELSEWHERE)
        return;
    if (strcmp(row->path, "out") == 0 && ray_app_option(adoption->app, "out") != NULL)
        value = ray_lua_literal(arena, ray_app_option(adoption->app, "out"));
    if (value != NULL) {
        ray_adoption_set(adoption, row->key, value, NULL);
    } else if (entry != NULL) {
        ray_adoption_leave_out(adoption, entry,
                               ray_entry_is(entry, "other") ? "its value is no literal"
                                                            : "raymig takes no such value");
        if (row->essential)
            adoption->blind = row->path;
        ray_adoption_set(adoption, row->key, NULL,
                         ray_arena_printf(arena, "%s:%d: its value is no literal; write it here",
                                          adoption->path, ray_entry_line(entry)));
    } else if (row->otherwise != NULL) {
        ray_adoption_set(adoption, row->key, ray_lua_literal(arena, row->otherwise), NULL);
    }
}

/* Drizzle's schema is TypeScript, raymig's is Lua: it is named, not taken. */
static void
take_schema(struct ray_adoption *adoption)
{
    const json_t *entry = ray_adoption_entry(adoption, "schema");
    const char *value;

    if (entry == NULL)
        return;
    value = ray_entry_is(entry, "text") || ray_entry_is(entry, "texts")
                ? texts_value(adoption->app->arena, entry)
                : "an expression";
    ray_adoption_set(adoption, "schema", NULL,
                     ray_arena_printf(adoption->app->arena,
                                      "Drizzle's schema is %s, TypeScript; raymig's is Lua",
                                      value));
}

/* ---------------------------------------------------------------- what is not PostgreSQL */

static bool
check_dialect(struct ray_adoption *adoption)
{
    static const char *const admitted[] = {"postgresql", "pg", "pglite", "aws-data-api",
                                           "node-postgres"};
    struct ray_err *err = &adoption->app->project.err;
    const json_t *entry = ray_adoption_entry(adoption, "dialect");

    if (entry == NULL) /* before 0.21 the driver said it: "pg" */
        entry = ray_adoption_entry(adoption, "driver");
    if (entry == NULL || !ray_entry_is(entry, "text"))
        return true; /* the journal says it, too */
    for (size_t i = 0; i < sizeof(admitted) / sizeof(admitted[0]); i++)
        if (strcmp(ray_entry_text(entry, "value"), admitted[i]) == 0)
            return true;
    (void)ray_err_set(err, RAY_REFUSED, "this is a project for \"%s\", not for PostgreSQL",
                      ray_entry_text(entry, "value"));
    (void)ray_err_at(err, adoption->path, ray_entry_line(entry), 0);
    return ray_err_hint(err, "raymig works on PostgreSQL alone. Nothing was written.");
}

/* Settings that raymig has no counterpart of, in one line; a spread may hide any setting. */
static void
name_the_rest(struct ray_adoption *adoption)
{
    struct ray_buf names;

    ray_buf_init(&names, adoption->app->arena);
    for (size_t i = 0; i < json_array_size(adoption->entries); i++) {
        const json_t *entry = json_array_get(adoption->entries, i);
        const char *path = ray_entry_text(entry, "path");
        bool known = ray_has_prefix(path, "dbCredentials.");

        if (ray_has_suffix(path, "...") || ray_has_suffix(path, "[...]")) {
            ray_adoption_leave_out(adoption, entry, "what it stands for is not written out here");
            adoption->blind = "...";
            continue;
        }
        for (size_t j = 0; !known && j < ROWS; j++)
            known = strcmp(rows[j].path, path) == 0;
        if (!known)
            ray_buf_addf(&names, "%s%s", names.len > 0 ? ", " : "", path);
    }
    if (names.len > 0)
        ray_term_say(adoption->app->term, "raymig has no counterpart of: %s", names.data);
}

/* ---------------------------------------------------------------- the command */

static bool
read_config(struct ray_adoption *adoption, const char *folder)
{
    struct ray_app *app = adoption->app;
    const char *given = ray_app_option(app, "config");

    adoption->path = given != NULL ? given : ray_drizzle_config_find(app->arena, folder);
    if (adoption->path == NULL) {
        (void)ray_err_set(&app->project.err, RAY_USAGE,
                          "there is no drizzle.config.ts, .js or .json in \"%s\"", folder);
        return ray_err_hint(&app->project.err, "Name it with --config.");
    }
    ray_config_defaults(app->arena, folder, &app->project.config);
    return ray_drizzle_config_read(ray_project_lua(&app->project), app->arena, adoption->path,
                                   &adoption->entries, &app->project.err);
}

static bool
write_project(struct ray_adoption *adoption, const char *folder, struct ray_scaffold *scaffold)
{
    struct ray_app *app = adoption->app;

    if (!ray_scaffold_begin(app, folder, scaffold) || !read_config(adoption, folder) ||
        !check_dialect(adoption))
        return false;
    for (size_t i = 0; i < ROWS; i++)
        take_row(adoption, &rows[i]);
    take_schema(adoption);
    ray_adoption_take_url(adoption);
    name_the_rest(adoption);
    return ray_scaffold_write(scaffold, "raymig.lua",
                              ray_scaffold_config(app->arena, &adoption->settings)) &&
           ray_scaffold_ignore(scaffold);
}

static bool
prove(struct ray_adoption *adoption, const char *folder, json_t *proof, bool *agree)
{
    struct ray_app *app = adoption->app;
    const char *config = ray_path_join(app->arena, folder, "raymig.lua");
    bool ok;

    if (adoption->blind != NULL) {
        ray_json_set_bool(proof, "done", false);
        ray_json_set_text(proof, "why", "a setting that it needs was left out");
        ray_term_warn(app->term,
                      "whether database and folder agree was not looked at: \"%s\" is left "
                      "out; complete raymig.lua, then run raymig check",
                      adoption->blind);
        return true;
    }
    ok = ray_config_load(app->arena, config, &app->project.config, &app->project.err);
    if (ok) {
        app->project.configured = true;
        ok = ray_init_prove(app, adoption->secret_url, proof, agree);
    }
    if (!ok && app->project.err.state == NULL)
        app->project.err.state = ray_arena_printf(app->arena,
                                                  "%s is written; nothing else was changed",
                                                  config);
    return ok;
}

static void
print_result(struct ray_adoption *adoption, const struct ray_scaffold *scaffold, json_t *proof,
             bool agree)
{
    struct ray_app *app = adoption->app;
    json_t *result;

    if (!ray_term_options(app->term)->json) {
        ray_term_say(app->term,
                     "note: raymig down needs a down beside each migration, TAG.down.sql or "
                     "TAG.down.lua (in a folder of its own: down.sql); Drizzle ignores it");
        ray_term_say(app->term, "next: raymig status");
        return;
    }
    result = json_object();
    ray_json_set_bool(result, "ok", agree);
    ray_json_set_text(result, "config", adoption->path);
    json_object_set(result, "files", scaffold->files);
    json_object_set(result, "left_out", adoption->left_out);
    json_object_set(result, "proof", proof);
    ray_app_print_json(app, result);
}

enum ray_code
ray_init_drizzle(struct ray_app *app, const char *folder)
{
    struct ray_adoption adoption = {.app = app, .left_out = json_array()};
    struct ray_scaffold scaffold = {0};
    json_t *proof = json_object();
    bool agree = true;
    bool ok = write_project(&adoption, folder, &scaffold) &&
              prove(&adoption, folder, proof, &agree);

    if (ok)
        print_result(&adoption, &scaffold, proof, agree);
    json_decref(proof);
    json_decref(adoption.entries);
    json_decref(adoption.left_out);
    json_decref(scaffold.files);
    if (!ok)
        return ray_app_fail(app);
    return agree ? RAY_OK : RAY_INTEGRITY;
}
