"""accounts.py - accounts to look at: what tests and pictures of the list of flow logs have in common."""

from world import DEFAULT_FORMAT, Interfaces

FULL = DEFAULT_FORMAT + " vpc-id subnet-id instance-id tcp-flags type"


def three_flow_logs(world):
    """Two groups, one of which cannot be delivered, and Parquet."""
    world.group("/vpc/prod", Interfaces(count=3, rate=5), flow_log=False)
    world.group("/vpc/rejects", Interfaces(count=3, rate=1), flow_log=False)
    world.flow_log("/vpc/prod", tags={"Name": "prod"}, interval=60)
    world.flow_log("/vpc/rejects", tags={"Name": "rejects"}, traffic="REJECT", error="Access error", format=FULL)
    world.flow_log(bucket="example-lake", tags={"Name": "lake"}, file_format="parquet", format=FULL)
