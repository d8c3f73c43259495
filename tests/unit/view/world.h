/* world.h - a ring, a view and a plain list of the same random rows, with conditions that exist both as filter text
 * and as a C function. What the view must say follows from the list alone: check.h compares. */
#ifndef WEIR_UNIT_VIEW_WORLD_H
#define WEIR_UNIT_VIEW_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "rows.h"
#include "view/view.h"

enum { ABSENT = 0xff, NULL_VALUE = 0, VALUES_MAX = 200 };
enum { ACTION, DSTPORT, SRCADDR, DSTADDR, INTERFACE, PROTOCOL, DIRECTION, STATUS, CAUSE };

static const weir_field fields[WEIR_FACETS] = {
    WEIR_F_ACTION,   WEIR_F_DSTPORT,        WEIR_F_SRCADDR,    WEIR_F_DSTADDR, WEIR_F_INTERFACE_ID,
    WEIR_F_PROTOCOL, WEIR_F_FLOW_DIRECTION, WEIR_F_LOG_STATUS, WEIR_F_CAUSE,
};
static const bool counts_nulls[WEIR_FACETS] = {[ACTION] = true, [DIRECTION] = true, [STATUS] = true};

/* All values that a field can have in these tests, as text; "-" is the first of each. */
static struct domain {
    unsigned n;
    char text[VALUES_MAX][48];
} domains[WEIR_FACETS];

struct ref {
    uint8_t value[WEIR_FACETS]; /* places in the domains */
    weir_row_kind kind;
    int64_t start; /* -1 = none */
    uint64_t packets, bytes;
};

static inline void domain_add(unsigned k, const char *format, unsigned number)
{
    struct domain *domain = &domains[k];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(domain->text[domain->n++], sizeof *domain->text, format, number);
#pragma GCC diagnostic pop
}

static inline int make_domains(void **state)
{
    (void)state;
    for (unsigned k = 0; k < WEIR_FACETS; k++)
        domain_add(k, "-", 0);
    domain_add(ACTION, "ACCEPT", 0);
    domain_add(ACTION, "REJECT", 0);
    for (unsigned k = 0; k < 120; k++)
        domain_add(DSTPORT, "%u", k < 10 ? 20 + k : k * 521 % 65536);
    for (unsigned k = 0; k < 120; k++) {
        domain_add(SRCADDR, k % 5 ? "10.0.%u.7" : "2001:db8::%x", k + 1);
        domain_add(DSTADDR, k % 7 ? "192.0.2.%u" : "2001:db8:1::%x", k + 1);
    }
    for (unsigned k = 0; k < 17; k++)
        domain_add(INTERFACE, "eni-%08x", k);
    domain_add(PROTOCOL, "6", 0);
    domain_add(PROTOCOL, "17", 0);
    domain_add(PROTOCOL, "58", 0);
    domain_add(DIRECTION, "ingress", 0);
    domain_add(DIRECTION, "egress", 0);
    domain_add(STATUS, "OK", 0);
    domain_add(STATUS, "NODATA", 0);
    domain_add(STATUS, "SKIPDATA", 0);
    domain_add(CAUSE, "late-packet", 0);
    domain_add(CAUSE, "sg-ingress", 0);
    domain_add(CAUSE, "stale", 0);
    return 0;
}

/* ---- conditions, as text and as a plain test ---- */

static const char *text_of(const struct ref *ref, unsigned k)
{
    return ref->value[k] == ABSENT ? "" : domains[k].text[ref->value[k]];
}

static inline bool is_one_of(const struct ref *ref, unsigned k, const char *const *texts)
{
    for (; *texts; texts++)
        if (strcmp(text_of(ref, k), *texts) == 0)
            return true;
    return false;
}

static inline unsigned port_of(const struct ref *ref)
{
    return (unsigned)strtoul(text_of(ref, DSTPORT), NULL, 10);
}

static inline bool is_reject(const struct ref *ref)
{
    return is_one_of(ref, ACTION, (const char *const[]){"REJECT", NULL});
}

static inline bool is_action_null(const struct ref *ref)
{
    return is_one_of(ref, ACTION, (const char *const[]){"-", NULL});
}

static inline bool is_low_port(const struct ref *ref)
{
    return port_of(ref) >= 20 && port_of(ref) <= 25;
}

static inline bool is_not_port_22(const struct ref *ref)
{
    return port_of(ref) != 22;
}

