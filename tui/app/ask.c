/* ask.c - what is asked in a line: the filter, a command, a time, a file name, a letter, yes or no. */
#include "app/state.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* ---- filter ---- */

static size_t check_filter(const char *text, char *why, size_t size, void *user)
{
    struct app *app = user;
    weir_query *query = NULL;
    weir_error err = {0};
    if (weir_query_parse(text, app->look.now, &query, &err) == WEIR_OK) {
        weir_query_free(query);
        return 0;
    }
    weir_safe_format(why, size, "%s", err.text);
    return err.column ? err.column : 1;
}

struct offer {
    struct app *app;
    struct prompt *prompt;
    size_t from;
};

static void offer_word(const char *word, const char *help, void *user)
{
    struct offer *offer = user;
    char safe_word[128], safe_help[160];
    prompt_add_completion(offer->prompt, offer->from, weir_safe_format(safe_word, sizeof safe_word, "%s", word),
                          weir_safe_format(safe_help, sizeof safe_help, "%s", help ? help : ""));
}

/* Values that the data has, most frequent first, before the language's own words. */
static void offer_seen(struct offer *offer, weir_field field, const char *begun)
{
    const struct look *look = &offer->app->look;
    for (size_t k = 0; k < WEIR_FACETS; k++) {
        if (look->facet[k].info.field != field)
            continue;
        for (size_t v = 0; v < look->facet[k].n; v++) {
            char text[LOOK_TEXT], count[32], help[64];
            const struct look_value *value = &look->facet[k].value[v];
            if (value->value.type == WEIR_NULL)
                continue;
            weir_value_text(field, &value->value, field == WEIR_F_PROTOCOL ? WEIR_STYLE_SHORT : WEIR_STYLE_AWS, text,
                            sizeof text);
            if (strncasecmp(text, begun, strlen(begun)) != 0)
                continue;
            weir_safe_format(help, sizeof help, "%s records", look_number(value->records, count, sizeof count).text);
            offer_word(text, help, offer);
        }
    }
}

static void complete_filter(struct prompt *prompt, const char *text, size_t cursor, void *user)
{
    weir_completion expected = weir_query_expect(text, cursor);
    struct offer offer = {user, prompt, expected.from};
    char begun[128];
    snprintf(begun, sizeof begun, "%.*s", (int)(cursor - expected.from), text + expected.from);
    if (expected.expect == WEIR_EXPECT_VALUE)
        offer_seen(&offer, expected.field, begun);
    weir_query_complete(text, cursor, offer_word, &offer);
}

/* ---- commands ---- */

/* Letters in order, gaps allowed: "spk" finds "spike-next". */
static bool is_fuzzy(const char *name, const char *letters)
{
    for (; *letters; letters++) {
        while (*name && tolower((unsigned char)*name) != tolower((unsigned char)*letters))
            name++;
        if (!*name++)
            return false;
    }
    return true;
}

static bool is_command(const struct action *action)
{
    return action->context == CONTEXT_MAIN && action->id != ACTION_FACET;
}

static void complete_command(struct prompt *prompt, const char *text, size_t cursor, void *user)
{
    struct offer offer = {user, prompt, 0};
    char begun[64];
    snprintf(begun, sizeof begun, "%.*s", (int)cursor, text);
    if (strchr(begun, ' '))
        return;
    for (int pass = 0; pass < 2; pass++)
        for (int id = 0; id < ACTION_COUNT; id++) {
            const struct action *action = action_get((action_id)id);
            bool begins = strncasecmp(action->name, begun, strlen(begun)) == 0;
            char help[200];
            if (!is_command(action) || begins != (pass == 0) || !is_fuzzy(action->name, begun))
                continue;
            snprintf(help, sizeof help, "%s  %s", action->keys, action->help);
            offer_word(action->name, help, &offer);
        }
}

static size_t check_command(const char *text, char *why, size_t size, void *user)
{
    (void)user;
    static const char *const with_argument[] = {"w ", "theme ", "filter ", "group "};
    if (!*text || action_by_name(text))
        return 0;
    for (size_t k = 0; k < sizeof with_argument / sizeof *with_argument; k++)
        if (strncmp(text, with_argument[k], strlen(with_argument[k])) == 0)
            return 0;
    for (int id = 0; id < ACTION_COUNT; id++)
        if (is_command(action_get((action_id)id)) && is_fuzzy(action_get((action_id)id)->name, text))
            return 0;
    weir_safe_format(why, size, "no command like that; Tab lists them; w FILE, theme NAME, filter EXPR, group FIELDS");
    return 1;
}

