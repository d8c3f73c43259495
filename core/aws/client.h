/* client.h - one profile in one region: credentials, endpoints, our pace, and the difference between AWS's clock and
 * ours. Shared by all sources that ask there; any thread. Belongs to the weir_aws that made it. */
#ifndef WEIR_AWS_CLIENT_H
#define WEIR_AWS_CLIENT_H

#include "aws/credential.h"
#include "aws/endpoint.h"
#include "weir/aws.h"

struct aws_client;

/* The client of a profile and region (NULL = the defaults of weir_aws_open()); made on first use, borrowed from *aws*.
 * WEIR_E_USAGE: no region is set anywhere, or there is no such profile; says what to do. */
weir_status aws_client_get(weir_aws *aws, const char *profile, const char *region, struct aws_client **out,
                           weir_error *err);

/* The same profile in another region. WEIR_E_USAGE for what is no region. */
weir_status aws_client_elsewhere(const struct aws_client *client, const char *region, struct aws_client **out,
                                 weir_error *err);

const char *aws_client_region(const struct aws_client *client);
const char *aws_client_profile(const struct aws_client *client); /* "default" */
bool aws_client_uses_sso(const struct aws_client *client);       /* the profile logs in by `aws sso login` */

/* Copies the account's number into out[16], "" while it is not known. */
void aws_client_account(struct aws_client *client, char *out);
void aws_client_set_account(struct aws_client *client, const char *account);

/* An HTTP door with the proxy and CA settings of the client; the caller's, for one thread. */
weir_status aws_client_http(struct aws_client *client, struct http **out, weir_error *err);

weir_status aws_client_endpoint(struct aws_client *client, enum aws_service service, struct endpoint *out,
                                weir_error *err);
weir_status aws_client_credential(struct aws_client *client, struct http *http, int cancel, struct credential *out,
                                  weir_error *err);
/* False: the next aws_client_credential() may take long. */
bool aws_client_has_credential(const struct aws_client *client);
void aws_client_reject(struct aws_client *client, const char *access_key);

/* AWS's time: ours plus the skew that answers have shown. */
int64_t aws_client_now_ms(const struct aws_client *client);
int64_t aws_client_skew_ms(const struct aws_client *client); /* AWS's minus ours */
/* An answer said that it was `date_s` there when our monotonic clock stood at `received_ms`. */
void aws_client_saw_date(struct aws_client *client, int64_t date_s, int64_t received_ms);

/* When (monotonic ms) the next request may be sent; takes a place in the queue. At most requests_per_s of
 * weir_aws_options, bursts of 2. */
int64_t aws_client_take_turn(struct aws_client *client);

/* Retry quota of the SDKs' standard mode: false = too many retries lately, do not retry. */
bool aws_client_may_retry(struct aws_client *client, bool timed_out);
void aws_client_succeeded(struct aws_client *client, bool after_retry);

int aws_client_max_attempts(const struct aws_client *client); /* AWS_MAX_ATTEMPTS, max_attempts; 3 */

#endif
