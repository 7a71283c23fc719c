/*
 * "Did you mean": the known name nearest to what was typed. The distance is that of letters left out, put
 * in, changed or swapped with their neighbour, without regard to case; a third of the word may be wrong. A
 * word that begins a name, such as "stat" of "status", is near as well.
 */
#include "base/term.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { LONGEST = 96 };

static int
min_of(int a, int b)
{
    return a < b ? a : b;
}

static bool
same(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* The distance of two words of at most LONGEST bytes; three rows of the usual table are enough. */
static int
distance(const char *a, size_t alen, const char *b, size_t blen)
{
    int rows[3][LONGEST + 1];
    int *before = rows[0];
    int *above = rows[1];
    int *row = rows[2];

    memset(rows, 0, sizeof(rows));
    for (size_t j = 0; j <= blen; j++)
        above[j] = (int)j;
    for (size_t i = 1; i <= alen; i++) {
        int *spare = before;

        row[0] = (int)i;
        for (size_t j = 1; j <= blen; j++) {
            row[j] = min_of(min_of(above[j], row[j - 1]) + 1,
                            above[j - 1] + (same(a[i - 1], b[j - 1]) ? 0 : 1));
            if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
                row[j] = min_of(row[j], before[j - 2] + 1);
        }
        before = above;
        above = row;
        row = spare;
    }
    return above[blen];
}

const char *
ray_nearest(const char *word, const char *const *names, size_t count)
{
    const char *best = NULL;
    int best_distance = LONGEST;
    size_t length = strlen(word);

    if (length == 0 || length > LONGEST)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        size_t other = strlen(names[i]);
        int far;

        if (other > LONGEST)
            continue;
        far = distance(word, length, names[i], other);
        if (far > (int)(length > other ? length : other) / 3 + (length < 3 ? 1 : 0))
            far = length >= 2 && strncasecmp(word, names[i], length) == 0 ? LONGEST - 1 : LONGEST;
        if (far < best_distance) {
            best = names[i];
            best_distance = far;
        }
    }
    return best;
}

int
ray_likeness(const char *one, const char *other)
{
    size_t left = strnlen(one, LONGEST);
    size_t right = strnlen(other, LONGEST);
    size_t longer = left > right ? left : right;

    if (longer == 0)
        return 100;
    return 100 - distance(one, left, other, right) * 100 / (int)longer;
}
