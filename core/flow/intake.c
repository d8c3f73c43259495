/* intake.c - which layout a line has, and what becomes of it.
 *
 * Order: the layout that is in force (given, or the last header's); else the shape that fitted last;
 * else all shapes. A line that does not fit the layout in force may still be of a known shape: two flow
 * logs with different formats can feed one stream. Of several given layouts the one that fitted last is in force; a
 * line that fits another without surplus changes that. */
#include "flow/intake.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/scope.h"

/* ---- shapes ---- */

/* Highest version of a format with all the fields that VPC flow logs had then, in AWS's order. */
static const uint8_t cumulative[] = {2, 3, 4, 5, 7, 8, 9, 10, 11};

static const char tgw_default[] =
    "version resource-type account-id tgw-id tgw-attachment-id tgw-src-vpc-account-id tgw-dst-vpc-account-id "
    "tgw-src-vpc-id tgw-dst-vpc-id tgw-src-subnet-id tgw-dst-subnet-id tgw-src-eni tgw-dst-eni tgw-src-az-id "
    "tgw-dst-az-id tgw-pair-attachment-id srcaddr dstaddr srcport dstport protocol packets bytes start end "
    "log-status type packets-lost-no-route packets-lost-blackhole packets-lost-mtu-exceeded "
    "packets-lost-ttl-expired tcp-flags region flow-direction pkt-src-aws-service pkt-dst-aws-service";

/* The custom format of AWS's own examples. */
static const char aws_example[] =
    "version vpc-id subnet-id instance-id interface-id account-id type srcaddr dstaddr srcport dstport "
    "pkt-srcaddr pkt-dstaddr protocol bytes packets start end action tcp-flags log-status";

static void make_cumulative(struct format *format, int version)
{
    *format = *format_default();
    for (int k = WEIR_F_LOG_STATUS + 1; k < WEIR_FIELD_COUNT; k++) {
        int since = weir_field_get((weir_field)k)->since;
        if (since == 0 || since > version || since == 6)
            continue;
        format->column_of[k] = (int16_t)format->n;
        format->column[format->n++] = (int16_t)k;
    }
}

static void make_shapes(struct intake *intake)
{
    static const struct {
        uint64_t version;
        struct slice text;
    } others[] = {
        {6, {tgw_default, sizeof tgw_default - 1}},
        {3, {aws_example, sizeof aws_example - 1}},
    };
    _Static_assert(ARRAY_SIZE(cumulative) + ARRAY_SIZE(others) == SHAPES, "a place for each");
    struct shape *shape = intake->shapes;
    for (size_t k = 0; k < ARRAY_SIZE(cumulative); k++, shape++) {
        shape->version = cumulative[k];
        make_cumulative(&shape->format, cumulative[k]);
    }
    for (size_t k = 0; k < ARRAY_SIZE(others); k++, shape++) {
        shape->version = others[k].version;
        format_parse(others[k].text.at, others[k].text.len, &shape->format, NULL);
    }
    for (size_t k = 0; k < SHAPES; k++)
        plan_make(&intake->shapes[k].plan, &intake->shapes[k].format);
}

/* ---- life ---- */

weir_status intake_init(struct intake *intake, const struct format *given, struct format_set *set,
                        struct decode_sink sink)
{
    *intake = (struct intake){.set = set, .sink = sink};
    make_shapes(intake);
    weir_status status = given ? intake_plan(intake, given, &intake->given, NULL) : WEIR_OK;
    if (status == WEIR_OK && given && !intake->given)
        status = WEIR_E_LIMIT;
    intake_restart(intake);
    return status;
}

void intake_done(struct intake *intake)
{
    for (size_t k = 0; k < ARRAY_SIZE(intake->plans); k++)
        free(intake->plans[k]);
    free(intake->several);
}

void intake_restart(struct intake *intake)
{
    intake->layout = intake->n_several ? intake->several[0] : intake->given;
    intake->guess = NULL;
    intake->skip = 0;
    intake->number = 0;
}

weir_status intake_plan(struct intake *intake, const struct format *format, const struct plan **plan, weir_error *err)
{
    weir_error why = {0};
    *plan = NULL;
    const struct format *kept = format_set_add(intake->set, format, &why);
    if (!kept)
        return why.status == WEIR_E_NOMEM ? weir_fail(err, WEIR_E_NOMEM, 0, "out of memory") : WEIR_OK;
    struct plan **slot = &intake->plans[kept->id];
    if (!*slot) {
        *slot = malloc(sizeof **slot);
        if (!*slot)
            return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
        plan_make(*slot, kept);
    }
    *plan = *slot;
    return WEIR_OK;
}

