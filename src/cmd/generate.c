/* `raymig generate`: the migration that leads from the last one to the Lua schema, proved both ways. */
#include "cmd/planned.h"
#include "cmd/snapshot_file.h"

#include "base/file.h"
#include "catalog/kind.h"
#include "catalog/snapshot.h"

#include <ctype.h>

#include <string.h>

static const struct ray_option options[] = {
    {"dry-run", '\0', NULL, "print the migration, write nothing", false},
    {"check", '\0', NULL, "write nothing; exit 3 when schema and migrations disagree", false},
    RAY_RENAME_OPTIONS,
    RAY_SOURCE_OPTIONS,
    {NULL, '\0', NULL, NULL, false},
};

#define BREAKPOINT "\n--> statement-breakpoint\n"

/* ---------------------------------------------------------------- the old state */

static bool
load_old(struct ray_app *app, const struct ray_folder *folder, const struct ray_catalog *new,
         struct ray_catalog **out)
{
    const char *path;

    if (folder->migrations.len == 0)
        return ray_source_load(app, "empty", out);
    path = ray_folder_snapshot(app->arena, folder,
                               &folder->migrations.items[folder->migrations.len - 1], false);
    if (path != NULL) {
        if (!ray_snapshot_read(app->arena, path, out, &app->err))
            return false;
        /* Another major version prints the same things otherwise. */
        if ((*out)->version / 10000 == new->version / 10000)
            return true;
    }
    return ray_source_load(app, "migrations", out);
}

/* ---------------------------------------------------------------- the name */

static void
add_word(struct ray_buf *buf, const char *text)
{
    for (; *text != '\0'; text++)
        if (isalnum((unsigned char)*text))
            ray_buf_addc(buf, (char)tolower((unsigned char)*text));
        else
            ray_buf_addc(buf, '_');
}

/* "create_users", "alter_users_email": of the first table that changes, or else of the first change. */
static const char *
name_of(struct ray_app *app, const ray_changes *changes)
{
    static const char *const verbs[] = {[RAY_CHANGE_CREATE] = "create_",
                                        [RAY_CHANGE_DROP] = "drop_",
                                        [RAY_CHANGE_ALTER] = "alter_"};
    const struct ray_change *change = changes->items;
    const struct ray_object *object;
    struct ray_buf buf;

    if (changes->len == 0)
        return "rename";
    for (size_t i = 0; i < changes->len; i++)
        if (strcmp((changes->items[i].to != NULL ? changes->items[i].to : changes->items[i].from)
                       ->kind->name,
                   "table") == 0) {
            change = &changes->items[i];
            break;
        }
    object = change->to != NULL ? change->to : change->from;
    ray_buf_init(&buf, app->arena);
    ray_buf_add(&buf, object->parent == NULL              ? verbs[change->type]
                      : change->type == RAY_CHANGE_CREATE ? "add_"
                                                          : verbs[change->type]);
    if (object->parent != NULL) {
        add_word(&buf, object->parent);
        ray_buf_addc(&buf, '_');
    }
    add_word(&buf, object->name);
    if (buf.len > 50)
        ray_buf_truncate(&buf, 50);
    return buf.data;
}

/* ---------------------------------------------------------------- the files */

/* PostgreSQL refuses a value of an enum in the transaction that adds it. */
static bool
adds_value(const struct ray_plan *plan)
{
    for (size_t i = 0; i < plan->ddl.statements.len; i++)
        if (strncmp(plan->ddl.statements.items[i].sql, "ALTER TYPE ", 11) == 0 &&
            strstr(plan->ddl.statements.items[i].sql, " ADD VALUE ") != NULL)
            return plan->ddl.statements.len > 1;
    return false;
}

static bool
makes_function(const struct ray_plan *plan)
{
    for (size_t i = 0; i < plan->steps.len; i++)
        if (plan->steps.items[i].to != NULL &&
            strcmp(plan->steps.items[i].to->kind->name, "function") == 0)
            return true;
    return false;
}

