/* test_flow.c - where a record's direction comes from, every row of the table of phases, and flows that people write.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/scope.h"
#include "explain/evaluate.h"
#include "explain/flow.h"

/* ---- a network of one interface ---- */

struct inventory {
    struct vpc_interface interface;
};

const struct vpc_interface *inventory_interface(const struct inventory *inventory, const char *id)
{
    return strcmp(id, "eni-0a1") == 0 ? &inventory->interface : NULL;
}

const struct vpc_subnet *inventory_subnet(const struct inventory *inventory, const char *id)
{
    (void)inventory;
    (void)id;
    return NULL;
}

bool interface_has_address(const struct vpc_interface *interface, const weir_addr *addr)
{
    for (size_t k = 0; k < interface->n_addresses; k++)
        if (addr_compare(&interface->addresses[k].addr, addr) == 0)
            return true;
    return false;
}

static weir_addr addr(const char *text)
{
    weir_addr out = {0};
    assert_true(addr_parse(text, strlen(text), &out));
    return out;
}

static struct vpc_address addresses[3];
static struct net nets[1];
static struct vpc_subnet subnet;
static struct inventory network;

static int make_network(void **state)
{
    (void)state;
    addresses[0].addr = addr("10.0.1.10");
    addresses[1].addr = addr("10.0.1.11");
    addresses[2].addr = addr("2001:db8:10:1::10");
    assert_true(net_parse("10.0.1.0/24", 11, &nets[0]));
    subnet.nets = nets;
    subnet.n_nets = 1;
    network.interface.addresses = addresses;
    network.interface.n_addresses = ARRAY_SIZE(addresses);
    network.interface.subnet = &subnet;
    return 0;
}

/* ---- records ---- */

static struct flow_record record_of(const char *text)
{
    struct flow_record record;
    weir_error err = {0};
    if (flow_record_parse(text, 1700000000, &record, &err) != WEIR_OK)
        fail_msg("%s: %s", text, err.text);
    return record;
}

static struct flow look(const struct flow_record *record, const struct prior *prior)
{
    struct flow flow;
    flow_of(record, &network, prior, NULL, &flow);
    return flow;
}

/* ---- direction ---- */

static void direction_by_field(void **state)
{
    (void)state;
    struct flow_record record = record_of("eni=eni-0a1 src=10.0.1.10 dst=192.0.2.7 dport=443 dir=ingress");
    struct flow flow = look(&record, NULL);
    assert_int_equal(flow.direction, DIRECTION_IN); /* the field is believed even against the addresses */
    assert_int_equal(flow.direction_by, DIRECTION_BY_FIELD);
    assert_int_equal(addr_compare(&flow.local, &record.dst), 0);
    assert_true(flow.local_is_foreign);
}

static void direction_by_address(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum direction direction;
    } cases[] = {
        {"eni=eni-0a1 src=10.0.1.10 dst=192.0.2.7 dport=443", DIRECTION_OUT},
        {"eni=eni-0a1 src=10.0.1.11 dst=192.0.2.7 dport=443", DIRECTION_OUT},
        {"eni=eni-0a1 src=192.0.2.7 dst=10.0.1.10 dport=443", DIRECTION_IN},
        {"eni=eni-0a1 src=2001:db8::7 dst=2001:db8:10:1::10 dport=443", DIRECTION_IN},
        {"eni=eni-0a1 src=10.0.1.10 dst=10.0.1.11 dport=443", DIRECTION_UNKNOWN},
        {"eni=eni-0a1 src=192.0.2.7 dst=192.0.2.8 dport=443", DIRECTION_UNKNOWN},
        {"eni=eni-0b2 src=192.0.2.7 dst=10.0.1.10 dport=443", DIRECTION_UNKNOWN},
        {"src=192.0.2.7 dst=10.0.1.10 dport=443", DIRECTION_UNKNOWN},
    };
    for (size_t k = 0; k < ARRAY_SIZE(cases); k++) {
        struct flow_record record = record_of(cases[k].text);
        struct flow flow = look(&record, NULL);
        assert_int_equal(flow.direction, cases[k].direction);
        assert_int_equal(flow.direction_by,
                         cases[k].direction == DIRECTION_UNKNOWN ? DIRECTION_BY_NOTHING : DIRECTION_BY_ADDRESS);
    }
}

