/* test_prompt.c - the line editor by key scripts: keys by their names, blanks between. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "screen/text.h"
#include "widget/prompt.h"

static const char *const words[] = {"srcaddr", "srcport", "dstaddr", "dstport", "action", "protocol"};

/* A '!' is a fault. */
static size_t check(const char *text, char *why, size_t size, void *user)
{
    const char *at = strchr(text, '!');
    (*(int *)user)++;
    if (!at)
        return 0;
    snprintf(why, size, "no\033 '!' here");
    return (size_t)(at - text) + 1;
}

static void complete(struct prompt *prompt, const char *text, size_t cursor, void *user)
{
    size_t from = cursor;
    (void)user;
    while (from > 0 && text[from - 1] != ' ')
        from--;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strncmp(words[i], text + from, cursor - from))
            prompt_add_completion(prompt, from, (weir_safe){words[i]}, WEIR_SAFE("a field"));
}

static int checks;
static const struct prompt_ops ops = {check, complete, &checks};

static prompt_result press(struct prompt *prompt, const char *script)
{
    char copy[512], *rest = NULL;
    prompt_result result = PROMPT_UNHANDLED;
    snprintf(copy, sizeof copy, "%s", script);
    for (char *name = strtok_r(copy, " ", &rest); name; name = strtok_r(NULL, " ", &rest)) {
        key k;
        assert_true(key_parse(name, &k));
        result = prompt_key(prompt, k);
    }
    return result;
}

static void keys_edit_the_text(void **state)
{
    static const struct {
        const char *begin, *keys, *text;
        size_t cursor;
    } rows[] = {
        {"", "a b Space c", "ab c", 4},
        {"abc", "Left x", "abxc", 3},
        {"abc", "Home x Right y", "xaybc", 3},
        {"abc", "^A x ^E y", "xabcy", 5},
        {"abc", "Backspace", "ab", 2},
        {"abc", "Home Delete", "bc", 0},
        {"abc", "Home Backspace", "abc", 0},
        {"abc", "Delete Right Right", "abc", 3},
        {"one two  ", "^W", "one ", 4},
        {"one two", "^W ^W ^W", "", 0},
        {"one two", "Left Left ^U", "wo", 0},
        {"one two", "Left Left ^K", "one t", 5},
        {"日本", "Left x", "日x本", 4},
        {"日本", "Backspace", "日", 3},
        {"e\xcc\x81x", "Left Left", "e\xcc\x81x", 0},
        {"e\xcc\x81x", "Left Backspace", "x", 0},
        {"a\tb\n", "", "a^Ib^J", 6},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct prompt *prompt = prompt_new(&ops);
        prompt_set(prompt, rows[i].begin);
        press(prompt, rows[i].keys);
        assert_string_equal(prompt_text(prompt), rows[i].text);
        assert_int_equal(prompt_cursor(prompt), rows[i].cursor);
        prompt_free(prompt);
    }
}

static void results_say_what_happened(void **state)
{
    struct prompt *prompt = prompt_new(&ops);
    (void)state;
    assert_int_equal(press(prompt, "a"), PROMPT_CHANGED);
    assert_int_equal(press(prompt, "Left"), PROMPT_GOES_ON);
    assert_int_equal(press(prompt, "Left"), PROMPT_GOES_ON);
    assert_int_equal(press(prompt, "F1"), PROMPT_UNHANDLED);
    assert_int_equal(press(prompt, "^C"), PROMPT_UNHANDLED);
    assert_int_equal(prompt_key(prompt, K_HANGUP), PROMPT_UNHANDLED);
    assert_int_equal(press(prompt, "Enter"), PROMPT_DONE);
    assert_int_equal(press(prompt, "Esc"), PROMPT_CANCELLED);
    assert_string_equal(prompt_text(prompt), "a");
    prompt_free(prompt);
}

