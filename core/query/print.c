/* The canonical text of a tree: one space between words, as few parentheses as the tree needs, names where they
 * read better than numbers. What is printed here must parse to the same tree: every value is written in a form
 * that check.c takes without a doubt. */
#include "query/ast.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "base/addr.h"
#include "base/scope.h"
#include "flow/names.h"
#include "query/check.h"
#include "query/lex.h"

#define YEAR_10000 253402300800u

void printer_bytes(struct printer *out, const char *text, size_t len)
{
    for (size_t k = 0; k < len; k++, out->len++)
        if (out->len + 1 < out->size)
            out->at[out->len] = text[k];
    if (out->size)
        out->at[out->len < out->size ? out->len : out->size - 1] = '\0';
}

void printer_text(struct printer *out, const char *text)
{
    printer_bytes(out, text, strlen(text));
}

static void print_number(struct printer *out, uint64_t number)
{
    char text[24];

    printer_bytes(out, text, (size_t)snprintf(text, sizeof text, "%" PRIu64, number));
}

static void print_size(struct printer *out, uint64_t size)
{
    static const struct {
        uint64_t unit;
        const char *suffix;
    } units[] = {{1000000000000, "T"}, {1ull << 40, "TiB"}, {1000000000, "G"}, {1ull << 30, "GiB"},
                 {1000000, "M"},       {1ull << 20, "MiB"}, {1000, "K"},       {1ull << 10, "KiB"}};

    for (size_t k = 0; size && k < ARRAY_SIZE(units); k++)
        if (size % units[k].unit == 0) {
            print_number(out, size / units[k].unit);
            printer_text(out, units[k].suffix);
            return;
        }
    print_number(out, size);
}

static void print_time(struct printer *out, uint64_t seconds)
{
    char text[32];
    struct tm tm;
    time_t t = (time_t)seconds;

    if (seconds >= YEAR_10000 || !gmtime_r(&t, &tm)) {
        print_number(out, seconds);
        return;
    }
    printer_bytes(out, text, strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm));
}

static void print_protocol(struct printer *out, uint64_t protocol)
{
    const char *name = weir_protocol_name(protocol);
    uint64_t back;

    if (name && lex_is_plain(slice_of(name)) && name_protocol(name, strlen(name), &back) && back == protocol)
        printer_text(out, name);
    else
        print_number(out, protocol);
}

static void print_flags(struct printer *out, uint64_t flags)
{
    char text[64];
    uint64_t back;

    weir_flags_name(flags, text, sizeof text);
    if (flags && flags <= 255 && lex_is_plain(slice_of(text)) && name_flags(text, strlen(text), &back) && back == flags)
        printer_text(out, text);
    else
        print_number(out, flags);
}

static void print_kind(struct printer *out, weir_kind kind, uint64_t number)
{
    static void (*const printers[])(struct printer *, uint64_t) = {
        [WEIR_KIND_PACKETS] = print_size,      [WEIR_KIND_BYTES] = print_size,  [WEIR_KIND_TIME] = print_time,
        [WEIR_KIND_PROTOCOL] = print_protocol, [WEIR_KIND_FLAGS] = print_flags,
    };

    if ((size_t)kind < ARRAY_SIZE(printers) && printers[kind])
        printers[kind](out, number);
    else
        print_number(out, number);
}

static void print_quoted(struct printer *out, struct slice text)
{
    printer_text(out, "\"");
    for (size_t k = 0; k < text.len; k++) {
        if (text.at[k] == '"' || text.at[k] == '\\')
            printer_text(out, "\\");
        printer_bytes(out, text.at + k, 1);
    }
    printer_text(out, "\"");
}

/* PCRE2's \c takes whatever stands behind it: a pattern may end with a backslash, which would open the slash. */
static bool ends_open(struct slice pattern)
{
    size_t n = 0;

    while (n < pattern.len && pattern.at[pattern.len - 1 - n] == '\\')
        n++;
    return n % 2 == 1;
}

static void print_regex(struct printer *out, struct slice pattern)
{
    if (ends_open(pattern)) {
        print_quoted(out, pattern);
        return;
    }
    printer_text(out, "/");
    for (size_t k = 0; k < pattern.len; k++) {
        if (pattern.at[k] == '/')
            printer_text(out, "\\");
        printer_bytes(out, pattern.at + k, 1);
        if (pattern.at[k] == '\\' && k + 1 < pattern.len)
            printer_bytes(out, pattern.at + ++k, 1);
    }
    printer_text(out, "/");
}

static void print_addr(struct printer *out, const weir_addr *addr)
{
    char text[ADDR_TEXT_MAX];

    printer_bytes(out, text, addr_print(addr, text));
}

static void print_addrs(struct printer *out, const struct item *item)
{
    print_addr(out, &item->first);
    if (item->prefix < 0) {
        printer_text(out, "-");
        print_addr(out, &item->last);
    } else if (item->prefix != (item->first.family == 4 ? 32 : 128)) {
        printer_text(out, "/");
        print_number(out, (uint64_t)item->prefix);
    }
}

