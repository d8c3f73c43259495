/* Addresses and networks. inet_pton and inet_ntop are the second opinion. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/addr.h"
#include "base/scope.h"

static void texts_parse_and_print_canonically(void **state)
{
    (void)state;
    static const struct {
        const char *in, *out;
    } rows[] = {
        {"0.0.0.0", "0.0.0.0"},
        {"10.0.0.1", "10.0.0.1"},
        {"255.255.255.255", "255.255.255.255"},
        {"::", "::"},
        {"::1", "::1"},
        {"1::", "1::"},
        {"2001:DB8::1", "2001:db8::1"},
        {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
        {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
        {"2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1"},
        {"1:0:0:2:0:0:0:3", "1:0:0:2::3"},
        {"::ffff:192.0.2.1", "::ffff:192.0.2.1"},
        {"64:ff9b::192.0.2.33", "64:ff9b::c000:221"},
        {"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"},
        {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
        {"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"},
        {"fe80::", "fe80::"},
    };
    for (size_t k = 0; k < ARRAY_SIZE(rows); k++) {
        weir_addr addr;
        char text[ADDR_TEXT_MAX];
        assert_true(addr_parse(rows[k].in, strlen(rows[k].in), &addr));
        assert_int_equal(addr_print(&addr, text), strlen(rows[k].out));
        assert_string_equal(text, rows[k].out);
    }
}

static void what_is_no_address_is_refused(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "",
        "1",
        "1.2.3",
        "1.2.3.4.5",
        "256.1.1.1",
        "01.2.3.4",
        "1.2.3.4 ",
        " 1.2.3.4",
        "1..2.3",
        "1.2.3.",
        ".1.2.3",
        "1.2.3.1234",
        "a.b.c.d",
        ":",
        ":::",
        "1::2::3",
        "1:2",
        ":1::2",
        "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7:8::",
        "12345::",
        "g::",
        "1:",
        "::1:",
        "1:2:3:4:5:6:7:1.2.3.4",
        "::1.2.3",
        "::1.2.3.04",
        "fe80::1%eth0",
        "-",
        "10.0.0.1/8",
        "::ffff:1.2.3.4:5",
    };
    for (size_t k = 0; k < ARRAY_SIZE(rows); k++) {
        weir_addr addr;
        if (addr_parse(rows[k], strlen(rows[k]), &addr))
            fail_msg("'%s' was taken for an address", rows[k]);
    }
}

/* Random texts of the alphabet of addresses: both readers agree on all, both printers on all but the
 * compatible form that RFC 4291 withdrew. */
static void random_texts_read_as_inet_pton_reads_them(void **state)
{
    (void)state;
    static const char alphabet[] = "0123456789abcdef::::....1";
    uint64_t seed = 88172645463325252u;
    unsigned valid = 0;
    for (int round = 0; round < 400000; round++) {
        char text[48], mine[ADDR_TEXT_MAX], theirs[ADDR_TEXT_MAX];
        size_t n = 0;
        seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
        if (round % 2) {
            for (size_t len = 1 + seed % 14; n < len; n++)
                text[n] = alphabet[(seed = seed * 6364136223846793005u + 1) >> 33 & 23];
        } else {
            for (unsigned k = 0, zero = seed % 8; k < 8; k++) {
                seed = seed * 6364136223846793005u + 1442695040888963407u;
                bool gap = k == zero && seed >> 60 & 1;
                n += (size_t)snprintf(text + n, sizeof text - n, "%s%x", k ? ":" : "",
                                      seed >> 40 & 3 ? (unsigned)(seed >> 44 & 0xffff) >> (seed >> 34 & 15) : 0u);
                if (gap)
                    n += (size_t)snprintf(text + n, sizeof text - n, ":"), k += 2;
            }
        }
        text[n] = '\0';
        weir_addr addr;
        uint8_t bytes[16] = {0};
        int family = strchr(text, ':') ? AF_INET6 : AF_INET;
        bool expected = inet_pton(family, text, bytes) == 1;
        if (addr_parse(text, n, &addr) != expected)
            fail_msg("'%s': expected %d", text, expected);
        if (!expected)
            continue;
        valid++;
        assert_memory_equal(addr.bytes, bytes, sizeof bytes);
        addr_print(&addr, mine);
        inet_ntop(family, bytes, theirs, sizeof theirs);
        if (family == AF_INET || !strchr(theirs, '.'))
            assert_string_equal(mine, theirs);
    }
    assert_true(valid > 10000);
}

