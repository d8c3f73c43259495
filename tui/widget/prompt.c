/* prompt.c - the line editor: keys to edits, history, completion, and the painted line.
 * Leaves text and undo to line.c, the list to completions.c. A paste is checked once, at its end. */
#include "widget/prompt.h"

#include <stdlib.h>
#include <string.h>

#include "screen/text.h"
#include "widget/completions.h"
#include "widget/line.h"

#define WHY_BYTES 256
#define FRESH     ((size_t)-1) /* the place in the history while editing something new */

struct prompt {
    struct prompt_ops ops;
    struct line line;
    struct completions completions;
    char *history[PROMPT_HISTORY]; /* oldest first */
    size_t history_count, history_at;
    char *draft; /* what was typed before walking the history */
    bool in_paste, paste_changed;
    size_t fault; /* 1-based byte column, 0 = valid */
    char why[WHY_BYTES];
    int scroll; /* cells of the text that are left of the line */
};

static void check(struct prompt *prompt)
{
    char raw[WHY_BYTES] = "";
    prompt->fault = 0;
    if (prompt->ops.check)
        prompt->fault = prompt->ops.check(prompt->line.text, raw, sizeof raw, prompt->ops.user);
    if (!prompt->fault)
        raw[0] = '\0';
    raw[sizeof raw - 1] = '\0';
    weir_sanitize(raw, strlen(raw), prompt->why, sizeof prompt->why);
}

struct prompt *prompt_new(const struct prompt_ops *ops)
{
    struct prompt *prompt = calloc(1, sizeof *prompt);
    if (!prompt)
        return NULL;
    if (ops)
        prompt->ops = *ops;
    prompt->completions.chosen = -1;
    prompt->history_at = FRESH;
    check(prompt);
    return prompt;
}

void prompt_free(struct prompt *prompt)
{
    if (!prompt)
        return;
    line_done(&prompt->line);
    completions_clear(&prompt->completions);
    for (size_t i = 0; i < prompt->history_count; i++)
        free(prompt->history[i]);
    free(prompt->draft);
    free(prompt);
}

static void leave_history(struct prompt *prompt)
{
    prompt->history_at = FRESH;
    free(prompt->draft);
    prompt->draft = NULL;
}

void prompt_set(struct prompt *prompt, const char *text)
{
    line_set(&prompt->line, text);
    completions_clear(&prompt->completions);
    leave_history(prompt);
    prompt->in_paste = false;
    prompt->scroll = 0;
    check(prompt);
}

const char *prompt_text(const struct prompt *prompt)
{
    return prompt->line.text;
}

size_t prompt_cursor(const struct prompt *prompt)
{
    return prompt->line.cursor;
}

bool prompt_is_valid(const struct prompt *prompt)
{
    return prompt->fault == 0;
}

weir_safe prompt_why(const struct prompt *prompt)
{
    return (weir_safe){prompt->why};
}

void prompt_add_completion(struct prompt *prompt, size_t from, weir_safe word, weir_safe help)
{
    if (from <= prompt->line.cursor)
        completions_add(&prompt->completions, from, word, help);
}

static void drop_history(struct prompt *prompt, size_t k)
{
    free(prompt->history[k]);
    prompt->history_count--;
    memmove(prompt->history + k, prompt->history + k + 1, (prompt->history_count - k) * sizeof *prompt->history);
}

void prompt_history_add(struct prompt *prompt, const char *text)
{
    char *copy = weir_sanitize_new(text, strlen(text), PROMPT_MAX_BYTES);
    leave_history(prompt);
    if (!copy || !*copy) {
        free(copy);
        return;
    }
    for (size_t k = prompt->history_count; k-- > 0;)
        if (!strcmp(prompt->history[k], copy))
            drop_history(prompt, k);
    if (prompt->history_count == PROMPT_HISTORY)
        drop_history(prompt, 0);
    prompt->history[prompt->history_count++] = copy;
}

/* -1 = older, 1 = newer. Past the newest comes what was being typed. */
static bool walk_history(struct prompt *prompt, int by)
{
    size_t at = prompt->history_at == FRESH ? prompt->history_count : prompt->history_at;
    if ((by < 0 && at == 0) || (by > 0 && at == prompt->history_count))
        return false;
    if (prompt->history_at == FRESH) {
        free(prompt->draft);
        prompt->draft = strdup(prompt->line.text);
    }
    at = by < 0 ? at - 1 : at + 1;
    bool is_draft = at == prompt->history_count;
    const char *text = is_draft ? prompt->draft : prompt->history[at];
    bool is_changed = line_replace(&prompt->line, 0, prompt->line.len, text ? text : "");
    if (is_draft)
        leave_history(prompt);
    else
        prompt->history_at = at;
    return is_changed;
}

static void list_completions(struct prompt *prompt)
{
    completions_clear(&prompt->completions);
    if (prompt->ops.complete)
        prompt->ops.complete(prompt, prompt->line.text, prompt->line.cursor, prompt->ops.user);
    prompt->completions.is_open = prompt->completions.count > 0;
}

