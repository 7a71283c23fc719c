/* Elements: see element.h. */
#include "pull/element.h"

#include "catalog/clause.h"

#include <ctype.h>
#include <string.h>

static bool
is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '$' || ((unsigned char)c & 0x80) != 0;
}

/* Behind a name of one or more parts, quoted or not; the text itself where none begins there. */
static const char *
name_end(const char *text)
{
    for (;;) {
        if (*text == '"') {
            for (text++; *text != '\0' && (*text != '"' || text[1] == '"'); text++)
                text += *text == '"';
            text += *text == '"';
        } else if (is_word(*text)) {
            while (is_word(*text))
                text++;
        } else {
            return text;
        }
        if (*text != '.')
            return text;
        text++;
    }
}

/* Behind what is indexed: a column, a call, or something in parentheses. */
static const char *
subject_end(const char *text, bool *is_column)
{
    const char *end = name_end(text);

    *is_column = *end != '(';
    return *end == '(' ? ray_clause_close(end) : end;
}

static bool
take_word(const char **text, const char *word)
{
    size_t length = strlen(word);

    if (strncmp(*text, word, length) != 0 || is_word((*text)[length]))
        return false;
    *text += length;
    *text += **text == ' ';
    return true;
}

static const char *
take_name(struct ray_arena *arena, const char **text)
{
    const char *begin = *text;
    const char *end = name_end(begin);

    if (end > begin && end[0] == ' ' && end[1] == '(') /* an operator class's parameters */
        end = ray_clause_close(end + 1);
    if (end == NULL || end == begin)
        return NULL;
    *text = end;
    *text += **text == ' ';
    return ray_arena_strndup(arena, begin, (size_t)(end - begin));
}

bool
ray_element_read(struct ray_arena *arena, const char *text, struct ray_element *out)
{
    bool is_column;
    const char *end = subject_end(text, &is_column);
    const char *subject;

    *out = (struct ray_element){0};
    if (end == NULL || end == text || (*end != ' ' && *end != '\0'))
        return false;
    subject = ray_arena_strndup(arena, text, (size_t)(end - text));
    if (is_column) {
        ray_list parts = ray_clause_name(arena, subject);

        if (parts.len != 1)
            return false;
        out->column = parts.items[0];
    } else {
        out->expression = subject;
    }
    text = end + (*end == ' ');
    if (take_word(&text, "COLLATE") && (out->collation = take_name(arena, &text)) == NULL)
        return false;
    if (*text == '"' || (is_word(*text) && !(*text >= 'A' && *text <= 'Z')))
        out->opclass = take_name(arena, &text);
    out->descending = take_word(&text, "DESC");
    if (take_word(&text, "NULLS FIRST"))
        out->nulls = "first";
    else if (take_word(&text, "NULLS LAST"))
        out->nulls = "last";
    if (take_word(&text, "WITH")) {
        out->operator_ = text;
        return *text != '\0';
    }
    return *text == '\0';
}

/* A call is called by its function, unless the grammar has something else in mind for the name. */
const char *
ray_element_name(struct ray_arena *arena, const struct ray_element *element)
{
    const char *text = element->expression;
    const char *open;
    ray_list parts;

    if (element->column != NULL)
        return element->column;
    open = name_end(text);
    if (open == text || *open != '(' || ray_clause_close(open) != text + strlen(text))
        return NULL;
    for (const char *c = text; c < open; c++)
        if (isupper((unsigned char)*c) && *text != '"')
            return NULL;
    parts = ray_clause_name(arena, ray_arena_strndup(arena, text, (size_t)(open - text)));
    return parts.items[parts.len - 1];
}
