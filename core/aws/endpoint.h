/* endpoint.h - where a service of AWS is: partitions, FIPS, dual-stack, and what the person set instead. The rows are
 * in partition.def and service.def; the rules are those of the SDKs
 * (docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html, …/feature-endpoints.html). Pure. */
#ifndef WEIR_AWS_ENDPOINT_H
#define WEIR_AWS_ENDPOINT_H

#include <stdbool.h>
#include <stddef.h>

#include "weir/status.h"

enum aws_service {
#define X(id, prefix, signing, setting, protocol, version, target) id,
#include "aws/service.def"
#undef X
    AWS_SERVICE_COUNT
};

enum aws_protocol { AWS_JSON, AWS_EC2_QUERY, AWS_QUERY, AWS_REST_XML };

struct service_info {
    const char *prefix;  /* of the host: "logs" */
    const char *signing; /* "logs" */
    const char *setting; /* of AWS_ENDPOINT_URL_<…>, and in lower case of [services]: "CLOUDWATCH_LOGS" */
    enum aws_protocol protocol;
    const char *version; /* of query protocols: "2016-11-15" */
    const char *target;  /* of JSON: "Logs_20140328" */
};
extern const struct service_info service_infos[AWS_SERVICE_COUNT];

struct partition_info {
    const char *id;         /* "aws": what ARNs begin with */
    const char *pattern;    /* regions begin with one of these, separated by spaces: "us- eu- …" */
    const char *suffix;     /* "amazonaws.com" */
    const char *dual_stack; /* "api.aws", "" = none */
    const char *global_region;
    const char *fips_is_plain, *fips_is_missing; /* prefixes of services, separated by spaces */
};

/* The partition of a region; the first one for a region that nobody knows yet. */
const struct partition_info *partition_of(const char *region);

/* "[a-z0-9-]+" of a sane length: nothing else may become part of a host's name. */
bool region_is_sane(const char *region);

struct endpoint {
    char url[512];    /* "https://logs.eu-west-1.amazonaws.com", no '/' at the end; of S3 without the bucket */
    char host[256];   /* "logs.eu-west-1.amazonaws.com", with ":port" where it is not the scheme's */
    char path[256];   /* behind the host in a URL that the person set; "" = none */
    char region[64];  /* to sign for */
    bool is_override; /* the person set it: show it, and do not put anything in front of the host */
};

struct endpoint_settings {
    const char *override; /* the URL that holds for this service, NULL = AWS's own */
    bool fips, dual_stack;
};

/* WEIR_E_USAGE for a region or URL that cannot be used, with what is wrong in it. */
weir_status endpoint_make(enum aws_service service, const char *region, const struct endpoint_settings *settings,
                          struct endpoint *out, weir_error *err);

#endif
