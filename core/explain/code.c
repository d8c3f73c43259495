/* code.c - the table of codes. */
#include "explain/path.h"

static const struct {
    const char *name, *needs, *words;
} codes[CODE_COUNT] = {
    [CODE_NONE] = {"", "", ""},
#define X(id, name, needs, words) [id] = {name, needs, words},
#include "explain/code.def"
#undef X
};

const char *code_name(enum code code)
{
    return codes[code].name;
}

const char *code_words(enum code code)
{
    return codes[code].words;
}
