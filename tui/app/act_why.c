/* act_why.c - why a record was rejected: the open record's tabs, causes for the whole ring, attempts that nobody
 * answered, and the network that all of it is asked of. */
#include "app/state.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { SILENT_MS = 20, SILENT_SHOWN = 60 };

/* ---- the network ---- */

bool app_network_pump(struct app *app)
{
    weir_network *network = app->options.network;
    bool changed = false;
    weir_error err = {0};
    if (!network)
        return false;
    weir_status status = weir_network_pump(network, &changed, &err);
    if (changed)
        weir_session_set_network(app->session, network);
    if (status != WEIR_OK && status != WEIR_AGAIN && !app->network_failed)
        app_notice(app, true, "%s", err.text);
    app->network_failed = status != WEIR_OK && status != WEIR_AGAIN;
    return changed;
}

void act_network(struct app *app, key pressed)
{
    (void)pressed;
    weir_network *network = app->options.network;
    weir_network_part part;
    list_clear(app);
    if (!network) {
        app_notice(app, false, "no network is known: --network names a saved one, weir snapshot makes it");
        return;
    }
    weir_network_refresh(network);
    weir_safe_format(list_add(app, true), LIST_TEXT, "%s", weir_network_words(network).text);
    list_add(app, false);
    for (size_t k = 0; weir_network_part_get(network, k, &part); k++) {
        char *text = list_add(app, false);
        if (text && part.known)
            weir_safe_format(text, LIST_TEXT, "%8zu  %s", part.count, part.name.text);
        else if (text)
            weir_safe_format(text, LIST_TEXT, " unknown  %s: %s", part.name.text, part.why_not.text);
    }
    app->layer = LAYER_NETWORK;
}

/* ---- the open record ---- */

void app_forget_why(struct app *app)
{
    weir_explanation_free(app->why);
    app->why = NULL;
    app->why_error.text[0] = '\0';
    app->why_row = UINT64_MAX;
}

const weir_explanation *app_why(struct app *app)
{
    unsigned generation = app->options.network ? weir_network_generation(app->options.network) : 0;
    if (app->why_row == app->detail_row && app->why_generation == generation)
        return app->why;
    app_forget_why(app);
    app->why_row = app->detail_row;
    app->why_generation = generation;
    if (weir_session_explain(app->session, app->detail_row, &app->why, &app->why_error))
        app->why = NULL;
    return app->why;
}

static void go_to_tab(struct app *app, int by)
{
    app->detail_tab = (detail_tab)(((int)app->detail_tab + by + DETAIL_TABS) % DETAIL_TABS);
    app->detail_scroll = 0;
}

void act_detail_tab(struct app *app, key pressed)
{
    (void)pressed;
    go_to_tab(app, 1);
}

void act_detail_tab_back(struct app *app, key pressed)
{
    (void)pressed;
    go_to_tab(app, -1);
}

/* ---- causes ---- */

void app_causes(struct app *app, bool stale)
{
    struct look *look = &app->look;
    bool is_known = app->options.network && weir_network_ready(app->options.network);
    look->has_causes = is_known || weir_session_classified(app->session) >= 0;
    if (stale)
        memset(look->cause, 0, sizeof look->cause);
    if (!is_known || !weir_session_cause_ready(app->session))
        return;
    uint64_t first = rows_first(look, app->layout.rows.h);
    weir_row row;
    for (int y = 0; y < app->layout.rows.h && weir_view_nth(look->view, first + (uint64_t)y, &row); y++) {
        size_t at = row.id % LOOK_CAUSES;
        if (look->cause[at].row == row.id + 1 || weir_row_verdict(&row) != WEIR_VERDICT_REJECT)
            continue;
        weir_cause cause = weir_session_cause(app->session, &row);
        look->cause[at].row = row.id + 1;
        look->cause[at].name = cause == WEIR_CAUSE_NONE ? NULL : weir_cause_get(cause)->name;
    }
}

void act_classify(struct app *app, key pressed)
{
    (void)pressed;
    bool on = weir_session_classified(app->session) < 0;
    weir_session_classify(app->session, on);
    app->stale |= REFRESH_ALL;
    app_notice(app, false,
               on ? "the cause of every REJECT is being worked out: facet 9, filter cause = ..."
                  : "causes are worked out no more");
}

