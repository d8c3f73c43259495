/* rarityline.c - reads numbers, one on each line of standard input, as one series of levels, or of counts with
 * --counts; writes for each how rare it is (see detect/rarity.h), a space, and 1 where that is an alarm, otherwise 0.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "detect/rarity.h"

int main(int argc, char **argv)
{
    struct rarity rarity;
    char line[128];
    rarity_begin(&rarity, argc > 1 && strcmp(argv[1], "--counts") == 0 ? RARITY_COUNTS : RARITY_LEVELS);
    while (fgets(line, sizeof line, stdin)) {
        bool alarm;
        double score = rarity_add(&rarity, strtod(line, NULL), &alarm);
        printf("%.4f %d\n", score, alarm);
    }
    return EXIT_SUCCESS;
}
