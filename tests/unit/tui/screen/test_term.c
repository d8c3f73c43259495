/* test_term.c - the terminal on a pseudo-terminal: what it writes, and that it leaves nothing behind. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <locale.h>
#include <sys/resource.h>

#include "pty_child.h"
#include "screen/term.h"

#define EXIT_HUNG   7
#define LEFT_SCREEN "\033[?1049l"

/* A symbolised report of each crash that is provoked here takes seconds. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "symbolize=0";
}

static struct term *open_term(struct theme **theme, const struct term_options *wanted)
{
    struct term_options options = *wanted;
    struct term *term = NULL;
    weir_error err = {0};
    theme_load("default", theme, &err);
    options.theme = *theme;
    if (term_open(&options, &term, &err) != WEIR_OK)
        fprintf(stderr, "%s\n", err.text);
    return term;
}

static void paint(struct canvas *canvas, const struct term *term, unsigned n)
{
    int w, h;
    term_size(term, &w, &h);
    if (canvas->w != w || canvas->h != h)
        canvas_resize(canvas, w, h);
    canvas_clear(canvas);
    canvas->ascii = term_is_ascii(term);
    for (int y = 0; y < h; y++)
        canvas_printf(canvas, 0, y, w, (role)((unsigned)y % ROLE_COUNT), "%u %d │ 日本 é …", n, y);
    canvas_text(canvas, 0, 0, w, ROLE_STRONG, WEIR_SAFE("READY"));
    canvas_printf(canvas, 0, h - 1, w, ROLE_STATUS, "%dx%d.", w, h);
    canvas_text_right(canvas, 0, h - 1, w, ROLE_STATUS, WEIR_SAFE("E"));
}

/* A whole small program: shows a frame for every key, leaves on 'q', a signal or a hangup. */
static int serve(void *user)
{
    struct term_options options = {0};
    struct theme *theme;
    struct canvas canvas;
    setlocale(LC_ALL, user ? user : "C.UTF-8");
    struct term *term = open_term(&theme, &options);
    if (!term || !canvas_init(&canvas, 1, 1))
        return 99;
    int status = 0;
    key k = K_NONE;
    for (unsigned n = 0; k != 'q' && k != K_HANGUP; n++) {
        paint(&canvas, term, n);
        if (term_ready(term))
            term_show(term, &canvas);
        struct pollfd pollers[3] = {{term_key_fd(term), POLLIN, 0},
                                    {term_signal_fd(term), POLLIN, 0},
                                    {term_out_fd(term), term_ready(term) ? 0 : POLLOUT, 0}};
        poll(pollers, 3, -1);
        term_flush(term);
        if (term_signal(term, &status) == K_HANGUP)
            break;
        do
            k = term_key(term);
        while (k != K_NONE && k != 'q' && k != K_HANGUP);
        if (k == K_HANGUP)
            status = EXIT_HUNG;
    }
    term_close(term);
    canvas_done(&canvas);
    theme_free(theme);
    return status;
}

/* A program that hangs with the screen open. */
static int hang(void *user)
{
    struct term_options options = {0};
    struct theme *theme;
    struct canvas canvas;
    (void)user;
    setlocale(LC_ALL, "C.UTF-8");
    struct term *term = open_term(&theme, &options);
    canvas_init(&canvas, 1, 1);
    paint(&canvas, term, 0);
    term_show(term, &canvas);
    for (int64_t began = pty_now_ms(); pty_now_ms() - began < DEADLINE_MS;)
        poll(NULL, 0, DEADLINE_MS);
    return 98;
}

static bool is_taken(int signal)
{
    static const int others[] = {SIGKILL, SIGSTOP, SIGCHLD, SIGWINCH, SIGCONT,
                                 SIGURG,  SIGTSTP, SIGTTIN, SIGTTOU,  SIGPIPE};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (others[i] == signal)
            return false;
    return signal < 32 || signal >= SIGRTMIN;
}

