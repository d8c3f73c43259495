/* Names and types. Each kind of value is one row of kinds[]: what it is called, how large it may be and which names
 * it has. A range is tried at every hyphen, because hyphens also stand in dates and names. */
#include "query/check.h"

#include <stdio.h>

#include "base/addr.h"
#include "base/scope.h"
#include "flow/names.h"

static const char *const actions[] = {"ACCEPT", "REJECT", NULL};
static const char *const statuses[] = {"OK", "NODATA", "SKIPDATA", NULL};
static const char *const directions[] = {"ingress", "egress", NULL};
static const char *const causes[] = {
#define X(id, name, row, harmless, words) name,
#include "weir/cause.def"
#undef X
    NULL,
};

static const struct kind_row {
    const char *expected;
    uint64_t max;
    bool (*name)(const char *name, size_t len, uint64_t *number);
    bool has_sizes;
    const char *const *values; /* all that there are, NULL = any */
} kinds[] = {
    [WEIR_KIND_NUMBER] = {"a number", UINT64_MAX, NULL, false, NULL},
    [WEIR_KIND_PORT] = {"a port number or service name", 65535, name_port, false, NULL},
    [WEIR_KIND_PROTOCOL] = {"a protocol number (0-255) or name", 255, name_protocol, false, NULL},
    [WEIR_KIND_PACKETS] = {"a number such as 500 or 10K", UINT64_MAX, NULL, true, NULL},
    [WEIR_KIND_BYTES] = {"a size such as 1500, 10K or 1MiB", UINT64_MAX, NULL, true, NULL},
    [WEIR_KIND_TIME] = {"a time such as -10m, 13:10 or 2026-11-23T13:10Z", UINT64_MAX, NULL, false, NULL},
    [WEIR_KIND_FLAGS] = {"TCP flags such as SYN or SYN-ACK, or a number (0-255)", 255, name_flags, false, NULL},
    [WEIR_KIND_PATH] = {"a traffic path (1-8)", 255, name_path, false, NULL},
    [WEIR_KIND_ENCRYPTION] = {"an encryption status (0-3)", 255, NULL, false, NULL},
    [WEIR_KIND_ADDR] = {"an address or a network such as 10.0.0.0/8", 0, NULL, false, NULL},
    [WEIR_KIND_TEXT] = {"a text", 0, NULL, false, NULL},
    [WEIR_KIND_ACTION] = {"ACCEPT or REJECT", 0, NULL, false, actions},
    [WEIR_KIND_STATUS] = {"OK, NODATA or SKIPDATA", 0, NULL, false, statuses},
    [WEIR_KIND_DIRECTION] = {"ingress or egress", 0, NULL, false, directions},
    [WEIR_KIND_CAUSE] = {"a cause such as sg-ingress or late-packet", 0, NULL, false, causes},
    [WEIR_KIND_LIST] = {"a text", 0, NULL, false, NULL},
};

static const struct {
    const char *suffix;
    uint64_t unit;
} units[] = {
    {"", 1},
    {"b", 1},
    {"k", 1000},
    {"kb", 1000},
    {"ki", 1ull << 10},
    {"kib", 1ull << 10},
    {"m", 1000000},
    {"mb", 1000000},
    {"mi", 1ull << 20},
    {"mib", 1ull << 20},
    {"g", 1000000000},
    {"gb", 1000000000},
    {"gi", 1ull << 30},
    {"gib", 1ull << 30},
    {"t", 1000000000000},
    {"tb", 1000000000000},
    {"ti", 1ull << 40},
    {"tib", 1ull << 40},
};

const char *check_expected(weir_field field)
{
    return kinds[weir_field_get(field)->kind].expected;
}

const char *check_value_at(weir_kind kind, size_t k)
{
    return kinds[kind].values ? kinds[kind].values[k] : NULL;
}

/* Digits, with "_" between them; returns how many bytes were taken, 0 if there is none or it is too large. */
static size_t take_digits(struct slice text, uint64_t *number)
{
    size_t at = 0;

    *number = 0;
    for (; at < text.len; at++) {
        char c = text.at[at];

        if (c == '_' && at && at + 1 < text.len && text.at[at + 1] >= '0' && text.at[at + 1] <= '9')
            continue;
        if (c < '0' || c > '9')
            break;
        if (__builtin_mul_overflow(*number, 10, number) || __builtin_add_overflow(*number, (uint64_t)(c - '0'), number))
            return 0;
    }
    return at;
}

