/* doctor.h - the checks of weir_doctor(): doctor.def has them in a row, doctor_here.c looks at this machine,
 * doctor_aws.c asks AWS. Each check fills one finding; they share what earlier ones found out. Of the aws room only. */
#ifndef WEIR_AWS_DOCTOR_H
#define WEIR_AWS_DOCTOR_H

#include "aws/ec2.h"
#include "aws/open.h"
#include "aws/s3.h"

enum doctor_check {
    DOCTOR_NOTHING = -1,
#define X(id, name, needs, run) id,
#include "aws/doctor.def"
#undef X
    DOCTOR_COUNT
};

enum { DOCTOR_NAME_MAX = 1024 };

/* What one of the sources, or the first flow log, says about where records are. */
struct doctor_target {
    char group[DOCTOR_NAME_MAX + 1];                               /* name or ARN, "" = none */
    char bucket[DOCTOR_NAME_MAX + 1], prefix[DOCTOR_NAME_MAX + 1]; /* bucket "" = none */
    char region[64], profile[128];                                 /* "" = the defaults */
};

struct finding {
    weir_check_result result;
    bool goes_on;     /* though it failed, what needs it can be checked */
    bool is_canceled; /* no finding at all */
    char text[400], fix[400];
};

struct doctor {
    weir_aws *aws;
    int cancel;
    struct doctor_target target;
    bool is_aimed; /* the person named a source in AWS */
    struct settings settings;
    struct aws_client *client; /* NULL until the region is known */
    struct http *http;
    char account[16], arn[256];
    enum aws_fault identity; /* how GetCallerIdentity ended */
    struct ec2_flow_logs logs;
    struct aws_client *bucket_client; /* of the region where the bucket is */
    char key[DOCTOR_NAME_MAX + 1], etag[80];
    bool has_bytes;
    bool was_denied;
};

/* "cw:…", "tail:…" or "s3://…": fills what is empty in *target; others are left alone. */
void doctor_take(struct doctor_target *target, const char *source);

/* Whether a flow log delivers to where the target is. */
bool doctor_is_about(const struct doctor_target *target, const struct ec2_flow_log *log);

/* "http://user:secret@proxy:3128" without what is secret, safe text. */
void doctor_hide(const char *url, char *out, size_t size);

void doctor_say(struct finding *finding, weir_check_result result, const char *text, ...)
    __attribute__((format(printf, 3, 4)));
void doctor_advise(struct finding *finding, const char *fix, ...) __attribute__((format(printf, 2, 3)));

/* A call that failed: its error's words, and what helps against its fault. `action` is the IAM action. */
void doctor_blame(struct doctor *doctor, struct finding *finding, const char *action, enum aws_fault fault,
                  const weir_error *why);

#define X(id, name, needs, run) void run(struct doctor *doctor, struct finding *finding);
#include "aws/doctor.def"
#undef X

#endif
