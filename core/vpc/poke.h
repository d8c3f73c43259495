/* poke.h - a pipe that wakes a thread up: readable once somebody has poked it. Of the vpc room only. */
#ifndef WEIR_VPC_POKE_H
#define WEIR_VPC_POKE_H

#include <stdbool.h>

bool poke_open(int ends[2]);        /* false: no file can be opened any more; both ends are -1 */
void poke_close(const int ends[2]); /* accepts -1 */
void poke(const int ends[2]);       /* any thread; never waits */
void poke_drain(const int ends[2]); /* all pokes until now are one */

#endif
