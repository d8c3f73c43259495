/* term.c - the terminal, and the only door to curses.
 * Leaves keys to key_reader.c, waiting bytes to term_out.c, modes and signals to term_guard.c. Curses never
 * touches the terminal: it writes to a file in memory, from which we take its bytes; so it cannot block, and
 * what it believes about modes does not matter. Entering and leaving the screen is therefore done here too. */
#include "screen/term.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#define key_name curses_key_name
#include <curses.h>
#undef key_name
#include <termcap.h>

#include "screen/key_reader.h"
#include "screen/scope.h"
#include "screen/term_guard.h"
#include "screen/term_out.h"
#include "screen/text.h"
#include "screen/tty.h"

#define TERM_NAME_MAX_BYTES 64
#define SIDE_MAX            4096 /* cells; what an ioctl says beyond this is not a screen */
#define HINT                "for output without a screen use `weir print`"

struct look {
    attr_t attributes;
    short pair;
};

struct term {
    SCREEN *screen;
    FILE *memory;  /* where curses writes */
    FILE *nothing; /* where curses would read */
    struct tty tty;
    bool is_ascii, is_ansi, is_mouse;
    int colors;
    int w, h;
    struct look looks[ROLE_COUNT];
    struct canvas shown;
    bool is_stale; /* the screen does not show `shown` */
    char enter[GUARD_STRING_BYTES];
    size_t enter_len;
    struct term_out out;
    struct key_reader reader;
};

/* A capability without its padding ("$<5>"), which no terminal of this century waits for. */
static size_t add_bytes(char *to, size_t at, const char *bytes)
{
    while (bytes && *bytes && at + 1 < GUARD_STRING_BYTES) {
        const char *end = bytes[0] == '$' && bytes[1] == '<' ? strchr(bytes, '>') : NULL;
        if (end)
            bytes = end + 1;
        else
            to[at++] = *bytes++;
    }
    return at;
}

static const char *capability(const char *name)
{
    const char *text = tigetstr(name);
    return text && text != (char *)-1 ? text : NULL;
}

/* What enters and leaves the screen; begins with a string terminator, in case a sequence was cut off. */
static void prepare_strings(struct term *term)
{
    char leave[GUARD_STRING_BYTES];
    size_t n = 0;
    if (term->is_ansi)
        n = add_bytes(leave, n, "\033\\\033[0m\033[r\033[?1006l\033[?1002l\033[?1000l\033[?2004l");
    n = add_bytes(leave, n, capability("sgr0"));
    n = add_bytes(leave, n, capability("op"));
    n = add_bytes(leave, n, capability("rmkx"));
    n = add_bytes(leave, n, capability("rmcup"));
    n = add_bytes(leave, n, capability("cnorm"));
    if (term->is_ansi)
        n = add_bytes(leave, n, capability("rmcup") ? "\033[?7h" : "\033[?7h\033[999;1H\r\n");
    guard_set_leave(leave, n);

    n = add_bytes(term->enter, 0, capability("smcup"));
    n = add_bytes(term->enter, n, capability("sgr0"));
    n = add_bytes(term->enter, n, capability("smkx"));
    n = add_bytes(term->enter, n, capability("civis"));
    if (term->is_ansi)
        n = add_bytes(term->enter, n, "\033[r\033[4l\033[?7h\033[?2004h");
    if (term->is_ansi && term->is_mouse)
        n = add_bytes(term->enter, n, "\033[?1000h\033[?1006h");
    term->enter_len = n;
}

/* Throws away (or queues) what curses wrote; returns how much that was. */
static uint64_t collect(struct term *term, bool is_wanted)
{
    int fd = fileno(term->memory);
    fflush(term->memory);
    off_t end = lseek(fd, 0, SEEK_END);
    size_t len = end > 0 ? (size_t)end : 0;
    char *to = is_wanted && len > 0 ? term_out_reserve(&term->out, len) : NULL;
    ssize_t n = to ? pread(fd, to, len, 0) : 0;
    if (n > 0)
        term_out_commit(&term->out, (size_t)n);
    if (is_wanted && (n < 0 || (size_t)n < len)) /* no room: what curses believes is on the screen is not */
        term->is_stale = true;
    if (ftruncate(fd, 0) == 0)
        lseek(fd, 0, SEEK_SET);
    return n > 0 ? (uint64_t)n : 0;
}