static bool take_completion(struct prompt *prompt, size_t k)
{
    const struct completion *taken = &prompt->completions.list[k];
    bool is_changed = line_replace(&prompt->line, taken->from, prompt->line.cursor, taken->word);
    completions_clear(&prompt->completions);
    return is_changed;
}

/* The first Tab takes the only word, or as much as all words have in common; the next ones walk the list. */
static bool complete(struct prompt *prompt, int by)
{
    struct completions *completions = &prompt->completions;
    if (completions->is_open) {
        completions_step(completions, by);
        return false;
    }
    list_completions(prompt);
    if (completions->count == 1)
        return take_completion(prompt, 0);
    size_t common = completions_common(completions);
    size_t from = completions->count ? completions->list[0].from : 0;
    size_t typed = prompt->line.cursor - from;
    if (common > typed && !memcmp(prompt->line.text + from, completions->list[0].word, typed)) {
        char word[PROMPT_MAX_BYTES + 1];
        if (common >= sizeof word)
            return false;
        memcpy(word, completions->list[0].word, common);
        word[common] = '\0';
        return line_replace(&prompt->line, from, prompt->line.cursor, word);
    }
    completions_step(completions, by);
    return false;
}

/* What a key does to the line; the list stays open and follows. */
enum act {
    ACT_LEFT,
    ACT_RIGHT,
    ACT_HOME,
    ACT_END,
    ACT_BACKSPACE,
    ACT_DELETE,
    ACT_KILL_WORD,
    ACT_KILL_BEFORE,
    ACT_KILL_AFTER,
    ACT_UNDO,
    ACT_REDO,
};

static const struct {
    key k;
    enum act act;
} acts[] = {
    {K_LEFT, ACT_LEFT},
    {K_RIGHT, ACT_RIGHT},
    {K_HOME, ACT_HOME},
    {K_END, ACT_END},
    {K_CTRL('a'), ACT_HOME},
    {K_CTRL('e'), ACT_END},
    {K_BACKSPACE, ACT_BACKSPACE},
    {K_DELETE, ACT_DELETE},
    {K_CTRL('w'), ACT_KILL_WORD},
    {K_CTRL('u'), ACT_KILL_BEFORE},
    {K_CTRL('k'), ACT_KILL_AFTER},
    {K_CTRL('z'), ACT_UNDO},
    {K_CTRL('_'), ACT_UNDO},
    {K_CTRL('r'), ACT_REDO},
    {K_CTRL('y'), ACT_REDO},
};

static bool edit(struct line *line, enum act act)
{
    size_t at = line->cursor;
    switch (act) {
    case ACT_LEFT: line_move(line, line_before(line, at)); return false;
    case ACT_RIGHT: line_move(line, line_after(line, at)); return false;
    case ACT_HOME: line_move(line, 0); return false;
    case ACT_END: line_move(line, line->len); return false;
    case ACT_BACKSPACE: return line_delete(line, line_before(line, at), at);
    case ACT_DELETE: return line_delete(line, at, line_after(line, at));
    case ACT_KILL_WORD: return line_delete(line, line_word_before(line, at), at);
    case ACT_KILL_BEFORE: return line_delete(line, 0, at);
    case ACT_KILL_AFTER: return line_delete(line, at, line->len);
    case ACT_UNDO: return line_undo(line);
    case ACT_REDO: return line_redo(line);
    }
    return false;
}

static prompt_result changed(struct prompt *prompt, bool is_changed)
{
    if (!is_changed)
        return PROMPT_GOES_ON;
    check(prompt);
    return PROMPT_CHANGED;
}

static prompt_result paste_key(struct prompt *prompt, key k)
{
    if (k == K_PASTE_END) {
        prompt->in_paste = false;
        prompt->line.last = LINE_NONE;
        return changed(prompt, prompt->paste_changed);
    }
    if (k == K_ENTER || k == K_TAB)
        k = K_SPACE;
    if (k < K_SPECIAL && line_type(&prompt->line, k, LINE_PASTE))
        prompt->paste_changed = true;
    return PROMPT_GOES_ON;
}

/* Keys that mean something else while the list is open. */
static prompt_result list_key(struct prompt *prompt, key k)
{
    struct completions *completions = &prompt->completions;
    if (k == K_ENTER && completions->chosen >= 0)
        return changed(prompt, take_completion(prompt, (size_t)completions->chosen));
    if (k == K_UP || k == K_DOWN)
        completions_step(completions, k == K_UP ? -1 : 1);
    else if (k == K_ESC)
        completions_clear(completions);
    else
        return PROMPT_UNHANDLED;
    return PROMPT_GOES_ON;
}

/* Keys that change or leave the whole line. */
static prompt_result line_key(struct prompt *prompt, key k)
{
    switch (k) {
    case K_ENTER:
    case K_ESC:
        completions_clear(&prompt->completions);
        leave_history(prompt);
        return k == K_ENTER ? PROMPT_DONE : PROMPT_CANCELLED;
    case K_UP: return changed(prompt, walk_history(prompt, -1));
    case K_DOWN: return changed(prompt, walk_history(prompt, 1));
    case K_TAB: return changed(prompt, complete(prompt, 1));
    case K_SHIFT_TAB: return changed(prompt, complete(prompt, -1));
    case K_PASTE_BEGIN:
        completions_clear(&prompt->completions);
        prompt->in_paste = true;
        prompt->paste_changed = false;
        prompt->line.last = LINE_NONE;
        return PROMPT_GOES_ON;
    default: return PROMPT_UNHANDLED;
    }
}

