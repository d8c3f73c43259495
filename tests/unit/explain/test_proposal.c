/* Proposals: what they are read as, what is said of those that are wrong, and what they would do, against networks in
 * which the change was really made. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "explain/proposal.h"
#include "explain/scope.h"
#include "explain/usage.h"
#include "explain/what_if.h"
#include "network_text.h"

/* A web server and a database in one subnet; %s are more rules of groups, more entries of the ACL. */
#define NETWORK                                                                                                        \
    "{\"Region\": \"eu-west-1\", \"AccountId\": \"123456789012\", \"Taken\": 1780000000,"                              \
    " \"Vpcs\": [{\"VpcId\": \"vpc-1\", \"CidrBlock\": \"10.0.0.0/16\", \"CidrBlockAssociationSet\": [{\"CidrBlock\":" \
    " \"10.0.0.0/16\", \"CidrBlockState\": {\"State\": \"associated\"}}]}],"                                           \
    " \"Subnets\": [{\"SubnetId\": \"subnet-1\", \"VpcId\": \"vpc-1\", \"CidrBlock\": \"10.0.1.0/24\"}],"              \
    " \"SecurityGroups\": ["                                                                                           \
    "  {\"GroupId\": \"sg-web\", \"GroupName\": \"web\", \"VpcId\": \"vpc-1\", \"OwnerId\": \"123456789012\"},"        \
    "  {\"GroupId\": \"sg-db\", \"GroupName\": \"the db\", \"VpcId\": \"vpc-1\", \"OwnerId\": \"123456789012\"},"      \
    "  {\"GroupId\": \"sg-x1\", \"GroupName\": \"twin\", \"VpcId\": \"vpc-1\", \"OwnerId\": \"123456789012\"},"        \
    "  {\"GroupId\": \"sg-x2\", \"GroupName\": \"twin\", \"VpcId\": \"vpc-1\", \"OwnerId\": \"123456789012\"}],"       \
    " \"SecurityGroupRules\": [%s],"                                                                                   \
    " \"ManagedPrefixLists\": [], \"PrefixLists\": [],"                                                                \
    " \"NetworkAcls\": [{\"NetworkAclId\": \"acl-1\", \"VpcId\": \"vpc-1\", \"IsDefault\": true, \"Tags\": [{\"Key\":" \
    " \"Name\", \"Value\": \"edge\"}], \"Associations\": [{\"NetworkAclId\": \"acl-1\", \"SubnetId\": \"subnet-1\"}]," \
    "  \"Entries\": [%s]}],"                                                                                           \
    " \"Reservations\": [],"                                                                                           \
    " \"NetworkInterfaces\": ["                                                                                        \
    "  {\"NetworkInterfaceId\": \"eni-web\", \"VpcId\": \"vpc-1\", \"SubnetId\": \"subnet-1\", \"InterfaceType\":"     \
    " \"interface\", \"Status\": \"in-use\", \"PrivateIpAddress\": \"10.0.1.10\", \"PrivateIpAddresses\":"             \
    " [{\"PrivateIpAddress\": \"10.0.1.10\", \"Primary\": true}], \"Groups\": [{\"GroupId\": \"sg-web\"}]},"           \
    "  {\"NetworkInterfaceId\": \"eni-db\", \"VpcId\": \"vpc-1\", \"SubnetId\": \"subnet-1\", \"InterfaceType\":"      \
    " \"interface\", \"Status\": \"in-use\", \"PrivateIpAddress\": \"10.0.1.20\", \"PrivateIpAddresses\":"             \
    " [{\"PrivateIpAddress\": \"10.0.1.20\", \"Primary\": true}], \"Groups\": [{\"GroupId\": \"sg-db\"}]}]}"

#define RULE(id, group, egress, protocol, from, to, peer)                                     \
    "{\"SecurityGroupRuleId\": \"" id "\", \"GroupId\": \"" group "\", \"IsEgress\": " egress \
    ", \"IpProtocol\": \"" protocol "\", \"FromPort\": " from ", \"ToPort\": " to ", " peer "}"
