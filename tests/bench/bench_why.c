/* What causes cost a session: a ring of a million REJECTs and an inventory of 5,000 interfaces and 2,000 groups. The
 * cause of one row, all of them in the background with the dashboard's budget, and how long a key press may have to
 * wait for a pump meanwhile. Fails above 50 us a cause and 50 ms a pump. */
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../support/large_network.h"
#include "weir/weir.h"

enum {
    PARTS = 100000, /* of 12 rows, 10 of them REJECTs */
    FIRST_S = 1780000000,
    PUMP_MS = 12, /* as the dashboard */
    LIMIT_NS = 50000,
    LIMIT_MS = 50,
    BUSY_INTERFACES = 100, /* with one UDP exchange each that goes on for ever */
};

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* ---- the log ---- */

static void put(FILE *out, int at, const char *src, int src_port, int dst_port, int protocol, int start,
                const char *action, int flags)
{
    fprintf(out, "5 eni-%05d %s 10.0.%d.%d %d %d %d 1 60 %d %d %s OK %d ingress\n", at, src, at / 200, 10 + at % 200,
            src_port, dst_port, protocol, start, start + 10, action, flags);
}

static void put_part(FILE *out, int k)
{
    char src[32];
    int at = k * 7 % LARGE_INTERFACES, start = FIRST_S + k / 30, port = 1024 + k % 60000;
    snprintf(src, sizeof src, "203.0.113.%d", 1 + k % 250);
    put(out, at, src, port, 443, 6, start - 300, "ACCEPT", 3);
    put(out, at % BUSY_INTERFACES, "198.51.100.7", 123, 123, 17, start, "ACCEPT", 0);
    put(out, at, src, port, 443, 6, start, "REJECT", 4);
    put(out, at % BUSY_INTERFACES, "198.51.100.7", 123, 123, 17, start, "REJECT", 0);
    for (int n = 0; n < 6; n++)
        put(out, (at + n) % LARGE_INTERFACES, src, 1024 + (k + n * 977) % 60000, 8000 + (k + n) % 16, 6, start,
            "REJECT", 2);
    put(out, at, "192.0.2.9", port, 9000, 17, start, "REJECT", 0);
    put(out, at, src, port + 1, 8001, 6, start, "REJECT", 0);
}

static void *write_log(void *fd)
{
    FILE *out = fdopen(*(int *)fd, "w");
    if (!out)
        return NULL;
    fputs("version interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status "
          "tcp-flags flow-direction\n",
          out);
    for (int k = 0; k < PARTS; k++)
        put_part(out, k);
    fclose(out);
    return NULL;
}

/* ---- pumping ---- */

struct pumps {
    double longest, sum;
    unsigned n;
};

static unsigned pump(weir_session *session, struct pumps *pumps)
{
    double begin = now_ms();
    unsigned changed = weir_session_pump(session, PUMP_MS);
    double took = now_ms() - begin;
    pumps->longest = took > pumps->longest ? took : pumps->longest;
    pumps->sum += took;
    pumps->n++;
    return changed;
}

static unsigned wait_and_pump(weir_session *session, unsigned changed, struct pumps *pumps)
{
    struct pollfd fd = {.fd = weir_session_fd(session), .events = POLLIN};
    if (!(changed & WEIR_CHANGED_MORE))
        poll(&fd, 1, -1);
    return pump(session, pumps);
}

static bool tell(const char *what, const struct pumps *pumps)
{
    printf("%-34s %8.0f ms in %5u pumps, longest %5.1f ms\n", what, pumps->sum, pumps->n, pumps->longest);
    return pumps->longest <= LIMIT_MS;
}

static bool settle(weir_session *session, const char *what)
{
    struct pumps pumps = {0};
    while (pump(session, &pumps) & WEIR_CHANGED_MORE)
        continue;
    return tell(what, &pumps);
}

/* A session that has read the whole log. */
static weir_session *read_log(const weir_network *network, const char *filter, const char *what, bool *fast)
{
    int ends[2];
    pthread_t writer;
    weir_error err = {0};
    weir_session *session = NULL;
    const char *specs[] = {"-"};
    if (pipe(ends) != 0 || pthread_create(&writer, NULL, write_log, &ends[1]) != 0)
        return NULL;
    weir_session_options options = {.sources = specs,
                                    .n_sources = 1,
                                    .filter = filter,
                                    .memory_bytes = 512ull << 20,
                                    .now = FIRST_S + 4000,
                                    .stdin_fd = ends[0]};
    if (weir_session_open(&options, &session, &err) != WEIR_OK) {
        printf("%s\n", err.text);
        return NULL;
    }
    if (network)
        weir_session_set_network(session, network);
    struct pumps pumps = {0};
    unsigned changed = 0;
    while (!weir_session_ended(session) || changed & WEIR_CHANGED_MORE)
        changed = wait_and_pump(session, changed, &pumps);
    pthread_join(writer, NULL);
    close(ends[0]);
    *fast = tell(what, &pumps) && *fast;
    return session;
}

