/* An inventory from the CLI's JSON: things typed and tied, in order, and what makes no sense left out or unknown. */
#include <stdio.h>

#include "base/scope.h"
#include "netcase.h"

static struct capture *capture;

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

static void add(enum part part, const char *text)
{
    net_json(capture, part, NULL, text);
}

static void an_interface_is_tied(void **state)
{
    (void)state;
    add(PART_INTERFACES,
        "{'NetworkInterfaces':[{'NetworkInterfaceId':'eni-1','VpcId':'vpc-1','SubnetId':'subnet-1','OwnerId':'"
        "123456789012',"
        "'InterfaceType':'interface','Status':'in-use','AvailabilityZone':'eu-west-1a','SourceDestCheck':false,"
        "'RequesterManaged':true,'RequesterId':'amazon-elb','Attachment':{'InstanceId':'i-1','Status':'attached'},"
        "'Groups':[{'GroupId':'sg-2'},{'GroupId':'sg-1'}],'ConnectionTrackingConfiguration':{'TcpEstablishedTimeout':"
        "350,'UdpStreamTimeout':60,'UdpTimeout':30},'PrivateIpAddresses':[{'PrivateIpAddress':'10.0.0.9'},"
        "{'PrivateIpAddress':'10.0.0.5','Primary':true,'Association':{'PublicIp':'192.0.2.1'}}],'Ipv6Addresses':"
        "[{'Ipv6Address':'2001:db8::5'}],'Ipv4Prefixes':[{'Ipv4Prefix':'10.0.0.64/28'}],'Ipv6Prefixes':"
        "[{'Ipv6Prefix':'2001:db8:0:0:1::/80'}]}]}");
    add(PART_INSTANCES, "{'Reservations':[{'Instances':[{'InstanceId':'i-1','State':{'Code':16,'Name':'running'},"
                        "'Tags':[{'Key':'env','Value':'x'},{'Key':'Name','Value':'web-1'}]}]}]}");
    add(PART_GROUPS, "{'SecurityGroups':[{'GroupId':'sg-1','GroupName':'web','IpPermissions':[],"
                     "'IpPermissionsEgress':[]}]}");
    add(PART_SUBNETS, "{'Subnets':[{'SubnetId':'subnet-1','VpcId':'vpc-1','CidrBlock':'10.0.0.0/24'}]}");
    add(PART_VPCS, "{'Vpcs':[{'VpcId':'vpc-1','CidrBlock':'10.0.0.0/16'}]}");
    struct inventory *inventory = net_build(capture);
    const struct vpc_interface *interface = inventory_interface(inventory, "eni-1");
    assert_non_null(interface);
    assert_null(inventory_interface(inventory, "eni-2"));
    assert_null(inventory_interface(inventory, ""));
    assert_null(inventory_interface(inventory, NULL));
    assert_ptr_equal(inventory_nth_interface(inventory, 0), interface);
    assert_null(inventory_nth_interface(inventory, 1));
    assert_string_equal(interface->label.text, "web-1");
    assert_string_equal(interface->instance->state.text, "running");
    assert_string_equal(interface->attachment_status.text, "attached");
    assert_string_equal(interface->requester.text, "amazon-elb");
    assert_true(interface->requester_managed && !interface->source_dest_check);
    assert_int_equal(interface->tcp_established_s, 350);
    assert_int_equal(interface->udp_stream_s, 60);
    assert_int_equal(interface->udp_s, 30);
    assert_int_equal(interface->n_group_ids, 2);
    assert_string_equal(interface->group_ids[0].text, "sg-1");
    assert_int_equal(interface->n_groups, 1);
    assert_ptr_equal(interface->groups[0]->members[0], interface);
    assert_int_equal(interface->groups[0]->n_members, 1);
    assert_string_equal(interface->subnet->vpc->id.text, "vpc-1");
    assert_ptr_equal(interface->vpc, interface->subnet->vpc);
    assert_int_equal(interface->n_addresses, 3);
    weir_addr primary = net_addr("10.0.0.5"), six = net_addr("2001:db8::5"), delegated = net_addr("10.0.0.70");
    assert_int_equal(addr_compare(&interface->addresses[0].addr, &primary), 0);
    assert_true(interface->addresses[0].primary && interface->addresses[0].public_addr.family == 4);
    assert_int_equal(addr_compare(&interface->addresses[2].addr, &six), 0);
    assert_int_equal(interface->n_prefixes, 2);
    assert_true(interface_has_address(interface, &delegated) && interface_has_address(interface, &six));
    inventory_free(inventory);
}

