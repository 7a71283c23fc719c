/* Many files at once. */
#ifndef RAY_BASE_FILE_SET_H
#define RAY_BASE_FILE_SET_H

#include "base/err.h"
#include "base/vec.h"

struct ray_file_text {
    const char *path;
    const char *head; /* stands in front of the text */
    const char *text;
};
typedef RAY_VEC(struct ray_file_text) ray_file_texts;

/* Replaces or creates the files, and their folders. Each is written whole beside its place, and all are safe on the disk
 * before the first takes its place: where one cannot be written, none is. */
bool ray_file_write_set(const ray_file_texts *files, struct ray_err *err) RAY_MUST_CHECK;

#endif
