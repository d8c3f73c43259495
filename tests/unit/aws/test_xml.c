/* XML: answers as AWS gives them, and what must be refused fast: bombs, huge tokens, nesting, cut texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "aws/xml.h"
#include "base/clock.h"
#include "base/limits.h"
#include "casefile.h"

static struct xml *parse_case(const char *name)
{
    char path[4096];
    size_t len;
    struct xml *xml = NULL;
    weir_error err = {0};
    snprintf(path, sizeof path, "%s/xml/%s", WEIR_CASES, name);
    char *bytes = case_read(path, &len);
    assert_int_equal(xml_parse(bytes, len, &xml, &err), WEIR_OK);
    free(bytes);
    return xml;
}

static weir_status status_of(const char *bytes, size_t len, weir_error *err)
{
    struct xml *xml = NULL;
    *err = (weir_error){0};
    weir_status status = xml_parse(bytes, len, &xml, err);
    assert_int_equal(status != WEIR_OK, xml == NULL);
    assert_int_equal(status != WEIR_OK, *err->text != '\0');
    xml_free(xml);
    return status;
}

static size_t count(const struct xml_node *node)
{
    size_t n = 0;
    for (const struct xml_node *at = node ? node->first : NULL; at; at = at->next)
        n++;
    return n;
}

static void answers_become_trees(void **state)
{
    (void)state;
    struct xml *xml = parse_case("DescribeSecurityGroups.xml");
    const struct xml_node *root = xml_root(xml), *group = xml_find(root, "securityGroupInfo/item");
    assert_string_equal(root->name, "DescribeSecurityGroupsResponse");
    assert_string_equal(root->text, "");
    assert_string_equal(xml_text(group, "groupId"), "sg-0a1b2c3d4e5f60718");
    assert_string_equal(xml_text(group, "ipPermissions/item/ipRanges/item/description"), "https & all");
    assert_int_equal(xml_find(group, "groupDescription")->text_len, strlen("web tier"));
    assert_int_equal(count(xml_find(group, "ipPermissions")), 3);
    assert_int_equal(count(xml_find(group, "ipPermissionsEgress")), 1);
    assert_string_equal(xml_text(group, "tagSet/item/value"), "web");
    assert_string_equal(xml_text(group, "ipPermissions/item/groups"), "");
    assert_null(xml_child(group, "group"));
    assert_null(xml_child(group, "groupIdd"));
    assert_null(xml_find(group, "tagSet/item/value/deeper"));
    assert_null(xml_child(NULL, "a"));
    assert_string_equal(xml_text(NULL, "a/b"), "");
    xml_free(xml);
}

static void every_fixture_is_read(void **state)
{
    (void)state;
    static const char *const rows[][3] = {
        {"DescribeNetworkAcls.xml", "networkAclSet/item/entrySet/item/ruleNumber", "100"},
        {"DescribeRouteTables.xml", "routeTableSet/item/associationSet/item/main", "true"},
        {"Error_ec2.xml", "Errors/Error/Code", "UnauthorizedOperation"},
        {"Error_query.xml", "Error/Code", "ExpiredToken"},
        {"Error_s3.xml", "Code", "PermanentRedirect"},
        {"ListObjectsV2.xml", "Contents/ETag", "\"fba9dede5f27731c9771645a39863328\""},
    };
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        struct xml *xml = parse_case(rows[k][0]);
        assert_string_equal(xml_text(xml_root(xml), rows[k][1]), rows[k][2]);
        xml_free(xml);
    }
}

static void a_text_in_pieces_is_one(void **state)
{
    (void)state;
    static const char text[] =
        "<n:a xmlns:n='u'> x\n<b k='v'>1&lt;2<![CDATA[<&]]>&#233;\r\n<!-- c -->3</b>y<n:c/>z</n:a>";
    struct xml *xml = NULL;
    weir_error err = {0};
    assert_int_equal(xml_parse(text, sizeof text - 1, &xml, &err), WEIR_OK);
    assert_string_equal(xml_root(xml)->name, "a");
    assert_string_equal(xml_root(xml)->text, "");
    assert_string_equal(xml_text(xml_root(xml), "b"), "1<2<&\xc3\xa9\n3");
    assert_string_equal(xml_text(xml_root(xml), "c"), "");
    xml_free(xml);
}

static void broken_texts_are_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        " ",
        "x",
        "<a>",
        "<a></b>",
        "<a/><b/>",
        "<a>&undefined;</a>",
        "<a>\xff</a>",
        "<a>\x01</a>",
        "<a k='1' k='2'/>",
        "<?xml version='1.0' encoding='nonsense'?",
        "{\"message\":\"json\"}",
    };
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
        weir_error err;
        assert_int_equal(status_of(texts[k], strlen(texts[k]), &err), WEIR_E_DATA);
    }
    weir_error err;
    assert_int_equal(status_of(NULL, 0, &err), WEIR_E_DATA);
    assert_int_equal(status_of("<a>\0</a>", 8, &err), WEIR_E_DATA);
}

static void cut_answers_are_refused(void **state)
{
    (void)state;
    size_t len;
    char *bytes = case_read(WEIR_CASES "/xml/ListObjectsV2.xml", &len);
    while (len && bytes[len - 1] == '\n')
        len--;
    for (size_t cut = 0; cut < len; cut++) {
        weir_error err;
        char *part = malloc(cut ? cut : 1);
        assert_non_null(part);
        memcpy(part, bytes, cut);
        assert_int_equal(status_of(part, cut, &err), WEIR_E_DATA);
        free(part);
    }
    free(bytes);
}

static void document_types_are_refused(void **state)
{
    (void)state;
    static const char laughs[] =
        "<?xml version='1.0'?><!DOCTYPE l [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'>"
        "<!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;'><!ENTITY d '&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;'>"
        "<!ENTITY e '&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;'><!ENTITY f '&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;'>]><l>&f;</l>";
    static const char outside[] = "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/hostname'>]><a>&x;</a>";
    static const char plain[] = "<!DOCTYPE a><a/>";
    weir_error err;
    assert_int_equal(status_of(laughs, sizeof laughs - 1, &err), WEIR_E_DATA);
    assert_non_null(strstr(err.text, "document type"));
    assert_int_equal(status_of(outside, sizeof outside - 1, &err), WEIR_E_DATA);
    assert_non_null(strstr(err.text, "document type"));
    assert_int_equal(status_of(plain, sizeof plain - 1, &err), WEIR_E_DATA);
    assert_non_null(strstr(err.text, "document type"));
}

/* begin, then unit again and again, then end, `len` bytes in all. */
static char *fill(size_t len, const char *begin, const char *unit, const char *end)
{
    char *bytes = malloc(len);
    assert_non_null(bytes);
    size_t at = strlen(begin), step = strlen(unit), last = strlen(end);
    memcpy(bytes, begin, at);
    for (; at + step + last <= len; at += step)
        memcpy(bytes + at, unit, step);
    memset(bytes + at, ' ', len - last - at);
    memcpy(bytes + len - last, end, last);
    return bytes;
}