static void direction_by_peers(void **state)
{
    (void)state;
    struct flow_record record = record_of("eni=eni-0b2 src=192.0.2.7 dst=10.0.1.10 dport=443");
    weir_addr learned = addr("10.0.1.10"), other = addr("10.9.9.9");
    struct flow flow;
    flow_of(&record, &network, NULL, &learned, &flow);
    assert_int_equal(flow.direction, DIRECTION_IN);
    assert_int_equal(flow.direction_by, DIRECTION_BY_PEERS);
    flow_of(&record, &network, NULL, &other, &flow);
    assert_int_equal(flow.direction, DIRECTION_UNKNOWN);
    learned = addr("192.0.2.7");
    flow_of(&record, NULL, NULL, &learned, &flow);
    assert_int_equal(flow.direction, DIRECTION_OUT);
}

static void packet_addresses_are_what_rules_see(void **state)
{
    (void)state;
    struct flow_record record = record_of("eni=eni-0a1 src=10.0.1.200 dst=10.0.1.10 pkt-srcaddr=203.0.113.9 "
                                          "pkt-dstaddr=10.0.1.11 sport=40000 dport=443");
    struct flow flow = look(&record, NULL);
    weir_addr remote = addr("203.0.113.9"), hop = addr("10.0.1.200"), local = addr("10.0.1.11");
    assert_int_equal(addr_compare(&flow.remote, &remote), 0);
    assert_int_equal(addr_compare(&flow.remote_hop, &hop), 0);
    assert_int_equal(addr_compare(&flow.local, &local), 0);
    assert_true(flow.same_subnet); /* by the hop, not by the packet's address */
    assert_false(flow.local_is_foreign);
    assert_int_equal(flow.remote_port, 40000);
    assert_int_equal(flow.local_port, 443);
}

/* ---- phase ---- */

struct expectation {
    const char *text;
    enum phase phase;
    enum strength strength;
    bool client_known, we_are_client, by_port, by_size;
};

static void expect(const struct expectation *e, const struct prior *prior)
{
    struct flow_record record = record_of(e->text);
    if (strstr(e->text, "flags=-")) {
        record.tcp_flags = -1; /* what a format without the field leaves */
    }
    struct flow flow = look(&record, prior);
    if (flow.phase != e->phase || flow.phase_strength != e->strength || flow.client_known != e->client_known ||
        flow.we_are_client != e->we_are_client || flow.by_port_guess != e->by_port || flow.by_size_guess != e->by_size)
        fail_msg("%s: phase %d strength %d client %d %d by port %d by size %d", e->text, (int)flow.phase,
                 (int)flow.phase_strength, flow.client_known, flow.we_are_client, flow.by_port_guess,
                 flow.by_size_guess);
}

#define IN  "eni=eni-0a1 src=192.0.2.7 dst=10.0.1.10 "
#define OUT "eni=eni-0a1 src=10.0.1.10 dst=192.0.2.7 "

static void phase_by_flags(void **state)
{
    (void)state;
    static const struct expectation cases[] = {
        {IN "sport=443 dport=40000 flags=18", PHASE_RESPONSE, STRENGTH_CERTAIN, true, true, false, false},
        {OUT "sport=443 dport=40000 flags=18", PHASE_RESPONSE, STRENGTH_CERTAIN, true, false, false, false},
        {OUT "sport=443 dport=40000 flags=19", PHASE_RESPONSE, STRENGTH_CERTAIN, true, false, false, false},
        {IN "sport=40000 dport=443 flags=2", PHASE_INIT, STRENGTH_CERTAIN, true, false, false, false},
        {IN "sport=443 dport=40000 flags=2", PHASE_INIT, STRENGTH_CERTAIN, true, false, false, false},
        {OUT "sport=40000 dport=443 flags=3", PHASE_INIT, STRENGTH_CERTAIN, true, true, false, false},
        {OUT "sport=40000 dport=443 flags=6", PHASE_INIT, STRENGTH_CERTAIN, true, true, false, false},
        {IN "sport=443 dport=40000 flags=0", PHASE_MID, STRENGTH_CERTAIN, true, true, true, false},
        {IN "sport=40000 dport=443 flags=0", PHASE_MID, STRENGTH_CERTAIN, true, false, true, false},
        {IN "sport=40000 dport=50000 flags=0", PHASE_MID, STRENGTH_CERTAIN, false, false, false, false},
        {IN "sport=443 dport=40000 flags=1", PHASE_CLOSING, STRENGTH_CERTAIN, true, true, true, false},
        {OUT "sport=443 dport=40000 flags=4", PHASE_CLOSING, STRENGTH_CERTAIN, true, false, true, false},
        {OUT "sport=40000 dport=443 flags=5", PHASE_CLOSING, STRENGTH_CERTAIN, true, true, true, false},
    };
    for (size_t k = 0; k < ARRAY_SIZE(cases); k++)
        expect(&cases[k], NULL);
}

