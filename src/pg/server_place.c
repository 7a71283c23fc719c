/*
 * Where an embedded server lives, and as whom.
 *
 * Its home is folder/pg, mode 0700, owned by the account that runs it. That owner is the record of who
 * it is: once a home exists nobody else takes it over, root steps down to it, others are turned away.
 * Root's own servers run as "postgres" or, where that is missing, "nobody".
 *
 * A project may lie where that account cannot go (/root, mode 0700). Then the home is made elsewhere and
 * folder/pg is a link to it, so that every later command finds the same server. The other place has a
 * fresh name each time: a name made from the project's path alone would hand the data of a project that
 * was moved away to the next one at its old path.
 *
 * Root walks through folders that others may write to. So it follows no link there but one that root or
 * the owner of its target made, and gives away only what it holds open.
 */
#include "base/buf.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/interrupt.h"
#include "base/user.h"
#include "pg/process.h"
#include "pg/server_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SOCKET_PATH_MAX = 107, DATABASE_MAX = 63 };

/* Where homes go that their account could not reach in the project. */
static const struct {
    const char *folder;
    const char *prefix;
} elsewhere[] = {
    {"/var/lib/raymig", ""},
    {"/tmp", "raymig-"},
};

static const char *const server_accounts[] = {"postgres", "nobody"};

const char *
ray_server_hash(struct ray_arena *arena, const char *text, int digits)
{
    char hex[RAY_HASH_HEX];

    ray_hash_bytes(text, strlen(text), hex);
    return ray_arena_printf(arena, "%.*s", digits, hex);
}

/* Links resolved where the path exists; else just made absolute. */
static const char *
absolute(struct ray_arena *arena, const char *path)
{
    char buf[PATH_MAX];

    if (realpath(path, buf) != NULL)
        return ray_arena_strdup(arena, buf);
    if (path[0] == '/' || getcwd(buf, sizeof(buf)) == NULL)
        return ray_arena_strdup(arena, path);
    return ray_path_join(arena, buf, path);
}

char *
ray_percent_encode(struct ray_arena *arena, const char *text, const char *also_plain)
{
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    struct ray_buf buf;

    ray_buf_init(&buf, arena);
    for (; *text != '\0'; text++) {
        if (strchr(plain, *text) != NULL || strchr(also_plain, *text) != NULL)
            ray_buf_addc(&buf, *text);
        else
            ray_buf_addf(&buf, "%%%02X", (unsigned int)(unsigned char)*text);
    }
    return buf.data;
}

/* ---------------------------------------------------------------- the choice of the folder */

const char *
ray_server_folder(struct ray_arena *arena, const char *project_root, bool has_config)
{
    const char *root = absolute(arena, project_root);
    const char *own = ray_path_join(arena, root, ".raymig");
    struct stat info;

    if (lstat(ray_path_join(arena, own, "pg"), &info) == 0 || errno == EACCES)
        return own;
    if (has_config && access(ray_file_exists(own) ? own : root, W_OK | X_OK) == 0)
        return own;
    return ray_path_join(arena, ray_user_folder(arena, "XDG_STATE_HOME", ".local/state"),
                         ray_server_hash(arena, root, 16));
}

/* ---------------------------------------------------------------- the account */

bool
ray_server_account(struct ray_arena *arena, struct ray_account *out, struct ray_err *err)
{
    ray_account_self(arena, out);
    if (out->uid != 0)
        return true;
    for (size_t i = 0; i < sizeof(server_accounts) / sizeof(server_accounts[0]); i++)
        if (ray_account_named(arena, server_accounts[i], out))
            return true;
    (void)ray_err_set(err, RAY_UNAVAILABLE,
                      "there is no account \"postgres\" or \"nobody\" to run the server as");
    return ray_err_hint(err, "PostgreSQL does not run as root: run raymig as another user.");
}

static bool
choose_account(struct ray_server *server, const struct stat *home, struct ray_err *err)
{
    struct ray_account self;

    ray_account_self(server->arena, &self);
    server->account = self;
    if (home != NULL && home->st_uid != 0)
        ray_account_of(server->arena, home->st_uid, home->st_gid, &server->account);
    if (self.uid != 0 && home != NULL && home->st_uid != self.uid) {
        (void)ray_err_set(err, RAY_UNAVAILABLE,
                          "the embedded server in \"%s\" belongs to account \"%s\"", server->home,
                          home->st_uid == 0 ? "root" : server->account.name);
        return ray_err_hint(err, "Run raymig as that account or as root, or set DATABASE_URL.");
    }
    return server->account.uid != 0 || ray_server_account(server->arena, &server->account, err);
}

