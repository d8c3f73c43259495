/* plan.c - the inner loop of decoding: words of a line to cells. Reads each byte once where it can, and
 * falls back to slow and thorough ways when the fast one does not like what it sees. */
#include "flow/plan.h"

#include <stdio.h>

#include "base/addr.h"
#include "base/scope.h"

enum reader {
    READ_NOTHING, /* a field that is not known to us */
    READ_NUMBER,
    READ_PORT,
    READ_BYTE,
    READ_TIME,
    READ_ADDR,
    READ_TEXT,
    READ_ACTION,
};

static const struct {
    uint64_t most;
    const char *wanted;
} numbers[] = {
    [READ_NUMBER] = {UINT64_MAX, "a number"},
    [READ_PORT] = {UINT16_MAX, "a port from 0 to 65535"},
    [READ_BYTE] = {UINT8_MAX, "a number from 0 to 255"},
    [READ_TIME] = {253402300799u, "Unix seconds before the year 10000"},
};

static const uint8_t readers[] = {
    [WEIR_KIND_NUMBER] = READ_NUMBER,  [WEIR_KIND_PORT] = READ_PORT,      [WEIR_KIND_PROTOCOL] = READ_BYTE,
    [WEIR_KIND_PACKETS] = READ_NUMBER, [WEIR_KIND_BYTES] = READ_NUMBER,   [WEIR_KIND_TIME] = READ_TIME,
    [WEIR_KIND_FLAGS] = READ_BYTE,     [WEIR_KIND_PATH] = READ_BYTE,      [WEIR_KIND_ENCRYPTION] = READ_BYTE,
    [WEIR_KIND_ADDR] = READ_ADDR,      [WEIR_KIND_TEXT] = READ_TEXT,      [WEIR_KIND_ACTION] = READ_ACTION,
    [WEIR_KIND_STATUS] = READ_TEXT,    [WEIR_KIND_DIRECTION] = READ_TEXT, [WEIR_KIND_CAUSE] = READ_TEXT,
    [WEIR_KIND_LIST] = READ_TEXT,
};

static bool is_loss(weir_field field)
{
    return field == WEIR_F_PACKETS_LOST_NO_ROUTE || field == WEIR_F_PACKETS_LOST_BLACKHOLE ||
           field == WEIR_F_PACKETS_LOST_MTU_EXCEEDED || field == WEIR_F_PACKETS_LOST_TTL_EXPIRED;
}

void plan_make(struct plan *plan, const struct format *format)
{
    *plan = (struct plan){.format = format, .n = format->n, .is_wordy = true};
    plan->action = format->column_of[WEIR_F_ACTION];
    plan->status = format->column_of[WEIR_F_LOG_STATUS];
    for (unsigned k = 0; k < format->n; k++) {
        weir_field field = (weir_field)format->column[k];
        plan->reader[k] = field == WEIR_FIELD_NONE ? READ_NOTHING : readers[weir_field_get(field)->kind];
        if (plan->reader[k] == READ_ADDR && plan->n_addrs < ARRAY_SIZE(plan->addrs))
            plan->addrs[plan->n_addrs++] = (uint8_t)k;
        if (is_loss(field))
            plan->losses[plan->n_losses++] = (uint8_t)k;
        if (plan->reader[k] != READ_NOTHING && plan->reader[k] != READ_TEXT)
            plan->is_wordy = false;
    }
}

static inline bool is_gap(char c)
{
    return c == ' ' || c == '\t';
}

static inline const char *word_end(const char *at, const char *end)
{
    while (at < end && !is_gap(*at))
        at++;
    return at;
}

static inline bool ends_word(const char *at, const char *end)
{
    return at == end || is_gap(*at);
}

static bool fail(struct reading *reading, unsigned column, const char *wanted, struct slice found)
{
    reading->fault = (struct fault){.column = column, .wanted = wanted, .found = found};
    return false;
}

/* ---- one word: cell set, *next behind the word; or false with the fault ---- */

static bool read_number_slowly(unsigned reader, unsigned column, struct slice word, struct reading *reading)
{
    uint64_t number = 0;
    bool ok = word.len > 0;
    if (word.len == 1 && word.at[0] == '-') {
        reading->cells[column].type = CELL_NULL;
        return true;
    }
    for (size_t k = 0; k < word.len && ok; k++) {
        unsigned digit = (unsigned)((unsigned char)word.at[k] - '0');
        ok = digit <= 9 && !__builtin_mul_overflow(number, 10u, &number) &&
             !__builtin_add_overflow(number, digit, &number);
    }
    if (!ok || number > numbers[reader].most)
        return fail(reading, column, numbers[reader].wanted, word);
    reading->cells[column].type = CELL_NUMBER;
    reading->cells[column].number = number;
    return true;
}

