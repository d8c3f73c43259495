/* test_canvas.c - painting: clipping, wide characters, the ASCII form. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "screen/canvas.h"

static char row_text[4096];

/* One row as text; right halves are "". */
static const char *row(const struct canvas *canvas, int y)
{
    size_t n = 0;
    for (int x = 0; x < canvas->w; x++) {
        const char *text = canvas->cells[y * canvas->w + x].text;
        memcpy(row_text + n, text, strlen(text));
        n += strlen(text);
    }
    row_text[n] = '\0';
    return row_text;
}

/* Wide characters have both halves or neither. */
static void assert_whole(const struct canvas *canvas)
{
    for (int y = 0; y < canvas->h; y++) {
        for (int x = 0; x < canvas->w; x++) {
            const struct canvas_cell *c = &canvas->cells[y * canvas->w + x];
            if (c->width == 0)
                assert_true(x > 0 && c[-1].width == 2 && !*c->text);
            if (c->width == 2)
                assert_true(x + 1 < canvas->w && c[1].width == 0);
            if (c->width > 0)
                assert_true(*c->text != '\0');
        }
    }
}

static void text_is_cut_with_an_ellipsis(void **state)
{
    static const struct {
        const char *text;
        int w;
        const char *left, *right;
    } rows[] = {
        {"abcdef", 6, "abcdef  ", "abcdef  "}, {"abcdef", 4, "abc…    ", "…def    "},
        {"abcdef", 1, "…       ", "…       "}, {"abc", 5, "abc     ", "  abc   "},
        {"日本語", 5, "日本…   ", "…本語   "}, {"日本語", 4, "日…     ", " …語    "},
        {"abc", 0, "        ", "        "},    {"", 4, "        ", "        "},
    };
    struct canvas canvas;
    (void)state;
    assert_true(canvas_init(&canvas, 8, 1));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        canvas_clear(&canvas);
        canvas_text(&canvas, 0, 0, rows[i].w, ROLE_TEXT, (weir_safe){rows[i].text});
        assert_string_equal(row(&canvas, 0), rows[i].left);
        assert_whole(&canvas);
        canvas_clear(&canvas);
        canvas_text_right(&canvas, 0, 0, rows[i].w, ROLE_TEXT, (weir_safe){rows[i].text});
        assert_string_equal(row(&canvas, 0), rows[i].right);
        assert_whole(&canvas);
    }
    canvas_clear(&canvas);
    assert_int_equal(canvas_text(&canvas, 3, 0, -1, ROLE_TEXT, WEIR_SAFE("abcdefgh")), 5);
    assert_string_equal(row(&canvas, 0), "   abcd…");
    canvas_done(&canvas);
}

static void marks_stay_with_their_character(void **state)
{
    struct canvas canvas;
    (void)state;
    assert_true(canvas_init(&canvas, 3, 1));
    assert_int_equal(canvas_text(&canvas, 0, 0, -1, ROLE_TEXT, WEIR_SAFE("e\xcc\x81x")), 2);
    assert_string_equal(canvas.cells[0].text, "e\xcc\x81");
    assert_string_equal(canvas.cells[1].text, "x");
    canvas_text(&canvas, 0, 0, -1, ROLE_TEXT, WEIR_SAFE("\xcc\x81"));
    assert_string_equal(canvas.cells[0].text, " \xcc\x81");
    canvas_done(&canvas);
}

static void half_a_wide_character_becomes_blank(void **state)
{
    struct canvas canvas;
    (void)state;
    assert_true(canvas_init(&canvas, 6, 1));
    canvas_text(&canvas, 0, 0, -1, ROLE_TEXT, WEIR_SAFE("日本語"));
    canvas_text(&canvas, 1, 0, -1, ROLE_TEXT, WEIR_SAFE("x"));
    assert_string_equal(row(&canvas, 0), " x本語");
    assert_whole(&canvas);
    canvas_text(&canvas, 3, 0, 2, ROLE_TEXT, WEIR_SAFE("日"));
    assert_string_equal(row(&canvas, 0), " x 日 ");
    assert_whole(&canvas);
    canvas_text(&canvas, 5, 0, 2, ROLE_TEXT, WEIR_SAFE("日"));
    assert_whole(&canvas);
    canvas_clip(&canvas, (struct rect){1, 0, 3, 1});
    canvas_text(&canvas, 0, 0, 9, ROLE_TEXT, WEIR_SAFE("日本語"));
    assert_whole(&canvas);
    assert_string_equal(row(&canvas, 0), "  本  ");
    canvas_done(&canvas);
}

static void ascii_keeps_widths_and_has_no_other_byte(void **state)
{
    struct canvas canvas;
    (void)state;
    assert_true(canvas_init(&canvas, 12, 3));
    canvas.ascii = true;
    assert_int_equal(canvas_text(&canvas, 0, 0, -1, ROLE_TEXT, WEIR_SAFE("a日e\xcc\x81é→…")), 7);
    assert_string_equal(row(&canvas, 0), "a??e?>~     ");
    canvas_box(&canvas, (struct rect){0, 0, 12, 3}, ROLE_BORDER, ROLE_TITLE, WEIR_SAFE("ñ"));
    canvas_bar(&canvas, 1, 1, 10, ROLE_TEXT, 0.5);
    assert_string_equal(row(&canvas, 0), "+- ? ------+");
    assert_string_equal(row(&canvas, 1), "|#####     |");
    for (int g = 0; g < GLYPH_COUNT; g++)
        canvas_glyph(&canvas, g % 12, g / 12, ROLE_TEXT, (glyph)g);
    for (int i = 0; i < 36; i++)
        for (const char *at = canvas.cells[i].text; *at; at++)
            assert_true(*at >= ' ' && *at <= '~');
    canvas_done(&canvas);
}

