/* Causes, names and explanations of a session's rows: the demo's stories end to end, filters and facets on fields that
 * no line has, networks that change, rows that come while it goes on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "looker.h"
#include "source/demo.h"
#include "vpc/capture.h"
#include "vpc/inventory.h"

#define NOW INT64_C(1780000000)

enum { SEED = 1, LINES_MAX = 140000, LINE_BYTES = 512, SAMPLE = 97 };

static const weir_cause intended[STORIES] = {
    [STORY_NONE] = WEIR_CAUSE_NONE,
    [STORY_RULE_REVOKED] = WEIR_CAUSE_SG_INGRESS,
    [STORY_REPLY_DENIED] = WEIR_CAUSE_NACL_OUT_REPLY,
    [STORY_CUT] = WEIR_CAUSE_NACL_CHANGE,
    [STORY_KNOCK] = WEIR_CAUSE_SG_INGRESS,
    [STORY_LATE_PACKET] = WEIR_CAUSE_LATE_PACKET,
    [STORY_IDLE] = WEIR_CAUSE_IDLE_TIMEOUT,
    [STORY_LATE_ANSWER] = WEIR_CAUSE_LATE_UDP_REPLY,
};

/* ---- what the demo had in mind ---- */

struct told {
    char *line;
    enum story story;
};

struct stories {
    struct told *told;
    size_t n;
};

static void witness(void *context, enum story story, const char *line, size_t len)
{
    struct stories *stories = context;
    assert_true(stories->n < LINES_MAX);
    char *copy = strndup(line, len);
    assert_non_null(copy);
    copy[strcspn(copy, "\n")] = '\0';
    stories->told[stories->n++] = (struct told){copy, story};
}

static int by_line(const void *a, const void *b)
{
    return strcmp(((const struct told *)a)->line, ((const struct told *)b)->line);
}

static void stories_open(struct stories *stories, const char *scenario)
{
    enum incident incident;
    struct demo_world *world = calloc(1, sizeof *world);
    *stories = (struct stories){.told = calloc(LINES_MAX, sizeof *stories->told)};
    assert_true(world && stories->told && demo_incident(scenario, &incident));
    demo_begin(world, incident, SEED, NOW);
    world->log.witness = witness;
    world->log.context = stories;
    for (int64_t second = world->from; second < NOW; second++) {
        demo_second(world, second);
        buf_clear(&world->log.slots[second & (DEMO_SLOTS - 1)]);
    }
    for (size_t k = 0; k < DEMO_SLOTS; k++)
        buf_done(&world->log.slots[k]);
    free(world);
    qsort(stories->told, stories->n, sizeof *stories->told, by_line);
}

static void stories_close(struct stories *stories)
{
    for (size_t k = 0; k < stories->n; k++)
        free(stories->told[k].line);
    free(stories->told);
}

static enum story story_of(const struct stories *stories, const weir_row *row)
{
    static char text[WEIR_ROW_TEXT_MAX];
    struct told key = {.line = text};
    weir_row_text(row, text, sizeof text);
    const struct told *told = bsearch(&key, stories->told, stories->n, sizeof key, by_line);
    if (!told)
        fail_msg("nobody made %s", text);
    return told->story;
}

/* ---- sessions ---- */

static weir_network *open_network(const char *scenario)
{
    size_t len;
    weir_network *network = NULL;
    weir_error err = {0};
    bool changed = false;
    char *bytes = weir_demo_network(scenario, NOW, &len);
    assert_non_null(bytes);
    weir_network_options options = {.snapshot = bytes, .snapshot_len = len};
    assert_int_equal(weir_network_open(&options, &network, &err), WEIR_OK);
    free(bytes);
    assert_int_equal(weir_network_pump(network, &changed, &err), WEIR_OK);
    assert_true(changed && weir_network_ready(network));
    return network;
}

static weir_session *open_demo(const char *scenario, const char *filter, uint64_t memory, bool follow)
{
    char spec[32];
    const char *specs[] = {spec};
    snprintf(spec, sizeof spec, "demo:%s", scenario);
    return open_session(&(weir_session_options){.sources = specs,
                                                .n_sources = 1,
                                                .seed = SEED,
                                                .now = NOW,
                                                .filter = filter,
                                                .memory_bytes = memory,
                                                .follow = follow});
}

