/* Programs against an evaluator that knows nothing of them: it looks at one row after the other, with a tree that
 * is made together with the filter's text and is never parsed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/addr.h"
#include "flow/block.h"
#include "query/program.h"

#define ROWS    3000
#define FILTERS 400

static uint64_t seed = 42;

static uint64_t random_below(uint64_t n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (seed >> 11) % n;
}

/* ---- rows ---- */

static const weir_field used[] = {
    WEIR_F_INTERFACE_ID, WEIR_F_SRCADDR, WEIR_F_DSTADDR,   WEIR_F_SRCPORT,     WEIR_F_DSTPORT,
    WEIR_F_PROTOCOL,     WEIR_F_PACKETS, WEIR_F_BYTES,     WEIR_F_START,       WEIR_F_ACTION,
    WEIR_F_LOG_STATUS,   WEIR_F_VPC_ID,  WEIR_F_TCP_FLAGS, WEIR_F_PKT_SRCADDR, WEIR_F_FLOW_DIRECTION,
};
#define USED (sizeof used / sizeof *used)

struct plain_row {
    weir_value value[WEIR_FIELD_COUNT];
    char text[USED][32];
};

static struct plain_row *rows;
static struct block *block;
static struct format_set formats;

static weir_addr random_addr(void)
{
    weir_addr addr = {.family = 6, .bytes = {0x20, 0x01, 0x0d, 0xb8}};

    if (random_below(4))
        return addr_from_v4(0x0a000000u | (uint32_t)random_below(2) << 16 | (uint32_t)random_below(12));
    addr.bytes[7] = (uint8_t)random_below(2);
    addr.bytes[15] = (uint8_t)random_below(6);
    return addr;
}

static uint64_t random_number(weir_field field)
{
    static const uint64_t ports[] = {0, 22, 80, 443, 8000, 8050, 65535, 1024};

    switch (weir_field_get(field)->kind) {
    case WEIR_KIND_PORT: return ports[random_below(8)];
    case WEIR_KIND_PROTOCOL: return random_below(3) ? 6 : random_below(20);
    case WEIR_KIND_FLAGS: return random_below(20);
    case WEIR_KIND_TIME: return 1763900000 + random_below(20);
    case WEIR_KIND_BYTES: return random_below(50) ? random_below(3000) : 5000000000u + random_below(3);
    default: return random_below(30);
    }
}

static void random_text(weir_field field, char *out, size_t size)
{
    switch (field) {
    case WEIR_F_ACTION: snprintf(out, size, "%s", random_below(2) ? "ACCEPT" : "REJECT"); break;
    case WEIR_F_LOG_STATUS: snprintf(out, size, "%s", random_below(9) ? "OK" : "SKIPDATA"); break;
    case WEIR_F_FLOW_DIRECTION: snprintf(out, size, "%s", random_below(2) ? "ingress" : "egress"); break;
    case WEIR_F_VPC_ID: snprintf(out, size, "vpc-%03x", (unsigned)random_below(2000)); break;
    default: snprintf(out, size, "eni-0%c%u", "aBc"[random_below(3)], (unsigned)random_below(4)); break;
    }
}

static bool is_text(weir_field field)
{
    return weir_field_get(field)->kind >= WEIR_KIND_TEXT;
}

static void make_row(struct plain_row *row, const struct format *layout, struct cell *cells)
{
    for (size_t k = 0; k < layout->n; k++)
        cells[k] = (struct cell){.type = CELL_NULL};
    for (size_t k = 0; k < USED; k++) {
        weir_field field = used[k];
        int column = layout->column_of[field];
        weir_value *value = &row->value[field];

        if (column < 0)
            continue;
        value->type = WEIR_NULL;
        if (random_below(12) == 0)
            continue;
        if (is_text(field)) {
            random_text(field, row->text[k], sizeof row->text[k]);
            *value = (weir_value){.type = WEIR_TEXT, .text = {row->text[k]}};
            cells[column] = (struct cell){.type = CELL_TEXT};
            cells[column].text.at = row->text[k];
            cells[column].text.len = (uint32_t)strlen(row->text[k]);
        } else if (weir_field_get(field)->kind == WEIR_KIND_ADDR) {
            *value = (weir_value){.type = WEIR_ADDRESS, .addr = random_addr()};
            cells[column] = value->addr.family == 4 ? (struct cell){.type = CELL_V4, .number = addr_v4(&value->addr)}
                                                    : (struct cell){.type = CELL_V6, .addr = value->addr};
        } else {
            *value = (weir_value){.type = WEIR_NUMBER, .number = random_number(field)};
            cells[column] = (struct cell){.type = CELL_NUMBER, .number = value->number};
        }
    }
}

