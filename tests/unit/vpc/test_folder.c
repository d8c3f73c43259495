/* A folder of files as the AWS CLI writes them, and single files: names, gzip, what is missing and what is damaged. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/scope.h"
#include "netcase.h"

static char folder[] = "/tmp/weir-net-XXXXXX";
static char paths[16][256];
static size_t n_paths;

static int begin(void **state)
{
    (void)state;
    memcpy(folder + sizeof folder - 7, "XXXXXX", 6);
    return mkdtemp(folder) ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    while (n_paths)
        remove(paths[--n_paths]);
    return rmdir(folder);
}

static void put_bytes(const char *name, const void *bytes, size_t len)
{
    assert_true(n_paths < ARRAY_SIZE(paths));
    snprintf(paths[n_paths], sizeof paths[n_paths], "%s/%s", folder, name);
    FILE *file = fopen(paths[n_paths++], "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

static void put(const char *name, const char *text)
{
    char *json = net_quote(text);
    put_bytes(name, json, strlen(json));
    free(json);
}

static struct inventory *read_all(void)
{
    struct capture *capture = NULL;
    weir_error err = {0};
    assert_int_equal(capture_read(folder, &capture, &err), WEIR_OK);
    struct inventory *inventory = net_build(capture);
    capture_free(capture);
    return inventory;
}

static void a_folder_is_read(void **state)
{
    (void)state;
    put("describe-vpcs.json", "{'Vpcs':[{'VpcId':'vpc-1'}]}");
    put("describe-vpcs-2.json", "{'Vpcs':[{'VpcId':'vpc-2'}]}\n{'Vpcs':[{'VpcId':'vpc-3'}]}");
    put("my groups.json", "{'SecurityGroups':[{'GroupId':'sg-1','IpPermissions':[{'IpProtocol':'-1','PrefixListIds':"
                          "[{'PrefixListId':'pl-0a'},{'PrefixListId':'pl-0b'}]}],'IpPermissionsEgress':[]}]}");
    put("describe-network-acls.json", "[{'NetworkAclId':'acl-1','Entries':[]}]");
    put("get-managed-prefix-list-entries-PL-0A.json", "{'Entries':[{'Cidr':'192.0.2.0/24'}]}");
    put("list of pl-0b.json", "{'Entries':[{'Cidr':'192.0.2.0/24'}]}");
    put("search-transit-gateway-routes-tgw-rtb-01.json", "{'Routes':[],'AdditionalRoutesAvailable':true}");
    put("describe-subnets.json", "");
    put("describe-route-tables.json", "{'RouteTables':[{'RouteTableId'");
    put("describe-nat-gateways.json", "{'Errors':[]}");
    put("package.json", "{'name':'not ours'}");
    put("notes.txt", "nothing");
    struct inventory *inventory = read_all();
    assert_non_null(inventory_vpc(inventory, "vpc-1"));
    assert_non_null(inventory_vpc(inventory, "vpc-2"));
    assert_non_null(inventory_vpc(inventory, "vpc-3"));
    assert_non_null(inventory_group(inventory, "sg-1"));
    assert_non_null(inventory_acl(inventory, "acl-1"));
    assert_true(inventory_prefix_list(inventory, "pl-0a")->known);
    assert_true(inventory_prefix_list(inventory, "pl-0b")->known);
    assert_false(inventory_transit_table(inventory, "tgw-rtb-01")->known);
    assert_int_equal(inventory_part(inventory, PART_PREFIX_ENTRIES), PART_KNOWN);
    assert_int_equal(inventory_part(inventory, PART_SUBNETS), PART_FAILED);
    assert_int_equal(inventory_part(inventory, PART_ROUTE_TABLES), PART_FAILED);
    assert_int_equal(inventory_part(inventory, PART_NAT_GATEWAYS), PART_FAILED);
    assert_int_equal(inventory_part(inventory, PART_INTERFACES), PART_UNKNOWN);
    assert_string_equal(inventory_part_words(inventory, PART_INTERFACES).text,
                        "network interfaces are unknown: there is no describe-network-interfaces.json");
    assert_non_null(strstr(inventory_part_words(inventory, PART_SUBNETS).text, "describe-subnets.json: it is empty"));
    assert_non_null(strstr(inventory_part_words(inventory, PART_NAT_GATEWAYS).text, "NatGateways"));
    assert_int_equal(inventory_taken(inventory), 0);
    inventory_free(inventory);
}

static void a_second_page_that_is_cut_makes_it_partial(void **state)
{
    (void)state;
    put("describe-vpcs.json", "{'Vpcs':[{'VpcId':'vpc-1'}]}\n{'Vpcs':[{'VpcId':'vp");
    struct inventory *inventory = read_all();
    assert_non_null(inventory_vpc(inventory, "vpc-1"));
    assert_int_equal(inventory_part(inventory, PART_VPCS), PART_PARTIAL);
    inventory_free(inventory);
}

static void a_file_of_any_name_that_is_cut_is_told(void **state)
{
    (void)state;
    put("describe-vpcs.json", "{'Vpcs':[{'VpcId':'vpc-1'}]}");
    put("groups.json", "{'SecurityGroups':[{'GroupId':'sg-1'");
    struct inventory *inventory = read_all();
    assert_int_equal(inventory_part(inventory, PART_GROUPS), PART_UNKNOWN);
    assert_non_null(strstr(inventory_part_words(inventory, PART_GROUPS).text, "groups.json"));
    inventory_free(inventory);
}

static void entries_need_to_say_whose_they_are(void **state)
{
    (void)state;
    put("describe-vpcs.json", "{'Vpcs':[]}");
    put("entries.json", "{'Entries':[{'Cidr':'192.0.2.0/24'}]}");
    struct inventory *inventory = read_all();
    assert_int_equal(inventory_part(inventory, PART_PREFIX_ENTRIES), PART_FAILED);
    assert_non_null(strstr(inventory_part_words(inventory, PART_PREFIX_ENTRIES).text, "name of the file"));
    inventory_free(inventory);
}

/* gzip -n of {"Vpcs":[{"VpcId":"vpc-1"}]} */
static const unsigned char zipped[] = {0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0xab, 0x56,
                                       0x0a, 0x2b, 0x48, 0x2e, 0x56, 0xb2, 0x8a, 0xae, 0x06, 0x31, 0x3c, 0x53,
                                       0x94, 0xac, 0x94, 0xca, 0x0a, 0x92, 0x75, 0x0d, 0x95, 0x6a, 0x63, 0x6b,
                                       0x01, 0x11, 0x66, 0x00, 0x7a, 0x1c, 0x00, 0x00, 0x00};

