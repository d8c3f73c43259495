/* genflows.c - writes flow-log lines to standard output, the same ones for the same seed.
 *
 *   genflows [--seed N] [--start UNIX] [--seconds N] [--v5] [--plain] COUNT
 *
 * COUNT lines (the header of --v5 is not counted) whose starts go evenly from --start over --seconds, with
 * the disorder that aggregation brings: IPv4 and IPv6, a few NODATA and SKIPDATA, and REJECTs that go up
 * tenfold in the sixth tenth of the time. --plain leaves out NODATA, SKIPDATA and IPv6.
 * Numbers stay below 2^53, because awk is the oracle of the tests that read this. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct options {
    uint64_t seed, start, seconds, count;
    bool v5, plain;
};

enum { LINE_MAX_BYTES = 512, OUT_BYTES = 1 << 20 };

/* splitmix64, https://prng.di.unimi.it/splitmix64.c */
static uint64_t draw(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static uint64_t below(uint64_t *state, uint64_t bound)
{
    return draw(state) % bound;
}

static char *put_text(char *at, const char *text)
{
    size_t len = strlen(text);
    memcpy(at, text, len);
    return at + len;
}

static char *put_number(char *at, uint64_t number)
{
    char digits[20];
    int n = 0;
    do {
        digits[n++] = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    while (n > 0)
        *at++ = digits[--n];
    return at;
}

static char *put_column(char *at, uint64_t number)
{
    at = put_number(at, number);
    *at++ = ' ';
    return at;
}

static char *put_hex(char *at, uint64_t number)
{
    char digits[16];
    int n = 0;
    do {
        digits[n++] = "0123456789abcdef"[number & 15];
        number >>= 4;
    } while (number);
    while (n > 0)
        *at++ = digits[--n];
    return at;
}

static char *put_interface(char *at, uint64_t number)
{
    at = put_text(at, "eni-0a5b2c3d4e5f6");
    *at++ = (char)('0' + number / 10 % 10);
    *at++ = (char)('0' + number % 10);
    return put_text(at, "ab ");
}

/* Documentation addresses outside, 10.0.0.0/16 inside. */
static char *put_addr(char *at, bool inside, bool v6, uint64_t host)
{
    static const char *const outside4[] = {"192.0.2.", "198.51.100.", "203.0.113."};
    if (v6) {
        at = put_hex(put_text(at, inside ? "2001:db8:10::" : "2001:db8:ffff::"), 1 + host % 4096);
    } else if (inside) {
        at = put_text(put_number(put_text(at, "10.0."), 1 + host / 200 % 4), ".");
        at = put_number(at, 4 + host % 200);
    } else {
        at = put_number(put_text(at, outside4[host % 3]), 1 + host / 3 % 250);
    }
    *at++ = ' ';
    return at;
}

struct flow {
    uint64_t start, end, interface, peer, host, peer_port, port, protocol, packets, bytes;
    bool reject, ingress, v6;
};

static struct flow make_flow(const struct options *options, uint64_t row, uint64_t *state)
{
    static const uint16_t ports[] = {443, 443, 443, 443, 80, 80, 53, 5432, 6379, 8080, 123, 22};
    uint64_t offset = (uint64_t)((double)row / (double)options->count * (double)options->seconds);
    uint64_t tenth = options->seconds ? offset * 10 / options->seconds : 0;
    uint64_t jitter = below(state, 60);
    struct flow flow = {
        .start = options->start + (offset > jitter ? offset - jitter : 0),
        .interface = below(state, 12),
        .peer = below(state, 750),
        .host = below(state, 240),
        .peer_port = 1024 + below(state, 64512),
        .port = ports[below(state, sizeof ports / sizeof *ports)],
        .packets = 1 + below(state, 40),
        .reject = below(state, 100) < (tenth == 5 ? 40 : 4),
        .ingress = below(state, 2),
        .v6 = !options->plain && below(state, 100) < 6,
    };
    flow.protocol = flow.port == 53 || flow.port == 123 ? 17 : below(state, 200) ? 6 : 1;
    if (flow.reject) {
        static const uint16_t probed[] = {22, 22, 22, 3389, 445, 23};
        flow.port = probed[below(state, 6)];
        flow.protocol = 6;
        flow.packets = 1 + below(state, 4);
        flow.ingress = true;
        flow.peer = tenth == 5 ? below(state, 9) : flow.peer;
    }
    if (flow.protocol == 1)
        flow.port = flow.peer_port = 0;
    flow.bytes = flow.packets * (40 + below(state, 1400));
    flow.end = flow.start + 1 + below(state, 59);
    return flow;
}

static char *put_flow(char *at, const struct options *options, const struct flow *flow)
{
    at = put_text(at, options->v5 ? "5 123456789012 " : "2 123456789012 ");
    at = put_interface(at, flow->interface);
    at = put_addr(at, !flow->ingress, flow->v6, flow->ingress ? flow->peer : flow->host);
    at = put_addr(at, flow->ingress, flow->v6, flow->ingress ? flow->host : flow->peer);
    at = put_column(at, flow->peer_port);
    at = put_column(at, flow->port);
    at = put_column(at, flow->protocol);
    at = put_column(at, flow->packets);
    at = put_column(at, flow->bytes);
    at = put_column(at, flow->start);
    at = put_column(at, flow->end);
    at = put_text(at, flow->reject ? "REJECT OK" : "ACCEPT OK");
    if (options->v5) {
        at = put_text(at, " vpc-0123456789abcdef0 subnet-0123456789abcdef0 ");
        at = put_number(at, flow->protocol != 6 ? 0 : flow->reject ? 2 : 19);
        at = put_text(at, flow->v6 ? " IPv6" : " IPv4");
        at = put_text(at, flow->ingress ? " ingress -" : " egress 8");
    }
    return put_text(at, "\n");
}

/* NODATA or SKIPDATA: all but interface, times and status is "-". */
static char *put_empty(char *at, const struct options *options, const struct flow *flow, const char *status)
{
    at = put_interface(put_text(at, options->v5 ? "5 123456789012 " : "2 123456789012 "), flow->interface);
    at = put_text(at, "- - - - - - - ");
    at = put_column(at, flow->start);
    at = put_column(at, flow->end);
    at = put_text(put_text(at, "- "), status);
    return put_text(at, options->v5 ? " - - - - - -\n" : "\n");
}

static int write_all(const struct options *options)
{
    static char out[OUT_BYTES];
    char *at = out;
    uint64_t state = options->seed;
    if (options->v5)
        at = put_text(at, "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes "
                          "start end action log-status vpc-id subnet-id tcp-flags type flow-direction "
                          "traffic-path\n");
    for (uint64_t row = 0; row < options->count; row++) {
        struct flow flow = make_flow(options, row, &state);
        uint64_t kind = options->plain ? 0 : below(&state, 1000);
        at = kind >= 990   ? put_empty(at, options, &flow, "NODATA")
             : kind == 989 ? put_empty(at, options, &flow, "SKIPDATA")
                           : put_flow(at, options, &flow);
        if (at - out > OUT_BYTES - LINE_MAX_BYTES) {
            if (fwrite(out, 1, (size_t)(at - out), stdout) != (size_t)(at - out))
                return EXIT_FAILURE;
            at = out;
        }
    }
    bool ok = fwrite(out, 1, (size_t)(at - out), stdout) == (size_t)(at - out);
    return ok && fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static bool take_number(const char *text, uint64_t *out)
{
    char *end;
    unsigned long long number = strtoull(text, &end, 10);
    if (*end || end == text)
        return false;
    *out = number;
    return true;
}

static bool read_options(int argc, char **argv, struct options *options)
{
    struct {
        const char *name;
        uint64_t *number;
        bool *flag;
    } known[] = {
        {"--seed", &options->seed, NULL}, {"--start", &options->start, NULL}, {"--seconds", &options->seconds, NULL},
        {"--v5", NULL, &options->v5},     {"--plain", NULL, &options->plain},
    };
    for (int k = 1; k < argc; k++) {
        size_t i = 0;
        while (i < sizeof known / sizeof *known && strcmp(argv[k], known[i].name) != 0)
            i++;
        if (i == sizeof known / sizeof *known) {
            if (!take_number(argv[k], &options->count))
                return false;
        } else if (known[i].flag) {
            *known[i].flag = true;
        } else if (++k >= argc || !take_number(argv[k], known[i].number)) {
            return false;
        }
    }
    return options->count > 0;
}

int main(int argc, char **argv)
{
    struct options options = {.seed = 1, .start = 1767225600, .seconds = 7200};
    if (!read_options(argc, argv, &options)) {
        fprintf(stderr, "usage: genflows [--seed N] [--start UNIX] [--seconds N] [--v5] [--plain] COUNT\n");
        return 2;
    }
    return write_all(&options);
}
