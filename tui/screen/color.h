/* color.h - palette arithmetic: names, nearest colours, what a terminal with fewer colours shows instead.
 * Knows nothing of roles. A colour is -1 (the terminal's default) or 0..255 as in theme.h. */
#ifndef WEIR_SCREEN_COLOR_H
#define WEIR_SCREEN_COLOR_H

#include <stdbool.h>
#include <stdint.h>

#include "screen/theme.h"

#define COLOR_DEFAULT (-1)

/* Reads "bright-red", "default", "0".."255" or "#rrggbb". */
bool color_parse(const char *text, int16_t *out);

/* The style as a terminal with 256, 16 or 8 colours can show it; still readable there. */
struct style color_reduce(struct style style, int colors);

#endif
