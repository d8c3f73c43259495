/* enumerate.h - a second opinion on the evaluators: what the rules say of a packet, worked out in the most naive way
 * from their text. Addresses are numbers, a rule names them one by one, and what is not known is tried value by value.
 * It shares nothing with core/explain. */
#ifndef WEIR_SUPPORT_ENUMERATE_H
#define WEIR_SUPPORT_ENUMERATE_H

#include <stdbool.h>
#include <stddef.h>

enum { PLAIN_ADDRESSES = 32, PLAIN_EVERYTHING = 1000, PLAIN_LIST_MAX = 24 };
enum plain_answer { PLAIN_NO, PLAIN_YES, PLAIN_MAYBE };
enum plain_way { PLAIN_WAY_UNKNOWN, PLAIN_WAY_KEEPS, PLAIN_WAY_LOSES };

/* The ports that rules begin and end with; what lies between two of them is all the same. */
static const int plain_ports[8] = {0, 22, 80, 443, 1024, 8080, 32768, 65535};

struct plain_packet {
    int remote;           /* 0..31 */
    int protocol;         /* 6, 17, 1, 58, 47 */
    int port, type, code; /* -1 = not known */
};

struct plain_traffic {
    int protocol; /* -1 = all */
    int from, to;
    bool malformed;
};

struct plain_rule {
    bool egress;
    struct plain_traffic traffic;
    bool reference;               /* to a group */
    bool names[PLAIN_ADDRESSES];  /* peers */
    bool unsure[PLAIN_ADDRESSES]; /* peers that it may name */
    int breadth[PLAIN_ADDRESSES]; /* how many addresses the network has that names this one */
};

struct plain_entry {
    int number;
    bool egress, allow;
    struct plain_traffic traffic;
    bool names[PLAIN_ADDRESSES];
};

struct plain_route {
    bool local, list, propagated, blackhole, unknown;
    int target;
    bool names[PLAIN_ADDRESSES];
    int breadth[PLAIN_ADDRESSES];
};

/* Every value known. */
static inline bool plain_carries(const struct plain_traffic *traffic, int protocol, int port, int type, int code)
{
    if (traffic->malformed)
        return false;
    if (traffic->protocol == -1)
        return true;
    if (traffic->protocol != protocol)
        return false;
    if (protocol == 6 || protocol == 17)
        return traffic->from <= port && port <= traffic->to;
    if (protocol == 1 || protocol == 58) {
        bool type_fits = traffic->from == -1 || traffic->from == type;
        bool code_fits = traffic->to == -1 || traffic->to == code;
        return type_fits && code_fits;
    }
    return true;
}

static inline int plain_port_values(int port, int *out)
{
    int n = 0;

    if (port != -1) {
        out[n++] = port;
        return n;
    }
    for (int k = 0; k < 8; k++)
        for (int step = -1; step <= 1; step++)
            if (plain_ports[k] + step >= 0 && plain_ports[k] + step <= 65535)
                out[n++] = plain_ports[k] + step;
    return n;
}

static inline int plain_number_values(int number, int *out)
{
    static const int all[] = {0, 1, 3, 4, 8, 9, 128, 129, 200};
    int n = 0;

    if (number != -1) {
        out[n++] = number;
        return n;
    }
    for (size_t k = 0; k < sizeof all / sizeof *all; k++)
        out[n++] = all[k];
    return n;
}

/* Tries every value that the packet may have. */
static inline enum plain_answer plain_carries_packet(const struct plain_traffic *traffic,
                                                     const struct plain_packet *packet)
{
    int ports[PLAIN_LIST_MAX], types[PLAIN_LIST_MAX], codes[PLAIN_LIST_MAX];
    int n_ports = plain_port_values(packet->port, ports);
    int n_types = plain_number_values(packet->type, types);
    int n_codes = plain_number_values(packet->code, codes);
    bool yes = false, no = false;

    if (packet->protocol != 6 && packet->protocol != 17)
        n_ports = 1;
    if (packet->protocol != 1 && packet->protocol != 58)
        n_types = n_codes = 1;
    for (int p = 0; p < n_ports; p++)
        for (int t = 0; t < n_types; t++)
            for (int c = 0; c < n_codes; c++) {
                if (plain_carries(traffic, packet->protocol, ports[p], types[t], codes[c]))
                    yes = true;
                else
                    no = true;
            }
    return yes && no ? PLAIN_MAYBE : yes ? PLAIN_YES : PLAIN_NO;
}

/* ---- security groups ---- */

static inline enum plain_answer plain_names_peer(const struct plain_rule *rule, int remote, enum plain_way way)
{
    bool yes = false, no = false;

    for (int kept = 0; kept <= 1; kept++) {
        if ((way == PLAIN_WAY_KEEPS && !kept) || (way == PLAIN_WAY_LOSES && kept))
            continue;
        for (int named = 0; named <= 1; named++) {
            if (!rule->unsure[remote] && named != rule->names[remote])
                continue;
            if (named && (kept || !rule->reference))
                yes = true;
            else
                no = true;
        }
    }
    return yes && no ? PLAIN_MAYBE : yes ? PLAIN_YES : PLAIN_NO;
}

static inline enum plain_answer plain_rule_admits(const struct plain_rule *rule, const struct plain_packet *packet,
                                                  enum plain_way way)
{
    enum plain_answer traffic = plain_carries_packet(&rule->traffic, packet);
    enum plain_answer peer = plain_names_peer(rule, packet->remote, way);

    if (traffic == PLAIN_NO || peer == PLAIN_NO)
        return PLAIN_NO;
    return traffic == PLAIN_YES && peer == PLAIN_YES ? PLAIN_YES : PLAIN_MAYBE;
}

