/* build_place.c - VPCs and subnets, Block Public Access and encryption, and whose inventory it is. */
#include <string.h>

#include "vpc/build.h"

static bool is_associated(const struct json_t *association, const char *state)
{
    struct slice text = json_text(json_member(association, state), "State");
    return !text.len || slice_is(text, SLICE("associated"));
}

static void add_associated(struct build *build, struct net_list *list, const struct json_t *associations,
                           const char *name, const char *state, uint8_t family, enum part part, weir_safe whose)
{
    for (size_t k = 0; k < json_count(associations); k++)
        if (is_associated(json_at(associations, k), state))
            net_list_add(build, list, json_at(associations, k), name, family, part, whose);
}

enum made read_vpc(struct build *build, const struct json_t *item, void *out)
{
    struct vpc *vpc = out;
    const struct json_t *four = json_member(item, "CidrBlockAssociationSet"),
                        *six = json_member(item, "Ipv6CidrBlockAssociationSet");
    struct net_list list;
    vpc->name = build_tag(build, item, "Tags", "Name");
    vpc->account = build_text(build, item, "OwnerId");
    vpc->encryption_mode = WEIR_SAFE("");
    if (!net_list_begin(build, &list, json_count(four) + json_count(six) + 1))
        return LEFT_OUT;
    net_list_add(build, &list, item, "CidrBlock", 4, PART_VPCS, vpc->id);
    add_associated(build, &list, four, "CidrBlock", "CidrBlockState", 4, PART_VPCS, vpc->id);
    add_associated(build, &list, six, "Ipv6CidrBlock", "Ipv6CidrBlockState", 6, PART_VPCS, vpc->id);
    vpc->nets = net_list_end(&list, &vpc->n_nets);
    return MADE;
}

enum made read_subnet(struct build *build, const struct json_t *item, void *out)
{
    struct vpc_subnet *subnet = out;
    const struct json_t *six = json_member(item, "Ipv6CidrBlockAssociationSet");
    struct net_list list;
    subnet->name = build_tag(build, item, "Tags", "Name");
    subnet->vpc_id = build_text(build, item, "VpcId");
    subnet->zone = build_text(build, item, "AvailabilityZone");
    subnet->zone_id = build_text(build, item, "AvailabilityZoneId");
    subnet->account = build_text(build, item, "OwnerId");
    if (!net_list_begin(build, &list, json_count(six) + 1))
        return LEFT_OUT;
    net_list_add(build, &list, item, "CidrBlock", 4, PART_SUBNETS, subnet->id);
    add_associated(build, &list, six, "Ipv6CidrBlock", "Ipv6CidrBlockState", 6, PART_SUBNETS, subnet->id);
    subnet->nets = net_list_end(&list, &subnet->n_nets);
    return MADE;
}

/* ---- Block Public Access ---- */

static bool holds_exclusion(struct slice state)
{
    static const char *const states[] = {"create-complete", "update-in-progress", "update-complete", "update-failed"};
    for (size_t k = 0; k < ARRAY_SIZE(states); k++)
        if (slice_is(state, slice_of(states[k])))
            return true;
    return !state.len;
}

static enum bpa_exclusion exclusion_read(struct slice mode)
{
    return slice_is(mode, SLICE("allow-bidirectional")) ? BPA_ALLOW_BIDIRECTIONAL
           : slice_is(mode, SLICE("allow-egress"))      ? BPA_ALLOW_EGRESS
                                                        : BPA_NOT_EXCLUDED;
}

/* "arn:aws:ec2:REGION:ACCOUNT:vpc/vpc-…", "…:subnet/subnet-…" */
static void exclude(struct build *build, const struct json_t *item)
{
    weir_safe arn = build_text(build, item, "ResourceArn");
    const char *slash = strrchr(arn.text, '/');
    enum bpa_exclusion mode = exclusion_read(json_text(item, "InternetGatewayExclusionMode"));
    if (!slash || mode == BPA_NOT_EXCLUDED) {
        build_doubt(build, PART_BPA_EXCLUSIONS, "an exclusion from Block Public Access makes no sense: %s", arn.text);
        return;
    }
    struct vpc *vpc = things_find(&build->inventory->things[THING_VPC], slash + 1);
    struct vpc_subnet *subnet = things_find(&build->inventory->things[THING_SUBNET], slash + 1);
    if (vpc)
        vpc->bpa = mode;
    if (subnet)
        subnet->bpa = mode;
}

