/* what_if.c - a proposal against the records of the ring: flows whose verdict would change, by their ends and service
 * (weir/rules.h). Rows are asked oldest first, in slices. A network that has changed begins anew. */
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/scope.h"
#include "explain/what_if.h"
#include "session/state.h"
#include "session/why.h"
#include "vpc/network.h"
#include "weir/rules.h"

enum { SLICE_ROWS = 256, PROBES = 16 };

/* One flow that would change. */
struct changed {
    uint64_t key; /* 0 = free */
    uint64_t records, newest_row;
    int64_t first, last;
    weir_addr local, remote;
    uint32_t port, protocol;
    bool inbound, opens, reply_denied;
    char interface_id[FLOW_TEXT], interface_name[FLOW_TEXT];
};

struct weir_what_if {
    weir_session *session;
    bool filtered;               /* records that match the filter alone count */
    char *text;                  /* the proposal, to read it again against another network */
    const weir_network *network; /* whose rules they are … */
    unsigned generation;         /* … and which of its generations */
    bool lost;                   /* it no longer fits the network */
    struct proposal proposal;
    struct overlay *overlay;
    struct words words;
    weir_safe told, warning, command[EDITS_MAX];
    uint64_t next; /* rows below it were asked */
    uint64_t looked_at, opened, closed, still_denied, unknown, flows, uncounted;
    struct changed changed[WHAT_IF_FLOWS_MAX];
    uint32_t order[WHAT_IF_FLOWS_MAX]; /* the most frequent first */
    bool is_sorted;
};

static const struct inventory *newest(const weir_session *session)
{
    return session->network && weir_network_ready(session->network) ? network_inventory(session->network) : NULL;
}

/* ---- the proposal ---- */

static void forget(struct weir_what_if *what_if)
{
    overlay_free(what_if->overlay);
    what_if->overlay = NULL;
    proposal_done(&what_if->proposal);
    words_done(&what_if->words);
    memset(what_if->changed, 0, sizeof what_if->changed);
    what_if->looked_at = what_if->opened = what_if->closed = what_if->still_denied = what_if->unknown = 0;
    what_if->flows = what_if->uncounted = 0;
    what_if->is_sorted = false;
}

static weir_safe join(struct words *words, weir_safe a, weir_safe b)
{
    return a.text[0] && b.text[0] ? words_format(words, "%s; %s", a.text, b.text) : a.text[0] ? a : b;
}

static void put_words(struct weir_what_if *what_if)
{
    const struct proposal *proposal = &what_if->proposal;
    struct words *words = &what_if->words;
    what_if->told = what_if->warning = WEIR_SAFE("");
    for (size_t k = 0; k < proposal->n; k++) {
        const struct edit *edit = &proposal->edit[k];
        what_if->told = join(words, what_if->told, edit_words(edit, words));
        what_if->warning = join(words, what_if->warning, edit_warning(edit, words));
        what_if->command[k] = edit_command(proposal, edit, words);
    }
}

static weir_status read_again(struct weir_what_if *what_if, weir_error *err)
{
    forget(what_if);
    what_if->network = what_if->session->network;
    what_if->generation = weir_network_generation(what_if->network);
    what_if->next = ring_first(what_if->session->ring);
    what_if->told = what_if->warning = WEIR_SAFE("");
    weir_status status = proposal_parse(newest(what_if->session), what_if->text, &what_if->proposal, err);
    if (status == WEIR_OK)
        status = overlay_make(&what_if->proposal, &what_if->overlay, err);
    what_if->lost = status != WEIR_OK;
    if (status)
        return status;
    put_words(what_if);
    return words_status(&what_if->words, err);
}

weir_status weir_what_if_new(weir_session *session, const char *proposal, bool filtered, weir_what_if **out,
                             weir_error *err)
{
    if (!newest(session))
        return weir_fail(err, WEIR_E_USAGE, 0, "no network is known: --network names a saved one");
    struct weir_what_if *what_if = calloc(1, sizeof *what_if);
    char *text = strdup(proposal);
    if (!what_if || !text) {
        free(what_if);
        free(text);
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    }
    what_if->session = session;
    what_if->filtered = filtered;
    what_if->text = text;
    weir_status status = read_again(what_if, err);
    if (status) {
        weir_what_if_free(what_if);
        return status;
    }
    *out = what_if;
    return WEIR_OK;
}

