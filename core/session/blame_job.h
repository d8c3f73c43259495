/* blame_job.h - the cause of one flip worked out on a thread of its own, so that a large network holds up no screen.
 * Everything that it needs is copied or shared before it starts: it looks at nothing of the session. */
#ifndef WEIR_SESSION_BLAME_JOB_H
#define WEIR_SESSION_BLAME_JOB_H

#include "explain/blame.h"

struct blame_job;

/* Copies what is asked. WEIR_E_NOMEM, WEIR_E_IO: there is no thread. */
weir_status blame_job_start(const struct blame_ask *ask, const struct blame_words *words, struct blame_job **out,
                            weir_error *err);
bool blame_job_is_done(const struct blame_job *job);
/* Waits for its end, and ends the job. On success *out is yours. */
weir_status blame_job_take(struct blame_job *job, weir_incident **out, weir_error *err);
void blame_job_free(struct blame_job *job); /* at most as long as one network takes to be built; accepts NULL */

#endif