static inline bool is_large_port(const struct ref *ref)
{
    return port_of(ref) >= 3000;
}

static inline bool is_in_net(const struct ref *ref)
{
    return strncmp(text_of(ref, SRCADDR), "10.0.", 5) == 0 && strtoul(text_of(ref, SRCADDR) + 5, NULL, 10) < 64;
}

static inline bool is_not_v6_net(const struct ref *ref)
{
    return strncmp(text_of(ref, DSTADDR), "2001:db8:1:", 11) != 0;
}

static inline bool is_two_enis(const struct ref *ref)
{
    return is_one_of(ref, INTERFACE, (const char *const[]){"eni-00000003", "eni-0000000b", NULL});
}

static inline bool is_tcp(const struct ref *ref)
{
    return is_one_of(ref, PROTOCOL, (const char *const[]){"6", NULL});
}

static inline bool is_not_ingress(const struct ref *ref)
{
    return !is_one_of(ref, DIRECTION, (const char *const[]){"ingress", NULL});
}

static inline bool is_status_ok(const struct ref *ref)
{
    return is_one_of(ref, STATUS, (const char *const[]){"OK", NULL});
}

static inline bool is_large(const struct ref *ref)
{
    return ref->bytes > 700;
}

static inline bool is_udp_or_small(const struct ref *ref)
{
    return is_one_of(ref, PROTOCOL, (const char *const[]){"17", NULL}) || (ref->bytes && ref->bytes < 300);
}

static inline bool is_late(const struct ref *ref)
{
    return is_one_of(ref, CAUSE, (const char *const[]){"late-packet", NULL});
}

static inline bool is_no_noise(const struct ref *ref)
{
    return !is_one_of(ref, CAUSE, (const char *const[]){"late-packet", "stale", NULL});
}

static const struct condition {
    const char *text;
    int facet; /* -1: counts for all facets */
    bool (*holds)(const struct ref *ref);
} conditions[] = {
    {"action = REJECT", ACTION, is_reject},
    {"action = -", ACTION, is_action_null},
    {"dstport in (22, 20-25)", DSTPORT, is_low_port},
    {"dstport != 22", DSTPORT, is_not_port_22},
    {"dstport >= 3000", -1, is_large_port},
    {"srcaddr in 10.0.0.0/18", SRCADDR, is_in_net},
    {"dstaddr not in 2001:db8:1::/48", DSTADDR, is_not_v6_net},
    {"interface-id in (eni-00000003, eni-0000000B)", INTERFACE, is_two_enis},
    {"protocol = tcp", PROTOCOL, is_tcp},
    {"flow-direction != ingress", DIRECTION, is_not_ingress},
    {"log-status = OK", STATUS, is_status_ok},
    {"cause = late-packet", CAUSE, is_late},
    {"cause not in (late-packet, stale)", CAUSE, is_no_noise},
    {"bytes > 700", -1, is_large},
    {"(protocol = 17 or bytes < 300)", -1, is_udp_or_small},
};
enum { CONDITIONS = sizeof conditions / sizeof *conditions };

/* ---- the world of one test ---- */

enum { ROWS_MAX = 120000 };

struct world {
    struct format_set set;
    const struct format *layouts[2];
    struct ring *ring;
    weir_view *view;
    weir_query *query;
    unsigned chosen; /* bit map of conditions */
    struct ref *refs;
    uint64_t n;
    uint64_t counted_from; /* rows from here on are in the timeline … */
    uint64_t kept_from;    /* … and, with keep_counts, in facets and top */
    struct view_options options;
    weir_group group;
    uint64_t seed;
    int64_t clock;
};

static inline bool matches(const struct world *world, const struct ref *ref, int but)
{
    const struct view_options *options = &world->options;
    if ((options->since || options->until) && ref->start < 0)
        return false;
    if ((options->since && ref->start < options->since) || (options->until && ref->start >= options->until))
        return false;
    for (unsigned k = 0; k < CONDITIONS; k++)
        if (world->chosen >> k & 1 && !(but >= 0 && conditions[k].facet == but) && !conditions[k].holds(ref))
            return false;
    return true;
}

static inline void on_evict(const struct block *block, void *user)
{
    view_evicting(((struct world *)user)->view, block);
}

