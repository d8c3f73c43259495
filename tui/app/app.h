/* app.h - the dashboard: opens session and terminal, runs until the person leaves. */
#ifndef WEIR_APP_APP_H
#define WEIR_APP_APP_H

#include <stdbool.h>
#include <stdio.h>

#include "screen/term.h"
#include "weir/weir.h"

struct app_options {
    weir_session_options session; /* borrowed texts must live as long as the run; no source: one is chosen on screen */
    bool by_start;                /* rows are ordered by record start from the beginning */
    /* as they were given, for the command line that is copied; NULL = not given */
    const char *region, *profile, *endpoint_url;
    const char *endpoint; /* host that is asked in place of AWS's own, NULL = none is known */
    const char *theme;    /* name or path, NULL = default */
    term_color color;
    bool ascii, mouse, local;
    int fps;                 /* frames a second while data streams in, 1..60 */
    bool stats;              /* one JSON object on standard error at the end */
    weir_network *network;   /* borrowed; names and explains the records; NULL = none */
    weir_trail *trail;       /* borrowed; who changed what; NULL = nobody knows */
    const char *on_incident; /* a command to be told of incidents, or NULL */
    bool bell, desktop;      /* … and the terminal: its bell, a desktop notice */
    const char *keys;        /* a file with keys to press (app/script.h), or NULL */
};

/* Runs the dashboard on the terminal. Returns the exit status (0, 1, 2, or 128 + signal); errors are
 * in *err. The terminal is left as it was in every case. */
int app_run(const struct app_options *options, weir_error *err);

/* The key table for documents: one line an action, "| keys | what |" rows under group headings
 * (Markdown), or the man page's form. Written to `out`. */
void app_keys_markdown(FILE *out);
void app_keys_man(FILE *out);

#endif
