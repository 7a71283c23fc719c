/*
 * Notes in the server's home that make the common case cheap: a command that finds its server running
 * should cost no program started and no connection of its own.
 *
 *     home/binaries        version and bindir of the server that was last started
 *     home/databases/NAME  oid of a database that was seen to exist (NAME percent-encoded)
 *
 * A note is never trusted further than it can be checked: a database counts as there only while
 * data/base/OID is, which DROP DATABASE removes. A note that cannot be written is no error.
 */
#include "base/file.h"
#include "pg/server_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void
write_note(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    size_t length = strlen(text);

    if (fd < 0)
        return;
    if (write(fd, text, length) != (ssize_t)length)
        (void)unlink(path);
    close(fd);
}

static const char *
read_note(const struct ray_server *server, const char *path)
{
    struct ray_err ignored;
    struct ray_text text;

    ray_err_init(&ignored, server->arena);
    return ray_file_read(server->arena, path, &text, &ignored) ? text.data : NULL;
}

static const char *
binaries_path(const struct ray_server *server)
{
    return ray_path_join(server->arena, server->home, "binaries");
}

void
ray_server_note_binaries(const struct ray_server *server,
                         const struct ray_server_binaries *binaries)
{
    write_note(binaries_path(server),
               ray_arena_printf(server->arena, "%s\n%s\n", binaries->version, binaries->bindir));
}

bool
ray_server_noted_binaries(const struct ray_server *server, struct ray_server_binaries *out)
{
    const char *text = read_note(server, binaries_path(server));
    size_t version;
    size_t bindir;

    if (text == NULL)
        return false;
    version = strcspn(text, "\n");
    if (text[version] == '\0' || text[version + 1] != '/')
        return false;
    bindir = strcspn(text + version + 1, "\n");
    out->version = ray_arena_strndup(server->arena, text, version);
    out->bindir = ray_arena_strndup(server->arena, text + version + 1, bindir);
    out->major = ray_server_data_major(server);
    return true;
}

static const char *
database_path(const struct ray_server *server)
{
    return ray_arena_printf(server->arena, "%s/databases/%s", server->home,
                            ray_percent_encode(server->arena, server->database, ""));
}

void
ray_server_note_database(const struct ray_server *server, const char *oid)
{
    const char *path = database_path(server);

    (void)mkdir(ray_path_folder(server->arena, path), 0700);
    write_note(path, oid);
}

bool
ray_server_noted_database(const struct ray_server *server)
{
    const char *oid = read_note(server, database_path(server));

    if (oid == NULL || oid[0] == '\0' || strspn(oid, "0123456789") != strlen(oid))
        return false;
    return ray_file_is_folder(ray_arena_printf(server->arena, "%s/base/%s", server->data, oid));
}
