/* call_words.h - what a call waits for, in words for the screen. Pure. */
#ifndef WEIR_AWS_CALL_WORDS_H
#define WEIR_AWS_CALL_WORDS_H

#include "aws/call.h"

enum call_step { STEP_CREDENTIALS, STEP_TURN, STEP_SEND, STEP_ANSWER, STEP_PAUSE, STEP_DONE };

struct call_wait {
    enum call_step step;
    const char *host, *profile;
    const char *error;       /* of the attempt before, "" = none */
    enum aws_fault kind;     /* of that */
    int status;              /* of that */
    int64_t sent_ms, due_ms; /* monotonic */
    unsigned attempts, retries;
    bool took_head, is_stream;
    uint64_t received; /* bytes of the answer */
};

/* Safe text into out[size]; "" while there is nothing to say. */
void call_words(const struct call_wait *wait, int64_t now_ms, char *out, size_t size);

#endif
