/* tally.h - how many rows, packets and bytes there are for every value of a field or of up to three together.
 *
 *   small: open addressing, 16 bytes a slot      keys that fit in 64 bits: numbers, IPv4, their combinations
 *   wide:  the same with pointers to owned keys  texts, IPv6, everything else
 *
 * A key lives in one of the two for ever, decided by its values alone. Rows are taken out as exactly as they were
 * put in; only after the cap was reached can single groups be off, and the sum of records and uncounted never is.
 * Texts are owned by the tally. Not locked. */
#ifndef WEIR_VIEW_TALLY_H
#define WEIR_VIEW_TALLY_H

#include "flow/block.h"
#include "weir/view.h"

struct tally_slot {
    uint64_t key;     /* or a pointer to a struct tally_key */
    uint64_t records; /* 0 = free */
};

struct tally_sums {
    uint64_t packets, bytes;
};

struct tally_table {
    struct tally_slot *slots;
    struct tally_sums *sums; /* by slot; NULL without sums */
    size_t size, used;
};

enum {
    TALLY_SUMS = 1u << 0,  /* packets and bytes too; otherwise rows alone */
    TALLY_NULLS = 1u << 1, /* of a single field: "-" is a value; otherwise such rows are passed over */
};

/* Memory for several tallies: each has a part to itself, and what is left goes to whoever needs it first. */
struct tally_pool {
    uint64_t max_bytes;
    uint64_t taken_bytes; /* by each tally what it uses or what is its own, whichever is more */
};

struct tally {
    weir_group group;
    unsigned flags;
    struct tally_pool *pool;   /* borrowed */
    uint64_t own_bytes, bytes; /* own part of the pool; in use by tables and keys */
    uint64_t seed;             /* of the hash, so that nobody can prepare colliding addresses */
    struct tally_table small, wide;
    uint64_t nulls;
    uint64_t records, packets, octets; /* of all that is counted, nulls included */
    uint64_t uncounted;                /* rows whose key came after the tally was full */
    struct tally_slot *by_text;        /* scratch: by dict id */
    struct tally_sums *sums_by_text;
    size_t n_by_text;
};

/* Embedded. The group must have 1 to WEIR_GROUP_FIELDS parts; the own parts of a pool's tallies must fit in it. */
void tally_init(struct tally *tally, const weir_group *group, unsigned flags, struct tally_pool *pool,
                uint64_t own_bytes);
void tally_done(struct tally *tally);  /* gives its part of the pool back */
void tally_clear(struct tally *tally); /* frees the memory too */

/* Counts rows[n] of the block in or out. */
void tally_add(struct tally *tally, const struct block *block, const uint16_t *rows, size_t n);
void tally_subtract(struct tally *tally, const struct block *block, const uint16_t *rows, size_t n);

uint64_t tally_distinct(const struct tally *tally);
uint64_t tally_bytes(const struct tally *tally);

/* The largest entries, largest first, ties by key. Returns how many; fewer than there are when out of memory.
 * Texts are borrowed until the tally changes. */
size_t tally_largest(const struct tally *tally, weir_measure by, weir_top_row *out, size_t max);

/* Rows with a value, of a tally of a single field. A text is found in any case: if it stands in the tally in another
 * one, *value becomes the most frequent of those. */
uint64_t tally_records(const struct tally *tally, weir_value *value);

int value_compare(const weir_value *a, const weir_value *b); /* by type, then by value */

#endif
