/*
 * Subscriptions. They are made without connecting: switched off, their slot taken as there. The connection
 * string is the superuser's to see, so that nobody else reads a subscription; the secrets in it never leave the
 * server, and are noted.
 */
#include "catalog/ddl.h"
#include "catalog/kinds.h"
#include "pg/quote.h"

#include <string.h>

enum {
    CONNECTION,
    PUBLICATIONS,
    SLOT,
    BINARY,
    STREAMING,
    SYNCHRONOUS_COMMIT,
    TWO_PHASE,
    DISABLE_ON_ERROR,
    NO_PASSWORD,
    RUN_AS_OWNER,
    ORIGIN,
    FAILOVER,
    /* quiet */
    SECRET,
    HIDDEN,
};

/* What libpq keeps secret. A key of a URI may be spelt with percent signs: such a one is not let through. */
#define KEYS   "(?:ssl)?password|scram_client_key|scram_server_key|oauth_client_secret"
#define ITEM   "([a-z_0-9]+)\\s*=\\s*(''(?:[^''\\\\]|\\\\.)*''|(?:[^\\s\\\\]|\\\\.)*)"
#define ITEMS  "regexp_matches(s.subconninfo, '" ITEM "', 'g') m WHERE m[1]"
#define IS_URI "s.subconninfo ~ '^postgres(ql)?://'"

/* user:secret@, and ?key=secret&... */
#define URI_BARE                                         \
    "rtrim(regexp_replace(regexp_replace(s.subconninfo," \
    " '^(postgres(?:ql)?://[^:@/]*):[^@/]*@', '\\1@'),"  \
    " '(?<=[?&])(?:" KEYS "|[^=&]*%[^=&]*)=[^&]*(?:&|$)', '', 'g'), '?&')"
#define WORDS_BARE "(SELECT string_agg(m[1] || '=' || m[2], ' ') FROM " ITEMS " !~ '^(" KEYS ")$')"

static const struct ray_attribute attributes[] = {
    [CONNECTION] = {"connection",
                    "CASE WHEN " IS_URI " THEN " URI_BARE " ELSE COALESCE(" WORDS_BARE ", '') END",
                    RAY_ATTRIBUTE_TEXT, false},
    [PUBLICATIONS] = {"publications", "s.subpublications", RAY_ATTRIBUTE_LIST, false},
    [SLOT] = {"slot_name", "NULLIF(COALESCE(s.subslotname, 'none'), s.subname)", RAY_ATTRIBUTE_TEXT,
              false},
    [BINARY] = {"binary", "{14+ s.subbinary}", RAY_ATTRIBUTE_FLAG, false},
    /* A boolean at first; the default changed in 18. */
    [STREAMING] = {"streaming",
                   "{14+ CASE left(s.substream::text, 1)"
                   " WHEN 'p' THEN 'parallel' WHEN 't' THEN 'on' ELSE 'off' END}",
                   RAY_ATTRIBUTE_TEXT, false},
    [SYNCHRONOUS_COMMIT] = {"synchronous_commit", "NULLIF(s.subsynccommit, 'off')",
                            RAY_ATTRIBUTE_TEXT, false},
    [TWO_PHASE] = {"two_phase", "{15+ s.subtwophasestate <> 'd'}", RAY_ATTRIBUTE_FLAG, false},
    [DISABLE_ON_ERROR] = {"disable_on_error", "{15+ s.subdisableonerr}", RAY_ATTRIBUTE_FLAG, false},
    [NO_PASSWORD] = {"no_password_required", "{16+ NOT s.subpasswordrequired}", RAY_ATTRIBUTE_FLAG,
                     false},
    [RUN_AS_OWNER] = {"run_as_owner", "{16+ s.subrunasowner}", RAY_ATTRIBUTE_FLAG, false},
    [ORIGIN] = {"origin", "{16+ NULLIF(s.suborigin, 'any')}", RAY_ATTRIBUTE_TEXT, false},
    [FAILOVER] = {"failover", "{17+ s.subfailover}", RAY_ATTRIBUTE_FLAG, false},
    [SECRET] = {"secret",
                "CASE WHEN " IS_URI " THEN rtrim(s.subconninfo, '?&') <> " URI_BARE
                " ELSE EXISTS (SELECT FROM " ITEMS " ~ '^(" KEYS ")$') END",
                RAY_ATTRIBUTE_FLAG, true},
    [HIDDEN] = {"hidden", "{others true}", RAY_ATTRIBUTE_FLAG, true},
};

