/* change_event.c - one CloudTrail event: who, when, from where, with what; which ids it names; its JSON without what is
 * secret. docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "base/scope.h"
#include "vpc/change_json.h"
#include "vpc/change_make.h"

enum { DEPTH_MAX = 24, AGENT_BYTES = 200 };

weir_safe making_text(struct making *making, const char *text)
{
    if (!text || !*text)
        return WEIR_SAFE("");
    weir_safe safe = vpc_pool_text(making->pool, (struct slice){text, strlen(text)});
    making->failed = making->failed || !safe.text;
    return safe.text ? safe : WEIR_SAFE("");
}

static weir_safe text(struct making *making, const json_t *object, const char *name)
{
    char buffer[24];
    return making_text(making, event_text(object, name, buffer));
}

/* ---- when ---- */

/* Days since 1970 of a date of the Gregorian calendar. */
static int64_t days_of(int year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year, era = y / 400, of_era = y - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

/* Digits of a pattern: "9" stands for one, everything else for itself. */
static bool fits(const char *text, const char *pattern)
{
    for (; *pattern; text++, pattern++)
        if (*pattern == '9' ? *text < '0' || *text > '9' : *text != *pattern)
            return false;
    return true;
}

static int digits(const char *text, int n)
{
    int value = 0;
    while (n-- > 0)
        value = value * 10 + (*text++ - '0');
    return value;
}

/* "2026-07-24T14:03:10Z" of ISO 8601. 0 = it is none. */
static int64_t time_of(const char *text)
{
    if (!text || !fits(text, "9999-99-99T99:99:99"))
        return 0;
    int year = digits(text, 4), month = digits(text + 5, 2), day = digits(text + 8, 2);
    int hour = digits(text + 11, 2), minute = digits(text + 14, 2), second = digits(text + 17, 2);
    if (year < 1970 || month < 1 || month > 12 || day < 1 || day > 31 || hour > 24 || minute > 59 || second > 60)
        return 0;
    return days_of(year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
}

/* ---- who ---- */

static weir_safe joined(struct making *making, const char *prefix, const char *name)
{
    char text[TEXT_MAX_BYTES];
    if (!name || !*name)
        return WEIR_SAFE("");
    snprintf(text, sizeof text, "%s%s", prefix, name);
    return making_text(making, text);
}

static const char *behind(const char *text, char separator)
{
    const char *at = text ? strrchr(text, separator) : NULL;
    return at ? at + 1 : NULL;
}

static void who_role(struct making *making, const json_t *identity)
{
    const json_t *context = event_member(identity, "sessionContext");
    char buffer[24], arn[TEXT_MAX_BYTES];
    const char *role = event_text(event_member(context, "sessionIssuer"), "userName", buffer);
    making->change->who = joined(making, "role/", role);
    making->change->session = making_text(making, behind(event_text(identity, "principalId", buffer), ':'));
    making->change->identity = text(making, context, "sourceIdentity");
    if (*making->change->who.text)
        return;
    /* arn:aws:sts::123456789012:assumed-role/NAME/SESSION */
    const char *told = event_text(identity, "arn", buffer);
    const char *at = told ? strstr(told, "assumed-role/") : NULL;
    snprintf(arn, sizeof arn, "%s", at ? at + strlen("assumed-role/") : "");
    char *slash = strchr(arn, '/');
    if (slash)
        *slash = '\0';
    making->change->who = joined(making, "role/", arn);
    if (slash && !*making->change->session.text)
        making->change->session = making_text(making, slash + 1);
}

static void who_user(struct making *making, const json_t *identity)
{
    char buffer[24];
    making->change->who = joined(making, "user/", event_text(identity, "userName", buffer));
}

static void who_root(struct making *making, const json_t *identity)
{
    (void)identity;
    making->change->who = WEIR_SAFE("root");
}

static void who_federated(struct making *making, const json_t *identity)
{
    char buffer[24];
    making->change->who = joined(making, "federated-user/", behind(event_text(identity, "principalId", buffer), ':'));
}

static void who_center(struct making *making, const json_t *identity)
{
    char buffer[24];
    const char *id = event_text(event_member(identity, "onBehalfOf"), "userId", buffer);
    making->change->who = joined(making, "identity-center-user/", id);
}

static void who_service(struct making *making, const json_t *identity)
{
    char buffer[24];
    making->change->who = joined(making, "service ", event_text(identity, "invokedBy", buffer));
}

static const struct {
    const char *type;
    void (*tell)(struct making *, const json_t *);
} identities[] = {
    {"IAMUser", who_user},
    {"AssumedRole", who_role},
    {"Role", who_role},
    {"Root", who_root},
    {"FederatedUser", who_federated},
    {"IdentityCenterUser", who_center},
    {"AWSService", who_service},
    {"WebIdentityUser", who_user},
    {"SAMLUser", who_user},
    {"AWSAccount", who_federated},
};

static void tell_who(struct making *making)
{
    const json_t *identity = event_member(making->event, "userIdentity");
    struct change *change = making->change;
    char buffer[24];
    change->who_kind = text(making, identity, "type");
    change->who = change->session = change->identity = WEIR_SAFE("");
    change->invoked_by = text(making, identity, "invokedBy");
    for (size_t k = 0; k < ARRAY_SIZE(identities); k++)
        if (strcmp(identities[k].type, change->who_kind.text) == 0)
            identities[k].tell(making, identity);
    if (!*change->who.text)
        change->who = making_text(making, event_text(identity, "arn", buffer));
    if (!*change->who.text)
        change->who = joined(making, "service ", change->invoked_by.text);
    if (!*change->identity.text)
        change->identity = text(making, event_member(identity, "onBehalfOf"), "userId");
}

static void tell_tool(struct making *making)
{
    static const struct {
        enum change_tool tool;
        const char *pattern;
        bool automation;
    } tools[] = {
#define X(id, name, pattern, automation) {id, pattern, automation},
#include "vpc/tool.def"
#undef X
    };
    struct change *change = making->change;
    char buffer[24], agent[AGENT_BYTES];
    const char *told = event_text(making->event, "userAgent", buffer);
    weir_sanitize(told ? told : "", told ? strlen(told) : 0, agent, sizeof agent);
    change->agent = making_text(making, agent);
    for (size_t k = 0; k < ARRAY_SIZE(tools) && change->tool == TOOL_UNKNOWN; k++) {
        if (!strcasestr(agent, tools[k].pattern))
            continue;
        change->tool = tools[k].tool;
        change->is_automation = tools[k].automation;
    }
    change->from_console = event_flag(making->event, "sessionCredentialFromConsole") || change->tool == TOOL_CONSOLE ||
                           change->tool == TOOL_SIGNIN || change->tool == TOOL_BROWSER;
    change->is_automation =
        change->is_automation || strcmp(change->who_kind.text, "AWSService") == 0 || *change->invoked_by.text;
}

/* ---- which ids ---- */

static bool is_id(const char *text)
{
    static const char *const prefixes[] = {
        "sg-",  "sgr-",      "eni-",      "acl-", "aclassoc-",       "subnet-", "vpc-", "i-",
        "rtb-", "rtbassoc-", "pl-",       "igw-", "eigw-",           "nat-",    "pcx-", "vpce-",
        "tgw-", "vgw-",      "eipalloc-", "vpn-", "vpcbpa-exclude-", "vpcec-"};
    if (strlen(text) > 64)
        return false;
    for (size_t k = 0; k < ARRAY_SIZE(prefixes); k++)
        if (strncmp(text, prefixes[k], strlen(prefixes[k])) == 0)
            return true;
    return false;
}

static void add_resource(struct making *making, const char *id)
{
    if (!is_id(id) || making->n_resources == CHANGE_RESOURCES_MAX)
        return;
    for (size_t k = 0; k < making->n_resources; k++)
        if (strcmp(making->resources[k], id) == 0)
            return;
    making->resources[making->n_resources++] = id;
}

static void gather(struct making *making, const json_t *json, int depth)
{
    if (depth == DEPTH_MAX)
        return;
    if (json_is_string(json))
        add_resource(making, json_string_value(json));
    for (size_t k = 0; k < json_array_size(json); k++)
        gather(making, json_array_get(json, k), depth + 1);
    for (void *at = json_object_iter((json_t *)json); at; at = json_object_iter_next((json_t *)json, at))
        gather(making, json_object_iter_value(at), depth + 1);
}

static void tell_resources(struct making *making)
{
    gather(making, making->asked, 0);
    gather(making, making->answered, 0);
    weir_safe *ids = vpc_pool_take(making->pool, (making->n_resources + 1) * sizeof *ids);
    for (size_t k = 0; ids && k < making->n_resources; k++)
        ids[k] = making_text(making, making->resources[k]);
    making->failed = making->failed || !ids;
    making->change->resources = ids;
    making->change->n_resources = ids ? making->n_resources : 0;
}

/* ---- its JSON ---- */

static bool is_secret(const char *name)
{
    static const char *const words[] = {"accesskeyid", "token", "secret", "password", "credential", "authorization"};
    if (strcasecmp(name, "sessionCredentialFromConsole") == 0)
        return false;
    for (size_t k = 0; k < ARRAY_SIZE(words); k++)
        if (strcasestr(name, words[k]))
            return true;
    return false;
}

static void cut_secrets(json_t *json, int depth)
{
    if (depth == DEPTH_MAX)
        return;
    for (size_t k = 0; k < json_array_size(json); k++)
        cut_secrets(json_array_get(json, k), depth + 1);
    for (void *at = json_object_iter(json); at; at = json_object_iter_next(json, at)) {
        json_t *value = json_object_iter_value(at);
        if (is_secret(json_object_iter_key(at)) && json_is_string(value))
            json_string_set(value, "…");
        else
            cut_secrets(value, depth + 1);
    }
}

/* Line by line, so that line breaks are all that is left of control characters. */
static weir_safe safe_lines(struct making *making, const char *lines, size_t len)
{
    size_t size = len * 2 + 64, at = 0;
    char *out = len > CHANGE_RAW_MAX_BYTES ? NULL : vpc_pool_take(making->pool, size);
    if (!out)
        return WEIR_SAFE("");
    for (const char *line = lines; *line && at + 8 < size;) {
        size_t n = strcspn(line, "\n");
        weir_sanitize(line, n, out + at, size - at - 1);
        at += strlen(out + at);
        line += n;
        if (*line == '\n') {
            out[at++] = '\n';
            line++;
        }
    }
    out[at] = '\0';
    return (weir_safe){out};
}

static void tell_raw(struct making *making)
{
    making->change->raw = WEIR_SAFE("");
    json_t *copy = json_deep_copy(making->event);
    cut_secrets(copy, 0);
    char *lines = copy ? json_dumps(copy, JSON_INDENT(2) | JSON_PRESERVE_ORDER) : NULL;
    if (lines)
        making->change->raw = safe_lines(making, lines, strlen(lines));
    free(lines);
    json_decref(copy);
}

/* ---- the whole ---- */

static weir_safe service_of(struct making *making)
{
    char buffer[24], name[64];
    const char *told = event_text(making->event, "eventSource", buffer);
    snprintf(name, sizeof name, "%s", told ? told : "");
    char *dot = strchr(name, '.');
    if (dot)
        *dot = '\0';
    return making_text(making, name);
}

static void tell_head(struct making *making)
{
    const json_t *event = making->event;
    struct change *change = making->change;
    char buffer[24];
    change->time = time_of(event_text(event, "eventTime", buffer));
    change->id = text(making, event, "eventID");
    change->name = text(making, event, "eventName");
    change->service = service_of(making);
    change->region = text(making, event, "awsRegion");
    change->account = text(making, event, "recipientAccountId");
    if (!*change->account.text)
        change->account = text(making, event_member(event, "userIdentity"), "accountId");
    change->read_only = event_flag(event, "readOnly");
    change->error_code = text(making, event, "errorCode");
    change->error_message = text(making, event, "errorMessage");
    const json_t *returned = event_member(making->answered, "_return");
    change->refused = *change->error_code.text || (returned && !event_flag(making->answered, "_return"));
    change->from = text(making, event, "sourceIPAddress");
}

static void take_edits(struct making *making)
{
    struct change_edit *edits = vpc_pool_take(making->pool, (making->n_edits + 1) * sizeof *edits);
    size_t n = edits ? making->n_edits : 0;
    if (n)
        memcpy(edits, making->edits, n * sizeof *edits);
    making->failed = making->failed || !edits;
    making->change->edits = edits;
    making->change->n_edits = n;
}

static bool make(struct making *making)
{
    tell_head(making);
    bool is_wanted = change_edit_all(making);
    if (!is_wanted || making->change->read_only)
        return false;
    tell_who(making);
    tell_tool(making);
    tell_resources(making);
    take_edits(making);
    tell_raw(making);
    vpc_pool_settle(making->pool);
    return true;
}

weir_status change_of_event(const json_t *event, struct change **out)
{
    const char *resources[CHANGE_RESOURCES_MAX];
    char buffer[24];
    *out = NULL;
    if (!json_is_object(event) || !event_text(event, "eventName", buffer) ||
        !time_of(event_text(event, "eventTime", buffer)))
        return WEIR_E_DATA;
    struct making making = {.event = event, .resources = resources};
    making.asked = event_inside(event_member(event, "requestParameters"));
    making.answered = event_inside(event_member(event, "responseElements"));
    making.change = change_new(&making.pool);
    if (!making.change)
        return WEIR_E_NOMEM;
    bool is_wanted = make(&making);
    free(making.edits);
    if (is_wanted && !making.failed) {
        *out = making.change;
        return WEIR_OK;
    }
    change_free(making.change);
    return making.failed ? WEIR_E_NOMEM : WEIR_OK;
}
