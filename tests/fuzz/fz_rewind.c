/* Changes done to a network and undone: whatever events say, texts of what comes out are safe, edits are within their
 * bounds, and doing and undoing them leaves a network that can be built. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "vpc/capture.h"
#include "vpc/change.h"
#include "vpc/rewind.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void must(int is_so)
{
    if (!is_so)
        abort();
}

static void check_text(weir_safe text)
{
    must(text.text != NULL);
    for (const unsigned char *at = (const unsigned char *)text.text; *at; at++)
        must(*at >= 0x20 && *at != 0x7f);
}

static const struct change_edit *nothing(const void *user, const struct change_edit *edit)
{
    (void)user;
    (void)edit;
    return NULL;
}

static void check_edit(const struct change_edit *edit, struct capture *capture)
{
    check_text(edit->target);
    check_text(edit->peer);
    check_text(edit->rule_id);
    check_text(edit->description);
    must(edit->kind <= EDIT_OTHER);
    must(edit->protocol >= PROTOCOL_ALL && edit->protocol <= 255);
    must(edit->from >= -1 && edit->from <= 65535 && edit->to >= -1 && edit->to <= 65535);
    for (size_t k = 0; k < edit->n_groups; k++)
        check_text(edit->groups[k]);
    rewind_do(capture, edit);
    rewind_undo(capture, edit, nothing, NULL);
}

static bool take(struct change *change, void *user)
{
    struct capture *capture = user;
    check_text(change->name);
    check_text(change->who);
    check_text(change->session);
    check_text(change->from);
    check_text(change->agent);
    for (const unsigned char *at = (const unsigned char *)change->raw.text; *at; at++)
        must((*at >= 0x20 && *at != 0x7f) || *at == '\n');
    must(change->n_resources <= CHANGE_IDS_MAX);
    for (size_t k = 0; k < change->n_resources; k++)
        check_text(change->resources[k]);
    for (size_t k = 0; k < change->n_edits; k++)
        check_edit(&change->edits[k], capture);
    change_free(change);
    return true;
}

/* A little of everything that edits speak of. */
static const char network[] =
    "{\"WeirNetwork\":1,\"Region\":\"eu-west-1\",\"Account\":\"123456789012\",\"Taken\":1784901790,"
    "\"NetworkInterfaces\":[{\"NetworkInterfaceId\":\"eni-1\",\"SubnetId\":\"subnet-1\",\"VpcId\":\"vpc-1\","
    "\"Groups\":[{\"GroupId\":\"sg-1\"}],\"Attachment\":{\"InstanceId\":\"i-1\"}}],"
    "\"SecurityGroups\":[{\"GroupId\":\"sg-1\",\"IpPermissions\":[{\"IpProtocol\":\"tcp\",\"FromPort\":443,\"ToPort\":"
    "443,"
    "\"IpRanges\":[{\"CidrIp\":\"203.0.113.0/24\"}]}],\"IpPermissionsEgress\":[]}],"
    "\"SecurityGroupRules\":[{\"SecurityGroupRuleId\":\"sgr-1\",\"GroupId\":\"sg-1\",\"IsEgress\":false,"
    "\"IpProtocol\":\"tcp\",\"FromPort\":443,\"ToPort\":443,\"CidrIpv4\":\"203.0.113.0/24\"}],"
    "\"NetworkAcls\":[{\"NetworkAclId\":\"acl-1\",\"Entries\":[{\"RuleNumber\":100,\"Egress\":false,\"RuleAction\":"
    "\"allow\",\"CidrBlock\":\"0.0.0.0/0\",\"Protocol\":\"-1\"}],\"Associations\":[{\"NetworkAclAssociationId\":"
    "\"aclassoc-1\",\"SubnetId\":\"subnet-1\"}]}],"
    "\"Entries\":{\"pl-1\":{\"Entries\":[{\"Cidr\":\"192.0.2.0/24\"}]}}}";

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct capture *capture = NULL;
    struct inventory *inventory = NULL;
    struct change_counts counts = {0};
    weir_error err = {0};
    must(capture_read_bytes(network, sizeof network - 1, &capture, &err) == WEIR_OK);
    weir_status status = change_read((const char *)bytes, len, take, capture, &counts, &err);
    must(status == WEIR_OK || err.text[0]);
    must(counts.ignored <= counts.events);
    must(inventory_build(capture, &inventory, &err) == WEIR_OK);
    inventory_free(inventory);
    capture_free(capture);
    return 0;
}