static void addresses_find_their_owner(void **state)
{
    (void)state;
    add(PART_INTERFACES,
        "{'NetworkInterfaces':["
        "{'NetworkInterfaceId':'eni-a','VpcId':'vpc-1','PrivateIpAddress':'10.0.0.5','Groups':[]},"
        "{'NetworkInterfaceId':'eni-b','VpcId':'vpc-2','Groups':[],'PrivateIpAddresses':[{'PrivateIpAddress':'10.0.0.5'"
        ",'Primary':"
        "true}]},"
        "{'NetworkInterfaceId':'eni-c','VpcId':'vpc-2','Groups':[],'PrivateIpAddresses':[{'PrivateIpAddress':'10.0.0.6'"
        ",'Primary':"
        "true,'Association':{'PublicIp':'192.0.2.7'}}],'Ipv6Prefixes':[{'Ipv6Prefix':'2001:db8:0:0:1::/80'}]}]}");
    add(PART_SUBNETS, "{'Subnets':[{'SubnetId':'subnet-1','VpcId':'vpc-1','CidrBlock':'10.0.0.0/16'},{'SubnetId':"
                      "'subnet-2','VpcId':'vpc-2','CidrBlock':'10.0.0.0/24'}]}");
    add(PART_ADDRESSES, "{'Addresses':[{'PublicIp':'192.0.2.9','PrivateIpAddress':'10.0.0.5','NetworkInterfaceId':"
                        "'eni-a'},{'PublicIp':'192.0.2.10'}]}");
    struct inventory *inventory = net_build(capture);
    weir_addr both = net_addr("10.0.0.5"), six = net_addr("2001:db8::1:0:0:9"), other = net_addr("2001:db8::2:0:0:9");
    weir_addr elastic = net_addr("192.0.2.9"), public = net_addr("192.0.2.7"), outside = net_addr("10.1.0.0");
    assert_string_equal(inventory_address_owner(inventory, "vpc-1", &both)->id.text, "eni-a");
    assert_string_equal(inventory_address_owner(inventory, "vpc-2", &both)->id.text, "eni-b");
    assert_null(inventory_address_owner(inventory, "vpc-3", &both));
    assert_null(inventory_address_owner(inventory, "", &both));
    assert_null(inventory_address_owner(inventory, NULL, &both));
    assert_string_equal(inventory_address_owner(inventory, "", &six)->id.text, "eni-c");
    assert_null(inventory_address_owner(inventory, "vpc-1", &six));
    assert_null(inventory_address_owner(inventory, "vpc-2", &other));
    assert_string_equal(inventory_address_owner(inventory, "vpc-2", &elastic)->id.text, "eni-a");
    assert_string_equal(inventory_address_owner(inventory, "", &public)->id.text, "eni-c");
    assert_string_equal(inventory_address_subnet(inventory, "vpc-2", &both)->id.text, "subnet-2");
    assert_string_equal(inventory_address_subnet(inventory, "vpc-1", &both)->id.text, "subnet-1");
    assert_null(inventory_address_subnet(inventory, "vpc-1", &outside));
    assert_int_equal(inventory_part(inventory, PART_INTERFACES), PART_KNOWN);
    inventory_free(inventory);
}

static void a_shared_address_is_a_doubt(void **state)
{
    (void)state;
    add(PART_INTERFACES, "{'NetworkInterfaces':[{'NetworkInterfaceId':'eni-a','VpcId':'vpc-1','PrivateIpAddress':"
                         "'10.0.0.5'},{'NetworkInterfaceId':'eni-b','VpcId':'vpc-1','PrivateIpAddress':'10.0.0.5'}]}");
    struct inventory *inventory = net_build(capture);
    assert_true(net_warns(inventory, "eni-a and eni-b both have 10.0.0.5"));
    assert_int_equal(inventory_part(inventory, PART_INTERFACES), PART_PARTIAL);
    inventory_free(inventory);
}

static const char two_subnets[] =
    "{'Subnets':[{'SubnetId':'subnet-1','VpcId':'vpc-1','CidrBlock':'10.0.0.0/24'},{'SubnetId':'subnet-2',"
    "'VpcId':'vpc-1','CidrBlock':'10.0.1.0/24','Ipv6CidrBlockAssociationSet':[{'Ipv6CidrBlock':'2001:db8::/64',"
    "'Ipv6CidrBlockState':{'State':'associated'}},{'Ipv6CidrBlock':'2001:db8:1::/64','Ipv6CidrBlockState':{'State':"
    "'disassociated'}}]}]}";

