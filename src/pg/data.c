/* Statements about rows, and about the server: see data.h. */
#include "pg/data.h"

#include <jansson.h>
#include <pg_query.h>
#include <string.h>

/* The name that a list of String nodes ends with: set_config of pg_catalog.set_config. */
static const char *
last_name(const json_t *names)
{
    const json_t *node = json_array_get(names, json_array_size(names) - 1);

    return json_string_value(json_object_get(json_object_get(node, "String"), "sval"));
}

/* SELECT pg_catalog.set_config('search_path', '', false), as every dump has it: a setting, and nothing else. */
static bool
is_setting(const json_t *select)
{
    const json_t *targets = json_object_get(select, "targetList");

    for (size_t i = 0; i < json_array_size(targets); i++) {
        const json_t *target = json_object_get(json_array_get(targets, i), "ResTarget");
        const json_t *call = json_object_get(json_object_get(target, "val"), "FuncCall");
        const char *name = call == NULL ? NULL : last_name(json_object_get(call, "funcname"));

        if (name == NULL || strcmp(name, "set_config") != 0)
            return false;
    }
    return json_array_size(targets) > 0 && json_object_get(select, "fromClause") == NULL;
}

static bool
is_view(const json_t *create)
{
    const char *type = json_string_value(json_object_get(create, "objtype"));

    return type != NULL && strcmp(type, "OBJECT_MATVIEW") == 0;
}

bool
ray_statement_is_data(const char *text)
{
    static const struct {
        const char *node;
        bool (*harmless)(const json_t *node); /* NULL: never */
    } kinds[] = {
        {"SelectStmt", is_setting},   {"CreateTableAsStmt", is_view}, {"InsertStmt", NULL},
        {"UpdateStmt", NULL},         {"DeleteStmt", NULL},           {"MergeStmt", NULL},
        {"CopyStmt", NULL},           {"TruncateStmt", NULL},         {"DoStmt", NULL},
        {"CallStmt", NULL},           {"ExecuteStmt", NULL},          {"CreateRoleStmt", NULL},
        {"AlterRoleStmt", NULL},      {"AlterRoleSetStmt", NULL},     {"DropRoleStmt", NULL},
        {"GrantRoleStmt", NULL},      {"CreatedbStmt", NULL},         {"AlterDatabaseStmt", NULL},
        {"DropdbStmt", NULL},         {"CreateTableSpaceStmt", NULL}, {"AlterSystemStmt", NULL},
        {"DropTableSpaceStmt", NULL},
    };
    PgQueryParseResult parsed = pg_query_parse(text);
    json_t *tree = parsed.error == NULL ? json_loads(parsed.parse_tree, 0, NULL) : NULL;
    const json_t *list = json_object_get(tree, "stmts");
    bool data = tree == NULL;

    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *statement = json_object_get(json_array_get(list, i), "stmt");

        for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
            const json_t *node = json_object_get(statement, kinds[k].node);

            if (node != NULL && (kinds[k].harmless == NULL || !kinds[k].harmless(node)))
                data = true;
        }
    }
    json_decref(tree);
    pg_query_free_parse_result(parsed);
    return data;
}
