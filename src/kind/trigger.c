/* Triggers, those that people made: a constraint's own and those that partitions have of their parent are none. */
#include "catalog/clause.h"
#include "catalog/kinds.h"
#include "catalog/table.h"
#include "kind/alter.h"
#include "pg/quote.h"

#include <ctype.h>
#include <string.h>

enum {
    TIMING,
    EVENTS,
    COLUMNS,
    LEVEL,
    WHEN,
    FUNCTION,
    ARGUMENTS,
    CONSTRAINT,
    REFERENCED,
    DEFERRABLE,
    DEFERRED,
    OLD_TABLE,
    NEW_TABLE,
    ENABLED,
    /* quiet */
    INHERITED,
    DEFINITION,
    TABLE,
    ATTNUMS,
};

/* Bits of tgtype: catalog/pg_trigger.h. */
static const struct ray_attribute attributes[] = {
    [TIMING] =
        {"timing",
         "CASE WHEN t.tgtype & 2 <> 0 THEN 'before' WHEN t.tgtype & 64 <> 0 THEN 'instead of'"
         " ELSE 'after' END",
         RAY_ATTRIBUTE_TEXT, false},
    [EVENTS] = {"events",
                "array_remove(ARRAY[CASE WHEN t.tgtype & 4 <> 0 THEN 'insert' END,"
                " CASE WHEN t.tgtype & 8 <> 0 THEN 'delete' END,"
                " CASE WHEN t.tgtype & 16 <> 0 THEN 'update' END,"
                " CASE WHEN t.tgtype & 32 <> 0 THEN 'truncate' END], NULL)",
                RAY_ATTRIBUTE_LIST, false},
    [COLUMNS] = {"columns", NULL, RAY_ATTRIBUTE_LIST, false},
    [LEVEL] = {"level", "CASE WHEN t.tgtype & 1 <> 0 THEN 'row' END", RAY_ATTRIBUTE_TEXT, false},
    [WHEN] = {"when", NULL, RAY_ATTRIBUTE_TEXT, false},
    [FUNCTION] = {"function", "t.tgfoid::regproc", RAY_ATTRIBUTE_TEXT, false},
    [ARGUMENTS] = {"arguments", NULL, RAY_ATTRIBUTE_LIST, false},
    [CONSTRAINT] = {"constraint", "t.tgconstraint <> 0", RAY_ATTRIBUTE_FLAG, false},
    [REFERENCED] = {"from", "NULLIF(t.tgconstrrelid, 0)::regclass", RAY_ATTRIBUTE_TEXT, false},
    [DEFERRABLE] = {"deferrable", "t.tgdeferrable", RAY_ATTRIBUTE_FLAG, false},
    [DEFERRED] = {"deferred", "t.tginitdeferred", RAY_ATTRIBUTE_FLAG, false},
    [OLD_TABLE] = {"old_table", "t.tgoldtable", RAY_ATTRIBUTE_TEXT, false},
    [NEW_TABLE] = {"new_table", "t.tgnewtable", RAY_ATTRIBUTE_TEXT, false},
    [ENABLED] = {"enabled",
                 "CASE t.tgenabled WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica'"
                 " WHEN 'A' THEN 'always' END",
                 RAY_ATTRIBUTE_TEXT, false},
    [INHERITED] = {"inherited", "t.tgparentid <> 0", RAY_ATTRIBUTE_FLAG, false},
    [DEFINITION] = {"definition",
                    "CASE WHEN t.tgqual IS NOT NULL OR t.tgnargs > 0 THEN"
                    " pg_get_triggerdef(t.oid) END",
                    RAY_ATTRIBUTE_TEXT, true},
    [TABLE] = {"table", "t.tgrelid", RAY_ATTRIBUTE_TEXT, true},
    [ATTNUMS] = {"attnums", "t.tgattr", RAY_ATTRIBUTE_TEXT, true},
};

