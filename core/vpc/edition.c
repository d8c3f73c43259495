/* edition.c - see edition.h. The capture is not kept: its JSON takes several times the memory of its text. */
#include "vpc/edition.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/limits.h"
#include "base/scope.h"
#include "vpc/capture_state.h"

static void drop_capture(struct capture **capture)
{
    capture_free(*capture);
}

static void drop_edition(struct edition **edition)
{
    edition_free(*edition);
}

void edition_free(struct edition *edition)
{
    if (!edition)
        return;
    inventory_free(edition->inventory);
    buf_done(&edition->text);
    free(edition);
}

/* Instances come in reservations, which nobody counts. */
static size_t count_things(const struct capture *capture, enum part part)
{
    const json_t *items = capture->parts[part].items, *item;
    size_t n = 0, k;
    if (part != PART_INSTANCES)
        return json_is_object(items) ? json_object_size(items) : json_array_size(items);
    json_array_foreach(items, k, item) n += json_array_size(json_object_get(item, "Instances"));
    return n;
}

/* The text twice: without the time, to be compared, and as it is. */
static weir_status write_text(struct capture *capture, struct edition *edition, weir_error *err)
{
    const struct inventory *inventory = edition->inventory;
    const char *region = inventory_region(inventory).text, *account = inventory_account(inventory).text;
    capture_set_place(capture, region, account, 0);
    weir_status status = capture_write(capture, &edition->text, err);
    if (status != WEIR_OK)
        return status;
    XXH128_hash_t digest = XXH3_128bits(edition->text.bytes, edition->text.len);
    edition->digest[0] = digest.low64;
    edition->digest[1] = digest.high64;
    buf_clear(&edition->text);
    capture_set_place(capture, region, account, edition->taken);
    return capture_write(capture, &edition->text, err);
}

weir_status edition_new(struct capture *given, struct edition **out, weir_error *err)
{
    AUTO(drop_capture) struct capture *capture = given;
    AUTO(drop_edition) struct edition *edition = calloc(1, sizeof *edition);
    if (!edition)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    buf_init(&edition->text, CAPTURE_MAX_BYTES);
    weir_status status = inventory_build(capture, &edition->inventory, err);
    if (status != WEIR_OK)
        return status;
    edition->taken = edition->renewed = inventory_taken(edition->inventory);
    for (int part = 0; part < PART_COUNT; part++)
        edition->counts[part] = count_things(capture, (enum part)part);
    status = write_text(capture, edition, err);
    if (status == WEIR_OK)
        *out = TAKE(edition);
    return status;
}

bool edition_is_same(const struct edition *a, const struct edition *b)
{
    return memcmp(a->digest, b->digest, sizeof a->digest) == 0;
}

bool edition_lost_something(const struct edition *next, const struct edition *old)
{
    for (int part = 0; part < PART_COUNT; part++) {
        enum part_state now = inventory_part(next->inventory, (enum part)part);
        if ((now == PART_FAILED || now == PART_PARTIAL) &&
            inventory_part(old->inventory, (enum part)part) == PART_KNOWN)
            return true;
    }
    return false;
}
