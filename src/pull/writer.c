/* Trees of Lua and their printing: see writer.h. Widths are counted in bytes, which are never less than columns. */
#include "pull/writer_internal.h"

#include <string.h>

enum type { WORD, TEXT, SQL, USE, TABLE, CALL, CHAIN };

/* A node, and its place in the one that it stands in: an entry of a table, an argument, a chain's method. */
struct ray_expr {
    unsigned char type;
    unsigned char layout;
    int place;        /* in its table: [2] = ...; 0: none */
    const char *key;  /* in its table, or the name of a method; NULL: none */
    const char *text; /* of a use: what follows */
    union {
        const struct ray_expr_ref *ref; /* of a use */
        struct ray_expr *head;          /* of a call, a chain */
    } of;
    struct ray_expr *first; /* what stands in it */
    struct ray_expr *last;
    struct ray_expr *next; /* what stands behind it */
};

/* ---------------------------------------------------------------- making */

static struct ray_expr *
new_node(struct ray_arena *arena, enum type type, const char *text)
{
    struct ray_expr *node = RAY_NEW(arena, struct ray_expr);

    node->type = (unsigned char)type;
    node->text = text;
    return node;
}

static struct ray_expr *
head_of(const struct ray_expr *node)
{
    return node->type == CALL || node->type == CHAIN ? node->of.head : NULL;
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

    node->of.ref = ref;
    return node;
}

struct ray_expr *
ray_expr_table(struct ray_arena *arena, enum ray_expr_layout layout)
{
    struct ray_expr *node = new_node(arena, TABLE, NULL);

    node->layout = (unsigned char)layout;
    return node;
}

static void
append(struct ray_expr *parent, struct ray_expr *node)
{
    if (parent->last == NULL)
        parent->first = node;
    else
        parent->last->next = node;
    parent->last = node;
}

void
ray_expr_put(struct ray_expr *table, const char *key, struct ray_expr *value)
{
    value->key = key;
    append(table, value);
}

void
ray_expr_put_at(struct ray_expr *table, int place, struct ray_expr *value)
{
    value->place = place;
    append(table, value);
}

bool
ray_expr_is_empty(const struct ray_expr *table)
{
    return table->first == NULL;
}

static bool
has_one(const struct ray_expr *node)
{
    return node->first != NULL && node->first == node->last;
}

bool
ray_expr_has_only(const struct ray_expr *table, const char *key)
{
    return has_one(table) && table->first->key != NULL && strcmp(table->first->key, key) == 0;
}

struct ray_expr *
ray_expr_sole(struct ray_expr *table)
{
    return has_one(table) ? table->first : table;
}

struct ray_expr *
ray_expr_call(struct ray_arena *arena, struct ray_expr *head)
{
    struct ray_expr *node = new_node(arena, CALL, NULL);

    node->of.head = head;
    return node;
}

void
ray_expr_argument(struct ray_expr *call, struct ray_expr *value)
{
    ray_expr_put(call, NULL, value);
}

struct ray_expr *
ray_expr_chain(struct ray_arena *arena, struct ray_expr *head)
{
    struct ray_expr *node = new_node(arena, CHAIN, NULL);

    node->of.head = head;
    return node;
}

struct ray_expr *
ray_expr_method(struct ray_arena *arena, struct ray_expr *chain, const char *name)
{
    struct ray_expr *call = ray_expr_call(arena, NULL);

    ray_expr_put(chain, name, call);
    return call;
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
    return has_one(call) && (is_text(call->first) || call->first->type == TABLE);
}

static void
add_key(struct ray_buf *buf, const struct ray_expr *entry)
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
    for (const struct ray_expr *value = call->first; value != NULL; value = value->next) {
        ray_buf_add(buf, value == call->first ? "" : ", ");
        add_flat(buf, value);
    }
    ray_buf_add(buf, sugar ? "" : ")");
}

static void
add_flat_table(struct ray_buf *buf, const struct ray_expr *table)
{
    if (table->first == NULL) {
        ray_buf_add(buf, "{}");
        return;
    }
    for (const struct ray_expr *entry = table->first; entry != NULL; entry = entry->next) {
        ray_buf_add(buf, entry == table->first ? "{ " : ", ");
        add_key(buf, entry);
        add_flat(buf, entry);
    }
    ray_buf_add(buf, " }");
}

static void
add_flat(struct ray_buf *buf, const struct ray_expr *node)
{
    switch ((enum type)node->type) {
    case WORD:
        ray_buf_add(buf, node->text);
        break;
    case TEXT:
    case SQL:
        ray_lua_add_line(buf, node->text);
        break;
    case USE:
        ray_buf_add(buf, node->of.ref->text);
        ray_buf_add(buf, node->text);
        break;
    case TABLE:
        add_flat_table(buf, node);
        break;
    case CALL:
        add_flat(buf, node->of.head);
        add_flat_arguments(buf, node);
        break;
    case CHAIN:
        add_flat(buf, node->of.head);
        for (const struct ray_expr *call = node->first; call != NULL; call = call->next) {
            ray_buf_addf(buf, " :%s", call->key);
            add_flat_arguments(buf, call);
        }
        break;
    }
}

