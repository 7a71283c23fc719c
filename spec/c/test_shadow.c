/*
 * The shadow on a throwaway server: empty databases, whatever DDL, the cache, and nothing left behind. What
 * needs processes that are killed is in spec/db/shadow_spec.lua.
 */
#include "shadow_spec.h"

#include "base/clock.h"

#include <errno.h>
#include <signal.h>
#include <sys/stat.h>

static const char empty_sql[] =
    "select (select count(*) from pg_class where oid >= 16384)"
    "+ (select count(*) from pg_namespace where oid >= 16384)"
    "+ (select count(*) from pg_shdescription s join pg_database d on d.oid = s.objoid"
    "   where d.datname = current_database())"
    "+ (select count(*) from pg_db_role_setting)"
    "+ (select count(*) from pg_database where datname = current_database()"
    "   and (datacl is not null or pg_encoding_to_char(encoding) <> 'UTF8'))";

static long
postmaster_pid(struct shadow_spec *spec, struct ray_conn *conn)
{
    const char *data = shadow_spec_value(spec, conn, "show data_directory", NULL);
    struct ray_text text;

    if (data == NULL ||
        !ray_file_read(spec->arena, ray_path_join(spec->arena, data, "postmaster.pid"), &text,
                       &spec->err))
        return 0;
    return strtol(text.data, NULL, 10);
}

TEST(databases_are_empty_and_apart)
{
    struct shadow_spec spec;
    struct ray_conn *conns[3];

    shadow_spec_begin(&spec);
    REQUIRE(shadow_spec_open(&spec));
    CHECK(ray_shadow_is_exact(spec.shadow));
    for (size_t i = 0; i < 3; i++) {
        REQUIRE((conns[i] = shadow_spec_create(&spec)) != NULL);
        CHECK_STR(shadow_spec_value(&spec, conns[i], empty_sql, NULL), "0");
        CHECK(shadow_spec_exec(&spec, conns[i], "create table same_name (id int)"));
    }
    CHECK(strcmp(ray_conn_database(conns[1]), ray_conn_database(conns[2])) != 0);
    CHECK_INT(ray_conn_server_version(conns[0]) / 10000, ray_shadow_major(spec.shadow));
    CHECK_STR(shadow_spec_value(&spec, conns[0], "select split_part(version(), ' ', 2)", NULL),
              ray_shadow_version(spec.shadow));
    for (size_t i = 0; i < 3; i++)
        ray_conn_close(conns[i]);
    shadow_spec_end(&spec);
}

TEST(a_second_connection)
{
    struct shadow_spec spec;
    struct ray_conn *first;
    struct ray_conn *second;

    shadow_spec_begin(&spec);
    spec.options.owner = "ann";
    REQUIRE(shadow_spec_open(&spec) && (first = shadow_spec_create(&spec)) != NULL);
    REQUIRE(ray_shadow_connect(spec.shadow, ray_conn_database(first), &second, &spec.err));
    CHECK(shadow_spec_exec(&spec, first, "create table t (id int)"));
    CHECK_STR(shadow_spec_value(&spec, second,
                                "select tableowner from pg_tables"
                                " where tablename = 't'",
                                NULL),
              "ann");
    ray_conn_close(first);
    ray_conn_close(second);
    shadow_spec_end(&spec);
}

TEST(dropped_ones_are_gone_and_others_follow)
{
    static const char count_sql[] = "select count(*) from pg_database where datname = $1";
    struct shadow_spec spec;
    struct ray_conn *conns[3];
    char name[64];

    shadow_spec_begin(&spec);
    REQUIRE(shadow_spec_open(&spec));
    for (size_t i = 0; i < 3; i++)
        REQUIRE((conns[i] = shadow_spec_create(&spec)) != NULL);
    for (size_t i = 0; i < 2; i++) {
        strcpy(name, ray_conn_database(conns[i]));
        CHECK(shadow_spec_held(&spec, ray_shadow_drop(spec.shadow, conns[i], &spec.err)));
        CHECK_STR(shadow_spec_value(&spec, conns[2], count_sql, name), "0");
    }
    REQUIRE((conns[0] = shadow_spec_create(&spec)) != NULL);
    CHECK_STR(shadow_spec_value(&spec, conns[0], empty_sql, NULL), "0");
    ray_conn_close(conns[0]);
    ray_conn_close(conns[2]);
    shadow_spec_end(&spec);
}