weir_status weir_what_if_check(weir_session *session, const char *proposal, weir_error *err)
{
    struct proposal read;
    if (!newest(session))
        return weir_fail(err, WEIR_E_USAGE, 0, "no network is known: --network names a saved one");
    weir_status status = proposal_parse(newest(session), proposal, &read, err);
    if (status == WEIR_OK)
        proposal_done(&read);
    return status;
}

bool weir_what_if_suggest(weir_session *session, uint64_t row_id, char *buffer, size_t size)
{
    weir_row row;
    struct question question;
    if (!newest(session) || !weir_view_row(session->view, row_id, &row) || !why_ask(session, &row, &question))
        return false;
    return proposal_suggest(&question.flow, newest(session), buffer, size);
}

void weir_what_if_free(weir_what_if *what_if)
{
    if (!what_if)
        return;
    forget(what_if);
    free(what_if->text);
    free(what_if);
}

/* ---- rows ---- */

/* The port that the connection is for: the other side's where we opened it. */
static int32_t service_port(const struct flow *flow)
{
    bool is_opening = flow->phase == PHASE_INIT || !flow->client_known;
    bool is_theirs = is_opening ? flow->direction == DIRECTION_OUT : flow->we_are_client;
    return is_theirs ? flow->remote_port : flow->local_port;
}

static bool opens_inbound(const struct flow *flow)
{
    if (flow->phase == PHASE_INIT || !flow->client_known)
        return flow->direction != DIRECTION_OUT;
    return !flow->we_are_client;
}

static uint64_t key_of(const struct question *question, bool opens)
{
    const struct flow *flow = &question->flow;
    int32_t numbers[4] = {service_port(flow), question->record.protocol, opens_inbound(flow), opens};
    XXH3_state_t state;
    XXH3_64bits_reset(&state);
    XXH3_64bits_update(&state, question->record.interface_id, strlen(question->record.interface_id));
    XXH3_64bits_update(&state, &flow->local, sizeof flow->local);
    XXH3_64bits_update(&state, &flow->remote, sizeof flow->remote);
    XXH3_64bits_update(&state, numbers, sizeof numbers);
    return XXH3_64bits_digest(&state) | 1;
}

static struct changed *changed_of(struct weir_what_if *what_if, const struct question *question, bool opens)
{
    const struct flow *flow = &question->flow;
    uint64_t key = key_of(question, opens);
    for (uint64_t k = 0; k < PROBES; k++) {
        struct changed *changed = &what_if->changed[(key + k) & (WHAT_IF_FLOWS_MAX - 1)];
        if (changed->key == key)
            return changed;
        if (changed->key)
            continue;
        int32_t port = service_port(flow);
        *changed = (struct changed){.key = key,
                                    .first = question->record.start,
                                    .last = question->record.start,
                                    .local = flow->local,
                                    .remote = flow->remote,
                                    .port = port > 0 ? (uint32_t)port : 0,
                                    .protocol = (uint32_t)question->record.protocol,
                                    .inbound = opens_inbound(flow),
                                    .opens = opens};
        weir_safe_format(changed->interface_id, FLOW_TEXT, "%s", question->record.interface_id);
        weir_safe_format(changed->interface_name, FLOW_TEXT, "%s", flow->interface ? flow->interface->label.text : "");
        what_if->flows++;
        return changed;
    }
    return NULL;
}

static void add_changed(struct weir_what_if *what_if, const struct question *question, uint64_t row, bool opens,
                        bool reply_denied)
{
    struct changed *changed = changed_of(what_if, question, opens);
    what_if->is_sorted = false;
    if (!changed) {
        what_if->uncounted++;
        return;
    }
    int64_t start = question->record.start;
    changed->records++;
    changed->reply_denied |= reply_denied;
    changed->first = start < changed->first ? start : changed->first;
    if (start >= changed->last) {
        changed->last = start;
        changed->newest_row = row;
    }
}

