/* demo_network.c - the network of the demo's account as a snapshot of weir's: what EC2 would tell of it, part by part,
 * in the AWS CLI's shape. Every REJECT of the demo's traffic has its reason here, or in the connection before it
 * (demo_traffic.c): no security group of a web server admits what scanners try, and the rule that the scenario's
 * incident takes away is missing. The account as it is now: who asks for an earlier time gets the same. */
#include "source/demo_json.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "weir/source.h"

enum { NETWORK_MAX_BYTES = 1 << 20, PIECE_BYTES = 1024 };

#define GATEWAY     "igw-0a1b2c3d4e5f60718"
#define NAT_ID      "nat-0d1000000000000d1"
#define ENDPOINT    "vpce-0e5300000000000e1"
#define OWNER       "'OwnerId':'" DEMO_ACCOUNT "'"
#define NAMED(name) "'Tags':[{'Key':'Name','Value':'" name "'}]"

/* By interface: the name of its instance, and the Elastic IP address. */
static const struct {
    const char *name, *elastic;
} hosts[INTERFACES] = {
    [WEB_1] = {"web-1", "198.51.100.221"},
    [WEB_2] = {"web-2", "198.51.100.222"},
    [WEB_3] = {"web-3", "198.51.100.223"},
    [APP_1] = {"app-1", NULL},
    [APP_2] = {"app-2", NULL},
    [DB_1] = {"db-1", NULL},
    [DB_2] = {"db-2", NULL},
    [NAT] = {"shop-nat", "198.51.100.220"},
};

/* ---- writing ---- */

