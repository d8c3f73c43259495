/* What keys of flow log objects tell, and which folders are walked and listed for a stretch of time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/scope.h"
#include "source/s3_walk.h"

#define DAY  INT64_C(1788220800) /* 2026-09-01 */
#define HOME "AWSLogs/123456789012/vpcflowlogs/eu-west-1/"
#define HIVE "AWSLogs/aws-account-id=123456789012/aws-service=vpcflowlogs/aws-region=eu-west-1/"

static void folders_are_times(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        bool dated, hive;
        int64_t from_s, to_s;
    } rows[] = {
        {"", false, false, INT64_MIN, INT64_MAX},
        {HOME, false, false, INT64_MIN, INT64_MAX},
        {HOME "2026", false, false, INT64_MIN, INT64_MAX}, /* may still become 20260 */
        {HOME "2026/", true, false, INT64_C(1767225600), INT64_C(1798761600)},
        {HOME "2026/09/", true, false, DAY, INT64_C(1790812800)},
        {HOME "2026/09/01/", true, false, DAY, DAY + S3_DAY_S},
        {HOME "2026/09/01/13/x.log.gz", true, false, DAY + 13 * 3600, DAY + 14 * 3600},
        {HOME "2026/13/", true, false, INT64_C(1767225600), INT64_C(1798761600)},
        {HOME "2026/12/31/23/", true, false, INT64_C(1798758000), INT64_C(1798761600)},
        {"2024/" HOME "2026/09/01/", true, false, DAY, DAY + S3_DAY_S},
        {HIVE "year=2026/month=09/day=01/", true, true, DAY, DAY + S3_DAY_S},
        {HIVE "year=2026/month=09/day=01/hour=00/", true, true, DAY, DAY + 3600},
        {HIVE "year=2026/09/", true, true, INT64_C(1767225600), INT64_C(1798761600)},
    };
    for (size_t k = 0; k < ARRAY_SIZE(rows); k++) {
        struct s3_place place;
        s3_place(rows[k].path, &place);
        assert_int_equal(place.dated, rows[k].dated);
        assert_int_equal(place.hive, rows[k].hive);
        assert_int_equal(place.from_s, rows[k].from_s);
        assert_int_equal(place.to_s, rows[k].to_s);
    }
}

static void names_are_times(void **state)
{
    (void)state;
    assert_int_equal(s3_name_time("a/b/123456789012_vpcflowlogs_us-east-1_fl-1234abcd_20180620T1620Z_fe123456.log.gz"),
                     INT64_C(1529511600));
    assert_int_equal(s3_name_time("123456789012_vpcflowlogs_us-east-1_fl-1234abcd_20180620T1660Z_fe.log.gz"), 0);
    assert_int_equal(s3_name_time("123456789012_vpcflowlogs_us-east-1_fl-1234abcd_20181320T1620Z_fe.log.gz"), 0);
    assert_int_equal(s3_name_time("manifest.json"), 0);
    assert_int_equal(s3_name_time("_20180620T16"), 0);
    assert_int_equal(s3_name_time("d_20180620T1620Z_x/file.gz"), 0);
}

static void kinds(void **state)
{
    (void)state;
    assert_int_equal(s3_kind("x.log.gz"), S3_TEXT);
    assert_int_equal(s3_kind("x.log"), S3_TEXT);
    assert_int_equal(s3_kind("x.log.parquet"), S3_PARQUET);
    assert_int_equal(s3_kind("manifest.json"), S3_OTHER);
    assert_int_equal(s3_kind(".gz"), S3_OTHER);
    assert_true(s3_is_top("AWSLogs/") && s3_is_top("a/AWSLogs/"));
    assert_false(s3_is_top("MyAWSLogs/") || s3_is_top("AWSLogs/1/"));
    assert_true(s3_may_hold("") && s3_may_hold("AWSLogs/1/") && s3_may_hold("p/" HOME) && s3_may_hold(HIVE));
    assert_false(s3_may_hold("AWSLogs/123456789012/CloudTrail/") || s3_may_hold("p/AWSLogs/1/elasticloadbalancing/x/"));
}

/* ---- the walk, through a bucket of these folders ---- */

static weir_status list_of(struct s3_walk *walk, const char *const *prefixes, size_t n, const char *key)
{
    char *texts[8];
    for (size_t k = 0; k < n; k++)
        texts[k] = (char *)(uintptr_t)prefixes[k];
    struct s3_object object = {.key = (char *)(uintptr_t)key, .size = 1};
    const struct s3_list page = {.n = key ? 1 : 0, .at = &object, .n_prefixes = n, .prefixes = texts};
    return s3_walk_take(walk, &page, true);
}

static void lists_to(struct s3_walk *walk, const char *folder, const char *const *prefixes, size_t n, const char *key)
{
    assert_non_null(s3_walk_next(walk));
    assert_string_equal(s3_walk_next(walk), folder);
    assert_int_equal(list_of(walk, prefixes, n, key), WEIR_OK);
}

