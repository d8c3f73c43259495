/* The decoder's own promises beyond what the cases hold: stopping, resetting, caps, order, allocations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dump.h"

#define ROW    "2 123456789012 eni-01 10.0.0.1 10.0.0.2 40000 443 6 10 4000 1700000000 1700000060 ACCEPT OK\n"
#define HEADER "version srcaddr action\n"

struct sink {
    struct block *block;
    int blocks, most; /* most = blocks given before the sink says no */
    uint64_t rows, last_bad;
    char why[128];
    size_t bad_len;
};

static struct block *give(void *user)
{
    struct sink *sink = user;
    if (sink->block)
        sink->rows += sink->block->n;
    block_free(sink->block);
    sink->block = sink->blocks++ < sink->most ? block_new(4, 0) : NULL;
    return sink->block;
}

static void note(const struct bad_line *bad, void *user)
{
    struct sink *sink = user;
    sink->last_bad = bad->number;
    sink->bad_len = strlen(bad->line);
    memcpy(sink->why, bad->why, sizeof sink->why);
}

static struct format_set set;

static struct decoder *open_decoder(struct sink *sink)
{
    format_set_init(&set);
    return decoder_new(NULL, &set, (struct decode_sink){give, note, sink});
}

static void close_decoder(struct decoder *decoder, struct sink *sink)
{
    decoder_free(decoder);
    block_free(sink->block);
    format_set_done(&set);
}

static void feed_text(struct decoder *decoder, const char *text)
{
    assert_int_equal(decoder_feed(decoder, text, strlen(text), NULL), WEIR_OK);
}

static void a_sink_without_a_block_stops_the_decoder(void **state)
{
    (void)state;
    struct sink sink = {.most = 2};
    struct decoder *decoder = open_decoder(&sink);
    weir_error err = {0};
    char text[sizeof ROW * 12] = "";
    for (int k = 0; k < 12; k++)
        memcpy(text + k * (sizeof ROW - 1), ROW, sizeof ROW);
    assert_int_equal(decoder_feed(decoder, text, strlen(text), &err), WEIR_E_CANCELED);
    assert_int_equal(err.status, WEIR_E_CANCELED);
    assert_int_equal(sink.rows, 8);
    assert_int_equal(decoder_counts(decoder)->records, 8);
    assert_int_equal(decoder_counts(decoder)->lines, 8);
    close_decoder(decoder, &sink);
}

/* The sink may give the block away between two calls: the decoder must ask again. */
static void each_call_asks_for_a_block_anew(void **state)
{
    (void)state;
    struct sink sink = {.most = 100};
    struct decoder *decoder = open_decoder(&sink);
    feed_text(decoder, ROW ROW);
    assert_int_equal(sink.blocks, 1);
    feed_text(decoder, ROW);
    assert_int_equal(sink.blocks, 2);
    feed_text(decoder, "2 123");
    assert_int_equal(sink.blocks, 2);
    close_decoder(decoder, &sink);
}

static void a_reset_forgets_the_line_the_header_and_the_gzip_state(void **state)
{
    (void)state;
    struct sink sink = {.most = 100};
    struct decoder *decoder = open_decoder(&sink);
    feed_text(decoder, HEADER "2 10.0.0.1 REJECT\n2 10.0");
    decoder_reset(decoder);
    feed_text(decoder, ROW "2 10.0.0.1 REJECT\n");
    assert_int_equal(decoder_counts(decoder)->records, 2);
    assert_int_equal(decoder_counts(decoder)->malformed, 1);
    assert_int_equal(sink.last_bad, 2);
    decoder_reset(decoder);
    weir_error err = {0};
    assert_int_equal(decoder_feed(decoder, "\x1f\x8b\x08garbage that is no gzip", 27, &err), WEIR_E_DATA);
    assert_int_equal(decoder_feed(decoder, ROW, strlen(ROW), NULL), WEIR_E_DATA);
    assert_int_equal(decoder_end(decoder, NULL), WEIR_OK);
    decoder_reset(decoder);
    feed_text(decoder, "\xEF\xBB\xBF" ROW);
    assert_int_equal(decoder_counts(decoder)->records, 3);
    assert_int_equal(decoder_counts(decoder)->lines, 5);
    close_decoder(decoder, &sink);
}

