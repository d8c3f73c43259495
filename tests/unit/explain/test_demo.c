/* The demo's stories are explained: every REJECT of every scenario, with three seeds, has the cause that the demo had
 * in mind when it made the record; and what it accepts, the rules of its network let through. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "explain/decide.h"
#include "source/demo.h"
#include "vpc/capture.h"
#include "weir/source.h"

#define NOW INT64_C(1780000000)

enum { COLUMNS = 25, RECORDS_MAX = 140000, LINE_BYTES = 512, SEEDS = 3, SAMPLE = 11 };
enum {
    INTERFACE_ID = 2,
    SRC,
    DST,
    SRC_PORT,
    DST_PORT,
    PROTOCOL,
    START = 10,
    END,
    ACTION,
    STATUS,
    VPC,
    FLAGS = 17,
    DIRECTION = 23,
    PATH
};

/* What the demo means by each of its stories. */
static const weir_cause intended[STORIES] = {
    [STORY_RULE_REVOKED] = WEIR_CAUSE_SG_INGRESS,
    [STORY_REPLY_DENIED] = WEIR_CAUSE_NACL_OUT_REPLY,
    [STORY_CUT] = WEIR_CAUSE_NACL_CHANGE,
    [STORY_KNOCK] = WEIR_CAUSE_SG_INGRESS,
    [STORY_LATE_PACKET] = WEIR_CAUSE_LATE_PACKET,
    [STORY_IDLE] = WEIR_CAUSE_IDLE_TIMEOUT,
    [STORY_LATE_ANSWER] = WEIR_CAUSE_LATE_UDP_REPLY,
};

struct made {
    enum story story;
    char line[LINE_BYTES]; /* columns end with a NUL */
    const char *column[COLUMNS];
    char tuple[128]; /* interface, addresses, ports and protocol as the record has them */
    int64_t start, end;
    int flags;
    bool accepted;
};

/* All records of a scenario, by tuple and start. */
struct account {
    struct made *records;
    size_t n;
    struct demo_world *world;
    struct inventory *inventory;
};

/* ---- making ---- */

static void write_tuple(char *out, size_t size, const struct made *made, bool reverse)
{
    snprintf(out, size, "%s %s %s %s %s %s", made->column[INTERFACE_ID], made->column[reverse ? DST : SRC],
             made->column[reverse ? SRC : DST], made->column[reverse ? DST_PORT : SRC_PORT],
             made->column[reverse ? SRC_PORT : DST_PORT], made->column[PROTOCOL]);
}

static void witness(void *context, enum story story, const char *line, size_t len)
{
    struct account *account = context;
    assert_true(account->n < RECORDS_MAX && len < LINE_BYTES);
    struct made *made = &account->records[account->n];
    *made = (struct made){.story = story};
    memcpy(made->line, line, len);
    char *at = made->line;
    for (int k = 0; k < COLUMNS; k++) {
        made->column[k] = at;
        at += strcspn(at, " \n");
        *at++ = '\0';
    }
    if (strcmp(made->column[STATUS], "OK") != 0)
        return;
    made->start = strtoll(made->column[START], NULL, 10);
    made->end = strtoll(made->column[END], NULL, 10);
    made->flags = (int)strtol(made->column[FLAGS], NULL, 10);
    made->accepted = strcmp(made->column[ACTION], "ACCEPT") == 0;
    assert_int_equal(made->accepted, story == STORY_NONE);
    write_tuple(made->tuple, sizeof made->tuple, made, false);
    account->n++;
}

static int by_tuple_and_start(const void *a, const void *b)
{
    const struct made *one = a, *two = b;
    int order = strcmp(one->tuple, two->tuple);
    return order ? order : (one->start > two->start) - (one->start < two->start);
}

/* Columns point into their own record, which sorting moves. */
static void rejoin(struct made *made)
{
    const char *at = made->line;
    for (int k = 0; k < COLUMNS; k++) {
        made->column[k] = at;
        at += strlen(at) + 1;
    }
}

