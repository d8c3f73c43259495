/* trailline.c - asks CloudTrail for what standard input names: a line each, three fields with tabs between them: id of
 * a resource, from and to in Unix seconds. Prints what it is told until nothing is left to ask, or until the
 * milliseconds of the first argument are over, and how long the end of the asking took. What an event means is of no
 * concern here: this program has a change_read() of its own, which finds ids. */
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "vpc/trail_ask.h"

extern char **environ;

#define MARK "\"EventId\":\""

weir_status change_read(const char *bytes, size_t len, change_taker *take, void *user, struct change_counts *counts,
                        weir_error *err)
{
    *counts = (struct change_counts){0};
    char *text = strndup(bytes, len);
    const char *at = text;
    while (at && (at = strstr(at, MARK))) {
        at += sizeof MARK - 1;
        size_t id_len = strcspn(at, "\"");
        struct change *change = calloc(1, sizeof *change + id_len + 1);
        if (!change)
            break;
        change->id.text = memcpy(change + 1, at, id_len);
        counts->events++;
        if (!take(change, user))
            break;
    }
    free(text);
    return counts->events ? WEIR_OK : weir_fail(err, WEIR_E_DATA, 0, "no event");
}

void change_free(struct change *change)
{
    free(change);
}

static bool ask_line(struct trail_ask *ask, char *line)
{
    struct trail_question question = {0};
    return sscanf(line, "%63[^\t]\t%" SCNd64 "\t%" SCNd64, question.resource, &question.from, &question.to) == 3 &&
           trail_ask_for(ask, &question);
}

/* True: nothing is left to ask. */
static bool print_news(const struct trail_news *news)
{
    if (*news->words)
        printf("words %s\n", news->words);
    for (size_t k = 0; k < news->n; k++)
        printf("change %s\n", news->changes[k]->id.text);
    if (news->failure.status != WEIR_OK)
        printf("failure %s\n", news->failure.text);
    if (news->is_idle)
        printf("requests %" PRIu64 "\n", news->requests);
    return news->is_idle;
}

static void print_all(struct trail_ask *ask, int64_t until)
{
    bool is_idle = false;
    while (!is_idle && clock_mono_ms() < until) {
        struct pollfd fd = {.fd = trail_ask_fd(ask), .events = POLLIN};
        poll(&fd, 1, (int)(until - clock_mono_ms()));
        for (struct trail_news *news; (news = trail_ask_take(ask)); trail_news_free(news))
            is_idle = print_news(news);
    }
}

int main(int n_arguments, char **arguments)
{
    char line[256];
    weir_aws *aws = NULL;
    struct trail_ask *ask = NULL;
    weir_error err = {0};
    int64_t wait_ms = n_arguments > 1 ? strtol(arguments[1], NULL, 10) : 30000;
    if (weir_aws_open(&(weir_aws_options){.environment = environ}, &aws, &err) != WEIR_OK ||
        trail_ask_new(aws, NULL, NULL, NULL, &ask, &err) != WEIR_OK) {
        fprintf(stderr, "%s\n", err.text);
        return EXIT_FAILURE;
    }
    while (fgets(line, sizeof line, stdin))
        if (!ask_line(ask, line))
            fprintf(stderr, "not asked: %s", line);
    print_all(ask, clock_mono_ms() + wait_ms);
    int64_t before = clock_mono_ms();
    trail_ask_free(ask);
    printf("ended %" PRId64 "\n", clock_mono_ms() - before);
    weir_aws_close(aws);
    return EXIT_SUCCESS;
}