/* Somebody else is connected: that is no reason to fail. */
TEST(a_database_in_use_can_be_dropped)
{
    struct shadow_spec spec;
    struct ray_conn *first;
    struct ray_conn *other;

    shadow_spec_begin(&spec);
    REQUIRE(shadow_spec_open(&spec) && (first = shadow_spec_create(&spec)) != NULL);
    REQUIRE(ray_shadow_connect(spec.shadow, ray_conn_database(first), &other, &spec.err));
    CHECK(shadow_spec_held(&spec, ray_shadow_drop(spec.shadow, first, &spec.err)));
    CHECK(!ray_conn_exec(other, "select 1", &spec.err));
    ray_conn_close(other);
    shadow_spec_end(&spec);
}

TEST(an_owner_owns_all)
{
    static const char *const names[] = {"ann", "Änn \"x\" o'neil", "app-owner"};
    struct shadow_spec spec;
    struct ray_conn *conns[2];

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        shadow_spec_begin(&spec);
        spec.options.owner = names[i];
        REQUIRE(shadow_spec_open(&spec));
        for (size_t j = 0; j < 2; j++) {
            REQUIRE((conns[j] = shadow_spec_create(&spec)) != NULL);
            CHECK_STR(shadow_spec_value(&spec, conns[j], "select session_user", NULL), names[i]);
            CHECK_STR(shadow_spec_value(&spec, conns[j],
                                        "select pg_get_userbyid(datdba) from pg_database"
                                        " where datname = current_database()",
                                        NULL),
                      names[i]);
            CHECK_STR(shadow_spec_value(&spec, conns[j], "select current_setting('is_superuser')",
                                        NULL),
                      "on");
            CHECK(shadow_spec_exec(&spec, conns[j], "create table public.t (id int)"));
            ray_conn_close(conns[j]);
        }
        shadow_spec_end(&spec);
    }
}

TEST(roles_can_be_granted_to)
{
    static const char *const names[] = {"reader", "Bob \"the\" \\ o'neil", "pg_of_a_later_version",
                                        "pg_monitor", "reader"};
    struct shadow_spec spec;
    struct ray_conn *conn;

    shadow_spec_begin(&spec);
    spec.options.owner = "ann";
    REQUIRE(shadow_spec_open(&spec));
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        CHECK(shadow_spec_held(&spec, ray_shadow_role(spec.shadow, names[i], &spec.err)));
    CHECK(ray_shadow_role(spec.shadow, "ann", &spec.err));
    REQUIRE((conn = shadow_spec_create(&spec)) != NULL);
    CHECK(shadow_spec_exec(&spec, conn,
                           "create table t (id int);"
                           "grant select on t to reader, \"Bob \"\"the\"\" \\ o'neil\","
                           " pg_of_a_later_version, pg_monitor;"
                           "alter table t owner to reader"));
    CHECK_STR(shadow_spec_value(&spec, conn,
                                "select rolcanlogin or rolsuper from pg_roles"
                                " where rolname = 'reader'",
                                NULL),
              "f");
    CHECK_STR(shadow_spec_value(&spec, conn, "select rolsuper from pg_roles where rolname = 'ann'",
                                NULL),
              "t");
    ray_conn_close(conn);
    shadow_spec_end(&spec);
}

static void
count_notice(void *arg, const struct ray_notice *notice)
{
    printf("    %s: %s\n", notice->severity, notice->message);
    (*(int *)arg)++;
}

