/* http_cause.c - see http_cause.h. */
#include "aws/http_cause.h"

#include <stdio.h>
#include <string.h>

#include "base/slice.h"

enum { WORDS_BYTES = 480, NAME_BYTES = 300, WHY_MAX = 120 };

struct row {
    enum http_failure failure;
    weir_status status;
    const char *words;
};

static const struct row rows[] = {
#define X(id, failure, status, words) [id] = {failure, status, words},
#include "aws/http_cause.def"
#undef X
};

enum http_failure http_cause_failure(enum http_cause cause)
{
    return rows[cause].failure;
}

/* What stands for "{name}", into out. */
static void fill_in(struct slice name, const struct http_facts *facts, char *out, size_t size)
{
    bool by_proxy = *facts->proxy != '\0';
    if (slice_is(name, SLICE("who")))
        snprintf(out, size, "%s%s", by_proxy ? "proxy " : "", by_proxy ? facts->proxy : facts->host);
    else if (slice_is(name, SLICE("host")))
        snprintf(out, size, "%s", facts->host);
    else if (slice_is(name, SLICE("proxy")))
        snprintf(out, size, "%s", facts->proxy);
    else if (slice_is(name, SLICE("why")))
        snprintf(out, size, "%.*s", WHY_MAX, facts->why && *facts->why ? facts->why : "no reason given");
    else if (slice_is(name, SLICE("ca")))
        snprintf(out, size, "%s", facts->ca ? facts->ca : "the system's");
    else
        snprintf(out, size, "%lld", facts->n);
}

weir_status http_cause_fail(enum http_cause cause, const struct http_facts *facts, weir_error *err)
{
    char words[WORDS_BYTES] = "", piece[NAME_BYTES];
    size_t len = 0;
    for (const char *at = rows[cause].words; *at && len < sizeof words;) {
        size_t plain = strcspn(at, "{");
        len += (size_t)snprintf(words + len, sizeof words - len, "%.*s", (int)plain, at);
        at += plain;
        if (*at != '{' || len >= sizeof words)
            continue;
        size_t name = strcspn(at + 1, "}");
        fill_in((struct slice){at + 1, name}, facts, piece, sizeof piece);
        len += (size_t)snprintf(words + len, sizeof words - len, "%s", piece);
        at += name + 2;
    }
    return weir_fail(err, rows[cause].status, 0, "%s", words);
}
