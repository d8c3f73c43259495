/* rules.h - the rules of security groups and network ACLs against the traffic that the ring has: what each admitted or
 * denied, and what would change if one were added or removed, before anybody touches the account.
 *
 * The newest network is asked, whatever held when a record was made. Either all records of the ring count, or those
 * that match the filter (`filtered`); when it changes, what was begun before has to be begun anew. Belongs to the
 * session's thread, and ends before the session. */
#ifndef WEIR_RULES_H
#define WEIR_RULES_H

#include "weir/explain.h"
#include "weir/session.h"

/* ---- rules against traffic ---- */

typedef struct weir_rules weir_rules;

typedef enum weir_rule_action { WEIR_RULE_ALLOW, WEIR_RULE_DENY } weir_rule_action;

typedef struct weir_rule {
    bool is_acl;        /* of a network ACL, else of a security group */
    weir_safe owner_id; /* "sg-0a1", "acl-0b2" */
    weir_safe owner_name;
    weir_safe id; /* "sgr-0c3", or the number of an ACL's rule: "100", "*"; "" = not told */
    bool egress;
    weir_rule_action action; /* security groups: always ALLOW */
    weir_safe words;         /* "tcp 443 from 10.0.0.0/8" */
    weir_safe description;   /* "" = none */
    /* Records that it decided: of security groups, of new connections (and of those that are not tracked), for which it
     * was the most specific rule that admits them; of network ACLs, of all that cross it. */
    uint64_t accepted;
    uint64_t rejected;   /* that it denied, or admitted though something else rejected them */
    int64_t last;        /* record start of the newest, Unix seconds; 0 = none: unused in what the ring has */
    uint64_t newest_row; /* UINT64_MAX = none */
} weir_rule;

/* The rules of a scope: an interface (eni-…, or its name), an instance (i-…), a security group, a network ACL, a
 * subnet, a VPC, or "" for the whole network. WEIR_E_USAGE: nothing is called so; *err names what is near. */
weir_status weir_rules_new(weir_session *session, const char *scope, bool filtered, weir_rules **out, weir_error *err);
void weir_rules_free(weir_rules *rules); /* accepts NULL; before the session is closed */

/* Counts rows of the ring for about budget_ms, those that came since too; a newer network begins anew. True while rows
 * are left. */
bool weir_rules_work(weir_rules *rules, int budget_ms);
double weir_rules_done(const weir_rules *rules); /* share of the ring, 0..1 */

/* The k-th rule: owners by name, inbound first, ACL entries by number. False past the last. Texts are borrowed until
 * the next weir_rules_work() or weir_session_pump(). */
bool weir_rules_get(const weir_rules *rules, size_t k, weir_rule *out);
size_t weir_rules_count(const weir_rules *rules);
uint64_t weir_rules_unmatched(const weir_rules *rules); /* REJECTs that no rule admits: the implicit deny */
bool weir_rules_missing(const weir_rules *rules, size_t k,
                        weir_safe *out); /* parts that are unknown; false past the last */

/* ---- what if ---- */

typedef struct weir_what_if weir_what_if;

/* One flow whose verdict would change; records of the same ends and port are one. */
typedef struct weir_change {
    bool opens; /* REJECT would become ACCEPT; else ACCEPT would become REJECT */
    weir_safe interface_id, interface_name;
    bool inbound;
    weir_addr local, remote;
    uint32_t port; /* of the service */
    uint32_t protocol;
    uint64_t records, newest_row;
    int64_t first, last;
    weir_safe note; /* "the network ACL denies its replies"; "" = none */
} weir_change;

/* Proposals: "add sg-0a1 in tcp 80 from 203.0.113.0/24", "add sg-0a1 out udp 53 to 10.0.0.2", "remove sgr-0c3",
 * "remove sg-0a1 in tcp 22 from 0.0.0.0/0", "add acl-0b2 in 90 allow tcp 443 from 10.0.0.0/8", "remove acl-0b2 in 100".
 * Several are separated by ";". Names do for ids where they are unique; ports as "80", "8000-8080", "all"; protocols by
 * name, number, "all"; peers as addresses, CIDR blocks, pl-…, sg-… WEIR_E_SYNTAX with a column. */
weir_status weir_what_if_new(weir_session *session, const char *proposal, bool filtered, weir_what_if **out,
                             weir_error *err);
/* The same errors, and nothing else. */
weir_status weir_what_if_check(weir_session *session, const char *proposal, weir_error *err);
/* A proposal that lets a rejected record through, of a group of its interface: "add sg-0a1 in tcp 80 from 203.0.113.7".
 * False: the record is none that a group's rule would let through, or its interface is not known. */
bool weir_what_if_suggest(weir_session *session, uint64_t row_id, char *buffer, size_t size);
void weir_what_if_free(weir_what_if *what_if);                /* accepts NULL; before the session is closed */
bool weir_what_if_work(weir_what_if *what_if, int budget_ms); /* as weir_rules_work() */
double weir_what_if_done(const weir_what_if *what_if);

typedef struct weir_what_if_totals {
    weir_safe words;           /* the proposal as it was understood */
    uint64_t looked_at;        /* records */
    uint64_t opened, closed;   /* records whose verdict would change */
    uint64_t still_denied;     /* REJECTs that this rule admits and another hop denies all the same */
    uint64_t unknown;          /* records of which nothing can be said */
    uint64_t flows, uncounted; /* flows that change; records of flows that came after the table was full */
    weir_safe warning;         /* "opens port 22 to the whole internet", "" = none */
} weir_what_if_totals;
void weir_what_if_totals_get(const weir_what_if *what_if, weir_what_if_totals *out);
/* The k-th of the aws command lines that do it, one a change; false past the last. */
bool weir_what_if_command(const weir_what_if *what_if, size_t k, weir_safe *out);

/* The k-th flow, the most frequent first. False past the last. */
bool weir_what_if_get(weir_what_if *what_if, size_t k, weir_change *out);

#endif