#define NET4(net)    "\"CidrIpv4\": \"" net "\""
#define NET6(net)    "\"CidrIpv6\": \"" net "\""
#define GROUP(group) "\"ReferencedGroupInfo\": {\"GroupId\": \"" group "\", \"UserId\": \"123456789012\"}"

#define HTTPS_RULE   RULE("sgr-https", "sg-web", "false", "tcp", "443", "443", NET4("0.0.0.0/0"))
#define SSH_RULE     RULE("sgr-ssh", "sg-web", "false", "tcp", "22", "22", NET4("203.0.113.0/24"))
#define DB_RULE      RULE("sgr-db", "sg-db", "false", "tcp", "5432", "5432", GROUP("sg-web"))
#define OUT_RULES                                                         \
    RULE("sgr-o1", "sg-web", "true", "-1", "-1", "-1", NET4("0.0.0.0/0")) \
    ", " RULE("sgr-o2", "sg-db", "true", "-1", "-1", "-1", NET4("0.0.0.0/0"))
#define RULES HTTPS_RULE ", " SSH_RULE ", " DB_RULE ", " OUT_RULES

#define ENTRY(number, egress, protocol, action, net, more)                                                           \
    "{\"RuleNumber\": " number ", \"Egress\": " egress ", \"Protocol\": \"" protocol "\", \"RuleAction\": \"" action \
    "\", \"CidrBlock\": \"" net "\"" more "}"
#define PORTS(from, to) ", \"PortRange\": {\"From\": " from ", \"To\": " to "}"
#define IN_100          ENTRY("100", "false", "-1", "allow", "0.0.0.0/0", "")
#define IN_90           ENTRY("90", "false", "6", "deny", "198.51.100.0/24", PORTS("443", "443"))
#define OUT_100         ENTRY("100", "true", "-1", "allow", "0.0.0.0/0", "")
#define LAST                                               \
    ENTRY("32767", "false", "-1", "deny", "0.0.0.0/0", "") \
    ", " ENTRY("32767", "true", "-1", "deny", "0.0.0.0/0", "")
#define ENTRIES IN_90 ", " IN_100 ", " OUT_100 ", " LAST

static struct inventory *network(const char *rules, const char *entries)
{
    static char text[16384];
    snprintf(text, sizeof text, NETWORK, rules, entries);
    struct inventory *inventory = network_of_text(text);
    assert_non_null(inventory);
    return inventory;
}

/* ---- reading ---- */

