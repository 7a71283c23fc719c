/*
 * The arena's blocks: small requests are cut from 64 KiB chunks, large ones get a block of their own that
 * realloc can extend, so that a string builder holding a 200 MB statement does not leave copies behind.
 * This is the only file that calls malloc, realloc and free.
 */
#include "base/arena.h"

#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

enum {
    CHUNK_SIZE = 64 * 1024,
    LARGE_SIZE = 16 * 1024,
    TRIM_SIZE = 8 * 1024 * 1024, /* an arena that held this much leaves a hole worth giving back */
};

struct block {
    struct block *next;
    struct block *prev;
    alignas(max_align_t) char data[];
};

struct ray_arena {
    struct block *blocks; /* chunks and large blocks, newest first */
    char *free;           /* the unused rest of the current chunk */
    size_t left;
    size_t size; /* of all blocks */
    struct ray_arena *children;
    struct ray_arena *sibling;
};

static void (*_Atomic exhausted)(void);

void
ray_arena_on_exhaustion(void (*fn)(void))
{
    exhausted = fn;
}

static _Noreturn void
out_of_memory(void)
{
    void (*fn)(void) = exhausted;
    static const char text[] = "raymig: out of memory\n";

    if (fn != NULL) {
        fn();
        abort();
    }
    if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
        _exit(71);
    _exit(70);
}

static size_t
aligned(size_t size)
{
    const size_t mask = alignof(max_align_t) - 1;

    if (size > SIZE_MAX / 2)
        out_of_memory();
    return (size + mask) & ~mask;
}

static void
link_block(struct ray_arena *arena, struct block *block)
{
    block->prev = NULL;
    block->next = arena->blocks;
    if (arena->blocks != NULL)
        arena->blocks->prev = block;
    arena->blocks = block;
}

static void
unlink_block(struct ray_arena *arena, struct block *block)
{
    if (block->prev != NULL)
        block->prev->next = block->next;
    else
        arena->blocks = block->next;
    if (block->next != NULL)
        block->next->prev = block->prev;
}

static char *
new_block(struct ray_arena *arena, size_t size)
{
    struct block *block = calloc(1, sizeof(*block) + size);

    if (block == NULL)
        out_of_memory();
    link_block(arena, block);
    arena->size += size;
    return block->data;
}

struct ray_arena *
ray_arena_new(void)
{
    struct ray_arena *arena = calloc(1, sizeof(*arena));

    if (arena == NULL)
        out_of_memory();
    return arena;
}

struct ray_arena *
ray_arena_new_in(struct ray_arena *parent)
{
    struct ray_arena *arena = ray_arena_new();

    arena->sibling = parent->children;
    parent->children = arena;
    return arena;
}

static void
free_children(struct ray_arena *arena)
{
    struct ray_arena *next;

    for (struct ray_arena *child = arena->children; child != NULL; child = next) {
        next = child->sibling;
        ray_arena_reset(child);
        free(child);
    }
}

void
ray_arena_reset(struct ray_arena *arena)
{
    struct ray_arena *sibling = arena->sibling;
    struct block *next;

    free_children(arena);
    for (struct block *block = arena->blocks; block != NULL; block = next) {
        next = block->next;
        free(block);
    }
    memset(arena, 0, sizeof(*arena));
    arena->sibling = sibling;
}

/* To the system: what follows may want large blocks, for which there is no room between what stays. */
static void
give_back(void)
{
#ifdef __GLIBC__
    (void)malloc_trim(0);
#endif
}

void
ray_arena_free(struct ray_arena *arena)
{
    bool trim;

    if (arena == NULL)
        return;
    trim = arena->size >= TRIM_SIZE;
    ray_arena_reset(arena);
    free(arena);
    if (trim)
        give_back();
}

void *
ray_arena_alloc(struct ray_arena *arena, size_t size)
{
    char *block;

    size = aligned(size == 0 ? 1 : size);
    if (size >= LARGE_SIZE)
        return new_block(arena, size);
    if (size > arena->left) {
        arena->free = new_block(arena, CHUNK_SIZE);
        arena->left = CHUNK_SIZE;
    }
    block = arena->free;
    arena->free += size;
    arena->left -= size;
    return block;
}

static void *
grow_large(struct ray_arena *arena, char *data, size_t old_size, size_t new_size)
{
    struct block *block = (struct block *)(void *)(data - offsetof(struct block, data));
    struct block *grown;

    unlink_block(arena, block);
    grown = realloc(block, sizeof(*block) + new_size);
    if (grown == NULL)
        out_of_memory();
    link_block(arena, grown);
    arena->size += new_size - old_size;
    memset(grown->data + old_size, 0, new_size - old_size);
    return grown->data;
}

void *
ray_arena_grow(struct ray_arena *arena, void *block, size_t old_size, size_t new_size)
{
    void *copy;

    if (block != NULL && aligned(old_size) >= LARGE_SIZE)
        return grow_large(arena, block, old_size, aligned(new_size));
    copy = ray_arena_alloc(arena, new_size);
    if (block != NULL)
        memcpy(copy, block, old_size);
    return copy;
}

char *
ray_arena_strndup(struct ray_arena *arena, const char *text, size_t length)
{
    char *copy = ray_arena_alloc(arena, length + 1);

    memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

char *
ray_arena_strdup(struct ray_arena *arena, const char *text)
{
    return text == NULL ? NULL : ray_arena_strndup(arena, text, strlen(text));
}

char *
ray_arena_vprintf(struct ray_arena *arena, const char *format, va_list args)
{
    va_list again;
    char *text;
    int length;

    va_copy(again, args);
    length = vsnprintf(NULL, 0, format, args);
    if (length < 0)
        length = 0;
    text = ray_arena_alloc(arena, (size_t)length + 1);
    vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}

char *
ray_arena_printf(struct ray_arena *arena, const char *format, ...)
{
    va_list args;
    char *text;

    va_start(args, format);
    text = ray_arena_vprintf(arena, format, args);
    va_end(args);
    return text;
}