/* A line of `n` bytes, fed in pieces of `piece`, and a record behind it. */
static void feed_long(struct decoder *decoder, char first, size_t n, size_t piece)
{
    char *text = malloc(n);
    memset(text, 'x', n);
    text[0] = first;
    for (size_t at = 0; at < n; at += piece)
        assert_int_equal(decoder_feed(decoder, text + at, n - at < piece ? n - at : piece, NULL), WEIR_OK);
    feed_text(decoder, "\n" ROW);
    free(text);
}

static void a_line_over_the_cap_is_skipped_and_the_next_is_read(void **state)
{
    (void)state;
    static const size_t pieces[] = {1000, 65536, 65537, 1 << 24};
    for (size_t k = 0; k < sizeof pieces / sizeof *pieces; k++) {
        struct sink sink = {.most = 100};
        struct decoder *decoder = open_decoder(&sink);
        feed_long(decoder, 'x', LINE_MAX_BYTES + 1, pieces[k]);
        assert_string_equal(sink.why, "line longer than 65536 bytes");
        assert_int_equal(sink.bad_len, BAD_LINE_BYTES - 1);
        feed_long(decoder, 'x', LINE_MAX_BYTES, pieces[k]);
        assert_non_null(strstr(sink.why, "column 1 (version)"));
        feed_long(decoder, 'x', 10u << 20, pieces[k]);
        assert_int_equal(decoder_counts(decoder)->malformed, 3);
        assert_int_equal(decoder_counts(decoder)->records, 3);
        close_decoder(decoder, &sink);
    }
}

/* An envelope beyond the cap: its first line is bad, what was swallowed behind it is read after all. */
static void an_envelope_over_the_cap_costs_its_first_line_only(void **state)
{
    (void)state;
    struct sink sink = {.most = 1000};
    struct decoder *decoder = open_decoder(&sink);
    size_t n = ENVELOPE_MAX_BYTES + 4096;
    char *text = malloc(n + 1);
    memset(text, '1', n);
    memcpy(text, "[\n", 2);
    for (size_t k = 1000; k < n; k += 1000)
        text[k] = '\n';
    text[n] = '\0';
    for (size_t at = 0; at < n; at += 100000)
        assert_int_equal(decoder_feed(decoder, text + at, n - at < 100000 ? n - at : 100000, NULL), WEIR_OK);
    feed_text(decoder, "\n" ROW);
    assert_int_equal(decoder_counts(decoder)->records, 1);
    assert_int_equal(decoder_counts(decoder)->malformed, 1 + (n - 2 + 999) / 1000);
    free(text);
    close_decoder(decoder, &sink);
}

/* JSON objects that follow one another without a newline, more of them than one envelope may hold. */
static void envelopes_without_newlines_need_no_more_memory_than_one(void **state)
{
    (void)state;
    static const char object[] =
        "{\"messageType\":\"DATA_MESSAGE\",\"logEvents\":[{\"message\":\"2 123456789012 eni-01 "
        "10.0.0.1 10.0.0.2 40000 443 6 10 4000 1700000000 1700000060 ACCEPT OK\"}]}";
    struct sink sink = {.most = 100000};
    struct decoder *decoder = open_decoder(&sink);
    unsigned n = ENVELOPE_MAX_BYTES / (sizeof object - 1) + 10;
    for (unsigned k = 0; k < n; k++)
        feed_text(decoder, object);
    assert_int_equal(decoder_counts(decoder)->records, n);
    assert_int_equal(decoder_counts(decoder)->lines, n);
    close_decoder(decoder, &sink);
}

static void layouts_beyond_the_cap_are_bad_lines(void **state)
{
    (void)state;
    struct sink sink = {.most = 100000};
    struct decoder *decoder = open_decoder(&sink);
    unsigned n = 0;
    for (int a = 0; a < 20; a++) {
        for (int b = 0; b < 20; b++) {
            char text[128];
            if (a == b)
                continue;
            snprintf(text, sizeof text, "%s %s\n", weir_field_get((weir_field)a)->name,
                     weir_field_get((weir_field)b)->name);
            feed_text(decoder, text);
            n++;
        }
    }
    assert_int_equal(decoder_counts(decoder)->headers, LAYOUTS_MAX);
    assert_int_equal(decoder_counts(decoder)->malformed, n - LAYOUTS_MAX);
    feed_text(decoder, "{\"vpc-id\":\"a\",\"region\":\"b\"}\n" ROW);
    assert_int_equal(decoder_counts(decoder)->malformed, n - LAYOUTS_MAX + 2);
    close_decoder(decoder, &sink);
}

