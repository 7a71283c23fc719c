/* Printing of trees: see lua_writer.h. Widths are counted in bytes, which are never less than columns. */
#include "catalog/lua_writer.h"

#include "base/vec.h"

#include <ctype.h>
#include <string.h>

enum { COLUMNS = 100, STEP = 2 };

enum type { WORD, TEXT, SQL, USE, TABLE, CALL, CHAIN };

struct entry {
    const char *key; /* of a table, or a method's name */
    int place;       /* of a table: [2] = ...; 0: none */
    struct ray_expr *value;
};

struct ray_expr {
    enum type type;
    enum ray_expr_layout layout;
    const char *text; /* of a use: what follows */
    const struct ray_expr_ref *ref;
    struct ray_expr *head;
    RAY_VEC(struct entry) entries;
};

/* ---------------------------------------------------------------- making */

static struct ray_expr *
new_node(struct ray_arena *arena, enum type type, const char *text)
{
    struct ray_expr *node = RAY_NEW(arena, struct ray_expr);

    node->type = type;
    node->text = text;
    return node;
}

struct ray_expr *
ray_expr_word(struct ray_arena *arena, const char *text)
{
    return new_node(arena, WORD, text);
}

struct ray_expr *
ray_expr_text(struct ray_arena *arena, const char *text)
{
    return new_node(arena, TEXT, text);
}

struct ray_expr *
ray_expr_sql(struct ray_arena *arena, const char *text)
{
    return new_node(arena, SQL, text);
}

struct ray_expr *
ray_expr_use(struct ray_arena *arena, const struct ray_expr_ref *ref, const char *behind)
{
    struct ray_expr *node = new_node(arena, USE, behind == NULL ? "" : behind);

    node->ref = ref;
    return node;
}

struct ray_expr *
ray_expr_table(struct ray_arena *arena, enum ray_expr_layout layout)
{
    struct ray_expr *node = new_node(arena, TABLE, NULL);

    node->layout = layout;
    return node;
}

void
ray_expr_put(struct ray_arena *arena, struct ray_expr *table, const char *key,
             struct ray_expr *value)
{
    *ray_vec_add(arena, &table->entries) = (struct entry){.key = key, .value = value};
}

void
ray_expr_put_at(struct ray_arena *arena, struct ray_expr *table, int place, struct ray_expr *value)
{
    *ray_vec_add(arena, &table->entries) = (struct entry){.place = place, .value = value};
}

bool
ray_expr_is_empty(const struct ray_expr *table)
{
    return table->entries.len == 0;
}

bool
ray_expr_has_only(const struct ray_expr *table, const char *key)
{
    return table->entries.len == 1 && table->entries.items[0].key != NULL &&
           strcmp(table->entries.items[0].key, key) == 0;
}

struct ray_expr *
ray_expr_sole(struct ray_expr *table)
{
    return table->entries.len == 1 ? table->entries.items[0].value : table;
}

struct ray_expr *
ray_expr_call(struct ray_arena *arena, struct ray_expr *head)
{
    struct ray_expr *node = new_node(arena, CALL, NULL);

    node->head = head;
    return node;
}

void
ray_expr_argument(struct ray_arena *arena, struct ray_expr *call, struct ray_expr *value)
{
    ray_expr_put(arena, call, NULL, value);
}

struct ray_expr *
ray_expr_chain(struct ray_arena *arena, struct ray_expr *head)
{
    struct ray_expr *node = new_node(arena, CHAIN, NULL);

    node->head = head;
    return node;
}

struct ray_expr *
ray_expr_method(struct ray_arena *arena, struct ray_expr *chain, const char *name)
{
    struct ray_expr *call = ray_expr_call(arena, NULL);

    ray_expr_put(arena, chain, name, call);
    return call;
}

/* ---------------------------------------------------------------- texts */

bool
ray_expr_is_name(const char *text)
{
    static const char *const keywords[] = {"and",   "break", "do",       "else", "elseif", "end",
                                           "false", "for",   "function", "goto", "if",     "in",
                                           "local", "nil",   "not",      "or",   "repeat", "return",
                                           "then",  "true",  "until",    "while"};
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";

    for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++)
        if (strcmp(text, keywords[i]) == 0)
            return false;
    return text[0] != '\0' && !isdigit((unsigned char)text[0]) &&
           text[strspn(text, letters)] == '\0';
}

