/* rules.c - weir rules: the rules of the network and what the records did with each, once all of them are here. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/json_pair.h"
#include "cli/run.h"
#include "cli/stop.h"
#include "cli/when.h"
#include "weir/rules.h"

enum { SLICE_MS = 50, LINE_BYTES = 2048, NAME_BYTES = 200 };

static const char *direction(bool egress)
{
    return egress ? "out" : "in";
}

/* ---- rules ---- */

static weir_safe owner_of(const weir_rule *rule, char *buffer)
{
    if (!*rule->owner_name.text)
        return rule->owner_id;
    return weir_safe_format(buffer, NAME_BYTES, "%s (%s)", rule->owner_name.text, rule->owner_id.text);
}

static weir_safe last_of(const struct run *run, const weir_rule *rule, char *buffer)
{
    struct when when = {.local = run->options->local};
    return rule->last ? when_text(&when, rule->last, buffer, WHEN_SIZE) : WEIR_SAFE("unused");
}

static void rule_json(struct run *run, const weir_rule *rule)
{
    put_pair(run, "{\"component\":", rule->is_acl ? WEIR_SAFE("network ACL") : WEIR_SAFE("security group"));
    put_pair(run, ",\"id\":", rule->owner_id);
    put_pair(run, ",\"name\":", rule->owner_name);
    put_pair(run, ",\"direction\":", (weir_safe){direction(rule->egress)});
    put_pair(run, ",\"rule\":", rule->id);
    put_pair(run, ",\"action\":", rule->action == WEIR_RULE_ALLOW ? WEIR_SAFE("allow") : WEIR_SAFE("deny"));
    put_pair(run, ",\"traffic\":", rule->words);
    put_pair(run, ",\"description\":", rule->description);
    put_number(run, ",\"accepted\":", rule->accepted);
    put_number(run, ",\"rejected\":", rule->rejected);
    put_time(run, ",\"last\":", rule->last);
    out_text(&run->out, WEIR_SAFE("}\n"));
}

static void rule_csv(struct run *run, const weir_rule *rule)
{
    const weir_safe texts[] = {rule->is_acl ? WEIR_SAFE("network ACL") : WEIR_SAFE("security group"),
                               rule->owner_id,
                               rule->owner_name,
                               {direction(rule->egress)},
                               rule->id,
                               rule->action == WEIR_RULE_ALLOW ? WEIR_SAFE("allow") : WEIR_SAFE("deny"),
                               rule->words,
                               rule->description};
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
        emit_csv_text(&run->out, texts[k]);
        out_char(&run->out, ',');
    }
    out_number(&run->out, rule->accepted);
    out_char(&run->out, ',');
    out_number(&run->out, rule->rejected);
    out_char(&run->out, ',');
    if (rule->last)
        out_number(&run->out, (uint64_t)rule->last);
    out_char(&run->out, '\n');
}

static bool is_wanted(const struct run *run, const weir_rule *rule)
{
    return !run->options->unused || !rule->last;
}

/* One line a rule, under its owner. */
static void rules_table(struct run *run, const weir_rules *rules)
{
    char line[LINE_BYTES], owner[NAME_BYTES], last[WHEN_SIZE], accepted[32], rejected[32];
    int width = 7;
    weir_rule rule;
    const char *previous = "";
    for (size_t k = 0; weir_rules_get(rules, k, &rule); k++)
        width = (int)strlen(rule.words.text) > width ? (int)strlen(rule.words.text) : width;
    width = width > 60 ? 60 : width;
    for (size_t k = 0; weir_rules_get(rules, k, &rule); k++) {
        if (!is_wanted(run, &rule))
            continue;
        if (strcmp(previous, rule.owner_id.text) != 0) {
            out_text(&run->out,
                     weir_safe_format(line, sizeof line, "%s %s", rule.is_acl ? "network ACL" : "security group",
                                      owner_of(&rule, owner).text));
            out_char(&run->out, '\n');
        }
        previous = rule.owner_id.text;
        out_text(&run->out,
                 weir_safe_format(line, sizeof line, "  %-3s %-5s  %-*s %11s accepted %11s rejected  %-19s  %s",
                                  direction(rule.egress), rule.action == WEIR_RULE_ALLOW ? "allow" : "deny", width,
                                  rule.words.text, cli_thousands(rule.accepted, accepted, sizeof accepted).text,
                                  cli_thousands(rule.rejected, rejected, sizeof rejected).text,
                                  last_of(run, &rule, last).text, rule.id.text));
        out_char(&run->out, '\n');
    }
}

static void put_rules(struct run *run, const weir_rules *rules)
{
    weir_rule rule;
    output_form form = (output_form)run->options->output;
    if (form == OUTPUT_TABLE)
        rules_table(run, rules);
    if (form == OUTPUT_CSV)
        out_text(&run->out, WEIR_SAFE("component,id,name,direction,rule,action,traffic,description,accepted,rejected,"
                                      "last\n"));
    for (size_t k = 0; form != OUTPUT_TABLE && weir_rules_get(rules, k, &rule); k++)
        if (is_wanted(run, &rule))
            (form == OUTPUT_CSV ? rule_csv : rule_json)(run, &rule);
}

static void tell_rest(const weir_rules *rules)
{
    char number[32];
    weir_safe missing;
    uint64_t unmatched = weir_rules_unmatched(rules);
    if (unmatched)
        cli_complain_format("%s rejected record%s fit no rule of the security groups",
                            cli_thousands(unmatched, number, sizeof number).text, unmatched == 1 ? "" : "s");
    for (size_t k = 0; weir_rules_missing(rules, k, &missing); k++)
        cli_complain(missing);
}

static weir_status begin_rules(struct run *run, weir_error *err)
{
    weir_error why = {0};
    weir_status status =
        weir_rules_new(run->session, run->options->scope ? run->options->scope : "", true, &run->rules, &why);
    return status ? weir_fail(err, status, 0, "--scope: %s", why.text) : WEIR_OK;
}

static weir_status end_rules(struct run *run, weir_error *err)
{
    weir_rules *rules = run->rules;
    (void)err;
    while (!stop_is_asked() && weir_rules_work(rules, SLICE_MS))
        continue;
    put_rules(run, rules);
    out_flush(&run->out);
    tell_rest(rules);
    cli_complain_of_eviction(run);
    return WEIR_OK;
}

const struct run_class run_rules = {
    .network = true, .needs_network = true, .budget_ms = 50, .begin = begin_rules, .end = end_rules};
