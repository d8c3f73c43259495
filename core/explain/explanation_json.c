/* explanation_json.c - an explanation as one line of JSON (weir/explain.h): the names of its keys are a contract. */
#include <jansson.h>
#include <string.h>

#include "explain/explanation.h"

static const char *const verdicts[] = {
    [WEIR_HOP_PASS] = "pass",   [WEIR_HOP_BLOCK] = "block", [WEIR_HOP_UNKNOWN] = "unknown",
    [WEIR_HOP_STATE] = "state", [WEIR_HOP_NONE] = "none",
};

static const char *const directions[] = {
    [DIRECTION_UNKNOWN] = "unknown",
    [DIRECTION_IN] = "inbound",
    [DIRECTION_OUT] = "outbound",
};

static const char *const sources[] = {
    [DIRECTION_BY_NOTHING] = "none",
    [DIRECTION_BY_PEERS] = "peers",
    [DIRECTION_BY_ADDRESS] = "addresses",
    [DIRECTION_BY_FIELD] = "flow-direction",
};

/* jansson takes a NULL value as a failure; *ok keeps the first. */
static void put(json_t *object, const char *key, json_t *value, bool *ok)
{
    if (json_object_set_new(object, key, value) != 0)
        *ok = false;
}

static void put_text(json_t *object, const char *key, weir_safe text, bool *ok)
{
    put(object, key, json_string(text.text), ok);
}

static void append(json_t *array, json_t *value, bool *ok)
{
    if (json_array_append_new(array, value) != 0)
        *ok = false;
}

static json_t *texts(const weir_safe *text, size_t n, bool *ok)
{
    json_t *array = json_array();
    for (size_t k = 0; k < n; k++)
        append(array, json_string(text[k].text), ok);
    return array;
}

static json_t *acted(const weir_explanation *told, bool *ok)
{
    if (!told->acted_on.component.text[0])
        return json_null();
    json_t *object = json_object();
    put_text(object, "component", told->acted_on.component, ok);
    put_text(object, "id", told->acted_on.id, ok);
    put_text(object, "name", told->acted_on.name, ok);
    put_text(object, "rule", told->acted_on.rule, ok);
    return object;
}

static json_t *hop_object(const weir_hop *hop, bool *ok)
{
    json_t *object = json_object();
    put_text(object, "component", hop->component, ok);
    put_text(object, "id", hop->id, ok);
    put_text(object, "name", hop->name, ok);
    put(object, "verdict", json_string(verdicts[hop->verdict]), ok);
    put_text(object, "rule", hop->rule, ok);
    put_text(object, "note", hop->note, ok);
    put(object, "reply", json_boolean(hop->reply), ok);
    put(object, "acted", json_boolean(hop->acted), ok);
    put_text(object, "code", hop->code, ok);
    return object;
}

static json_t *hops(const weir_explanation *told, bool *ok)
{
    json_t *array = json_array();
    for (size_t k = 0; k < told->n_hops; k++)
        append(array, hop_object(&told->hops[k], ok), ok);
    return array;
}

static json_t *near_misses(const weir_explanation *told, bool *ok)
{
    json_t *array = json_array();
    for (size_t k = 0; k < told->n_near_misses; k++) {
        json_t *object = json_object();
        put_text(object, "rule", told->near_misses[k].rule, ok);
        put_text(object, "why", told->near_misses[k].why, ok);
        append(array, object, ok);
    }
    return array;
}

static json_t *fix(const weir_explanation *told, bool *ok)
{
    const weir_safe commands[] = {told->fix.command, told->fix.second_command, told->fix.third_command};
    json_t *object = json_object(), *array = json_array();
    for (size_t k = 0; k < sizeof commands / sizeof *commands; k++)
        if (commands[k].text[0])
            append(array, json_string(commands[k].text), ok);
    put_text(object, "words", told->fix.words, ok);
    put(object, "commands", array, ok);
    put_text(object, "risk", told->fix.risk, ok);
    return object;
}

static json_t *evidence(const weir_explanation *told, bool *ok)
{
    json_t *array = json_array();
    for (size_t k = 0; k < told->n_evidence; k++) {
        json_t *object = json_object();
        bool has_row = told->evidence[k].row != UINT64_MAX;
        put_text(object, "text", told->evidence[k].text, ok);
        put(object, "row", has_row ? json_integer((json_int_t)told->evidence[k].row) : json_null(), ok);
        append(array, object, ok);
    }
    return array;
}

static json_t *confidence(const weir_explanation *told, bool *ok)
{
    json_t *object = json_object();
    put_text(object, "word", told->confidence_word, ok);
    put(object, "number", json_integer(told->confidence), ok);
    return object;
}

static json_t *direction(const struct explanation *made, bool *ok)
{
    json_t *object = json_object();
    put(object, "value", json_string(directions[made->direction]), ok);
    put(object, "source", json_string(sources[made->direction_by]), ok);
    return object;
}

char *weir_explanation_json(const weir_explanation *explanation)
{
    const struct explanation *made = (const struct explanation *)explanation;
    const weir_explanation *told = explanation;
    bool ok = true, is_cause = told->cause != WEIR_CAUSE_NONE;
    json_t *object = json_object();
    put(object, "cause_id", is_cause ? json_string(weir_cause_get(told->cause)->row) : json_null(), &ok);
    put(object, "cause", is_cause ? json_string(weir_cause_get(told->cause)->name) : json_null(), &ok);
    put_text(object, "title", told->title, &ok);
    put(object, "confidence", confidence(told, &ok), &ok);
    put_text(object, "flow", told->flow, &ok);
    put_text(object, "phase", told->phase, &ok);
    put(object, "direction", direction(made, &ok), &ok);
    put_text(object, "reject_reason", told->reject_reason, &ok);
    put(object, "acted_on", acted(told, &ok), &ok);
    put(object, "also_blocking", texts(told->also_blocking, told->n_also_blocking, &ok), &ok);
    put(object, "near_miss", near_misses(told, &ok), &ok);
    put(object, "fix", fix(told, &ok), &ok);
    put(object, "change", json_null(), &ok);
    put(object, "assumptions", texts(told->assumptions, told->n_assumptions, &ok), &ok);
    put(object, "missing", texts(told->missing, told->n_missing, &ok), &ok);
    put(object, "next_steps", texts(told->next_steps, told->n_next_steps, &ok), &ok);
    put(object, "evidence", evidence(told, &ok), &ok);
    put(object, "hops", hops(told, &ok), &ok);
    char *text = ok ? json_dumps(object, JSON_COMPACT) : NULL;
    json_decref(object);
    return text;
}