static void set_theme(struct app *app, const char *name)
{
    struct theme *theme = NULL;
    weir_error err = {0};
    if (theme_load(name, &theme, &err))
        app_notice(app, true, "%s", err.text);
    if (!theme)
        return;
    term_set_theme(app->term, theme);
    theme_free(app->theme);
    app->theme = theme;
    term_repaint(app->term);
}

static void set_group(struct app *app, const char *text)
{
    weir_group group;
    weir_error err = {0};
    if (weir_group_parse(text, &group, &err)) {
        app_notice(app, true, "%s", err.text);
        return;
    }
    weir_session_group(app->session, &group);
    app->top_shown = true;
    app->stale |= REFRESH_TOP;
}

static void run_command(struct app *app, const char *text)
{
    const struct action *action = action_by_name(text);
    if (strncmp(text, "w ", 2) == 0)
        export_save(app, text + 2);
    else if (strncmp(text, "theme ", 6) == 0)
        set_theme(app, text + 6);
    else if (strncmp(text, "filter ", 7) == 0)
        app_set_filter(app, text + 7);
    else if (strncmp(text, "group ", 6) == 0)
        set_group(app, text + 6);
    for (int id = 0; !action && *text && !strchr(text, ' ') && id < ACTION_COUNT; id++)
        if (is_command(action_get((action_id)id)) && is_fuzzy(action_get((action_id)id)->name, text))
            action = action_get((action_id)id);
    if (action)
        action->run(app, K_NONE);
}

/* ---- times and files ---- */

static size_t check_time(const char *text, char *why, size_t size, void *user)
{
    const struct app *app = user;
    int64_t t;
    if (!*text || weir_time_parse(text, strlen(text), app->look.now, app->look.local, &t))
        return 0;
    weir_safe_format(why, size, "13:57, -20m, yesterday or 2026-11-23T13:57");
    return 1;
}

static void go_to(struct app *app, const char *text)
{
    int64_t first, last, now = app->look.now, t;
    /* In an old file "13:57" means the day of its last record, not today. */
    if (weir_view_span(app->look.view, &first, &last) && now - last > 86400)
        now = last + 1;
    if (*text && weir_time_parse(text, strlen(text), now, app->look.local, &t))
        app_go_to_time(app, t);
}

/* ---- single keys ---- */

static void take_letter(struct app *app, key k)
{
    asking was = app->asking;
    app->asking = ASK_NOTHING;
    weir_row row;
    if (was == ASK_JUMP && k == '\'') {
        app_go_to_row(app, app->jumped_from);
        return;
    }
    if (k < 'a' || k > 'z')
        return;
    struct look_mark *mark = &app->look.mark[k - 'a'];
    if (was == ASK_JUMP) {
        if (mark->set)
            app_go_to_row(app, mark->row);
        else
            app_notice(app, false, "no mark %c", (char)k);
        return;
    }
    if (!app_cursor_row(app, &row))
        return;
    weir_value start = weir_row_value(&row, WEIR_F_START);
    *mark = (struct look_mark){true, row.id, start.type == WEIR_NUMBER ? (int64_t)start.number : 0};
    app_notice(app, false, "mark %c; ' %c comes back here", (char)k, (char)k);
}

static void take_answer(struct app *app, key k)
{
    app->asking = ASK_NOTHING;
    if (k == 'y' || k == 'Y')
        app->quit = true;
    else if (k == 's' || k == 'S')
        ask(app, ASK_FILE, "");
}

/* ---- proposals ---- */

static size_t check_proposal(const char *text, char *why, size_t size, void *user)
{
    struct app *app = user;
    weir_error err = {0};
    if (!*text || !app->session || weir_what_if_check(app->session, text, &err) == WEIR_OK)
        return 0;
    weir_safe_format(why, size, "%s", err.text);
    return err.column ? err.column : 1;
}

/* ---- the table ---- */

static struct prompt *prompt_of(const struct app *app, asking what)
{
    switch (what) {
    case ASK_FILTER: return app->filter_prompt;
    case ASK_COMMAND: return app->command_prompt;
    case ASK_TIME: return app->time_prompt;
    case ASK_FILE: return app->file_prompt;
    case ASK_NARROW: return app->narrow_prompt;
    case ASK_PROPOSAL: return app->proposal_prompt;
    default: return NULL;
    }
}

