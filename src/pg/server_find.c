/*
 * Where PostgreSQL is installed.
 *
 * A folder counts where it holds both initdb and postgres, and postgres names a version that raymig
 * knows. A data folder can be run by its own major version alone; a bindir that somebody named is never
 * silently replaced by another. The search runs programs, so a server that is up is never searched for:
 * it left a note (server_note.c).
 */
#include "base/file.h"
#include "base/interrupt.h"
#include "base/vec.h"
#include "pg/process.h"
#include "pg/server_internal.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAJOR_MIN = 13, MAJOR_MAX = 18 };

/* Where packages put the binaries, by major version. */
static const struct {
    const char *before;
    const char *after;
} package_folders[] = {
    {"/usr/lib/postgresql/", "/bin"},          /* Debian, Ubuntu */
    {"/usr/pgsql-", "/bin"},                   /* PGDG for Red Hat and SUSE */
    {"/usr/lib/postgresql", "/bin"},           /* SUSE */
    {"/usr/libexec/postgresql", ""},           /* Alpine */
    {"/opt/homebrew/opt/postgresql@", "/bin"}, /* Homebrew */
    {"/usr/local/opt/postgresql@", "/bin"},
    {"/usr/local/lib/postgresql/", "/bin"},
};

typedef RAY_VEC(const char *) folders;

struct search {
    struct ray_arena *arena;
    int major;    /* 0: any */
    bool near;    /* another major will do: `out` is the nearest so far */
    folders seen; /* of other versions, for the hint */
    struct ray_server_binaries *out;
};

/* "postgres (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)" */
static bool
read_version(struct ray_arena *arena, const char *text, struct ray_server_binaries *out)
{
    const char *at = strstr(text, "(PostgreSQL) ");

    if (at == NULL)
        return false;
    at += strlen("(PostgreSQL) ");
    out->version = ray_arena_strndup(arena, at, strcspn(at, " \n"));
    out->major = (int)strtol(at, NULL, 10);
    return out->major > 0;
}

static bool
is_program(struct ray_arena *arena, const char *folder, const char *name)
{
    const char *path = ray_path_join(arena, folder, name);

    return access(path, X_OK) == 0 && !ray_file_is_folder(path);
}

/* Fills in `out` where the folder holds a server of any version. */
static bool
examine(struct ray_arena *arena, const char *folder, struct ray_server_binaries *out)
{
    struct ray_process_result result;
    struct ray_err ignored;
    const char *postgres = ray_path_join(arena, folder, "postgres");

    ray_err_init(&ignored, arena);
    if (folder[0] != '/' || !is_program(arena, folder, "postgres") ||
        !is_program(arena, folder, "initdb"))
        return false;
    out->bindir = ray_arena_strdup(arena, folder);
    return ray_process_run(arena, (const char *const[]){postgres, "--version", NULL}, "/", &result,
                           &ignored) &&
           result.status == 0 && read_version(arena, result.output, out);
}

static bool
is_known(int major)
{
    return major >= MAJOR_MIN && major <= MAJOR_MAX;
}

static bool
is_nearer(const struct search *search, int major)
{
    int distance = abs(major - search->major);
    int so_far = abs(search->out->major - search->major);

    return search->out->major == 0 || distance < so_far ||
           (distance == so_far && major > search->out->major);
}

/* True where the search is over. */
static bool
try_folder(struct search *search, const char *folder)
{
    struct ray_server_binaries found;

    for (size_t i = 0; i < search->seen.len; i++)
        if (strcmp(search->seen.items[i], folder) == 0)
            return false;
    if (!examine(search->arena, folder, &found))
        return false;
    if (is_known(found.major) && (search->major == 0 || search->major == found.major)) {
        *search->out = found;
        return true;
    }
    if (search->near && is_known(found.major) && is_nearer(search, found.major))
        *search->out = found;
    *ray_vec_add(search->arena, &search->seen) = found.bindir;
    return false;
}

static bool
try_pg_config(struct search *search)
{
    struct ray_process_result result;
    struct ray_err ignored;
    const char *const argv[] = {"pg_config", "--bindir", NULL};

    ray_err_init(&ignored, search->arena);
    return ray_process_run(search->arena, argv, "/", &result, &ignored) && result.status == 0 &&
           try_folder(search, ray_arena_strndup(search->arena, result.output,
                                                strcspn(result.output, "\n")));
}

static bool
try_packages(struct search *search)
{
    for (int major = MAJOR_MAX; major >= MAJOR_MIN; major--)
        for (size_t i = 0; i < sizeof(package_folders) / sizeof(package_folders[0]); i++)
            if ((search->major == 0 || search->near || search->major == major) &&
                try_folder(search,
                           ray_arena_printf(search->arena, "%s%d%s", package_folders[i].before,
                                            major, package_folders[i].after)))
                return true;
    return false;
}

static bool
try_path(struct search *search)
{
    const char *at = getenv("PATH");

    while (at != NULL && *at != '\0') {
        size_t length = strcspn(at, ":");
        /* A link such as ~/bin/postgres leads to where the rest of them is. */
        const char *program = ray_arena_printf(search->arena, "%.*s/postgres", (int)length, at);
        char real[PATH_MAX];

        if (program[0] == '/' && realpath(program, real) != NULL &&
            try_folder(search, ray_path_folder(search->arena, real)))
            return true;
        at += length + (at[length] == ':' ? 1 : 0);
    }
    return false;
}

