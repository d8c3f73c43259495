/* s3_walk.h - which prefixes of a bucket have to be listed: first the places where flow logs are (by listing folder by
 * folder), then the folders of the days that are wanted. Pure: is told what was listed. */
#ifndef WEIR_SOURCE_S3_WALK_H
#define WEIR_SOURCE_S3_WALK_H

#include "aws/s3.h"
#include "source/s3_key.h"

/* A folder with dated folders in it, or one with objects. */
struct s3_root {
    char *prefix; /* up to the date */
    bool dated, hive;
};

struct s3_texts {
    size_t n, room;
    char **at;
};

struct s3_walk {
    char *start; /* what the person gave */
    struct s3_root *roots;
    size_t n_roots, roots_room;
    struct s3_texts queue; /* folders to look into */
    size_t next;
    struct s3_texts children; /* of the folder that is being listed */
    bool cut;                 /* S3_PREFIXES_MAX was reached */
};

weir_status s3_walk_init(struct s3_walk *walk, const char *start);
void s3_walk_done(struct s3_walk *walk);

/* Looks for roots (again); those that are known stay. */
weir_status s3_walk_begin(struct s3_walk *walk);

/* The folder to list next, with delimiter '/'; NULL = all were. Borrowed until s3_walk_take(). */
const char *s3_walk_next(const struct s3_walk *walk);

/* A page of it; `last` = no more of this folder. WEIR_E_NOMEM. */
weir_status s3_walk_take(struct s3_walk *walk, const struct s3_list *page, bool last);

/* The prefixes that may hold objects of [from, to], into *out (s3_texts_done). Those that end in '/' and are no dated
 * ones are to be listed with a delimiter: *flat tells how many, they come first. */
weir_status s3_walk_days(struct s3_walk *walk, int64_t from_s, int64_t to_s, struct s3_texts *out, size_t *flat);

weir_status s3_texts_add(struct s3_texts *texts, const char *text, size_t len);
void s3_texts_done(struct s3_texts *texts);

#endif
