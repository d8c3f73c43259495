"""ec2.py - EC2: flow logs and what they are about. Rows come from world.flow_logs, .vpcs, .subnets, .interfaces.

Each operation is a function(bench, call) -> answer. DryRun, filters with wildcards, MaxResults and NextToken work for
all of them alike; how a filter's name leads to a member is in FILTERS.
"""

import datetime
import fnmatch

from faults import Failure
from world import ACCOUNT, partition

REGIONS = ("eu-central-1", "eu-west-1", "us-east-1", "us-west-2")
FEWEST, MOST = 5, 1000  # of MaxResults


def flow_log(row):
    """A row of DescribeFlowLogs from what World.flow_log() was told."""
    region, number = row["region"], row["number"]
    answer = {
        "FlowLogId": row.get("id", f"fl-{number:017x}"),
        "FlowLogStatus": "ACTIVE",
        "ResourceId": row.get("resource", "vpc-0123456789abcdef0"),
        "TrafficType": row.get("traffic", "ALL"),
        "LogFormat": " ".join("${" + name + "}" for name in row["format"].split()),
        "MaxAggregationInterval": row.get("interval", 600),
        "CreationTime": datetime.datetime.fromtimestamp(int(row["created"]), datetime.timezone.utc),
        "DeliverLogsStatus": "FAILED" if row.get("error") else "SUCCESS",
        "Tags": [{"Key": key, "Value": value} for key, value in row.get("tags", {}).items()],
    }
    if row.get("error"):
        answer["DeliverLogsErrorMessage"] = row["error"]
    if row.get("bucket"):
        answer["LogDestinationType"] = "s3"
        answer["LogDestination"] = f"arn:{partition(region)}:s3:::{row['bucket']}"
        answer["DestinationOptions"] = {
            "FileFormat": row.get("file_format", "plain-text"),
            "HiveCompatiblePartitions": row.get("hive", False),
            "PerHourPartition": row.get("per_hour", False),
        }
    elif row.get("stream"):
        answer["LogDestinationType"] = "kinesis-data-firehose"
        answer["LogDestination"] = f"arn:{partition(region)}:firehose:{region}:{ACCOUNT}:deliverystream/{row['stream']}"
    else:
        answer["LogDestinationType"] = "cloud-watch-logs"
        answer["LogGroupName"] = row["log_group"]
        answer["LogDestination"] = f"arn:{partition(region)}:logs:{region}:{ACCOUNT}:log-group:{row['log_group']}"
        answer["DeliverLogsPermissionArn"] = f"arn:{partition(region)}:iam::{ACCOUNT}:role/flow-logs"
    return answer


# operation: result member, ids member, id member of a row, error for an unknown id, {filter: member}
TABLE = {
    "DescribeFlowLogs": ("FlowLogs", "FlowLogIds", "FlowLogId", "InvalidFlowLogId.NotFound",
                         {"deliver-log-status": "DeliverLogsStatus", "log-destination-type": "LogDestinationType",
                          "flow-log-id": "FlowLogId", "log-group-name": "LogGroupName", "resource-id": "ResourceId",
                          "traffic-type": "TrafficType"}),
    "DescribeVpcs": ("Vpcs", "VpcIds", "VpcId", "InvalidVpcID.NotFound",
                     {"vpc-id": "VpcId", "cidr": "CidrBlock", "state": "State", "owner-id": "OwnerId"}),
    "DescribeSubnets": ("Subnets", "SubnetIds", "SubnetId", "InvalidSubnetID.NotFound",
                        {"vpc-id": "VpcId", "subnet-id": "SubnetId", "availability-zone": "AvailabilityZone"}),
    "DescribeNetworkInterfaces": ("NetworkInterfaces", "NetworkInterfaceIds", "NetworkInterfaceId",
                                  "InvalidNetworkInterfaceID.NotFound",
                                  {"vpc-id": "VpcId", "subnet-id": "SubnetId", "status": "Status",
                                   "network-interface-id": "NetworkInterfaceId", "interface-type": "InterfaceType"}),
    "DescribeRegions": ("Regions", "RegionNames", "RegionName", "InvalidParameterValue",
                        {"region-name": "RegionName", "opt-in-status": "OptInStatus"}),
}


