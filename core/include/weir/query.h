/* query.h - the filter language, the only place that knows what a filter means.
 *
 *   filter  = or
 *   or      = and { ("or" | "||") and }
 *   and     = not { [ "and" | "&&" ] not }          two terms side by side mean "and"
 *   not     = [ "not" | "!" ] primary
 *   primary = "(" or ")" | comparison | tcpdump | bare
 *   comparison = FIELD ( "=" | "==" | "!=" | "<" | "<=" | ">" | ">=" ) value
 *              | FIELD [ "not" ] "in" ( set | range | cidr )
 *              | FIELD ( "~" | "!~" ) regex        PCRE2, quoted or a bare word
 *   set     = "(" item { "," item } ")"            item = value | range | cidr
 *   range   = value "-" value                      both ends included
 *   tcpdump = [ "src" | "dst" ] [ "port" | "host" | "net" ] item-or-set
 *   bare    = number | service (port) | address (host) | cidr (net) | protocol | action |
 *             log-status | ingress | egress | ipv4 | ipv6 | resource id (eni-…, vpc-…, subnet-…,
 *             i-…, tgw-…; a beginning is enough)
 *
 * Comparing a field that the record does not have, or that is "-", is false, except that
 * `field = -` says just that; and `!=`, `not in`, `!~` are always the exact opposite of
 * `=`, `in`, `~`. Texts compare without regard to case; a regex is case-sensitive unless it
 * says (?i). The empty filter selects everything.
 * A query is immutable: any thread. */
#ifndef WEIR_QUERY_H
#define WEIR_QUERY_H

#include "weir/field.h"
#include "weir/record.h"
#include "weir/status.h"

typedef struct weir_query weir_query;

/* Parses a filter. `now` (Unix seconds) is what `start > -10m` counts from.
 * On success *out is yours (weir_query_free). On WEIR_E_SYNTAX err->column (1-based bytes) points
 * into text and err->text says what was expected. */
weir_status weir_query_parse(const char *text, int64_t now, weir_query **out, weir_error *err);
void weir_query_free(weir_query *query);

/* The filter in canonical form, borrowed from the query. Parsing it gives the same filter. */
weir_safe weir_query_text(const weir_query *query);

bool weir_query_is_empty(const weir_query *query);

/* Whether the filter as a whole pins a value of a field: looks at the conditions that are joined by
 * "and" at the top and speak of this field alone. */
typedef enum weir_mark { WEIR_MARK_NONE, WEIR_MARK_INCLUDED, WEIR_MARK_EXCLUDED } weir_mark;
weir_mark weir_query_mark(const weir_query *query, weir_field field, const weir_value *value);

/* Whether the filter speaks of a field anywhere. NULL-safe. */
bool weir_query_mentions(const weir_query *query, weir_field field);

/* Edits, for facets and quick filters. They work on the conditions that weir_query_mark() sees and
 * leave all others as they are. The result is a new canonical text in buffer[size].
 * WEIR_E_LIMIT if it does not fit; nothing is written then. */
typedef enum weir_edit {
    WEIR_EDIT_INCLUDE, /* field in (…, value); again takes it out */
    WEIR_EDIT_EXCLUDE, /* field not in (…, value); again takes it out */
    WEIR_EDIT_ONLY,    /* field = value, in place of all the conditions on the field */
    WEIR_EDIT_CLEAR,   /* no condition on the field (value is ignored) */
} weir_edit;
weir_status weir_query_edit(const weir_query *query, weir_edit edit, weir_field field, const weir_value *value,
                            char *buffer, size_t size, weir_error *err);

/* `query` and `more`, in canonical form; conditions on `start` in query are replaced when `more` is a
 * condition on `start` alone and replace_start is true (a new time range replaces the old one). */
weir_status weir_query_and(const weir_query *query, const char *more, int64_t now, bool replace_start, char *buffer,
                           size_t size, weir_error *err);

/* What may stand at `cursor` (a byte offset into text): for completion. Works on unfinished text. */
typedef enum weir_expect { WEIR_EXPECT_NOTHING, WEIR_EXPECT_TERM, WEIR_EXPECT_OPERATOR, WEIR_EXPECT_VALUE } weir_expect;
typedef struct weir_completion {
    weir_expect expect;
    weir_field field; /* of the value, for WEIR_EXPECT_VALUE; else WEIR_FIELD_NONE */
    size_t from;      /* byte offset where the word under the cursor begins; the word ends at cursor */
} weir_completion;
weir_completion weir_query_expect(const char *text, size_t cursor);

/* Words of the language that fit there and start with the word under the cursor: field names,
 * operators, enumerated values. Calls visit(word, help, user) for each, in a good order. */
void weir_query_complete(const char *text, size_t cursor, void (*visit)(const char *word, const char *help, void *user),
                         void *user);

/* How many rows a regex of this query could not decide because it hit its limits (they count as not
 * matching, and the screen says so). */
uint64_t weir_query_undecided(const weir_query *query);

#endif
