/* XML: what is read has names, texts with their length and no more depth than allowed; and the readers of EC2, STS and
 * S3 take any document. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "aws/ec2_wire.h"
#include "aws/s3_wire.h"
#include "aws/xml.h"
#include "base/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void walk(const struct xml_node *node, size_t depth)
{
    for (; node; node = node->next) {
        if (depth > XML_DEPTH_MAX || !*node->name || strlen(node->text) != node->text_len)
            abort();
        if (node->first && node->text_len)
            abort();
        walk(node->first, depth + 1);
    }
}

static void read_ec2(const char *text, size_t len)
{
    static const char *const ids[] = {"vpc-1", "subnet-1", "eni-1"};
    struct ec2_flow_logs logs = {0};
    char *token = NULL, *names[3] = {strdup(""), strdup(""), strdup("")};
    char account[16], arn[64];
    if (ec2_flow_logs_read(text, len, &logs, &token, NULL) == WEIR_OK)
        for (size_t k = 0; k < logs.n; k++)
            if (!logs.at[k].id || !logs.at[k].name || !logs.at[k].delivery_error)
                abort();
    ec2_flow_logs_done(&logs);
    free(token);
    for (size_t k = 0; k < EC2_NAMED_COUNT; k++)
        ec2_names_read(&ec2_named[k], text, len, ids, 3, names, NULL);
    for (size_t k = 0; k < 3; k++)
        free(names[k]);
    sts_identity_read(text, len, account, sizeof account, arn, sizeof arn, NULL);
}

static void read_s3(const char *text, size_t len)
{
    struct s3_list list;
    char region[S3_REGION_BYTES];
    if (s3_list_read(text, len, &list, NULL) == WEIR_OK) {
        for (size_t k = 0; k < list.n; k++)
            if (!list.at[k].key || !list.at[k].etag)
                abort();
        s3_list_done(&list);
    }
    s3_region_read("", text, len, region);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    const char *text = (const char *)bytes;
    struct xml *xml = NULL;
    weir_error err = {0};
    weir_status status = xml_parse(text, len, &xml, &err);
    if ((status == WEIR_OK) != (xml != NULL) || (status != WEIR_OK) != (*err.text != '\0'))
        abort();
    if (xml)
        walk(xml_root(xml), 1);
    xml_free(xml);
    read_ec2(text, len);
    read_s3(text, len);
    return 0;
}
