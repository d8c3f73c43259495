/* changecase.h - events of CloudTrail for tests: JSON with ' in the place of ", and the changes that come of it. */
#ifndef WEIR_SUPPORT_CHANGECASE_H
#define WEIR_SUPPORT_CHANGECASE_H

#include "netcase.h"
#include "vpc/change.h"

#define EVENT_HEAD(name, service)                                                                        \
    "'eventTime':'2026-03-01T14:03:10Z','eventID':'0b1c','eventName':'" name "','eventSource':'" service \
    ".amazonaws.com','awsRegion':'eu-west-1','recipientAccountId':'123456789012','sourceIPAddress':'192.0.2.7'"
#define EVENT(name, service, request, response)                                                              \
    "{" EVENT_HEAD(name, service) ",'userAgent':'aws-cli/2.15','userIdentity':{'type':'IAMUser','userName':" \
                                  "'dev-7'},'requestParameters':" request ",'responseElements':" response "}"

/* A small one that stands for any. */
#define ANY_EVENT EVENT("DeleteNetworkAclEntry", "ec2", "{'networkAclId':'acl-1','ruleNumber':7,'egress':true}", "null")

struct changes {
    struct change *at[64];
    size_t n, most; /* `most` 0 = all */
};

static inline bool changes_take(struct change *change, void *user)
{
    struct changes *changes = user;
    assert_true(changes->n < sizeof changes->at / sizeof *changes->at);
    changes->at[changes->n++] = change;
    return changes->n != changes->most;
}

static inline void changes_drop(struct changes *changes)
{
    while (changes->n)
        change_free(changes->at[--changes->n]);
}

static inline weir_status changes_read(const char *text, struct changes *changes, struct change_counts *counts)
{
    char *json = net_quote(text);
    weir_error err = {0};
    weir_status status = change_read(json, strlen(json), changes_take, changes, counts, &err);
    assert_true((status == WEIR_OK) == !*err.text);
    free(json);
    return status;
}

/* The one change of a text; change_free() it. */
static inline struct change *change_only(const char *text)
{
    struct changes changes = {0};
    struct change_counts counts = {0};
    assert_int_equal(changes_read(text, &changes, &counts), WEIR_OK);
    assert_int_equal(changes.n, 1);
    assert_int_equal(counts.events, 1);
    assert_int_equal(counts.odd, 0);
    return changes.at[0];
}

#endif
