/* push_form.c - numbers and texts as conditions of a filter pattern. Equality and "!=" with quotes compare texts, so
 * that they also hold, or do not hold, for "-"; "<" and ">" compare numbers and never hold for "-". */
#include "query/push_form.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/scope.h"

#define POINTS_MAX         16           /* numbers of an interval that are written one by one */
#define NUMBER_MOST        (1ull << 53) /* from here on a pattern's numbers are not exact */

#define NUMBERS_MOST_BYTES 600 /* of one column: others want to be said too */

/* ---- writing ---- */

void form_begin(struct form *form, bool is_and)
{
    form->out = (struct printer){.at = form->text, .size = sizeof form->text};
    form->text[0] = '\0';
    form->n = 0;
    form->is_and = is_and;
    form->has_regex = false;
}

/* What may stand without quotes: words that are no numbers, and the beginning of an IPv4 address. */
static bool is_plain(const char *value, size_t len)
{
    bool is_word = true, is_dotted = value[len - 1] == '*', is_number = true;

    for (size_t k = 0; k < len; k++) {
        char c = value[k];
        bool is_digit = c >= '0' && c <= '9';

        is_word = is_word && (is_digit || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z'));
        is_dotted = is_dotted && (is_digit || c == '.' || (c == '*' && k + 1 == len));
        is_number = is_number && is_digit;
    }
    return (is_word && !is_number) || is_dotted;
}

static void add_left(struct form *form, const char *relation)
{
    char name[24];

    if (form->n++)
        printer_text(&form->out, form->is_and ? " && " : " || ");
    printer_bytes(&form->out, name, (size_t)snprintf(name, sizeof name, "a%u", form->column));
    printer_text(&form->out, relation);
}

void form_say(struct form *form, const char *relation, const char *value, size_t len)
{
    bool is_quoted = !is_plain(value, len);

    add_left(form, relation);
    if (is_quoted)
        printer_text(&form->out, "\"");
    printer_bytes(&form->out, value, len);
    if (is_quoted)
        printer_text(&form->out, "\"");
}

void form_add_regex(struct form *form, const char *relation, const char *regex)
{
    add_left(form, relation);
    printer_text(&form->out, "%");
    printer_text(&form->out, regex);
    printer_text(&form->out, "%");
    form->has_regex = true;
}

/* Behind "!=" it must not be compared as a number: "-" is none, and is not equal to it. */
static void add_number(struct form *form, const char *relation, uint64_t number)
{
    char text[24];
    size_t len = (size_t)snprintf(text, sizeof text, "%" PRIu64, number);

    if (*relation == '!') {
        form_say(form, relation, text, len);
        return;
    }
    add_left(form, relation);
    printer_bytes(&form->out, text, len);
}

/* ---- numbers ---- */

static uint64_t size_of(const struct span *span)
{
    return span->high - span->low == UINT64_MAX ? UINT64_MAX : span->high - span->low + 1;
}

/* All points of the intervals; false if there are too many. */
static bool add_points(struct form *form, const char *relation, const struct span *spans, size_t n)
{
    uint64_t total = 0;

    for (size_t k = 0; k < n; k++) {
        total += size_of(&spans[k]) > POINTS_MAX ? POINTS_MAX + 1 : size_of(&spans[k]);
        if (total > SET_PARTS_MAX || size_of(&spans[k]) > POINTS_MAX)
            return false;
        for (uint64_t number = spans[k].low;; number++) {
            add_number(form, relation, number);
            if (number == spans[k].high)
                break;
        }
    }
    return true;
}

static bool write_one_of(struct form *form, const struct set *set)
{
    form_begin(form, false);
    form->strength = FORM_ONE_OF;
    for (size_t k = 0; k < set->n; k++) {
        const struct span *span = &set->spans[k];
        bool is_point = span->low == span->high;

        if (!is_point && span->low == 0 && span->high < set->most)
            add_number(form, "<=", span->high);
        else if (!is_point && span->high == set->most && span->low > 0)
            add_number(form, ">=", span->low);
        else if (!add_points(form, "=", span, 1))
            return false;
    }
    if (set->has_null)
        form_say(form, "=", "-", 1);
    return form->n > 0;
}

/* From the lowest to the highest, without what lies between them. */
static bool write_all_of(struct form *form, struct pool *pool, const struct set *set)
{
    uint64_t low = set->n ? set->spans[0].low : 0, high = set->n ? set->spans[set->n - 1].high : 0;
    bool is_bounded = low > 0 || high < set->most;
    struct span *gaps;
    size_t n = 0;

    if (!set->n || (set->has_null && is_bounded) || !set_gaps(pool, set, &gaps, &n))
        return false;
    form_begin(form, true);
    form->strength = is_bounded ? FORM_RANGE : FORM_NOT;
    if (low > 0)
        add_number(form, ">=", low);
    if (high < set->most)
        add_number(form, "<=", high);
    n -= high < set->most;
    gaps += low > 0;
    n -= low > 0;
    if (!add_points(form, "!=", gaps, n))
        return false;
    if (!is_bounded && !set->has_null)
        form_say(form, "!=", "-", 1);
    return form->n > 0;
}

/* What can be said when neither way is exact or short: the hull, and gaps in it of at most so many numbers. */
static bool loosen(struct pool *pool, struct set *set, uint64_t gap_most)
{
    struct span *spans = pool_new(pool, (set->n + 1) * sizeof *spans);
    size_t n = 0;

    if (!spans || !set->n)
        return false;
    for (size_t k = 0; k < set->n; k++)
        if (n && !set->has_null && set->spans[k].low - spans[n - 1].high - 1 <= gap_most)
            spans[n++] = set->spans[k];
        else if (n)
            spans[n - 1].high = set->spans[k].high;
        else
            spans[n++] = set->spans[k];
    if (set->has_null) /* one half-line is all that fits beside it */
        *spans = spans->low > 0 ? (struct span){spans->low, set->most} : (struct span){0, spans->high};
    set->spans = spans;
    set->n = n;
    return true;
}

static bool blur_large(struct pool *pool, struct set *set)
{
    struct span *spans = pool_new(pool, (set->n + 1) * sizeof *spans);
    size_t n = 0;

    if (!spans)
        return false;
    for (size_t k = 0; k < set->n; k++) {
        spans[n] = set->spans[k];
        if (spans[n].high < NUMBER_MOST) {
            n++;
            continue;
        }
        spans[n].high = set->most;
        spans[n].low = spans[n].low < NUMBER_MOST ? spans[n].low : NUMBER_MOST;
        n++;
        break;
    }
    set->spans = spans;
    set->n = n;
    return true;
}

static void take_shorter(struct form *form, struct pool *pool,
                         bool (*write)(struct form *, struct pool *, const struct set *))
{
    struct form other = *form;
    bool is_written = write(&other, pool, &form->takes);

    if (is_written && (!form->n || other.out.len < form->out.len)) {
        *form = other;
        form->out.at = form->text;
    }
}

static void form_number(struct pool *pool, struct form *form)
{
    static const uint64_t gaps[] = {POINTS_MAX, 1, 0};

    if (!blur_large(pool, &form->takes))
        return;
    for (size_t round = 0; round <= ARRAY_SIZE(gaps); round++) {
        if (!write_one_of(form, &form->takes))
            form_begin(form, false);
        take_shorter(form, pool, write_all_of);
        if ((form->n && form->out.len <= NUMBERS_MOST_BYTES) || round == ARRAY_SIZE(gaps))
            return;
        if (!loosen(pool, &form->takes, gaps[round])) {
            form_begin(form, false);
            return;
        }
    }
}

/* ---- texts ---- */

enum text_case { CASE_ANY, CASE_LOWER, CASE_UPPER, CASE_TYPE };

/* How AWS writes a field; a filter's texts have no case, a pattern's have. What is not here may come in any case. */
static const uint8_t cases[WEIR_FIELD_COUNT] = {
    [WEIR_F_ACCOUNT_ID] = CASE_LOWER,
    [WEIR_F_INTERFACE_ID] = CASE_LOWER,
    [WEIR_F_ACTION] = CASE_UPPER,
    [WEIR_F_LOG_STATUS] = CASE_UPPER,
    [WEIR_F_VPC_ID] = CASE_LOWER,
    [WEIR_F_SUBNET_ID] = CASE_LOWER,
    [WEIR_F_INSTANCE_ID] = CASE_LOWER,
    [WEIR_F_TYPE] = CASE_TYPE,
    [WEIR_F_REGION] = CASE_LOWER,
    [WEIR_F_AZ_ID] = CASE_LOWER,
    [WEIR_F_SUBLOCATION_TYPE] = CASE_LOWER,
    [WEIR_F_PKT_SRC_AWS_SERVICE] = CASE_UPPER,
    [WEIR_F_PKT_DST_AWS_SERVICE] = CASE_UPPER,
    [WEIR_F_FLOW_DIRECTION] = CASE_LOWER,
    [WEIR_F_TGW_ID] = CASE_LOWER,
    [WEIR_F_TGW_ATTACHMENT_ID] = CASE_LOWER,
    [WEIR_F_TGW_SRC_VPC_ACCOUNT_ID] = CASE_LOWER,
    [WEIR_F_TGW_DST_VPC_ACCOUNT_ID] = CASE_LOWER,
    [WEIR_F_TGW_SRC_VPC_ID] = CASE_LOWER,
    [WEIR_F_TGW_DST_VPC_ID] = CASE_LOWER,
    [WEIR_F_TGW_SRC_SUBNET_ID] = CASE_LOWER,
    [WEIR_F_TGW_DST_SUBNET_ID] = CASE_LOWER,
    [WEIR_F_TGW_SRC_ENI] = CASE_LOWER,
    [WEIR_F_TGW_DST_ENI] = CASE_LOWER,
    [WEIR_F_TGW_SRC_AZ_ID] = CASE_LOWER,
    [WEIR_F_TGW_DST_AZ_ID] = CASE_LOWER,
    [WEIR_F_TGW_PAIR_ATTACHMENT_ID] = CASE_LOWER,
    [WEIR_F_REJECT_REASON] = CASE_UPPER,
    [WEIR_F_RESOURCE_ID] = CASE_LOWER,
    [WEIR_F_INTERFACE_TYPE] = CASE_LOWER,
    [WEIR_F_NEXT_HOP_INTERFACE_ID] = CASE_LOWER,
    [WEIR_F_NEXT_HOP_SUBNET_ID] = CASE_LOWER,
    [WEIR_F_NEXT_HOP_AZ_ID] = CASE_LOWER,
    [WEIR_F_NEXT_HOP_VPC_ID] = CASE_LOWER,
    [WEIR_F_NEXT_HOP_INTERFACE_TYPE] = CASE_LOWER,
};

#define TEXT_MOST 128

static bool spell_type(char *text, size_t len)
{
    static const char *const types[] = {"IPv4", "IPv6", "EFA"};

    for (size_t k = 0; k < ARRAY_SIZE(types); k++)
        if (slice_is_nocase((struct slice){text, len}, slice_of(types[k]))) {
            memcpy(text, types[k], len);
            return true;
        }
    return false;
}

static bool is_account(weir_field field)
{
    return field == WEIR_F_ACCOUNT_ID || field == WEIR_F_TGW_SRC_VPC_ACCOUNT_ID ||
           field == WEIR_F_TGW_DST_VPC_ACCOUNT_ID;
}

/* Whether it may be taken for a number, quotes or not: "0042" would be the same as "42" then. An account's number has
 * 12 digits always. */
static bool may_be_number(weir_field field, const struct part *part)
{
    bool is_digits = true;

    for (size_t k = 0; k < part->text.len; k++) {
        if (!memchr("0123456789.eE+-", part->text.at[k], 15))
            return false;
        is_digits = is_digits && part->text.at[k] >= '0' && part->text.at[k] <= '9';
    }
    return !part->is_prefix && !(is_account(field) && is_digits && part->text.len == 12);
}

/* The text in the case that records have it in, with "*" behind a beginning; 0 = cannot be said. */
static size_t spell(weir_field field, const struct part *part, char out[TEXT_MOST + 2])
{
    enum text_case how = (enum text_case)cases[field];
    bool has_letters = false;
    size_t len = part->text.len;

    if (len == 0 || len > TEXT_MOST || may_be_number(field, part))
        return 0;
    for (size_t k = 0; k < len; k++) {
        char c = part->text.at[k], low = (char)(c | 0x20);
        bool is_letter = low >= 'a' && low <= 'z', is_digit = c >= '0' && c <= '9';

        if (!is_letter && !is_digit && !memchr("-_.:/@", c, 6))
            return 0;
        has_letters |= is_letter;
        out[k] = (char)(!is_letter || how == CASE_TYPE ? c : how == CASE_UPPER ? low & ~0x20 : low);
    }
    if (has_letters && (how == CASE_ANY || (how == CASE_TYPE && (part->is_prefix || !spell_type(out, len)))))
        return 0;
    if (part->is_prefix)
        out[len++] = '*';
    return len;
}

static void form_text(struct pool *pool, weir_field field, struct form *form)
{
    struct set *set = &form->takes;
    struct part *said = pool_new(pool, (set->n + 1) * sizeof *said);
    char value[TEXT_MOST + 2];
    size_t n = 0;

    form_begin(form, set->is_but);
    if (!said)
        return;
    form->strength = set->is_but ? FORM_NOT : FORM_ONE_OF;
    for (size_t k = 0; k < set->n; k++) {
        size_t len = spell(field, &set->parts[k], value);

        if (len) {
            form_say(form, set->is_but ? "!=" : "=", value, len);
            said[n++] = set->parts[k];
        } else if (!set->is_but) {
            form_begin(form, false);
            return;
        }
    }
    if (set->has_null != set->is_but)
        form_say(form, set->is_but ? "!=" : "=", "-", 1);
    set->parts = said;
    set->n = n;
}

/* ---- either ---- */

void form_make(struct pool *pool, unsigned column, weir_field field, const struct set *wanted, bool may_regex,
               struct form *out)
{
    out->column = column;
    out->takes = *wanted;
    form_begin(out, false);
    if (!set_is_all(wanted) && !set_is_none(wanted)) {
        switch (wanted->class) {
        case CLASS_NUMBER: form_number(pool, out); break;
        case CLASS_TEXT: form_text(pool, field, out); break;
        default: form_addr(pool, wanted, may_regex, out); break;
        }
    }
    if (!out->n || out->out.len >= sizeof out->text) {
        form_begin(out, false);
        out->strength = FORM_NOTHING;
        out->takes = set_all(field, true);
    }
}
