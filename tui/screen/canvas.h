/* canvas.h - a grid of cells that panes paint on. Knows neither terminals nor flow logs; clips
 * everything, so that painting outside is harmless at any size, 0x0 too. Text comes as weir_safe only. */
#ifndef WEIR_SCREEN_CANVAS_H
#define WEIR_SCREEN_CANVAS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "screen/theme.h"
#include "weir/safe.h"

struct rect {
    int x, y, w, h; /* cells */
};

#define CELL_BYTES 28 /* a character and up to 4 combining marks, NUL-terminated */
struct canvas_cell {
    char text[CELL_BYTES]; /* "" = right half of a wide character */
    uint8_t role;
    uint8_t attributes; /* STYLE_* added to the role's style (STYLE_REVERSE toggles it) */
    uint8_t width;      /* 1 or 2; 0 = right half */
};

struct canvas {
    int w, h;
    bool ascii; /* no character above 0x7e may be drawn: the glyphs below have ASCII forms, others become '?' */
    int cursor_x, cursor_y;    /* where the terminal's cursor goes; -1 = hidden */
    struct canvas_cell *cells; /* row by row */
    struct rect clip;          /* painting stays inside */
};

bool canvas_init(struct canvas *canvas, int w, int h); /* false when out of memory */
void canvas_done(struct canvas *canvas);
bool canvas_resize(struct canvas *canvas, int w, int h); /* content is lost */
void canvas_clear(struct canvas *canvas);                /* blanks in ROLE_TEXT, no cursor, no clip */

void canvas_clip(struct canvas *canvas, struct rect clip); /* {0,0,w,h} lifts it */
void canvas_fill(struct canvas *canvas, struct rect area, role r);

/* Text at (x, y), at most `w` cells (w < 0: up to the clip's edge); longer text ends in "…" ("~" in
 * ASCII). Returns the cells used. */
int canvas_text(struct canvas *canvas, int x, int y, int w, role r, weir_safe text);
/* The same, right-aligned in w cells; too long text is cut at its left, with the ellipsis there. */
int canvas_text_right(struct canvas *canvas, int x, int y, int w, role r, weir_safe text);
/* printf for our own formats; the result is sanitised. */
int canvas_printf(struct canvas *canvas, int x, int y, int w, role r, const char *format, ...)
    __attribute__((format(printf, 6, 7)));

/* Adds attributes to (or takes the role of) cells that are already painted. */
void canvas_attribute(struct canvas *canvas, struct rect area, uint8_t attributes);
void canvas_role(struct canvas *canvas, struct rect area, role r);

/* Glyphs with an ASCII form. */
typedef enum glyph {
    GLYPH_HLINE,
    GLYPH_VLINE,
    GLYPH_TOP_LEFT,
    GLYPH_TOP_RIGHT,
    GLYPH_BOTTOM_LEFT,
    GLYPH_BOTTOM_RIGHT,
    GLYPH_TEE_LEFT,
    GLYPH_TEE_RIGHT, /* ├ ┤ */
    GLYPH_BAR_0,
    GLYPH_BAR_1,
    GLYPH_BAR_2,
    GLYPH_BAR_3,
    GLYPH_BAR_4,
    GLYPH_BAR_5,
    GLYPH_BAR_6,
    GLYPH_BAR_7,
    GLYPH_BAR_8,    /* ' ' ▁ ▂ ▃ ▄ ▅ ▆ ▇ █; ASCII " ..::||##" */
    GLYPH_HATCH,    /* ░ or '%' */
    GLYPH_SPIKE,    /* ▲ or '^' */
    GLYPH_MARK,     /* ◆ or '*' */
    GLYPH_FLIP,     /* ▼ or 'v' */
    GLYPH_CHANGE,   /* ◇ or 'o' */
    GLYPH_LIVE,     /* ● or '*' */
    GLYPH_ARROW,    /* → or '>' */
    GLYPH_ELLIPSIS, /* … or '~' */
    GLYPH_CURSOR,   /* ▸ or '>' */
    GLYPH_UP,
    GLYPH_DOWN, /* ↑ ↓ or '^' 'v' */
    GLYPH_GAUGE_LEFT,
    GLYPH_GAUGE_REST,
    GLYPH_GAUGE_RIGHT, /* ▕░▏ around and behind a bar, or '[' '.' ']' */
    GLYPH_COUNT
} glyph;
void canvas_glyph(struct canvas *canvas, int x, int y, role r, glyph g);
weir_safe glyph_text(glyph g, bool ascii); /* static */

/* A frame with a title (NULL-text title = none) in its top line. Inner area is one cell smaller each side. */
void canvas_box(struct canvas *canvas, struct rect area, role border, role title_role, weir_safe title);

/* A horizontal bar of `value` in 0..1 over w cells (▏▎▍▌▋▊▉█ or '#'). */
void canvas_bar(struct canvas *canvas, int x, int y, int w, role r, double value);

/* For tests: the screen as lines of text (trailing blanks cut), a line "---", a grid with a letter for each
 * role ('.' = text), and what the letters mean. */
void canvas_dump(const struct canvas *canvas, FILE *out);

#endif