static void test_reads(void **state)
{
    static const struct {
        const char *text, *words, *command;
    } cases[] = {
        {"add web in tcp 80 from 203.0.113.7", "add to security group web (sg-web): in tcp 80 from 203.0.113.7/32",
         "aws ec2 authorize-security-group-ingress --group-id sg-web --ip-permissions "
         "'IpProtocol=tcp,FromPort=80,ToPort=80,IpRanges=[{CidrIp=203.0.113.7/32}]' --region eu-west-1"},
        {"ADD sg-web inbound TCP/8000-8080 FROM 2001:db8::/32",
         "add to security group web (sg-web): in tcp 8000-8080 from 2001:db8::/32",
         "aws ec2 authorize-security-group-ingress --group-id sg-web --ip-permissions "
         "'IpProtocol=tcp,FromPort=8000,ToPort=8080,Ipv6Ranges=[{CidrIpv6=2001:db8::/32}]' --region eu-west-1"},
        {"add \"the db\" out udp domain to 10.0.0.2", "add to security group the db (sg-db): out udp 53 to 10.0.0.2/32",
         "aws ec2 authorize-security-group-egress --group-id sg-db --ip-permissions "
         "'IpProtocol=udp,FromPort=53,ToPort=53,IpRanges=[{CidrIp=10.0.0.2/32}]' --region eu-west-1"},
        {"allow web in all from \"the db\"", "add to security group web (sg-web): in all traffic from sg-db (the db)",
         "aws ec2 authorize-security-group-ingress --group-id sg-web --ip-permissions "
         "'IpProtocol=-1,UserIdGroupPairs=[{GroupId=sg-db}]' --region eu-west-1"},
        {"add web in icmp 8 from 10/8", "add to security group web (sg-web): in icmp type 8 from 10.0.0.0/8",
         "aws ec2 authorize-security-group-ingress --group-id sg-web --ip-permissions "
         "'IpProtocol=icmp,FromPort=8,ToPort=-1,IpRanges=[{CidrIp=10.0.0.0/8}]' --region eu-west-1"},
        {"add web in tcp https from pl-0a1", "add to security group web (sg-web): in tcp 443 from pl-0a1",
         "aws ec2 authorize-security-group-ingress --group-id sg-web --ip-permissions "
         "'IpProtocol=tcp,FromPort=443,ToPort=443,PrefixListIds=[{PrefixListId=pl-0a1}]' --region eu-west-1"},
        {"remove sgr-ssh", "remove from security group web (sg-web): in tcp 22 from 203.0.113.0/24",
         "aws ec2 revoke-security-group-ingress --group-id sg-web --security-group-rule-ids sgr-ssh --region "
         "eu-west-1"},
        {"revoke web in tcp 443 from 0.0.0.0/0", "remove from security group web (sg-web): in tcp 443 from 0.0.0.0/0",
         "aws ec2 revoke-security-group-ingress --group-id sg-web --security-group-rule-ids sgr-https --region "
         "eu-west-1"},
        {"add edge in 80 allow tcp 443 from 198.51.100.9",
         "add to network ACL edge (acl-1): in #80 allow tcp 443 198.51.100.9/32",
         "aws ec2 create-network-acl-entry --network-acl-id acl-1 --ingress --rule-number 80 --protocol 6 --port-range "
         "From=443,To=443 --cidr-block 198.51.100.9/32 --rule-action allow --region eu-west-1"},
        {"add acl-1 out 7 deny all to 2001:db8::/32", "add to network ACL edge (acl-1): out #7 deny all 2001:db8::/32",
         "aws ec2 create-network-acl-entry --network-acl-id acl-1 --egress --rule-number 7 --protocol -1 "
         "--ipv6-cidr-block 2001:db8::/32 --rule-action deny --region eu-west-1"},
        {"delete acl-1 in 90", "remove from network ACL edge (acl-1): in #90 deny tcp 443 198.51.100.0/24",
         "aws ec2 delete-network-acl-entry --network-acl-id acl-1 --ingress --rule-number 90 --region eu-west-1"},
    };
    (void)state;
    struct inventory *inventory = network(RULES, ENTRIES);
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct proposal proposal;
        struct words words = {0};
        weir_error err = {0};
        if (proposal_parse(inventory, cases[k].text, &proposal, &err) != WEIR_OK)
            fail_msg("%s: column %zu: %s", cases[k].text, err.column, err.text);
        assert_int_equal(proposal.n, 1);
        assert_string_equal(edit_words(&proposal.edit[0], &words).text, cases[k].words);
        assert_string_equal(edit_command(&proposal, &proposal.edit[0], &words).text, cases[k].command);
        words_done(&words);
        proposal_done(&proposal);
    }
    inventory_free(inventory);
}

