/* The demo's network: valid JSON, the same text for the same scenario and time, everybody who is in the traffic, ids
 * that lead somewhere, and what the incidents take away. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/demo.h"
#include "weir/source.h"

#define NOW INT64_C(1780000000)

/* The network as a text that ends; yours. */
static char *network(const char *scenario, int64_t now)
{
    size_t len = 0;
    char *bytes = weir_demo_network(scenario, now, &len);
    assert_non_null(bytes);
    assert_true(len > 0);
    assert_null(memchr(bytes, '\0', len));
    char *text = malloc(len + 1);
    assert_non_null(text);
    memcpy(text, bytes, len);
    text[len] = '\0';
    free(bytes);
    return text;
}

static size_t count(const char *text, const char *needle)
{
    size_t n = 0;
    for (const char *at = text; (at = strstr(at, needle)); at += strlen(needle))
        n++;
    return n;
}

/* ---- JSON, as far as the demo needs it: NULL where it is none ---- */

static const char *blank(const char *at)
{
    while (at && (*at == ' ' || *at == '\n'))
        at++;
    return at;
}

static const char *value(const char *at, int depth);

static const char *string(const char *at)
{
    if (!at || *at++ != '"')
        return NULL;
    for (; *at != '"'; at++) {
        if (*at == '\\' || (unsigned char)*at < ' ')
            return NULL;
    }
    return at + 1;
}

/* An array or an object, whose first byte is `at`. */
static const char *many(const char *at, int depth)
{
    bool object = *at == '{';
    char end = object ? '}' : ']';
    at = blank(at + 1);
    if (*at == end)
        return at + 1;
    while (at) {
        if (object) {
            at = blank(string(at));
            at = at && *at == ':' ? at + 1 : NULL;
        }
        at = blank(value(blank(at), depth + 1));
        if (!at || *at == end)
            return at ? at + 1 : NULL;
        at = *at == ',' ? blank(at + 1) : NULL;
    }
    return NULL;
}

static const char *value(const char *at, int depth)
{
    if (!at || depth > 16)
        return NULL;
    if (*at == '{' || *at == '[')
        return many(at, depth);
    if (*at == '"')
        return string(at);
    static const char *const words[] = {"true", "false", "null"};
    for (size_t k = 0; k < 3; k++) {
        if (strncmp(at, words[k], strlen(words[k])) == 0)
            return at + strlen(words[k]);
    }
    const char *from = at += *at == '-';
    while (isdigit((unsigned char)*at))
        at++;
    return at > from ? at : NULL;
}

static void it_is_json_in_every_scenario(void **state)
{
    (void)state;
    for (size_t k = 0; weir_scenario_name(k); k++) {
        char *text = network(weir_scenario_name(k), NOW);
        const char *end = blank(value(text, 0));
        assert_non_null(end);
        assert_int_equal(*end, '\0');
        assert_int_equal(count(text, "\"WeirNetwork\":1"), 1);
        assert_null(strchr(text, '\''));
        free(text);
    }
    assert_null(value("[1,]", 0));
    assert_null(value("{\"a\" 1}", 0));
    assert_null(value("{'a':1}", 0));
}

static void it_is_the_same_for_a_scenario_and_a_time(void **state)
{
    (void)state;
    char *one = network(NULL, NOW), *two = network("web", NOW), *later = network("web", NOW + 1);
    assert_string_equal(one, two);
    assert_string_not_equal(one, later);
    free(one);
    free(two);
    free(later);
    size_t len = 7;
    assert_null(weir_demo_network("nosuch", NOW, &len));
    assert_int_equal(len, 7);
}

