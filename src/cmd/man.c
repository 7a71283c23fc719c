/*
 * man pages: see man.h. The macros are those of man(7), which every formatter knows. A line that begins with
 * a period or an apostrophe would be a macro, and a backslash an escape: add_text sees to both.
 */
#include "cmd/man.h"

#include "cmd/args.h"
#include "cmd/commands.h"
#include "cmd/help.h"
#include "project/variables.h"

#include "base/buf.h"

#include <string.h>

static void
add_text(struct ray_buf *buf, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        bool first = i == 0 || text[i - 1] == '\n';

        if (first && (text[i] == '.' || text[i] == '\''))
            ray_buf_add(buf, "\\&");
        if (text[i] == '\\')
            ray_buf_add(buf, "\\e");
        else if (text[i] == '-')
            ray_buf_add(buf, "\\-");
        else if (text[i] == '\'')
            ray_buf_add(buf, "\\(aq");
        else if (text[i] == '`')
            ray_buf_add(buf, "\\(ga");
        else if (text[i] == '^')
            ray_buf_add(buf, "\\(ha");
        else if (text[i] == '~')
            ray_buf_add(buf, "\\(ti");
        else
            ray_buf_addc(buf, text[i]);
    }
}

static void
add_line(struct ray_buf *buf, const char *text)
{
    add_text(buf, text, strlen(text));
    ray_buf_addc(buf, '\n');
}

/* A term in bold, its text indented below or beside it. */
static void
add_row(struct ray_buf *buf, const char *term, const char *text)
{
    ray_buf_add(buf, ".TP\n\\fB");
    add_text(buf, term, strlen(term));
    ray_buf_add(buf, "\\fR\n");
    add_line(buf, text);
}

static void
add_title(struct ray_buf *buf, const char *name, const char *summary)
{
    ray_buf_addf(buf, ".TH %s 1 %s \"raymig %s\" \"raymig manual\"\n", name, RAY_DATE, RAY_VERSION);
    ray_buf_add(buf, ".SH NAME\n");
    add_text(buf, name, strlen(name));
    ray_buf_add(buf, " \\- ");
    add_line(buf, summary);
}

static void
add_heading(struct ray_buf *buf, const char *heading)
{
    ray_buf_addf(buf, ".SH %s\n", heading);
}

static void
add_options(struct ray_buf *buf, const struct ray_option *options)
{
    for (const struct ray_option *o = options; o != NULL && o->name != NULL; o++)
        add_row(buf, ray_help_option_label(buf->arena, o, ""),
                o->repeats ? ray_arena_printf(buf->arena, "%s (may be given again)", o->help)
                           : o->help);
}

/* Paragraphs are filled; a run of lines that begin with a space stays as it is. */
static void
add_description(struct ray_buf *buf, const char *text)
{
    bool verbatim = false;

    while (*text != '\0') {
        size_t length = strcspn(text, "\n");

        if (verbatim != (text[0] == ' ')) {
            verbatim = text[0] == ' ';
            ray_buf_add(buf, verbatim ? ".PP\n.nf\n" : ".fi\n");
            if (!verbatim && length > 0)
                ray_buf_add(buf, ".PP\n");
        }
        if (length > 0) {
            add_text(buf, text, length);
            ray_buf_addc(buf, '\n');
        } else if (text[1] != ' ' && text[1] != '\0') {
            ray_buf_add(buf, ".PP\n");
        }
        text += text[length] == '\n' ? length + 1 : length;
    }
    if (verbatim)
        ray_buf_add(buf, ".fi\n");
}

static void
add_codes(struct ray_buf *buf)
{
    add_heading(buf, "EXIT STATUS");
    for (const struct ray_code_row *c = ray_codes; c->name != NULL; c++)
        add_row(buf, ray_arena_printf(buf->arena, "%d", (int)c->code), c->help);
}

static void
print(struct ray_app *app, const struct ray_buf *buf)
{
    ray_term_outn(app->term, buf->data, buf->len);
}

