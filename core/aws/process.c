/* process.c - see process.h. The child's group is killed as a whole, so that what it started does not outlive it. */
#include "aws/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/scope.h"
#include "weir/safe.h"

enum { OUT, ERRORS, ENDS, PATH_BYTES = 4096, COMPLAINT_BYTES = 4096, REAP_MS = 20 };

struct child {
    pid_t pid;
    int fds[ENDS]; /* our ends of its standard output and error; -1 = ended */
    struct buf *output;
    char complaint[COMPLAINT_BYTES]; /* the end of what it complained */
    size_t n_complaint;
};

/* ---- where the program is ---- */

static const char *path_of(char *const *environment)
{
    for (size_t k = 0; environment[k]; k++)
        if (strncmp(environment[k], "PATH=", 5) == 0)
            return environment[k] + 5;
    return "/usr/local/bin:/usr/bin:/bin";
}

/* A folder may be entered, which looks the same as a program that may be run. */
static bool is_program(const char *path)
{
    struct stat facts;
    return stat(path, &facts) == 0 && S_ISREG(facts.st_mode) && access(path, X_OK) == 0;
}

static bool find_program(const char *name, char *const *environment, char *out, size_t size)
{
    if (strchr(name, '/')) {
        size_t len = strlen(name);
        memcpy(out, name, len < size ? len + 1 : size);
        return len < size && is_program(name);
    }
    for (const char *at = path_of(environment); *at;) {
        size_t len = strcspn(at, ":");
        if (len > 0 && len + strlen(name) + 2 <= size) {
            memcpy(out, at, len);
            out[len] = '/';
            memcpy(out + len + 1, name, strlen(name) + 1);
            if (is_program(out))
                return true;
        }
        at += len + (at[len] == ':');
    }
    return false;
}

/* ---- start ---- */

static void close_both(int pipe[2])
{
    for (int k = 0; k < 2; k++)
        if (pipe[k] >= 0)
            close(pipe[k]);
}

static int spawn(const char *program, const char *const *argv, char *const *environment, int pipes[ENDS][2], pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, pipes[OUT][1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, pipes[ERRORS][1], STDERR_FILENO);
#if defined __GLIBC__ && __GLIBC_PREREQ(2, 34)
    posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
#endif
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    int failed = posix_spawn(pid, program, &actions, &attributes, (char *const *)argv, environment);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return failed;
}

static weir_status start(struct child *child, const char *const *argv, char *const *environment, weir_error *err)
{
    char program[PATH_BYTES];
    int pipes[ENDS][2] = {{-1, -1}, {-1, -1}};
    if (!find_program(argv[0], environment, program, sizeof program))
        return weir_fail(err, WEIR_E_IO, 0, "there is no program '%s' in PATH", argv[0]);
    if (pipe2(pipes[OUT], O_CLOEXEC) || pipe2(pipes[ERRORS], O_CLOEXEC)) {
        close_both(pipes[OUT]);
        return weir_fail(err, WEIR_E_IO, 0, "no file descriptors left: close some programs");
    }
    int failed = spawn(program, argv, environment, pipes, &child->pid);
    close(pipes[OUT][1]);
    close(pipes[ERRORS][1]);
    for (int k = 0; k < ENDS; k++) {
        child->fds[k] = pipes[k][0];
        fcntl(child->fds[k], F_SETFL, O_NONBLOCK);
    }
    if (!failed)
        return WEIR_OK;
    close(child->fds[OUT]);
    close(child->fds[ERRORS]);
    return weir_fail(err, WEIR_E_IO, 0, "'%s' cannot be started", argv[0]);
}

/* ---- read ---- */

static void keep_complaint(struct child *child, const char *bytes, size_t len)
{
    if (len >= COMPLAINT_BYTES) {
        bytes += len - COMPLAINT_BYTES;
        len = COMPLAINT_BYTES;
    }
    size_t kept = child->n_complaint + len > COMPLAINT_BYTES ? COMPLAINT_BYTES - len : child->n_complaint;
    memmove(child->complaint, child->complaint + child->n_complaint - kept, kept);
    memcpy(child->complaint + kept, bytes, len);
    child->n_complaint = kept + len;
}

/* Some of what one end has, once: who prints without end must not keep us from the clock. False when the output is
 * too long. */
static bool drain(struct child *child, int end)
{
    char bytes[4096];
    bool fits = true;
    ssize_t n = read(child->fds[end], bytes, sizeof bytes);
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return true;
    if (n <= 0) {
        close(child->fds[end]);
        child->fds[end] = -1;
    } else if (end == ERRORS) {
        keep_complaint(child, bytes, (size_t)n);
    } else {
        fits = buf_append(child->output, bytes, (size_t)n) == WEIR_OK;
    }
    explicit_bzero(bytes, sizeof bytes);
    return fits;
}

static weir_status read_all(struct child *child, const char *name, int64_t until_ms, int cancel, weir_error *err)
{
    while (child->fds[OUT] >= 0 || child->fds[ERRORS] >= 0) {
        struct pollfd fds[] = {{.fd = child->fds[OUT], .events = POLLIN},
                               {.fd = child->fds[ERRORS], .events = POLLIN},
                               {.fd = cancel, .events = POLLIN}};
        int64_t left = until_ms - clock_mono_ms();
        if (left <= 0)
            return weir_fail(err, WEIR_E_IO, 0, "'%s' took too long and was stopped", name);
        int n = poll(fds, ARRAY_SIZE(fds), (int)left);
        if (n < 0 && errno != EINTR)
            return weir_fail(err, WEIR_E_IO, 0, "'%s' cannot be waited for", name);
        if (n > 0 && fds[2].revents)
            return WEIR_E_CANCELED;
        for (int end = 0; n > 0 && end < ENDS; end++)
            if (fds[end].revents && !drain(child, end))
                return weir_fail(err, WEIR_E_LIMIT, 0, "'%s' prints more than %d bytes", name, PROCESS_OUTPUT_MAX);
    }
    return WEIR_OK;
}

