/* group_tell.c - what a log group hands out and says of itself: rows, layouts, gaps, facts. */
#include <stdio.h>
#include <string.h>

#include "source/group.h"
#include "weir/safe.h"

enum { LAYOUTS_MS = 2500 /* for so long rows wait until it is known what they look like */ };

bool group_holds(const struct group *group)
{
    return !group->remote.report.looked && clock_mono_ms() - group->began_ms < LAYOUTS_MS;
}

static void say_mode(struct group *group, const struct poll_facts *facts)
{
    struct source_facts *out = &group->remote.facts;
    char every[24], horizon[24];
    remote_span(facts->interval_ms, every, sizeof every);
    remote_span(facts->horizon_ms, horizon, sizeof horizon);
    if (group->remote.follow)
        snprintf(out->mode, sizeof out->mode, "every %s, horizon %s", every, horizon);
    else
        snprintf(out->mode, sizeof out->mode, "read once");
}

static struct poll_facts say_facts(struct group *group)
{
    struct source_facts *out = &group->remote.facts;
    struct poll_facts facts;
    poll_facts(group->poll, &facts);
    say_mode(group, &facts);
    memcpy(out->pattern, group->pattern, sizeof out->pattern);
    out->behind = !facts.keeps_up;
    out->duplicates = facts.duplicates;
    out->provisional = facts.provisional;
    out->closed_s = facts.closed_ms == INT64_MIN ? 0 : facts.closed_ms / 1000;
    if (group->company)
        group->company->facts(group, out);
    return facts;
}

static bool tell_gap(struct group *group, struct source_chunk *chunk)
{
    struct poll_gap gap;
    if (!poll_take_gap(group->poll, &gap))
        return false;
    chunk->gap = true;
    chunk->where.from_s = gap.from_ms / 1000;
    chunk->where.to_s = gap.to_ms / 1000;
    weir_safe_format(chunk->where.reason, sizeof chunk->where.reason, "%s", gap.reason);
    weir_safe_format(chunk->notice, sizeof chunk->notice, "records may be missing: %s", gap.reason);
    return true;
}

/* Once, before the first row that needs them. */
static bool tell_layouts(struct group *group, struct source_chunk *chunk)
{
    const struct scout_report *report = &group->remote.report;
    if (!group->told_layouts && report->layouts) {
        group->told_layouts = true;
        chunk->layouts = report->layouts;
        return true;
    }
    if (group->worked && report->looked && report->trouble[0] && !group->told_trouble) {
        group->told_trouble = true;
        remote_say(&group->remote, "records are read by their shape: %s", report->trouble);
    }
    return false;
}

static bool tell_bytes(struct group *group, struct source_chunk *chunk)
{
    if (!group->out.len || group_holds(group))
        return false;
    chunk->bytes = group->out.bytes;
    chunk->len = group->out.len;
    group->given = true;
    return true;
}

bool group_tell(struct group *group, struct source_chunk *chunk)
{
    const struct poll_facts facts = say_facts(group);
    bool has = tell_layouts(group, chunk);
    has |= tell_gap(group, chunk);
    if (!chunk->layouts)
        has |= tell_bytes(group, chunk);
    bool is_empty = !group->out.len || group->given;
    chunk->caught_up = facts.history_done && is_empty;
    chunk->idle = chunk->len > 0; /* the next page takes a while */
    if (chunk->caught_up && !group->caught_up)
        chunk->idle = group->caught_up = has = true;
    if (group->ended && is_empty && !chunk->gap && !group->remote.n_notices) {
        chunk->ends = chunk->idle = chunk->caught_up = group->told_end = true;
        has = true;
    }
    chunk->done_bytes = (uint64_t)(facts.history_done_ms > 0 ? facts.history_done_ms / 1000 : 0);
    chunk->total_bytes = (uint64_t)(facts.history_total_ms > 0 ? facts.history_total_ms / 1000 : 0);
    return remote_tell(&group->remote, chunk, has);
}
