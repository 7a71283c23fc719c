/* The forms of a diagram. Each appends a whole document; all that comes from the database is escaped. */
#ifndef RAY_DIAGRAM_WRITERS_H
#define RAY_DIAGRAM_WRITERS_H

#include "base/buf.h"
#include "base/json.h"
#include "diagram/diagram.h"

typedef void ray_diagram_writer(const struct ray_diagram *diagram, struct ray_buf *out);

struct ray_diagram_format {
    const char *name;
    const char *suffixes[2]; /* of files; NULL: no more */
    bool placed;             /* needs ray_diagram_arrange */
    ray_diagram_writer *write;
    const char *help;
};

/* A row a format, ends with a NULL name. */
extern const struct ray_diagram_format ray_diagram_formats[];

ray_diagram_writer ray_diagram_svg, ray_diagram_html, ray_diagram_dot, ray_diagram_mermaid;

/* The picture alone, for a page that has its own style; `standalone`: with the style and the namespace. */
void ray_diagram_picture(const struct ray_diagram *diagram, bool standalone, struct ray_buf *out);

/* The style's rules, by custom properties that are said for light and dark. */
extern const char ray_diagram_style[];

/* Tables, edges and places. The caller owns it. */
json_t *ray_diagram_json(const struct ray_diagram *diagram);

/* Text of the database in XML and HTML: what cannot be seen is made visible. */
void ray_diagram_escape(struct ray_buf *buf, const char *text);

/* "orders.user_id -> users.id, on delete cascade": an edge in words. */
const char *ray_diagram_edge_title(struct ray_arena *arena, const struct ray_diagram *diagram,
                                   const struct ray_diagram_edge *edge);

#endif
