/* capture_state.h - what is inside a capture, for the files that fill, write and type it. Of the vpc room only. */
#ifndef WEIR_VPC_CAPTURE_STATE_H
#define WEIR_VPC_CAPTURE_STATE_H

#include "base/slice.h"
#include "vpc/capture.h"

struct json_t; /* jansson's */

enum { CAPTURE_PLACE_BYTES = 64 };
#define CAPTURE_LOST "lost" /* as the NextToken of a list: some of it cannot be read, whatever else comes */

struct capture_part {
    /* A list; of PART_PREFIX_ENTRIES and PART_TRANSIT_ROUTES an object: id → {"Entries": […]}, with a NextToken where
     * more is to come. NULL = nothing was read. Items are as shape_from_json() makes them. */
    struct json_t *items;
    enum part_state told; /* capture_set_state() */
    char *why;            /* safe text; NULL = none */
    bool is_open;         /* the last page has not come */
    bool is_lossy;        /* items were left out */
};

struct capture {
    char region[CAPTURE_PLACE_BYTES], account[CAPTURE_PLACE_BYTES]; /* safe text */
    int64_t taken;
    size_t bytes; /* read in all */
    struct capture_part parts[PART_COUNT];
    struct json_t *named[PART_COUNT]; /* objects whose names are the ids of capture_next_of() */
    const char **next_of[PART_COUNT]; /* the same as a list; borrowed from `named` */
    size_t n_next_of[PART_COUNT], room_next_of[PART_COUNT];
};

bool part_has_of(enum part part); /* PART_PREFIX_ENTRIES, PART_TRANSIT_ROUTES */

enum part_state capture_part_state(const struct capture *capture, enum part part);
const char *capture_part_why(const struct capture *capture, enum part part); /* never NULL */
/* The items of a list or table; *is_whole: all of them. NULL = none were read. */
struct json_t *capture_items_of(const struct capture *capture, enum part part, const char *of, bool *is_whole);

/* Items as they come, of any origin, while they are read. Owns what is in it: batch_done(). */
struct batch {
    struct json_t *items;
    bool is_lossy, is_open;
};
weir_status batch_begin(struct batch *batch, weir_error *err);
void batch_done(struct batch *batch);
/* Appends what the batch holds, or leaves the capture as it is; empties it either way. */
weir_status capture_take(struct capture *capture, enum part part, const char *of, struct batch *batch, weir_error *err);
weir_status capture_count(struct capture *capture, size_t len, weir_error *err); /* against CAPTURE_MAX_BYTES */

/* Every document of a text that may hold several, one behind the other. */
struct documents {
    struct slice rest;
};
/* WEIR_END behind the last; the document is yours (json_done). */
weir_status documents_next(struct documents *documents, struct json_t **out, weir_error *err);

/* Takes every part's list that the document has. `of` as in capture_add_json(), NULL = not told. *n counts the lists
 * that were taken. */
weir_status capture_take_document(struct capture *capture, const char *of, const struct json_t *document, size_t *n,
                                  weir_error *err);
/* One part's list of it. WEIR_E_DATA if it has none. */
weir_status capture_take_list(struct capture *capture, enum part part, const char *of, const struct json_t *document,
                              weir_error *err);

#endif