static void undo_takes_words_and_redo_brings_them_back(void **state)
{
    struct prompt *prompt = prompt_new(&ops);
    (void)state;
    press(prompt, "o n e Space t w o Space s i x");
    press(prompt, "^Z");
    assert_string_equal(prompt_text(prompt), "one two ");
    press(prompt, "^_");
    assert_string_equal(prompt_text(prompt), "one ");
    press(prompt, "^R");
    assert_string_equal(prompt_text(prompt), "one two ");
    press(prompt, "^Y");
    assert_string_equal(prompt_text(prompt), "one two six");
    assert_int_equal(press(prompt, "^Y"), PROMPT_GOES_ON);
    press(prompt, "Backspace Backspace Backspace");
    press(prompt, "^Z");
    assert_string_equal(prompt_text(prompt), "one two six");
    press(prompt, "^W x");
    assert_int_equal(press(prompt, "^R"), PROMPT_GOES_ON);
    press(prompt, "^Z ^Z ^Z ^Z ^Z ^Z ^Z");
    assert_string_equal(prompt_text(prompt), "");
    prompt_set(prompt, "new");
    assert_int_equal(press(prompt, "^Z"), PROMPT_GOES_ON);
    assert_string_equal(prompt_text(prompt), "new");
    prompt_free(prompt);
}

static void undo_has_a_cap_and_stays_whole(void **state)
{
    struct prompt *prompt = prompt_new(&ops);
    (void)state;
    for (int i = 0; i < 3 * PROMPT_UNDO; i++)
        press(prompt, "a Space");
    for (int i = 0; i < 4 * PROMPT_UNDO; i++)
        press(prompt, "^Z");
    assert_int_equal(strlen(prompt_text(prompt)), 2 * (3 * PROMPT_UNDO - PROMPT_UNDO));
    for (int i = 0; i < 4 * PROMPT_UNDO; i++)
        press(prompt, "^R");
    assert_int_equal(strlen(prompt_text(prompt)), 6 * PROMPT_UNDO);
    prompt_free(prompt);
}

static void history_is_walked_and_the_draft_kept(void **state)
{
    struct prompt *prompt = prompt_new(&ops);
    (void)state;
    prompt_history_add(prompt, "one");
    prompt_history_add(prompt, "two");
    prompt_history_add(prompt, "three");
    prompt_history_add(prompt, "one");
    prompt_history_add(prompt, "");
    press(prompt, "d r");
    assert_int_equal(press(prompt, "Up"), PROMPT_CHANGED);
    assert_string_equal(prompt_text(prompt), "one");
    press(prompt, "Up");
    assert_string_equal(prompt_text(prompt), "three");
    press(prompt, "Up");
    assert_string_equal(prompt_text(prompt), "two");
    assert_int_equal(press(prompt, "Up"), PROMPT_GOES_ON);
    press(prompt, "Down Down Down");
    assert_string_equal(prompt_text(prompt), "dr");
    assert_int_equal(press(prompt, "Down"), PROMPT_GOES_ON);
    press(prompt, "^Z");
    assert_string_equal(prompt_text(prompt), "one");
    for (int i = 0; i < 3 * PROMPT_HISTORY; i++) {
        char text[16];
        snprintf(text, sizeof text, "h%d", i);
        prompt_history_add(prompt, text);
    }
    for (int i = 0; i < PROMPT_HISTORY; i++)
        assert_int_equal(press(prompt, "Up"), PROMPT_CHANGED);
    assert_int_equal(press(prompt, "Up"), PROMPT_GOES_ON);
    assert_string_equal(prompt_text(prompt), "h200");
    prompt_free(prompt);
}

static void tab_completes(void **state)
{
    struct prompt *prompt = prompt_new(&ops);
    (void)state;
    press(prompt, "a c t");
    assert_int_equal(press(prompt, "Tab"), PROMPT_CHANGED);
    assert_string_equal(prompt_text(prompt), "action");
    press(prompt, "Space s Tab");
    assert_string_equal(prompt_text(prompt), "action src");
    assert_int_equal(press(prompt, "Tab Tab"), PROMPT_GOES_ON);
    assert_int_equal(press(prompt, "Enter"), PROMPT_CHANGED);
    assert_string_equal(prompt_text(prompt), "action srcport");
    press(prompt, "^Z");
    assert_string_equal(prompt_text(prompt), "action src");
    press(prompt, "Tab S-Tab Enter");
    assert_string_equal(prompt_text(prompt), "action srcport");
    assert_int_equal(press(prompt, "Enter"), PROMPT_DONE);

    prompt_set(prompt, "");
    assert_int_equal(press(prompt, "Tab"), PROMPT_GOES_ON);
    assert_int_equal(press(prompt, "Esc"), PROMPT_GOES_ON);
    assert_int_equal(press(prompt, "Esc"), PROMPT_CANCELLED);
    press(prompt, "Tab d Down Down Enter");
    assert_string_equal(prompt_text(prompt), "dstport");
    prompt_set(prompt, "zzz");
    assert_int_equal(press(prompt, "Tab"), PROMPT_GOES_ON);
    assert_int_equal(press(prompt, "Enter"), PROMPT_DONE);
    prompt_free(prompt);
}