static void everybody_of_the_traffic_is_there(void **state)
{
    (void)state;
    char *text = network("quiet", NOW), needle[256];
    for (int k = 0; k < INTERFACES; k++) {
        const struct interface *at = &demo_interfaces[k];
        snprintf(needle, sizeof needle, "{\"NetworkInterfaceId\":\"%s\",\"VpcId\":\"%s\",\"SubnetId\":\"%s\"", at->id,
                 at->vpc, demo_subnets[at->subnet].id);
        assert_int_equal(count(text, needle), 1);
        snprintf(needle, sizeof needle, "\"PrivateIpAddresses\":[{\"Primary\":true,\"PrivateIpAddress\":\"%s\"",
                 at->addr4);
        assert_int_equal(count(text, needle), 1);
        snprintf(needle, sizeof needle, "{\"Ipv6Address\":\"%s\"}", at->addr6 ? at->addr6 : "");
        assert_int_equal(count(text, needle), at->addr6 ? 1 : 0);
        snprintf(needle, sizeof needle, "\"Instances\":[{\"InstanceId\":\"%s\"", at->instance);
        assert_int_equal(count(text, needle), k == NAT ? 0 : 1);
        assert_string_equal(demo_subnets[at->subnet].az, at->az);
    }
    for (int k = 0; k < SUBNETS; k++) {
        snprintf(needle, sizeof needle, "{\"SubnetId\":\"%s\"", demo_subnets[k].id);
        assert_int_equal(count(text, needle), 1);
    }
    static const char *const names[] = {"web-1", "web-2", "web-3", "app-1", "app-2", "db-1", "db-2"};
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        snprintf(needle, sizeof needle, "{\"Key\":\"Name\",\"Value\":\"%s\"}]}]}", names[k]);
        assert_int_equal(count(text, needle), 1);
    }
    free(text);
}

static bool is_definition(const char *quote)
{
    static const char *const keys[] = {
        "{\"VpcId\":\"",         "{\"SubnetId\":\"",     "{\"NetworkInterfaceId\":\"",       "{\"GroupId\":\"",
        "{\"NetworkAclId\":\"",  "{\"RouteTableId\":\"", "{\"InternetGatewayId\":\"",        "{\"NatGatewayId\":\"",
        "{\"VpcEndpointId\":\"", "{\"PrefixListId\":\"", "\"Instances\":[{\"InstanceId\":\""};
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
        if (strncmp(quote - strlen(keys[k]), keys[k], strlen(keys[k])) == 0)
            return true;
    }
    return false;
}

/* Every id of these kinds begins an item somewhere, and has the form that EC2 gives it. */
static void ids_lead_somewhere(void **state)
{
    (void)state;
    static const char *const kinds[] = {"vpc-", "subnet-", "eni-0", "i-",   "sg-",
                                        "acl-", "rtb-",    "igw-",  "nat-", "vpce-"};
    char *text = network("quiet", NOW), id[64];
    size_t ids = 0;
    for (const char *at = text; (at = strchr(at, '"')); at++) {
        for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
            size_t prefix = strlen(kinds[k]) - (strcmp(kinds[k], "eni-0") == 0);
            if (strncmp(at + 1, kinds[k], strlen(kinds[k])) != 0)
                continue;
            size_t len = strcspn(at + 1, "\"");
            assert_int_equal(len, prefix + 17);
            assert_int_equal(strspn(at + 1 + prefix, "0123456789abcdef"), 17);
            snprintf(id, sizeof id, "%.*s\"", (int)len, at + 1);
            bool defined = false;
            for (const char *here = text; !defined && (here = strstr(here, id)); here++)
                defined = is_definition(here);
            assert_true(defined);
            ids++;
        }
    }
    assert_true(ids > 100);
    free(text);
}

static void each_incident_takes_its_rules_away(void **state)
{
    (void)state;
    static const struct {
        const char *scenario;
        size_t http, http_rules, ephemeral;
    } rows[] = {
        {"web", 1, 2, 4},
        {"nacl", 2, 4, 3},
        {"scan", 2, 4, 4},
        {"quiet", 2, 4, 4},
    };
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        char *text = network(rows[k].scenario, NOW);
        assert_int_equal(count(text, "\"IpPermissions\":[{\"IpProtocol\":\"tcp\",\"FromPort\":80,"), rows[k].http);
        assert_int_equal(count(text, "\"IsEgress\":false,\"IpProtocol\":\"tcp\",\"FromPort\":80,"), rows[k].http_rules);
        assert_int_equal(count(text, "\"PortRange\":{\"From\":1024,\"To\":65535}"), rows[k].ephemeral);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_json_in_every_scenario),
        cmocka_unit_test(it_is_the_same_for_a_scenario_and_a_time),
        cmocka_unit_test(everybody_of_the_traffic_is_there),
        cmocka_unit_test(ids_lead_somewhere),
        cmocka_unit_test(each_incident_takes_its_rules_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
