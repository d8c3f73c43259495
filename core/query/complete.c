/* What may stand at the cursor. Unfinished text does not parse, so this walks over the tokens before the cursor with
 * a small automaton that knows no nesting but that of sets. */
#include "base/scope.h"
#include "flow/names.h"
#include "query/check.h"
#include "query/lex.h"

enum place { PLACE_TERM, PLACE_JOIN, PLACE_OPERATOR, PLACE_VALUE, PLACE_REGEX, PLACE_SET, PLACE_NEXT, PLACE_NOTHING };

struct walk {
    enum place place;
    weir_field field;     /* of the operator or value that comes */
    enum subject subject; /* SUBJECT_FIELD = a field; of PLACE_OPERATOR and PLACE_VALUE */
    bool after_side;      /* after "src" or "dst", where port, host and net may follow */
};

static void walk_word(struct walk *walk, struct slice word)
{
    bool takes_second = false;

    walk->field = weir_field_find(word.at, word.len);
    walk->subject = SUBJECT_FIELD;
    walk->place = PLACE_JOIN;
    walk->after_side = false;
    if (walk->field != WEIR_FIELD_NONE) {
        walk->place = PLACE_OPERATOR;
        return;
    }
    walk->subject = check_subject(word, (struct slice){"", 0}, &takes_second);
    if (walk->subject == SUBJECT_FIELD)
        return;
    walk->field = subjects[walk->subject].fields[subjects[walk->subject].n_fields - 1];
    walk->place = PLACE_VALUE;
    walk->after_side = walk->subject == SUBJECT_SRC || walk->subject == SUBJECT_DST;
}

/* "port", "host" and "net" after "src" or "dst" */
static bool walk_second(struct walk *walk, struct slice word)
{
    bool takes_second = false;

    if (!walk->after_side)
        return false;
    enum subject subject = check_subject(slice_of(subjects[walk->subject].first), word, &takes_second);
    walk->after_side = false;
    if (!takes_second)
        return false;
    walk->subject = subject;
    walk->field = subjects[subject].fields[0];
    return true;
}

static void walk_operator(struct walk *walk, const struct token *token)
{
    bool may_stand = walk->place == PLACE_OPERATOR || (walk->place == PLACE_VALUE && walk->subject != SUBJECT_FIELD);

    walk->after_side = false;
    if (!may_stand)
        walk->place = PLACE_NOTHING;
    else if (token->type == TOKEN_OPERATOR && operators[token->op].canonical == OP_MATCH)
        walk->place = PLACE_REGEX;
    else if (token->type != TOKEN_NOT)
        walk->place = PLACE_VALUE;
}

static void walk_operand(struct walk *walk, struct slice word)
{
    if (walk->place == PLACE_VALUE && walk_second(walk, word))
        return;
    walk->place = walk->place == PLACE_SET ? PLACE_NEXT : PLACE_JOIN;
}

static void walk_token(struct walk *walk, struct slice text, const struct token *token)
{
    bool in_value = walk->place == PLACE_VALUE || walk->place == PLACE_REGEX || walk->place == PLACE_SET;
    struct slice word = {text.at + token->from, token->to - token->from};

    switch (token->type) {
    case TOKEN_AND:
    case TOKEN_OR: walk->place = PLACE_TERM; break;
    case TOKEN_NOT:
    case TOKEN_IN:
    case TOKEN_OPERATOR:
        if (token->type != TOKEN_NOT || walk->place == PLACE_OPERATOR)
            walk_operator(walk, token);
        else
            walk->place = PLACE_TERM;
        break;
    case TOKEN_OPEN: walk->place = walk->place == PLACE_VALUE ? PLACE_SET : PLACE_TERM; break;
    case TOKEN_COMMA: walk->place = walk->place == PLACE_NEXT ? PLACE_SET : PLACE_NOTHING; break;
    case TOKEN_CLOSE: walk->place = PLACE_JOIN; break;
    case TOKEN_BAD: walk->place = PLACE_NOTHING; break;
    default:
        if (in_value)
            walk_operand(walk, word);
        else
            walk_word(walk, word);
    }
}

