/*
 * The shadow on a server that somebody named: databases that come and go, those of the dead, and what the
 * role must be allowed. The server is a throwaway one, which is tested in test_shadow.c.
 */
#include "shadow_spec.h"

struct url_spec {
    struct shadow_spec host;
    struct ray_conn *root; /* superuser on the host */
    struct shadow_spec s;
};

/* A url to the host's first database, as that role. */
static const char *
url_of(struct url_spec *spec, const char *user)
{
    return ray_arena_printf(spec->s.arena, "postgresql://%s@/postgres?host=%s&port=%s", user,
                            ray_conn_host(spec->root), ray_conn_port(spec->root));
}

static bool
begin(struct url_spec *spec, const char *user)
{
    static const char roles[] = "create role maker login createdb; create role nobody login;"
                                "create role owner; create role stranger; grant owner to maker";

    shadow_spec_begin(&spec->host);
    shadow_spec_begin(&spec->s);
    if (!shadow_spec_open(&spec->host) || (spec->root = shadow_spec_create(&spec->host)) == NULL ||
        !shadow_spec_exec(&spec->host, spec->root, roles))
        return false;
    spec->s.options.url = url_of(spec, user);
    return true;
}

static void
end(struct url_spec *spec)
{
    shadow_spec_end(&spec->s);
    ray_conn_close(spec->root);
    shadow_spec_end(&spec->host);
}

static const char *
databases(struct url_spec *spec)
{
    return shadow_spec_value(&spec->host, spec->root,
                             "select count(*) from pg_database where datname like 'raymig%'", NULL);
}

TEST(databases_come_and_go)
{
    struct url_spec spec;
    struct ray_conn *a = NULL;
    struct ray_conn *b = NULL;

    REQUIRE(begin(&spec, "maker") && shadow_spec_open(&spec.s));
    CHECK_STR(databases(&spec), "0");
    REQUIRE((a = shadow_spec_create(&spec.s)) != NULL && (b = shadow_spec_create(&spec.s)) != NULL);
    CHECK(ray_has_prefix(ray_conn_database(a), "raymig_shadow_"));
    CHECK(strcmp(ray_conn_database(a), ray_conn_database(b)) != 0);
    CHECK_STR(databases(&spec), "2");
    CHECK_STR(shadow_spec_value(&spec.s, a, "show server_encoding", NULL), "UTF8");
    CHECK_INT(ray_shadow_major(spec.s.shadow), ray_shadow_major(spec.host.shadow));
    CHECK_STR(ray_shadow_version(spec.s.shadow), ray_shadow_version(spec.host.shadow));
    CHECK(shadow_spec_held(&spec.s, ray_shadow_drop(spec.s.shadow, a, &spec.s.err)));
    CHECK_STR(databases(&spec), "1");
    ray_shadow_close(spec.s.shadow); /* b is still connected */
    spec.s.shadow = NULL;
    CHECK_STR(databases(&spec), "0");
    ray_conn_close(b);
    end(&spec);
}

TEST(the_wanted_version_is_compared)
{
    struct url_spec spec;

    REQUIRE(begin(&spec, "maker"));
    spec.s.options.major = 1;
    REQUIRE(shadow_spec_open(&spec.s));
    CHECK(!ray_shadow_is_exact(spec.s.shadow));
    ray_shadow_close(spec.s.shadow);
    spec.s.options.major = ray_shadow_major(spec.host.shadow);
    REQUIRE(shadow_spec_open(&spec.s));
    CHECK(ray_shadow_is_exact(spec.s.shadow));
    end(&spec);
}

TEST(those_of_the_dead_are_dropped_and_those_of_the_living_not)
{
    struct url_spec spec;
    struct shadow_spec other;
    struct ray_conn *conn;
    struct ray_conn *user;

    REQUIRE(begin(&spec, "maker") && shadow_spec_open(&spec.s));
    REQUIRE((conn = shadow_spec_create(&spec.s)) != NULL);
    ray_conn_close(conn);
    CHECK(shadow_spec_exec(&spec.host, spec.root,
                           "create database raymig_shadow_1_5f_1 owner maker"));
    CHECK(shadow_spec_exec(&spec.host, spec.root,
                           "create database raymig_shadow_1_5f_2 owner maker"));
    CHECK(shadow_spec_exec(&spec.host, spec.root, "create database raymig_shadow_1_5f_3"));
    CHECK(shadow_spec_exec(&spec.host, spec.root, "create database raymig_other owner maker"));
    /* One is dead and in use. */
    REQUIRE(ray_shadow_connect(spec.host.shadow, "raymig_shadow_1_5f_2", &user, &spec.host.err));

    shadow_spec_begin(&other);
    other.options.url = url_of(&spec, "maker");
    REQUIRE(shadow_spec_open(&other));
    CHECK_STR(shadow_spec_value(&spec.host, spec.root,
                                "select string_agg(right(datname, 7), ' ' order by datname)"
                                " from pg_database where datname like 'raymig%'"
                                " and datname !~ '_[0-9a-f]{10,}_'",
                                NULL),
              "g_other _1_5f_2 _1_5f_3");
    CHECK_STR(databases(&spec), "4");
    shadow_spec_end(&other);
    ray_conn_close(user);
    end(&spec);
}

