/* ranges.c - networks sorted by address, one after the other for each length of prefix that occurs: an address is cut
 * to that length and searched for. Twenty lengths are twenty searches, a microsecond. */
#include "vpc/ranges.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aws/json.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/scope.h"

enum { SERVICES_MAX = 256, SERVICE_BYTES = 40, READ_PIECE = 65536 };

struct range {
    struct net net;
    uint8_t service;
};

struct ranges {
    struct range *at; /* by family, length from long to short, address */
    size_t n, room;
    char services[SERVICES_MAX][SERVICE_BYTES]; /* safe text; [0] is all of AWS */
    size_t n_services;
};

void ranges_free(struct ranges *ranges)
{
    if (ranges)
        free(ranges->at);
    free(ranges);
}

static void drop_ranges(struct ranges **ranges)
{
    ranges_free(*ranges);
}

static void drop_json(struct json_t **json)
{
    json_done(*json);
}

/* ---- reading ---- */

/* Beyond SERVICES_MAX, what AWS calls a service is just AWS. */
static uint8_t service_number(struct ranges *ranges, struct slice name)
{
    char text[SERVICE_BYTES];
    if (!name.at || slice_is(name, SLICE("AMAZON")))
        return 0;
    weir_sanitize(name.at, name.len, text, sizeof text);
    for (size_t k = 1; k < ranges->n_services; k++)
        if (strcmp(ranges->services[k], text) == 0)
            return (uint8_t)k;
    if (ranges->n_services == SERVICES_MAX)
        return 0;
    memcpy(ranges->services[ranges->n_services], text, sizeof text);
    return (uint8_t)ranges->n_services++;
}

static weir_status add(struct ranges *ranges, struct net net, uint8_t service, weir_error *err)
{
    if (ranges->n == RANGES_MAX)
        return weir_fail(err, WEIR_E_LIMIT, 0, "more than %d networks", RANGES_MAX);
    if (ranges->n == ranges->room) {
        size_t room = ranges->room ? ranges->room * 2 : 1024;
        struct range *more = reallocarray(ranges->at, room, sizeof *more);
        if (!more)
            return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
        ranges->at = more;
        ranges->room = room;
    }
    ranges->at[ranges->n++] = (struct range){net, service};
    return WEIR_OK;
}

static weir_status add_list(struct ranges *ranges, const struct json_t *list, const char *member, weir_error *err)
{
    weir_status status = WEIR_OK;
    for (size_t k = 0; k < json_count(list) && status == WEIR_OK; k++) {
        const struct json_t *row = json_at(list, k);
        struct slice text = json_text(row, member);
        struct net net;
        if (text.at && net_parse(text.at, text.len, &net))
            status = add(ranges, net, service_number(ranges, json_text(row, "service")), err);
    }
    return status;
}

static int compare_place(const struct net *a, const struct net *b)
{
    if (a->addr.family != b->addr.family)
        return a->addr.family < b->addr.family ? -1 : 1;
    if (a->prefix != b->prefix)
        return a->prefix > b->prefix ? -1 : 1;
    return addr_compare(&a->addr, &b->addr);
}

/* A network is listed once as AMAZON and once for its service: the service comes first. */
static int compare_ranges(const void *a, const void *b)
{
    const struct range *x = a, *y = b;
    int order = compare_place(&x->net, &y->net);
    return order ? order : (x->service == 0) - (y->service == 0);
}

weir_status ranges_read(const char *bytes, size_t len, const char *name, struct ranges **out, weir_error *err)
{
    AUTO(drop_json) struct json_t *json = NULL;
    AUTO(drop_ranges) struct ranges *ranges = calloc(1, sizeof *ranges);
    weir_error why = {0};
    if (!ranges)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    memcpy(ranges->services[0], "AWS", 4);
    ranges->n_services = 1;
    weir_status status = json_read(bytes, len, &json, &why);
    if (status == WEIR_OK)
        status = add_list(ranges, json_member(json, "prefixes"), "ip_prefix", &why);
    if (status == WEIR_OK)
        status = add_list(ranges, json_member(json, "ipv6_prefixes"), "ipv6_prefix", &why);
    if (status != WEIR_OK)
        return weir_fail(err, status, 0, "%s: %s", name, why.text);
    if (!ranges->n)
        return weir_fail(err, WEIR_E_DATA, 0,
                         "%s has no networks: expected a copy of https://ip-ranges.amazonaws.com/ip-ranges.json", name);
    qsort(ranges->at, ranges->n, sizeof *ranges->at, compare_ranges);
    *out = TAKE(ranges);
    return WEIR_OK;
}

static weir_status read_all(int fd, struct buf *out)
{
    for (;;) {
        weir_status status = buf_reserve(out, READ_PIECE);
        if (status != WEIR_OK)
            return status;
        ssize_t n = read(fd, out->bytes + out->len, READ_PIECE);
        if (n <= 0)
            return n < 0 ? WEIR_E_IO : WEIR_OK;
        out->len += (size_t)n;
    }
}

weir_status ranges_open(const char *path, struct ranges **out, weir_error *err)
{
    AUTO(buf_done) struct buf bytes;
    struct stat about;
    buf_init(&bytes, RANGES_MAX_BYTES);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return weir_fail(err, WEIR_E_IO, 0, "%s cannot be opened: check the path of the copy of ip-ranges.json", path);
    weir_status status = fstat(fd, &about) == 0 && S_ISREG(about.st_mode) ? read_all(fd, &bytes) : WEIR_E_IO;
    close(fd);
    if (status != WEIR_OK)
        return weir_fail(err, status, 0,
                         status == WEIR_E_LIMIT ? "%s is too large to be ip-ranges.json" : "%s cannot be read", path);
    return ranges_read(bytes.bytes, bytes.len, path, out, err);
}

/* ---- looking ---- */

/* The first one at or behind `net`. */
static size_t lower_bound(const struct ranges *ranges, const struct net *net)
{
    size_t low = 0, high = ranges->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_place(&ranges->at[middle].net, net) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

weir_safe ranges_service(const struct ranges *ranges, const weir_addr *addr)
{
    int most = addr->family == 4 ? 32 : 128;
    for (int prefix = most; prefix >= 0;) {
        struct net net = {*addr, (uint8_t)prefix};
        addr_cut(&net.addr, (uint8_t)prefix, (uint8_t)prefix);
        size_t k = lower_bound(ranges, &net);
        if (k >= ranges->n || ranges->at[k].net.addr.family != addr->family)
            break;
        if (compare_place(&ranges->at[k].net, &net) == 0)
            return (weir_safe){ranges->services[ranges->at[k].service]};
        /* the next length that occurs: this one's if something behind has it, else a shorter one's */
        prefix = ranges->at[k].net.prefix < prefix ? ranges->at[k].net.prefix : prefix - 1;
    }
    return WEIR_SAFE("");
}