static void test_refuses(void **state)
{
    static const struct {
        const char *text;
        size_t column;
        const char *error;
    } cases[] = {
        {"", 1, "add or remove is wanted here, not the end"},
        {"  change web in tcp 80 from 1.2.3.4", 3, "add or remove is wanted here, not change"},
        {"add", 4, "the id or the name of a security group or network ACL is wanted here, not the end"},
        {"add we in tcp 80 from 1.2.3.4", 5, "no security group or network ACL is called we; there is web"},
        {"add eni-web in tcp 80 from 1.2.3.4", 5, "eni-web is no security group or network ACL: only they have rules"},
        {"add twin in tcp 80 from 1.2.3.4", 5, "several things are called twin: say which, sg-x1, sg-x2"},
        {"add web by tcp 80 from 1.2.3.4", 9, "in or out is wanted here, not by"},
        {"add web in tpc 80 from 1.2.3.4", 12, "a protocol (tcp, udp, icmp, all or a number) is wanted here, not tpc"},
        {"add web in 256 from 1.2.3.4", 12, "a protocol (tcp, udp, icmp, all or a number) is wanted here, not 256"},
        {"add web in tcp 65536 from 1.2.3.4", 16,
         "a port (80), ports (8000-8080), all, or from or to is wanted here, not 65536"},
        {"add web in tcp 90-80 from 1.2.3.4", 16,
         "a port (80), ports (8000-8080), all, or from or to is wanted here, not 90-80"},
        {"add web in icmp 256 from 1.2.3.4", 17, "an ICMP type (8), all, or from or to is wanted here, not 256"},
        {"add web in tcp 80 1.2.3.4", 19,
         "from or to, and an address, a CIDR block, pl-... or sg-... is wanted here, not 1.2.3.4"},
        {"add web in tcp 80 from", 23, "an address or a CIDR block is wanted here, not the end"},
        {"add web in tcp 80 from 1.2.3.4/33", 24, "no security group is called 1.2.3.4/33"},
        {"add web in tcp 80 from 1.2.3.4 please", 32, "; or the end is wanted here, not please"},
        {"add web in tcp 443 from 0.0.0.0/0", 12, "sg-web has that rule already: sgr-https"},
        {"remove web in tcp 80 from 0.0.0.0/0", 15, "sg-web has no such rule: weir rules lists them"},
        {"remove sgr-0c3", 8, "no security group has a rule sgr-0c3: weir rules lists them"},
        {"add edge in 0 allow tcp 80 from 1.2.3.4", 13, "the number of a rule, 1 to 32766 is wanted here, not 0"},
        {"add edge in 32767 allow tcp 80 from 1.2.3.4", 13,
         "the number of a rule, 1 to 32766 is wanted here, not 32767"},
        {"add edge in 90 allow tcp 80 from 1.2.3.4", 13, "rule 90 of acl-1 is taken: say another number"},
        {"add edge in 80 permit tcp 80 from 1.2.3.4", 16, "allow or deny is wanted here, not permit"},
        {"add edge in 80 allow tcp 80 from sg-web", 34, "an address or a CIDR block is wanted here, not sg-web"},
        {"remove edge in 91", 16, "acl-1 has no rule 91 in that direction: weir rules lists them"},
        {"remove sgr-ssh; remove sgr-0c3", 24, "no security group has a rule sgr-0c3: weir rules lists them"},
        {"remove sgr-ssh;", 16, "add or remove is wanted here, not the end"},
    };
    (void)state;
    struct inventory *inventory = network(RULES, ENTRIES);
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct proposal proposal;
        weir_error err = {0};
        weir_status status = proposal_parse(inventory, cases[k].text, &proposal, &err);
        if (status == WEIR_OK)
            fail_msg("%s: it was read", cases[k].text);
        assert_string_equal(err.text, cases[k].error);
        if (err.column != cases[k].column)
            fail_msg("%s: column %zu", cases[k].text, err.column);
        assert_int_equal(proposal.n, 0);
    }
    inventory_free(inventory);
}

static void test_at_most_so_many(void **state)
{
    char text[2048] = "";
    struct proposal proposal;
    weir_error err = {0};
    (void)state;
    struct inventory *inventory = network(RULES, ENTRIES);
    for (int k = 0; k <= EDITS_MAX; k++) {
        size_t len = strlen(text);
        if (k == EDITS_MAX) {
            assert_int_equal(proposal_parse(inventory, text, &proposal, &err), WEIR_OK);
            assert_int_equal(proposal.n, EDITS_MAX);
            proposal_done(&proposal);
        }
        snprintf(text + len, sizeof text - len, "%sadd web in tcp %d from 10.0.0.0/8", k ? "; " : "", 1000 + k);
    }
    assert_int_equal(proposal_parse(inventory, text, &proposal, &err), WEIR_E_LIMIT);
    inventory_free(inventory);
}

