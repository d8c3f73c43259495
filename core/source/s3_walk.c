/* s3_walk.c - see s3_walk.h. */
#include "source/s3_walk.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/scope.h"

/* ---- lists of texts ---- */

weir_status s3_texts_add(struct s3_texts *texts, const char *text, size_t len)
{
    if (texts->n == texts->room) {
        size_t room = texts->room ? texts->room * 2 : 16;
        char **at = realloc(texts->at, room * sizeof *at);
        if (!at)
            return WEIR_E_NOMEM;
        texts->at = at;
        texts->room = room;
    }
    char *copy = strndup(text, len);
    if (!copy)
        return WEIR_E_NOMEM;
    texts->at[texts->n++] = copy;
    return WEIR_OK;
}

void s3_texts_done(struct s3_texts *texts)
{
    for (size_t k = 0; k < texts->n; k++)
        free(texts->at[k]);
    free(texts->at);
    *texts = (struct s3_texts){0};
}

static bool holds(const struct s3_texts *texts, const char *text)
{
    for (size_t k = 0; k < texts->n; k++)
        if (strcmp(texts->at[k], text) == 0)
            return true;
    return false;
}

/* ---- roots ---- */

static weir_status add_root(struct s3_walk *walk, const char *prefix, size_t len, bool dated, bool hive)
{
    for (size_t k = 0; k < walk->n_roots; k++) {
        const struct s3_root *root = &walk->roots[k];
        if (strlen(root->prefix) == len && memcmp(root->prefix, prefix, len) == 0 && root->dated == dated &&
            root->hive == hive)
            return WEIR_OK;
    }
    if (walk->n_roots >= S3_PREFIXES_MAX) {
        walk->cut = true;
        return WEIR_OK;
    }
    if (walk->n_roots == walk->roots_room) {
        size_t room = walk->roots_room ? walk->roots_room * 2 : 8;
        struct s3_root *roots = realloc(walk->roots, room * sizeof *roots);
        if (!roots)
            return WEIR_E_NOMEM;
        walk->roots = roots;
        walk->roots_room = room;
    }
    char *copy = strndup(prefix, len);
    if (!copy)
        return WEIR_E_NOMEM;
    walk->roots[walk->n_roots++] = (struct s3_root){.prefix = copy, .dated = dated, .hive = hive};
    return WEIR_OK;
}

static weir_status add_folder(struct s3_walk *walk, const char *prefix)
{
    struct s3_place place;
    s3_place(prefix, &place);
    if (place.dated)
        return add_root(walk, prefix, place.date_at, true, place.hive);
    if (!s3_may_hold(prefix) || holds(&walk->queue, prefix))
        return WEIR_OK;
    if (walk->queue.n >= S3_PREFIXES_MAX) {
        walk->cut = true;
        return WEIR_OK;
    }
    return s3_texts_add(&walk->queue, prefix, strlen(prefix));
}

/* ---- the walk ---- */

weir_status s3_walk_init(struct s3_walk *walk, const char *start)
{
    *walk = (struct s3_walk){.start = strdup(start)};
    return walk->start ? WEIR_OK : WEIR_E_NOMEM;
}

void s3_walk_done(struct s3_walk *walk)
{
    for (size_t k = 0; k < walk->n_roots; k++)
        free(walk->roots[k].prefix);
    free(walk->roots);
    s3_texts_done(&walk->queue);
    s3_texts_done(&walk->children);
    free(walk->start);
    *walk = (struct s3_walk){0};
}

weir_status s3_walk_begin(struct s3_walk *walk)
{
    s3_texts_done(&walk->queue);
    s3_texts_done(&walk->children);
    walk->next = 0;
    struct s3_place place;
    s3_place(walk->start, &place);
    if (place.dated)
        return add_root(walk, walk->start, place.date_at, true, place.hive);
    return s3_texts_add(&walk->queue, walk->start, strlen(walk->start));
}

