/*
 * Connection strings checked: see url_check.h. libpq's parser has the last word, but not the last
 * sentence: its messages quote the string, password and all, so each is told here in words of our own. A
 * password with an unescaped / or @ in it is the usual fault, and splits the string at the wrong place.
 */
#include "pg/url_check.h"

#include "base/file.h"

#include <ctype.h>
#include <libpq-fe.h>
#include <string.h>
#include <strings.h>

static const char escape_hint[] =
    "In a URL, write % as %25, / as %2F, @ as %40, : as %3A, ? as %3F and # as %23 within a password.";
static const char form_hint[] = "Write postgresql://user@host:5432/database.";

/* How libpq's parser begins a message, and what is said instead. */
static const struct fault {
    const char *libpq;
    const char *message;
    const char *hint;
} faults[] = {
    {"invalid URI query parameter", "it has an unknown parameter behind the ?", NULL},
    {"missing key/value separator", "it has a parameter without = behind the ?", escape_hint},
    {"extra key/value separator", "it has a parameter with two = behind the ?", escape_hint},
    {"invalid percent-encoded token", "it has a % without two hexadecimal digits behind it",
     escape_hint},
    {"forbidden value %00", "it has a %00, which no value may hold", escape_hint},
    {"end of string reached", "it has a [ that no ] closes", form_hint},
    {"IPv6 host address", "it has an empty address between [ and ]", form_hint},
    {"unexpected character", "it has something other than : or / behind the host", escape_hint},
    {"invalid connection option", "it is no URL, and has an unknown key before a =", form_hint},
    {"unterminated quoted string", "it has a quote that is not closed", NULL},
    {"missing \"=\"", "it is neither a URL nor key=value pairs", form_hint},
    {NULL, "it cannot be read", form_hint},
};

/* Parameters that other tools put behind the ? and that libpq does not know. */
static const char *const foreign_parameters[] = {
    "schema",
    "pgbouncer",
    "connection_limit",
    "pool_timeout",
    "socket_timeout",
    "sslaccept",
    "sslidentity",
    "statement_cache_size",
    "serverVersion",
    "charset",
    "ssl",
    "sslcertmode",
    "search_path",
    "pool_max_conns",
    "workaround",
    "prepareThreshold",
    "currentSchema",
    "prepared_statements",
    "uselibpqcompat",
    "x-migrations-table",
};

/* Sets the error; returns false. */
static bool
refuse(struct ray_err *err, const char *source, const char *message, const char *hint)
{
    (void)ray_err_set(err, RAY_USAGE, "the connection string of %s is not valid: %s", source,
                      message);
    err->hint = hint;
    return false;
}

static bool
is_ours(const char *url)
{
    return ray_has_prefix(url, "postgresql://") || ray_has_prefix(url, "postgres://");
}

/* A URL of another scheme. Only the scheme is quoted, and only where it looks like one. */
static bool
check_scheme(const char *url, const char *source, struct ray_err *err)
{
    const char *rest = strstr(url, "://");
    size_t length = rest == NULL ? 0 : (size_t)(rest - url);

    if (length == 0 || is_ours(url) || memchr(url, '=', length) != NULL)
        return true;
    for (size_t i = 0; i < length; i++)
        if (!isalnum((unsigned char)url[i]) && strchr("+-.", url[i]) == NULL)
            return refuse(err, source, "it does not begin with postgresql://", form_hint);
    (void)ray_err_set(err, RAY_USAGE, "the connection string of %s is for \"%.*s\", not PostgreSQL",
                      source, (int)length, url);
    if (strncasecmp(url, "postgres", 8) == 0)
        return ray_err_hint(err, "Begin it with postgresql:// alone.");
    return false;
}

/* The known foreign parameter that libpq's message names, or NULL. */
static const char *
foreign_parameter(const char *said)
{
    const char *name = strchr(said, '"');

    for (size_t i = 0; name != NULL && i < sizeof(foreign_parameters) / sizeof(char *); i++) {
        size_t length = strlen(foreign_parameters[i]);

        if (strncmp(name + 1, foreign_parameters[i], length) == 0 && name[length + 1] == '"')
            return foreign_parameters[i];
    }
    return NULL;
}

static bool
refuse_unreadable(const char *said, const char *source, struct ray_err *err)
{
    const struct fault *fault = faults;
    const char *parameter;

    while (fault->libpq != NULL && !ray_has_prefix(said, fault->libpq))
        fault++;
    parameter = fault == faults ? foreign_parameter(said) : NULL;
    if (parameter == NULL)
        return refuse(err, source, fault->message, fault->hint);
    (void)ray_err_set(err, RAY_USAGE,
                      "the connection string of %s is not valid: libpq has no parameter \"%s\"",
                      source, parameter);
    return ray_err_hint(err, "Take it out, or name the database for raymig in RAYMIG_URL.");
}

/* True where an @ stands behind the first / of what follows "//": a / in a user name or password. */
static bool
has_late_at(const char *url)
{
    const char *authority = is_ours(url) ? strstr(url, "://") + 3 : "";
    size_t length = strcspn(authority, "/?");
    const char *path = authority + length;

    return memchr(authority, '@', length) == NULL && *path == '/' &&
           memchr(path, '@', strcspn(path, "?")) != NULL;
}

static bool
is_port_list(const char *ports)
{
    return strspn(ports, "0123456789, ") == strlen(ports);
}

static bool
check_values(const PQconninfoOption *options, const char *url, const char *source,
             struct ray_err *err)
{
    if (has_late_at(url))
        return refuse(err, source, "it has a / before the @", escape_hint);
    for (; options->keyword != NULL; options++) {
        const char *value = options->val;

        if (value == NULL)
            continue;
        if (strcmp(options->keyword, "port") == 0 && !is_port_list(value))
            return refuse(err, source, "its port is not a number",
                          is_ours(url) ? escape_hint : NULL);
        if (strcmp(options->keyword, "host") == 0 && value[0] != '/' && value[0] != '@' &&
            strchr(value, '@') != NULL)
            return refuse(err, source, "it has more than one @", escape_hint);
    }
    return true;
}

bool
ray_url_check(const char *url, const char *source, struct ray_err *err)
{
    char *said = NULL;
    PQconninfoOption *options;
    bool ok;

    if (!check_scheme(url, source, err))
        return false;
    options = PQconninfoParse(url, &said);
    if (options == NULL)
        ok = refuse_unreadable(said != NULL ? said : "", source, err);
    else
        ok = check_values(options, url, source, err);
    PQconninfoFree(options);
    PQfreemem(said);
    return ok;
}
