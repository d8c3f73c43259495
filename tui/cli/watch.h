/* watch.h - weir report and weir watch: flips and their causes without a screen. */
#ifndef WEIR_CLI_WATCH_H
#define WEIR_CLI_WATCH_H

#include "cli/run.h"

void watch_done(struct run *run);

#endif