static void ask_row(struct weir_what_if *what_if, uint64_t id)
{
    weir_row row = {.id = id};
    struct question question;
    bool reply_denied;
    if (what_if->filtered && !view_shows(what_if->session->view, id))
        return;
    row.block = ring_find(what_if->session->ring, id, &row.index);
    if (!why_ask(what_if->session, &row, &question))
        return;
    what_if->looked_at++;
    enum turn turn = overlay_ask(what_if->overlay, &question.flow, &reply_denied);
    what_if->opened += turn == TURN_OPENS;
    what_if->closed += turn == TURN_CLOSES;
    what_if->still_denied += turn == TURN_STILL_DENIED;
    what_if->unknown += turn == TURN_UNKNOWN;
    if (turn == TURN_OPENS || turn == TURN_CLOSES)
        add_changed(what_if, &question, id, turn == TURN_OPENS, reply_denied);
}

bool weir_what_if_work(weir_what_if *what_if, int budget_ms)
{
    weir_session *session = what_if->session;
    int64_t until = clock_mono_ms() + budget_ms;
    if (!newest(session) || why_work(session, budget_ms) || (what_if->filtered && weir_view_busy(session->view)))
        return newest(session) != NULL;
    if (what_if->network != session->network || what_if->generation != weir_network_generation(session->network))
        (void)read_again(what_if, NULL);
    if (what_if->lost)
        return false;
    if (what_if->next < ring_first(session->ring))
        what_if->next = ring_first(session->ring);
    for (unsigned n = 1; what_if->next < ring_end(session->ring); n++) {
        ask_row(what_if, what_if->next++);
        if (n % SLICE_ROWS == 0 && clock_mono_ms() >= until)
            break;
    }
    return what_if->next < ring_end(session->ring);
}

/* ---- what came of it ---- */

double weir_what_if_done(const weir_what_if *what_if)
{
    uint64_t first = ring_first(what_if->session->ring), end = ring_end(what_if->session->ring);
    uint64_t next = what_if->next < first ? first : what_if->next;
    return end > first ? (double)(next - first) / (double)(end - first) : 1;
}

void weir_what_if_totals_get(const weir_what_if *what_if, weir_what_if_totals *out)
{
    *out = (weir_what_if_totals){
        .words = what_if->lost ? WEIR_SAFE("the network has changed: the proposal no longer fits it") : what_if->told,
        .looked_at = what_if->looked_at,
        .opened = what_if->opened,
        .closed = what_if->closed,
        .still_denied = what_if->still_denied,
        .unknown = what_if->unknown,
        .flows = what_if->flows,
        .uncounted = what_if->uncounted,
        .warning = what_if->warning,
    };
}

bool weir_what_if_command(const weir_what_if *what_if, size_t k, weir_safe *out)
{
    if (what_if->lost || k >= what_if->proposal.n)
        return false;
    *out = what_if->command[k];
    return true;
}

static int most_frequent_first(const void *a, const void *b, void *user)
{
    const struct weir_what_if *what_if = user;
    const struct changed *left = &what_if->changed[*(const uint32_t *)a],
                         *right = &what_if->changed[*(const uint32_t *)b];
    if (left->records != right->records)
        return left->records > right->records ? -1 : 1;
    return left->newest_row > right->newest_row ? -1 : left->newest_row < right->newest_row;
}

static void sort(struct weir_what_if *what_if)
{
    size_t n = 0;
    for (uint32_t k = 0; k < WHAT_IF_FLOWS_MAX; k++)
        if (what_if->changed[k].key)
            what_if->order[n++] = k;
    qsort_r(what_if->order, n, sizeof *what_if->order, most_frequent_first, what_if);
    what_if->is_sorted = true;
}

bool weir_what_if_get(weir_what_if *what_if, size_t k, weir_change *out)
{
    if (k >= what_if->flows)
        return false;
    if (!what_if->is_sorted)
        sort(what_if);
    const struct changed *changed = &what_if->changed[what_if->order[k]];
    *out = (weir_change){
        .opens = changed->opens,
        .interface_id = {changed->interface_id},
        .interface_name = {changed->interface_name},
        .inbound = changed->inbound,
        .local = changed->local,
        .remote = changed->remote,
        .port = changed->port,
        .protocol = changed->protocol,
        .records = changed->records,
        .newest_row = changed->newest_row,
        .first = changed->first,
        .last = changed->last,
        .note = changed->reply_denied ? WEIR_SAFE("the network ACL would deny its replies") : WEIR_SAFE(""),
    };
    return true;
}
