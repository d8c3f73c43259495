/* incident.c - what blame.c found, in words: an incident that owns all of its texts. */
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/limits.h"
#include "explain/blame.h"
#include "explain/change_words.h"

enum { LISTED_BEFORE_S = 900, FOLD_S = 60, FOLD_LISTED = 4 };
#define CERTAIN_SCORE 0.9
#define LIKELY_SCORE  0.7

struct whole {
    weir_incident incident;
    struct words words; /* owns the texts and lists */
};

const char *weir_certainty_word(weir_certainty certainty)
{
    static const char *const words[] = {[WEIR_UNEXPLAINED] = "unexplained",
                                        [WEIR_POSSIBLE] = "possible",
                                        [WEIR_LIKELY] = "likely",
                                        [WEIR_CERTAIN] = "certain"};
    return words[certainty];
}

void weir_incident_free(weir_incident *incident)
{
    if (!incident)
        return;
    struct whole *whole = (struct whole *)(void *)incident;
    words_done(&whole->words);
    free(whole);
}

struct telling {
    const struct blame_ask *ask;
    const struct blame *blame;
    const struct blame_words *more;
    const struct inventory *inventory; /* newest; NULL = none */
    struct words *words;
    weir_incident *out;
};

/* ---- small words ---- */

static weir_safe span(struct words *words, int64_t seconds)
{
    seconds = seconds < 0 ? -seconds : seconds;
    if (seconds < 120)
        return words_format(words, "%d s", (int)seconds);
    if (seconds < 7200)
        return words_format(words, "%d min", (int)(seconds / 60));
    return seconds < 2 * 86400 ? words_format(words, "%d h", (int)(seconds / 3600))
                               : words_format(words, "%d days", (int)(seconds / 86400));
}

static weir_safe when(struct words *words, int64_t before_s)
{
    if (before_s == 0)
        return WEIR_SAFE("at the first REJECT");
    return words_format(words, "%s %s the first REJECT", span(words, before_s).text, before_s > 0 ? "before" : "after");
}

/* "role/InfraPipeline (session run-4411, Terraform)" */
static weir_safe author(struct words *words, const weir_trail_event *change)
{
    weir_safe more = WEIR_SAFE("");
    if (*change->session.text)
        more = words_format(words, "session %s", change->session.text);
    if (*change->tool.text)
        more = words_format(words, "%s%s%s", more.text, *more.text ? ", " : "", change->tool.text);
    const char *who = *change->who.text ? change->who.text : "somebody";
    return *more.text ? words_format(words, "%s (%s)", who, more.text) : words_format(words, "%s", who);
}

/* ---- suspects ---- */

static weir_safe why(struct words *words, const struct blamed *blamed)
{
    static const char *const names[] = {
        [BLAME_ALLOW] = "admitted", [BLAME_DENY] = "denied", [BLAME_UNKNOWN] = "unknown"};
    if (blamed->before == BLAME_UNKNOWN && blamed->after == BLAME_UNKNOWN)
        return WEIR_SAFE("it is about such packets; the network of that time is not known well enough to try it");
    if (blamed->repairs)
        return WEIR_SAFE("its packets are denied just before it and admitted just after it");
    return words_format(words, "its packets are %s just before it and %s just after it", names[blamed->before],
                        names[blamed->after]);
}

static const char *subnet_of(const struct telling *telling)
{
    const struct vpc_interface *interface;
    const struct vpc_subnet *subnet;
    flow_place(telling->ask->record, telling->inventory, &interface, &subnet);
    return subnet ? subnet->id.text : telling->ask->record->subnet_id;
}

/* One save in the console, or one run of a tool, is often several calls. */
static weir_safe also(const struct telling *telling, const struct change *cause)
{
    const struct rewind_source *source = &telling->ask->source;
    weir_safe names = WEIR_SAFE("");
    size_t n = 0;
    for (size_t k = 0; k < source->n_changes; k++) {
        const struct change *other = source->changes[k];
        int64_t apart = other->time - cause->time;
        if (other == cause || !change_can_act(other) || apart > FOLD_S || apart < -FOLD_S ||
            strcmp(other->who.text, cause->who.text) != 0 || strcmp(other->session.text, cause->session.text) != 0)
            continue;
        if (n++ < FOLD_LISTED)
            names = words_format(telling->words, "%s%s%s", names.text, *names.text ? ", " : "", other->name.text);
    }
    if (!n)
        return WEIR_SAFE("");
    return words_format(telling->words, "one of %zu edits of the same hand within a minute: %s%s", n + 1, names.text,
                        n > FOLD_LISTED ? ", …" : "");
}

