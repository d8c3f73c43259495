/* What is pushed, as a table; and, for random layouts, filters and records: the pattern and the rest together are the
 * filter, and the pattern drops nothing that the filter selects. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "flow/block.h"
#include "pattern.h"
#include "query/program.h"
#include "query/push.h"
#include "rows.h"

#define NOW 1763900000

/* ---- the table ---- */

static const char full[] =
    "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start "
    "end action log-status vpc-id type asg-tag";
static const char narrow[] = "srcaddr dstaddr pkt-srcaddr pkt-dstaddr ecs-cluster-name";

struct expected {
    const char *filter, *pattern, *server, *rest;
};

static const struct expected of_full[] = {
    {"", "", "", ""},
    {"reject", "[a1,a2,a3,a4,a5,a6,a7,a8,a9,a10,a11,a12,a13=REJECT,...]", "action = REJECT", ""},
    {"reject and dstport in (22, 3389) and src 203.0.113.0/24",
     "[a1,a2,a3,a4=203.0.113.*,a5,a6,a7=22 || a7=3389,a8,a9,a10,a11,a12,a13=REJECT,...]",
     "action = REJECT and dstport in (22, 3389) and src 203.0.113.0/24", ""},
    {"dstport != 22", "[a1,a2,a3,a4,a5,a6,a7!=\"22\",...]", "dstport != 22", ""},
    {"dstport not in (22, 80) and dstport != 443", "[a1,a2,a3,a4,a5,a6,a7!=\"22\" && a7!=\"80\" && a7!=\"443\",...]",
     "dstport not in (22, 80) and dstport != 443", ""},
    {"not reject", "[a1,a2,a3,a4,a5,a6,a7,a8,a9,a10,a11,a12,a13!=REJECT,...]", "action != REJECT", ""},
    {"action = -", "[a1,a2,a3,a4,a5,a6,a7,a8,a9,a10,a11,a12,a13=\"-\",...]", "action = -", ""},
    {"action in (REJECT, -)", "[a1,a2,a3,a4,a5,a6,a7,a8,a9,a10,a11,a12,a13=REJECT || a13=\"-\",...]",
     "action in (REJECT, -)", ""},
    {"port 22", "", "", "port 22"},
    {"not port 22", "[a1,a2,a3,a4,a5,a6!=\"22\",a7!=\"22\",...]", "not port 22", ""},
    {"port 22 and reject", "[a1,a2,a3,a4,a5,a6,a7,a8,a9,a10,a11,a12,a13=REJECT,...]", "action = REJECT", "port 22"},
    {"dstport = 22 or dstport = 3389", "[a1,a2,a3,a4,a5,a6,a7=22 || a7=3389,...]", "dstport = 22 or dstport = 3389",
     ""},
    {"dstport = 22 or srcport = 3389", "", "", "dstport = 22 or srcport = 3389"},
    {"(dstport = 22 and reject) or (dstport = 80 and accept)",
     "[a1,a2,a3,a4,a5,a6,a7=22 || a7=80,a8,a9,a10,a11,a12,a13=REJECT || a13=ACCEPT,...]",
     "dstport = 22 and action = REJECT or dstport = 80 and action = ACCEPT",
     "dstport = 22 and action = REJECT or dstport = 80 and action = ACCEPT"},
    {"dstport in 8000-8100", "[a1,a2,a3,a4,a5,a6,a7>=8000 && a7<=8100,...]", "dstport in 8000-8100", ""},
    {"dstport not in 8000-8100", "[a1,a2,a3,a4,a5,a6,a7<=7999 || a7>=8101 || a7=\"-\",...]", "dstport not in 8000-8100",
     ""},
    {"dstport in (22, 8000-8100)", "[a1,a2,a3,a4,a5,a6,a7>=22 && a7<=8100,...]", "dstport in (22, 8000-8100)",
     "dstport in (22, 8000-8100)"},
    {"bytes > 1000", "[a1,a2,a3,a4,a5,a6,a7,a8,a9,a10>=1001,...]", "bytes > 1K", ""},
    {"bytes >= 1K and bytes < 1M", "[a1,a2,a3,a4,a5,a6,a7,a8,a9,a10>=1000 && a10<=999999,...]",
     "bytes >= 1K and bytes < 1M", ""},
    {"packets < 5 or packets > 1000", "[a1,a2,a3,a4,a5,a6,a7,a8,a9<=4 || a9>=1001,...]", "packets < 5 or packets > 1K",
     ""},
    {"packets > 99999999999999999", "[a1,a2,a3,a4,a5,a6,a7,a8,a9>=9007199254740992,...]", "packets > 99999999999999999",
     "packets > 99999999999999999"},
    {"src 10.0.0.0/8", "[a1,a2,a3,a4=10.*,...]", "src 10.0.0.0/8", ""},
    {"src 172.16.0.0/12", "[a1,a2,a3,a4=%^172\\.1[6-9]\\.|^172\\.2[0-9]\\.|^172\\.3[01]\\.%,...]", "src 172.16.0.0/12",
     ""},
    {"src 203.0.113.64/26",
     "[a1,a2,a3,a4=%^203\\.0\\.113\\.6[4-9]$|^203\\.0\\.113\\.[7-9][0-9]$|^203\\.0\\.113\\.1[01][0-9]$|^203\\.0\\."
     "113\\.12[0-7]$%,...]",
     "src 203.0.113.64/26", ""},
    {"src 10.0.2.0/23", "[a1,a2,a3,a4=10.0.2.* || a4=10.0.3.*,...]", "src 10.0.2.0/23", ""},
    {"src 203.0.113.5", "[a1,a2,a3,a4=\"203.0.113.5\",...]", "src 203.0.113.5", ""},
    {"src not in 10.0.0.0/8", "[a1,a2,a3,a4!=10.*,...]", "not src 10.0.0.0/8", ""},
    {"src not in (10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16)",
     "[a1,a2,a3,a4!=10.* && a4!=192.168.* && a4!=%^172\\.1[6-9]\\.|^172\\.2[0-9]\\.|^172\\.3[01]\\.%,...]",
     "not src (10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16)", ""},
    {"srcaddr != 203.0.113.5", "[a1,a2,a3,a4!=\"203.0.113.5\",...]", "srcaddr != 203.0.113.5", ""},
    {"src 10.0.0.0-10.0.4.7", "[a1,a2,a3,a4=%^10\\.0\\.[0-3]\\.|^10\\.0\\.4\\.[0-7]$%,...]", "src 10.0.0.0-10.0.4.7",
     ""},
    {"src net ::/0", "[a1,a2,a3,a4=\"*:*\",...]", "src net ::/0", ""},
    {"src net 0.0.0.0/0", "[a1,a2,a3,a4!=\"*:*\" && a4!=\"-\",...]", "src net 0.0.0.0/0", ""},
    {"src 2001:db8::/32", "[a1,a2,a3,a4=\"*:*\",...]", "src 2001:db8::/32", "src 2001:db8::/32"},
    {"not src 2001:db8::/32", "", "", "not src 2001:db8::/32"},
    {"srcaddr = -", "[a1,a2,a3,a4=\"-\",...]", "srcaddr = -", ""},
    {"srcaddr != -", "[a1,a2,a3,a4!=\"-\",...]", "srcaddr != -", ""},
    {"eni-0abc", "[a1,a2,a3=\"eni-0abc*\",...]", "eni-0abc", ""},
    {"not eni-0abc", "[a1,a2,a3!=\"eni-0abc*\",...]", "not eni-0abc", ""},
    {"interface-id = ENI-0ABC", "[a1,a2,a3=\"eni-0abc\",...]", "interface-id = ENI-0ABC", ""},
    {"account-id = 123456789012", "[a1,a2=\"123456789012\",...]", "account-id = 123456789012", ""},
    {"type = ipv6", "[a1,a2,a3,a4,a5,a6,a7,a8,a9,a10,a11,a12,a13,a14,a15,a16=IPv6,...]", "type = ipv6", ""},
    {"type = foo", "", "", "type = foo"},
    {"asg-tag = web", "", "", "asg-tag = web"},
    {"asg-tag != web", "", "", "asg-tag != web"},
    {"asg-tag = 42", "", "", "asg-tag = 42"},
    {"asg-tag = \"10.0.0.1:22\"", "[a1,a2,a3,a4,a5,a6,a7,a8,a9,a10,a11,a12,a13,a14,a15,a16,a17=\"10.0.0.1:22\",...]",
     "asg-tag = 10.0.0.1:22", ""},
    {"account-id != 12", "", "", "account-id != 12"},
    {"NODATA", "[a1,a2,a3,a4,a5,a6,a7,a8,a9,a10,a11,a12,a13,a14=NODATA,...]", "log-status = NODATA", ""},
    {"start > -10m", "[a1,a2,a3,a4,a5,a6,a7,a8,a9,a10,a11>=1763899401,...]", "start > 2025-11-23T12:03:20Z", ""},
    {"srcaddr ~ ^10", "[a1,a2,a3,a4!=\"-\",...]", "srcaddr ~ /^10/", "srcaddr ~ /^10/"},
    {"dstport !~ ^80", "", "", "dstport !~ /^80/"},
    {"tcp-flags = SYN", "", "", "tcp-flags = SYN"},
    {"tcp-flags != SYN", "", "", "tcp-flags != SYN"},
    {"egress or reject", "[a1,a2,a3,a4,a5,a6,a7,a8,a9,a10,a11,a12,a13=REJECT,...]",
     "flow-direction = egress or action = REJECT", ""},
    {"proto in (tcp, udp) and not (dstport = 443 or dstport = 80)",
     "[a1,a2,a3,a4,a5,a6,a7!=\"80\" && a7!=\"443\",a8=6 || a8=17,...]",
     "protocol in (tcp, udp) and not (dstport = 443 or dstport = 80)", ""},
    {"instance-id = -", "", "", "instance-id = -"},
    {"src 203.0.113.0/24 and src 10.0.0.0/9", "", "", "src 203.0.113.0/24 and src 10.0.0.0/9"},
};

