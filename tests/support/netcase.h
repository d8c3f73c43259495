/* netcase.h - networks for tests: JSON with ' in the place of ", captures and inventories that must come about. */
#ifndef WEIR_SUPPORT_NETCASE_H
#define WEIR_SUPPORT_NETCASE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vpc/capture.h"

/* A copy with real quotes; free() it. */
static inline char *net_quote(const char *text)
{
    char *copy = strdup(text);
    assert_non_null(copy);
    for (char *at = copy; *at; at++)
        if (*at == '\'')
            *at = '"';
    return copy;
}

static inline weir_status net_try_json(struct capture *capture, enum part part, const char *of, const char *text,
                                       weir_error *err)
{
    char *json = net_quote(text);
    *err = (weir_error){0};
    weir_status status = capture_add_json(capture, part, of, json, strlen(json), err);
    free(json);
    return status;
}

static inline void net_json(struct capture *capture, enum part part, const char *of, const char *text)
{
    weir_error err;
    assert_int_equal(net_try_json(capture, part, of, text, &err), WEIR_OK);
}

/* XML is given as the children of the root. Returns the token, which is yours, or NULL. */
static inline char *net_xml(struct capture *capture, enum part part, const char *of, const char *operation,
                            const char *children)
{
    char text[8192], *token = NULL;
    weir_error err = {0};
    int len =
        snprintf(text, sizeof text, "<%sResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">%s</%sResponse>",
                 operation, children, operation);
    assert_true(len > 0 && (size_t)len < sizeof text);
    assert_int_equal(capture_add_xml(capture, part, of, text, (size_t)len, &token, &err), WEIR_OK);
    return token;
}

static inline struct inventory *net_build(const struct capture *capture)
{
    struct inventory *inventory = NULL;
    weir_error err = {0};
    assert_int_equal(inventory_build(capture, &inventory, &err), WEIR_OK);
    assert_non_null(inventory);
    return inventory;
}

/* The snapshot as a string; free() it. */
static inline char *net_snapshot(const struct capture *capture)
{
    struct buf out;
    weir_error err = {0};
    buf_init(&out, 64u << 20);
    assert_int_equal(capture_write(capture, &out, &err), WEIR_OK);
    assert_int_equal(buf_append(&out, "", 1), WEIR_OK);
    return out.bytes;
}

static inline weir_addr net_addr(const char *text)
{
    weir_addr out = {0};
    assert_true(addr_parse(text, strlen(text), &out));
    return out;
}

static inline bool net_is(const struct net *net, const char *text)
{
    struct net other = {0};
    assert_true(net_parse(text, strlen(text), &other));
    return net->prefix == other.prefix && addr_compare(&net->addr, &other.addr) == 0;
}

static inline bool net_warns(const struct inventory *inventory, const char *words)
{
    weir_safe text;
    for (size_t k = 0; inventory_warning(inventory, k, &text); k++)
        if (strstr(text.text, words))
            return true;
    return false;
}

#endif