/* One character of a quoted string, as it is written; returns what stands behind it. */
static const char *
add_escaped(struct ray_buf *buf, const char *text, char quote)
{
    unsigned char c = (unsigned char)*text++;

    if (c == (unsigned char)quote || c == '\\')
        ray_buf_addf(buf, "\\%c", c);
    else if (c == '\n')
        ray_buf_add(buf, "\\n");
    else if (c == '\r')
        ray_buf_add(buf, "\\r");
    else if (c == '\t')
        ray_buf_add(buf, "\\t");
    else if (c < ' ' || c == 0x7f)
        ray_buf_addf(buf, "\\x%02x", c);
    else
        ray_buf_addc(buf, (char)c);
    while ((*text & 0xc0) == 0x80 && c >= 0x80)
        ray_buf_addc(buf, *text++);
    return text;
}

void
ray_expr_quote(struct ray_buf *buf, const char *text)
{
    ray_buf_addc(buf, '"');
    while (*text != '\0')
        text = add_escaped(buf, text, '"');
    ray_buf_addc(buf, '"');
}

/* What a long bracket gives back as it is: no control characters but tabs and, with `lines`, line feeds. */
static bool
is_plain(const char *text, bool lines)
{
    for (; *text != '\0'; text++)
        if (((unsigned char)*text < ' ' && *text != '\t' && !(*text == '\n' && lines)) ||
            *text == 0x7f)
            return false;
    return true;
}

static bool
is_block(const char *text)
{
    return strchr(text, '\n') != NULL && is_plain(text, true);
}

/* The least number of equals signs with which the text does not close its own bracket. */
static size_t
bracket_level(const char *text)
{
    size_t level = 0;

    for (const char *at = strchr(text, ']'); at != NULL; at = strchr(at + 1, ']')) {
        size_t equals = strspn(at + 1, "=");

        if ((at[1 + equals] == ']' || at[1 + equals] == '\0') && equals >= level)
            level = equals + 1;
    }
    return level;
}

static void
add_bracket(struct ray_buf *buf, size_t level, char bracket)
{
    ray_buf_addc(buf, bracket);
    for (size_t i = 0; i < level; i++)
        ray_buf_addc(buf, '=');
    ray_buf_addc(buf, bracket);
}

static void
add_long(struct ray_buf *buf, const char *text, bool block)
{
    size_t level = bracket_level(text);

    add_bracket(buf, level, '[');
    ray_buf_add(buf, block ? "\n" : "");
    ray_buf_add(buf, text);
    add_bracket(buf, level, ']');
}

/* The quotes that need the fewest escapes; '[': a long bracket. */
static char
quote_of(const char *text)
{
    bool has_double = strchr(text, '"') != NULL;
    bool has_single = strchr(text, '\'') != NULL;

    if (is_plain(text, false) && ((has_double && has_single) || strchr(text, '\\') != NULL))
        return '[';
    return has_double && !has_single ? '\'' : '"';
}

static void
add_one_line(struct ray_buf *buf, const char *text)
{
    char quote = quote_of(text);

    if (quote == '[') {
        add_long(buf, text, false);
        return;
    }
    ray_buf_addc(buf, quote);
    while (*text != '\0')
        text = add_escaped(buf, text, quote);
    ray_buf_addc(buf, quote);
}

/* ---------------------------------------------------------------- one line */

static bool
is_text(const struct ray_expr *node)
{
    return node->type == TEXT || node->type == SQL;
}

static bool
is_sugar(const struct ray_expr *call)
{
    const struct ray_expr *only = call->entries.len == 1 ? call->entries.items[0].value : NULL;

    return only != NULL && (is_text(only) || only->type == TABLE);
}

static void
add_key(struct ray_buf *buf, const struct entry *entry)
{
    if (entry->place != 0) {
        ray_buf_addf(buf, "[%d] = ", entry->place);
    } else if (entry->key != NULL && ray_expr_is_name(entry->key)) {
        ray_buf_addf(buf, "%s = ", entry->key);
    } else if (entry->key != NULL) {
        ray_buf_addc(buf, '[');
        ray_expr_quote(buf, entry->key);
        ray_buf_add(buf, "] = ");
    }
}

static void add_flat(struct ray_buf *buf, const struct ray_expr *node);

static void
add_flat_arguments(struct ray_buf *buf, const struct ray_expr *call)
{
    bool sugar = is_sugar(call);

    ray_buf_addc(buf, sugar ? ' ' : '(');
    for (size_t i = 0; i < call->entries.len; i++) {
        ray_buf_add(buf, i == 0 ? "" : ", ");
        add_flat(buf, call->entries.items[i].value);
    }
    ray_buf_add(buf, sugar ? "" : ")");
}