/* "1500", "1_500", "10K", "1.5MiB" */
static bool read_size(struct slice text, bool has_sizes, uint64_t *size)
{
    uint64_t fraction = 0, scale = 1, unit = 0;
    size_t at = take_digits(text, size);

    if (at == 0)
        return false;
    if (has_sizes && at < text.len && text.at[at] == '.')
        for (at++; at < text.len && text.at[at] >= '0' && text.at[at] <= '9' && scale < 1000000; at++) {
            fraction = fraction * 10 + (uint64_t)(text.at[at] - '0');
            scale *= 10;
        }
    struct slice suffix = {text.at + at, text.len - at};
    for (size_t k = 0; k < (has_sizes ? ARRAY_SIZE(units) : 1); k++)
        if (slice_is_nocase(suffix, slice_of(units[k].suffix)))
            unit = units[k].unit;
    if (!unit || fraction * unit % scale || __builtin_mul_overflow(*size, unit, size))
        return false;
    return !__builtin_add_overflow(*size, fraction * unit / scale, size);
}

static bool read_number(weir_kind kind, struct slice text, int64_t now, uint64_t *number)
{
    const struct kind_row *row = &kinds[kind];
    int64_t seconds;

    if (kind == WEIR_KIND_TIME) {
        if (!weir_time_parse(text.at, text.len, now, false, &seconds))
            return false;
        *number = seconds > 0 ? (uint64_t)seconds : 0;
        return true;
    }
    if (read_size(text, row->has_sizes, number) && *number <= row->max)
        return true;
    return row->name && row->name(text.at, text.len, number);
}

static bool check_number(weir_kind kind, struct slice text, int64_t now, struct item *out, char *why, size_t size)
{
    bool is_reversed = false;

    out->type = ITEM_NUMBER;
    if (read_number(kind, text, now, &out->low)) {
        out->high = out->low;
        return true;
    }
    for (size_t k = 1; k + 1 < text.len; k++) {
        struct slice low = {text.at, k}, high = {text.at + k + 1, text.len - k - 1};

        if (text.at[k] != '-' || !read_number(kind, low, now, &out->low) || !read_number(kind, high, now, &out->high))
            continue;
        if (out->low <= out->high)
            return true;
        is_reversed = true;
    }
    if (is_reversed)
        snprintf(why, size, "the range %.*s ends before it begins", (int)text.len, text.at);
    else
        snprintf(why, size, "expected %s, found '%.*s'", kinds[kind].expected, (int)text.len, text.at);
    return false;
}

static void set_net(struct item *out, const struct net *net)
{
    size_t n = net->addr.family == 4 ? 4 : 16;

    *out = (struct item){.type = ITEM_ADDR, .first = net->addr, .last = net->addr, .prefix = net->prefix};
    for (size_t k = 0; k < n; k++) {
        int bits = net->prefix - (int)k * 8;

        if (bits < 8)
            out->last.bytes[k] |= (uint8_t)(0xff >> (bits > 0 ? bits : 0));
    }
}

static void set_addr(struct item *out, const weir_addr *addr)
{
    *out = (struct item){.type = ITEM_ADDR, .first = *addr, .last = *addr, .prefix = addr->family == 4 ? 32 : 128};
}

/* tcpdump's `net 10` and `net 10.1` */
static bool read_short_net(struct slice text, struct net *net)
{
    char full[24];
    int dots = 0;

    for (size_t k = 0; k < text.len; k++)
        dots += text.at[k] == '.';
    if (text.len > 11 || dots > 2)
        return false;
    int len = snprintf(full, sizeof full, "%.*s/%d", (int)text.len, text.at, (dots + 1) * 8);
    return net_parse(full, (size_t)len, net);
}

static bool check_addr(struct slice text, bool is_net, struct item *out, char *why, size_t size)
{
    weir_addr first, last;
    struct net net;

    if (addr_parse(text.at, text.len, &first)) {
        set_addr(out, &first);
        return true;
    }
    if ((memchr(text.at, '/', text.len) && net_parse(text.at, text.len, &net)) ||
        (is_net && read_short_net(text, &net))) {
        set_net(out, &net);
        return true;
    }
    const char *dash = memchr(text.at, '-', text.len);
    if (dash && addr_parse(text.at, (size_t)(dash - text.at), &first) &&
        addr_parse(dash + 1, text.len - (size_t)(dash - text.at) - 1, &last) && first.family == last.family) {
        if (addr_compare(&first, &last) > 0) {
            snprintf(why, size, "the range %.*s ends before it begins", (int)text.len, text.at);
            return false;
        }
        set_addr(out, &first);
        out->last = last;
        out->prefix = addr_compare(&first, &last) == 0 ? out->prefix : -1;
        return true;
    }
    snprintf(why, size, "expected %s, found '%.*s'", kinds[WEIR_KIND_ADDR].expected, (int)text.len, text.at);
    return false;
}

