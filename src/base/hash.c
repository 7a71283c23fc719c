/*
 * SHA-256: see hash.h.
 *
 * By libcrypto's plain SHA256 functions, which OpenSSL 3 calls deprecated in favour of EVP. They are the
 * same code below; EVP begins by reading OpenSSL's configuration and loading its providers, which costs
 * more than connecting to the server does (0.8 ms), and looks the algorithm up again for every digest,
 * which costs more than hashing a small file. Nothing here needs a provider.
 */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "base/hash.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <stdlib.h>

struct ray_hash {
    SHA256_CTX state;
};

/* These never fail; their results are for the sake of engines that are gone. */
static void
must(int ok)
{
    if (ok != 1)
        abort();
}

static void
finish(struct ray_hash *hash, char hex[RAY_HASH_HEX])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char raw[SHA256_DIGEST_LENGTH];

    must(SHA256_Final(raw, &hash->state));
    for (size_t i = 0; i < sizeof(raw); i++) {
        hex[i * 2] = digits[raw[i] >> 4];
        hex[i * 2 + 1] = digits[raw[i] & 15];
    }
    hex[sizeof(raw) * 2] = '\0';
}

struct ray_hash *
ray_hash_begin(void)
{
    struct ray_hash *hash = OPENSSL_zalloc(sizeof(*hash));

    must(hash != NULL);
    must(SHA256_Init(&hash->state));
    return hash;
}

void
ray_hash_add(struct ray_hash *hash, const void *data, size_t length)
{
    must(SHA256_Update(&hash->state, data, length));
}

void
ray_hash_end(struct ray_hash *hash, char hex[RAY_HASH_HEX])
{
    if (hex != NULL)
        finish(hash, hex);
    OPENSSL_free(hash);
}

void
ray_hash_bytes(const void *data, size_t length, char hex[RAY_HASH_HEX])
{
    struct ray_hash hash;

    must(SHA256_Init(&hash.state));
    must(SHA256_Update(&hash.state, data, length));
    finish(&hash, hex);
}
