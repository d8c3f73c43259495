/* Following a file through everything that log rotation does to it. No sleeps: each step reads until the
 * source says that nothing more is there, or until what must come has come. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "reader.h"

static struct reader reader;

static void follow(const char *name, const char *content)
{
    scratch_put(name, content);
    const char *specs[] = {scratch_path(name)};
    const struct source_options options = {.specs = specs, .n_specs = 1, .follow = true};
    assert_int_equal(reader_open(&reader, &options, NULL), WEIR_OK);
    reader_settle(&reader);
    assert_true(reader.caught_up);
}

static void appended_lines_come(void **state)
{
    (void)state;
    follow("a", "one\n");
    reader_expect(&reader, "[one\n");
    scratch_append("a", "two\n");
    reader_settle(&reader);
    scratch_append("a", "three\n");
    reader_settle(&reader);
    assert_string_equal(reader.text, "[one\ntwo\nthree\n");
    reader_close(&reader);
}

static void an_unfinished_line_goes_on_where_it_stopped(void **state)
{
    (void)state;
    follow("a", "one\ntw");
    scratch_append("a", "o\nthree");
    reader_settle(&reader);
    assert_string_equal(reader.text, "[one\ntwo\nthree");
    reader_close(&reader);
}

static void a_renamed_file_is_drained_before_the_new_one(void **state)
{
    (void)state;
    follow("a", "one\n");
    assert_int_equal(rename(scratch_path("a"), scratch_path("a.1")), 0);
    scratch_append("a.1", "the writer still had it\n");
    scratch_put("a", "new\n");
    reader_expect(&reader, "[one\nthe writer still had it\n][new\n");
    assert_non_null(strstr(reader.notice, "rotated"));
    scratch_append("a", "newer\n");
    reader_expect(&reader, "[one\nthe writer still had it\n][new\nnewer\n");
    reader_close(&reader);
}

static void an_empty_new_file_begins_at_once(void **state)
{
    (void)state;
    follow("a", "one\n");
    assert_int_equal(rename(scratch_path("a"), scratch_path("a.1")), 0);
    scratch_put("a", "");
    reader_expect(&reader, "[one\n][");
    scratch_append("a", "new\n");
    reader_expect(&reader, "[one\n][new\n");
    reader_close(&reader);
}

static void two_rotations_one_after_the_other(void **state)
{
    (void)state;
    follow("a", "1\n");
    assert_int_equal(rename(scratch_path("a"), scratch_path("a.1")), 0);
    scratch_put("a", "2\n");
    reader_expect(&reader, "[1\n][2\n");
    assert_int_equal(rename(scratch_path("a"), scratch_path("a.2")), 0);
    scratch_put("a", "3\n");
    reader_expect(&reader, "[1\n][2\n][3\n");
    reader_close(&reader);
}

static void copytruncate_is_a_gap_and_begins_anew(void **state)
{
    (void)state;
    follow("a", "one\ntwo\n");
    assert_int_equal(truncate(scratch_path("a"), 0), 0);
    reader_expect(&reader, "[one\ntwo\n![");
    assert_non_null(strstr(reader.notice, "was truncated"));
    scratch_append("a", "new\n");
    reader_expect(&reader, "[one\ntwo\n![new\n");
    reader_close(&reader);
}

/* A writer without O_APPEND goes on at its old offset: what was cut off before it reads as zeros. */
static void copytruncate_under_a_writer_that_keeps_its_offset(void **state)
{
    (void)state;
    follow("a", "one\ntwo\n");
    int fd = open(scratch_path("a"), O_WRONLY);
    assert_true(fd >= 0);
    assert_int_equal(lseek(fd, 8, SEEK_SET), 8);
    assert_int_equal(ftruncate(fd, 0), 0);
    assert_int_equal(write(fd, "three\n", 6), 6);
    close(fd);
    reader_expect(&reader, "[one\ntwo\n![three\n");
    reader_close(&reader);
}

static void a_rewrite_longer_than_the_offset_is_seen(void **state)
{
    (void)state;
    follow("a", "one\ntwo\n");
    scratch_put("a", "something else that is longer than it was\n");
    reader_expect(&reader, "[one\ntwo\n![something else that is longer than it was\n");
    reader_close(&reader);
}

static void a_rewrite_of_the_same_length_is_seen(void **state)
{
    (void)state;
    follow("a", "one\ntwo\n");
    scratch_put("a", "eno\nowt\n");
    reader_expect(&reader, "[one\ntwo\n![eno\nowt\n");
    reader_close(&reader);
}

