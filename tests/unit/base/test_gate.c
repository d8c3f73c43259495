/* The hand-off between threads. Waiting is done by joining and polling, never by time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <poll.h>
#include <pthread.h>

#include "base/gate.h"

#define ITEMS   20000
#define THREADS 3

static bool is_readable(struct gate *gate, int wait_ms)
{
    struct pollfd fd = {.fd = gate_fd(gate), .events = POLLIN};
    return poll(&fd, 1, wait_ms) == 1;
}

static void the_descriptor_is_readable_while_something_waits(void **state)
{
    (void)state;
    struct gate *gate = gate_new(3);
    int items[3];
    assert_false(is_readable(gate, 0));
    for (int k = 0; k < 3; k++)
        assert_int_equal(gate_push(gate, &items[k]), WEIR_OK);
    assert_int_equal(gate_count(gate), 3);
    for (int k = 0; k < 3; k++) {
        assert_true(is_readable(gate, 0));
        assert_ptr_equal(gate_take(gate), &items[k]);
    }
    assert_false(is_readable(gate, 0));
    assert_null(gate_take(gate));
    assert_int_equal(gate_push(gate, &items[1]), WEIR_OK);
    assert_true(is_readable(gate, 0));
    assert_ptr_equal(gate_take(gate), &items[1]);
    gate_free(gate);
    gate_free(NULL);
}

struct pusher {
    struct gate *gate;
    uintptr_t first;
    weir_status last;
};

static void *push_all(void *user)
{
    struct pusher *pusher = user;
    for (uintptr_t k = 0; k < ITEMS && pusher->last == WEIR_OK; k++)
        pusher->last = gate_push(pusher->gate, (void *)(pusher->first + k));
    return NULL;
}

static void a_full_gate_makes_pushers_wait_and_loses_nothing(void **state)
{
    (void)state;
    struct gate *gate = gate_new(4);
    pthread_t threads[THREADS];
    struct pusher pushers[THREADS];
    uintptr_t next[THREADS];
    for (uintptr_t k = 0; k < THREADS; k++) {
        next[k] = (k + 1) << 20;
        pushers[k] = (struct pusher){.gate = gate, .first = next[k]};
        assert_int_equal(pthread_create(&threads[k], NULL, push_all, &pushers[k]), 0);
    }
    for (size_t taken = 0; taken < (size_t)THREADS * ITEMS;) {
        assert_true(is_readable(gate, 60000));
        assert_true(gate_count(gate) <= 4);
        for (void *item; (item = gate_take(gate)); taken++) {
            uintptr_t from = ((uintptr_t)item >> 20) - 1;
            assert_int_equal((uintptr_t)item, next[from]);
            next[from]++;
        }
    }
    for (size_t k = 0; k < THREADS; k++) {
        pthread_join(threads[k], NULL);
        assert_int_equal(pushers[k].last, WEIR_OK);
    }
    gate_free(gate);
}

static void closing_wakes_pushers_and_keeps_what_is_in(void **state)
{
    (void)state;
    struct gate *gate = gate_new(2);
    struct pusher pusher = {.gate = gate, .first = 1};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, push_all, &pusher), 0);
    assert_true(is_readable(gate, 60000));
    gate_close(gate);
    pthread_join(thread, NULL);
    assert_int_equal(pusher.last, WEIR_E_CANCELED);
    int item;
    assert_int_equal(gate_push(gate, &item), WEIR_E_CANCELED);
    size_t n = gate_count(gate);
    assert_true(n >= 1 && n <= 2);
    for (uintptr_t k = 1; k <= n; k++)
        assert_int_equal((uintptr_t)gate_take(gate), k);
    assert_null(gate_take(gate));
    gate_free(gate);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_descriptor_is_readable_while_something_waits),
        cmocka_unit_test(a_full_gate_makes_pushers_wait_and_loses_nothing),
        cmocka_unit_test(closing_wakes_pushers_and_keeps_what_is_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
