/* capture_file.c - captures from files: a folder of what the AWS CLI wrote, or one snapshot. A file that cannot be read
 * fails its part and no other. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aws/json.h"
#include "base/limits.h"
#include "base/scope.h"
#include "vpc/capture.h"
#include "vpc/capture_bytes.h"
#include "vpc/capture_snapshot.h"
#include "vpc/capture_state.h"
#include "vpc/part.h"

enum { STEM_BYTES = 64, OF_BYTES = 64 };

static void drop_capture(struct capture **capture)
{
    capture_free(*capture);
}

static void drop_json(json_t **json)
{
    json_done(*json);
}

/* ---- what a file's name says ---- */

/* describe-subnets.json, describe-subnets-2.json, describe-subnets.eu.json. PART_COUNT = no part's name. */
static enum part part_of_name(const char *name)
{
    for (int part = 0; part < PART_COUNT; part++) {
        char stem[STEM_BYTES];
        part_file_stem((enum part)part, stem, sizeof stem);
        size_t len = strlen(stem);
        if (strncasecmp(name, stem, len) == 0 && !isalnum((unsigned char)name[len]))
            return (enum part)part;
    }
    return PART_COUNT;
}

/* The pl-… or tgw-rtb-… of a name; "" = none. */
static void of_name(const char *name, char out[OF_BYTES])
{
    static const char *const starts[] = {"tgw-rtb-", "pl-"};
    out[0] = '\0';
    for (size_t k = 0; k < ARRAY_SIZE(starts); k++) {
        const char *at = strcasestr(name, starts[k]);
        while (at && at != name && isalnum((unsigned char)at[-1]))
            at = strcasestr(at + 1, starts[k]);
        if (!at)
            continue;
        size_t len = strlen(starts[k]);
        while (isalnum((unsigned char)at[len]) && len + 1 < OF_BYTES)
            len++;
        for (size_t n = 0; n < len; n++)
            out[n] = (char)tolower((unsigned char)at[n]);
        out[len] = '\0';
        return;
    }
}

/* ---- one text ---- */

/* All documents of a text; *n counts the lists of parts in them. A snapshot says of itself what it is. */
static weir_status take_text(struct capture *capture, enum part part, const char *of, struct slice text, size_t *n,
                             weir_error *err)
{
    struct documents documents = {text};
    weir_status status = capture_count(capture, text.len, err);
    while (status == WEIR_OK) {
        AUTO(drop_json) json_t *document = NULL;
        status = documents_next(&documents, &document, err);
        if (status == WEIR_OK && json_is_array(document) && part < PART_COUNT) {
            status = capture_take_list(capture, part, of, document, err);
            *n += status == WEIR_OK;
        } else if (status == WEIR_OK) {
            status = capture_take_document(capture, of, document, n, err);
            if (status == WEIR_OK)
                status = snapshot_take_head(capture, document, err);
        }
    }
    return status == WEIR_END ? WEIR_OK : status;
}

weir_status capture_read_bytes(const char *bytes, size_t len, struct capture **out, weir_error *err)
{
    AUTO(buf_done) struct buf room = {0};
    AUTO(drop_capture) struct capture *capture = capture_new();
    struct slice text;
    size_t n = 0;
    if (!capture)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    weir_status status = text_of_bytes((struct slice){bytes ? bytes : "", len}, &room, &text, err);
    if (status == WEIR_OK)
        status = take_text(capture, PART_COUNT, NULL, text, &n, err);
    if (status != WEIR_OK)
        return status;
    if (!n)
        return weir_fail(err, WEIR_E_DATA, 0, "it is neither a snapshot of weir's nor what aws ec2 describe-* writes");
    snapshot_tell_missing(capture, "it is not in the snapshot");
    *out = TAKE(capture);
    return WEIR_OK;
}

static weir_status read_snapshot(const char *path, struct capture **out, weir_error *err)
{
    AUTO(buf_done) struct buf bytes = {0};
    weir_error why = {0};
    weir_status status = file_read(AT_FDCWD, path, &bytes, err);
    if (status != WEIR_OK)
        return status;
    status = capture_read_bytes(bytes.bytes, bytes.len, out, &why);
    return status == WEIR_OK ? WEIR_OK : weir_fail(err, status, 0, "%s: %s", path, why.text);
}

/* ---- a folder ---- */

struct folder {
    int fd;
    char **names; /* sorted */
    size_t n, n_lists;
    char unread[256]; /* the first file whose part is not known and that could not be read, and why */
};