static void only_the_last_bytes_are_the_fingerprint(void **state)
{
    (void)state;
    char old[2000], new[2000];
    memset(old, 'a', sizeof old);
    memset(new, 'a', sizeof new);
    old[sizeof old - 1] = new[sizeof new - 1] = '\0';
    new[sizeof new - 100] = 'b';
    follow("a", old);
    scratch_put("a", new);
    char expected[4100];
    snprintf(expected, sizeof expected, "[%s![%s", old, new);
    reader_expect(&reader, expected);
    reader_close(&reader);
}

static void a_deleted_file_is_waited_for(void **state)
{
    (void)state;
    follow("a", "one\n");
    assert_int_equal(unlink(scratch_path("a")), 0);
    while (!strstr(reader.notice, "is gone"))
        assert_int_equal(reader_step(&reader), WEIR_OK);
    scratch_put("a", "back\n");
    reader_expect(&reader, "[one\n][back\n");
    reader_close(&reader);
}

static void several_files_are_followed_side_by_side(void **state)
{
    (void)state;
    scratch_put("a", "a1\n");
    scratch_put("b", "b1\n");
    const char *specs[] = {scratch_path("a"), scratch_path("b")};
    const struct source_options options = {.specs = specs, .n_specs = 2, .follow = true};
    assert_int_equal(reader_open(&reader, &options, NULL), WEIR_OK);
    reader_expect(&reader, "[a1\n{1}[b1\n");
    while (!reader.caught_up)
        assert_int_equal(reader_step(&reader), WEIR_OK);
    scratch_append("a", "a2\n");
    reader_expect(&reader, "[a1\n{1}[b1\n{0}a2\n");
    scratch_append("b", "b2\n");
    reader_expect(&reader, "[a1\n{1}[b1\n{0}a2\n{1}b2\n");
    reader_close(&reader);
}

static void a_compressed_file_is_not_followed(void **state)
{
    (void)state;
    static const char gzip[] = "\x1f\x8b\x08 whatever";
    scratch_write("a", O_TRUNC, gzip, sizeof gzip - 1);
    const char *specs[] = {scratch_path("a")};
    const struct source_options options = {.specs = specs, .n_specs = 1, .follow = true};
    assert_int_equal(reader_open(&reader, &options, NULL), WEIR_OK);
    reader_expect(&reader, "[\x1f\x8b\x08 whatever]");
    assert_non_null(strstr(reader.notice, "not followed"));
    assert_int_equal(reader_step(&reader), WEIR_END);
    reader_close(&reader);
}

static void growth_by_many_chunks_is_complete(void **state)
{
    (void)state;
    follow("a", "");
    char line[64];
    for (int k = 0; k < 20000; k++) {
        int n = snprintf(line, sizeof line, "line %d\n", k);
        scratch_write("a", O_APPEND, line, (size_t)n);
    }
    const char *last = "line 19999\n";
    while (reader.len < 11 || strcmp(reader.text + reader.len - 11, last) != 0)
        assert_int_equal(reader_step(&reader), WEIR_OK);
    const char *at = reader.text + 1;
    for (int k = 0; k < 20000; k++) {
        int n = snprintf(line, sizeof line, "line %d\n", k);
        assert_memory_equal(at, line, (size_t)n);
        at += n;
    }
    reader_close(&reader);
}

static void following_can_be_cancelled(void **state)
{
    (void)state;
    follow("a", "one\n");
    close(reader.cancel[1]);
    assert_int_equal(reader_step(&reader), WEIR_E_CANCELED);
    reader.cancel[1] = -1;
    reader_close(&reader);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)
    const struct CMUnitTest tests[] = {
        TEST(appended_lines_come),
        TEST(an_unfinished_line_goes_on_where_it_stopped),
        TEST(a_renamed_file_is_drained_before_the_new_one),
        TEST(an_empty_new_file_begins_at_once),
        TEST(two_rotations_one_after_the_other),
        TEST(copytruncate_is_a_gap_and_begins_anew),
        TEST(copytruncate_under_a_writer_that_keeps_its_offset),
        TEST(a_rewrite_longer_than_the_offset_is_seen),
        TEST(a_rewrite_of_the_same_length_is_seen),
        TEST(only_the_last_bytes_are_the_fingerprint),
        TEST(a_deleted_file_is_waited_for),
        TEST(several_files_are_followed_side_by_side),
        TEST(a_compressed_file_is_not_followed),
        TEST(growth_by_many_chunks_is_complete),
        TEST(following_can_be_cancelled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