static void test_warns(void **state)
{
    static const struct {
        const char *text, *warning;
    } cases[] = {
        {"add web in tcp 80 from anywhere", "it opens tcp 80 from 0.0.0.0/0 to the whole internet, on 1 interface"},
        {"add web in tcp 80 from ::/0", "it opens tcp 80 from ::/0 to the whole internet, on 1 interface"},
        {"add web in tcp 80 from 10.0.0.0/8", ""},
        {"add web out all to 0.0.0.0/0", NULL}, /* it is there */
        {"remove sgr-ssh", ""},
        {"add edge in 80 allow all from 0.0.0.0/0", ""},
    };
    (void)state;
    struct inventory *inventory = network(RULES, ENTRIES);
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct proposal proposal;
        struct words words = {0};
        weir_status status = proposal_parse(inventory, cases[k].text, &proposal, NULL);
        assert_int_equal(status == WEIR_OK, cases[k].warning != NULL);
        if (status)
            continue;
        assert_string_equal(edit_warning(&proposal.edit[0], &words).text, cases[k].warning);
        words_done(&words);
        proposal_done(&proposal);
    }
    inventory_free(inventory);
}

/* ---- what it would do ---- */

static bool admits(const struct usage *usage)
{
    bool group = !usage->groups_asked || usage->ruling.group.answer == ANSWER_ALLOW;
    return group && (usage->ruling.acl.answer == ANSWER_ALLOW || usage->ruling.acl.answer == ANSWER_NONE);
}

/* One flow under the overlay, and under a network in which the change was made. */
static void same_as_made(const struct overlay *overlay, const struct inventory *before, const struct inventory *after,
                         const char *text, size_t *seen)
{
    struct flow_record record;
    struct flow flow;
    struct usage was, is;
    weir_error err = {0};
    if (flow_record_parse(text, 1780000000, &record, &err) != WEIR_OK)
        fail_msg("%s: %s", text, err.text);
    flow_of(&record, before, NULL, NULL, &flow);
    assert_true(usage_of(&flow, before, &was));
    flow_of(&record, after, NULL, NULL, &flow);
    assert_true(usage_of(&flow, after, &is));
    bool rejected = record.verdict == WEIR_VERDICT_REJECT;
    bool opens = rejected && !admits(&was) && admits(&is), closes = !rejected && admits(&was) && !admits(&is);
    flow_of(&record, before, NULL, NULL, &flow);
    enum turn turn = overlay_ask(overlay, &flow, NULL);
    if ((turn == TURN_OPENS) != opens || (turn == TURN_CLOSES) != closes)
        fail_msg("%s: turn %d, opens %d, closes %d", text, (int)turn, opens, closes);
    seen[turn]++;
}

static void every_flow(const struct overlay *overlay, const struct inventory *before, const struct inventory *after,
                       size_t *seen)
{
    static const char *const remotes[] = {"203.0.113.7", "198.51.100.7", "10.0.1.20", "10.0.2.30"};
    static const int ports[] = {22, 80, 443, 5432, 60000};
    char text[256];
    for (size_t r = 0; r < sizeof remotes / sizeof *remotes; r++)
        for (size_t p = 0; p < sizeof ports / sizeof *ports; p++)
            for (int bits = 0; bits < 8; bits++) {
                const char *host = bits & 1 ? "db" : "web", *here = bits & 1 ? "10.0.1.20" : "10.0.1.10";
                if (strcmp(here, remotes[r]) == 0)
                    continue;
                bool out = bits & 2;
                snprintf(text, sizeof text, "eni=eni-%s src=%s dst=%s sport=50000 dport=%d proto=tcp dir=%s action=%s",
                         host, out ? here : remotes[r], out ? remotes[r] : here, ports[p], out ? "out" : "in",
                         bits & 4 ? "ACCEPT" : "REJECT");
                same_as_made(overlay, before, after, text, seen);
            }
}

