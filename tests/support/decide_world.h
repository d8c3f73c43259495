/* decide_world.h - a network whose rules say what the test wants, and records about it: for tests of the decision
 * table. The inventory and the evaluators are stood in for; their own tests are elsewhere. */
#ifndef WEIR_SUPPORT_DECIDE_WORLD_H
#define WEIR_SUPPORT_DECIDE_WORLD_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/scope.h"
#include "explain/decide.h"
#include "explain/path.h"

/* ---- a network whose rules say what the test wants ---- */

struct inventory {
    struct acl_answer acl[2]; /* by egress */
    struct group_answer group[2];
    bool untracked;
    enum bpa_mode bpa;
    struct vpc_interface interface;
    struct vpc_subnet subnet;
    struct vpc_acl network_acl;
    bool empty;                      /* the interface is not in it */
    const struct vpc_interface *far; /* owner of 10.0.9.9 */
};

static struct inventory at, now;
static const struct vpc_rule open_egress = {
    .egress = true, .protocol = PROTOCOL_ALL, .peer_kind = PEER_NET, .net = {.addr = {.family = 4}}};
static const struct vpc_group group_open = {.rules = &open_egress, .n_rules = 1};
static const struct vpc_group *const open_groups[] = {&group_open};

static const struct inventory *asked_of(const struct vpc_interface *interface)
{
    return interface == &now.interface ? &now : &at;
}

const struct vpc_interface *inventory_interface(const struct inventory *inventory, const char *id)
{
    return inventory->empty || strcmp(id, "eni-0a1") != 0 ? NULL : &inventory->interface;
}

const struct vpc_subnet *inventory_subnet(const struct inventory *inventory, const char *id)
{
    return strcmp(id, "subnet-0a1") == 0 ? &inventory->subnet : NULL;
}

const struct vpc_attachment *inventory_vpc_attachment(const struct inventory *inventory, const char *vpc_id,
                                                      const char *transit_gateway)
{
    (void)inventory;
    (void)vpc_id;
    (void)transit_gateway;
    return NULL;
}

const struct vpc_interface *inventory_address_owner(const struct inventory *inventory, const char *vpc_id,
                                                    const weir_addr *addr)
{
    (void)vpc_id;
    return addr->family == 4 && addr_v4(addr) == 0x0A000909 ? inventory->far : NULL;
}

enum bpa_mode inventory_bpa(const struct inventory *inventory)
{
    return inventory->bpa;
}

bool interface_has_address(const struct vpc_interface *interface, const weir_addr *addr)
{
    (void)interface;
    return addr->family == 4 ? addr_v4(addr) == 0x0A00010A : addr->bytes[15] == 0x10;
}

bool vpc_contains(const struct vpc *vpc, const weir_addr *addr)
{
    (void)vpc;
    return addr->family == 4 && addr->bytes[0] == 10;
}

struct group_answer evaluate_groups(const struct inventory *inventory, const struct vpc_interface *interface,
                                    bool egress, const struct packet *packet, enum reference_way way)
{
    (void)interface;
    (void)packet;
    (void)way;
    return inventory->group[egress];
}

struct acl_answer evaluate_acl(const struct vpc_acl *acl, bool egress, const struct packet *packet)
{
    (void)packet;
    if (!acl)
        return (struct acl_answer){.answer = ANSWER_UNKNOWN, .doubt = DOUBT_RULES};
    return (acl == &now.network_acl ? &now : &at)->acl[egress];
}

struct route_answer evaluate_route(const struct vpc_route_table *table, const weir_addr *dst)
{
    (void)table;
    (void)dst;
    return (struct route_answer){.answer = ANSWER_UNKNOWN};
}

bool flow_is_untracked(const struct vpc_interface *interface, bool egress, const struct packet *packet)
{
    (void)egress;
    (void)packet;
    return asked_of(interface)->untracked;
}

enum reference_way path_reference_way(const struct flow *flow, const struct inventory *inventory)
{
    (void)flow;
    (void)inventory;
    return WAY_NOT_PRESERVED;
}

static struct net subnet_net;

static inline void reset_one(struct inventory *inventory)
{
    *inventory = (struct inventory){
        .acl = {{.answer = ANSWER_ALLOW}, {.answer = ANSWER_ALLOW}},
        .group = {{.answer = ANSWER_ALLOW}, {.answer = ANSWER_ALLOW}},
        .bpa = BPA_OFF,
        .subnet = {.acl = &inventory->network_acl, .nets = &subnet_net, .n_nets = 1},
    };
    inventory->interface.vpc_id = WEIR_SAFE("vpc-0a1");
    inventory->interface.type = WEIR_SAFE("interface");
    inventory->interface.subnet = &inventory->subnet;
}

