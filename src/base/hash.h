/* SHA-256, by libcrypto. Results are lower-case hex, 64 characters and a NUL. */
#ifndef RAY_BASE_HASH_H
#define RAY_BASE_HASH_H

#include <stddef.h>

#define RAY_HASH_HEX 65

struct ray_hash; /* a running digest */

struct ray_hash *ray_hash_begin(void);
void ray_hash_add(struct ray_hash *hash, const void *data, size_t length);

/* Writes the digest and frees the running hash; hex may be NULL, to give up. */
void ray_hash_end(struct ray_hash *hash, char hex[RAY_HASH_HEX]);

void ray_hash_bytes(const void *data, size_t length, char hex[RAY_HASH_HEX]);

#endif