static void test_is_as_if_made(void **state)
{
    static const struct {
        const char *proposal, *rules, *entries;
    } cases[] = {
        {"add web in tcp 80 from 203.0.113.0/24",
         RULES ", " RULE("sgr-new", "sg-web", "false", "tcp", "80", "80", NET4("203.0.113.0/24")), ENTRIES},
        {"add web in all from 0.0.0.0/0",
         RULES ", " RULE("sgr-new", "sg-web", "false", "-1", "-1", "-1", NET4("0.0.0.0/0")), ENTRIES},
        {"add web in tcp from \"the db\"",
         RULES ", " RULE("sgr-new", "sg-web", "false", "tcp", "0", "65535", GROUP("sg-db")), ENTRIES},
        {"add \"the db\" in tcp 5432 from 10.0.0.0/16",
         RULES ", " RULE("sgr-new", "sg-db", "false", "tcp", "5432", "5432", NET4("10.0.0.0/16")), ENTRIES},
        {"add web in tcp 443 from ::/0",
         RULES ", " RULE("sgr-new", "sg-web", "false", "tcp", "443", "443", NET6("::/0")), ENTRIES},
        {"remove sgr-https", SSH_RULE ", " DB_RULE ", " OUT_RULES, ENTRIES},
        {"remove sgr-db; remove sgr-ssh", HTTPS_RULE ", " OUT_RULES, ENTRIES},
        {"remove web out all to 0.0.0.0/0",
         HTTPS_RULE ", " SSH_RULE ", " DB_RULE
                    ", " RULE("sgr-o2", "sg-db", "true", "-1", "-1", "-1", NET4("0.0.0.0/0")),
         ENTRIES},
        {"remove edge in 90", RULES, IN_100 ", " OUT_100 ", " LAST},
        {"remove edge in 100", RULES, IN_90 ", " OUT_100 ", " LAST},
        {"add edge in 50 deny tcp 22 from 203.0.113.0/24", RULES,
         ENTRIES ", " ENTRY("50", "false", "6", "deny", "203.0.113.0/24", PORTS("22", "22"))},
        {"add edge in 80 allow tcp 443 from 198.51.100.0/25", RULES,
         ENTRIES ", " ENTRY("80", "false", "6", "allow", "198.51.100.0/25", PORTS("443", "443"))},
        {"add edge out 99 deny all to 0.0.0.0/0", RULES,
         ENTRIES ", " ENTRY("99", "true", "-1", "deny", "0.0.0.0/0", "")},
        {"remove edge in 90; remove sgr-https; add web in tcp 443 from 198.51.100.0/24",
         SSH_RULE ", " DB_RULE ", " OUT_RULES
                  ", " RULE("sgr-new", "sg-web", "false", "tcp", "443", "443", NET4("198.51.100.0/24")),
         IN_100 ", " OUT_100 ", " LAST},
    };
    size_t seen[TURN_UNKNOWN + 1] = {0};
    (void)state;
    struct inventory *before = network(RULES, ENTRIES);
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct proposal proposal;
        struct overlay *overlay = NULL;
        weir_error err = {0};
        struct inventory *after = network(cases[k].rules, cases[k].entries);
        if (proposal_parse(before, cases[k].proposal, &proposal, &err) != WEIR_OK)
            fail_msg("%s: %s", cases[k].proposal, err.text);
        assert_int_equal(overlay_make(&proposal, &overlay, NULL), WEIR_OK);
        every_flow(overlay, before, after, seen);
        overlay_free(overlay);
        proposal_done(&proposal);
        inventory_free(after);
    }
    assert_true(seen[TURN_OPENS] > 20 && seen[TURN_CLOSES] > 20 && seen[TURN_STILL_DENIED] > 2 &&
                seen[TURN_NONE] > 1000);
    assert_int_equal(seen[TURN_UNKNOWN], 0);
    inventory_free(before);
}

static enum turn ask(const struct inventory *inventory, const char *text, const char *flow_text, bool *reply_denied)
{
    struct proposal proposal;
    struct overlay *overlay = NULL;
    struct flow_record record;
    struct flow flow;
    assert_int_equal(proposal_parse(inventory, text, &proposal, NULL), WEIR_OK);
    assert_int_equal(overlay_make(&proposal, &overlay, NULL), WEIR_OK);
    assert_int_equal(flow_record_parse(flow_text, 1780000000, &record, NULL), WEIR_OK);
    flow_of(&record, inventory, NULL, NULL, &flow);
    enum turn turn = overlay_ask(overlay, &flow, reply_denied);
    overlay_free(overlay);
    proposal_done(&proposal);
    return turn;
}