static const struct expected of_narrow[] = {
    {"src 172.16.0.0/12 and dst 172.16.0.0/12 and pkt-srcaddr in 172.16.0.0/12",
     "[a1=%^172\\.1[6-9]\\.|^172\\.2[0-9]\\.|^172\\.3[01]\\.%,a2=%^172\\.1[6-9]\\.|^172\\.2[0-9]\\.|^172\\.3[01]\\.%,"
     "a3=172.*,...]",
     "src 172.16.0.0/12 and dst 172.16.0.0/12 and pkt-srcaddr in 172.16.0.0/12", "pkt-srcaddr in 172.16.0.0/12"},
    {"not src 172.16.0.0/12 and dst 172.16.0.0/12 and pkt-srcaddr not in 172.16.0.0/12",
     "[a1!=%^172\\.1[6-9]\\.|^172\\.2[0-9]\\.|^172\\.3[01]\\.%,a2=%^172\\.1[6-9]\\.|^172\\.2[0-9]\\.|^172\\.3[01]\\.%,."
     "..]",
     "not src 172.16.0.0/12 and dst 172.16.0.0/12", "pkt-srcaddr not in 172.16.0.0/12"},
    {"src in (10.0.0.0/15, 10.4.0.0/16, 10.8.0.0/14, 192.168.4.0/22)",
     "[a1=10.4.* || a1=%^10\\.[01]\\.|^10\\.[89]\\.|^10\\.1[01]\\.|^192\\.168\\.[4-7]\\.%,...]",
     "src (10.0.0.0/15, 10.4.0.0/16, 10.8.0.0/14, 192.168.4.0/22)", ""},
    {"src in 10.0.0.1-10.0.0.254",
     "[a1=%^10\\.0\\.0\\.[1-9]$|^10\\.0\\.0\\.[1-9][0-9]$|^10\\.0\\.0\\.1[0-9][0-9]$|^10\\.0\\.0\\.2[0-4][0-9]$|^10\\."
     "0\\.0\\.25[0-4]$%,...]",
     "src 10.0.0.1-10.0.0.254", ""},
    {"host not in 10.0.0.0/8", "[a1!=10.*,a2!=10.*,...]", "not host 10.0.0.0/8", ""},
    {"host 10.0.0.1", "", "", "host 10.0.0.1"},
    {"reject", "", "", "action = REJECT"},
    {"not reject", "", "", "action != REJECT"},
    {"ecs-cluster-name = prod", "", "", "ecs-cluster-name = prod"},
};

