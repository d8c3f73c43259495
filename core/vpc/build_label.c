/* build_label.c - the name a person would look for on an interface: its own, its instance's, or what AWS service it
 * belongs to, which the description tells. */
#include <stdio.h>
#include <string.h>

#include "vpc/build.h"

enum { LABEL_BYTES = 320, UUID_BYTES = 36 };

enum rest {
    REST_NOTHING,    /* the word alone */
    REST_WORD,       /* up to a blank, slash, comma or colon */
    REST_LAMBDA,     /* without the UUID behind it */
    REST_ENDPOINT,   /* vpce-…: its service */
    REST_ATTACHMENT, /* tgw-attach-…: its transit gateway */
};

/* How AWS's services describe the interfaces they make, and what these are called here. The first that fits. */
static const struct {
    const char *starts, *word;
    enum rest rest;
} services[] = {
    {"Interface for NAT Gateway ", "NAT ", REST_WORD},
    {"ELB app/", "ALB ", REST_WORD},
    {"ELB net/", "NLB ", REST_WORD},
    {"ELB gwy/", "GWLB ", REST_WORD},
    {"ELB ", "ELB ", REST_WORD},
    {"AWS Lambda VPC ENI-", "Lambda ", REST_LAMBDA},
    {"AWS Lambda VPC ENI", "Lambda", REST_NOTHING},
    {"VPC Endpoint Interface ", "endpoint ", REST_ENDPOINT},
    {"RDSNetworkInterface", "RDS", REST_NOTHING},
    {"EFS mount target for ", "EFS ", REST_WORD},
    {"Network Interface for Transit Gateway Attachment ", "transit gateway ", REST_ATTACHMENT},
    {"ElastiCache ", "ElastiCache ", REST_WORD},
    {"Amazon EKS ", "EKS ", REST_WORD},
    {"Route 53 Resolver: ", "Resolver ", REST_WORD},
    {"AWS created network interface for directory ", "directory ", REST_WORD},
    {"RedshiftNetworkInterface", "Redshift", REST_NOTHING},
    {"DMSNetworkInterface", "DMS", REST_NOTHING},
    {"arn:aws:ecs:", "ECS task", REST_NOTHING},
};

/* "com.amazonaws.eu-west-1.s3" is s3; "com.amazonaws.vpce.eu-west-1.vpce-svc-1" is vpce-svc-1. */
static const char *service_name(const char *service)
{
    static const char start[] = "com.amazonaws.";
    const char *at = strstr(service, start);
    if (!at)
        return service;
    at += sizeof start - 1;
    if (strncmp(at, "vpce.", 5) == 0)
        at += 5;
    const char *dot = strchr(at, '.');
    return dot && dot[1] ? dot + 1 : service;
}

static size_t word_length(const char *text)
{
    return strcspn(text, " /,:");
}

/* Length without "-" and a UUID. */
static size_t function_length(const char *text)
{
    size_t len = strlen(text);
    const char *uuid = len > UUID_BYTES + 1 ? text + len - UUID_BYTES : NULL;
    return uuid && uuid[-1] == '-' && uuid[8] == '-' && uuid[23] == '-' ? len - UUID_BYTES - 1 : len;
}

static weir_safe call(struct build *build, const char *word, const char *rest, size_t len)
{
    char text[LABEL_BYTES];
    return build_slice(build, slice_of(weir_safe_format(text, sizeof text, "%s%.*s", word, (int)len, rest).text));
}

static weir_safe call_endpoint(struct build *build, const char *word, const char *text)
{
    char id[64];
    size_t len = word_length(text);
    snprintf(id, sizeof id, "%.*s", (int)(len < sizeof id ? len : 0), text);
    const struct vpc_endpoint *endpoint = inventory_endpoint(build->inventory, id);
    const char *name = endpoint && *endpoint->service.text ? service_name(endpoint->service.text) : id;
    return call(build, word, name, strlen(name));
}

static weir_safe call_attachment(struct build *build, const char *word, const char *text)
{
    char id[64];
    size_t len = word_length(text);
    snprintf(id, sizeof id, "%.*s", (int)(len < sizeof id ? len : 0), text);
    const struct vpc_attachment *attachment = inventory_attachment(build->inventory, id);
    const char *name = attachment ? attachment->transit_gateway.text : id;
    return call(build, word, name, strlen(name));
}

/* {""} = no service's. */
static weir_safe call_service(struct build *build, const char *description)
{
    for (size_t k = 0; k < ARRAY_SIZE(services); k++) {
        size_t len = strlen(services[k].starts);
        const char *word = services[k].word, *rest = description + len;
        if (strncmp(description, services[k].starts, len) != 0)
            continue;
        switch (services[k].rest) {
        case REST_NOTHING: return call(build, word, "", 0);
        case REST_WORD: return call(build, word, rest, word_length(rest));
        case REST_LAMBDA: return call(build, word, rest, function_length(rest));
        case REST_ENDPOINT: return call_endpoint(build, word, rest);
        case REST_ATTACHMENT: return call_attachment(build, word, rest);
        }
    }
    return WEIR_SAFE("");
}

static void label_interface(struct build *build, struct vpc_interface *interface)
{
    weir_safe label = interface->name;
    if (!*label.text && interface->instance)
        label = interface->instance->name;
    if (!*label.text)
        label = call_service(build, interface->description.text);
    interface->label = *label.text ? label : interface->id;
}

/* Interfaces that nothing but their owner names. */
static void label_owned(struct build *build, weir_safe interface_id, const char *word, const char *name)
{
    struct vpc_interface *interface = things_find(&build->inventory->things[THING_INTERFACE], interface_id.text);
    if (interface && interface->label.text == interface->id.text)
        interface->label = call(build, word, name, strlen(name));
}

void build_labels(struct build *build)
{
    const struct things *things = build->inventory->things;
    for (size_t k = 0; k < things[THING_INTERFACE].n; k++)
        label_interface(build, things_nth(&things[THING_INTERFACE], k));
    for (size_t k = 0; k < things[THING_NAT].n; k++) {
        const struct vpc_nat *nat = things_nth(&things[THING_NAT], k);
        for (size_t at = 0; at < nat->n_addresses; at++)
            label_owned(build, nat->interface_ids[at], "NAT ", nat->id.text);
    }
    for (size_t k = 0; k < things[THING_ENDPOINT].n; k++) {
        const struct vpc_endpoint *endpoint = things_nth(&things[THING_ENDPOINT], k);
        for (size_t at = 0; at < endpoint->n_interfaces; at++)
            label_owned(build, endpoint->interface_ids[at], "endpoint ", service_name(endpoint->service.text));
    }
}
