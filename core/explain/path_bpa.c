/* path_bpa.c - VPC Block Public Access at a gateway to the internet.
 * docs.aws.amazon.com/vpc/latest/userguide/security-vpc-bpa-basics.html */
#include "explain/path_walk.h"

static enum bpa_exclusion exclusion_of(const struct vpc *vpc, const struct vpc_subnet *subnet)
{
    if (subnet && subnet->bpa != BPA_NOT_EXCLUDED)
        return subnet->bpa;
    return vpc ? vpc->bpa : BPA_NOT_EXCLUDED;
}

/* Whether the connection was opened from inside. */
static bool is_from_inside(const struct walk *walk, const struct hop *hop)
{
    return hop->egress == walk->opens;
}

void bpa_look(const struct walk *walk, struct hop *hop, const struct vpc *vpc, const struct vpc_subnet *subnet,
              bool outbound_only)
{
    enum bpa_mode mode = inventory_bpa(walk->inventory);
    enum bpa_exclusion exclusion = exclusion_of(vpc, subnet);
    bool passes = mode == BPA_OFF || mode == BPA_UNKNOWN || exclusion == BPA_ALLOW_BIDIRECTIONAL;
    if (mode == BPA_BLOCK_INGRESS)
        passes |= outbound_only;
    else
        passes |= exclusion == BPA_ALLOW_EGRESS && is_from_inside(walk, hop);
    if (!passes)
        hop_block(hop, CODE_VPC_BLOCK_PUBLIC_ACCESS_ENABLED);
}
