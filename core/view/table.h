/* table.h - the hash tables of a tally and the form of their keys. */
#ifndef WEIR_VIEW_TABLE_H
#define WEIR_VIEW_TABLE_H

#include "view/tally.h"

/* A key that does not fit in 64 bits: parts one after the other, each
 *   'n' number, 8 bytes, most significant first | '4' 4 bytes | '6' 16 bytes | 't' length, 2 bytes, text, NUL */
struct tally_key {
    uint64_t hash;
    uint32_t len;
    uint8_t bytes[];
};

enum {
    KEY_TEXT_MAX = 4 * TEXT_MAX_BYTES, /* the safe form of a text can be longer than the text */
    KEY_MAX = WEIR_GROUP_FIELDS * (KEY_TEXT_MAX + 4),
};

struct key_buf {
    uint32_t len;
    uint8_t bytes[KEY_MAX];
};

/* What is counted for one key. */
struct tally_change {
    uint64_t records, packets, bytes;
};

void key_put_number(struct key_buf *key, uint64_t number);
void key_put_addr(struct key_buf *key, const weir_addr *addr);
void key_put_text(struct key_buf *key, const char *text, size_t len);
const uint8_t *key_value(const uint8_t *at, weir_value *out); /* reads a part, returns the next one */

/* Bits of a value of this kind in a small key; 0 = never in a small key. */
unsigned key_bits(weir_kind kind);

/* The tally's use of its pool: what it may still take, and what it uses from now on. */
uint64_t tally_left(const struct tally *tally);
void tally_use(struct tally *tally, uint64_t bytes);

void table_done(struct tally_table *table, bool wide);

static inline uint64_t hash_small(const struct tally *tally, uint64_t key)
{
    key = (key ^ tally->seed) * 0x9e3779b97f4a7c15u;
    return (key ^ key >> 32) * 0xd6e8feb86659fd93u;
}

static inline size_t table_home(const struct tally_table *table, uint64_t hash)
{
    return (size_t)((__extension__(unsigned __int128) hash * table->size) >> 64);
}

enum { KEYS_AT_ONCE = 64 }; /* small keys are looked up together, so that memory is waited for once */

/* n <= KEYS_AT_ONCE; `changes` by key, or NULL: one record each. */
void tally_put_small(struct tally *tally, const uint64_t *keys, const struct tally_change *changes, size_t n);
void tally_put_wide(struct tally *tally, const struct key_buf *key, const struct tally_change *change);
void tally_take_small(struct tally *tally, const uint64_t *keys, const struct tally_change *changes, size_t n);
void tally_take_wide(struct tally *tally, const struct key_buf *key, const struct tally_change *change);
const struct tally_slot *tally_find_small(const struct tally *tally, uint64_t key); /* NULL = none */
const struct tally_slot *tally_find_wide(const struct tally *tally, const struct key_buf *key);

#endif