static void a_paste_is_text_and_checked_once(void **state)
{
    struct prompt *prompt = prompt_new(&ops);
    (void)state;
    prompt_key(prompt, K_PASTE_BEGIN);
    checks = 0;
    static const key keys[] = {'a', K_ENTER, 'b', K_TAB, 'q', 0x202e, 0x9b, 0xfeff, K_UP, 0x65e5, '!'};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        assert_int_equal(prompt_key(prompt, keys[i]), PROMPT_GOES_ON);
    assert_int_equal(checks, 0);
    assert_int_equal(prompt_key(prompt, K_PASTE_END), PROMPT_CHANGED);
    assert_int_equal(checks, 1);
    assert_string_equal(prompt_text(prompt), "a b q日!");
    assert_false(prompt_is_valid(prompt));
    press(prompt, "^Z");
    assert_string_equal(prompt_text(prompt), "");

    prompt_key(prompt, K_PASTE_BEGIN);
    for (int i = 0; i < 100000; i++)
        prompt_key(prompt, i % 2 ? 'x' : 0xe9);
    prompt_key(prompt, K_PASTE_END);
    assert_in_range(strlen(prompt_text(prompt)), PROMPT_MAX_BYTES - 3, PROMPT_MAX_BYTES);
    prompt_free(prompt);
}

static void text_is_always_safe(void **state)
{
    struct prompt *prompt = prompt_new(&ops);
    unsigned seed = 3;
    (void)state;
    static const key odd[] = {0x301,    0x302,       0x200d,      0x202e, 0xad,  0xe000, 0x110000, 0xd800,
                              0x9b,     0x7f,        0x65e5,      'a',    ' ',   K_LEFT, K_RIGHT,  K_BACKSPACE,
                              K_DELETE, K_CTRL('z'), K_CTRL('r'), K_UP,   K_TAB, K_ENTER};
    for (int i = 0; i < 20000; i++) {
        char safe[PROMPT_MAX_BYTES + 64];
        seed = seed * 1664525u + 1013904223u;
        prompt_key(prompt, odd[(seed >> 8) % (sizeof odd / sizeof *odd)]);
        const char *text = prompt_text(prompt);
        assert_string_equal(weir_sanitize(text, strlen(text), safe, sizeof safe).text, text);
        assert_true(prompt_cursor(prompt) <= strlen(text));
        assert_true(((unsigned char)text[prompt_cursor(prompt)] & 0xc0) != 0x80);
    }
    prompt_free(prompt);
}

static void faults_are_told_and_shown(void **state)
{
    struct prompt *prompt = prompt_new(&ops);
    struct canvas canvas;
    (void)state;
    assert_true(canvas_init(&canvas, 12, 1));
    prompt_set(prompt, "ab !cd ef");
    assert_false(prompt_is_valid(prompt));
    assert_string_equal(prompt_why(prompt).text, "no^[ '!' here");
    prompt_paint(prompt, &canvas, (struct rect){0, 0, 12, 1}, (struct rect){0});
    for (int x = 0; x < 9; x++)
        assert_int_equal(canvas.cells[x].role == ROLE_FILTER_INVALID, x >= 3 && x < 6);
    assert_int_equal(canvas.cursor_x, 9);
    prompt_set(prompt, "ab");
    assert_true(prompt_is_valid(prompt));
    assert_string_equal(prompt_why(prompt).text, "");
    canvas_clear(&canvas);
    prompt_paint(prompt, &canvas, (struct rect){0, 0, 12, 1}, (struct rect){0});
    assert_int_equal(canvas.cells[0].role, ROLE_FILTER_VALID);
    canvas_done(&canvas);
    prompt_free(prompt);
}

