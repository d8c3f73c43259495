/* act_rules.c - rules against traffic, and what if: both look through the ring while their list is open, a little each
 * turn of the loop. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "app/state.h"

enum {
    WORK_MS = 20,
    TRAFFIC_MIN = 20,
    TRAFFIC_MOST = 70,
    OTHER_COLUMNS = 40,
    CHANGES_SHOWN = 500,
    FILL_MS = 100,
    FILL_LIVE_MS = 1000
};

/* ---- rules ---- */

static const char *const scope_words[SCOPES_OF_RULES] = {
    [SCOPE_OF_CURSOR] = "of the record's interface", [SCOPE_OF_VPC] = "of its VPC", [SCOPE_OF_ALL] = "of the network"};

static int traffic_width(const struct app *app)
{
    int room = (app->canvas.w < 150 ? app->canvas.w : 150) - 4 - OTHER_COLUMNS, width = TRAFFIC_MIN;
    weir_rule rule;
    for (size_t k = 0; weir_rules_get(app->rules, k, &rule); k++)
        width = (int)strlen(rule.words.text) > width ? (int)strlen(rule.words.text) : width;
    width = width < TRAFFIC_MOST ? width : TRAFFIC_MOST;
    return width < room ? width : room > 8 ? room : 8;
}

static void add_owner(struct app *app, const weir_rule *rule)
{
    char *text = list_add(app, true);
    if (text)
        weir_safe_format(text, LIST_TEXT, "%s %s%s%s%s", rule->is_acl ? "network ACL" : "security group",
                         rule->owner_name.text, *rule->owner_name.text ? " (" : "", rule->owner_id.text,
                         *rule->owner_name.text ? ")" : "");
}

static void add_rule(struct app *app, const weir_rule *rule, size_t k, int width)
{
    char accepted[32], rejected[32], time[64];
    char *text = list_add(app, false);
    if (!text)
        return;
    struct list_line *line = &app->list[app->n_list - 1];
    line->dim = !rule->last;
    app->list_rule[app->n_list - 1] = k;
    const char *last = rule->last ? look_time(&app->look, rule->last, TIME_CLOCK, time, sizeof time).text : "unused";
    char words[200];
    weir_safe_format(words, sizeof words, "%s%s%s%s", rule->is_acl ? "#" : "", rule->is_acl ? rule->id.text : "",
                     rule->is_acl ? " " : "", rule->words.text);
    weir_safe_format(text, LIST_TEXT, " %-3s %-5s %-*.*s %7s %7s  %-8s  %s", rule->egress ? "out" : "in",
                     rule->action == WEIR_RULE_ALLOW ? "allow" : "deny", width, width, words,
                     weir_count_text(rule->accepted, accepted, sizeof accepted).text,
                     weir_count_text(rule->rejected, rejected, sizeof rejected).text, last,
                     rule->is_acl ? "" : rule->id.text);
}

static void add_heading(struct app *app, int width)
{
    char unmatched[32], share[32] = "";
    char *text = list_add(app, false);
    double done = weir_rules_done(app->rules);
    if (done < 1)
        snprintf(share, sizeof share, ", %d %% looked through", (int)(100 * done));
    if (text)
        weir_safe_format(text, LIST_TEXT, "Rules %s%s; %s rejects fit no rule of the groups%s",
                         scope_words[app->rules_scope], app->rules_unused ? " that nothing used" : "",
                         look_number(weir_rules_unmatched(app->rules), unmatched, sizeof unmatched).text, share);
    if ((text = list_add(app, false)))
        weir_safe_format(text, LIST_TEXT, "           %-*s %7s %7s  last", width, "", "accept", "reject");
}

static void fill_rules(struct app *app)
{
    int scroll = app->list_scroll, cursor = app->list_cursor, width = traffic_width(app);
    const char *owner = "";
    weir_rule rule;
    weir_safe missing;
    size_t n = 0;
    list_clear(app);
    add_heading(app, width);
    for (size_t k = 0; weir_rules_get(app->rules, k, &rule) && app->n_list + 2 < LIST_MAX; k++) {
        if (app->rules_unused && rule.last)
            continue;
        if (strcmp(owner, rule.owner_id.text) != 0)
            add_owner(app, &rule);
        owner = rule.owner_id.text;
        add_rule(app, &rule, k, width);
        n++;
    }
    if (!app->rules_unused && n < weir_rules_count(app->rules))
        weir_safe_format(list_add(app, false), LIST_TEXT, "and %zu more: weir rules prints them all",
                         weir_rules_count(app->rules) - n);
    for (size_t k = 0; weir_rules_missing(app->rules, k, &missing) && app->n_list < LIST_MAX; k++)
        weir_safe_format(list_add(app, false), LIST_TEXT, "%s", missing.text);
    app->list_scroll = scroll < app->n_list ? scroll : 0;
    app->list_cursor = cursor < app->n_list ? cursor : 0;
    while (app->list_cursor + 1 < app->n_list && app->list_rule[app->list_cursor] == SIZE_MAX)
        app->list_cursor++;
}