static void huge_tokens_are_fast(void **state)
{
    (void)state;
    static const char *const rows[][3] = {
        {"<a k='", "x", "'/>"}, {"<a>", "x", "</a>"}, {"<a><!--", "x", "--></a>"}, {"<a><![CDATA[", "x", "]]></a>"},
        {"<a ", "x", "/>"},     {"<", "x", "/>"},     {"<a>", "&lt;", "</a>"},
    };
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        weir_error err;
        char *bytes = fill(ANSWER_MAX_BYTES, rows[k][0], rows[k][1], rows[k][2]);
        int64_t from = clock_mono_ms();
        status_of(bytes, ANSWER_MAX_BYTES, &err);
        assert_true(clock_mono_ms() - from < 5000);
        free(bytes);
    }
}

static void a_long_text_comes_whole(void **state)
{
    (void)state;
    struct xml *xml = NULL;
    weir_error err = {0};
    char *bytes = fill(ANSWER_MAX_BYTES, "<a>", "x", "</a>");
    assert_int_equal(xml_parse(bytes, ANSWER_MAX_BYTES, &xml, &err), WEIR_OK);
    assert_int_equal(xml_root(xml)->text_len, ANSWER_MAX_BYTES - 7);
    xml_free(xml);
    free(bytes);
}

static void limits_are_kept(void **state)
{
    (void)state;
    weir_error err;
    char *elements = fill(ANSWER_MAX_BYTES, "<a>", "<b/>", "</a>");
    assert_int_equal(status_of(elements, ANSWER_MAX_BYTES, &err), WEIR_E_LIMIT);
    free(elements);
    char *large = fill(ANSWER_MAX_BYTES + 1, "<a>", "x", "</a>");
    assert_int_equal(status_of(large, ANSWER_MAX_BYTES + 1, &err), WEIR_E_LIMIT);
    free(large);
    char *deep = fill(100000, "", "<a>", "");
    assert_int_equal(status_of(deep, 100000, &err), WEIR_E_LIMIT);
    assert_non_null(strstr(err.text, "nested"));
    free(deep);
}

static void depth_64_is_the_end(void **state)
{
    (void)state;
    for (size_t depth = XML_DEPTH_MAX; depth <= XML_DEPTH_MAX + 1; depth++) {
        char text[8 * (XML_DEPTH_MAX + 1)];
        size_t len = 0;
        weir_error err;
        for (size_t k = 0; k < 2 * depth; k++)
            len += (size_t)snprintf(text + len, sizeof text - len, k < depth ? "<a>" : "</a>");
        assert_int_equal(status_of(text, len, &err), depth > XML_DEPTH_MAX ? WEIR_E_LIMIT : WEIR_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_become_trees),    cmocka_unit_test(every_fixture_is_read),
        cmocka_unit_test(a_text_in_pieces_is_one), cmocka_unit_test(broken_texts_are_refused),
        cmocka_unit_test(cut_answers_are_refused), cmocka_unit_test(document_types_are_refused),
        cmocka_unit_test(huge_tokens_are_fast),    cmocka_unit_test(a_long_text_comes_whole),
        cmocka_unit_test(limits_are_kept),         cmocka_unit_test(depth_64_is_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
