/* What a verdict costs on an inventory of 5,000 interfaces and 2,000 groups: the decision alone, as the ring is
 * classified with it, and the decision in words. Fails above 50 us a decision. */
#include <time.h>

#include "../support/large_network.h"
#include "../support/network_text.h"
#include "explain/decide.h"

enum { FLOWS = 4096, ROUNDS = 50, NOW = 1700000000, LIMIT_NS = 50000 };

static double now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static bool make_flows(struct flow_record *records)
{
    for (int k = 0; k < FLOWS; k++) {
        char text[256];
        int at = k * 7 % LARGE_INTERFACES;
        weir_error err = {0};
        snprintf(text, sizeof text, "eni=eni-%05d src=%s.%d dst=10.0.%d.%d sport=%d dport=%d flags=%d dir=in", at,
                 k % 3 ? "203.0.113" : "10.0.9", 1 + k % 200, at / 200, 10 + at % 200, 30000 + k, 8000 + k % 16,
                 k % 4 == 3 ? 0 : 2);
        if (flow_record_parse(text, NOW, &records[k], &err) != WEIR_OK) {
            printf("%s: %s\n", text, err.text);
            return false;
        }
    }
    return true;
}

int main(void)
{
    static struct flow_record records[FLOWS];
    static size_t causes[WEIR_CAUSE_COUNT];
    json_t *document = large_network();
    struct inventory *inventory = document ? network_of_json(document) : NULL;
    json_decref(document);
    struct rules_at rules = {.at = inventory, .now = inventory, .exact = true};
    struct prior prior = {.searched = true, .log_is_all = true};
    if (!inventory || !make_flows(records))
        return EXIT_FAILURE;
    double begin = now_ns();
    for (int round = 0; round < ROUNDS; round++) {
        for (int k = 0; k < FLOWS; k++) {
            struct flow flow;
            struct decision decision;
            flow_of(&records[k], inventory, &prior, NULL, &flow);
            decide(&flow, &prior, &rules, &decision);
            causes[decision.cause]++;
        }
    }
    double decided = (now_ns() - begin) / (ROUNDS * FLOWS);
    begin = now_ns();
    for (int k = 0; k < FLOWS; k++) {
        struct flow flow;
        struct decision decision;
        weir_explanation *told = NULL;
        flow_of(&records[k], inventory, &prior, NULL, &flow);
        decide(&flow, &prior, &rules, &decision);
        if (explanation_make(&flow, &prior, &rules, &decision, &told, NULL) != WEIR_OK)
            return EXIT_FAILURE;
        weir_explanation_free(told);
    }
    double told = (now_ns() - begin) / FLOWS;
    for (int cause = 0; cause < WEIR_CAUSE_COUNT; cause++)
        if (causes[cause])
            printf("%-16s %zu\n", weir_cause_get((weir_cause)cause)->name, causes[cause] / ROUNDS);
    printf("decision         %8.0f ns\nin words         %8.0f ns\n", decided, told);
    inventory_free(inventory);
    return decided < LIMIT_NS ? EXIT_SUCCESS : EXIT_FAILURE;
}