/* True where some part of it wants several lines whatever the room. */
static bool
is_tall(const struct ray_expr *node)
{
    if (is_text(node))
        return ray_lua_is_block(node->text);
    if (node->type == TABLE && node->layout == RAY_EXPR_OPEN && node->first != NULL)
        return true;
    for (const struct ray_expr *inner = node->first; inner != NULL; inner = inner->next)
        if (is_tall(inner))
            return true;
    return head_of(node) != NULL && is_tall(head_of(node));
}

/* ---------------------------------------------------------------- several lines */

static void print(struct ray_buf *buf, const struct ray_expr *node, int indent, size_t tail);

static void
print_arguments(struct ray_buf *buf, const struct ray_expr *call, int indent, size_t tail)
{
    bool sugar = is_sugar(call);

    ray_buf_addc(buf, sugar ? ' ' : '(');
    for (const struct ray_expr *value = call->first; value != NULL; value = value->next) {
        ray_buf_add(buf, value == call->first ? "" : ", ");
        print(buf, value, indent, sugar ? tail : tail + 1);
    }
    ray_buf_add(buf, sugar ? "" : ")");
}

static bool
is_list_text(const struct ray_expr *entry)
{
    return entry->key == NULL && entry->place == 0 && entry->type == TEXT;
}

/* True where the entry may stand in the line of the one before it. */
static bool
may_follow(const struct ray_buf *buf, const struct ray_expr *table, const struct ray_expr *before,
           const struct ray_expr *entry)
{
    return table->layout == RAY_EXPR_FILLED && before != NULL && is_list_text(before) &&
           is_list_text(entry) &&
           ray_lua_column(buf) + strlen(entry->text) + strlen(" '',") <= RAY_LUA_COLUMNS &&
           strpbrk(entry->text, "\\\"\n\r\t") == NULL;
}

static void
print_table(struct ray_buf *buf, const struct ray_expr *table, int indent)
{
    const struct ray_expr *before = NULL;

    ray_buf_addc(buf, '{');
    for (const struct ray_expr *entry = table->first; entry != NULL; entry = entry->next) {
        if (may_follow(buf, table, before, entry))
            ray_buf_addc(buf, ' ');
        else
            ray_lua_new_line(buf, indent + RAY_LUA_STEP);
        add_key(buf, entry);
        print(buf, entry, indent + RAY_LUA_STEP, 1);
        ray_buf_addc(buf, ',');
        before = entry;
    }
    ray_lua_new_line(buf, indent);
    ray_buf_addc(buf, '}');
}

/* One text of several lines: what stands before it may stay in its line. */
static bool
is_block_call(const struct ray_expr *call)
{
    return has_one(call) && is_text(call->first) && ray_lua_is_block(call->first->text);
}

/* As many methods as there is room for stand in a line. */
static void
print_chain(struct ray_buf *buf, const struct ray_expr *chain, int indent, size_t tail)
{
    print(buf, chain->of.head, indent, 0);
    for (const struct ray_expr *call = chain->first; call != NULL; call = call->next) {
        size_t begin = buf->len;

        if (is_block_call(call) &&
            ray_lua_column(buf) + strlen(call->key) + strlen(" : [==[") <= RAY_LUA_COLUMNS) {
            ray_buf_addf(buf, " :%s", call->key);
            print_arguments(buf, call, indent, tail);
            continue;
        }
        if (!is_tall(call)) {
            ray_buf_addf(buf, " :%s", call->key);
            add_flat_arguments(buf, call);
            if (ray_lua_column(buf) + tail <= RAY_LUA_COLUMNS)
                continue;
            ray_buf_truncate(buf, begin);
        }
        ray_lua_new_line(buf, indent + RAY_LUA_STEP);
        ray_buf_addf(buf, ":%s", call->key);
        print_arguments(buf, call, indent + RAY_LUA_STEP, tail);
    }
}

static void
print_text(struct ray_buf *buf, const struct ray_expr *node, int indent, size_t tail)
{
    if (ray_lua_is_block(node->text))
        ray_lua_add_block(buf, node->text);
    else if (node->type == SQL)
        ray_lua_add_broken_sql(buf, node->text, indent, tail);
    else
        ray_lua_add_broken(buf, node->text, indent, tail);
}

/* `tail`: how much must fit behind it into its last line. */
static void
print(struct ray_buf *buf, const struct ray_expr *node, int indent, size_t tail)
{
    size_t begin = buf->len;

    if (!is_tall(node)) {
        add_flat(buf, node);
        if (ray_lua_column(buf) + tail <= RAY_LUA_COLUMNS || node->type == WORD ||
            node->type == USE)
            return;
        ray_buf_truncate(buf, begin);
    }
    if (is_text(node)) {
        print_text(buf, node, indent, tail);
    } else if (node->type == TABLE) {
        print_table(buf, node, indent);
    } else if (node->type == CALL) {
        print(buf, node->of.head, indent, 0);
        print_arguments(buf, node, indent, tail);
    } else {
        print_chain(buf, node, indent, tail);
    }
}

void
ray_expr_print(struct ray_buf *buf, const struct ray_expr *node)
{
    print(buf, node, 0, 0);
}

void
ray_expr_print_in(struct ray_buf *buf, const struct ray_expr *node, int indent)
{
    print(buf, node, indent, 0);
}