static void take_size(struct term *term)
{
    tty_size(term->tty.out_fd, &term->w, &term->h);
    resizeterm(term->h, term->w);
    term->is_stale = true;
}

static void enter(struct term *term)
{
    guard_raw();
    term_out_add(&term->out, term->enter, term->enter_len);
    take_size(term);
    term_out_flush(&term->out);
}

static int choose_colors(const struct term_options *options, int available)
{
    const char *no_color = getenv("NO_COLOR");
    if (options->color == TERM_COLOR_NEVER)
        return 0;
    if (options->color == TERM_COLOR_AUTO && no_color && *no_color)
        return 0;
    if (options->colors > 0 && options->colors < available)
        available = options->colors;
    return available >= 256 ? 256 : available >= 16 ? 16 : available >= 8 ? 8 : 0;
}

static attr_t attributes_of(uint8_t style)
{
    static const struct {
        uint8_t bit;
        attr_t attribute;
    } table[] = {{STYLE_BOLD, WA_BOLD},
                 {STYLE_DIM, WA_DIM},
                 {STYLE_UNDERLINE, WA_UNDERLINE},
                 {STYLE_REVERSE, WA_REVERSE},
                 {STYLE_ITALIC, WA_ITALIC}};
    attr_t result = 0;
    for (size_t i = 0; i < ARRAY_SIZE(table); i++)
        if (style & table[i].bit)
            result |= table[i].attribute;
    return result;
}

/* Roles of the same colours share a pair, so that curses does not switch between equal ones. */
static short pair_of(struct term *term, const struct style *styles, unsigned r)
{
    if (term->colors == 0 || (styles[r].fg < 0 && styles[r].bg < 0))
        return 0;
    for (unsigned earlier = 0; earlier < r; earlier++)
        if (styles[earlier].fg == styles[r].fg && styles[earlier].bg == styles[r].bg)
            return term->looks[earlier].pair;
    short pair = (short)(r + 1);
    return init_pair(pair, styles[r].fg, styles[r].bg) == OK ? pair : 0;
}

void term_set_theme(struct term *term, const struct theme *theme)
{
    struct style styles[ROLE_COUNT];
    for (unsigned r = 0; r < ROLE_COUNT; r++) {
        styles[r] = theme_style(theme, (role)r, term->colors);
        term->looks[r].attributes = attributes_of(styles[r].attributes);
        term->looks[r].pair = pair_of(term, styles, r);
    }
    term->is_stale = true;
}

/* newterm() leaks when it knows no such terminal, so it is asked about known ones only. */
static SCREEN *open_known(struct term *term, const char *name)
{
    return tgetent(NULL, name) == 1 ? newterm(name, term->memory, term->nothing) : NULL;
}

/* TERM says less than COLORTERM on many machines: then the terminal's 256-colour sister is tried. */
static SCREEN *open_screen(struct term *term, const char *name)
{
    char richer[TERM_NAME_MAX_BYTES + 16];
    const char *colorterm = getenv("COLORTERM");
    SCREEN *screen = NULL;
    if (colorterm && *colorterm && !strchr(name, '-')) {
        snprintf(richer, sizeof richer, "%s-256color", name);
        screen = open_known(term, richer);
    }
    return screen ? screen : open_known(term, name);
}

static weir_status open_curses(struct term *term, const struct term_options *options, weir_error *err)
{
    const char *name = getenv("TERM");
    if (!name || !*name || !strcmp(name, "dumb"))
        return weir_fail(err, WEIR_E_USAGE, 0, "TERM names no terminal that can show a screen; " HINT);
    term->memory = tty_memory();
    term->nothing = fopen("/dev/null", "r");
    if (!term->memory || !term->nothing)
        return weir_fail(err, WEIR_E_IO, 0, "cannot open the screen: %s", strerror(errno));
    setenv("NCURSES_NO_PADDING", "1", 1);
    tty_distrust_terminfo();
    unsetenv("LINES"); /* the size is the terminal's; with use_env(FALSE) curses would have none for "linux" */
    unsetenv("COLUMNS");
    if (strlen(name) <= TERM_NAME_MAX_BYTES && !strchr(name, '/'))
        term->screen = open_screen(term, name);
    if (!term->screen)
        return weir_fail(err, WEIR_E_USAGE, 0, "the terminal type %.40s is unknown here (TERM); " HINT, name);
    if (!capability("cup"))
        return weir_fail(err, WEIR_E_USAGE, 0, "the terminal type %.40s cannot move its cursor; " HINT, name);

    term->is_ansi = !strncmp(capability("cup"), "\033[", 2);
    term->colors = choose_colors(options, tigetnum("colors"));
    if (term->colors > 0 && (start_color() != OK || use_default_colors() != OK || COLOR_PAIRS <= (int)ROLE_COUNT))
        term->colors = 0;
    raw();
    noecho();
    nonl();
    idlok(stdscr, TRUE);
    scrollok(stdscr, FALSE);
    return WEIR_OK;
}