/* 'it''s' as it's. Arguments are always printed as plain literals. */
static const char *
unquote(struct ray_arena *arena, const char *literal)
{
    struct ray_buf buf;
    bool escapes = *literal == 'E';

    ray_buf_init(&buf, arena);
    for (literal += escapes ? 2 : 1; *literal != '\0' && literal[1] != '\0'; literal++) {
        if (*literal == '\'' || (escapes && *literal == '\\'))
            literal++;
        ray_buf_addc(&buf, *literal);
    }
    return buf.data;
}

/* "... FOR EACH ROW WHEN ((x)) EXECUTE FUNCTION f('a', 'b')" */
static void
take_definition(struct ray_arena *arena, struct ray_object *trigger, const char *text)
{
    const char *execute = ray_clause_find(text, " EXECUTE FUNCTION ");
    const char *when = ray_clause_find(text, " WHEN (");
    const char *open = ray_clause_find(execute, "(");
    const char *close = ray_clause_close(open);
    ray_list arguments = ray_clause_items(arena, open + 1, close - 1);

    if (when != NULL && when < execute) {
        const char *begin = when + strlen(" WHEN ");

        ray_object_set(trigger, WHEN,
                       ray_clause_bare(arena,
                                       ray_clause_bare(arena, ray_arena_strndup(arena, begin,
                                                                                (size_t)(execute -
                                                                                         begin)))));
    }
    for (size_t i = 0; i < arguments.len; i++)
        arguments.items[i] = unquote(arena, arguments.items[i]);
    ray_object_set(trigger, ARGUMENTS, ray_list_write(arena, &arguments));
}

static bool
take(struct ray_loader *loader, struct ray_object *trigger)
{
    const char *definition = ray_object_value(trigger, DEFINITION);

    trigger->implied = ray_object_is(trigger, INHERITED);
    if (definition != NULL)
        take_definition(ray_loader_arena(loader), trigger, definition);
    ray_object_set(trigger, COLUMNS,
                   ray_loader_columns(loader, trigger->owner->oid,
                                      ray_object_value(trigger, ATTNUMS), 0, SIZE_MAX));
    ray_object_set(trigger, DEFINITION, NULL);
    ray_object_set(trigger, TABLE, NULL);
    ray_object_set(trigger, ATTNUMS, NULL);
    return true;
}

static void
add_upper(struct ray_buf *buf, const char *text)
{
    for (; *text != '\0'; text++)
        ray_buf_addc(buf, (char)toupper((unsigned char)*text));
}

static void
add_events(struct ray_buf *buf, const struct ray_object *trigger)
{
    ray_list events = ray_list_read(buf->arena, ray_object_value(trigger, EVENTS));

    for (size_t i = 0; i < events.len; i++) {
        ray_buf_add(buf, i == 0 ? " " : " OR ");
        add_upper(buf, events.items[i]);
        if (strcmp(events.items[i], "update") == 0 && ray_object_is(trigger, COLUMNS)) {
            ray_buf_add(buf, " OF ");
            ray_ddl_names(buf, ray_object_value(trigger, COLUMNS));
        }
    }
}

static void
add_referencing(struct ray_buf *buf, const struct ray_object *trigger)
{
    if (!ray_object_is(trigger, OLD_TABLE) && !ray_object_is(trigger, NEW_TABLE))
        return;
    ray_buf_add(buf, "\n    REFERENCING");
    if (ray_object_is(trigger, OLD_TABLE)) {
        ray_buf_add(buf, " OLD TABLE AS ");
        ray_ddl_name(buf, ray_object_value(trigger, OLD_TABLE));
    }
    if (ray_object_is(trigger, NEW_TABLE)) {
        ray_buf_add(buf, " NEW TABLE AS ");
        ray_ddl_name(buf, ray_object_value(trigger, NEW_TABLE));
    }
}

static void
add_call(struct ray_buf *buf, const struct ray_object *trigger)
{
    ray_list arguments = ray_list_read(buf->arena, ray_object_value(trigger, ARGUMENTS));

    ray_buf_addf(buf, "\n    EXECUTE FUNCTION %s(", ray_object_value(trigger, FUNCTION));
    for (size_t i = 0; i < arguments.len; i++) {
        ray_buf_add(buf, i == 0 ? "" : ", ");
        ray_buf_literal(buf, arguments.items[i]);
    }
    ray_buf_addc(buf, ')');
}

