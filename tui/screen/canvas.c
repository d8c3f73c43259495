/* canvas.c - painting cells, clipped.
 * Leaves colours to the theme and bytes to the terminal. Every write goes through put(), which keeps a
 * surprising invariant: a wide character has both its halves or neither, whatever is painted over it. */
#include "screen/canvas.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "screen/scope.h"
#include "screen/text.h"

#define CANVAS_MAX_SIDE 4096 /* larger terminals are painted in part; 16 Mi cells is beyond any of them */
#define PRINTF_BYTES    2048
#define FAR             (1 << 24)

static const struct {
    const char *text, *ascii;
} glyphs[] = {
    [GLYPH_HLINE] = {"─", "-"},       [GLYPH_VLINE] = {"│", "|"},       [GLYPH_TOP_LEFT] = {"┌", "+"},
    [GLYPH_TOP_RIGHT] = {"┐", "+"},   [GLYPH_BOTTOM_LEFT] = {"└", "+"}, [GLYPH_BOTTOM_RIGHT] = {"┘", "+"},
    [GLYPH_TEE_LEFT] = {"├", "+"},    [GLYPH_TEE_RIGHT] = {"┤", "+"},   [GLYPH_BAR_0] = {" ", " "},
    [GLYPH_BAR_1] = {"▁", "."},       [GLYPH_BAR_2] = {"▂", "."},       [GLYPH_BAR_3] = {"▃", ":"},
    [GLYPH_BAR_4] = {"▄", ":"},       [GLYPH_BAR_5] = {"▅", "|"},       [GLYPH_BAR_6] = {"▆", "|"},
    [GLYPH_BAR_7] = {"▇", "#"},       [GLYPH_BAR_8] = {"█", "#"},       [GLYPH_HATCH] = {"░", "%"},
    [GLYPH_SPIKE] = {"▲", "^"},       [GLYPH_MARK] = {"◆", "*"},        [GLYPH_FLIP] = {"▼", "v"},
    [GLYPH_CHANGE] = {"◇", "o"},      [GLYPH_LIVE] = {"●", "*"},        [GLYPH_ARROW] = {"→", ">"},
    [GLYPH_ELLIPSIS] = {"…", "~"},    [GLYPH_CURSOR] = {"▸", ">"},      [GLYPH_UP] = {"↑", "^"},
    [GLYPH_DOWN] = {"↓", "v"},        [GLYPH_GAUGE_LEFT] = {"▕", "["},  [GLYPH_GAUGE_REST] = {"░", "."},
    [GLYPH_GAUGE_RIGHT] = {"▏", "]"},
};
_Static_assert(ARRAY_SIZE(glyphs) == GLYPH_COUNT, "one row per glyph");

static const char *const eighths[] = {" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"};

static const struct canvas_cell blank = {.text = " ", .role = ROLE_TEXT, .width = 1};

static int clamp(int value, int low, int high)
{
    return value < low ? low : value > high ? high : value;
}

/* Far outside is as good as anywhere outside, and sums of such numbers do not overflow. */
static int near(int value)
{
    return clamp(value, -FAR, FAR);
}

/* The part of `a` inside `b`; far-off corners do not overflow. */
static struct rect intersect(struct rect a, struct rect b)
{
    int64_t left = a.x > b.x ? a.x : b.x;
    int64_t top = a.y > b.y ? a.y : b.y;
    int64_t right = (int64_t)a.x + a.w < (int64_t)b.x + b.w ? (int64_t)a.x + a.w : (int64_t)b.x + b.w;
    int64_t bottom = (int64_t)a.y + a.h < (int64_t)b.y + b.h ? (int64_t)a.y + a.h : (int64_t)b.y + b.h;
    if (right <= left || bottom <= top)
        return (struct rect){.x = (int)left, .y = (int)top};
    return (struct rect){(int)left, (int)top, (int)(right - left), (int)(bottom - top)};
}

static struct canvas_cell *cell(const struct canvas *canvas, int x, int y)
{
    return &canvas->cells[(size_t)y * (size_t)canvas->w + (size_t)x];
}

