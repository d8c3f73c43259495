/* man.c - the manual page, in the macros of man(7) that groff and mandoc both know. */
#include "cli/help.h"

#include <string.h>

/* Text in which nothing is a roff escape or request; a dash stays the character that people type. */
static void put(FILE *to, const char *text)
{
    static const struct {
        char from;
        const char *to;
    } escapes[] = {{'\\', "\\e"}, {'-', "\\-"}, {'\'', "\\(aq"}, {'`', "\\(ga"}, {'^', "\\(ha"}, {'~', "\\(ti"}};
    for (const char *at = text; *at; at++) {
        size_t k = 0;
        while (k < sizeof escapes / sizeof *escapes && escapes[k].from != *at)
            k++;
        if (k < sizeof escapes / sizeof *escapes)
            fputs(escapes[k].to, to);
        else if (*at == '.' && at == text)
            fputs("\\&.", to);
        else
            fputc(*at, to);
    }
}

static void section(FILE *to, const char *title)
{
    fprintf(to, ".SH %s\n", title);
}

static void paragraph(FILE *to, const char *text)
{
    fputs(".PP\n", to);
    put(to, text);
    fputc('\n', to);
}

/* A term in bold with its argument in italics, and what it means. */
static void item(FILE *to, const char *term, const char *argument, const char *text)
{
    fputs(".TP\n\\fB", to);
    put(to, term);
    fputs("\\fR", to);
    if (*argument) {
        fputs(" \\fI", to);
        put(to, argument);
        fputs("\\fR", to);
    }
    fputc('\n', to);
    put(to, text);
    fputc('\n', to);
}

static void example(FILE *to, const char *line, const char *text)
{
    fputs(".PP\n", to);
    put(to, text);
    fputs("\n.PP\n.RS 4\n.EX\n", to);
    put(to, line);
    fputs("\n.EE\n.RE\n", to);
}

static void commands(FILE *to)
{
    section(to, "COMMANDS");
    for (int k = 0; k < COMMAND_COUNT; k++) {
        char term[40];
        const struct command_info *info = command_get((command)k);
        snprintf(term, sizeof term, "weir%s%s", *info->name ? " " : "", info->name);
        item(to, term, info->arguments, info->help);
    }
    paragraph(to, "The first word that is no option may name a command; a file of such a name is written ./print. A "
                  "word behind -- is always a source.");
}

static void options(FILE *to)
{
    section(to, "OPTIONS");
    paragraph(to, "Options may stand anywhere before --.");
    for (int k = 0; k < OPTION_COUNT_OF_ALL; k++) {
        char term[60], text[500];
        const struct option *option = option_get((option_id)k);
        if (option->letter)
            snprintf(term, sizeof term, "-%c, --%s", option->letter, option->name);
        else
            snprintf(term, sizeof term, "--%s", option->name);
        int len = snprintf(text, sizeof text, "%s.", option->help);
        if (*option->preset)
            len += snprintf(text + len, sizeof text - (size_t)len, " Default: %s.", option->preset);
        if (option->commands != IN_ALL && option->commands != IN_READ) {
            len += snprintf(text + len, sizeof text - (size_t)len, " For");
            for (int c = 0, n = 0; c < COMMAND_COUNT; c++)
                if (option->commands & 1u << c)
                    len += snprintf(text + len, sizeof text - (size_t)len, "%s %s", n++ ? "," : "",
                                    c == COMMAND_SCREEN ? "the dashboard" : command_get((command)c)->name);
            snprintf(text + len, sizeof text - (size_t)len, ".");
        }
        item(to, term, option->argument, text);
    }
}

