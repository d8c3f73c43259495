/* line.c - editing one line.
 * Safety is kept by trying: a character that does not survive the sanitiser in its place is taken out again.
 * When there is no memory for an undo step the step is lost, never the edit. */
#include "widget/line.h"

#include <stdlib.h>
#include <string.h>

#include "screen/text.h"

static void clear_states(struct line_states *states)
{
    for (size_t i = 0; i < states->count; i++)
        free(states->states[i].text);
    states->count = 0;
}

static void push_state(struct line_states *states, const struct line *line)
{
    char *copy = strdup(line->text);
    if (!copy)
        return;
    if (states->count == PROMPT_UNDO) {
        free(states->states[0].text);
        memmove(states->states, states->states + 1, (PROMPT_UNDO - 1) * sizeof *states->states);
        states->count--;
    }
    states->states[states->count++] = (struct line_state){copy, line->cursor};
}

static bool pop_state(struct line_states *from, struct line_states *to, struct line *line)
{
    if (from->count == 0)
        return false;
    push_state(to, line);
    struct line_state state = from->states[--from->count];
    line->len = strlen(state.text);
    memcpy(line->text, state.text, line->len + 1);
    line->cursor = state.cursor;
    line->last = LINE_NONE;
    free(state.text);
    return true;
}

void line_done(struct line *line)
{
    clear_states(&line->undo);
    clear_states(&line->redo);
}

void line_set(struct line *line, const char *text)
{
    line_done(line);
    weir_sanitize(text, strlen(text), line->text, sizeof line->text);
    line->len = line->cursor = strlen(line->text);
    line->last = LINE_NONE;
}

size_t line_after(const struct line *line, size_t at)
{
    const char *next = line->text + at;
    text_next(&next);
    return (size_t)(next - line->text);
}

size_t line_before(const struct line *line, size_t at)
{
    size_t before = 0;
    for (size_t next = 0; next < at; next = line_after(line, next))
        before = next;
    return before;
}

size_t line_word_before(const struct line *line, size_t at)
{
    while (at > 0 && line->text[at - 1] == ' ')
        at--;
    while (at > 0 && line->text[at - 1] != ' ')
        at--;
    return at;
}

void line_move(struct line *line, size_t at)
{
    line->cursor = at < line->len ? at : line->len;
    line->last = LINE_NONE;
}

/* Called before each edit; keeps the state unless the edit goes on with the last one. */
static void begin(struct line *line, enum line_edit edit, bool is_new_word)
{
    if (line->last != edit || is_new_word || edit == LINE_REPLACE)
        push_state(&line->undo, line);
    clear_states(&line->redo);
    line->last = edit;
}

static void open_gap(struct line *line, size_t at, const char *bytes, size_t len)
{
    memmove(line->text + at + len, line->text + at, line->len - at + 1);
    memcpy(line->text + at, bytes, len);
    line->len += len;
}

static void close_gap(struct line *line, size_t at, size_t len)
{
    memmove(line->text + at, line->text + at + len, line->len - at - len + 1);
    line->len -= len;
}

static bool is_safe(const char *text)
{
    char safe[PROMPT_MAX_BYTES + 64];
    return !strcmp(weir_sanitize(text, strlen(text), safe, sizeof safe).text, text);
}

bool line_type(struct line *line, uint32_t codepoint, enum line_edit edit)
{
    char bytes[4];
    size_t len = codepoint < ' ' || codepoint == 0x7f ? 0 : text_encode(codepoint, bytes);
    if (!len)
        return false;
    if (line->len + len > PROMPT_MAX_BYTES)
        return false;
    if (len > 1) {
        open_gap(line, line->cursor, bytes, len);
        bool is_kept = is_safe(line->text);
        close_gap(line, line->cursor, len);
        if (!is_kept)
            return false;
    }
    bool is_new_word = edit == LINE_TYPE && codepoint != ' ' && line->cursor > 0 && line->text[line->cursor - 1] == ' ';
    begin(line, edit, is_new_word);
    open_gap(line, line->cursor, bytes, len);
    line->cursor += len;
    return true;
}

bool line_delete(struct line *line, size_t from, size_t to)
{
    if (from >= to || to > line->len)
        return false;
    begin(line, LINE_DELETE, false);
    close_gap(line, from, to - from);
    line->cursor = from;
    return true;
}

bool line_replace(struct line *line, size_t from, size_t to, const char *text)
{
    char safe[PROMPT_MAX_BYTES + 1];
    if (from > to || to > line->len)
        return false;
    weir_sanitize(text, strlen(text), safe, sizeof safe);
    size_t len = strlen(safe);
    if (line->len - (to - from) + len > PROMPT_MAX_BYTES)
        return false;
    if (len == to - from && !memcmp(line->text + from, safe, len)) {
        line_move(line, to);
        return false;
    }
    begin(line, LINE_REPLACE, false);
    close_gap(line, from, to - from);
    open_gap(line, from, safe, len);
    line->cursor = from + len;
    return true;
}

bool line_undo(struct line *line)
{
    return pop_state(&line->undo, &line->redo, line);
}

bool line_redo(struct line *line)
{
    return pop_state(&line->redo, &line->undo, line);
}
