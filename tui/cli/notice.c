/* notice.c - see notice.h. The details are handed over in an unlinked file, so that a command that reads nothing, or
 * slowly, holds up nobody. */
#include "cli/notice.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/scope.h"

enum { WORDS_MAX = 64, QUEUE_MAX = 32 };

extern char **environ;

struct notice {
    char *text; /* the command, its blanks made NUL */
    char *word[WORDS_MAX + 1];
    pid_t child; /* 0 = none runs */
    char *queue[QUEUE_MAX];
    size_t queue_len[QUEUE_MAX], n_queue;
    int failure; /* errno of the last start that failed; 0 = none */
    int status;  /* of the last one that ended badly; 0 = none */
};

weir_status notice_new(const char *command, struct notice **out, weir_error *err)
{
    *out = NULL;
    if (!command)
        return WEIR_OK;
    struct notice *notice = calloc(1, sizeof *notice);
    if (!notice || !(notice->text = strdup(command))) {
        free(notice);
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    }
    size_t n = 0;
    char *rest = notice->text;
    for (char *word; n < WORDS_MAX && (word = strtok_r(rest, " \t", &rest));)
        notice->word[n++] = word;
    if (n == 0 || n == WORDS_MAX) {
        notice_free(notice);
        return weir_fail(err, WEIR_E_USAGE, 0, "--on-incident needs a command of 1 to %d words", WORDS_MAX - 1);
    }
    *out = notice;
    return WEIR_OK;
}

void notice_free(struct notice *notice)
{
    if (!notice)
        return;
    for (size_t k = 0; k < notice->n_queue; k++)
        free(notice->queue[k]);
    free(notice->text);
    free(notice);
}

static int file_of(const char *bytes, size_t len)
{
    int fd = memfd_create("weir-incident", MFD_CLOEXEC);
    size_t done = 0;
    while (fd >= 0 && done < len) {
        ssize_t n = write(fd, bytes + done, len - done);
        if (n < 0 && errno != EINTR) {
            close(fd);
            return -1;
        }
        done += n > 0 ? (size_t)n : 0;
    }
    if (fd >= 0)
        lseek(fd, 0, SEEK_SET);
    return fd;
}

/* The terminal is the dashboard's: the command gets none of it. */
static void start(struct notice *notice, const char *bytes, size_t len)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, usual;
    int fd = file_of(bytes, len);
    if (fd < 0) {
        notice->failure = errno;
        return;
    }
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setpgroup(&attributes, 0);
    sigemptyset(&usual);
    sigaddset(&usual, SIGPIPE); /* which we ignore */
    posix_spawnattr_setsigdefault(&attributes, &usual);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    posix_spawn_file_actions_adddup2(&actions, fd, STDIN_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    notice->failure = posix_spawnp(&notice->child, notice->word[0], &actions, &attributes, notice->word, environ);
    if (notice->failure)
        notice->child = 0;
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    close(fd);
}

void notice_send(struct notice *notice, const char *json, size_t len)
{
    if (!notice)
        return;
    if (!notice->child && !notice->n_queue) {
        start(notice, json, len);
        return;
    }
    char *copy = notice->n_queue < QUEUE_MAX ? malloc(len + 1) : NULL;
    if (!copy)
        return;
    memcpy(copy, json, len);
    notice->queue[notice->n_queue] = copy;
    notice->queue_len[notice->n_queue++] = len;
}

static void start_next(struct notice *notice)
{
    if (notice->child || !notice->n_queue)
        return;
    start(notice, notice->queue[0], notice->queue_len[0]);
    free(notice->queue[0]);
    notice->n_queue--;
    memmove(notice->queue, notice->queue + 1, notice->n_queue * sizeof *notice->queue);
    memmove(notice->queue_len, notice->queue_len + 1, notice->n_queue * sizeof *notice->queue_len);
}

bool notice_pump(struct notice *notice, char *why)
{
    int status = 0;
    if (!notice)
        return true;
    if (notice->child && waitpid(notice->child, &status, WNOHANG) == notice->child) {
        notice->child = 0;
        notice->status = status;
    }
    start_next(notice);
    int failure = notice->failure, ended = notice->status;
    notice->failure = notice->status = 0;
    if (failure)
        snprintf(why, 200, "--on-incident: cannot run %.80s: %s", notice->word[0], strerror(failure));
    else if (WIFEXITED(ended) && WEXITSTATUS(ended))
        snprintf(why, 200, "--on-incident: %.80s ended with status %d", notice->word[0], WEXITSTATUS(ended));
    else if (WIFSIGNALED(ended))
        snprintf(why, 200, "--on-incident: %.80s was ended by signal %d", notice->word[0], WTERMSIG(ended));
    else
        return true;
    return false;
}