static void
add_flat_table(struct ray_buf *buf, const struct ray_expr *table)
{
    if (table->entries.len == 0) {
        ray_buf_add(buf, "{}");
        return;
    }
    for (size_t i = 0; i < table->entries.len; i++) {
        ray_buf_add(buf, i == 0 ? "{ " : ", ");
        add_key(buf, &table->entries.items[i]);
        add_flat(buf, table->entries.items[i].value);
    }
    ray_buf_add(buf, " }");
}

static void
add_flat(struct ray_buf *buf, const struct ray_expr *node)
{
    switch (node->type) {
    case WORD:
        ray_buf_add(buf, node->text);
        break;
    case TEXT:
    case SQL:
        add_one_line(buf, node->text);
        break;
    case USE:
        ray_buf_addf(buf, "%s%s", node->ref->text, node->text);
        break;
    case TABLE:
        add_flat_table(buf, node);
        break;
    case CALL:
        add_flat(buf, node->head);
        add_flat_arguments(buf, node);
        break;
    case CHAIN:
        add_flat(buf, node->head);
        for (size_t i = 0; i < node->entries.len; i++) {
            ray_buf_addf(buf, " :%s", node->entries.items[i].key);
            add_flat_arguments(buf, node->entries.items[i].value);
        }
        break;
    }
}

/* True where some part of it wants several lines whatever the room. */
static bool
is_tall(const struct ray_expr *node)
{
    if (is_text(node))
        return is_block(node->text);
    if (node->type == TABLE && node->layout == RAY_EXPR_OPEN && node->entries.len > 0)
        return true;
    for (size_t i = 0; i < node->entries.len; i++)
        if (is_tall(node->entries.items[i].value))
            return true;
    return node->head != NULL && is_tall(node->head);
}

/* ---------------------------------------------------------------- several lines */

static size_t
column(const struct ray_buf *buf)
{
    const char *line = memrchr(buf->data, '\n', buf->len);

    return line == NULL ? buf->len : (size_t)(buf->data + buf->len - line) - 1;
}

static void
new_line(struct ray_buf *buf, int indent)
{
    ray_buf_addf(buf, "\n%*s", indent, "");
}

/* How much of the text stands in this line: up to a blank, else as much as there is room for. A line never
 * begins with a blank, as \z would swallow it. */
static const char *
segment_end(struct ray_buf *scratch, const char *text, char quote, size_t room)
{
    const char *blank = NULL;
    const char *end = text;

    ray_buf_truncate(scratch, 0);
    while (*end != '\0') {
        const char *next = add_escaped(scratch, end, quote);
        bool may_break = *next != '\0' && !isspace((unsigned char)*next);

        if (scratch->len > room && end > text && !isspace((unsigned char)*end))
            return blank != NULL ? blank : end;
        if (may_break && (*end == ' ' || *end == '\n'))
            blank = next;
        if (may_break && *end == '\n')
            return next;
        end = next;
    }
    return end;
}

static void
add_broken(struct ray_buf *buf, const char *text, int indent, size_t tail)
{
    char quote = quote_of(text) == '\'' ? '\'' : '"';
    struct ray_buf scratch;

    ray_buf_init(&scratch, buf->arena);
    ray_buf_addc(buf, quote);
    for (;;) {
        size_t taken = column(buf) + strlen("\\z") + tail;
        size_t room = taken + 20 < COLUMNS ? COLUMNS - taken : 20;
        const char *end = segment_end(&scratch, text, quote, room);

        while (text < end)
            text = add_escaped(buf, text, quote);
        if (*text == '\0')
            break;
        ray_buf_add(buf, "\\z");
        new_line(buf, indent + STEP);
    }
    ray_buf_addc(buf, quote);
}

/* Where the line that begins at `text` ends: the last blank outside of quotes for which there is room, else the
 * first; NULL: no more. */
static const char *
line_end(const char *text, size_t room)
{
    const char *blank = NULL;
    char quote = '\0';

    for (const char *at = text; *at != '\0'; at++) {
        if (quote == '\0' && *at == ' ') {
            if (blank != NULL && (size_t)(at - text) > room)
                return blank;
            blank = at;
        } else if (*at == '\'' || *at == '"') {
            quote = quote == '\0' ? *at : quote == *at ? '\0' : quote;
        }
    }
    return blank != NULL && strlen(text) > room ? blank : NULL;
}