/* Where the word under the cursor begins: `cursor` itself when there is none. */
static size_t walk_to(struct walk *walk, struct slice text)
{
    size_t at = 0;

    *walk = (struct walk){.place = PLACE_TERM, .field = WEIR_FIELD_NONE};
    for (;;) {
        struct token token = lex_token(text, at, walk->place == PLACE_REGEX);
        bool is_word = token.type == TOKEN_WORD || token.type == TOKEN_AND || token.type == TOKEN_OR ||
                       token.type == TOKEN_NOT || token.type == TOKEN_IN;

        if (token.type == TOKEN_END)
            return text.len;
        if (token.to == text.len && is_word && text.at[token.from] != '!' && text.at[token.from] != '&' &&
            text.at[token.from] != '|')
            return token.from;
        if (token.to == text.len && walk->place == PLACE_OPERATOR)
            return token.from; /* "<" may become "<=" */
        walk_token(walk, text, &token);
        at = token.to;
    }
}

static size_t clamp(const char *text, size_t cursor)
{
    return strnlen(text, cursor);
}

static weir_completion completion_at(const struct walk *walk, size_t from)
{
    static const weir_expect expects[] = {
        [PLACE_TERM] = WEIR_EXPECT_TERM,         [PLACE_JOIN] = WEIR_EXPECT_TERM,
        [PLACE_OPERATOR] = WEIR_EXPECT_OPERATOR, [PLACE_VALUE] = WEIR_EXPECT_VALUE,
        [PLACE_REGEX] = WEIR_EXPECT_NOTHING,     [PLACE_SET] = WEIR_EXPECT_VALUE,
        [PLACE_NEXT] = WEIR_EXPECT_NOTHING,      [PLACE_NOTHING] = WEIR_EXPECT_NOTHING,
    };
    weir_completion completion = {.expect = expects[walk->place], .field = WEIR_FIELD_NONE, .from = from};

    if (completion.expect == WEIR_EXPECT_VALUE)
        completion.field = walk->field;
    return completion;
}

weir_completion weir_query_expect(const char *text, size_t cursor)
{
    struct walk walk;
    size_t from = walk_to(&walk, (struct slice){text, clamp(text, cursor)});

    return completion_at(&walk, from);
}

/* ---- words ---- */

struct offer {
    struct slice word;
    void (*visit)(const char *word, const char *help, void *user);
    void *user;
};

static void offer(const struct offer *offer, const char *word, const char *help)
{
    if (strncasecmp(word, offer->word.at, offer->word.len) == 0 && strlen(word) >= offer->word.len)
        offer->visit(word, help, offer->user);
}

static void offer_operators(const struct offer *to, weir_field field)
{
    for (enum operator op = 0; op < OPERATOR_COUNT; op++)
        if (*operators[op].text && op != OP_EQUAL_TWICE &&
            (operators[op].classes & kind_class(weir_field_get(field)->kind)))
            offer(to, operators[op].text, operators[op].help);
}

static void offer_ports(const struct offer *to)
{
    static const char *const common[] = {"ssh",   "http",       "https", "domain", "rdp",
                                         "mysql", "postgresql", "redis", "smtp",   "ntp"};
    uint64_t port;

    for (size_t k = 0; k < ARRAY_SIZE(common); k++)
        if (name_port(common[k], strlen(common[k]), &port))
            offer(to, common[k], "service");
    for (size_t k = 0; to->word.len && name_port_at(k); k++) {
        bool is_common = false;

        for (size_t c = 0; c < ARRAY_SIZE(common); c++)
            is_common |= strcmp(common[c], name_port_at(k)) == 0;
        if (!is_common)
            offer(to, name_port_at(k), "service");
    }
}

static void offer_protocols(const struct offer *to)
{
    for (size_t k = 0; name_protocol_at(k); k++)
        if (lex_is_plain(slice_of(name_protocol_at(k))))
            offer(to, name_protocol_at(k), "protocol");
}