/* ---- end ---- */

/* A child may close its output and live on: it gets the rest of the time. It is not reaped here, so that its number
 * still means its group. */
static weir_status await_end(const struct child *child, const char *name, int64_t until_ms, int cancel, weir_error *err)
{
    for (;;) {
        siginfo_t info = {.si_pid = 0};
        if (waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0 && errno != EINTR)
            return weir_fail(err, WEIR_E_IO, 0, "'%s' cannot be waited for", name);
        if (info.si_pid == child->pid)
            return WEIR_OK;
        if (clock_mono_ms() >= until_ms)
            return weir_fail(err, WEIR_E_IO, 0, "'%s' took too long and was stopped", name);
        struct pollfd fd = {.fd = cancel, .events = POLLIN};
        if (poll(&fd, 1, REAP_MS) > 0 && fd.revents)
            return WEIR_E_CANCELED;
    }
}

/* The child, and what it left running. */
static int end_group(const struct child *child)
{
    int status = 0;
    kill(-child->pid, SIGKILL);
    while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static void last_line(struct child *child, char *out, size_t size)
{
    size_t end = child->n_complaint;
    while (end > 0 && (child->complaint[end - 1] == '\n' || child->complaint[end - 1] == '\r'))
        end--;
    size_t begin = end;
    while (begin > 0 && child->complaint[begin - 1] != '\n')
        begin--;
    weir_sanitize(child->complaint + begin, end - begin, out, size);
}

weir_status process_run(const char *const *argv, char *const *environment, int timeout_ms, int cancel,
                        struct process_result *out, weir_error *err)
{
    struct buf output;
    struct child child = {.fds = {-1, -1}, .output = &output};
    int64_t until_ms = clock_mono_ms() + timeout_ms;
    weir_status done = start(&child, argv, environment, err);
    if (done)
        return done;
    buf_init(&output, PROCESS_OUTPUT_MAX);
    done = buf_reserve(&output, PROCESS_OUTPUT_MAX); /* never moved: no copies of secrets are left behind */
    if (done)
        weir_fail(err, done, 0, "out of memory");
    else
        done = read_all(&child, argv[0], until_ms, cancel, err);
    if (!done)
        done = await_end(&child, argv[0], until_ms, cancel, err);
    int exit_status = end_group(&child);
    for (int end = 0; end < ENDS; end++)
        if (child.fds[end] >= 0)
            close(child.fds[end]);
    if (done) {
        if (output.bytes)
            explicit_bzero(output.bytes, output.room);
        buf_done(&output);
        return done;
    }
    *out = (struct process_result){.exit_status = exit_status, .output = output};
    last_line(&child, out->complaint, sizeof out->complaint);
    return WEIR_OK;
}

/* ---- words ---- */

/* What a backslash protects, into *to; false if that is nothing. A protected end of the line is no end of the line. */
static bool take_protected(const char *at, bool is_quoted, char **to)
{
    if (at[1] == '\n' || !at[1])
        return at[1];
    /* within double quotes it only protects what is special there */
    if (is_quoted && !strchr("\"\\$`", at[1]))
        *(*to)++ = *at;
    *(*to)++ = at[1];
    return true;
}

/* One word into *to; false if a quote stays open. */
static bool take_word(const char **at, char **to)
{
    char quote = '\0';
    for (; **at; (*at)++) {
        char c = **at;
        if (quote && c == quote) {
            quote = '\0';
        } else if (!quote && (c == '\'' || c == '"')) {
            quote = c;
        } else if (!quote && strchr(" \t\n", c)) {
            break;
        } else if (c == '\\' && quote != '\'') {
            if (!take_protected(*at, quote, to))
                return false;
            (*at)++;
        } else {
            *(*to)++ = c;
        }
    }
    *(*to)++ = '\0';
    return !quote;
}

/* White space, and ends of lines that are none. */
static const char *skip_space(const char *at)
{
    while ((*at && strchr(" \t\n", *at)) || (at[0] == '\\' && at[1] == '\n'))
        at += *at == '\\' ? 2 : 1;
    return at;
}

weir_status process_split(const char *command, char ***argv, weir_error *err)
{
    size_t len = strlen(command), most = len / 2 + 2, n = 0;
    char **words = calloc(1, most * sizeof *words + len + 1);
    if (!words)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    char *to = (char *)(words + most);
    for (const char *at = command;;) {
        at = skip_space(at);
        if (!*at)
            break;
        words[n++] = to;
        if (!take_word(&at, &to)) {
            free(words);
            return weir_fail(err, WEIR_E_SYNTAX, 0,
                             "a quote is not closed in the command, or nothing is behind its last backslash");
        }
    }
    if (!n) {
        free(words);
        return weir_fail(err, WEIR_E_SYNTAX, 0, "the command is empty");
    }
    *argv = words;
    return WEIR_OK;
}
