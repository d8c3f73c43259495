/* demo_trail.c - what CloudTrail has of the demo's account: the change behind the incident among others that are
 * harmless, as a trail's file has it. */
#include <inttypes.h>
#include <string.h>

#include "source/demo_json.h"
#include "weir/source.h"

enum { TRAIL_MAX_BYTES = 256 * 1024 };

#define ROLE_PIPELINE                                                                                                 \
    "'type':'AssumedRole','principalId':'AROAEXAMPLE0000000000:run-4411','arn':'arn:aws:sts::" DEMO_ACCOUNT           \
    ":assumed-role/InfraPipeline/run-4411','accountId':'" DEMO_ACCOUNT                                                \
    "','sessionContext':{'sessionIssuer':{'type':'Role','userName':'InfraPipeline'},'attributes':{'mfaAuthenticated'" \
    ":'false'}}"
#define USER(name)                                                                                    \
    "'type':'IAMUser','arn':'arn:aws:iam::" DEMO_ACCOUNT ":user/" name "','accountId':'" DEMO_ACCOUNT \
    "','userName':'" name "'"
#define USER_DEV  USER("dev-7")
#define USER_OPS  USER("ops-2")
#define TERRAFORM "APN/1.0 HashiCorp/1.0 Terraform/1.9.5 aws-sdk-go-v2/1.30.3"
#define CLI       "aws-cli/2.17.40 md/installer exe/x86_64.debian.12 prompt/off command/ec2"
#define CONSOLE   "console.amazonaws.com"

static const struct {
    enum incident incident;
    int64_t before_s;
    const char *name, *id, *who, *agent, *from, *asked, *answered, *error;
} events[] = {
#define X(incident, before, name, id, who, agent, from, asked, answered, error) \
    {incident, before, name, id, who, agent, from, asked, answered, error},
#include "source/demo_event.def"
#undef X
};

/* "2026-07-24T14:03:10Z" */
static void say_time(struct demo_json *json, int64_t t)
{
    int64_t days = t / 86400, seconds = t % 86400;
    int64_t z = days + 719468, era = z / 146097, of_era = z - era * 146097;
    int64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * y + y / 4 - y / 100), m = (5 * of_year + 2) / 153;
    int64_t day = of_year - (153 * m + 2) / 5 + 1, month = m < 10 ? m + 3 : m - 9;
    json_say(json, "%04" PRId64 "-%02" PRId64 "-%02" PRId64 "T%02" PRId64 ":%02" PRId64 ":%02" PRId64 "Z",
             y + era * 400 + (month <= 2), month, day, seconds / 3600, seconds / 60 % 60, seconds % 60);
}

static void say_event(struct demo_json *json, size_t k, int64_t incident_from)
{
    json_item(json, "\n{'eventVersion':'1.10','userIdentity':{%s},'eventTime':'", events[k].who);
    say_time(json, incident_from - events[k].before_s);
    json_say(json, "','eventSource':'ec2.amazonaws.com','eventName':'%s','awsRegion':'" DEMO_REGION "'",
             events[k].name);
    json_say(json, ",'sourceIPAddress':'%s','userAgent':'%s'", events[k].from, events[k].agent);
    if (*events[k].error)
        json_say(json, ",'errorCode':'%s','errorMessage':'You are not authorized to perform this operation.'",
                 events[k].error);
    json_say(json, ",'requestParameters':{%s}", events[k].asked);
    if (*events[k].answered)
        json_say(json, ",'responseElements':{%s}", events[k].answered);
    json_say(json, ",'eventID':'%s','readOnly':false,'eventType':'AwsApiCall','managementEvent':true", events[k].id);
    json_say(json, ",'recipientAccountId':'" DEMO_ACCOUNT "','eventCategory':'Management'}");
}

char *weir_demo_trail(const char *scenario, int64_t now, size_t *len)
{
    struct demo_json json = {.failed = false};
    if (!demo_incident(scenario, &json.incident))
        return NULL;
    int64_t incident_from = (now - DEMO_INCIDENT_S) / 60 * 60;
    buf_init(&json.out, TRAIL_MAX_BYTES);
    json_say(&json, "{'Records':[");
    for (size_t k = 0; k < ARRAY_SIZE(events); k++)
        if (events[k].incident == INCIDENT_NONE || events[k].incident == json.incident)
            say_event(&json, k, incident_from);
    json_say(&json, "\n]}\n");
    if (json.failed) {
        buf_done(&json.out);
        return NULL;
    }
    *len = json.out.len;
    return json.out.bytes;
}
