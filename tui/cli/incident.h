/* incident.h - an incident as text: Markdown for a ticket, JSON for programs. Both end in "\n". */
#ifndef WEIR_CLI_INCIDENT_H
#define WEIR_CLI_INCIDENT_H

#include <stdio.h>

#include "weir/weir.h"

struct incident_frame {
    const char *sources; /* as they would be typed, for the commands that show it again */
    bool raw;            /* with CloudTrail's events as they are */
};

void incident_markdown(FILE *out, const weir_incident *incident, const struct incident_frame *frame);
/* One JSON object without a line end. `event`: value of its member "event", NULL = none. */
void incident_json(FILE *out, const weir_incident *incident, const struct incident_frame *frame, const char *event);
void incident_json_text(FILE *out, weir_safe text);

/* "2026-07-24T15:08:54Z" in buffer[32]. */
const char *incident_time(int64_t seconds, char *buffer);

#endif