static const struct expected of_unknown[] = {
    {"reject", "REJECT", "action = REJECT", "action = REJECT"},
    {"REJECT and port 22", "REJECT", "action = REJECT", "action = REJECT and port 22"},
    {"not accept", "", "", "action != ACCEPT"},
    {"accept or reject", "", "", "action = ACCEPT or action = REJECT"},
    {"dstport = 22", "", "", "dstport = 22"},
};

static void print_case(const struct expected *expected, const struct push *push)
{
    print_error("filter  %s\npattern %s\nserver  %s\nrest    %s\n", expected->filter, push->pattern, push->server,
                push->rest);
}

static void push_text(const char *filter, const struct format *layout, struct push *push)
{
    weir_query *query = NULL;
    weir_error err = {0};

    if (weir_query_parse(filter, NOW, &query, &err) != WEIR_OK)
        fail_msg("%s: %s", filter, err.text);
    assert_int_equal(push_logs(query, layout, push, &err), WEIR_OK);
    weir_query_free(query);
}

static void check_table(const struct expected *table, size_t n, const char *columns)
{
    struct format layout;
    size_t n_wrong = 0;

    if (columns)
        assert_int_equal(format_parse(columns, strlen(columns), &layout, NULL), WEIR_OK);
    for (size_t k = 0; k < n; k++) {
        struct push push;
        struct filter_pattern pattern;

        push_text(table[k].filter, columns ? &layout : NULL, &push);
        if (strcmp(push.pattern, table[k].pattern) != 0 || strcmp(push.server, table[k].server) != 0 ||
            strcmp(push.rest, table[k].rest) != 0) {
            print_case(&table[k], &push);
            n_wrong++;
        }
        assert_true(pattern_parse(push.pattern, &pattern));
        pattern_done(&pattern);
        push_done(&push);
    }
    assert_int_equal(n_wrong, 0);
}

