/* change_file.c - events in all the wrappings in which they are kept: trail files, lists, lines, envelopes of
 * EventBridge, answers of LookupEvents, messages of CloudWatch Logs. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "aws/json.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/scope.h"
#include "vpc/capture_bytes.h"
#include "vpc/capture_state.h"
#include "vpc/change_make.h"

enum { WRAPPINGS_MAX = 8 };

struct reading {
    change_taker *take;
    void *user;
    struct change_counts *counts;
    bool stopped;
};

static void drop_json(json_t **json)
{
    json_done(*json);
}

static weir_status take_json(struct reading *reading, const json_t *json, int depth);

static weir_status take_list(struct reading *reading, const json_t *list, int depth)
{
    weir_status status = WEIR_OK;
    size_t k;
    json_t *item;
    json_array_foreach(list, k, item)
    {
        if (status == WEIR_OK && !reading->stopped)
            status = take_json(reading, item, depth + 1);
    }
    return status;
}

/* JSON in a string: a member of an answer of LookupEvents, a log event's message. */
static weir_status take_text(struct reading *reading, const json_t *text, int depth)
{
    AUTO(drop_json) json_t *inner = NULL;
    weir_error ignored;
    weir_status status =
        json_read_within(json_string_value(text), json_string_length(text), JSON_MEMORY_MAX_BYTES, &inner, &ignored);
    if (status == WEIR_OK)
        return take_json(reading, inner, depth + 1);
    reading->counts->odd++;
    return status == WEIR_E_NOMEM ? status : WEIR_OK;
}

static weir_status take_event(struct reading *reading, const json_t *json)
{
    struct change *change = NULL;
    weir_status status = change_of_event(json, &change);
    if (status == WEIR_E_DATA) {
        reading->counts->odd++;
        return WEIR_OK;
    }
    if (status != WEIR_OK)
        return status;
    reading->counts->events++;
    if (!change)
        reading->counts->ignored++;
    else if (!reading->take(change, reading->user))
        reading->stopped = true;
    return WEIR_OK;
}

/* Members that hold events, and what they are around. */
static weir_status take_json(struct reading *reading, const json_t *json, int depth)
{
    static const char *const wrappings[] = {"Records",         "Events",  "events",   "logEvents", "detail",
                                            "CloudTrailEvent", "message", "@message", "Message"};
    if (json_is_array(json) && depth < WRAPPINGS_MAX)
        return take_list(reading, json, depth);
    for (size_t k = 0; k < ARRAY_SIZE(wrappings) && depth < WRAPPINGS_MAX; k++) {
        const json_t *inner = json_object_get(json, wrappings[k]);
        if (json_is_array(inner))
            return take_list(reading, inner, depth);
        if (json_is_string(inner) && json_string_value(inner)[0] == '{')
            return take_text(reading, inner, depth);
        if (json_is_object(inner) && !json_object_get(json, "eventName"))
            return take_json(reading, inner, depth + 1);
    }
    return take_event(reading, json);
}

/* What begins at a damaged document ends with its line. */
static void skip_line(struct documents *documents)
{
    const char *end = memchr(documents->rest.at, '\n', documents->rest.len);
    size_t n = end ? (size_t)(end - documents->rest.at) + 1 : documents->rest.len;
    documents->rest = (struct slice){documents->rest.at + n, documents->rest.len - n};
}

static weir_status take_documents(struct reading *reading, struct slice text)
{
    struct documents documents = {text};
    weir_status status = WEIR_OK;
    while (status == WEIR_OK && !reading->stopped) {
        AUTO(drop_json) json_t *document = NULL;
        weir_error why = {0}; /* of what is skipped */
        status = documents_next(&documents, &document, &why);
        if (status == WEIR_OK) {
            status = take_json(reading, document, 0);
        } else if (status == WEIR_E_DATA || status == WEIR_E_LIMIT) {
            reading->counts->odd++;
            skip_line(&documents);
            status = WEIR_OK;
        }
    }
    return status == WEIR_END ? WEIR_OK : status;
}

