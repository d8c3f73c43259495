/* test_theme.c - theme files to styles, faults with their lines, and that the themes we ship can be read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "screen/color.h"
#include "screen/theme.h"

static struct theme *parse(const char *text, weir_error *err)
{
    struct theme *theme = NULL;
    memset(err, 0, sizeof *err);
    theme_parse(text, strlen(text), "t.theme", &theme, err);
    assert_non_null(theme);
    return theme;
}

static void assert_style(const struct theme *theme, role r, int colors, int fg, int bg, int attributes)
{
    struct style style = theme_style(theme, r, colors);
    if (style.fg != fg || style.bg != bg || style.attributes != attributes)
        print_error("%s with %d: %d on %d, %d\n", role_name(r), colors, style.fg, style.bg, style.attributes);
    assert_true(style.fg == fg && style.bg == bg && style.attributes == attributes);
}

static void styles_are_read(void **state)
{
    weir_error err;
    struct theme *theme = parse("# comment\n; comment\n[theme]\nname = mine\n\n[colors]\n  paper = #000080\n"
                                "[roles]\n\trow.reject = red bold\r\nstatus=bright-white on paper ; why\n"
                                "key = 208 on default underline # why\n  dim = none\nmatch = italic reverse dim\n"
                                "MARK = Bright-Blue\n",
                                &err);
    (void)state;
    assert_int_equal(err.status, WEIR_OK);
    assert_string_equal(theme_name(theme).text, "mine");
    assert_style(theme, ROLE_ROW_REJECT, 256, 1, -1, STYLE_BOLD);
    assert_style(theme, ROLE_STATUS, 256, 15, 18, 0);
    assert_style(theme, ROLE_KEY, 256, 208, -1, STYLE_UNDERLINE);
    assert_style(theme, ROLE_DIM, 256, -1, -1, 0);
    assert_style(theme, ROLE_MATCH, 256, -1, -1, STYLE_ITALIC | STYLE_REVERSE | STYLE_DIM);
    assert_style(theme, ROLE_MARK, 256, 12, -1, 0);
    theme_free(theme);
}

static void unnamed_roles_follow_their_fallback(void **state)
{
    weir_error err;
    (void)state;
    struct theme *theme = parse("", &err);
    assert_int_equal(err.status, WEIR_OK);
    for (unsigned r = 0; r < ROLE_COUNT; r++) {
        struct style mono = theme_style(theme, (role)r, 0), color = theme_style(theme, (role)r, 256);
        assert_int_equal(mono.attributes & color.attributes, mono.attributes);
        assert_int_equal(color.fg, -1);
    }
    theme_free(theme);

    theme = parse("[roles]\nstatus = black on cyan\nrow.reject = 9\ndim = 8\n", &err);
    assert_style(theme, ROLE_STATUS_LIVE, 256, 0, 6, STYLE_BOLD);
    assert_style(theme, ROLE_CHART_SPIKE, 256, 9, -1, STYLE_BOLD);
    assert_style(theme, ROLE_BORDER, 256, 8, -1, 0);
    assert_style(theme, ROLE_ROW_CURSOR, 256, -1, -1, STYLE_REVERSE);
    theme_free(theme);
}

static void fewer_colours_stay_readable(void **state)
{
    weir_error err;
    struct theme *theme = parse("[roles]\nkey = bright-red\ndim = bright-black\nstatus = #303030 on #2a2a2a\n"
                                "mark = black on bright-black\nnotice = 196\nfilter = bright-yellow on yellow\n",
                                &err);
    (void)state;
    assert_style(theme, ROLE_KEY, 256, 9, -1, 0);
    assert_style(theme, ROLE_KEY, 16, 9, -1, 0);
    assert_style(theme, ROLE_KEY, 8, 1, -1, STYLE_BOLD);
    assert_style(theme, ROLE_DIM, 8, -1, -1, STYLE_DIM);
    assert_style(theme, ROLE_NOTICE, 16, 9, -1, 0);
    assert_style(theme, ROLE_MARK, 8, -1, -1, STYLE_REVERSE);
    struct style status = theme_style(theme, ROLE_STATUS, 16);
    assert_int_not_equal(status.fg, status.bg);
    struct style filter = theme_style(theme, ROLE_FILTER, 8);
    assert_int_not_equal(filter.fg, filter.bg);
    assert_style(theme, ROLE_KEY, 0, -1, -1, STYLE_BOLD);
    theme_free(theme);
}

static void faults_name_file_and_line_and_spoil_nothing(void **state)
{
    static char long_line[600] = "[roles]\nkey = red\n";
    static const struct {
        const char *text, *where;
    } rows[] = {
        {"[roles]\nkey = red\nno.such.role = red\n", "t.theme:3: "},
        {"[roles]\nkey = red\nmark = reddish\n", "t.theme:3: "},
        {"[roles]\nkey = red\nmark = red on\n", "t.theme:3: "},
        {"[roles]\nkey = red\nmark =\n", "t.theme:3: "},
        {"[roles]\nkey = red\nmark\n", "t.theme:3: "},
        {"[roles]\nkey = red\n[roles\nmark = red\n", "t.theme:3: "},
        {"[roles]\nkey = red\nmark = #12345\n", "t.theme:3: "},
        {"[roles]\nkey = red\nmark = 256\n", "t.theme:3: "},
        {"[roles]\nkey = red\nmark = -1\n", "t.theme:3: "},
        {"color = 1\n[roles]\nkey = red\n", "t.theme:1: "},
        {"[rolls]\na = b\n[roles]\nkey = red\n", "t.theme:2: "},
        {"[theme]\nauthor = me\n[roles]\nkey = red\n", "t.theme:2: "},
        {"[colors]\nbold = red\n[roles]\nkey = red\n", "t.theme:2: "},
        {"[roles]\nkey = red\nnope = 1\n[colors]\na = b\n", "t.theme:3: "},
        {long_line, "t.theme:3: "},
    };
    (void)state;
    size_t used = strlen(long_line);
    memset(long_line + used, 'x', 300);
    snprintf(long_line + used + 300, 40, "\nmark = red\n");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        weir_error err;
        struct theme *theme = parse(rows[i].text, &err);
        if (strncmp(err.text, rows[i].where, strlen(rows[i].where)))
            print_error("%s\n", err.text);
        assert_int_equal(err.status, WEIR_E_SYNTAX);
        assert_memory_equal(err.text, rows[i].where, strlen(rows[i].where));
        assert_style(theme, ROLE_KEY, 256, 1, -1, 0);
        theme_free(theme);
    }
}

static void rubbish_in_a_fault_is_made_safe(void **state)
{
    weir_error err;
    struct theme *theme = parse("[roles]\nkey = \033]0;x\a\n[theme]\nname = \033[31mx\n", &err);
    (void)state;
    assert_null(strpbrk(err.text, "\033\a"));
    assert_null(strpbrk(theme_name(theme).text, "\033\a"));
    theme_free(theme);
}

static void a_huge_file_is_refused(void **state)
{
    size_t len = 256 * 1024 + 1;
    char *text = malloc(len);
    struct theme *theme = NULL;
    weir_error err = {0};
    (void)state;
    memset(text, '\n', len);
    assert_int_equal(theme_parse(text, len, "t", &theme, &err), WEIR_E_DATA);
    assert_null(theme);
    assert_int_equal(theme_parse(text, len - 1, "t", &theme, NULL), WEIR_OK);
    theme_free(theme);
    free(text);
}

static void themes_are_found_by_name_and_by_path(void **state)
{
    char folder[] = "/tmp/weir-theme-XXXXXX", path[128];
    struct theme *theme;
    weir_error err = {0};
    (void)state;
    assert_non_null(mkdtemp(folder));
    setenv("XDG_CONFIG_HOME", folder, 1);
    snprintf(path, sizeof path, "%s/weir", folder);
    mkdir(path, 0700);
    snprintf(path, sizeof path, "%s/weir/themes", folder);
    mkdir(path, 0700);
    snprintf(path, sizeof path, "%s/weir/themes/nord.theme", folder);
    FILE *file = fopen(path, "w");
    fputs("[theme]\nname = own\n", file);
    fclose(file);

    assert_int_equal(theme_load("nord", &theme, &err), WEIR_OK);
    assert_string_equal(theme_name(theme).text, "own");
    theme_free(theme);
    assert_int_equal(theme_load(path, &theme, &err), WEIR_OK);
    assert_string_equal(theme_name(theme).text, "own");
    theme_free(theme);
    assert_int_equal(theme_load("light", &theme, &err), WEIR_OK);
    assert_string_equal(theme_name(theme).text, "light");
    theme_free(theme);

    static const char *const missing[] = {"nonesuch", "/nonesuch.theme", "/dev/null", "/tmp/", "..", "./x"};
    for (size_t i = 0; i < sizeof missing / sizeof *missing; i++) {
        memset(&err, 0, sizeof err);
        assert_int_not_equal(theme_load(missing[i], &theme, &err), WEIR_OK);
        assert_true(*err.text != '\0');
        assert_string_equal(theme_name(theme).text, "default");
        theme_free(theme);
    }
    unlink(path);
    unsetenv("XDG_CONFIG_HOME");
    for (int up = 0; up < 3; up++) {
        *strrchr(path, '/') = '\0';
        rmdir(path);
    }
}

/* Relative luminance of WCAG, of the palette that most terminals begin with. */
static double luminance(int color)
{
    static const int ansi[16][3] = {{0, 0, 0},       {205, 0, 0},   {0, 205, 0},   {205, 205, 0},
                                    {0, 0, 238},     {205, 0, 205}, {0, 205, 205}, {229, 229, 229},
                                    {127, 127, 127}, {255, 0, 0},   {0, 255, 0},   {255, 255, 0},
                                    {92, 92, 255},   {255, 0, 255}, {0, 255, 255}, {255, 255, 255}};
    static const int levels[] = {0, 95, 135, 175, 215, 255};
    double sum = 0;
    for (int i = 0; i < 3; i++) {
        static const int step[] = {36, 6, 1};
        static const double weight[] = {0.2126, 0.7152, 0.0722};
        int level = color < 16     ? ansi[color][i]
                    : color >= 232 ? 8 + 10 * (color - 232)
                                   : levels[(color - 16) / step[i] % 6];
        double c = level / 255.0;
        sum += weight[i] * (c <= 0.03928 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4));
    }
    return sum;
}

