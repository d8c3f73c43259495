/* Recursive descent over the tokens of lex.c. Only parentheses recurse, and their depth is counted. The first error
 * ends the parse; every function returns NULL after it. */
#include "query/parse.h"

#include <stdio.h>

#include "base/limits.h"
#include "base/scope.h"
#include "query/check.h"
#include "query/lex.h"
#include "query/match.h"

#define DUPLICATES_MAX 256 /* a longer set is not looked through for values that stand in it twice */

struct parser {
    weir_query *query;
    struct slice text;
    struct token token; /* not taken yet */
    int64_t now;
    unsigned depth;
    weir_status status;
    weir_error *err;
};

static struct node *parse_or(struct parser *p);

static struct token peek(const struct parser *p, const struct token *after)
{
    return lex_token(p->text, after->to, false);
}

static void take(struct parser *p)
{
    p->token = peek(p, &p->token);
}

static struct slice raw(const struct parser *p, const struct token *token)
{
    return (struct slice){p->text.at + token->from, token->to - token->from};
}

static void *fail(struct parser *p, weir_status status, size_t at, const char *message)
{
    if (p->status == WEIR_OK)
        p->status = weir_fail(p->err, status, at + 1, "%s", message);
    return NULL;
}

static void *fail_memory(struct parser *p)
{
    return fail(p, WEIR_E_NOMEM, 0, "out of memory");
}

/* "expected …, found 'x'" at a token */
static void *fail_expected(struct parser *p, const struct token *token, const char *expected)
{
    char message[256];
    struct slice found = raw(p, token);

    if (token->type == TOKEN_BAD)
        return fail(p, WEIR_E_SYNTAX, token->from,
                    *found.at == '/' ? "this / is never closed" : "this quote is never closed");
    if (token->type == TOKEN_END)
        snprintf(message, sizeof message, "expected %s", expected);
    else
        snprintf(message, sizeof message, "expected %s, found '%.*s'", expected, (int)(found.len < 64 ? found.len : 64),
                 found.at);
    return fail(p, WEIR_E_SYNTAX, token->from, message);
}

static struct node *new_node(struct parser *p)
{
    if (p->query->n_nodes >= FILTER_MAX_NODES)
        return fail(p, WEIR_E_LIMIT, p->token.from, "the filter has too many conditions");
    p->query->n_nodes++;
    struct node *node = pool_new(&p->query->pool, sizeof *node);
    return node ? node : fail_memory(p);
}

/* ---- values ---- */

/* "8000 - 8100": a hyphen that stands alone joins two words; both are taken into one text. */
static bool join_range(struct parser *p, weir_field field, const struct token *first, struct slice *text)
{
    struct token dash = peek(p, first), last = peek(p, &dash);
    struct slice low = raw(p, first), high = raw(p, &last);

    if (first->type != TOKEN_WORD || dash.type != TOKEN_WORD || !slice_is(raw(p, &dash), SLICE("-")) ||
        last.type != TOKEN_WORD || kind_class(weir_field_get(field)->kind) == CLASS_TEXT)
        return false;
    char *joined = pool_new(&p->query->pool, low.len + high.len + 2);
    if (!joined)
        return false;
    memcpy(joined, low.at, low.len);
    joined[low.len] = '-';
    memcpy(joined + low.len + 1, high.at, high.len);
    *text = (struct slice){joined, low.len + high.len + 1};
    p->token = last;
    return true;
}

static struct item *parse_item(struct parser *p, const struct node *term)
{
    struct token token = p->token;
    struct slice text;
    char why[200];

    if (token.type != TOKEN_WORD && token.type != TOKEN_STRING)
        return fail_expected(p, &token, check_expected(term->field[0]));
    if (!join_range(p, term->field[0], &token, &text))
        text = token_text(&p->query->pool, p->text, &token);
    struct item *item = pool_new(&p->query->pool, sizeof *item);
    if (!item || !text.at)
        return fail_memory(p);
    if (!check_item(term->field[0], term->subject, text, token.type == TOKEN_STRING, p->now, item, why, sizeof why))
        return fail(p, WEIR_E_SYNTAX, token.from, why);
    take(p);
    return item;
}

static bool is_same_item(const struct item *a, const struct item *b)
{
    if (a->type != b->type)
        return false;
    switch (a->type) {
    case ITEM_NUMBER: return a->low == b->low && a->high == b->high;
    case ITEM_TEXT: return nocase_compare(a->text, b->text) == 0;
    case ITEM_ADDR:
        return memcmp(&a->first, &b->first, sizeof a->first) == 0 && memcmp(&a->last, &b->last, sizeof a->last) == 0;
    default: return true;
    }
}

static void append_item(struct item **items, struct item *item)
{
    struct item **tail = items;

    for (size_t n = 0; *tail; n++, tail = &(*tail)->next)
        if (n < DUPLICATES_MAX && is_same_item(*tail, item))
            return;
    *tail = item;
}