static void subnets_fall_back_to_the_defaults(void **state)
{
    (void)state;
    add(PART_SUBNETS, two_subnets);
    add(PART_ACLS, "{'NetworkAcls':[{'NetworkAclId':'acl-0','VpcId':'vpc-1','IsDefault':true,'Entries':[]},{'"
                   "NetworkAclId':'acl-1','Entries':[],"
                   "'VpcId':'vpc-1','Associations':[{'SubnetId':'subnet-1'}]}]}");
    add(PART_ROUTE_TABLES, "{'RouteTables':[{'RouteTableId':'rtb-0','VpcId':'vpc-1','Associations':[{'Main':true,"
                           "'AssociationState':{'State':'associated'}},{'Main':false,'GatewayId':'igw-1'}]},"
                           "{'RouteTableId':'rtb-1','VpcId':'vpc-1','Associations':[{'Main':false,'SubnetId':'subnet-1'"
                           "},{'SubnetId':'subnet-2','AssociationState':{'State':'disassociated'}}]}]}");
    struct inventory *inventory = net_build(capture);
    const struct vpc_subnet *one = inventory_subnet(inventory, "subnet-1"),
                            *two = inventory_subnet(inventory, "subnet-2");
    assert_string_equal(one->acl->id.text, "acl-1");
    assert_string_equal(two->acl->id.text, "acl-0");
    assert_string_equal(one->route_table->id.text, "rtb-1");
    assert_string_equal(two->route_table->id.text, "rtb-0");
    assert_int_equal(two->n_nets, 2);
    assert_string_equal(two->route_table->gateways[0].text, "igw-1");
    assert_int_equal(inventory_acl(inventory, "acl-0")->n_entries, 4);
    inventory_free(inventory);
}

static void no_fallback_while_something_is_missing(void **state)
{
    (void)state;
    add(PART_SUBNETS, two_subnets);
    add(PART_ACLS,
        "{'NetworkAcls':[{'NetworkAclId':'acl-0','VpcId':'vpc-1','IsDefault':true,'Entries':[]}],'NextToken':'more'}");
    add(PART_ROUTE_TABLES,
        "{'RouteTables':[{'RouteTableId':'rtb-0','VpcId':'vpc-1','Associations':[{'Main':true}]},7]}");
    struct inventory *inventory = net_build(capture);
    assert_null(inventory_subnet(inventory, "subnet-1")->acl);
    assert_null(inventory_subnet(inventory, "subnet-1")->route_table);
    assert_int_equal(inventory_part(inventory, PART_ACLS), PART_PARTIAL);
    assert_int_equal(inventory_part(inventory, PART_ROUTE_TABLES), PART_PARTIAL);
    inventory_free(inventory);
}

static void contradictions_are_told(void **state)
{
    (void)state;
    add(PART_SUBNETS, two_subnets);
    add(PART_ACLS, "{'NetworkAcls':[{'NetworkAclId':'acl-2','Entries':[],'Associations':[{'SubnetId':'subnet-1'}]},{'"
                   "NetworkAclId':"
                   "'acl-1','Entries':[],'Associations':[{'SubnetId':'subnet-1'}]}]}");
    add(PART_ROUTE_TABLES, "{'RouteTables':[{'RouteTableId':'rtb-2','Associations':[{'SubnetId':'subnet-1'}]},"
                           "{'RouteTableId':'rtb-1','Associations':[{'SubnetId':'subnet-1'}]}]}");
    add(PART_VPCS, "{'Vpcs':[{'VpcId':'vpc-1','CidrBlock':'10.0.0.0/16'},{'VpcId':'vpc-1','CidrBlock':'10.1.0.0/16'},"
                   "{'VpcId':'vpc-2','CidrBlock':'10.2.0.0/16'},{'VpcId':'vpc-2','CidrBlock':'10.2.0.0/16'},"
                   "{'CidrBlock':'10.3.0.0/16'},{'VpcId':'vpc-3','CidrBlock':'10.3.0.0/99'}]}");
    struct inventory *inventory = net_build(capture);
    const struct vpc_subnet *subnet = inventory_subnet(inventory, "subnet-1");
    assert_true(subnet->two_acls);
    assert_string_equal(subnet->acl->id.text, "acl-1");
    assert_null(subnet->route_table);
    assert_null(inventory_vpc(inventory, "vpc-1"));
    assert_non_null(inventory_vpc(inventory, "vpc-2"));
    assert_int_equal(inventory_vpc(inventory, "vpc-3")->n_nets, 0);
    assert_true(net_warns(inventory, "subnet-1 has two network ACLs"));
    assert_true(net_warns(inventory, "subnet-1 has two route tables"));
    assert_true(net_warns(inventory, "vpc-1 is told twice"));
    assert_true(net_warns(inventory, "no VpcId"));
    assert_true(net_warns(inventory, "10.3.0.0/99"));
    assert_int_equal(inventory_part(inventory, PART_VPCS), PART_PARTIAL);
    inventory_free(inventory);
}