struct prompt *app_prompt(const struct app *app)
{
    return prompt_of(app, app->asking);
}

weir_safe ask_label(const struct app *app)
{
    static char question[96];
    char rows[32];
    switch (app->asking) {
    case ASK_FILTER:
    case ASK_NARROW: return WEIR_SAFE("/");
    case ASK_COMMAND: return WEIR_SAFE(":");
    case ASK_TIME: return WEIR_SAFE("go to time:");
    case ASK_PROPOSAL: return WEIR_SAFE("what if:");
    case ASK_FILE:
        if (app->layer == LAYER_EVENT)
            return WEIR_SAFE("save the report to FILE.md or .json:");
        return WEIR_SAFE("save matching records to FILE.csv, .jsonl or .log:");
    case ASK_MARK: return WEIR_SAFE("mark with a letter a-z");
    case ASK_JUMP: return WEIR_SAFE("go to mark a-z, or ' to where you were");
    case ASK_QUIT:
        return weir_safe_format(question, sizeof question, "quit and drop %s records? y yes  n no  s save first",
                                weir_count_text(weir_view_total(app->look.view), rows, sizeof rows).text);
    default: return WEIR_SAFE("");
    }
}

bool ask_open(struct app *app)
{
    const struct prompt_ops filter = {check_filter, complete_filter, app},
                            command = {check_command, complete_command, app}, time = {check_time, NULL, app},
                            file = {NULL, NULL, app}, narrow = {NULL, NULL, app},
                            proposal = {check_proposal, NULL, app};
    app->filter_prompt = prompt_new(&filter);
    app->command_prompt = prompt_new(&command);
    app->time_prompt = prompt_new(&time);
    app->file_prompt = prompt_new(&file);
    app->narrow_prompt = prompt_new(&narrow);
    app->proposal_prompt = prompt_new(&proposal);
    return app->filter_prompt && app->command_prompt && app->time_prompt && app->file_prompt && app->narrow_prompt &&
           app->proposal_prompt;
}

void ask_close(struct app *app)
{
    prompt_free(app->filter_prompt);
    prompt_free(app->command_prompt);
    prompt_free(app->time_prompt);
    prompt_free(app->file_prompt);
    prompt_free(app->narrow_prompt);
    prompt_free(app->proposal_prompt);
}

void ask(struct app *app, asking what, const char *text)
{
    app->asking = what;
    app->look.notice[0] = '\0';
    if (prompt_of(app, what))
        prompt_set(prompt_of(app, what), text);
}

static void done(struct app *app, asking what, const char *text)
{
    switch (what) {
    case ASK_FILTER:
        if (!app_set_filter(app, text))
            app->asking = ASK_FILTER;
        break;
    case ASK_COMMAND:
        prompt_history_add(app->command_prompt, text);
        run_command(app, text);
        break;
    case ASK_TIME: go_to(app, text); break;
    case ASK_PROPOSAL:
        prompt_history_add(app->proposal_prompt, text);
        if (*text)
            app_what_if(app, text);
        break;
    case ASK_FILE:
        if (*text)
            export_save(app, text);
        break;
    default: break;
    }
}

void ask_key(struct app *app, key k)
{
    struct prompt *prompt = app_prompt(app);
    asking what = app->asking;
    if (!prompt) {
        if (what == ASK_QUIT)
            take_answer(app, k);
        else
            take_letter(app, k);
        return;
    }
    prompt_result result = k == 3 /* ^C */ ? PROMPT_CANCELLED : prompt_key(prompt, k);
    switch (result) {
    case PROMPT_DONE:
        app->asking = ASK_NOTHING;
        done(app, what, prompt_text(prompt));
        break;
    case PROMPT_CHANGED:
        if (what == ASK_FILTER && prompt_is_valid(prompt))
            app_preview_filter(app, prompt_text(prompt));
        else if (what == ASK_NARROW)
            picker_narrow(app);
        break;
    case PROMPT_CANCELLED:
        app->asking = ASK_NOTHING;
        if (what == ASK_FILTER)
            app_preview_filter(app, NULL);
        if (what == ASK_NARROW) {
            prompt_set(prompt, "");
            picker_narrow(app);
        }
        break;
    default: break;
    }
}
