/* Which objects are new, which are known, and in which order they are read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "source/s3_objects.h"

static void takes(struct s3_objects *objects, const char *key, bool replaced)
{
    struct s3_wanted wanted;
    assert_true(s3_objects_take(objects, &wanted));
    assert_string_equal(wanted.key, key);
    assert_int_equal(wanted.replaced, replaced);
    s3_wanted_done(&wanted);
}

static void an_object_is_read_once(void **state)
{
    (void)state;
    struct s3_wanted wanted;
    struct s3_objects *objects = s3_objects_new(100);
    assert_int_equal(s3_objects_add(objects, "a", "e1", 10, 100, false), WEIR_OK);
    assert_int_equal(s3_objects_add(objects, "a", "e1", 10, 100, false), WEIR_AGAIN);
    takes(objects, "a", false);
    assert_int_equal(s3_objects_add(objects, "a", "e1", 10, 100, false), WEIR_AGAIN);
    assert_false(s3_objects_take(objects, &wanted));
    /* Another ETag or size under the same key is another object. */
    assert_int_equal(s3_objects_add(objects, "a", "e2", 10, 100, false), WEIR_OK);
    takes(objects, "a", true);
    assert_int_equal(s3_objects_add(objects, "a", "e2", 11, 100, false), WEIR_OK);
    takes(objects, "a", true);
    /* One that could not be read is new again. */
    s3_objects_forget(objects, "a");
    assert_int_equal(s3_objects_add(objects, "a", "e2", 11, 100, false), WEIR_OK);
    takes(objects, "a", false);
    /* Parquet is known and not wanted. */
    assert_int_equal(s3_objects_add(objects, "p", "e", 1, 100, true), WEIR_OK);
    assert_int_equal(s3_objects_add(objects, "p", "e", 1, 100, true), WEIR_AGAIN);
    assert_false(s3_objects_take(objects, &wanted));
    s3_objects_free(objects);
}

static void the_order_is_that_of_time(void **state)
{
    (void)state;
    struct s3_objects *objects = s3_objects_new(100);
    s3_objects_add(objects, "b", "e", 1, 200, false);
    s3_objects_add(objects, "c", "e", 2, 300, false);
    s3_objects_add(objects, "a", "e", 4, 100, false);
    s3_objects_add(objects, "a2", "e", 8, 100, false);
    assert_int_equal(s3_objects_wanted_bytes(objects), 15);
    s3_objects_sort(objects, true);
    takes(objects, "c", false);
    assert_int_equal(s3_objects_wanted(objects), 3);
    s3_objects_sort(objects, false);
    takes(objects, "a", false);
    takes(objects, "a2", false);
    s3_objects_free(objects); /* with one still wanted */
}

static void there_is_an_end_and_old_ones_go(void **state)
{
    (void)state;
    enum { MOST = 5000 };
    char key[32];
    struct s3_objects *objects = s3_objects_new(MOST);
    for (int k = 0; k < MOST; k++) {
        snprintf(key, sizeof key, "key-%d", k);
        assert_int_equal(s3_objects_add(objects, key, "e", 1, k, false), WEIR_OK);
    }
    assert_int_equal(s3_objects_add(objects, "one more", "e", 1, 1, false), WEIR_E_LIMIT);
    assert_int_equal(s3_objects_expire(objects, MOST - 100), WEIR_OK);
    assert_int_equal(s3_objects_known(objects), 100);
    for (int k = MOST - 100; k < MOST; k++) {
        snprintf(key, sizeof key, "key-%d", k);
        assert_int_equal(s3_objects_add(objects, key, "e", 1, k, false), WEIR_AGAIN);
    }
    assert_int_equal(s3_objects_add(objects, "one more", "e", 1, 1, false), WEIR_OK);
    s3_objects_free(objects);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_object_is_read_once),
        cmocka_unit_test(the_order_is_that_of_time),
        cmocka_unit_test(there_is_an_end_and_old_ones_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