static inline void world_open(struct world *world, uint64_t seed, uint64_t cap, const struct view_options *options)
{
    *world = (struct world){.seed = seed, .clock = 1700000000, .options = *options};
    static const char *const formats[] = {
        "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action "
        "log-status",
        "version interface-id srcaddr dstaddr flow-direction dstport protocol bytes packets start action",
    };
    format_set_init(&world->set);
    for (size_t k = 0; k < 2; k++) {
        struct format format;
        assert_int_equal(format_parse(formats[k], strlen(formats[k]), &format, NULL), WEIR_OK);
        world->layouts[k] = format_set_add(&world->set, &format, NULL);
        assert_non_null(world->layouts[k]);
    }
    world->refs = calloc(ROWS_MAX, sizeof *world->refs);
    world->ring = ring_new(cap, on_evict, world);
    world->view = view_new(world->ring, options);
    assert_non_null(world->view);
    world->group = *weir_view_group(world->view);
}

static inline void world_close(struct world *world)
{
    view_free(world->view);
    weir_query_free(world->query);
    ring_free(world->ring);
    format_set_done(&world->set);
    free(world->refs);
}

static inline uint64_t random_below(struct world *world, uint64_t n)
{
    return rows_random(&world->seed) % n;
}

static inline struct ref make_ref(struct world *world, unsigned layout)
{
    struct ref ref = {.kind = WEIR_ROW_RECORD};
    for (unsigned k = 0; k < WEIR_FACETS; k++)
        ref.value[k] = (uint8_t)(1 + random_below(world, 1 + random_below(world, domains[k].n - 1)));
    world->clock += random_below(world, 20) == 0;
    ref.start = world->clock - (int64_t)random_below(world, 90);
    ref.packets = 1 + random_below(world, 40);
    ref.bytes = 1 + random_below(world, 1000);
    ref.value[STATUS] = 1;
    ref.value[CAUSE] = NULL_VALUE; /* nobody knows it when a row comes */
    if (layout == 1) {
        ref.value[STATUS] = ABSENT;
        if (random_below(world, 10) == 0)
            ref.value[random_below(world, STATUS)] = NULL_VALUE;
        return ref;
    }
    ref.value[DIRECTION] = ABSENT;
    if (random_below(world, 12) == 0) {
        for (unsigned k = 0; k < WEIR_FACETS; k++)
            ref.value[k] = k == DIRECTION ? ABSENT : k == INTERFACE ? ref.value[k] : NULL_VALUE;
        ref.value[STATUS] = (uint8_t)(2 + random_below(world, 2));
        ref.kind = ref.value[STATUS] == 2 ? WEIR_ROW_NODATA : WEIR_ROW_SKIPDATA;
        ref.packets = ref.bytes = 0;
        if (random_below(world, 4) == 0)
            ref.start = -1;
    }
    return ref;
}

static inline void add_line(struct block *block, const struct world *world, unsigned layout, const struct ref *ref)
{
    char line[400];
    char numbers[3][24] = {"-", "-", "-"};
    if (ref->kind == WEIR_ROW_RECORD) {
        snprintf(numbers[0], sizeof *numbers, "%llu", (unsigned long long)ref->packets);
        snprintf(numbers[1], sizeof *numbers, "%llu", (unsigned long long)ref->bytes);
    }
    if (ref->start >= 0)
        snprintf(numbers[2], sizeof *numbers, "%lld", (long long)ref->start);
    if (layout == 0)
        snprintf(line, sizeof line, "2 123456789012 %s %s %s 1234 %s %s %s %s %s %s %s %s", text_of(ref, INTERFACE),
                 text_of(ref, SRCADDR), text_of(ref, DSTADDR), text_of(ref, DSTPORT), text_of(ref, PROTOCOL),
                 numbers[0], numbers[1], numbers[2], numbers[2], text_of(ref, ACTION), text_of(ref, STATUS));
    else
        snprintf(line, sizeof line, "5 %s %s %s %s %s %s %s %s %s %s", text_of(ref, INTERFACE), text_of(ref, SRCADDR),
                 text_of(ref, DSTADDR), text_of(ref, DIRECTION), text_of(ref, DSTPORT), text_of(ref, PROTOCOL),
                 numbers[1], numbers[0], numbers[2], text_of(ref, ACTION));
    rows_add(block, world->layouts[layout], line);
}

