/* flow_read.c - a record as the evaluators take it (flow.h): from a row of the ring, or from what a person wrote. */
#include <string.h>

#include "base/scope.h"
#include "base/slice.h"
#include "explain/evaluate.h"
#include "explain/flow.h"
#include "weir/safe.h"

enum { FLAG_SYN = 2, VALUE_MAX = 256 };

/* ---- where each field goes ---- */

enum slot { SLOT_TEXT, SLOT_ADDR, SLOT_NUMBER32, SLOT_NUMBER64 };

static const struct destination {
    weir_field field;
    enum slot slot;
    size_t offset;
} destinations[] = {
    {WEIR_F_INTERFACE_ID, SLOT_TEXT, offsetof(struct flow_record, interface_id)},
    {WEIR_F_VPC_ID, SLOT_TEXT, offsetof(struct flow_record, vpc_id)},
    {WEIR_F_SUBNET_ID, SLOT_TEXT, offsetof(struct flow_record, subnet_id)},
    {WEIR_F_REJECT_REASON, SLOT_TEXT, offsetof(struct flow_record, reject_reason)},
    {WEIR_F_PKT_SRC_AWS_SERVICE, SLOT_TEXT, offsetof(struct flow_record, src_service)},
    {WEIR_F_PKT_DST_AWS_SERVICE, SLOT_TEXT, offsetof(struct flow_record, dst_service)},
    {WEIR_F_SRCADDR, SLOT_ADDR, offsetof(struct flow_record, src)},
    {WEIR_F_DSTADDR, SLOT_ADDR, offsetof(struct flow_record, dst)},
    {WEIR_F_PKT_SRCADDR, SLOT_ADDR, offsetof(struct flow_record, pkt_src)},
    {WEIR_F_PKT_DSTADDR, SLOT_ADDR, offsetof(struct flow_record, pkt_dst)},
    {WEIR_F_SRCPORT, SLOT_NUMBER32, offsetof(struct flow_record, src_port)},
    {WEIR_F_DSTPORT, SLOT_NUMBER32, offsetof(struct flow_record, dst_port)},
    {WEIR_F_PROTOCOL, SLOT_NUMBER32, offsetof(struct flow_record, protocol)},
    {WEIR_F_TCP_FLAGS, SLOT_NUMBER32, offsetof(struct flow_record, tcp_flags)},
    {WEIR_F_TRAFFIC_PATH, SLOT_NUMBER32, offsetof(struct flow_record, traffic_path)},
    {WEIR_F_VERSION, SLOT_NUMBER32, offsetof(struct flow_record, version)},
    {WEIR_F_PACKETS, SLOT_NUMBER64, offsetof(struct flow_record, packets)},
    {WEIR_F_BYTES, SLOT_NUMBER64, offsetof(struct flow_record, bytes)},
    {WEIR_F_START, SLOT_NUMBER64, offsetof(struct flow_record, start)},
    {WEIR_F_END, SLOT_NUMBER64, offsetof(struct flow_record, end)},
};

static void clear(struct flow_record *out)
{
    *out = (struct flow_record){
        .src_port = -1,
        .dst_port = -1,
        .protocol = -1,
        .tcp_flags = -1,
        .packets = -1,
        .bytes = -1,
        .start = -1,
        .end = -1,
        .traffic_path = -1,
        .version = -1,
    };
}

/* "-" is kept for reject-reason alone: "no reason" is another statement than no such field. */
static void set_text(struct flow_record *out, const struct destination *to, const weir_value *value)
{
    char *text = (char *)out + to->offset;
    if (value->type == WEIR_TEXT)
        weir_sanitize(value->text.text, strlen(value->text.text), text, FLOW_TEXT);
    else if (value->type == WEIR_NULL && to->field == WEIR_F_REJECT_REASON)
        memcpy(text, "-", 2);
}

