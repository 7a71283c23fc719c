/*
 * Passwords in connection strings: libpq parses, so that every way of writing one is seen (in the
 * authority, as a parameter, key=value). What libpq cannot read counts as one: better a URL left out than
 * a password written down.
 */
#include "pg/url_secret.h"

#include <libpq-fe.h>
#include <stddef.h>
#include <string.h>

bool
ray_url_has_secret(const char *url)
{
    static const char *const secrets[] = {"password", "sslpassword"};
    PQconninfoOption *options = PQconninfoParse(url, NULL);
    bool found = options == NULL;

    for (const PQconninfoOption *o = options; !found && o->keyword != NULL; o++)
        for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++)
            if (strcmp(o->keyword, secrets[i]) == 0 && o->val != NULL && o->val[0] != '\0')
                found = true;
    PQconninfoFree(options);
    return found;
}