/* The id that the record under the cursor has in a field; "" = none. */
static const char *id_at_cursor(struct app *app, weir_field field, char *buffer, size_t size)
{
    weir_row row;
    *buffer = '\0';
    if (!app_cursor_row(app, &row))
        return buffer;
    weir_value value = weir_row_value(&row, field);
    return value.type == WEIR_TEXT ? weir_safe_format(buffer, size, "%s", value.text.text).text : buffer;
}

static bool open_rules(struct app *app, const char *scope, weir_error *err)
{
    weir_rules *rules = NULL;
    if (weir_rules_new(app->session, scope, false, &rules, err))
        return false;
    weir_rules_free(app->rules);
    app->rules = rules;
    app->list_is_whole = false;
    app->layer = LAYER_RULES;
    list_clear(app);
    fill_rules(app);
    return true;
}

/* Whose rules are asked for: where the network does not have it, all of them. */
static void show_rules(struct app *app)
{
    char id[128];
    weir_error err = {0};
    id_at_cursor(app, app->rules_scope == SCOPE_OF_VPC ? WEIR_F_VPC_ID : WEIR_F_INTERFACE_ID, id, sizeof id);
    bool opened = open_rules(app, app->rules_scope == SCOPE_OF_ALL ? "" : id, &err);
    if (!opened && app->rules_scope != SCOPE_OF_ALL) {
        app->rules_scope = SCOPE_OF_ALL;
        err = (weir_error){0};
        opened = open_rules(app, "", &err);
    }
    if (!opened)
        app_notice(app, true, "%s", err.text);
}

void act_rules(struct app *app, key pressed)
{
    (void)pressed;
    app->rules_scope = SCOPE_OF_CURSOR;
    app->rules_unused = false;
    show_rules(app);
}

void act_list_scope(struct app *app, key pressed)
{
    (void)pressed;
    if (app->layer == LAYER_EVENTS)
        app_events_next(app);
    if (app->layer != LAYER_RULES)
        return;
    app->rules_scope = (rules_scope)((app->rules_scope + 1) % SCOPES_OF_RULES);
    show_rules(app);
}

void act_list_unused(struct app *app, key pressed)
{
    (void)pressed;
    if (app->layer != LAYER_RULES)
        return;
    app->rules_unused = !app->rules_unused;
    list_clear(app);
    fill_rules(app);
}

/* What if the rule under the cursor went. */
void app_rules_choose(struct app *app)
{
    char text[512];
    weir_rule rule;
    size_t k = app->list_cursor < app->n_list ? app->list_rule[app->list_cursor] : SIZE_MAX;
    if (k == SIZE_MAX || !weir_rules_get(app->rules, k, &rule))
        return;
    const char *way = rule.egress ? "out" : "in";
    if (rule.is_acl && strcmp(rule.id.text, "*") == 0) {
        app_notice(app, false, "rule * is always there: what nothing else matches is denied");
        return;
    }
    if (rule.is_acl)
        weir_safe_format(text, sizeof text, "remove %s %s %s", rule.owner_id.text, way, rule.id.text);
    else if (*rule.id.text)
        weir_safe_format(text, sizeof text, "remove %s", rule.id.text);
    else
        weir_safe_format(text, sizeof text, "remove %s %s %s", rule.owner_id.text, way, rule.words.text);
    ask(app, ASK_PROPOSAL, text);
}

/* ---- what if ---- */

static void ask_proposal(struct app *app)
{
    char text[256] = "";
    weir_row row;
    if (app_cursor_row(app, &row))
        (void)weir_what_if_suggest(app->session, row.id, text, sizeof text);
    ask(app, ASK_PROPOSAL, text);
}

void act_what_if(struct app *app, key pressed)
{
    (void)pressed;
    if (app->options.network)
        ask_proposal(app);
    else
        app_notice(app, false, "no network is known: --network names a saved one, weir snapshot makes it");
}

void act_list_what_if(struct app *app, key pressed)
{
    (void)pressed;
    if (app->layer == LAYER_WHAT_IF)
        ask(app, ASK_PROPOSAL, prompt_text(app->proposal_prompt));
    else if (app->layer == LAYER_RULES)
        ask_proposal(app);
}

void app_what_if(struct app *app, const char *proposal)
{
    weir_what_if *what_if = NULL;
    weir_error err = {0};
    if (weir_what_if_new(app->session, proposal, false, &what_if, &err)) {
        app_notice(app, true, "%s", err.text);
        return;
    }
    weir_what_if_free(app->what_if);
    app->what_if = what_if;
    app->list_is_whole = false;
    app->layer = LAYER_WHAT_IF;
    list_clear(app);
}

/* A long line over several, cut behind a word. */
static void add_wrapped(struct app *app, const char *text, bool title)
{
    int width = (app->canvas.w < 150 ? app->canvas.w : 150) - 4;
    for (bool first = true; *text && width > 2; first = false) {
        size_t len = strlen(text), room = (size_t)width - (first ? 0 : 2);
        if (len > room) {
            len = room;
            while (len > room / 2 && text[len] != ' ')
                len--;
            if (text[len] != ' ')
                len = room;
        }
        char *line = list_add(app, title);
        if (line)
            weir_safe_format(line, LIST_TEXT, "%s%.*s", first ? "" : "  ", (int)len, text);
        text += len;
        text += strspn(text, " ");
    }
}

