/* build_value.c - values of an item while an inventory is built: safe texts, addresses, networks, doubts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/scope.h"
#include "vpc/build.h"

void *build_take(struct build *build, size_t n, size_t size)
{
    if (!n)
        return NULL;
    void *at = vpc_pool_take(&build->inventory->pool, n * size);
    if (!at)
        build->is_out_of_memory = true;
    return at;
}

weir_safe build_slice(struct build *build, struct slice text)
{
    weir_safe safe = vpc_pool_text(&build->inventory->pool, text);
    if (safe.text)
        return safe;
    build->is_out_of_memory = true;
    return WEIR_SAFE("");
}

weir_safe build_text(struct build *build, const struct json_t *item, const char *name)
{
    return build_slice(build, json_text(item, name));
}

weir_safe build_tag(struct build *build, const struct json_t *item, const char *tags, const char *key)
{
    const struct json_t *list = json_member(item, tags);
    for (size_t k = 0; k < json_count(list); k++)
        if (slice_is(json_text(json_at(list, k), "Key"), slice_of(key)))
            return build_text(build, json_at(list, k), "Value");
    return WEIR_SAFE("");
}

int compare_texts(const void *a, const void *b)
{
    const weir_safe *one = a, *other = b;
    return strcmp(one->text, other->text);
}

const weir_safe *build_texts(struct build *build, const struct json_t *list, const char *name, size_t *n)
{
    size_t room = json_count(list), used = 0;
    weir_safe *texts = build_take(build, room, sizeof *texts);
    *n = 0;
    for (size_t k = 0; texts && k < room; k++) {
        weir_safe text = build_slice(build, name ? json_text(json_at(list, k), name) : json_value(json_at(list, k)));
        if (*text.text)
            texts[used++] = text;
    }
    if (used)
        qsort(texts, used, sizeof *texts, compare_texts);
    for (size_t k = 0; k < used; k++)
        if (!*n || texts[*n - 1].text != texts[k].text)
            texts[(*n)++] = texts[k];
    return texts;
}

/* ---- addresses and networks ---- */

bool build_addr(const struct json_t *item, const char *name, weir_addr *out)
{
    struct slice text = json_text(item, name);
    return text.len && addr_parse(text.at, text.len, out);
}

/* EC2 writes the whole address and its prefix; short forms that net_parse() takes are no CIDR blocks. */
static bool is_cidr(struct slice text)
{
    const char *slash = memchr(text.at, '/', text.len);
    weir_addr addr;
    return slash && addr_parse(text.at, (size_t)(slash - text.at), &addr);
}

weir_status build_net(const struct json_t *item, const char *name, uint8_t family, struct net *out)
{
    struct slice text = json_text(item, name);
    if (!text.len)
        return WEIR_END;
    if (!is_cidr(text) || !net_parse(text.at, text.len, out) || (family && out->addr.family != family))
        return WEIR_E_DATA;
    return WEIR_OK;
}

bool net_list_begin(struct build *build, struct net_list *list, size_t room)
{
    *list = (struct net_list){.at = build_take(build, room, sizeof *list->at), .room = room};
    return list->at != NULL;
}

void net_list_add(struct build *build, struct net_list *list, const struct json_t *item, const char *name,
                  uint8_t family, enum part part, weir_safe whose)
{
    struct net net;
    weir_status status = build_net(item, name, family, &net);
    if (status == WEIR_OK && list->n < list->room)
        list->at[list->n++] = net;
    if (status == WEIR_E_DATA) {
        struct slice text = json_text(item, name);
        build_doubt(build, part, "%s: \"%.*s\" is no %s", whose.text, (int)(text.len < 64 ? text.len : 64), text.at,
                    name);
    }
}

static int compare_nets(const void *a, const void *b)
{
    return net_compare(a, b);
}

const struct net *net_list_end(struct net_list *list, size_t *n)
{
    if (list->n)
        qsort(list->at, list->n, sizeof *list->at, compare_nets);
    *n = 0;
    for (size_t k = 0; k < list->n; k++)
        if (!*n || net_compare(&list->at[*n - 1], &list->at[k]) != 0)
            list->at[(*n)++] = list->at[k];
    return list->at;
}

/* ---- doubts ---- */

static PRINTF(2, 0) void warn(struct build *build, const char *format, va_list arguments)
{
    char text[320];
    if (build->n_warnings == ARRAY_SIZE(build->warnings))
        return;
    int len = vsnprintf(text, sizeof text, format, arguments);
    size_t used = len < 0 ? 0 : (size_t)len < sizeof text ? (size_t)len : sizeof text - 1;
    build->warnings[build->n_warnings++] = build_slice(build, (struct slice){text, used});
}

void build_warn(struct build *build, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    warn(build, format, arguments);
    va_end(arguments);
}

void build_doubt(struct build *build, enum part part, const char *format, ...)
{
    va_list arguments;
    build->is_lossy[part] = true;
    va_start(arguments, format);
    warn(build, format, arguments);
    va_end(arguments);
}

/* ---- protocols ---- */

int16_t protocol_read(struct slice text)
{
    static const struct {
        const char *name;
        int16_t number;
    } names[] = {{"tcp", PROTOCOL_TCP},     {"udp", PROTOCOL_UDP}, {"icmp", PROTOCOL_ICMP}, {"icmpv6", PROTOCOL_ICMP6},
                 {"icmp6", PROTOCOL_ICMP6}, {"all", PROTOCOL_ALL}, {"-1", PROTOCOL_ALL}};
    for (size_t k = 0; k < ARRAY_SIZE(names); k++)
        if (slice_is_nocase(text, slice_of(names[k].name)))
            return names[k].number;
    int16_t number = 0;
    for (size_t k = 0; k < text.len; k++) {
        if (text.at[k] < '0' || text.at[k] > '9' || number > 255)
            return PROTOCOL_NONE;
        number = (int16_t)(number * 10 + (text.at[k] - '0'));
    }
    return text.len && number <= 255 ? number : PROTOCOL_NONE;
}