static inline bool read_number(unsigned reader, unsigned column, const char *at, const char *end, const char **next,
                               struct reading *reading)
{
    uint64_t number = 0;
    const char *k = at;
    for (; k < end; k++) {
        unsigned digit = (unsigned)((unsigned char)*k - '0');
        if (digit > 9)
            break;
        number = number * 10 + digit;
    }
    /* 19 digits cannot overflow. */
    if (LIKELY(k > at && k - at <= 19 && ends_word(k, end) && number <= numbers[reader].most)) {
        reading->cells[column].type = CELL_NUMBER;
        reading->cells[column].number = number;
        *next = k;
        return true;
    }
    *next = word_end(at, end);
    return read_number_slowly(reader, column, (struct slice){at, (size_t)(*next - at)}, reading);
}

static inline const char *take_octet(const char *at, const char *end, uint32_t *value)
{
    unsigned first = at < end ? (unsigned)((unsigned char)*at - '0') : 10;
    if (first > 9)
        return NULL;
    unsigned octet = first;
    at++;
    for (int k = 0; k < 2 && at < end; k++, at++) {
        unsigned digit = (unsigned)((unsigned char)*at - '0');
        if (digit > 9)
            break;
        octet = octet * 10 + digit;
        if (first == 0)
            return NULL;
    }
    *value = *value << 8 | octet;
    return octet <= 255 ? at : NULL;
}

static inline const char *take_v4(const char *at, const char *end, uint32_t *value)
{
    *value = 0;
    for (int k = 0; k < 4; k++) {
        if (k > 0 && (at == end || *at++ != '.'))
            return NULL;
        at = take_octet(at, end, value);
        if (!at)
            return NULL;
    }
    return ends_word(at, end) ? at : NULL;
}

static inline bool read_addr(unsigned column, const char *at, const char *end, const char **next,
                             struct reading *reading)
{
    struct cell *cell = &reading->cells[column];
    uint32_t v4;
    const char *behind = take_v4(at, end, &v4);
    if (LIKELY(behind != NULL)) {
        cell->type = CELL_V4;
        cell->number = v4;
        *next = behind;
        return true;
    }
    *next = word_end(at, end);
    size_t len = (size_t)(*next - at);
    if (len == 1 && *at == '-') {
        cell->type = CELL_NULL;
        return true;
    }
    if (!addr_parse(at, len, &cell->addr))
        return fail(reading, column, "an address", (struct slice){at, len});
    cell->type = CELL_V6;
    return true;
}

static inline void read_text(unsigned column, const char *at, const char *end, const char **next,
                             struct reading *reading)
{
    struct cell *cell = &reading->cells[column];
    const char *behind = word_end(at, end);
    size_t len = (size_t)(behind - at);
    cell->type = len == 1 && *at == '-' ? CELL_NULL : CELL_TEXT;
    cell->text.at = at;
    cell->text.len = (uint32_t)len;
    *next = behind;
}

static inline bool read_action(unsigned column, const char *at, const char *end, const char **next,
                               struct reading *reading)
{
    read_text(column, at, end, next, reading);
    size_t len = (size_t)(*next - at);
    if (len == 6 && (memcmp(at, "ACCEPT", 6) == 0 || memcmp(at, "REJECT", 6) == 0))
        return true;
    return reading->cells[column].type == CELL_NULL ||
           fail(reading, column, "ACCEPT, REJECT or -", (struct slice){at, len});
}

static inline bool read_word(unsigned reader, unsigned column, const char *at, const char *end, const char **next,
                             struct reading *reading)
{
    switch (reader) {
    case READ_ADDR: return read_addr(column, at, end, next, reading);
    case READ_TEXT: read_text(column, at, end, next, reading); return true;
    case READ_ACTION: return read_action(column, at, end, next, reading);
    case READ_NOTHING: *next = word_end(at, end); return true;
    default: return read_number(reader, column, at, end, next, reading);
    }
}