static void close_curses(struct term *term)
{
    if (term->screen) {
        endwin();
        delscreen(term->screen);
    }
    if (term->memory)
        fclose(term->memory);
    if (term->nothing)
        fclose(term->nothing);
}

void term_close(struct term *term)
{
    if (!term)
        return;
    term_out_flush(&term->out);
    guard_remove();
    close_curses(term);
    term_out_done(&term->out);
    canvas_done(&term->shown);
    tty_close(&term->tty);
    free(term);
}

weir_status term_open(const struct term_options *options, struct term **out, weir_error *err)
{
    if (!isatty(STDOUT_FILENO))
        return weir_fail(err, WEIR_E_USAGE, 0, "standard output is not a terminal; " HINT);
    struct term *term = calloc(1, sizeof *term);
    if (!term || !canvas_init(&term->shown, 0, 0)) {
        free(term);
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    }
    tty_open(&term->tty);
    term->is_ascii = options->ascii || !text_locale_is_utf8();
    term->is_mouse = options->mouse;
    term_out_init(&term->out, term->tty.out_fd, !term->tty.owns_out_fd);
    key_reader_init(&term->reader, term->tty.key_fd);
    term->reader.is_mouse = options->mouse;

    weir_status status = WEIR_OK;
    if (!guard_install(term->tty.key_fd, term->tty.out_fd))
        status = weir_fail(err, WEIR_E_IO, 0, "cannot set up the terminal: %s", strerror(errno));
    if (!status)
        status = open_curses(term, options, err);
    if (status) {
        term_close(term);
        return status;
    }
    refresh(); /* its first one enters the screen, which is done below */
    collect(term, false);
    term_set_theme(term, options->theme);
    prepare_strings(term);
    enter(term);
    *out = term;
    return WEIR_OK;
}

bool term_is_ascii(const struct term *term)
{
    return term->is_ascii;
}

int term_colors(const struct term *term)
{
    return term->colors;
}

void term_size(const struct term *term, int *w, int *h)
{
    *w = term->w;
    *h = term->h;
}

int term_key_fd(const struct term *term)
{
    return term->tty.key_fd;
}

int term_signal_fd(const struct term *term)
{
    (void)term;
    return guard_fd();
}

int term_out_fd(const struct term *term)
{
    return term->tty.out_fd;
}

key term_key(struct term *term)
{
    return term->out.is_lost ? K_HANGUP : key_reader_next(&term->reader);
}

static void stop(struct term *term, bool group)
{
    term->out.at = term->out.len = 0; /* half a frame is of no use after the restoring bytes */
    guard_stop(group);
    enter(term);
}

key term_signal(struct term *term, int *exit_status)
{
    int what = guard_take();
    int leaving = guard_leave_signal();
    if (leaving) {
        *exit_status = 128 + leaving;
        return K_HANGUP;
    }
    if (what & GUARD_STOP)
        stop(term, false);
    else if (what & GUARD_CONTINUED) /* after SIGSTOP; the shell has taken the modes meanwhile */
        enter(term);
    else if (what & GUARD_RESIZED)
        take_size(term);
    return what ? K_RESIZE : K_NONE;
}

void term_suspend(struct term *term)
{
    stop(term, true);
}

bool term_ready(struct term *term)
{
    return term_out_is_empty(&term->out);
}

void term_flush(struct term *term)
{
    term_out_flush(&term->out);
}

void term_repaint(struct term *term)
{
    term->is_stale = true;
}

