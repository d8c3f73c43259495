/* term_say.c - what the terminal is asked to do beside showing cells: its clipboard, its bell, desktop notices. */
#include <stdlib.h>
#include <string.h>

#include "screen/osc.h"
#include "screen/term.h"
#include "screen/term_out.h"

weir_status term_copy(struct term *term, weir_safe text, weir_error *err)
{
    size_t len = strlen(text.text);
    size_t room = osc_clipboard_room(len);
    if (!room)
        return weir_fail(err, WEIR_E_LIMIT, 0, "the terminal's clipboard takes at most %d bytes",
                         OSC_CLIPBOARD_MAX_BYTES / 4 * 3);
    char *to = term_out_reserve(term_out_of(term), room);
    if (!to)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    const char *tmux = getenv("TMUX");
    term_out_commit(term_out_of(term), osc_clipboard(text.text, len, tmux && *tmux, to));
    term_out_flush(term_out_of(term));
    return WEIR_OK;
}

void term_bell(struct term *term)
{
    term_out_add(term_out_of(term), "\a", 1);
    term_out_flush(term_out_of(term));
}

void term_notify(struct term *term, weir_safe text)
{
    const char *tmux = getenv("TMUX");
    char sequence[OSC_NOTICE_BYTES];
    term_out_add(term_out_of(term), sequence, osc_notice(text.text, tmux && *tmux, sequence));
    term_out_flush(term_out_of(term));
}