static void assert_restored(const struct pty_child *child)
{
    assert_non_null(strstr(child->seen, LEFT_SCREEN));
    assert_non_null(strstr(child->seen, "\033[?2004l"));
    assert_non_null(strstr(child->seen, "\033[?1000l"));
    const char *shown = strstr(child->seen, "\033[?25h");
    assert_non_null(shown);
    assert_true(pty_is_restored(child));
}

static void every_deadly_signal_leaves_a_whole_terminal(void **state)
{
    (void)state;
    int tried = 0;
    for (int signal = 1; signal <= SIGRTMAX; signal++) {
        struct pty_child child;
        if (!is_taken(signal))
            continue;
        assert_true(pty_spawn(&child, 80, 24, tried % 2 ? hang : serve, NULL));
        assert_true(pty_wait(&child, 0, "READY"));
        assert_null(strstr(child.seen, LEFT_SCREEN));
        assert_false(pty_is_restored(&child));
        kill(child.pid, signal);
        int status = pty_end(&child);
        if (status == -1 || !strstr(child.seen, LEFT_SCREEN))
            print_error("signal %d\n", signal);
        assert_int_not_equal(status, -1);
        assert_restored(&child);
        assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) != 0);
        pty_done(&child);
        tried++;
    }
    assert_true(tried >= 30);
}

static int crash(void *user)
{
    struct term_options options = {0};
    struct theme *theme;
    (void)user;
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    open_term(&theme, &options);
    /* Never address 0, which the sanitiser ends in its own way. */
    volatile int *nowhere = (volatile int *)((1 + (uintptr_t)getppid() % 63) * sizeof(int));
    *nowhere = 1;
    return 0;
}

static void a_crash_leaves_a_whole_terminal(void **state)
{
    struct pty_child child;
    (void)state;
    assert_true(pty_spawn(&child, 80, 24, crash, NULL));
    int status = pty_end(&child);
    assert_int_not_equal(status, -1);
    assert_int_not_equal(status, 0);
    assert_restored(&child);
    pty_done(&child);
}

static int leave_by_exit(void *user)
{
    struct term_options options = {0};
    struct theme *theme;
    (void)user;
    open_term(&theme, &options);
    exit(3);
}

static void exit_leaves_a_whole_terminal(void **state)
{
    struct pty_child child;
    (void)state;
    assert_true(pty_spawn(&child, 80, 24, leave_by_exit, NULL));
    pty_end(&child);
    assert_restored(&child);
    pty_done(&child);
}

static void soft_signals_exit_with_128_and_their_number(void **state)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    (void)state;
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        for (int is_hung = 0; is_hung < 2; is_hung++) {
            struct pty_child child;
            assert_true(pty_spawn(&child, 80, 24, is_hung ? hang : serve, NULL));
            assert_true(pty_wait(&child, 0, "READY"));
            kill(child.pid, signals[i]);
            int status = pty_end(&child);
            assert_true(WIFEXITED(status));
            assert_int_equal(WEXITSTATUS(status), 128 + signals[i]);
            assert_restored(&child);
            pty_done(&child);
        }
    }
}

static int serve_without_hup(void *user)
{
    signal(SIGHUP, SIG_IGN);
    return serve(user);
}

static void a_closed_terminal_is_a_hangup(void **state)
{
    struct pty_child child;
    (void)state;
    assert_true(pty_spawn(&child, 80, 24, serve_without_hup, NULL));
    assert_true(pty_wait(&child, 0, "READY"));
    close(child.slave);
    close(child.master);
    child.slave = open("/dev/null", O_RDWR);
    child.master = open("/dev/null", O_RDWR);
    int status = -1;
    struct pollfd gone = {.fd = child.alive, .events = POLLIN};
    assert_int_equal(poll(&gone, 1, DEADLINE_MS), 1);
    waitpid(child.pid, &status, 0);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), EXIT_HUNG);
    close(child.alive);
    pty_done(&child);
}

