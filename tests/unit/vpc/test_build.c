/* An inventory from the CLI's JSON: things typed and tied, rules in order, what makes no sense left out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "vpc/capture.h"

static struct capture *capture;

static void add(enum part part, const char *json)
{
    weir_error err = {0};
    assert_int_equal(capture_add_json(capture, part, NULL, json, strlen(json), &err), WEIR_OK);
}

static struct inventory *build(void)
{
    struct inventory *inventory = NULL;
    weir_error err = {0};
    assert_int_equal(inventory_build(capture, &inventory, &err), WEIR_OK);
    return inventory;
}

static int begin(void **state)
{
    (void)state;
    capture = capture_new();
    return capture ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    capture_free(capture);
    return 0;
}

static weir_addr addr(const char *text)
{
    weir_addr out;
    assert_true(addr_parse(text, strlen(text), &out));
    return out;
}

static void an_interface_is_tied(void **state)
{
    (void)state;
    add(PART_INTERFACES,
        "{\"NetworkInterfaces\":[{\"NetworkInterfaceId\":\"eni-1\",\"VpcId\":\"vpc-1\",\"SubnetId\":"
        "\"subnet-1\",\"Groups\":[{\"GroupId\":\"sg-2\"},{\"GroupId\":\"sg-1\"}],\"PrivateIpAddresses\":"
        "[{\"PrivateIpAddress\":\"10.0.0.9\"},{\"PrivateIpAddress\":\"10.0.0.5\",\"Primary\":true,"
        "\"Association\":{\"PublicIp\":\"192.0.2.1\"}}]}]}");
    add(PART_GROUPS,
        "{\"SecurityGroups\":[{\"GroupId\":\"sg-1\",\"GroupName\":\"web\",\"IpPermissions\":[{\"IpProtocol\":"
        "\"tcp\",\"FromPort\":443,\"ToPort\":443,\"IpRanges\":[{\"CidrIp\":\"10.1.2.3/8\"}]}]}]}");
    add(PART_SUBNETS, "{\"Subnets\":[{\"SubnetId\":\"subnet-1\",\"VpcId\":\"vpc-1\",\"CidrBlock\":\"10.0.0.0/24\"}]}");
    add(PART_VPCS, "{\"Vpcs\":[{\"VpcId\":\"vpc-1\",\"CidrBlock\":\"10.0.0.0/16\"}]}");
    struct inventory *inventory = build();
    const struct vpc_interface *interface = inventory_interface(inventory, "eni-1");
    assert_non_null(interface);
    assert_int_equal(interface->n_group_ids, 2);
    assert_int_equal(interface->n_groups, 1);
    assert_string_equal(interface->groups[0]->name.text, "web");
    assert_int_equal(interface->groups[0]->n_members, 1);
    assert_ptr_equal(interface->groups[0]->members[0], interface);
    assert_string_equal(interface->subnet->vpc->id.text, "vpc-1");
    assert_int_equal(interface->n_addresses, 2);
    assert_true(interface->addresses[0].primary);
    weir_addr private_addr = addr("10.0.0.9"), public_addr = addr("192.0.2.1");
    assert_ptr_equal(inventory_address_owner(inventory, "vpc-1", &private_addr), interface);
    assert_ptr_equal(inventory_address_owner(inventory, "vpc-1", &public_addr), interface);
    assert_ptr_equal(inventory_address_subnet(inventory, "vpc-1", &private_addr), interface->subnet);
    const struct vpc_rule *rule = &interface->groups[0]->rules[0];
    assert_int_equal(rule->protocol, PROTOCOL_TCP);
    assert_int_equal(rule->net.prefix, 8);
    assert_int_equal(addr_v4(&rule->net.addr), 10u << 24);
    inventory_free(inventory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_interface_is_tied, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
