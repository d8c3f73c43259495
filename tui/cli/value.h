/* value.h - how the value of an option is written, by its kind. */
#ifndef WEIR_CLI_VALUE_H
#define WEIR_CLI_VALUE_H

#include "cli/options.h"

/* Reads the value into the option's member. False: WEIR_E_USAGE with what was expected, or WEIR_E_NOMEM. */
bool value_take(struct cli_options *options, const struct option *option, const char *value, weir_error *err);

#endif