TEST(ddl_of_every_sort_works)
{
    static const char *const statements[] = {
        "create publication everything for all tables",
        "create subscription s connection 'host=nowhere' publication p"
        " with (connect = false, enabled = false)",
        "create function f() returns event_trigger language plpgsql as 'begin end'",
        "create event trigger e on ddl_command_end execute function f()",
        "begin; create table prepared (id int); prepare transaction 'x'",
        "commit prepared 'x'",
        "create database another",
        "create collation natural_order (provider = icu, locale = 'en-u-kn-true')",
        "create unlogged table u (id int generated always as identity)",
        "create materialized view m as select * from prepared",
        "create index concurrently on prepared (id)",
        "vacuum full prepared",
    };
    struct shadow_spec spec;
    struct ray_conn *conn;
    int notices = 0;

    shadow_spec_begin(&spec);
    REQUIRE(shadow_spec_open(&spec) && (conn = shadow_spec_create(&spec)) != NULL);
    for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]); i++) {
        /* Newer servers say of any subscription made so that it is not connected. */
        ray_conn_on_notice(conn, i == 1 ? NULL : count_notice, &notices);
        CHECK(shadow_spec_exec(&spec, conn, statements[i]));
    }
    CHECK_INT(notices, 0);
    ray_conn_close(conn);
    shadow_spec_end(&spec);
}

TEST(five_thousand_tables_in_one_transaction)
{
    struct shadow_spec spec;
    struct ray_conn *conn;

    shadow_spec_begin(&spec);
    REQUIRE(shadow_spec_open(&spec) && (conn = shadow_spec_create(&spec)) != NULL);
    CHECK(shadow_spec_exec(&spec, conn,
                           "do $$ begin for i in 1 .. 5000 loop execute format('create table t%s"
                           " (id bigint generated always as identity primary key, a text unique)',"
                           " i); end loop; end $$"));
    CHECK(shadow_spec_exec(&spec, conn,
                           "set client_min_messages = error;"
                           " drop schema public cascade"));
    ray_conn_close(conn);
    shadow_spec_end(&spec);
}

TEST(the_nearest_version_will_do)
{
    struct shadow_spec spec;
    int installed;

    shadow_spec_begin(&spec);
    REQUIRE(shadow_spec_open(&spec));
    installed = ray_shadow_major(spec.shadow);
    shadow_spec_end(&spec);
    for (int major = 1; major <= 99; major += 98) {
        shadow_spec_begin(&spec);
        spec.options.major = major;
        REQUIRE(shadow_spec_open(&spec));
        CHECK(!ray_shadow_is_exact(spec.shadow));
        shadow_spec_end(&spec);
    }
    shadow_spec_begin(&spec);
    spec.options.major = installed;
    REQUIRE(shadow_spec_open(&spec));
    CHECK(ray_shadow_is_exact(spec.shadow));
    CHECK_INT(ray_shadow_major(spec.shadow), installed);
    shadow_spec_end(&spec);
}

TEST(no_binaries_is_an_error_with_a_hint)
{
    struct shadow_spec spec;

    shadow_spec_begin(&spec);
    spec.options.bindir = "/nowhere";
    CHECK(!ray_shadow_open(spec.arena, &spec.options, &spec.shadow, &spec.err));
    CHECK_INT(spec.err.code, RAY_UNAVAILABLE);
    CHECK_STR(spec.err.message, "no PostgreSQL server in \"/nowhere\"");
    CHECK(spec.err.hint != NULL);
    shadow_spec_end(&spec);
}

/* What selects the target is not about the shadow. */
TEST(the_environment_does_not_mislead)
{
    static const char *const rows[][2] = {
        {"PGHOST", "192.0.2.1"},
        {"PGHOSTADDR", "192.0.2.1"},
        {"PGPORT", "1"},
        {"PGUSER", "nobody"},
        {"PGDATABASE", "nowhere"},
        {"PGSERVICE", "nowhere"},
        {"PGSSLMODE", "verify-full"},
        {"PGREQUIREPEER", "nobody"},
        {"PGDATA", "/nowhere"},
        {"PGOPTIONS", "-c search_path=nowhere"},
        {"PGCHANNELBINDING", "require"},
    };
    struct shadow_spec spec;
    struct ray_conn *conns[2];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        setenv(rows[i][0], rows[i][1], 1);
    shadow_spec_begin(&spec);
    REQUIRE(shadow_spec_open(&spec));
    for (size_t i = 0; i < 2; i++) {
        REQUIRE((conns[i] = shadow_spec_create(&spec)) != NULL);
        CHECK_STR(shadow_spec_value(&spec, conns[i], "select current_user || current_schema()",
                                    NULL),
                  "postgrespublic");
        ray_conn_close(conns[i]);
    }
    CHECK_STR(getenv("PGPORT"), "1");
    shadow_spec_end(&spec);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        unsetenv(rows[i][0]);
}

