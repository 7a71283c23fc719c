/*
 * dbCredentials of a Drizzle config as raymig's `url`: a literal where it holds no secret, the same variables
 * of the environment where Drizzle reads them, a function where there are several. A password that stands in
 * Drizzle's config goes into secret_url, for the proof, and not into the file.
 */
#include "cmd/init_drizzle.h"

#include "pg/url_check.h"
#include "pg/url_secret.h"

#include <string.h>

/* The parts of a connection and libpq's names for them. */
static const struct {
    const char *path;
    const char *keyword;
    bool secret;
    bool needed; /* without it the connection would be another one */
} parts[] = {
    {"dbCredentials.host", "host", false, true},
    {"dbCredentials.port", "port", false, true},
    {"dbCredentials.user", "user", false, true},
    {"dbCredentials.password", "password", true, false},
    {"dbCredentials.database", "dbname", false, true},
    {"dbCredentials.ssl", "sslmode", false, false},
};
enum { PARTS = sizeof(parts) / sizeof(parts[0]) };

static bool
is_usable(struct ray_adoption *adoption, const json_t *entry, const char *url)
{
    struct ray_err err;
    const char *source = ray_arena_printf(adoption->app->arena, "\"%s\"",
                                          ray_entry_text(entry, "path"));

    ray_err_init(&err, adoption->app->arena);
    if (ray_url_check(url, source, &err))
        return true;
    ray_adoption_leave_out(adoption, entry, err.message);
    return false;
}

/* Tells where the url has to come from now. */
static void
ask_for_it(struct ray_adoption *adoption, const json_t *entry, const char *why)
{
    struct ray_arena *arena = adoption->app->arena;

    ray_adoption_set(adoption, "url", "env.DATABASE_URL",
                     ray_arena_printf(arena,
                                      "%s:%d %s: put the connection string into DATABASE_URL.",
                                      adoption->path, ray_entry_line(entry), why));
}

static void
take_literal(struct ray_adoption *adoption, const json_t *entry)
{
    const char *url = ray_entry_text(entry, "value");

    if (!is_usable(adoption, entry, url)) {
        ask_for_it(adoption, entry, "has one that libpq does not take");
    } else if (ray_url_has_secret(url)) {
        adoption->secret_url = url;
        ray_adoption_leave_out(adoption, entry,
                               "it holds a password; raymig.lua asks for DATABASE_URL");
        ask_for_it(adoption, entry, "has one with a password, which is not copied");
    } else {
        ray_adoption_set(adoption, "url", ray_lua_literal(adoption->app->arena, url), NULL);
    }
}

static void
take_url(struct ray_adoption *adoption, const json_t *entry)
{
    const char *otherwise = ray_entry_text(entry, "default");

    if (ray_entry_is(entry, "text")) {
        take_literal(adoption, entry);
    } else if (ray_entry_is(entry, "env")) {
        if (otherwise[0] != '\0' && ray_url_has_secret(otherwise)) {
            ray_adoption_leave_out(adoption, entry,
                                   "its default holds a password; the variable is kept");
            otherwise = NULL;
        }
        ray_adoption_set(adoption, "url",
                         ray_env_expression(adoption->app->arena, ray_entry_text(entry, "name"),
                                            otherwise),
                         NULL);
    } else {
        ray_adoption_leave_out(adoption, entry, "its value is no literal");
        ask_for_it(adoption, entry, "has one that is no literal");
    }
}

/* ---------------------------------------------------------------- host, port, ... */

/* The literal value of a part as text; NULL where it is none. ssl: true asks for encryption and a verified
 * certificate, for which libpq needs a file; encryption is what can be promised. */
static const char *
part_value(const json_t *entry, size_t part)
{
    if (strcmp(parts[part].keyword, "sslmode") == 0 && ray_entry_is(entry, "bool"))
        return json_is_true(json_object_get(entry, "value")) ? "require" : "prefer";
    if (ray_entry_is(entry, "text") || ray_entry_is(entry, "number"))
        return ray_entry_text(entry, "value");
    return NULL;
}

/* keyword='value' as libpq reads it. */
static void
add_part(struct ray_buf *buf, const char *keyword, const char *value)
{
    ray_buf_addf(buf, "%s%s='", buf->len > 0 ? " " : "", keyword);
    for (const char *c = value; *c != '\0'; c++)
        ray_buf_addf(buf, *c == '\'' || *c == '\\' ? "\\%c" : "%c", *c);
    ray_buf_addc(buf, '\'');
}

struct credentials {
    const json_t *entries[PARTS]; /* NULL: not given, or left out */
    bool any;
    bool from_environment;
    const json_t *password; /* a literal one */
};