static void networks_parse_with_short_forms(void **state)
{
    (void)state;
    static const struct {
        const char *in, *addr;
        int prefix;
    } rows[] = {
        {"10.0.0.0/8", "10.0.0.0", 8},         {"10/8", "10.0.0.0", 8},
        {"10.1/16", "10.1.0.0", 16},           {"10.1.2.3/16", "10.1.0.0", 16},
        {"0.0.0.0/0", "0.0.0.0", 0},           {"192.0.2.1", "192.0.2.1", 32},
        {"2001:db8::/32", "2001:db8::", 32},   {"::/0", "::", 0},
        {"2001:db8::1", "2001:db8::1", 128},   {"2001:db8:ffff::/33", "2001:db8:8000::", 33},
        {"10.255.255.255/9", "10.128.0.0", 9},
    };
    for (size_t k = 0; k < ARRAY_SIZE(rows); k++) {
        struct net net;
        char text[ADDR_TEXT_MAX];
        assert_true(net_parse(rows[k].in, strlen(rows[k].in), &net));
        addr_print(&net.addr, text);
        assert_string_equal(text, rows[k].addr);
        assert_int_equal(net.prefix, rows[k].prefix);
    }
    static const char *const wrong[] = {
        "",      "/8",          "10",           "10.0.0.0/",     "10.0.0.0/33", "::/129", "10.0.0.0/08",
        "10./8", "10.0.0.0/-1", "10.0.0.0/8/8", "10.0.0.0/1000", "300/8"};
    for (size_t k = 0; k < ARRAY_SIZE(wrong); k++) {
        struct net net;
        assert_false(net_parse(wrong[k], strlen(wrong[k]), &net));
    }
}

static bool contains(const char *net_text, const char *addr_text)
{
    struct net net;
    weir_addr addr;
    assert_true(net_parse(net_text, strlen(net_text), &net));
    assert_true(addr_parse(addr_text, strlen(addr_text), &addr));
    return net_contains(&net, &addr);
}

static void a_network_contains_its_own_family_only(void **state)
{
    (void)state;
    assert_true(contains("10.0.0.0/8", "10.255.0.1"));
    assert_false(contains("10.0.0.0/8", "11.0.0.0"));
    assert_true(contains("10.128.0.0/9", "10.200.0.1"));
    assert_false(contains("10.128.0.0/9", "10.127.255.255"));
    assert_true(contains("0.0.0.0/0", "203.0.113.9"));
    assert_false(contains("0.0.0.0/0", "::1"));
    assert_false(contains("::/0", "0.0.0.1"));
    assert_true(contains("2001:db8::/33", "2001:db8:7fff::1"));
    assert_false(contains("2001:db8::/33", "2001:db8:8000::"));
    assert_true(contains("192.0.2.7", "192.0.2.7"));
    assert_false(contains("2001:db8::1", "2001:db8::2"));
}

static void addresses_sort_by_family_and_bytes(void **state)
{
    (void)state;
    static const char *const sorted[] = {"0.0.0.1", "10.0.0.9", "10.0.1.0", "::", "::1", "2001:db8::"};
    for (size_t a = 0; a < ARRAY_SIZE(sorted); a++) {
        for (size_t b = 0; b < ARRAY_SIZE(sorted); b++) {
            weir_addr x, y;
            addr_parse(sorted[a], strlen(sorted[a]), &x);
            addr_parse(sorted[b], strlen(sorted[b]), &y);
            int order = addr_compare(&x, &y);
            assert_int_equal((order > 0) - (order < 0), (a > b) - (a < b));
        }
    }
}

static void cutting_clears_host_bits_of_the_family_at_hand(void **state)
{
    (void)state;
    weir_addr v4, v6;
    char text[ADDR_TEXT_MAX];
    addr_parse("10.1.2.3", 8, &v4);
    addr_parse("2001:db8::1", 11, &v6);
    addr_cut(&v4, 24, 64);
    addr_cut(&v6, 24, 64);
    addr_print(&v4, text);
    assert_string_equal(text, "10.1.2.0");
    addr_print(&v6, text);
    assert_string_equal(text, "2001:db8::");
    assert_int_equal(addr_v4(&v4), 0x0a010200);
    weir_addr again = addr_from_v4(0x0a010200);
    assert_int_equal(addr_compare(&again, &v4), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_parse_and_print_canonically),
        cmocka_unit_test(what_is_no_address_is_refused),
        cmocka_unit_test(random_texts_read_as_inet_pton_reads_them),
        cmocka_unit_test(networks_parse_with_short_forms),
        cmocka_unit_test(a_network_contains_its_own_family_only),
        cmocka_unit_test(addresses_sort_by_family_and_bytes),
        cmocka_unit_test(cutting_clears_host_bits_of_the_family_at_hand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