weir_status intake_layouts(struct intake *intake, const struct format *layouts, size_t n, weir_error *err)
{
    AUTO(free_cleanup) const struct plan **several = NULL;

    if (n > LAYOUTS_MAX)
        return weir_fail(err, WEIR_E_LIMIT, 0, "more than %d layouts", LAYOUTS_MAX);
    if (n && !(several = calloc(n, sizeof *several)))
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    for (size_t k = 0; k < n; k++) {
        weir_status status = intake_plan(intake, &layouts[k], &several[k], err);
        if (status != WEIR_OK)
            return status;
        if (!several[k])
            return weir_fail(err, WEIR_E_LIMIT, 0, "a layout more than the %d that can be kept", LAYOUTS_MAX);
    }
    free(intake->several);
    intake->several = TAKE(several);
    intake->n_several = n;
    intake->layout = n ? intake->several[0] : intake->given;
    intake->guess = NULL;
    return WEIR_OK;
}

/* ---- what becomes of a line ---- */

void intake_header(struct intake *intake)
{
    intake->counts.lines++;
    intake->counts.headers++;
}

void intake_bad(struct intake *intake, struct slice line, const char *why, ...)
{
    intake->counts.lines++;
    intake->counts.malformed++;
    if (!intake->sink.bad)
        return;
    struct bad_line bad = {.number = intake->number};
    char text[256];
    va_list arguments;
    va_start(arguments, why);
    int n = vsnprintf(text, sizeof text, why, arguments);
    va_end(arguments);
    size_t len = n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1;
    weir_sanitize(text, len, bad.why, sizeof bad.why);
    weir_sanitize(line.at, line.len, bad.line, sizeof bad.line);
    intake->sink.bad(&bad, intake->sink.user);
}

weir_status intake_row(struct intake *intake, const struct plan *plan, weir_error *err)
{
    const struct reading *row = &intake->reading;
    struct decode_counts *counts = &intake->counts;
    if (UNLIKELY(!intake->block || block_is_full(intake->block))) {
        intake->block = intake->sink.block(intake->sink.user);
        if (!intake->block)
            return weir_fail(err, WEIR_E_CANCELED, 0, "stopped");
    }
    weir_status status =
        block_add(intake->block, plan->format, row->kind, row->verdict, row->cells, row->surplus.at, row->surplus.len);
    if (UNLIKELY(status != WEIR_OK))
        return weir_fail(err, status, 0, "out of memory");
    counts->lines++;
    counts->records += row->kind == WEIR_ROW_RECORD;
    counts->nodata += row->kind == WEIR_ROW_NODATA;
    counts->skipdata += row->kind == WEIR_ROW_SKIPDATA;
    counts->surplus += row->surplus.len > 0;
    return WEIR_OK;
}

/* ---- lines ---- */

