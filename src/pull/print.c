/*
 * The text of the files. A function of Lua has at most 200 locals: a file with many handles keeps them in a
 * table. Lines that luacheck would object to are those inside of texts that are not ours: it is told so.
 */
#include "pull/files.h"

#include "base/map.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { MOST_HANDLES = 120, LONGEST_LINE = 100 };

/* ---------------------------------------------------------------- names */

struct naming {
    struct ray_arena *arena;
    struct ray_map taken;
};

/* A name that is valid, and not taken yet. */
static const char *
choose(struct naming *naming, const char *name)
{
    char *valid = ray_arena_printf(naming->arena, "%s%s",
                                   isdigit((unsigned char)name[0]) || name[0] == '\0' ? "_" : "",
                                   name);
    const char *chosen = valid;

    for (char *c = valid; *c != '\0'; c++)
        if (!isalnum((unsigned char)*c) && *c != '_')
            *c = '_';
    if (!ray_expr_is_name(valid) || valid[strspn(valid, "_")] == '\0')
        chosen = valid = ray_arena_printf(naming->arena, "%s_1", valid);
    for (int i = 2; ray_map_get(&naming->taken, chosen) != NULL; i++)
        chosen = ray_arena_printf(naming->arena, "%s_%d", valid, i);
    (void)ray_map_put(&naming->taken, chosen, naming);
    return chosen;
}

static void
name_file(struct ray_pull *pull, struct ray_pull_file *file)
{
    struct naming naming = {.arena = pull->arena};
    bool many = file->handles.len > MOST_HANDLES;

    ray_map_init(&naming.taken, pull->arena);
    (void)choose(&naming, "pg");
    (void)choose(&naming, "require");
    if (many)
        (void)choose(&naming, "t");
    if (file->uses_schema)
        file->schema_handle.text = choose(&naming, file->schema);
    for (size_t i = 0; i < file->imports.len; i++)
        file->imports.items[i]->ref.text = choose(&naming, file->imports.items[i]->file->base);
    for (size_t i = 0; i < file->handles.len; i++) {
        const char *name = choose(&naming, file->handles.items[i]->name);

        ray_pull_place(pull, file->handles.items[i])->handle.text =
            many ? ray_arena_printf(pull->arena, "t.%s", name) : name;
    }
}

static void
name_foreigners(struct ray_pull *pull, struct ray_pull_file *file)
{
    for (size_t i = 0; i < file->foreigners.len; i++) {
        struct ray_pull_foreign *foreign = file->foreigners.items[i];
        const char *name = ray_pull_place(pull, foreign->object)->handle.text;

        foreign->ref.text = foreign->import->file->single
                                ? foreign->import->ref.text
                                : ray_arena_printf(pull->arena, "%s.%s", foreign->import->ref.text,
                                                   strncmp(name, "t.", 2) == 0 ? name + 2 : name);
    }
}

/* ---------------------------------------------------------------- printing */

static void
add_head(const struct ray_pull_file *file, struct ray_buf *buf)
{
    ray_buf_add(buf, "local pg = require \"raymig.schema\"\n");
    for (size_t i = 0; i < file->imports.len; i++) {
        ray_buf_addf(buf, "local %s = require ", file->imports.items[i]->ref.text);
        ray_expr_quote(buf, file->imports.items[i]->file->module);
        ray_buf_addc(buf, '\n');
    }
    if (file->uses_schema && !file->declares_schema) {
        ray_buf_addf(buf, "\nlocal %s = pg.schema ", file->schema_handle.text);
        ray_expr_quote(buf, file->schema);
        ray_buf_addc(buf, '\n');
    }
    if (file->handles.len > MOST_HANDLES)
        ray_buf_add(buf, "\nlocal t = {}\n");
}

static const char *
handle_of(struct ray_pull *pull, const struct ray_pull_file *file,
          const struct ray_pull_statement *statement)
{
    if (ray_pull_is(statement->object, "schema"))
        return file->schema_handle.text;
    return ray_pull_place(pull, statement->object)->handle.text;
}

static void
add_statement(struct ray_pull *pull, const struct ray_pull_file *file,
              const struct ray_pull_statement *statement, struct ray_buf *buf)
{
    const char *handle = statement->first ? handle_of(pull, file, statement) : NULL;

    if (handle != NULL)
        ray_buf_addf(buf, "%s%s = ", strncmp(handle, "t.", 2) == 0 ? "" : "local ", handle);
    ray_expr_print(buf, statement->expr);
    ray_buf_addc(buf, '\n');
}

