/* aws.c - opens and closes what all sources of a session share: environment, config, credentials, clients. */
#include "weir/aws.h"

#include <stdlib.h>
#include <string.h>

#include "aws/open.h"
#include "base/scope.h"

enum { REQUESTS_PER_S = 2 };

static bool copy_text(char **out, const char *text)
{
    *out = text && *text ? strdup(text) : NULL;
    return *out || !text || !*text;
}

weir_status weir_aws_open(const weir_aws_options *options, weir_aws **out, weir_error *err)
{
    static char *nothing[] = {NULL};
    weir_status status = http_global_init(err);
    if (status != WEIR_OK)
        return status;
    weir_aws *aws = calloc(1, sizeof *aws);
    if (!aws)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    pthread_mutex_init(&aws->lock, NULL);
    aws->clock.fixed = options->now;
    aws->requests_per_s = options->requests_per_s > 0 ? options->requests_per_s : REQUESTS_PER_S;
    if (!copy_text(&aws->profile, options->profile) || !copy_text(&aws->region, options->region) ||
        !copy_text(&aws->endpoint_url, options->endpoint_url) || !copy_text(&aws->ca_bundle, options->ca_bundle))
        status = weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    if (status == WEIR_OK)
        status = environment_new(options->environment ? options->environment : nothing, &aws->environment, err);
    if (status == WEIR_OK)
        status = config_read(aws->environment, &aws->config, err);
    if (status != WEIR_OK) {
        weir_aws_close(aws);
        return status;
    }
    *out = aws;
    return WEIR_OK;
}

void weir_aws_close(weir_aws *aws)
{
    if (!aws)
        return;
    aws_clients_free(aws);
    config_free(aws->config);
    environment_free(aws->environment);
    free(aws->profile);
    free(aws->region);
    free(aws->endpoint_url);
    free(aws->ca_bundle);
    pthread_mutex_destroy(&aws->lock);
    free(aws);
}
