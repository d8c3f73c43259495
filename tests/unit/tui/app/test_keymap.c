/* test_keymap.c - the key table: every key has a name that can be read, stands for one action in a context, and
 * does not take what terminals and multiplexers need for themselves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "app/state.h"

/* Calls visit for each key name of an action. */
static void each_key(const struct action *action, void (*visit)(const struct action *, const char *name, key k))
{
    for (const char *at = action->keys; *at;) {
        char name[16];
        key k = K_NONE;
        size_t len = strcspn(at, " ");
        assert_true(len && len < sizeof name);
        memcpy(name, at, len);
        name[len] = '\0';
        if (!key_parse(name, &k))
            fail_msg("%s: no key is named '%s'", action->name, name);
        visit(action, name, k);
        at += len;
        at += *at == ' ';
    }
}

static void is_first_choice(const struct action *action, const char *name, key k)
{
    if (action_for_key(action->context, k) != action)
        fail_msg("'%s' is bound twice: %s and %s", name, action_for_key(action->context, k)->name, action->name);
}

static void each_key_stands_for_one_action(void **state)
{
    (void)state;
    for (int id = 0; id < ACTION_COUNT; id++)
        each_key(action_get((action_id)id), is_first_choice);
}

static void is_free(const struct action *action, const char *name, key k)
{
    static const char *const reserved[] = {"^S", "^Q", "^A", "^B"};
    (void)k;
    for (size_t n = 0; n < sizeof reserved / sizeof *reserved; n++)
        if (strcmp(name, reserved[n]) == 0)
            fail_msg("%s takes %s, which flow control, tmux or screen need", action->name, name);
}

static void flow_control_and_prefix_keys_stay_free(void **state)
{
    (void)state;
    for (int id = 0; id < ACTION_COUNT; id++)
        each_key(action_get((action_id)id), is_free);
}

static void escape_never_quits(void **state)
{
    (void)state;
    for (int c = 0; c < CONTEXT_COUNT; c++) {
        const struct action *action = action_for_key((context)c, K_ESC);
        assert_non_null(action);
        assert_true(action->run != act_quit && action->run != act_quit_now);
    }
}

static void every_action_says_what_it_does(void **state)
{
    (void)state;
    for (int id = 0; id < ACTION_COUNT; id++) {
        const struct action *action = action_get((action_id)id);
        assert_true(strlen(action->help) > 3);
        assert_ptr_equal(action_by_name(action->name), action);
        assert_non_null(action->run);
    }
}

static void panes_fall_back_to_the_main_keys(void **state)
{
    (void)state;
    assert_ptr_equal(action_for_key(CONTEXT_FACETS, '/'), action_get(ACTION_FILTER));
    assert_ptr_equal(action_for_key(CONTEXT_FACETS, K_SPACE), action_get(ACTION_FACET_INCLUDE));
    assert_null(action_for_key(CONTEXT_LIST, '/'));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_key_stands_for_one_action),
        cmocka_unit_test(flow_control_and_prefix_keys_stay_free),
        cmocka_unit_test(escape_never_quits),
        cmocka_unit_test(every_action_says_what_it_does),
        cmocka_unit_test(panes_fall_back_to_the_main_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
