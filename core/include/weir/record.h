/* record.h - values and rows: what a record holds, field by field. */
#ifndef WEIR_RECORD_H
#define WEIR_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "weir/field.h"
#include "weir/safe.h"

/* An IP address in network byte order; IPv4 uses the first 4 bytes and the rest are 0. */
typedef struct weir_addr {
    uint8_t family; /* 4 or 6 */
    uint8_t bytes[16];
} weir_addr;

typedef enum weir_value_type {
    WEIR_ABSENT, /* the record's layout does not have the field */
    WEIR_NULL,   /* the record says "-" */
    WEIR_NUMBER, /* every numeric kind, times included (Unix seconds) */
    WEIR_ADDRESS,
    WEIR_TEXT,
} weir_value_type;

typedef struct weir_value {
    weir_value_type type;
    union {
        uint64_t number;
        weir_addr addr;
        weir_safe text; /* borrowed: see the function that gave the value */
    };
} weir_value;

/* What a line of a flow log is. A line that carries an action and addresses is a record whatever
 * its log-status says. */
typedef enum weir_row_kind {
    WEIR_ROW_RECORD,
    WEIR_ROW_NODATA,   /* no traffic on the interface in the interval */
    WEIR_ROW_SKIPDATA, /* records were lost in the interval */
} weir_row_kind;

/* What became of the traffic. For Transit Gateway records any packets-lost-* above 0 is a reject. */
typedef enum weir_verdict {
    WEIR_VERDICT_NONE, /* NODATA, SKIPDATA, or the layout tells nothing of it */
    WEIR_VERDICT_ACCEPT,
    WEIR_VERDICT_REJECT,
} weir_verdict;

/* A row of the ring, borrowed: valid until the next weir_session_pump(). Copy `id` to keep it. */
typedef struct weir_row {
    const struct block *block;
    uint32_t index;
    uint64_t id; /* counts rows since the session began, from 0; never reused */
} weir_row;

weir_row_kind weir_row_kind_of(const weir_row *row);
weir_verdict weir_row_verdict(const weir_row *row);

/* The value of a field. A text is borrowed as long as the row. */
weir_value weir_row_value(const weir_row *row, weir_field field);

/* The fields that the row's layout has, in the layout's order; returns their number, at most
 * WEIR_FIELD_COUNT, and writes as many as fit into out[max]. */
size_t weir_row_fields(const weir_row *row, weir_field *out, size_t max);

/* The record as AWS writes it: values in the layout's order, one space between, surplus columns
 * last. Borrowed from buffer[size]; 64 KiB always fits (WEIR_ROW_TEXT_MAX). */
#define WEIR_ROW_TEXT_MAX 65536
weir_safe weir_row_text(const weir_row *row, char *buffer, size_t size);

typedef enum weir_style {
    WEIR_STYLE_AWS,   /* as AWS writes it: 6, 22, 1566848875 */
    WEIR_STYLE_SHORT, /* for tables: tcp, SYN, 12.3K; times as HH:MM:SS in UTC */
    WEIR_STYLE_LONG,  /* for people: "6 (tcp)", "18 (SYN-ACK)", "8 (internet gateway, Nitro)" */
} weir_style;

/* A value as text in buffer[size] (64 bytes do for all but texts). ABSENT is "", NULL is "-". */
weir_safe weir_value_text(weir_field field, const weir_value *value, weir_style style, char *buffer, size_t size);

/* Reads one value of `field` from text as people write it: a number, an address, a name (ssh, tcp,
 * SYN, REJECT). "-" is NULL. Returns false if the text is no such value. A text value borrows `text`,
 * which must then be safe already. */
bool weir_value_parse(weir_field field, weir_safe text, weir_value *out);

bool weir_value_equal(const weir_value *a, const weir_value *b);

/* Well-known names. NULL when there is none; static strings. */
const char *weir_port_name(uint64_t port);                                /* "ssh", "https" */
const char *weir_protocol_name(uint64_t protocol);                        /* "tcp", "icmp6" */
const char *weir_path_name(uint64_t traffic_path);                        /* "internet gateway (Nitro)" */
weir_safe weir_flags_name(uint64_t tcp_flags, char *buffer, size_t size); /* "SYN-ACK FIN", "-" for 0 */

/* 1536 → "1.5K", 812 → "812": at most 5 cells, powers of 1000 for counts, 1024 for bytes. */
weir_safe weir_count_text(uint64_t count, char *buffer, size_t size);
weir_safe weir_bytes_text(uint64_t bytes, char *buffer, size_t size);

/* Reads a span ("90", "10m", "2h30m", "1d", "1w"; a bare number is seconds) into seconds.
 * Returns false if it is none or above 100 years. */
bool weir_span_parse(const char *text, size_t len, int64_t *seconds);

/* Reads a moment: "-10m" or "10m" before now, "13:10[:05]" (the last such time before now, UTC or
 * local as `local` says), "2026-11-23", "2026-11-23T13:10[:05][Z|+01:00]", "yesterday", "today",
 * "now", or Unix seconds. */
bool weir_time_parse(const char *text, size_t len, int64_t now, bool local, int64_t *seconds);

#endif
