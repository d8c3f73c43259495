/* color.c - the 256-colour palette and its nearest neighbours.
 * The first 16 entries are whatever the user's terminal says; for distances we take xterm's. */
#include "screen/color.h"

#include <stdlib.h>
#include <string.h>

#include "screen/scope.h"

#define CONTRAST_MIN 25 /* tenths: how much lighter the one must be than the other */
#define BRIGHT       8
#define BRIGHT_BLACK 8
#define GREY_MAX     48 /* between the most and the least of red, green and blue */
#define BRIGHT_BLUE  12
#define CYAN         6

struct rgb {
    int r, g, b;
};

static const struct {
    const char *name;
    struct rgb rgb;
} ansi[16] = {
    {"black", {0, 0, 0}},
    {"red", {205, 0, 0}},
    {"green", {0, 205, 0}},
    {"yellow", {205, 205, 0}},
    {"blue", {0, 0, 238}},
    {"magenta", {205, 0, 205}},
    {"cyan", {0, 205, 205}},
    {"white", {229, 229, 229}},
    {"bright-black", {127, 127, 127}},
    {"bright-red", {255, 0, 0}},
    {"bright-green", {0, 255, 0}},
    {"bright-yellow", {255, 255, 0}},
    {"bright-blue", {92, 92, 255}},
    {"bright-magenta", {255, 0, 255}},
    {"bright-cyan", {0, 255, 255}},
    {"bright-white", {255, 255, 255}},
};

static struct rgb palette(int index)
{
    static const int levels[] = {0, 95, 135, 175, 215, 255};
    if (index < 16)
        return ansi[index].rgb;
    if (index >= 232) {
        int level = 8 + 10 * (index - 232);
        return (struct rgb){level, level, level};
    }
    index -= 16;
    return (struct rgb){levels[index / 36], levels[index / 6 % 6], levels[index % 6]};
}

/* "Redmean": squared distance with weights that follow the eye. */
static long distance(struct rgb a, struct rgb b)
{
    long mean = (a.r + b.r) / 2;
    long r = a.r - b.r, g = a.g - b.g, blue = a.b - b.b;
    return (((512 + mean) * r * r) >> 8) + 4 * g * g + (((767 - mean) * blue * blue) >> 8);
}

static int16_t nearest(struct rgb wanted, int first, int end)
{
    int best = first;
    long best_distance = distance(wanted, palette(first));
    for (int i = first + 1; i < end; i++) {
        long d = distance(wanted, palette(i));
        if (d < best_distance) {
            best = i;
            best_distance = d;
        }
    }
    return (int16_t)best;
}

static bool is_grey(struct rgb c)
{
    int most = c.r > c.g ? (c.r > c.b ? c.r : c.b) : (c.g > c.b ? c.g : c.b);
    int least = c.r < c.g ? (c.r < c.b ? c.r : c.b) : (c.g < c.b ? c.g : c.b);
    return most - least < GREY_MAX;
}

/* Among 16, the nearest to a light red would be grey; what has a hue keeps it. */
static int16_t nearest_ansi(int index)
{
    struct rgb wanted = palette(index);
    int best = -1;
    for (int i = 0; i < 16; i++)
        if (is_grey(ansi[i].rgb) == is_grey(wanted) &&
            (best < 0 || distance(wanted, ansi[i].rgb) < distance(wanted, ansi[best].rgb)))
            best = i;
    return (int16_t)best;
}

static bool parse_number(const char *text, int base, long max, long *out)
{
    char *end;
    *out = strtol(text, &end, base);
    return *end == '\0' && *out >= 0 && *out <= max;
}

bool color_parse(const char *text, int16_t *out)
{
    long number;
    if (!strcasecmp(text, "default")) {
        *out = COLOR_DEFAULT;
        return true;
    }
    if (text[0] == '#') {
        if (strlen(text) != 7 || strspn(text + 1, "0123456789abcdefABCDEF") != 6 ||
            !parse_number(text + 1, 16, 0xffffff, &number))
            return false;
        struct rgb wanted = {(int)(number >> 16), (int)(number >> 8 & 0xff), (int)(number & 0xff)};
        *out = nearest(wanted, 16, 256);
        return true;
    }
    if (*text && strspn(text, "0123456789") == strlen(text) && strlen(text) <= 3) {
        if (!parse_number(text, 10, 255, &number))
            return false;
        *out = (int16_t)number;
        return true;
    }
    for (size_t i = 0; i < ARRAY_SIZE(ansi); i++) {
        if (!strcasecmp(ansi[i].name, text)) {
            *out = (int16_t)i;
            return true;
        }
    }
    return false;
}

/* Relative luminance as in WCAG, with a gamma of 2, of 255 * 255; the added light is the room's. */
static long light(int index)
{
    struct rgb c = palette(index);
    return (213L * c.r * c.r + 715L * c.g * c.g + 72L * c.b * c.b) / 1000 + 255 * 255 / 20;
}

static bool is_readable(int fg, int bg)
{
    long a = light(fg), b = light(bg);
    return (a > b ? a : b) * 10 >= (a > b ? b : a) * CONTRAST_MIN;
}

/* Colours that are apart with 256 may fall together with 16: text then turns black or white. */
static void separate(struct style *style, int black, int white)
{
    if (style->fg < 0 || style->bg < 0 || is_readable(style->fg, style->bg))
        return;
    bool is_dark = light(white) * light(black) > light(style->bg) * light(style->bg);
    style->fg = (int16_t)(is_dark ? white : black);
}

struct style color_reduce(struct style style, int colors)
{
    if (colors >= 256)
        return style;
    struct style asked = style;
    if (style.fg >= 16)
        style.fg = nearest_ansi(style.fg);
    if (style.bg >= 16)
        style.bg = nearest_ansi(style.bg);
    if (colors >= 16) {
        if (style.fg != asked.fg || style.bg != asked.bg)
            separate(&style, 0, 15);
        return style;
    }
    if (style.bg == BRIGHT_BLACK) { /* as black it could be the terminal's own background */
        style.fg = style.bg = COLOR_DEFAULT;
        style.attributes |= STYLE_REVERSE;
    } else if (style.bg > BRIGHT_BLACK) {
        style.bg = (int16_t)(style.bg - BRIGHT);
    }
    if (style.fg == BRIGHT_BLACK) { /* bold black is invisible where bold is not bright */
        style.fg = style.bg < 0 ? COLOR_DEFAULT : 7;
        if (style.bg < 0)
            style.attributes |= STYLE_DIM;
    } else if (style.fg == BRIGHT_BLUE && style.bg < 0) { /* where bold is not bright, blue is the darkest */
        style.fg = CYAN;
        style.attributes |= STYLE_BOLD;
    } else if (style.fg > BRIGHT_BLACK) {
        style.fg = (int16_t)(style.fg - BRIGHT);
        style.attributes |= STYLE_BOLD;
    }
    if (style.fg != asked.fg || style.bg != asked.bg)
        separate(&style, 0, 7);
    return style;
}