static const char *
up_text(struct ray_app *app, const struct ray_plan *plan)
{
    struct ray_buf buf;

    ray_buf_init(&buf, app->arena);
    if (adds_value(plan))
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

static const char *
down_text(struct ray_app *app, const struct ray_planned *planned)
{
    const struct ray_plan *down = &planned->down;
    struct ray_buf buf;

    ray_buf_init(&buf, app->arena);
    if (adds_value(down))
        ray_buf_add(&buf, "-- raymig: transaction=none\n");
    if (planned->up.loses_data)
        ray_buf_add(&buf, "-- What the migration dropped comes back empty: its rows are gone.\n");
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
write_snapshot(struct ray_app *app, const struct ray_catalog *new, ray_entries *files)
{
    const char *path;

    if (!ray_snapshot_file_write(app, new, &path))
        return false;
    if (path != NULL)
        ray_vec_add(app->arena, files)->name = path;
    return true;
}

static bool
create(struct ray_app *app, const struct ray_folder *folder, const struct ray_planned *planned,
       ray_entries *files)
{
    struct ray_new_migration migration = {
        .name = app->nargs > 0 ? app->args[0] : name_of(app, &planned->up.changes),
        .up = up_text(app, &planned->up),
        .down = down_text(app, planned),
    };

    if (folder->format->create == NULL) {
        (void)ray_err_set(&app->err, RAY_USAGE, "raymig writes no new migrations in the %s layout",
                          folder->format->name);
        return ray_err_hint(&app->err, "raymig import turns the folder into raymig's own layout.");
    }
    return folder->format->create(app->arena, folder, &migration, files, &app->err) &&
           write_snapshot(app, planned->up.to, files);
}

/* ---------------------------------------------------------------- the command */

static json_t *
files_json(const ray_entries *files)
{
    json_t *list = json_array();

    for (size_t i = 0; i < files->len; i++)
        json_array_append_new(list, json_string(files->items[i].name));
    return list;
}

static enum ray_code
tell(struct ray_app *app, const struct ray_planned *planned, const ray_entries *files)
{
    bool check = ray_app_flag(app, "check");

    if (ray_term_options(app->term)->json) {
        json_t *result = json_object();

        ray_json_set_bool(result, "ok", true);
        ray_json_set_int(result, "changes", (int64_t)planned->up.steps.len);
        ray_json_set_bool(result, "loses_data", planned->up.loses_data);
        json_object_set_new(result, "up", ray_planned_json(app->arena, &planned->up));
        json_object_set_new(result, "down", ray_planned_json(app->arena, &planned->down));
        json_object_set_new(result, "files", files_json(files));
        ray_app_print_json(app, result);
    } else if (planned->up.steps.len == 0) {
        ray_term_say(app->term, "nothing changed: the migrations make what the schema says");
    } else if (check) {
        ray_term_say(app->term, "%zu steps from the migrations to the schema",
                     planned->up.steps.len);
    } else {
        for (size_t i = 0; i < files->len; i++)
            ray_term_out(app->term, "%s\n", files->items[i].name);
    }
    if (planned->up.loses_data && files->len > 0)
        ray_term_warn(app->term, "this migration loses data: look at it before you run it");
    return check && planned->up.steps.len > 0 ? RAY_DIFFERENT : RAY_OK;
}

static bool
plan(struct ray_app *app, const struct ray_folder *folder, struct ray_planned *planned)
{
    struct ray_catalog *old;
    struct ray_catalog *new;

    return ray_source_load(app, "schema", &new) && load_old(app, folder, new, &old) &&
           ray_source_is_whole(app, old) && ray_source_is_whole(app, new) &&
           ray_planned_make(app, old, new,
                            ray_app_flag(app, "check") ? RAY_UNSETTLED_DROP : RAY_UNSETTLED_ASK,
                            planned);
}

static enum ray_code
generate(struct ray_app *app)
{
    struct ray_planned planned;
    struct ray_folder folder;
    ray_entries files = {0};

    if (!ray_app_configure(app) || !ray_app_folder(app, true, &folder) ||
        !plan(app, &folder, &planned))
        return ray_app_fail(app);
    if (ray_app_flag(app, "dry-run") && planned.up.steps.len > 0) {
        const char *text = up_text(app, &planned.up);

        ray_term_outn(app->term, text, strlen(text));
        return RAY_OK;
    }
    if (planned.up.steps.len > 0 && !ray_app_flag(app, "check") &&
        !create(app, &folder, &planned, &files))
        return ray_app_fail(app);
    return tell(app, &planned, &files);
}

const struct ray_command ray_cmd_generate = {
    .name = "generate",
    .arguments = "[NAME]",
    .max_args = 1,
    .summary = "write the migration from the last one to the Lua schema, with its way back",
    .description =
        "Compares the schema with what the migrations make: the last one's snapshot or, where\n"
        "there is none, the migrations run in a shadow. Up and down are proved there before\n"
        "anything is written: the old state is made, the plan goes up, the catalog must be\n"
        "the schema's, the way back is gone, and it must be the old one.\n"
        "\n"
        "What is gone beside something new that is like it may have been renamed: that is asked\n"
        "about on a terminal, and elsewhere refused until --rename or --dropped says it.",
    .examples = "raymig generate                a name from what changed\n"
                "raymig generate add_profiles   a name of yours\n"
                "raymig generate --dry-run      print it, write nothing\n"
                "raymig generate --check        for CI: exit 3 when there is something to generate",
    .options = options,
    .run = generate,
};