static weir_network *open_network(void)
{
    weir_error err = {0};
    weir_network *network = NULL;
    json_t *document = large_network();
    json_object_set_new(document, "WeirNetwork", json_integer(1));
    json_object_set_new(document, "Taken", json_integer(FIRST_S));
    char *text = json_dumps(document, JSON_COMPACT);
    weir_network_options options = {.snapshot = text, .snapshot_len = strlen(text)};
    if (weir_network_open(&options, &network, &err) != WEIR_OK || weir_network_pump(network, NULL, &err) != WEIR_OK) {
        printf("%s\n", err.text);
        exit(EXIT_FAILURE);
    }
    free(text);
    json_decref(document);
    return network;
}

/* ---- what is measured ---- */

static bool ask_each(weir_session *session)
{
    static size_t causes[WEIR_CAUSE_COUNT];
    const weir_view *view = weir_session_view(session);
    size_t n = 0;
    weir_row row;
    double begin = now_ms();
    for (uint64_t id = weir_view_oldest(view); weir_view_row(view, id, &row); id++) {
        weir_cause cause = weir_session_cause(session, &row);
        if (cause == WEIR_CAUSE_NONE)
            continue;
        causes[cause]++;
        n++;
    }
    double ns = (now_ms() - begin) * 1e6 / (double)(n ? n : 1);
    for (int cause = 0; cause < WEIR_CAUSE_COUNT; cause++)
        if (causes[cause])
            printf("%-16s %zu\n", weir_cause_get((weir_cause)cause)->name, causes[cause]);
    printf("%-34s %8.0f ns\n", "cause of one row", ns);
    return ns < LIMIT_NS && n == (size_t)PARTS * 10;
}

static void ask_first(weir_session *session)
{
    weir_row row;
    weir_explanation *told = NULL;
    const weir_view *view = weir_session_view(session);
    double begin = now_ms();
    if (!weir_view_find(view, 0, INT64_MAX, WEIR_VERDICT_REJECT, &row) ||
        weir_session_explain(session, row.id, &told, NULL) != WEIR_OK)
        exit(EXIT_FAILURE);
    weir_explanation_free(told);
    printf("%-34s %8.1f ms\n", "first explanation, no network", now_ms() - begin);
}

static bool classify_and_filter(weir_session *session)
{
    weir_error err = {0};
    weir_session_classify(session, true);
    bool fast = settle(session, "classified in the background");
    if (weir_session_filter(session, "cause = late-packet", &err) != WEIR_OK)
        return false;
    fast = settle(session, "filter cause = late-packet") && fast;
    (void)weir_session_order(session, WEIR_ORDER_START, &err);
    weir_session_filter(session, "reject and not cause in (stale, late-packet)", &err);
    fast = settle(session, "filter, rows by start") && fast;
    weir_session_classify(session, false);
    fast = settle(session, "causes off, rows by start") && fast;
    weir_session_classify(session, true);
    return settle(session, "causes on, rows by start") && fast;
}

int main(void)
{
    bool good = true;
    weir_totals totals;
    weir_network *network = open_network();
    weir_session *session = read_log(NULL, NULL, "read, no network", &good);
    if (!session)
        return EXIT_FAILURE;
    ask_first(session);
    weir_session_close(session);

    session = read_log(network, NULL, "read, with names", &good);
    weir_session_totals(session, &totals);
    printf("%-34s %8.0f MB, %llu rows evicted\n", "memory", (double)totals.memory_bytes / 1e6,
           (unsigned long long)totals.evicted);
    good = ask_each(session) && good;
    good = classify_and_filter(session) && good && totals.evicted == 0;
    weir_session_close(session);

    session = read_log(network, "cause = late-packet", "read and classified at once", &good);
    printf("%-34s %8llu\n", "late-packet", (unsigned long long)weir_view_matched(weir_session_view(session)));
    weir_session_close(session);

    session = read_log(network, NULL, "read, with names", &good);
    weir_session_watch(session);
    good = settle(session, "flips and spikes of all of it") && good;
    weir_watched watched;
    weir_session_watched(session, &watched);
    printf("%-34s %8zu\n", "services watched", watched.services);
    weir_session_close(session);
    weir_network_close(network);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
