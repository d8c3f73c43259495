/* Filters as filter patterns: whatever the filter, the pattern is one that the service takes, the rest is a filter in
 * canonical form, and together they select of a few records what the filter selects. The first byte chooses the
 * layout. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../support/pattern.h"
#include "../support/rows.h"
#include "base/limits.h"
#include "query/program.h"
#include "query/push.h"

#define NOW 1763900000

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static const char *const columns[] = {
    "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action "
    "log-status",
    "action dstport srcaddr vpc-id tcp-flags type ecs-cluster-name",
    "pkt-srcaddr flow-direction",
};

static const char *const lines[][4] = {
    {"2 123456789012 eni-0abc 203.0.113.9 10.0.0.1 443 22 6 10 840 1763899990 1763899999 REJECT OK",
     "2 123456789012 eni-0abd 2001:db8::1 10.0.0.1 0 0 58 1 40 1763899000 1763899999 ACCEPT OK",
     "2 123456789012 eni-0abc - - - - - - - 1763899990 1763899999 - NODATA",
     "2 123456789012 eni-0abc 172.16.3.4 172.32.0.1 1 65535 17 0 0 0 0 ACCEPT OK"},
    {"REJECT 22 203.0.113.9 vpc-1 2 IPv4 Web", "ACCEPT 443 10.0.0.1 vpc-2 18 IPv4 web", "- - - vpc-1 - - -",
     "ACCEPT 8080 ::1 - 0 IPv6 -"},
    {"10.0.0.1 ingress", "- egress", "2001:db8::5 -", "255.255.255.255 egress"},
};

static void run(const weir_query *query, const struct block *block, uint64_t *bits)
{
    struct program *program = NULL;

    memset(bits, 0xff, BATCH_ROWS / 8);
    if (program_new(query, PROGRAM_ALL, NULL, 0, &program, NULL) != WEIR_OK)
        abort();
    if (program)
        program_run(program, block, 0, 4, bits);
    program_free(program);
}

static void check(const weir_query *query, const struct push *push, size_t which)
{
    static struct block *blocks[3];
    static struct format layouts[3];
    static struct filter_pattern pattern;
    static uint64_t all[BATCH_ROWS / 64], rest[BATCH_ROWS / 64];
    weir_query *left = NULL;

    if (!blocks[which]) {
        if (format_parse(columns[which], strlen(columns[which]), &layouts[which], NULL) != WEIR_OK)
            abort();
        blocks[which] = block_new(BATCH_ROWS, 0);
        for (size_t k = 0; k < 4; k++)
            rows_add(blocks[which], &layouts[which], lines[which][k]);
    }
    if (!pattern_parse(push->pattern, &pattern) || weir_query_parse(push->rest, 0, &left, NULL) != WEIR_OK)
        abort();
    run(query, blocks[which], all);
    run(left, blocks[which], rest);
    for (uint32_t row = 0; row < 4 && !weir_query_undecided(query); row++) {
        bool matches = pattern_matches(&pattern, lines[which][row]), selected = *all >> row & 1;

        if ((matches && (*rest >> row & 1)) != selected || (selected && !matches))
            abort();
    }
    pattern_done(&pattern);
    weir_query_free(left);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    char text[4096];
    weir_query *query = NULL;
    struct push push;
    struct format layout;

    if (len < 1 || len >= sizeof text)
        return 0;
    size_t which = bytes[0] % 3;
    bool is_known = bytes[0] < 192;
    memcpy(text, bytes + 1, len - 1);
    text[len - 1] = '\0';
    if (weir_query_parse(text, NOW, &query, NULL) != WEIR_OK)
        return 0;
    if (format_parse(columns[which], strlen(columns[which]), &layout, NULL) != WEIR_OK)
        abort();
    if (push_logs(query, is_known ? &layout : NULL, &push, NULL) != WEIR_OK)
        abort();
    check(query, &push, which);
    push_done(&push);
    weir_query_free(query);
    return 0;
}
