/* detect_tell.c - what the detectors found, as the outside sees it: newest first, with names from the network. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/addr.h"
#include "session/detect_state.h"
#include "session/why.h"
#include "vpc/network.h"

/* ---- services ---- */

static weir_service service_of(const weir_session *session, const struct service *from)
{
    const struct inventory *network = session->network ? network_inventory(session->network) : NULL;
    const struct vpc_interface *interface = network ? inventory_interface(network, from->interface_id) : NULL;
    bool named = interface && strcmp(interface->label.text, from->interface_id) != 0;
    return (weir_service){
        .interface_id = {from->interface_id},
        .name = named ? interface->label : WEIR_SAFE(""),
        .local = from->local,
        .remote = from->remote,
        .port = from->port,
        .protocol = from->protocol,
        .outbound = from->outbound,
    };
}

/* ---- flips ---- */

static uint64_t id_of(const struct flip *flip)
{
    struct {
        char interface_id[SERVICE_INTERFACE_BYTES];
        weir_addr remote;
        int32_t port, protocol, outbound;
        uint32_t ordinal;
    } key;
    memset(&key, 0, sizeof key);
    memcpy(key.interface_id, flip->service.interface_id, strlen(flip->service.interface_id));
    key.ordinal = flip->ordinal;
    key.remote = flip->service.remote;
    key.port = flip->service.port;
    key.protocol = flip->service.protocol;
    key.outbound = flip->service.outbound;
    return XXH3_64bits(&key, sizeof key);
}

static bool was_settled(const struct detect *detect, uint64_t id)
{
    for (size_t k = 0; k < watch_flips(detect->settled->watch); k++)
        if (id_of(watch_flip(detect->settled->watch, k)) == id)
            return true;
    return false;
}

static weir_flip flip_of(const weir_session *session, const struct flip *from)
{
    const struct detect *detect = session->detect;
    weir_flip flip = {
        .id = id_of(from),
        .service = service_of(session, &from->service),
        .last_accept = from->last_accept,
        .first_reject = from->first_reject,
        .found = from->found,
        .evidence = (double)from->evidence,
        .usual = (double)from->usual,
        .accepts = from->accepts,
        .rejects = from->rejects,
        .accept_row = from->accept_row,
        .reject_row = from->reject_row,
        .partial = from->partial,
        .answers = from->answers,
        .recovered = from->recovered,
        .last_reject = from->last_reject,
        .first_accept = from->first_accept,
    };
    flip.provisional = detect->open && !was_settled(detect, flip.id);
    return flip;
}

/* Only what the sort needs of each, so that a thousand flips are not put into words. */
struct by_time {
    const struct flip *flip;
};

static int newest_first(const void *a, const void *b)
{
    const struct flip *left = ((const struct by_time *)a)->flip, *right = ((const struct by_time *)b)->flip;
    if (left->first_reject != right->first_reject)
        return left->first_reject > right->first_reject ? -1 : 1;
    if (left->rejects != right->rejects)
        return left->rejects > right->rejects ? -1 : 1;
    int by_id = strcmp(left->service.interface_id, right->service.interface_id);
    if (by_id)
        return by_id;
    return left->service.port < right->service.port ? -1 : left->service.port > right->service.port;
}

size_t weir_session_flips(const weir_session *session, weir_flip *out, size_t max)
{
    const struct detect *detect = session->detect;
    if (!detect || !detect->settled)
        return 0;
    const struct watch *watch = detect_newest(detect)->watch;
    static _Thread_local struct by_time order[WATCH_FLIPS_MAX];
    size_t n = watch_flips(watch);
    for (size_t k = 0; k < n; k++)
        order[k].flip = watch_flip(watch, k);
    if (n)
        qsort(order, n, sizeof *order, newest_first);
    n = n < max ? n : max;
    for (size_t k = 0; k < n; k++)
        out[k] = flip_of(session, order[k].flip);
    return n;
}