static prompt_result edit_key(struct prompt *prompt, key k)
{
    bool is_changed = false, is_act = false;
    for (size_t i = 0; i < sizeof acts / sizeof *acts && !is_act; i++) {
        if (acts[i].k == k) {
            is_act = true;
            is_changed = edit(&prompt->line, acts[i].act);
        }
    }
    if (!is_act && (k < ' ' || k == 0x7f || k >= K_SPECIAL))
        return PROMPT_UNHANDLED;
    if (!is_act)
        is_changed = line_type(&prompt->line, k, LINE_TYPE);
    prompt_result result = changed(prompt, is_changed);
    if (prompt->completions.is_open)
        list_completions(prompt);
    return result;
}

prompt_result prompt_key(struct prompt *prompt, key k)
{
    if (k == K_HANGUP || k == K_RESIZE || k == K_NONE)
        return PROMPT_UNHANDLED;
    if (prompt->in_paste)
        return paste_key(prompt, k);
    prompt_result result = PROMPT_UNHANDLED;
    if (prompt->completions.is_open)
        result = list_key(prompt, k);
    if (result == PROMPT_UNHANDLED)
        result = line_key(prompt, k);
    if (result == PROMPT_UNHANDLED)
        result = edit_key(prompt, k);
    return result;
}

static int cells_before(const struct line *line, size_t at)
{
    int cells = 0;
    const char *next = line->text;
    while (next < line->text + at)
        cells += text_next(&next);
    return cells;
}

/* Keeps the cursor inside, and off the cells where an ellipsis says that there is more. */
static void scroll_to_cursor(struct prompt *prompt, int w)
{
    int cursor = cells_before(&prompt->line, prompt->line.cursor);
    int width = cells_before(&prompt->line, prompt->line.len);
    int margin = w > 4 ? 1 : 0;
    if (prompt->scroll > cursor - margin)
        prompt->scroll = cursor - margin;
    if (prompt->scroll < cursor - w + 1 + margin)
        prompt->scroll = cursor - w + 1 + margin;
    if (prompt->scroll > width - w + 1)
        prompt->scroll = width - w + 1;
    if (prompt->scroll < 0)
        prompt->scroll = 0;
}

static void paint_text(const struct prompt *prompt, struct canvas *canvas, struct rect line)
{
    const char *text = prompt->line.text;
    size_t fault = prompt->fault ? prompt->fault - 1 : SIZE_MAX;
    role plain = prompt->fault ? ROLE_FILTER : ROLE_FILTER_VALID;
    bool in_fault = false;
    int x = line.x - prompt->scroll;
    for (const char *at = text; *at && x < line.x + line.w;) {
        const char *next = at;
        int width = text_next(&next);
        if ((size_t)(at - text) <= fault && fault < (size_t)(next - text))
            in_fault = true;
        else if (*at == ' ')
            in_fault = false;
        char character[CELL_BYTES] = "";
        size_t len = (size_t)(next - at);
        if (len < sizeof character && x + width > line.x) {
            memcpy(character, at, len);
            canvas_text(canvas, x, line.y, width, in_fault ? ROLE_FILTER_INVALID : plain, (weir_safe){character});
        }
        x += width;
        at = next;
    }
    if (fault != SIZE_MAX && fault >= prompt->line.len && x < line.x + line.w)
        canvas_text(canvas, x, line.y, 1, ROLE_FILTER_INVALID, WEIR_SAFE(" "));
}

void prompt_paint(struct prompt *prompt, struct canvas *canvas, struct rect line, struct rect list)
{
    if (line.w < 1 || line.h < 1)
        return;
    struct rect outer = canvas->clip;
    scroll_to_cursor(prompt, line.w);
    canvas_fill(canvas, (struct rect){line.x, line.y, line.w, 1}, ROLE_FILTER);
    canvas_clip(canvas, (struct rect){line.x, line.y, line.w, 1});
    paint_text(prompt, canvas, line);
    if (prompt->scroll > 0)
        canvas_glyph(canvas, line.x, line.y, ROLE_DIM, GLYPH_ELLIPSIS);
    if (cells_before(&prompt->line, prompt->line.len) - prompt->scroll > line.w)
        canvas_glyph(canvas, line.x + line.w - 1, line.y, ROLE_DIM, GLYPH_ELLIPSIS);
    canvas_clip(canvas, outer);

    canvas->cursor_x = line.x + cells_before(&prompt->line, prompt->line.cursor) - prompt->scroll;
    canvas->cursor_y = line.y;
    size_t from = prompt->completions.count ? prompt->completions.list[0].from : 0;
    int x = line.x + cells_before(&prompt->line, from) - prompt->scroll;
    completions_paint(&prompt->completions, canvas, list, x, list.y < line.y);
}