static void client_by_earlier_flags(void **state)
{
    (void)state;
    static const struct expectation mid = {
        IN "sport=50000 dport=40000 flags=0", PHASE_MID, STRENGTH_CERTAIN, true, true, false, false};
    static const struct expectation mid_server = {
        IN "sport=50000 dport=40000 flags=0", PHASE_MID, STRENGTH_CERTAIN, true, false, false, false};
    struct prior request = {.searched = true, .request = {.found = true, .tcp_flags = 2}};
    struct prior answered = {.searched = true, .reverse = {.found = true, .tcp_flags = 18}};
    struct prior opened = {.searched = true, .same = {.found = true, .tcp_flags = 2}};
    struct prior answer = {.searched = true, .same = {.found = true, .tcp_flags = 19}};
    expect(&mid, &request);
    expect(&mid, &answer);
    expect(&mid_server, &opened);
    expect(&mid_server, &answered);
}

static void phase_by_prior(void **state)
{
    (void)state;
    struct prior before = {.searched = true,
                           .reverse = {.found = true, .start = 1699999900, .end = 1699999980, .tcp_flags = -1}};
    static const struct expectation response = {
        OUT "sport=50000 dport=40000 flags=-", PHASE_RESPONSE, STRENGTH_HIGH, true, false, false, false};
    expect(&response, &before);
    before.same = (struct prior_record){.found = true, .tcp_flags = -1};
    static const struct expectation middle = {
        OUT "sport=443 dport=40000 flags=-", PHASE_MID, STRENGTH_HIGH, true, false, true, false};
    expect(&middle, &before);
}

/* UDP answers within 30 s, streams within 180 s, other protocols within 600 s. */
static void phase_of_udp(void **state)
{
    (void)state;
    static const struct expectation answer = {
        IN "sport=50000 dport=40000 proto=udp", PHASE_RESPONSE, STRENGTH_HIGH, true, true, false, false};
    static const struct expectation nothing = {
        IN "sport=50000 dport=40000 proto=udp", PHASE_UNKNOWN, STRENGTH_LOW, false, false, false, false};
    struct prior prior = {.searched = true, .exchanges = 2};
    prior.reverse = (struct prior_record){.found = true, .start = 1699999000, .end = 1700000000 - 30};
    expect(&answer, &prior);
    prior.reverse.end--;
    expect(&nothing, &prior);
    prior.exchanges = 3;
    expect(&answer, &prior);
    prior.reverse.end = 1700000000 - 181;
    expect(&nothing, &prior);
    static const struct expectation gre = {IN "proto=47", PHASE_RESPONSE, STRENGTH_HIGH, true, true, false, false};
    static const struct expectation new_gre = {IN "proto=47", PHASE_INIT, STRENGTH_MEDIUM, true, false, false, false};
    prior.reverse.end = 1700000000 - 600;
    expect(&gre, &prior);
    prior.reverse.end--;
    expect(&new_gre, &prior);
    static const struct expectation ping = {IN "proto=icmp", PHASE_INIT, STRENGTH_LOW, true, false, false, false};
    expect(&ping, NULL);
}

static void phase_by_listener(void **state)
{
    (void)state;
    struct prior local = {.searched = true, .local_listens = true};
    struct prior remote = {.searched = true, .remote_listens = true};
    static const struct expectation init = {
        IN "sport=40000 dport=50000 proto=udp", PHASE_INIT, STRENGTH_MEDIUM, true, false, false, false};
    static const struct expectation response = {
        IN "sport=40000 dport=50000 proto=udp", PHASE_RESPONSE, STRENGTH_MEDIUM, true, true, false, false};
    static const struct expectation opens = {
        OUT "sport=40000 dport=50000 proto=udp", PHASE_INIT, STRENGTH_MEDIUM, true, true, false, false};
    /* A listener says more than a port: a server that answers from port 50000. */
    static const struct expectation against_port = {
        IN "sport=443 dport=50000 proto=udp", PHASE_INIT, STRENGTH_MEDIUM, true, false, false, false};
    expect(&init, &local);
    expect(&response, &remote);
    expect(&opens, &remote);
    expect(&against_port, &local);
}

