/* field.h - the fields of flow log records: one row a field in core/flow/field.def.
 * Names are AWS's own (docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html and
 * docs.aws.amazon.com/vpc/latest/tgw/tgw-flow-logs.html). Everything here is immutable: any thread. */
#ifndef WEIR_FIELD_H
#define WEIR_FIELD_H

#include <stdbool.h>
#include <stddef.h>

typedef enum weir_field {
#define X(id, name, alias, since, kind, title, width, help) id,
#include "weir/field.def"
#undef X
    WEIR_FIELD_COUNT,
    WEIR_FIELD_NONE = -1,
} weir_field;

/* What a field's values are. Decides how they are stored, compared, completed and printed. */
typedef enum weir_kind {
    WEIR_KIND_NUMBER,     /* unsigned, up to 2^64-1 */
    WEIR_KIND_PORT,       /* 0..65535; has service names */
    WEIR_KIND_PROTOCOL,   /* IANA protocol number 0..255; has names */
    WEIR_KIND_PACKETS,    /* unsigned */
    WEIR_KIND_BYTES,      /* unsigned; sizes like 1M are understood */
    WEIR_KIND_TIME,       /* Unix seconds */
    WEIR_KIND_FLAGS,      /* TCP flags, a bit mask 0..255 */
    WEIR_KIND_PATH,       /* traffic-path 1..8 */
    WEIR_KIND_ENCRYPTION, /* encryption-status 0..3 */
    WEIR_KIND_ADDR,       /* IPv4 or IPv6 address */
    WEIR_KIND_TEXT,       /* anything without a space */
    WEIR_KIND_ACTION,     /* text: ACCEPT, REJECT */
    WEIR_KIND_STATUS,     /* text: OK, NODATA, SKIPDATA */
    WEIR_KIND_DIRECTION,  /* text: ingress, egress */
    WEIR_KIND_CAUSE,      /* text: a name of weir/cause.def */
    WEIR_KIND_LIST,       /* texts with "|" between them; = holds when one of them is equal */
} weir_kind;

typedef struct weir_field_info {
    const char *name;  /* AWS's name: "srcaddr" */
    const char *alias; /* short name in filters: "saddr"; "" = none */
    int since;         /* record version that brought it; 0 = derived: no line has it */
    weir_kind kind;
    const char *title; /* heading of a table column */
    int width;         /* usual width in cells */
    const char *help;  /* one sentence */
} weir_field_info;

/* Borrowed for ever; `field` must be a real field. */
const weir_field_info *weir_field_get(weir_field field);

/* Worked out by weir from other fields and the network; no line has it. */
bool weir_field_is_derived(weir_field field);

/* By AWS name or alias, without regard to case, '-' and '_' alike; WEIR_FIELD_NONE if there is none. */
weir_field weir_field_find(const char *name, size_t len);

#endif
