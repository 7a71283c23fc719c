/* Migrations that are about rows: see squash.h. */
#include "project/squash.h"

#include "pg/data.h"
#include "pg/split.h"
#include "pg/statement.h"
#include "script/reversible.h"

static const char *
summary(struct ray_arena *arena, const char *text)
{
    char *out = ray_arena_alloc(arena, RAY_SUMMARY_SIZE);

    ray_statement_summary(text, out, RAY_SUMMARY_SIZE);
    return out;
}

/* Statements of transactions are what the migration is run in, not what it does. */
static bool
is_data(const char *text)
{
    enum ray_statement_kind kind = ray_statement_classify(text);

    return *ray_statement_head(text) != '\0' && kind != RAY_STATEMENT_BEGIN &&
           kind != RAY_STATEMENT_COMMIT && kind != RAY_STATEMENT_SET && ray_statement_is_data(text);
}

static bool
find_in_sql(struct ray_project *project, const struct ray_script *script,
            struct ray_squash_data *out)
{
    struct ray_splitter *splitter;
    struct ray_statement statement;
    bool end = false;
    bool ok;

    if (!ray_splitter_open(project->arena, &script->source, &splitter, &project->err))
        return false;
    do {
        ok = ray_splitter_next(splitter, &statement, &end, &project->err);
        if (ok && !end && is_data(statement.text)) {
            out->text = summary(project->arena, statement.text);
            out->line = statement.line;
        }
    } while (ok && !end && out->text == NULL);
    ray_splitter_close(splitter);
    return ok;
}

static void
find_in_change(struct ray_project *project, const struct ray_reversible *change,
               struct ray_squash_data *out)
{
    for (size_t i = 0; out->text == NULL && i < change->steps.len; i++) {
        const struct ray_reversible_step *step = &change->steps.items[i];

        for (size_t k = 0; out->text == NULL && k < step->up.len; k++)
            if (is_data(step->up.items[k])) {
                out->text = summary(project->arena, step->up.items[k]);
                out->line = step->line;
            }
    }
}

bool
ray_squash_find_data(struct ray_project *project, const struct ray_migration *migration,
                     struct ray_squash_data *out)
{
    struct ray_reversible *change;

    *out = (struct ray_squash_data){.file = migration->up.source.path};
    if (migration->up.kind == RAY_SCRIPT_SQL)
        return find_in_sql(project, &migration->up, out);
    if (!ray_reversible_read(ray_project_lua(project), project->arena, &migration->up, 0, &change,
                             &project->err))
        return false;
    if (change != NULL)
        find_in_change(project, change, out);
    else
        out->text = "a Lua migration, which may do anything";
    return true;
}