/* Statements of one line and one kind stand together. */
static void
add_statements(struct ray_pull *pull, const struct ray_pull_file *file, struct ray_buf *buf)
{
    const struct ray_kind *before = NULL;

    for (size_t i = 0; i < file->statements.len; i++) {
        const struct ray_pull_statement *statement = &file->statements.items[i];
        size_t begin = buf->len;
        bool one_line;

        ray_buf_addc(buf, '\n');
        add_statement(pull, file, statement, buf);
        one_line = memchr(buf->data + begin + 1, '\n', buf->len - begin - 2) == NULL;
        if (one_line && before == statement->object->kind) {
            memmove(buf->data + begin, buf->data + begin + 1, buf->len - begin - 1);
            ray_buf_truncate(buf, buf->len - 1);
        }
        before = one_line ? statement->object->kind : NULL;
    }
}

static void
add_return(struct ray_pull *pull, const struct ray_pull_file *file, struct ray_buf *buf)
{
    struct ray_expr *table = ray_expr_table(pull->arena, RAY_EXPR_FILLED);

    if (!file->required)
        return;
    if (file->single) {
        ray_buf_addf(buf, "\nreturn %s\n",
                     ray_pull_place(pull, file->handles.items[0])->handle.text);
        return;
    }
    if (file->handles.len > MOST_HANDLES) {
        ray_buf_add(buf, "\nreturn t\n");
        return;
    }
    for (size_t i = 0; i < file->handles.len; i++) {
        const struct ray_pull_place *place = ray_pull_place(pull, file->handles.items[i]);
        const char *name = place->handle.text;

        if (place->exported)
            ray_expr_put(table, name, ray_expr_word(pull->arena, name));
    }
    ray_buf_add(buf, "\nreturn ");
    ray_expr_print(buf, table);
    ray_buf_addc(buf, '\n');
}

/* The warnings of luacheck that lines of texts call for: trailing blanks, tabs behind blanks, long lines. */
static const char *
ignored_of(struct ray_arena *arena, const char *text)
{
    bool found[3] = {false};
    static const char *const codes[] = {"613", "621", "631"};
    struct ray_buf buf;

    for (const char *line = text; *line != '\0';) {
        const char *end = strchrnul(line, '\n');
        size_t blanks = strspn(line, " ");

        found[0] = found[0] || (end > line && (end[-1] == ' ' || end[-1] == '\t'));
        found[1] = found[1] || (blanks > 0 && line[blanks] == '\t');
        found[2] = found[2] || end - line > LONGEST_LINE;
        line = end + (*end != '\0');
    }
    ray_buf_init(&buf, arena);
    for (size_t i = 0; i < 3; i++)
        if (found[i])
            ray_buf_addf(&buf, " %s", codes[i]);
    return buf.data;
}

/* In the catalog's arena; what is in the buffer is lost. */
static const char *
text_of(struct ray_pull *pull, const struct ray_pull_file *file, struct ray_buf *buf)
{
    const char *ignored;

    ray_buf_truncate(buf, 0);
    add_head(file, buf);
    add_statements(pull, file, buf);
    add_return(pull, file, buf);
    ignored = ignored_of(pull->arena, buf->data);
    if (ignored[0] == '\0')
        return ray_arena_strndup(pull->catalog->arena, buf->data, buf->len);
    return ray_arena_printf(pull->catalog->arena, "-- luacheck: ignore%s\n%s", ignored, buf->data);
}

void
ray_pull_print(struct ray_pull *pull, ray_pull_texts *out)
{
    struct ray_buf buf;

    ray_buf_init(&buf, pull->arena);
    for (size_t i = 0; i < pull->files.len; i++)
        name_file(pull, pull->files.items[i]);
    for (size_t i = 0; i < pull->files.len; i++)
        name_foreigners(pull, pull->files.items[i]);
    for (size_t i = 0; i < pull->files.len; i++) {
        const struct ray_pull_file *file = pull->files.items[i];

        if (file->statements.len > 0)
            *ray_vec_add(pull->catalog->arena, out) = (struct ray_pull_text){
                .path = ray_arena_strdup(pull->catalog->arena, file->path),
                .text = text_of(pull, file, &buf),
            };
    }
}
