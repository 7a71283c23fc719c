/* The table of formats, and what they share. */
#include "base/text.h"
#include "diagram/writers.h"

#include <string.h>

const struct ray_diagram_format ray_diagram_formats[] = {
    {"svg", {".svg"}, true, ray_diagram_svg, "a picture, light and dark"},
    {"html", {".html", ".htm"}, true, ray_diagram_html, "a page of its own: search, zoom"},
    {"dot", {".dot", ".gv"}, false, ray_diagram_dot, "for Graphviz"},
    {"mermaid", {".mmd", ".mermaid"}, false, ray_diagram_mermaid, "for Markdown: GitHub draws it"},
    {NULL, {NULL}, false, NULL, NULL},
};

/* U+FFFE and U+FFFF are no characters of XML. */
static bool
is_noncharacter(const char *text)
{
    return strncmp(text, "\xEF\xBF\xBE", 3) == 0 || strncmp(text, "\xEF\xBF\xBF", 3) == 0;
}

void
ray_diagram_escape(struct ray_buf *buf, const char *text)
{
    static const struct {
        char c;
        const char *entity;
    } entities[] = {
        {'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"},
    };
    struct ray_buf visible;

    ray_buf_init(&visible, buf->arena);
    ray_buf_visible(&visible, text, strlen(text), RAY_KEEP_NOTHING);
    for (const char *at = visible.data; *at != '\0'; at++) {
        const char *entity = NULL;

        for (size_t i = 0; i < sizeof(entities) / sizeof(entities[0]); i++)
            if (entities[i].c == *at)
                entity = entities[i].entity;
        if (entity != NULL) {
            ray_buf_add(buf, entity);
        } else if (is_noncharacter(at)) {
            ray_buf_add(buf, "\xEF\xBF\xBD");
            at += 2;
        } else {
            ray_buf_addc(buf, *at);
        }
    }
}

static void
add_columns(struct ray_buf *buf, const struct ray_diagram_table *table, const size_t *columns,
            size_t count)
{
    ray_buf_addf(buf, "%s%s%s", table->shown_schema, table->shown_schema[0] == '\0' ? "" : ".",
                 table->shown);
    for (size_t i = 0; i < count; i++)
        ray_buf_addf(buf, "%s%s", i == 0 ? " (" : ", ", table->columns.items[columns[i]].shown);
    if (count > 0)
        ray_buf_addc(buf, ')');
}

const char *
ray_diagram_edge_title(struct ray_arena *arena, const struct ray_diagram *diagram,
                       const struct ray_diagram_edge *edge)
{
    struct ray_buf buf;

    ray_buf_init(&buf, arena);
    ray_buf_addf(&buf, "%s: ", edge->name);
    add_columns(&buf, &diagram->tables.items[edge->from], edge->columns.items, edge->columns.len);
    ray_buf_add(&buf, " \xE2\x86\x92 ");
    add_columns(&buf, &diagram->tables.items[edge->to], edge->to_columns.items,
                edge->to_columns.len);
    if (edge->on_delete != NULL)
        ray_buf_addf(&buf, ", on delete %s", edge->on_delete);
    return buf.data;
}

/* ---------------------------------------------------------------- JSON */

static json_t *
names_json(const struct ray_diagram_table *table, const size_t *columns, size_t count)
{
    json_t *names = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(names, json_string(table->columns.items[columns[i]].name));
    return names;
}

static json_t *
table_json(const struct ray_diagram_table *table)
{
    json_t *object = json_object();
    json_t *columns = json_array();

    ray_json_set_text(object, "schema", table->schema);
    ray_json_set_text(object, "name", table->name);
    ray_json_set_text(object, "comment", table->comment);
    for (size_t i = 0; i < table->columns.len; i++) {
        const struct ray_diagram_column *column = &table->columns.items[i];
        json_t *item = json_object();

        ray_json_set_text(item, "name", column->name);
        ray_json_set_text(item, "type", column->type);
        ray_json_set_bool(item, "primary", column->primary);
        ray_json_set_bool(item, "unique", column->unique);
        ray_json_set_bool(item, "foreign", column->foreign);
        ray_json_set_bool(item, "not_null", column->not_null);
        json_array_append_new(columns, item);
    }
    json_object_set_new(object, "columns", columns);
    ray_json_set_int(object, "x", table->x);
    ray_json_set_int(object, "y", table->y);
    ray_json_set_int(object, "width", table->width);
    ray_json_set_int(object, "height", table->height);
    return object;
}

static json_t *
edge_json(const struct ray_diagram *diagram, const struct ray_diagram_edge *edge)
{
    const struct ray_diagram_table *from = &diagram->tables.items[edge->from];
    const struct ray_diagram_table *to = &diagram->tables.items[edge->to];
    json_t *object = json_object();

    ray_json_set_text(object, "name", edge->name);
    json_object_set_new(object, "from", json_pack("[ss]", from->schema, from->name));
    json_object_set_new(object, "columns",
                        names_json(from, edge->columns.items, edge->columns.len));
    json_object_set_new(object, "to", json_pack("[ss]", to->schema, to->name));
    json_object_set_new(object, "to_columns",
                        names_json(to, edge->to_columns.items, edge->to_columns.len));
    ray_json_set_bool(object, "unique", edge->unique);
    ray_json_set_bool(object, "not_null", edge->not_null);
    ray_json_set_text(object, "on_delete", edge->on_delete);
    return object;
}

json_t *
ray_diagram_json(const struct ray_diagram *diagram)
{
    json_t *result = json_object();
    json_t *tables = json_array();
    json_t *edges = json_array();

    for (size_t i = 0; i < diagram->tables.len; i++)
        json_array_append_new(tables, table_json(&diagram->tables.items[i]));
    for (size_t i = 0; i < diagram->edges.len; i++)
        json_array_append_new(edges, edge_json(diagram, &diagram->edges.items[i]));
    json_object_set_new(result, "tables", tables);
    json_object_set_new(result, "edges", edges);
    ray_json_set_int(result, "width", diagram->width);
    ray_json_set_int(result, "height", diagram->height);
    return result;
}
