/* push_addr.c - addresses as conditions of a filter pattern, which knows no networks: "203.0.113.*" where a network
 * ends between two octets, a regular expression without parentheses where it does not, and where neither fits the next
 * larger thing that can be said. IPv6 addresses are all or none, by their colon. */
#include <inttypes.h>
#include <stdio.h>

#include "base/addr.h"
#include "base/scope.h"
#include "query/push_form.h"

#define BLOCKS_MAX     8   /* wildcards of one column */
#define REGEX_MOST     300 /* bytes */
#define REGEX_PARTS    12  /* groups */
#define OCTET(addr, k) ((unsigned)((addr) >> (24 - 8 * (k))) & 255)

/* Addresses that share `fixed` octets, and have one of from..to in the next. */
struct group {
    uint32_t base;
    unsigned fixed, from, to;
};

struct groups {
    struct group *at;
    size_t n, room;
};

static void add_group(struct groups *groups, uint32_t base, unsigned fixed, unsigned from, unsigned to)
{
    if (groups->n < groups->room)
        groups->at[groups->n] = (struct group){base, fixed, from, to};
    groups->n++;
}

static uint32_t host_bits(unsigned fixed)
{
    return fixed >= 4 ? 0 : UINT32_MAX >> (8 * fixed);
}

/* Both ends share `fixed` octets. At most 7 groups come of it. */
static void split(struct groups *groups, uint32_t low, uint32_t high, unsigned fixed)
{
    /* a stack of three: the beginning, the middle and the end of an interval share more octets each */
    for (; fixed < 4; fixed++) {
        unsigned from = OCTET(low, fixed), to = OCTET(high, fixed);
        uint32_t rest = host_bits(fixed + 1);
        bool starts = (low & rest) == 0, ends = (high & rest) == rest;

        if (from == to && !(starts && ends))
            continue;
        if (from == to || (starts && ends)) {
            add_group(groups, low & ~host_bits(fixed), fixed, from, to);
            return;
        }
        if (!starts)
            split(groups, low, low | rest, fixed + 1);
        if (from + !starts <= to - !ends && to >= (unsigned)!ends)
            add_group(groups, low & ~host_bits(fixed), fixed, from + !starts, to - !ends);
        if (!ends)
            split(groups, high & ~rest, high, fixed + 1);
        return;
    }
}

static bool find_groups(struct pool *pool, const struct span *spans, size_t n, struct groups *out)
{
    out->n = 0;
    out->room = n * 7 + 1;
    out->at = pool_new(pool, out->room * sizeof *out->at);
    for (size_t k = 0; out->at && k < n; k++)
        split(out, (uint32_t)spans[k].low, (uint32_t)spans[k].high, 0);
    return out->at && out->n <= out->room;
}

static size_t count_blocks(const struct groups *groups)
{
    size_t n = 0;

    for (size_t k = 0; k < groups->n; k++)
        n += groups->at[k].to - groups->at[k].from + 1;
    return n;
}

/* ---- wildcards ---- */

static void add_block(struct form *form, const char *relation, uint32_t base, unsigned octets)
{
    char text[ADDR_TEXT_MAX];
    size_t len = 0;

    for (unsigned k = 0; k < octets; k++)
        len += (size_t)snprintf(text + len, sizeof text - len, k ? ".%u" : "%u", OCTET(base, k));
    if (octets < 4)
        len += (size_t)snprintf(text + len, sizeof text - len, ".*");
    form_say(form, relation, text, len);
}

static void add_blocks(struct form *form, const char *relation, const struct group *group)
{
    for (unsigned octet = group->from; octet <= group->to; octet++)
        add_block(form, relation, group->base | (uint32_t)octet << (24 - 8 * group->fixed), group->fixed + 1);
}

/* ---- a regular expression ---- */

struct regex {
    char text[REGEX_MOST + 64];
    struct printer out;
    const struct group *group;
};

static void put_class(char *out, size_t size, unsigned from, unsigned to)
{
    if (from == to)
        snprintf(out, size, "%u", from);
    else
        snprintf(out, size, to - from == 1 ? "[%u%u]" : "[%u-%u]", from, to);
}

/* "^172\.1[6-9]\." for one row of last digits; tens = -1: numbers of one digit. */
static void add_alternative(struct regex *regex, const char *tens, const char *ones)
{
    const struct group *group = regex->group;
    char text[64];
    size_t len = (size_t)snprintf(text, sizeof text, "%s^", regex->out.len ? "|" : "");

    for (unsigned k = 0; k < group->fixed; k++)
        len += (size_t)snprintf(text + len, sizeof text - len, "%u\\.", OCTET(group->base, k));
    len += (size_t)snprintf(text + len, sizeof text - len, "%s%s%s", tens, ones, group->fixed == 3 ? "$" : "\\.");
    printer_bytes(&regex->out, text, len);
}

