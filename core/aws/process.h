/* process.h - starts a program and reads what it prints; never through a shell. */
#ifndef WEIR_AWS_PROCESS_H
#define WEIR_AWS_PROCESS_H

#include "base/buf.h"
#include "weir/status.h"

enum { PROCESS_OUTPUT_MAX = 64 * 1024, PROCESS_MS = 30000 };

struct process_result {
    int exit_status;     /* 128 + signal */
    struct buf output;   /* standard output; the caller's (buf_done after explicit wiping) */
    char complaint[300]; /* the last line of standard error, safe text */
};

/* Runs argv (looked up in PATH of `environment`) with standard input from /dev/null, in a process group of its own that
 * is killed at the time limit, at PROCESS_OUTPUT_MAX bytes, or when `cancel` becomes readable. No descriptor of ours is
 * inherited. WEIR_E_IO: could not be started, or ran too long; WEIR_E_LIMIT; WEIR_E_CANCELED. */
weir_status process_run(const char *const *argv, char *const *environment, int timeout_ms, int cancel,
                        struct process_result *out, weir_error *err);

/* Splits a command as a POSIX shell splits words (quotes and backslashes; nothing is expanded) into an argv of one
 * block that is the caller's (free). WEIR_E_SYNTAX: an open quote, or no word. */
weir_status process_split(const char *command, char ***argv, weir_error *err);

#endif
