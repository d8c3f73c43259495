/* blame_job.c - see blame_job.h. Of the networks it takes the newest and the one to begin with, as their texts; the
 * newest is built anew on the thread. */
#include "session/blame_job.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/scope.h"
#include "vpc/capture.h"

enum { TEXT_BYTES = 512, EDITIONS = 2 };

struct blame_job {
    pthread_t thread;
    bool has_thread;
    atomic_bool cancel, done;

    struct blame_ask ask;
    struct flow_record record;
    weir_addr learned;
    weir_flip flip;
    struct blame_words words;
    char interface_id[TEXT_BYTES], name[TEXT_BYTES], common[TEXT_BYTES], failure[TEXT_BYTES];
    struct edition edition[EDITIONS];
    const struct edition *editions[EDITIONS];
    const struct change **changes; /* shared */

    weir_incident *incident;
    weir_error error;
};

/* ---- the thread ---- */

static weir_status build_newest(struct blame_job *job, weir_error *err)
{
    struct capture *capture = NULL;
    if (!job->ask.source.n_editions)
        return WEIR_OK;
    struct edition *newest = &job->edition[job->ask.source.n_editions - 1];
    weir_status status = capture_read_bytes(newest->text.bytes, newest->text.len, &capture, err);
    if (status == WEIR_OK)
        status = inventory_build(capture, &newest->inventory, err);
    capture_free(capture);
    return status;
}

static weir_status work(struct blame_job *job, weir_error *err)
{
    AUTO(free_cleanup) struct blame *blame = calloc(1, sizeof *blame);
    if (!blame)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    weir_status status = build_newest(job, err);
    if (status == WEIR_OK)
        status = blame_find(&job->ask, blame, err);
    if (status != WEIR_OK)
        return status;
    status = incident_make(&job->ask, blame, &job->words, &job->incident, err);
    blame_done(blame);
    return status;
}

static void *run(void *user)
{
    struct blame_job *job = user;
    job->error.status = work(job, &job->error);
    atomic_store(&job->done, true);
    return NULL;
}

/* ---- what it takes along ---- */

static const char *keep(char *buffer, const char *text)
{
    return weir_safe_format(buffer, TEXT_BYTES, "%s", text).text;
}

static bool keep_edition(struct blame_job *job, const struct edition *edition)
{
    struct edition *copy = &job->edition[job->ask.source.n_editions];
    copy->taken = edition->taken;
    buf_init(&copy->text, edition->text.len);
    if (buf_append(&copy->text, edition->text.bytes, edition->text.len) != WEIR_OK)
        return false;
    job->editions[job->ask.source.n_editions++] = copy;
    return true;
}

/* The newest state that was asked before the changes of interest, and the newest of all. */
static bool keep_editions(struct blame_job *job, const struct blame_ask *ask)
{
    const struct rewind_source *source = &ask->source;
    const struct edition *newest = source->n_editions ? source->editions[source->n_editions - 1] : NULL, *base = NULL;
    job->ask.source.n_editions = 0;
    job->ask.source.editions = job->editions;
    for (size_t k = 0; k < source->n_editions; k++)
        if (!base || source->editions[k]->taken <= blame_first(ask))
            base = source->editions[k];
    if (base && base != newest && !keep_edition(job, base))
        return false;
    return !newest || keep_edition(job, newest);
}

static bool keep_changes(struct blame_job *job, const struct blame_ask *ask)
{
    size_t n = ask->source.n_changes;
    job->ask.source.n_changes = 0;
    job->changes = calloc(n + 1, sizeof *job->changes);
    for (size_t k = 0; job->changes && k < n; k++)
        job->changes[job->ask.source.n_changes++] = change_share(ask->source.changes[k]);
    job->ask.source.changes = job->changes;
    return job->changes;
}

weir_status blame_job_start(const struct blame_ask *ask, const struct blame_words *words, struct blame_job **out,
                            weir_error *err)
{
    struct blame_job *job = calloc(1, sizeof *job);
    if (!job)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    job->ask = *ask;
    job->record = *ask->record;
    job->flip = *ask->flip;
    job->words = *words;
    job->ask.record = &job->record;
    job->ask.prior = NULL;
    job->ask.flip = &job->flip;
    job->ask.cancel = &job->cancel;
    if (ask->learned)
        job->learned = *ask->learned;
    job->ask.learned = ask->learned ? &job->learned : NULL;
    job->flip.service.interface_id.text = keep(job->interface_id, ask->flip->service.interface_id.text);
    job->flip.service.name.text = keep(job->name, ask->flip->service.name.text);
    job->words.common = keep(job->common, words->common);
    job->words.failure = keep(job->failure, words->failure);
    bool is_kept = keep_editions(job, ask) & keep_changes(job, ask);
    job->has_thread = is_kept && pthread_create(&job->thread, NULL, run, job) == 0;
    if (!job->has_thread) {
        blame_job_free(job);
        return weir_fail(err, is_kept ? WEIR_E_IO : WEIR_E_NOMEM, 0,
                         is_kept ? "no thread can be started any more: close other programs" : "out of memory");
    }
    *out = job;
    return WEIR_OK;
}

bool blame_job_is_done(const struct blame_job *job)
{
    return atomic_load(&job->done);
}

weir_status blame_job_take(struct blame_job *job, weir_incident **out, weir_error *err)
{
    pthread_join(job->thread, NULL);
    job->has_thread = false;
    weir_status status = job->error.status;
    if (status == WEIR_OK)
        *out = TAKE(job->incident);
    else
        *err = job->error;
    blame_job_free(job);
    return status;
}

void blame_job_free(struct blame_job *job)
{
    if (!job)
        return;
    atomic_store(&job->cancel, true);
    if (job->has_thread)
        pthread_join(job->thread, NULL);
    for (size_t k = 0; k < EDITIONS; k++) {
        inventory_free(job->edition[k].inventory);
        buf_done(&job->edition[k].text);
    }
    for (size_t k = 0; k < job->ask.source.n_changes && job->changes; k++)
        change_free((struct change *)job->changes[k]);
    free(job->changes);
    weir_incident_free(job->incident);
    free(job);
}