/* Rows of ten numbers that are whole go together within 10-99, 100-199 and 200-255. */
static void add_octets(struct regex *regex, unsigned from, unsigned to)
{
    for (unsigned ten = from / 10, last = to / 10; ten <= last; ten++) {
        unsigned low = ten == from / 10 ? from % 10 : 0, high = ten == last ? to % 10 : 9, end = ten;
        char tens[24] = "", ones[16];

        put_class(ones, sizeof ones, low, high);
        if (ten == 0) {
            add_alternative(regex, "", ones);
            continue;
        }
        while (low == 0 && high == 9 && end / 10 == (end + 1) / 10 &&
               (end + 1 < last || (end + 1 == last && to % 10 == 9)))
            end++;
        put_class(tens + (ten >= 10), sizeof tens - 1, ten % 10, end % 10);
        if (ten >= 10)
            tens[0] = (char)('0' + ten / 10);
        add_alternative(regex, tens, ones);
        ten = end;
    }
}

static bool write_regex(struct form *form, const char *relation, const struct groups *groups, size_t room)
{
    struct regex regex = {.out = {.size = sizeof regex.text}};
    size_t n_blocks = 0;

    regex.out.at = regex.text;
    for (size_t k = 0; k < groups->n; k++)
        n_blocks += groups->at[k].from == groups->at[k].to;
    bool keeps_blocks = n_blocks <= room;
    for (size_t k = 0; k < groups->n; k++) {
        const struct group *group = &groups->at[k];

        if (group->from == group->to && keeps_blocks) {
            add_blocks(form, relation, group);
            continue;
        }
        regex.group = group;
        add_octets(&regex, group->from, group->to);
    }
    if (!regex.out.len || regex.out.len > REGEX_MOST)
        return false;
    form_add_regex(form, relation, regex.text);
    return true;
}

/* ---- both ways ---- */

/* One of these, or none of those: `spans` are what is named. */
static bool write_addrs(struct pool *pool, struct form *form, bool is_but, const struct span *spans, size_t n,
                        bool may_regex)
{
    const char *relation = is_but ? "!=" : "=";
    struct groups groups;

    if (n > BLOCKS_MAX * REGEX_PARTS || !find_groups(pool, spans, n, &groups))
        return false;
    form_begin(form, is_but);
    form->strength = is_but ? FORM_NOT : FORM_ONE_OF;
    if (form->takes.has_v6 != is_but)
        form_say(form, relation, "*:*", 3);
    if (form->takes.has_null != is_but)
        form_say(form, relation, "-", 1);
    if (count_blocks(&groups) > BLOCKS_MAX)
        return may_regex && groups.n <= REGEX_PARTS && write_regex(form, relation, &groups, BLOCKS_MAX / 2);
    for (size_t k = 0; k < groups.n; k++)
        add_blocks(form, relation, &groups.at[k]);
    return form->n > 0;
}

/* Whole blocks of `octets` octets around the intervals, or (inner) within them. */
static size_t round_spans(const struct span *from, size_t n, unsigned octets, bool inner, struct span *to)
{
    uint64_t rest = host_bits(octets);
    size_t out = 0;

    for (size_t k = 0; k < n; k++) {
        uint64_t low = inner ? (from[k].low + rest) & ~rest : from[k].low & ~rest;
        uint64_t high = inner ? ((from[k].high + 1) & ~rest) : (from[k].high | rest) + 1;

        if (low >= high)
            continue;
        if (out && low <= to[out - 1].high + 1)
            to[out - 1].high = high - 1;
        else
            to[out++] = (struct span){low, high - 1};
    }
    return out;
}

static bool write_rounded(struct pool *pool, struct form *form, bool is_but, const struct span *spans, size_t n,
                          bool may_regex)
{
    struct span *rounded = pool_new(pool, (n + 1) * sizeof *rounded);

    for (unsigned octets = 3; rounded && octets > 0; octets--) {
        size_t left = round_spans(spans, n, octets, is_but, rounded);

        if (is_but && left == 0 && form->takes.has_null && form->takes.has_v6)
            return false;
        if (!write_addrs(pool, form, is_but, rounded, left, may_regex))
            continue;
        struct set named = {.class = CLASS_ADDR, .most = UINT32_MAX, .n = left, .spans = rounded};
        struct span *gaps = rounded;
        if (is_but && !set_gaps(pool, &named, &gaps, &left))
            return false;
        form->takes.spans = gaps;
        form->takes.n = left;
        return true;
    }
    return false;
}

static uint64_t count_addrs(const struct set *set)
{
    uint64_t n = 0;

    for (size_t k = 0; k < set->n; k++)
        n += set->spans[k].high - set->spans[k].low + 1;
    return n;
}

void form_addr(struct pool *pool, const struct set *wanted, bool may_regex, struct form *out)
{
    bool is_but = count_addrs(wanted) > UINT32_MAX / 2;
    struct span *gaps;
    size_t n_gaps;

    if (!set_gaps(pool, wanted, &gaps, &n_gaps))
        return;
    for (int regex = 0; regex <= (int)may_regex; regex++)
        for (int turn = 0; turn < 2; turn++) {
            bool names_gaps = is_but != (turn == 1);

            if (names_gaps ? write_addrs(pool, out, true, gaps, n_gaps, regex)
                           : wanted->n && write_addrs(pool, out, false, wanted->spans, wanted->n, regex))
                return;
            if (!names_gaps && !wanted->n && write_addrs(pool, out, false, NULL, 0, false))
                return;
        }
    if (!(is_but ? write_rounded(pool, out, true, gaps, n_gaps, may_regex)
                 : write_rounded(pool, out, false, wanted->spans, wanted->n, may_regex)))
        form_begin(out, false);
}
