/* term_guard.c - signals and modes.
 * Everything that a handler touches is static and set before the handler is; handlers call only what POSIX
 * lists as async-signal-safe. Signals that were ignored stay ignored (nohup), and handlers of others
 * (sanitizers, profilers) get their signal after the terminal is restored. */
#include "screen/term_guard.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <termios.h>
#include <unistd.h>

#define ALT_STACK_BYTES (64 * 1024)
#define DRAIN_MS        100 /* for a slow terminal to take the leaving bytes; then what waits there is thrown away */

static struct {
    bool is_installed, has_exit_hook;
    int key_fd, out_fd;
    int pipe[2];
    struct termios cooked;
    struct sigaction previous[NSIG];
    bool is_taken[NSIG];
} guard = {.key_fd = -1, .out_fd = -1, .pipe = {-1, -1}};

/* What handlers write. */
static volatile sig_atomic_t is_raw, leave_signal, resized, stopped, continued;
static char leave_bytes[GUARD_STRING_BYTES];
static volatile sig_atomic_t leave_len;
static char alt_stack[ALT_STACK_BYTES];

static const int left_alone[] = {SIGKILL, SIGSTOP, SIGCHLD, SIGURG, SIGTTIN, SIGTTOU};
static const int leaving[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS};

static const struct {
    int signal;
    volatile sig_atomic_t *flag;
} notices[] = {{SIGWINCH, &resized}, {SIGTSTP, &stopped}, {SIGCONT, &continued}};

#define IS_ONE_OF(signal, list) is_one_of(signal, list, sizeof(list) / sizeof *(list))
static bool is_one_of(int signal, const int *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (list[i] == signal)
            return true;
    return false;
}

static void write_leave_bytes(void)
{
    size_t at = 0, len = (size_t)leave_len;
    bool is_flushed = false;
    while (at < len) {
        struct pollfd poller = {.fd = guard.out_fd, .events = POLLOUT};
        int ready = poll(&poller, 1, DRAIN_MS);
        ssize_t n = ready > 0 ? write(guard.out_fd, leave_bytes + at, len - at) : 0;
        if (n > 0) {
            at += (size_t)n;
        } else if (n < 0 && errno != EINTR && errno != EAGAIN) {
            return;
        } else if (ready == 0 || n < 0) {
            if (is_flushed)
                return;
            is_flushed = true;
            tcflush(guard.out_fd, TCOFLUSH);
        }
    }
}

void guard_restore(void)
{
    if (!is_raw)
        return;
    is_raw = 0;
    sigset_t ttou, before;
    sigemptyset(&ttou);
    sigaddset(&ttou, SIGTTOU); /* from the background this would stop us half-way */
    sigprocmask(SIG_BLOCK, &ttou, &before);
    write_leave_bytes();
    tcsetattr(guard.key_fd, TCSANOW, &guard.cooked);
    sigprocmask(SIG_SETMASK, &before, NULL);
}

static void wake(void)
{
    ssize_t ignored = write(guard.pipe[1], "", 1);
    (void)ignored; /* a full pipe is awake already */
}

static void on_notice(int signal)
{
    int saved = errno;
    for (size_t i = 0; i < sizeof notices / sizeof *notices; i++)
        if (notices[i].signal == signal)
            *notices[i].flag = 1;
    wake();
    errno = saved;
}

static void set_watchdog(int ms)
{
    struct itimerval timer = {.it_value = {.tv_usec = ms * 1000}};
    setitimer(ITIMER_REAL, &timer, NULL);
}

static void on_leaving(int signal)
{
    int saved = errno;
    if (!leave_signal) {
        leave_signal = signal;
        set_watchdog(GUARD_PATIENCE_MS);
    }
    wake();
    errno = saved;
}

/* Crashes, and every signal whose default is to end the process. A fault is left to repeat itself under the
 * previous handler, which then sees where it happened. */
static void on_fatal(int signal, siginfo_t *info, void *context)
{
    (void)context;
    guard_restore();
    if (signal == SIGALRM && leave_signal)
        _exit(128 + leave_signal);
    sigaction(signal, &guard.previous[signal], NULL);
    if (IS_ONE_OF(signal, faults) && info && info->si_code > 0)
        return;
    raise(signal);
}

