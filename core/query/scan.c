/* Loops over columns. A scanner is chosen once a column (by width and by the shape of the values) and then called
 * for every 64 rows that are still wanted, so that the inner loops have nothing to decide and the compiler can turn
 * them into vector code. Texts are decided once for each different text of the block, then it is numbers again.
 * Nothing is allocated here. */
#include "query/scan.h"

#include <assert.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/addr.h"
#include "base/scope.h"

#define LIMIT_HITS_MAX 50 /* after so many, a program's regexes are not run any more */

struct scanner {
    uint64_t (*word)(struct scanner *scanner, uint32_t base, uint32_t n, uint64_t wanted);
    const struct leaf *leaf;
    const struct column *column;
    struct scan_state *state;
    uint64_t low, span, mask; /* of one interval; aligned intervals compare under a mask */
    uint64_t undecided;
};

/* 64 bytes of 0 or 255 to 64 bits. */
static inline uint64_t pack(const uint8_t hits[64])
{
    uint64_t bits = 0;

#ifdef __SSE2__
    for (unsigned k = 0; k < 4; k++)
        bits |= (uint64_t)(uint16_t)_mm_movemask_epi8(_mm_loadu_si128((const __m128i *)(const void *)(hits + k * 16)))
                << (k * 16);
#else
    for (unsigned k = 0; k < 8; k++) {
        uint64_t bytes;

        memcpy(&bytes, hits + k * 8, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        bytes = __builtin_bswap64(bytes);
#endif
        /* the multiplication moves the lowest bit of byte k to bit 56 + k */
        bits |= ((bytes & 0x0101010101010101ull) * 0x0102040810204080ull >> 56) << (k * 8);
    }
#endif
    return bits;
}

#define SCAN_ROWS(condition)                   \
    uint8_t hits[64] = {0};                    \
    if (n == 64)                               \
        for (uint32_t k = 0; k < 64; k++)      \
            hits[k] = (uint8_t) - (condition); \
    else                                       \
        for (uint32_t k = 0; k < n; k++)       \
            hits[k] = (uint8_t) - (condition); \
    return pack(hits)

#define DEFINE_SCANNERS(type, suffix)                                                               \
    static uint64_t equal_##suffix(struct scanner *s, uint32_t base, uint32_t n, uint64_t wanted)   \
    {                                                                                               \
        const type *at = (const type *)s->column->data + base;                                      \
        const type low = (type)s->low, mask = (type)s->mask;                                        \
        (void)wanted;                                                                               \
        SCAN_ROWS((at[k] & mask) == low);                                                           \
    }                                                                                               \
    static uint64_t range_##suffix(struct scanner *s, uint32_t base, uint32_t n, uint64_t wanted)   \
    {                                                                                               \
        const type *at = (const type *)s->column->data + base;                                      \
        const type low = (type)s->low, span = (type)s->span;                                        \
        (void)wanted;                                                                               \
        SCAN_ROWS((type)(at[k] - low) <= span);                                                     \
    }                                                                                               \
    static uint64_t answers_##suffix(struct scanner *s, uint32_t base, uint32_t n, uint64_t wanted) \
    {                                                                                               \
        const type *at = (const type *)s->column->data + base;                                      \
        const uint8_t *answers = s->state->answers;                                                 \
        (void)wanted;                                                                               \
        SCAN_ROWS(answers[at[k] & (BLOCK_ROWS - 1)] == ANSWER_YES);                                 \
    }                                                                                               \
    static uint64_t table_##suffix(struct scanner *s, uint32_t base, uint32_t n, uint64_t wanted)   \
    {                                                                                               \
        const type *at = (const type *)s->column->data + base;                                      \
        const uint64_t *table = s->leaf->table;                                                     \
        (void)wanted;                                                                               \
        SCAN_ROWS(bit_test(table, (uint32_t)at[k] & 0xffff));                                       \
    }                                                                                               \
    static uint64_t few_##suffix(struct scanner *s, uint32_t base, uint32_t n, uint64_t wanted)     \
    {                                                                                               \
        const uint64_t max = (type) ~(type)0;                                                       \
        uint64_t bits = 0;                                                                          \
        for (size_t k = 0; k < s->leaf->n_intervals && s->leaf->intervals[k].low <= max; k++) {     \
            const struct interval *interval = &s->leaf->intervals[k];                               \
            struct scanner one = *s;                                                                \
            one.low = interval->low;                                                                \
            one.span = (interval->high < max ? interval->high : max) - interval->low;               \
            bits |= range_##suffix(&one, base, n, wanted);                                          \
        }                                                                                           \
        return bits;                                                                                \
    }

DEFINE_SCANNERS(uint8_t, 1)
DEFINE_SCANNERS(uint16_t, 2)
DEFINE_SCANNERS(uint32_t, 4)
DEFINE_SCANNERS(uint64_t, 8)

typedef uint64_t (*word_scanner)(struct scanner *, uint32_t, uint32_t, uint64_t);

static const struct {
    word_scanner equal, range, few, answers, table;
} by_width[9] = {
    [1] = {equal_1, range_1, few_1, answers_1, table_1},
    [2] = {equal_2, range_2, few_2, answers_2, table_2},
    [4] = {equal_4, range_4, few_4, answers_4, table_4},
    [8] = {equal_8, range_8, few_8, answers_8, table_8},
};

static uint64_t scan_none(struct scanner *s, uint32_t base, uint32_t n, uint64_t wanted)
{
    (void)s, (void)base, (void)n, (void)wanted;
    return 0;
}

/* Calls `holds` for every wanted row. */
static inline uint64_t each_row(struct scanner *s, uint32_t base, uint32_t n, uint64_t wanted,
                                bool (*holds)(struct scanner *, uint32_t))
{
    uint64_t bits = 0;

    if (n < 64)
        wanted &= (1ull << n) - 1;
    for (; wanted; wanted &= wanted - 1) {
        unsigned k = (unsigned)__builtin_ctzll(wanted);

        bits |= (uint64_t)holds(s, base + k) << k;
    }
    return bits;
}

static bool in_intervals(struct scanner *s, uint32_t row)
{
    uint64_t number = column_number(s->column, row);
    size_t low = 0, high = s->leaf->n_intervals;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (s->leaf->intervals[middle].high < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low < s->leaf->n_intervals && s->leaf->intervals[low].low <= number;
}

static uint64_t scan_search(struct scanner *s, uint32_t base, uint32_t n, uint64_t wanted)
{
    return each_row(s, base, n, wanted, in_intervals);
}

/* ---- addresses ---- */

static bool in_v6(const struct leaf *leaf, const weir_addr *addr)
{
    size_t low = 0, high = leaf->n_v6;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (addr_compare(&leaf->v6[middle].high, addr) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < leaf->n_v6 && addr_compare(&leaf->v6[low].low, addr) <= 0;
}

static bool row_in_v6(struct scanner *s, uint32_t row)
{
    uint64_t index = column_number(s->column, row);

    return index < s->column->n_v6 && in_v6(s->leaf, &s->column->v6[index]);
}

/* ---- texts ---- */

static int compare_texts(const void *a, const void *b)
{
    return nocase_compare(*(const struct slice *)a, *(const struct slice *)b);
}

static enum answer match_text(struct scanner *s, struct slice text)
{
    if (s->state->limit_hits >= LIMIT_HITS_MAX)
        return ANSWER_UNDECIDED;
    enum answer answer = pattern_run(s->leaf->pattern, text.at, text.len);
    s->state->limit_hits += answer == ANSWER_UNDECIDED;
    return answer;
}

static enum answer decide_whole(struct scanner *s, struct slice text)
{
    const struct leaf *leaf = s->leaf;

    switch (leaf->op) {
    case OP_MATCH: return match_text(s, text);
    case OP_PREFIX:
        return text.len >= leaf->prefix.len &&
                       nocase_compare((struct slice){text.at, leaf->prefix.len}, leaf->prefix) == 0
                   ? ANSWER_YES
                   : ANSWER_NO;
    default:
        return leaf->n_texts && bsearch(&text, leaf->texts, leaf->n_texts, sizeof text, compare_texts) ? ANSWER_YES
                                                                                                       : ANSWER_NO;
    }
}

/* A list holds when the whole does or one of its texts. */
static enum answer decide_text(struct scanner *s, struct slice text)
{
    enum answer answer = decide_whole(s, text);

    for (size_t from = 0; s->leaf->kind == WEIR_KIND_LIST && answer == ANSWER_NO && from < text.len;) {
        const char *bar = memchr(text.at + from, '|', text.len - from);
        size_t to = bar ? (size_t)(bar - text.at) : text.len;

        answer = decide_whole(s, (struct slice){text.at + from, to - from});
        from = to + 1;
    }
    return answer;
}

static struct slice text_at(const struct column *column, uint32_t id)
{
    return (struct slice){dict_text(column->dict, id).text, dict_len(column->dict, id)};
}

static bool answer_of(struct scanner *s, uint32_t row)
{
    return s->state->answers[column_number(s->column, row)] == ANSWER_YES;
}

static bool is_undecided(struct scanner *s, uint32_t row)
{
    return s->state->answers[column_number(s->column, row)] == ANSWER_UNDECIDED;
}

static uint64_t scan_answers_undecided(struct scanner *s, uint32_t base, uint32_t n, uint64_t wanted)
{
    if (s->column->nulls)
        wanted &= ~s->column->nulls[base / 64];
    s->undecided += (uint64_t)__builtin_popcountll(each_row(s, base, n, wanted, is_undecided));
    return each_row(s, base, n, wanted, answer_of);
}

/* Few rows with many texts between them: each row decides for itself. */
static uint64_t scan_texts(struct scanner *s, uint32_t base, uint32_t n, uint64_t wanted)
{
    uint64_t bits = 0;

    if (s->column->nulls)
        wanted &= ~s->column->nulls[base / 64];
    if (n < 64)
        wanted &= (1ull << n) - 1;
    for (; wanted; wanted &= wanted - 1) {
        unsigned k = (unsigned)__builtin_ctzll(wanted);
        enum answer answer = decide_text(s, text_at(s->column, (uint32_t)column_number(s->column, base + k)));

        bits |= (uint64_t)(answer == ANSWER_YES) << k;
        s->undecided += answer == ANSWER_UNDECIDED;
    }
    return bits;
}

/* A regex on numbers and addresses looks at them as AWS writes them. Slow: each row is written out, but for runs of
 * the same value. */
static uint64_t scan_rendered(struct scanner *s, uint32_t base, uint32_t n, uint64_t wanted)
{
    enum answer answer = ANSWER_NO;
    uint64_t bits = 0, last = 0;
    bool has_last = false;
    char buffer[64];

    if (s->column->nulls)
        wanted &= ~s->column->nulls[base / 64];
    if (n < 64)
        wanted &= (1ull << n) - 1;
    for (; wanted; wanted &= wanted - 1) {
        unsigned k = (unsigned)__builtin_ctzll(wanted);
        bool is_v6 = column_is_v6(s->column, base + k);
        weir_value value = {.type = WEIR_NUMBER, .number = column_number(s->column, base + k)};
        uint64_t number = value.number;

        if (!has_last || is_v6 || number != last) {
            if (s->leaf->kind == WEIR_KIND_ADDR)
                value = (weir_value){.type = WEIR_ADDRESS, .addr = column_addr(s->column, base + k)};
            answer = match_text(
                s, slice_of(weir_value_text(s->leaf->field, &value, WEIR_STYLE_AWS, buffer, sizeof buffer).text));
            has_last = !is_v6;
            last = number;
        }
        bits |= (uint64_t)(answer == ANSWER_YES) << k;
        s->undecided += answer == ANSWER_UNDECIDED;
    }
    return bits;
}

/* ---- the choice ---- */

static void choose_interval(struct scanner *s, struct interval interval)
{
    uint64_t max = s->column->width == 8 ? UINT64_MAX : (1ull << s->column->width * 8) - 1;

    if (interval.low > max) {
        s->word = scan_none;
        return;
    }
    if (interval.high > max)
        interval.high = max;
    s->low = interval.low;
    s->span = interval.high - interval.low;
    s->mask = ~s->span;
    bool is_aligned = (s->span & (s->span + 1)) == 0 && (s->low & s->span) == 0;
    s->word = is_aligned ? by_width[s->column->width].equal : by_width[s->column->width].range;
}

#define FEW 4

static void choose_numbers(struct scanner *s)
{
    const struct leaf *leaf = s->leaf;

    if (leaf->n_intervals == 0)
        s->word = scan_none;
    else if (leaf->n_intervals == 1)
        choose_interval(s, leaf->intervals[0]);
    else if (leaf->n_intervals <= FEW)
        s->word = by_width[s->column->width].few;
    else
        s->word = leaf->table && s->column->width <= 2 ? by_width[s->column->width].table : scan_search;
}

static void choose_texts(struct scanner *s, uint32_t n_rows)
{
    uint32_t n = dict_count(s->column->dict), yes = 0, undecided = 0, last = 0;

    if (n > n_rows || n > BLOCK_ROWS) {
        s->word = scan_texts;
        return;
    }
    for (uint32_t id = 0; id < n; id++) {
        enum answer answer = decide_text(s, text_at(s->column, id));

        s->state->answers[id] = (uint8_t)answer;
        undecided += answer == ANSWER_UNDECIDED;
        if (answer == ANSWER_YES) {
            yes++;
            last = id;
        }
    }
    if (undecided)
        s->word = scan_answers_undecided;
    else if (yes == 0)
        s->word = scan_none;
    else if (yes == 1)
        choose_interval(s, (struct interval){last, last});
    else if (yes == n)
        choose_interval(s, (struct interval){0, UINT64_MAX});
    else
        s->word = by_width[s->column->width].answers;
}

static void choose(struct scanner *s, uint32_t n_rows)
{
    s->word = scan_none; /* holds for a text column in which no text has come yet */
    if (s->column->dict)
        choose_texts(s, n_rows);
    else if (kind_class(s->leaf->kind) == CLASS_TEXT)
        return;
    else if (s->leaf->op == OP_MATCH)
        s->word = scan_rendered;
    else
        choose_numbers(s);
}

/* The rows of a word that hold, before negation. */
static inline uint64_t scan_word(struct scanner *s, uint32_t w, uint32_t n, uint64_t wanted)
{
    const struct column *column = s->column;
    uint64_t bits = s->word(s, w * 64, n, wanted);

    if (column->is_v6 && column->is_v6[w] && s->leaf->op == OP_IN) {
        bits &= ~column->is_v6[w];
        bits |= each_row(s, w * 64, n, wanted & column->is_v6[w], row_in_v6);
    }
    if (column->nulls)
        bits = s->leaf->takes_null ? bits | column->nulls[w] : bits & ~column->nulls[w];
    return bits;
}

uint64_t scan_leaf(const struct leaf *leaf, struct scan_state *state, const struct block *block, uint32_t from,
                   uint32_t to, const uint64_t *mask, uint64_t *out)
{
    struct scanner s = {.leaf = leaf, .column = block->column[leaf->field], .state = state};
    uint64_t flip = leaf->negated ? ~0ull : 0, absent = leaf->takes_null ? ~0ull : 0, any = 0;

    assert(from < to && to <= BLOCK_ROWS);
    if (s.column)
        choose(&s, to - from);
    for (uint32_t w = from / 64, last = (to - 1) / 64; w <= last; w++) {
        /* words are skipped four at a time: whether a single one is empty is too hard to foresee */
        if (w % 4 == 0 && w + 3 <= last && !(mask[w] | mask[w + 1] | mask[w + 2] | mask[w + 3])) {
            memset(&out[w], 0, 4 * sizeof out[w]);
            w += 3;
            continue;
        }
        uint32_t n = to - w * 64 < 64 ? to - w * 64 : 64;
        uint64_t bits = s.column ? scan_word(&s, w, n, mask[w]) : absent;

        out[w] = mask[w] & (bits ^ flip);
        any |= out[w];
    }
    if (s.undecided)
        atomic_fetch_add(&state->tally->undecided, s.undecided);
    return any;
}