static void pump_to_rest(weir_session *session)
{
    while (pump(session, 5) & WEIR_CHANGED_MORE)
        continue;
}

static void set_filter(weir_session *session, const char *text)
{
    weir_error err = {0};
    weir_status status = weir_session_filter(session, text, &err);
    if (status != WEIR_OK)
        fail_msg("%s: %s", text, err.text);
    pump_to_rest(session);
}

/* ---- the plain way ---- */

static weir_cause cause_field(const weir_row *row)
{
    weir_value value = weir_row_value(row, WEIR_F_CAUSE);
    if (value.type != WEIR_TEXT)
        return WEIR_CAUSE_NONE;
    weir_cause cause = weir_cause_find(value.text.text, strlen(value.text.text));
    assert_int_not_equal(cause, WEIR_CAUSE_NONE);
    return cause;
}

static uint64_t count_field(const weir_session *session, weir_field field, const char *text)
{
    const weir_view *view = weir_session_view(session);
    uint64_t n = 0;
    weir_row row;
    for (uint64_t id = weir_view_oldest(view); weir_view_row(view, id, &row); id++) {
        weir_value value = weir_row_value(&row, field);
        n += value.type == WEIR_TEXT && strcmp(value.text.text, text) == 0;
    }
    return n;
}

struct causes {
    uint64_t of[WEIR_CAUSE_COUNT], none, rejects;
};

static struct causes count_causes(const weir_session *session)
{
    struct causes causes = {0};
    const weir_view *view = weir_session_view(session);
    weir_row row;
    for (uint64_t id = weir_view_oldest(view); weir_view_row(view, id, &row); id++) {
        weir_cause cause = cause_field(&row);
        causes.rejects += weir_row_verdict(&row) == WEIR_VERDICT_REJECT;
        if (cause == WEIR_CAUSE_NONE)
            causes.none++;
        else
            causes.of[cause]++;
    }
    return causes;
}

/* The facet of causes is these counts and no other. */
static void assert_facet(const weir_session *session, const struct causes *causes)
{
    weir_facet facet;
    weir_facet_value values[WEIR_CAUSE_COUNT + 1];
    size_t k = 0;
    const weir_view *view = weir_session_view(session);
    do
        assert_true(k < WEIR_FACETS);
    while (weir_view_facet(view, k++, &facet, values, 1), facet.field != WEIR_F_CAUSE);
    size_t n = weir_view_facet(view, k - 1, &facet, values, WEIR_CAUSE_COUNT + 1), kinds = 0;
    for (int cause = 0; cause < WEIR_CAUSE_COUNT; cause++)
        kinds += causes->of[cause] > 0;
    assert_int_equal(facet.distinct, kinds);
    assert_int_equal(facet.uncounted, 0);
    for (size_t at = 0; at < n; at++) {
        const char *name = values[at].value.text.text;
        weir_cause cause = weir_cause_find(name, strlen(name));
        assert_int_equal(values[at].records, causes->of[cause]);
    }
}

static void assert_no_causes(const weir_session *session)
{
    struct causes causes = count_causes(session);
    assert_int_equal(causes.none, weir_view_total(weir_session_view(session)));
}

/* ---- tests ---- */

static void assert_stories(weir_session *session, const struct stories *stories, bool by_field, size_t *told)
{
    const weir_view *view = weir_session_view(session);
    weir_row row;
    for (uint64_t id = weir_view_oldest(view); weir_view_row(view, id, &row); id++) {
        bool is_record = weir_row_kind_of(&row) == WEIR_ROW_RECORD;
        enum story story = is_record ? story_of(stories, &row) : STORY_NONE;
        weir_cause cause = by_field ? cause_field(&row) : weir_session_cause(session, &row);
        if (cause != intended[story]) {
            static char text[WEIR_ROW_TEXT_MAX];
            fail_msg("%s is %s, not %s", weir_row_text(&row, text, sizeof text).text,
                     cause == WEIR_CAUSE_NONE ? "nothing" : weir_cause_get(cause)->name,
                     intended[story] == WEIR_CAUSE_NONE ? "nothing" : weir_cause_get(intended[story])->name);
        }
        told[story]++;
    }
}

