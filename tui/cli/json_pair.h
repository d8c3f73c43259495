/* json_pair.h - pieces of a JSON object that is written in order: `name` is all up to the value, as in ",\"id\":". */
#ifndef WEIR_CLI_JSON_PAIR_H
#define WEIR_CLI_JSON_PAIR_H

#include "cli/run.h"

static inline void put_pair(struct run *run, const char *name, weir_safe text)
{
    out_text(&run->out, (weir_safe){name});
    emit_json_text(&run->out, text);
}

static inline void put_number(struct run *run, const char *name, uint64_t number)
{
    out_text(&run->out, (weir_safe){name});
    out_number(&run->out, number);
}

static inline void put_time(struct run *run, const char *name, int64_t seconds)
{
    out_text(&run->out, (weir_safe){name});
    if (seconds)
        out_number(&run->out, (uint64_t)seconds);
    else
        out_text(&run->out, WEIR_SAFE("null"));
}

#endif
