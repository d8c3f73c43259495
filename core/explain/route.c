/* route.c - which route of a table a destination takes: the longest prefix; of equal ones the local route, then static,
 * then those of prefix lists, then propagated ones; and the local route before every propagated one.
 * docs.aws.amazon.com/vpc/latest/userguide/route-tables-priority.html, …/vpn/latest/s2svpn/vpn-route-priority.html */
#include "explain/match.h"

#include <string.h>

enum priority { PRIORITY_LOCAL, PRIORITY_STATIC, PRIORITY_LIST, PRIORITY_PROPAGATED };

/* A route that matches, and how well. */
struct claim {
    const struct vpc_route *route;
    int prefix; /* -1 = does not match */
    enum priority priority;
};

static bool is_list(const struct vpc_route *route)
{
    return route->prefix_list_id.text && *route->prefix_list_id.text;
}

static enum priority priority_of(const struct vpc_route *route)
{
    if (route->kind == TARGET_LOCAL)
        return PRIORITY_LOCAL;
    if (is_list(route))
        return PRIORITY_LIST;
    return route->origin == ORIGIN_PROPAGATED ? PRIORITY_PROPAGATED : PRIORITY_STATIC;
}

static struct claim claim_of(const struct vpc_route *route, const weir_addr *dst)
{
    struct claim claim = {.route = route, .prefix = -1, .priority = priority_of(route)};

    if (!is_list(route))
        claim.prefix = net_contains(&route->net, dst) ? route->net.prefix : -1;
    else if (route->prefix_list && route->prefix_list->known)
        claim.prefix = list_prefix(route->prefix_list, dst);
    return claim;
}

static bool is_better(const struct claim *a, const struct claim *b)
{
    return a->prefix != b->prefix ? a->prefix > b->prefix : a->priority < b->priority;
}

/* The best route but one; route NULL = none. */
static struct claim best_but(const struct vpc_route_table *table, const weir_addr *dst, const struct vpc_route *except)
{
    struct claim best = {.prefix = -1};
    bool local = false;

    for (size_t k = 0; k < table->n_routes; k++) {
        const struct vpc_route *route = &table->routes[k];
        local = local || (route->kind == TARGET_LOCAL && route != except && claim_of(route, dst).prefix >= 0);
    }
    for (size_t k = 0; k < table->n_routes; k++) {
        struct claim claim = claim_of(&table->routes[k], dst);
        if (claim.route == except || (local && claim.priority == PRIORITY_PROPAGATED))
            continue;
        if (claim.prefix >= 0 && is_better(&claim, &best))
            best = claim;
    }
    return best;
}

static bool is_private(const weir_addr *addr)
{
    const uint8_t *b = addr->bytes;

    if (addr->family == 6)
        return (b[0] & 0xfe) == 0xfc && !(b[0] == 0xfd && b[1] == 0 && b[2] == 0x0e && b[3] == 0xc2);
    return b[0] == 10 || (b[0] == 172 && (b[1] & 0xf0) == 16) || (b[0] == 192 && b[1] == 168);
}

/* Whether the entries of the route's list, which are not known, may hold the address. */
static bool may_match(const struct vpc_route *route, const weir_addr *dst)
{
    const struct vpc_prefix_list *list = route->prefix_list;

    if (!is_list(route) || (list && list->known))
        return false;
    /* AWS's own lists are the public networks of its services. */
    return !(list && list->account.text && strcmp(list->account.text, "AWS") == 0 && is_private(dst));
}

static bool same_fate(const struct vpc_route *a, const struct vpc_route *b)
{
    if (!a || a->blackhole != b->blackhole)
        return false;
    return a->blackhole || (a->kind == b->kind && strcmp(a->target.text, b->target.text) == 0);
}

/* Why it is not sure that the best wins over this route. */
static unsigned doubt_of(const struct claim *best, const struct vpc_route *route, const weir_addr *dst)
{
    if (route == best->route || same_fate(best->route, route))
        return DOUBT_NOTHING;
    if (may_match(route, dst)) {
        bool beaten = best->prefix == (dst->family == 4 ? 32 : 128) && best->priority < PRIORITY_LIST;
        return beaten ? DOUBT_NOTHING : DOUBT_PREFIX_LIST;
    }
    struct claim claim = claim_of(route, dst);
    bool tied = best->priority == PRIORITY_LIST && claim.priority == PRIORITY_LIST && claim.prefix == best->prefix;
    return tied && best->route ? DOUBT_ROUTE : DOUBT_NOTHING;
}

struct route_answer evaluate_route(const struct vpc_route_table *table, const weir_addr *dst)
{
    struct route_answer out = {.answer = ANSWER_UNKNOWN};

    if (!table) {
        out.doubt = DOUBT_RULES;
        return out;
    }
    struct claim best = best_but(table, dst, NULL);
    out.route = best.route;
    for (size_t k = 0; k < table->n_routes; k++) {
        unsigned doubt = doubt_of(&best, &table->routes[k], dst);
        if (doubt && !out.doubt)
            out.loser = &table->routes[k];
        out.doubt |= doubt;
    }
    if (out.doubt)
        return out;
    out.answer = best.route && !best.route->blackhole ? ANSWER_ALLOW : ANSWER_DENY;
    struct claim loser = best.route ? best_but(table, dst, best.route) : (struct claim){.prefix = -1};
    out.loser = loser.route;
    out.loser_by_priority = loser.route && loser.prefix >= best.prefix;
    return out;
}
