/* rules.c - the rules of a scope, and what records of the ring did with each. Rows are asked oldest first, in slices;
 * those that come are asked when they are there. A network that has changed begins anew: rules are known by where they
 * are in one inventory. Texts are copies, so that they live as long as the list. */
#include "weir/rules.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/scope.h"
#include "explain/hop_words.h"
#include "explain/scope.h"
#include "explain/usage.h"
#include "session/state.h"
#include "session/why.h"
#include "vpc/network.h"

enum { SLICE_ROWS = 256, SCOPE_TEXT = 256, MISSING_MAX = 6 };

/* Where a rule of the inventory is in the list. */
struct place {
    const void *thing;
    size_t k;
};

struct weir_rules {
    weir_session *session;
    bool filtered; /* records that match the filter alone count */
    char text[SCOPE_TEXT];
    const weir_network *network; /* whose rules they are … */
    unsigned generation;         /* … and which of its generations */
    struct scope scope;
    bool lost; /* what the scope named is not in the newest network */
    struct words words;
    weir_rule *rule;
    struct place *place; /* by `thing` */
    size_t n;
    uint64_t next; /* rows below it were asked */
    uint64_t unmatched;
    weir_safe missing[MISSING_MAX];
    size_t n_missing;
};

static const struct inventory *newest(const weir_session *session)
{
    return session->network && weir_network_ready(session->network) ? network_inventory(session->network) : NULL;
}

/* ---- the list ---- */

static int by_thing(const void *a, const void *b)
{
    const struct place *left = a, *right = b;
    return left->thing < right->thing ? -1 : left->thing > right->thing;
}

static void add_group(struct weir_rules *rules, const struct vpc_group *group)
{
    struct words *words = &rules->words;
    for (size_t k = 0; k < group->n_rules; k++) {
        const struct vpc_rule *rule = &group->rules[k];
        rules->place[rules->n] = (struct place){rule, rules->n};
        rules->rule[rules->n++] = (weir_rule){
            .owner_id = words_format(words, "%s", group->id.text),
            .owner_name = words_format(words, "%s", group->name.text),
            .id = words_format(words, "%s", rule->id.text),
            .egress = rule->egress,
            .action = WEIR_RULE_ALLOW,
            .words = rule_words(rule, words),
            .description = words_format(words, "%s", rule->description.text),
            .newest_row = UINT64_MAX,
        };
    }
}

/* "allow tcp 443 10.0.0.0/8": direction and number have places of their own. */
static weir_safe entry_words(const struct vpc_acl_entry *entry, struct words *words)
{
    const char *text = acl_entry_words(entry, words).text, *action = strstr(text, entry->allow ? "allow " : "deny ");
    return words_format(words, "%s", action ? action + strcspn(action, " ") + 1 : text);
}

static void add_acl(struct weir_rules *rules, const struct vpc_acl *acl)
{
    struct words *words = &rules->words;
    for (size_t k = 0; k < acl->n_entries; k++) {
        const struct vpc_acl_entry *entry = &acl->entries[k];
        rules->place[rules->n] = (struct place){entry, rules->n};
        rules->rule[rules->n++] = (weir_rule){
            .is_acl = true,
            .owner_id = words_format(words, "%s", acl->id.text),
            .owner_name = words_format(words, "%s", acl->name.text),
            .id = entry->number > 32766 ? WEIR_SAFE("*") : words_format(words, "%u", entry->number),
            .egress = entry->egress,
            .action = entry->allow ? WEIR_RULE_ALLOW : WEIR_RULE_DENY,
            .words = entry_words(entry, words),
            .description = WEIR_SAFE(""),
            .newest_row = UINT64_MAX,
        };
    }
}

static int groups_by_name(const void *a, const void *b)
{
    const struct vpc_group *left = *(const struct vpc_group *const *)a, *right = *(const struct vpc_group *const *)b;
    int order = strcmp(left->name.text, right->name.text);
    return order ? order : strcmp(left->id.text, right->id.text);
}