static void put_suspect(const struct telling *telling, const struct blamed *blamed, weir_suspect *out)
{
    const struct change *change = telling->ask->source.changes[blamed->change];
    *out = (weir_suspect){.score = blamed->score, .undo_note = WEIR_SAFE(""), .also = WEIR_SAFE("")};
    change_fill(telling->words, change, telling->inventory, &out->change);
    out->before_s = telling->ask->flip->first_reject - change->time;
    out->why = why(telling->words, blamed);
    out->also = also(telling, change);
    out->undo = change_undo(telling->words, change, blamed->was, subnet_of(telling), &out->undo_note);
}

static int by_score(const void *a, const void *b)
{
    const struct blamed *left = *(const struct blamed *const *)a, *right = *(const struct blamed *const *)b;
    if (left->score < right->score || left->score > right->score)
        return left->score > right->score ? -1 : 1;
    return left->change > right->change ? -1 : 1; /* the later one */
}

static const weir_suspect *put_suspects(const struct telling *telling, bool repairs, size_t *n)
{
    const struct blamed *order[BLAME_SUSPECTS_MAX];
    *n = 0;
    for (size_t k = 0; k < telling->blame->n; k++) {
        const struct blamed *blamed = &telling->blame->suspect[k];
        if (repairs ? blamed->repairs : blamed->score >= 0.5)
            order[(*n)++] = blamed;
    }
    if (*n && !repairs)
        qsort(order, *n, sizeof *order, by_score);
    weir_suspect *out = words_array(telling->words, *n, sizeof *out);
    for (size_t k = 0; out && k < *n; k++)
        put_suspect(telling, order[k], &out[k]);
    *n = out ? *n : 0;
    return out;
}

/* The effect was tried with rules that are known, on what the packet passes, at the time. */
static weir_certainty certainty_of(const struct telling *telling)
{
    const struct blame *blame = telling->blame;
    if (blame->cause == SIZE_MAX)
        return WEIR_UNEXPLAINED;
    const struct blamed *cause = &blame->suspect[blame->cause];
    bool is_still = blame->now == BLAME_DENY || telling->ask->flip->recovered;
    if (cause->score >= CERTAIN_SCORE && cause->effect >= 1 && cause->link >= 1 && cause->time >= 0.9 && is_still)
        return WEIR_CERTAIN;
    return cause->score >= LIKELY_SCORE ? WEIR_LIKELY : WEIR_POSSIBLE;
}

/* ---- what is told beside ---- */

static bool is_suspect(const struct blame *blame, size_t change)
{
    for (size_t k = 0; k < blame->n; k++)
        if (blame->suspect[k].change == change && (blame->suspect[k].score >= 0.5 || blame->suspect[k].repairs))
            return true;
    return false;
}

static bool is_about_that_time(const struct telling *telling, const struct change *change)
{
    const weir_flip *flip = telling->ask->flip;
    int64_t low = flip->last_accept ? flip->last_accept : flip->first_reject;
    return change->time >= low - LISTED_BEFORE_S && change->time <= flip->first_reject + LISTED_BEFORE_S;
}

static const weir_trail_event *put_listed(const struct telling *telling, bool refused, size_t *n)
{
    const struct rewind_source *source = &telling->ask->source;
    weir_trail_event *out = words_array(telling->words, BLAME_LISTED_MAX, sizeof *out);
    *n = 0;
    for (size_t k = source->n_changes; out && k > 0 && *n < BLAME_LISTED_MAX; k--) {
        const struct change *change = source->changes[k - 1];
        if (change->refused == refused && is_about_that_time(telling, change) && !is_suspect(telling->blame, k - 1))
            change_fill(telling->words, change, telling->inventory, &out[(*n)++]);
    }
    return out;
}

/* ---- the sentences ---- */