static void routes_have_targets(void **state)
{
    (void)state;
    static const struct {
        const char *target;
        enum target_kind kind;
        const char *id;
    } rows[] = {
        {"'GatewayId':'local'", TARGET_LOCAL, "local"},
        {"'GatewayId':'igw-1'", TARGET_INTERNET_GATEWAY, "igw-1"},
        {"'GatewayId':'vgw-1'", TARGET_VPN_GATEWAY, "vgw-1"},
        {"'GatewayId':'vpce-1'", TARGET_ENDPOINT, "vpce-1"},
        {"'GatewayId':'new-1'", TARGET_UNKNOWN, "new-1"},
        {"'EgressOnlyInternetGatewayId':'eigw-1'", TARGET_EGRESS_GATEWAY, "eigw-1"},
        {"'NatGatewayId':'nat-1'", TARGET_NAT_GATEWAY, "nat-1"},
        {"'TransitGatewayId':'tgw-1'", TARGET_TRANSIT_GATEWAY, "tgw-1"},
        {"'LocalGatewayId':'lgw-1'", TARGET_LOCAL_GATEWAY, "lgw-1"},
        {"'CarrierGatewayId':'cagw-1'", TARGET_CARRIER_GATEWAY, "cagw-1"},
        {"'InstanceId':'i-1','NetworkInterfaceId':'eni-1'", TARGET_INTERFACE, "eni-1"},
        {"'InstanceId':'i-1'", TARGET_INSTANCE, "i-1"},
        {"'VpcPeeringConnectionId':'pcx-1'", TARGET_PEERING, "pcx-1"},
        {"'CoreNetworkArn':'arn:aws:networkmanager::1:core-network/1'", TARGET_CORE_NETWORK,
         "arn:aws:networkmanager::1:core-network/1"},
        {"'State':'blackhole'", TARGET_UNKNOWN, ""},
    };
    for (size_t k = 0; k < ARRAY_SIZE(rows); k++) {
        char text[512];
        snprintf(text, sizeof text,
                 "{'RouteTables':[{'RouteTableId':'rtb-1','Routes':[{'DestinationCidrBlock':'10.9.9.9/16',%s}]}]}",
                 rows[k].target);
        capture_free(capture);
        capture = capture_new();
        add(PART_ROUTE_TABLES, text);
        struct inventory *inventory = net_build(capture);
        const struct vpc_route_table *table = inventory_route_table(inventory, "rtb-1");
        assert_int_equal(table->n_routes, 1);
        assert_int_equal(table->routes[0].kind, rows[k].kind);
        assert_string_equal(table->routes[0].target.text, rows[k].id);
        assert_int_equal(table->routes[0].blackhole, strstr(rows[k].target, "blackhole") != NULL);
        assert_true(net_is(&table->routes[0].net, "10.9.0.0/16"));
        inventory_free(inventory);
    }
}

static void routes_of_all_destinations(void **state)
{
    (void)state;
    add(PART_ROUTE_TABLES,
        "{'RouteTables':[{'RouteTableId':'rtb-1','Routes':["
        "{'DestinationPrefixListId':'pl-1','GatewayId':'vpce-1','Origin':'CreateRoute'},"
        "{'DestinationIpv6CidrBlock':'::/0','EgressOnlyInternetGatewayId':'eigw-1','Origin':'CreateRoute'},"
        "{'DestinationCidrBlock':'10.0.0.0/16','GatewayId':'local','Origin':'CreateRouteTable'},"
        "{'DestinationCidrBlock':'172.16.0.0/12','GatewayId':'vgw-1','Origin':'EnableVgwRoutePropagation'}]},"
        "{'RouteTableId':'rtb-2','Routes':[{'DestinationCidrBlock':'10.0.0.0/x','GatewayId':'local'}]},"
        "{'RouteTableId':'rtb-3','Routes':[{'GatewayId':'local'}]}]}");
    net_json(capture, PART_PREFIX_ENTRIES, "pl-1", "{'Entries':[{'Cidr':'198.51.100.0/24'},{'Cidr':'192.0.2.0/24'}]}");
    struct inventory *inventory = net_build(capture);
    const struct vpc_route_table *table = inventory_route_table(inventory, "rtb-1");
    assert_int_equal(table->n_routes, 4);
    assert_int_equal(table->routes[0].origin, ORIGIN_PROPAGATED);
    assert_int_equal(table->routes[1].origin, ORIGIN_CREATE_TABLE);
    assert_true(net_is(&table->routes[2].net, "::/0"));
    assert_string_equal(table->routes[3].prefix_list_id.text, "pl-1");
    assert_non_null(table->routes[3].prefix_list);
    assert_true(table->routes[3].prefix_list->known);
    assert_int_equal(table->routes[3].prefix_list->n_nets, 2);
    assert_null(inventory_route_table(inventory, "rtb-2"));
    assert_null(inventory_route_table(inventory, "rtb-3"));
    assert_true(net_warns(inventory, "rtb-2"));
    inventory_free(inventory);
}