void
ray_man_command(struct ray_app *app, const struct ray_command *command)
{
    struct ray_buf buf;
    const char *name = ray_arena_printf(app->arena, "raymig-%s", command->name);
    bool bare = command->arguments == NULL || command->arguments[0] == '\0';

    ray_buf_init(&buf, app->arena);
    add_title(&buf, name, command->summary);
    add_heading(&buf, "SYNOPSIS");
    ray_buf_addf(&buf, "\\fBraymig %s\\fR%s", command->name,
                 command->options != NULL ? " [\\fIOPTION\\fR ...]" : "");
    if (!bare) {
        ray_buf_addc(&buf, ' ');
        add_text(&buf, command->arguments, strlen(command->arguments));
    }
    ray_buf_addc(&buf, '\n');
    add_heading(&buf, "DESCRIPTION");
    if (command->description != NULL)
        add_description(&buf, command->description);
    if (command->alias != NULL) {
        ray_buf_addf(&buf, ".PP\nThe same as \\fBraymig %s\\fR.\n", command->alias);
    }
    if (command->options != NULL && command->options->name != NULL) {
        add_heading(&buf, "OPTIONS");
        add_options(&buf, command->options);
    }
    add_heading(&buf, "OPTIONS OF EVERY COMMAND");
    add_options(&buf, ray_common_options);
    if (command->examples != NULL) {
        add_heading(&buf, "EXAMPLES");
        ray_buf_add(&buf, ".nf\n");
        add_line(&buf, command->examples);
        ray_buf_truncate(&buf,
                         buf.len - (command->examples[strlen(command->examples) - 1] == '\n'));
        ray_buf_add(&buf, ".fi\n");
    }
    add_codes(&buf);
    add_heading(&buf, "SEE ALSO");
    ray_buf_add(&buf, "\\fBraymig\\fR(1)\n");
    print(app, &buf);
}

void
ray_man_all(struct ray_app *app)
{
    struct ray_buf buf;

    ray_buf_init(&buf, app->arena);
    add_title(&buf, "raymig", "migrations for PostgreSQL, up and down");
    add_heading(&buf, "SYNOPSIS");
    ray_buf_add(&buf,
                "\\fBraymig\\fR [\\fIOPTION\\fR ...] \\fICOMMAND\\fR [\\fIARGUMENT\\fR ...]\n");
    add_heading(&buf, "DESCRIPTION");
    ray_buf_add(
        &buf, "raymig applies and takes back the migrations of a PostgreSQL database, writes them\n"
              "from a schema in Lua, and proves that each one has a way back. An option beats the\n"
              "environment, the environment beats the config; with no database named at all it\n"
              "starts a PostgreSQL of its own.\n");
    add_heading(&buf, "COMMANDS");
    for (size_t i = 0; ray_commands[i] != NULL; i++)
        if (!ray_commands[i]->hidden)
            add_row(&buf, ray_arena_printf(app->arena, "raymig %s", ray_commands[i]->name),
                    ray_commands[i]->summary);
    add_heading(&buf, "OPTIONS");
    add_options(&buf, ray_common_options);
    add_options(&buf, ray_top_options);
    add_heading(&buf, "ENVIRONMENT");
    for (const struct ray_variable *v = ray_variables; v->name != NULL; v++)
        add_row(&buf, v->name, v->help);
    add_codes(&buf);
    add_heading(&buf, "FILES");
    add_row(&buf, "raymig.lua", "the project's config, in the working folder or above it");
    add_row(&buf, "migrations/", "the migrations folder, where the config names no other");
    add_row(&buf, ".raymig/", "the embedded server's data, socket and log");
    add_heading(&buf, "SEE ALSO");
    for (size_t i = 0; ray_commands[i] != NULL; i++)
        if (!ray_commands[i]->hidden)
            ray_buf_addf(&buf, ".BR raymig\\-%s (1),\n", ray_commands[i]->name);
    ray_buf_add(&buf, ".BR psql (1)\n");
    print(app, &buf);
}

/* ---------------------------------------------------------------- Markdown */