static void random_cuts_change_nothing(void **state)
{
    (void)state;
    static const char text[] =
        ROW "\xEF\xBB\xBF\n" HEADER "2 10.0.0.1 REJECT\r\n" ROW "{\"message\":\"2 10.0.0.1 ACCEPT\"}\n"
            "[\n {\"message\": \"2 10.0.0.9 -\"}\n]\n{ \"x\ny\n2026-09-01T12:00:00 2 10.0.0.1 ACCEPT\n";
    struct dump whole = dump_text(NULL, text);
    uint64_t seed = 42;
    for (int round = 0; round < 500; round++) {
        size_t cuts[64], n = 0;
        for (size_t at = 0; n < 64; n++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            at += (seed >> 33) % 16;
            if (at >= sizeof text - 1)
                break;
            cuts[n] = at;
        }
        struct dump cut = dump_cut(NULL, text, sizeof text - 1, cuts, n);
        assert_string_equal(cut.text, whole.text);
        free(cut.text);
    }
    free(whole.text);
}

/* ---- allocations: counted where the sanitizer lets us listen ---- */

int __sanitizer_install_malloc_and_free_hooks(void (*)(const volatile void *, size_t), void (*)(const volatile void *))
    __attribute__((weak));

static uint64_t allocations;

static void count_malloc(const volatile void *pointer, size_t size)
{
    (void)pointer;
    (void)size;
    allocations++;
}

static void ignore_free(const volatile void *pointer)
{
    (void)pointer;
}

static struct block *keep(void *user)
{
    return user;
}

static void no_row_allocates_once_the_block_knows_its_texts(void **state)
{
    (void)state;
    if (!__sanitizer_install_malloc_and_free_hooks)
        skip();
    static char text[3000 * 128];
    size_t len = 0, warm = 0;
    for (unsigned k = 0; k < 3000; k++) {
        if (k == 300)
            warm = len;
        len += (size_t)snprintf(
            text + len, sizeof text - len,
            "2 123456789012 eni-%02u 10.0.%u.%u 192.0.2.%u %u 443 6 %u %u 1700000000 1700000060 %s OK\n", k % 40,
            k / 256, k % 256, k % 200, 1024 + k, k, (k * 7919) % 100000, k % 3 ? "ACCEPT" : "REJECT");
    }
    struct block *block = block_new(BATCH_ROWS, 0);
    format_set_init(&set);
    struct decoder *decoder = decoder_new(NULL, &set, (struct decode_sink){.block = keep, .user = block});
    assert_int_equal(decoder_feed(decoder, text, warm, NULL), WEIR_OK);
    __sanitizer_install_malloc_and_free_hooks(count_malloc, ignore_free);
    uint64_t before = allocations;
    assert_int_equal(decoder_feed(decoder, text + warm, len - warm, NULL), WEIR_OK);
    uint64_t made = allocations - before;
    assert_int_equal(block->n, 3000);
    assert_true(made <= 4); /* columns that get wider, and no more */
    decoder_free(decoder);
    block_free(block);
    format_set_done(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sink_without_a_block_stops_the_decoder),
        cmocka_unit_test(each_call_asks_for_a_block_anew),
        cmocka_unit_test(a_reset_forgets_the_line_the_header_and_the_gzip_state),
        cmocka_unit_test(a_line_over_the_cap_is_skipped_and_the_next_is_read),
        cmocka_unit_test(an_envelope_over_the_cap_costs_its_first_line_only),
        cmocka_unit_test(envelopes_without_newlines_need_no_more_memory_than_one),
        cmocka_unit_test(layouts_beyond_the_cap_are_bad_lines),
        cmocka_unit_test(random_cuts_change_nothing),
        cmocka_unit_test(no_row_allocates_once_the_block_knows_its_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
