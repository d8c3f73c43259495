/* demo_record.c - what a flow log says of a connection: per interface, direction and window of 60 s one
 * record, with the flags of that window OR-ed together as AWS does (SYN 2, SYN-ACK 18, FIN 1; a plain ACK is
 * 0), delivered 60 to 150 s after the window's end. */
#include "source/demo.h"

#include <string.h>

#include "base/scope.h"

enum { FLAG_FIN = 1, FLAG_SYN = 2, FLAG_SYN_ACK = 18, LINE_ROOM = 640, SPREAD_S = 60 };

static const char header[] =
    "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action "
    "log-status vpc-id subnet-id instance-id tcp-flags type pkt-srcaddr pkt-dstaddr region az-id flow-direction "
    "traffic-path\n";

size_t demo_header(char *line, size_t size)
{
    size_t len = sizeof header - 1;
    memcpy(line, header, len < size ? len : size);
    return len < size ? len : size;
}

/* The longest line has about 400 bytes; what would not fit is left out. */
struct line {
    char at[LINE_ROOM];
    size_t len;
};

static void put(struct line *line, const char *text)
{
    size_t len = strlen(text);
    if (line->len + len + 1 > sizeof line->at)
        return;
    memcpy(line->at + line->len, text, len);
    line->len += len;
    line->at[line->len++] = ' ';
}

static void put_number(struct line *line, uint64_t number)
{
    char digits[24];
    size_t at = sizeof digits - 1;
    digits[at] = '\0';
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    put(line, digits + at);
}

/* Every window of an interface has its own delay, and its records come over a minute, as they are ready. */
static int64_t delivery(const struct demo_log *log, int interface, int64_t window, uint64_t salt)
{
    struct chance chance = chance_of(log->seed, window, 0x1a6 + (uint64_t)interface);
    uint32_t lag = chance_between(&chance, DEMO_LAG_MIN_S, DEMO_LAG_MAX_S - SPREAD_S);
    struct chance jitter = chance_of(log->seed, window, salt);
    return window + DEMO_WINDOW_S + lag + chance_below(&jitter, SPREAD_S + 1);
}

static void deliver(struct demo_log *log, struct line *line, enum story story, int64_t when)
{
    line->at[line->len - 1] = '\n';
    if (log->witness)
        log->witness(log->context, story, line->at, line->len);
    if (buf_append(&log->slots[when & (DEMO_SLOTS - 1)], line->at, line->len) != WEIR_OK)
        log->failed = true;
}

struct part {
    int64_t window, start, end;
    uint64_t packets, bytes;
    uint8_t flags;
};

static void write_record(struct demo_log *log, const struct sight *sight, bool reply, const struct part *part)
{
    const struct interface *at = &demo_interfaces[sight->interface];
    bool egress = sight->initiated_here != reply;
    bool rejected = reply ? sight->reply_rejected : sight->rejected;
    struct line line = {.len = 0};
    put(&line, "5 " DEMO_ACCOUNT);
    put(&line, at->id);
    put(&line, reply ? sight->dst.text : sight->src.text);
    put(&line, reply ? sight->src.text : sight->dst.text);
    put_number(&line, reply ? sight->dport : sight->sport);
    put_number(&line, reply ? sight->sport : sight->dport);
    put_number(&line, sight->protocol);
    put_number(&line, part->packets);
    put_number(&line, part->bytes);
    put_number(&line, (uint64_t)part->start);
    put_number(&line, (uint64_t)part->end);
    put(&line, rejected ? "REJECT OK" : "ACCEPT OK");
    put(&line, at->vpc);
    put(&line, demo_subnets[at->subnet].id);
    put(&line, at->instance);
    put_number(&line, part->flags);
    put(&line, strchr(sight->src.text, ':') ? "IPv6" : "IPv4");
    put(&line, reply ? sight->pkt_dst.text : sight->pkt_src.text);
    put(&line, reply ? sight->pkt_src.text : sight->pkt_dst.text);
    put(&line, DEMO_REGION);
    put(&line, at->az);
    put(&line, egress ? "egress" : "ingress");
    if (egress)
        put_number(&line, (uint64_t)(reply ? sight->reply_path : sight->path));
    else
        put(&line, "-");
    uint64_t salt = (uint64_t)sight->sport << 20 | (uint64_t)sight->dport << 2 | (uint64_t)reply;
    deliver(log, &line, rejected ? sight->story : STORY_NONE, delivery(log, sight->interface, part->window, salt));
}

static uint8_t flags_of(const struct sight *sight, bool reply, bool first, bool last)
{
    if (sight->protocol != TCP || sight->established)
        return 0;
    if (sight->rejected)
        return sight->flags < 0 ? FLAG_SYN : (uint8_t)sight->flags;
    if (sight->reply_rejected)
        return reply ? FLAG_SYN_ACK : FLAG_SYN;
    uint8_t open = reply ? FLAG_SYN_ACK : FLAG_SYN;
    return (uint8_t)((first ? open : 0) | (last && !sight->unfinished ? FLAG_FIN : 0));
}

static uint64_t share(uint64_t whole, int64_t from, int64_t to, int64_t length)
{
    return whole * (uint64_t)to / (uint64_t)length - whole * (uint64_t)from / (uint64_t)length;
}

static void log_direction(struct demo_log *log, const struct sight *sight, bool reply)
{
    int64_t phase = demo_interfaces[sight->interface].phase;
    int64_t begin = sight->start, length = (int64_t)sight->seconds + 1, end = begin + length; /* not included */
    int64_t window = begin - (begin - phase) % DEMO_WINDOW_S;
    for (; window < end; window += DEMO_WINDOW_S) {
        int64_t from = window > begin ? window : begin;
        int64_t to = window + DEMO_WINDOW_S < end ? window + DEMO_WINDOW_S : end;
        uint64_t packets = reply ? sight->reply_packets : sight->packets;
        uint64_t bytes = reply ? sight->reply_bytes : sight->bytes;
        struct part part = {.window = window, .start = from, .end = to - 1};
        part.packets = share(packets, from - begin, to - begin, length);
        part.bytes = share(bytes, from - begin, to - begin, length);
        if (part.packets == 0)
            part.packets = 1;
        if (part.bytes < part.packets * 40)
            part.bytes = part.packets * 52;
        part.flags = flags_of(sight, reply, from == begin, to == end);
        write_record(log, sight, reply, &part);
    }
}

void demo_log_sight(struct demo_log *log, const struct sight *sight)
{
    log_direction(log, sight, false);
    if (!sight->rejected && !sight->unanswered)
        log_direction(log, sight, true);
}

void demo_log_empty(struct demo_log *log, int interface, int64_t start, const char *status)
{
    const struct interface *at = &demo_interfaces[interface];
    struct line line = {.len = 0};
    put(&line, "5 " DEMO_ACCOUNT);
    put(&line, at->id);
    put(&line, "- - - - - - -");
    put_number(&line, (uint64_t)start);
    put_number(&line, (uint64_t)start + DEMO_WINDOW_S - 1);
    put(&line, "-");
    put(&line, status);
    put(&line, at->vpc);
    put(&line, demo_subnets[at->subnet].id);
    put(&line, at->instance);
    put(&line, "- - - -");
    put(&line, DEMO_REGION);
    put(&line, at->az);
    put(&line, "- -");
    deliver(log, &line, STORY_NONE, delivery(log, interface, start, 0));
}
