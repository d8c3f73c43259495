/* common.c - see common.h.
 *
 *   common(resource) = (a / A) * (a + 1) / (a + b + 2)
 *
 * a: services on the resource that flipped, b: active ones on it that did not, A: all that flipped. Resources are the
 * interface, its security groups, its subnet's network ACL, its VPC; of equal ones the narrowest is told. */
#include "session/common.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/scope.h"
#include "session/detect_state.h"
#include "vpc/network.h"

enum { TOGETHER_S = 120, CANDIDATES_MAX = 16, FLIPS_MOST = 256 };
#define LEAST 0.4

enum kind { KIND_INTERFACE, KIND_GROUP, KIND_ACL, KIND_VPC };

struct candidate {
    enum kind kind;
    weir_safe id, name;
    size_t flipped, well;
};

static const char *const kind_words[] = {
    [KIND_INTERFACE] = "interface", [KIND_GROUP] = "security group", [KIND_ACL] = "network ACL", [KIND_VPC] = "VPC"};

static bool is_on(const struct vpc_interface *interface, const struct candidate *candidate)
{
    const char *id = candidate->id.text;
    if (candidate->kind == KIND_INTERFACE)
        return strcmp(interface->id.text, id) == 0;
    if (candidate->kind == KIND_ACL)
        return interface->subnet && interface->subnet->acl && strcmp(interface->subnet->acl->id.text, id) == 0;
    if (candidate->kind == KIND_VPC)
        return strcmp(interface->vpc_id.text, id) == 0;
    for (size_t k = 0; k < interface->n_groups; k++)
        if (strcmp(interface->groups[k]->id.text, id) == 0)
            return true;
    return false;
}

static size_t candidates_of(const struct vpc_interface *interface, struct candidate *out)
{
    size_t n = 0;
    out[n++] = (struct candidate){.kind = KIND_INTERFACE, .id = interface->id, .name = interface->label};
    for (size_t k = 0; k < interface->n_groups && n < CANDIDATES_MAX - 2; k++)
        out[n++] =
            (struct candidate){.kind = KIND_GROUP, .id = interface->groups[k]->id, .name = interface->groups[k]->name};
    if (interface->subnet && interface->subnet->acl)
        out[n++] = (struct candidate){
            .kind = KIND_ACL, .id = interface->subnet->acl->id, .name = interface->subnet->acl->name};
    if (*interface->vpc_id.text)
        out[n++] = (struct candidate){.kind = KIND_VPC, .id = interface->vpc_id, .name = WEIR_SAFE("")};
    return n;
}

static bool is_together(const struct flip *other, const weir_flip *flip)
{
    int64_t apart = other->first_reject - flip->first_reject;
    return apart <= TOGETHER_S && apart >= -TOGETHER_S;
}

static bool same_service(const struct service *a, const struct service *b)
{
    return a->interface == b->interface && a->port == b->port && a->protocol == b->protocol &&
           a->outbound == b->outbound && memcmp(&a->remote, &b->remote, sizeof a->remote) == 0;
}

static bool flipped_together(const struct watch *watch, const struct service *service, const weir_flip *flip)
{
    for (size_t k = watch_flips(watch); k > 0; k--) {
        const struct flip *other = watch_flip(watch, k - 1);
        if (is_together(other, flip) && same_service(&other->service, service))
            return true;
    }
    return false;
}

static size_t count(const weir_session *session, const struct inventory *network, const weir_flip *flip,
                    struct candidate *candidates, size_t n)
{
    const struct watch *watch = detect_newest(session->detect)->watch;
    struct watch_service service;
    size_t all = 0;
    for (size_t k = 0; watch_nth(watch, k, &service); k++) {
        bool flipped = flipped_together(watch, service.service, flip);
        bool active = !chart_is_learning(service.chart) && service.last_accept >= flip->first_reject;
        const struct vpc_interface *interface = inventory_interface(network, service.service->interface_id);
        all += flipped;
        if (!interface || (!flipped && !active))
            continue;
        for (size_t c = 0; c < n; c++) {
            candidates[c].flipped += flipped && is_on(interface, &candidates[c]);
            candidates[c].well += !flipped && is_on(interface, &candidates[c]);
        }
    }
    return all;
}

static double weight_of(const struct candidate *candidate, size_t all)
{
    double a = (double)candidate->flipped, b = (double)candidate->well;
    return all ? a / (double)all * (a + 1) / (a + b + 2) : 0;
}

/* Answers to what a group let in are not asked of any group. */
static bool may_reject(enum kind kind, const weir_flip *flip)
{
    return !flip->answers || kind == KIND_ACL || kind == KIND_VPC;
}

const char *common_cause(const weir_session *session, const weir_flip *flip, char *out)
{
    const struct inventory *network = session->network ? network_inventory(session->network) : NULL;
    const struct vpc_interface *interface =
        network ? inventory_interface(network, flip->service.interface_id.text) : NULL;
    struct candidate candidates[CANDIDATES_MAX] = {0};
    *out = '\0';
    size_t n = interface ? candidates_of(interface, candidates) : 0;
    size_t all = n ? count(session, network, flip, candidates, n) : 0;
    const struct candidate *best = NULL;
    for (size_t c = 0; c < n; c++)
        if (may_reject(candidates[c].kind, flip) && (!best || weight_of(&candidates[c], all) > weight_of(best, all)))
            best = &candidates[c];
    if (!best || weight_of(best, all) < LEAST || all < 2)
        return out;
    weir_safe_format(out, COMMON_BYTES,
                     "%zu of the %zu services that flipped within %d s share %s %s%s%s%s, where %zu did not",
                     best->flipped, all, TOGETHER_S, kind_words[best->kind], *best->name.text ? best->name.text : "",
                     *best->name.text ? " (" : "", best->id.text, *best->name.text ? ")" : "", best->well);
    return out;
}