static int acls_by_name(const void *a, const void *b)
{
    const struct vpc_acl *left = *(const struct vpc_acl *const *)a, *right = *(const struct vpc_acl *const *)b;
    int order = strcmp(left->name.text, right->name.text);
    return order ? order : strcmp(left->id.text, right->id.text);
}

struct owners {
    const struct vpc_group **group;
    const struct vpc_acl **acl;
    size_t n_groups, n_acls, n_rules;
};

static void owners_done(struct owners *owners)
{
    free(owners->group);
    free(owners->acl);
}

/* All that belong to the scope, by name. */
static bool find_owners(const struct scope *scope, struct owners *out)
{
    const struct inventory *inventory = scope->inventory;
    size_t n_groups = 0, n_acls = 0;
    while (inventory_nth_group(inventory, n_groups))
        n_groups++;
    while (inventory_nth_acl(inventory, n_acls))
        n_acls++;
    out->group = calloc(n_groups + 1, sizeof *out->group);
    out->acl = calloc(n_acls + 1, sizeof *out->acl);
    if (!out->group || !out->acl)
        return false;
    for (size_t k = 0; k < n_groups; k++)
        if (scope_has_group(scope, inventory_nth_group(inventory, k)))
            out->group[out->n_groups++] = inventory_nth_group(inventory, k);
    for (size_t k = 0; k < n_acls; k++)
        if (scope_has_acl(scope, inventory_nth_acl(inventory, k)))
            out->acl[out->n_acls++] = inventory_nth_acl(inventory, k);
    qsort(out->group, out->n_groups, sizeof *out->group, groups_by_name);
    qsort(out->acl, out->n_acls, sizeof *out->acl, acls_by_name);
    for (size_t k = 0; k < out->n_groups; k++)
        out->n_rules += out->group[k]->n_rules;
    for (size_t k = 0; k < out->n_acls; k++)
        out->n_rules += out->acl[k]->n_entries;
    return true;
}

static void note_missing(struct weir_rules *rules)
{
    static const enum part parts[] = {PART_INTERFACES, PART_GROUPS, PART_GROUP_RULES, PART_ACLS, PART_SUBNETS};
    for (size_t k = 0; k < ARRAY_SIZE(parts); k++) {
        weir_safe words = inventory_part_words(rules->scope.inventory, parts[k]);
        if (words.text[0])
            rules->missing[rules->n_missing++] = words_format(&rules->words, "%s", words.text);
    }
}

static void forget(struct weir_rules *rules)
{
    words_done(&rules->words);
    rules->words.most = RULES_WORDS_MAX_BYTES;
    free(rules->rule);
    free(rules->place);
    rules->rule = NULL;
    rules->place = NULL;
    rules->n = rules->n_missing = 0;
    rules->unmatched = 0;
}

static weir_status list_rules(struct weir_rules *rules, weir_error *err)
{
    forget(rules);
    rules->network = rules->session->network;
    rules->generation = weir_network_generation(rules->network);
    rules->next = ring_first(rules->session->ring);
    weir_status status = scope_find(newest(rules->session), rules->text, SCOPES_ANY, &rules->scope, err);
    rules->lost = status != WEIR_OK;
    if (status)
        return status;
    AUTO(owners_done) struct owners owners = {0};
    if (!find_owners(&rules->scope, &owners))
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    rules->rule = calloc(owners.n_rules + 1, sizeof *rules->rule);
    rules->place = calloc(owners.n_rules + 1, sizeof *rules->place);
    if (!rules->rule || !rules->place)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    for (size_t k = 0; k < owners.n_groups; k++)
        add_group(rules, owners.group[k]);
    for (size_t k = 0; k < owners.n_acls; k++)
        add_acl(rules, owners.acl[k]);
    note_missing(rules);
    qsort(rules->place, rules->n, sizeof *rules->place, by_thing);
    return words_status(&rules->words, err);
}

