/* call_words.c - see call_words.h. */
#include "aws/call_words.h"

#include <inttypes.h>
#include <string.h>

#include "weir/safe.h"

enum {
    QUIET_MS = 600, /* nothing is said before */
    TROUBLE_BYTES = 240,
};

/* The first half of an error is what happened; the second says what to do. */
static int short_length(const char *text)
{
    const char *colon = strstr(text, ": ");
    return colon ? (int)(colon - text) : (int)strlen(text);
}

/* What became of the attempt before: "api throttles". */
static void say_trouble(const struct call_wait *wait, char *out, size_t size)
{
    if (wait->kind == AWS_THROTTLED)
        weir_safe_format(out, size, "%s throttles", wait->host);
    else if (wait->kind == AWS_SERVER)
        weir_safe_format(out, size, "%s has a fault (%d)", wait->host, wait->status);
    else
        weir_safe_format(out, size, "%.*s", short_length(wait->error), wait->error);
}

static void say_pause(const struct call_wait *wait, int64_t now, char *out, size_t size)
{
    int64_t rest_s = wait->due_ms > now ? (wait->due_ms - now + 999) / 1000 : 0;
    char trouble[TROUBLE_BYTES];
    say_trouble(wait, trouble, sizeof trouble);
    weir_safe_format(out, size, "%s, asking again in %" PRId64 " s", trouble, rest_s);
}

static void say_again(const struct call_wait *wait, char *out, size_t size)
{
    char trouble[TROUBLE_BYTES];
    say_trouble(wait, trouble, sizeof trouble);
    weir_safe_format(out, size, "%s, asking again (try %u)", trouble, wait->retries + 1);
}

static void say_answer(const struct call_wait *wait, int64_t now, char *out, size_t size)
{
    int64_t quiet = now - wait->sent_ms;
    if (quiet < QUIET_MS && wait->retries > 0 && !wait->took_head)
        say_again(wait, out, size);
    else if (quiet >= QUIET_MS && !wait->took_head)
        weir_safe_format(out, size, "%s does not answer (%" PRId64 " s)", wait->host, (quiet + 500) / 1000);
    else if (quiet >= QUIET_MS && !wait->is_stream)
        weir_safe_format(out, size, "%s is answering slowly (%" PRIu64 " KiB in %" PRId64 " s)", wait->host,
                         wait->received / 1024, (quiet + 500) / 1000);
}

void call_words(const struct call_wait *wait, int64_t now_ms, char *out, size_t size)
{
    out[0] = '\0';
    if (wait->step == STEP_CREDENTIALS)
        weir_safe_format(out, size, "credentials of profile %s: asking…", wait->profile);
    else if (wait->step == STEP_SEND && wait->due_ms >= now_ms + QUIET_MS)
        weir_safe_format(out, size, "waiting for its turn (%" PRId64 " s)", (wait->due_ms - now_ms) / 1000);
    else if ((wait->step == STEP_TURN || wait->step == STEP_SEND) && wait->retries > 0)
        say_again(wait, out, size);
    else if (wait->step == STEP_PAUSE)
        say_pause(wait, now_ms, out, size);
    else if (wait->step == STEP_ANSWER)
        say_answer(wait, now_ms, out, size);
}