static void pushes_as_much_as_can_be_said(void **state)
{
    (void)state;
    check_table(of_full, sizeof of_full / sizeof *of_full, full);
    check_table(of_narrow, sizeof of_narrow / sizeof *of_narrow, narrow);
    check_table(of_unknown, sizeof of_unknown / sizeof *of_unknown, NULL);
}

/* What is too long for a pattern is left out from the weakest on; what says most stays. */
static void a_pattern_has_at_most_1024_bytes(void **state)
{
    char filter[8000] = "reject and src 203.0.113.0/24 and interface-id not in (eni-0";
    struct format layout;
    struct push push;
    size_t len = strlen(filter);

    (void)state;
    assert_int_equal(format_parse(full, strlen(full), &layout, NULL), WEIR_OK);
    for (unsigned k = 0; k < 120; k++)
        len += (size_t)snprintf(filter + len, sizeof filter - len, ", eni-%08x", k * 77);
    len += (size_t)snprintf(filter + len, sizeof filter - len, ") and dstport in (7");
    for (unsigned k = 0; k < 200; k++)
        len += (size_t)snprintf(filter + len, sizeof filter - len, ", %u", k * 40 + 7);
    snprintf(filter + len, sizeof filter - len, ")");
    push_text(filter, &layout, &push);
    assert_string_equal(push.pattern,
                        "[a1,a2,a3,a4=203.0.113.*,a5,a6,a7>=7 && a7<=7967,a8,a9,a10,a11,a12,a13=REJECT,...]");
    assert_ptr_equal(strstr(push.rest, "interface-id not in"), push.rest);
    assert_non_null(strstr(push.rest, "dstport in"));
    assert_null(strstr(push.rest, "REJECT"));
    assert_null(strstr(push.server, "interface-id"));
    push_done(&push);
}

/* ---- random layouts, records, filters ---- */

#define WORLDS  400
#define FILTERS 60 /* of each world: 24,000 */
#define ROWS    60

static uint64_t seed = 20260926;

static unsigned below(unsigned n)
{
    return (unsigned)(rows_random(&seed) % n);
}

static const char *const addrs[] = {"10.0.0.1",     "10.0.2.7",    "10.1.0.1",     "10.10.2.255", "172.16.0.1",
                                    "172.31.255.9", "172.32.0.1",  "172.2.0.1",    "203.0.113.5", "203.0.113.64",
                                    "203.0.113.90", "203.0.1.130", "198.51.100.7", "0.0.0.0",     "255.255.255.255"};
