/* change_files.h - reading of changes under way, for what walks texts and what walks folders. Of the vpc room only. */
#ifndef WEIR_VPC_CHANGE_FILES_H
#define WEIR_VPC_CHANGE_FILES_H

#include "base/slice.h"
#include "vpc/change.h"

struct change_reader {
    change_taker *take;
    void *user;
    struct change_counts *counts;
    size_t n_before; /* events that *counts had when it began */
    size_t n_lists;  /* lists that may hold events, with or without */
    bool is_stopped; /* the taker wants no more */
};

/* Adds what a text has. Nothing in it is no failure: see change_reader_end(). WEIR_E_LIMIT, WEIR_E_NOMEM. */
weir_status change_read_text(struct change_reader *reader, struct slice text, weir_error *err);
/* WEIR_E_DATA if nothing that was read is an event or a list of events. */
weir_status change_reader_end(const struct change_reader *reader, weir_error *err);

#endif
