/* theme.c - theme text to styles by role.
 * Leaves files to theme_file.c and palettes to color.c. A text is read twice, because a role may use a
 * colour that is named below it. Reading never stops at a fault: the lowest faulty line is reported. */
#include "screen/theme.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ini.h>

#include "screen/scope.h"
#include "screen/color.h"
#include "screen/theme_file.h"

#define THEME_COLORS_MAX 256
#define COLOR_NAME_BYTES 32
#define THEME_NAME_BYTES 64

static const struct {
    const char *name, *meaning;
    role fallback;
    uint8_t attributes;
} roles[] = {
#define X(id, name, fallback, attributes, meaning) [id] = {name, meaning, fallback, attributes},
#include "screen/role.def"
#undef X
};

static const struct {
    const char *name;
    uint8_t bit;
} attributes[] = {
    {"bold", STYLE_BOLD},       {"dim", STYLE_DIM},       {"underline", STYLE_UNDERLINE},
    {"reverse", STYLE_REVERSE}, {"italic", STYLE_ITALIC}, {"none", 0},
};

struct theme {
    char name[THEME_NAME_BYTES];
    struct style styles[ROLE_COUNT];
    bool is_named[ROLE_COUNT]; /* in the file */
};

struct parser {
    struct theme *theme;
    const char *at, *end;
    int line;
    bool colors_pass;
    struct {
        char name[COLOR_NAME_BYTES];
        int16_t color;
    } colors[THEME_COLORS_MAX];
    size_t color_count;
    int fault_line; /* 0 = none */
    char fault[160];
};

const char *role_name(role r)
{
    return (unsigned)r < ROLE_COUNT ? roles[r].name : "?";
}

const char *role_meaning(role r)
{
    return (unsigned)r < ROLE_COUNT ? roles[r].meaning : "";
}

static void complain(struct parser *parser, int line, const char *format, ...) PRINTF(3, 4);
static void complain(struct parser *parser, int line, const char *format, ...)
{
    if (parser->fault_line && parser->fault_line <= line)
        return;
    parser->fault_line = line;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(parser->fault, sizeof parser->fault, format, arguments);
    va_end(arguments);
}

/* An ini_reader: one whole line a call, so that inih counts as we do. Indentation goes, because inih
 * takes an indented line for a continuation; what is too long for inih would come in two pieces. */
static char *next_line(char *buffer, int size, void *user)
{
    struct parser *parser = user;
    if (parser->at == parser->end || size < 2)
        return NULL;
    parser->line++;
    const char *from = parser->at;
    const char *newline = memchr(from, '\n', (size_t)(parser->end - from));
    const char *to = newline ? newline : parser->end;
    parser->at = newline ? newline + 1 : parser->end;
    while (from < to && (*from == ' ' || *from == '\t'))
        from++;
    size_t len = (size_t)(to - from);
    if (len + 2 > (size_t)size) {
        complain(parser, parser->line, "the line is longer than %d bytes", size - 2);
        len = 0;
    } else if (memchr(from, '\0', len)) {
        complain(parser, parser->line, "the line has a NUL byte");
        len = 0;
    }
    memcpy(buffer, from, len);
    buffer[len] = '\n';
    buffer[len + 1] = '\0';
    return buffer;
}

static bool find_color(const struct parser *parser, const char *name, int16_t *out)
{
    for (size_t i = 0; i < parser->color_count; i++) {
        if (!strcasecmp(parser->colors[i].name, name)) {
            *out = parser->colors[i].color;
            return true;
        }
    }
    return color_parse(name, out);
}

static bool find_attribute(const char *name, uint8_t *out)
{
    for (size_t i = 0; i < ARRAY_SIZE(attributes); i++) {
        if (!strcasecmp(attributes[i].name, name)) {
            *out = attributes[i].bit;
            return true;
        }
    }
    return false;
}

static void read_color(struct parser *parser, const char *name, const char *value)
{
    int16_t color;
    uint8_t bit;
    if (strlen(name) >= COLOR_NAME_BYTES || find_attribute(name, &bit) || !strcasecmp(name, "on"))
        complain(parser, parser->line, "\"%.40s\" cannot name a colour", name);
    else if (!find_color(parser, value, &color))
        complain(parser, parser->line, "\"%.40s\" is not a colour", value);
    else if (parser->color_count == THEME_COLORS_MAX)
        complain(parser, parser->line, "more than %d colours", THEME_COLORS_MAX);
    else {
        snprintf(parser->colors[parser->color_count].name, COLOR_NAME_BYTES, "%s", name);
        parser->colors[parser->color_count++].color = color;
    }
}

