/* completions.c - the list behind Tab.
 * Words beyond the cap are left out: nobody walks through two hundred. */
#include "widget/completions.h"

#include <stdlib.h>
#include <string.h>

#include "screen/text.h"

#define ROWS_MAX 10
#define HELP_GAP 2

static void drop(struct completion *completion)
{
    free(completion->word);
    free(completion->help);
    *completion = (struct completion){0};
}

void completions_clear(struct completions *completions)
{
    for (size_t i = 0; i < completions->count; i++)
        drop(&completions->list[i]);
    completions->count = 0;
    completions->chosen = -1;
    completions->is_open = false;
}

void completions_add(struct completions *completions, size_t from, weir_safe word, weir_safe help)
{
    if (completions->count == PROMPT_COMPLETIONS)
        return;
    struct completion added = {from, strdup(word.text), strdup(help.text)};
    if (added.word && added.help)
        completions->list[completions->count++] = added;
    else
        drop(&added);
}

void completions_step(struct completions *completions, int by)
{
    int count = (int)completions->count;
    if (count == 0)
        return;
    if (completions->chosen < 0)
        completions->chosen = by > 0 ? 0 : count - 1;
    else
        completions->chosen = (completions->chosen + by % count + count) % count;
}

size_t completions_common(const struct completions *completions)
{
    if (completions->count == 0)
        return 0;
    const struct completion *first = &completions->list[0];
    size_t common = strlen(first->word);
    for (size_t i = 1; i < completions->count; i++) {
        const struct completion *other = &completions->list[i];
        if (other->from != first->from)
            return 0;
        size_t same = 0;
        while (same < common && first->word[same] == other->word[same])
            same++;
        common = same;
    }
    while (common > 0 && ((unsigned char)first->word[common] & 0xc0) == 0x80)
        common--;
    return common;
}

static int widest(const struct completions *completions, bool is_help)
{
    int most = 0;
    for (size_t i = 0; i < completions->count; i++) {
        const struct completion *c = &completions->list[i];
        int width = text_width((weir_safe){is_help ? c->help : c->word});
        most = width > most ? width : most;
    }
    return most;
}

static void paint_row(const struct completion *completion, struct canvas *canvas, struct rect row, int word_w,
                      bool is_chosen)
{
    role base = is_chosen ? ROLE_ROW_CURSOR : ROLE_TEXT;
    canvas_fill(canvas, row, base);
    if (word_w > row.w)
        word_w = row.w;
    canvas_text(canvas, row.x, row.y, word_w, base, (weir_safe){completion->word});
    int help_w = row.w - word_w - HELP_GAP;
    weir_safe help = {completion->help};
    int room = help_w - text_width(help); /* short help stands at the right, long help loses its end */
    if (help_w > 0)
        canvas_text(canvas, row.x + word_w + HELP_GAP + (room > 0 ? room : 0), row.y, help_w,
                    is_chosen ? base : ROLE_DIM, help);
}

void completions_paint(const struct completions *completions, struct canvas *canvas, struct rect area, int x,
                       bool is_above)
{
    if (!completions->is_open || completions->count == 0 || area.w < 1 || area.h < 1)
        return;
    int frame = area.h >= 3 && area.w >= 4 ? 1 : 0;
    int rows = completions->count < ROWS_MAX ? (int)completions->count : ROWS_MAX;
    if (rows > area.h - 2 * frame)
        rows = area.h - 2 * frame;
    int word_w = widest(completions, false), help_w = widest(completions, true);
    int inner_w = word_w + (help_w ? HELP_GAP + help_w : 0);
    if (inner_w > area.w - 2 * frame)
        inner_w = area.w - 2 * frame;
    struct rect box = {x - frame, area.y, inner_w + 2 * frame, rows + 2 * frame};
    if (box.x + box.w > area.x + area.w)
        box.x = area.x + area.w - box.w;
    if (box.x < area.x)
        box.x = area.x;
    if (is_above)
        box.y = area.y + area.h - box.h;

    int first = completions->chosen >= rows ? completions->chosen - rows + 1 : 0;
    if (frame)
        canvas_box(canvas, box, ROLE_BORDER, ROLE_DIM, (weir_safe){NULL});
    if (frame && (int)completions->count > rows)
        canvas_printf(canvas, box.x + 1, box.y + box.h - 1, inner_w, ROLE_DIM, "%d of %zu", completions->chosen + 1,
                      completions->count);
    for (int i = 0; i < rows; i++)
        paint_row(&completions->list[first + i], canvas, (struct rect){box.x + frame, box.y + frame + i, inner_w, 1},
                  word_w, first + i == completions->chosen);
}