static const char *const v6_addrs[] = {"2001:db8::1", "2001:DB8:0:0:0:0:0:2", "::ffff:10.0.0.1", "fe80::1",
                                       "2001:db8:10::203.0.113.5"};
static const char *const ports[] = {"0", "22", "80", "81", "443", "1024", "3389", "8000", "8050", "8100", "65535"};
static const char *const numbers[] = {"0", "1", "6", "17", "58", "2", "18", "3", "4", "255"};
static const char *const sizes[] = {"0", "1", "40", "999", "1000", "1001", "150000", "9007199254740993"};
static const char *const times[] = {"1763899000", "1763899400", "1763899999", "1763900000"};
static const char *const words[] = {"api", "Api", "API-2", "a%20b", "*", "x@y", "1234", "001234", "web_1"};
static const char *const ids[] = {"eni-0abc", "eni-0abd", "eni-0ab", "vpc-1", "vpc-12", "subnet-0f", "i-0a", "tgw-1"};

#define PICK(list) list[below(sizeof list / sizeof *list)]

static const weir_field used[] = {
    WEIR_F_VERSION,  WEIR_F_ACCOUNT_ID, WEIR_F_INTERFACE_ID, WEIR_F_SRCADDR,          WEIR_F_DSTADDR,
    WEIR_F_SRCPORT,  WEIR_F_DSTPORT,    WEIR_F_PROTOCOL,     WEIR_F_PACKETS,          WEIR_F_BYTES,
    WEIR_F_START,    WEIR_F_END,        WEIR_F_ACTION,       WEIR_F_LOG_STATUS,       WEIR_F_VPC_ID,
    WEIR_F_TYPE,     WEIR_F_TCP_FLAGS,  WEIR_F_PKT_SRCADDR,  WEIR_F_FLOW_DIRECTION,   WEIR_F_INSTANCE_ID,
    WEIR_F_TGW_ID,   WEIR_F_ASG_TAG,    WEIR_F_TGW_SRC_ENI,  WEIR_F_ECS_CLUSTER_NAME, WEIR_F_PKT_SRC_AWS_SERVICE,
    WEIR_F_SUBNET_ID};
#define USED (sizeof used / sizeof *used)

static void random_layout(struct format *layout)
{
    weir_field order[USED];
    char text[1024] = "";
    size_t len = 0, n = below(3) ? USED - below(8) : 2 + below(USED - 2);

    if (below(5) == 0) {
        *layout = *format_default();
        return;
    }
    memcpy(order, used, sizeof used);
    for (size_t k = USED; k > 1; k--) {
        size_t other = below((unsigned)k);
        weir_field swap = order[k - 1];

        order[k - 1] = order[other];
        order[other] = swap;
    }
    for (size_t k = 0; k < n; k++)
        len += (size_t)snprintf(text + len, sizeof text - len, "%s ", weir_field_get(order[k])->name);
    assert_int_equal(format_parse(text, strlen(text), layout, NULL), WEIR_OK);
}

/* In the case that AWS writes the field in. */
static const char *random_word(weir_field field, bool is_nodata)
{
    static const char *const types[] = {"IPv4", "IPv6", "EFA"};
    static const char *const services[] = {"S3", "EC2", "AMAZON", "API_GATEWAY"};

    if (field == WEIR_F_LOG_STATUS)
        return is_nodata ? (below(2) ? "NODATA" : "SKIPDATA") : "OK";
    if (field == WEIR_F_START || field == WEIR_F_END)
        return PICK(times);
    if (field == WEIR_F_ACCOUNT_ID)
        return below(4) ? "123456789012" : "unknown";
    if ((is_nodata && field != WEIR_F_INTERFACE_ID && field != WEIR_F_VERSION) || below(9) == 0)
        return "-";
    switch (field) {
    case WEIR_F_ACTION: return below(2) ? "REJECT" : "ACCEPT";
    case WEIR_F_FLOW_DIRECTION: return below(2) ? "ingress" : "egress";
    case WEIR_F_TYPE: return PICK(types);
    case WEIR_F_PKT_SRC_AWS_SERVICE: return PICK(services);
    case WEIR_F_ASG_TAG:
    case WEIR_F_ECS_CLUSTER_NAME: return PICK(words);
    default: break;
    }
    switch (weir_field_get(field)->kind) {
    case WEIR_KIND_ADDR: return below(4) ? PICK(addrs) : PICK(v6_addrs);
    case WEIR_KIND_PORT: return PICK(ports);
    case WEIR_KIND_PACKETS:
    case WEIR_KIND_BYTES: return PICK(sizes);
    case WEIR_KIND_TEXT: return PICK(ids);
    default: return PICK(numbers);
    }
}

