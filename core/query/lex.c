/* Tokens of the filter language. A word ends at white space and at the characters of operators; everything else
 * (addresses, dates, resource ids, sizes) is told apart later, when the field is known. */
#include "query/lex.h"

#include "base/scope.h"

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool ends_word(struct slice text, size_t at)
{
    char c = text.at[at];

    if (is_space(c) || memchr("(),=!<>~\"'", c, 10))
        return true;
    return (c == '&' || c == '|') && at + 1 < text.len && text.at[at + 1] == c;
}

static const struct {
    char text[3];
    enum token_type type;
    enum operator op;
} marks[] = {
    /* the longer first */
    {"==", TOKEN_OPERATOR, OP_EQUAL_TWICE},
    {"!=", TOKEN_OPERATOR, OP_UNEQUAL},
    {"<=", TOKEN_OPERATOR, OP_LESS_EQUAL},
    {">=", TOKEN_OPERATOR, OP_GREATER_EQUAL},
    {"!~", TOKEN_OPERATOR, OP_NOT_MATCH},
    {"&&", TOKEN_AND, 0},
    {"||", TOKEN_OR, 0},
    {"=", TOKEN_OPERATOR, OP_EQUAL},
    {"<", TOKEN_OPERATOR, OP_LESS},
    {">", TOKEN_OPERATOR, OP_GREATER},
    {"~", TOKEN_OPERATOR, OP_MATCH},
    {"!", TOKEN_NOT, 0},
    {"(", TOKEN_OPEN, 0},
    {")", TOKEN_CLOSE, 0},
    {",", TOKEN_COMMA, 0},
};

static const struct {
    const char *text;
    enum token_type type;
} keywords[] = {{"and", TOKEN_AND}, {"or", TOKEN_OR}, {"not", TOKEN_NOT}, {"in", TOKEN_IN}};

static struct token lex_quoted(struct slice text, size_t from, enum token_type type)
{
    char quote = text.at[from];

    for (size_t at = from + 1; at < text.len; at++) {
        if (text.at[at] == '\\' && at + 1 < text.len)
            at++;
        else if (text.at[at] == quote)
            return (struct token){.type = type, .from = from, .to = at + 1};
    }
    return (struct token){.type = TOKEN_BAD, .from = from, .to = text.len};
}

/* A bare regex goes on to white space or to a parenthesis that it did not open. */
static struct token lex_bare_regex(struct slice text, size_t from)
{
    size_t at = from, open = 0;

    for (; at < text.len && !is_space(text.at[at]); at++) {
        char c = text.at[at];

        if (c == '\\' && at + 1 < text.len && !is_space(text.at[at + 1]))
            at++;
        else if (c == '(')
            open++;
        else if (c == ')' && open-- == 0)
            break;
    }
    return (struct token){.type = TOKEN_REGEX, .from = from, .to = at};
}

static struct token lex_word(struct slice text, size_t from)
{
    struct token token = {.type = TOKEN_WORD, .from = from, .to = from};

    while (token.to < text.len && !ends_word(text, token.to))
        token.to++;
    for (size_t k = 0; k < ARRAY_SIZE(keywords); k++)
        if (slice_is_nocase((struct slice){text.at + from, token.to - from}, slice_of(keywords[k].text)))
            token.type = keywords[k].type;
    return token;
}

struct token lex_token(struct slice text, size_t at, bool regex)
{
    while (at < text.len && is_space(text.at[at]))
        at++;
    if (at >= text.len)
        return (struct token){.type = TOKEN_END, .from = text.len, .to = text.len};
    if (text.at[at] == '"' || text.at[at] == '\'')
        return lex_quoted(text, at, TOKEN_STRING);
    if (regex && text.at[at] == '/')
        return lex_quoted(text, at, TOKEN_REGEX);
    if (regex && text.at[at] != ')')
        return lex_bare_regex(text, at);
    for (size_t k = 0; k < ARRAY_SIZE(marks); k++) {
        size_t len = marks[k].text[1] ? 2 : 1;

        if (text.len - at >= len && memcmp(text.at + at, marks[k].text, len) == 0)
            return (struct token){.type = marks[k].type, .op = marks[k].op, .from = at, .to = at + len};
    }
    return lex_word(text, at);
}

struct slice token_text(struct pool *pool, struct slice text, const struct token *token)
{
    struct slice raw = {text.at + token->from, token->to - token->from};
    bool is_quoted = token->type == TOKEN_STRING || (token->type == TOKEN_REGEX && raw.len >= 2 && raw.at[0] == '/');
    char *out = pool_new(pool, raw.len + 1);
    size_t len = 0;

    if (!out)
        return (struct slice){NULL, 0};
    if (!is_quoted) {
        memcpy(out, raw.at, raw.len);
        return (struct slice){out, raw.len};
    }
    char quote = raw.at[0];
    for (size_t k = 1; k + 1 < raw.len; k++) {
        /* between slashes a backslash is the regex's own, but for the slash */
        bool escapes = raw.at[k] == '\\' && (raw.at[k + 1] == quote || (raw.at[k + 1] == '\\' && quote != '/'));

        if (raw.at[k] == '\\' && !escapes)
            out[len++] = raw.at[k++];
        else if (escapes)
            k++;
        out[len++] = raw.at[k];
    }
    return (struct slice){out, len};
}

bool lex_is_plain(struct slice word)
{
    if (word.len == 0 || slice_is(word, SLICE("-")))
        return false;
    struct token token = lex_token(word, 0, false);
    return token.type == TOKEN_WORD && token.from == 0 && token.to == word.len;
}
