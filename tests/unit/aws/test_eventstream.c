/* Event streams: pieces of any size give the same messages, whatever is damaged is refused, and a cleared stream reads
 * on. tests/cases/eventstream/livetail.bin is a Live Tail session of four messages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/limits.h"
#include "casefile.h"
#include "frames.h"

static struct eventstream *stream;
static uint8_t *session;
static size_t session_len;
static struct frame_digest whole;

static weir_status feed(const void *bytes, size_t len, struct frame_digest *digest)
{
    weir_error err = {0};
    weir_status status = eventstream_feed(stream, bytes, len, frame_visit, digest, &err);
    assert_int_equal(status != WEIR_OK, *err.text != '\0');
    return status;
}

static int set_up(void **state)
{
    (void)state;
    stream = eventstream_new(LIVE_MESSAGE_MAX_BYTES);
    session = (uint8_t *)case_read(WEIR_CASES "/eventstream/livetail.bin", &session_len);
    return stream && feed(session, session_len, &whole) == WEIR_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    eventstream_free(stream);
    free(session);
    return 0;
}

/* ---- what it says ---- */

static weir_status check_fixture(const struct eventstream_message *message, void *user)
{
    static const char *const rows[][3] = {
        {"event", "initial-response", "{}"},
        {"event", "sessionStart", "{\"requestId\""},
        {"event", "sessionUpdate", "{\"sessionMetadata\": {\"sampled\": false}"},
        {"exception", "SessionTimeoutException", "{\"message\":\"Session timed out\"}"}};
    size_t *k = user;
    assert_true(*k < 4);
    assert_true(slice_is(message->message_type, slice_of(rows[*k][0])));
    assert_true(slice_is(message->event_type, slice_of(rows[*k][1])));
    assert_true(slice_is(message->content_type, SLICE("application/x-amz-json-1.1")));
    assert_true(slice_is(message->error_message, SLICE("")));
    assert_true(slice_starts(message->payload, slice_of(rows[*k][2])));
    (*k)++;
    return WEIR_OK;
}

static void the_fixture_is_read(void **state)
{
    (void)state;
    size_t k = 0;
    weir_error err = {0};
    eventstream_clear(stream);
    assert_int_equal(eventstream_feed(stream, session, session_len, check_fixture, &k, &err), WEIR_OK);
    assert_int_equal(k, 4);
    assert_int_equal(eventstream_feed(stream, NULL, 0, check_fixture, &k, &err), WEIR_OK);
}

static weir_status check_error(const struct eventstream_message *message, void *user)
{
    assert_true(slice_is(message->message_type, SLICE("error")));
    assert_true(slice_is(message->event_type, SLICE("InternalFailure")));
    assert_true(slice_is(message->error_message, SLICE("went wrong")));
    assert_int_equal(message->payload.len, 0);
    ++*(size_t *)user;
    return WEIR_OK;
}

static void all_types_of_headers_are_passed_over(void **state)
{
    (void)state;
    static struct frame headers, out;
    static const size_t bytes[] = {0, 0, 1, 2, 4, 8, 0, 0, 8, 16};
    const uint8_t value[16] = {0};
    size_t n = 0;
    weir_error err = {0};
    headers.len = out.len = 0;
    for (int type = 0; type <= 9; type++)
        if (type != 6 && type != 7)
            frame_header(&headers, "a", type, value, bytes[type]);
    frame_header(&headers, "bytes", 6, "\0\3xyz", 5);
    frame_header(&headers, "empty", 7, "\0\0", 2);
    frame_header(&headers, ":event-type", 0, NULL, 0);
    frame_text(&headers, ":message-type", "error");
    frame_text(&headers, ":error-code", "InternalFailure");
    frame_text(&headers, ":error-message", "went wrong");
    frame_message(&out, &headers, "", 0);
    eventstream_clear(stream);
    assert_int_equal(eventstream_feed(stream, out.at, out.len, check_error, &n, &err), WEIR_OK);
    assert_int_equal(n, 1);
}

/* ---- pieces ---- */

