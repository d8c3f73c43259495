/* gzip members: whole, many, padded, damaged, cut off, and bombs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/inflate.h"
#include "base/limits.h"

struct bytes {
    uint8_t *at;
    size_t len;
};

/* Appends a gzip member of n bytes of `text`, repeated. */
static void add_member(struct bytes *to, const char *text, size_t n)
{
    size_t unit = strlen(text);
    uint8_t *plain = malloc(n + 1);
    for (size_t k = 0; k < n; k++)
        plain[k] = (uint8_t)text[k % unit];
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, MAX_WBITS + 16, 9, Z_DEFAULT_STRATEGY), Z_OK);
    size_t room = deflateBound(&z, n);
    to->at = realloc(to->at, to->len + room);
    z.next_in = plain;
    z.avail_in = (uInt)n;
    z.next_out = to->at + to->len;
    z.avail_out = (uInt)room;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    to->len += z.total_out;
    deflateEnd(&z);
    free(plain);
}

static void add_raw(struct bytes *to, const void *raw, size_t n)
{
    to->at = realloc(to->at, to->len + n);
    memcpy(to->at + to->len, raw, n);
    to->len += n;
}

/* Runs everything in pieces; returns how it ended, *n is the output's length. */
static weir_status run(struct bytes in, size_t piece, char *out, size_t room, size_t *n, weir_error *err)
{
    struct inflate *inflate = inflate_new();
    weir_status status = WEIR_OK;
    *n = 0;
    for (size_t at = 0; at < in.len && status == WEIR_OK;) {
        size_t n_in = in.len - at < piece ? in.len - at : piece, n_out = room - *n;
        status = inflate_run(inflate, in.at + at, &n_in, out + *n, &n_out, err);
        at += n_in;
        *n += n_out;
    }
    if (status == WEIR_OK)
        status = inflate_end(inflate, err);
    inflate_free(inflate);
    return status;
}

static void members_follow_one_another_however_they_are_cut(void **state)
{
    (void)state;
    struct bytes in = {0};
    char out[4096];
    size_t n;
    add_member(&in, "first\n", 600);
    add_member(&in, "x", 0);
    add_member(&in, "second\n", 700);
    add_raw(&in, "\0\0\0\0", 4);
    for (size_t piece = 1; piece < 80; piece++) {
        assert_int_equal(run(in, piece, out, sizeof out, &n, NULL), WEIR_OK);
        assert_int_equal(n, 1300);
        assert_memory_equal(out, "first\nfirst\n", 12);
        assert_memory_equal(out + 600, "second\n", 7);
    }
    free(in.at);
}

/* All input can be used up while output still waits inside: the next call must give it. */
static void output_that_does_not_fit_comes_with_the_next_call(void **state)
{
    (void)state;
    struct bytes in = {0};
    char out[1300];
    size_t used = 0, made = 0;
    add_member(&in, "first\n", sizeof out);
    struct inflate *inflate = inflate_new();
    for (;;) {
        size_t n_in = in.len - 8 - used, n_out = sizeof out - made < 7 ? sizeof out - made : 7;
        assert_int_equal(inflate_run(inflate, in.at + used, &n_in, out + made, &n_out, NULL), WEIR_OK);
        used += n_in;
        made += n_out;
        if (n_in == 0 && n_out == 0)
            break;
    }
    assert_int_equal(used, in.len - 8); /* the check sum has not come yet */
    assert_int_equal(made, sizeof out);
    for (size_t k = 0; k < made; k++)
        assert_int_equal(out[k], "first\n"[k % 6]);
    inflate_free(inflate);
    free(in.at);
}

static void what_is_whole_comes_out_before_damage_is_reported(void **state)
{
    (void)state;
    struct bytes in = {0};
    char out[4096];
    size_t n;
    add_member(&in, "first\n", 600);
    size_t first = in.len;
    add_member(&in, "second\n", 700);

    weir_error err = {0};
    struct bytes cut = {in.at, in.len - 5};
    assert_int_equal(run(cut, 7, out, sizeof out, &n, &err), WEIR_E_DATA);
    assert_non_null(strstr(err.text, "cut off"));
    assert_true(n >= 600);

    err = (weir_error){0};
    in.at[in.len - 6] ^= 0x55; /* the check sum */
    assert_int_equal(run(in, 7, out, sizeof out, &n, &err), WEIR_E_DATA);
    assert_non_null(strstr(err.text, "damaged"));
    assert_int_equal(n, 1300);

    err = (weir_error){0};
    in.len = first;
    add_raw(&in, "rubbish", 7);
    assert_int_equal(run(in, 7, out, sizeof out, &n, &err), WEIR_E_DATA);
    assert_non_null(strstr(err.text, "trailing"));
    assert_int_equal(n, 600);
    free(in.at);
}

static void a_bomb_is_stopped_early_and_large_data_is_not(void **state)
{
    (void)state;
    struct bytes bomb = {0}, large = {0};
    size_t room = 64u << 20, n;
    char *out = malloc(room);
    add_member(&bomb, "0", 48u << 20);
    assert_int_equal(run(bomb, 4096, out, room, &n, NULL), WEIR_E_LIMIT);
    assert_true(n >= GUNZIP_FREE_BYTES && n < (48u << 20));
    add_member(&large, "0", 12u << 20);
    assert_int_equal(run(large, 4096, out, room, &n, NULL), WEIR_OK);
    assert_int_equal(n, 12u << 20);
    free(out);
    free(bomb.at);
    free(large.at);
}

static void gzip_is_known_by_its_magic(void **state)
{
    (void)state;
    assert_true(inflate_is_gzip("\x1f\x8b\x08", 3));
    assert_false(inflate_is_gzip("\x1f\x8b", 2));
    assert_false(inflate_is_gzip("2 1", 3));
    inflate_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_follow_one_another_however_they_are_cut),
        cmocka_unit_test(output_that_does_not_fit_comes_with_the_next_call),
        cmocka_unit_test(what_is_whole_comes_out_before_damage_is_reported),
        cmocka_unit_test(a_bomb_is_stopped_early_and_large_data_is_not),
        cmocka_unit_test(gzip_is_known_by_its_magic),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