static void prefix_lists_are_known_when_whole(void **state)
{
    (void)state;
    add(PART_PREFIX_LISTS,
        "{'PrefixLists':[{'PrefixListId':'pl-1','PrefixListName':'com.amazonaws.s3','OwnerId':'AWS'},"
        "{'PrefixListId':'pl-2'},{'PrefixListId':'pl-3'},{'PrefixListId':'pl-4'}]}");
    net_json(capture, PART_PREFIX_ENTRIES, "pl-1", "{'Entries':[{'Cidr':'192.0.2.0/24'}]}");
    net_json(capture, PART_PREFIX_ENTRIES, "pl-2", "{'Entries':[{'Cidr':'192.0.2.0/24'}],'NextToken':'more'}");
    net_json(capture, PART_PREFIX_ENTRIES, "pl-3", "{'Entries':[{'Cidr':'192.0.2.0/24'},{'Cidr':'nonsense'}]}");
    net_json(capture, PART_PREFIX_ENTRIES, "pl-5", "{'Entries':[{'Cidr':'192.0.2.0/24'},9]}");
    net_json(capture, PART_PREFIX_ENTRIES, "pl-5", "{'Entries':[]}");
    struct inventory *inventory = net_build(capture);
    assert_true(inventory_prefix_list(inventory, "pl-1")->known);
    assert_string_equal(inventory_prefix_list(inventory, "pl-1")->account.text, "AWS");
    assert_false(inventory_prefix_list(inventory, "pl-2")->known);
    assert_false(inventory_prefix_list(inventory, "pl-3")->known);
    assert_false(inventory_prefix_list(inventory, "pl-4")->known);
    assert_false(inventory_prefix_list(inventory, "pl-5")->known);
    inventory_free(inventory);
}

static void gateways_and_their_kin(void **state)
{
    (void)state;
    add(PART_INTERNET_GATEWAYS, "{'InternetGateways':[{'InternetGatewayId':'igw-1','Attachments':[{'VpcId':'vpc-1',"
                                "'State':'available'}],'Tags':[{'Key':'Name','Value':'out'}]},{'InternetGatewayId':"
                                "'igw-2','Attachments':[]}]}");
    add(PART_EGRESS_GATEWAYS, "{'EgressOnlyInternetGateways':[{'EgressOnlyInternetGatewayId':'eigw-1','Attachments':"
                              "[{'VpcId':'vpc-1','State':'attached'}]}]}");
    add(PART_VPN_GATEWAYS, "{'VpnGateways':[{'VpnGatewayId':'vgw-1','State':'available','VpcAttachments':[{'VpcId':"
                           "'vpc-2','State':'detached'},{'VpcId':'vpc-1','State':'attached'}]}]}");
    add(PART_NAT_GATEWAYS,
        "{'NatGateways':[{'NatGatewayId':'nat-1','VpcId':'vpc-1','SubnetId':'subnet-1','State':'available',"
        "'ConnectivityType':'public','NatGatewayAddresses':[{'PrivateIp':'10.0.0.7','PublicIp':'192.0.2.8',"
        "'NetworkInterfaceId':'eni-8'},{'PrivateIp':'10.0.0.9','PublicIp':'192.0.2.7','NetworkInterfaceId':'eni-7',"
        "'IsPrimary':true}]},{'NatGatewayId':'nat-2','AvailabilityMode':'regional'}]}");
    add(PART_PEERINGS, "{'VpcPeeringConnections':[{'VpcPeeringConnectionId':'pcx-1','Status':{'Code':'active'},"
                       "'RequesterVpcInfo':{'VpcId':'vpc-1','OwnerId':'123456789012','Region':'eu-west-1','CidrBlock':"
                       "'10.0.0.0/16','CidrBlockSet':[{'CidrBlock':'10.0.0.0/16'},{'CidrBlock':'10.4.0.0/16'}]},"
                       "'AccepterVpcInfo':{'VpcId':'vpc-2','Ipv6CidrBlockSet':[{'Ipv6CidrBlock':'2001:db8::/56'}]}}]}");
    add(PART_ENDPOINTS, "{'VpcEndpoints':[{'VpcEndpointId':'vpce-1','VpcEndpointType':'Gateway','VpcId':'vpc-1',"
                        "'ServiceName':'com.amazonaws.eu-west-1.s3','State':'available','RouteTableIds':['rtb-2',"
                        "'rtb-1'],'Groups':[{'GroupId':'sg-1'}]}]}");
    add(PART_SUBNETS, "{'Subnets':[{'SubnetId':'subnet-1','VpcId':'vpc-1'}]}");
    struct inventory *inventory = net_build(capture);
    assert_string_equal(inventory_vpc_gateway(inventory, "vpc-1", GATEWAY_INTERNET)->id.text, "igw-1");
    assert_string_equal(inventory_vpc_gateway(inventory, "vpc-1", GATEWAY_EGRESS_ONLY)->id.text, "eigw-1");
    assert_string_equal(inventory_vpc_gateway(inventory, "vpc-1", GATEWAY_VPN)->id.text, "vgw-1");
    assert_null(inventory_vpc_gateway(inventory, "vpc-2", GATEWAY_INTERNET));
    assert_null(inventory_vpc_gateway(inventory, "", GATEWAY_INTERNET));
    assert_string_equal(inventory_gateway(inventory, "igw-1")->name.text, "out");
    assert_string_equal(inventory_gateway(inventory, "igw-2")->vpc_id.text, "");
    const struct vpc_nat *nat = inventory_nat(inventory, "nat-1");
    assert_string_equal(nat->subnet->id.text, "subnet-1");
    assert_int_equal(nat->n_addresses, 2);
    assert_true(nat->addresses[0].primary && !nat->regional);
    assert_string_equal(nat->interface_ids[0].text, "eni-7");
    assert_true(inventory_nat(inventory, "nat-2")->regional);
    const struct vpc_peering *peering = inventory_peering(inventory, "pcx-1");
    assert_string_equal(peering->status.text, "active");
    assert_int_equal(peering->requester.n_nets, 2);
    assert_int_equal(peering->accepter.n_nets, 1);
    const struct vpc_endpoint *endpoint = inventory_endpoint(inventory, "vpce-1");
    assert_string_equal(endpoint->route_table_ids[0].text, "rtb-1");
    assert_int_equal(endpoint->n_route_tables, 2);
    assert_string_equal(endpoint->group_ids[0].text, "sg-1");
    inventory_free(inventory);
}