static void every_reject_of_every_story_has_its_cause(void **state)
{
    (void)state;
    size_t told[STORIES] = {0};
    for (size_t k = 0; weir_scenario_name(k); k++) {
        struct stories stories;
        stories_open(&stories, weir_scenario_name(k));
        weir_network *network = open_network(weir_scenario_name(k));
        weir_session *session = open_demo(weir_scenario_name(k), NULL, 0, false);
        weir_session_set_network(session, network);
        pump_to_end(session);
        assert_true(weir_session_classified(session) < 0);
        assert_no_causes(session);
        assert_stories(session, &stories, false, told);
        weir_session_classify(session, true);
        pump_to_rest(session);
        assert_true(weir_session_classified(session) == 1);
        assert_stories(session, &stories, true, told);
        struct causes causes = count_causes(session);
        assert_facet(session, &causes);
        assert_int_equal(causes.rejects + causes.none, weir_view_total(weir_session_view(session)));
        weir_session_close(session);
        weir_network_close(network);
        stories_close(&stories);
    }
    for (enum story story = STORY_NONE; story < STORIES; story++)
        assert_true(told[story] > 10);
}

/* Matching rows are those whose field says so, at any moment. */
static void assert_matched(const weir_session *session)
{
    struct causes causes = count_causes(session);
    assert_int_equal(weir_view_matched(weir_session_view(session)), causes.of[WEIR_CAUSE_LATE_PACKET]);
}

static void a_filter_on_causes_begins_by_itself(void **state)
{
    (void)state;
    weir_network *network = open_network("web");
    weir_session *session = open_demo("web", "cause = late-packet", 0, false);
    weir_session_set_network(session, network);
    unsigned changed = 0;
    for (unsigned k = 0; !weir_session_ended(session) || changed & WEIR_CHANGED_MORE; k++) {
        changed = turn(session, changed, 0);
        if (k % 3 == 0 || !(changed & WEIR_CHANGED_MORE))
            assert_matched(session);
    }
    assert_true(weir_session_classified(session) == 1);
    struct causes causes = count_causes(session);
    assert_true(causes.of[WEIR_CAUSE_LATE_PACKET] > 10);
    assert_matched(session);
    assert_facet(session, &causes); /* conditions on the field itself do not narrow its facet */
    set_filter(session, "reject and not cause in (late-packet, late-udp-reply, stale)");
    assert_int_equal(weir_view_matched(weir_session_view(session)), causes.rejects - causes.of[WEIR_CAUSE_LATE_PACKET] -
                                                                        causes.of[WEIR_CAUSE_LATE_UDP_REPLY] -
                                                                        causes.of[WEIR_CAUSE_STALE]);
    set_filter(session, "accept");
    assert_int_equal(count_causes(session).none + causes.rejects, weir_view_total(weir_session_view(session)));
    weir_session_close(session);
    weir_network_close(network);
}

static void what_came_in_pieces_is_the_same_as_what_came_at_once(void **state)
{
    (void)state;
    weir_network *network = open_network("nacl");
    weir_session *once = open_demo("nacl", NULL, 0, false), *pieces = open_demo("nacl", NULL, 0, false);
    weir_session_set_network(once, network);
    weir_session_set_network(pieces, network);
    weir_session_classify(pieces, true);
    pump_to_end(once);
    weir_session_classify(once, true);
    pump_to_rest(once);
    pump_to_end(pieces);
    pump_to_rest(pieces);
    weir_row left, right;
    for (uint64_t id = 0; weir_view_row(weir_session_view(once), id, &left); id++) {
        assert_true(weir_view_row(weir_session_view(pieces), id, &right));
        assert_int_equal(cause_field(&left), cause_field(&right));
    }
    weir_session_close(once);
    weir_session_close(pieces);
    weir_network_close(network);
}

