/*
 * Files and folders. Reads give NUL-terminated text in the arena; writes are atomic: a temporary name in
 * the same folder, synced, renamed, the folder synced. Paths are UTF-8 and use '/'.
 */
#ifndef RAY_BASE_FILE_H
#define RAY_BASE_FILE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/vec.h"

#include <stdint.h>
#include <sys/types.h>

struct ray_text {
    char *data; /* NUL-terminated */
    size_t len;
};

struct ray_entry {
    const char *name; /* without the folder */
    bool is_folder;   /* links are followed */
};
typedef RAY_VEC(struct ray_entry) ray_entries;

bool ray_file_exists(const char *path);
bool ray_file_is_folder(const char *path);
int64_t ray_file_size(const char *path); /* bytes, -1 where there is no such file */

/* Opens a file for reading; the caller closes it. -1 where it cannot be opened, or is a folder, a pipe, a
 * device: nothing here waits for another program. *size in bytes. */
int ray_file_open(const char *path, size_t *size, struct ray_err *err) RAY_MUST_CHECK;

bool ray_file_read(struct ray_arena *arena, const char *path, struct ray_text *out,
                   struct ray_err *err) RAY_MUST_CHECK;

/* At most `length` bytes from `offset`. */
bool ray_file_read_part(struct ray_arena *arena, const char *path, size_t offset, size_t length,
                        struct ray_text *out, struct ray_err *err) RAY_MUST_CHECK;

/* Reads up to `length` bytes at `offset` into `data`; gives the count, less only at the end, or -1 with errno. */
ssize_t ray_file_pread(int fd, char *data, size_t length, size_t offset);

/* SHA-256 of the whole file in constant memory; hex as in base/hash.h. */
bool ray_file_hash(const char *path, char hex[65], struct ray_err *err) RAY_MUST_CHECK;

/* All of it to an open descriptor; false with errno set. */
bool ray_file_write_all(int fd, const char *data, size_t length) RAY_MUST_CHECK;

/* Replaces or creates the file, all or nothing. */
bool ray_file_write(const char *path, const char *data, size_t length,
                    struct ray_err *err) RAY_MUST_CHECK;

/* Like mkdir -p. */
bool ray_file_make_folder(const char *path, struct ray_err *err) RAY_MUST_CHECK;

/* Removes a folder and all in it, or a file; what is not there is no error. */
bool ray_file_remove(const char *path, struct ray_err *err) RAY_MUST_CHECK;

/* The folder's entries, sorted by name bytewise, without "." and "..". */
bool ray_file_list(struct ray_arena *arena, const char *path, ray_entries *out,
                   struct ray_err *err) RAY_MUST_CHECK;

/* "folder/name", or name where it is absolute or folder is "." or "". */
char *ray_path_join(struct ray_arena *arena, const char *folder, const char *name);
const char *ray_path_name(const char *path);                      /* behind the last '/' */
char *ray_path_folder(struct ray_arena *arena, const char *path); /* "." where it has none */
bool ray_has_prefix(const char *text, const char *prefix);
bool ray_has_suffix(const char *text, const char *suffix);

/* True where `name` is one plain path component: not empty, no '/', no control character, not . or .. */
bool ray_path_is_plain(const char *name);

/* True where the bytes are valid UTF-8; else *bad is the offset of the first that is not. */
bool ray_utf8_valid(const char *data, size_t length, size_t *bad);

/* The 1-based line and column (in characters) of a byte offset in a text. */
void ray_text_locate(const char *data, size_t offset, int *line, int *column);

#endif
