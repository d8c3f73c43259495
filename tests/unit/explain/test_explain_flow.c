/* test_explain_flow.c - flows that are in no log: which interface and direction they get, and what is said of them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "network_text.h"
#include "vpc/network.h"
#include "weir/explain.h"

enum { NOW = 1700000000 };

static struct inventory *inventory;

/* A network that holds one inventory; whatever is asked, it is the one that held. */
static const weir_network *const network = (const weir_network *)&inventory;

const struct inventory *network_inventory(const weir_network *given)
{
    assert_ptr_equal(given, network);
    return inventory;
}

const struct inventory *network_inventory_at(const weir_network *given, int64_t t, bool *exact)
{
    assert_ptr_equal(given, network);
    *exact = t == NOW;
    return inventory;
}

static int make(void **state)
{
    (void)state;
    inventory = network_of_file(WEIR_CASES "/../explain/cases/shop.json");
    return inventory ? 0 : -1;
}

static int drop(void **state)
{
    (void)state;
    inventory_free(inventory);
    return 0;
}

static weir_explanation *ask(const weir_network *of, const char *text)
{
    weir_explanation *told = NULL;
    weir_error err = {0};
    if (weir_explain_flow(of, text, NOW, &told, &err) != WEIR_OK)
        fail_msg("%s: %s", text, err.text);
    return told;
}

static void expect(const weir_network *of, const char *text, weir_cause cause, const char *direction)
{
    weir_explanation *told = ask(of, text);
    assert_int_equal(told->cause, cause);
    assert_string_equal(told->direction.text, direction);
    weir_explanation_free(told);
}

static void interfaces_are_found_by_address(void **state)
{
    (void)state;
    static const char by_address[] = "inbound, by the interface's addresses";
    static const char out_by_address[] = "outbound, by the interface's addresses";
    expect(network, "src=203.0.113.7 dst=10.0.1.10 dport=80", WEIR_CAUSE_SG_INGRESS, by_address);
    expect(network, "src=203.0.113.7 dst=10.0.1.10 dport=443", WEIR_CAUSE_UNKNOWN, by_address);
    expect(network, "src=2001:db8:f::7 dst=2001:db8:10:1::10 dport=22", WEIR_CAUSE_SG_INGRESS, by_address);
    expect(network, "src=10.0.1.10 dst=198.51.100.99 dport=443", WEIR_CAUSE_UNKNOWN, out_by_address);
    expect(network, "src=10.0.1.10 dst=10.0.2.20 dport=5432", WEIR_CAUSE_SG_INGRESS, by_address);
    expect(network, "src=10.0.1.10 dst=10.0.2.20 dport=5432 dir=out", WEIR_CAUSE_UNKNOWN,
           "outbound, by flow-direction");
    expect(network, "src=203.0.113.7 dst=203.0.113.8 dport=80", WEIR_CAUSE_UNDETERMINED, "unknown");
}

static void sentences_name_what_they_mean(void **state)
{
    (void)state;
    weir_explanation *told = ask(network, "src=203.0.113.7 dst=10.0.1.10 dport=80");
    assert_string_equal(told->title.text,
                        "No inbound rule of security group shop-web (sg-0c3) admits tcp/80 from 203.0.113.7");
    assert_string_equal(told->flow.text, "203.0.113.7 -> 10.0.1.10:80 tcp SYN, inbound at web-1 (eni-0e1)");
    assert_int_equal(told->confidence, 90);
    assert_string_equal(told->confidence_word.text, "high");
    weir_explanation_free(told);
    told = ask(network, "src=203.0.113.7 dst=10.0.1.10 dport=80 start=1600000000");
    assert_int_equal(told->confidence, 70); /* whether the rules held then is not known */
    weir_explanation_free(told);
}

static void no_network_is_said(void **state)
{
    (void)state;
    expect(NULL, "src=203.0.113.7 dst=10.0.1.10 dport=80", WEIR_CAUSE_UNDETERMINED, "unknown");
    expect(NULL, "src=203.0.113.7 dst=10.0.1.10 dport=80 reason=BPA dir=in", WEIR_CAUSE_BPA,
           "inbound, by flow-direction");
    weir_explanation *told = ask(NULL, "src=203.0.113.7 dst=10.0.1.10 dport=80 dir=in");
    assert_true(told->n_missing > 0);
    assert_non_null(strstr(told->missing[0].text, "--network"));
    weir_explanation_free(told);
}

static void errors_have_columns(void **state)
{
    (void)state;
    weir_explanation *told = NULL;
    weir_error err = {0};
    assert_int_equal(weir_explain_flow(network, "src=203.0.113.7 dst=x dport=80", NOW, &told, &err), WEIR_E_SYNTAX);
    assert_int_equal(err.column, 21);
    assert_null(told);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(interfaces_are_found_by_address),
        cmocka_unit_test(sentences_name_what_they_mean),
        cmocka_unit_test(no_network_is_said),
        cmocka_unit_test(errors_have_columns),
    };
    return cmocka_run_group_tests(tests, make, drop);
}
