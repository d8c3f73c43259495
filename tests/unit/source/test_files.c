/* Files, pipes and standard input read once, in order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/limits.h"
#include "reader.h"

static struct reader reader;

static weir_status open_specs(const char *const *specs, size_t n, bool follow, int stdin_fd, weir_error *err)
{
    const struct source_options options = {.specs = specs, .n_specs = n, .follow = follow, .stdin_fd = stdin_fd};
    return reader_open(&reader, &options, err);
}

static void files_are_read_in_the_order_given(void **state)
{
    (void)state;
    scratch_put("a", "one\n");
    scratch_put("b", "two\nno newline");
    scratch_put("c", "");
    const char *specs[] = {scratch_path("b"), scratch_path("c"), scratch_path("a")};
    assert_int_equal(open_specs(specs, 3, false, -1, NULL), WEIR_OK);
    assert_int_equal(reader.class->streams(reader.source), 3);
    assert_string_equal(reader.class->name(reader.source, 2), specs[2]);
    reader_expect(&reader, "[two\nno newline]{1}[]{2}[one\n]");
    assert_true(reader.caught_up && reader.idle);
    assert_int_equal(reader.done_bytes, 4);
    assert_int_equal(reader.total_bytes, 4);
    assert_int_equal(reader_step(&reader), WEIR_END);
    reader_close(&reader);
}

static void a_missing_file_is_named(void **state)
{
    (void)state;
    weir_error err = {0};
    const char *specs[] = {scratch_path("no\x1bsuch")};
    assert_int_equal(open_specs(specs, 1, false, -1, &err), WEIR_E_IO);
    assert_non_null(strstr(err.text, "cannot open "));
    assert_non_null(strstr(err.text, "no^[such: No such file or directory"));
    reader_close(&reader);
    assert_int_equal(open_specs(specs, 1, true, -1, NULL), WEIR_E_IO);
    reader_close(&reader);
}

static void a_directory_is_an_error(void **state)
{
    (void)state;
    weir_error err = {0};
    const char *specs[] = {scratch};
    assert_int_equal(open_specs(specs, 1, false, -1, &err), WEIR_E_USAGE);
    assert_non_null(strstr(err.text, "directory"));
    reader_close(&reader);
}

static void standard_input_twice_is_an_error(void **state)
{
    (void)state;
    weir_error err = {0};
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    const char *specs[] = {"-", "-"};
    assert_int_equal(open_specs(specs, 2, false, ends[0], &err), WEIR_E_USAGE);
    reader_close(&reader);
    close(ends[0]);
    close(ends[1]);
}

static void a_pipe_that_stays_open_is_idle_and_then_ends(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    const char *specs[] = {"-"};
    assert_int_equal(open_specs(specs, 1, false, ends[0], NULL), WEIR_OK);
    assert_string_equal(reader.class->name(reader.source, 0), "standard input");
    assert_int_equal(write(ends[1], "one\ntw", 6), 6);
    reader_settle(&reader);
    assert_string_equal(reader.text, "[one\ntw");
    assert_true(reader.caught_up);
    assert_int_equal(write(ends[1], "o\n", 2), 2);
    close(ends[1]);
    reader_expect(&reader, "[one\ntwo\n]");
    assert_int_equal(reader_step(&reader), WEIR_END);
    reader_close(&reader);
    assert_int_equal(fcntl(ends[0], F_GETFD), 0); /* not ours to close */
    close(ends[0]);
}

static void a_full_chunk_is_followed_by_an_idle_one(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    if (fcntl(ends[1], F_SETPIPE_SZ, READ_BYTES) < READ_BYTES)
        skip();
    char *bytes = malloc(READ_BYTES);
    memset(bytes, 'x', READ_BYTES);
    assert_int_equal(write(ends[1], bytes, READ_BYTES), READ_BYTES);
    const char *specs[] = {"-"};
    assert_int_equal(open_specs(specs, 1, false, ends[0], NULL), WEIR_OK);
    assert_int_equal(reader_step(&reader), WEIR_OK);
    assert_false(reader.idle);
    assert_int_equal(reader_step(&reader), WEIR_OK);
    assert_true(reader.idle);
    assert_int_equal(reader.len, 1 + READ_BYTES);
    reader_close(&reader);
    free(bytes);
    close(ends[0]);
    close(ends[1]);
}

