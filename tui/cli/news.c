/* news.c - what sources in AWS say while a command reads them ("… does not answer", "… have expired"), on standard
 * error as it comes. A text that differs from the last one in its numbers alone is not said again. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "cli/run.h"

enum { NEWS_BYTES = 200 };

struct news {
    size_t n;
    char (*told)[NEWS_BYTES]; /* by source, without digits */
};

static void strip(const char *text, char out[NEWS_BYTES])
{
    size_t len = 0;
    for (; *text && len + 1 < NEWS_BYTES; text++)
        if (!isdigit((unsigned char)*text))
            out[len++] = *text;
    out[len] = '\0';
}

void news_tell(struct run *run)
{
    if (!run->news) {
        size_t n = weir_session_sources(run->session);
        run->news = calloc(1, sizeof *run->news);
        if (!run->news)
            return;
        run->news->told = calloc(n ? n : 1, sizeof *run->news->told);
        run->news->n = run->news->told ? n : 0;
    }
    for (size_t k = 0; k < run->news->n; k++) {
        weir_source_status status;
        char text[NEWS_BYTES];
        weir_session_source(run->session, k, &status);
        if (!*status.region.text || !*status.text.text || status.state == WEIR_SOURCE_FAILED)
            continue;
        strip(status.text.text, text);
        if (strcmp(text, run->news->told[k]) == 0)
            continue;
        memcpy(run->news->told[k], text, sizeof text);
        cli_complain_format("%s: %s", status.name.text, status.text.text);
    }
}

void news_done(struct run *run)
{
    if (run->news)
        free(run->news->told);
    free(run->news);
    run->news = NULL;
}
