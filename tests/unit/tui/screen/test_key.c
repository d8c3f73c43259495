/* test_key.c - names of keys, and bytes to keys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "screen/key.h"
#include "screen/key_reader.h"

static void names_are_read_back(void **state)
{
    static const char *const names[] = {"a",    "A",    "Space",  "Enter", "Tab", "S-Tab", "Esc",  "Up",
                                        "Down", "Left", "Right",  "Home",  "End", "PgUp",  "PgDn", "Backspace",
                                        "F1",   "F12",  "^D",     "^A",    "^_",  "/",     "^",    "é",
                                        "日",   "?",    "Delete", "^Z",    "<",   "^L",    "[",    "]"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        key k = K_NONE;
        char name[32];
        assert_true(key_parse(names[i], &k));
        assert_string_equal(key_name(k, name, sizeof name), names[i]);
    }
    key k;
    static const char *const wrong[] = {"", "ab", "F13", "^", "^1a", "\x80", "日本", " ", "\t"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_true(!key_parse(wrong[i], &k) || !strcmp(wrong[i], "^"));
    char small[3];
    assert_string_equal(key_name(K_ENTER, small, sizeof small), "En");
    assert_true(key_parse("^J", &k) && k == K_ENTER);
    assert_true(key_parse("^D", &k) && k == K_CTRL('d') && k == 4);
}

/* Feeds bytes through a pipe and writes the keys' names, with blanks between, into out. */
static void read_keys(const char *bytes, size_t len, size_t piece, bool is_mouse, char *out, size_t size)
{
    int ends[2];
    struct key_reader reader;
    assert_int_equal(pipe(ends), 0);
    key_reader_init(&reader, ends[0]);
    reader.is_mouse = is_mouse;
    out[0] = '\0';
    for (size_t at = 0; at < len; at += piece) {
        size_t n = len - at < piece ? len - at : piece;
        assert_int_equal(write(ends[1], bytes + at, n), n);
    }
    for (key k = key_reader_next(&reader); k != K_NONE; k = key_reader_next(&reader)) {
        char name[32];
        size_t used = strlen(out);
        snprintf(out + used, size - used, "%s%s", used ? " " : "", key_name(k, name, sizeof name));
    }
    close(ends[1]);
    assert_int_equal(key_reader_next(&reader), K_HANGUP);
    assert_int_equal(key_reader_next(&reader), K_HANGUP);
    close(ends[0]);
}

