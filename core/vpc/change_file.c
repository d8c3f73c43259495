/* change_file.c - changes from a file or a folder, as a trail leaves them in a bucket. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/scope.h"
#include "vpc/capture_bytes.h"
#include "vpc/change_files.h"

/* ---- one file ---- */

/* A gzipped text that is cut off or damaged is not read at all: what is missing of it cannot be told. */
static weir_status read_file(struct change_reader *reader, int folder, const char *name, weir_error *err)
{
    AUTO(buf_done) struct buf bytes = {0}, room = {0};
    struct slice text;
    weir_status status = file_read(folder, name, &bytes, err);
    if (status == WEIR_OK)
        status = text_of_bytes((struct slice){bytes.bytes ? bytes.bytes : "", bytes.len}, &room, &text, err);
    return status == WEIR_OK ? change_read_text(reader, text, err) : status;
}

static weir_status read_alone(struct change_reader *reader, const char *path, weir_error *err)
{
    weir_error why = {0};
    weir_status status = read_file(reader, AT_FDCWD, path, &why);
    if (status == WEIR_OK)
        status = change_reader_end(reader, &why);
    if (status == WEIR_OK || status == WEIR_E_IO) /* which names the file itself */
        return status == WEIR_OK ? WEIR_OK : weir_fail(err, status, 0, "%s", why.text);
    return weir_fail(err, status, 0, "%s: %s", path, why.text);
}

/* ---- the names of a folder ---- */

struct names {
    char **list; /* sorted */
    size_t n, room;
};

static void names_done(struct names *names)
{
    for (size_t k = 0; k < names->n; k++)
        free(names->list[k]);
    free(names->list);
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

static bool is_text_name(const char *name)
{
    static const char *const ends[] = {".json", ".json.gz", ".ndjson", ".ndjson.gz", ".jsonl", ".jsonl.gz"};
    for (size_t k = 0; k < ARRAY_SIZE(ends); k++)
        if (ends_in(name, ends[k]))
            return true;
    return false;
}

/* A trail keeps checksums of its files, and what it found unusual, in folders beside them. */
static bool is_beside(const char *name)
{
    return strcmp(name, "CloudTrail-Digest") == 0 || strcmp(name, "CloudTrail-Insight") == 0;
}

static bool names_add(struct names *names, const char *name)
{
    if (names->n == names->room) {
        size_t room = names->room ? names->room * 2 : 64;
        char **list = realloc(names->list, room * sizeof *list);
        if (!list)
            return false;
        names->list = list;
        names->room = room;
    }
    names->list[names->n] = strdup(name);
    return names->list[names->n++] != NULL;
}

/* ---- a folder and those in it ---- */

struct walk {
    struct change_reader *reader;
    const char *path; /* of the first folder, for words */
    size_t n_files;
    weir_error why; /* of the first file that could not be read */
};

static bool is_wanted(int folder, const char *name, bool *is_folder)
{
    struct stat facts;
    if (*name == '.' || fstatat(folder, name, &facts, 0) != 0)
        return false;
    *is_folder = S_ISDIR(facts.st_mode);
    return *is_folder ? !is_beside(name) : S_ISREG(facts.st_mode) && is_text_name(name);
}

static weir_status list_names(struct walk *walk, int folder, struct names *names, weir_error *err)
{
    const struct dirent *entry;
    bool is_folder;
    int again = fcntl(folder, F_DUPFD_CLOEXEC, 0);
    DIR *stream = again < 0 ? NULL : fdopendir(again);
    weir_status status = WEIR_OK;
    if (!stream && again >= 0)
        close(again);
    while (stream && status == WEIR_OK && (entry = readdir(stream))) {
        if (!is_wanted(folder, entry->d_name, &is_folder))
            continue;
        if (++walk->n_files > CHANGE_FILES_MAX)
            status = weir_fail(err, WEIR_E_LIMIT, 0, "%s has more than %d files and folders: name one of its folders",
                               walk->path, CHANGE_FILES_MAX);
        else if (!names_add(names, entry->d_name))
            status = weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    }
    if (stream)
        closedir(stream);
    if (names->n)
        qsort(names->list, names->n, sizeof *names->list, compare_names);
    return stream ? status : weir_fail(err, WEIR_E_IO, 0, "cannot read %s", walk->path);
}

/* A file that cannot be read hides no other. */
static weir_status take_file(struct walk *walk, int folder, const char *name, weir_error *err)
{
    weir_error why = {0};
    weir_status status = read_file(walk->reader, folder, name, &why);
    if (status == WEIR_E_NOMEM)
        return weir_fail(err, status, 0, "out of memory");
    walk->reader->counts->odd += status != WEIR_OK;
    if (status != WEIR_OK)
        weir_fail(&walk->why, status, 0, "%s: %s", name, why.text);
    return WEIR_OK;
}

static weir_status take_folder(struct walk *walk, int folder, size_t depth, weir_error *err);

/* A link is not followed: it may lead round in circles. */
static weir_status take_inner(struct walk *walk, int folder, const char *name, size_t depth, weir_error *err)
{
    int inner =
        depth < CHANGE_FOLDER_DEPTH_MAX ? openat(folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW) : -1;
    if (inner < 0)
        return WEIR_OK;
    weir_status status = take_folder(walk, inner, depth + 1, err);
    close(inner);
    return status;
}

static weir_status take_folder(struct walk *walk, int folder, size_t depth, weir_error *err)
{
    AUTO(names_done) struct names names = {0};
    weir_status status = list_names(walk, folder, &names, err);
    for (size_t k = 0; k < names.n && status == WEIR_OK && !walk->reader->is_stopped; k++) {
        const char *name = names.list[k];
        bool is_folder = false;
        if (is_wanted(folder, name, &is_folder))
            status = is_folder ? take_inner(walk, folder, name, depth, err) : take_file(walk, folder, name, err);
    }
    return status;
}

static weir_status fail_to_open(const char *path, weir_error *err)
{
    char text[128];
    return weir_fail(err, WEIR_E_IO, 0, "cannot read %s: %s", path, strerror_r(errno, text, sizeof text));
}

static weir_status read_folder(struct change_reader *reader, const char *path, weir_error *err)
{
    struct walk walk = {.reader = reader, .path = path};
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return fail_to_open(path, err);
    weir_status status = take_folder(&walk, folder, 0, err);
    close(folder);
    if (status != WEIR_OK || change_reader_end(reader, NULL) == WEIR_OK)
        return status;
    return weir_fail(err, WEIR_E_DATA, 0, "%s has no file with events of CloudTrail%s%s", path,
                     *walk.why.text ? "; " : "", walk.why.text);
}

weir_status change_read_path(const char *path, change_taker *take, void *user, struct change_counts *counts,
                             weir_error *err)
{
    struct stat facts;
    struct change_reader reader = {.take = take, .user = user, .counts = counts, .n_before = counts->events};
    bool is_folder = stat(path, &facts) == 0 && S_ISDIR(facts.st_mode);
    return is_folder ? read_folder(&reader, path, err) : read_alone(&reader, path, err);
}