static bool parse_set(struct parser *p, struct node *term)
{
    take(p);
    for (;;) {
        struct item *item = parse_item(p, term);

        if (!item)
            return false;
        append_item(&term->items, item);
        if (p->token.type == TOKEN_CLOSE)
            break;
        if (p->token.type != TOKEN_COMMA)
            return fail_expected(p, &p->token, "',' or ')'");
        take(p);
    }
    take(p);
    return true;
}

static bool parse_items(struct parser *p, struct node *term)
{
    if (p->token.type == TOKEN_OPEN)
        return parse_set(p, term);
    term->items = parse_item(p, term);
    return term->items;
}

/* "\/" is "/", which is the same to PCRE2: patterns are printed between slashes. */
static struct slice unescape_slashes(struct slice pattern, char *out)
{
    size_t len = 0;

    for (size_t k = 0; k < pattern.len; k++) {
        if (pattern.at[k] == '\\' && k + 1 < pattern.len && pattern.at[++k] != '/')
            out[len++] = '\\';
        out[len++] = pattern.at[k];
    }
    return (struct slice){out, len};
}

static bool parse_regex(struct parser *p, struct node *term)
{
    struct token token = p->token;
    struct pattern *pattern = NULL;
    size_t offset = 0;
    char message[200] = "";

    if (token.type != TOKEN_STRING && token.type != TOKEN_REGEX)
        return fail_expected(p, &token, "a regular expression such as \"^10[.]\"");
    struct slice text = token_text(&p->query->pool, p->text, &token);
    char *plain = pool_new(&p->query->pool, text.len + 1);
    if (!text.at || !plain)
        return fail_memory(p);
    term->pattern = unescape_slashes(text, plain);
    weir_status status = pattern_new(term->pattern, false, &pattern, &offset, message, sizeof message);
    pattern_free(pattern);
    if (status == WEIR_E_LIMIT)
        return fail(p, status, token.from, "the regular expression is too long");
    if (status == WEIR_E_NOMEM)
        return fail_memory(p);
    if (status != WEIR_OK) {
        bool is_quoted = token.type == TOKEN_STRING || p->text.at[token.from] == '/';
        size_t at = token.from + is_quoted + offset;

        return fail(p, status, at < token.to ? at : token.to - 1, message);
    }
    take(p);
    return true;
}

/* ---- terms ---- */

/* The operator at `token`, which is moved to its last token; OPERATOR_COUNT if there is none. */
static enum operator peek_operator(const struct parser *p, struct token *token)
{
    if (token->type == TOKEN_OPERATOR)
        return token->op;
    if (token->type == TOKEN_IN)
        return OP_IN;
    if (token->type == TOKEN_NOT && p->text.at[token->from] != '!') {
        struct token next = peek(p, token);

        if (next.type == TOKEN_IN) {
            *token = next;
            return OP_NOT_IN;
        }
    }
    return OPERATOR_COUNT;
}

static struct node *parse_operand(struct parser *p, struct node *term, enum operator op, const struct token *at)
{
    const struct operator_info *info = &operators[op];
    struct token last = p->token;
    char message[160];
    bool is_ok;

    if (!(info->classes & kind_class(weir_field_get(term->field[0])->kind))) {
        snprintf(message, sizeof message, "%s has no order: expected =, !=, in, not in, ~ or !~ here, found '%s'",
                 weir_field_get(term->field[0])->name, info->text);
        return fail(p, WEIR_E_SYNTAX, at->from, message);
    }
    peek_operator(p, &last);
    term->op = info->canonical;
    term->negated = info->negated;
    p->token = lex_token(p->text, last.to, term->op == OP_MATCH);
    size_t value_at = p->token.from;
    if (term->op == OP_MATCH)
        is_ok = parse_regex(p, term);
    else if (term->op == OP_IN)
        is_ok = parse_items(p, term);
    else
        is_ok = (term->items = parse_item(p, term));
    if (is_ok && term->op != OP_IN && term->op != OP_MATCH &&
        (term->items->type != ITEM_NUMBER || term->items->low != term->items->high))
        return fail(p, WEIR_E_SYNTAX, value_at, "expected one value: a range goes with in");
    return is_ok ? term : NULL;
}

static struct node *parse_subject(struct parser *p, enum subject subject, bool takes_second)
{
    struct node *term = new_node(p);

    if (!term)
        return NULL;
    term->subject = subject;
    term->op = OP_IN;
    term->n_fields = subjects[subject].n_fields;
    for (size_t k = 0; k < term->n_fields; k++)
        term->field[k] = subjects[subject].fields[k];
    take(p);
    if (takes_second)
        take(p);
    struct token at = p->token, last = at;
    enum operator op = peek_operator(p, &last);
    if (op != OPERATOR_COUNT)
        return parse_operand(p, term, op, &at);
    return parse_items(p, term) ? term : NULL;
}

