/* For Graphviz: a table is a node with an HTML label, a column a row with a port. */
#include "diagram/writers.h"

static void
add_table(const struct ray_diagram_table *table, size_t number, struct ray_buf *out)
{
    ray_buf_addf(
        out,
        "  t%zu [label=<<table border=\"0\" cellborder=\"1\" cellspacing=\"0\" cellpadding=\"4\">\n",
        number);
    ray_buf_add(out, "    <tr><td port=\"h\" bgcolor=\"#edf0f5\" colspan=\"3\"><b>");
    if (table->shown_schema[0] != '\0') {
        ray_diagram_escape(out, table->shown_schema);
        ray_buf_addc(out, '.');
    }
    ray_diagram_escape(out, table->shown);
    ray_buf_add(out, "</b></td></tr>\n");
    for (size_t i = 0; i < table->columns.len; i++) {
        const struct ray_diagram_column *column = &table->columns.items[i];

        ray_buf_addf(
            out,
            "    <tr><td port=\"l%zu\" sides=\"LB\">%s%s%s</td><td align=\"left\" sides=\"B\">", i,
            column->primary ? "PK" : "", column->primary && column->foreign ? " " : "",
            column->foreign                      ? "FK"
            : column->unique && !column->primary ? "UQ"
                                                 : "");
        ray_diagram_escape(out, column->shown);
        ray_buf_addf(out,
                     "</td><td port=\"r%zu\" align=\"right\" sides=\"BR\"><font color=\"#6b7586\">",
                     i);
        ray_diagram_escape(out, column->shown_type);
        ray_buf_addf(out, "%s</font></td></tr>\n", column->not_null ? "" : "?");
    }
    if (table->hidden > 0)
        ray_buf_addf(out, "    <tr><td colspan=\"3\">%zu more</td></tr>\n", table->hidden);
    ray_buf_add(out, "  </table>>];\n");
}

/* A port, "t3:r0"; a table whose columns are hidden has its head. */
static void
add_port(struct ray_buf *out, size_t table, char side, const size_t *columns, size_t count)
{
    if (count > 0)
        ray_buf_addf(out, "t%zu:%c%zu", table, side, columns[0]);
    else
        ray_buf_addf(out, "t%zu:h", table);
}

static void
add_edge(const struct ray_diagram *diagram, const struct ray_diagram_edge *edge,
         struct ray_buf *out)
{
    ray_buf_add(out, "  ");
    add_port(out, edge->to, 'r', edge->to_columns.items, edge->to_columns.len);
    ray_buf_add(out, " -> ");
    add_port(out, edge->from, edge->from == edge->to ? 'r' : 'l', edge->columns.items,
             edge->columns.len);
    ray_buf_addf(out, " [arrowtail=%s, arrowhead=%s, tooltip=<",
                 edge->not_null ? "teetee" : "teeodot", edge->unique ? "teeodot" : "crowodot");
    ray_diagram_escape(out, ray_diagram_edge_title(out->arena, diagram, edge));
    ray_buf_add(out, ">];\n");
}

void
ray_diagram_dot(const struct ray_diagram *diagram, struct ray_buf *out)
{
    ray_buf_add(out, "digraph erd {\n"
                     "  graph [rankdir=LR, ranksep=1, nodesep=0.4, bgcolor=\"transparent\"];\n"
                     "  node [shape=plain, fontname=\"monospace\", fontsize=11];\n"
                     "  edge [dir=both, color=\"#6b7586\", arrowsize=0.8];\n");
    for (size_t i = 0; i < diagram->tables.len; i++)
        add_table(&diagram->tables.items[i], i, out);
    for (size_t i = 0; i < diagram->edges.len; i++)
        add_edge(diagram, &diagram->edges.items[i], out);
    ray_buf_add(out, "}\n");
}