static int make_block(void **state)
{
    struct format wide;
    const char *names = "${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} ${bytes} "
                        "${start} ${action} ${log-status} ${vpc-id} ${tcp-flags} ${pkt-srcaddr} ${flow-direction}";
    struct cell cells[FORMAT_COLUMNS_MAX];
    weir_error err = {0};

    (void)state;
    format_set_init(&formats);
    assert_int_equal(format_parse(names, strlen(names), &wide, &err), WEIR_OK);
    const struct format *layouts[] = {format_set_add(&formats, format_default(), &err),
                                      format_set_add(&formats, &wide, &err)};
    rows = calloc(ROWS, sizeof *rows);
    block = block_new(BLOCK_ROWS, 0);
    assert_non_null(rows);
    assert_non_null(block);
    for (uint32_t k = 0; k < ROWS; k++) {
        const struct format *layout = layouts[k < ROWS / 4 ? 0 : random_below(2)];

        make_row(&rows[k], layout, cells);
        assert_int_equal(block_add(block, layout, WEIR_ROW_RECORD, WEIR_VERDICT_ACCEPT, cells, NULL, 0), WEIR_OK);
    }
    return 0;
}

static int free_block(void **state)
{
    (void)state;
    block_free(block);
    format_set_done(&formats);
    free(rows);
    return 0;
}

/* ---- the naive evaluator ---- */

enum naive_type {
    NAIVE_AND,
    NAIVE_OR,
    NAIVE_NOT,
    NAIVE_NUMBER,
    NAIVE_NET,
    NAIVE_TEXT,
    NAIVE_PREFIX,
    NAIVE_SUFFIX,
    NAIVE_NULL
};

struct naive {
    enum naive_type type;
    struct naive *a, *b;
    weir_field field[2];
    int n_fields;
    uint64_t low, high; /* both included */
    weir_addr addr;
    int prefix;
    char text[32];
};

static bool addr_in(const weir_addr *addr, const weir_addr *net, int prefix)
{
    if (addr->family != net->family)
        return false;
    for (int bit = 0; bit < prefix; bit++)
        if ((addr->bytes[bit / 8] ^ net->bytes[bit / 8]) >> (7 - bit % 8) & 1)
            return false;
    return true;
}

static bool holds_for(const struct naive *n, const weir_value *value)
{
    size_t len = strlen(n->text);

    switch (n->type) {
    case NAIVE_NUMBER: return value->type == WEIR_NUMBER && value->number >= n->low && value->number <= n->high;
    case NAIVE_NET: return value->type == WEIR_ADDRESS && addr_in(&value->addr, &n->addr, n->prefix);
    case NAIVE_TEXT: return value->type == WEIR_TEXT && strcasecmp(value->text.text, n->text) == 0;
    case NAIVE_NULL: return value->type == WEIR_NULL || value->type == WEIR_ABSENT;
    case NAIVE_PREFIX: return value->type == WEIR_TEXT && strncmp(value->text.text, n->text, len) == 0;
    default:
        return value->type == WEIR_TEXT && strlen(value->text.text) >= len &&
               strcmp(value->text.text + strlen(value->text.text) - len, n->text) == 0;
    }
}

static bool holds(const struct naive *n, const struct plain_row *row)
{
    switch (n->type) {
    case NAIVE_AND: return holds(n->a, row) && holds(n->b, row);
    case NAIVE_OR: return holds(n->a, row) || holds(n->b, row);
    case NAIVE_NOT: return !holds(n->a, row);
    default: break;
    }
    for (int k = 0; k < n->n_fields; k++)
        if (holds_for(n, &row->value[n->field[k]]))
            return true;
    return false;
}