static void random_line(const struct format *layout, char *out, size_t size)
{
    bool is_nodata = below(8) == 0;
    size_t len = 0;

    for (size_t k = 0; k < layout->n; k++)
        len += (size_t)snprintf(out + len, size - len, "%s%s", k ? " " : "",
                                random_word((weir_field)layout->column[k], is_nodata));
    if (below(8) == 0)
        snprintf(out + len, size - len, " extra 7");
}

static const char *const nets[] = {"10.0.0.0/8",      "172.16.0.0/12", "203.0.113.64/26", "0.0.0.0/0",
                                   "10.0.2.0/23",     "::/0",          "2001:db8::/32",   "10.0.0.0-10.10.2.3",
                                   "203.0.113.0/24",  "0.0.0.0/1",     "128.0.0.0/2",     "198.51.100.7/32",
                                   "172.31.255.0/25", "fe80::/10",     "::ffff:0:0/96",   "10.0.0.0/15"};
static const char *const alone[] = {"reject",
                                    "accept",
                                    "eni-0ab",
                                    "vpc-1",
                                    "tgw-",
                                    "i-0a",
                                    "not eni-0abc",
                                    "port 22",
                                    "not port 80",
                                    "ipv6",
                                    "not ipv4",
                                    "src port 80",
                                    "tcp",
                                    "host 10.0.0.1",
                                    "NODATA",
                                    "ingress",
                                    "net 10.0.0.0/8",
                                    "dst net 10.0.0.0/8",
                                    "22",
                                    "ipv4",
                                    "not net 203.0.113.0/24",
                                    "srcaddr ~ ^10",
                                    "dstport !~ ^8",
                                    "subnet-",
                                    "log-status = -",
                                    "action in (-, REJECT)"};

static void random_item(weir_field field, char *out, size_t size)
{
    weir_kind kind = weir_field_get(field)->kind;
    const char *word = random_word(field, false);
    bool is_odd = strpbrk(word, "*%@") != NULL;

    snprintf(out, size, is_odd ? "\"%s\"" : "%s", kind == WEIR_KIND_ADDR && below(2) ? PICK(nets) : word);
    if (kind == WEIR_KIND_PORT && below(3) == 0)
        snprintf(out, size, "%u-%u", below(100), 100 + below(2) * 8000);
    for (char *at = out; below(4) == 0 && kind == WEIR_KIND_TEXT && *at; at++)
        *at = (char)(*at >= 'a' && *at <= 'z' ? *at - 32 : *at);
}

static void random_term(char *out, size_t size)
{
    weir_field field = used[below(USED)];
    const char *name = weir_field_get(field)->name;
    weir_kind kind = weir_field_get(field)->kind;
    static const char *const equal[] = {"=", "!=", "=", "in", "not in"};
    static const char *const order[] = {"<", "<=", ">", ">="};
    const char *relation = equal[below(5)];
    bool is_number = kind < WEIR_KIND_ADDR;
    char item[3][48];

    if (below(3) == 0) {
        snprintf(out, size, "%s", PICK(alone));
        return;
    }
    for (size_t k = 0; k < 3; k++)
        random_item(field, item[k], sizeof item[k]);
    if (is_number && below(3) == 0)
        snprintf(out, size, "%s %s %.*s", name, PICK(order), *item[0] == '-' ? 1 : (int)strcspn(item[0], "-"),
                 *item[0] == '-' ? "1" : item[0]);
    else if (*relation == '=' || *relation == '!')
        snprintf(out, size, "%s %s %s", name, relation, item[0]);
    else
        snprintf(out, size, "%s %s (%s, %s, %s)", name, relation, item[0], item[1], item[2]);
}