weir_status weir_rules_new(weir_session *session, const char *scope, bool filtered, weir_rules **out, weir_error *err)
{
    if (!newest(session))
        return weir_fail(err, WEIR_E_USAGE, 0, "no network is known: --network names a saved one");
    if (strlen(scope) >= SCOPE_TEXT)
        return weir_fail(err, WEIR_E_USAGE, 0, "nothing in the network has a name that long");
    struct weir_rules *rules = calloc(1, sizeof *rules);
    if (!rules)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    rules->session = session;
    rules->filtered = filtered;
    memcpy(rules->text, scope, strlen(scope));
    weir_status status = list_rules(rules, err);
    if (status) {
        weir_rules_free(rules);
        return status;
    }
    *out = rules;
    return WEIR_OK;
}

void weir_rules_free(weir_rules *rules)
{
    if (rules)
        forget(rules);
    free(rules);
}

/* ---- rows ---- */

static weir_rule *find_rule(struct weir_rules *rules, const void *thing)
{
    struct place wanted = {.thing = thing};
    const struct place *place =
        thing && rules->n ? bsearch(&wanted, rules->place, rules->n, sizeof wanted, by_thing) : NULL;
    return place ? &rules->rule[place->k] : NULL;
}

static void count(weir_rule *rule, const struct question *question, uint64_t row)
{
    if (!rule)
        return;
    bool rejected = question->record.verdict == WEIR_VERDICT_REJECT;
    rule->accepted += !rejected;
    rule->rejected += rejected;
    if (question->record.start >= rule->last) {
        rule->last = question->record.start;
        rule->newest_row = row;
    }
}

static void ask_row(struct weir_rules *rules, uint64_t id)
{
    weir_row row = {.id = id};
    struct question question;
    struct usage usage;
    if (rules->filtered && !view_shows(rules->session->view, id))
        return;
    row.block = ring_find(rules->session->ring, id, &row.index);
    if (!why_ask(rules->session, &row, &question) || !usage_of(&question.flow, question.rules.now, &usage) ||
        !scope_has_interface(&rules->scope, usage.ruling.interface))
        return;
    weir_rule *rule = find_rule(rules, usage.rule), *entry = find_rule(rules, usage.entry);
    count(rule, &question, id);
    count(entry, &question, id);
    bool rejected = question.record.verdict == WEIR_VERDICT_REJECT;
    if (rejected && usage.denied_by_groups)
        rules->unmatched += scope_has_groups_of(&rules->scope, usage.ruling.interface);
}

bool weir_rules_work(weir_rules *rules, int budget_ms)
{
    weir_session *session = rules->session;
    int64_t until = clock_mono_ms() + budget_ms;
    if (!newest(session) || why_work(session, budget_ms) || (rules->filtered && weir_view_busy(session->view)))
        return newest(session) != NULL;
    if (rules->network != session->network || rules->generation != weir_network_generation(session->network))
        (void)list_rules(rules, NULL);
    if (rules->lost)
        return false;
    if (rules->next < ring_first(session->ring))
        rules->next = ring_first(session->ring);
    for (unsigned n = 1; rules->next < ring_end(session->ring); n++) {
        ask_row(rules, rules->next++);
        if (n % SLICE_ROWS == 0 && clock_mono_ms() >= until)
            break;
    }
    return rules->next < ring_end(session->ring);
}

/* ---- what came of it ---- */

double weir_rules_done(const weir_rules *rules)
{
    uint64_t first = ring_first(rules->session->ring), end = ring_end(rules->session->ring);
    uint64_t next = rules->next < first ? first : rules->next;
    return end > first ? (double)(next - first) / (double)(end - first) : 1;
}

bool weir_rules_get(const weir_rules *rules, size_t k, weir_rule *out)
{
    if (k >= rules->n)
        return false;
    *out = rules->rule[k];
    return true;
}

size_t weir_rules_count(const weir_rules *rules)
{
    return rules->n;
}

uint64_t weir_rules_unmatched(const weir_rules *rules)
{
    return rules->unmatched;
}

bool weir_rules_missing(const weir_rules *rules, size_t k, weir_safe *out)
{
    if (rules->lost && k == 0) {
        *out = WEIR_SAFE("what these rules belonged to is no longer in the network");
        return true;
    }
    if (k >= rules->n_missing)
        return false;
    *out = rules->missing[k];
    return true;
}
