/* Sources: see source.h. What needs a shadow opens one for itself, of the database's major version. */
#include "project/source.h"

#include "base/file.h"
#include "catalog/loader.h"
#include "catalog/realize.h"
#include "catalog/snapshot.h"
#include "pg/place.h"
#include "pg/shadow.h"
#include "pg/split.h"
#include "pg/statement.h"
#include "project/plugins.h"
#include "project/variables.h"
#include "run/replay.h"
#include "script/schema.h"

#include <string.h>

/* The table in which the tool whose folder is used as it is keeps what it has applied. */
static const char *
tool_table(const struct ray_project *project)
{
    const struct ray_format *format = ray_folder_format(project->arena,
                                                        ray_project_folder_path(project),
                                                        project->config.format);

    return format == NULL ? NULL : format->tool_table;
}

void
ray_source_load_options(const struct ray_project *project, struct ray_load_options *out)
{
    const struct ray_config *config = &project->config;

    memset(out, 0, sizeof(*out));
    out->tool_table = tool_table(project);
    out->schemas = config->schemas.items;
    out->nschemas = config->schemas.len;
    out->tables = config->tables.items;
    out->ntables = config->tables.len;
    out->history_schema = config->history_schema;
    out->history_table = config->history_table;
    out->jobs = project->options.jobs > RAY_LOAD_MOST_JOBS ? RAY_LOAD_MOST_JOBS
                : project->options.jobs < 1                ? 1
                                                           : project->options.jobs;
}

/* `connect` opens more of the same connection; NULL: one must do. */
static bool
load(struct ray_project *project, struct ray_conn *conn, const struct ray_conn_options *connect,
     struct ray_catalog **out)
{
    struct ray_load_options options;

    ray_source_load_options(project, &options);
    options.connect = connect;
    return ray_catalog_load(conn, project->arena, &options, out, &project->err);
}

/* ---------------------------------------------------------------- databases */

static bool
open_db(struct ray_project *project, const char *source, struct ray_apart *out)
{
    (void)source;
    if (!ray_project_database(project, &out->connect) ||
        !ray_conn_open(project->arena, &out->connect, &out->conn, &project->err))
        return false;
    project->server_major = ray_conn_server_version(out->conn) / 10000;
    return true;
}

static bool
open_url(struct ray_project *project, const char *source, struct ray_apart *out)
{
    out->connect = (struct ray_conn_options){.url = source, .role = "raymig"};
    return ray_conn_open(project->arena, &out->connect, &out->conn, &project->err);
}

static bool
open_snapshot(struct ray_project *project, const char *source, struct ray_apart *out)
{
    (void)project;
    out->path = source;
    return true;
}

bool
ray_source_load_apart(struct ray_project *project, const struct ray_apart *apart,
                      struct ray_catalog **out)
{
    bool ok = apart->path != NULL
                  ? ray_snapshot_read(project->arena, apart->path, out, &project->err)
                  : load(project, apart->conn, &apart->connect, out);

    ray_conn_close(apart->conn);
    return ok;
}

/* ---------------------------------------------------------------- shadows */

/* `what`: the path of a script, a declared schema; as the fill_fn has it. */
typedef bool fill_fn(struct ray_project *project, struct ray_shadow *shadow, struct ray_conn *conn,
                     const void *what);

/* A shadow database, filled, read and gone. */
static bool
load_shadow(struct ray_project *project, fill_fn *fill, const void *what, struct ray_catalog **out)
{
    struct ray_shadow *shadow;
    struct ray_conn *conn;

    if (!ray_project_shadow(project, &shadow) || !ray_shadow_create(shadow, &conn, &project->err))
        return false;
    if (fill(project, shadow, conn, what) && load(project, conn, NULL, out))
        return ray_shadow_drop(shadow, conn, &project->err);
    ray_conn_close(conn);
    return false;
}

/* Where in the file the server's error is, to the character. */
static bool
place(struct ray_project *project, const struct ray_source *source,
      const struct ray_statement *statement)
{
    struct ray_place found;
    struct ray_err ignored;

    (void)ray_err_at(&project->err, source->path, statement->line, statement->column);
    ray_err_init(&ignored, project->arena);
    if (ray_place_find(project->arena, source, statement, project->err.position, &found,
                       &ignored)) {
        project->err.statement = found.text;
        project->err.position = found.position;
        project->err.line = found.line;
        project->err.column = found.column;
    }
    return false;
}