/* "red on default bold". A lone "#" begins a comment. */
static bool read_style(struct parser *parser, char *value, struct style *out)
{
    struct style style = {COLOR_DEFAULT, COLOR_DEFAULT, 0};
    bool wants_background = false;
    bool has_any = false;
    char *rest = NULL;
    for (char *word = strtok_r(value, " \t\r", &rest); word; word = strtok_r(NULL, " \t\r", &rest)) {
        uint8_t bit;
        int16_t color;
        if (!strcmp(word, "#"))
            break;
        has_any = true;
        if (!strcasecmp(word, "on") && !wants_background) {
            wants_background = true;
        } else if (!wants_background && find_attribute(word, &bit)) {
            style.attributes |= bit;
        } else if (find_color(parser, word, &color)) {
            *(wants_background ? &style.bg : &style.fg) = color;
            wants_background = false;
        } else {
            complain(parser, parser->line, "\"%.40s\" is neither a colour nor an attribute", word);
            return false;
        }
    }
    if (wants_background || !has_any) {
        complain(parser, parser->line, "expected a colour");
        return false;
    }
    *out = style;
    return true;
}

static void read_role(struct parser *parser, const char *name, const char *value)
{
    for (unsigned r = 0; r < ROLE_COUNT; r++) {
        if (strcasecmp(roles[r].name, name) != 0)
            continue;
        AUTO(free_cleanup) char *copy = strdup(value);
        if (copy && read_style(parser, copy, &parser->theme->styles[r]))
            parser->theme->is_named[r] = true;
        return;
    }
    complain(parser, parser->line, "there is no role \"%.40s\"", name);
}

/* An ini_handler. It never fails: its complaints are kept with their lines. */
static int read_entry(void *user, const char *section, const char *name, const char *value)
{
    struct parser *parser = user;
    bool is_theme = !strcasecmp(section, "theme");
    bool is_colors = !strcasecmp(section, "colors");
    if (!name || !value)
        return 1;
    if (!is_theme && !is_colors && strcasecmp(section, "roles") != 0)
        complain(parser, parser->line, "expected the section [theme], [colors] or [roles]");
    else if (is_colors && parser->colors_pass)
        read_color(parser, name, value);
    else if (is_theme && strcasecmp(name, "name") != 0)
        complain(parser, parser->line, "[theme] has only a name");
    else if (is_theme)
        weir_sanitize(value, strlen(value), parser->theme->name, sizeof parser->theme->name);
    else if (!is_colors && !parser->colors_pass)
        read_role(parser, name, value);
    return 1;
}

static void read_pass(struct parser *parser, const char *text, size_t len, bool colors_pass)
{
    parser->at = text;
    parser->end = text + len;
    parser->line = 0;
    parser->colors_pass = colors_pass;
    int line = ini_parse_stream(next_line, parser, read_entry, parser);
    if (line > 0)
        complain(parser, line, "expected [section] or NAME = VALUE");
    else if (line < 0)
        complain(parser, parser->line ? parser->line : 1, "out of memory");
}

/* What the file leaves out: the fallback's style, and what role.def gives the role beyond its fallback. */
static void inherit(struct theme *theme)
{
    bool is_done[ROLE_COUNT];
    memcpy(is_done, theme->is_named, sizeof is_done);
    if (!is_done[ROLE_TEXT])
        theme->styles[ROLE_TEXT] = (struct style){COLOR_DEFAULT, COLOR_DEFAULT, roles[ROLE_TEXT].attributes};
    is_done[ROLE_TEXT] = true;
    for (size_t missing = ROLE_COUNT; missing > 0;) {
        size_t before = missing;
        missing = 0;
        for (unsigned r = 0; r < ROLE_COUNT; r++) {
            role fallback = roles[r].fallback;
            if (is_done[r])
                continue;
            missing++;
            if (!is_done[fallback])
                continue;
            theme->styles[r] = theme->styles[fallback];
            theme->styles[r].attributes |= roles[r].attributes & (uint8_t)~roles[fallback].attributes;
            is_done[r] = true;
        }
        if (missing == before) /* a circle in role.def; the rest is plain text */
            break;
    }
}

weir_status theme_parse(const char *text, size_t len, const char *name, struct theme **out, weir_error *err)
{
    if (len > THEME_MAX_BYTES)
        return weir_fail(err, WEIR_E_DATA, 0, "%s:1: a theme has at most %d KiB", name, THEME_MAX_BYTES / 1024);
    AUTO(free_cleanup) struct parser *parser = calloc(1, sizeof *parser);
    AUTO(free_cleanup) struct theme *theme = calloc(1, sizeof *theme);
    if (!parser || !theme)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");

    const char *base = strrchr(name, '/') ? strrchr(name, '/') + 1 : name;
    weir_sanitize(base, strlen(base), theme->name, sizeof theme->name);
    parser->theme = theme;
    read_pass(parser, text, len, true);
    read_pass(parser, text, len, false);
    inherit(theme);
    *out = TAKE(theme);
    if (parser->fault_line)
        return weir_fail(err, WEIR_E_SYNTAX, 0, "%s:%d: %s", name, parser->fault_line, parser->fault);
    return WEIR_OK;
}

void theme_free(struct theme *theme)
{
    free(theme);
}

weir_safe theme_name(const struct theme *theme)
{
    return (weir_safe){theme->name};
}

struct style theme_style(const struct theme *theme, role r, int colors)
{
    if ((unsigned)r >= ROLE_COUNT)
        r = ROLE_TEXT;
    if (colors < 8)
        return (struct style){COLOR_DEFAULT, COLOR_DEFAULT, roles[r].attributes};
    return color_reduce(theme->styles[r], colors);
}
