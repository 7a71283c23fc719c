/* SHA-256: see hash.h. libcrypto only fails here when memory is gone, which ends the program. */
#include "base/hash.h"

#include <openssl/evp.h>
#include <stdlib.h>

static void
must(int ok)
{
    if (ok != 1)
        abort();
}

struct ray_hash *
ray_hash_begin(void)
{
    EVP_MD_CTX *digest = EVP_MD_CTX_new();

    must(digest != NULL);
    must(EVP_DigestInit_ex(digest, EVP_sha256(), NULL));
    return (struct ray_hash *)digest;
}

void
ray_hash_add(struct ray_hash *hash, const void *data, size_t length)
{
    must(EVP_DigestUpdate((EVP_MD_CTX *)hash, data, length));
}

void
ray_hash_end(struct ray_hash *hash, char hex[RAY_HASH_HEX])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char raw[EVP_MAX_MD_SIZE];
    unsigned int length = 0;

    must(EVP_DigestFinal_ex((EVP_MD_CTX *)hash, raw, &length));
    EVP_MD_CTX_free((EVP_MD_CTX *)hash);
    if (hex == NULL)
        return;
    for (unsigned int i = 0; i < length; i++) {
        hex[(size_t)i * 2] = digits[raw[i] >> 4];
        hex[(size_t)i * 2 + 1] = digits[raw[i] & 15];
    }
    hex[(size_t)length * 2] = '\0';
}

void
ray_hash_bytes(const void *data, size_t length, char hex[RAY_HASH_HEX])
{
    struct ray_hash *hash = ray_hash_begin();

    ray_hash_add(hash, data, length);
    ray_hash_end(hash, hex);
}
