/*
 * For pg_dump, by LD_PRELOAD: a server that is newer than RAYMIG_DUMP_VERSION (150000) passes for one of that
 * version, where the pg_dump of its own is not to be had. It then says what an older pg_dump can see
 * of a database, which is enough to hold two of them against each other.
 */
#include <dlfcn.h>
#include <stdlib.h>

struct pg_conn;
int PQserverVersion(const struct pg_conn *conn);

int
PQserverVersion(const struct pg_conn *conn)
{
    union {
        void *symbol;
        int (*function)(const struct pg_conn *);
    } next = {.symbol = dlsym(RTLD_NEXT, "PQserverVersion")};
    const char *wanted = getenv("RAYMIG_DUMP_VERSION");
    int version = next.function(conn);

    return wanted != NULL && version > atoi(wanted) ? atoi(wanted) : version;
}
