/* Generating a migration: see generate.h. */
#include "project/generate.h"

#include "catalog/kind.h"
#include "catalog/snapshot.h"
#include "project/snapshot_file.h"
#include "project/unchanged.h"

#include <string.h>

#define BREAKPOINT "\n--> statement-breakpoint\n"

/* ---------------------------------------------------------------- the old state */

static bool
load_old(struct ray_project *project, const struct ray_folder *folder,
         const struct ray_catalog *new, struct ray_catalog **out)
{
    const char *path;

    if (folder->migrations.len == 0)
        return ray_source_load(project, "empty", out);
    path = ray_folder_snapshot(project->arena, folder,
                               &folder->migrations.items[folder->migrations.len - 1], false);
    if (path != NULL) {
        if (!ray_snapshot_read(project->arena, path, out, &project->err))
            return false;
        /* Another major version prints the same things otherwise. */
        if (new == NULL || (*out)->version / 10000 == new->version / 10000)
            return true;
    }
    return ray_source_load(project, "migrations", out);
}

/* ---------------------------------------------------------------- the files */

static bool
makes_function(const struct ray_plan *plan)
{
    for (size_t i = 0; i < plan->steps.len; i++)
        if (plan->steps.items[i].to != NULL &&
            strcmp(plan->steps.items[i].to->kind->name, "function") == 0)
            return true;
    return false;
}

const char *
ray_generate_up(struct ray_arena *arena, const struct ray_plan *plan)
{
    struct ray_buf buf;

    ray_buf_init(&buf, arena);
    if (plan->apart)
        ray_buf_add(&buf, "-- raymig: transaction=none\n");
    if (makes_function(plan))
        ray_buf_add(&buf, "SET check_function_bodies = off;" BREAKPOINT);
    ray_planned_script(plan, BREAKPOINT, &buf);
    return buf.data;
}

/* A long bracket that the text does not hold. */
static void
add_lua_text(struct ray_buf *buf, const char *text)
{
    char close[16] = "]]";
    int level = 0;

    while (strstr(text, close) != NULL && level < 10) {
        level++;
        memset(close, '=', sizeof(close) - 1);
        close[0] = ']';
        close[level + 1] = ']';
        close[level + 2] = '\0';
    }
    ray_buf_addf(buf, "[%.*s[\n%s\n]%.*s]", level, "==========", text, level, "==========");
}

const char *
ray_generate_down(struct ray_arena *arena, const struct ray_planned *planned)
{
    const struct ray_plan *down = &planned->down;
    struct ray_buf buf;

    ray_buf_init(&buf, arena);
    if (down->apart)
        ray_buf_add(&buf, "-- raymig: transaction=none\n");
    if (planned->up.loses_data)
        ray_buf_add(
            &buf,
            "-- What the migration lost does not come back: tables and columns come back empty.\n");
    if (down->loses_data)
        ray_buf_add(&buf, "-- Loses the rows of what the migration made.\n");
    ray_buf_add(&buf, "return function(db)\n");
    if (makes_function(down))
        ray_buf_add(&buf, "  db:exec \"SET check_function_bodies = off\"\n");
    for (size_t i = 0; i < down->ddl.statements.len; i++) {
        ray_buf_add(&buf, "  db:exec ");
        add_lua_text(&buf, down->ddl.statements.items[i].sql);
        ray_buf_addc(&buf, '\n');
    }
    ray_buf_add(&buf, "end\n");
    return buf.data;
}

static bool
write_snapshot(struct ray_project *project, const struct ray_catalog *catalog, ray_entries *files)
{
    const char *path;

    if (!ray_snapshot_file_write(project, catalog, &path))
        return false;
    if (path != NULL)
        ray_vec_add(project->arena, files)->name = path;
    return true;
}

/* The texts of the migration: of the up file, and of the down where that is another. */
static bool
write_texts(struct ray_project *project, const struct ray_planned *planned,
            struct ray_new_migration *migration)
{
    if (migration->lua)
        return ray_generate_lua(project, planned, &migration->up);
    migration->up = ray_generate_up(project->arena, &planned->up);
    migration->down = ray_generate_down(project->arena, planned);
    return true;
}

static bool
create(struct ray_project *project, const struct ray_folder *folder,
       const struct ray_new_migration *migration, const struct ray_catalog *catalog,
       ray_entries *files)
{
    if (folder->format->create == NULL) {
        (void)ray_err_set(&project->err, RAY_USAGE,
                          "raymig writes no new migrations in the %s layout", folder->format->name);
        return ray_err_hint(&project->err,
                            "raymig import turns the folder into raymig's own layout.");
    }
    return folder->format->create(project->arena, folder, migration, files, &project->err) &&
           write_snapshot(project, catalog, files);
}

