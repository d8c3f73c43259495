/* incident.h - a flip with what stands behind it: the change that turned ALLOW into DENY for its connections, who made
 * it, when, from where, with what, and the command that undoes it.
 *
 * A change is held against a flip by three things: whether it names what the flip's packets pass, whether its time
 * fits, and above all whether the rules just before it admit the packet while those just after it do not. An incident
 * is a value of its own: it borrows nothing and lives until weir_incident_free(). Texts are safe. */
#ifndef WEIR_INCIDENT_H
#define WEIR_INCIDENT_H

#include "weir/event.h"
#include "weir/status.h"

/* A CloudTrail event, decoded. */
typedef struct weir_trail_event {
    int64_t time; /* Unix seconds */
    weir_safe id, name, service, region, account;
    weir_safe who;      /* "role/InfraPipeline", "user/dev-7", "root" */
    weir_safe session;  /* of a role; "" = none */
    weir_safe identity; /* sourceIdentity, or on whose behalf; "" = none */
    weir_safe from;     /* source IP address, or a service */
    weir_safe tool;     /* "Terraform", "console", "AWS CLI", ""; */
    weir_safe agent;    /* user agent */
    bool is_automation; /* no person's hand: infrastructure as code, a controller, a service */
    bool from_console;
    bool refused;     /* attempted, and changed nothing */
    weir_safe error;  /* code of a refused one; "" = none */
    weir_safe target; /* what it was done to: "shop-web (sg-…)"; "" = not told */
    weir_safe effect; /* "may reject traffic" */
    size_t n_lines;
    const weir_safe *lines; /* "- ingress tcp 80 from 0.0.0.0/0 (sgr-…)", "+ …", "~ …" */
    weir_safe raw;          /* JSON with line breaks, without what is secret */
} weir_trail_event;

typedef struct weir_suspect {
    weir_trail_event change;
    double score;        /* 0..1 */
    int64_t before_s;    /* seconds before the first REJECT; negative: after it */
    weir_safe why;       /* "its packets are admitted just before it and denied just after it" */
    weir_safe also;      /* other edits of the same hand within a minute: one save, or one run; "" = none */
    weir_safe undo;      /* command line; "" = none can be given */
    weir_safe undo_note; /* what to look at first; "" = nothing */
} weir_suspect;

typedef enum weir_certainty { WEIR_UNEXPLAINED, WEIR_POSSIBLE, WEIR_LIKELY, WEIR_CERTAIN } weir_certainty;

typedef struct weir_incident {
    weir_flip flip;           /* its texts belong to the incident */
    weir_safe title;          /* "tcp 80 of web-1 is rejected since 2026-07-24 13:03:10 UTC" */
    weir_safe summary;        /* one sentence: who did what when, or why nothing can be said */
    weir_safe cause;          /* what the rules say of the first rejected record; "" = not known */
    weir_safe common;         /* what all services that flipped then have in common; "" = nothing to say */
    weir_certainty certainty; /* of suspect[0] */
    size_t n_suspects;        /* the most likely first; those below a half of a score are left out */
    const weir_suspect *suspects;
    size_t n_recoveries; /* changes that let the packets in again */
    const weir_suspect *recoveries;
    size_t n_refused; /* attempts on the same resources that were refused, at about that time: never a cause */
    const weir_trail_event *refused;
    size_t n_others; /* changes of about that time that do not touch the flip's packets */
    const weir_trail_event *others;
    bool waiting; /* CloudTrail may still tell more */
} weir_incident;

const char *weir_certainty_word(weir_certainty certainty); /* "certain", "likely", "possible", "unexplained" */
void weir_incident_free(weir_incident *incident);          /* accepts NULL */

#endif
