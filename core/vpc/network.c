/* network.c - a network that is read once, or asked for again and again; the states it had that differ are kept, so
 * that a record is explained by what held at its time. One owner at a time; only the asking is on another thread. */
#include "vpc/network.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/scope.h"
#include "vpc/network_state.h"
#include "vpc/part.h"

/* ---- opening ---- */

static weir_status check(const weir_network_options *options, weir_error *err)
{
    if (options->path || options->snapshot || options->aws)
        return WEIR_OK;
    return weir_fail(err, WEIR_E_USAGE, 0, "there is no network to look at: --network PATH, or access to AWS");
}

static weir_status take_name(weir_network *network, const weir_network_options *options, weir_error *err)
{
    const char *name = options->path ? options->path : "the demo";
    network->owner = calloc(1, NETWORK_OWNER_BYTES);
    network->name = options->path || options->snapshot ? weir_sanitize_new(name, strlen(name), 256) : NULL;
    if (network->owner && (network->name || !(options->path || options->snapshot)))
        return WEIR_OK;
    return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
}

static weir_status read_saved(weir_network *network, const weir_network_options *options, weir_error *err)
{
    struct capture *capture = NULL;
    weir_status status = options->path ? capture_read(options->path, &capture, err)
                                       : capture_read_bytes(options->snapshot, options->snapshot_len, &capture, err);
    if (status == WEIR_OK)
        status = edition_new(capture, &network->kept[0], err);
    if (status != WEIR_OK)
        return status;
    network->n_kept = network->generation = 1;
    network->is_new = true;
    return WEIR_OK;
}

weir_status weir_network_open(const weir_network_options *options, weir_network **out, weir_error *err)
{
    weir_status status = check(options, err);
    if (status != WEIR_OK)
        return status;
    weir_network *network = calloc(1, sizeof *network);
    if (!network)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    status = take_name(network, options, err);
    if (status == WEIR_OK && options->ip_ranges)
        status = ranges_open(options->ip_ranges, &network->ranges, err);
    if (status == WEIR_OK && options->geo && *options->geo)
        status = geo_open(options->geo, &network->geo, err);
    network->is_asking = !network->name;
    if (status == WEIR_OK && network->name)
        status = read_saved(network, options, err);
    else if (status == WEIR_OK)
        status =
            network_ask_new(options->aws, options->profile, options->region, options->refresh_s, &network->ask, err);
    if (status == WEIR_OK)
        *out = network;
    else
        weir_network_close(network);
    return status;
}

void weir_network_close(weir_network *network)
{
    if (!network)
        return;
    network_ask_free(network->ask);
    for (size_t k = 0; k < network->n_kept; k++)
        edition_free(network->kept[k]);
    ranges_free(network->ranges);
    geo_free(network->geo);
    free(network->owner);
    free(network->name);
    free(network);
}

/* ---- taking ---- */

int weir_network_fd(const weir_network *network)
{
    return network->ask ? network_ask_fd(network->ask) : -1;
}

static void keep(weir_network *network, struct edition *edition)
{
    if (network->n_kept == NETWORKS_KEPT) {
        edition_free(network->kept[0]);
        memmove(network->kept, network->kept + 1, (NETWORKS_KEPT - 1) * sizeof *network->kept);
        network->n_kept--;
    }
    network->kept[network->n_kept++] = edition;
    network->generation++;
}

/* True if it is another network than the newest one. */
static bool take_edition(weir_network *network, struct edition *edition)
{
    struct edition *newest = network->n_kept ? network->kept[network->n_kept - 1] : NULL;
    network->failure = (weir_error){0};
    if (newest && edition_is_same(edition, newest)) {
        newest->renewed = edition->taken;
        edition_free(edition);
        return false;
    }
    if (newest && edition_lost_something(edition, newest)) {
        weir_fail(&network->failure, WEIR_E_DATA, 0, "some parts could not be read");
        edition_free(edition);
        return false;
    }
    keep(network, edition);
    return true;
}

static bool take_news(weir_network *network, struct network_news *news)
{
    bool is_changed = false;
    if (*news->place)
        memcpy(network->place, news->place, sizeof network->place);
    memcpy(network->call_words, news->words, sizeof network->call_words);
    network->is_asking = !news->is_end;
    network->done = news->done;
    network->total = news->total;
    if (news->edition)
        is_changed = take_edition(network, TAKE(news->edition));
    else if (news->is_end)
        network->failure = news->failure;
    free(news);
    return is_changed;
}