/* Takes a signal from its default. Faults are taken from other handlers too, which get them afterwards. */
static void take(int signal)
{
    struct sigaction action = {.sa_flags = SA_RESTART};
    sigfillset(&action.sa_mask);
    if (sigaction(signal, NULL, &guard.previous[signal]) < 0 || guard.previous[signal].sa_handler == SIG_IGN)
        return;
    bool is_default = !(guard.previous[signal].sa_flags & SA_SIGINFO) && guard.previous[signal].sa_handler == SIG_DFL;
    if (!is_default && !IS_ONE_OF(signal, faults))
        return;
    if (signal == SIGPIPE) {
        action.sa_handler = SIG_IGN;
    } else if (signal == SIGWINCH || signal == SIGTSTP || signal == SIGCONT) {
        action.sa_handler = on_notice;
    } else if (IS_ONE_OF(signal, leaving)) {
        action.sa_handler = on_leaving;
    } else {
        action.sa_sigaction = on_fatal;
        action.sa_flags = SA_SIGINFO | SA_ONSTACK | (int)SA_RESETHAND;
    }
    guard.is_taken[signal] = sigaction(signal, &action, NULL) == 0;
}

static bool open_pipe(void)
{
    if (pipe(guard.pipe) < 0)
        return false;
    for (int i = 0; i < 2; i++) {
        fcntl(guard.pipe[i], F_SETFD, FD_CLOEXEC);
        fcntl(guard.pipe[i], F_SETFL, O_NONBLOCK);
    }
    return true;
}

static void take_stack(void)
{
    stack_t now;
    if (sigaltstack(NULL, &now) == 0 && (now.ss_flags & SS_DISABLE))
        sigaltstack(&(stack_t){.ss_sp = alt_stack, .ss_size = sizeof alt_stack}, NULL);
}

bool guard_install(int key_fd, int out_fd)
{
    if (guard.is_installed) {
        errno = EBUSY;
        return false;
    }
    if (tcgetattr(key_fd, &guard.cooked) < 0 || !open_pipe())
        return false;
    guard.key_fd = key_fd;
    guard.out_fd = out_fd;
    guard.is_installed = true;
    is_raw = leave_signal = resized = stopped = continued = 0;
    leave_len = 0;
    take_stack();
    for (int signal = 1; signal < NSIG; signal++) {
        guard.is_taken[signal] = false;
        if (!IS_ONE_OF(signal, left_alone))
            take(signal);
    }
    if (!guard.has_exit_hook)
        guard.has_exit_hook = atexit(guard_restore) == 0;
    return true;
}

void guard_remove(void)
{
    if (!guard.is_installed)
        return;
    guard_restore();
    set_watchdog(0);
    for (int signal = 1; signal < NSIG; signal++)
        if (guard.is_taken[signal])
            sigaction(signal, &guard.previous[signal], NULL);
    close(guard.pipe[0]);
    close(guard.pipe[1]);
    guard.pipe[0] = guard.pipe[1] = -1;
    guard.is_installed = false;
}

void guard_set_leave(const char *bytes, size_t len)
{
    sigset_t all, before;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &before);
    leave_len = (sig_atomic_t)(len < sizeof leave_bytes ? len : sizeof leave_bytes);
    memcpy(leave_bytes, bytes, (size_t)leave_len);
    sigprocmask(SIG_SETMASK, &before, NULL);
}

void guard_raw(void)
{
    struct termios raw = guard.cooked;
    raw.c_iflag &= ~(tcflag_t)(IXON | ICRNL | INLCR | IGNCR | ISTRIP | BRKINT | PARMRK | INPCK);
    raw.c_oflag &= ~(tcflag_t)OPOST;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ECHONL | ISIG | IEXTEN);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    is_raw = 1;
    while (tcsetattr(guard.key_fd, TCSANOW, &raw) < 0 && errno == EINTR)
        continue;
}

bool guard_is_raw(void)
{
    return is_raw;
}

int guard_fd(void)
{
    return guard.pipe[0];
}

int guard_take(void)
{
    char bytes[64];
    while (read(guard.pipe[0], bytes, sizeof bytes) > 0)
        continue;
    static const int bits[] = {GUARD_RESIZED, GUARD_STOP, GUARD_CONTINUED};
    int what = 0;
    for (size_t i = 0; i < sizeof notices / sizeof *notices; i++) {
        if (*notices[i].flag) {
            *notices[i].flag = 0;
            what |= bits[i];
        }
    }
    return what;
}

int guard_leave_signal(void)
{
    return leave_signal;
}

void guard_stop(bool group)
{
    guard_restore();
    struct sigaction taken, action = {.sa_handler = SIG_IGN};
    sigemptyset(&action.sa_mask);
    sigaction(SIGTSTP, &action, &taken);
    if (group)
        kill(0, SIGTSTP); /* the others of the pipeline, as the terminal itself would */
    action.sa_handler = SIG_DFL;
    sigaction(SIGTSTP, &action, NULL);
    raise(SIGTSTP);
    sigaction(SIGTSTP, &taken, NULL);
    stopped = continued = 0;
    tcgetattr(guard.key_fd, &guard.cooked);
}
