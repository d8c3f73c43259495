/* part.h - the parts of an inventory as a table (vpc/part.def). Immutable: any thread. */
#ifndef WEIR_VPC_PART_H
#define WEIR_VPC_PART_H

#include "vpc/inventory.h"

struct part_info {
    const char *operation; /* "DescribeSecurityGroups" */
    const char *list;      /* in the CLI's JSON: "SecurityGroups" */
    const char *set;       /* in EC2's XML: "securityGroupInfo" */
    int page;              /* MaxResults, 0 = the operation has none */
    const char *words;     /* "security groups" */
};

const struct part_info *part_get(enum part part); /* borrowed for ever */

/* "describe-security-groups" into out[64]: the CLI's name of the operation, and of the part's file. */
void part_file_stem(enum part part, char *out, size_t size);

#endif