static bool
enter(void *arg, struct ray_err *err)
{
    const char *path = arg;

    return chdir(path) == 0 ||
           ray_err_errno(err, RAY_UNAVAILABLE, "cannot enter folder \"%s\"", path);
}

/* Whether the account reaches the folder. */
static bool
can_enter(const struct ray_server *server, const char *path, struct ray_err *err)
{
    char *copy = ray_arena_strdup(server->arena, path);

    return !server->account.other || ray_process_as(&server->account, enter, copy, err);
}

/* Makes a folder the account's own. Through a descriptor: a name could be swapped for another's. */
static bool
give_away(const struct ray_server *server, const char *path, struct ray_err *err)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    bool ok = fd >= 0 && fchmod(fd, 0700) == 0 &&
              (!server->account.other || fchown(fd, server->account.uid, server->account.gid) == 0);

    if (!ok)
        (void)ray_err_errno(err, RAY_UNAVAILABLE, "cannot hand \"%s\" to account \"%s\"", path,
                            server->account.name);
    if (fd >= 0)
        close(fd);
    return ok;
}

/* ---------------------------------------------------------------- making the home */

/* Makes a home outside of the project and the link to it. */
static bool
make_elsewhere(const struct ray_server *server, struct ray_err *err)
{
    const char *hash = ray_server_hash(server->arena, server->entry, 8);

    for (size_t i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++) {
        char *path = ray_arena_printf(server->arena, "%s/%s%s-XXXXXX", elsewhere[i].folder,
                                      elsewhere[i].prefix, hash);

        if (mkdir(elsewhere[i].folder, 0755) == 0)
            (void)chmod(elsewhere[i].folder, 0755); /* whatever the umask */
        if (mkdtemp(path) == NULL)
            continue;
        if (give_away(server, path, err) && can_enter(server, path, err)) {
            if (symlink(path, server->entry) == 0)
                return true;
            (void)ray_err_errno(err, RAY_UNAVAILABLE, "cannot create \"%s\"", server->entry);
            (void)rmdir(path);
            return false;
        }
        (void)rmdir(path);
    }
    (void)ray_err_set(err, RAY_UNAVAILABLE, "account \"%s\" can enter no folder for its data",
                      server->account.name);
    return ray_err_hint(err, "Let it pass through the folders above \"%s\" (chmod o+x).",
                        server->entry);
}

static bool
make_home(const struct ray_server *server, struct ray_err *err)
{
    struct stat info;

    if (lstat(server->entry, &info) == 0 && S_ISLNK(info.st_mode))
        (void)unlink(server->entry); /* what it led to is gone */
    if (mkdir(server->entry, 0700) != 0 && errno != EEXIST)
        return ray_err_errno(err, RAY_UNAVAILABLE, "cannot create folder \"%s\"", server->entry);
    if (!give_away(server, server->entry, err))
        return false;
    if (can_enter(server, server->entry, err))
        return true;
    if (ray_interrupted())
        return false;
    ray_err_clear(err);
    (void)rmdir(server->entry);
    return make_elsewhere(server, err);
}

/* The folder around the home; what is in it is nobody's to commit. */
static bool
make_folder(struct ray_arena *arena, const char *folder, struct ray_err *err)
{
    static const char ignore_all[] = "*\n";

    if (ray_file_is_folder(folder))
        return true;
    if (!ray_file_make_folder(folder, err) ||
        !ray_file_write(ray_path_join(arena, folder, ".gitignore"), ignore_all,
                        sizeof(ignore_all) - 1, err)) {
        err->code = RAY_UNAVAILABLE;
        return ray_err_prepend(err, "cannot keep the embedded server's data");
    }
    return true;
}

/* ---------------------------------------------------------------- the place */

/* Where the link at `entry` leads; relative to its folder. */
static const char *
link_target(struct ray_arena *arena, const char *entry)
{
    char target[PATH_MAX];
    ssize_t n = readlink(entry, target, sizeof(target) - 1);

    target[n < 0 ? 0 : n] = '\0';
    return ray_path_join(arena, ray_path_folder(arena, entry), target);
}