static bool check_text(weir_kind kind, struct slice text, bool quoted, struct item *out, char *why, size_t size)
{
    out->type = ITEM_TEXT;
    out->text = text;
    if (!kinds[kind].values)
        return true;
    for (size_t k = 0; check_value_at(kind, k); k++)
        if (slice_is_nocase(text, slice_of(check_value_at(kind, k)))) {
            out->text = slice_of(check_value_at(kind, k));
            return true;
        }
    snprintf(why, size, "expected %s, found '%.*s'", kinds[kind].expected, (int)text.len, text.at);
    return quoted;
}

bool check_item(weir_field field, enum subject subject, struct slice text, bool quoted, int64_t now, struct item *out,
                char *why, size_t size)
{
    weir_kind kind = weir_field_get(field)->kind;
    struct item *next = out->next;
    bool is_net = subject == SUBJECT_NET || subject == SUBJECT_SRC_NET || subject == SUBJECT_DST_NET;
    bool is_ok = true;

    *out = (struct item){.type = ITEM_NULL};
    if (quoted || !slice_is(text, SLICE("-"))) {
        if (kind_class(kind) == CLASS_TEXT)
            is_ok = check_text(kind, text, quoted, out, why, size);
        else if (kind == WEIR_KIND_ADDR)
            is_ok = check_addr(text, is_net, out, why, size);
        else
            is_ok = check_number(kind, text, now, out, why, size);
    }
    out->next = next;
    return is_ok;
}

/* Whether a word means something by itself as a value of one of these, tried in this order. */
static const struct bare_row {
    enum subject subject;
    weir_field field;
} bare_rows[] = {
    {SUBJECT_HOST, WEIR_F_SRCADDR},         {SUBJECT_FIELD, WEIR_F_ACTION}, {SUBJECT_FIELD, WEIR_F_LOG_STATUS},
    {SUBJECT_FIELD, WEIR_F_FLOW_DIRECTION}, {SUBJECT_FIELD, WEIR_F_CAUSE},  {SUBJECT_FIELD, WEIR_F_PROTOCOL},
    {SUBJECT_PORT, WEIR_F_SRCPORT},
};

static bool starts_with_digit(struct slice word)
{
    return word.len && word.at[0] >= '0' && word.at[0] <= '9';
}

static void set_fields(struct node *term, enum subject subject, weir_field field)
{
    term->type = NODE_TERM;
    term->subject = subject;
    term->op = OP_IN;
    term->n_fields = 1;
    term->field[0] = field;
    if (subject == SUBJECT_FIELD)
        return;
    term->n_fields = subjects[subject].n_fields;
    for (size_t k = 0; k < term->n_fields; k++)
        term->field[k] = subjects[subject].fields[k];
}

static bool check_family(struct slice word, struct node *term, struct item *item)
{
    struct net net = {.addr.family = 4};

    if (slice_is_nocase(word, SLICE("ipv6")))
        net.addr.family = 6;
    else if (!slice_is_nocase(word, SLICE("ipv4")))
        return false;
    set_fields(term, SUBJECT_NET, WEIR_FIELD_NONE);
    set_net(item, &net);
    return true;
}

static bool check_resource(struct slice word, struct node *term)
{
    for (enum subject k = SUBJECT_ENI; k < SUBJECT_COUNT; k++) {
        size_t len = strlen(subjects[k].first);

        if (word.len < len || !slice_is_nocase((struct slice){word.at, len}, slice_of(subjects[k].first)))
            continue;
        set_fields(term, k, WEIR_FIELD_NONE);
        term->op = OP_PREFIX;
        term->pattern = word;
        return true;
    }
    return false;
}

static bool is_account(struct slice word)
{
    bool is_digits = word.len == 12;

    for (size_t k = 0; is_digits && k < word.len; k++)
        is_digits = word.at[k] >= '0' && word.at[k] <= '9';
    return is_digits;
}

