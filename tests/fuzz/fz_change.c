/* CloudTrail events in any shape: whatever comes in, each change is whole and safe text, and the counts add up. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "vpc/change.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void must(int is_so)
{
    if (!is_so)
        abort();
}

static void check_text(weir_safe text)
{
    must(text.text != NULL);
    for (const unsigned char *at = (const unsigned char *)text.text; *at; at++)
        must(*at >= 0x20 && *at != 0x7f);
}

static void check_texts(const weir_safe *texts, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        check_text(texts[k]);
        must(*texts[k].text != '\0');
    }
}

static void check_raw(weir_safe raw)
{
    must(raw.text && strlen(raw.text) <= CHANGE_RAW_MAX_BYTES + 8);
    for (const unsigned char *at = (const unsigned char *)raw.text; *at; at++)
        must((*at >= 0x20 || *at == '\n') && *at != 0x7f);
}

static void check_edit(const struct change *change, const struct change_edit *edit)
{
    check_text(edit->target), check_text(edit->rule_id), check_text(edit->peer), check_text(edit->description);
    check_text(edit->association_id), check_text(edit->new_association_id), check_text(edit->subnet_id);
    check_text(edit->destination), check_text(edit->gateway);
    check_texts(edit->groups, edit->n_groups);
    must(edit->kind >= EDIT_RULE_ADD && edit->kind <= EDIT_OTHER);
    must(edit->number == -1 || (edit->number >= 1 && edit->number <= 32766));
    must(edit->protocol >= PROTOCOL_ALL && edit->protocol <= 255);
    must(edit->from >= -1 && edit->from <= 65535 && edit->to >= -1 && edit->to <= 65535);
    must(!edit->has_rule || *edit->peer.text);
    must(!*edit->target.text || change_names(change, edit->target.text) || change->n_resources == CHANGE_IDS_MAX);
}

static bool check_change(struct change *change, void *user)
{
    size_t *n = user;
    const weir_safe texts[] = {change->id,      change->name,          change->service,  change->region,
                               change->account, change->error_code,    change->who_kind, change->who,
                               change->session, change->error_message, change->identity, change->invoked_by,
                               change->from,    change->agent};
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
        check_text(texts[k]);
    check_texts(change->resources, change->n_resources);
    check_raw(change->raw);
    must(strlen(change->agent.text) <= CHANGE_AGENT_MAX_BYTES && change->n_edits <= CHANGE_EDITS_MAX);
    must(*change->name.text && *change->service.text && change->tool < TOOL_COUNT);
    must(!change_can_act(change) || (!change->refused && !change->read_only && change->effect != CHANGE_NONE));
    for (size_t k = 0; k < change->n_edits; k++)
        check_edit(change, &change->edits[k]);
    change_free(change);
    ++*n;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct change_counts counts = {0};
    weir_error err = {0};
    size_t n = 0;
    weir_status status = change_read((const char *)bytes, len, check_change, &n, &counts, &err);
    must((status == WEIR_OK) == !*err.text);
    must(counts.events == n + counts.ignored);
    must(status != WEIR_E_DATA || !counts.events);
    return 0;
}
