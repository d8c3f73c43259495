/* open.h - what a weir_aws is made of; for the files that make it and its clients. */
#ifndef WEIR_AWS_OPEN_H
#define WEIR_AWS_OPEN_H

#include <pthread.h>

#include "aws/client.h"
#include "aws/settings.h"
#include "base/clock.h"

/* The credentials of one profile, shared by its clients in all regions. */
struct aws_identity {
    struct aws_identity *next;
    char *profile, *region; /* region: of the client that came first, for STS */
    bool is_named;
    struct credential_provider *provider;
};

struct weir_aws {
    struct environment *environment;
    struct config *config;
    char *profile, *region, *endpoint_url, *ca_bundle; /* as given to weir_aws_open(), NULL = not */
    double requests_per_s;
    struct clock clock;
    pthread_mutex_t lock; /* of what follows */
    struct aws_client *clients;
    struct aws_identity *identities;
    bool asked_instance;
    char instance_region[64]; /* "" = none */
};

/* Asks the metadata of the EC2 instance for its region, for at most about two seconds. False: there is none. */
bool instance_region(const struct settings *settings, char *out, size_t size);

void aws_clients_free(weir_aws *aws);

#endif
