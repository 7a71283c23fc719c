/*
 * For Mermaid's erDiagram. Its grammar has names without blanks for columns and types, so what is written otherwise
 * stands beside them as a comment; quotes and # in texts are entities.
 */
#include "diagram/writers.h"

#include <ctype.h>
#include <string.h>

/* Words that begin something else in an erDiagram. */
static bool
is_plain(const char *name)
{
    static const char *const words[] = {"erDiagram",  "title", "accTitle", "accDescr",
                                        "direction",  "style", "classDef", "class",
                                        "PK",         "FK",    "UK",       "to",
                                        "one",        "only",  "zero",     "many",
                                        "optionally", "or",    "more",     "u"};

    if (!isalpha((unsigned char)name[0]))
        return false;
    for (const char *at = name; *at != '\0'; at++)
        if (!isalnum((unsigned char)*at) && *at != '_')
            return false;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcasecmp(name, words[i]) == 0)
            return false;
    return true;
}

static void
add_text(struct ray_buf *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (strchr("\"#;<>&%{}", *text) != NULL)
            ray_buf_addf(out, "#%d;", *text);
        else
            ray_buf_addc(out, *text);
    }
}

/* A name or type as a word: letters, digits, _ - ( ) [ ]. True where it says the same. */
static bool
add_word(struct ray_buf *out, const char *text)
{
    bool same = isalpha((unsigned char)text[0]);

    if (!same)
        ray_buf_addc(out, 'x');
    for (; *text != '\0'; text++) {
        bool fits = isalnum((unsigned char)*text) || strchr("_-()[]", *text) != NULL;

        ray_buf_addn(out, fits ? text : "_", 1);
        same = same && (fits || *text == ' ');
    }
    return same;
}

static void
add_entity(struct ray_buf *out, const struct ray_diagram_table *table, size_t number)
{
    if (is_plain(table->shown) && table->shown_schema[0] == '\0')
        ray_buf_add(out, table->shown);
    else
        ray_buf_addf(out, "t%zu", number);
}

/* Type, name, keys; and both as they are, where they cannot be words. */
static void
add_column(const struct ray_diagram_column *column, struct ray_buf *out)
{
    bool same;

    ray_buf_add(out, "        ");
    same = add_word(out, column->shown_type);
    ray_buf_addc(out, ' ');
    same = add_word(out, column->shown) && same && strchr(column->shown, ' ') == NULL;
    if (column->primary || column->foreign || column->unique)
        ray_buf_addf(out, " %s%s%s", column->primary ? "PK" : "",
                     column->primary && column->foreign ? ", " : "",
                     column->foreign                      ? "FK"
                     : column->unique && !column->primary ? "UK"
                                                          : "");
    if (!same) {
        ray_buf_add(out, " \"");
        add_text(out, column->shown);
        ray_buf_addc(out, ' ');
        add_text(out, column->shown_type);
        ray_buf_addc(out, '"');
    }
    ray_buf_addc(out, '\n');
}

static void
add_table(const struct ray_diagram_table *table, size_t number, struct ray_buf *out)
{
    ray_buf_add(out, "    ");
    add_entity(out, table, number);
    if (!is_plain(table->shown) || table->shown_schema[0] != '\0') {
        ray_buf_add(out, "[\"");
        add_text(out, table->shown_schema);
        ray_buf_add(out, table->shown_schema[0] == '\0' ? "" : ".");
        add_text(out, table->shown);
        ray_buf_add(out, "\"]");
    }
    ray_buf_add(out, " {\n");
    for (size_t i = 0; i < table->columns.len; i++)
        add_column(&table->columns.items[i], out);
    ray_buf_add(out, "    }\n");
}

void
ray_diagram_mermaid(const struct ray_diagram *diagram, struct ray_buf *out)
{
    ray_buf_add(out, "erDiagram\n");
    for (size_t i = 0; i < diagram->tables.len; i++)
        add_table(&diagram->tables.items[i], i, out);
    for (size_t i = 0; i < diagram->edges.len; i++) {
        const struct ray_diagram_edge *edge = &diagram->edges.items[i];

        ray_buf_add(out, "    ");
        add_entity(out, &diagram->tables.items[edge->to], edge->to);
        ray_buf_addf(out, " %s--%s ", edge->not_null ? "||" : "|o", edge->unique ? "o|" : "o{");
        add_entity(out, &diagram->tables.items[edge->from], edge->from);
        ray_buf_add(out, " : \"");
        for (size_t c = 0; c < edge->columns.len; c++) {
            const struct ray_diagram_table *from = &diagram->tables.items[edge->from];

            ray_buf_add(out, c == 0 ? "" : ", ");
            add_text(out, from->columns.items[edge->columns.items[c]].shown);
        }
        ray_buf_add(out, "\"\n");
    }
}