/* The shell's part: runs `serve` as a job, and when it stops waits for a key from the test. */
static int job_control(void *user)
{
    (void)user;
    signal(SIGTTOU, SIG_IGN);
    pid_t job = fork();
    if (job == 0) {
        setpgid(0, 0);
        tcsetpgrp(0, getpid());
        signal(SIGTTOU, SIG_DFL);
        exit(serve(NULL));
    }
    setpgid(job, job);
    tcsetpgrp(0, job);
    int status;
    while (waitpid(job, &status, WUNTRACED) == job && WIFSTOPPED(status)) {
        tcsetpgrp(0, getpid());
        struct termios modes;
        tcgetattr(0, &modes);
        bool is_cooked = (modes.c_lflag & ICANON) && (modes.c_lflag & ECHO);
        dprintf(1, "STOPPED %s\n", is_cooked ? "cooked" : "raw");
        char line[8];
        if (read(0, line, sizeof line) <= 0)
            return 98;
        tcsetpgrp(0, job);
        kill(-job, SIGCONT);
    }
    return WEXITSTATUS(status);
}

static void stopping_gives_the_terminal_back_and_continuing_takes_it(void **state)
{
    struct pty_child child;
    (void)state;
    assert_true(pty_spawn(&child, 80, 24, job_control, NULL));
    assert_true(pty_wait(&child, 0, "READY"));
    for (int round = 0; round < 3; round++) {
        size_t from = child.len;
        pid_t job = tcgetpgrp(child.master);
        kill(job, SIGTSTP);
        assert_true(pty_wait(&child, from, "STOPPED cooked"));
        assert_non_null(strstr(child.seen + from, LEFT_SCREEN));
        from = child.len;
        assert_int_equal(write(child.master, "\n", 1), 1);
        assert_true(pty_wait(&child, from, "READY"));
        assert_non_null(strstr(child.seen + from, "\033[?1049h"));
        assert_false(pty_is_restored(&child));
    }
    assert_int_equal(write(child.master, "q", 1), 1);
    assert_int_equal(pty_end(&child), 0);
    assert_true(pty_is_restored(&child));
    pty_done(&child);
}

static void every_size_is_taken(void **state)
{
    static const int sizes[][2] = {{1, 1}, {500, 200}, {2, 40}, {0, 0}, {80, 1}, {1, 80}, {200, 50}, {5, 2}, {81, 25}};
    struct pty_child child;
    (void)state;
    assert_true(pty_spawn(&child, 80, 24, serve, NULL));
    assert_true(pty_wait(&child, 0, "READY"));
    for (int storm = 0; storm < 200; storm++)
        pty_resize(&child, sizes[storm % 9][0] + storm % 3, sizes[storm % 9][1]);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        size_t from = child.len;
        char wanted[32];
        pty_resize(&child, sizes[i][0], sizes[i][1]);
        kill(child.pid, SIGWINCH);
        if (sizes[i][0] < 60)
            continue;
        snprintf(wanted, sizeof wanted, "%dx%d.", sizes[i][0], sizes[i][1]);
        assert_true(pty_wait(&child, from, wanted));
    }
    assert_int_equal(write(child.master, "q", 1), 1);
    assert_int_equal(pty_end(&child), 0);
    assert_restored(&child);
    pty_done(&child);
}

static void c_locale_gets_ascii_only(void **state)
{
    struct pty_child child;
    (void)state;
    assert_true(pty_spawn(&child, 80, 24, serve, (char *)"C"));
    assert_true(pty_wait(&child, 0, "80x24."));
    assert_int_equal(write(child.master, "q", 1), 1);
    assert_int_equal(pty_end(&child), 0);
    assert_non_null(strstr(child.seen, "0 3 | ???? ? ~"));
    for (size_t i = 0; i < child.len; i++)
        assert_true((unsigned char)child.seen[i] <= 0x7e);
    pty_done(&child);
}