static void set(struct flow_record *out, const struct destination *to, const weir_value *value)
{
    char *at = (char *)out + to->offset;
    if (to->slot == SLOT_TEXT) {
        set_text(out, to, value);
    } else if (to->slot == SLOT_ADDR && value->type == WEIR_ADDRESS) {
        memcpy(at, &value->addr, sizeof value->addr);
    } else if (to->slot == SLOT_NUMBER32 && value->type == WEIR_NUMBER && value->number <= INT32_MAX) {
        int32_t number = (int32_t)value->number;
        memcpy(at, &number, sizeof number);
    } else if (to->slot == SLOT_NUMBER64 && value->type == WEIR_NUMBER && value->number <= INT64_MAX) {
        int64_t number = (int64_t)value->number;
        memcpy(at, &number, sizeof number);
    }
}

static enum direction direction_of(const weir_value *value)
{
    if (value->type != WEIR_TEXT)
        return DIRECTION_UNKNOWN;
    struct slice text = slice_of(value->text.text);
    if (slice_is_nocase(text, SLICE("ingress")))
        return DIRECTION_IN;
    return slice_is_nocase(text, SLICE("egress")) ? DIRECTION_OUT : DIRECTION_UNKNOWN;
}

/* Ports mean nothing where the protocol has none; flow logs write 0 then. */
static void settle_ports(struct flow_record *out)
{
    if (out->protocol == PROTOCOL_TCP || out->protocol == PROTOCOL_UDP || out->protocol < 0)
        return;
    out->src_port = -1;
    out->dst_port = -1;
}

/* The packet's own address stands in for one that the record lacks. */
static bool settle_addresses(struct flow_record *out)
{
    if (out->src.family == 0)
        out->src = out->pkt_src;
    if (out->dst.family == 0)
        out->dst = out->pkt_dst;
    return out->src.family != 0 && out->dst.family != 0;
}

bool flow_record_of(const weir_row *row, struct flow_record *out)
{
    clear(out);
    out->verdict = weir_row_verdict(row);
    if (weir_row_kind_of(row) != WEIR_ROW_RECORD)
        return false;
    for (size_t k = 0; k < ARRAY_SIZE(destinations); k++) {
        weir_value value = weir_row_value(row, destinations[k].field);
        set(out, &destinations[k], &value);
    }
    weir_value direction = weir_row_value(row, WEIR_F_FLOW_DIRECTION);
    out->direction = direction_of(&direction);
    settle_ports(out);
    return settle_addresses(out);
}

/* ---- what a person wrote ---- */

/* Names beside AWS's own and the filters' aliases. */
static const struct {
    const char *name;
    weir_field field;
} nicknames[] = {
    {"src", WEIR_F_SRCADDR},
    {"dst", WEIR_F_DSTADDR},
    {"dir", WEIR_F_FLOW_DIRECTION},
    {"protocol", WEIR_F_PROTOCOL},
    {"pkt-src", WEIR_F_PKT_SRCADDR},
    {"pkt-dst", WEIR_F_PKT_DSTADDR},
    {"interface", WEIR_F_INTERFACE_ID},
};

static weir_field find_field(struct slice name)
{
    for (size_t k = 0; k < ARRAY_SIZE(nicknames); k++)
        if (slice_is_nocase(name, slice_of(nicknames[k].name)))
            return nicknames[k].field;
    return weir_field_find(name.at, name.len);
}

static const struct destination *destination_of(weir_field field)
{
    for (size_t k = 0; k < ARRAY_SIZE(destinations); k++)
        if (destinations[k].field == field)
            return &destinations[k];
    return NULL;
}

/* "in" and "out" are what people say. */
static struct slice plain_direction(struct slice value)
{
    if (slice_is_nocase(value, SLICE("in")) || slice_is_nocase(value, SLICE("inbound")))
        return SLICE("ingress");
    if (slice_is_nocase(value, SLICE("out")) || slice_is_nocase(value, SLICE("outbound")))
        return SLICE("egress");
    return value;
}

