/* How long an inventory takes to be read and built, what it takes in memory, and how fast it answers: 5,000 interfaces,
 * 2,000 groups with 20,000 rules, 500 subnets. Times are of the
 * processor. Prints one line a figure; with a limit in milliseconds as its argument
 * it fails if building is slower. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "vpc/capture.h"

enum { INTERFACES = 5000, GROUPS = 2000, RULES = 10, SUBNETS = 500, VPCS = 20, LOOKUPS = 2000000, RUNS = 5 };

static double now_ms(void)
{
    struct timespec at;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
    return (double)at.tv_sec * 1e3 + (double)at.tv_nsec / 1e6;
}

static void must(int is_good, const char *what)
{
    if (is_good)
        return;
    fprintf(stderr, "%s failed\n", what);
    exit(EXIT_FAILURE);
}

static void put(struct buf *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void put(struct buf *out, const char *format, ...)
{
    char text[2048];
    va_list arguments;
    va_start(arguments, format);
    int len = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    must(len >= 0 && (size_t)len < sizeof text && buf_append(out, text, (size_t)len) == WEIR_OK, "a text");
}

static void put_interface(struct buf *out, int k)
{
    put(out,
        "%s{\"NetworkInterfaceId\":\"eni-%017x\",\"VpcId\":\"vpc-%017x\",\"SubnetId\":\"subnet-%017x\","
        "\"InterfaceType\":"
        "\"interface\",\"Description\":\"Primary network interface of node %d\",\"Status\":\"in-use\",\"MacAddress\":"
        "\"0a:ff:ff:ff:ff:ff\",\"AvailabilityZone\":\"eu-west-1a\",\"OwnerId\":\"123456789012\",\"SourceDestCheck\":"
        "true,"
        "\"RequesterManaged\":false,\"PrivateIpAddress\":\"10.%d.%d.%d\",\"PrivateDnsName\":\"ip.internal\","
        "\"PrivateIpAddresses\":[{\"Primary\":true,\"PrivateIpAddress\":\"10.%d.%d.%d\"}],\"Ipv6Addresses\":[{"
        "\"Ipv6Address\":\"2001:db8::%x\"}],",
        k ? "," : "", k, k % VPCS, k % SUBNETS, k, k % VPCS, k / VPCS / 250, k / VPCS % 250 + 4, k % VPCS,
        k / VPCS / 250, k / VPCS % 250 + 4, k + 1);
    put(out,
        "\"Groups\":[{\"GroupId\":\"sg-%017x\",\"GroupName\":\"g\"},{\"GroupId\":\"sg-%017x\",\"GroupName\":\"g\"}],"
        "\"Attachment\":{\"AttachmentId\":\"eni-attach-1\",\"InstanceId\":\"i-%017x\",\"Status\":\"attached\"},"
        "\"TagSet\":[{\"Key\":\"Name\",\"Value\":\"node-%d\"},{\"Key\":\"cluster\",\"Value\":\"main\"}]}",
        k % GROUPS, (k * 7 + 1) % GROUPS, k, k);
}

static void put_group(struct buf *out, int k)
{
    put(out,
        "%s{\"GroupId\":\"sg-%017x\",\"GroupName\":\"group-%d\",\"Description\":\"of the bench\",\"OwnerId\":"
        "\"123456789012\",\"VpcId\":\"vpc-%017x\",\"IpPermissionsEgress\":[{\"IpProtocol\":\"-1\",\"IpRanges\":[{"
        "\"CidrIp\":"
        "\"0.0.0.0/0\"}]}],\"IpPermissions\":[",
        k ? "," : "", k, k, k % VPCS);
    for (int rule = 0; rule + 1 < RULES; rule++)
        put(out, "%s{\"IpProtocol\":\"tcp\",\"FromPort\":%d,\"ToPort\":%d,\"IpRanges\":[%s],\"UserIdGroupPairs\":[%s]}",
            rule ? "," : "", 1000 + rule, 1000 + rule,
            rule % 2 ? "{\"CidrIp\":\"10.0.0.0/8\",\"Description\":\"inside\"}" : "",
            rule % 2 ? "" : "{\"GroupId\":\"sg-00000000000000001\",\"UserId\":\"123456789012\"}");
    put(out, "]}");
}

static void put_subnet(struct buf *out, int k)
{
    put(out, "%s{\"SubnetId\":\"subnet-%017x\",\"VpcId\":\"vpc-%017x\",\"CidrBlock\":\"10.%d.%d.0/24\"}", k ? "," : "",
        k, k % VPCS, k % VPCS, k / VPCS);
}

static void put_vpc(struct buf *out, int k)
{
    put(out, "%s{\"VpcId\":\"vpc-%017x\",\"CidrBlock\":\"10.%d.0.0/16\"}", k ? "," : "", k, k);
}

static size_t add(struct capture *capture, enum part part, const char *list, int n, void (*one)(struct buf *, int))
{
    struct buf text;
    weir_error err = {0};
    buf_init(&text, 64u << 20);
    put(&text, "{\"%s\":[", list);
    for (int k = 0; k < n; k++)
        one(&text, k);
    put(&text, "]}");
    must(capture_add_json(capture, part, NULL, text.bytes, text.len, &err) == WEIR_OK, err.text);
    size_t len = text.len;
    buf_done(&text);
    return len;
}

static void time_lookups(const struct inventory *inventory)
{
    char ids[256][32];
    weir_addr addrs[256];
    const char *vpcs[256];
    size_t found = 0;
    for (size_t k = 0; k < 256; k++) {
        const struct vpc_interface *interface = inventory_nth_interface(inventory, k * 19);
        snprintf(ids[k], sizeof ids[k], "%s", interface->id.text);
        addrs[k] = interface->addresses[0].addr;
        vpcs[k] = interface->vpc_id.text;
    }
    double from = now_ms();
    for (int k = 0; k < LOOKUPS; k++)
        found += inventory_interface(inventory, ids[k % 256]) != NULL;
    double middle = now_ms();
    for (int k = 0; k < LOOKUPS; k++)
        found += inventory_address_owner(inventory, vpcs[k % 256], &addrs[k % 256]) != NULL;
    double end = now_ms();
    must(found == 2 * (size_t)LOOKUPS, "a lookup");
    printf("inventory: an id in %.0f ns, the owner of an address in %.0f ns\n", (middle - from) * 1e6 / LOOKUPS,
           (end - middle) * 1e6 / LOOKUPS);
}

int main(int argc, char **argv)
{
    struct capture *capture = capture_new();
    struct inventory *inventory = NULL;
    struct buf snapshot;
    weir_error err = {0};
    double best = 1e9, from = now_ms();
    size_t len = add(capture, PART_INTERFACES, "NetworkInterfaces", INTERFACES, put_interface);
    len += add(capture, PART_GROUPS, "SecurityGroups", GROUPS, put_group);
    len += add(capture, PART_SUBNETS, "Subnets", SUBNETS, put_subnet);
    len += add(capture, PART_VPCS, "Vpcs", VPCS, put_vpc);
    printf("inventory: %.1f MB of JSON read in %.0f ms\n", (double)len / 1e6, now_ms() - from);
    for (int run = 0; run < RUNS; run++) {
        inventory_free(inventory);
        from = now_ms();
        must(inventory_build(capture, &inventory, &err) == WEIR_OK, err.text);
        double took = now_ms() - from;
        best = took < best ? took : best;
    }
    printf("inventory: %d interfaces, %d groups with %d rules built in %.1f ms, %.1f MB\n", INTERFACES, GROUPS,
           GROUPS * RULES, best, (double)inventory_bytes(inventory) / 1e6);
    time_lookups(inventory);
    buf_init(&snapshot, 64u << 20);
    from = now_ms();
    must(capture_write(capture, &snapshot, &err) == WEIR_OK, err.text);
    printf("inventory: a snapshot of %.1f MB written in %.0f ms\n", (double)snapshot.len / 1e6, now_ms() - from);
    buf_done(&snapshot);
    inventory_free(inventory);
    capture_free(capture);
    return argc > 1 && best > strtod(argv[1], NULL) ? EXIT_FAILURE : EXIT_SUCCESS;
}