static bool is_gap(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static struct slice trim(struct slice line)
{
    while (line.len > 0 && is_gap(line.at[line.len - 1]))
        line.len--;
    while (line.len > 0 && is_gap(line.at[0])) {
        line.at++;
        line.len--;
    }
    return line;
}

/* The line without its first word. */
static struct slice behind_word(struct slice line)
{
    while (line.len > 0 && !is_gap(line.at[0])) {
        line.at++;
        line.len--;
    }
    return trim(line);
}

static unsigned count_words(struct slice line)
{
    unsigned n = 0;
    for (size_t k = 0; k < line.len; k++)
        n += !is_gap(line.at[k]) && (k == 0 || is_gap(line.at[k - 1]));
    return n;
}

/* "2026-09-01T12:…", as `aws logs tail` puts before each message. */
static inline bool is_stamped(struct slice line)
{
    return line.len > 19 && line.at[4] == '-' && line.at[7] == '-' && line.at[10] == 'T' && line.at[13] == ':';
}

static bool may_be_header(struct slice line)
{
    char c = line.at[0] | 0x20;
    return c >= 'a' && c <= 'z';
}

static weir_status take_header(struct intake *intake, struct slice line, const struct format *format, weir_error *err)
{
    const struct plan *plan = intake->n_several ? intake->layout : intake->given;
    if (!plan) {
        weir_status status = intake_plan(intake, format, &plan, err);
        if (status != WEIR_OK)
            return status;
    }
    if (!plan) {
        intake_bad(intake, line, "header of one layout more than the %d that can be kept", LAYOUTS_MAX);
        return WEIR_OK;
    }
    intake->layout = plan;
    intake_header(intake);
    return WEIR_OK;
}

/* The shape that the line has, NULL if none; its reading is in intake->reading. */
static struct shape *find_shape(struct intake *intake, struct slice line)
{
    unsigned n = count_words(line);
    for (size_t k = 0; k < SHAPES; k++) {
        struct shape *shape = &intake->shapes[k];
        if (shape->plan.n == n && plan_read(&shape->plan, line, &intake->reading) &&
            intake->reading.cells[0].type == CELL_NUMBER && intake->reading.cells[0].number == shape->version)
            return shape;
    }
    return NULL;
}

/* The layout in force that the line fits, NULL if none. Of several, one without surplus is looked for first: a record
 * of a longer layout also looks like one of a shorter with surplus. */
static const struct plan *read_told(struct intake *intake, struct slice line, bool exact)
{
    const struct plan *plan = intake->layout;
    if (!plan)
        return NULL;
    for (int surplus = 0; surplus < (exact ? 1 : 2); surplus++) {
        if (plan_read(plan, line, &intake->reading) && (surplus || !intake->reading.surplus.len))
            return plan;
        for (size_t k = 0; k < intake->n_several; k++)
            if (intake->several[k] != plan && plan_read(intake->several[k], line, &intake->reading) &&
                (surplus || !intake->reading.surplus.len))
                return intake->layout = intake->several[k];
    }
    return NULL;
}

/* Reads a record with whatever layout it fits; *plan is NULL if it fits none. */
static weir_status read_any(struct intake *intake, struct slice line, bool exact, const struct plan **plan,
                            weir_error *err)
{
    *plan = read_told(intake, line, exact);
    if (*plan)
        return WEIR_OK;
    struct shape *shape = find_shape(intake, line);
    if (!shape && !intake->layout && !exact && plan_read(&intake->shapes[0].plan, line, &intake->reading))
        shape = &intake->shapes[0];
    if (!shape)
        return WEIR_OK;
    weir_status status = intake_plan(intake, &shape->format, plan, err);
    if (status == WEIR_OK && *plan && !intake->layout)
        intake->guess = *plan;
    return status;
}

static weir_status take_bad(struct intake *intake, struct slice line, struct slice record)
{
    char why[160];
    const struct plan *plan = intake->layout ? intake->layout : &intake->shapes[0].plan;
    for (size_t k = 0, n = intake->n_several > 1 ? count_words(record) : 0; n && k < intake->n_several; k++)
        plan = plan->n != n && intake->several[k]->n == n ? intake->several[k] : plan;
    if (plan_read(plan, record, &intake->reading)) {
        intake_bad(intake, line, "a layout more than the %d that can be kept", LAYOUTS_MAX);
        return WEIR_OK;
    }
    plan_explain(plan, &intake->reading.fault, why, sizeof why);
    intake_bad(intake, line, "%s", why);
    return WEIR_OK;
}

/* `aws logs tail`: time and record, or time, stream and record. A record that fits without surplus is
 * looked for first, since a word too many in front may also look like a surplus behind. */
static weir_status take_stamped(struct intake *intake, struct slice line, weir_error *err)
{
    struct slice behind[3] = {line, behind_word(line)};
    behind[2] = behind_word(behind[1]);
    unsigned first = intake->skip == 1 ? 1 : 2;
    const struct plan *plan = NULL;
    for (unsigned k = 0; k < 4 && !plan; k++) {
        unsigned skip = k % 2 == 0 ? first : 3 - first;
        if (behind[skip].len == 0)
            continue;
        weir_status status = read_any(intake, behind[skip], k < 2, &plan, err);
        if (status != WEIR_OK)
            return status;
        if (plan)
            intake->skip = skip;
    }
    return plan ? intake_row(intake, plan, err) : take_bad(intake, line, behind[intake->skip ? intake->skip : 2]);
}

/* Lines that the layout in force did not take at once. */
static weir_status take_slowly(struct intake *intake, struct slice line, weir_error *err)
{
    struct format format;
    const struct plan *plan;
    if (may_be_header(line) && format_from_header(line.at, line.len, &format))
        return take_header(intake, line, &format, err);
    weir_status status = read_any(intake, line, false, &plan, err);
    if (status != WEIR_OK)
        return status;
    return plan ? intake_row(intake, plan, err) : take_bad(intake, line, line);
}

weir_status intake_line(struct intake *intake, struct slice line, weir_error *err)
{
    line = trim(line);
    if (line.len == 0) {
        intake->counts.lines++;
        intake->counts.blank++;
        return WEIR_OK;
    }
    const char *nul = memchr(line.at, 0, line.len);
    if (UNLIKELY(nul != NULL)) {
        intake_bad(intake, line, "NUL byte at byte %zu of the line", (size_t)(nul - line.at) + 1);
        return WEIR_OK;
    }
    if (UNLIKELY(is_stamped(line)))
        return take_stamped(intake, line, err);
    const struct plan *plan = intake->layout ? intake->layout : intake->guess;
    if (LIKELY(plan && !(plan->is_wordy && may_be_header(line)) && plan_read(plan, line, &intake->reading) &&
               (intake->reading.surplus.len == 0 || (intake->layout && intake->n_several < 2))))
        return intake_row(intake, plan, err);
    return take_slowly(intake, line, err);
}
