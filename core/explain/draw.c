/* draw.c - hops as lines: component, id and name in a column, the rule beside them where it fits and below them where
 * it does not, then the note. Lines are made anew for every one that is asked: a path has a few dozen. */
#include "explain/draw.h"

#include <stdio.h>
#include <string.h>

#include "base/scope.h"

enum { GLYPH_CELLS = 3, COMPONENT_CELLS = 17, INDENT_CELLS = COMPONENT_CELLS + 1, GAP_CELLS = 2, HEAD_BYTES = 512 };

/* ---- cells ---- */

/* The characters that take two cells, roughly: a terminal knows better, and cuts. */
static int code_cells(unsigned code)
{
    static const unsigned wide[][2] = {{0x1100, 0x115f}, {0x2e80, 0xa4cf}, {0xac00, 0xd7a3},   {0xf900, 0xfaff},
                                       {0xfe30, 0xfe6f}, {0xff00, 0xff60}, {0x1f300, 0x1faff}, {0x20000, 0x3fffd}};
    if (code >= 0x300 && code <= 0x36f)
        return 0;
    for (size_t k = 0; k < ARRAY_SIZE(wide); k++)
        if (code >= wide[k][0] && code <= wide[k][1])
            return 2;
    return 1;
}

/* Safe text is UTF-8. Bytes of the character at `at`, and its cells. */
static size_t next_char(const char *at, int *cells)
{
    unsigned char lead = (unsigned char)at[0];
    size_t len = lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    unsigned code = len == 1 ? lead : lead & (0x7fu >> len);
    for (size_t k = 1; k < len && at[k]; k++)
        code = code << 6 | ((unsigned char)at[k] & 0x3f);
    *cells = code_cells(code);
    return strnlen(at, len);
}

static int text_cells(const char *text)
{
    int sum = 0, cells;
    while (*text) {
        text += next_char(text, &cells);
        sum += cells;
    }
    return sum;
}

/* Bytes of `text` that fit into `width` cells, cut at the last space if there is one. */
static size_t fitting(const char *text, int width)
{
    size_t at = 0, space = 0;
    int sum = 0;
    while (text[at]) {
        int cells;
        size_t len = next_char(text + at, &cells);
        if (sum + cells > width)
            return space > 0 ? space : at > 0 ? at : len;
        if (text[at] == ' ')
            space = at;
        at += len;
        sum += cells;
    }
    return at;
}

/* ---- lines ---- */

struct drawing {
    int width;  /* of the text */
    int column; /* where rules begin */
    size_t want, at;
    weir_path_line *out;
    bool done;
};

static const char *glyph_of(weir_hop_verdict verdict)
{
    static const char *const glyphs[] = {
        [WEIR_HOP_PASS] = "ok",  [WEIR_HOP_BLOCK] = "XX", [WEIR_HOP_UNKNOWN] = "??",
        [WEIR_HOP_STATE] = "st", [WEIR_HOP_NONE] = "..",
    };
    return glyphs[verdict];
}

static void put_line(struct drawing *drawing, const weir_hop *hop, bool first, int indent, const char *text, size_t len)
{
    if (drawing->done || drawing->at++ != drawing->want)
        return;
    weir_path_line *out = drawing->out;
    out->hop = hop;
    out->first = first;
    out->glyph = first ? glyph_of(hop->verdict) : "";
    out->text = weir_safe_format(out->buffer, sizeof out->buffer, "%*s%.*s", indent, "", (int)len, text);
    drawing->done = true;
}

/* As many lines as it takes, all indented. */
static void put_wrapped(struct drawing *drawing, const weir_hop *hop, const char *text)
{
    while (*text) {
        size_t len = fitting(text, drawing->width - INDENT_CELLS);
        put_line(drawing, hop, false, INDENT_CELLS, text, len);
        text += len;
        while (*text == ' ')
            text++;
    }
}

/* ---- hops ---- */

static void head_text(const weir_hop *hop, char out[HEAD_BYTES])
{
    int pad = COMPONENT_CELLS - text_cells(hop->component.text);
    const char *name = strcmp(hop->name.text, hop->id.text) == 0 ? "" : hop->name.text;
    weir_safe_format(out, HEAD_BYTES, "%s%*s %s%s%s", hop->component.text, pad > 0 ? pad : 0, "", hop->id.text,
                     name[0] && hop->id.text[0] ? " " : "", name);
}

/* The rule, and behind it the note, as far as they fit; *rest is what did not. */
static void put_head(struct drawing *drawing, const weir_hop *hop, const char **rule, const char **note)
{
    char head[HEAD_BYTES], line[WEIR_PATH_LINE_BYTES];
    head_text(hop, head);
    int cells = text_cells(head), column = drawing->column;
    const char *beside = **rule ? *rule : *note;
    int room = drawing->width - column - GAP_CELLS;
    if (!*beside || cells > column || text_cells(beside) > room) {
        put_line(drawing, hop, true, 0, head, cells > drawing->width ? fitting(head, drawing->width) : strlen(head));
        return;
    }
    const char *behind = **rule && text_cells(*rule) + GAP_CELLS + text_cells(*note) <= room ? *note : "";
    weir_safe_format(line, sizeof line, "%s%*s%s%s%s", head, column - cells + GAP_CELLS, "", beside,
                     *behind ? "  " : "", behind);
    put_line(drawing, hop, true, 0, line, strlen(line));
    if (!**rule || *behind)
        *note = "";
    *rule = "";
}

static void put_hop(struct drawing *drawing, const weir_hop *hop)
{
    const char *rule = hop->rule.text, *note = hop->note.text;
    put_head(drawing, hop, &rule, &note);
    put_wrapped(drawing, hop, rule);
    put_wrapped(drawing, hop, note);
}

/* Rules begin behind the longest head that leaves them half of the width. */
static int find_column(const weir_hop *hops, size_t n, int width)
{
    int longest = 0;
    for (size_t k = 0; k < n; k++) {
        char head[HEAD_BYTES];
        head_text(&hops[k], head);
        int cells = text_cells(head);
        if (cells > longest && cells <= width / 2 + GAP_CELLS && (hops[k].rule.text[0] || hops[k].note.text[0]))
            longest = cells;
    }
    return longest;
}

bool hops_line(const weir_hop *hops, size_t n, int width, size_t k, weir_path_line *out)
{
    int clamped = width < WEIR_PATH_WIDTH_MIN   ? WEIR_PATH_WIDTH_MIN
                  : width > WEIR_PATH_WIDTH_MAX ? WEIR_PATH_WIDTH_MAX
                                                : width;
    struct drawing drawing = {.width = clamped - GLYPH_CELLS, .want = k, .out = out};
    drawing.column = find_column(hops, n, drawing.width);
    for (size_t h = 0; h < n && !drawing.done; h++) {
        if (hops[h].reply && (h == 0 || !hops[h - 1].reply))
            put_line(&drawing, NULL, false, 0, "reply", strlen("reply"));
        put_hop(&drawing, &hops[h]);
    }
    return drawing.done;
}

bool weir_explanation_path(const weir_explanation *explanation, int width, size_t k, weir_path_line *out)
{
    return hops_line(explanation->hops, explanation->n_hops, width, k, out);
}