/* pg_dump's \restrict and \unrestrict forbid psql other meta-commands, and mean nothing here: such lines in front of the
 * statement become blanks, so that places in it stay. */
static const char *
without_restrict(struct ray_arena *arena, const char *text)
{
    const char *head = ray_statement_head(text);
    char *copy = NULL;

    while (ray_has_prefix(head, "\\restrict ") || ray_has_prefix(head, "\\unrestrict ")) {
        size_t at = (size_t)(head - text);

        if (copy == NULL)
            copy = ray_arena_strdup(arena, text);
        memset(copy + at, ' ', strcspn(head, "\n"));
        text = copy;
        head = ray_statement_head(copy + at);
    }
    return text;
}

static bool
run_statement(struct ray_project *project, struct ray_conn *conn, const struct ray_source *source,
              const struct ray_statement *statement)
{
    const char *text = without_restrict(project->arena, statement->text);
    enum ray_statement_kind kind = ray_statement_classify(text);

    if (*ray_statement_head(text) == '\0')
        return true;
    if (kind == RAY_STATEMENT_META || kind == RAY_STATEMENT_COPY_STREAM)
        (void)ray_err_set(&project->err, RAY_USAGE, "%s is psql's, not SQL",
                          kind == RAY_STATEMENT_META ? "a meta-command"
                                                     : "COPY with data in the script");
    else if (ray_conn_exec(conn, text, &project->err))
        return true;
    return place(project, source, statement);
}

static bool
fill_script(struct ray_project *project, struct ray_shadow *shadow, struct ray_conn *conn,
            const void *what)
{
    const struct ray_source *source = what;
    struct ray_splitter *splitter;
    struct ray_statement statement;
    bool end = false;
    bool ok;

    (void)shadow;
    if (!ray_splitter_open(project->arena, source, &splitter, &project->err))
        return false;
    do
        ok = ray_splitter_next(splitter, &statement, &end, &project->err) &&
             (end || run_statement(project, conn, source, &statement));
    while (ok && !end);
    ray_splitter_close(splitter);
    return ok && ray_conn_exec(conn, "RESET ALL", &project->err);
}

static bool
load_script(struct ray_project *project, const char *source, struct ray_catalog **out)
{
    const struct ray_source script = {.path = source};

    return load_shadow(project, fill_script, &script, out);
}

/* ---------------------------------------------------------------- plugins */

/* "NAME" or "NAME:ARGUMENT" of a source that a plugin adds. */
static bool
is_of_plugin(struct ray_project *project, const char *source, bool *out)
{
    size_t length = strcspn(source, ":");
    json_t *argument;
    json_t *names;
    bool ok;

    *out = false;
    if (project->config.plugins.len == 0)
        return true;
    argument = json_object();
    ray_json_set_text(argument, "part", "sources");
    ok = ray_plugins_call(ray_project_lua(project), "names", argument, NULL, &names, &project->err);
    json_decref(argument);
    for (size_t i = 0; ok && i < json_array_size(names); i++) {
        const char *name = json_string_value(json_object_get(json_array_get(names, i), "name"));

        *out = *out || (strlen(name) == length && strncmp(name, source, length) == 0);
    }
    json_decref(names);
    return ok;
}

/* What the plugin gives: SQL, or the name of another source. */
static bool
load_of_plugin(struct ray_project *project, const char *source, struct ray_catalog **out)
{
    size_t length = strcspn(source, ":");
    struct ray_source script = {.path = source};
    struct ray_plugin_desk desk;
    const char *other;
    const char *sql;
    json_t *argument = json_object();
    json_t *result;
    bool ok;

    ray_json_set_text(argument, "name", ray_arena_strndup(project->arena, source, length));
    if (source[length] == ':')
        ray_json_set_text(argument, "argument", source + length + 1);
    ray_plugin_desk_open(project, &desk);
    ok = ray_project_plugins(&desk, "source", argument, &result);
    ray_plugin_desk_close(&desk);
    json_decref(argument);
    if (!ok)
        return false;
    sql = json_string_value(json_object_get(result, "sql"));
    other = json_string_value(json_object_get(result, "source"));
    script.text = sql == NULL ? NULL : ray_arena_strdup(project->arena, sql);
    script.end = sql == NULL ? 0 : strlen(sql);
    other = other == NULL ? NULL : ray_arena_strdup(project->arena, other);
    json_decref(result);
    if (other != NULL && strcmp(other, source) == 0)
        return ray_err_set(&project->err, RAY_USAGE, "source \"%s\" names itself", source);
    return other != NULL ? ray_source_load(project, other, out)
                         : load_shadow(project, fill_script, &script, out);
}