static void transit_gateways(void **state)
{
    (void)state;
    add(PART_ATTACHMENTS, "{'TransitGatewayVpcAttachments':[{'TransitGatewayAttachmentId':'tgw-attach-1',"
                          "'TransitGatewayId':'tgw-1','VpcId':'vpc-1','VpcOwnerId':'123456789012','State':'available',"
                          "'SubnetIds':['subnet-2','subnet-1'],'Options':{'SecurityGroupReferencingSupport':'enable',"
                          "'ApplianceModeSupport':'disable'}}]}");
    add(PART_TRANSIT_ATTACHMENTS,
        "{'TransitGatewayAttachments':[{'TransitGatewayAttachmentId':'tgw-attach-1','TransitGatewayId':'tgw-1',"
        "'ResourceType':'vpc','ResourceId':'vpc-1','ResourceOwnerId':'123456789012','State':'available','Association':"
        "{'TransitGatewayRouteTableId':'tgw-rtb-1','State':'associated'}},{'TransitGatewayAttachmentId':'tgw-attach-2',"
        "'TransitGatewayId':'tgw-1','ResourceType':'vpn','ResourceId':'vpn-1'}]}");
    add(PART_TRANSIT_TABLES, "{'TransitGatewayRouteTables':[{'TransitGatewayRouteTableId':'tgw-rtb-1',"
                             "'TransitGatewayId':'tgw-1','State':'available'},{'TransitGatewayRouteTableId':"
                             "'tgw-rtb-2'}]}");
    assert_string_equal(capture_next_of(capture, PART_TRANSIT_ROUTES, 0), "tgw-rtb-1");
    assert_string_equal(capture_next_of(capture, PART_TRANSIT_ROUTES, 1), "tgw-rtb-2");
    assert_null(capture_next_of(capture, PART_TRANSIT_ROUTES, 2));
    net_json(capture, PART_TRANSIT_ROUTES, "tgw-rtb-1",
             "{'Routes':[{'DestinationCidrBlock':'10.1.0.0/16','Type':'propagated','State':'active',"
             "'TransitGatewayAttachments':[{'ResourceId':'vpn-1','ResourceType':'vpn','TransitGatewayAttachmentId':"
             "'tgw-attach-2'},{'ResourceId':'vpc-1','ResourceType':'vpc','TransitGatewayAttachmentId':'tgw-attach-1'}]"
             "},{'PrefixListId':'pl-1','State':'blackhole','Type':'static'}],'AdditionalRoutesAvailable':false}");
    struct inventory *inventory = net_build(capture);
    const struct vpc_attachment *attachment = inventory_vpc_attachment(inventory, "vpc-1", "tgw-1");
    assert_string_equal(attachment->id.text, "tgw-attach-1");
    assert_string_equal(attachment->table_id.text, "tgw-rtb-1");
    assert_string_equal(attachment->association_state.text, "associated");
    assert_int_equal(attachment->n_subnets, 2);
    assert_int_equal(attachment->group_referencing, OPTION_ON);
    assert_int_equal(attachment->appliance_mode, OPTION_OFF);
    assert_int_equal(attachment->ipv6, OPTION_UNKNOWN);
    assert_null(inventory_vpc_attachment(inventory, "vpn-1", "tgw-1"));
    assert_null(inventory_vpc_attachment(inventory, "vpc-1", "tgw-2"));
    const struct vpc_transit_table *table = inventory_transit_table(inventory, "tgw-rtb-1");
    assert_true(table->known);
    assert_int_equal(table->n_routes, 3);
    assert_string_equal(table->routes[0].attachment_id.text, "tgw-attach-1");
    assert_string_equal(table->routes[1].attachment_id.text, "tgw-attach-2");
    assert_true(table->routes[2].blackhole);
    assert_false(inventory_transit_table(inventory, "tgw-rtb-2")->known);
    assert_int_equal(inventory_part(inventory, PART_TRANSIT_ROUTES), PART_PARTIAL);
    assert_string_equal(capture_next_of(capture, PART_PREFIX_ENTRIES, 0), "pl-1");
    inventory_free(inventory);
}