static enum bpa_mode mode_read(struct slice mode)
{
    return slice_is(mode, SLICE("off"))                   ? BPA_OFF
           : slice_is(mode, SLICE("block-bidirectional")) ? BPA_BLOCK_BIDIRECTIONAL
           : slice_is(mode, SLICE("block-ingress"))       ? BPA_BLOCK_INGRESS
                                                          : BPA_UNKNOWN;
}

/* An exclusion of a VPC is one of its subnets too, unless they have their own. */
void build_block_public_access(struct build *build)
{
    const struct json_t *options = build->capture->parts[PART_BPA_OPTIONS].items;
    const struct json_t *exclusions = build->capture->parts[PART_BPA_EXCLUSIONS].items;
    const struct things *subnets = &build->inventory->things[THING_SUBNET];
    if (json_count(options))
        build->inventory->bpa = mode_read(json_text(json_at(options, 0), "InternetGatewayBlockMode"));
    for (size_t k = 0; k < json_count(exclusions); k++)
        if (holds_exclusion(json_text(json_at(exclusions, k), "State")))
            exclude(build, json_at(exclusions, k));
    for (size_t k = 0; k < subnets->n; k++) {
        struct vpc_subnet *subnet = things_nth(subnets, k);
        if (subnet->vpc && subnet->bpa == BPA_NOT_EXCLUDED)
            subnet->bpa = subnet->vpc->bpa;
    }
}

/* ---- encryption ---- */

void build_encryption(struct build *build)
{
    const struct json_t *items = build->capture->parts[PART_ENCRYPTION_CONTROLS].items;
    for (size_t k = 0; k < json_count(items); k++) {
        const struct json_t *item = json_at(items, k);
        struct slice state = json_text(item, "State");
        struct vpc *vpc = things_find(&build->inventory->things[THING_VPC], build_text(build, item, "VpcId").text);
        if (vpc && !slice_is(state, SLICE("deleted")) && !slice_is(state, SLICE("deleting")) &&
            !slice_is(state, SLICE("creating")))
            vpc->encryption_mode = build_text(build, item, "Mode");
    }
}

/* ---- whose it is ---- */

/* The account that owns every security group; "" if there are several: shared ones are told too. */
static weir_safe groups_account(const struct inventory *inventory)
{
    const struct things *groups = &inventory->things[THING_GROUP];
    weir_safe account = WEIR_SAFE("");
    for (size_t k = 0; k < groups->n; k++) {
        const struct vpc_group *group = things_nth(groups, k);
        if (*account.text && account.text != group->account.text)
            return WEIR_SAFE("");
        account = group->account;
    }
    return account;
}

/* The fourth word of an ARN. */
static struct slice arn_region(struct slice arn)
{
    for (int k = 0; k < 3; k++) {
        const char *colon = memchr(arn.at ? arn.at : "", ':', arn.len);
        if (!colon)
            return (struct slice){NULL, 0};
        arn = (struct slice){colon + 1, arn.len - (size_t)(colon + 1 - arn.at)};
    }
    const char *end = memchr(arn.at, ':', arn.len);
    return (struct slice){arn.at, end ? (size_t)(end - arn.at) : 0};
}

void build_place(struct build *build)
{
    struct inventory *inventory = build->inventory;
    const struct json_t *options = json_at(build->capture->parts[PART_BPA_OPTIONS].items, 0);
    const struct json_t *subnet = json_at(build->capture->parts[PART_SUBNETS].items, 0);
    inventory->region = build_slice(build, slice_of(build->capture->region));
    inventory->account = build_slice(build, slice_of(build->capture->account));
    if (!*inventory->region.text)
        inventory->region = build_text(build, options, "AwsRegion");
    if (!*inventory->region.text)
        inventory->region = build_slice(build, arn_region(json_text(subnet, "SubnetArn")));
    if (!*inventory->account.text)
        inventory->account = build_text(build, options, "AwsAccountId");
    if (!*inventory->account.text)
        inventory->account = groups_account(inventory);
}
