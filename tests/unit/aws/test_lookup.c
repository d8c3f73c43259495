/* LookupEvents without a network: an aws_ask() of the test's own notes what is asked and answers what it is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "aws/lookup.h"
#include "base/buf.h"
#include "base/scope.h"

/* ---- the other side ---- */

static const char *answer; /* NULL = denied */
static char seen_body[4096];
static struct aws_request seen;
static int asked;

weir_status aws_ask(struct aws_client *client, struct http *http, const struct aws_request *request, int cancel,
                    struct buf *body, enum aws_fault *fault, weir_error *err)
{
    (void)client, (void)http;
    assert_int_equal(cancel, 77);
    assert_true(request->body_len < sizeof seen_body);
    memcpy(seen_body, request->body, request->body_len);
    seen_body[request->body_len] = '\0';
    seen = *request;
    asked++;
    if (fault)
        *fault = answer ? AWS_FINE : AWS_DENIED;
    if (!answer)
        return weir_fail(err, WEIR_E_DENIED, 0, "cloudtrail:LookupEvents is not allowed");
    buf_init(body, 1 << 20);
    return buf_append(body, answer, strlen(answer));
}

/* ---- asking ---- */

struct page {
    weir_status status;
    char *body, *next;
    size_t len;
    enum aws_fault fault;
    weir_error err;
};

static const struct lookup_question question = {"ResourceName", "sg-0a1", 1788220800, 1788220801};

static struct page ask(const struct lookup_question *about, const char *token, const char *told)
{
    struct page page = {0};
    answer = told;
    page.status =
        lookup_events(NULL, NULL, about, token, 77, &page.body, &page.len, &page.next, &page.fault, &page.err);
    return page;
}

static void done(struct page *page)
{
    free(page->body);
    free(page->next);
}

static void one_attribute_is_asked_in_a_stretch_of_time(void **state)
{
    (void)state;
    static const char told[] = "{\"Events\":[]}";
    struct page page = ask(&question, NULL, told);
    assert_int_equal(page.status, WEIR_OK);
    assert_int_equal(page.fault, AWS_FINE);
    assert_int_equal(seen.service, AWS_CLOUDTRAIL);
    assert_string_equal(seen.operation, "LookupEvents");
    assert_null(seen.subject);
    assert_string_equal(seen_body, "{\"LookupAttributes\":[{\"AttributeKey\":\"ResourceName\",\"AttributeValue\":"
                                   "\"sg-0a1\"}],\"StartTime\":1788220800,\"EndTime\":1788220801,\"MaxResults\":50}");
    assert_int_equal(page.len, sizeof told - 1);
    assert_memory_equal(page.body, told, page.len);
    assert_null(page.next);
    done(&page);
}

static void the_next_page_has_the_same_question_and_a_token(void **state)
{
    (void)state;
    struct page page = ask(&question, NULL, "{\"Events\":[{\"EventId\":\"a\"}],\"NextToken\":\"t\\/+=\"}");
    assert_int_equal(page.status, WEIR_OK);
    assert_string_equal(page.next, "t/+=");
    struct page second = ask(&question, page.next, "{\"Events\":[{\"EventId\":\"b\"}],\"NextToken\":\"\"}");
    assert_non_null(strstr(seen_body, "\"AttributeValue\":\"sg-0a1\"}],\"StartTime\":1788220800,"));
    assert_non_null(strstr(seen_body, "\"NextToken\":\"t/+=\""));
    assert_int_equal(second.status, WEIR_OK);
    assert_null(second.next);
    done(&page);
    done(&second);
}

static void what_is_no_page_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *token, *told;
        weir_status status;
    } rows[] = {
        {NULL, "", WEIR_E_DATA},
        {NULL, "[]", WEIR_E_DATA},
        {NULL, "{\"Events\":[", WEIR_E_DATA},
        {NULL, "{\"Events\":{}}", WEIR_E_DATA},
        {NULL, "{\"Events\":\"none\"}", WEIR_E_DATA},
        {"t", "{\"Events\":[],\"NextToken\":\"t\"}", WEIR_E_DATA},
        {"t", "{\"Events\":[],\"NextToken\":\"u\"}", WEIR_OK},
        {NULL, "{}", WEIR_OK},
        {NULL, "{\"Events\":[],\"NextToken\":null}", WEIR_OK},
        {NULL, "{\"Events\":[],\"New\":{}}", WEIR_OK},
    };
    for (size_t k = 0; k < ARRAY_SIZE(rows); k++) {
        struct page page = ask(&question, rows[k].token, rows[k].told);
        assert_int_equal(page.status, rows[k].status);
        assert_int_equal(page.err.status, rows[k].status);
        if (page.status != WEIR_OK)
            assert_true(!page.body && !page.next);
        done(&page);
    }
}

static void denied_and_unspeakable(void **state)
{
    (void)state;
    struct page page = ask(&question, NULL, NULL);
    assert_int_equal(page.status, WEIR_E_DENIED);
    assert_int_equal(page.fault, AWS_DENIED);
    assert_true(!page.body && !page.next);
    asked = 0;
    page = ask(&(struct lookup_question){"ResourceName", "sg-\xff", 1, 2}, NULL, "{}");
    assert_int_equal(page.status, WEIR_E_USAGE);
    page = ask(&question, "\xff", "{}");
    assert_int_equal(page.status, WEIR_E_USAGE);
    assert_int_equal(asked, 0);
    answer = NULL;
    char *body, *next;
    size_t len;
    assert_int_equal(lookup_events(NULL, NULL, &question, NULL, 77, &body, &len, &next, NULL, NULL), WEIR_E_DENIED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_attribute_is_asked_in_a_stretch_of_time),
        cmocka_unit_test(the_next_page_has_the_same_question_and_a_token),
        cmocka_unit_test(what_is_no_page_is_refused),
        cmocka_unit_test(denied_and_unspeakable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