static void phase_by_port(void **state)
{
    (void)state;
    static const struct expectation cases[] = {
        {IN "sport=40000 dport=53 proto=udp", PHASE_INIT, STRENGTH_MEDIUM, true, false, true, false},
        {IN "sport=53 dport=40000 proto=udp", PHASE_RESPONSE, STRENGTH_MEDIUM, true, true, true, false},
        {OUT "sport=5432 dport=40000 flags=-", PHASE_RESPONSE, STRENGTH_MEDIUM, true, false, true, false},
        {OUT "sport=40000 dport=27017 flags=-", PHASE_INIT, STRENGTH_MEDIUM, true, true, true, false},
        {IN "sport=40000 dport=50000 flags=-", PHASE_UNKNOWN, STRENGTH_LOW, false, false, false, false},
        {IN "sport=123 dport=123 proto=udp", PHASE_UNKNOWN, STRENGTH_LOW, false, false, false, false},
        {IN "sport=80 dport=443 flags=-", PHASE_UNKNOWN, STRENGTH_LOW, false, false, false, false},
    };
    for (size_t k = 0; k < ARRAY_SIZE(cases); k++)
        expect(&cases[k], NULL);
}

static void phase_by_size(void **state)
{
    (void)state;
    static const struct expectation cases[] = {
        {IN "sport=40000 dport=50000 flags=- packets=5 bytes=300", PHASE_INIT, STRENGTH_MEDIUM, true, false, false,
         true},
        {IN "sport=40000 dport=443 flags=- packets=1 bytes=40", PHASE_INIT, STRENGTH_MEDIUM, true, false, true, true},
        {IN "sport=40000 dport=443 flags=- packets=3 bytes=3000", PHASE_MID, STRENGTH_MEDIUM, true, false, true, true},
        {IN "sport=443 dport=40000 flags=- packets=2 bytes=120", PHASE_RESPONSE, STRENGTH_MEDIUM, true, true, true,
         false},
        {IN "sport=40000 dport=50000 flags=- packets=8 bytes=480", PHASE_UNKNOWN, STRENGTH_LOW, false, false, false,
         false},
        {IN "sport=40000 dport=50000 flags=- packets=2 bytes=91", PHASE_UNKNOWN, STRENGTH_LOW, false, false, false,
         false},
        {IN "sport=40000 dport=50000 flags=- packets=0 bytes=0", PHASE_UNKNOWN, STRENGTH_LOW, false, false, false,
         false},
        {IN "sport=40000 dport=443 flags=2 packets=3 bytes=3000", PHASE_INIT, STRENGTH_CERTAIN, true, false, false,
         false},
    };
    for (size_t k = 0; k < ARRAY_SIZE(cases); k++)
        expect(&cases[k], NULL);
}

/* ---- packets ---- */

static void packets_and_replies(void **state)
{
    (void)state;
    struct flow_record record = record_of(IN "proto=icmp");
    struct flow flow = look(&record, NULL);
    struct packet packet, reply;
    bool assumed = false;
    flow_packet(&flow, &packet, &assumed);
    flow_reply_packet(&flow, &reply);
    assert_true(assumed);
    assert_int_equal(packet.icmp_type, 8);
    assert_int_equal(reply.icmp_type, 0);
    assert_int_equal(packet.dst_port, -1);
    struct prior prior = {.searched = true, .reverse = {.found = true, .end = 1700000000}};
    struct flow_record six = record_of("eni=eni-0a1 src=2001:db8::7 dst=2001:db8:10:1::10 proto=58");
    flow = look(&six, &prior);
    flow_packet(&flow, &packet, &assumed);
    assert_int_equal(packet.icmp_type, 129);
    flow_reply_packet(&flow, &reply);
    assert_int_equal(reply.icmp_type, 128);
    record = record_of(OUT "sport=40000 dport=443");
    flow = look(&record, NULL);
    flow_packet(&flow, &packet, &assumed);
    flow_reply_packet(&flow, &reply);
    assert_false(assumed);
    assert_int_equal(reply.src_port, 443);
    assert_int_equal(reply.dst_port, 40000);
    assert_int_equal(addr_compare(&reply.src, &packet.dst), 0);
}

/* ---- what people write ---- */