/* ---------------------------------------------------------------- the place */

TEST(nothing_is_left_behind)
{
    struct shadow_spec spec;
    struct ray_conn *conn;
    struct ray_conn *open;
    struct stat info;
    char home[200];
    long pid;

    shadow_spec_begin(&spec);
    REQUIRE(shadow_spec_open(&spec) && (conn = shadow_spec_create(&spec)) != NULL);
    REQUIRE((open = shadow_spec_create(&spec)) != NULL);
    pid = postmaster_pid(&spec, conn);
    strcpy(home, ray_conn_host(conn));
    CHECK(pid > 0 && kill((pid_t)pid, 0) == 0);
    CHECK(stat(home, &info) == 0 && (info.st_mode & 0777) == 0700);
    CHECK_STR(shadow_spec_value(&spec, conn,
                                "select current_setting('listen_addresses')"
                                " || current_setting('fsync')",
                                NULL),
              "off");
    ray_conn_close(conn);
    ray_shadow_close(spec.shadow);
    spec.shadow = NULL;
    CHECK(kill((pid_t)pid, 0) != 0 && errno == ESRCH);
    CHECK(!ray_file_exists(home));
    CHECK(!ray_conn_exec(open, "select 1", &spec.err));
    CHECK_INT(spec.err.code, RAY_UNAVAILABLE);
    CHECK(ray_has_prefix(spec.err.message, "connection lost: "));
    ray_conn_close(open);
    shadow_spec_end(&spec);
}

TEST(two_servers_at_once)
{
    struct shadow_spec a;
    struct shadow_spec b;
    struct ray_conn *conn;

    shadow_spec_begin(&a);
    shadow_spec_begin(&b);
    REQUIRE(shadow_spec_open(&a) && shadow_spec_open(&b));
    shadow_spec_end(&a);
    CHECK((conn = shadow_spec_create(&b)) != NULL);
    ray_conn_close(conn);
    shadow_spec_end(&b);
}

/* A socket's path has room for 107 bytes. */
TEST(a_long_temporary_folder)
{
    static const char name[] =
        "a long name, with a comma and \"quotes\" and more and more and more and more";
    struct shadow_spec spec;
    struct ray_conn *conn;
    ray_entries entries = {0};
    char base[400];
    char socket[200];

    shadow_spec_begin(&spec);
    snprintf(base, sizeof(base), "%s.long/%s", shadow_spec_cache, name);
    REQUIRE(ray_file_make_folder(base, &spec.err) && chmod(base, 01777) == 0);
    setenv("TMPDIR", base, 1);
    REQUIRE(shadow_spec_open(&spec) && (conn = shadow_spec_create(&spec)) != NULL);
    CHECK(strncmp(shadow_spec_value(&spec, conn, "show data_directory", NULL), base,
                  strlen(base)) == 0);
    strcpy(socket, ray_conn_host(conn));
    CHECK(strncmp(socket, "/tmp/raymig-", 12) == 0);
    ray_conn_close(conn);
    shadow_spec_end(&spec);
    unsetenv("TMPDIR");
    shadow_spec_begin(&spec);
    CHECK(!ray_file_exists(socket));
    CHECK(ray_file_list(spec.arena, base, &entries, &spec.err) && entries.len == 0);
    snprintf(base, sizeof(base), "%s.long", shadow_spec_cache);
    CHECK(ray_file_remove(base, &spec.err));
    shadow_spec_end(&spec);
}

/* ---------------------------------------------------------------- the cache */