/* ---------------------------------------------------------------- the schema in Lua */

/* The schema of the config, which is run once; or of one file or folder, which then is given as `source`. */
static bool
declare(struct ray_project *project, const char *source)
{
    struct ray_schema *schema = RAY_NEW(project->arena, struct ray_schema);
    struct ray_config config = project->config;
    const char *root = config.root == NULL ? "." : config.root;
    bool own = strcmp(source, "schema") == 0;

    if (own && project->declared != NULL) {
        project->schema = project->declared;
        return true;
    }
    if (!own) {
        config.schema = (ray_strings){0};
        *ray_vec_add(project->arena, &config.schema) = source;
        root = ".";
    }
    project->schema = schema;
    if (!ray_schema_load(ray_project_lua(project), &config, root, project->arena, schema,
                         &project->err))
        return false;
    if (own)
        project->declared = schema;
    return true;
}

static bool
fill_schema(struct ray_project *project, struct ray_shadow *shadow, struct ray_conn *conn,
            const void *what)
{
    const struct ray_schema *schema = what;
    ray_list roles = ray_catalog_roles(schema->catalog);

    for (size_t i = 0; i < roles.len; i++)
        if (!ray_shadow_role(shadow, roles.items[i], &project->err))
            return false;
    return ray_catalog_realize(conn, schema->catalog, schema->statements.items,
                               schema->statements.len, &project->err);
}

/* What only the schema knows, and the plan wants to know. */
static void
take_conversions(struct ray_project *project, const struct ray_schema *schema,
                 struct ray_catalog *catalog)
{
    for (size_t i = 0; i < schema->conversions.len; i++) {
        const struct ray_object *column = schema->conversions.items[i].column;

        column = ray_catalog_find(catalog, column->kind, column->schema, column->parent,
                                  column->name, NULL);
        if (column != NULL)
            *ray_vec_add(project->arena, &catalog->conversions) =
                (struct ray_conversion){column, schema->conversions.items[i].expression};
    }
}

static bool
load_schema(struct ray_project *project, const char *source, struct ray_catalog **out)
{
    if (!declare(project, source) || !load_shadow(project, fill_schema, project->schema, out))
        return false;
    take_conversions(project, project->schema, *out);
    return true;
}

bool
ray_source_declare(struct ray_project *project)
{
    return declare(project, "schema");
}

static bool
fill_nothing(struct ray_project *project, struct ray_shadow *shadow, struct ray_conn *conn,
             const void *what)
{
    (void)project;
    (void)shadow;
    (void)conn;
    (void)what;
    return true;
}

static bool
load_empty(struct ray_project *project, const char *source, struct ray_catalog **out)
{
    (void)source;
    return load_shadow(project, fill_nothing, NULL, out);
}

/* ---------------------------------------------------------------- migrations */

struct replayed {
    const struct ray_folder *folder;
    const struct ray_migration *to; /* NULL: all */
};

/* Runs the folder's migrations up to one in the shadow, as `up` would. */
static bool
fill_migrations(struct ray_project *project, struct ray_shadow *shadow, struct ray_conn *conn,
                const void *what)
{
    struct ray_replay_options options = {.shadow = shadow, .config = &project->config};
    const struct replayed *replayed = what;
    struct ray_replay *replay;
    bool ok;

    options.folder = replayed->folder;
    if (!ray_replay_open(project->arena, &options, ray_conn_database(conn), &replay, &project->err))
        return false;
    ok = ray_replay_up_to(replay, replayed->to, &project->err);
    ray_replay_close(replay);
    return ok || ray_err_prepend(&project->err, "in the shadow");
}

bool
ray_source_replay(struct ray_project *project, const struct ray_folder *folder,
                  const struct ray_migration *to, struct ray_catalog **out)
{
    const struct replayed replayed = {.folder = folder, .to = to};

    return load_shadow(project, fill_migrations, &replayed, out);
}

static bool
load_migrations(struct ray_project *project, const char *source, struct ray_catalog **out)
{
    const char *tag = strchr(source, '@');
    const struct ray_migration *to = NULL;
    struct ray_folder folder;

    if (!ray_project_folder(project, true, &folder))
        return false;
    if (tag != NULL) {
        to = ray_folder_find(&folder, tag + 1, &project->err);
        if (to == NULL)
            return false;
    }
    return ray_source_replay(project, &folder, to, out);
}

