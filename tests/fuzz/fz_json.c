/* JSON of CloudWatch Logs: pages, groups and updates of Live Tail from any text; mending leaves readable what is, and
 * does nothing the second time. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "aws/eventstream.h"
#include "aws/json.h"
#include "aws/json_mend.h"
#include "aws/logs_wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static weir_status read_only(const char *text, size_t len)
{
    struct json_t *json = NULL;
    weir_error err = {0};
    weir_status status = json_read(text, len, &json, &err);
    if ((status == WEIR_OK) != (json != NULL) || (status != WEIR_OK) != (*err.text != '\0'))
        abort();
    json_done(json);
    return status;
}

static void mend(const char *text, size_t len)
{
    char *once = malloc(len + 1), *twice = malloc(len + 1);
    if (!once || !twice)
        abort();
    memcpy(once, text, len);
    json_mend(once, len);
    memcpy(twice, once, len);
    json_mend(twice, len);
    if (memcmp(once, twice, len) != 0)
        abort();
    if (read_only(text, len) == WEIR_OK && read_only(once, len) != WEIR_OK)
        abort();
    free(once);
    free(twice);
}

static void check_events(const struct logs_event *events, size_t n, bool has_id)
{
    for (size_t k = 0; k < n; k++)
        if (!events[k].message.at || !events[k].stream.at || !events[k].group.at || events[k].timestamp_ms < 0 ||
            (events[k].id.len > 0) != has_id)
            abort();
}

static void read_tail(struct slice type, struct slice event, const char *text, size_t len)
{
    struct logs_tail_update update;
    struct eventstream_message message = {.message_type = type,
                                          .event_type = event,
                                          .content_type = SLICE(""),
                                          .error_message = SLICE(""),
                                          .payload = {text, len}};
    if (logs_tail_read(&message, &update, NULL) != WEIR_OK)
        return;
    check_events(update.events, update.n, false);
    logs_tail_update_done(&update);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    const char *text = (const char *)bytes;
    struct logs_page page;
    struct logs_groups groups;
    char words[80];
    mend(text, len);
    if (logs_page_read(text, len, &page, NULL) == WEIR_OK) {
        check_events(page.events, page.n, true);
        logs_page_done(&page);
    }
    if (logs_groups_read(text, len, &groups, NULL) == WEIR_OK) {
        logs_groups_nearest(&groups, "/vpc/flow", words, sizeof words);
        logs_groups_done(&groups);
    }
    read_tail(SLICE("event"), SLICE("sessionUpdate"), text, len);
    read_tail(SLICE("exception"), SLICE("SessionStreamingException"), text, len);
    return 0;
}