static void an_explanation_agrees_with_the_cause(void **state)
{
    (void)state;
    weir_network *network = open_network("web");
    weir_session *session = open_demo("web", NULL, 0, false);
    weir_session_set_network(session, network);
    pump_to_end(session);
    const weir_view *view = weir_session_view(session);
    weir_row row;
    weir_explanation *told = NULL;
    unsigned n = 0, refused = 0;
    for (uint64_t id = weir_view_oldest(view); weir_view_row(view, id, &row); id++) {
        weir_error err = {0};
        bool is_record = weir_row_kind_of(&row) == WEIR_ROW_RECORD;
        if (is_record && id % SAMPLE)
            continue;
        weir_status status = weir_session_explain(session, id, &told, &err);
        assert_int_equal(status, is_record ? WEIR_OK : WEIR_E_USAGE);
        refused += !is_record;
        if (!is_record)
            continue;
        assert_int_equal(told->cause, weir_session_cause(session, &row));
        assert_true(told->title.text[0] && strncmp(told->flow.text, ":", 1) != 0 && told->n_hops > 0);
        weir_explanation_free(told);
        n++;
    }
    assert_true(n > 500 && refused > 0);
    weir_error err = {0};
    assert_int_equal(weir_session_explain(session, weir_view_newest(view) + 1, &told, &err), WEIR_E_USAGE);
    weir_session_close(session);
    weir_network_close(network);
}

static void a_small_ring_keeps_its_cap_and_forgets(void **state)
{
    (void)state;
    weir_network *network = open_network("web");
    weir_session *session = open_demo("web", "cause = late-packet", 4 << 20, false);
    weir_session_set_network(session, network);
    unsigned changed = 0;
    weir_totals t;
    while (!weir_session_ended(session) || changed & WEIR_CHANGED_MORE) {
        changed = turn(session, changed, 2);
        weir_session_totals(session, &t);
        assert_true(t.memory_bytes <= t.memory_cap_bytes);
        double done = weir_session_classified(session);
        assert_true(done >= 0 && done <= 1);
        assert_matched(session);
    }
    assert_true(t.evicted > 16384);
    struct causes causes = count_causes(session);
    assert_facet(session, &causes);
    assert_int_equal(causes.rejects + causes.none, weir_view_total(weir_session_view(session)));
    weir_explanation *told = NULL;
    weir_error err = {0};
    assert_int_equal(weir_session_explain(session, 0, &told, &err), WEIR_E_USAGE);
    assert_null(told);
    assert_non_null(strstr(err.text, "--memory"));
    weir_session_close(session);
    weir_network_close(network);
}

/* What is kept for causes counts, also when no row comes any more. */
static void memory_for_causes_is_counted(void **state)
{
    (void)state;
    weir_session *session = open_demo("quiet", NULL, 0, false);
    pump_to_end(session);
    weir_totals before, after;
    weir_session_totals(session, &before);
    weir_session_classify(session, true);
    pump_to_rest(session);
    weir_session_totals(session, &after);
    assert_true(after.memory_bytes >= before.memory_bytes + after.memory_cap_bytes / 32);
    weir_session_close(session);
}

static void progress_only_grows(void **state)
{
    (void)state;
    weir_session *session = open_demo("scan", NULL, 0, false);
    pump_to_end(session);
    assert_true(weir_session_classified(session) < 0);
    weir_session_classify(session, true);
    double was = weir_session_classified(session);
    assert_true(was == 0);
    unsigned steps = 0;
    for (unsigned changed = WEIR_CHANGED_MORE; changed & WEIR_CHANGED_MORE; steps++) {
        changed = pump(session, 0);
        double done = weir_session_classified(session);
        assert_true(done >= was && done <= 1);
        was = done;
        if (steps == 2) /* said twice: it goes on */
            weir_session_classify(session, true);
    }
    assert_true(was == 1 && steps > 3);
    struct causes causes = count_causes(session);
    assert_int_equal(causes.rejects + causes.none, weir_view_total(weir_session_view(session)));
    weir_session_classify(session, true);
    assert_true(weir_session_classified(session) == 1);
    weir_session_classify(session, false);
    assert_true(weir_session_classified(session) < 0);
    pump_to_rest(session);
    assert_no_causes(session);
    causes = (struct causes){0};
    assert_facet(session, &causes);
    weir_session_close(session);
}