static void check_split(const uint8_t *bytes, size_t len, size_t a, size_t b, struct frame_digest expected)
{
    struct frame_digest digest = {0};
    eventstream_clear(stream);
    assert_int_equal(feed(bytes, a, &digest), WEIR_OK);
    assert_int_equal(feed(bytes + a, b - a, &digest), WEIR_OK);
    assert_int_equal(feed(bytes + b, len - b, &digest), WEIR_OK);
    assert_int_equal(digest.messages, expected.messages);
    assert_int_equal(digest.crc, expected.crc);
}

static void every_split_gives_the_same(void **state)
{
    (void)state;
    for (size_t a = 0; a <= session_len; a++)
        check_split(session, session_len, a, session_len, whole);
}

static void every_pair_of_splits_gives_the_same(void **state)
{
    (void)state;
    for (size_t a = 0; a <= session_len; a++)
        for (size_t b = a; b <= session_len; b++)
            check_split(session, session_len, a, b, whole);
}

static void pieces_of_every_size_give_the_same(void **state)
{
    (void)state;
    for (size_t size = 1; size <= session_len; size++) {
        struct frame_digest digest = {0};
        eventstream_clear(stream);
        for (size_t at = 0; at < session_len; at += size) {
            /* An exact copy, so that a read beyond the piece is seen. */
            size_t len = session_len - at < size ? session_len - at : size;
            uint8_t *piece = malloc(len);
            assert_non_null(piece);
            memcpy(piece, session + at, len);
            assert_int_equal(feed(piece, len, &digest), WEIR_OK);
            free(piece);
        }
        assert_int_equal(digest.messages, whole.messages);
        assert_int_equal(digest.crc, whole.crc);
    }
}

static void a_cut_stream_gives_its_whole_messages(void **state)
{
    (void)state;
    for (size_t cut = 0; cut < session_len; cut++) {
        struct frame_digest digest = {0};
        eventstream_clear(stream);
        assert_int_equal(feed(session, cut, &digest), WEIR_OK);
        assert_true(digest.messages < whole.messages);
    }
}

static void a_large_message_comes_in_linear_time(void **state)
{
    (void)state;
    static struct frame headers, out;
    static uint8_t payload[128 * 1024];
    struct frame_digest digest = {0}, expected = {0};
    headers.len = out.len = 0;
    frame_text(&headers, ":message-type", "event");
    frame_message(&out, &headers, payload, sizeof payload);
    eventstream_clear(stream);
    assert_int_equal(feed(out.at, out.len, &expected), WEIR_OK);
    for (size_t at = 0; at < out.len; at++)
        assert_int_equal(feed(out.at + at, 1, &digest), WEIR_OK);
    assert_int_equal(digest.messages, 1);
    assert_int_equal(digest.crc, expected.crc);
}

/* ---- damage ---- */

/* Refused, refused from then on, and read again after a clear. */
static void check_refused(const uint8_t *bytes, size_t len, weir_status expected)
{
    for (size_t size = len; size; size = size == len ? 7 : 0) {
        struct frame_digest digest = {0}, again = {0};
        weir_status status = WEIR_OK;
        eventstream_clear(stream);
        for (size_t at = 0; at < len && status == WEIR_OK; at += size)
            status = feed(bytes + at, len - at < size ? len - at : size, &digest);
        assert_int_equal(status, expected);
        assert_int_equal(digest.messages, 0);
        assert_int_equal(feed(session, session_len, &digest), expected);
        assert_int_equal(digest.messages, 0);
        eventstream_clear(stream);
        assert_int_equal(feed(session, session_len, &again), WEIR_OK);
        assert_int_equal(again.crc, whole.crc);
    }
}

static void every_changed_byte_is_seen(void **state)
{
    (void)state;
    static const uint8_t changes[] = {0x01, 0x80, 0xff, 0x20};
    for (size_t at = 0; at < session_len; at++)
        for (size_t k = 0; k < sizeof changes; k++) {
            struct frame_digest digest = {0};
            session[at] ^= changes[k];
            eventstream_clear(stream);
            assert_int_equal(feed(session, session_len, &digest), WEIR_E_DATA);
            assert_true(digest.messages < whole.messages);
            session[at] ^= changes[k];
        }
}

