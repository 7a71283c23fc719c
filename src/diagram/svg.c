/* The picture as SVG. Its style is one of custom properties, with values for light and for dark. */
#include "diagram/layout.h"
#include "diagram/writers.h"

#include <stdlib.h>

/* clang-format off */
const char ray_diagram_style[] =
    ".erd{--canvas:#f6f7f9;--box:#fff;--head:#edf0f5;--line:#cfd5de;--text:#1d2330;--dim:#6b7586;"
    "--edge:#8c97a8;--pk:#9a6700;--fk:#2f62c9;--hot:#2f62c9;"
    "font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;font-size:12px}\n"
    "@media (prefers-color-scheme:dark){.erd{--canvas:#14161b;--box:#1b1e25;--head:#242933;--line:#3a414e;"
    "--text:#e4e7ee;--dim:#929cad;--edge:#6a7486;--pk:#e3b341;--fk:#82aaff;--hot:#82aaff}}\n"
    ".erd .canvas{fill:var(--canvas)}\n"
    ".erd .box{fill:var(--box);stroke:var(--line)}\n"
    ".erd .head{fill:var(--head)}\n"
    ".erd .rule{stroke:var(--line)}\n"
    ".erd text{fill:var(--text);dominant-baseline:central}\n"
    ".erd .name{font-weight:600;font-size:12.5px}\n"
    ".erd .dim,.erd .type{fill:var(--dim)}\n"
    ".erd .type{text-anchor:end}\n"
    ".erd .name .dim{font-weight:400}\n"
    ".erd .tag{font-size:9px;font-weight:600;letter-spacing:.04em}\n"
    ".erd .pk{fill:var(--pk)}\n"
    ".erd .fk{fill:var(--fk)}\n"
    ".erd .uq{fill:var(--dim)}\n"
    ".erd .edge path{fill:none;stroke:var(--edge);stroke-width:1.3}\n"
    ".erd .edge .reach{stroke:transparent;stroke-width:11}\n"
    ".erd .edge circle{fill:var(--canvas);stroke:var(--edge);stroke-width:1.3}\n"
    ".erd .edge:hover path:not(.reach),.erd .edge:hover circle{stroke:var(--hot);stroke-width:2}\n";
/* clang-format on */

enum { CORNER = 7, CIRCLE = 4 };

static int
between(int low, int value, int high)
{
    return value < low ? low : value > high ? high : value;
}

/* ---------------------------------------------------------------- tables */

static void
add_title(struct ray_buf *out, const char *text)
{
    ray_buf_add(out, "<title>");
    ray_diagram_escape(out, text);
    ray_buf_add(out, "</title>");
}

static void
add_tag(struct ray_buf *out, int x, int y, const char *class, const char *text)
{
    ray_buf_addf(out, "<text class=\"tag %s\" x=\"%d\" y=\"%d\">%s</text>", class, x, y, text);
}

static void
add_column(struct ray_buf *out, const struct ray_diagram_table *table, size_t number)
{
    const struct ray_diagram_column *column = &table->columns.items[number];
    int y = ray_diagram_row_middle(number);
    int x = RAY_DIAGRAM_SIDE;

    if (column->primary) {
        add_tag(out, x, y, "pk", "PK");
        x += RAY_DIAGRAM_TAG - 6;
    }
    if (column->foreign)
        add_tag(out, x, y, "fk", "FK");
    else if (column->unique && !column->primary)
        add_tag(out, x, y, "uq", "UQ");
    ray_buf_addf(out, "<text x=\"%d\" y=\"%d\">", ray_diagram_name_at(table), y);
    ray_diagram_escape(out, column->shown);
    ray_buf_addf(out, "</text><text class=\"type\" x=\"%d\" y=\"%d\">",
                 table->width - RAY_DIAGRAM_SIDE, y);
    ray_diagram_escape(out, column->shown_type);
    ray_buf_addf(out, "%s</text>\n", column->not_null ? "" : "?");
}

static void
add_table(struct ray_buf *out, const struct ray_diagram_table *table, size_t number)
{
    ray_buf_addf(out, "<g class=\"table\" data-table=\"%zu\" transform=\"translate(%d,%d)\">",
                 number, table->x, table->y);
    if (table->comment != NULL)
        add_title(out, table->comment);
    ray_buf_addf(out, "<rect class=\"box\" width=\"%d\" height=\"%d\" rx=\"7\"/>", table->width,
                 table->height);
    ray_buf_addf(
        out,
        "<path class=\"head\" d=\"M.5 %dV7a6.5 6.5 0 0 1 6.5-6.5H%da6.5 6.5 0 0 1 6.5 6.5V%dz\"/>",
        RAY_DIAGRAM_HEAD - 4, table->width - 7, RAY_DIAGRAM_HEAD - 4);
    ray_buf_addf(out, "<path class=\"rule\" d=\"M0 %dH%d\"/>", RAY_DIAGRAM_HEAD - 4, table->width);
    ray_buf_addf(out, "<text class=\"name\" x=\"%d\" y=\"%d\">", RAY_DIAGRAM_SIDE,
                 RAY_DIAGRAM_HEAD / 2 - 2);
    if (table->shown_schema[0] != '\0') {
        ray_buf_add(out, "<tspan class=\"dim\">");
        ray_diagram_escape(out, table->shown_schema);
        ray_buf_add(out, ".</tspan>");
    }
    ray_diagram_escape(out, table->shown);
    ray_buf_add(out, "</text>\n");
    for (size_t i = 0; i < table->columns.len; i++)
        add_column(out, table, i);
    if (table->hidden > 0)
        ray_buf_addf(out, "<text class=\"dim\" x=\"%d\" y=\"%d\">%zu more</text>\n",
                     RAY_DIAGRAM_SIDE, ray_diagram_row_middle(table->columns.len), table->hidden);
    ray_buf_add(out, "</g>\n");
}