/* The cell's characters as curses wants them. What this machine's C library would give another width than we
 * did is drawn as '?', or the row would shift. */
static void draw_cell(struct term *term, int x, int y, const struct canvas_cell *cell)
{
    wchar_t wide[CCHARW_MAX + 1] = {0};
    uint32_t codepoint;
    size_t count = 0;
    for (const char *at = cell->text; *at && count < CCHARW_MAX; wide[count++] = (wchar_t)codepoint) {
        size_t n = text_decode(at, strlen(at), &codepoint);
        if (!n || (count > 0 && (term->is_ascii || wcwidth((wchar_t)codepoint) != 0)))
            break;
        at += n;
    }
    bool is_fit = wcwidth(wide[0]) == cell->width && (!term->is_ascii || wide[0] < 0x7f);
    if (!is_fit)
        wcscpy(wide, L"?");

    struct look look = term->looks[cell->role < ROLE_COUNT ? cell->role : ROLE_TEXT];
    attr_t attributes = look.attributes | attributes_of(cell->attributes & (uint8_t)~STYLE_REVERSE);
    if (cell->attributes & STYLE_REVERSE)
        attributes ^= WA_REVERSE;
    cchar_t character;
    if (setcchar(&character, wide, attributes, look.pair, NULL) != OK)
        return;
    mvadd_wch(y, x, &character);
    if (!is_fit && cell->width == 2)
        mvadd_wch(y, x + 1, &character);
}

static bool is_same(const struct canvas_cell *a, const struct canvas_cell *b)
{
    return a->role == b->role && a->attributes == b->attributes && a->width == b->width && !strcmp(a->text, b->text);
}

static bool draw_changes(struct term *term, const struct canvas *canvas)
{
    int w = canvas->w < term->w ? canvas->w : term->w;
    int h = canvas->h < term->h ? canvas->h : term->h;
    bool is_changed = false;
    for (int y = 0; y < h; y++) {
        size_t row = (size_t)y * (size_t)canvas->w;
        for (int x = 0; x < w; x++) {
            const struct canvas_cell *cell = &canvas->cells[row + (size_t)x];
            struct canvas_cell *shown = &term->shown.cells[row + (size_t)x];
            if (!term->is_stale && is_same(cell, shown))
                continue;
            is_changed = true;
            *shown = *cell;
            if (cell->width == 2 && x + 1 == w) /* no room for its right half */
                draw_cell(term, x, y, &(struct canvas_cell){.text = " ", .role = cell->role, .width = 1});
            else if (cell->width > 0)
                draw_cell(term, x, y, cell);
        }
    }
    return is_changed;
}

static bool place_cursor(struct term *term, const struct canvas *canvas)
{
    int x = canvas->cursor_x, y = canvas->cursor_y;
    bool is_on = x >= 0 && y >= 0 && x < term->w && y < term->h;
    bool was_on = term->shown.cursor_x >= 0;
    bool is_changed = is_on != was_on || (is_on && (x != term->shown.cursor_x || y != term->shown.cursor_y));
    term->shown.cursor_x = is_on ? x : -1;
    term->shown.cursor_y = is_on ? y : -1;
    leaveok(stdscr, !is_on);
    if (term->is_stale) /* entering has hidden the cursor behind the back of curses */
        curs_set(!is_on);
    curs_set(is_on);
    if (is_on)
        move(y, x);
    return is_changed;
}

uint64_t term_show(struct term *term, const struct canvas *canvas)
{
    if (canvas->w != term->shown.w || canvas->h != term->shown.h) {
        if (!canvas_resize(&term->shown, canvas->w, canvas->h))
            return 0;
        term->is_stale = true;
    }
    bool was_stale = term->is_stale;
    if (was_stale) {
        erase();
        clearok(curscr, TRUE);
    }
    bool is_changed = draw_changes(term, canvas);
    is_changed |= place_cursor(term, canvas);
    term->is_stale = false;
    if (!is_changed && !was_stale)
        return 0;
    refresh();
    uint64_t bytes = collect(term, true);
    term_out_flush(&term->out);
    return bytes;
}

struct term_out *term_out_of(struct term *term)
{
    return &term->out;
}

uint64_t term_bytes(const struct term *term)
{
    return term->out.sent;
}