/* Whether any SGR sequence sets a colour. */
static bool has_color(const char *seen)
{
    for (const char *at = strstr(seen, "\033["); at; at = strstr(at + 2, "\033[")) {
        const char *end = at + 2 + strspn(at + 2, "0123456789;");
        if (*end != 'm')
            continue;
        for (const char *number = at + 2; number < end; number++) {
            long n = strtol(number, (char **)&number, 10);
            if ((n >= 30 && n <= 48 && n != 39) || n >= 90)
                return true;
        }
    }
    return false;
}

static void no_color_sends_no_colour(void **state)
{
    (void)state;
    for (int is_set = 0; is_set < 2; is_set++) {
        struct pty_child child;
        if (is_set)
            setenv("NO_COLOR", "1", 1);
        assert_true(pty_spawn(&child, 80, 40, serve, NULL));
        assert_true(pty_wait(&child, 0, "80x40."));
        assert_int_equal(write(child.master, "q", 1), 1);
        assert_int_equal(pty_end(&child), 0);
        assert_int_equal(has_color(child.seen), !is_set);
        pty_done(&child);
    }
    unsetenv("NO_COLOR");
}

static int open_badly(void *user)
{
    struct term_options options = {0};
    struct term *term = NULL;
    weir_error err = {0};
    if (user)
        setenv("TERM", user, 1);
    else
        unsetenv("TERM");
    theme_load("default", (struct theme **)&options.theme, NULL);
    weir_status status = term_open(&options, &term, &err);
    bool is_said = status == WEIR_E_USAGE && strstr(err.text, "weir print") && !strchr(err.text, '\n');
    theme_free((struct theme *)options.theme);
    return is_said ? 42 : 1;
}

static void unknown_terminals_are_refused_in_words(void **state)
{
    static char huge[4097];
    const char *const names[] = {NULL, "", "dumb", "no-such-terminal", "../../etc/passwd", "a\033[31m", huge};
    (void)state;
    memset(huge, 'x', sizeof huge - 1);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct pty_child child;
        assert_true(pty_spawn(&child, 80, 24, open_badly, (void *)(uintptr_t)names[i]));
        int status = pty_end(&child);
        assert_int_equal(WEXITSTATUS(status), 42);
        assert_int_equal(child.len, 0);
        assert_true(pty_is_restored(&child));
        pty_done(&child);
    }
}

static void many_kinds_of_terminal_are_known(void **state)
{
    static const char *const names[] = {"linux", "vt100", "xterm", "screen", "tmux-256color"};
    (void)state;
    setenv("LINES", "3", 1);
    setenv("COLUMNS", "100000", 1);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct pty_child child;
        setenv("TERM", names[i], 1);
        assert_true(pty_spawn(&child, 90, 30, serve, NULL));
        assert_true(pty_wait(&child, 0, "90x30."));
        assert_int_equal(write(child.master, "q", 1), 1);
        assert_int_equal(pty_end(&child), 0);
        assert_true(pty_is_restored(&child));
        pty_done(&child);
    }
    setenv("TERM", "xterm-256color", 1);
    unsetenv("LINES");
    unsetenv("COLUMNS");
}

static int show_twice(void *user)
{
    struct term_options options = {0};
    struct theme *theme;
    struct canvas canvas;
    (void)user;
    setlocale(LC_ALL, "C.UTF-8");
    struct term *term = open_term(&theme, &options);
    canvas_init(&canvas, 1, 1);
    paint(&canvas, term, 0);
    uint64_t first = term_show(term, &canvas);
    uint64_t sent = term_bytes(term);
    paint(&canvas, term, 0);
    uint64_t second = term_show(term, &canvas);
    paint(&canvas, term, 1);
    uint64_t third = term_show(term, &canvas);
    bool held = first > 1000 && second == 0 && third > 0 && third < first && sent > first;
    term_close(term);
    canvas_done(&canvas);
    theme_free(theme);
    return held ? 0 : 1;
}