static weir_safe unexplained(const struct telling *telling)
{
    struct words *words = telling->words;
    if (*telling->more->failure)
        return words_format(words, "who changed it is not known. %s", telling->more->failure);
    if (!telling->more->known_changes)
        return WEIR_SAFE(
            "who changed it is not known: give CloudTrail's files with --changes, or ask AWS for the flow log");
    if (telling->more->waiting)
        return WEIR_SAFE("waiting for CloudTrail: it tells a change some minutes after it was made, at times an hour");
    if (!telling->ask->source.n_editions)
        return WEIR_SAFE("no change that is known fits; without the network (--network) they cannot be tried");
    if (telling->blame->now == BLAME_DENY)
        return WEIR_SAFE(
            "the rules deny it now, but no change that is known did that: the rules and the packets fit no "
            "event of that time");
    return WEIR_SAFE("no change of the configuration explains it: rules that are known admit these packets");
}

static weir_safe summary(const struct telling *telling)
{
    struct words *words = telling->words;
    weir_incident *out = telling->out;
    if (!out->n_suspects)
        return unexplained(telling);
    const weir_suspect *cause = &out->suspects[0];
    const char *target = *cause->change.target.text ? cause->change.target.text : "";
    return words_format(words, "%s%s by %s%s%s at %s, %s", weir_certainty_word(out->certainty),
                        out->certainty == WEIR_CERTAIN ? ": broken" : " cause: broken",
                        author(words, &cause->change).text,
                        *target ? words_format(words, " with %s on ", cause->change.name.text).text
                                : words_format(words, " with %s", cause->change.name.text).text,
                        target, change_time_words(words, cause->change.time).text, when(words, cause->before_s).text);
}

static weir_safe copy(struct words *words, weir_safe text)
{
    return words_format(words, "%s", text.text);
}

static weir_safe title(const struct telling *telling)
{
    char service[160];
    const weir_flip *flip = &telling->out->flip;
    weir_service_text(&flip->service, service, sizeof service);
    return words_format(telling->words, "%s is %s %s %s", service,
                        flip->answers   ? "accepted, and its answers are rejected,"
                        : flip->partial ? "rejected in part"
                                        : "rejected",
                        flip->recovered ? "from" : "since",
                        flip->recovered ? words_format(telling->words, "%s to %s",
                                                       change_time_words(telling->words, flip->first_reject).text,
                                                       change_time_words(telling->words, flip->first_accept).text)
                                              .text
                                        : change_time_words(telling->words, flip->first_reject).text);
}

static weir_safe cause_now(const struct telling *telling)
{
    struct flow flow;
    struct decision decision;
    static const struct prior nothing;
    const struct prior *prior = telling->ask->prior ? telling->ask->prior : &nothing;
    if (!telling->inventory)
        return WEIR_SAFE("");
    struct rules_at rules = {telling->inventory, telling->inventory, true};
    flow_of(telling->ask->record, telling->inventory, prior, telling->ask->learned, &flow);
    decide(&flow, prior, &rules, &decision);
    return decision.cause == WEIR_CAUSE_NONE ? WEIR_SAFE("") : (weir_safe){weir_cause_get(decision.cause)->words};
}

static void tell(const struct telling *telling)
{
    weir_incident *out = telling->out;
    out->flip = *telling->ask->flip;
    out->flip.service.interface_id = copy(telling->words, out->flip.service.interface_id);
    out->flip.service.name = copy(telling->words, out->flip.service.name);
    out->title = title(telling);
    out->suspects = put_suspects(telling, false, &out->n_suspects);
    out->recoveries = put_suspects(telling, true, &out->n_recoveries);
    out->refused = put_listed(telling, true, &out->n_refused);
    out->others = put_listed(telling, false, &out->n_others);
    out->certainty = certainty_of(telling);
    out->waiting = telling->more->waiting;
    out->common = words_format(telling->words, "%s", telling->more->common);
    out->cause = cause_now(telling);
    out->summary = summary(telling);
}

weir_status incident_make(const struct blame_ask *ask, const struct blame *blame, const struct blame_words *more,
                          weir_incident **out, weir_error *err)
{
    struct whole *whole = calloc(1, sizeof *whole);
    if (!whole)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    whole->words.most = WORDS_INCIDENT_MAX_BYTES;
    const struct telling telling = {
        .ask = ask,
        .blame = blame,
        .more = more,
        .inventory = ask->source.n_editions ? ask->source.editions[ask->source.n_editions - 1]->inventory : NULL,
        .words = &whole->words,
        .out = &whole->incident};
    tell(&telling);
    weir_status status = words_status(&whole->words, err);
    if (status == WEIR_OK)
        *out = &whole->incident;
    else
        weir_incident_free(&whole->incident);
    return status;
}
