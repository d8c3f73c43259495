/* s3_key.h - what the keys of flow log objects tell
 * (docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-path.html). Pure.
 *
 *   PREFIX/AWSLogs/123456789012/vpcflowlogs/eu-west-1/2026/09/01/[13/]
 *   PREFIX/AWSLogs/aws-account-id=…/aws-service=vpcflowlogs/aws-region=…/year=2026/month=09/day=01/[hour=13/]
 *   123456789012_vpcflowlogs_eu-west-1_fl-1234abcd_20260901T1320Z_fe123456.log.gz */
#ifndef WEIR_SOURCE_S3_KEY_H
#define WEIR_SOURCE_S3_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { S3_FOLDER_BYTES = 40, S3_OBJECT_S = 300, S3_DAY_S = 86400 };

/* Where in time a prefix is. */
struct s3_place {
    bool dated;           /* its folders name at least a year */
    bool hive;            /* as year=… */
    size_t date_at;       /* where the year's folder begins */
    int64_t from_s, to_s; /* what the folders cover, end excluded; all time when they name none */
};
void s3_place(const char *path, struct s3_place *out);

/* Whether flow logs may be below a prefix: not below AWSLogs/ACCOUNT/ of another service. */
bool s3_may_hold(const char *prefix);

/* Whether the last folder of a prefix that ends in '/' is AWSLogs. */
bool s3_is_top(const char *prefix);

enum s3_kind { S3_TEXT, S3_PARQUET, S3_OTHER };
enum s3_kind s3_kind(const char *key);

/* The time in an object's name, which is the end of its earliest records; 0 = none. Unix seconds. */
int64_t s3_name_time(const char *key);

/* "2026/09/01/" of the day in which `time_s` is. */
void s3_day_folder(int64_t time_s, bool hive, char out[S3_FOLDER_BYTES]);

#endif
