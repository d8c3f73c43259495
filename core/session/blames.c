/* blames.c - see blames.h. */
#include "session/blames.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/scope.h"
#include "explain/blame.h"
#include "explain/change_words.h"
#include "session/blame_job.h"
#include "session/common.h"
#include "session/detect_state.h"
#include "session/why.h"
#include "vpc/network.h"
#include "vpc/trail.h"

enum {
    ASKED_BEFORE_S = 1800,
    ASKED_BLIND_S = 86400, /* when no ACCEPT is known */
    ASKED_AFTER_S = 900,
    LATE_S = 2 * 3600, /* for so long CloudTrail may be late */
};

struct kept {
    uint64_t id; /* of the flip */
    struct flow_record record;
    bool has_record, asked;
};

struct blames {
    struct kept kept[FLIP_RECORDS_MAX]; /* a ring, by number */
    uint64_t n;
    struct words words;    /* of weir_session_trail_event() */
    struct blame_job *job; /* under way; NULL = none */
    uint64_t job_id;       /* of its flip */
};

void blames_close(weir_session *session)
{
    if (session->blames) {
        words_done(&session->blames->words);
        blame_job_free(session->blames->job);
    }
    free(session->blames);
    session->blames = NULL;
}

static struct blames *blames_of(weir_session *session)
{
    if (!session->blames)
        session->blames = calloc(1, sizeof *session->blames);
    return session->blames;
}

static struct kept *find(struct blames *blames, uint64_t id)
{
    size_t n = blames->n < FLIP_RECORDS_MAX ? (size_t)blames->n : FLIP_RECORDS_MAX;
    for (size_t k = 0; k < n; k++)
        if (blames->kept[k].id == id)
            return &blames->kept[k];
    return NULL;
}

static struct kept *keep(weir_session *session, struct blames *blames, const weir_flip *flip)
{
    struct kept *kept = find(blames, flip->id);
    if (!kept) {
        kept = &blames->kept[blames->n++ % FLIP_RECORDS_MAX];
        *kept = (struct kept){.id = flip->id};
    }
    weir_row row;
    if (!kept->has_record && flip->reject_row != UINT64_MAX && weir_view_row(session->view, flip->reject_row, &row))
        kept->has_record = flow_record_of(&row, &kept->record);
    return kept;
}

/* ---- questions to CloudTrail ---- */

static void ask_resources(weir_session *session, const weir_flip *flip)
{
    const struct inventory *network = session->network ? network_inventory(session->network) : NULL;
    const struct vpc_interface *interface =
        network ? inventory_interface(network, flip->service.interface_id.text) : NULL;
    int64_t from = flip->last_accept ? flip->last_accept - ASKED_BEFORE_S : flip->first_reject - ASKED_BLIND_S;
    int64_t to = flip->first_reject + ASKED_AFTER_S, again = weir_session_now(session) + LATE_S;
    for (size_t k = 0; interface && k < interface->n_group_ids; k++)
        weir_trail_ask(session->trail, interface->group_ids[k].text, from, to, again);
    if (interface && interface->subnet && interface->subnet->acl)
        weir_trail_ask(session->trail, interface->subnet->acl->id.text, from, to, again);
    weir_trail_ask(session->trail, flip->service.interface_id.text, from, to, again);
    if (interface)
        weir_trail_ask(session->trail, interface->instance_id.text, from, to, again);
}

void blames_keep(weir_session *session)
{
    static _Thread_local weir_flip flips[FLIP_RECORDS_MAX];
    size_t n = weir_session_flips(session, flips, FLIP_RECORDS_MAX);
    struct blames *blames = n ? blames_of(session) : NULL;
    bool network_is_here = !session->network || weir_network_ready(session->network);
    for (size_t k = n; blames && k > 0; k--) {
        struct kept *kept = keep(session, blames, &flips[k - 1]);
        if (kept->asked || !session->trail || !network_is_here)
            continue;
        ask_resources(session, &flips[k - 1]);
        kept->asked = true;
    }
}

void weir_session_set_trail(weir_session *session, weir_trail *trail)
{
    session->trail = trail;
    if (session->detect)
        blames_keep(session);
}

/* ---- an incident ---- */

struct sources {
    const struct edition *edition[NETWORKS_KEPT];
    struct rewind_source source;
};

static void gather(const weir_session *session, struct sources *out)
{
    *out = (struct sources){.source = {.n_editions = 0}};
    const struct edition *edition;
    for (size_t k = 0; session->network && k < NETWORKS_KEPT && (edition = network_edition(session->network, k)); k++)
        out->edition[out->source.n_editions++] = edition;
    out->source.editions = out->edition;
    if (session->trail)
        out->source.changes = trail_changes(session->trail, &out->source.n_changes);
}