static void sequences_become_keys(void **state)
{
    static const struct {
        const char *bytes, *keys;
    } rows[] = {
        {"abc", "a b c"},
        {"\r\n", "Enter Enter"},
        {"\t\033[Z", "Tab S-Tab"},
        {"\033[A\033[B\033[C\033[D", "Up Down Right Left"},
        {"\033OA\033OB\033OC\033OD", "Up Down Right Left"},
        {"\033[H\033[F\033OH\033OF\033[1~\033[4~\033[7~\033[8~", "Home End Home End Home End Home End"},
        {"\033[5~\033[6~\033[3~", "PgUp PgDn Delete"},
        {"\033OP\033OQ\033OR\033OS\033[15~\033[17~", "F1 F2 F3 F4 F5 F6"},
        {"\033[18~\033[19~\033[20~\033[21~\033[23~\033[24~", "F7 F8 F9 F10 F11 F12"},
        {"\033[[A\033[[E\033[11~", "F1 F5 F1"},
        {"\177\b", "Backspace Backspace"},
        {"\004\032\003", "^D ^Z ^C"},
        {"\033[1;5C\033[1;2A\033[3;5~", "Right Up Delete"},
        {"é日😀", "é 日 😀"},
        {"\xff\xfe"
         "a\xe6\x97"
         "b\xc0\xaf",
         "a b"},
        {"\xc2\x9b"
         "31m",
         "3 1 m"},
        {"\033", "Esc"},
        {"\033\033", "Esc Esc"},
        {"\033q", "Esc q"},
        {"\033\033[A", "Esc Up"},
        {"\033[999;999Hx", "Home x"},
        {"\033[?62;1;2cx\033[>0;276;0cy\033[24;80Rz", "x y z"},
        {"\033]11;rgb:0000/0000/0000\033\\x\033]0;a\ay", "x y"},
        {"\033P1$r0m\033\\x", "x"},
        {"\033[M !!x\033[<0;10;10Mx\033[<64;1;1My", "x x y"},
        {"\033[200~a\tb\nc\033[31md\033[201~e", "PasteBegin a Tab b Enter c [ 3 1 m d PasteEnd e"},
        {"\033[200~q\033", "PasteBegin q PasteEnd Esc"},
        {"\033[200~q\033[20", "PasteBegin q PasteEnd"},
        {"\033[", "Esc ["},
        {"\033O", "Esc O"},
        {"\033[12345678901234567890~x", "x"},
        {"\033[1\001x", "^A x"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char keys[512];
        read_keys(rows[i].bytes, strlen(rows[i].bytes), 4096, false, keys, sizeof keys);
        assert_string_equal(keys, rows[i].keys);
        read_keys(rows[i].bytes, strlen(rows[i].bytes), 1, false, keys, sizeof keys);
        assert_string_equal(keys, rows[i].keys);
    }
}

static void the_wheel_moves_when_the_mouse_is_on(void **state)
{
    const char *bytes = "\033[<64;5;5M\033[<65;5;5M\033[<0;5;5M\033[<0;5;5m";
    char keys[128];
    (void)state;
    read_keys(bytes, strlen(bytes), 4096, true, keys, sizeof keys);
    assert_string_equal(keys, "Up Up Up Down Down Down");
    read_keys(bytes, strlen(bytes), 4096, false, keys, sizeof keys);
    assert_string_equal(keys, "");
}

static void an_unfinished_sequence_waits_briefly(void **state)
{
    struct timespec began, ended;
    char keys[64];
    (void)state;
    clock_gettime(CLOCK_MONOTONIC, &began);
    read_keys("\033", 1, 1, false, keys, sizeof keys);
    clock_gettime(CLOCK_MONOTONIC, &ended);
    double ms = (double)(ended.tv_sec - began.tv_sec) * 1e3 + (double)(ended.tv_nsec - began.tv_nsec) / 1e6;
    assert_true(ms >= KEY_ESCAPE_MS - 1);
    assert_true(ms < 2000); /* a busy machine; forever is what must not be */
}

/* Whatever arrives, the decoder moves on and gives only keys that exist. */
static void rubbish_never_stalls_the_decoder(void **state)
{
    static const char bits[] = "\033[]OPM<;~0129aAZm\a\\\x9b\xc3\xa9\xe6\xff?\r\t \x18";
    unsigned seed = 7;
    (void)state;
    for (int round = 0; round < 20000; round++) {
        struct key_reader reader;
        unsigned char bytes[48];
        key_reader_init(&reader, -1);
        size_t len = 1 + (size_t)round % sizeof bytes;
        for (size_t i = 0; i < len; i++) {
            seed = seed * 1664525u + 1013904223u;
            bytes[i] = (unsigned char)bits[(seed >> 8) % (sizeof bits - 1)];
        }
        for (size_t at = 0; at < len;) {
            key k;
            size_t taken = key_decode(&reader, bytes + at, len - at, true, &k);
            assert_true(taken >= 1 && taken <= len - at);
            assert_true(k <= K_HANGUP);
            reader.next_count = 0;
            at += taken;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_read_back),
        cmocka_unit_test(sequences_become_keys),
        cmocka_unit_test(the_wheel_moves_when_the_mouse_is_on),
        cmocka_unit_test(an_unfinished_sequence_waits_briefly),
        cmocka_unit_test(rubbish_never_stalls_the_decoder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