static void add_totals(struct app *app)
{
    weir_what_if_totals totals;
    char numbers[5][32], line[400];
    weir_safe text;
    weir_what_if_totals_get(app->what_if, &totals);
    const uint64_t counts[5] = {totals.opened, totals.closed, totals.still_denied, totals.unknown, totals.looked_at};
    for (size_t k = 0; k < 5; k++)
        look_number(counts[k], numbers[k], sizeof numbers[k]);
    add_wrapped(app, totals.words.text, true);
    snprintf(line, sizeof line, "%s would be accepted, %s rejected, of %s records%s", numbers[0], numbers[1],
             numbers[4], app->list_is_whole ? "" : " so far");
    add_wrapped(app, line, false);
    if (totals.still_denied || totals.unknown) {
        snprintf(line, sizeof line, "%s would be stopped elsewhere all the same; of %s nothing can be said", numbers[2],
                 numbers[3]);
        add_wrapped(app, line, false);
    }
    if (*totals.warning.text) {
        snprintf(line, sizeof line, "careful: %s", totals.warning.text);
        add_wrapped(app, line, false);
    }
    list_add(app, false);
    for (size_t k = 0; weir_what_if_command(app->what_if, k, &text); k++)
        add_wrapped(app, text.text, false);
    list_add(app, false);
}

static void add_change(struct app *app, const weir_change *change)
{
    char local[64], remote[64], time[64], number[32], protocol[32];
    weir_value ends[2] = {{.type = WEIR_ADDRESS, .addr = change->local},
                          {.type = WEIR_ADDRESS, .addr = change->remote}},
               name = {.type = WEIR_NUMBER, .number = change->protocol};
    weir_value_text(WEIR_F_SRCADDR, &ends[0], WEIR_STYLE_AWS, local, sizeof local);
    weir_value_text(WEIR_F_DSTADDR, &ends[1], WEIR_STYLE_AWS, remote, sizeof remote);
    weir_value_text(WEIR_F_PROTOCOL, &name, WEIR_STYLE_SHORT, protocol, sizeof protocol);
    char *text = list_add(app, false);
    if (text)
        weir_safe_format(text, LIST_TEXT, "%-6s %7s  %s -> %s %s %u  last %s  %s%s%s",
                         change->opens ? "opens" : "closes",
                         weir_count_text(change->records, number, sizeof number).text, change->inbound ? remote : local,
                         change->inbound ? local : remote, protocol, (unsigned)change->port,
                         look_time(&app->look, change->last, TIME_CLOCK, time, sizeof time).text,
                         *change->interface_name.text ? change->interface_name.text : change->interface_id.text,
                         *change->note.text ? "; " : "", change->note.text);
}

static void fill_what_if(struct app *app)
{
    int scroll = app->list_scroll;
    weir_what_if_totals totals;
    weir_change change;
    size_t n = 0;
    list_clear(app);
    add_totals(app);
    weir_what_if_totals_get(app->what_if, &totals);
    for (; n < CHANGES_SHOWN && weir_what_if_get(app->what_if, n, &change); n++)
        add_change(app, &change);
    if (n < totals.flows)
        weir_safe_format(list_add(app, false), LIST_TEXT, "and %" PRIu64 " more flows: weir whatif prints them",
                         totals.flows - n);
    app->list_scroll = scroll < app->n_list ? scroll : 0;
}

/* ---- both ---- */

void app_rules_close(struct app *app)
{
    weir_rules_free(app->rules);
    weir_what_if_free(app->what_if);
    app->rules = NULL;
    app->what_if = NULL;
}

/* At once when it is empty or has become whole; else now and then, while there is something new to say. */
static bool is_list_due(const struct app *app, bool was_whole)
{
    bool is_other = weir_network_generation(app->options.network) != app->list_generation;
    if (!app->n_list || is_other || (app->list_is_whole && !was_whole))
        return true;
    bool is_new = !app->list_is_whole || weir_view_newest(app->look.view) != app->list_newest;
    return is_new && app_mono_ms() - app->list_ms >= (app->list_is_whole ? FILL_LIVE_MS : FILL_MS);
}

bool app_rules_pump(struct app *app)
{
    if (app->layer != LAYER_RULES && app->rules) {
        weir_rules_free(app->rules);
        app->rules = NULL;
    }
    if (app->layer != LAYER_WHAT_IF && app->what_if) {
        weir_what_if_free(app->what_if);
        app->what_if = NULL;
    }
    if (!app->rules && !app->what_if)
        return false;
    bool was_whole = app->list_is_whole;
    app->list_is_whole = app->rules ? !weir_rules_work(app->rules, WORK_MS) : !weir_what_if_work(app->what_if, WORK_MS);
    if (!is_list_due(app, was_whole))
        return false;
    app->list_newest = weir_view_newest(app->look.view);
    app->list_generation = weir_network_generation(app->options.network);
    app->list_ms = app_mono_ms();
    if (app->rules)
        fill_rules(app);
    else
        fill_what_if(app);
    return true;
}