static void
write_enabled(struct ray_ddl *ddl, const struct ray_object *trigger)
{
    const char *enabled = ray_object_value(trigger, ENABLED);
    struct ray_buf *buf = ray_ddl_begin(ddl);

    ray_buf_add(buf, "ALTER TABLE ");
    ray_ddl_owner_name(buf, trigger);
    if (enabled == NULL)
        ray_buf_add(buf, " ENABLE TRIGGER ");
    else if (strcmp(enabled, "disabled") == 0)
        ray_buf_add(buf, " DISABLE TRIGGER ");
    else
        ray_buf_addf(buf, " ENABLE %s TRIGGER ",
                     strcmp(enabled, "replica") == 0 ? "REPLICA" : "ALWAYS");
    ray_ddl_name(buf, trigger->name);
    ray_ddl_end(ddl, trigger);
}

static void
create(struct ray_ddl *ddl, const struct ray_object *trigger)
{
    struct ray_buf *buf;

    if (trigger->implied)
        return;
    buf = ray_ddl_begin(ddl);
    ray_buf_addf(buf, "CREATE %sTRIGGER ", ray_object_is(trigger, CONSTRAINT) ? "CONSTRAINT " : "");
    ray_ddl_name(buf, trigger->name);
    ray_buf_add(buf, "\n    ");
    add_upper(buf, ray_object_value(trigger, TIMING));
    add_events(buf, trigger);
    ray_buf_add(buf, " ON ");
    ray_ddl_owner_name(buf, trigger);
    if (ray_object_is(trigger, REFERENCED))
        ray_buf_addf(buf, "\n    FROM %s", ray_object_value(trigger, REFERENCED));
    if (ray_object_is(trigger, DEFERRABLE))
        ray_buf_addf(buf, "\n    DEFERRABLE%s",
                     ray_object_is(trigger, DEFERRED) ? " INITIALLY DEFERRED" : "");
    add_referencing(buf, trigger);
    ray_buf_addf(buf, "\n    FOR EACH %s", ray_object_is(trigger, LEVEL) ? "ROW" : "STATEMENT");
    if (ray_object_is(trigger, WHEN))
        ray_buf_addf(buf, "\n    WHEN (%s)", ray_object_value(trigger, WHEN));
    add_call(buf, trigger);
    ray_ddl_end(ddl, trigger);
    if (ray_object_is(trigger, ENABLED))
        write_enabled(ddl, trigger);
}

/* A partition's own is enabled as its parent's is, unless somebody said otherwise. */
static void
finish(struct ray_ddl *ddl, const struct ray_object *trigger)
{
    const char *enabled = ray_object_value(trigger, ENABLED);

    for (size_t i = 0; trigger->implied && i < trigger->later.len; i++) {
        const struct ray_object *parent = trigger->later.items[i];
        const char *theirs = parent->kind == &ray_kind_trigger ? ray_object_value(parent, ENABLED)
                                                               : enabled;

        if (enabled != theirs &&
            (enabled == NULL || theirs == NULL || strcmp(enabled, theirs) != 0))
            write_enabled(ddl, trigger);
    }
}

const struct ray_kind ray_kind_trigger = {
    .name = "trigger",
    .keyword = "TRIGGER",
    .catalog = "pg_trigger",
    .owner_catalog = "pg_class",
    .select = {.from =
                   "pg_trigger t WHERE t.tgrelid >= 16384 AND (NOT t.tgisinternal"
                   /* until 14 what partitions have of their parent's is internal, as keys' are */
                   "{14- OR (t.tgparentid <> 0 AND NOT EXISTS (SELECT FROM pg_constraint con"
                   " WHERE con.oid = t.tgconstraint AND con.contype <> 't'))})",
               .oid = "t.oid",
               .owner_oid = "t.tgrelid",
               .name = "t.tgname"},
    RAY_ATTRIBUTES(attributes),
    .weight = 10,
    .take = take,
    .target = ray_ddl_part_on,
    .create = create,
    .alter = ray_trigger_alter_to,
    .finish = finish,
};