static void sources(FILE *to)
{
    section(to, "SOURCES");
    for (size_t k = 0; k < weir_source_count(); k++) {
        const weir_source_info *info = weir_source_get(k);
        char term[60];
        item(to, info->syntax, "", info->help);
        for (size_t j = 0; strcmp(info->scheme, "demo") == 0 && weir_scenario_name(j); j++) {
            snprintf(term, sizeof term, "%s:%s", info->scheme, weir_scenario_name(j));
            item(to, term, "", weir_scenario_help(j));
        }
    }
    paragraph(to, "Files may be compressed by gzip. Lines may be flow log records, records behind the prefix of aws "
                  "logs tail, the JSON envelope of a CloudWatch subscription, JSON objects with a message, or the "
                  "objects that print -o jsonl writes. Lines that cannot be read are counted and never stop the "
                  "stream.");
    paragraph(to,
              "A source in AWS takes ?region=NAME&profile=NAME&stream=PREFIX behind it, where that differs from the "
              "options; in a name, %3F is a question mark. Files are read one after the other; other sources come "
              "beside each other, and print orders what several of them bring by record start, when they end.");
}

static void delivery(FILE *to)
{
    section(to, "DELIVERY");
    paragraph(to, "Of CloudWatch Logs, every event that matches the filter, whose time is not before --since, and that "
                  "becomes readable within --horizon of its time is shown exactly once. What weir cannot prove is in "
                  "the ledger, on the screen under # and in the object of --stats. Sampling, throttling, eviction, "
                  "unreadable lines and a horizon that had to shrink are counted, never hidden.");
    paragraph(to, "Not promised are the order of arrival, events that come later than the horizon (shown if they are "
                  "seen), and memory of what an earlier run has shown.");
    paragraph(to, "tail:GROUP starts a Live Tail session, which AWS bills by the minute beyond 1,800 free minutes a "
                  "month. weir asks before it starts one, unless --yes; the session ends with weir.");
}

static void filters(FILE *to)
{
    static const struct {
        const char *term, *text;
    } rows[] = {
        {"FIELD = VALUE", "also != < <= > >=. Field names are those of AWS or their short names."},
        {"FIELD in (VALUE, ...)", "also a range as in dstport in 8000-8100, a network as in srcaddr in 10.0.0.0/8, and "
                                  "not in."},
        {"FIELD ~ PATTERN", "a Perl-compatible regular expression; !~ is its opposite."},
        {"[src | dst] port | host | net VALUE", "as in tcpdump(8)."},
        {"22, ssh, 10.0.0.0/8, tcp, reject, nodata, ingress, ipv6, eni-0a5b", "a word alone means the obvious."},
        {"FIELD = -", "the record has no value there."},
    };
    section(to, "FILTERS");
    paragraph(to, "Conditions are joined by and, or, not and parentheses; two side by side mean and. Values may be "
                  "names of protocols, ports and TCP flags, sizes (bytes > 1M) and times (start > -10m).");
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++)
        item(to, rows[k].term, "", rows[k].text);
    example(to, "reject and dst port in (22, 3389) and not src net 10.0.0.0/8",
            "Rejected attempts to log in from outside:");
}

static void output(FILE *to)
{
    section(to, "OUTPUT");
    paragraph(to, "The table is for people: times carry their zone, protocols and flags have names, and NODATA and "
                  "SKIPDATA stand in the column of the action. csv begins with a line of AWS's field names; a field "
                  "that a record lacks is empty, and a text that a spreadsheet would take for a formula begins with "
                  "an apostrophe. jsonl is one object a record with AWS's field names, numbers as numbers, and - as "
                  "null; only fields of the record's layout are there. raw is the record as AWS writes it.");
    paragraph(to, "--stats prints an object whose numbers add up: lines = records + nodata + skipdata + headers + "
                  "blank + malformed, and records = shown + filtered. Of print, nodata_shown and skipdata_shown count "
                  "the other rows that were printed. gaps are places where a source cannot prove that nothing was "
                  "lost, and ledger has each of them with its source, its times and the reason. requests were made of "
                  "AWS, and duplicates are events that AWS brought again.");
}