/* ---- random filters: text and tree side by side ---- */

struct filter {
    char text[4096];
    size_t len;
    struct naive nodes[512];
    size_t n;
};

static struct naive *new_naive(struct filter *f, enum naive_type type, struct naive *a, struct naive *b)
{
    assert_true(f->n < sizeof f->nodes / sizeof *f->nodes);
    f->nodes[f->n] = (struct naive){.type = type, .a = a, .b = b};
    return &f->nodes[f->n++];
}

static void put(struct filter *f, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void put(struct filter *f, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    f->len += (size_t)vsnprintf(f->text + f->len, sizeof f->text - f->len, format, arguments);
    va_end(arguments);
    assert_true(f->len < sizeof f->text);
}

static struct naive *number_leaf(struct filter *f, weir_field field, uint64_t low, uint64_t high)
{
    struct naive *leaf = new_naive(f, NAIVE_NUMBER, NULL, NULL);

    leaf->field[0] = field;
    leaf->n_fields = 1;
    leaf->low = low;
    leaf->high = high;
    return leaf;
}

static struct naive *random_set(struct filter *f, weir_field field)
{
    struct naive *all = NULL;
    size_t n = 1 + random_below(9);

    put(f, "%s in (", weir_field_get(field)->name);
    for (size_t k = 0; k < n; k++) {
        uint64_t low = random_number(field), high = random_below(3) ? low : low + random_below(10);
        bool is_port = weir_field_get(field)->kind == WEIR_KIND_PORT;

        if (is_port && high > 65535)
            high = 65535;
        put(f, k ? ", %llu" : "%llu", (unsigned long long)low);
        if (high != low)
            put(f, "-%llu", (unsigned long long)high);
        struct naive *leaf = number_leaf(f, field, low, high);
        all = all ? new_naive(f, NAIVE_OR, all, leaf) : leaf;
    }
    put(f, ")");
    return all;
}

static struct naive *random_comparison(struct filter *f)
{
    static const weir_field fields[] = {WEIR_F_SRCPORT, WEIR_F_DSTPORT, WEIR_F_PROTOCOL, WEIR_F_PACKETS,
                                        WEIR_F_BYTES,   WEIR_F_START,   WEIR_F_TCP_FLAGS};
    static const char *const texts[] = {"=", "!=", "<", "<=", ">", ">="};
    weir_field field = fields[random_below(7)];
    uint64_t number = random_number(field);
    size_t op = random_below(7);

    if (op == 6)
        return random_set(f, field);
    put(f, "%s %s %llu", weir_field_get(field)->name, texts[op], (unsigned long long)number);
    struct naive *leaf = number_leaf(f, field, number, number);
    if (op == 1)
        return new_naive(f, NAIVE_NOT, leaf, NULL);
    if (op == 2 || op == 3)
        leaf->low = 0;
    if (op == 4 || op == 5)
        leaf->high = UINT64_MAX;
    if (op == 2 && number-- == 0)
        leaf->low = 1;
    if (op == 2)
        leaf->high = number == UINT64_MAX ? 0 : number;
    if (op == 4)
        leaf->low++;
    return leaf;
}

static struct naive *random_net(struct filter *f)
{
    static const struct {
        const char *text;
        weir_field field[2];
        int n;
    } forms[] = {
        {"srcaddr in", {WEIR_F_SRCADDR, 0}, 1},    {"dstaddr =", {WEIR_F_DSTADDR, 0}, 1},
        {"src", {WEIR_F_SRCADDR, 0}, 1},           {"host", {WEIR_F_SRCADDR, WEIR_F_DSTADDR}, 2},
        {"", {WEIR_F_SRCADDR, WEIR_F_DSTADDR}, 2}, {"pkt-srcaddr =", {WEIR_F_PKT_SRCADDR, 0}, 1},
    };
    size_t k = random_below(6);
    struct naive *leaf = new_naive(f, NAIVE_NET, NULL, NULL);
    char text[ADDR_TEXT_MAX];

    leaf->addr = random_addr();
    leaf->prefix = leaf->addr.family == 4 ? (int)(8 + random_below(25)) : (int)(28 + random_below(101));
    if (random_below(4) == 0) { /* IPv4 addresses that look like places of IPv6 addresses */
        leaf->addr = addr_from_v4(0);
        leaf->prefix = (int)random_below(12);
    }
    memcpy(leaf->field, forms[k].field, sizeof leaf->field);
    leaf->n_fields = forms[k].n;
    addr_print(&leaf->addr, text);
    put(f, "%s %s/%d", forms[k].text, text, leaf->prefix);
    return leaf;
}

static struct naive *random_text_leaf(struct filter *f)
{
    static const weir_field fields[] = {WEIR_F_ACTION, WEIR_F_INTERFACE_ID, WEIR_F_VPC_ID, WEIR_F_LOG_STATUS,
                                        WEIR_F_FLOW_DIRECTION};
    weir_field field = fields[random_below(5)];
    const char *name = weir_field_get(field)->name;
    struct naive *leaf = new_naive(f, NAIVE_TEXT, NULL, NULL);
    size_t form = random_below(5);

    leaf->field[0] = field;
    leaf->n_fields = 1;
    random_text(field, leaf->text, sizeof leaf->text);
    if (form == 0) {
        put(f, "%s = %s", name, leaf->text);
    } else if (form == 1) {
        put(f, "%s != %s", name, leaf->text);
        return new_naive(f, NAIVE_NOT, leaf, NULL);
    } else if (form == 2) {
        leaf->text[4] = '\0';
        leaf->type = NAIVE_PREFIX;
        put(f, "%s ~ ^%s", name, leaf->text);
    } else if (form == 3) {
        memmove(leaf->text, leaf->text + strlen(leaf->text) - 1, 2);
        leaf->type = NAIVE_SUFFIX;
        put(f, "%s !~ /%s$/", name, leaf->text);
        return new_naive(f, NAIVE_NOT, leaf, NULL);
    } else {
        leaf->type = NAIVE_NULL;
        put(f, "%s = -", name);
    }
    return leaf;
}

static struct naive *random_port(struct filter *f)
{
    struct naive *leaf = number_leaf(f, WEIR_F_SRCPORT, 0, 0);

    leaf->low = leaf->high = random_number(WEIR_F_DSTPORT);
    leaf->field[1] = WEIR_F_DSTPORT;
    leaf->n_fields = 2;
    put(f, random_below(2) ? "port %u" : "%u", (unsigned)leaf->low);
    return leaf;
}

static struct naive *random_filter(struct filter *f, int depth)
{
    static struct naive *(*const leaves[])(struct filter *) = {random_comparison, random_net, random_text_leaf,
                                                               random_port};

    if (depth == 0 || random_below(4) == 0)
        return leaves[random_below(4)](f);
    if (random_below(5) == 0) {
        put(f, "not (");
        struct naive *inner = random_filter(f, depth - 1);
        put(f, ")");
        return new_naive(f, NAIVE_NOT, inner, NULL);
    }
    bool is_and = random_below(2);
    put(f, "(");
    struct naive *a = random_filter(f, depth - 1);
    put(f, is_and ? (random_below(2) ? " and " : " ") : " or ");
    struct naive *b = random_filter(f, depth - 1);
    put(f, ")");
    return new_naive(f, is_and ? NAIVE_AND : NAIVE_OR, a, b);
}

/* ---- tests ---- */

static weir_query *parse(const char *text)
{
    weir_query *query = NULL;
    weir_error err = {0};

    if (weir_query_parse(text, 1763900000, &query, &err) != WEIR_OK)
        fail_msg("%s: column %zu: %s", text, err.column, err.text);
    return query;
}

static struct program *compile(const weir_query *query, int part, const weir_field *facets, size_t n)
{
    struct program *program = NULL;
    weir_error err = {0};

    assert_int_equal(program_new(query, part, facets, n, &program, &err), WEIR_OK);
    return program;
}

static void expect_rows(const struct filter *f, const struct naive *tree, struct program *program)
{
    uint64_t bits[BLOCK_ROWS / 64];
    uint32_t from = (uint32_t)random_below(ROWS), to = from + 1 + (uint32_t)random_below(ROWS - from);

    if (random_below(3) == 0) {
        from = 0;
        to = ROWS;
    }
    memset(bits, 0xa5, sizeof bits);
    program_run(program, block, from, to, bits);
    for (uint32_t row = 0; row < BLOCK_ROWS; row++) {
        bool is_in = row >= from && row < to;
        bool expected = is_in ? holds(tree, &rows[row]) : 0xa5 >> (row % 8) & 1;

        if (bit_test(bits, row) != expected)
            fail_msg("%s: row %u of [%u, %u) is %d", f->text, row, from, to, !expected);
    }
}

static void programs_agree_with_the_naive_evaluator(void **state)
{
    static struct filter f;

    (void)state;
    for (int k = 0; k < FILTERS; k++) {
        memset(&f, 0, sizeof f);
        struct naive *tree = random_filter(&f, k % 5);
        weir_query *query = parse(f.text), *again = parse(weir_query_text(query).text);
        struct program *program = compile(query, PROGRAM_ALL, NULL, 0), *same = compile(again, PROGRAM_ALL, NULL, 0);

        assert_string_equal(weir_query_text(query).text, weir_query_text(again).text);
        weir_query_free(query);
        expect_rows(&f, tree, program);
        expect_rows(&f, tree, program);
        expect_rows(&f, tree, same);
        weir_query_free(again);
        program_free(program);
        program_free(same);
    }
}

static void parts_together_are_the_whole(void **state)
{
    static const char *const filters[] = {
        "reject dstport in (22, 80) src 10.0.0.0/8",
        "tcp not reject bytes > 5 dstport != 22 dstport != 80",
        "22 or tcp",
        "dstport = 22",
        "(dstport = 22 or dstport = 80) reject",
        "interface-id ~ a reject",
    };
    static const weir_field facets[] = {WEIR_F_ACTION, WEIR_F_DSTPORT, WEIR_F_SRCADDR, WEIR_F_PROTOCOL};
    uint64_t whole[BLOCK_ROWS / 64], part[BLOCK_ROWS / 64], all[BLOCK_ROWS / 64];

    (void)state;
    for (size_t k = 0; k < sizeof filters / sizeof *filters; k++) {
        weir_query *query = parse(filters[k]);
        struct program *program = compile(query, PROGRAM_ALL, NULL, 0);

        memset(whole, 0, sizeof whole);
        memset(all, 0xff, sizeof all);
        program_run(program, block, 0, ROWS, whole);
        program_free(program);
        for (int p = -1; p < 4; p++) {
            program = compile(query, p < 0 ? PROGRAM_REST : (int)facets[p], facets, 4);
            if (!program)
                continue;
            program_run(program, block, 0, ROWS, part);
            for (size_t w = 0; w < ROWS / 64; w++)
                all[w] &= part[w];
            program_free(program);
        }
        assert_memory_equal(all, whole, ROWS / 64 * 8);
        weir_query_free(query);
    }
}

static void an_empty_part_is_no_program(void **state)
{
    weir_field facet = WEIR_F_DSTPORT;
    weir_query *query = parse("dstport = 22"), *nothing = parse("");

    (void)state;
    assert_null(compile(query, WEIR_F_ACTION, &facet, 1));
    assert_null(compile(query, PROGRAM_REST, &facet, 1));
    assert_null(compile(nothing, PROGRAM_ALL, NULL, 0));
    weir_query_free(query);
    weir_query_free(nothing);
}

static void a_missing_column_is_null(void **state)
{
    struct {
        const char *filter;
        bool expected;
    } cases[] = {{"ecs-task-id = x", false},  {"ecs-task-id != x", true},       {"ecs-task-id = -", true},
                 {"ecs-task-id != -", false}, {"ecs-task-id ~ .", false},       {"ecs-task-id !~ .", true},
                 {"traffic-path < 9", false}, {"traffic-path in (1, -)", true}, {"not traffic-path < 9", true}};
    uint64_t bits[BLOCK_ROWS / 64];

    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        weir_query *query = parse(cases[k].filter);
        struct program *program = compile(query, PROGRAM_ALL, NULL, 0);

        program_run(program, block, 0, ROWS, bits);
        for (uint32_t row = 0; row < ROWS; row++)
            if (bit_test(bits, row) != cases[k].expected)
                fail_msg("%s: row %u is %d", cases[k].filter, row, !cases[k].expected);
        program_free(program);
        weir_query_free(query);
    }
}

