/* flow_log.c - see flow_log.h. */
#include "cli/flow_log.h"

#include <string.h>

static const char *const titles[FLOW_LOG_CELLS] = {
    [FLOW_LOG_NAME] = "NAME",       [FLOW_LOG_COVERS] = "COVERS",
    [FLOW_LOG_TRAFFIC] = "TRAFFIC", [FLOW_LOG_DESTINATION] = "DESTINATION",
    [FLOW_LOG_EVERY] = "EVERY",     [FLOW_LOG_FORMAT] = "FORMAT",
    [FLOW_LOG_STATUS] = "STATUS",
};

const char *flow_log_title(enum flow_log_cell cell)
{
    return titles[cell];
}

struct layout_facts {
    size_t fields;
    int version;
    bool is_default; /* version 2's fields in their order */
};

/* "${version} ${account-id} ...": how many fields, and the version that the newest of them came with. */
static struct layout_facts facts_of(const char *format)
{
    struct layout_facts facts = {.version = 2, .is_default = true};
    int next = 0; /* field of the default format that would come next */
    for (const char *at = strstr(format, "${"); at; at = strstr(at, "${")) {
        at += 2;
        size_t len = strcspn(at, "}");
        weir_field field = weir_field_find(at, len);
        int since = field == WEIR_FIELD_NONE ? 0 : weir_field_get(field)->since;
        while (next < WEIR_FIELD_COUNT && weir_field_get((weir_field)next)->since != 2)
            next++;
        facts.is_default = facts.is_default && (int)field == next;
        facts.version = since > facts.version ? since : facts.version;
        facts.fields++;
        next++;
    }
    while (next < WEIR_FIELD_COUNT && weir_field_get((weir_field)next)->since != 2)
        next++;
    facts.is_default = facts.is_default && next >= WEIR_FIELD_COUNT;
    return facts;
}

static void put_format(const weir_flow_log *log, char *buffer, size_t size)
{
    struct layout_facts facts = facts_of(log->format.text);
    const char *file = strcmp(log->file_format.text, "parquet") == 0 ? ", parquet" : "";
    if (!*log->format.text)
        weir_safe_format(buffer, size, "-%s", file);
    else if (facts.is_default)
        weir_safe_format(buffer, size, "v2 default%s", file);
    else
        weir_safe_format(buffer, size, "v%d, %zu fields%s", facts.version, facts.fields, file);
}

static const char *first_of(weir_safe a, weir_safe b)
{
    return *a.text ? a.text : b.text;
}

void flow_log_words(const weir_flow_log *log, struct flow_log_words *out)
{
    enum { SIZE = sizeof out->cell[0] };
    *out = (struct flow_log_words){
        .failing = *log->delivery_error.text || strcmp(log->delivery.text, "FAILED") == 0,
        .readable = *log->source.text != '\0',
    };
    weir_safe_format(out->cell[FLOW_LOG_NAME], SIZE, "%s", first_of(log->name, log->id));
    const char *name = log->resource_name.text;
    if (*name)
        weir_safe_format(out->cell[FLOW_LOG_COVERS], SIZE, "%s (%s)", name, log->resource.text);
    else
        weir_safe_format(out->cell[FLOW_LOG_COVERS], SIZE, "%s", log->resource.text);
    weir_safe_format(out->cell[FLOW_LOG_TRAFFIC], SIZE, "%s", log->traffic.text);
    weir_safe_format(out->cell[FLOW_LOG_DESTINATION], SIZE, "%s", first_of(log->source, log->destination));
    if (log->interval_s)
        weir_safe_format(out->cell[FLOW_LOG_EVERY], SIZE, "%dm", log->interval_s / 60);
    put_format(log, out->cell[FLOW_LOG_FORMAT], SIZE);
    weir_safe_format(out->cell[FLOW_LOG_STATUS], SIZE, "%s",
                     *log->delivery_error.text ? log->delivery_error.text
                     : out->failing            ? "delivery failed"
                                               : log->status.text);
}