static void fields(FILE *to)
{
    section(to, "FIELDS");
    for (int k = 0; k < WEIR_FIELD_COUNT; k++) {
        const weir_field_info *info = weir_field_get((weir_field)k);
        char text[400];
        snprintf(text, sizeof text, "%s (version %d)", info->help, info->since);
        fputs(".TP\n\\fB", to);
        put(to, info->name);
        fputs("\\fR", to);
        if (*info->alias) {
            fputs(", \\fB", to);
            put(to, info->alias);
            fputs("\\fR", to);
        }
        fputc('\n', to);
        put(to, text);
        fputs(".\n", to);
    }
}

static void key_scripts(FILE *to)
{
    section(to, "KEY SCRIPTS");
    paragraph(to, "A file for --keys has a step a line; empty lines and those that begin with # are skipped.");
    item(to, "keys", "KEY...", "presses keys by their names, such as j, Tab or ^R.");
    item(to, "type", "TEXT", "types the text.");
    item(to, "wait", "", "waits until all that was there is read, the filter is applied and the screen is painted.");
    item(to, "dump", "FILE", "writes the screen to a file as text.");
}

static void exit_status(FILE *to)
{
    static const char *const rows[][2] = {
        {"0", "done; also when whoever reads standard output went away"},
        {"1", "an error: a source failed, or not one line could be read"},
        {"2", "wrong usage or a filter that cannot be read"},
        {"3", "no permission or no credentials"},
        {"130", "interrupted (128 and the number of the signal: 143 is SIGTERM)"},
    };
    section(to, "EXIT STATUS");
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++)
        item(to, rows[k][0], "", rows[k][1]);
}

static void environment(FILE *to)
{
    section(to, "ENVIRONMENT");
    item(to, "NO_COLOR", "", "when it is set and not empty, --color auto means never.");
    item(to, "COLORTERM, TERM", "", "what the terminal can show.");
    item(to, "LC_ALL, LC_CTYPE, LANG", "", "a locale that is not UTF-8 draws with ASCII.");
    item(to, "TZ", "", "the zone of --local.");
    item(to, "AWS_PROFILE, AWS_REGION, AWS_ENDPOINT_URL, AWS_CA_BUNDLE, ...", "",
         "as the AWS CLI reads them, its files too. Secrets are overwritten in weir's own environment at its start.");
    item(to, "XDG_CONFIG_HOME", "", "weir/themes in it is looked through for themes; the default is ~/.config.");
}

static void examples(FILE *to)
{
    section(to, "EXAMPLES");
    example(to, "weir demo", "A live dashboard without an AWS account:");
    example(to, "weir cw:/vpc/flow", "A log group, live:");
    example(to, "weir print -f 'reject and dstport = 22' -o jsonl flow.log.gz | jq .srcaddr",
            "Who was kept from logging in:");
    example(to, "weir top srcaddr/24,dstport -f reject --by records flow.log", "Where rejects come from:");
    example(to, "weir timeline --since 2h --step 5m flow.log", "The last two hours in buckets of five minutes:");
}

void man_write(FILE *to, void (*keys)(FILE *to))
{
    fprintf(to,
            ".\\\" made by weir --man-page\n"
            ".TH WEIR 1 \"\" \"weir %s\" \"User Commands\"\n",
            WEIR_VERSION);
    section(to, "NAME");
    fputs("weir \\- terminal dashboard for AWS VPC Flow Logs\n", to);
    section(to, "SYNOPSIS");
    fputs("\\fBweir\\fR [\\fIOPTION\\fR...] [\\fICOMMAND\\fR] \\fISOURCE\\fR...\n", to);
    section(to, "DESCRIPTION");
    paragraph(to,
              "weir shows VPC and Transit Gateway flow logs, live or from files: records, counts over time, the "
              "values of each field, and the largest talkers. Its commands print the same without a screen. With "
              "standard output not a terminal, weir without a command does what print does; with standard input "
              "not a terminal and no source named, it reads standard input. Without a source on a terminal it lists "
              "the flow logs of the AWS region to choose from.");
    commands(to);
    sources(to);
    delivery(to);
    options(to);
    filters(to);
    if (keys) {
        section(to, "KEYS");
        keys(to);
    }
    output(to);
    fields(to);
    key_scripts(to);
    exit_status(to);
    environment(to);
    examples(to);
}