static inline int reset(void **state)
{
    (void)state;
    assert_true(net_parse("10.0.1.0/24", 11, &subnet_net));
    reset_one(&at);
    reset_one(&now);
    return 0;
}

/* Stands in for path_place.c. */
bool addr_is_public(const weir_addr *addr);
bool addr_is_public(const weir_addr *addr)
{
    return addr->family == 4 ? addr->bytes[0] != 10 : addr->bytes[0] == 0x20;
}

/* ---- asking ---- */

enum { T = 1700000000 };

static struct decision last;

static inline void ask_with(const char *text, const struct prior *prior, const struct rules_at *rules)
{
    static struct flow_record record;
    weir_error err = {0};
    struct flow flow;
    if (flow_record_parse(text, T, &record, &err) != WEIR_OK)
        fail_msg("%s: %s", text, err.text);
    if (strstr(text, "flags=-"))
        record.tcp_flags = -1;
    flow_of(&record, rules->at, prior, NULL, &flow);
    memset(&last, 0xA5, sizeof last);
    decide(&flow, prior, rules, &last);
}

static inline void ask(const char *text, const struct prior *prior)
{
    struct rules_at rules = {.at = &at, .now = &at, .exact = true};
    ask_with(text, prior, &rules);
}

static inline void ask_changed(const char *text, const struct prior *prior)
{
    struct rules_at rules = {.at = &at, .now = &now, .exact = true};
    ask_with(text, prior, &rules);
}

static inline void expect(const char *row, int confidence, int line)
{
    const char *got = last.cause == WEIR_CAUSE_NONE ? "nothing" : weir_cause_get(last.cause)->row;
    if (strcmp(got, row) != 0 || last.confidence != confidence)
        fail_msg("line %d: %s with %d instead of %s with %d", line, got, last.confidence, row, confidence);
}

#define EXPECT(row, confidence) expect(row, confidence, __LINE__)

#define IN                      "eni=eni-0a1 src=192.0.2.7 dst=10.0.1.10 "
#define OUT                     "eni=eni-0a1 src=10.0.1.10 dst=192.0.2.7 "
#define IN6                     "eni=eni-0a1 src=2001:db8::7 dst=2001:db8::10 "
#define OUT6                    "eni=eni-0a1 src=2001:db8::10 dst=2001:db8::7 "

#define SYN_IN                  IN "sport=50000 dport=443 flags=2"
#define SYN_OUT                 OUT "sport=50000 dport=443 flags=2"
#define REPLY_IN                IN "sport=443 dport=50000 flags=18"
#define REPLY_OUT               OUT "sport=443 dport=50000 flags=18"
#define MID_IN                  IN "sport=50000 dport=443 flags=0"
#define MID_OUT                 OUT "sport=443 dport=50000 flags=0"
#define ANSWER_IN               IN "sport=443 dport=50000 flags=0" /* mid-stream of our own connection */
#define ASKING_OUT              OUT "sport=50000 dport=443 flags=0"

static inline void deny_acl(struct inventory *inventory, bool egress)
{
    inventory->acl[egress].answer = ANSWER_DENY;
}

static inline void deny_group(struct inventory *inventory, bool egress)
{
    inventory->group[egress].answer = ANSWER_DENY;
}

static const struct prior nothing_seen = {.searched = true, .log_is_all = true};

static inline struct prior seen(int64_t ago, int32_t flags)
{
    struct prior prior = nothing_seen;
    prior.same = (struct prior_record){.found = true, .start = T - ago - 60, .end = T - ago, .tcp_flags = flags};
    prior.exchanges = 2;
    return prior;
}

static inline struct prior closed(int64_t ago, int32_t flags)
{
    struct prior prior = seen(ago, flags);
    prior.close = prior.same;
    return prior;
}

static inline struct prior opened_again(int64_t ago)
{
    struct prior prior = seen(ago, 2);
    prior.close = (struct prior_record){.found = true, .start = T - ago - 600, .end = T - ago - 500, .tcp_flags = 1};
    return prior;
}

static inline struct prior asked(int64_t ago, int32_t flags)
{
    struct prior prior = nothing_seen;
    prior.reverse = (struct prior_record){.found = true, .start = T - ago, .end = T - ago, .tcp_flags = flags};
    prior.exchanges = 1;
    return prior;
}

#endif
