/* s3_objects.h - the objects of a bucket that are known, by key, ETag and size, and those that have to be read. Pure.
 */
#ifndef WEIR_SOURCE_S3_OBJECTS_H
#define WEIR_SOURCE_S3_OBJECTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "weir/status.h"

struct s3_wanted {
    char *key, *etag;
    uint64_t size;
    int64_t time_s; /* of its name, else when it was written */
    bool replaced;  /* another object was read under this key */
};

struct s3_objects;
struct s3_objects *s3_objects_new(size_t max); /* NULL when out of memory */
void s3_objects_free(struct s3_objects *objects);

/* An object was listed. WEIR_OK: it is new or another one, and wanted now (unless only_known). WEIR_AGAIN: it is
 * known. WEIR_E_LIMIT, WEIR_E_NOMEM. */
weir_status s3_objects_add(struct s3_objects *objects, const char *key, const char *etag, uint64_t size, int64_t time_s,
                           bool only_known);

/* Puts what is wanted in order of time. */
void s3_objects_sort(struct s3_objects *objects, bool newest_first);

/* The next wanted one; its texts are yours (s3_wanted_done). False = none. */
bool s3_objects_take(struct s3_objects *objects, struct s3_wanted *out);
void s3_wanted_done(struct s3_wanted *wanted);

/* It could not be read as it was: whatever is under the key when it is listed next is new. */
void s3_objects_forget(struct s3_objects *objects, const char *key);

/* What is older will not be listed again. WEIR_E_NOMEM leaves all. */
weir_status s3_objects_expire(struct s3_objects *objects, int64_t before_s);

size_t s3_objects_known(const struct s3_objects *objects);
size_t s3_objects_wanted(const struct s3_objects *objects);
uint64_t s3_objects_wanted_bytes(const struct s3_objects *objects);

#endif