static double contrast(struct style style, bool on_dark)
{
    double fg = style.fg < 0 ? on_dark : luminance(style.fg), bg = style.bg < 0 ? !on_dark : luminance(style.bg);
    double light = fg > bg ? fg : bg, dark = fg > bg ? bg : fg;
    return (light + 0.05) / (dark + 0.05);
}

static void every_shipped_theme_is_whole_and_readable(void **state)
{
    static const char *const wanted[] = {"default", "light",      "high-contrast", "solarized",
                                         "nord",    "colorblind", "mono"};
    static const int depths[] = {256, 16, 8, 0};
    size_t count = 0;
    (void)state;
    for (; theme_builtin(count); count++) {
        struct theme *theme;
        weir_error err = {0};
        assert_int_equal(theme_load(theme_builtin(count), &theme, &err), WEIR_OK);
        assert_string_equal(theme_name(theme).text, theme_builtin(count));
        for (size_t d = 0; d < 4; d++) {
            for (unsigned r = 0; r < ROLE_COUNT; r++) {
                struct style style = theme_style(theme, (role)r, depths[d]);
                double least = depths[d] == 256 && r != ROLE_BORDER && r != ROLE_CHART_UNSETTLED ? 3.5 : 2.3;
                if (contrast(style, true) < least)
                    print_error("%s, %s with %d: %d on %d, %.2f\n", theme_builtin(count), role_name((role)r), depths[d],
                                style.fg, style.bg, contrast(style, true));
                assert_true(contrast(style, true) >= least);
            }
            struct style text = theme_style(theme, ROLE_TEXT, depths[d]);
            static const role seen[] = {ROLE_ROW_CURSOR, ROLE_STATUS, ROLE_ROW_REJECT, ROLE_ROW_SKIPDATA};
            for (size_t i = 0; i < 4; i++) {
                struct style style = theme_style(theme, seen[i], depths[d]);
                bool is_plain = style.fg == text.fg && style.bg == text.bg && style.attributes == text.attributes;
                if (is_plain)
                    print_error("%s, %s with %d\n", theme_builtin(count), role_name(seen[i]), depths[d]);
                assert_false(is_plain);
            }
            assert_true(theme_style(theme, ROLE_ROW_REJECT, depths[d]).attributes & STYLE_BOLD);
            if (depths[d] && strcmp(theme_builtin(count), "mono"))
                assert_int_not_equal(theme_style(theme, ROLE_ROW_REJECT, depths[d]).fg, text.fg);
        }
        theme_free(theme);
    }
    assert_string_equal(theme_builtin(0), "default");
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        bool is_there = false;
        for (size_t k = 0; k < count; k++)
            is_there |= !strcmp(theme_builtin(k), wanted[i]);
        assert_true(is_there);
    }
}

static void the_colorblind_theme_does_not_oppose_red_and_green(void **state)
{
    struct theme *theme;
    (void)state;
    assert_int_equal(theme_load("colorblind", &theme, NULL), WEIR_OK);
    static const int16_t banned[] = {1, 2, 9, 10};
    for (unsigned r = 0; r < ROLE_COUNT; r++)
        for (size_t i = 0; i < 4; i++)
            assert_int_not_equal(theme_style(theme, (role)r, 256).fg, banned[i]);
    theme_free(theme);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(styles_are_read),
        cmocka_unit_test(unnamed_roles_follow_their_fallback),
        cmocka_unit_test(fewer_colours_stay_readable),
        cmocka_unit_test(faults_name_file_and_line_and_spoil_nothing),
        cmocka_unit_test(rubbish_in_a_fault_is_made_safe),
        cmocka_unit_test(a_huge_file_is_refused),
        cmocka_unit_test(themes_are_found_by_name_and_by_path),
        cmocka_unit_test(every_shipped_theme_is_whole_and_readable),
        cmocka_unit_test(the_colorblind_theme_does_not_oppose_red_and_green),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