/* Both ends of a range without names: "FIN-SYN" would be two flags. */
static void print_numbers(struct printer *out, weir_kind kind, const struct item *item)
{
    bool has_names = kind == WEIR_KIND_PROTOCOL || kind == WEIR_KIND_FLAGS;

    if (item->low == item->high) {
        print_kind(out, kind, item->low);
        return;
    }
    print_kind(out, has_names ? WEIR_KIND_NUMBER : kind, item->low);
    printer_text(out, "-");
    print_kind(out, has_names ? WEIR_KIND_NUMBER : kind, item->high);
}

/* A text that check.c takes without quotes. */
static bool is_bare(weir_kind kind, struct slice text)
{
    if (!check_value_at(kind, 0))
        return lex_is_plain(text);
    for (size_t k = 0; check_value_at(kind, k); k++)
        if (slice_is(text, slice_of(check_value_at(kind, k))))
            return true;
    return false;
}

static void print_item(struct printer *out, weir_field field, const struct item *item)
{
    weir_kind kind = weir_field_get(field)->kind;

    switch (item->type) {
    case ITEM_NULL: printer_text(out, "-"); break;
    case ITEM_ADDR: print_addrs(out, item); break;
    case ITEM_NUMBER: print_numbers(out, kind, item); break;
    case ITEM_TEXT:
        if (is_bare(kind, item->text))
            printer_bytes(out, item->text.at, item->text.len);
        else
            print_quoted(out, item->text);
        break;
    }
}

static void print_items(struct printer *out, weir_field field, const struct item *items)
{
    bool is_set = items->next;

    if (is_set)
        printer_text(out, "(");
    for (const struct item *item = items; item; item = item->next) {
        print_item(out, field, item);
        if (item->next)
            printer_text(out, ", ");
    }
    if (is_set)
        printer_text(out, ")");
}

/* Whether the items read as "= value": one, and neither a range nor a network. */
static bool is_single(const struct item *items)
{
    if (items->next)
        return false;
    if (items->type == ITEM_NUMBER)
        return items->low == items->high;
    return items->type != ITEM_ADDR || items->prefix == (items->first.family == 4 ? 32 : 128);
}

/* "ipv4" and "ipv6" are the networks of all addresses. */
static bool print_family(struct printer *out, const struct node *node)
{
    const struct item *item = node->items;

    if (node->subject != SUBJECT_NET || item->next || item->type != ITEM_ADDR || item->prefix != 0)
        return false;
    printer_text(out, item->first.family == 4 ? "ipv4" : "ipv6");
    return true;
}

static void print_in(struct printer *out, const struct node *node)
{
    if (node->subject != SUBJECT_FIELD) {
        printer_text(out, " ");
    } else if (is_single(node->items)) {
        printer_text(out, node->negated ? " != " : " = ");
    } else {
        printer_text(out, node->negated ? " not in " : " in ");
    }
    print_items(out, node->field[0], node->items);
}

static void print_term(struct printer *out, const struct node *node)
{
    const struct subject_info *subject = &subjects[node->subject];
    bool has_opposite = node->op == OP_MATCH || (node->op == OP_IN && node->subject == SUBJECT_FIELD);

    if (node->negated && !has_opposite)
        printer_text(out, "not ");
    if (node->op == OP_PREFIX) {
        printer_bytes(out, node->pattern.at, node->pattern.len);
        return;
    }
    if (node->op == OP_IN && print_family(out, node))
        return;
    printer_text(out, node->subject == SUBJECT_FIELD ? weir_field_get(node->field[0])->name : subject->first);
    if (*subject->second) {
        printer_text(out, " ");
        printer_text(out, subject->second);
    }
    if (node->op == OP_IN) {
        print_in(out, node);
        return;
    }
    printer_text(out, " ");
    printer_text(out, node->op == OP_MATCH && node->negated ? "!~" : operators[node->op].text);
    printer_text(out, " ");
    if (node->op == OP_MATCH)
        print_regex(out, node->pattern);
    else
        print_items(out, node->field[0], node->items);
}

static void print_child(struct printer *out, const struct node *node, enum node_type parent)
{
    bool needs_parens = node->type == NODE_OR && parent == NODE_AND && !node->negated;

    if (needs_parens)
        printer_text(out, "(");
    printer_node(out, node);
    if (needs_parens)
        printer_text(out, ")");
}

void printer_node(struct printer *out, const struct node *node)
{
    if (node->type == NODE_TERM) {
        print_term(out, node);
        return;
    }
    if (node->negated)
        printer_text(out, "not (");
    for (const struct node *kid = node->first; kid; kid = kid->next) {
        print_child(out, kid, node->type);
        if (kid->next)
            printer_text(out, node->type == NODE_AND ? " and " : " or ");
    }
    if (node->negated)
        printer_text(out, ")");
}

void printer_conjuncts(struct printer *out, const struct node *const *nodes, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        if (k)
            printer_text(out, " and ");
        if (n == 1)
            printer_node(out, nodes[k]);
        else
            print_child(out, nodes[k], NODE_AND);
    }
}
