/* fz_flow.c - what a person writes about a flow, read, decided without a network, and put into words and JSON. Held: an
 * error has a column inside the text or just behind it, a flow that is read has one cause, and texts are there. */
#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "explain/decide.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void check(bool held, const char *what)
{
    if (!held) {
        fprintf(stderr, "does not hold: %s\n", what);
        abort();
    }
}

static void explain(const struct flow_record *record)
{
    struct flow flow;
    struct decision decision;
    weir_explanation *told = NULL;
    weir_error err = {0};
    flow_of(record, NULL, NULL, NULL, &flow);
    decide(&flow, NULL, NULL, &decision);
    check((decision.cause == WEIR_CAUSE_NONE) == (record->verdict != WEIR_VERDICT_REJECT), "a REJECT has a cause");
    check(explanation_make(&flow, NULL, NULL, &decision, &told, &err) == WEIR_OK, "it can be put into words");
    char *text = weir_explanation_json(told);
    check(text && !strchr(text, '\n'), "it is one line");
    json_t *again = json_loads(text, 0, NULL);
    check(again != NULL, "it is JSON");
    json_decref(again);
    free(text);
    weir_explanation_free(told);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct flow_record record;
    weir_error err = {0};
    if (len > 4096)
        return 0;
    char *text = malloc(len + 1);
    if (!text)
        return 0;
    memcpy(text, bytes, len);
    text[len] = '\0';
    weir_status status = flow_record_parse(text, 1700000000, &record, &err);
    if (status == WEIR_OK)
        explain(&record);
    else
        check(status == WEIR_E_SYNTAX && err.text[0] && err.column >= 1 && err.column <= strlen(text) + 1,
              "an error points into the text");
    free(text);
    return 0;
}