static void walks_down_to_the_dates(void **state)
{
    (void)state;
    struct s3_walk walk;
    assert_int_equal(s3_walk_init(&walk, "prod"), WEIR_OK);
    assert_int_equal(s3_walk_begin(&walk), WEIR_OK);
    lists_to(&walk, "prod", (const char *[]){"prod/", "prod2/"}, 2, NULL);
    lists_to(&walk, "prod/", (const char *[]){"prod/AWSLogs/", "prod/other/"}, 2, NULL);
    lists_to(&walk, "prod/AWSLogs/", (const char *[]){"prod/AWSLogs/123456789012/"}, 1, NULL);
    lists_to(&walk, "prod/AWSLogs/123456789012/",
             (const char *[]){"prod/AWSLogs/123456789012/CloudTrail/", "prod/AWSLogs/123456789012/vpcflowlogs/"}, 2,
             NULL);
    lists_to(&walk, "prod/AWSLogs/123456789012/vpcflowlogs/", (const char *[]){"prod/" HOME}, 1, NULL);
    lists_to(&walk, "prod/" HOME, (const char *[]){"prod/" HOME "2025/", "prod/" HOME "2026/"}, 2, NULL);
    assert_null(s3_walk_next(&walk));
    assert_int_equal(walk.n_roots, 1);
    struct s3_texts days = {0};
    size_t flat = 9;
    assert_int_equal(s3_walk_days(&walk, DAY - 1800, DAY + 1800, &days, &flat), WEIR_OK);
    assert_int_equal(flat, 0);
    assert_int_equal(days.n, 2);
    assert_string_equal(days.at[0], "prod/" HOME "2026/09/01/");
    assert_string_equal(days.at[1], "prod/" HOME "2026/08/31/");
    s3_texts_done(&days);
    s3_walk_done(&walk);
}

/* The prefix that the person gave may end anywhere. */
static void starts_anywhere(void **state)
{
    (void)state;
    static const struct {
        const char *start;
        size_t n;
        const char *first;
    } rows[] = {
        {HOME "2026/", 3, HOME "2026/09/02/"},
        {HOME "2026/09/0", 2, HOME "2026/09/02/"},
        {HOME "2026/09/01/", 1, HOME "2026/09/01/"},
        {HOME "2026/09/01/13/", 1, HOME "2026/09/01/13/"},
        {HOME "2025/", 0, NULL},
        {HIVE "year=2026/month=09/", 2, HIVE "year=2026/month=09/day=02/"},
        {HOME "2026/09/01/123456789012_vpcflowlogs_", 1, HOME "2026/09/01/123456789012_vpcflowlogs_"},
    };
    for (size_t k = 0; k < ARRAY_SIZE(rows); k++) {
        struct s3_walk walk;
        struct s3_texts days = {0};
        size_t flat = 0;
        assert_int_equal(s3_walk_init(&walk, rows[k].start), WEIR_OK);
        assert_int_equal(s3_walk_begin(&walk), WEIR_OK);
        assert_null(s3_walk_next(&walk));
        assert_int_equal(s3_walk_days(&walk, DAY - 3600, DAY + S3_DAY_S + 60, &days, &flat), WEIR_OK);
        assert_int_equal(days.n, rows[k].n);
        if (rows[k].n)
            assert_string_equal(days.at[0], rows[k].first);
        s3_texts_done(&days);
        s3_walk_done(&walk);
    }
}

static void objects_without_dates_are_listed_flat(void **state)
{
    (void)state;
    struct s3_walk walk;
    struct s3_texts days = {0};
    size_t flat = 0;
    assert_int_equal(s3_walk_init(&walk, "copy/"), WEIR_OK);
    assert_int_equal(s3_walk_begin(&walk), WEIR_OK);
    lists_to(&walk, "copy/", NULL, 0, "copy/a.log.gz");
    assert_int_equal(s3_walk_days(&walk, DAY, DAY, &days, &flat), WEIR_OK);
    assert_int_equal(days.n, 1);
    assert_int_equal(flat, 1);
    assert_string_equal(days.at[0], "copy/");
    /* Looking again finds nothing twice. */
    assert_int_equal(s3_walk_begin(&walk), WEIR_OK);
    lists_to(&walk, "copy/", NULL, 0, "copy/a.log.gz");
    assert_int_equal(walk.n_roots, 1);
    s3_texts_done(&days);
    s3_walk_done(&walk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(folders_are_times),
        cmocka_unit_test(names_are_times),
        cmocka_unit_test(kinds),
        cmocka_unit_test(walks_down_to_the_dates),
        cmocka_unit_test(starts_anywhere),
        cmocka_unit_test(objects_without_dates_are_listed_flat),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
