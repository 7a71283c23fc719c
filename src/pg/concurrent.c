/* CONCURRENTLY statements: see concurrent.h. The parse tree comes as JSON, in which false is left out. */
#include "pg/concurrent.h"

#include <jansson.h>
#include <pg_query.h>
#include <stdbool.h>
#include <string.h>

static const char *
text_at(struct ray_arena *arena, const json_t *object, const char *key)
{
    return ray_arena_strdup(arena, json_string_value(json_object_get(object, key)));
}

static bool
is_true(const json_t *object, const char *key)
{
    return json_is_true(json_object_get(object, key));
}

static void
read_create(struct ray_arena *arena, const json_t *create, struct ray_concurrent *out)
{
    const json_t *relation = json_object_get(create, "relation");

    if (!is_true(create, "concurrent"))
        return;
    out->kind = RAY_CONCURRENT_CREATE;
    out->index = text_at(arena, create, "idxname");
    out->schema = text_at(arena, relation, "schemaname");
    out->table = text_at(arena, relation, "relname");
}

/* DropStmt's objects: a list of names, each a list of String nodes. */
static void
read_drop(struct ray_arena *arena, const json_t *drop, struct ray_concurrent *out)
{
    const json_t *object = json_array_get(json_object_get(drop, "objects"), 0);
    const json_t *items = json_object_get(json_object_get(object, "List"), "items");
    size_t count = json_array_size(items);

    if (!is_true(drop, "concurrent"))
        return;
    out->kind = RAY_CONCURRENT_DROP;
    for (size_t i = 0; i < count; i++) {
        const json_t *name = json_object_get(json_array_get(items, i), "String");

        out->schema = out->index;
        out->index = text_at(arena, name, "sval");
    }
}

/* The option may be switched off again: REINDEX (CONCURRENTLY off). Whether it is, the server knows best;
 * to look for leftovers does no harm. */
static bool
has_option(const json_t *options, const char *name)
{
    for (size_t i = 0; i < json_array_size(options); i++) {
        const json_t *option = json_object_get(json_array_get(options, i), "DefElem");
        const char *found = json_string_value(json_object_get(option, "defname"));

        if (found != NULL && strcmp(found, name) == 0)
            return true;
    }
    return false;
}

static void
read_reindex(struct ray_arena *arena, const json_t *reindex, struct ray_concurrent *out)
{
    const json_t *relation = json_object_get(reindex, "relation");
    const char *kind = json_string_value(json_object_get(reindex, "kind"));

    if (kind == NULL || !has_option(json_object_get(reindex, "params"), "concurrently"))
        return;
    out->kind = RAY_CONCURRENT_REINDEX;
    out->schema = text_at(arena, relation, "schemaname");
    if (strcmp(kind, "REINDEX_OBJECT_INDEX") == 0)
        out->index = text_at(arena, relation, "relname");
    else if (strcmp(kind, "REINDEX_OBJECT_TABLE") == 0)
        out->table = text_at(arena, relation, "relname");
    else if (strcmp(kind, "REINDEX_OBJECT_SCHEMA") == 0)
        out->schema = text_at(arena, reindex, "name");
}

static void
read_alter(struct ray_arena *arena, const json_t *alter, struct ray_concurrent *out)
{
    const json_t *relation = json_object_get(alter, "relation");
    const json_t *node = json_array_get(json_object_get(alter, "cmds"), 0);
    const json_t *command = json_object_get(node, "AlterTableCmd");
    const json_t *detach = json_object_get(json_object_get(command, "def"), "PartitionCmd");
    const json_t *partition = json_object_get(detach, "name");

    if (!is_true(detach, "concurrent"))
        return;
    out->kind = RAY_CONCURRENT_DETACH;
    out->schema = text_at(arena, relation, "schemaname");
    out->table = text_at(arena, relation, "relname");
    out->partition_schema = text_at(arena, partition, "schemaname");
    out->partition = text_at(arena, partition, "relname");
}

void
ray_concurrent_read(struct ray_arena *arena, const char *text, struct ray_concurrent *out)
{
    static const struct {
        const char *node;
        void (*read)(struct ray_arena *arena, const json_t *node, struct ray_concurrent *out);
    } readers[] = {
        {"IndexStmt", read_create},
        {"DropStmt", read_drop},
        {"ReindexStmt", read_reindex},
        {"AlterTableStmt", read_alter},
    };
    PgQueryParseResult parsed = pg_query_parse(text);
    json_t *tree = parsed.error == NULL ? json_loads(parsed.parse_tree, 0, NULL) : NULL;
    const json_t *statement = json_object_get(json_array_get(json_object_get(tree, "stmts"), 0),
                                              "stmt");

    memset(out, 0, sizeof(*out));
    for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
        const json_t *node = json_object_get(statement, readers[i].node);

        if (node != NULL)
            readers[i].read(arena, node, out);
    }
    json_decref(tree);
    pg_query_free_parse_result(parsed);
}