static weir_status read_pair(struct slice name, struct slice text, size_t column, int64_t now, struct flow_record *out,
                             weir_error *err)
{
    char safe[VALUE_MAX];
    int64_t moment = 0;
    weir_value value;
    weir_field field = find_field(name);
    const struct destination *to = field == WEIR_FIELD_NONE ? NULL : destination_of(field);
    if (!to && field != WEIR_F_ACTION && field != WEIR_F_FLOW_DIRECTION)
        return weir_fail(err, WEIR_E_SYNTAX, column,
                         "a flow has no %.*s; it has eni src dst sport dport proto flags dir action reason vpc subnet "
                         "path start end",
                         name.len < VALUE_MAX ? (int)name.len : VALUE_MAX, name.at);
    if (field == WEIR_F_FLOW_DIRECTION)
        text = plain_direction(text);
    weir_safe word = weir_sanitize(text.at, text.len, safe, sizeof safe);
    bool ok = weir_value_parse(field, word, &value);
    if (!ok && weir_field_get(field)->kind == WEIR_KIND_TIME &&
        weir_time_parse(text.at, text.len, now, false, &moment)) {
        value = (weir_value){.type = WEIR_NUMBER, .number = (uint64_t)moment};
        ok = moment >= 0;
    }
    if (!ok)
        return weir_fail(err, WEIR_E_SYNTAX, column + name.len + 1, "%s is no value of %s", word.text,
                         weir_field_get(field)->name);
    if (field == WEIR_F_FLOW_DIRECTION)
        out->direction = direction_of(&value);
    else if (field == WEIR_F_ACTION)
        out->verdict = value.type == WEIR_TEXT && slice_is(slice_of(value.text.text), SLICE("ACCEPT"))
                           ? WEIR_VERDICT_ACCEPT
                           : WEIR_VERDICT_REJECT;
    else
        set(out, to, &value);
    return WEIR_OK;
}

/* One "name=value"; *at moves behind it. */
static weir_status read_word(const char *text, size_t *at, int64_t now, struct flow_record *out, weir_error *err)
{
    size_t begin = *at, end = begin + strcspn(text + begin, " \t\n\r,");
    const char *sign = memchr(text + begin, '=', end - begin);
    *at = end;
    if (!sign)
        return weir_fail(err, WEIR_E_SYNTAX, begin + 1, "write name=value here, as in dport=443");
    struct slice name = {text + begin, (size_t)(sign - (text + begin))};
    struct slice value = {sign + 1, (size_t)(text + end - (sign + 1))};
    return read_pair(name, value, begin + 1, now, out, err);
}

/* What was left open: a question about a flow is about a new connection. */
static weir_status complete(int64_t now, size_t len, struct flow_record *out, weir_error *err)
{
    if (out->protocol < 0 && (out->dst_port >= 0 || out->src_port >= 0))
        out->protocol = PROTOCOL_TCP;
    if (out->protocol < 0)
        return weir_fail(err, WEIR_E_SYNTAX, len + 1, "say proto=tcp, udp, icmp … or a port");
    if (out->protocol == PROTOCOL_TCP && out->tcp_flags < 0)
        out->tcp_flags = FLAG_SYN;
    if (out->start < 0)
        out->start = out->end < 0 ? now : out->end;
    if (out->end < out->start)
        out->end = out->start;
    settle_ports(out);
    if (!settle_addresses(out) || out->src.family != out->dst.family)
        return weir_fail(err, WEIR_E_SYNTAX, len + 1, "say both addresses, of one family: src=… dst=…");
    return WEIR_OK;
}

weir_status flow_record_parse(const char *text, int64_t now, struct flow_record *out, weir_error *err)
{
    struct flow_record record;
    clear(&record);
    record.verdict = WEIR_VERDICT_REJECT;
    size_t at = 0;
    weir_status status = WEIR_OK;
    while (status == WEIR_OK) {
        at += strspn(text + at, " \t\n\r,");
        if (!text[at])
            break;
        status = read_word(text, &at, now, &record, err);
    }
    if (status == WEIR_OK)
        status = complete(now, at, &record, err);
    if (status == WEIR_OK)
        *out = record;
    return status;
}
