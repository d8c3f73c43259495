/* ec2_read.c - forms for EC2 and STS, and their answers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/ec2_wire.h"
#include "aws/form.h"
#include "aws/xml.h"
#include "base/limits.h"
#include "base/scope.h"

const struct ec2_named ec2_named[EC2_NAMED_COUNT] = {
    {"vpc-", "DescribeVpcs", "vpc-id", "vpcSet", "vpcId"},
    {"subnet-", "DescribeSubnets", "subnet-id", "subnetSet", "subnetId"},
    {"eni-", "DescribeNetworkInterfaces", "network-interface-id", "networkInterfaceSet", "networkInterfaceId"},
};

static const char *const versions[AWS_SERVICE_COUNT] = {
#define X(id, prefix, signing, setting, protocol, version, target) [id] = version,
#include "aws/service.def"
#undef X
};

/* ---- bodies ---- */

struct pair {
    const char *name, *value; /* NULL = not told */
};

static weir_status add_pairs(struct buf *out, const struct pair *pairs, size_t n, weir_error *err)
{
    weir_status status = WEIR_OK;
    for (size_t k = 0; k < n && status == WEIR_OK; k++)
        if (pairs[k].value)
            status = form_put(out, pairs[k].name, pairs[k].value);
    return status == WEIR_OK ? WEIR_OK : weir_fail(err, status, 0, "a request to EC2 or STS is too large");
}

weir_status ec2_flow_logs_body(const char *log_group, const char *token, struct buf *out, weir_error *err)
{
    const struct pair pairs[] = {
        {"Action", "DescribeFlowLogs"},  {"Version", versions[AWS_EC2]},
        {"MaxResults", "1000"},          {"Filter.1.Name", log_group ? "log-group-name" : NULL},
        {"Filter.1.Value.1", log_group}, {"NextToken", token}};
    return add_pairs(out, pairs, ARRAY_SIZE(pairs), err);
}

weir_status sts_identity_body(struct buf *out, weir_error *err)
{
    const struct pair pairs[] = {{"Action", "GetCallerIdentity"}, {"Version", versions[AWS_STS]}};
    return add_pairs(out, pairs, ARRAY_SIZE(pairs), err);
}

weir_status ec2_names_body(const struct ec2_named *kind, const char *const *ids, size_t n, struct buf *out,
                           weir_error *err)
{
    const struct pair pairs[] = {
        {"Action", kind->operation}, {"Version", versions[AWS_EC2]}, {"Filter.1.Name", kind->filter}};
    weir_status status = add_pairs(out, pairs, ARRAY_SIZE(pairs), err);
    for (size_t k = 0; k < n && status == WEIR_OK; k++)
        status = form_put_nth(out, "Filter.1.Value", k + 1, ids[k]);
    return status == WEIR_OK ? WEIR_OK : weir_fail(err, status, 0, "a request to EC2 is too large");
}

/* ---- answers ---- */

static void drop_xml(struct xml **xml)
{
    xml_free(*xml);
}

static weir_status parse(const char *bytes, size_t len, const char *root, struct xml **out, weir_error *err)
{
    AUTO(drop_xml) struct xml *xml = NULL;
    weir_status status = xml_parse(bytes, len, &xml, err);
    if (status != WEIR_OK)
        return status;
    if (strcmp(xml_root(xml)->name, root) != 0)
        return weir_fail(err, WEIR_E_DATA, 0, "expected %s, but the answer is %s", root, xml_root(xml)->name);
    *out = TAKE(xml);
    return WEIR_OK;
}

static const char *tag_name(const struct xml_node *item)
{
    const struct xml_node *tags = xml_child(item, "tagSet");
    for (const struct xml_node *tag = tags ? tags->first : NULL; tag; tag = tag->next)
        if (strcmp(xml_text(tag, "key"), "Name") == 0)
            return xml_text(tag, "value");
    return "";
}

/* ---- flow logs ---- */

static const struct {
    const char *path;
    size_t at;
} texts[] = {
    {"flowLogId", offsetof(struct ec2_flow_log, id)},
    {"resourceId", offsetof(struct ec2_flow_log, resource)},
    {"trafficType", offsetof(struct ec2_flow_log, traffic)},
    {"logDestinationType", offsetof(struct ec2_flow_log, destination_type)},
    {"logDestination", offsetof(struct ec2_flow_log, destination)},
    {"logGroupName", offsetof(struct ec2_flow_log, log_group)},
    {"logFormat", offsetof(struct ec2_flow_log, format)},
    {"destinationOptions/fileFormat", offsetof(struct ec2_flow_log, file_format)},
    {"flowLogStatus", offsetof(struct ec2_flow_log, status)},
    {"deliverLogsStatus", offsetof(struct ec2_flow_log, delivery)},
    {"deliverLogsErrorMessage", offsetof(struct ec2_flow_log, delivery_error)},
};

static char **text_at(struct ec2_flow_log *log, size_t k)
{
    return (char **)((char *)log + texts[k].at);
}

static void flow_log_done(struct ec2_flow_log *log)
{
    for (size_t k = 0; k < ARRAY_SIZE(texts); k++)
        free(*text_at(log, k));
    free(log->name);
}

