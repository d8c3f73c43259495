/* sources.c - what the sources say, put together: whose data it is, where it comes from, how far history has come. */
#include "pane/pane.h"

#include <stdio.h>
#include <string.h>

#include "screen/text.h"

enum { NAMES_MAX = 3 };

/* Adds a word to a list of different words; past the third they are counted only. */
struct words {
    char text[NAMES_MAX][160];
    size_t n;
};

static void add(struct words *words, weir_safe text)
{
    if (!text.text || !*text.text)
        return;
    for (size_t k = 0; k < words->n && k < NAMES_MAX; k++)
        if (strcmp(words->text[k], text.text) == 0)
            return;
    if (words->n < NAMES_MAX)
        weir_safe_format(words->text[words->n], sizeof words->text[0], "%s", text.text);
    words->n++;
}

/* "a, b (+2)" of as many as `shown`. */
static void join(const struct words *words, size_t shown, char *buffer, size_t size)
{
    char joined[NAMES_MAX * 160 + 40] = "";
    size_t n = words->n < shown ? words->n : shown, len = 0;
    for (size_t k = 0; k < n; k++)
        len += (size_t)snprintf(joined + len, sizeof joined - len, "%s%s", k ? ", " : "", words->text[k]);
    if (words->n > n)
        snprintf(joined + len, sizeof joined - len, " (+%zu)", words->n - n);
    weir_safe_format(buffer, size, "%s", joined);
}

static bool is_in_aws(const weir_source_status *status)
{
    return status->region.text && *status->region.text;
}

void look_at_sources(struct look *look)
{
    struct look_sources *out = &look->sources;
    struct words names = {.n = 0}, regions = {.n = 0}, accounts = {.n = 0}, profiles = {.n = 0}, modes = {.n = 0};
    uint64_t done = 0, total = 0;
    *out = (struct look_sources){.percent = -1};
    for (size_t k = 0; k < weir_session_sources(look->session); k++) {
        weir_source_status status;
        weir_session_source(look->session, k, &status);
        add(&names, status.name);
        done += status.done_bytes;
        total += status.total_bytes;
        if (!is_in_aws(&status))
            continue;
        out->in_aws = true;
        out->is_override |= status.is_override;
        out->sampled |= status.sampled;
        out->behind |= status.behind;
        out->provisional += status.provisional;
        out->reading |= status.state == WEIR_SOURCE_READING && status.total_bytes > 0;
        add(&regions, status.region);
        add(&accounts, status.account);
        add(&profiles, status.profile);
        add(&modes, status.mode);
    }
    if (total)
        out->percent = (int)(100 * (double)done / (double)total);
    join(&names, NAMES_MAX - 1, out->name, sizeof out->name);
    join(&modes, 1, out->mode, sizeof out->mode);
    char region[80], account[40], profile[80];
    join(&regions, 1, region, sizeof region);
    join(&accounts, 1, account, sizeof account);
    join(&profiles, 1, profile, sizeof profile);
    weir_safe_format(out->short_place, sizeof out->short_place, "%s%s%s", region, *account ? " " : "", account);
    weir_safe_format(out->place, sizeof out->place, "%s%s%s", out->short_place, *profile ? "  profile " : "", profile);
}

void reading_paint(const struct look *look, struct canvas *canvas, struct rect area)
{
    enum { BAR = 20 };
    const struct look_sources *sources = &look->sources;
    int percent = sources->percent < 0 ? 0 : sources->percent > 100 ? 100 : sources->percent;
    int x = area.x, end = area.x + area.w, bar = area.w >= 60 ? BAR : BAR / 2;
    x += canvas_text(canvas, x, area.y, end - x, ROLE_STRONG, WEIR_SAFE("reading "));
    canvas_glyph(canvas, x, area.y, ROLE_DIM, GLYPH_GAUGE_LEFT);
    for (int k = 0; k < bar && x + 1 + k < end; k++)
        canvas_glyph(canvas, x + 1 + k, area.y, ROLE_DIM, GLYPH_GAUGE_REST);
    canvas_bar(canvas, x + 1, area.y, bar * percent / 100, ROLE_STRONG, 1);
    canvas_glyph(canvas, x + 1 + bar, area.y, ROLE_DIM, GLYPH_GAUGE_RIGHT);
    x += bar + 3;
    char span[24];
    if (look->history_s)
        canvas_printf(canvas, x, area.y, end - x, ROLE_STRONG, "%d %% of %s", percent,
                      look_span(look->history_s, span, sizeof span).text);
    else
        canvas_printf(canvas, x, area.y, end - x, ROLE_STRONG, "%d %%", percent);
}
