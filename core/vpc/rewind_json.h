/* rewind_json.h - small looks into a capture's JSON, for the files that edit it. Of the vpc room only. */
#ifndef WEIR_VPC_REWIND_JSON_H
#define WEIR_VPC_REWIND_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vpc/capture_state.h"
#include "vpc/rewind.h"

#define REWIND_UNKNOWN "unknown" /* in place of what is not known: it makes no sense to whoever builds the network */

struct json_t *rewind_items(struct capture *capture, enum part part);
bool rewind_has_text(const struct json_t *object, const char *name, const char *text);
/* The item of a list whose member is that text; *at (may be NULL) is its place. NULL = there is none. */
struct json_t *rewind_find(struct json_t *list, const char *name, const char *id, size_t *at);
struct json_t *rewind_list(struct json_t *object, const char *name); /* is made if need be */

static inline bool rewind_has_ports(int protocol)
{
    return protocol == PROTOCOL_TCP || protocol == PROTOCOL_UDP || protocol == PROTOCOL_ICMP ||
           protocol == PROTOCOL_ICMP6;
}

/* ---- rewind_rule.c: rules of security groups, in both of EC2's lists ---- */
void rewind_rule_add(struct capture *capture, const struct change_edit *edit);
void rewind_rule_remove(struct capture *capture, const struct change_edit *edit);
void rewind_rule_set(struct capture *capture, const struct change_edit *edit);
void rewind_rule_add_back(struct capture *capture, const struct change_edit *edit, const struct change_edit *old);
void rewind_rule_remove_back(struct capture *capture, const struct change_edit *edit, const struct change_edit *old);
void rewind_rule_set_back(struct capture *capture, const struct change_edit *edit, const struct change_edit *old);

#endif