static void *write_fifo(void *path)
{
    int fd = open(path, O_WRONLY);
    ssize_t n = write(fd, "late\n", 5);
    close(fd);
    return n == 5 ? path : NULL;
}

static void a_fifo_waits_for_its_writer(void **state)
{
    (void)state;
    char path[160];
    snprintf(path, sizeof path, "%s", scratch_path("fifo"));
    assert_int_equal(mkfifo(path, 0600), 0);
    scratch_put("a", "after\n");
    const char *specs[] = {path, scratch_path("a")};
    assert_int_equal(open_specs(specs, 2, false, -1, NULL), WEIR_OK);
    pthread_t thread;
    void *written = NULL;
    assert_int_equal(pthread_create(&thread, NULL, write_fifo, path), 0);
    reader_expect(&reader, "[late\n]{1}[after\n]");
    pthread_join(thread, &written);
    assert_non_null(written);
    reader_close(&reader);
}

static void *cancel_now(void *fd)
{
    assert_int_equal(write(*(int *)fd, "x", 1), 1);
    return NULL;
}

static void a_blocked_read_can_be_cancelled(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    const char *specs[] = {"-"};
    assert_int_equal(open_specs(specs, 1, false, ends[0], NULL), WEIR_OK);
    pthread_t thread;
    int64_t began = clock_mono_ms();
    assert_int_equal(pthread_create(&thread, NULL, cancel_now, &reader.cancel[1]), 0);
    assert_int_equal(reader_step(&reader), WEIR_E_CANCELED);
    assert_true(clock_mono_ms() - began < 200);
    pthread_join(thread, NULL);
    reader_close(&reader);
    close(ends[0]);
    close(ends[1]);
}

static void standard_input_may_be_a_file_from_where_it_stands(void **state)
{
    (void)state;
    scratch_put("a", "skipped\nread\n");
    int fd = open(scratch_path("a"), O_RDONLY);
    assert_int_equal(lseek(fd, 8, SEEK_SET), 8);
    const char *specs[] = {"-"};
    assert_int_equal(open_specs(specs, 1, true, fd, NULL), WEIR_OK);
    reader_expect(&reader, "[read\n]");
    assert_int_equal(reader_step(&reader), WEIR_END);
    reader_close(&reader);
    close(fd);
}

static void many_files_need_few_descriptors(void **state)
{
    (void)state;
    enum { MANY = 3000 };
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    const struct rlimit few = {.rlim_cur = 64, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    scratch_put("a", "x");
    static const char *specs[MANY];
    const char *path = strdup(scratch_path("a"));
    for (size_t k = 0; k < MANY; k++)
        specs[k] = path;
    assert_int_equal(open_specs(specs, MANY, false, -1, NULL), WEIR_OK);
    while (reader_step(&reader) == WEIR_OK)
        continue;
    size_t n = 0;
    for (size_t k = 0; k < reader.len; k++)
        n += reader.text[k] == 'x';
    assert_int_equal(n, MANY);
    reader_close(&reader);
    free((void *)(uintptr_t)path);
    setrlimit(RLIMIT_NOFILE, &before);
}

static void a_spec_is_a_scheme_or_a_file(void **state)
{
    (void)state;
    const struct source_class *files = source_find("-");
    assert_ptr_equal(source_find("./demo"), files);
    assert_ptr_equal(source_find("demolition.log"), files);
    assert_ptr_not_equal(source_find("demo"), files);
    assert_ptr_equal(source_find("demo:scan"), source_find("demo"));
    assert_int_equal(weir_source_count(), 5);
    assert_null(weir_source_get(weir_source_count()));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)
    const struct CMUnitTest tests[] = {
        TEST(files_are_read_in_the_order_given),
        TEST(a_missing_file_is_named),
        TEST(a_directory_is_an_error),
        TEST(standard_input_twice_is_an_error),
        TEST(a_pipe_that_stays_open_is_idle_and_then_ends),
        TEST(a_full_chunk_is_followed_by_an_idle_one),
        TEST(a_fifo_waits_for_its_writer),
        TEST(a_blocked_read_can_be_cancelled),
        TEST(standard_input_may_be_a_file_from_where_it_stands),
        TEST(many_files_need_few_descriptors),
        cmocka_unit_test(a_spec_is_a_scheme_or_a_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