/* One network after the other, each gone before the next pump. */
static void names_and_causes_follow_the_network(void **state)
{
    (void)state;
    weir_session *session = open_demo("web", NULL, 0, false);
    pump_to_end(session);
    weir_session_classify(session, true);
    pump_to_rest(session);
    struct causes bare = count_causes(session), first, other;
    assert_int_equal(bare.of[WEIR_CAUSE_SG_INGRESS], 0);
    assert_int_equal(count_field(session, WEIR_F_SRC_NAME, "web-1"), 0);

    weir_network *network = open_network("web");
    weir_session_set_network(session, network);
    pump_to_rest(session);
    first = count_causes(session);
    assert_true(first.of[WEIR_CAUSE_SG_INGRESS] > 1000);
    uint64_t named = count_field(session, WEIR_F_SRC_NAME, "web-1");
    assert_true(named > 1000);

    weir_session_set_network(session, NULL);
    weir_network_close(network);
    pump_to_rest(session);
    other = count_causes(session);
    assert_memory_equal(&other, &bare, sizeof bare);
    assert_int_equal(count_field(session, WEIR_F_SRC_NAME, "web-1"), 0);

    network = open_network("web");
    weir_session_set_network(session, network);
    pump_to_rest(session);
    other = count_causes(session);
    assert_memory_equal(&other, &first, sizeof first);
    assert_int_equal(count_field(session, WEIR_F_SRC_NAME, "web-1"), named);

    weir_network *quiet = open_network("quiet"); /* also its first generation */
    weir_session_set_network(session, quiet);
    weir_network_close(network);
    pump_to_rest(session);
    other = count_causes(session);
    assert_true(other.of[WEIR_CAUSE_SG_INGRESS] < first.of[WEIR_CAUSE_SG_INGRESS]);
    assert_facet(session, &other);
    weir_session_close(session);
    weir_network_close(quiet);
}

static bool is_in_group(const struct vpc_interface *interface, const char *group)
{
    bool found = false;
    for (size_t k = 0; interface && k < interface->n_groups; k++)
        found |=
            strcmp(interface->groups[k]->name.text, group) == 0 || strcmp(interface->groups[k]->id.text, group) == 0;
    return found;
}

struct expected_names {
    uint64_t web_source, db_target, web_interface, group, group_id;
};

static struct expected_names expect_names(const weir_session *session, const struct inventory *inventory,
                                          const char *group_id)
{
    struct expected_names expected = {0};
    const weir_view *view = weir_session_view(session);
    weir_row row;
    for (uint64_t id = weir_view_oldest(view); weir_view_row(view, id, &row); id++) {
        char src[64], dst[64];
        weir_value value = weir_row_value(&row, WEIR_F_SRCADDR);
        weir_value_text(WEIR_F_SRCADDR, &value, WEIR_STYLE_AWS, src, sizeof src);
        value = weir_row_value(&row, WEIR_F_DSTADDR);
        weir_value_text(WEIR_F_DSTADDR, &value, WEIR_STYLE_AWS, dst, sizeof dst);
        expected.web_source += strcmp(src, demo_interfaces[WEB_1].addr4) == 0 ||
                               (demo_interfaces[WEB_1].addr6 && strcmp(src, demo_interfaces[WEB_1].addr6) == 0);
        expected.db_target += strcmp(dst, demo_interfaces[DB_1].addr4) == 0;
        const char *at = weir_row_value(&row, WEIR_F_INTERFACE_ID).text.text;
        expected.web_interface += strcmp(at, demo_interfaces[WEB_2].id) == 0;
        const struct vpc_interface *interface = inventory_interface(inventory, at);
        expected.group += is_in_group(interface, "shop-web");
        expected.group_id += is_in_group(interface, group_id);
    }
    return expected;
}

static void rows_are_found_by_names(void **state)
{
    (void)state;
    size_t len;
    weir_error err = {0};
    struct capture *capture;
    struct inventory *inventory;
    char *bytes = weir_demo_network("web", NOW, &len);
    assert_int_equal(capture_read_bytes(bytes, len, &capture, &err), WEIR_OK);
    assert_int_equal(inventory_build(capture, &inventory, &err), WEIR_OK);
    capture_free(capture);
    free(bytes);
    const struct vpc_interface *db = inventory_interface(inventory, demo_interfaces[DB_1].id);
    const char *group_id = db->groups[db->n_groups - 1]->id.text;

    weir_network *network = open_network("web");
    weir_session *session = open_demo("web", "srcname = web-1", 0, false);
    weir_session_set_network(session, network);
    pump_to_end(session);
    struct expected_names expected = expect_names(session, inventory, group_id);
    assert_true(weir_session_classified(session) < 0);
    assert_int_equal(weir_view_matched(weir_session_view(session)), expected.web_source);
    char text[128];
    snprintf(text, sizeof text, "sg = %s", group_id);
    const struct {
        const char *filter;
        uint64_t n;
    } cases[] = {{"dname = db-1", expected.db_target},
                 {"sg = shop-web", expected.group},
                 {text, expected.group_id},
                 {"interface-name = web-2", expected.web_interface},
                 {"ename = web-2 sname = web-1", 0},
                 {"sname = web-1", expected.web_source},
                 {"sg = nosuch", 0}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        set_filter(session, cases[k].filter);
        if (weir_view_matched(weir_session_view(session)) != cases[k].n)
            fail_msg("%s: %llu", cases[k].filter, (unsigned long long)weir_view_matched(weir_session_view(session)));
    }
    assert_true(expected.web_source > 1000 && expected.db_target > 1000 && expected.group > 1000);
    weir_session_set_network(session, NULL);
    set_filter(session, "sg = shop-web");
    assert_int_equal(weir_view_matched(weir_session_view(session)), 0);
    weir_session_close(session);
    weir_network_close(network);
    inventory_free(inventory);
}