bool check_bare(struct slice word, int64_t now, struct node *term, struct item *item)
{
    char why[8];

    term->items = item;
    if (slice_is(word, SLICE("-")))
        return false;
    if (is_account(word)) {
        set_fields(term, SUBJECT_FIELD, WEIR_F_ACCOUNT_ID);
        *item = (struct item){.type = ITEM_TEXT, .text = word};
        return true;
    }
    if (check_family(word, term, item) || check_resource(word, term))
        return true;
    for (size_t k = 0; k < ARRAY_SIZE(bare_rows); k++) {
        const struct bare_row *row = &bare_rows[k];

        /* numbers alone are ports, not protocols */
        if (row->field == WEIR_F_PROTOCOL && starts_with_digit(word))
            continue;
        if (!check_item(row->field, row->subject, word, false, now, item, why, sizeof why))
            continue;
        bool is_net = row->subject == SUBJECT_HOST && item->prefix >= 0 && memchr(word.at, '/', word.len);
        set_fields(term, is_net ? SUBJECT_NET : row->subject, row->field);
        return true;
    }
    return false;
}

enum subject check_subject(struct slice first, struct slice second, bool *takes_second)
{
    for (enum subject k = SUBJECT_SRC_PORT; k <= SUBJECT_NET; k++) {
        if (!slice_is_nocase(first, slice_of(subjects[k].first)))
            continue;
        *takes_second = *subjects[k].second;
        if (!*takes_second || slice_is_nocase(second, slice_of(subjects[k].second)))
            return k;
    }
    return SUBJECT_FIELD;
}

/* ---- advice ---- */

#define NEAR_MAX 40

/* Optimal string alignment: insert, delete, replace, swap neighbours. */
static size_t distance(struct slice a, struct slice b)
{
    size_t rows[3][NEAR_MAX + 1];

    if (a.len > NEAR_MAX || b.len > NEAR_MAX)
        return NEAR_MAX;
    for (size_t j = 0; j <= b.len; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        size_t *now = rows[i % 3], *last = rows[(i + 2) % 3], *older = rows[(i + 1) % 3];

        now[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            size_t best = last[j - 1] + ((a.at[i - 1] | 32) != (b.at[j - 1] | 32));

            best = last[j] + 1 < best ? last[j] + 1 : best;
            best = now[j - 1] + 1 < best ? now[j - 1] + 1 : best;
            if (i > 1 && j > 1 && (a.at[i - 1] | 32) == (b.at[j - 2] | 32) && (a.at[i - 2] | 32) == (b.at[j - 1] | 32))
                best = older[j - 2] + 1 < best ? older[j - 2] + 1 : best;
            now[j] = best;
        }
    }
    return rows[a.len % 3][b.len];
}

struct nearest {
    struct slice word;
    const char *name; /* best so far */
    size_t distance;
};

static void consider(struct nearest *nearest, const char *candidate, const char *name)
{
    size_t d = *candidate ? distance(nearest->word, slice_of(candidate)) : NEAR_MAX;

    if (d < nearest->distance) {
        nearest->distance = d;
        nearest->name = name;
    }
}

static struct nearest nearest_to(struct slice word)
{
    return (struct nearest){.word = word, .distance = word.len < 4 ? 2 : word.len < 8 ? 3 : 4};
}

const char *check_nearest_field(struct slice word)
{
    struct nearest nearest = nearest_to(word);

    for (int k = 0; k < WEIR_FIELD_COUNT; k++) {
        const weir_field_info *field = weir_field_get((weir_field)k);

        consider(&nearest, field->name, field->name);
        consider(&nearest, field->alias, field->name);
    }
    return nearest.name;
}

const char *check_nearest_bare(struct slice word)
{
    static const weir_kind enumerated[] = {WEIR_KIND_ACTION, WEIR_KIND_STATUS, WEIR_KIND_DIRECTION, WEIR_KIND_CAUSE};
    struct nearest nearest = nearest_to(word);

    if (word.len < 3)
        return NULL;
    for (size_t e = 0; e < ARRAY_SIZE(enumerated); e++)
        for (size_t k = 0; check_value_at(enumerated[e], k); k++)
            consider(&nearest, check_value_at(enumerated[e], k), check_value_at(enumerated[e], k));
    for (size_t k = 0; name_protocol_at(k); k++)
        consider(&nearest, name_protocol_at(k), name_protocol_at(k));
    for (enum subject k = SUBJECT_SRC; k <= SUBJECT_NET; k++)
        consider(&nearest, subjects[k].first, subjects[k].first);
    const char *field = check_nearest_field(word);
    if (field)
        consider(&nearest, field, field);
    return nearest.name;
}