static void block_public_access(void **state)
{
    (void)state;
    add(PART_VPCS,
        "{'Vpcs':[{'VpcId':'vpc-1','CidrBlock':'10.0.0.0/16'},{'VpcId':'vpc-2','CidrBlock':'10.1.0.0/16'}]}");
    add(PART_SUBNETS, "{'Subnets':[{'SubnetId':'subnet-1','VpcId':'vpc-1','SubnetArn':"
                      "'arn:aws:ec2:eu-west-1:123456789012:subnet/subnet-1'},{'SubnetId':'subnet-2','VpcId':'vpc-1'},"
                      "{'SubnetId':'subnet-3','VpcId':'vpc-2'}]}");
    add(PART_ENCRYPTION_CONTROLS,
        "{'VpcEncryptionControls':[{'VpcEncryptionControlId':'vpcec-1','VpcId':'vpc-1','Mode':"
        "'enforce','State':'available'},{'VpcId':'vpc-2','Mode':'monitor','State':'deleted'}]}");
    struct inventory *inventory = net_build(capture);
    assert_int_equal(inventory_bpa(inventory), BPA_UNKNOWN);
    assert_string_equal(inventory_region(inventory).text, "eu-west-1");
    assert_string_equal(inventory_vpc(inventory, "vpc-1")->encryption_mode.text, "enforce");
    assert_string_equal(inventory_vpc(inventory, "vpc-2")->encryption_mode.text, "");
    inventory_free(inventory);
    add(PART_BPA_OPTIONS,
        "{'VpcBlockPublicAccessOptions':{'AwsAccountId':'123456789012','AwsRegion':'eu-west-1','State':"
        "'update-complete','InternetGatewayBlockMode':'block-bidirectional'}}");
    add(PART_BPA_EXCLUSIONS,
        "{'VpcBlockPublicAccessExclusions':[{'ExclusionId':'vpcbpa-exclude-1','InternetGatewayExclusionMode':"
        "'allow-egress','ResourceArn':'arn:aws:ec2:eu-west-1:123456789012:vpc/vpc-1','State':'create-complete'},"
        "{'ExclusionId':'vpcbpa-exclude-2','InternetGatewayExclusionMode':'allow-bidirectional','ResourceArn':"
        "'arn:aws:ec2:eu-west-1:123456789012:subnet/subnet-2','State':'create-complete'},{'ExclusionId':"
        "'vpcbpa-exclude-3','InternetGatewayExclusionMode':'allow-bidirectional','ResourceArn':"
        "'arn:aws:ec2:eu-west-1:123456789012:subnet/subnet-3','State':'delete-complete'}]}");
    inventory = net_build(capture);
    assert_int_equal(inventory_bpa(inventory), BPA_BLOCK_BIDIRECTIONAL);
    assert_string_equal(inventory_account(inventory).text, "123456789012");
    assert_int_equal(inventory_vpc(inventory, "vpc-1")->bpa, BPA_ALLOW_EGRESS);
    assert_int_equal(inventory_subnet(inventory, "subnet-1")->bpa, BPA_ALLOW_EGRESS);
    assert_int_equal(inventory_subnet(inventory, "subnet-2")->bpa, BPA_ALLOW_BIDIRECTIONAL);
    assert_int_equal(inventory_subnet(inventory, "subnet-3")->bpa, BPA_NOT_EXCLUDED);
    inventory_free(inventory);
}

