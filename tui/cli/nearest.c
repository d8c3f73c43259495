/* nearest.c - edit distance with swaps of neighbours (optimal string alignment), for short names only. */
#include "cli/nearest.h"

#include <stdbool.h>
#include <string.h>

enum { NAME_MAX_CHARS = 40 };

static size_t least_of(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t distance(const char *a, size_t n, const char *b, size_t m)
{
    size_t row[3][NAME_MAX_CHARS + 1]; /* i - 2, i - 1, i */
    for (size_t j = 0; j <= m; j++)
        row[0][j] = row[1][j] = j;
    for (size_t i = 1; i <= n; i++) {
        row[2][0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t change = row[1][j - 1] + (a[i - 1] != b[j - 1]);
            row[2][j] = least_of(change, least_of(row[1][j], row[2][j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[2][j] = least_of(row[2][j], row[0][j - 2] + 1);
        }
        memcpy(row[0], row[1], sizeof row[0]);
        memcpy(row[1], row[2], sizeof row[1]);
    }
    return row[1][m];
}

void nearest_offer(struct nearest *nearest, const char *text, size_t len, const char *candidate)
{
    size_t m = strlen(candidate);
    if (len == 0 || m == 0 || len > NAME_MAX_CHARS || m > NAME_MAX_CHARS)
        return;
    size_t d = distance(text, len, candidate, m);
    bool begins = len >= 3 && len < m && memcmp(text, candidate, len) == 0;
    if (begins)
        d = least_of(d, 2);
    if (d > 1 + len / 4 && !begins)
        return;
    if (!nearest->name || d < nearest->distance)
        *nearest = (struct nearest){candidate, d};
}
