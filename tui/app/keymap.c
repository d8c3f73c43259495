/* keymap.c - the key table, and what is made from it: look-up, help, README and man page rows. */
#include "app/state.h"

#include <string.h>

static const struct action actions[ACTION_COUNT] = {
#define X(id_, name_, context_, keys_, footer_, group_, help_, function_) \
    [id_] = {.id = id_,                                                   \
             .name = name_,                                               \
             .context = context_,                                         \
             .keys = keys_,                                               \
             .footer = footer_,                                           \
             .group = group_,                                             \
             .help = help_,                                               \
             .run = function_},
#include "app/action.def"
#undef X
};

static const char *const titles[GROUP_COUNT] = {
    [GROUP_MOVE] = "Move",
    [GROUP_LIVE] = "Live",
    [GROUP_TIMELINE] = "Timeline",
    [GROUP_FILTER] = "Filter",
    [GROUP_VIEW] = "View",
    [GROUP_WHY] = "Why",
    [GROUP_EVENTS] = "Events",
    [GROUP_MARKS] = "Marks",
    [GROUP_EXPORT] = "Copy and save",
    [GROUP_EXIT] = "Help and exit",
    [GROUP_FACETS] = "In the facets",
    [GROUP_TOP] = "In the top pane",
    [GROUP_DETAIL] = "In a record",
    [GROUP_LIST] = "In a list",
    [GROUP_PICKER] = "Choosing a flow log",
};

const struct action *action_get(action_id id)
{
    return &actions[id];
}

const char *group_title(help_group g)
{
    return titles[g];
}

key action_first_key(const struct action *action)
{
    char name[16];
    key k = K_NONE;
    weir_safe_format(name, sizeof name, "%.*s", (int)strcspn(action->keys, " "), action->keys);
    return key_parse(name, &k) ? k : K_NONE;
}

static bool has_key(const char *keys, key wanted)
{
    while (*keys) {
        size_t len = strcspn(keys, " ");
        char name[16];
        key k;
        if (len < sizeof name) {
            memcpy(name, keys, len);
            name[len] = '\0';
            if (key_parse(name, &k) && k == wanted)
                return true;
        }
        keys += len;
        keys += *keys == ' ';
    }
    return false;
}

const struct action *action_for_key(context where, key k)
{
    for (int id = 0; id < ACTION_COUNT; id++)
        if (actions[id].context == where && has_key(actions[id].keys, k))
            return &actions[id];
    bool falls_back = where == CONTEXT_FACETS || where == CONTEXT_TOP;
    return falls_back ? action_for_key(CONTEXT_MAIN, k) : NULL;
}

const struct action *action_by_name(const char *name)
{
    for (int id = 0; id < ACTION_COUNT; id++)
        if (strcmp(actions[id].name, name) == 0)
            return &actions[id];
    return NULL;
}

void app_keys_markdown(FILE *out)
{
    for (int g = 0; g < GROUP_COUNT; g++) {
        fprintf(out, "%s| %s | |\n|---|---|\n", g ? "\n" : "", titles[g]);
        for (int id = 0; id < ACTION_COUNT; id++) {
            if ((int)actions[id].group != g)
                continue;
            fputs("| ", out);
            for (const char *at = actions[id].keys; *at;) {
                size_t len = strcspn(at, " ");
                /* A backslash needs no escape inside a code span. */
                fprintf(out, "%s`%.*s`", at == actions[id].keys ? "" : " ", (int)len, at);
                at += len;
                at += *at == ' ';
            }
            fprintf(out, " | %s |\n", actions[id].help);
        }
    }
}

void app_keys_man(FILE *out)
{
    for (int g = 0; g < GROUP_COUNT; g++) {
        fprintf(out, ".SS %s\n", titles[g]);
        for (int id = 0; id < ACTION_COUNT; id++) {
            if ((int)actions[id].group != g)
                continue;
            fputs(".TP\n.B \"", out);
            for (const char *at = actions[id].keys; *at; at++)
                fputs(*at == '\\'   ? "\\e"
                      : *at == '-'  ? "\\-"
                      : *at == '\'' ? "\\(aq"
                      : *at == '^'  ? "\\(ha"
                                    : (char[]){*at, 0},
                      out);
            fprintf(out, "\"\n%s\n", actions[id].help);
        }
    }
}