static void open_account(struct account *account, const char *scenario, uint64_t seed)
{
    enum incident incident;
    assert_true(demo_incident(scenario, &incident));
    account->n = 0;
    account->records = calloc(RECORDS_MAX, sizeof *account->records);
    account->world = calloc(1, sizeof *account->world);
    assert_true(account->records && account->world);
    demo_begin(account->world, incident, seed, NOW);
    account->world->log.witness = witness;
    account->world->log.context = account;
    for (int64_t second = account->world->from; second < NOW; second++) {
        demo_second(account->world, second);
        buf_clear(&account->world->log.slots[second & (DEMO_SLOTS - 1)]);
    }
    qsort(account->records, account->n, sizeof *account->records, by_tuple_and_start);
    for (size_t k = 0; k < account->n; k++)
        rejoin(&account->records[k]);

    size_t len;
    char *network = weir_demo_network(scenario, NOW, &len);
    struct capture *capture;
    weir_error err = {0};
    assert_non_null(network);
    assert_int_equal(capture_read_bytes(network, len, &capture, &err), WEIR_OK);
    assert_int_equal(inventory_build(capture, &account->inventory, &err), WEIR_OK);
    capture_free(capture);
    free(network);
}

static void close_account(struct account *account)
{
    inventory_free(account->inventory);
    for (size_t k = 0; k < DEMO_SLOTS; k++)
        buf_done(&account->world->log.slots[k]);
    free(account->world);
    free(account->records);
}

/* ---- what came before, as flow.h defines it ---- */

static const struct made *first_of(const struct account *account, const char *tuple)
{
    size_t from = 0, to = account->n;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (strcmp(account->records[middle].tuple, tuple) < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return &account->records[from];
}

static void keep_newest(struct prior_record *newest, const struct made *made)
{
    if (newest->found && newest->start > made->start)
        return;
    *newest = (struct prior_record){.found = true,
                                    .start = made->start,
                                    .end = made->end,
                                    .tcp_flags = made->flags,
                                    .verdict = WEIR_VERDICT_ACCEPT,
                                    .packets = 1,
                                    .bytes = 100};
}

static void look_back(const struct account *account, const struct made *made, bool reverse, struct prior *prior)
{
    char tuple[128];
    write_tuple(tuple, sizeof tuple, made, reverse);
    for (const struct made *at = first_of(account, tuple);
         at < account->records + account->n && strcmp(at->tuple, tuple) == 0; at++) {
        if (!at->accepted || (reverse ? at->start > made->end : at->start >= made->start))
            continue;
        keep_newest(reverse ? &prior->reverse : &prior->same, at);
        if (reverse && (at->flags & 18) == 2)
            keep_newest(&prior->request, at);
        if (at->flags & 5)
            keep_newest(&prior->close, at);
        prior->exchanges++;
    }
}

/* ---- deciding ---- */

static void decide_made(const struct account *account, const struct made *made, struct decision *out)
{
    char text[LINE_BYTES];
    const char *const *column = made->column;
    bool egress = strcmp(column[DIRECTION], "egress") == 0;
    snprintf(text, sizeof text,
             "eni=%s src=%s dst=%s sport=%s dport=%s proto=%s flags=%s dir=%s action=REJECT vpc=%s start=%s end=%s",
             column[INTERFACE_ID], column[SRC], column[DST], column[SRC_PORT], column[DST_PORT], column[PROTOCOL],
             column[FLAGS], column[DIRECTION], column[VPC], column[START], column[END]);
    if (egress)
        snprintf(text + strlen(text), sizeof text - strlen(text), " path=%s", column[PATH]);
    struct flow_record record;
    weir_error err = {0};
    if (flow_record_parse(text, NOW, &record, &err) != WEIR_OK)
        fail_msg("%s: %s", text, err.text);
    struct prior prior = {.searched = true, .log_is_all = true};
    look_back(account, made, false, &prior);
    look_back(account, made, true, &prior);
    struct flow flow;
    flow_of(&record, account->inventory, &prior, NULL, &flow);
    const struct rules_at rules = {account->inventory, account->inventory, false};
    decide(&flow, &prior, &rules, out);
}

static void assert_cause(const struct made *made, const struct decision *decision, weir_cause cause)
{
    if (decision->cause == cause)
        return;
    fail_msg("%s:%s -> %s:%s proto %s flags %s at %s is %s, not %s", made->column[SRC], made->column[SRC_PORT],
             made->column[DST], made->column[DST_PORT], made->column[PROTOCOL], made->column[FLAGS],
             made->column[INTERFACE_ID], weir_cause_get(decision->cause)->name, weir_cause_get(cause)->name);
}

static void all_of_its_network_is_known(void **state)
{
    (void)state;
    struct account account;
    open_account(&account, "quiet", 1);
    for (int part = 0; part < PART_COUNT; part++) {
        weir_safe words = inventory_part_words(account.inventory, (enum part)part);
        if (inventory_part(account.inventory, (enum part)part) != PART_KNOWN)
            fail_msg("%s", words.text);
    }
    weir_safe warning;
    assert_false(inventory_warning(account.inventory, 0, &warning));
    assert_int_equal(inventory_taken(account.inventory), NOW);
    assert_string_equal(inventory_region(account.inventory).text, DEMO_REGION);
    assert_string_equal(inventory_account(account.inventory).text, DEMO_ACCOUNT);
    assert_int_equal(inventory_bpa(account.inventory), BPA_OFF);
    for (int k = 0; k < INTERFACES; k++) {
        const struct vpc_interface *at = inventory_interface(account.inventory, demo_interfaces[k].id);
        assert_true(at && at->vpc && at->subnet && at->subnet->acl && at->subnet->route_table);
        assert_int_equal(at->n_groups, at->n_group_ids);
        assert_int_equal(at->n_groups == 0, k == NAT);
        assert_int_equal(at->instance == NULL, k == NAT);
        assert_int_equal(at->addresses[0].public_addr.family != 0, demo_interfaces[k].is_public);
    }
    assert_true(inventory_prefix_list(account.inventory, DEMO_OFFICE)->known);
    assert_true(inventory_prefix_list(account.inventory, DEMO_S3)->known);
    close_account(&account);
}

static void every_reject_has_the_intended_cause(void **state)
{
    (void)state;
    size_t told[STORIES] = {0};
    for (size_t k = 0; weir_scenario_name(k); k++) {
        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            struct account account;
            open_account(&account, weir_scenario_name(k), seed);
            for (size_t n = 0; n < account.n; n++) {
                const struct made *made = &account.records[n];
                if (made->accepted)
                    continue;
                struct decision decision;
                decide_made(&account, made, &decision);
                assert_cause(made, &decision, intended[made->story]);
                bool udp = strcmp(made->column[PROTOCOL], "17") == 0; /* may be of two ports that say nothing */
                assert_true(decision.confidence >= (udp ? 40 : 70));
                told[made->story]++;
            }
            close_account(&account);
        }
    }
    for (enum story story = STORY_NONE + 1; story < STORIES; story++)
        assert_true(told[story] > 10);
}