static bool
find_named(struct ray_arena *arena, const char *bindir, int major, const char *data,
           struct ray_server_binaries *out, struct ray_err *err)
{
    if (!examine(arena, bindir, out)) {
        (void)ray_err_set(err, RAY_UNAVAILABLE, "no PostgreSQL server in \"%s\"", bindir);
        return ray_err_hint(err, "RAYMIG_PG_BINDIR must be the absolute path of the folder that "
                                 "holds initdb and postgres.");
    }
    if (major != 0 && out->major != major) {
        (void)ray_err_set(err, RAY_UNAVAILABLE,
                          "\"%s\" holds PostgreSQL %d, but the data in \"%s\" is of version %d",
                          bindir, out->major, data, major);
        return ray_err_hint(err,
                            "Set RAYMIG_PG_BINDIR to binaries of version %d, or give up the "
                            "data with `raymig dev reset`.",
                            major);
    }
    if (is_known(out->major))
        return true;
    return ray_err_set(err, RAY_UNAVAILABLE,
                       "\"%s\" holds PostgreSQL %s, which is not one of versions %d to %d", bindir,
                       out->version, MAJOR_MIN, MAJOR_MAX);
}

static bool
missing_major(int major, const char *data, struct ray_err *err)
{
    if (!is_known(major)) {
        (void)ray_err_set(err, RAY_UNAVAILABLE,
                          "the data in \"%s\" is of PostgreSQL %d, which is not one of versions "
                          "%d to %d",
                          data, major, MAJOR_MIN, MAJOR_MAX);
        return ray_err_hint(err, "Give up the data with `raymig dev reset`.");
    }
    (void)ray_err_set(err, RAY_UNAVAILABLE,
                      "the data in \"%s\" is of PostgreSQL %d, which is not installed", data,
                      major);
    return ray_err_hint(err,
                        "Install postgresql-%d, set RAYMIG_PG_BINDIR to it, or give up the data "
                        "with `raymig dev reset`.",
                        major);
}

static bool
none_found(const struct search *search, struct ray_err *err)
{
    (void)ray_err_set(err, RAY_UNAVAILABLE, "no PostgreSQL server (%d to %d) is installed",
                      MAJOR_MIN, MAJOR_MAX);
    for (size_t i = 0; i < search->seen.len; i++)
        (void)ray_err_detail(err, "%s%sthe version in \"%s\" is not supported",
                             err->detail == NULL ? "" : err->detail,
                             err->detail == NULL ? "" : "; ", search->seen.items[i]);
    return ray_err_hint(err, "Install postgresql, or set RAYMIG_PG_BINDIR.");
}

/* With a version to look for, the folder that bears its number saves running pg_config. */
static bool
search_all(struct search *search)
{
    return (search->major != 0 && try_packages(search)) || try_pg_config(search) ||
           try_packages(search) || try_path(search);
}

static const char *
named_bindir(const char *bindir)
{
    if (bindir == NULL)
        bindir = getenv("RAYMIG_PG_BINDIR");
    return bindir != NULL && bindir[0] != '\0' ? bindir : NULL;
}

/* A search that was interrupted has found nothing, but not because there is nothing. */
static bool
searched(bool found, struct ray_err *err)
{
    return found || (ray_interrupted() ? ray_err_set(err, RAY_INTERRUPTED, "interrupted") : false);
}

bool
ray_server_binaries(struct ray_arena *arena, const char *bindir, int major, const char *data,
                    struct ray_server_binaries *out, struct ray_err *err)
{
    struct search search = {.arena = arena, .major = major, .out = out};

    bindir = named_bindir(bindir);
    if (bindir != NULL)
        return searched(find_named(arena, bindir, major, data, out, err), err);
    if (search_all(&search))
        return true;
    return searched(major != 0 ? missing_major(major, data, err) : none_found(&search, err), err);
}

bool
ray_server_binaries_near(struct ray_arena *arena, const char *bindir, int major,
                         struct ray_server_binaries *out, struct ray_err *err)
{
    struct search exact = {.arena = arena, .major = major, .out = out};
    struct search near = {.arena = arena, .major = major, .near = true, .out = out};

    *out = (struct ray_server_binaries){.major = 0};
    bindir = named_bindir(bindir);
    if (bindir != NULL)
        return searched(find_named(arena, bindir, 0, NULL, out, err), err);
    /* Looking at a server means running it: not at all of them where the right one is there. */
    if ((major != 0 && try_packages(&exact)) || search_all(&near))
        return true;
    return searched(out->major != 0 && !ray_interrupted() ? true : none_found(&near, err), err);
}

bool
ray_server_find(struct ray_arena *arena, const struct ray_server_options *options,
                const char **bindir, struct ray_err *err)
{
    struct ray_server server = {.data = NULL};
    struct ray_server_binaries binaries = {.bindir = NULL};
    int major = 0;

    if (options->folder != NULL) {
        if (!ray_server_place(arena, options, false, &server, err))
            return false;
        major = ray_server_data_major(&server);
    }
    if (!ray_server_binaries(arena, options->bindir, major, server.data, &binaries, err))
        return false;
    *bindir = binaries.bindir;
    return true;
}