/* The cached cluster's path; NULL where there is none. */
static const char *
find_pack(struct shadow_spec *spec)
{
    ray_entries entries = {0};

    if (!ray_file_list(spec->arena, spec->options.cache, &entries, &spec->err))
        return NULL;
    for (size_t i = 0; i < entries.len; i++)
        if (ray_has_suffix(entries.items[i].name, ".pack"))
            return ray_path_join(spec->arena, spec->options.cache, entries.items[i].name);
    return NULL;
}

static bool
works(struct shadow_spec *spec)
{
    struct ray_conn *conn;
    bool ok = shadow_spec_open(spec) && (conn = shadow_spec_create(spec)) != NULL;

    if (ok)
        ray_conn_close(conn);
    ray_shadow_close(spec->shadow);
    spec->shadow = NULL;
    return ok;
}

static void
damage(const char *path, int64_t offset, int64_t length)
{
    FILE *file = fopen(path, "r+");

    CHECK(file != NULL && fseek(file, (long)offset, SEEK_SET) == 0);
    for (int64_t i = 0; i < length; i++)
        fputc('#', file);
    CHECK(fclose(file) == 0);
}

TEST(a_damaged_cache_is_made_anew)
{
    struct shadow_spec spec;
    const char *pack;
    int64_t size;
    struct stat before;
    struct stat after;

    shadow_spec_begin(&spec);
    REQUIRE(works(&spec));
    pack = find_pack(&spec);
    REQUIRE(pack != NULL);
    CHECK(stat(shadow_spec_cache, &before) == 0 && (before.st_mode & 0777) == 0700);
    size = ray_file_size(pack);
    CHECK(size > 1 << 20 && stat(pack, &before) == 0);
    CHECK(works(&spec) && stat(pack, &after) == 0 && before.st_ino == after.st_ino);
    for (int i = 0; i < 4; i++) {
        if (i == 0)
            CHECK(truncate(pack, size / 2) == 0);
        else if (i == 1)
            CHECK(truncate(pack, 0) == 0);
        else
            damage(pack, i == 2 ? size / 2 : 0, 4096);
        CHECK(works(&spec));
        CHECK_INT(ray_file_size(pack), size);
        CHECK(works(&spec));
    }
    shadow_spec_end(&spec);
}

TEST(a_cache_that_others_could_write_to_is_not_used)
{
    struct shadow_spec spec;
    char folder[100];

    shadow_spec_begin(&spec);
    snprintf(folder, sizeof(folder), "%s.shared", shadow_spec_cache);
    REQUIRE(ray_file_make_folder(folder, &spec.err) && chmod(folder, 0777) == 0);
    spec.options.cache = folder;
    CHECK(works(&spec));
    CHECK(find_pack(&spec) == NULL);
    CHECK(ray_file_remove(folder, &spec.err));
    spec.options.cache = "/proc/nowhere";
    CHECK(works(&spec));
    shadow_spec_end(&spec);
}

/* ---------------------------------------------------------------- speed */

TEST(it_is_quick)
{
    struct shadow_spec spec;
    struct ray_conn *conn = NULL;
    int64_t first = INT64_MAX;
    int64_t second = INT64_MAX;

    shadow_spec_begin(&spec);
    CHECK(works(&spec));
    for (int i = 0; i < 5; i++) {
        int64_t start = ray_clock_us();
        int64_t took;

        REQUIRE(shadow_spec_open(&spec) && (conn = shadow_spec_create(&spec)) != NULL);
        took = ray_clock_us() - start;
        first = took < first ? took : first;
        ray_conn_close(conn);
        start = ray_clock_us();
        REQUIRE((conn = shadow_spec_create(&spec)) != NULL);
        took = ray_clock_us() - start;
        second = took < second ? took : second;
        ray_conn_close(conn);
        ray_shadow_close(spec.shadow);
        spec.shadow = NULL;
    }
    printf("  a first database in %lld ms, a second in %lld\n", (long long)first / 1000,
           (long long)second / 1000);
    CHECK(first < 1000000); /* a tenth of it, but for a busy machine */
    CHECK(second < 500000);
    shadow_spec_end(&spec);
}