/* Which rule did it, where a rule did. */
static void the_rule_that_acted_is_the_one_of_the_story(void **state)
{
    (void)state;
    struct account account;
    open_account(&account, "nacl", 1);
    size_t replies = 0;
    for (size_t n = 0; n < account.n; n++) {
        const struct made *made = &account.records[n];
        if (made->story != STORY_REPLY_DENIED && made->story != STORY_CUT)
            continue;
        struct decision decision;
        decide_made(&account, made, &decision);
        assert_int_equal(decision.actor, ACTOR_ACL);
        assert_int_equal(decision.acl.entry->number, 32767);
        assert_true(decision.acl.entry->egress);
        replies++;
    }
    assert_true(replies > 500);
    const struct vpc_interface *web = inventory_interface(account.inventory, demo_interfaces[WEB_2].id);
    assert_string_equal(web->subnet->acl->name.text, "shop-public-b");
    close_account(&account);
}

/* An opening that was accepted would pass now too, but for the rule that was revoked since. */
static void what_is_accepted_is_let_through(void **state)
{
    (void)state;
    size_t seen = 0, revoked = 0;
    for (size_t k = 0; weir_scenario_name(k); k++) {
        struct account account;
        open_account(&account, weir_scenario_name(k), 1);
        for (size_t n = 0; n < account.n; n += SAMPLE) {
            const struct made *made = &account.records[n];
            bool udp = strcmp(made->column[PROTOCOL], "17") == 0 && strcmp(made->column[DST_PORT], "123") == 0;
            if (!made->accepted || (!udp && (made->flags & 18) != 2))
                continue;
            struct decision decision;
            decide_made(&account, made, &decision);
            bool http = strcmp(made->column[DST], "10.0.1.10") == 0 || strchr(made->column[DST], ':');
            bool was_before = account.world->incident == INCIDENT_GROUP && made->start < account.world->incident_from &&
                              http && strcmp(made->column[DST_PORT], "80") == 0 &&
                              strcmp(made->column[INTERFACE_ID], demo_interfaces[WEB_1].id) == 0;
            assert_cause(made, &decision, was_before ? WEIR_CAUSE_SG_INGRESS : WEIR_CAUSE_UNKNOWN);
            seen++;
            revoked += was_before;
        }
        close_account(&account);
    }
    assert_true(seen > 2000 && revoked > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_of_its_network_is_known),
        cmocka_unit_test(every_reject_has_the_intended_cause),
        cmocka_unit_test(the_rule_that_acted_is_the_one_of_the_story),
        cmocka_unit_test(what_is_accepted_is_let_through),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