static inline void world_add(struct world *world, uint32_t n)
{
    struct block *batch = block_new(n, 0);
    uint64_t expected_records = 0;
    uint64_t expected_shown = 0;
    for (uint32_t k = 0; k < n; k++) {
        unsigned layout = random_below(world, 3) == 0;
        struct ref ref = make_ref(world, layout);
        add_line(batch, world, layout, &ref);
        assert_true(world->n < ROWS_MAX);
        world->refs[world->n++] = ref;
        expected_records += ref.kind == WEIR_ROW_RECORD;
        expected_shown += ref.kind == WEIR_ROW_RECORD && matches(world, &ref, -1);
    }
    uint64_t first, records, shown;
    assert_int_equal(ring_append(world->ring, batch, &first, NULL), WEIR_OK);
    assert_int_equal(first, world->n - n);
    assert_int_equal(view_added(world->view, first, &records, &shown, NULL), WEIR_OK);
    assert_int_equal(records, expected_records);
    assert_int_equal(shown, expected_shown);
    ring_set_overhead(world->ring, view_bytes(world->view));
    block_free(batch);
}

static inline void world_filter(struct world *world, unsigned chosen)
{
    char text[1024] = "";
    size_t len = 0;
    for (unsigned k = 0; k < CONDITIONS; k++)
        if (chosen >> k & 1)
            len += (size_t)snprintf(text + len, sizeof text - len, "%s%s", len ? " and " : "", conditions[k].text);
    weir_query *query = NULL;
    weir_error err = {0};
    if (weir_query_parse(text, world->clock, &query, &err) != WEIR_OK)
        fail_msg("%s: %s", text, err.text);
    assert_int_equal(view_set_query(world->view, query, &err), WEIR_OK);
    weir_query_free(world->query);
    world->query = query;
    world->chosen = chosen;
    world->counted_from = world->kept_from = ring_first(world->ring);
}

static inline void world_finish(struct world *world)
{
    while (view_work(world->view, 0))
        continue;
    assert_false(weir_view_busy(world->view));
}

static inline void world_group(struct world *world)
{
    unsigned a = (unsigned)random_below(world, WEIR_FACETS);
    unsigned b = (unsigned)random_below(world, WEIR_FACETS);
    world->group = (weir_group){.n = a == b ? 1 : 2};
    for (size_t k = 0; k < 2; k++) {
        world->group.part[k].field = fields[k ? b : a];
        world->group.part[k].prefix4 = 32;
        world->group.part[k].prefix6 = 128;
    }
    world->kept_from = world->options.keep_counts ? world->kept_from : 0;
    view_set_group(world->view, &world->group);
}

/* Causes of the first rows of a block, with ring and view told in one go. */
static inline void derive_rows(struct block *block, void *user)
{
    struct world *world = user;
    if (random_below(world, 4) == 0)
        block_forget(block, WEIR_F_CAUSE);
    bool is_gone = !block->column[WEIR_F_CAUSE];
    uint32_t n = (uint32_t)random_below(world, block->n + 1);
    for (uint32_t row = 0; row < block->n; row++) {
        struct ref *ref = &world->refs[block->first_row + row];
        if (is_gone)
            ref->value[CAUSE] = NULL_VALUE;
        if (row >= n)
            continue;
        uint8_t value = ref->value[ACTION] == 2 ? (uint8_t)random_below(world, domains[CAUSE].n) : NULL_VALUE;
        uint32_t id = DERIVED_NULL;
        if (value != NULL_VALUE)
            assert_int_equal(block_derived_id(block, WEIR_F_CAUSE, (weir_safe){domains[CAUSE].text[value]}, &id),
                             WEIR_OK);
        assert_int_equal(block_derive(block, WEIR_F_CAUSE, row, id), WEIR_OK);
        ref->value[CAUSE] = value;
    }
}

static inline void derive_block(size_t k, void *user)
{
    struct world *world = user;
    ring_rewrite(world->ring, k, derive_rows, world);
}

static inline void world_derive(struct world *world)
{
    size_t k = (size_t)random_below(world, ring_blocks(world->ring));
    assert_int_equal(view_rewrite(world->view, k, derive_block, world), WEIR_OK);
}

static inline unsigned random_conditions(struct world *world)
{
    unsigned chosen = 0;
    for (uint64_t k = random_below(world, 4); k > 0; k--)
        chosen |= 1u << random_below(world, CONDITIONS);
    return chosen;
}

#endif
