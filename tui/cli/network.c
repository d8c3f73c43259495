/* network.c - see network.h. */
#include "cli/network.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/run.h"
#include "cli/scope.h"
#include "cli/stop.h"

enum { TRAIL_WAIT_MS = 60 * 1000 }; /* what a few flips ask of CloudTrail takes seconds */
enum { WORD_BYTES = 192 };

/* ---- what a source says ---- */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Up to one of `ends`, as far as there is room. */
static void decode(const char *at, const char *ends, char *out, size_t size)
{
    size_t len = 0;
    for (; *at && !strchr(ends, *at) && len + 1 < size; at++) {
        char c = *at;
        if (c == '%' && hex_digit(at[1]) >= 0 && hex_digit(at[2]) >= 0) {
            c = (char)(hex_digit(at[1]) << 4 | hex_digit(at[2]));
            at += 2;
        }
        out[len++] = c;
    }
    out[len] = '\0';
}

/* "cw:arn:aws:logs:eu-west-1:…": the fourth word of the ARN. */
static void take_arn_region(const char *source, char *out, size_t size)
{
    const char *at = strstr(source, ":arn:");
    if (!at || at > strchr(source, ':'))
        return;
    for (int k = 0; k < 4 && at; k++)
        at = strchr(at + 1, ':');
    if (at)
        decode(at + 1, ":?", out, size);
}

void source_word(const char *source, const char *name, char *out, size_t size)
{
    size_t len = strlen(name);
    out[0] = '\0';
    for (const char *at = strchr(source, '?'); at; at = strchr(at + 1, '&'))
        if (strncmp(at + 1, name, len) == 0 && at[1 + len] == '=') {
            decode(at + 2 + len, "&", out, size);
            return;
        }
    if (strcmp(name, "region") == 0)
        take_arn_region(source, out, size);
}

/* ---- opening ---- */

static const char *demo_of(const struct cli_options *options)
{
    for (size_t k = 0; k < options->n_sources; k++)
        if (strncmp(options->sources[k], "demo", 4) == 0 && strchr(":", options->sources[k][4]))
            return options->sources[k];
    return NULL;
}

static weir_status open_demo(const char *source, const struct cli_options *options, weir_network_options *network,
                             weir_network **out, weir_error *err)
{
    const char *scenario = source[4] && source[5] ? source + 5 : NULL;
    size_t len = 0;
    AUTO(free_cleanup) char *snapshot = weir_demo_network(scenario, options->now_s ? options->now_s : time(NULL), &len);
    if (!snapshot)
        return weir_fail(err, WEIR_E_USAGE, 0, "the demo has no scenario %s; weir help names them", source + 5);
    network->snapshot = snapshot;
    network->snapshot_len = len;
    return weir_network_open(network, out, err);
}

static weir_status open_aws(const struct cli_options *options, weir_network_options *network, weir_network **out,
                            weir_error *err)
{
    char region[WORD_BYTES] = "", profile[WORD_BYTES] = "";
    size_t k = 0;
    while (k < options->n_sources && !source_is_in_aws(options->sources[k]))
        k++;
    if (k == options->n_sources && (!options->aws || options->n_sources))
        return WEIR_OK;
    if (k < options->n_sources) {
        source_word(options->sources[k], "region", region, sizeof region);
        source_word(options->sources[k], "profile", profile, sizeof profile);
    }
    network->aws = options->aws;
    network->region = *region ? region : NULL;
    network->profile = *profile ? profile : NULL;
    weir_status status = weir_network_open(network, out, err);
    network->region = network->profile = NULL; /* they end here */
    return status;
}

weir_status network_take(const struct cli_options *options, weir_network **out, weir_error *err)
{
    AUTO(free_cleanup) const char **geo = calloc(options->geo.n + 1, sizeof *geo);
    const char *demo = demo_of(options);
    *out = NULL;
    if (!geo)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    for (size_t k = 0; k < options->geo.n; k++)
        geo[k] = options->geo.text[k];
    weir_network_options network = {.path = options->network, .ip_ranges = options->ip_ranges, .geo = geo};
    if (options->network)
        return weir_network_open(&network, out, err);
    return demo ? open_demo(demo, options, &network, out, err) : open_aws(options, &network, out, err);
}

