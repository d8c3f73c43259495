/* push.c - which part of the filter the servers apply. A filter that is meant to stay is translated for each log group
 * by what its records look like; the source is told, and says in its facts what it really does.
 *
 * WEIR_PUSH_AUTO narrows a source only once more comes than it may ask for: until then everything is read, so that
 * another filter, a facet or an undo finds its records in the ring. Once it was needed it stays so. */
#include <stdlib.h>
#include <string.h>

#include "query/push.h"
#include "session/state.h"
#include "source/wishes.h"

static bool is_wanted(const weir_session *session, const struct stream_status *stream)
{
    switch (session->push.mode) {
    case WEIR_PUSH_NEVER: return false;
    case WEIR_PUSH_ALWAYS: return true;
    case WEIR_PUSH_AUTO: return stream->was_behind;
    }
    return false;
}

/* The pattern for a group whose records look like that; "" on any doubt. */
static void translate(weir_session *session, const struct format *layout, char out[PUSH_MAX_BYTES + 1])
{
    struct push push = {0};
    out[0] = '\0';
    if (!session->push.query || push_logs(session->push.query, layout, &push, NULL) != WEIR_OK)
        return;
    memcpy(out, push.pattern, sizeof push.pattern);
    push_done(&push);
}

static void tell(weir_session *session, size_t k, bool same_filter)
{
    struct stream_status *stream = &session->stream[session->first_stream[k]];
    char pattern[PUSH_MAX_BYTES + 1] = "";
    if (session->push.fixed)
        return;
    if (is_wanted(session, stream))
        translate(session, stream->layout, pattern);
    if (strcmp(pattern, stream->wished) == 0)
        return;
    memcpy(stream->wished, pattern, sizeof pattern);
    wishes_set_pattern(session->wishes[k], pattern, same_filter);
}

void push_tell_all(weir_session *session, bool same_filter)
{
    for (size_t k = 0; k < session->n_intakes; k++)
        if (session->wishes[k])
            tell(session, k, same_filter);
}

void push_learn(weir_session *session, uint32_t source, const char *layouts)
{
    struct stream_status *stream = &session->stream[session->first_stream[source]];
    struct format layout;
    bool is_one = !strchr(layouts, '\n') && !format_parse(layouts, strlen(layouts), &layout, NULL);
    free(stream->layout);
    stream->layout = is_one ? malloc(sizeof layout) : NULL;
    if (stream->layout)
        *stream->layout = layout;
    push_tell_all(session, true);
}

void weir_session_settle(weir_session *session)
{
    weir_query *query = NULL;
    const char *text = weir_query_text(session->query).text;
    if (session->push.query && strcmp(weir_query_text(session->push.query).text, text) == 0)
        return;
    if (weir_query_parse(text, weir_session_now(session), &query, NULL) != WEIR_OK)
        return;
    weir_query_free(session->push.query);
    session->push.query = query;
    push_tell_all(session, false);
}

void weir_session_set_push(weir_session *session, weir_push push)
{
    session->push.mode = push;
    push_tell_all(session, false);
}

void push_initial(weir_session *session, const char *filter_pattern, char out[PUSH_MAX_BYTES + 1])
{
    out[0] = '\0';
    if (filter_pattern) {
        session->push.fixed = true;
        memcpy(out, filter_pattern, strnlen(filter_pattern, PUSH_MAX_BYTES) + 1);
        out[PUSH_MAX_BYTES] = '\0';
    } else if (session->push.mode == WEIR_PUSH_ALWAYS) {
        translate(session, session->given_layout, out);
    }
}

void push_close(weir_session *session)
{
    weir_query_free(session->push.query);
    push_done(&session->push.shown);
}

/* What the first narrowed source applies stands for all: they look alike, or say so in their own modes. */
void weir_session_pushed(const weir_session *session, weir_pushed *out)
{
    *out = (weir_pushed){
        .push = session->push.mode, .server = WEIR_SAFE(""), .here = WEIR_SAFE(""), .pattern = WEIR_SAFE("")};
    const struct stream_status *narrowed = NULL;
    for (size_t k = 0; k < session->n_intakes; k++) {
        const struct stream_status *stream = &session->stream[session->first_stream[k]];
        out->possible = out->possible || (session->wishes[k] && !session->push.fixed);
        if (!narrowed && stream->facts && stream->facts->pattern[0])
            narrowed = stream;
    }
    if (!narrowed)
        return;
    out->active = true;
    out->pattern = (weir_safe){narrowed->facts->pattern};
    struct push *shown = (struct push *)&session->push.shown; /* what is borrowed until the next call */
    push_done(shown);
    *shown = (struct push){0};
    if (session->push.fixed || push_logs(session->push.query, narrowed->layout, shown, NULL) != WEIR_OK)
        return;
    out->server = (weir_safe){shown->server ? shown->server : ""};
    out->here = (weir_safe){shown->rest ? shown->rest : ""};
}