/* A long bracket over several lines. */
static void
add_broken_sql(struct ray_buf *buf, const char *text, int indent, size_t tail)
{
    size_t level = bracket_level(text);
    const char *end;

    if (!is_plain(text, false)) {
        add_broken(buf, text, indent, tail);
        return;
    }
    add_bracket(buf, level, '[');
    for (;;) {
        size_t taken = column(buf) + level + 2 + tail;

        end = line_end(text, taken < COLUMNS ? COLUMNS - taken : 0);
        if (end == NULL)
            break;
        ray_buf_addn(buf, text, (size_t)(end - text));
        new_line(buf, indent + STEP);
        text = end + 1;
    }
    ray_buf_add(buf, text);
    add_bracket(buf, level, ']');
}

static void print(struct ray_buf *buf, const struct ray_expr *node, int indent, size_t tail);

static void
print_arguments(struct ray_buf *buf, const struct ray_expr *call, int indent, size_t tail)
{
    bool sugar = is_sugar(call);

    ray_buf_addc(buf, sugar ? ' ' : '(');
    for (size_t i = 0; i < call->entries.len; i++) {
        ray_buf_add(buf, i == 0 ? "" : ", ");
        print(buf, call->entries.items[i].value, indent, sugar ? tail : tail + 1);
    }
    ray_buf_add(buf, sugar ? "" : ")");
}

/* True where the entry may stand in the line of the one before it. */
static bool
may_follow(const struct ray_buf *buf, const struct ray_expr *table, size_t i)
{
    const struct entry *entry = &table->entries.items[i];

    return table->layout == RAY_EXPR_FILLED && i > 0 && entry->key == NULL && entry->place == 0 &&
           entry->value->type == TEXT && !is_block(entry->value->text) &&
           table->entries.items[i - 1].key == NULL &&
           table->entries.items[i - 1].value->type == TEXT &&
           column(buf) + strlen(entry->value->text) + strlen(" '',") <= COLUMNS &&
           strpbrk(entry->value->text, "\\\"\n\r\t") == NULL;
}

static void
print_table(struct ray_buf *buf, const struct ray_expr *table, int indent)
{
    ray_buf_addc(buf, '{');
    for (size_t i = 0; i < table->entries.len; i++) {
        if (may_follow(buf, table, i))
            ray_buf_addc(buf, ' ');
        else
            new_line(buf, indent + STEP);
        add_key(buf, &table->entries.items[i]);
        print(buf, table->entries.items[i].value, indent + STEP, 1);
        ray_buf_addc(buf, ',');
    }
    new_line(buf, indent);
    ray_buf_addc(buf, '}');
}

/* As many methods as there is room for stand in a line. */
static void
print_chain(struct ray_buf *buf, const struct ray_expr *chain, int indent, size_t tail)
{
    print(buf, chain->head, indent, 0);
    for (size_t i = 0; i < chain->entries.len; i++) {
        const struct entry *entry = &chain->entries.items[i];
        size_t begin = buf->len;

        if (!is_tall(entry->value)) {
            ray_buf_addf(buf, " :%s", entry->key);
            add_flat_arguments(buf, entry->value);
            if (column(buf) + tail <= COLUMNS)
                continue;
            ray_buf_truncate(buf, begin);
        }
        new_line(buf, indent + STEP);
        ray_buf_addf(buf, ":%s", entry->key);
        print_arguments(buf, entry->value, indent + STEP, tail);
    }
}

/* `tail`: how much must fit behind it into its last line. */
static void
print(struct ray_buf *buf, const struct ray_expr *node, int indent, size_t tail)
{
    size_t begin = buf->len;

    if (!is_tall(node)) {
        add_flat(buf, node);
        if (column(buf) + tail <= COLUMNS || node->type == WORD || node->type == USE)
            return;
        ray_buf_truncate(buf, begin);
    }
    switch (node->type) {
    case TEXT:
        if (is_block(node->text))
            add_long(buf, node->text, true);
        else
            add_broken(buf, node->text, indent, tail);
        break;
    case SQL:
        if (is_block(node->text))
            add_long(buf, node->text, true);
        else
            add_broken_sql(buf, node->text, indent, tail);
        break;
    case TABLE:
        print_table(buf, node, indent);
        break;
    case CALL:
        print(buf, node->head, indent, 0);
        print_arguments(buf, node, indent, tail);
        break;
    case CHAIN:
        print_chain(buf, node, indent, tail);
        break;
    case WORD:
    case USE:
        break;
    }
}

void
ray_expr_print(struct ray_buf *buf, const struct ray_expr *node)
{
    print(buf, node, 0, 0);
}