static void a_regex_on_numbers_and_addresses_sees_what_aws_writes(void **state)
{
    static const struct {
        const char *filter;
        weir_field field;
        const char *prefix;
    } cases[] = {{"srcaddr ~ ^10\\.1\\.", WEIR_F_SRCADDR, "10.1."},
                 {"srcaddr ~ ^2001:db8:", WEIR_F_SRCADDR, "2001:db8:"},
                 {"dstport ~ ^80", WEIR_F_DSTPORT, "80"},
                 {"start ~ ^1763900001", WEIR_F_START, "1763900001"}};
    uint64_t bits[BLOCK_ROWS / 64];
    char text[64];

    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        weir_query *query = parse(cases[k].filter);
        struct program *program = compile(query, PROGRAM_ALL, NULL, 0);

        program_run(program, block, 0, ROWS, bits);
        for (uint32_t row = 0; row < ROWS; row++) {
            const weir_value *value = &rows[row].value[cases[k].field];
            bool has_value = value->type == WEIR_NUMBER || value->type == WEIR_ADDRESS;

            weir_value_text(cases[k].field, value, WEIR_STYLE_AWS, text, sizeof text);
            assert_int_equal(bit_test(bits, row),
                             has_value && strncmp(text, cases[k].prefix, strlen(cases[k].prefix)) == 0);
        }
        program_free(program);
        weir_query_free(query);
    }
}