static void assert_top(weir_session *session, const char *group, weir_field field)
{
    weir_group parsed;
    weir_error err = {0};
    assert_int_equal(weir_group_parse(group, &parsed, &err), WEIR_OK);
    weir_session_group(session, &parsed);
    pump_to_rest(session);
    weir_top_row rows[64];
    weir_top_totals totals;
    size_t n = weir_view_top(weir_session_view(session), WEIR_BY_RECORDS, rows, 64, &totals);
    assert_true(n > 2);
    for (size_t k = 0; k < n; k++)
        if (rows[k].key[0].type == WEIR_TEXT)
            assert_int_equal(rows[k].records, count_field(session, field, rows[k].key[0].text.text));
}

static void groups_are_of_names_and_causes(void **state)
{
    (void)state;
    weir_network *network = open_network("nacl");
    weir_session *session = open_demo("nacl", NULL, 0, false);
    weir_session_set_network(session, network);
    pump_to_end(session);
    assert_top(session, "srcname", WEIR_F_SRC_NAME);
    assert_true(weir_session_classified(session) < 0);
    assert_top(session, "cause", WEIR_F_CAUSE);
    assert_true(weir_session_classified(session) == 1); /* it was spoken of */
    assert_top(session, "srcname", WEIR_F_SRC_NAME);
    weir_session_close(session);
    weir_network_close(network);
}

/* By start: rows that match now and did not before are in their places. */
static void the_order_by_start_has_all_that_match(void **state)
{
    (void)state;
    weir_session *session = open_demo("web", "cause = late-packet", 0, false);
    assert_int_equal(weir_session_order(session, WEIR_ORDER_START, NULL), WEIR_OK);
    pump_to_end(session);
    pump_to_rest(session);
    const weir_view *view = weir_session_view(session);
    uint64_t n = weir_view_matched(view), was = 0;
    weir_row row;
    assert_int_equal(n, count_causes(session).of[WEIR_CAUSE_LATE_PACKET]);
    assert_true(n > 10);
    for (uint64_t k = 0; k < n; k++) {
        assert_true(weir_view_nth(view, k, &row));
        uint64_t start = weir_row_value(&row, WEIR_F_START).number;
        assert_true(start >= was && cause_field(&row) == WEIR_CAUSE_LATE_PACKET);
        was = start;
    }
    assert_false(weir_view_nth(view, n, &row));
    weir_session_close(session);
}

/* What came behind a row counts too, once history is in. */
static void assert_up_to_date(weir_session *session)
{
    const weir_view *view = weir_session_view(session);
    weir_row row;
    for (uint64_t id = weir_view_oldest(view); weir_view_row(view, id, &row); id++)
        assert_int_equal(cause_field(&row), weir_session_cause(session, &row));
}

static void a_source_that_goes_on_comes_to_rest(void **state)
{
    (void)state;
    weir_network *network = open_network("web");
    weir_session *session = open_demo("web", "reject and cause != late-packet", 0, true);
    weir_session_set_network(session, network);
    pump_to_state(session, 0, WEIR_SOURCE_FOLLOWING);
    pump_to_rest(session);
    assert_true(weir_session_classified(session) == 1);
    struct causes causes = count_causes(session);
    assert_int_equal(weir_view_matched(weir_session_view(session)), causes.rejects - causes.of[WEIR_CAUSE_LATE_PACKET]);
    assert_int_equal(causes.rejects + causes.none, weir_view_total(weir_session_view(session)));
    assert_up_to_date(session);
    weir_session_close(session);
    weir_network_close(network);
}