bool weir_session_flip(const weir_session *session, uint64_t id, weir_flip *out)
{
    const struct detect *detect = session->detect;
    const struct watch *watch = detect && detect->settled ? detect_newest(detect)->watch : NULL;
    for (size_t k = 0; watch && k < watch_flips(watch); k++) {
        if (id_of(watch_flip(watch, k)) != id)
            continue;
        *out = flip_of(session, watch_flip(watch, k));
        return true;
    }
    return false;
}

/* ---- services ---- */

struct by_weight {
    struct watch_service service;
};

static int heaviest_first(const void *a, const void *b)
{
    const struct watch_service *left = &((const struct by_weight *)a)->service;
    const struct watch_service *right = &((const struct by_weight *)b)->service;
    if (left->chart->flipped != right->chart->flipped)
        return left->chart->flipped ? -1 : 1;
    float l = left->chart->accepts + left->chart->pending_accepts;
    float r = right->chart->accepts + right->chart->pending_accepts;
    if (l < r || l > r)
        return l > r ? -1 : 1;
    int by_id = strcmp(left->service->interface_id, right->service->interface_id);
    return by_id ? by_id : left->service->port - right->service->port;
}

static weir_service_state state_of(const weir_session *session, const struct watch_service *from)
{
    const struct chart *chart = from->chart;
    float waiting = chart->flipped ? 0 : 1; /* what pends of a flipped one is no baseline */
    return (weir_service_state){
        .service = service_of(session, from->service),
        .flipped = chart->flipped,
        .learning = chart_is_learning(chart),
        .accepts = (double)(chart->accepts + waiting * chart->pending_accepts),
        .rejects = (double)(chart->rejects + waiting * chart->pending_rejects),
        .last_accept = from->last_accept,
    };
}

size_t weir_session_services(const weir_session *session, weir_service_state *out, size_t max)
{
    const struct detect *detect = session->detect;
    const struct watch *watch = detect && detect->settled ? detect_newest(detect)->watch : NULL;
    struct watch_service service;
    size_t n = 0;
    while (watch && watch_nth(watch, n, &service))
        n++;
    struct by_weight *order = n ? malloc(n * sizeof *order) : NULL;
    for (size_t k = 0; order && k < n; k++)
        watch_nth(watch, k, &order[k].service);
    if (order)
        qsort(order, n, sizeof *order, heaviest_first);
    n = !order ? 0 : n < max ? n : max;
    for (size_t k = 0; k < n; k++)
        out[k] = state_of(session, &order[k].service);
    free(order);
    return n;
}

/* ---- what they can say at all ---- */

static weir_safe words_of(struct detect *detect, const struct watch_state *state)
{
    if (!state->accepts && state->rejects)
        return WEIR_SAFE("the log has no ACCEPT: what is rejected now may have been rejected always "
                         "(a flow log of all traffic shows flips)");
    if (detect->too_many)
        return WEIR_SAFE("a minute had more than a million records: not all of them were looked at");
    if (state->services && state->learning == state->services)
        return weir_safe_format(detect->words, sizeof detect->words,
                                "learning: %zu services, none is known for long enough to be judged", state->services);
    return WEIR_SAFE("");
}

unsigned weir_session_events(const weir_session *session)
{
    return session->detect ? session->detect->generation : 0;
}

void weir_session_watched(const weir_session *session, weir_watched *out)
{
    struct detect *detect = session->detect;
    *out = (weir_watched){.on = detect != NULL, .words = WEIR_SAFE("")};
    if (!detect || !detect->settled)
        return;
    struct watch_state state;
    watch_state(detect_newest(detect)->watch, &state);
    out->complete = weir_session_ended(session) || detect->open_end == ring_end(session->ring);
    out->step = detect->step;
    out->settled = detect->settled->next;
    out->services = state.services;
    out->learning = state.learning;
    out->flipped = state.flipped;
    out->words = words_of(detect, &state);
}
