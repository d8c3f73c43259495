/* names.h - host names by reverse DNS, for the record under the cursor. Off until asked for, because each
 * look-up tells the resolver what is being investigated. Look-ups run on a thread of their own. */
#ifndef WEIR_APP_NAMES_H
#define WEIR_APP_NAMES_H

#include "app/state.h"

/* Puts the names that are known into the look and asks for those that are not. Never waits. */
void names_of_cursor(struct app *app);

/* Ends the thread's work; a look-up under way is left to itself. */
void names_close(void);

#endif