/* The first rejected record; of a flip whose row has left before anybody looked, one made of what the flip tells. */
static void record_of(weir_session *session, const weir_flip *flip, struct flow_record *out)
{
    struct blames *blames = blames_of(session);
    struct kept *kept = blames ? keep(session, blames, flip) : NULL;
    if (kept && kept->has_record) {
        *out = kept->record;
        return;
    }
    weir_error ignored;
    char text[96];
    snprintf(text, sizeof text, "eni=%s proto=%d", flip->service.interface_id.text, flip->service.protocol);
    if (flow_record_parse(text, flip->first_reject, out, &ignored) != WEIR_OK)
        memset(out, 0, sizeof *out);
    bool out_of = flip->service.outbound;
    out->direction = out_of ? DIRECTION_OUT : DIRECTION_IN;
    out->src = out_of ? flip->service.local : flip->service.remote;
    out->dst = out_of ? flip->service.remote : flip->service.local;
    out->dst_port = flip->service.port;
    out->tcp_flags = 2;
    out->verdict = WEIR_VERDICT_REJECT;
}

static bool is_waiting(const weir_session *session, const weir_flip *flip)
{
    return session->trail && weir_trail_asks(session->trail) && !*weir_trail_failure(session->trail).text &&
           (weir_trail_is_waiting(session->trail) || weir_session_now(session) - flip->first_reject < LATE_S);
}

/* All that is asked of one flip; points into itself. */
struct asked {
    weir_flip flip;
    weir_addr learned;
    struct sources sources;
    struct flow_record record;
    char common[COMMON_BYTES];
    struct blame_ask ask;
    struct blame_words words;
};

static weir_status put_asked(weir_session *session, uint64_t flip_id, struct asked *out, weir_error *err)
{
    if (!weir_session_flip(session, flip_id, &out->flip))
        return weir_fail(err, WEIR_E_USAGE, 0, "there is no such flip any more");
    gather(session, &out->sources);
    record_of(session, &out->flip, &out->record);
    bool is_learned = session->priors && priors_learned(session->priors, out->record.interface_id, &out->learned);
    out->ask = (struct blame_ask){.record = &out->record,
                                  .learned = is_learned ? &out->learned : NULL,
                                  .flip = &out->flip,
                                  .window_s = session->detect->step,
                                  .source = out->sources.source};
    out->words = (struct blame_words){.waiting = is_waiting(session, &out->flip),
                                      .known_changes = session->trail != NULL,
                                      .common = common_cause(session, &out->flip, out->common),
                                      .failure = session->trail ? weir_trail_failure(session->trail).text : ""};
    return WEIR_OK;
}

weir_status weir_session_incident(weir_session *session, uint64_t flip_id, weir_incident **out, weir_error *err)
{
    struct asked asked;
    weir_status status = put_asked(session, flip_id, &asked, err);
    if (status != WEIR_OK)
        return status;
    AUTO(free_cleanup) struct blame *blame = calloc(1, sizeof *blame);
    if (!blame)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    status = blame_find(&asked.ask, blame, err);
    if (status != WEIR_OK)
        return status;
    status = incident_make(&asked.ask, blame, &asked.words, out, err);
    blame_done(blame);
    return status;
}

bool weir_session_incident_begin(weir_session *session, uint64_t flip_id)
{
    struct asked asked;
    weir_error ignored;
    struct blames *blames = blames_of(session);
    if (!blames || blames->job || put_asked(session, flip_id, &asked, &ignored) != WEIR_OK ||
        blame_job_start(&asked.ask, &asked.words, &blames->job, &ignored) != WEIR_OK)
        return false;
    blames->job_id = flip_id;
    return true;
}

weir_status weir_session_incident_take(weir_session *session, uint64_t *flip_id, weir_incident **out, weir_error *err)
{
    struct blames *blames = session->blames;
    if (!blames || !blames->job)
        return weir_fail(err, WEIR_E_USAGE, 0, "no cause is being worked out");
    *flip_id = blames->job_id;
    if (!blame_job_is_done(blames->job))
        return WEIR_AGAIN;
    return blame_job_take(TAKE(blames->job), out, err);
}

bool weir_session_trail_event(weir_session *session, size_t k, weir_trail_event *out)
{
    size_t n = 0;
    const struct change *const *changes = session->trail ? trail_changes(session->trail, &n) : NULL;
    struct blames *blames = k < n ? blames_of(session) : NULL;
    if (!blames)
        return false;
    words_done(&blames->words);
    blames->words.most = WORDS_INCIDENT_MAX_BYTES;
    change_fill(&blames->words, changes[n - 1 - k], session->network ? network_inventory(session->network) : NULL, out);
    return true;
}
