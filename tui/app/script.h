/* script.h - keys from a file, so that pictures and tests can drive the real program. One step a line:
 *   keys j j Tab /          key names (screen/key.h) with spaces between
 *   type dstport = 22       text, as if typed
 *   wait                    until all history is read, the filter is applied and the screen is painted
 *   dump FILE               writes the screen as text
 * Empty lines and lines that begin with '#' are skipped. */
#ifndef WEIR_APP_SCRIPT_H
#define WEIR_APP_SCRIPT_H

#include "app/state.h"

struct script;

/* WEIR_E_IO or WEIR_E_SYNTAX ("FILE:LINE: …"). *out is yours. */
weir_status script_open(const char *path, struct script **out, weir_error *err);
void script_close(struct script *script);

/* Does steps until one has to wait; call when the screen is painted. `settled` says that nothing is pending.
 * Returns false when the script is through. */
bool script_run(struct script *script, struct app *app, bool settled);

#endif
