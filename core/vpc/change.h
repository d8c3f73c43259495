/* change.h - a CloudTrail event that can change who reaches whom: who, when, from where, with what, and the edits that
 * it made, decoded from any of the encodings that CloudTrail and EC2 use.
 * docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html and
 * …/cloudtrail-event-reference-user-identity.html
 *
 * A change is immutable and owns all that it points to; texts are safe text, "" where nothing is told. Any thread. */
#ifndef WEIR_VPC_CHANGE_H
#define WEIR_VPC_CHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "vpc/inventory.h"
#include "weir/safe.h"
#include "weir/status.h"

/* What kind of thing an event can do to traffic; column of vpc/change.def. */
enum change_effect {
    CHANGE_NONE,    /* read-only, descriptions, tags, or an event that the table does not have */
    CHANGE_RULES,   /* security groups, network ACLs, prefix lists, block public access: may REJECT */
    CHANGE_ROUTES,  /* routes and gateways: traffic vanishes without a REJECT */
    CHANGE_MANAGED, /* a service sets the groups of interfaces that it manages (load balancer, RDS, Lambda, ECS, EKS) */
    CHANGE_HOST,    /* stopped, detached, unassigned: nobody answers */
};

/* What did it, by the user agent; column of vpc/tool.def. */
enum change_tool {
    TOOL_UNKNOWN,
#define X(id, name, pattern, is_automation) id,
#include "vpc/tool.def"
#undef X
    TOOL_COUNT
};

enum edit_kind {
    EDIT_RULE_ADD,           /* target = group */
    EDIT_RULE_REMOVE,        /* target = group; has_rule false: by rule_id alone */
    EDIT_RULE_SET,           /* target = group; the rule with rule_id is now this one, what it was is not told */
    EDIT_INTERFACE_GROUPS,   /* target = interface; groups replace those it had */
    EDIT_INSTANCE_GROUPS,    /* target = instance: the same of its primary interface */
    EDIT_ENTRY_CREATE,       /* target = network ACL, number, egress, and the rest */
    EDIT_ENTRY_REPLACE,      /* … what it was is not told */
    EDIT_ENTRY_DELETE,       /* … only number and egress are told */
    EDIT_ACL_ASSOCIATE,      /* target = network ACL, association_id (old), new_association_id ("" = not told) */
    EDIT_ROUTE_CREATE,       /* target = route table, destination, gateway */
    EDIT_ROUTE_REPLACE,      /* … */
    EDIT_ROUTE_DELETE,       /* … gateway is not told */
    EDIT_TABLE_ASSOCIATE,    /* target = route table, subnet_id or gateway, association_id, new_association_id */
    EDIT_TABLE_DISASSOCIATE, /* association_id */
    EDIT_PREFIX_ADD,         /* target = prefix list, peer */
    EDIT_PREFIX_REMOVE,      /* … */
    EDIT_BPA_OPTIONS,        /* gateway = the new mode: "off", "block-bidirectional", "block-ingress" */
    EDIT_OTHER, /* the event touches the target ("" = not told which); what it did is not told in a form we know. Of
                   CHANGE_MANAGED: groups are those that the target's interfaces get */
};

/* One thing that an event did. A call that names three networks makes three edits. */
struct change_edit {
    enum edit_kind kind;
    weir_safe target;  /* id; see the kinds */
    weir_safe rule_id; /* sgr-…, "" = not told */
    bool has_rule;     /* protocol, ports and peer below are told */
    bool egress;
    bool allow;       /* of an entry of a network ACL */
    int32_t number;   /* of an entry, 1..32766; -1 = not told */
    int32_t protocol; /* 0..255 or PROTOCOL_ALL; of rules and entries */
    int32_t from, to; /* ports, or ICMP type and code with -1 = any; -1, -1 for other protocols. Open ports 0, 65535 */
    weir_safe peer;   /* "203.0.113.0/24" (no host bits), "2001:db8::/32", "sg-…", "pl-…", a group's name where
                       * a legacy call tells no id; of entries and prefix lists the network */
    weir_safe description;
    weir_safe association_id, new_association_id, subnet_id;
    weir_safe destination, gateway; /* of routes: network or prefix list; the target's id */
    const weir_safe *groups;        /* ids */
    size_t n_groups;
};