static struct node *parse_bare(struct parser *p)
{
    struct slice word = token_text(&p->query->pool, p->text, &p->token);
    struct item *item = pool_new(&p->query->pool, sizeof *item);
    struct node *term = new_node(p);

    if (!term)
        return NULL;
    if (!word.at || !item)
        return fail_memory(p);
    if (!check_bare(word, p->now, term, item))
        return NULL;
    take(p);
    return term;
}

static struct node *fail_unknown(struct parser *p, const char *what, const char *nearest)
{
    char message[200];
    struct slice word = raw(p, &p->token);
    int len = (int)(word.len < 64 ? word.len : 64);

    if (nearest)
        snprintf(message, sizeof message, "unknown %s '%.*s': did you mean %s?", what, len, word.at, nearest);
    else
        snprintf(message, sizeof message, "unknown %s '%.*s': expected %s", what, len, word.at,
                 *what == 'f' ? "the name of a field" : "a field, an address, a port, a protocol or an action");
    return fail(p, WEIR_E_SYNTAX, p->token.from, message);
}

static struct node *parse_word(struct parser *p)
{
    struct slice word = raw(p, &p->token);
    struct token at = peek(p, &p->token), last = at;
    enum operator op = peek_operator(p, &last);
    weir_field field = weir_field_find(word.at, word.len);
    bool takes_second = false;

    if (field != WEIR_FIELD_NONE && op != OPERATOR_COUNT) {
        struct node *term = new_node(p);

        if (!term)
            return NULL;
        term->n_fields = 1;
        term->field[0] = field;
        take(p);
        return parse_operand(p, term, op, &at);
    }
    enum subject subject = check_subject(word, raw(p, &at), &takes_second);
    if (subject != SUBJECT_FIELD)
        return parse_subject(p, subject, takes_second);
    if (op != OPERATOR_COUNT)
        return fail_unknown(p, "field", check_nearest_field(word));
    struct node *term = parse_bare(p);
    if (term || p->status != WEIR_OK)
        return term;
    if (field != WEIR_FIELD_NONE)
        return fail_expected(p, &at, "an operator such as =, in or ~");
    return fail_unknown(p, "word", check_nearest_bare(word));
}

static struct node *parse_primary(struct parser *p)
{
    if (p->token.type == TOKEN_WORD)
        return parse_word(p);
    if (p->token.type != TOKEN_OPEN)
        return fail_expected(p, &p->token, "a condition");
    if (++p->depth > FILTER_MAX_DEPTH)
        return fail(p, WEIR_E_LIMIT, p->token.from, "the filter is nested too deeply");
    take(p);
    struct node *node = parse_or(p);
    if (node && p->token.type != TOKEN_CLOSE)
        return fail_expected(p, &p->token, "and, or or ')'");
    if (node)
        take(p);
    p->depth--;
    return node;
}

static struct node *parse_not(struct parser *p)
{
    bool negated = false;

    for (; p->token.type == TOKEN_NOT; take(p))
        negated = !negated;
    struct node *node = parse_primary(p);
    if (node)
        node->negated ^= negated;
    return node;
}

static struct node *finish_group(struct parser *p, enum node_type type, struct node *kids)
{
    if (!kids)
        return NULL;
    struct node *node = node_group(&p->query->pool, type, kids);
    return node ? node : fail_memory(p);
}

static bool begins_term(const struct token *token)
{
    return token->type == TOKEN_WORD || token->type == TOKEN_OPEN || token->type == TOKEN_NOT;
}

static struct node *parse_and(struct parser *p)
{
    struct node *head = NULL, **tail = &head;

    do {
        if (head && p->token.type == TOKEN_AND)
            take(p);
        *tail = parse_not(p);
        if (!*tail)
            return NULL;
        tail = &(*tail)->next;
    } while (p->token.type == TOKEN_AND || begins_term(&p->token));
    return finish_group(p, NODE_AND, head);
}

static struct node *parse_or(struct parser *p)
{
    struct node *head = NULL, **tail = &head;

    do {
        if (head)
            take(p);
        *tail = parse_and(p);
        if (!*tail)
            return NULL;
        tail = &(*tail)->next;
    } while (p->token.type == TOKEN_OR);
    return finish_group(p, NODE_OR, head);
}

/* ---- the whole ---- */

weir_status parse_filter(weir_query *query, struct slice text, int64_t now, weir_error *err)
{
    struct parser p = {.query = query, .text = text, .now = now, .err = err};

    p.token = lex_token(p.text, 0, false);
    if (p.token.type == TOKEN_END)
        return WEIR_OK;
    query->root = parse_or(&p);
    if (p.status != WEIR_OK || p.token.type == TOKEN_END)
        return p.status;
    if (p.token.type == TOKEN_CLOSE)
        fail(&p, WEIR_E_SYNTAX, p.token.from, "this ) closes nothing");
    else
        fail_expected(&p, &p.token, "and, or or the end");
    return p.status;
}