static const char *screen(const struct canvas *canvas)
{
    static char text[4096];
    size_t n = 0;
    for (int i = 0; i < canvas->w * canvas->h; i++) {
        if (i && i % canvas->w == 0)
            text[n++] = '\n';
        n += (size_t)snprintf(text + n, sizeof text - n, "%s", canvas->cells[i].text);
    }
    return text;
}

static void the_line_scrolls_with_the_cursor(void **state)
{
    struct prompt *prompt = prompt_new(&ops);
    struct canvas canvas;
    (void)state;
    assert_true(canvas_init(&canvas, 8, 1));
    prompt_set(prompt, "0123456789abcdef");
    struct rect line = {0, 0, 8, 1};
    prompt_paint(prompt, &canvas, line, (struct rect){0});
    assert_string_equal(screen(&canvas), "…abcdef ");
    assert_int_equal(canvas.cursor_x, 7);
    press(prompt, "Home");
    prompt_paint(prompt, &canvas, line, (struct rect){0});
    assert_string_equal(screen(&canvas), "0123456…");
    assert_int_equal(canvas.cursor_x, 0);
    for (int w = 0; w < 20; w++) {
        canvas_resize(&canvas, w, 1);
        for (int i = 0; i < 20; i++) {
            press(prompt, i % 7 ? "Right" : "Home");
            prompt_paint(prompt, &canvas, (struct rect){0, 0, w, 1}, (struct rect){0});
            assert_true(w == 0 || (canvas.cursor_x >= 0 && canvas.cursor_x < w));
        }
    }
    canvas_done(&canvas);
    prompt_free(prompt);
}

static void the_list_opens_beside_the_line(void **state)
{
    struct prompt *prompt = prompt_new(&ops);
    struct canvas canvas;
    (void)state;
    assert_true(canvas_init(&canvas, 24, 5));
    prompt_set(prompt, "x d");
    press(prompt, "Tab Tab Tab");
    prompt_paint(prompt, &canvas, (struct rect){0, 0, 24, 1}, (struct rect){0, 1, 24, 4});
    assert_string_equal(screen(&canvas), "x dst                   \n"
                                         " ┌────────────────┐     \n"
                                         " │dstaddr  a field│     \n"
                                         " │dstport  a field│     \n"
                                         " └────────────────┘     ");
    assert_int_equal(canvas.cells[24 * 3 + 2].role, ROLE_ROW_CURSOR);
    assert_int_equal(canvas.cells[24 * 2 + 2].role, ROLE_TEXT);
    assert_int_equal(canvas.cells[24 * 2 + 15].role, ROLE_DIM);
    canvas_clear(&canvas);
    prompt_paint(prompt, &canvas, (struct rect){0, 4, 24, 1}, (struct rect){0, 0, 24, 4});
    assert_non_null(strstr(screen(&canvas), "└────────────────┘     \nx dst"));
    for (int w = 0; w < 24; w++) {
        for (int h = 0; h < 5; h++) {
            canvas_resize(&canvas, w, h);
            prompt_paint(prompt, &canvas, (struct rect){0, 0, w, 1}, (struct rect){0, 1, w, h - 1});
        }
    }
    canvas_done(&canvas);
    prompt_free(prompt);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_edit_the_text),
        cmocka_unit_test(results_say_what_happened),
        cmocka_unit_test(undo_takes_words_and_redo_brings_them_back),
        cmocka_unit_test(undo_has_a_cap_and_stays_whole),
        cmocka_unit_test(history_is_walked_and_the_draft_kept),
        cmocka_unit_test(tab_completes),
        cmocka_unit_test(a_paste_is_text_and_checked_once),
        cmocka_unit_test(text_is_always_safe),
        cmocka_unit_test(faults_are_told_and_shown),
        cmocka_unit_test(the_line_scrolls_with_the_cursor),
        cmocka_unit_test(the_list_opens_beside_the_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
