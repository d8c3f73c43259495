/* s3_read.c - lists of S3, and what its errors tell. Keys come URL-encoded (encoding-type=url): XML has no form for
 * some of the characters that a key may have. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/form.h"
#include "aws/s3_wire.h"
#include "aws/xml.h"
#include "base/scope.h"

/* ---- questions ---- */

size_t s3_list_query(const char *prefix, const char *delimiter, const char *start_after, const char *token,
                     struct sign_pair *query)
{
    const struct sign_pair pairs[S3_LIST_PAIRS] = {{"list-type", "2"},           {"encoding-type", "url"},
                                                   {"prefix", prefix},           {"delimiter", delimiter},
                                                   {"start-after", start_after}, {"continuation-token", token}};
    size_t n = 0;
    for (size_t k = 0; k < S3_LIST_PAIRS; k++)
        if (pairs[k].value && *pairs[k].value)
            query[n++] = pairs[k];
    return n;
}

const char *s3_range(uint64_t offset, char *range)
{
    if (offset == 0)
        return NULL;
    snprintf(range, S3_RANGE_BYTES, "bytes=%" PRIu64 "-", offset);
    return range;
}

/* ---- answers ---- */

static void drop_xml(struct xml **xml)
{
    xml_free(*xml);
}

static void drop_list(struct s3_list *list)
{
    s3_list_done(list);
}

static int hex_of(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* A decoded copy; NULL for want of memory. */
static char *copy_key(const char *text, bool is_encoded)
{
    char *copy = strdup(text), *to = copy;
    if (!copy || !is_encoded)
        return copy;
    for (const char *at = copy; *at; at++) {
        int high = *at == '%' ? hex_of(at[1]) : -1, low = high >= 0 ? hex_of(at[2]) : -1;
        if (low >= 0) {
            *to++ = (char)(high << 4 | low);
            at += 2;
        } else {
            *to++ = *at == '+' ? ' ' : *at;
        }
    }
    *to = '\0';
    return copy;
}

static bool take_object(const struct xml_node *node, bool is_encoded, struct s3_object *out)
{
    const char *size = xml_text(node, "Size");
    out->key = copy_key(xml_text(node, "Key"), is_encoded);
    out->etag = strdup(xml_text(node, "ETag"));
    out->size = size[strspn(size, "0123456789")] ? 0 : strtoull(size, NULL, 10);
    if (!iso8601_read(xml_text(node, "LastModified"), &out->modified_s))
        out->modified_s = 0;
    return out->key && out->etag;
}

static bool take_prefix(const struct xml_node *node, bool is_encoded, char **out)
{
    *out = copy_key(xml_text(node, "Prefix"), is_encoded);
    return *out != NULL;
}

/* Room for the children of each name. */
static bool make_room(const struct xml_node *root, struct s3_list *list)
{
    size_t objects = 0, prefixes = 0;
    for (const struct xml_node *node = root->first; node; node = node->next) {
        objects += strcmp(node->name, "Contents") == 0;
        prefixes += strcmp(node->name, "CommonPrefixes") == 0;
    }
    list->at = calloc(objects + 1, sizeof *list->at);
    list->prefixes = calloc(prefixes + 1, sizeof *list->prefixes);
    return list->at && list->prefixes;
}

static bool take_all(const struct xml_node *root, struct s3_list *list)
{
    bool is_encoded = strcmp(xml_text(root, "EncodingType"), "url") == 0;
    bool is_good = make_room(root, list);
    for (const struct xml_node *node = root->first; node && is_good; node = node->next) {
        if (strcmp(node->name, "Contents") == 0)
            is_good = take_object(node, is_encoded, &list->at[list->n++]);
        else if (strcmp(node->name, "CommonPrefixes") == 0)
            is_good = take_prefix(node, is_encoded, &list->prefixes[list->n_prefixes++]);
    }
    const char *token =
        strcmp(xml_text(root, "IsTruncated"), "true") == 0 ? xml_text(root, "NextContinuationToken") : "";
    list->token = *token ? strdup(token) : NULL;
    return is_good && (!*token || list->token);
}

weir_status s3_list_read(const char *bytes, size_t len, struct s3_list *out, weir_error *err)
{
    AUTO(drop_xml) struct xml *xml = NULL;
    AUTO(drop_list) struct s3_list list = {0};
    weir_status status = xml_parse(bytes, len, &xml, err);
    if (status != WEIR_OK)
        return status;
    const struct xml_node *root = xml_root(xml);
    if (strcmp(root->name, "ListBucketResult") != 0)
        return weir_fail(err, WEIR_E_DATA, 0, "expected ListBucketResult, but the answer is %s", root->name);
    if (!take_all(root, &list))
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    if (strcmp(xml_text(root, "IsTruncated"), "true") == 0 && !list.token)
        return weir_fail(err, WEIR_E_DATA, 0, "a list of S3 says that there is more, but not how to get it");
    *out = list;
    list = (struct s3_list){0};
    return WEIR_OK;
}

void s3_list_done(struct s3_list *list)
{
    for (size_t k = 0; k < list->n; k++) {
        free(list->at[k].key);
        free(list->at[k].etag);
    }
    for (size_t k = 0; k < list->n_prefixes; k++)
        free(list->prefixes[k]);
    free(list->at);
    free(list->prefixes);
    free(list->token);
    *list = (struct s3_list){0};
}

void s3_region_read(const char *header, const char *body, size_t body_len, char *region)
{
    AUTO(drop_xml) struct xml *xml = NULL;
    const char *found = header;
    if (!*found && xml_parse(body, body_len, &xml, NULL) == WEIR_OK)
        found = xml_text(xml_root(xml), "Region");
    size_t len = strlen(found);
    if (len >= S3_REGION_BYTES)
        len = 0;
    memcpy(region, found, len);
    region[len] = '\0';
}