/* Fills in home, exists and account from what is on disk. */
static bool
resolve(struct ray_server *server, struct ray_err *err)
{
    struct stat link_info;
    struct stat info;

    server->home = server->entry;
    server->exists = false;
    if (lstat(server->entry, &link_info) != 0) {
        if (errno != ENOENT && errno != ENOTDIR)
            return ray_err_errno(err, RAY_UNAVAILABLE, "cannot look at \"%s\"", server->entry);
        return choose_account(server, NULL, err);
    }
    if (S_ISLNK(link_info.st_mode))
        server->home = link_target(server->arena, server->entry);
    if (stat(server->home, &info) != 0) {
        if (errno != ENOENT)
            return ray_err_errno(err, RAY_UNAVAILABLE, "cannot look at \"%s\"", server->home);
        return choose_account(server, NULL, err);
    }
    if (!S_ISDIR(info.st_mode))
        return ray_err_set(err, RAY_UNAVAILABLE, "\"%s\" is not a folder", server->home);
    if (S_ISLNK(link_info.st_mode) && link_info.st_uid != 0 && link_info.st_uid != info.st_uid)
        return ray_err_set(err, RAY_UNAVAILABLE,
                           "\"%s\" is a link that neither root nor the owner of \"%s\" made",
                           server->entry, server->home);
    server->home = absolute(server->arena, server->home);
    server->exists = true;
    return choose_account(server, &info, err);
}

/* Creates the home where it is missing; one process at a time. */
static bool
create(struct ray_server *server, const char *folder, struct ray_err *err)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct stat info;
    bool ok;

    if (fd < 0)
        return ray_err_errno(err, RAY_UNAVAILABLE, "cannot open folder \"%s\"", folder);
    while (flock(fd, LOCK_EX) != 0 && errno == EINTR)
        ;
    ok = resolve(server, err);
    /* A home that is still root's: its maker died before it could hand it over. */
    if (ok && (!server->exists || (stat(server->home, &info) == 0 && info.st_uid == 0)))
        ok = make_home(server, err) && resolve(server, err);
    else if (ok && !can_enter(server, server->home, err)) {
        ok = ray_err_hint(err, "Let account \"%s\" pass through the folders above it (chmod o+x).",
                          server->account.name);
    }
    close(fd);
    return ok;
}

static bool
check_folder(const char *folder, struct ray_err *err)
{
    for (const char *c = folder; *c != '\0'; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            return ray_err_set(err, RAY_USAGE, "the path of folder \"%s\" has a control character",
                               folder);
    return true;
}

/* A name that is too long is cut as PostgreSQL cuts it: at 63 bytes, between characters. */
static const char *
database_name(struct ray_arena *arena, const char *name)
{
    size_t length;

    if (name == NULL || name[0] == '\0')
        return "postgres";
    length = strlen(name);
    if (length > DATABASE_MAX)
        for (length = DATABASE_MAX; length > 0 && ((unsigned char)name[length] & 0xc0) == 0x80;)
            length--;
    return ray_arena_strndup(arena, name, length);
}

const char *
ray_server_socket_folder(struct ray_arena *arena, const struct ray_account *account,
                         const char *home)
{
    /* libpq takes a comma in a host for a list. */
    if (strlen(home) + strlen("/" RAY_SERVER_SOCKET) <= SOCKET_PATH_MAX &&
        strchr(home, ',') == NULL)
        return home;
    return ray_arena_printf(arena, "/tmp/raymig-%lu-%s", (unsigned long)account->uid,
                            ray_server_hash(arena, home, 16));
}

bool
ray_server_place(struct ray_arena *arena, const struct ray_server_options *options, bool make,
                 struct ray_server *out, struct ray_err *err)
{
    const char *folder = absolute(arena, options->folder);

    *out = (struct ray_server){.arena = arena, .options = options};
    if (!check_folder(folder, err))
        return false;
    if (make && !make_folder(arena, folder, err))
        return false;
    if (make)
        folder = absolute(arena, folder);
    out->database = database_name(arena, options->database);
    out->entry = ray_path_join(arena, folder, "pg");
    if (!(make ? create(out, folder, err) : resolve(out, err)))
        return false;
    out->data = ray_path_join(arena, out->home, "data");
    out->log = ray_path_join(arena, out->home, "log");
    out->socket = ray_server_socket_folder(arena, &out->account, out->home);
    return true;
}

bool
ray_server_initialised(const struct ray_server *server)
{
    return ray_file_exists(ray_path_join(server->arena, server->data, "PG_VERSION"));
}

int
ray_server_data_major(const struct ray_server *server)
{
    const char *path = ray_path_join(server->arena, server->data, "PG_VERSION");
    struct ray_err ignored;
    struct ray_text text;

    ray_err_init(&ignored, server->arena);
    return ray_file_read(server->arena, path, &text, &ignored) ? (int)strtol(text.data, NULL, 10)
                                                               : 0;
}

const char *
ray_server_url(const struct ray_server *server, const char *database)
{
    /* The port is said because PGPORT would fill it in where it is not. */
    return ray_arena_printf(server->arena,
                            "postgresql:///%s?host=%s&port=" RAY_SERVER_PORT
                            "&user=" RAY_SERVER_ROLE,
                            ray_percent_encode(server->arena, database, ""),
                            ray_percent_encode(server->arena, server->socket, "/"));
}
