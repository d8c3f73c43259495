/* pane.h - what panes paint from, and the panes.
 *
 * A pane is a function that paints a part of the canvas from a `struct look`: the session's view and what
 * the person has chosen to see of it. Panes change nothing; keys are the app's. Counts that cost a scan
 * (facets, top, timeline) are copied into the look by look_refresh(), at most once a second while data
 * streams in, so that painting is cheap and the terminal is spared. */
#ifndef WEIR_PANE_PANE_H
#define WEIR_PANE_PANE_H

#include "screen/canvas.h"
#include "weir/weir.h"

enum {
    LOOK_TOP = 60,          /* rows of the top table */
    LOOK_FACET_VALUES = 24, /* values of a facet */
    LOOK_BUCKETS = 600,     /* columns of the timeline */
    LOOK_SPIKES = 32,
    LOOK_MARKS = 26,   /* a to z */
    LOOK_CAUSES = 256, /* rows on the screen whose cause is known */
    LOOK_EVENTS = 300, /* flips, spikes by part, changes */
    LOOK_TEXT = 80,
    WITH_MODE = 160, /* columns from which the status bar has the sources' mode; below, the event line has it */
};

typedef enum focus { FOCUS_ROWS, FOCUS_FACETS, FOCUS_TOP } focus;

/* A value that outlives the view's borrow: value.text, if any, points to `text`. */
struct look_value {
    weir_value value;
    char text[LOOK_TEXT];
    uint64_t records;
    weir_mark mark;
};

struct look_facet {
    weir_facet info;
    size_t n;
    struct look_value value[LOOK_FACET_VALUES];
};

struct look_top {
    struct look_value key[WEIR_GROUP_FIELDS];
    uint64_t records, packets, bytes;
};

struct look_mark {
    bool set;
    uint64_t row;
    int64_t time; /* record start, Unix seconds */
};

/* The timeline: n columns of `step` seconds, the first at `from`. */
struct look_timeline {
    int64_t from, step;
    size_t n;
    weir_bucket bucket[LOOK_BUCKETS];
    size_t n_spikes;
    weir_spike spike[LOOK_SPIKES]; /* newest first */
    int64_t wanted_step;           /* chosen by zoom; 0 = as wide as the data needs */
    int64_t to;                    /* right edge chosen by moving; 0 = the newest */
    int64_t cursor;                /* start of the bucket under the time cursor; 0 = none */
    int64_t range;                 /* other end of a range being selected; 0 = none */
};

/* What the sources say of themselves, put together for the status bar. */
struct look_sources {
    char name[160]; /* "vpc-prod, vpc-test (+2)" */
    bool in_aws;
    char place[200], short_place[120]; /* "eu-west-1  123456789012  profile prod"; without the profile */
    char mode[160];                    /* "every 5 s, horizon 30m" */
    bool is_override, sampled, behind; /* of any of them */
    uint64_t provisional;              /* records that Live Tail alone has shown */
    int percent;                       /* of history; -1 = nobody knows */
    bool reading;                      /* some source in AWS is still bringing history */
};

/* Something that happened, newest first in the look. */
enum event_kind { EVENT_FLIP, EVENT_RECOVERY, EVENT_SPIKE, EVENT_CHANGE, EVENT_REFUSED, EVENT_KINDS };

struct look_event {
    enum event_kind kind;
    int64_t time;
    uint64_t id;    /* of the flip; number of the spike, or of the change from the newest */
    double rarity;  /* of a spike, nats: how new it is */
    char text[200]; /* safe text */
};

struct look {
    const weir_session *session;
    const weir_view *view;
    weir_totals totals;
    weir_rates rates;
    int64_t now;
    bool local;   /* local time, else UTC */
    bool live;    /* some source can still bring records */
    bool reading; /* some source is still bringing history */

    /* rows */
    bool follow;      /* the newest matching row is shown */
    uint64_t cursor;  /* row id under the cursor */
    uint64_t bottom;  /* row id of the lowest row on screen while held */
    uint64_t held_at; /* newest row id when the hold began */
    int column;       /* focused column, an index into rows_columns() */
    bool compact;     /* a narrow terminal: one phrase a record instead of columns */
    bool raw;         /* lines as AWS writes them */
    uint64_t matched; /* as of look_refresh or a filter change */

    struct look_facet facet[WEIR_FACETS];
    int facet_k, facet_row; /* cursor: facet and value in it (-1 = the facet's title) */
    int facet_scroll;

    struct look_top top[LOOK_TOP];
    size_t n_top;
    weir_top_totals top_totals;
    weir_measure measure;
    int top_row;

    struct look_timeline timeline;
    struct look_mark mark[LOOK_MARKS];

    focus focus;
    bool filter_ok; /* while editing */
    struct look_sources sources;
    int64_t history_s;    /* how much of the past is read from AWS, 0 = unknown */
    const char *endpoint; /* host that is asked in place of AWS's own; NULL = not known */
    char notice[200];     /* event line: a word from the program, "" = none */
    bool notice_is_error;
    char src_name[LOOK_TEXT], dst_name[LOOK_TEXT]; /* reverse DNS of the record under the cursor, "" = none */
    char terminal[64];                             /* "utf8 256c 4fps 3.1KB/s" */

    struct look_event event[LOOK_EVENTS];
    size_t n_events;
    bool has_flip;      /* some service is rejected that was accepted */
    char headline[320]; /* the newest of them with its cause, "" = none */
    char watching[200]; /* why there can be no flips, "" = nothing stands against them */

    bool has_causes; /* rows have a column for the cause */
    struct {
        uint64_t row; /* id + 1; 0 = none */
        const char *name;
    } cause[LOOK_CAUSES]; /* by row id */
};