static bool is_inside(const struct canvas *canvas, int x, int y)
{
    const struct rect *c = &canvas->clip;
    return x >= c->x && y >= c->y && x - c->x < c->w && y - c->y < c->h;
}

bool canvas_init(struct canvas *canvas, int w, int h)
{
    *canvas = (struct canvas){.cursor_x = -1, .cursor_y = -1};
    return canvas_resize(canvas, w, h);
}

void canvas_done(struct canvas *canvas)
{
    free(canvas->cells);
    *canvas = (struct canvas){.cursor_x = -1, .cursor_y = -1};
}

bool canvas_resize(struct canvas *canvas, int w, int h)
{
    w = clamp(w, 0, CANVAS_MAX_SIDE);
    h = clamp(h, 0, CANVAS_MAX_SIDE);
    size_t count = (size_t)w * (size_t)h;
    struct canvas_cell *cells = calloc(count ? count : 1, sizeof *cells);
    if (!cells)
        return false;
    free(canvas->cells);
    canvas->cells = cells;
    canvas->w = w;
    canvas->h = h;
    canvas_clear(canvas);
    return true;
}

void canvas_clear(struct canvas *canvas)
{
    size_t count = (size_t)canvas->w * (size_t)canvas->h;
    for (size_t i = 0; i < count; i++)
        canvas->cells[i] = blank;
    canvas->cursor_x = canvas->cursor_y = -1;
    canvas->clip = (struct rect){0, 0, canvas->w, canvas->h};
}

void canvas_clip(struct canvas *canvas, struct rect clip)
{
    canvas->clip = intersect(clip, (struct rect){0, 0, canvas->w, canvas->h});
}

/* Blanks the other half of a wide character that is about to lose the half at (x, y). */
static void part(struct canvas *canvas, int x, int y)
{
    struct canvas_cell *half = cell(canvas, x, y);
    struct canvas_cell *other = NULL;
    if (half->width == 0 && x > 0)
        other = half - 1;
    else if (half->width == 2 && x + 1 < canvas->w)
        other = half + 1;
    if (other) {
        memcpy(other->text, " ", 2);
        other->width = 1;
    }
}

/* One cell's worth of bytes; the caller has checked that (x, y) is inside the clip. */
static void put(struct canvas *canvas, int x, int y, const char *text, size_t len, uint8_t width, role r)
{
    part(canvas, x, y);
    struct canvas_cell *c = cell(canvas, x, y);
    if (len >= CELL_BYTES) {
        len = CELL_BYTES - 1;
        while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
            len--;
    }
    memcpy(c->text, text, len);
    c->text[len] = '\0';
    c->role = (uint8_t)r;
    c->attributes = 0;
    c->width = width;
}

void canvas_fill(struct canvas *canvas, struct rect area, role r)
{
    area = intersect(area, canvas->clip);
    for (int y = area.y; y < area.y + area.h; y++)
        for (int x = area.x; x < area.x + area.w; x++)
            put(canvas, x, y, " ", 1, 1, r);
}

/* What stands for a character above 0x7e: our own glyphs keep their meaning. */
static const char *ascii_form(const char *text, size_t len)
{
    for (size_t g = 0; g < ARRAY_SIZE(glyphs); g++)
        if (strlen(glyphs[g].text) == len && !memcmp(glyphs[g].text, text, len))
            return glyphs[g].ascii;
    return "?";
}

/* Paints one character; what of it lies outside the clip is left out, half a wide one becomes a blank. */
static void put_character(struct canvas *canvas, int x, int y, role r, const char *text, size_t len, int width)
{
    bool left = is_inside(canvas, x, y);
    bool right = width == 2 && is_inside(canvas, x + 1, y);
    bool replaced = canvas->ascii && (unsigned char)*text >= 0x80;
    if (replaced || (width == 2 && left != right)) {
        const char *stand_in = replaced ? ascii_form(text, len) : " ";
        if (left)
            put(canvas, x, y, stand_in, 1, 1, r);
        if (right)
            put(canvas, x + 1, y, stand_in, 1, 1, r);
        return;
    }
    if (!left)
        return;
    if (canvas->ascii)
        len = 1;
    char marked[CELL_BYTES] = " ";
    if (text_is_mark(text) && len + 1 < sizeof marked) {
        memcpy(marked + 1, text, len);
        text = marked;
        len++;
    }
    put(canvas, x, y, text, len, (uint8_t)width, r);
    if (right)
        put(canvas, x + 1, y, "", 0, 0, r);
}