struct change {
    int64_t time;                       /* eventTime, Unix seconds */
    weir_safe id;                       /* eventID */
    weir_safe name;                     /* eventName */
    weir_safe service, region, account; /* "ec2", awsRegion, recipientAccountId or the identity's */
    enum change_effect effect;
    bool read_only;
    bool refused; /* errorCode is there, or _return is false: it was attempted and changed nothing */
    weir_safe error_code, error_message;

    weir_safe who_kind;   /* userIdentity.type: IAMUser, AssumedRole, Root, AWSService, … */
    weir_safe who;        /* "user/dev-7", "role/InfraPipeline", "root", "federated-user/x", "service autoscaling…" */
    weir_safe session;    /* name of a role's session; "" = none */
    weir_safe identity;   /* sourceIdentity, or the user or the resource on whose behalf; "" = none */
    weir_safe invoked_by; /* an AWS service that called on somebody's behalf; "" = none */
    weir_safe from;       /* sourceIPAddress: an address or a service's name */
    weir_safe agent;      /* userAgent, at most 200 bytes */
    enum change_tool tool;
    bool from_console;  /* sessionCredentialFromConsole, or the console's user agent */
    bool is_automation; /* a service, a controller or an infrastructure tool, not a person's hand */

    const struct change_edit *edits;
    size_t n_edits;
    bool is_cut; /* edits are missing: more than CHANGE_EDITS_MAX, or CloudTrail left the request out for its size */
    const weir_safe *resources; /* every id that the event names, each once: sg-, eni-, acl-, subnet-, rtb-, i-, … */
    size_t n_resources;
    weir_safe raw; /* the event as JSON, indented; access key ids and tokens are cut out. Line breaks are "\n" */
};

const char *change_tool_name(enum change_tool tool); /* "console", "AWS CLI", "Terraform", …; "" = unknown */
const char *change_effect_words(enum change_effect effect);

/* Whether the event can be the cause of anything: not refused, not read-only, with an effect. */
bool change_can_act(const struct change *change);
bool change_names(const struct change *change, const char *id); /* id is one of its resources */

/* One more owner: each ends with change_free(), on any thread. */
const struct change *change_share(const struct change *change);
void change_free(struct change *change); /* accepts NULL */

/* Told every change of a text, in the text's order. Takes the change. False stops the reading. */
typedef bool change_taker(struct change *change, void *user);

struct change_counts {
    size_t events;  /* that were read as CloudTrail events */
    size_t ignored; /* of those, events that the table does not have; they are not told */
    size_t odd;     /* documents or lines that are no CloudTrail events */
};

/* Reads all events of a text and adds what was found to *counts: {"Records": […]} of a trail file, a bare array, one
 * event a line or one behind the other, an EventBridge envelope ("detail"), the output of `aws cloudtrail
 * lookup-events` (Events[].CloudTrailEvent is JSON in a string), a CloudWatch Logs message ("message", "@message" or
 * "events": […]). WEIR_OK also if the taker stopped it, or if it is one of these without an event. WEIR_E_DATA: nothing
 * of it is an event; WEIR_E_LIMIT, WEIR_E_NOMEM. */
weir_status change_read(const char *bytes, size_t len, change_taker *take, void *user, struct change_counts *counts,
                        weir_error *err);

/* The same of a file, gzipped or not, or of all files of a folder and of the folders in it (*.json, *.json.gz,
 * *.ndjson,
 * *.jsonl), in the order of their names. In a folder, a file that cannot be read counts as
 * odd and hides no other. WEIR_E_IO. */
weir_status change_read_path(const char *path, change_taker *take, void *user, struct change_counts *counts,
                             weir_error *err);

#endif
