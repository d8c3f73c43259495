/* look_events.c - what happened, as the panes show it: flips, spikes by part and changes on one axis of time. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pane/pane.h"

enum { FLIPS = 100, SPIKES = 64 };

static const struct {
    glyph glyph;
    role role;
} signs[EVENT_KINDS] = {
    [EVENT_FLIP] = {GLYPH_FLIP, ROLE_FLIP},          [EVENT_RECOVERY] = {GLYPH_UP, ROLE_ROW_ACCEPT},
    [EVENT_SPIKE] = {GLYPH_SPIKE, ROLE_CHART_SPIKE}, [EVENT_CHANGE] = {GLYPH_CHANGE, ROLE_CHANGE},
    [EVENT_REFUSED] = {GLYPH_CHANGE, ROLE_DIM},
};

glyph event_glyph(enum event_kind kind)
{
    return signs[kind].glyph;
}

role event_role(enum event_kind kind)
{
    return signs[kind].role;
}

static struct look_event *add(struct look *look, enum event_kind kind, int64_t time, uint64_t id)
{
    if (look->n_events == LOOK_EVENTS)
        return NULL;
    struct look_event *event = &look->event[look->n_events++];
    *event = (struct look_event){.kind = kind, .time = time, .id = id};
    return event;
}

static void add_flip(struct look *look, const weir_flip *flip)
{
    char service[160], count[32];
    weir_service_text(&flip->service, service, sizeof service);
    struct look_event *event = add(look, EVENT_FLIP, flip->first_reject, flip->id);
    look->has_flip = look->has_flip || !flip->recovered;
    if (event)
        weir_safe_format(event->text, sizeof event->text, "%s %s, %s rejects%s%s", service,
                         flip->answers   ? "gets its answers rejected"
                         : flip->partial ? "is rejected in part"
                                         : "is rejected",
                         look_number(flip->rejects, count, sizeof count).text, flip->recovered ? ", recovered" : "",
                         flip->provisional ? " (provisional)" : "");
    event = flip->recovered ? add(look, EVENT_RECOVERY, flip->first_accept, flip->id) : NULL;
    if (event)
        weir_safe_format(event->text, sizeof event->text, "%s is accepted again", service);
}

static void add_spike(struct look *look, const weir_part_spike *spike, size_t k)
{
    static const char *const parts[] = {[WEIR_PART_ALL] = "all",
                                        [WEIR_PART_INTERFACE] = "at",
                                        [WEIR_PART_GROUP] = "in",
                                        [WEIR_PART_PORT] = "to port",
                                        [WEIR_PART_NETWORK] = "from"};
    char peak[24], usual[40] = "none before", share[160] = "";
    weir_watched watched;
    weir_session_watched(look->session, &watched);
    const char *per = watched.step == 60 ? "min" : "10min";
    struct look_event *event = add(look, EVENT_SPIKE, spike->from, k);
    if (!event)
        return;
    event->rarity = spike->rarity;
    if (spike->usual)
        snprintf(usual, sizeof usual, "%.0f times the usual", (double)spike->peak / (double)spike->usual);
    if (*spike->source.text)
        snprintf(share, sizeof share, ", %.0f %% from %s%s%s", spike->share * 100, spike->source.text,
                 *spike->port.text ? " to port " : "", spike->port.text);
    weir_safe_format(event->text, sizeof event->text, "REJECT %s%s%s: %s/%s, %s%s", parts[spike->part],
                     *spike->value.text ? " " : "", spike->value.text,
                     weir_count_text(spike->peak, peak, sizeof peak).text, per, usual, share);
}

static void add_change(struct look *look, const weir_trail_event *change, size_t k)
{
    struct look_event *event = add(look, change->refused ? EVENT_REFUSED : EVENT_CHANGE, change->time, k);
    if (event)
        weir_safe_format(event->text, sizeof event->text, "%s%s %s%s%s", change->name.text,
                         change->refused ? " refused:" : " by", change->who.text, *change->target.text ? " on " : "",
                         change->target.text);
}

/* Newest first; of the same second the flip before the change that it is about. */
static int newest_first(const void *a, const void *b)
{
    const struct look_event *left = a, *right = b;
    if (left->time != right->time)
        return left->time > right->time ? -1 : 1;
    if (left->kind != right->kind)
        return left->kind < right->kind ? -1 : 1;
    return left->id < right->id ? -1 : left->id > right->id;
}

void look_at_events(struct look *look, weir_session *session)
{
    static weir_flip flips[FLIPS]; /* the screen has one thread */
    weir_part_spike spikes[SPIKES];
    weir_trail_event change;
    weir_watched watched;
    look->n_events = 0;
    look->has_flip = false;
    size_t n = weir_session_flips(session, flips, FLIPS);
    for (size_t k = 0; k < n; k++)
        add_flip(look, &flips[k]);
    n = weir_session_spikes(session, spikes, SPIKES);
    for (size_t k = 0; k < n; k++)
        add_spike(look, &spikes[k], k);
    for (size_t k = 0; look->n_events < LOOK_EVENTS && weir_session_trail_event(session, k, &change); k++)
        add_change(look, &change, k);
    if (look->n_events)
        qsort(look->event, look->n_events, sizeof *look->event, newest_first);
    weir_session_watched(session, &watched);
    weir_safe_format(look->watching, sizeof look->watching, "%s", watched.words.text);
}
