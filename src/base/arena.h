/*
 * Arena: memory that lives and dies together.
 *
 * One arena per command, a scratch arena per migration. Everything a core function returns lives in the
 * arena that it was handed; core code has no free() of its own. Out of memory, and a size that overflows,
 * end the program here and nowhere else (exit 70), so callers never check for NULL. A library's host may have a
 * word first (ray_arena_on_exhaustion).
 */
#ifndef RAY_BASE_ARENA_H
#define RAY_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct ray_arena;

/* Called where memory is exhausted, in place of the program's message and exit; when it returns, the program is aborted.
 * For the whole process; NULL: as before. */
void ray_arena_on_exhaustion(void (*fn)(void));

/* A new, empty arena; the caller frees it with ray_arena_free. */
struct ray_arena *ray_arena_new(void);

/* A new arena that is freed with `parent`, or when that is reset, at the latest: for a thread, which needs one of its
 * own. Made by whoever works with the parent. */
struct ray_arena *ray_arena_new_in(struct ray_arena *parent);

/* Frees the arena and all memory taken from it. NULL is allowed. Not for one that has a parent. */
void ray_arena_free(struct ray_arena *arena);

/* Gives back all memory taken so far; the arena itself stays usable. */
void ray_arena_reset(struct ray_arena *arena);

/* `size` zeroed bytes, aligned for any type. */
void *ray_arena_alloc(struct ray_arena *arena, size_t size);

/* Grows a block from `old_size` to `new_size`; the added bytes are zeroed. Large blocks grow in place. */
void *ray_arena_grow(struct ray_arena *arena, void *block, size_t old_size, size_t new_size);

char *ray_arena_strdup(struct ray_arena *arena, const char *text); /* NULL gives NULL */
char *ray_arena_strndup(struct ray_arena *arena, const char *text,
                        size_t length); /* NUL is added */
char *ray_arena_printf(struct ray_arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
char *ray_arena_vprintf(struct ray_arena *arena, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

/* One zeroed object, or an array of `n`. */
#define RAY_NEW(arena, type)          ((type *)ray_arena_alloc((arena), sizeof(type)))
#define RAY_NEW_ARRAY(arena, type, n) ((type *)ray_arena_alloc((arena), (n) * sizeof(type)))

#endif