static weir_value cause_value(weir_cause cause)
{
    return (weir_value){.type = WEIR_TEXT, .text = (weir_safe){weir_cause_get(cause)->name}};
}

/* The causes that are usually harmless are taken out of the filter, or let in again. */
void act_harmless(struct app *app, key pressed)
{
    (void)pressed;
    static char texts[2][FILTER_TEXT]; /* the screen has one thread */
    weir_error err = {0};
    const weir_query *query = weir_session_query(app->session);
    weir_value first = cause_value(WEIR_CAUSE_LATE_PACKET);
    bool hidden = weir_query_mark(query, WEIR_F_CAUSE, &first) == WEIR_MARK_EXCLUDED;
    snprintf(texts[0], sizeof texts[0], "%s", weir_query_text(query).text);
    int at = 0;
    for (int k = 0; k < WEIR_CAUSE_COUNT; k++) {
        weir_query *now = NULL;
        weir_value value = cause_value((weir_cause)k);
        if (!weir_cause_get((weir_cause)k)->harmless)
            continue;
        if (weir_query_parse(texts[at], weir_session_now(app->session), &now, &err))
            break;
        bool is_out = weir_query_mark(now, WEIR_F_CAUSE, &value) == WEIR_MARK_EXCLUDED;
        if (is_out == hidden &&
            !weir_query_edit(now, WEIR_EDIT_EXCLUDE, WEIR_F_CAUSE, &value, texts[!at], sizeof texts[!at], &err))
            at = !at;
        weir_query_free(now);
    }
    if (err.status)
        app_notice(app, true, "%s", err.text);
    else if (app_set_filter(app, texts[at]))
        app_notice(app, false, hidden ? "late packets are shown again" : "late packets are hidden; H shows them again");
}

/* ---- attempts that nobody answered ---- */

static void add_silent(struct app *app, const weir_silent_drop *drop)
{
    char local[64], remote[64], time[64];
    weir_value ends[2] = {{.type = WEIR_ADDRESS, .addr = drop->local}, {.type = WEIR_ADDRESS, .addr = drop->remote}};
    weir_value_text(WEIR_F_SRCADDR, &ends[0], WEIR_STYLE_AWS, local, sizeof local);
    weir_value_text(WEIR_F_DSTADDR, &ends[1], WEIR_STYLE_AWS, remote, sizeof remote);
    char *text = list_add(app, true);
    if (text)
        weir_safe_format(text, LIST_TEXT, "%s -> %s port %u  %" PRIu64 " attempt%s, the last at %s  %s",
                         drop->inbound ? remote : local, drop->inbound ? local : remote, (unsigned)drop->port,
                         drop->attempts, drop->attempts == 1 ? "" : "s",
                         look_time(&app->look, drop->last, TIME_CLOCK, time, sizeof time).text,
                         *drop->name.text ? drop->name.text : drop->interface_id.text);
    text = list_add(app, false);
    if (text)
        weir_safe_format(text, LIST_TEXT, "    %s", drop->candidates.text);
}

void app_silent_drops(struct app *app)
{
    static weir_silent_drop drops[SILENT_SHOWN]; /* the screen has one thread */
    bool complete;
    size_t n = weir_session_silent_drops(app->session, SILENT_MS, drops, SILENT_SHOWN, &complete);
    int scroll = app->list_scroll;
    list_clear(app);
    app->list_scroll = scroll;
    for (size_t k = 0; k < n; k++)
        add_silent(app, &drops[k]);
    if (!n)
        weir_safe_format(list_add(app, false), LIST_TEXT, "%s",
                         complete ? "Every accepted attempt was answered, as far as tcp-flags tell."
                                  : "Looking through the ring...");
    app->silent_told = complete ? n : SIZE_MAX;
}

void act_silent(struct app *app, key pressed)
{
    (void)pressed;
    app->list_scroll = 0;
    app_silent_drops(app);
    app->layer = LAYER_SILENT;
}
