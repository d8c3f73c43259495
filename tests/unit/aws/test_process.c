/* Programs that are started: what reaches them, what comes back, and that nothing of them is left. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "aws/process.h"
#include "base/clock.h"
#include "base/scope.h"

/* LONG is for what has to end by itself, SHORT for what has to be ended. */
enum { LONG_MS = 60000, SHORT_MS = 300, SOON_MS = 20000, WORDS_MAX = 8 };

static char usual_path[] = "PATH=/usr/bin:/bin", usual_word[] = "GIVEN=to the child";
static char *usual[] = {usual_path, usual_word, NULL};

/* ---- words ---- */

struct split_row {
    const char *command;
    const char *words[WORDS_MAX];
};

static const struct split_row split_rows[] = {
    {"a", {"a"}},
    {"  a\tb \n c  ", {"a", "b", "c"}},
    {"a 'b c' \"d e\"", {"a", "b c", "d e"}},
    {"a'b'\"c\"d", {"abcd"}},
    {"a '' \"\"", {"a", "", ""}},
    {"a ; rm -rf x", {"a", ";", "rm", "-rf", "x"}},
    {"a;b", {"a;b"}},
    {"a $(id) `id` $HOME ${X}", {"a", "$(id)", "`id`", "$HOME", "${X}"}},
    {"a|b && c > d < e & *?[x] ~ {1,2}", {"a|b", "&&", "c", ">", "d", "<", "e", "&"}},
    {"a *?[x] ~ {1,2} !x #y", {"a", "*?[x]", "~", "{1,2}", "!x", "#y"}},
    {"a 'one\ntwo' \"three\nfour\"", {"a", "one\ntwo", "three\nfour"}},
    {"a\\ b c\\'d \\\"e\\\\", {"a b", "c'd", "\"e\\"}},
    {"a '\\n' \"\\n \\\" \\\\ \\$ \\` \\a\"", {"a", "\\n", "\\n \" \\ $ ` \\a"}},
    {"a \"it's\" 'say \"x\"'", {"a", "it's", "say \"x\""}},
    {"one\\\ntwo \"three\\\nfour\" '5\\\n6'", {"onetwo", "threefour", "5\\\n6"}},
    {"a \\\n b", {"a", "b"}},
    {"a \xc3\xa9\xff", {"a", "\xc3\xa9\xff"}},
};

static size_t count_words(const char *const *words, size_t most)
{
    size_t n = 0;
    while (n < most && words[n])
        n++;
    return n;
}

static void words_are_split(void **state)
{
    (void)state;
    for (size_t k = 0; k < ARRAY_SIZE(split_rows); k++) {
        const struct split_row *row = &split_rows[k];
        char **argv = NULL;
        assert_int_equal(process_split(row->command, &argv, NULL), WEIR_OK);
        size_t n = count_words(row->words, WORDS_MAX);
        for (size_t word = 0; word < n; word++) {
            assert_non_null(argv[word]);
            assert_string_equal(argv[word], row->words[word]);
        }
        if (n < WORDS_MAX)
            assert_null(argv[n]);
        free(argv);
    }
}

static void what_is_no_command(void **state)
{
    (void)state;
    static const char *const commands[] = {"", "  \t\n", "'", "a 'b", "a \"b", "a \"b\\\"", "a\\", "a \"\\", "\\\n"};
    for (size_t k = 0; k < ARRAY_SIZE(commands); k++) {
        char **argv = NULL;
        weir_error err = {0};
        assert_int_equal(process_split(commands[k], &argv, &err), WEIR_E_SYNTAX);
        assert_null(argv);
        assert_string_not_equal(err.text, "");
    }
}

/* ---- runs ---- */

static weir_status run_until(const char *script, int timeout_ms, int cancel, struct process_result *out,
                             weir_error *err)
{
    const char *const argv[] = {"sh", "-c", script, NULL};
    return process_run(argv, usual, timeout_ms, cancel, out, err);
}

