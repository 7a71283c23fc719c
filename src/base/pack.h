/*
 * A folder as one file, for caches: written once, checked as a whole, unpacked in one pass. Regular files
 * and folders alone, with no owners, modes (0600 and 0700) or times. Zeros at a file's end take no room,
 * packed or unpacked. Only for the machine that wrote it: numbers are in its byte order.
 *
 * A pack bears a label. One that was cut short, changed, or bears another label is refused.
 */
#ifndef RAY_BASE_PACK_H
#define RAY_BASE_PACK_H

#include "base/err.h"

/* Writes the folder's pack to the descriptor. */
bool ray_pack_write(const char *folder, const char *label, int fd,
                    struct ray_err *err) RAY_MUST_CHECK;

/* Makes the folder, which must not exist, from a pack in a regular file. What was made until a fault is
 * left. */
bool ray_pack_read(int fd, const char *label, const char *folder,
                   struct ray_err *err) RAY_MUST_CHECK;

#endif
