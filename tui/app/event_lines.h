/* event_lines.h - lines of an event or a service that is open, put into the list over the panes. */
#ifndef WEIR_APP_EVENT_LINES_H
#define WEIR_APP_EVENT_LINES_H

#include "app/state.h"

int event_width(const struct app *app); /* bytes that a line has room for */
void event_wrapped(struct app *app, const char *label, const char *text, bool title); /* broken at blanks */
void event_blank(struct app *app);
void event_title(struct app *app, const char *text);
void event_field(struct app *app, const char *name, const char *text); /* "   who       …"; "" is left out */

/* Accepted and rejected new connections of a service as two sparklines, with its flips and the changes behind them.
 * `since`: what should be in sight, Unix seconds. */
void event_history(struct app *app, const weir_service *service, int64_t since);

#endif
