/* state.h - the dashboard's state, its actions and its layout. Everything belongs to the one thread. */
#ifndef WEIR_APP_STATE_H
#define WEIR_APP_STATE_H

#include "app/app.h"
#include "pane/pane.h"
#include "widget/prompt.h"

typedef enum context {
    CONTEXT_MAIN,
    CONTEXT_FACETS,
    CONTEXT_TOP,
    CONTEXT_DETAIL,
    CONTEXT_LIST,
    CONTEXT_PICKER,
    CONTEXT_COUNT
} context;

typedef enum help_group {
    GROUP_MOVE,
    GROUP_LIVE,
    GROUP_TIMELINE,
    GROUP_FILTER,
    GROUP_VIEW,
    GROUP_WHY,
    GROUP_EVENTS,
    GROUP_MARKS,
    GROUP_EXPORT,
    GROUP_EXIT,
    GROUP_FACETS,
    GROUP_TOP,
    GROUP_DETAIL,
    GROUP_LIST,
    GROUP_PICKER,
    GROUP_COUNT
} help_group;

typedef enum action_id {
#define X(id, name, context, keys, footer, group, help, function) id,
#include "app/action.def"
#undef X
    ACTION_COUNT
} action_id;

struct app;
typedef void action_function(struct app *app, key pressed);

struct action {
    action_id id;
    const char *name;
    context context;
    const char *keys; /* names with spaces between */
    const char *footer;
    help_group group;
    const char *help;
    action_function *run;
};

/* ---- keymap.c ---- */
const struct action *action_get(action_id id);
const struct action *action_for_key(context where, key k); /* NULL = no such key here */
const struct action *action_by_name(const char *name);
const char *group_title(help_group g);
key action_first_key(const struct action *action);

/* ---- layers over the panes ---- */
typedef enum layer {
    LAYER_NONE,
    LAYER_DETAIL,
    LAYER_HELP,
    LAYER_BAD_LINES,
    LAYER_GAPS,
    LAYER_COPY,
    LAYER_NETWORK,
    LAYER_SILENT,
    LAYER_RULES,
    LAYER_WHAT_IF,
    LAYER_EVENTS,
    LAYER_EVENT
} layer;
typedef enum asking {
    ASK_NOTHING,
    ASK_FILTER,
    ASK_COMMAND,
    ASK_TIME,
    ASK_FILE,
    ASK_NARROW,
    ASK_PROPOSAL,
    ASK_QUIT,
    ASK_MARK,
    ASK_JUMP
} asking;

/* Whose rules are listed. */
typedef enum rules_scope { SCOPE_OF_CURSOR, SCOPE_OF_VPC, SCOPE_OF_ALL, SCOPES_OF_RULES } rules_scope;

enum { INCIDENTS_KEPT = 16 };
enum { UNDO_MAX = 100, LIST_MAX = 2000, LIST_TEXT = 240, HORIZON_USUAL_S = 1800, FILTER_TEXT = 16 * 1024 };

struct layout {
    bool tiny, small;
    struct rect status, filter, chart, spark, header, rows, facets, top, record, events, following, event, footer;
};

struct app {
    struct app_options options; /* with the sources that were picked */
    weir_session *session;
    struct picker *picker; /* while a flow log is being chosen; the session is opened when it is */
    char **picked;         /* what was chosen, NULL at the end */
    char *picked_format;
    struct term *term;
    struct theme *theme;
    struct canvas canvas;
    struct look look;
    struct layout layout;

    layer layer;
    uint64_t detail_row;
    int detail_scroll, detail_lines;
    detail_tab detail_tab;
    weir_explanation *why; /* of why_row; NULL = none could be given, and why_error says why */
    uint64_t why_row;      /* UINT64_MAX = of no row */
    unsigned why_generation;
    weir_error why_error;
    bool network_failed; /* and it was said */
    size_t silent_told;  /* attempts without an answer that are listed; SIZE_MAX = not all was looked through */
    weir_rules *rules;   /* while LAYER_RULES is open */
    rules_scope rules_scope;
    bool rules_unused;          /* those that no record used alone */
    weir_what_if *what_if;      /* while LAYER_WHAT_IF is open */
    bool list_is_whole;         /* what fills the list has looked at all that is there */
    unsigned list_generation;   /* of the network when it was filled last … */
    uint64_t list_newest;       /* … newest row … */
    int64_t list_ms;            /* … and when, monotonic */
    size_t list_rule[LIST_MAX]; /* number of the rule, or of the event, in a line; SIZE_MAX = none */
    struct list_line list[LIST_MAX];
    char list_text[LIST_MAX][LIST_TEXT];
    int n_list, list_cursor, list_scroll;

    asking asking;
    struct prompt *filter_prompt, *command_prompt, *time_prompt, *file_prompt, *narrow_prompt, *proposal_prompt;

    char *undo[UNDO_MAX]; /* filters, oldest first; undo_at is the one that holds */
    int n_undo, undo_at;

    bool big_timeline, maximised, top_shown, names;
    uint64_t jumped_from;    /* row for '' */
    char source_notice[200]; /* the last word of a source that was shown */
    int64_t cancel_ms;       /* monotonic time of the last ^C */
    int64_t notice_until;    /* monotonic ms; 0 = stays until a key */