static void lengths_that_lie_are_refused(void **state)
{
    (void)state;
    static const struct {
        uint32_t total, headers;
        weir_status status;
    } rows[] = {
        {0, 0, WEIR_E_DATA},
        {15, 0, WEIR_E_DATA},
        {16, 1, WEIR_E_DATA},
        {17, UINT32_MAX, WEIR_E_DATA},
        {100, 85, WEIR_E_DATA},
        {12, UINT32_MAX - 3, WEIR_E_DATA},
        {UINT32_MAX, UINT32_MAX, WEIR_E_DATA},
        {1024 * 1024, 128 * 1024 + 1, WEIR_E_DATA},
        {LIVE_MESSAGE_MAX_BYTES + 1, 0, WEIR_E_LIMIT},
        {UINT32_MAX, 0, WEIR_E_LIMIT},
    };
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        uint8_t bytes[64] = {0};
        frame_u32(bytes, rows[k].total);
        frame_u32(bytes + 4, rows[k].headers);
        frame_repair(bytes, sizeof bytes);
        check_refused(bytes, sizeof bytes, rows[k].status);
    }
}

static void headers_that_lie_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t len;
    } rows[] = {
        {"\0", 1},                                          /* no name */
        {"\1", 1},                                          /* name beyond the headers */
        {"\3ab", 3},                                        /* the same */
        {"\1a", 2},                                         /* no type */
        {"\1a\x0a", 3},                                     /* a type that is none */
        {"\1a\xff", 3},                                     /* the same */
        {"\1a\2", 3},                                       /* no value */
        {"\1a\3\0", 4},                                     /* half a value */
        {"\1a\5\0\0\0\0", 7},                               /* the same */
        {"\1a\7", 3},                                       /* no length */
        {"\1a\7\0", 4},                                     /* half a length */
        {"\1a\7\0\2x", 6},                                  /* less than its length */
        {"\1a\6\xff\xff", 5},                               /* the same */
        {"\1a\x09zzz", 6},                                  /* half a UUID */
        {"\1a\0\1b\0\0", 7},                                /* two good ones, then no name */
        {"\13:event-type\7\0\1x\13:event-type\7\0\1y", 32}, /* twice */
    };
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        static struct frame headers, out;
        headers.len = out.len = 0;
        frame_put(&headers, rows[k].bytes, rows[k].len);
        frame_message(&out, &headers, "payload", 7);
        check_refused(out.at, out.len, WEIR_E_DATA);
    }
}

static weir_status refuse(const struct eventstream_message *message, void *user)
{
    (void)message;
    ++*(size_t *)user;
    return WEIR_E_NOMEM;
}

static void a_visitor_ends_it(void **state)
{
    (void)state;
    size_t n = 0;
    weir_error err = {0};
    struct frame_digest digest = {0};
    eventstream_clear(stream);
    assert_int_equal(eventstream_feed(stream, session, session_len, refuse, &n, &err), WEIR_E_NOMEM);
    assert_int_equal(n, 1);
    assert_int_equal(feed(session, session_len, &digest), WEIR_E_NOMEM);
    eventstream_clear(stream);
    assert_int_equal(feed(session, session_len, &digest), WEIR_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_fixture_is_read),
        cmocka_unit_test(all_types_of_headers_are_passed_over),
        cmocka_unit_test(every_split_gives_the_same),
        cmocka_unit_test(every_pair_of_splits_gives_the_same),
        cmocka_unit_test(pieces_of_every_size_give_the_same),
        cmocka_unit_test(a_cut_stream_gives_its_whole_messages),
        cmocka_unit_test(a_large_message_comes_in_linear_time),
        cmocka_unit_test(every_changed_byte_is_seen),
        cmocka_unit_test(lengths_that_lie_are_refused),
        cmocka_unit_test(headers_that_lie_are_refused),
        cmocka_unit_test(a_visitor_ends_it),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