const char *s3_walk_next(const struct s3_walk *walk)
{
    return walk->next < walk->queue.n ? walk->queue.at[walk->next] : NULL;
}

/* The one child that is meant, where that is clear: AWSLogs, or the folder whose '/' was not typed; SIZE_MAX = all. */
static size_t only_child(const struct s3_walk *walk, const char *folder)
{
    size_t len = strlen(folder);
    for (size_t k = 0; k < walk->children.n; k++) {
        const char *child = walk->children.at[k];
        bool is_same = len > 0 && strlen(child) == len + 1 && memcmp(child, folder, len) == 0 && child[len] == '/';
        if (is_same || s3_is_top(child))
            return k;
    }
    return SIZE_MAX;
}

static weir_status take_children(struct s3_walk *walk)
{
    size_t only = only_child(walk, walk->queue.at[walk->next]);
    weir_status status = WEIR_OK;
    for (size_t k = 0; k < walk->children.n && !status; k++)
        if (only == SIZE_MAX || only == k)
            status = add_folder(walk, walk->children.at[k]);
    s3_texts_done(&walk->children);
    walk->next++;
    return status;
}

weir_status s3_walk_take(struct s3_walk *walk, const struct s3_list *page, bool last)
{
    weir_status status = WEIR_OK;
    const char *folder = walk->queue.at[walk->next];
    for (size_t k = 0; k < page->n_prefixes && !status; k++) {
        if (walk->children.n < S3_PREFIXES_MAX)
            status = s3_texts_add(&walk->children, page->prefixes[k], strlen(page->prefixes[k]));
        else
            walk->cut = true;
    }
    for (size_t k = 0; k < page->n && !status; k++) {
        if (s3_kind(page->at[k].key) == S3_OTHER)
            continue;
        status = add_root(walk, folder, strlen(folder), false, false);
        break;
    }
    return !status && last ? take_children(walk) : status;
}

/* ---- days ---- */

static weir_status add_day(struct s3_walk *walk, const struct s3_root *root, int64_t day_s, struct s3_texts *out)
{
    char folder[S3_FOLDER_BYTES];
    s3_day_folder(day_s, root->hive, folder);
    size_t len = strlen(root->prefix), folder_len = strlen(folder), start_len = strlen(walk->start);
    AUTO(free_cleanup) char *prefix = malloc(len + folder_len + 1);
    if (!prefix)
        return WEIR_E_NOMEM;
    memcpy(prefix, root->prefix, len);
    memcpy(prefix + len, folder, folder_len + 1);
    if (strncmp(prefix, walk->start, start_len) == 0)
        return s3_texts_add(out, prefix, len + folder_len);
    /* The person named a part of a day. */
    if (strncmp(walk->start, prefix, len + folder_len) == 0)
        return s3_texts_add(out, walk->start, start_len);
    return WEIR_OK;
}

weir_status s3_walk_days(struct s3_walk *walk, int64_t from_s, int64_t to_s, struct s3_texts *out, size_t *flat)
{
    weir_status status = WEIR_OK;
    struct s3_place place;
    s3_place(walk->start, &place);
    int64_t from = place.from_s > from_s ? place.from_s : from_s, to = place.to_s <= to_s ? place.to_s - 1 : to_s;
    for (size_t k = 0; k < walk->n_roots && !status; k++)
        if (!walk->roots[k].dated)
            status = s3_texts_add(out, walk->roots[k].prefix, strlen(walk->roots[k].prefix));
    *flat = out->n;
    for (int64_t day = to; day >= from - from % S3_DAY_S && !status; day -= S3_DAY_S) {
        for (size_t k = 0; k < walk->n_roots && !status; k++) {
            if (!walk->roots[k].dated)
                continue;
            if (out->n >= S3_PREFIXES_MAX) {
                walk->cut = true;
                return WEIR_OK;
            }
            status = add_day(walk, &walk->roots[k], day, out);
        }
    }
    return status;
}
