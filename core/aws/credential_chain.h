/* credential_chain.h - the places that credentials come from, one function each. All of them fill *out only on success
 * and never put a secret into *err. WEIR_AGAIN: nothing is set here, ask the next. Of the aws room only; they belong to
 * the thread that fetches. */
#ifndef WEIR_AWS_CREDENTIAL_CHAIN_H
#define WEIR_AWS_CREDENTIAL_CHAIN_H

#include "aws/credential.h"
#include "aws/sign.h"
#include "base/slice.h"

enum { CREDENTIAL_CHAIN_MAX = 8 };

/* What a fetch has at hand. */
struct credential_search {
    const struct credential_options *options;
    struct http *http;
    int cancel;
    int64_t now_s;
    char origin[CREDENTIAL_ORIGIN_BYTES]; /* of what was found, safe */
};

/* ---- credential_profile.c ---- */

/* The whole chain for the provider's profile. */
weir_status credential_search_all(struct credential_search *search, struct credential *out, weir_error *err);

/* ---- credential_remote.c ---- */
weir_status credential_from_container(struct credential_search *search, struct credential *out, weir_error *err);
weir_status credential_from_instance(struct credential_search *search, struct credential *out, weir_error *err);

/* ---- credential_program.c ---- */
weir_status credential_from_process(struct credential_search *search, const char *profile, const char *command,
                                    struct credential *out, weir_error *err);
/* `aws configure export-credentials`, for what only the AWS CLI can do: SSO, MFA, `aws login`. */
weir_status credential_from_cli(struct credential_search *search, const char *profile, const char *why,
                                struct credential *out, weir_error *err);

/* ---- credential_sts.c ---- */
struct sts_role {
    const char *arn, *session_name, *external_id, *duration; /* NULL = not set */
    const char *profile;                                     /* that says so, for words */
};
weir_status credential_from_role(struct credential_search *search, const struct sts_role *role,
                                 const struct credential *source, struct credential *out, weir_error *err);
weir_status credential_from_web_identity(struct credential_search *search, const struct sts_role *role,
                                         const char *token_file, struct credential *out, weir_error *err);

/* ---- credential_read.c ---- */

/* JSON of container and instance. `who` is for words. WEIR_E_DATA; WEIR_E_DENIED if they have expired. */
weir_status credential_read_json(const char *bytes, size_t len, int64_t now_s, const char *who, struct credential *out,
                                 weir_error *err);
/* The same of a program, which says which version of the format it speaks. */
weir_status credential_read_process(const char *bytes, size_t len, int64_t now_s, const char *who,
                                    struct credential *out, weir_error *err);
/* XML of AssumeRole and AssumeRoleWithWebIdentity. */
weir_status credential_read_xml(const char *bytes, size_t len, int64_t now_s, const char *who, struct credential *out,
                                weir_error *err);
/* Texts into *out. WEIR_E_DATA if one is missing or too long; token, account and expiration may be NULL. */
weir_status credential_fill(const char *access_key, const char *secret_key, const char *token, const char *account,
                            const char *expiration, int64_t now_s, const char *who, struct credential *out,
                            weir_error *err);

/* One question by HTTP; the body into *body (yours, wiped by credential_body_done), its status into *http_status. */
weir_status credential_ask(struct credential_search *search, const struct http_request *request, struct buf *body,
                           int *http_status, weir_error *err);
void credential_body_done(struct buf *body);

/* A small file, a line: its text without the line's end into out[size], to be wiped by the caller. */
weir_status credential_read_file(const char *path, char *out, size_t size, weir_error *err);

#endif