static void folder_done(struct folder *folder)
{
    for (size_t k = 0; k < folder->n; k++)
        free(folder->names[k]);
    free(folder->names);
    if (folder->fd >= 0)
        close(folder->fd);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool ends_in(const char *name, const char *end)
{
    size_t len = strlen(name), n = strlen(end);
    return len > n && strcasecmp(name + len - n, end) == 0;
}

static bool is_wanted(int fd, const char *name)
{
    struct stat facts;
    return *name != '.' && (ends_in(name, ".json") || ends_in(name, ".json.gz")) && fstatat(fd, name, &facts, 0) == 0 &&
           S_ISREG(facts.st_mode);
}

static weir_status list_names(DIR *stream, const char *path, struct folder *folder, weir_error *err)
{
    const struct dirent *entry;
    folder->names = calloc(CAPTURE_FILES_MAX, sizeof *folder->names);
    if (!folder->names)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    while ((entry = readdir(stream))) {
        if (!is_wanted(folder->fd, entry->d_name))
            continue;
        if (folder->n == CAPTURE_FILES_MAX)
            return weir_fail(err, WEIR_E_LIMIT, 0, "%s has more than %d JSON files", path, CAPTURE_FILES_MAX);
        folder->names[folder->n] = strdup(entry->d_name);
        if (!folder->names[folder->n++])
            return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    }
    if (folder->n)
        qsort(folder->names, folder->n, sizeof *folder->names, compare_names);
    return WEIR_OK;
}

static weir_status folder_open(const char *path, struct folder *folder, weir_error *err)
{
    char text[128];
    folder->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int again = folder->fd < 0 ? -1 : fcntl(folder->fd, F_DUPFD_CLOEXEC, 0);
    DIR *stream = again < 0 ? NULL : fdopendir(again);
    if (!stream) {
        weir_status status =
            weir_fail(err, WEIR_E_IO, 0, "cannot read %s: %s", path, strerror_r(errno, text, sizeof text));
        if (again >= 0)
            close(again);
        return status;
    }
    weir_status status = list_names(stream, path, folder, err);
    closedir(stream);
    return status;
}

static void fail_file(struct capture *capture, struct folder *folder, const char *name, enum part part,
                      const weir_error *why)
{
    char text[512];
    snprintf(text, sizeof text, "%s: %s", name, why->text);
    if (part < PART_COUNT)
        capture_set_state(capture, part, PART_FAILED, text);
    else if (!*folder->unread)
        weir_sanitize(text, strlen(text), folder->unread, sizeof folder->unread);
}

/* The file of a part that tells nothing of it fails; any other file of that kind is not ours. */
static weir_status take_file(struct capture *capture, struct folder *folder, const char *name, weir_error *err)
{
    AUTO(buf_done) struct buf bytes = {0}, room = {0};
    char of[OF_BYTES];
    weir_error why = {0};
    struct slice text;
    size_t n = 0;
    enum part part = part_of_name(name);
    of_name(name, of);
    weir_status status = file_read(folder->fd, name, &bytes, &why);
    if (status == WEIR_OK)
        status = text_of_bytes((struct slice){bytes.bytes ? bytes.bytes : "", bytes.len}, &room, &text, &why);
    if (status == WEIR_OK)
        status = take_text(capture, part, *of ? of : NULL, text, &n, &why);
    folder->n_lists += n;
    if (status == WEIR_E_NOMEM)
        return weir_fail(err, status, 0, "out of memory");
    if (status == WEIR_OK && !n && part < PART_COUNT)
        status = weir_fail(&why, WEIR_E_DATA, 0, text.len ? "it has no %s" : "it is empty: the command may have failed",
                           part_get(part)->list);
    if (status != WEIR_OK)
        fail_file(capture, folder, name, part, &why);
    return WEIR_OK;
}

static weir_status read_folder(const char *path, struct capture **out, weir_error *err)
{
    AUTO(folder_done) struct folder folder = {.fd = -1};
    AUTO(drop_capture) struct capture *capture = capture_new();
    if (!capture)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    weir_status status = folder_open(path, &folder, err);
    for (size_t k = 0; k < folder.n && status == WEIR_OK; k++)
        status = take_file(capture, &folder, folder.names[k], err);
    if (status != WEIR_OK)
        return status;
    if (!folder.n_lists)
        return weir_fail(err, WEIR_E_DATA, 0, "%s has no file that aws ec2 describe-* wrote%s%s", path,
                         *folder.unread ? "; " : "", folder.unread);
    snapshot_tell_missing(capture, *folder.unread ? folder.unread : NULL);
    *out = TAKE(capture);
    return WEIR_OK;
}

weir_status capture_read(const char *path, struct capture **out, weir_error *err)
{
    struct stat facts;
    bool is_folder = stat(path, &facts) == 0 && S_ISDIR(facts.st_mode);
    return is_folder ? read_folder(path, out, err) : read_snapshot(path, out, err);
}