static void labels_are_what_a_person_looks_for(void **state)
{
    (void)state;
    static const struct {
        const char *members, *label;
    } rows[] = {
        {"'TagSet':[{'Key':'Name','Value':'mine'}],'Description':'ELB app/shop/50dc6c495c0c9188'", "mine"},
        {"'Attachment':{'InstanceId':'i-1'}", "web-1"},
        {"'Description':'Interface for NAT Gateway nat-0d1'", "NAT nat-0d1"},
        {"'Description':'ELB app/shop/50dc6c495c0c9188'", "ALB shop"},
        {"'Description':'ELB net/front/50dc6c495c0c9188'", "NLB front"},
        {"'Description':'ELB classic'", "ELB classic"},
        {"'Description':'AWS Lambda VPC ENI-thumb-nails-0b1c2d3e-0000-4000-8000-0123456789ab'", "Lambda thumb-nails"},
        {"'Description':'AWS Lambda VPC ENI-thumbnails'", "Lambda thumbnails"},
        {"'Description':'VPC Endpoint Interface vpce-1'", "endpoint ecr.dkr"},
        {"'Description':'VPC Endpoint Interface vpce-9'", "endpoint vpce-9"},
        {"'Description':'RDSNetworkInterface'", "RDS"},
        {"'Description':'EFS mount target for fs-1 (fsmt-1)'", "EFS fs-1"},
        {"'Description':'Network Interface for Transit Gateway Attachment tgw-attach-1'", "transit gateway tgw-1"},
        {"'Description':'something else'", "eni-1"},
        {"'Description':'ELB app/\\u001b[31m/1'", "ALB ^[[31m"},
    };
    for (size_t k = 0; k < ARRAY_SIZE(rows); k++) {
        char text[512];
        snprintf(text, sizeof text, "{'NetworkInterfaces':[{'NetworkInterfaceId':'eni-1',%s}]}", rows[k].members);
        capture_free(capture);
        capture = capture_new();
        add(PART_INTERFACES, text);
        add(PART_INSTANCES, "{'Reservations':[{'Instances':[{'InstanceId':'i-1','Tags':[{'Key':'Name','Value':'web-1'}]"
                            "}]}]}");
        add(PART_ENDPOINTS, "{'VpcEndpoints':[{'VpcEndpointId':'vpce-1','ServiceName':"
                            "'com.amazonaws.eu-west-1.ecr.dkr'}]}");
        add(PART_ATTACHMENTS, "{'TransitGatewayVpcAttachments':[{'TransitGatewayAttachmentId':'tgw-attach-1',"
                              "'TransitGatewayId':'tgw-1'}]}");
        struct inventory *inventory = net_build(capture);
        assert_string_equal(inventory_interface(inventory, "eni-1")->label.text, rows[k].label);
        inventory_free(inventory);
    }
}

static void owners_name_what_nothing_else_names(void **state)
{
    (void)state;
    add(PART_INTERFACES, "{'NetworkInterfaces':[{'NetworkInterfaceId':'eni-1'},{'NetworkInterfaceId':'eni-2'}]}");
    add(PART_NAT_GATEWAYS,
        "{'NatGateways':[{'NatGatewayId':'nat-1','NatGatewayAddresses':[{'NetworkInterfaceId':'eni-1'"
        "}]}]}");
    add(PART_ENDPOINTS,
        "{'VpcEndpoints':[{'VpcEndpointId':'vpce-1','ServiceName':'com.amazonaws.vpce.eu-west-1.vpce-svc-"
        "1','NetworkInterfaceIds':['eni-2']}]}");
    struct inventory *inventory = net_build(capture);
    assert_string_equal(inventory_interface(inventory, "eni-1")->label.text, "NAT nat-1");
    assert_string_equal(inventory_interface(inventory, "eni-2")->label.text, "endpoint vpce-svc-1");
    inventory_free(inventory);
}

static void nothing_is_unknown(void **state)
{
    (void)state;
    struct inventory *inventory = net_build(capture);
    weir_safe text;
    for (int part = 0; part < PART_COUNT; part++) {
        assert_int_equal(inventory_part(inventory, (enum part)part), PART_UNKNOWN);
        assert_non_null(strstr(inventory_part_words(inventory, (enum part)part).text, "unknown"));
    }
    assert_null(inventory_nth_vpc(inventory, 0));
    assert_null(inventory_group(inventory, "sg-1"));
    assert_false(inventory_warning(inventory, 0, &text));
    assert_true(inventory_bytes(inventory) > 0);
    weir_addr any = net_addr("10.0.0.1");
    assert_null(inventory_address_owner(inventory, "vpc-1", &any));
    assert_false(vpc_contains(NULL, &any));
    inventory_free(inventory);
    inventory_free(NULL);
    capture_free(NULL);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(an_interface_is_tied),
        CASE(addresses_find_their_owner),
        CASE(a_shared_address_is_a_doubt),
        CASE(subnets_fall_back_to_the_defaults),
        CASE(no_fallback_while_something_is_missing),
        CASE(contradictions_are_told),
        CASE(routes_have_targets),
        CASE(routes_of_all_destinations),
        CASE(prefix_lists_are_known_when_whole),
        CASE(gateways_and_their_kin),
        CASE(transit_gateways),
        CASE(block_public_access),
        CASE(labels_are_what_a_person_looks_for),
        CASE(owners_name_what_nothing_else_names),
        CASE(nothing_is_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