/* Paints characters of [at, end); returns the cells they take. */
static int put_text(struct canvas *canvas, int x, int y, role r, const char *at, const char *end)
{
    int start = x;
    while (at < end) {
        const char *next = at;
        int width = text_next(&next);
        put_character(canvas, x, y, r, at, (size_t)(next - at), width);
        x += width;
        at = next;
    }
    return x - start;
}

static int put_ellipsis(struct canvas *canvas, int x, int y, role r)
{
    canvas_glyph(canvas, x, y, r, GLYPH_ELLIPSIS);
    return 1;
}

static int edge_room(const struct canvas *canvas, int x)
{
    int64_t room = (int64_t)canvas->clip.x + canvas->clip.w - x;
    return room < 0 ? 0 : room > INT32_MAX ? INT32_MAX : (int)room;
}

int canvas_text(struct canvas *canvas, int x, int y, int w, role r, weir_safe text)
{
    x = near(x);
    w = w < 0 ? edge_room(canvas, x) : near(w);
    if (w == 0)
        return 0;
    int used;
    size_t len = text_fit(text, w, &used);
    if (!text.text[len])
        return put_text(canvas, x, y, r, text.text, text.text + len);
    len = text_fit(text, w - 1, &used);
    put_text(canvas, x, y, r, text.text, text.text + len);
    return used + put_ellipsis(canvas, x + used, y, r);
}

int canvas_text_right(struct canvas *canvas, int x, int y, int w, role r, weir_safe text)
{
    x = near(x);
    w = w < 0 ? edge_room(canvas, x) : near(w);
    if (w == 0)
        return 0;
    const char *at = text.text;
    int width = text_width(text);
    if (width <= w) {
        put_text(canvas, x + w - width, y, r, at, at + strlen(at));
        return width;
    }
    while (width > w - 1)
        width -= text_next(&at);
    put_ellipsis(canvas, x + w - width - 1, y, r);
    put_text(canvas, x + w - width, y, r, at, at + strlen(at));
    return width + 1;
}

int canvas_printf(struct canvas *canvas, int x, int y, int w, role r, const char *format, ...)
{
    char raw[PRINTF_BYTES];
    va_list arguments;
    va_start(arguments, format);
    int len = vsnprintf(raw, sizeof raw, format, arguments);
    va_end(arguments);
    if (len < 0)
        return 0;
    char safe[PRINTF_BYTES];
    size_t kept = (size_t)len < sizeof raw ? (size_t)len : sizeof raw - 1;
    return canvas_text(canvas, x, y, w, r, weir_sanitize(raw, kept, safe, sizeof safe));
}

void canvas_attribute(struct canvas *canvas, struct rect area, uint8_t attributes)
{
    area = intersect(area, canvas->clip);
    for (int y = area.y; y < area.y + area.h; y++)
        for (int x = area.x; x < area.x + area.w; x++)
            cell(canvas, x, y)->attributes |= attributes;
}

void canvas_role(struct canvas *canvas, struct rect area, role r)
{
    area = intersect(area, canvas->clip);
    for (int y = area.y; y < area.y + area.h; y++)
        for (int x = area.x; x < area.x + area.w; x++)
            cell(canvas, x, y)->role = (uint8_t)r;
}

weir_safe glyph_text(glyph g, bool ascii)
{
    if ((unsigned)g >= GLYPH_COUNT)
        return WEIR_SAFE("?");
    return (weir_safe){ascii ? glyphs[g].ascii : glyphs[g].text};
}

void canvas_glyph(struct canvas *canvas, int x, int y, role r, glyph g)
{
    if (!is_inside(canvas, x, y))
        return;
    const char *text = glyph_text(g, canvas->ascii).text;
    put(canvas, x, y, text, strlen(text), 1, r);
}