static void assert_prints(const char *const *argv, char *const *environment, const char *text)
{
    struct process_result result = {0};
    weir_error err = {0};
    assert_int_equal(process_run(argv, environment, LONG_MS, -1, &result, &err), WEIR_OK);
    assert_int_equal(result.exit_status, 0);
    assert_int_equal(result.output.len, strlen(text));
    assert_memory_equal(result.output.bytes, text, strlen(text));
    buf_done(&result.output);
}

/* No child of ours is left, not even a dead one. */
static void assert_no_child(void)
{
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

static void words_reach_the_program(void **state)
{
    (void)state;
    AUTO(free_cleanup) char **argv = NULL;
    const char *command = "printf '[%s]' a;b '$(touch x)' `id` | \"new\nline\" \"it's\"";
    assert_int_equal(process_split(command, &argv, NULL), WEIR_OK);
    assert_prints((const char *const *)argv, usual, "[a;b][$(touch x)][`id`][|][new\nline][it's]");
    assert_no_child();
}

static void what_the_program_gets(void **state)
{
    (void)state;
    int leak = dup(STDOUT_FILENO);
    assert_true(leak > STDERR_FILENO);
    char script[300];
    snprintf(script, sizeof script, "cat; echo \"$GIVEN\"; [ -e /dev/fd/%d ] && echo leaked; true", leak);
    const char *const argv[] = {"sh", "-c", script, NULL};
    assert_prints((const char *const *)argv, usual, "to the child\n");
    const char *const group[] = {"sh", "-c", "set -- $(cat /proc/$$/stat); [ $5 = $$ ] && echo own", NULL};
    assert_prints(group, usual, "own\n");
    close(leak);
}

static void how_it_ended(void **state)
{
    (void)state;
    static const struct {
        const char *script;
        int exit_status;
        const char *output, *complaint;
    } rows[] = {
        {"exit 3", 3, "", ""},
        {"kill -9 $$", 128 + 9, "", ""},
        {"kill -15 $$", 128 + 15, "", ""},
        {"echo out; echo first >&2; echo last >&2; exit 1", 1, "out\n", "last"},
        {"printf 'no end' >&2", 0, "", "no end"},
        {"printf 'a\\r\\n\\n\\n' >&2", 0, "", "a"},
        {"i=0; while [ $i -lt 3000 ]; do echo line $i >&2; i=$((i+1)); done; echo the end >&2", 0, "", "the end"},
    };
    for (size_t k = 0; k < ARRAY_SIZE(rows); k++) {
        struct process_result result = {0};
        assert_int_equal(run_until(rows[k].script, LONG_MS, -1, &result, NULL), WEIR_OK);
        assert_int_equal(result.exit_status, rows[k].exit_status);
        assert_int_equal(result.output.len, strlen(rows[k].output));
        assert_string_equal(result.complaint, rows[k].complaint);
        buf_done(&result.output);
    }
    assert_no_child();
}

static void complaints_are_safe(void **state)
{
    (void)state;
    struct process_result result = {0};
    const char *script = "printf 'x\\n\\033]0;title\\007\\033[31mred\\200' >&2; exit 1";
    assert_int_equal(run_until(script, LONG_MS, -1, &result, NULL), WEIR_OK);
    for (const char *at = result.complaint; *at; at++)
        assert_true((unsigned char)*at >= 0x20 && *at != 0x7f);
    assert_non_null(strstr(result.complaint, "red"));
    buf_done(&result.output);
}

static void output_has_a_cap(void **state)
{
    (void)state;
    struct process_result result = {0};
    weir_error err = {0};
    char script[100];
    snprintf(script, sizeof script, "head -c %d /dev/zero", PROCESS_OUTPUT_MAX);
    assert_int_equal(run_until(script, LONG_MS, -1, &result, &err), WEIR_OK);
    assert_int_equal(result.output.len, PROCESS_OUTPUT_MAX);
    buf_done(&result.output);
    snprintf(script, sizeof script, "head -c %d /dev/zero", PROCESS_OUTPUT_MAX + 1);
    assert_int_equal(run_until(script, LONG_MS, -1, &result, &err), WEIR_E_LIMIT);
    int64_t begin = clock_mono_ms();
    assert_int_equal(run_until("yes", LONG_MS, -1, &result, NULL), WEIR_E_LIMIT);
    assert_true(clock_mono_ms() - begin < SOON_MS);
    assert_non_null(strstr(err.text, "more than"));
    assert_no_child();
}

static void time_is_limited(void **state)
{
    (void)state;
    static const char *const scripts[] = {
        "sleep 50",
        "sleep 50 & wait",
        "exec >&- 2>&-; sleep 50",
        "trap '' TERM INT HUP; sleep 50; sleep 50",
        "while :; do echo complaint >&2; done",
        "cat /dev/zero >&2 & cat /dev/zero >&2",
    };
    for (size_t k = 0; k < ARRAY_SIZE(scripts); k++) {
        struct process_result result = {0};
        weir_error err = {0};
        int64_t begin = clock_mono_ms();
        assert_int_equal(run_until(scripts[k], SHORT_MS, -1, &result, &err), WEIR_E_IO);
        assert_true(clock_mono_ms() - begin >= SHORT_MS);
        assert_true(clock_mono_ms() - begin < SOON_MS);
        assert_non_null(strstr(err.text, "took too long"));
        assert_null(result.output.bytes);
        assert_no_child();
    }
}

/* The pipe's other end is kept by all that the program started: it ends when they do. */
static void assert_group_ends(const char *script, int timeout_ms, weir_status expected)
{
    char folder[] = "/tmp/weir-process-XXXXXX", path[100], text[300], byte;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/fifo", folder);
    assert_int_equal(mkfifo(path, 0600), 0);
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    assert_true(fd >= 0);
    snprintf(text, sizeof text, "exec 3>%s; echo >&3; %s", path, script);
    struct process_result result = {0};
    assert_int_equal(run_until(text, timeout_ms, -1, &result, NULL), expected);
    assert_int_equal(fcntl(fd, F_SETFL, 0), 0);
    assert_int_equal(read(fd, &byte, 1), 1);
    assert_int_equal(read(fd, &byte, 1), 0);
    close(fd);
    unlink(path);
    rmdir(folder);
    buf_done(&result.output);
}

static void the_whole_group_ends(void **state)
{
    (void)state;
    assert_group_ends("(sleep 50; true) & (sleep 50; true) & wait", 2000, WEIR_E_IO);
    assert_group_ends("(sleep 50; true) >/dev/null 2>&1 & exit 0", LONG_MS, WEIR_OK);
    assert_no_child();
}

static void *cancel_soon(void *argument)
{
    const int *fd = argument;
    int64_t begin = clock_mono_ms();
    while (clock_mono_ms() - begin < SHORT_MS)
        usleep(1000);
    assert_int_equal(write(*fd, "x", 1), 1);
    return NULL;
}

static void it_can_be_canceled(void **state)
{
    (void)state;
    static const char *const scripts[] = {"sleep 50", "exec >&- 2>&-; sleep 50",
                                          "cat /dev/zero >&2 & cat /dev/zero >&2"};
    for (size_t k = 0; k < ARRAY_SIZE(scripts); k++) {
        int pipe_fds[2];
        pthread_t thread;
        struct process_result result = {0};
        assert_int_equal(pipe(pipe_fds), 0);
        assert_int_equal(pthread_create(&thread, NULL, cancel_soon, &pipe_fds[1]), 0);
        int64_t begin = clock_mono_ms();
        assert_int_equal(run_until(scripts[k], LONG_MS, pipe_fds[0], &result, NULL), WEIR_E_CANCELED);
        assert_true(clock_mono_ms() - begin < SOON_MS);
        pthread_join(thread, NULL);
        close(pipe_fds[0]);
        close(pipe_fds[1]);
        assert_no_child();
    }
}

/* ---- where the program is ---- */

static void write_program(const char *path, const char *text, mode_t mode)
{
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    assert_int_equal(chmod(path, mode), 0);
}

static void it_is_found_in_the_path_of_the_given_environment(void **state)
{
    (void)state;
    char folder[] = "/tmp/weir-process-XXXXXX", text[300], a[100], b[100], c[100], program[100], locked[100];
    assert_non_null(mkdtemp(folder));
    snprintf(a, sizeof a, "%s/a", folder), snprintf(b, sizeof b, "%s/b", folder);
    snprintf(c, sizeof c, "%s/a/tool", folder), snprintf(program, sizeof program, "%s/b/tool", folder);
    snprintf(locked, sizeof locked, "%s/b/locked", folder);
    assert_int_equal(mkdir(a, 0700) | mkdir(b, 0700) | mkdir(c, 0700), 0); /* a folder is no program */
    write_program(program, "#!/bin/sh\necho tool $1\n", 0700);
    write_program(locked, "#!/bin/sh\n", 0600);
    snprintf(text, sizeof text, "PATH=/nonexistent::%s:%s:/usr/bin:/bin", a, b);
    char *environment[] = {usual_word, text, NULL};
    assert_prints((const char *const[]){"tool", "x", NULL}, environment, "tool x\n");
    assert_prints((const char *const[]){program, "y", NULL}, usual, "tool y\n");
    static const char *const missing[] = {"locked", "missing", "", "./tool", "/nonexistent/tool"};
    for (size_t k = 0; k < ARRAY_SIZE(missing); k++) {
        weir_error err = {0};
        struct process_result result = {0};
        const char *const argv[] = {missing[k], NULL};
        assert_int_equal(process_run(argv, environment, LONG_MS, -1, &result, &err), WEIR_E_IO);
        assert_non_null(strstr(err.text, "there is no program"));
    }
    char *none[] = {NULL};
    assert_prints((const char *const[]){"echo", "usual places", NULL}, none, "usual places\n");
    unlink(program), unlink(locked);
    rmdir(c), rmdir(b), rmdir(a), rmdir(folder);
    assert_no_child();
}

static void what_cannot_be_started(void **state)
{
    (void)state;
    char path[] = "/tmp/weir-process-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    write_program(path, "#!/nonexistent/interpreter\n", 0700);
    weir_error err = {0};
    struct process_result result = {0};
    const char *const argv[] = {path, NULL};
    assert_int_equal(process_run(argv, usual, LONG_MS, -1, &result, &err), WEIR_E_IO);
    assert_non_null(strstr(err.text, "cannot be started"));
    unlink(path);
    assert_no_child();
}

static void *run_some(void *argument)
{
    (void)argument;
    for (int k = 0; k < 5; k++)
        assert_prints((const char *const[]){"sh", "-c", "printf '%s' \"$GIVEN\"", NULL}, usual, "to the child");
    return NULL;
}

static void several_at_once(void **state)
{
    (void)state;
    pthread_t threads[4];
    for (size_t k = 0; k < ARRAY_SIZE(threads); k++)
        assert_int_equal(pthread_create(&threads[k], NULL, run_some, NULL), 0);
    for (size_t k = 0; k < ARRAY_SIZE(threads); k++)
        pthread_join(threads[k], NULL);
    assert_no_child();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_split),
        cmocka_unit_test(what_is_no_command),
        cmocka_unit_test(words_reach_the_program),
        cmocka_unit_test(what_the_program_gets),
        cmocka_unit_test(how_it_ended),
        cmocka_unit_test(complaints_are_safe),
        cmocka_unit_test(output_has_a_cap),
        cmocka_unit_test(time_is_limited),
        cmocka_unit_test(the_whole_group_ends),
        cmocka_unit_test(it_can_be_canceled),
        cmocka_unit_test(it_is_found_in_the_path_of_the_given_environment),
        cmocka_unit_test(what_cannot_be_started),
        cmocka_unit_test(several_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