static void gzip_and_marks_of_byte_order(void **state)
{
    (void)state;
    put_bytes("describe-vpcs.json.gz", zipped, sizeof zipped);
    put_bytes("describe-subnets.json.gz", zipped, sizeof zipped - 9);
    put("describe-network-acls.json", "\xef\xbb\xbf{'NetworkAcls':[{'NetworkAclId':'acl-1','Entries':[]}]}");
    put_bytes("describe-security-groups.json", "\xff\xfe{\0}\0", 6);
    struct inventory *inventory = read_all();
    assert_non_null(inventory_vpc(inventory, "vpc-1"));
    assert_non_null(inventory_acl(inventory, "acl-1"));
    assert_int_equal(inventory_part(inventory, PART_SUBNETS), PART_FAILED);
    assert_non_null(strstr(inventory_part_words(inventory, PART_GROUPS).text, "UTF-16"));
    inventory_free(inventory);
}

static void one_file_will_do(void **state)
{
    (void)state;
    struct capture *capture = NULL;
    weir_error err = {0};
    put("net.json", "{'Vpcs':[{'VpcId':'vpc-1'}]}");
    put("other.json", "{'a':1}");
    assert_int_equal(capture_read(paths[0], &capture, &err), WEIR_OK);
    struct inventory *inventory = net_build(capture);
    assert_int_equal(inventory_part(inventory, PART_VPCS), PART_KNOWN);
    assert_non_null(strstr(inventory_part_words(inventory, PART_GROUPS).text, "not in the snapshot"));
    inventory_free(inventory);
    capture_free(capture);
    assert_int_equal(capture_read(paths[1], &capture, &err), WEIR_E_DATA);
    assert_non_null(strstr(err.text, "other.json"));
}

static void what_is_not_there_is_an_error(void **state)
{
    (void)state;
    struct capture *capture = NULL;
    weir_error err = {0};
    assert_int_equal(capture_read("/nowhere/net.json", &capture, &err), WEIR_E_IO);
    assert_non_null(strstr(err.text, "/nowhere/net.json"));
    err = (weir_error){0};
    assert_int_equal(capture_read(folder, &capture, &err), WEIR_E_DATA);
    assert_non_null(strstr(err.text, "describe-"));
    assert_null(capture);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_folder_is_read),
        CASE(a_second_page_that_is_cut_makes_it_partial),
        CASE(a_file_of_any_name_that_is_cut_is_told),
        CASE(entries_need_to_say_whose_they_are),
        CASE(gzip_and_marks_of_byte_order),
        CASE(one_file_will_do),
        CASE(what_is_not_there_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
