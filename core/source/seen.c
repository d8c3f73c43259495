/* seen.c - open addressing without removal. A table grows by half, so that a key takes about 24 bytes; its place is the
 * high half of key times size, which needs no power of two. */
#include "source/seen.h"

#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/scope.h"

enum { FIRST_SLOTS = 24, KEY_WORDS = 2, FIRST_MINUTES = 64 };

static size_t words(const struct seen *seen)
{
    return KEY_WORDS + (seen->counts ? 1 : 0);
}

void seen_init(struct seen *seen, bool counts, struct seen_budget *budget)
{
    *seen = (struct seen){.counts = counts, .budget = budget};
}

void seen_done(struct seen *seen)
{
    for (size_t k = 0; k < seen->n; k++)
        free(seen->minutes[k].slots);
    free(seen->minutes);
    *seen = (struct seen){0};
}

struct seen_key seen_key_of(const struct slice *texts, size_t n, int64_t salt)
{
    XXH128_hash_t hash;
    if (n == 1) {
        hash = XXH3_128bits_withSeed(texts->at, texts->len, (XXH64_hash_t)salt);
    } else {
        XXH3_state_t state = {0}; /* reset reads its seed */
        XXH3_128bits_reset_withSeed(&state, (XXH64_hash_t)salt);
        for (size_t k = 0; k < n; k++) {
            XXH3_128bits_update(&state, &texts[k].len, sizeof texts[k].len);
            XXH3_128bits_update(&state, texts[k].at, texts[k].len);
        }
        hash = XXH3_128bits_digest(&state);
    }
    return (struct seen_key){hash.low64 | (hash.low64 == 0 && hash.high64 == 0), hash.high64};
}

int64_t seen_minute_of(int64_t time_ms)
{
    int64_t minute = time_ms / MINUTE_MS;
    return minute - (time_ms % MINUTE_MS < 0);
}

/* Where the minute is, or belongs. */
static size_t find_minute(const struct seen *seen, int64_t minute)
{
    if (seen->last < seen->n && seen->minutes[seen->last].minute == minute)
        return seen->last;
    size_t low = 0, high = seen->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (seen->minutes[middle].minute < minute)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Takes from the budget; false when there is not enough. */
static bool spend(struct seen_budget *budget, size_t bytes)
{
    if (bytes > budget->max_bytes || budget->bytes > budget->max_bytes - bytes)
        return false;
    budget->bytes += bytes;
    return true;
}

static bool more_minutes(struct seen *seen)
{
    size_t room = seen->room ? seen->room * 2 : FIRST_MINUTES;
    size_t more = (room - seen->room) * sizeof *seen->minutes;
    if (!spend(seen->budget, more))
        return false;
    struct seen_minute *minutes = realloc(seen->minutes, room * sizeof *minutes);
    if (!minutes) {
        seen->budget->bytes -= more;
        return false;
    }
    seen->minutes = minutes;
    seen->room = room;
    return true;
}

static bool add_minute(struct seen *seen, size_t at, int64_t minute)
{
    size_t bytes = FIRST_SLOTS * words(seen) * sizeof(uint64_t);
    if (seen->n == seen->room && !more_minutes(seen))
        return false;
    if (!spend(seen->budget, bytes))
        return false;
    uint64_t *slots = calloc(1, bytes);
    if (!slots) {
        seen->budget->bytes -= bytes;
        return false;
    }
    memmove(&seen->minutes[at + 1], &seen->minutes[at], (seen->n - at) * sizeof *seen->minutes);
    seen->minutes[at] = (struct seen_minute){.minute = minute, .n_slots = FIRST_SLOTS, .slots = slots};
    seen->n++;
    return true;
}

/* The slot of the key, or the free one where it belongs. */
static uint64_t *find_slot(const struct seen_minute *minute, size_t n_words, struct seen_key key)
{
    size_t k = (size_t)(((unsigned __int128)key.low * minute->n_slots) >> 64);
    for (;;) {
        uint64_t *slot = minute->slots + k * n_words;
        if ((slot[0] == key.low && slot[1] == key.high) || (slot[0] == 0 && slot[1] == 0))
            return slot;
        k = k + 1 < minute->n_slots ? k + 1 : 0;
    }
}

static bool grow(struct seen *seen, struct seen_minute *minute)
{
    size_t n_words = words(seen);
    struct seen_minute wider = {.n_slots = minute->n_slots + minute->n_slots / 2};
    size_t more = (wider.n_slots - minute->n_slots) * n_words * sizeof(uint64_t);
    if (!spend(seen->budget, more))
        return false;
    wider.slots = calloc(wider.n_slots, n_words * sizeof(uint64_t));
    if (!wider.slots) {
        seen->budget->bytes -= more;
        return false;
    }
    for (size_t k = 0; k < minute->n_slots; k++) {
        const uint64_t *from = minute->slots + k * n_words;
        if (from[0] != 0 || from[1] != 0)
            memcpy(find_slot(&wider, n_words, (struct seen_key){from[0], from[1]}), from, n_words * sizeof *from);
    }
    free(minute->slots);
    minute->slots = wider.slots;
    minute->n_slots = wider.n_slots;
    return true;
}

enum seen_answer seen_add(struct seen *seen, int64_t time_ms, struct seen_key key, int64_t now_ms, uint16_t **counts)
{
    int64_t of = seen_minute_of(time_ms);
    size_t at = find_minute(seen, of);
    if ((at == seen->n || seen->minutes[at].minute != of) && !add_minute(seen, at, of))
        return SEEN_FULL;
    seen->last = at;
    struct seen_minute *minute = &seen->minutes[at];
    uint64_t *slot = find_slot(minute, words(seen), key);
    bool known = slot[0] != 0 || slot[1] != 0;
    if (!known && minute->n + 1 > minute->n_slots / 5 * 4) {
        if (!grow(seen, minute))
            return SEEN_FULL;
        slot = find_slot(minute, words(seen), key);
    }
    if (!known) {
        slot[0] = key.low;
        slot[1] = key.high;
        minute->n++;
    }
    minute->touched_ms = now_ms;
    if (counts)
        *counts = seen->counts ? (uint16_t *)(void *)(slot + KEY_WORDS) : NULL;
    return known ? SEEN_KNOWN : SEEN_NEW;
}

int64_t seen_oldest(const struct seen *seen)
{
    return seen->n ? seen->minutes[0].minute * MINUTE_MS : INT64_MAX;
}

void seen_forget(struct seen *seen, int64_t minute_ms)
{
    int64_t of = seen_minute_of(minute_ms);
    size_t at = find_minute(seen, of);
    if (at == seen->n || seen->minutes[at].minute != of)
        return;
    seen->budget->bytes -= seen->minutes[at].n_slots * words(seen) * sizeof(uint64_t);
    free(seen->minutes[at].slots);
    seen->n--;
    memmove(&seen->minutes[at], &seen->minutes[at + 1], (seen->n - at) * sizeof *seen->minutes);
}

uint16_t *seen_next_counts(const struct seen_minute *minute, size_t *at)
{
    for (; *at < minute->n_slots; ++*at) {
        uint64_t *slot = minute->slots + *at * (KEY_WORDS + 1);
        if (slot[0] == 0 && slot[1] == 0)
            continue;
        ++*at;
        return (uint16_t *)(void *)(slot + KEY_WORDS);
    }
    return NULL;
}