/* ---------------------------------------------------------------- the operation */

static bool
plan(struct ray_project *project, const struct ray_folder *folder, bool check,
     struct ray_planned *planned)
{
    struct ray_catalog *old;
    struct ray_catalog *new;

    return ray_source_load(project, "schema", &new) && load_old(project, folder, new, &old) &&
           ray_source_is_whole(project, old) && ray_source_is_whole(project, new) &&
           ray_planned_make(project, old, new, check ? RAY_UNSETTLED_DROP : RAY_UNSETTLED_ASK,
                            planned);
}

/* Its snapshot is the last one's. */
static bool
generate_empty(struct ray_project *project, const struct ray_folder *folder,
               const struct ray_generate_options *options, struct ray_generated *out)
{
    const struct ray_new_migration migration = {.name = options->name,
                                                .lua = options->lua,
                                                .change = true};
    struct ray_catalog *old;

    if (options->name == NULL) {
        (void)ray_err_set(&project->err, RAY_USAGE, "%s needs a name",
                          ray_project_word(project, "empty"));
        return ray_err_hint(&project->err,
                            "Say what it is to do: raymig generate --empty fill_names.");
    }
    return load_old(project, folder, NULL, &old) &&
           create(project, folder, &migration, old, &out->files);
}

/* Nothing was found, or what was found is written. */
static void
keep_unchanged(struct ray_project *project, const struct ray_folder *folder, const char *schema)
{
    char digest[RAY_HASH_HEX];

    ray_unchanged_digest(project, folder, schema, digest);
    ray_unchanged_keep(project, folder, digest);
}

/* The texts, and unless it is a dry run the files. `schema`: the digest of what is declared. */
static bool
write_migration(struct ray_project *project, struct ray_folder *folder,
                const struct ray_generate_options *options, const char *schema,
                struct ray_generated *out)
{
    struct ray_new_migration migration = {.name = options->name, .lua = options->lua};

    if (migration.name == NULL)
        migration.name = ray_generate_name(project->arena, &out->planned);
    if (!write_texts(project, &out->planned, &migration))
        return false;
    if (options->dry_run) {
        out->name = migration.name;
        out->up = migration.up;
        out->down = migration.down;
        return true;
    }
    if (!create(project, folder, &migration, out->planned.up.to, &out->files) ||
        !ray_project_folder(project, false, folder))
        return false;
    keep_unchanged(project, folder, schema);
    return true;
}

bool
ray_generate(struct ray_project *project, const struct ray_generate_options *options,
             struct ray_generated *out)
{
    bool settled = project->options.renames.len + project->options.dropped.len > 0;
    char schema[RAY_HASH_HEX];
    char digest[RAY_HASH_HEX];
    struct ray_folder folder;

    *out = (struct ray_generated){.planned_any = !options->empty};
    if (options->empty && (options->dry_run || options->check))
        return ray_err_set(&project->err, RAY_USAGE, "%s compares nothing: %s has no use with it",
                           ray_project_word(project, "empty"),
                           ray_project_word(project, options->dry_run ? "dry-run" : "check"));
    if (!ray_project_folder(project, true, &folder))
        return false;
    if (options->empty)
        return generate_empty(project, &folder, options, out);
    if (!ray_source_declare(project))
        return false;
    ray_unchanged_schema(project, project->declared, schema);
    ray_unchanged_digest(project, &folder, schema, digest);
    if (!settled && ray_unchanged_is(project, &folder, digest))
        return true;
    if (!plan(project, &folder, options->check, &out->planned))
        return false;
    if (out->planned.up.steps.len == 0) {
        keep_unchanged(project, &folder, schema);
        return true;
    }
    return (options->check && !options->dry_run) ||
           write_migration(project, &folder, options, schema, out);
}

json_t *
ray_generated_json(struct ray_arena *arena, const struct ray_generated *generated)
{
    const struct ray_planned *planned = &generated->planned;
    json_t *result = json_object();
    json_t *files = json_array();

    for (size_t i = 0; i < generated->files.len; i++)
        ray_json_add_file(files, generated->files.items[i].name, "wrote");
    ray_json_set_bool(result, "ok", true);
    ray_json_set_int(result, "changes", (int64_t)planned->up.steps.len);
    ray_json_set_bool(result, "loses_data", planned->up.loses_data);
    json_object_set_new(result, "files", files);
    if (generated->planned_any) {
        json_object_set_new(result, "steps_up", ray_planned_json(arena, &planned->up));
        json_object_set_new(result, "steps_down", ray_planned_json(arena, &planned->down));
    }
    if (generated->name != NULL) {
        ray_json_set_text(result, "name", generated->name);
        ray_json_set_text(result, "up", generated->up);
        ray_json_set_text(result, "down", generated->down);
    }
    return result;
}