weir_status change_read(const char *bytes, size_t len, change_taker *take, void *user, struct change_counts *counts,
                        weir_error *err)
{
    AUTO(buf_done) struct buf room = {0};
    struct change_counts own = {0};
    struct reading reading = {take, user, counts ? counts : &own, false};
    size_t before = reading.counts->events;
    struct slice text;
    weir_status status = text_of_bytes((struct slice){bytes ? bytes : "", len}, &room, &text, err);
    if (status == WEIR_OK)
        status = take_documents(&reading, text);
    if (status == WEIR_E_NOMEM)
        return weir_fail(err, status, 0, "out of memory");
    if (status == WEIR_OK && reading.counts->events == before && reading.counts->odd)
        return weir_fail(err, WEIR_E_DATA, 0,
                         "it has no CloudTrail event: a trail's file, a line each, or aws cloudtrail lookup-events "
                         "--output json");
    return status;
}

/* ---- files ---- */

static weir_status read_file(const char *path, change_taker *take, void *user, struct change_counts *counts,
                             weir_error *err)
{
    AUTO(buf_done) struct buf bytes = {0};
    weir_error why = {0};
    weir_status status = file_read(AT_FDCWD, path, &bytes, err);
    if (status != WEIR_OK)
        return status;
    status = change_read(bytes.bytes, bytes.len, take, user, counts, &why);
    return status == WEIR_OK ? status : weir_fail(err, status, 0, "%s: %s", path, why.text);
}

struct names {
    char *path[CHANGE_FILES_MAX];
    size_t n;
    bool too_many;
};

static void names_done(struct names **names)
{
    for (size_t k = 0; *names && k < (*names)->n; k++)
        free((*names)->path[k]);
    free(*names);
}

static bool is_wanted(const char *name)
{
    static const char *const ends[] = {".json", ".json.gz", ".ndjson", ".ndjson.gz", ".jsonl", ".jsonl.gz"};
    size_t len = strlen(name);
    for (size_t k = 0; k < ARRAY_SIZE(ends); k++)
        if (len > strlen(ends[k]) && strcmp(name + len - strlen(ends[k]), ends[k]) == 0)
            return true;
    return false;
}

static void walk(struct names *names, const char *folder, int depth)
{
    DIR *stream = depth < CHANGE_FOLDERS_MAX ? opendir(folder) : NULL;
    for (struct dirent *entry; stream && (entry = readdir(stream));) {
        char path[4096];
        struct stat facts;
        if (entry->d_name[0] == '.' ||
            snprintf(path, sizeof path, "%s/%s", folder, entry->d_name) >= (int)sizeof path || stat(path, &facts) != 0)
            continue;
        if (S_ISDIR(facts.st_mode)) {
            walk(names, path, depth + 1);
        } else if (S_ISREG(facts.st_mode) && is_wanted(entry->d_name)) {
            names->too_many = names->too_many || names->n == CHANGE_FILES_MAX;
            if (names->n < CHANGE_FILES_MAX && (names->path[names->n] = strdup(path)))
                names->n++;
        }
    }
    if (stream)
        closedir(stream);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* A folder may hold other files, too: digests, inventories. Only when none has an event it says so. */
static weir_status read_folder(const char *path, change_taker *take, void *user, struct change_counts *counts,
                               weir_error *err)
{
    AUTO(names_done) struct names *names = calloc(1, sizeof *names);
    weir_error why = {0};
    size_t before = counts->events;
    if (!names)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    walk(names, path, 0);
    if (names->too_many)
        return weir_fail(err, WEIR_E_LIMIT, 0, "%s has more than %d files: give the folder of a day", path,
                         CHANGE_FILES_MAX);
    qsort(names->path, names->n, sizeof *names->path, by_name);
    for (size_t k = 0; k < names->n; k++)
        if (read_file(names->path[k], take, user, counts, &why) == WEIR_E_NOMEM)
            return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    if (counts->events == before)
        return weir_fail(err, WEIR_E_DATA, 0, "%s has no CloudTrail event in its *.json, *.json.gz or *.ndjson files",
                         path);
    return WEIR_OK;
}

weir_status change_read_path(const char *path, change_taker *take, void *user, struct change_counts *counts,
                             weir_error *err)
{
    struct change_counts own = {0};
    struct stat facts;
    counts = counts ? counts : &own;
    bool is_folder = stat(path, &facts) == 0 && S_ISDIR(facts.st_mode);
    return is_folder ? read_folder(path, take, user, counts, err) : read_file(path, take, user, counts, err);
}