void canvas_box(struct canvas *canvas, struct rect area, role border, role title_role, weir_safe title)
{
    area = (struct rect){near(area.x), near(area.y), near(area.w), near(area.h)};
    if (area.w < 2 || area.h < 2)
        return;
    int right = area.x + area.w - 1, bottom = area.y + area.h - 1;
    struct rect seen = intersect(area, canvas->clip);
    for (int x = seen.x; x < seen.x + seen.w; x++) {
        canvas_glyph(canvas, x, area.y, border, GLYPH_HLINE);
        canvas_glyph(canvas, x, bottom, border, GLYPH_HLINE);
    }
    for (int y = seen.y; y < seen.y + seen.h; y++) {
        canvas_glyph(canvas, area.x, y, border, GLYPH_VLINE);
        canvas_glyph(canvas, right, y, border, GLYPH_VLINE);
    }
    canvas_glyph(canvas, area.x, area.y, border, GLYPH_TOP_LEFT);
    canvas_glyph(canvas, right, area.y, border, GLYPH_TOP_RIGHT);
    canvas_glyph(canvas, area.x, bottom, border, GLYPH_BOTTOM_LEFT);
    canvas_glyph(canvas, right, bottom, border, GLYPH_BOTTOM_RIGHT);
    if (!title.text || !*title.text || area.w < 6)
        return;
    int used = canvas_text(canvas, area.x + 2, area.y, area.w - 5, title_role, WEIR_SAFE(" "));
    used += canvas_text(canvas, area.x + 2 + used, area.y, area.w - 6, title_role, title);
    canvas_text(canvas, area.x + 2 + used, area.y, 1, title_role, WEIR_SAFE(" "));
}

void canvas_bar(struct canvas *canvas, int x, int y, int w, role r, double value)
{
    if (!(value > 0) || w <= 0)
        return;
    x = near(x);
    w = near(w);
    if (value > 1)
        value = 1;
    int64_t steps = canvas->ascii ? 1 : 8;
    int64_t filled = llround(value * (double)w * (double)steps);
    if (filled < 1) /* something is never drawn as nothing */
        filled = 1;
    int seen = w < edge_room(canvas, x) ? w : edge_room(canvas, x);
    for (int i = 0; i < seen && filled > 0; i++, filled -= steps) {
        if (!is_inside(canvas, x + i, y))
            continue;
        const char *text = canvas->ascii ? "#" : eighths[filled < steps ? filled : steps];
        put(canvas, x + i, y, text, strlen(text), 1, r);
    }
}

static char role_letter(unsigned r)
{
    static const char letters[] = ".abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    return r < sizeof letters - 1 ? letters[r] : '?';
}

static void dump_text(const struct canvas *canvas, int y, FILE *out)
{
    int last = canvas->w;
    while (last > 0 && !strcmp(cell(canvas, last - 1, y)->text, " "))
        last--;
    for (int x = 0; x < last; x++)
        fputs(cell(canvas, x, y)->text, out);
    fputc('\n', out);
}

static void dump_roles(const struct canvas *canvas, int y, bool *seen, FILE *out)
{
    int last = canvas->w;
    while (last > 0 && cell(canvas, last - 1, y)->role == ROLE_TEXT)
        last--;
    for (int x = 0; x < last; x++) {
        unsigned r = cell(canvas, x, y)->role;
        fputc(role_letter(r), out);
        if (r < ROLE_COUNT)
            seen[r] = true;
    }
    fputc('\n', out);
}

void canvas_dump(const struct canvas *canvas, FILE *out)
{
    bool seen[ROLE_COUNT] = {false};
    for (int y = 0; y < canvas->h; y++)
        dump_text(canvas, y, out);
    fputs("---\n", out);
    for (int y = 0; y < canvas->h; y++)
        dump_roles(canvas, y, seen, out);
    for (unsigned r = 1; r < ROLE_COUNT; r++)
        if (seen[r])
            fprintf(out, "%c %s\n", role_letter(r), role_name((role)r));
}