/* Others may not even name the columns that are not theirs: they get the name and NULLs. */
static const char from[] =
    "(SELECT {superuser o}{others (NULL::pg_subscription)}.*, o.subname AS known, o.subdbid AS place"
    " FROM pg_subscription o) s JOIN pg_database d ON d.oid = s.place"
    " WHERE d.datname = current_database()";

/* Absent is what the server would choose. */
static void
take_streaming(struct ray_object *subscription, int version)
{
    const char *value = ray_object_value(subscription, STREAMING);

    if (value != NULL && strcmp(value, version >= 180000 ? "parallel" : "off") == 0)
        ray_object_set(subscription, STREAMING, NULL);
}

static bool
take(struct ray_loader *loader, struct ray_object *subscription)
{
    bool hidden = ray_object_is(subscription, HIDDEN);

    if (hidden)
        ray_loader_unseen(loader, "subscription %s", subscription->name);
    if (ray_object_is(subscription, SECRET))
        ray_loader_secret(loader, "the password of subscription %s", subscription->name);
    take_streaming(subscription, ray_loader_version(loader));
    ray_object_set(subscription, SECRET, NULL);
    ray_object_set(subscription, HIDDEN, NULL);
    return !hidden;
}

/* ---------------------------------------------------------------- SQL */

static void
add_slot(struct ray_buf *buf, const struct ray_object *subscription)
{
    const char *slot = ray_object_value(subscription, SLOT);

    if (slot == NULL)
        return;
    ray_buf_add(buf, ", slot_name = ");
    if (strcmp(slot, "none") == 0) /* no slot can be called that */
        ray_buf_add(buf, "NONE");
    else
        ray_buf_literal(buf, slot);
}

static void
add_options(struct ray_buf *buf, const struct ray_object *subscription)
{
    static const struct {
        size_t attribute;
        const char *words; /* NULL: "name = value" */
    } options[] = {
        {BINARY, "binary = true"},
        {STREAMING, NULL},
        {SYNCHRONOUS_COMMIT, NULL},
        {TWO_PHASE, "two_phase = true"},
        {DISABLE_ON_ERROR, "disable_on_error = true"},
        {NO_PASSWORD, "password_required = false"},
        {RUN_AS_OWNER, "run_as_owner = true"},
        {ORIGIN, NULL},
        {FAILOVER, "failover = true"},
    };

    ray_buf_add(buf, "connect = false");
    add_slot(buf, subscription);
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        if (!ray_object_is(subscription, options[i].attribute))
            continue;
        if (options[i].words != NULL)
            ray_buf_addf(buf, ", %s", options[i].words);
        else
            ray_buf_addf(buf, ", %s = %s", attributes[options[i].attribute].name,
                         ray_object_value(subscription, options[i].attribute));
    }
}

static void
create(struct ray_ddl *ddl, const struct ray_object *subscription)
{
    struct ray_buf *buf = ray_ddl_begin(ddl);

    ray_buf_add(buf, "CREATE SUBSCRIPTION ");
    ray_ddl_name(buf, subscription->name);
    ray_buf_add(buf, "\n    CONNECTION ");
    ray_buf_literal(buf, ray_object_value(subscription, CONNECTION));
    ray_buf_add(buf, "\n    PUBLICATION ");
    ray_ddl_names(buf, ray_object_value(subscription, PUBLICATIONS));
    ray_buf_add(buf, "\n    WITH (");
    add_options(buf, subscription);
    ray_buf_addc(buf, ')');
    ray_ddl_end(ddl, subscription);
}

const struct ray_kind ray_kind_subscription = {
    .name = "subscription",
    .keyword = "SUBSCRIPTION",
    .catalog = "pg_subscription",
    .select = {.from = from, .oid = "s.oid", .name = "s.known", .owner = "s.subowner"},
    RAY_ATTRIBUTES(attributes),
    .has_owner = true,
    .take = take,
    .create = create,
};
