/*
 * The standard streams under other names, for the Lua that is linked in: its archive is not made for shared objects and
 * reaches stdin, stdout and stderr in a way that the linker refuses there. The Makefile has it look for these instead.
 */
#include <stdio.h>

extern FILE *ray_stdin;
extern FILE *ray_stdout;
extern FILE *ray_stderr;

FILE *ray_stdin;
FILE *ray_stdout;
FILE *ray_stderr;

static void __attribute__((constructor)) take_streams(void)
{
    ray_stdin = stdin;
    ray_stdout = stdout;
    ray_stderr = stderr;
}
