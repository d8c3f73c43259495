/* lex.h - filter text to tokens, one at a time and without state, so that a parser may look ahead for free.
 * Never fails: what is no token is TOKEN_BAD. */
#ifndef WEIR_QUERY_LEX_H
#define WEIR_QUERY_LEX_H

#include "query/ast.h"

enum token_type {
    TOKEN_END,
    TOKEN_OPEN,
    TOKEN_CLOSE,
    TOKEN_COMMA,
    TOKEN_AND,
    TOKEN_OR,
    TOKEN_NOT,
    TOKEN_IN,
    TOKEN_OPERATOR,
    TOKEN_WORD,
    TOKEN_STRING, /* quoted; see token_text() */
    TOKEN_REGEX,  /* between slashes, or a bare word after ~ */
    TOKEN_BAD,    /* a quote or a slash that is never closed */
};

struct token {
    enum token_type type;
    enum operator op;
    size_t from, to; /* byte offsets of the whole token */
};

/* The token that begins at or after `at`. `regex`: it stands after ~ or !~. */
struct token lex_token(struct slice text, size_t at, bool regex);

/* The token's meaning, without quotes and their escapes. NULL `at` when out of memory. */
struct slice token_text(struct pool *pool, struct slice text, const struct token *token);

/* Whether `word` stands for itself in the place of a value, without quotes. */
bool lex_is_plain(struct slice word);

#endif
