/* Event triggers: they come last, lest they see what makes the others. */
#include "catalog/ddl.h"
#include "catalog/kinds.h"
#include "catalog/list.h"
#include "pg/quote.h"

#include <string.h>

enum { EVENT, TAGS, FUNCTION, ENABLED };

static const struct ray_attribute attributes[] = {
    [EVENT] = {"event", "e.evtevent", RAY_ATTRIBUTE_TEXT, false},
    [TAGS] = {"tags", "e.evttags", RAY_ATTRIBUTE_LIST, false},
    [FUNCTION] = {"function", "e.evtfoid::regproc", RAY_ATTRIBUTE_TEXT, false},
    [ENABLED] = {"enabled",
                 "CASE e.evtenabled WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica'"
                 " WHEN 'A' THEN 'always' END",
                 RAY_ATTRIBUTE_TEXT, false},
};

static void
create(struct ray_ddl *ddl, const struct ray_object *trigger)
{
    ray_list tags = ray_list_read(ddl->arena, ray_object_value(trigger, TAGS));
    const char *enabled = ray_object_value(trigger, ENABLED);
    struct ray_buf *buf = ray_ddl_begin(ddl);

    ray_buf_add(buf, "CREATE EVENT TRIGGER ");
    ray_ddl_name(buf, trigger->name);
    ray_buf_addf(buf, "\n    ON %s", ray_object_value(trigger, EVENT));
    for (size_t i = 0; i < tags.len; i++) {
        ray_buf_add(buf, i == 0 ? "\n    WHEN TAG IN (" : ", ");
        ray_buf_literal(buf, tags.items[i]);
    }
    ray_buf_addf(buf, "%s\n    EXECUTE FUNCTION %s()", tags.len > 0 ? ")" : "",
                 ray_object_value(trigger, FUNCTION));
    ray_ddl_end(ddl, trigger);
    if (enabled == NULL)
        return;
    buf = ray_ddl_begin(ddl);
    ray_buf_add(buf, "ALTER EVENT TRIGGER ");
    ray_ddl_name(buf, trigger->name);
    if (strcmp(enabled, "disabled") == 0)
        ray_buf_add(buf, " DISABLE");
    else
        ray_buf_addf(buf, " ENABLE %s", strcmp(enabled, "replica") == 0 ? "REPLICA" : "ALWAYS");
    ray_ddl_end(ddl, trigger);
}

const struct ray_kind ray_kind_event_trigger = {
    .name = "event trigger",
    .keyword = "EVENT TRIGGER",
    .catalog = "pg_event_trigger",
    .select = {.probe = "pg_event_trigger",
               .from = "pg_event_trigger e",
               .oid = "e.oid",
               .name = "e.evtname",
               .owner = "e.evtowner"},
    RAY_ATTRIBUTES(attributes),
    .has_owner = true,
    .create = create,
};
