/* A page of help: headings, rows of a name and its text, paragraphs, wrapped to the terminal. */
#ifndef RAY_CMD_PAGE_H
#define RAY_CMD_PAGE_H

#include "base/buf.h"
#include "base/term.h"

struct ray_page {
    struct ray_term *term;
    bool error_stream; /* it will be printed to standard error */
    int columns;
    struct ray_buf buf;
};

/* A page for standard output, or for standard error. */
void ray_page_init(struct ray_page *page, struct ray_arena *arena, struct ray_term *term,
                   bool error_stream);

/* "Heading", with an empty line above it unless it is the first. */
void ray_page_heading(struct ray_page *page, const char *text);

/* "  label   text": texts of the same page part begin at column `at`; a label that is too long, or a
 * terminal that is too narrow, puts the text on a line of its own. */
void ray_page_row(struct ray_page *page, const char *label, const char *text, int at);

/* Paragraphs, indented by `indent`: single line breaks are spaces, but for lines that begin with a
 * space: those stay lines, and hang below their second column where they are broken. */
void ray_page_text(struct ray_page *page, const char *text, int indent);

void ray_page_print(struct ray_page *page);

#endif
