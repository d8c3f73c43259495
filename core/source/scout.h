/* scout.h - what is asked once besides the records: what they look like, which ARN a group has, who we are. On a thread
 * of its own, so that a slow answer to one question holds up nothing else. Nothing of it is needed: what cannot be
 * found out stays unknown. */
#ifndef WEIR_SOURCE_SCOUT_H
#define WEIR_SOURCE_SCOUT_H

#include "aws/client.h"
#include "base/limits.h"

struct scout;

struct scout_report {
    bool looked;         /* the flow logs were asked for, with or without success */
    const char *layouts; /* LogFormat texts of the group with line breaks between; NULL = not known */
    const char *arn;     /* of the group, without ":*"; NULL = not known */
    bool no_arn;         /* and it will not be known */
    bool done;           /* nothing more will come */
    unsigned requests;
    char trouble[200]; /* safe: why the flow logs could not be asked, "" = they could */
};

/* Starts. `group` is a name or an ARN, NULL = only who we are. The client is told the account. */
weir_status scout_new(struct aws_client *client, const char *group, bool wants_arn, struct scout **out,
                      weir_error *err);
void scout_free(struct scout *scout); /* ends it, at most 100 ms; accepts NULL */

/* What it knows by now. Texts are borrowed until scout_free(). */
void scout_look(struct scout *scout, struct scout_report *out);

#endif