weir_status weir_network_pump(weir_network *network, bool *changed, weir_error *err)
{
    bool is_changed = network->is_new;
    network->is_new = false;
    for (struct network_news *news; network->ask && (news = network_ask_take(network->ask));)
        is_changed = take_news(network, news) || is_changed;
    if (changed)
        *changed = is_changed;
    if (network->n_kept)
        return WEIR_OK;
    if (network->is_asking)
        return WEIR_AGAIN;
    return weir_fail(err, network->failure.status, 0, "%s",
                     *network->failure.text ? network->failure.text : "out of memory");
}

void weir_network_refresh(weir_network *network)
{
    if (!network->ask)
        return;
    network->is_asking = true;
    network_ask_again(network->ask);
}

/* ---- looking ---- */

bool weir_network_ready(const weir_network *network)
{
    return network->n_kept > 0;
}

int64_t weir_network_taken(const weir_network *network)
{
    const struct edition *newest = network_newest(network);
    return newest ? newest->renewed : 0;
}

unsigned weir_network_generation(const weir_network *network)
{
    return network->generation;
}

/* "2026-11-26 12:00:05 UTC" */
static void time_text(int64_t seconds, char *out, size_t size)
{
    time_t moment = (time_t)seconds;
    struct tm parts;
    if (!seconds || !gmtime_r(&moment, &parts) || !strftime(out, size, "%Y-%m-%d %H:%M:%S UTC", &parts))
        snprintf(out, size, "at a time that is not told");
}

static size_t count_missing(const weir_network *network)
{
    size_t n = 0;
    for (int part = 0; part < PART_COUNT; part++)
        n += inventory_part(network_newest(network)->inventory, (enum part)part) != PART_KNOWN;
    return n;
}

static weir_safe words_of_asking(const weir_network *network, char *out, size_t size)
{
    if (!network->is_asking)
        return weir_safe_format(out, size, "no network: %s", network->failure.text);
    if (!network->total)
        return weir_safe_format(out, size, "asking EC2%s%s%s%s", *network->place ? " in " : "", network->place,
                                *network->call_words ? ": " : "", network->call_words);
    return weir_safe_format(out, size, "asking EC2: %zu of %zu parts%s%s", network->done, network->total,
                            *network->call_words ? "; " : "", network->call_words);
}

weir_safe weir_network_words(const weir_network *network)
{
    char when[40], missing[64] = "";
    weir_network *scratch = (weir_network *)network; /* the text is the only thing that changes */
    if (!network->n_kept)
        return words_of_asking(network, scratch->words, sizeof scratch->words);
    size_t n = count_missing(network);
    time_text(weir_network_taken(network), when, sizeof when);
    if (n)
        snprintf(missing, sizeof missing, ", %zu of %d parts are missing", n, (int)PART_COUNT);
    const char *trouble = network->failure.status != WEIR_OK ? network->failure.text : "";
    return weir_safe_format(scratch->words, sizeof scratch->words, "%s%s, taken %s%s%s%s",
                            network->name ? network->name : "EC2 ", network->name ? "" : network->place, when, missing,
                            *trouble ? "; asking again failed: " : "", trouble);
}

bool weir_network_part_get(const weir_network *network, size_t k, weir_network_part *out)
{
    static const struct {
        const char *name, *action;
    } parts[PART_COUNT] = {
#define X(id, operation, list, set, shape, page, words) [id] = {words, "ec2:" operation},
#include "vpc/part.def"
#undef X
    };
    const struct edition *newest = network_newest(network);
    if (k >= PART_COUNT)
        return false;
    *out = (weir_network_part){
        .name = {parts[k].name}, .action = {parts[k].action}, .why_not = WEIR_SAFE("it has not been asked yet")};
    if (!newest)
        return true;
    out->known = inventory_part(newest->inventory, (enum part)k) == PART_KNOWN;
    out->why_not = inventory_part_words(newest->inventory, (enum part)k);
    out->count = newest->counts[k];
    return true;
}

const struct inventory *network_inventory(const weir_network *network)
{
    const struct edition *newest = network_newest(network);
    return newest ? newest->inventory : NULL;
}

const struct inventory *network_inventory_at(const weir_network *network, int64_t t, bool *exact)
{
    size_t k = network->n_kept;
    while (k > 1 && network->kept[k - 1]->taken > t)
        k--;
    *exact = k && network->kept[k - 1]->taken <= t && t <= network->kept[k - 1]->renewed;
    return k ? network->kept[k - 1]->inventory : NULL;
}

const struct edition *network_edition(const weir_network *network, size_t k)
{
    return k < network->n_kept ? network->kept[k] : NULL;
}
