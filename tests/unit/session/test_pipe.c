/* A writer that is faster than the reader, through a pipe, under a small memory cap: nothing may be lost, memory
 * must stay, and filters may change meanwhile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <pthread.h>

#include "base/clock.h"
#include "looker.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { RECORDS = 300000, MEASURES_RSS = 0 };
#else
enum { RECORDS = 6000000, MEASURES_RSS = 1 };
#endif
enum { LINES_A_WRITE = 500, LINE_ROOM = 160 };
#define CAP ((MEASURES_RSS ? 16ull : 4ull) << 20)

struct writer {
    int fd;
    uint64_t records;
    bool failed;
};

static bool write_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, bytes, len);
        if (n <= 0)
            return false;
        bytes += n;
        len -= (size_t)n;
    }
    return true;
}

static void *write_records(void *user)
{
    struct writer *writer = user;
    static char text[LINES_A_WRITE * LINE_ROOM];
    for (uint64_t k = 0; k < writer->records && !writer->failed;) {
        size_t len = 0;
        for (int n = 0; n < LINES_A_WRITE && k < writer->records; n++, k++)
            len += (size_t)snprintf(
                text + len, LINE_ROOM, "2 123456789012 eni-%03u 192.0.2.%u 10.0.%u.%u %u %u 6 %u %u %u %u %s OK\n",
                (unsigned)(k % 50), (unsigned)(k % 250), (unsigned)(k / 250 % 250), (unsigned)(k % 199),
                (unsigned)(1024 + k % 60000), k % 3 ? 443u : 22u, (unsigned)(k % 90 + 1), (unsigned)(k % 9000 + 60),
                (unsigned)(1780000000 + k / 100), (unsigned)(1780000030 + k / 100), k % 3 ? "ACCEPT" : "REJECT");
        writer->failed = !write_all(writer->fd, text, len);
    }
    close(writer->fd);
    return NULL;
}

static uint64_t resident_bytes(void)
{
    char text[256];
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file)
        return 0;
    size_t n = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[n] = '\0';
    char *second = strchr(text, ' ');
    return second ? strtoull(second, NULL, 10) * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
}

static void nothing_is_lost_and_memory_stays(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    const char *specs[] = {"-"};
    uint64_t before = resident_bytes(), most = 0;
    weir_session *session = open_session(&(weir_session_options){
        .sources = specs, .n_sources = 1, .stdin_fd = ends[0], .memory_bytes = CAP, .filter = "dstport = 22"});
    struct writer writer = {.fd = ends[1], .records = RECORDS};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, write_records, &writer), 0);
    int64_t began = clock_mono_ms();
    unsigned changed = 0;
    weir_totals t;
    for (uint64_t turns = 0; !weir_session_ended(session) || (changed & WEIR_CHANGED_MORE); turns++) {
        changed = turn(session, changed, 2);
        weir_session_totals(session, &t);
        assert_true(t.memory_bytes <= t.memory_cap_bytes + t.memory_cap_bytes / 10);
        if (turns % 64 == 63)
            assert_int_equal(weir_session_filter(session, turns % 128 == 127 ? "dstport = 22" : "reject", NULL),
                             WEIR_OK);
        uint64_t resident = turns % 16 ? 0 : resident_bytes();
        most = resident > most ? resident : most;
    }
    int64_t took_ms = clock_mono_ms() - began;
    pthread_join(thread, NULL);
    assert_false(writer.failed);
    weir_session_totals(session, &t);
    assert_int_equal(t.lines, RECORDS);
    assert_int_equal(t.records, RECORDS);
    assert_int_equal(t.shown, RECORDS / 3);
    assert_int_equal(t.gaps, 0);
    assert_true(t.evicted > 0);
    print_message("%d records in %lld ms; %.1f MiB resident more, cap %.1f MiB\n", RECORDS, (long long)took_ms,
                  (double)(most - before) / (1 << 20), (double)CAP / (1 << 20));
    if (MEASURES_RSS)
        assert_true(most - before <= CAP + CAP / 10 + (12u << 20)); /* the program's own: batches, buffers, stacks */
    weir_session_close(session);
    close(ends[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(nothing_is_lost_and_memory_stays)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
