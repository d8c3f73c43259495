/* source.h - where bytes come from. The text that names a source is what a person types:
 *   FILE, FILE.gz     a file, read to its end, then followed if asked
 *   -                 standard input
 *   demo[:SCENARIO]   the built-in simulation
 *   cw:GROUP          a CloudWatch Logs group, by name or ARN
 *   tail:GROUP        the same, with a Live Tail session
 *   s3://BUCKET/PREFIX  flow log objects
 * Those in AWS take ?region=…&profile=…&stream=PREFIX behind them.
 * One row a source in core/source/source.def. Immutable: any thread. */
#ifndef WEIR_SOURCE_H
#define WEIR_SOURCE_H

#include <stddef.h>
#include <stdint.h>

typedef struct weir_source_info {
    const char *scheme; /* "demo", "" for files */
    const char *syntax; /* "demo[:SCENARIO]" */
    const char *help;   /* one sentence */
} weir_source_info;

size_t weir_source_count(void);
const weir_source_info *weir_source_get(size_t k); /* borrowed for ever */

/* The demo's scenarios, for help and completion; NULL past the end. */
const char *weir_scenario_name(size_t k);
const char *weir_scenario_help(size_t k);

/* The demo's account as a snapshot of weir's (weir/network.h), as it is at `now` in that scenario (NULL = the first):
 * JSON, yours (free). NULL = out of memory or no such scenario. */
char *weir_demo_network(const char *scenario, int64_t now, size_t *len);

/* What CloudTrail has of it: a trail's file (weir/trail.h). Yours (free); NULL as above. */
char *weir_demo_trail(const char *scenario, int64_t now, size_t *len);

#endif