static void written_flows(void **state)
{
    (void)state;
    struct flow_record record = record_of("interface-id=eni-0a1, saddr=192.0.2.7 daddr=10.0.1.10 dstport=https");
    assert_string_equal(record.interface_id, "eni-0a1");
    assert_int_equal(record.dst_port, 443);
    assert_int_equal(record.src_port, -1);
    assert_int_equal(record.protocol, 6);
    assert_int_equal(record.tcp_flags, 2); /* a question about a flow is about a new connection */
    assert_int_equal(record.start, 1700000000);
    assert_int_equal(record.verdict, WEIR_VERDICT_REJECT);
    record = record_of("src=2001:db8::1 dst=2001:db8::2 proto=udp dport=53 dir=out action=accept start=1600000000 "
                       "reason=BPA vpc=vpc-1 path=8 flags=-");
    assert_int_equal(record.direction, DIRECTION_OUT);
    assert_int_equal(record.verdict, WEIR_VERDICT_ACCEPT);
    assert_int_equal(record.start, 1600000000);
    assert_int_equal(record.end, 1600000000);
    assert_string_equal(record.reject_reason, "BPA");
    assert_int_equal(record.traffic_path, 8);
    record = record_of("src=192.0.2.1 dst=192.0.2.2 proto=icmp");
    assert_int_equal(record.tcp_flags, -1);
    record = record_of("src=192.0.2.1 dst=192.0.2.2 dport=80 start=-10m");
    assert_int_equal(record.start, 1700000000 - 600);
}

static void wrong_flows(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t column;
    } cases[] = {
        {"", 1},
        {"src=192.0.2.1", 14},
        {"src=192.0.2.1 dst=192.0.2.2", 28},
        {"src=192.0.2.1 dst=2001:db8::1 dport=80", 39},
        {"src=192.0.2.1 dst=192.0.2.2 dport=80 color=red", 38},
        {"src=192.0.2.1 dst=192.0.2 dport=80", 19},
        {"src=192.0.2.1 dst=192.0.2.2 dport=70000", 35},
        {"src=192.0.2.1 dst=192.0.2.2 dport", 29},
        {"src=192.0.2.1 dst=192.0.2.2 dport=", 35},
        {"src=192.0.2.1 dst=192.0.2.2 dport=80 dir=sideways", 42},
        {"src=192.0.2.1 dst=192.0.2.2 dport=80 account=123456789012", 38},
    };
    for (size_t k = 0; k < ARRAY_SIZE(cases); k++) {
        struct flow_record record;
        weir_error err = {0};
        assert_int_equal(flow_record_parse(cases[k].text, 0, &record, &err), WEIR_E_SYNTAX);
        if (err.column != cases[k].column)
            fail_msg("%s: column %zu, %s", cases[k].text, err.column, err.text);
    }
}

static void ports(void **state)
{
    (void)state;
    assert_true(port_is_service(22));
    assert_true(port_is_service(8443));
    assert_false(port_is_service(0));
    assert_false(port_is_service(-1));
    assert_false(port_is_service(32768));
    assert_int_equal(port_ephemeral_side(40000, 443), -1);
    assert_int_equal(port_ephemeral_side(443, 40000), 1);
    assert_int_equal(port_ephemeral_side(40000, 50000), 0);
    assert_int_equal(port_ephemeral_side(443, 8080), 0);
    assert_int_equal(port_ephemeral_side(0, 443), 0);
    assert_int_equal(port_ephemeral_side(-1, 443), -1);
    assert_int_equal(port_ephemeral_side(443, -1), 1);
    assert_int_equal(port_ephemeral_side(-1, -1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(direction_by_field),
        cmocka_unit_test(direction_by_address),
        cmocka_unit_test(direction_by_peers),
        cmocka_unit_test(packet_addresses_are_what_rules_see),
        cmocka_unit_test(phase_by_flags),
        cmocka_unit_test(client_by_earlier_flags),
        cmocka_unit_test(phase_by_prior),
        cmocka_unit_test(phase_of_udp),
        cmocka_unit_test(phase_by_listener),
        cmocka_unit_test(phase_by_port),
        cmocka_unit_test(phase_by_size),
        cmocka_unit_test(packets_and_replies),
        cmocka_unit_test(written_flows),
        cmocka_unit_test(wrong_flows),
        cmocka_unit_test(ports),
    };
    return cmocka_run_group_tests(tests, make_network, NULL);
}
