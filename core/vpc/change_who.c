/* change_who.c - who made a call and with what: userIdentity and userAgent.
 * docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "base/scope.h"
#include "vpc/change_draft.h"

enum { NAME_BYTES = 256 };

/* ---- who ---- */

static struct slice behind(struct slice text, char mark)
{
    const char *at = text.len ? memrchr(text.at, mark, text.len) : NULL;
    return at ? (struct slice){at + 1, text.len - (size_t)(at + 1 - text.at)} : (struct slice){"", 0};
}

static struct slice before(struct slice text, char mark)
{
    const char *at = text.len ? memchr(text.at, mark, text.len) : NULL;
    return at ? (struct slice){text.at, (size_t)(at - text.at)} : text;
}

/* Of "arn:…:assumed-role/ROLE/SESSION", where the issuer is not told. */
static struct slice role_of_arn(struct slice arn)
{
    struct slice tail = behind(arn, ':');
    if (!slice_starts(tail, SLICE("assumed-role/")))
        return (struct slice){"", 0};
    size_t skip = sizeof "assumed-role/" - 1;
    return before((struct slice){tail.at + skip, tail.len - skip}, '/');
}

static weir_safe joined(struct draft *draft, const char *prefix, struct slice name)
{
    char text[NAME_BYTES];
    int len = (int)(name.len < sizeof text ? name.len : sizeof text);
    return draft_slice(draft, slice_of(weir_safe_format(text, sizeof text, "%s%.*s", prefix, len, name.at).text));
}

/* What is told of somebody whose name is not: the ARN's end, an id, or the kind alone. */
static weir_safe nameless(struct draft *draft, const json_t *identity)
{
    struct slice tail = behind(field_text(identity, "arn"), ':');
    if (tail.len)
        return draft_slice(draft, tail);
    struct slice id = field_text(identity, "principalId");
    return draft_slice(draft, id.len ? id : field_text(identity, "type"));
}

static weir_safe who_is(struct draft *draft, const json_t *identity)
{
    static const struct {
        const char *type, *prefix, *name; /* path of the name; "" = the prefix is all */
    } kinds[] = {
        {"IAMUser", "user/", "userName"},        {"AssumedRole", "role/", "sessionContext.sessionIssuer.userName"},
        {"Role", "role/", "userName"},           {"Root", "root", ""},
        {"Directory", "directory/", "userName"}, {"IdentityCenterUser", "identity-center-user/", "onBehalfOf.userId"},
        {"SAMLUser", "saml-user/", "userName"},  {"WebIdentityUser", "web-identity-user/", "userName"},
        {"AWSService", "service ", "invokedBy"}, {"AWSAccount", "account/", "accountId"},
    };
    struct slice type = field_text(identity, "type"), name = {"", 0};
    for (size_t k = 0; k < ARRAY_SIZE(kinds); k++) {
        if (!slice_is(type, slice_of(kinds[k].type)))
            continue;
        if (!*kinds[k].name)
            return draft_slice(draft, slice_of(kinds[k].prefix));
        name = field_text(identity, kinds[k].name);
        if (!name.len)
            name = role_of_arn(field_text(identity, "arn"));
        if (name.len)
            return joined(draft, kinds[k].prefix, name);
    }
    return nameless(draft, identity);
}

/* The session of a role is behind the ':' of its principal's id, and at the end of its ARN. */
static weir_safe session_of(struct draft *draft, const json_t *identity)
{
    if (!slice_is(field_text(identity, "type"), SLICE("AssumedRole")))
        return WEIR_SAFE("");
    struct slice session = behind(field_text(identity, "principalId"), ':');
    struct slice arn = field_text(identity, "arn");
    return draft_slice(draft, session.len || !role_of_arn(arn).len ? session : behind(arn, '/'));
}

void change_read_who(struct draft *draft)
{
    static const char *const identities[] = {"sessionContext.sourceIdentity", "onBehalfOf.userId",
                                             "inScopeOf.sourceArn"};
    struct change *change = &draft->made->change;
    const json_t *identity = field(draft->event, "userIdentity");
    change->who_kind = draft_text(draft, identity, "type");
    change->who = who_is(draft, identity);
    change->session = session_of(draft, identity);
    change->invoked_by = draft_text(draft, identity, "invokedBy");
    change->identity = WEIR_SAFE("");
    for (size_t k = 0; k < ARRAY_SIZE(identities) && !*change->identity.text; k++)
        change->identity = draft_text(draft, identity, identities[k]);
    change->from = draft_text(draft, draft->event, "sourceIPAddress");
    change->account = draft_text(draft, draft->event, "recipientAccountId");
    if (!*change->account.text)
        change->account = draft_text(draft, identity, "accountId");
}

/* ---- with what ---- */

/* Whether the text has one of the words, which '|' is between. */
static bool has_word(const char *text, const char *words)
{
    size_t room = strlen(text);
    while (*words) {
        size_t len = strcspn(words, "|");
        for (size_t k = 0; k + len <= room; k++)
            if (strncasecmp(text + k, words, len) == 0)
                return true;
        words += len + (words[len] == '|');
    }
    return false;
}

static const struct tool_row {
    enum change_tool id;
    const char *pattern;
    bool is_automation;
} tools[] = {
#define X(id, name, pattern, is_automation) {id, pattern, is_automation},
#include "vpc/tool.def"
#undef X
};

static const struct tool_row *tool_of(weir_safe agent)
{
    for (size_t k = 0; k < ARRAY_SIZE(tools); k++)
        if (has_word(agent.text, tools[k].pattern))
            return &tools[k];
    return NULL;
}

void change_read_tool(struct draft *draft)
{
    char shown[CHANGE_AGENT_MAX_BYTES + 1];
    struct change *change = &draft->made->change;
    struct slice agent = field_text(draft->event, "userAgent");
    const struct tool_row *tool = tool_of(draft_slice(draft, agent));
    change->agent =
        draft_slice(draft, slice_of(weir_sanitize(agent.len ? agent.at : "", agent.len, shown, sizeof shown).text));
    bool is_console = tool && tool->id == TOOL_CONSOLE;
    change->from_console = field_flag(draft->event, "sessionCredentialFromConsole", is_console);
    if (change->from_console && (!tool || tool->id == TOOL_SERVICE)) {
        change->tool = TOOL_CONSOLE; /* which calls in the name of the person */
        return;
    }
    change->tool = tool ? tool->id : TOOL_UNKNOWN;
    change->is_automation = (tool && tool->is_automation) || strcmp(change->who_kind.text, "AWSService") == 0;
}