#define KNOCK "eni=eni-web src=203.0.113.7 dst=10.0.1.10 sport=50000 dport=80 proto=tcp dir=in "

static void test_of_one_flow(void **state)
{
    bool reply_denied = true;
    (void)state;
    struct inventory *inventory = network(RULES, ENTRIES), *closed = network(RULES, IN_100 ", " LAST);
    const char *add = "add web in tcp 80 from 203.0.113.0/24";
    assert_int_equal(ask(inventory, add, KNOCK, &reply_denied), TURN_OPENS);
    assert_false(reply_denied);
    assert_int_equal(ask(closed, add, KNOCK, &reply_denied), TURN_OPENS);
    assert_true(reply_denied); /* the ACL lets no answer out */
    /* Rules have nothing to do with what AWS names another reason for, nor with packets in mid-stream. */
    assert_int_equal(ask(inventory, add, KNOCK "reason=BPA", NULL), TURN_NONE);
    assert_int_equal(ask(inventory, add, KNOCK "flags=1", NULL), TURN_NONE);
    /* Another interface's rules change. */
    assert_int_equal(ask(inventory, "add \"the db\" in tcp 80 from 203.0.113.0/24", KNOCK, NULL), TURN_NONE);
    /* Entries of a list that are not known. */
    assert_int_equal(ask(inventory, "add web in tcp 80 from pl-0a1", KNOCK, NULL), TURN_UNKNOWN);
    assert_int_equal(ask(inventory, "add web in tcp 81 from pl-0a1", KNOCK, NULL), TURN_NONE);
    /* An interface that is not in the inventory. */
    assert_int_equal(ask(inventory, add, "eni=eni-0 src=203.0.113.7 dst=10.0.1.10 dport=80 proto=tcp dir=in", NULL),
                     TURN_NONE);
    inventory_free(closed);
    inventory_free(inventory);
}

/* ---- scopes ---- */

static void test_scopes(void **state)
{
    static const struct {
        const char *text;
        enum scope_kind kind;
        bool web, db, group_web, group_db, acl;
    } cases[] = {
        {"", SCOPE_ALL, true, true, true, true, true},
        {"eni-web", SCOPE_INTERFACE, true, false, true, false, true},
        {"sg-db", SCOPE_GROUP, true, true, false, true, false},
        {"The DB", SCOPE_GROUP, true, true, false, true, false},
        {"edge", SCOPE_ACL, true, true, false, false, true},
        {"subnet-1", SCOPE_SUBNET, true, true, true, true, true},
        {"vpc-1", SCOPE_VPC, true, true, true, true, true},
    };
    (void)state;
    struct inventory *inventory = network(RULES, ENTRIES);
    const struct vpc_interface *web = inventory_interface(inventory, "eni-web"),
                               *db = inventory_interface(inventory, "eni-db");
    const struct vpc_group *group_web = inventory_group(inventory, "sg-web"),
                           *group_db = inventory_group(inventory, "sg-db");
    const struct vpc_acl *acl = inventory_acl(inventory, "acl-1");
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct scope scope;
        weir_error err = {0};
        if (scope_find(inventory, cases[k].text, SCOPES_ANY, &scope, &err) != WEIR_OK)
            fail_msg("%s: %s", cases[k].text, err.text);
        assert_int_equal(scope.kind, cases[k].kind);
        assert_int_equal(scope_has_interface(&scope, web), cases[k].web);
        assert_int_equal(scope_has_interface(&scope, db), cases[k].db);
        assert_int_equal(scope_has_group(&scope, group_web), cases[k].group_web);
        assert_int_equal(scope_has_group(&scope, group_db), cases[k].group_db);
        assert_int_equal(scope_has_acl(&scope, acl), cases[k].acl);
    }
    inventory_free(inventory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads),  cmocka_unit_test(test_refuses),       cmocka_unit_test(test_at_most_so_many),
        cmocka_unit_test(test_warns),  cmocka_unit_test(test_is_as_if_made), cmocka_unit_test(test_of_one_flow),
        cmocka_unit_test(test_scopes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