static void undecided_rows_are_counted_and_a_runaway_is_stopped(void **state)
{
    struct block *own = block_new(BLOCK_ROWS, 0);
    struct format layout;
    struct cell cell = {.type = CELL_TEXT};
    weir_error err = {0};
    char text[300];
    uint64_t bits[BLOCK_ROWS / 64] = {0};

    (void)state;
    assert_int_equal(format_parse("${interface-id} ${action}", 25, &layout, &err), WEIR_OK);
    const struct format *kept = format_set_add(&formats, &layout, &err);
    for (unsigned k = 0; k < 200; k++) {
        struct cell cells[2] = {cell, {.type = CELL_NULL}};

        memset(text, 'a', sizeof text);
        cells[0].text.len = (uint32_t)(250 + snprintf(text + 250, 40, "%u!", k));
        cells[0].text.at = text;
        assert_int_equal(block_add(own, kept, WEIR_ROW_RECORD, WEIR_VERDICT_NONE, cells, NULL, 0), WEIR_OK);
    }
    weir_query *query = parse("interface-id ~ \"(a+)+(b|c)$\"");
    struct program *program = compile(query, PROGRAM_ALL, NULL, 0);
    program_run(program, own, 0, 200, bits);
    for (uint32_t row = 0; row < 200; row++)
        assert_false(bit_test(bits, row));
    assert_int_equal(weir_query_undecided(query), 200);
    program_free(program);
    weir_query_free(query);
    block_free(own);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(programs_agree_with_the_naive_evaluator),
        cmocka_unit_test(parts_together_are_the_whole),
        cmocka_unit_test(an_empty_part_is_no_program),
        cmocka_unit_test(a_missing_column_is_null),
        cmocka_unit_test(a_regex_on_numbers_and_addresses_sees_what_aws_writes),
        cmocka_unit_test(undecided_rows_are_counted_and_a_runaway_is_stopped),
    };
    return cmocka_run_group_tests(tests, make_block, free_block);
}