void json_say(struct demo_json *json, const char *format, ...)
{
    char piece[PIECE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    int len = vsnprintf(piece, sizeof piece, format, arguments);
    va_end(arguments);
    if (len < 0 || (size_t)len >= sizeof piece) {
        json->failed = true;
        return;
    }
    for (int k = 0; k < len; k++)
        piece[k] = piece[k] == '\'' ? '"' : piece[k];
    if (buf_append(&json->out, piece, (size_t)len) != WEIR_OK)
        json->failed = true;
}

void json_comma(struct demo_json *json)
{
    char last = json->out.len > 0 ? json->out.bytes[json->out.len - 1] : '{';
    if (last != '[' && last != '{' && last != ',' && buf_append(&json->out, ",", 1) != WEIR_OK)
        json->failed = true;
}

/* ---- parts ---- */

/* What of an interface's id is its own: other ids about it end so too. */
static const char *own(const struct interface *at)
{
    return at->id + sizeof "eni-" - 1;
}

static void say_association(struct demo_json *json, int k)
{
    const char *id = own(&demo_interfaces[k]);
    json_item(json, "'Association':{'PublicIp':'%s','IpOwnerId':'" DEMO_ACCOUNT "','AllocationId':'eipalloc-%s',",
              hosts[k].elastic, id);
    json_say(json, "'AssociationId':'eipassoc-%s'}", id);
}

static void say_attachment(struct demo_json *json, int k)
{
    const struct interface *at = &demo_interfaces[k];
    json_item(json, "'Attachment':{'AttachmentId':'eni-attach-%s','DeviceIndex':%d,'Status':'attached',", own(at),
              k == NAT ? 1 : 0);
    if (k == NAT)
        json_say(json, "'InstanceOwnerId':'amazon-aws'}");
    else
        json_say(json, "'InstanceId':'%s','InstanceOwnerId':'" DEMO_ACCOUNT "'}", at->instance);
}

static void say_addresses(struct demo_json *json, int k)
{
    const struct interface *at = &demo_interfaces[k];
    if (hosts[k].elastic)
        say_association(json, k);
    json_item(json, "'PrivateIpAddress':'%s'", at->addr4);
    json_item(json, "'PrivateIpAddresses':[{'Primary':true,'PrivateIpAddress':'%s'", at->addr4);
    if (hosts[k].elastic)
        say_association(json, k);
    json_say(json, "}],'Ipv6Addresses':[");
    if (at->addr6)
        json_item(json, "{'Ipv6Address':'%s'}", at->addr6);
    json_say(json, "]");
}

static void say_interfaces(struct demo_json *json)
{
    for (int k = 0; k < INTERFACES; k++) {
        const struct interface *at = &demo_interfaces[k];
        bool nat = k == NAT;
        json_item(json, "{'NetworkInterfaceId':'%s','VpcId':'%s','SubnetId':'%s'", at->id, at->vpc,
                  demo_subnets[at->subnet].id);
        json_item(json, "'AvailabilityZone':'%s','InterfaceType':'%s'", demo_subnets[at->subnet].zone,
                  nat ? "nat_gateway" : "interface");
        json_item(json, "'Description':'%s'," OWNER ",'Status':'in-use'",
                  nat ? "Interface for NAT Gateway " NAT_ID : "");
        json_item(json, "'RequesterManaged':%s,'SourceDestCheck':%s", nat ? "true" : "false", nat ? "false" : "true");
        say_attachment(json, k);
        say_addresses(json, k);
        json_item(json, "'Groups':[");
        json_groups_of(json, k);
        json_say(json, "]");
        if (k == DB_1 || k == DB_2)
            json_item(json, "'ConnectionTrackingConfiguration':{'TcpEstablishedTimeout':%d}", DEMO_TRACKED_S);
        json_say(json, "}");
    }
}

static void say_subnets(struct demo_json *json)
{
    for (int k = 0; k < SUBNETS; k++) {
        const struct subnet *at = &demo_subnets[k];
        json_item(json, "{'SubnetId':'%s','VpcId':'" DEMO_VPC "'," OWNER ",'State':'available'", at->id);
        json_item(json, "'AvailabilityZone':'%s','AvailabilityZoneId':'%s','CidrBlock':'%s'", at->zone, at->az,
                  at->net4);
        json_item(json, "'MapPublicIpOnLaunch':false,'Ipv6CidrBlockAssociationSet':[");
        if (at->net6)
            json_item(json, "{'Ipv6CidrBlock':'%s','Ipv6CidrBlockState':{'State':'associated'}}", at->net6);
        json_say(json, "],'Tags':[{'Key':'Name','Value':'%s'}]}", at->name);
    }
}

static void say_instances(struct demo_json *json)
{
    for (int k = 0; k < NAT; k++) {
        const struct interface *at = &demo_interfaces[k];
        json_item(json, "{'ReservationId':'r-%s'," OWNER ",'Instances':[{'InstanceId':'%s'", own(at), at->instance);
        json_item(json, "'State':{'Code':16,'Name':'running'},'VpcId':'%s','SubnetId':'%s'", at->vpc,
                  demo_subnets[at->subnet].id);
        json_item(json, "'PrivateIpAddress':'%s','Tags':[{'Key':'Name','Value':'%s'}]}]}", at->addr4, hosts[k].name);
    }
}

static void say_elastic(struct demo_json *json)
{
    for (int k = 0; k < INTERFACES; k++) {
        const struct interface *at = &demo_interfaces[k];
        if (!hosts[k].elastic)
            continue;
        json_item(json, "{'PublicIp':'%s','AllocationId':'eipalloc-%s','AssociationId':'eipassoc-%s','Domain':'vpc',",
                  hosts[k].elastic, own(at), own(at));
        json_say(json, "'NetworkInterfaceId':'%s','PrivateIpAddress':'%s'", at->id, at->addr4);
        if (k != NAT)
            json_item(json, "'InstanceId':'%s'", at->instance);
        json_say(json, ",'Tags':[{'Key':'Name','Value':'%s'}]}", hosts[k].name);
    }
}

static void say_nat(struct demo_json *json)
{
    const struct interface *at = &demo_interfaces[NAT];
    json_item(json, "{'NatGatewayId':'" NAT_ID "','VpcId':'%s','SubnetId':'%s','State':'available',", at->vpc,
              demo_subnets[at->subnet].id);
    json_say(json, "'ConnectivityType':'public','NatGatewayAddresses':[{'AllocationId':'eipalloc-%s',", own(at));
    json_say(json, "'NetworkInterfaceId':'%s','PrivateIp':'%s','PublicIp':'%s','IsPrimary':true}]", at->id, at->addr4,
             hosts[NAT].elastic);
    json_say(json, ",'Tags':[{'Key':'Name','Value':'%s'}]}", hosts[NAT].name);
}

static void say_associations(struct demo_json *json, const char *table, bool public_ones)
{
    for (int k = 0; k < SUBNETS; k++) {
        const char *subnet = demo_subnets[k].id;
        if (demo_subnets[k].is_public == public_ones)
            json_item(json,
                      "{'RouteTableAssociationId':'rtbassoc-%s','RouteTableId':'%s','SubnetId':'%s','Main':false}",
                      subnet + sizeof "subnet-" - 1, table, subnet);
    }
}

#define ROUTE(to, net, target) "{'" to "':'" net "'," target ",'Origin':'CreateRoute','State':'active'}"
#define LOCAL(to, net)         "{'" to "':'" net "','GatewayId':'local','Origin':'CreateRouteTable','State':'active'}"
#define LOCAL_ROUTES           LOCAL("DestinationCidrBlock", DEMO_NET4) "," LOCAL("DestinationIpv6CidrBlock", DEMO_NET6)

static void say_route_tables(struct demo_json *json)
{
    static const struct {
        const char *id, *name, *routes;
        enum { OF_PUBLIC, OF_PRIVATE, MAIN } of;
    } tables[] = {
        {"rtb-0a000000000000a01", "shop-public",
         LOCAL_ROUTES "," ROUTE("DestinationCidrBlock", "0.0.0.0/0", "'GatewayId':'" GATEWAY "'") "," ROUTE(
             "DestinationIpv6CidrBlock", "::/0", "'GatewayId':'" GATEWAY "'"),
         OF_PUBLIC},
        {"rtb-0b000000000000b01", "shop-private",
         LOCAL_ROUTES "," ROUTE("DestinationCidrBlock", "0.0.0.0/0", "'NatGatewayId':'" NAT_ID "'") "," ROUTE(
             "DestinationPrefixListId", DEMO_S3, "'GatewayId':'" ENDPOINT "'"),
         OF_PRIVATE},
        {"rtb-0d000000000000d01", "shop-main", LOCAL_ROUTES, MAIN},
    };
    for (size_t k = 0; k < ARRAY_SIZE(tables); k++) {
        json_item(json, "{'RouteTableId':'%s','VpcId':'" DEMO_VPC "'," OWNER ",'Routes':[%s],'Associations':[",
                  tables[k].id, tables[k].routes);
        if (tables[k].of == MAIN)
            json_item(json, "{'RouteTableAssociationId':'rtbassoc-0d000000000000d01','RouteTableId':'%s','Main':true}",
                      tables[k].id);
        else
            say_associations(json, tables[k].id, tables[k].of == OF_PUBLIC);
        json_say(json, "],'PropagatingVgws':[],'Tags':[{'Key':'Name','Value':'%s'}]}", tables[k].name);
    }
}

/* ---- the whole ---- */

/* In the order of EC2's parts in weir; a part without items is known to have none. */
static const struct {
    const char *list;
    void (*say)(struct demo_json *json);
    const char *items;
} parts[] = {
#define X(list, say, items) {list, say, items},
#include "source/demo_part.def"
#undef X
};

static void say_network(struct demo_json *json, int64_t now)
{
    json_say(json, "{'WeirNetwork':1,'Region':'" DEMO_REGION "','Account':'" DEMO_ACCOUNT "','Taken':%" PRId64, now);
    for (size_t k = 0; k < ARRAY_SIZE(parts); k++) {
        json_item(json, "\n'%s':[", parts[k].list);
        if (parts[k].say)
            parts[k].say(json);
        else
            json_say(json, "%s", parts[k].items);
        json_say(json, "]");
    }
    json_item(json, "\n'Entries':{'" DEMO_OFFICE "':{'Entries':[{'Cidr':'192.0.2.240/28','Description':'office'}]},");
    json_say(json, "'" DEMO_S3 "':{'Entries':[{'Cidr':'198.51.100.248/30'}]}}\n}\n");
}

char *weir_demo_network(const char *scenario, int64_t now, size_t *len)
{
    struct demo_json json = {.failed = false};
    if (!demo_incident(scenario, &json.incident))
        return NULL;
    buf_init(&json.out, NETWORK_MAX_BYTES);
    say_network(&json, now);
    if (json.failed) {
        buf_done(&json.out);
        return NULL;
    }
    *len = json.out.len;
    return json.out.bytes;
}