static void an_equal_frame_sends_nothing(void **state)
{
    struct pty_child child;
    (void)state;
    assert_true(pty_spawn(&child, 80, 24, show_twice, NULL));
    assert_int_equal(pty_end(&child), 0);
    pty_done(&child);
}

/* Shows frames until the terminal takes no more, then says so by SIGSTOP-free means: it exits. */
static int show_into_a_full_terminal(void *user)
{
    struct term_options options = {0};
    struct theme *theme;
    struct canvas canvas;
    (void)user;
    setlocale(LC_ALL, "C.UTF-8");
    struct term *term = open_term(&theme, &options);
    canvas_init(&canvas, 1, 1);
    int64_t began = pty_now_ms();
    for (unsigned n = 0; term_ready(term) && n < 10000; n++) {
        paint(&canvas, term, n);
        term_repaint(term);
        term_show(term, &canvas);
    }
    bool is_full = !term_ready(term);
    term_close(term);
    canvas_done(&canvas);
    theme_free(theme);
    return is_full && pty_now_ms() - began < 5000 ? 42 : 1;
}

static void a_terminal_that_does_not_read_blocks_nothing(void **state)
{
    struct pty_child child;
    (void)state;
    assert_true(pty_spawn(&child, 200, 50, show_into_a_full_terminal, NULL));
    struct pollfd gone = {.fd = child.alive, .events = POLLIN};
    assert_int_equal(poll(&gone, 1, DEADLINE_MS), 1);
    int status = pty_end(&child);
    assert_int_equal(WEXITSTATUS(status), 42);
    assert_restored(&child);
    pty_done(&child);
}

static int copy_text(void *user)
{
    static char huge[60001];
    struct term_options options = {0};
    struct theme *theme;
    (void)user;
    struct term *term = open_term(&theme, &options);
    memset(huge, 'a', sizeof huge - 1);
    bool is_limited = term_copy(term, (weir_safe){huge}, NULL) == WEIR_E_LIMIT;
    unsetenv("TMUX");
    term_copy(term, WEIR_SAFE("192.0.2.1"), NULL);
    setenv("TMUX", "/tmp/x,1,0", 1);
    term_copy(term, WEIR_SAFE("ab"), NULL);
    term_close(term);
    theme_free(theme);
    return is_limited ? 0 : 1;
}

static void copying_sends_osc_52(void **state)
{
    struct pty_child child;
    (void)state;
    assert_true(pty_spawn(&child, 80, 24, copy_text, NULL));
    assert_int_equal(pty_end(&child), 0);
    assert_non_null(strstr(child.seen, "\033]52;c;MTkyLjAuMi4x\033\\"));
    assert_non_null(strstr(child.seen, "\033Ptmux;\033\033]52;c;YWI=\033\033\\\033\\"));
    pty_done(&child);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_deadly_signal_leaves_a_whole_terminal),
        cmocka_unit_test(a_crash_leaves_a_whole_terminal),
        cmocka_unit_test(exit_leaves_a_whole_terminal),
        cmocka_unit_test(soft_signals_exit_with_128_and_their_number),
        cmocka_unit_test(a_closed_terminal_is_a_hangup),
        cmocka_unit_test(stopping_gives_the_terminal_back_and_continuing_takes_it),
        cmocka_unit_test(every_size_is_taken),
        cmocka_unit_test(c_locale_gets_ascii_only),
        cmocka_unit_test(no_color_sends_no_colour),
        cmocka_unit_test(unknown_terminals_are_refused_in_words),
        cmocka_unit_test(many_kinds_of_terminal_are_known),
        cmocka_unit_test(an_equal_frame_sends_nothing),
        cmocka_unit_test(a_terminal_that_does_not_read_blocks_nothing),
        cmocka_unit_test(copying_sends_osc_52),
    };
    setenv("TERM", "xterm-256color", 1);
    unsetenv("COLORTERM");
    unsetenv("NO_COLOR");
    unsetenv("TMUX");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