/* ---- changes ---- */

static weir_status open_demo_trail(const char *source, const struct cli_options *options, weir_trail **out,
                                   weir_error *err)
{
    const char *scenario = source[4] && source[5] ? source + 5 : NULL;
    size_t len = 0;
    AUTO(free_cleanup) char *text = weir_demo_trail(scenario, options->now_s ? options->now_s : time(NULL), &len);
    const weir_trail_options trail = {.text = text, .text_len = len};
    if (!text)
        return weir_fail(err, WEIR_E_USAGE, 0, "the demo has no scenario %s; weir help names them", source + 5);
    return weir_trail_open(&trail, out, err);
}

static weir_status open_aws_trail(const struct cli_options *options, weir_trail_options *trail, weir_trail **out,
                                  weir_error *err)
{
    char region[WORD_BYTES] = "", profile[WORD_BYTES] = "";
    size_t k = 0;
    while (k < options->n_sources && !source_is_in_aws(options->sources[k]))
        k++;
    if (k < options->n_sources) {
        source_word(options->sources[k], "region", region, sizeof region);
        source_word(options->sources[k], "profile", profile, sizeof profile);
        trail->aws = trail->paths && !trail->group ? NULL : options->aws;
        trail->region = *region ? region : NULL;
        trail->profile = *profile ? profile : NULL;
    }
    if (options->n_sources == 0 && !trail->paths) /* what will be chosen is in AWS */
        trail->aws = options->aws;
    weir_status status = trail->aws || trail->paths ? weir_trail_open(trail, out, err) : WEIR_OK;
    trail->region = trail->profile = NULL; /* they end here */
    return status;
}

weir_status trail_take(const struct cli_options *options, weir_trail **out, weir_error *err)
{
    AUTO(free_cleanup) const char **paths = calloc(options->changes.n + 1, sizeof *paths);
    const char *demo = demo_of(options);
    *out = NULL;
    if (!paths)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    weir_trail_options trail = {.paths = NULL};
    char group[1024] = "";
    size_t n = 0;
    for (size_t k = 0; k < options->changes.n; k++) {
        if (strncmp(options->changes.text[k], "cw:", 3) == 0)
            snprintf(group, sizeof group, "%.*s", (int)strcspn(options->changes.text[k] + 3, "?"),
                     options->changes.text[k] + 3);
        else
            paths[n++] = options->changes.text[k];
    }
    trail.paths = n ? paths : NULL;
    trail.group = *group ? group : NULL;
    if (trail.group)
        trail.aws = options->aws;
    return demo && !trail.paths && !trail.group ? open_demo_trail(demo, options, out, err)
                                                : open_aws_trail(options, &trail, out, err);
}

void trail_await(weir_trail *trail, const struct cli_options *options)
{
    int64_t until = cli_mono_ms() + TRAIL_WAIT_MS, deadline = cli_deadline(options);
    until = deadline >= 0 && deadline < until ? deadline : until;
    while (trail && weir_trail_is_waiting(trail) && !stop_is_asked() && cli_mono_ms() < until) {
        struct pollfd fds[] = {{.fd = weir_trail_fd(trail), .events = POLLIN}, {.fd = stop_fd(), .events = POLLIN}};
        poll(fds, ARRAY_SIZE(fds), cli_wait_ms(until));
        weir_trail_pump(trail);
    }
    if (trail && *weir_trail_failure(trail).text)
        cli_complain(weir_trail_failure(trail));
}

weir_status network_await(weir_network *network, int64_t deadline, weir_error *err)
{
    for (;;) {
        weir_status status = weir_network_pump(network, NULL, err);
        if (status != WEIR_AGAIN)
            return status;
        if (stop_is_asked())
            return weir_fail(err, WEIR_E_CANCELED, 0, "interrupted while %s", weir_network_words(network).text);
        if (deadline >= 0 && cli_mono_ms() >= deadline)
            return weir_fail(err, WEIR_E_IO, 0, "--timeout has passed while %s", weir_network_words(network).text);
        struct pollfd fds[] = {{.fd = weir_network_fd(network), .events = POLLIN}, {.fd = stop_fd(), .events = POLLIN}};
        poll(fds, ARRAY_SIZE(fds), cli_wait_ms(deadline));
    }
}