TEST(a_role_that_may_not)
{
    struct url_spec spec;

    REQUIRE(begin(&spec, "nobody"));
    CHECK(!ray_shadow_open(spec.s.arena, &spec.s.options, &spec.s.shadow, &spec.s.err));
    CHECK_INT(spec.s.err.code, RAY_FAILED);
    CHECK_STR(spec.s.err.message, "role \"nobody\" may not create a database for a shadow");
    CHECK(spec.s.err.hint != NULL && strstr(spec.s.err.hint, "CREATEDB") != NULL);
    end(&spec);
}

TEST(a_server_that_is_not_there_and_no_password)
{
    struct shadow_spec spec;

    shadow_spec_begin(&spec);
    spec.options.url = "postgresql://ann:geheim@/app?host=/nowhere";
    CHECK(!ray_shadow_open(spec.arena, &spec.options, &spec.shadow, &spec.err));
    CHECK_INT(spec.err.code, RAY_UNAVAILABLE);
    CHECK(strstr(spec.err.message, "cannot connect to database \"app\"") != NULL);
    CHECK(strstr(spec.err.message, "geheim") == NULL);
    CHECK(spec.err.detail != NULL && strstr(spec.err.detail, "geheim") == NULL);
    shadow_spec_end(&spec);
}

TEST(an_owner_on_a_url)
{
    static const struct {
        const char *owner;
        bool ok;
    } rows[] = {{"owner", true}, {"maker", true}, {"stranger", false}, {"missing \"x\"", false}};
    struct url_spec spec;
    struct ray_conn *conn = NULL;

    REQUIRE(begin(&spec, "maker"));
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        spec.s.options.owner = rows[i].owner;
        if (!rows[i].ok) {
            CHECK(!ray_shadow_open(spec.s.arena, &spec.s.options, &spec.s.shadow, &spec.s.err));
            CHECK(spec.s.err.hint != NULL && strstr(spec.s.err.message, rows[i].owner) != NULL);
            continue;
        }
        REQUIRE(shadow_spec_open(&spec.s) && (conn = shadow_spec_create(&spec.s)) != NULL);
        CHECK(shadow_spec_exec(&spec.s, conn, "create table public.t (id int)"));
        CHECK_STR(shadow_spec_value(&spec.s, conn,
                                    "select tableowner from pg_tables"
                                    " where tablename = 't'",
                                    NULL),
                  rows[i].owner);
        ray_conn_close(conn);
        ray_shadow_close(spec.s.shadow);
        spec.s.shadow = NULL;
    }
    CHECK_STR(databases(&spec), "0");
    end(&spec);
}

TEST(a_role_that_is_missing)
{
    struct url_spec spec;

    REQUIRE(begin(&spec, "maker") && shadow_spec_open(&spec.s));
    CHECK(ray_shadow_role(spec.s.shadow, "stranger", &spec.s.err));
    CHECK(!ray_shadow_role(spec.s.shadow, "reader", &spec.s.err));
    CHECK_STR(spec.s.err.message, "role \"reader\" is missing on the shadow's server");
    CHECK(spec.s.err.hint != NULL && strstr(spec.s.err.hint, "CREATE ROLE \"reader\"") != NULL);
    end(&spec);
}

TEST(a_server_whose_own_encoding_is_another)
{
    struct url_spec spec;
    struct ray_conn *conn;

    REQUIRE(begin(&spec, "postgres"));
    CHECK(shadow_spec_exec(&spec.host, spec.root,
                           "update pg_database set encoding = 0, datcollate = 'C', datctype = 'C'"
                           " where datname = 'template0'"));
    REQUIRE(shadow_spec_open(&spec.s) && (conn = shadow_spec_create(&spec.s)) != NULL);
    CHECK_STR(shadow_spec_value(&spec.s, conn, "show server_encoding", NULL), "UTF8");
    ray_conn_close(conn);
    end(&spec);
}