    struct {
        weir_incident *incident; /* NULL = none could be had */
        uint64_t id;             /* of its flip */
        unsigned seen;           /* networks and changes that were there when it was made */
        bool used;
    } incident[INCIDENTS_KEPT]; /* those that were worked out, a ring by number */
    size_t n_incidents;
    bool is_blaming;       /* one is being worked out on a thread … */
    uint64_t blaming_id;   /* … of this flip … */
    unsigned blaming_seen; /* … with what was known then */
    unsigned events_seen;  /* weir_session_events() when the list was made */
    bool events_begun;     /* it was made at all: changes are there before any record */
    uint64_t open_flip;    /* that LAYER_EVENT shows, 0 = another event */
    int event_filter;      /* kinds that the list of events shows, 0 = all */
    int event_at;          /* line of the list that is open */
    struct notice *notice; /* a command to be told of incidents; NULL = none */
    uint64_t noticed[64];  /* flips that were told, a ring by number */
    size_t n_noticed;
    char *report; /* the open incident as Markdown, for the clipboard and files; ours */
    size_t report_len;

    bool quit;
    int exit_status;
    unsigned stale;   /* REFRESH_* that the next frame must bring */
    bool key_pressed; /* paint at once */
};

/* ---- app.c ---- */
void app_notice(struct app *app, bool is_error, const char *format, ...) __attribute__((format(printf, 3, 4)));
context app_context(const struct app *app);
struct prompt *app_prompt(const struct app *app); /* of what is being asked, NULL = none */
void app_key(struct app *app, key k);
int64_t app_mono_ms(void);

/* Sets a filter and remembers it for undo; a bad one is a notice and changes nothing. */
bool app_set_filter(struct app *app, const char *text);
/* Applies a filter while it is typed, without remembering it; NULL goes back to the one that holds. */
void app_preview_filter(struct app *app, const char *text);
/* The row under the cursor. */
bool app_cursor_row(struct app *app, weir_row *row);
void app_go_to_row(struct app *app, uint64_t id); /* holds the view with the row in the middle */
void app_go_to_time(struct app *app, int64_t t);  /* moves the time cursor and the rows */
void app_hold(struct app *app);
/* Moves a held view whose rows were evicted to the oldest that are there, and says so. */
void app_keep_place(struct app *app);
void app_follow(struct app *app);

/* ---- layout.c, paint.c ---- */
void layout_make(struct app *app);
void paint(struct app *app);
void paint_footer(struct app *app, struct rect area);
void paint_layers(struct app *app); /* what lies over the panes */

/* ---- act_why.c ---- */
bool app_network_pump(struct app *app); /* takes what came of the network; true = a newer one is there */
/* The explanation of the open record, borrowed until it or the network is another one; NULL = none can be given. */
const weir_explanation *app_why(struct app *app);
void app_forget_why(struct app *app);
/* Works out the causes of the rejected rows on the screen, those anew that are `stale`. */
void app_causes(struct app *app, bool stale);
void app_silent_drops(struct app *app); /* goes on looking through the ring, and fills the list */

/* ---- act_events.c, incident.c ---- */
/* Takes what came from CloudTrail, of causes, and of the detectors. True = something to be shown anew. */
bool app_events_pump(struct app *app);
void app_events_choose(struct app *app);                 /* the line under the cursor */
void app_events_next(struct app *app);                   /* other kinds in the list */
void app_events_back(struct app *app);                   /* from an event to the list, from there to the panes */
void app_events_close(struct app *app);                  /* before the session's end */
bool app_report_save(struct app *app, const char *path); /* false: no incident is open */
void app_report_copy(struct app *app);
/* The incident of a flip, if it was worked out with all that is known now; else that begins on a thread (or will, when
 * the one under way is done), and this is the last one there was, or NULL. *is_final (may be NULL): it is not begun. */
const weir_incident *app_incident(struct app *app, uint64_t flip_id, bool *is_final);
bool app_incident_pump(struct app *app);                              /* true = another one was worked out */
void app_fill_event(struct app *app, const struct look_event *event); /* the list's lines of one event */
void app_fill_service(struct app *app, size_t k);                     /* … and of the k-th service */

/* ---- act_rules.c ---- */
bool app_rules_pump(struct app *app);  /* goes on with rules and what-if, and fills the list; true = it says more now */
void app_rules_close(struct app *app); /* before the session's end */
void app_what_if(struct app *app, const char *proposal);
void app_rules_choose(struct app *app); /* the line under the cursor */

/* ---- picker.c ---- */
/* Lets the person choose among the flow logs of the region, on the terminal, and opens the session. False: app->quit
 * is set, or *err. */
bool picker_run(struct app *app, weir_error *err);
void picker_close(struct app *app);
void picker_narrow(struct app *app); /* the words that are typed have changed */

/* ---- lists.c ---- */
void list_clear(struct app *app);
/* The next line, with a buffer of LIST_TEXT bytes for its text; NULL when there are no more. */
char *list_add(struct app *app, bool title);
void list_add_pair(struct app *app, const char *left, const char *right, bool title); /* borrowed for ever */

/* ---- ask.c ---- */
bool ask_open(struct app *app); /* makes the prompts; false when out of memory */
void ask_close(struct app *app);
void ask(struct app *app, asking what, const char *text);
void ask_key(struct app *app, key k);
weir_safe ask_label(const struct app *app);

/* ---- export.c ---- */
void export_copy(struct app *app, int choice); /* line of the copy menu */
void export_copy_menu(struct app *app);
void export_save(struct app *app, const char *path);

/* ---- loop.c ---- */
int loop_run(struct app *app, weir_error *err);
void loop_keys(struct app *app);    /* all keys that were pressed */
void loop_signals(struct app *app); /* what came on the signal fd */
void loop_resize(struct app *app);  /* the canvas gets the terminal's size */

/* ---- actions ---- */
#define X(id, name, context, keys, footer, group, help, function) action_function function;
#include "app/action.def"
#undef X

#endif
