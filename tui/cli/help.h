/* help.h - documents made from the tables: help, man page, completions. All of it is our own text. */
#ifndef WEIR_CLI_HELP_H
#define WEIR_CLI_HELP_H

#include <stdio.h>

#include "cli/options.h"

/* Of one command; COMMAND_SCREEN: of weir as a whole. */
void help_write(FILE *to, command topic);

/* The manual page as roff for man(7); `keys` writes the key table in the same form, NULL = no keys. */
void man_write(FILE *to, void (*keys)(FILE *to));

void completion_write(FILE *to, shell_kind shell);

#endif
