/* flow_log.c - one flow log of EC2's answer as a person sees it. What it is called there becomes safe text here, once.
 */
#include "aws/flow_log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/scope.h"

#define TEXTS_OF_ONE 18 /* at most */

/* Appends with '?' and '%' as %XX: the first ends a name, the second is what an escape begins with. */
static bool append_encoded(char *out, size_t size, const char *text)
{
    size_t len = strlen(out);

    for (; *text; text++) {
        bool is_special = *text == '?' || *text == '%';

        if (len + 4 > size)
            return false;
        if (is_special)
            len += (size_t)snprintf(out + len, size - len, "%%%02X", (unsigned)(unsigned char)*text);
        else
            out[len++] = *text;
        out[len] = '\0';
    }
    return true;
}

/* arn:PARTITION:s3:::BUCKET/PREFIX/ */
static bool take_bucket(const char *arn, char *source, size_t size)
{
    const char *at = strstr(arn, ":s3:::");

    if (strncmp(arn, "arn:", 4) != 0 || !at || !at[6] || at[6] == '/')
        return false;
    snprintf(source, size, "s3://");
    if (!append_encoded(source, size, at + 6))
        return false;
    for (size_t len = strlen(source); source[len - 1] == '/'; len--)
        source[len - 1] = '\0';
    return true;
}

/* The group's name where it is told, else its ARN without ":*". */
static bool take_group(const struct ec2_flow_log *log, char *source, size_t size)
{
    const char *group = *log->log_group ? log->log_group : log->destination;

    if (!*group)
        return false;
    snprintf(source, size, "cw:");
    if (!append_encoded(source, size, group))
        return false;
    size_t len = strlen(source);
    if (len > 2 && strcmp(source + len - 2, ":*") == 0)
        source[len - 2] = '\0';
    return true;
}

void flow_log_source(const struct ec2_flow_log *log, char *source, size_t size, const char **why_not)
{
    const char *type = log->destination_type;
    bool is_s3 = strcmp(type, "s3") == 0, is_cw = strcmp(type, "cloud-watch-logs") == 0 || !*type;

    source[0] = '\0';
    *why_not = NULL;
    if (strcmp(type, "kinesis-data-firehose") == 0)
        *why_not = "Firehose: open the bucket or the log group that it delivers to";
    else if (is_s3 && strcmp(log->file_format, "parquet") == 0)
        *why_not = "Parquet objects: query them with Athena";
    else if (!is_s3 && !is_cw)
        *why_not = "a kind of destination that weir does not know";
    else if (is_s3 ? !take_bucket(log->destination, source, size) : !take_group(log, source, size))
        *why_not = "EC2 does not say where it delivers to";
    if (*why_not)
        source[0] = '\0';
}

/* ---- the list ---- */

struct filling {
    struct flow_list *list;
    bool is_short; /* of memory */
};

static weir_safe keep(struct filling *filling, const char *text)
{
    if (!*text)
        return WEIR_SAFE("");
    char *safe = weir_sanitize_new(text, strlen(text), TEXT_MAX_BYTES * 4);
    if (!safe) {
        filling->is_short = true;
        return WEIR_SAFE("");
    }
    filling->list->texts[filling->list->n_texts++] = safe;
    return (weir_safe){safe};
}

static void fill(struct filling *filling, const struct ec2_flow_log *from, const char *name, const char *region,
                 const char *account, weir_flow_log *to)
{
    char source[TEXT_MAX_BYTES * 3 + 16];
    const char *why_not;

    flow_log_source(from, source, sizeof source, &why_not);
    *to = (weir_flow_log){
        .id = keep(filling, from->id),
        .name = keep(filling, from->name),
        .resource = keep(filling, from->resource),
        .resource_name = keep(filling, name),
        .traffic = keep(filling, from->traffic),
        .destination = keep(filling, *from->log_group ? from->log_group : from->destination),
        .destination_type = keep(filling, from->destination_type),
        .format = keep(filling, from->format),
        .file_format = keep(filling, from->file_format),
        .status = keep(filling, from->status),
        .delivery = keep(filling, from->delivery),
        .delivery_error = keep(filling, from->delivery_error),
        .region = keep(filling, region),
        .account = keep(filling, account),
        .interval_s = from->interval_s,
        .created = from->created_s,
        .source = keep(filling, source),
        .why_not = keep(filling, why_not ? why_not : ""),
    };
}

static int rank_of(const weir_flow_log *log)
{
    bool is_active = strcmp(log->status.text, "ACTIVE") == 0, fails = strcmp(log->delivery.text, "FAILED") == 0;

    return (*log->source.text ? 0 : 4) + (is_active ? 0 : 2) + fails;
}

/* Those that can be read first, of them those that something comes from; then by what they are called. */
static int compare_logs(const void *a, const void *b)
{
    const weir_flow_log *x = a, *y = b;
    int rank_x = rank_of(x), rank_y = rank_of(y);
    const char *name_x = *x->name.text ? x->name.text : "\x7f", *name_y = *y->name.text ? y->name.text : "\x7f";
    int order = rank_x != rank_y ? rank_x - rank_y : strcmp(name_x, name_y);

    if (!order)
        order = strcmp(x->destination.text, y->destination.text);
    return order ? order : strcmp(x->id.text, y->id.text);
}

weir_status flow_list_new(const struct ec2_flow_logs *logs, char *const *names, const char *region, const char *account,
                          struct flow_list **out, weir_error *err)
{
    struct filling filling = {.list = calloc(1, sizeof *filling.list)};
    struct flow_list *list = filling.list;

    if (!list)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    list->at = calloc(logs->n + 1, sizeof *list->at);
    list->texts = calloc(logs->n + 1, TEXTS_OF_ONE * sizeof *list->texts);
    for (size_t k = 0; list->at && list->texts && k < logs->n; k++)
        fill(&filling, &logs->at[k], names && names[k] ? names[k] : "", region, account, &list->at[list->n++]);
    if (!list->at || !list->texts || filling.is_short) {
        flow_list_free(list);
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    }
    qsort(list->at, list->n, sizeof *list->at, compare_logs);
    *out = list;
    return WEIR_OK;
}

void flow_list_free(struct flow_list *list)
{
    if (!list)
        return;
    for (size_t k = 0; k < list->n_texts; k++)
        free(list->texts[k]);
    free(list->texts);
    free(list->at);
    free(list);
}