static void bars_show_eighths_and_never_lose_a_little(void **state)
{
    static const struct {
        double value;
        const char *bar;
    } rows[] = {{0, "    "}, {1, "████"}, {0.5, "██  "}, {1e-9, "▏   "}, {0.28125, "█▏  "}, {7, "████"}, {-1, "    "}};
    struct canvas canvas;
    (void)state;
    assert_true(canvas_init(&canvas, 4, 1));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        canvas_clear(&canvas);
        canvas_bar(&canvas, 0, 0, 4, ROLE_TEXT, rows[i].value);
        assert_string_equal(row(&canvas, 0), rows[i].bar);
    }
    canvas_clear(&canvas);
    canvas_bar(&canvas, 0, 0, 4, ROLE_TEXT, (double)NAN);
    assert_string_equal(row(&canvas, 0), "    ");
    canvas_done(&canvas);
}

static void roles_and_attributes_are_laid_over_cells(void **state)
{
    struct canvas canvas;
    (void)state;
    assert_true(canvas_init(&canvas, 4, 2));
    canvas_text(&canvas, 0, 0, -1, ROLE_DIM, WEIR_SAFE("abcd"));
    canvas_role(&canvas, (struct rect){1, 0, 2, 9}, ROLE_ROW_CURSOR);
    canvas_attribute(&canvas, (struct rect){2, -1, 9, 2}, STYLE_REVERSE);
    assert_int_equal(canvas.cells[0].role, ROLE_DIM);
    assert_int_equal(canvas.cells[1].role, ROLE_ROW_CURSOR);
    assert_int_equal(canvas.cells[2].attributes, STYLE_REVERSE);
    assert_int_equal(canvas.cells[1].attributes, 0);
    canvas_text(&canvas, 0, 0, -1, ROLE_DIM, WEIR_SAFE("abcd"));
    assert_int_equal(canvas.cells[2].attributes, 0);
    canvas_done(&canvas);
}

static void the_dump_shows_text_and_roles(void **state)
{
    struct canvas canvas;
    char *text = NULL;
    size_t len;
    (void)state;
    assert_true(canvas_init(&canvas, 6, 2));
    canvas_text(&canvas, 1, 0, -1, ROLE_DIM, WEIR_SAFE("日x"));
    FILE *out = open_memstream(&text, &len);
    canvas_dump(&canvas, out);
    fclose(out);
    assert_string_equal(text, " 日x\n\n---\n.aaa\n\na dim\n");
    free(text);
    canvas_done(&canvas);
}

static unsigned next_random(unsigned *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

/* Anywhere, of any size, on any canvas: nothing is written outside (the sanitizer watches) and no half stays. */
static void painting_anywhere_is_harmless(void **state)
{
    static const int sides[] = {0, 1, 2, 3, 7, 80};
    static const int far[] = {INT32_MIN, -100, -1, 0, 1, 2, 5, 79, 80, INT32_MAX};
    unsigned seed = 1;
    (void)state;
    for (int round = 0; round < 20000; round++) {
        static struct canvas canvas;
        if (round % 500 == 0) {
            canvas_done(&canvas);
            assert_true(canvas_init(&canvas, sides[next_random(&seed) % 6], sides[next_random(&seed) % 6]));
        }
        canvas.ascii = next_random(&seed) % 4 == 0;
        int n[4];
        for (int i = 0; i < 4; i++)
            n[i] = next_random(&seed) % 3 ? (int)(next_random(&seed) % 12) - 2 : far[next_random(&seed) % 10];
        struct rect area = {n[0], n[1], n[2], n[3]};
        weir_safe text = next_random(&seed) % 2 ? WEIR_SAFE("日本e\xcc\x81 語abc") : WEIR_SAFE("x");
        switch (next_random(&seed) % 11) {
        case 0: canvas_clip(&canvas, area); break;
        case 1: canvas_fill(&canvas, area, ROLE_DIM); break;
        case 2: canvas_text(&canvas, n[0], n[1], n[2], ROLE_DIM, text); break;
        case 3: canvas_text_right(&canvas, n[0], n[1], n[2] % 1000, ROLE_DIM, text); break;
        case 4: canvas_printf(&canvas, n[0], n[1], n[2], ROLE_DIM, "%s\033[31m\x9b%d", "日", n[3]); break;
        case 5: canvas_attribute(&canvas, area, STYLE_BOLD); break;
        case 6: canvas_role(&canvas, area, ROLE_KEY); break;
        case 7: canvas_glyph(&canvas, n[0], n[1], ROLE_KEY, GLYPH_HATCH); break;
        case 8: canvas_box(&canvas, area, ROLE_BORDER, ROLE_TITLE, text); break;
        case 9: canvas_bar(&canvas, n[0], n[1], n[2] % 1000, ROLE_KEY, n[3] / 7.0); break;
        default: canvas_clip(&canvas, (struct rect){0, 0, canvas.w, canvas.h}); break;
        }
        assert_whole(&canvas);
        if (round == 19999)
            canvas_done(&canvas);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_cut_with_an_ellipsis),
        cmocka_unit_test(marks_stay_with_their_character),
        cmocka_unit_test(half_a_wide_character_becomes_blank),
        cmocka_unit_test(ascii_keeps_widths_and_has_no_other_byte),
        cmocka_unit_test(bars_show_eighths_and_never_lose_a_little),
        cmocka_unit_test(roles_and_attributes_are_laid_over_cells),
        cmocka_unit_test(the_dump_shows_text_and_roles),
        cmocka_unit_test(painting_anywhere_is_harmless),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
