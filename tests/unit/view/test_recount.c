/* The view against a recount: random rows, filters, groups and evictions. */
#include "check.h"

static void run(uint64_t seed, uint64_t cap, const struct view_options *options, bool regroup)
{
    struct world world;
    world_open(&world, seed, cap, options);
    world_filter(&world, 0);
    for (unsigned round = 0; round < 10; round++) {
        for (unsigned k = 0; k < 4; k++)
            world_add(&world, (uint32_t)(1 + random_below(&world, 4096)));
        world_finish(&world);
        check_all(&world);
        world_derive(&world);
        check_all(&world);
        world_filter(&world, random_conditions(&world));
        if (round % 3 == 0)
            view_work(world.view, 0);
        if (regroup && round % 2)
            world_group(&world);
        if (round % 4 == 1)
            world_derive(&world); /* while the filter or the group is still being applied */
    }
    world_finish(&world);
    check_all(&world);
    world_close(&world);
}

static void everything_equals_a_recount(void **state)
{
    (void)state;
    run(1, 1ull << 30, &(struct view_options){.memory_bytes = 64 << 20}, true);
}

static void it_does_so_when_blocks_are_evicted(void **state)
{
    (void)state;
    for (uint64_t seed = 2; seed < 4; seed++)
        run(seed, 2 << 20, &(struct view_options){.memory_bytes = 64 << 20}, true);
}

static void it_does_so_when_every_block_but_one_is_evicted(void **state)
{
    (void)state;
    run(5, 1, &(struct view_options){.memory_bytes = 64 << 20}, true);
}

static void kept_counts_go_on_counting_what_was_evicted(void **state)
{
    (void)state;
    run(6, 1, &(struct view_options){.memory_bytes = 64 << 20, .keep_counts = true}, false);
}

static void rows_outside_the_time_range_do_not_match(void **state)
{
    (void)state;
    run(7, 2 << 20, &(struct view_options){.memory_bytes = 64 << 20, .since = 1700000200, .until = 1700000900}, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_equals_a_recount),
        cmocka_unit_test(it_does_so_when_blocks_are_evicted),
        cmocka_unit_test(it_does_so_when_every_block_but_one_is_evicted),
        cmocka_unit_test(kept_counts_go_on_counting_what_was_evicted),
        cmocka_unit_test(rows_outside_the_time_range_do_not_match),
    };
    return cmocka_run_group_tests(tests, make_domains, NULL);
}