void ec2_flow_logs_done(struct ec2_flow_logs *logs)
{
    for (size_t k = 0; k < logs->n; k++)
        flow_log_done(&logs->at[k]);
    free(logs->at);
    *logs = (struct ec2_flow_logs){0};
}

static void drop_logs(struct ec2_flow_logs *logs)
{
    ec2_flow_logs_done(logs);
}

static bool take_flow_log(const struct xml_node *item, struct ec2_flow_log *log)
{
    bool is_good = true;
    for (size_t k = 0; k < ARRAY_SIZE(texts); k++)
        is_good = (*text_at(log, k) = strdup(xml_text(item, texts[k].path))) && is_good;
    is_good = (log->name = strdup(tag_name(item))) && is_good;
    long interval = strtol(xml_text(item, "maxAggregationInterval"), NULL, 10);
    log->interval_s = interval > 0 && interval <= 86400 ? (int)interval : 0;
    if (!iso8601_read(xml_text(item, "creationTime"), &log->created_s))
        log->created_s = 0;
    log->hive = strcmp(xml_text(item, "destinationOptions/hiveCompatiblePartitions"), "true") == 0;
    log->per_hour = strcmp(xml_text(item, "destinationOptions/perHourPartition"), "true") == 0;
    return is_good;
}

static size_t count_items(const struct xml_node *set)
{
    size_t n = 0;
    for (const struct xml_node *item = set ? set->first : NULL; item; item = item->next)
        n++;
    return n;
}

/* Appends, or leaves *out as it is. */
static weir_status append(struct ec2_flow_logs *out, struct ec2_flow_logs *page, weir_error *err)
{
    struct ec2_flow_log *at = realloc(out->at, (out->n + page->n + 1) * sizeof *at);
    if (!at)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    memcpy(at + out->n, page->at, page->n * sizeof *at);
    out->at = at;
    out->n += page->n;
    page->n = 0;
    return WEIR_OK;
}

weir_status ec2_flow_logs_read(const char *bytes, size_t len, struct ec2_flow_logs *out, char **token, weir_error *err)
{
    AUTO(drop_xml) struct xml *xml = NULL;
    AUTO(drop_logs) struct ec2_flow_logs page = {0};
    weir_status status = parse(bytes, len, "DescribeFlowLogsResponse", &xml, err);
    if (status != WEIR_OK)
        return status;
    const struct xml_node *set = xml_child(xml_root(xml), "flowLogSet");
    size_t n = count_items(set);
    if (n > FLOW_LOGS_MAX - out->n)
        return weir_fail(err, WEIR_E_LIMIT, 0, "more than %d flow logs in this region", FLOW_LOGS_MAX);
    page.at = calloc(n + 1, sizeof *page.at);
    bool is_good = page.at != NULL;
    for (const struct xml_node *item = set ? set->first : NULL; item && is_good; item = item->next)
        is_good = take_flow_log(item, &page.at[page.n++]);
    const char *next = xml_text(xml_root(xml), "nextToken");
    AUTO(free_cleanup) char *copy = *next ? strdup(next) : NULL;
    if (!is_good || (*next && !copy))
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    status = append(out, &page, err);
    if (status == WEIR_OK)
        *token = TAKE(copy);
    return status;
}

/* ---- names and the account ---- */

static bool take_name(const struct xml_node *item, const char *id, const char *const *ids, size_t n, char **names)
{
    const char *name = tag_name(item);
    for (size_t k = 0; k < n && *name; k++)
        if (strcmp(ids[k], id) == 0) {
            char *copy = strdup(name);
            if (!copy)
                return false;
            free(names[k]);
            names[k] = copy;
        }
    return true;
}

weir_status ec2_names_read(const struct ec2_named *kind, const char *bytes, size_t len, const char *const *ids,
                           size_t n, char **names, weir_error *err)
{
    char root[64];
    AUTO(drop_xml) struct xml *xml = NULL;
    snprintf(root, sizeof root, "%sResponse", kind->operation);
    weir_status status = parse(bytes, len, root, &xml, err);
    if (status != WEIR_OK)
        return status;
    const struct xml_node *set = xml_child(xml_root(xml), kind->set);
    for (const struct xml_node *item = set ? set->first : NULL; item; item = item->next)
        if (!take_name(item, xml_text(item, kind->id), ids, n, names))
            return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    return WEIR_OK;
}

weir_status sts_identity_read(const char *bytes, size_t len, char *account, size_t account_size, char *arn,
                              size_t arn_size, weir_error *err)
{
    AUTO(drop_xml) struct xml *xml = NULL;
    weir_status status = parse(bytes, len, "GetCallerIdentityResponse", &xml, err);
    if (status != WEIR_OK)
        return status;
    const struct xml_node *result = xml_child(xml_root(xml), "GetCallerIdentityResult");
    const char *number = xml_text(result, "Account"), *name = xml_text(result, "Arn");
    if (!*number || number[strspn(number, "0123456789")] || strlen(number) > 15)
        return weir_fail(err, WEIR_E_DATA, 0, "an answer of GetCallerIdentity has no account");
    if (account_size)
        snprintf(account, account_size, "%s", number);
    if (arn_size)
        snprintf(arn, arn_size, "%s", name);
    return WEIR_OK;
}