static void offer_flags(const struct offer *to)
{
    for (size_t k = 0; name_flags_at(k); k++)
        offer(to, name_flags_at(k), "TCP flags");
}

static void offer_times(const struct offer *to)
{
    static const char *const times[][2] = {{"-5m", "five minutes ago"},
                                           {"-15m", "a quarter of an hour ago"},
                                           {"-1h", "an hour ago"},
                                           {"today", "since midnight UTC"},
                                           {"yesterday", "since the midnight before"}};

    for (size_t k = 0; k < ARRAY_SIZE(times); k++)
        offer(to, times[k][0], times[k][1]);
}

static void offer_values(const struct offer *to, weir_field field)
{
    static void (*const by_kind[])(const struct offer *) = {
        [WEIR_KIND_PORT] = offer_ports,
        [WEIR_KIND_PROTOCOL] = offer_protocols,
        [WEIR_KIND_FLAGS] = offer_flags,
        [WEIR_KIND_TIME] = offer_times,
    };
    weir_kind kind = weir_field_get(field)->kind;

    for (size_t k = 0; check_value_at(kind, k); k++)
        offer(to, check_value_at(kind, k), weir_field_get(field)->name);
    for (uint64_t k = 1; kind == WEIR_KIND_PATH && k <= 8; k++) {
        char number[2] = {(char)('0' + k), '\0'};

        offer(to, number, weir_path_name(k));
    }
    if ((size_t)kind < ARRAY_SIZE(by_kind) && by_kind[kind])
        by_kind[kind](to);
}

static void offer_seconds(const struct offer *to, enum subject side)
{
    for (enum subject k = SUBJECT_SRC_PORT; k < SUBJECT_SRC; k++)
        if (strcmp(subjects[k].first, subjects[side].first) == 0)
            offer(to, subjects[k].second, subjects[k].help);
}

static void offer_terms(const struct offer *to)
{
    static const weir_kind enumerated[] = {WEIR_KIND_ACTION, WEIR_KIND_STATUS, WEIR_KIND_DIRECTION, WEIR_KIND_CAUSE};

    for (int k = 0; k < WEIR_FIELD_COUNT; k++)
        offer(to, weir_field_get((weir_field)k)->name, weir_field_get((weir_field)k)->help);
    for (enum subject k = SUBJECT_SRC; k <= SUBJECT_NET; k++)
        offer(to, subjects[k].first, subjects[k].help);
    offer(to, "not", "the opposite of what follows");
    for (size_t e = 0; to->word.len && e < ARRAY_SIZE(enumerated); e++)
        for (size_t k = 0; check_value_at(enumerated[e], k); k++)
            offer(to, check_value_at(enumerated[e], k), "alone it means that value");
    for (int k = 0; to->word.len && k < WEIR_FIELD_COUNT; k++)
        if (*weir_field_get((weir_field)k)->alias)
            offer(to, weir_field_get((weir_field)k)->alias, weir_field_get((weir_field)k)->name);
}

void weir_query_complete(const char *text, size_t cursor, void (*visit)(const char *word, const char *help, void *user),
                         void *user)
{
    struct walk walk;
    size_t len = clamp(text, cursor), from = walk_to(&walk, (struct slice){text, len});
    struct offer to = {{text + from, len - from}, visit, user};

    switch (walk.place) {
    case PLACE_JOIN:
        offer(&to, "and", "both hold");
        offer(&to, "or", "at least one holds");
        offer_terms(&to);
        break;
    case PLACE_TERM: offer_terms(&to); break;
    case PLACE_OPERATOR: offer_operators(&to, walk.field); break;
    case PLACE_VALUE:
        if (walk.after_side)
            offer_seconds(&to, walk.subject);
        offer_values(&to, walk.field);
        break;
    case PLACE_SET: offer_values(&to, walk.field); break;
    default: break;
    }
}