static void random_filter(char *out, size_t size, unsigned depth)
{
    unsigned n = depth ? 1 + below(3) : 1 + below(4);
    const char *joint = (depth ? below(2) : below(4) > 0) ? " and " : " or ";
    size_t len = 0;

    out[0] = '\0';
    for (unsigned k = 0; k < n; k++) {
        char part[1500];
        bool is_group = depth < 3 && below(4) == 0;

        if (is_group)
            random_filter(part, sizeof part, depth + 1);
        else
            random_term(part, sizeof part);
        len += (size_t)snprintf(out + len, size - len, "%s%s%s%s%s", k ? joint : "", is_group && below(2) ? "not " : "",
                                is_group ? "(" : "", part, is_group ? ")" : "");
        if (len >= size - 400)
            return;
    }
}

static void run(const weir_query *query, const struct block *block, uint64_t *bits)
{
    struct program *program = NULL;

    assert_int_equal(program_new(query, PROGRAM_ALL, NULL, 0, &program, NULL), WEIR_OK);
    memset(bits, 0xff, BATCH_ROWS / 8);
    if (program)
        program_run(program, block, 0, ROWS, bits);
    program_free(program);
}

struct figures {
    size_t filters, with_pattern, with_no_rest, dropped, selected;
};

static void check_filter(const struct format *layout, char lines[][1024], const struct block *block, const char *text,
                         struct figures *figures)
{
    static uint64_t all[BATCH_ROWS / 64], rest[BATCH_ROWS / 64];
    static struct filter_pattern pattern;
    weir_query *query = NULL, *left = NULL;
    weir_error err = {0};
    struct push push;

    if (weir_query_parse(text, NOW, &query, &err) != WEIR_OK) {
        fail_msg("%s: %s", text, err.text);
        return;
    }
    assert_int_equal(push_logs(query, layout, &push, &err), WEIR_OK);
    if (!pattern_parse(push.pattern, &pattern))
        fail_msg("filter %s: pattern %s", text, push.pattern);
    assert_int_equal(weir_query_parse(push.rest, 0, &left, &err), WEIR_OK);
    assert_string_equal(weir_query_text(left).text, push.rest);
    run(query, block, all);
    run(left, block, rest);
    for (uint32_t row = 0; row < ROWS; row++) {
        bool matches = pattern_matches(&pattern, lines[row]), selected = all[row / 64] >> row % 64 & 1;

        if ((matches && (rest[row / 64] >> row % 64 & 1)) != selected || (selected && !matches))
            fail_msg("record %s\nfilter %s\npattern %s\nrest %s\nmatches %d selected %d", lines[row], text,
                     push.pattern, push.rest, matches, selected);
        figures->dropped += !matches;
        figures->selected += selected;
    }
    figures->filters++;
    figures->with_pattern += *push.pattern != 0;
    figures->with_no_rest += !*push.rest;
    pattern_done(&pattern);
    push_done(&push);
    weir_query_free(query);
    weir_query_free(left);
}

static void pattern_and_rest_are_the_filter(void **state)
{
    static char lines[ROWS][1024];
    struct figures figures = {0};

    (void)state;
    for (unsigned world = 0; world < WORLDS; world++) {
        struct format_set formats;
        struct format made;
        struct block *block = block_new(BATCH_ROWS, 0);

        format_set_init(&formats);
        random_layout(&made);
        const struct format *layout = format_set_add(&formats, &made, NULL);
        assert_non_null(layout);
        for (size_t row = 0; row < ROWS; row++) {
            random_line(layout, lines[row], sizeof lines[row]);
            rows_add(block, layout, lines[row]);
        }
        for (size_t k = 0; k < FILTERS; k++) {
            char text[6000];

            random_filter(text, sizeof text, 0);
            check_filter(below(10) ? layout : NULL, lines, block, text, &figures);
        }
        block_free(block);
        format_set_done(&formats);
    }
    print_message("%zu filters, %zu with a pattern, %zu with no rest; %zu records dropped, %zu selected\n",
                  figures.filters, figures.with_pattern, figures.with_no_rest, figures.dropped, figures.selected);
    assert_true(figures.filters >= 20000);
    /* a floor on strength: most of these filters join several fields by "or", which no pattern can say */
    assert_true(figures.with_pattern * 10 > figures.filters * 4);
    assert_true(figures.with_no_rest * 10 > figures.filters * 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pushes_as_much_as_can_be_said),
        cmocka_unit_test(a_pattern_has_at_most_1024_bytes),
        cmocka_unit_test(pattern_and_rest_are_the_filter),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
