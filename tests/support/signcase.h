/* signcase.h - one request to sign as lines of text, for the vectors in tests/cases/sigv4 and for tests that compare
 * many: a word, then fields, all with a tab between them. In fields \\ is a backslash and \xHH a byte.
 *
 *   method TEXT | host TEXT | path TEXT | query NAME VALUE | header NAME VALUE | body TEXT | region TEXT |
 *   service TEXT | s3 | access TEXT | secret TEXT | token TEXT | time SECONDS
 *   canonical TEXT | to_sign TEXT | authorization TEXT | content_hash TEXT      what must come out
 *
 * An empty line ends a request. */
#ifndef WEIR_SUPPORT_SIGNCASE_H
#define WEIR_SUPPORT_SIGNCASE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/sign.h"

enum { SIGNCASE_BYTES = 128 * 1024, SIGNCASE_PAIRS = 80 };

struct signcase {
    struct sign_request request;
    struct sign_key key;
    int64_t time_s;
    const char *canonical, *to_sign, *authorization, *content_hash; /* NULL = not told */
    struct sign_pair query[SIGNCASE_PAIRS], headers[SIGNCASE_PAIRS];
    char text[SIGNCASE_BYTES];
};

static inline unsigned signcase_hex(const char *at)
{
    char digits[3] = {at[0], at[0] ? at[1] : '\0', '\0'}, *end;
    unsigned long code = strtoul(digits, &end, 16);
    return end == digits + 2 ? (unsigned)code : 256;
}

static inline char *signcase_unescape(char *field)
{
    char *to = field;
    for (char *at = field; *at; at++) {
        unsigned code;
        if (at[0] == '\\' && at[1] == 'x' && (code = signcase_hex(at + 2)) < 256) {
            *to++ = (char)code;
            at += 3;
        } else {
            at += at[0] == '\\' && at[1] == '\\';
            *to++ = *at;
        }
    }
    *to = '\0';
    return field;
}

static inline bool signcase_take(struct signcase *out, const char *word, char *a, char *b)
{
    const struct {
        const char *word, **field;
    } texts[] = {
        {"method", &out->request.method}, {"host", &out->request.host},           {"path", &out->request.path},
        {"region", &out->request.region}, {"service", &out->request.service},     {"access", &out->key.access_key},
        {"secret", &out->key.secret_key}, {"token", &out->key.session_token},     {"canonical", &out->canonical},
        {"to_sign", &out->to_sign},       {"authorization", &out->authorization}, {"content_hash", &out->content_hash},
    };
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
        if (strcmp(word, texts[k].word) == 0) {
            *texts[k].field = a;
            return true;
        }
    if (strcmp(word, "query") == 0 && out->request.n_query < SIGNCASE_PAIRS)
        out->query[out->request.n_query++] = (struct sign_pair){a, b};
    else if (strcmp(word, "header") == 0 && out->request.n_headers < SIGNCASE_PAIRS)
        out->headers[out->request.n_headers++] = (struct sign_pair){a, b};
    else if (strcmp(word, "s3") == 0)
        out->request.is_s3 = true;
    else if (strcmp(word, "time") == 0)
        out->time_s = strtoll(a, NULL, 10);
    else if (strcmp(word, "body") == 0)
        out->request.body = a, out->request.body_len = strlen(a);
    else
        return false;
    return true;
}

/* The next request of the file; false at its end. What cannot be read ends the program: a test without its case proves
 * nothing. */
static inline bool signcase_read(FILE *file, struct signcase *out)
{
    size_t used = 0;
    memset(out, 0, sizeof *out);
    out->request.query = out->query;
    out->request.headers = out->headers;
    while (used < sizeof out->text && fgets(out->text + used, (int)(sizeof out->text - used), file)) {
        char *line = out->text + used, *rest = line;
        used += strlen(line) + 1;
        line[strcspn(line, "\n")] = '\0';
        if (!*line && out->request.method)
            return true;
        if (!*line)
            continue;
        const char *word = strsep(&rest, "\t");
        char *a = rest ? strsep(&rest, "\t") : line + strlen(line), *b = rest ? rest : a + strlen(a);
        if (!signcase_take(out, word, signcase_unescape(a), signcase_unescape(b))) {
            fprintf(stderr, "signcase: %s\n", word);
            abort();
        }
    }
    return out->request.method != NULL;
}

#endif