/* The cause of a row on the screen, NULL = it has none or it is not known yet. Filled in by the app, a pane only
 * paints. */
const char *look_cause(const struct look *look, const weir_row *row);

/* ---- times and numbers as panes show them; results borrowed from the buffer ---- */

enum time_form { TIME_CLOCK, TIME_MINUTE, TIME_FULL };
weir_safe look_time(const struct look *look, int64_t t, enum time_form form, char *buffer, size_t size);
weir_safe look_zone(const struct look *look, char *buffer, size_t size); /* "Z" or "+01:00" */
weir_safe look_number(uint64_t n, char *buffer, size_t size);            /* 48,113 */
weir_safe look_span(int64_t seconds, char *buffer, size_t size);         /* 4m12s, 2h, 30s */

/* ---- refresh ---- */

void look_at_sources(struct look *look); /* look->sources anew */

enum { REFRESH_FACETS = 1, REFRESH_TOP = 2, REFRESH_TIMELINE = 4, REFRESH_ALL = 7 };
void look_refresh(struct look *look, unsigned what, int timeline_columns);

void look_at_events(struct look *look, weir_session *session); /* look->event anew */
glyph event_glyph(enum event_kind kind);
role event_role(enum event_kind kind);

/* Widths of a timeline column that people know, smallest first; 0 past the end. */
int64_t look_step(size_t k);
/* The k of the smallest step that shows `span` seconds in n columns. */
size_t look_step_for(int64_t span, size_t n);

/* ---- panes ---- */

void status_paint(const struct look *look, struct canvas *canvas, struct rect area);
void status_line_paint(const struct look *look, struct canvas *canvas, struct rect area); /* tiny screens */
void following_paint(const struct look *look, struct canvas *canvas, struct rect area);   /* second line, wide */
void reading_paint(const struct look *look, struct canvas *canvas, struct rect area);     /* progress of history */
void filter_paint(const struct look *look, struct canvas *canvas, struct rect area);
int filter_counts_width(const struct look *look); /* cells that "N of M" takes at the right */

void timeline_paint(const struct look *look, struct canvas *canvas, struct rect area);
void sparkline_paint(const struct look *look, struct canvas *canvas, struct rect area);
int timeline_columns(int width, bool spark); /* columns that fit in an area of this width */

struct rows_column {
    weir_field field;
    const char *title;
    int width;
    bool right; /* right-aligned */
    bool named; /* shows the service name of the port instead of the number */
};
/* The columns that fit the width and that the data has; returns their number (at most 24). */
size_t rows_columns(const struct look *look, int width, struct rows_column *out);
void rows_paint(const struct look *look, struct canvas *canvas, struct rect area);
void rows_header_paint(const struct look *look, struct canvas *canvas, struct rect area);
/* Matching rank of the first row that an area of h rows shows. */
uint64_t rows_first(const struct look *look, int h);

void facets_paint(const struct look *look, struct canvas *canvas, struct rect area);
bool facet_is_hidden(const struct look *look, int k);
/* How many values of facet k a panel with `height` inner lines shows. */
int facets_shown(const struct look *look, int height, int k);
void top_paint(const struct look *look, struct canvas *canvas, struct rect area);
void record_paint(const struct look *look, struct canvas *canvas, struct rect area); /* wide: short form */
void events_paint(const struct look *look, struct canvas *canvas, struct rect area); /* spikes and marks */
void event_line_paint(const struct look *look, struct canvas *canvas, struct rect area);

/* ---- one record, over the panes ---- */

typedef enum detail_tab { TAB_WHY, TAB_PATH, TAB_FIELDS, DETAIL_TABS } detail_tab;

/* The box with the names of its tabs; what is in it is painted by one of the three below. */
void detail_frame(struct canvas *canvas, struct rect area, detail_tab tab, weir_safe hint);

/* Inside of the box; `scroll` is the first line shown. They return the number of lines.
 * The verdict with its evidence and its fix; the hops there and back; every field of a row, explained. */
int why_paint(const weir_explanation *why, struct canvas *canvas, struct rect area, int scroll);
int path_paint(const weir_explanation *why, struct canvas *canvas, struct rect area, int scroll);
int detail_paint(const struct look *look, struct canvas *canvas, struct rect area, uint64_t row, int scroll);

/* ---- choosing a flow log ---- */

enum { PICKER_COLUMNS = 7 };

struct picker_row {
    const char *cell[PICKER_COLUMNS]; /* safe texts, borrowed until the next row is asked for */
    bool selected, failing, readable;
};

struct picker_view {
    const char *title[PICKER_COLUMNS];
    weir_safe place;  /* region, account, profile */
    weir_safe asking; /* what is being asked and for how long, "" = all is here */
    weir_safe error;  /* why nothing could be asked, "" = it could */
    weir_safe detail; /* of the row under the cursor */
    weir_safe words;  /* what narrows the list, "" = nothing */
    bool typing;      /* and it is being typed: its line is left free */
    size_t n, total;  /* rows that are shown, rows that there are */
    size_t n_selected;
    size_t cursor;
    size_t *scroll; /* first row on screen; kept so that the cursor shows */
    void (*row)(size_t k, struct picker_row *out, void *user);
    void *user;
};

/* The last two lines are left free. Returns how many rows fit, at least 1. */
size_t picker_paint(const struct picker_view *view, struct canvas *canvas);

/* A scrollable list of lines in a box, for help, the menu, lines that could not be read. */
struct list_line {
    const char *left, *right; /* safe text; right may be NULL */
    bool title, dim;
};
void list_paint(struct canvas *canvas, struct rect area, weir_safe title, weir_safe hint, const struct list_line *lines,
                size_t n, int cursor, int scroll);

#endif
