/* The handle: see raymig.h. It holds what was said; each operation opens the project anew (operation.c). */
#include "library/handle.h"

#include <stdlib.h>

raymig *
raymig_open(const char *folder)
{
    struct ray_arena *arena;
    raymig *handle;

    arena = ray_arena_new();
    handle = RAY_NEW(arena, raymig);
    handle->arena = arena;
    handle->folder = ray_arena_strdup(arena, folder);
    handle->said_arena = ray_arena_new();
    ray_said_init(&handle->said);
    ray_err_init(&handle->fault, arena);
    ray_interrupt_init(&handle->interrupt);
    return handle;
}

void
raymig_close(raymig *project)
{
    if (project == NULL)
        return;
    ray_interrupt_destroy(&project->interrupt);
    ray_arena_free(project->said_arena);
    ray_arena_free(project->arena);
}

void
raymig_cancel(raymig *project)
{
    ray_interrupt_raise(&project->interrupt);
}

const char *
raymig_version(void)
{
    return RAY_VERSION;
}

/* The library's way out where the program's would print and exit: nothing is said, and the program is aborted. */
static void
say_nothing(void)
{
}

void
raymig_on_out_of_memory(void (*fn)(void))
{
    ray_arena_on_exhaustion(fn == NULL ? say_nothing : fn);
}

static void __attribute__((constructor)) be_a_library(void)
{
    raymig_on_out_of_memory(NULL);
}