bool plan_read(const struct plan *plan, struct slice line, struct reading *reading)
{
    const char *at = line.at, *end = line.at + line.len;
    for (unsigned k = 0; k < plan->n; k++) {
        while (at < end && is_gap(*at))
            at++;
        if (UNLIKELY(at == end))
            return fail(reading, k, NULL, line);
        if (UNLIKELY(!read_word(plan->reader[k], k, at, end, &at, reading)))
            return false;
    }
    while (at < end && is_gap(*at))
        at++;
    reading->surplus = (struct slice){at, (size_t)(end - at)};
    plan_judge(plan, reading);
    return true;
}

bool plan_read_word(const struct plan *plan, unsigned column, struct slice word, struct reading *reading)
{
    struct cell *cell = &reading->cells[column];
    if (word.len == 0) {
        cell->type = CELL_NULL;
        return true;
    }
    if (plan->reader[column] == READ_TEXT) { /* the one kind that may hold a space */
        cell->type = word.len == 1 && *word.at == '-' ? CELL_NULL : CELL_TEXT;
        cell->text.at = word.at;
        cell->text.len = (uint32_t)word.len;
        return true;
    }
    const char *end = word.at + word.len, *next = end;
    if (!read_word(plan->reader[column], column, word.at, end, &next, reading))
        return false;
    return next == end || plan->reader[column] == READ_NOTHING || fail(reading, column, "one word", word);
}

/* ---- what the row says as a whole ---- */

static bool has_addr(const struct plan *plan, const struct reading *reading)
{
    for (unsigned k = 0; k < plan->n_addrs; k++)
        if (reading->cells[plan->addrs[k]].type != CELL_NULL)
            return true;
    return plan->n_addrs == 0;
}

static weir_row_kind kind_of(const struct plan *plan, const struct reading *reading)
{
    if (plan->status < 0)
        return WEIR_ROW_RECORD;
    const struct cell *status = &reading->cells[plan->status];
    if (status->type != CELL_TEXT || (status->text.len == 2 && memcmp(status->text.at, "OK", 2) == 0))
        return WEIR_ROW_RECORD;
    bool acted = plan->action >= 0 && reading->cells[plan->action].type == CELL_TEXT;
    if (acted && has_addr(plan, reading))
        return WEIR_ROW_RECORD;
    struct slice word = {status->text.at, status->text.len};
    if (slice_is(word, SLICE("NODATA")))
        return WEIR_ROW_NODATA;
    return slice_is(word, SLICE("SKIPDATA")) ? WEIR_ROW_SKIPDATA : WEIR_ROW_RECORD;
}

static weir_verdict verdict_of(const struct plan *plan, const struct reading *reading)
{
    if (reading->kind != WEIR_ROW_RECORD)
        return WEIR_VERDICT_NONE;
    if (plan->action >= 0) {
        const struct cell *action = &reading->cells[plan->action];
        if (action->type != CELL_TEXT)
            return WEIR_VERDICT_NONE;
        return action->text.at[0] == 'A' ? WEIR_VERDICT_ACCEPT : WEIR_VERDICT_REJECT;
    }
    for (unsigned k = 0; k < plan->n_losses; k++) {
        const struct cell *loss = &reading->cells[plan->losses[k]];
        if (loss->type == CELL_NUMBER && loss->number > 0)
            return WEIR_VERDICT_REJECT;
    }
    return plan->n_losses > 0 ? WEIR_VERDICT_ACCEPT : WEIR_VERDICT_NONE;
}

void plan_judge(const struct plan *plan, struct reading *reading)
{
    reading->kind = kind_of(plan, reading);
    reading->verdict = verdict_of(plan, reading);
}

void plan_explain(const struct plan *plan, const struct fault *fault, char *why, size_t size)
{
    weir_field field = (weir_field)plan->format->column[fault->column];
    const char *name = field == WEIR_FIELD_NONE ? "unknown field" : weir_field_get(field)->name;
    char found[40];
    if (!fault->wanted) {
        weir_safe_format(why, size, "%u column%s, the layout has %u: column %u (%s) is missing", fault->column,
                         fault->column == 1 ? "" : "s", plan->n, fault->column + 1, name);
        return;
    }
    weir_sanitize(fault->found.at, fault->found.len, found, sizeof found);
    weir_safe_format(why, size, "column %u (%s): expected %s, found '%s'", fault->column + 1, name, fault->wanted,
                     found);
}