# The other parts of a network: operation -> result member. Rows come from world.network.
PARTS = {
    "DescribeSecurityGroups": "SecurityGroups",
    "DescribeSecurityGroupRules": "SecurityGroupRules",
    "DescribeNetworkAcls": "NetworkAcls",
    "DescribeRouteTables": "RouteTables",
    "DescribeInstances": "Reservations",
    "DescribeInternetGateways": "InternetGateways",
    "DescribeEgressOnlyInternetGateways": "EgressOnlyInternetGateways",
    "DescribeNatGateways": "NatGateways",
    "DescribeVpcPeeringConnections": "VpcPeeringConnections",
    "DescribeVpcEndpoints": "VpcEndpoints",
    "DescribeManagedPrefixLists": "PrefixLists",
    "DescribeAddresses": "Addresses",
    "DescribeVpnGateways": "VpnGateways",
    "DescribeTransitGatewayVpcAttachments": "TransitGatewayVpcAttachments",
    "DescribeTransitGatewayAttachments": "TransitGatewayAttachments",
    "DescribeTransitGatewayRouteTables": "TransitGatewayRouteTables",
    "DescribeVpcBlockPublicAccessExclusions": "VpcBlockPublicAccessExclusions",
    "DescribeVpcEncryptionControls": "VpcEncryptionControls",
}


WHOLE = ("DescribeAddresses", "DescribeVpnGateways")  # have no pages


def describe_part(bench, call):
    if call.members.get("DryRun"):
        raise Failure(412, "DryRunOperation", "Request would have succeeded, but DryRun flag is set.")
    result = PARTS[call.operation]
    rows = bench.world.network.get(result, [])
    return {result: rows} if call.operation in WHOLE else one_page(bench, call, result, rows, None)


def block_public_access(bench, _call):
    options = bench.world.network.get("VpcBlockPublicAccessOptions") or [{"InternetGatewayBlockMode": "off"}]
    return {"VpcBlockPublicAccessOptions": options[0]}


def prefix_entries(bench, call):
    of = call.members["PrefixListId"]
    entries = bench.world.network.get("Entries", {}).get(of, {}).get("Entries")
    if entries is None:
        raise Failure(400, "InvalidPrefixListID.NotFound", f"The prefix list ID '{of}' does not exist")
    return one_page(bench, call, "Entries", entries, None)


def transit_routes(bench, call):
    routes = bench.world.network.get("Routes", {}).get(call.members["TransitGatewayRouteTableId"], [])
    return {"Routes": routes, "AdditionalRoutesAvailable": False}


def rows_of(bench, call):
    if call.operation == "DescribeFlowLogs":
        return [flow_log(row) for row in bench.world.flow_logs if row["region"] == call.region]
    if call.operation == "DescribeRegions":
        return [{"RegionName": name, "Endpoint": f"ec2.{name}.amazonaws.com", "OptInStatus": "opt-in-not-required"}
                for name in bench.regions]
    # Rows of the world are in the form of the answer already.
    name = {"DescribeVpcs": "vpcs", "DescribeSubnets": "subnets", "DescribeNetworkInterfaces": "interfaces"}
    return list(getattr(bench.world, name[call.operation]))


def describe(bench, call):
    members = call.members
    result, ids, id_member, unknown, filters = TABLE[call.operation]
    if members.get("DryRun"):
        raise Failure(412, "DryRunOperation", "Request would have succeeded, but DryRun flag is set.")
    rows, wanted = rows_of(bench, call), members.get(ids, [])
    for one in wanted:
        if all(row[id_member] != one for row in rows):
            raise Failure(400, unknown, f"The ID '{one}' does not exist")
    if wanted:
        rows = [row for row in rows if row[id_member] in wanted]
    for condition in members.get("Filters", members.get("Filter", [])):
        rows = [row for row in rows if passes(row, condition, filters)]
    return one_page(bench, call, result, rows, wanted)


def passes(row, condition, filters):
    name, values = condition.get("Name", ""), condition.get("Values", [])
    if name.startswith("tag:"):
        have = [tag["Value"] for tag in row.get("Tags", row.get("TagSet", [])) if tag["Key"] == name[4:]]
    elif name in filters:
        have = [str(row.get(filters[name], ""))]
    else:
        raise Failure(400, "InvalidParameterValue", f"The filter '{name}' is invalid")
    return any(fnmatch.fnmatchcase(one, value) for one in have for value in values)


def one_page(bench, call, result, rows, wanted):
    most, token = call.members.get("MaxResults"), call.members.get("NextToken")
    if most is not None and not FEWEST <= most <= MOST:
        raise Failure(400, "InvalidParameterValue",
                      f"Value ( {most} ) for parameter maxResults is invalid. Expecting a value between 5 and 1000.")
    if most is not None and wanted:
        raise Failure(400, "InvalidParameterCombination", "The parameter ids cannot be used with maxResults")
    begin = bench.tokens.get(token) if token else 0
    end = begin + min(most or MOST, bench.page_rows)
    answer = {result: rows[begin:end]}
    return {**answer, "NextToken": bench.tokens.new(end)} if end < len(rows) else answer


OPERATIONS = {
    **dict.fromkeys(TABLE, describe),
    **dict.fromkeys(PARTS, describe_part),
    "DescribeVpcBlockPublicAccessOptions": block_public_access,
    "GetManagedPrefixListEntries": prefix_entries,
    "SearchTransitGatewayRoutes": transit_routes,
}