static inline int plain_width(const struct plain_traffic *traffic)
{
    if (traffic->protocol == -1)
        return 65537;
    if (traffic->protocol == 6 || traffic->protocol == 17)
        return traffic->to - traffic->from + 1;
    if ((traffic->protocol != 1 && traffic->protocol != 58) || traffic->from == -1)
        return 65536;
    return traffic->to == -1 ? 256 : 1;
}

struct plain_verdict {
    enum plain_answer answer;
    int which; /* YES: the most specific; MAYBE: the first; -1 = none */
    bool has_rules;
};

static inline struct plain_verdict plain_groups(const struct plain_rule *rules, int n, bool egress,
                                                const struct plain_packet *packet, enum plain_way way)
{
    struct plain_verdict out = {.which = -1};
    int first_maybe = -1;

    for (int k = 0; k < n; k++) {
        if (rules[k].egress != egress)
            continue;
        out.has_rules = true;
        enum plain_answer answer = plain_rule_admits(&rules[k], packet, way);
        if (answer == PLAIN_MAYBE && first_maybe < 0)
            first_maybe = k;
        if (answer != PLAIN_YES)
            continue;
        int mine = rules[k].breadth[packet->remote];
        int best = out.which < 0 ? 0 : rules[out.which].breadth[packet->remote];
        if (out.which < 0 || mine < best ||
            (mine == best && plain_width(&rules[k].traffic) < plain_width(&rules[out.which].traffic)))
            out.which = k;
        out.answer = PLAIN_YES;
    }
    if (out.answer != PLAIN_YES && first_maybe >= 0) {
        out.answer = PLAIN_MAYBE;
        out.which = first_maybe;
    }
    return out;
}

/* ---- network ACLs ---- */

enum { PLAIN_DENIED = 1, PLAIN_ALLOWED = 2 };

/* How it may end from the entry after number `above` on: the entries stand in any order. */
static inline unsigned plain_acl_from(const struct plain_entry *entries, int n, bool egress,
                                      const struct plain_packet *packet, int above)
{
    const struct plain_entry *next = NULL;

    for (int k = 0; k < n; k++)
        if (entries[k].egress == egress && entries[k].number > above && (!next || entries[k].number < next->number))
            next = &entries[k];
    if (!next)
        return PLAIN_DENIED;
    enum plain_answer answer = next->names[packet->remote] ? plain_carries_packet(&next->traffic, packet) : PLAIN_NO;
    unsigned here = next->allow ? PLAIN_ALLOWED : PLAIN_DENIED;
    if (answer == PLAIN_YES)
        return here;
    unsigned later = plain_acl_from(entries, n, egress, packet, next->number);
    return answer == PLAIN_MAYBE ? here | later : later;
}

/* ---- routes ---- */

enum { PLAIN_NO_ROUTE = -1, PLAIN_DEAD = -2 }; /* other outcomes are targets */

struct plain_fates {
    int seen[PLAIN_LIST_MAX];
    int n;
    int route; /* the first that won; -1 = none */
};

static inline void plain_note(struct plain_fates *fates, int fate)
{
    for (int k = 0; k < fates->n; k++)
        if (fates->seen[k] == fate)
            return;
    fates->seen[fates->n++] = fate;
}

static inline int plain_rank(const struct plain_route *route)
{
    return route->local ? 0 : route->list ? 2 : route->propagated ? 3 : 1;
}

/* All lists known: breadth 0 = does not match. */
static inline void plain_decide(const struct plain_route *routes, int n, const int *breadth, struct plain_fates *fates)
{
    bool local = false, out[PLAIN_LIST_MAX];
    int smallest = PLAIN_EVERYTHING + 1, rank = 4, last = -1;

    for (int k = 0; k < n; k++)
        local = local || (routes[k].local && breadth[k]);
    for (int k = 0; k < n; k++) {
        out[k] = !breadth[k] || (local && plain_rank(&routes[k]) == 3);
        if (!out[k] && breadth[k] < smallest)
            smallest = breadth[k];
    }
    for (int k = 0; k < n; k++)
        if (!out[k] && breadth[k] == smallest && plain_rank(&routes[k]) < rank)
            rank = plain_rank(&routes[k]);
    for (int k = 0; k < n; k++) {
        if (out[k] || breadth[k] != smallest || plain_rank(&routes[k]) != rank || (last >= 0 && rank != 2))
            continue;
        plain_note(fates, routes[k].blackhole ? PLAIN_DEAD : routes[k].target);
        if (last < 0)
            fates->route = k;
        last = k;
    }
    if (last < 0) {
        plain_note(fates, PLAIN_NO_ROUTE);
        fates->route = -1;
    }
}

/* Tries what the unknown lists may hold: not the address, it alone, a larger network, everything. */
static inline void plain_routes(const struct plain_route *routes, int n, int remote, int k, int *breadth,
                                struct plain_fates *fates)
{
    static const int guesses[] = {1, 2, 4, 8, 16, PLAIN_EVERYTHING, 0};

    if (k == n) {
        plain_decide(routes, n, breadth, fates);
        return;
    }
    breadth[k] = routes[k].names[remote] ? routes[k].breadth[remote] : 0;
    if (!routes[k].unknown) {
        plain_routes(routes, n, remote, k + 1, breadth, fates);
        return;
    }
    for (size_t guess = 0; guess < sizeof guesses / sizeof *guesses; guess++) {
        breadth[k] = guesses[guess];
        plain_routes(routes, n, remote, k + 1, breadth, fates);
    }
}

#endif