/* ---------------------------------------------------------------- edges */

/* The line, each corner a quarter of a circle as large as there is room for. */
static void
add_line(struct ray_buf *out, const struct ray_diagram_edge *edge)
{
    const struct ray_diagram_point *points = edge->route.items;
    size_t count = edge->route.len;

    ray_buf_addf(out, "M%d %d", points[0].x, points[0].y);
    for (size_t i = 1; i + 1 < count; i++) {
        struct ray_diagram_point before = points[i - 1];
        struct ray_diagram_point at = points[i];
        struct ray_diagram_point behind = points[i + 1];
        int in = abs(at.x - before.x) + abs(at.y - before.y);
        int on = abs(behind.x - at.x) + abs(behind.y - at.y);
        int r = between(0, (in < on ? in : on) / 2, CORNER);

        ray_buf_addf(out, "L%d %dQ%d %d %d %d", at.x - between(-r, at.x - before.x, r),
                     at.y - between(-r, at.y - before.y, r), at.x, at.y,
                     at.x + between(-r, behind.x - at.x, r),
                     at.y + between(-r, behind.y - at.y, r));
    }
    ray_buf_addf(out, "L%d %d", points[count - 1].x, points[count - 1].y);
}

/* How many rows refer to one: a crow's foot, or a bar where one at most; and a circle, as there may be none. */
static void
add_source_end(struct ray_buf *out, const struct ray_diagram_edge *edge)
{
    struct ray_diagram_point at = edge->route.items[0];
    int way = edge->route.items[1].x > at.x ? 1 : -1;
    int foot = at.x + way * RAY_DIAGRAM_MANY;

    if (edge->unique)
        ray_buf_addf(out, "<path d=\"M%d %dv12\"/>", at.x + way * 8, at.y - 6);
    else
        ray_buf_addf(out, "<path d=\"M%d %dL%d %dL%d %d\"/>", at.x, at.y - 6, foot, at.y, at.x,
                     at.y + 6);
    ray_buf_addf(out, "<circle cx=\"%d\" cy=\"%d\" r=\"%d\"/>", foot + way * CIRCLE, at.y, CIRCLE);
}

/* To how many a row refers: one, or one or none. */
static void
add_target_end(struct ray_buf *out, const struct ray_diagram_edge *edge)
{
    struct ray_diagram_point at = edge->route.items[edge->route.len - 1];
    int way = edge->route.items[edge->route.len - 2].x > at.x ? 1 : -1;

    ray_buf_addf(out, "<path d=\"M%d %dv12\"/>", at.x + way * 8, at.y - 6);
    if (edge->not_null)
        ray_buf_addf(out, "<path d=\"M%d %dv12\"/>", at.x + way * 12, at.y - 6);
    else
        ray_buf_addf(out, "<circle cx=\"%d\" cy=\"%d\" r=\"%d\"/>",
                     at.x + way * (RAY_DIAGRAM_MANY + CIRCLE), at.y, CIRCLE);
}

static void
add_edge(struct ray_buf *out, const struct ray_diagram *diagram,
         const struct ray_diagram_edge *edge)
{
    ray_buf_addf(out, "<g class=\"edge\" data-from=\"%zu\" data-to=\"%zu\">", edge->from, edge->to);
    add_title(out, ray_diagram_edge_title(out->arena, diagram, edge));
    ray_buf_add(out, "<path class=\"reach\" d=\"");
    add_line(out, edge);
    ray_buf_add(out, "\"/><path d=\"");
    add_line(out, edge);
    ray_buf_add(out, "\"/>");
    add_source_end(out, edge);
    add_target_end(out, edge);
    ray_buf_add(out, "</g>\n");
}

void
ray_diagram_picture(const struct ray_diagram *diagram, bool standalone, struct ray_buf *out)
{
    ray_buf_add(out, "<svg class=\"erd\" ");
    if (standalone)
        ray_buf_add(out, "xmlns=\"http://www.w3.org/2000/svg\" ");
    ray_buf_addf(out,
                 "width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" role=\"img\" "
                 "aria-label=\"relationship diagram of %zu tables\">\n",
                 diagram->width, diagram->height, diagram->width, diagram->height,
                 diagram->tables.len);
    if (standalone)
        ray_buf_addf(out, "<style>%s</style>\n", ray_diagram_style);
    ray_buf_addf(out, "<rect class=\"canvas\" width=\"%d\" height=\"%d\"/>\n", diagram->width,
                 diagram->height);
    for (size_t i = 0; i < diagram->edges.len; i++)
        add_edge(out, diagram, &diagram->edges.items[i]);
    for (size_t i = 0; i < diagram->tables.len; i++)
        add_table(out, &diagram->tables.items[i], i);
    ray_buf_add(out, "</svg>\n");
}

void
ray_diagram_svg(const struct ray_diagram *diagram, struct ray_buf *out)
{
    ray_diagram_picture(diagram, true, out);
}
