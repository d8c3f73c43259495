/* theme.h - styles by role, from theme files.
 *
 * A theme file is INI text:
 *   [theme]
 *   name = solarized
 *   [roles]
 *   row.reject = red bold            foreground and attributes
 *   status     = base03 on blue      foreground "on" background
 * Colours: the 16 ANSI names (black red green yellow blue magenta cyan white, and bright-…), default,
 * 0…255, or #rrggbb (mapped to the nearest colour that the terminal has). Attributes: bold dim underline
 * reverse italic none. A theme may name colours of its own in a [colors] section (base03 = #002b36).
 * Roles that a file does not name take their fallback's style (role.def). Files are at most 256 KiB.
 * Each style also has what is needed when the terminal has 256, 16, 8 or no colours: see theme_style(). */
#ifndef WEIR_SCREEN_THEME_H
#define WEIR_SCREEN_THEME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "weir/safe.h"
#include "weir/status.h"

enum {
    STYLE_BOLD = 1,
    STYLE_DIM = 2,
    STYLE_UNDERLINE = 4,
    STYLE_REVERSE = 8,
    STYLE_ITALIC = 16,
};

typedef enum role {
#define X(id, name, fallback, attributes, meaning) id,
#include "screen/role.def"
#undef X
    ROLE_COUNT,
} role;

/* A colour: -1 = the terminal's default, 0..255 = palette index of a 256-colour terminal. */
struct style {
    int16_t fg, bg;
    uint8_t attributes; /* STYLE_* */
};

struct theme;

const char *role_name(role r);    /* "row.reject" */
const char *role_meaning(role r); /* static strings */

/* Parses the text of a theme file. On WEIR_E_SYNTAX or WEIR_E_DATA *err says "NAME:LINE: …"; what could
 * be read still holds and *out is made all the same (unknown keys do not spoil a theme).
 * *out is yours (theme_free) unless NULL. */
weir_status theme_parse(const char *text, size_t len, const char *name, struct theme **out, weir_error *err);

/* Finds a theme by name (in $XDG_CONFIG_HOME/weir/themes, the installed directory, then the built-in
 * copies, which are compiled in from themes/) or by path if it holds a '/'. On failure *err says why and *out is
 * what theme_parse() made of a faulty file, or the built-in default theme if there is none. */
weir_status theme_load(const char *name, struct theme **out, weir_error *err);
void theme_free(struct theme *theme);
weir_safe theme_name(const struct theme *theme);

/* Names of the built-in themes; NULL past the end. */
const char *theme_builtin(size_t k);

/* The style of a role on a terminal with `colors` colours: 256, 16, 8, or 0 for mono and NO_COLOR
 * (then fg and bg are -1 and the role's default attributes of role.def hold). Colours above what the
 * terminal has are mapped to the nearest one; with 8 colours, bright ones become bold. */
struct style theme_style(const struct theme *theme, role r, int colors);

#endif