/* Files need not be in order of time: what closed the connection stands far behind what was rejected. */
static void history_is_looked_at_again_when_it_is_in(void **state)
{
    (void)state;
    char path[] = "/tmp/weir-test-XXXXXX";
    int fd = mkstemp(path);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
    assert_non_null(file);
    fputs("version interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status "
          "tcp-flags flow-direction\n"
          "5 eni-0a 203.0.113.7 10.0.1.10 50000 443 6 1 40 1779990100 1779990110 REJECT OK 4 ingress\n",
          file);
    for (int k = 0; k < 20000; k++)
        fprintf(file, "5 eni-0a 203.0.113.8 10.0.1.10 %d 443 6 4 400 1779990000 1779990020 ACCEPT OK 2 ingress\n",
                20000 + k);
    fputs("5 eni-0a 203.0.113.7 10.0.1.10 50000 443 6 4 400 1779990000 1779990020 ACCEPT OK 3 ingress\n", file);
    assert_int_equal(fclose(file), 0);
    const char *specs[] = {path};
    weir_session *session = open_session(&(weir_session_options){
        .sources = specs, .n_sources = 1, .follow = true, .now = NOW, .filter = "cause = late-packet"});
    pump_to_state(session, 0, WEIR_SOURCE_FOLLOWING);
    pump_to_lines(session, 20003);
    pump_to_rest(session);
    assert_int_equal(weir_view_matched(weir_session_view(session)), 1);
    assert_true(weir_session_classified(session) == 1);
    weir_session_close(session);
    unlink(path);
}

static void rows_that_are_appended_are_classified_as_they_come(void **state)
{
    (void)state;
    char path[] = "/tmp/weir-test-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    static const char old[] =
        "version interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status "
        "tcp-flags flow-direction\n"
        "5 eni-0a 203.0.113.7 10.0.1.10 50000 443 6 4 400 1779990000 1779990020 ACCEPT OK 3 ingress\n"
        "5 eni-0a 10.0.1.10 203.0.113.7 443 50000 6 4 900 1779990000 1779990020 ACCEPT OK 19 egress\n";
    static const char late[] =
        "5 eni-0a 203.0.113.7 10.0.1.10 50000 443 6 1 40 1779990100 1779990110 REJECT OK 4 ingress\n"
        "5 eni-0a 203.0.113.7 10.0.1.10 50001 443 6 1 40 1779990100 1779990110 REJECT OK 2 ingress\n";
    assert_int_equal(write(fd, old, strlen(old)), strlen(old));
    const char *specs[] = {path};
    weir_session *session = open_session(&(weir_session_options){
        .sources = specs, .n_sources = 1, .follow = true, .now = NOW, .filter = "cause = late-packet"});
    pump_to_lines(session, 3);
    assert_int_equal(weir_view_matched(weir_session_view(session)), 0);
    assert_int_equal(write(fd, late, strlen(late)), strlen(late));
    pump_to_lines(session, 5);
    assert_int_equal(weir_view_matched(weir_session_view(session)), 1);
    weir_totals t;
    weir_session_totals(session, &t);
    assert_int_equal(t.shown, 1);
    weir_session_close(session);
    close(fd);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_reject_of_every_story_has_its_cause),
        cmocka_unit_test(a_filter_on_causes_begins_by_itself),
        cmocka_unit_test(what_came_in_pieces_is_the_same_as_what_came_at_once),
        cmocka_unit_test(an_explanation_agrees_with_the_cause),
        cmocka_unit_test(a_small_ring_keeps_its_cap_and_forgets),
        cmocka_unit_test(memory_for_causes_is_counted),
        cmocka_unit_test(progress_only_grows),
        cmocka_unit_test(names_and_causes_follow_the_network),
        cmocka_unit_test(rows_are_found_by_names),
        cmocka_unit_test(groups_are_of_names_and_causes),
        cmocka_unit_test(the_order_by_start_has_all_that_match),
        cmocka_unit_test(a_source_that_goes_on_comes_to_rest),
        cmocka_unit_test(history_is_looked_at_again_when_it_is_in),
        cmocka_unit_test(rows_that_are_appended_are_classified_as_they_come),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