/* False where a part that is needed is no literal. */
static bool
collect(struct ray_adoption *adoption, struct credentials *out)
{
    bool ok = true;

    memset(out, 0, sizeof(*out));
    for (size_t i = 0; i < PARTS; i++) {
        const json_t *entry = ray_adoption_entry(adoption, parts[i].path);

        if (entry == NULL)
            continue;
        out->any = true;
        if (ray_entry_is(entry, "env")) {
            out->from_environment = true;
            out->entries[i] = entry;
        } else if (part_value(entry, i) == NULL) {
            ray_adoption_leave_out(adoption, entry, "its value is no literal");
            ok = ok && !parts[i].needed;
        } else if (parts[i].secret) {
            ray_adoption_leave_out(adoption, entry,
                                   "it is a password; PGPASSWORD or ~/.pgpass gives it to raymig");
            out->password = entry;
        } else {
            out->entries[i] = entry;
        }
    }
    return ok;
}

static const char *
literal_url(struct ray_arena *arena, const struct credentials *from, const char *password)
{
    struct ray_buf buf;

    ray_buf_init(&buf, arena);
    for (size_t i = 0; i < PARTS; i++)
        if (from->entries[i] != NULL)
            add_part(&buf, parts[i].keyword, part_value(from->entries[i], i));
    if (password != NULL)
        add_part(&buf, "password", password);
    return buf.data;
}

/* A function that puts the parts together; where a variable is not set raymig names it. */
static const char *
url_function(struct ray_arena *arena, const struct credentials *from)
{
    struct ray_buf buf;

    ray_buf_init(&buf, arena);
    ray_buf_add(&buf, "function()\n    local parts = {\n");
    for (size_t i = 0; i < PARTS; i++) {
        const json_t *entry = from->entries[i];

        if (entry == NULL)
            continue;
        ray_buf_addf(&buf, "        { \"%s\", %s },\n", parts[i].keyword,
                     ray_entry_is(entry, "env")
                         ? ray_env_expression(arena, ray_entry_text(entry, "name"),
                                              parts[i].secret ? NULL
                                                              : ray_entry_text(entry, "default"))
                         : ray_lua_literal(arena, part_value(entry, i)));
    }
    ray_buf_add(
        &buf,
        "    }\n"
        "    for i, part in ipairs(parts) do\n"
        "        if not part[2] then return nil end\n"
        "        parts[i] = part[1] .. \"='\" .. part[2]:gsub(\"[\\\\']\", \"\\\\%0\") .. \"'\"\n"
        "    end\n"
        "    return table.concat(parts, \" \")\n"
        "end");
    return buf.data;
}

static void
take_parts(struct ray_adoption *adoption)
{
    struct ray_arena *arena = adoption->app->arena;
    struct credentials from;
    const char *note = NULL;
    bool ok = collect(adoption, &from);

    if (!from.any)
        return;
    if (from.password != NULL)
        note =
            ray_arena_printf(arena,
                             "%s:%d has a password, which is not copied: PGPASSWORD or ~/.pgpass "
                             "gives it.",
                             adoption->path, ray_entry_line(from.password));
    if (!ok) {
        ray_adoption_set(
            adoption, "url", "env.DATABASE_URL",
            "dbCredentials has parts that are no literals: put the connection string into\n"
            "DATABASE_URL.");
    } else if (from.from_environment) {
        ray_adoption_set(adoption, "url", url_function(arena, &from), note);
    } else {
        ray_adoption_set(adoption, "url", ray_lua_literal(arena, literal_url(arena, &from, NULL)),
                         note);
        if (from.password != NULL)
            adoption->secret_url = literal_url(arena, &from,
                                               ray_entry_text(from.password, "value"));
    }
}

void
ray_adoption_take_url(struct ray_adoption *adoption)
{
    const json_t *driver = ray_adoption_entry(adoption, "driver");
    const json_t *entry = ray_adoption_entry(adoption, "dbCredentials.url");

    if (driver != NULL && (strcmp(ray_entry_text(driver, "value"), "pglite") == 0 ||
                           strcmp(ray_entry_text(driver, "value"), "aws-data-api") == 0)) {
        ray_adoption_leave_out(adoption, driver,
                               "raymig connects by PostgreSQL's own protocol alone");
        ask_for_it(adoption, driver, "uses a driver that raymig has not");
        return;
    }
    if (entry == NULL) /* before 0.21 */
        entry = ray_adoption_entry(adoption, "dbCredentials.connectionString");
    if (entry != NULL)
        take_url(adoption, entry);
    else
        take_parts(adoption);
}