/* ---------------------------------------------------------------- the table */

static bool
is_migrations(const char *source)
{
    return strcmp(source, "migrations") == 0 || ray_has_prefix(source, "migrations@");
}

static bool
is_url(const char *source)
{
    return ray_has_prefix(source, "postgres://") || ray_has_prefix(source, "postgresql://") ||
           strchr(source, '=') != NULL;
}

static bool
is_json(const char *source)
{
    return ray_has_suffix(source, ".json");
}

static bool
is_lua(const char *source)
{
    return ray_has_suffix(source, ".lua") || ray_file_is_folder(source);
}

static bool
is_sql(const char *source)
{
    return ray_has_suffix(source, ".sql");
}

struct row {
    const char *word; /* NULL: by its looks */
    bool (*looks)(const char *source);
    /* One of the two: */
    bool (*load)(struct ray_project *project, const char *source, struct ray_catalog **out);
    bool (*open)(struct ray_project *project, const char *source, struct ray_apart *out);
};

static const struct row rows[] = {
    {"db", NULL, NULL, open_db},       {"schema", NULL, load_schema, NULL},
    {"empty", NULL, load_empty, NULL}, {NULL, is_migrations, load_migrations, NULL},
    {NULL, is_url, NULL, open_url},    {NULL, is_json, NULL, open_snapshot},
    {NULL, is_sql, load_script, NULL}, {NULL, is_lua, load_schema, NULL},
};

/* *out is NULL where a plugin adds it. */
static bool
find_row(struct ray_project *project, const char *source, const struct row **out)
{
    bool of_plugin;

    *out = NULL;
    if (!ray_project_configure(project) || !is_of_plugin(project, source, &of_plugin))
        return false;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && *out == NULL && !of_plugin; i++)
        if (rows[i].word != NULL ? strcmp(rows[i].word, source) == 0 : rows[i].looks(source))
            *out = &rows[i];
    if (*out != NULL || of_plugin)
        return true;
    (void)ray_err_set(&project->err, RAY_USAGE, "\"%s\" is no source of a catalog", source);
    return ray_err_hint(&project->err,
                        "A source is db, schema, migrations, migrations@TAG, empty, a "
                        "connection string, a snapshot (.json), a script (.sql) or a "
                        "Lua schema (.lua).");
}

bool
ray_source_load(struct ray_project *project, const char *source, struct ray_catalog **out)
{
    struct ray_apart apart = {0};
    const struct row *row;

    if (!find_row(project, source, &row))
        return false;
    if (row == NULL)
        return load_of_plugin(project, source, out);
    if (row->load != NULL)
        return row->load(project, source, out);
    return row->open(project, source, &apart) && ray_source_load_apart(project, &apart, out);
}

bool
ray_source_stands_apart(struct ray_project *project, const char *source, bool *out)
{
    const struct row *row;

    if (!find_row(project, source, &row))
        return false;
    *out = row != NULL && row->open != NULL;
    return true;
}

bool
ray_source_apart(struct ray_project *project, const char *source, struct ray_apart *out)
{
    const struct row *row;

    *out = (struct ray_apart){0};
    return find_row(project, source, &row) &&
           (row == NULL || row->open == NULL || row->open(project, source, out));
}

static bool
warn_each(struct ray_project *project, const char *const *items, size_t count, const char *what)
{
    for (size_t i = 0; i < count; i++)
        ray_project_warn(project, "%s: %s", what, items[i]);
    return count == 0;
}

bool
ray_source_is_whole(struct ray_project *project, const struct ray_catalog *catalog)
{
    bool known = warn_each(project, catalog->unknown.items, catalog->unknown.len,
                           "raymig does not know this kind of object");
    bool seen = warn_each(project, catalog->unseen.items, catalog->unseen.len,
                          "the role may not see");

    (void)warn_each(project, catalog->secret.items, catalog->secret.len, "secret, and never read");
    (void)warn_each(project, catalog->needed.items, catalog->needed.len, "left out, but needed");

    if ((known && seen) || project->options.lossy)
        return true;
    (void)ray_err_set(&project->err, RAY_FAILED, "what was read is not the whole database");
    return ray_err_hint(&project->err,
                        "The warnings above name what is missing; --lossy goes on without "
                        "it.");
}