/* In a table's cell, and where a tag would be. */
static const char *
cell(struct ray_arena *arena, const char *text)
{
    struct ray_buf buf;

    ray_buf_init(&buf, arena);
    for (; *text != '\0'; text++) {
        if (*text == '|' || *text == '*' || *text == '<')
            ray_buf_addc(&buf, '\\');
        ray_buf_addc(&buf, *text);
    }
    return buf.data;
}

static void
markdown_options(struct ray_buf *buf, const struct ray_option *options)
{
    if (options == NULL || options->name == NULL)
        return;
    ray_buf_add(buf, "| option | |\n| --- | --- |\n");
    for (const struct ray_option *o = options; o->name != NULL; o++)
        ray_buf_addf(buf, "| `%s` | %s%s |\n", ray_help_option_label(buf->arena, o, ""),
                     cell(buf->arena, o->help), o->repeats ? " (may be given again)" : "");
    ray_buf_addc(buf, '\n');
}

/* Lines that begin with a space are a block of their own. */
static void
markdown_description(struct ray_buf *buf, const char *text)
{
    bool verbatim = false;

    while (*text != '\0') {
        size_t length = strcspn(text, "\n");

        if (verbatim != (text[0] == ' ')) {
            ray_buf_add(buf, verbatim                          ? "```\n"
                             : buf->data[buf->len - 2] == '\n' ? "```text\n"
                                                               : "\n```text\n");
            verbatim = !verbatim;
        }
        if (verbatim)
            ray_buf_addn(buf, text, length);
        else
            ray_buf_add(buf, cell(buf->arena, ray_arena_strndup(buf->arena, text, length)));
        ray_buf_addc(buf, '\n');
        text += text[length] == '\n' ? length + 1 : length;
    }
    ray_buf_add(buf, verbatim ? "```\n\n" : "\n");
}

static void
markdown_command(struct ray_buf *buf, const struct ray_command *command)
{
    bool bare = command->arguments == NULL || command->arguments[0] == '\0';

    ray_buf_addf(buf, "## %s\n\n", command->name);
    ray_buf_addf(buf, "`raymig %s%s%s%s`: %s.", command->name,
                 command->options != NULL ? " [OPTION ...]" : "", bare ? "" : " ",
                 bare ? "" : command->arguments, cell(buf->arena, command->summary));
    if (command->alias != NULL)
        ray_buf_addf(buf, " The same as `raymig %s`.", command->alias);
    ray_buf_add(buf, "\n\n");
    if (command->description != NULL)
        markdown_description(buf, command->description);
    markdown_options(buf, command->options);
    if (command->examples != NULL)
        ray_buf_addf(buf, "```text\n%s%s```\n\n", command->examples,
                     command->examples[strlen(command->examples) - 1] == '\n' ? "" : "\n");
}

void
ray_man_markdown(struct ray_app *app)
{
    struct ray_buf buf;

    ray_buf_init(&buf, app->arena);
    ray_buf_add(&buf, "# Commands\n\n"
                      "Written by `make docs` from the tables that `raymig help` reads. "
                      "`raymig help COMMAND` and `man raymig-COMMAND` say the same.\n\n");
    for (size_t i = 0; ray_commands[i] != NULL; i++)
        if (!ray_commands[i]->hidden)
            markdown_command(&buf, ray_commands[i]);
    ray_buf_add(&buf, "## Options of every command\n\n");
    markdown_options(&buf, ray_common_options);
    ray_buf_add(&buf, "## Environment\n\n| variable | |\n| --- | --- |\n");
    for (const struct ray_variable *v = ray_variables; v->name != NULL; v++)
        ray_buf_addf(&buf, "| `%s` | %s |\n", v->name, cell(app->arena, v->help));
    ray_buf_add(&buf, "\n## Exit codes\n\n| code | name | |\n| --- | --- | --- |\n");
    for (const struct ray_code_row *c = ray_codes; c->name != NULL; c++)
        ray_buf_addf(&buf, "| %d | %s | %s |\n", (int)c->code, c->name, cell(app->arena, c->help));
    print(app, &buf);
}
