/* completion.c - completions for bash, zsh and fish. What stands in a help text must not break a shell's quoting, so
 * it is quoted here in one place a shell. */
#include "cli/help.h"

#include <string.h>

#include "cli/scope.h"

/* Inside '…' of a POSIX shell. */
static void put_quoted(FILE *to, const char *text)
{
    for (; *text; text++) {
        if (*text == '\'')
            fputs("'\\''", to);
        else
            fputc(*text, to);
    }
}

static void put_names(FILE *to, const char *separator)
{
    const char *before = "";
    for (int k = 0; k < COMMAND_COUNT; k++) {
        const char *name = command_get((command)k)->name;
        if (*name) {
            fprintf(to, "%s%s", before, name);
            before = separator;
        }
    }
}

static void put_demos(FILE *to, const char *separator)
{
    fputs("demo", to);
    for (size_t k = 0; weir_scenario_name(k); k++)
        fprintf(to, "%sdemo:%s", separator, weir_scenario_name(k));
}

static void put_fields(FILE *to, const char *separator)
{
    for (int k = 0; k < WEIR_FIELD_COUNT; k++)
        fprintf(to, "%s%s", k ? separator : "", weir_field_get((weir_field)k)->name);
}

static void put_choices(FILE *to, const char *choices)
{
    for (; *choices; choices++)
        fputc(*choices == '|' ? ' ' : *choices, to);
}

static bool takes_file(int id)
{
    return id == OPTION_KEYS || id == OPTION_CA_BUNDLE;
}

static void bash(FILE *to)
{
    fputs("# bash completion for weir: source <(weir --completions bash)\n"
          "_weir()\n"
          "{\n"
          "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
          "    COMPREPLY=()\n"
          "    case $prev in\n",
          to);
    for (int k = 0; k < OPTION_COUNT_OF_ALL; k++) {
        const struct option *option = option_get((option_id)k);
        if (option->kind == OPTION_FLAG || takes_file(k))
            continue;
        fprintf(to, "    --%s", option->name);
        if (option->letter)
            fprintf(to, "|-%c", option->letter);
        fputs(") COMPREPLY=($(compgen -W '", to);
        if (option->kind == OPTION_CHOICE)
            put_choices(to, option->argument);
        else if (k == OPTION_FIELDS)
            put_fields(to, " ");
        fputs("'", to);
        if (k == OPTION_THEME)
            fputs("\"$(weir --list-themes 2>/dev/null)\"", to);
        fputs(" -- \"$cur\")); return ;;\n", to);
    }
    fputs("    top) COMPREPLY=($(compgen -W '", to);
    put_fields(to, " ");
    fputs("' -- \"$cur\")); return ;;\n"
          "    esac\n"
          "    if [[ $cur == -* ]]; then\n"
          "        COMPREPLY=($(compgen -W '",
          to);
    for (int k = 0; k < OPTION_COUNT_OF_ALL; k++)
        fprintf(to, "%s--%s", k ? " " : "", option_get((option_id)k)->name);
    fputs("' -- \"$cur\"))\n"
          "        return\n"
          "    fi\n"
          "    COMPREPLY=($(compgen -f -- \"$cur\") $(compgen -W '",
          to);
    put_names(to, " ");
    fputc(' ', to);
    put_demos(to, " ");
    fputs("' -- \"$cur\"))\n"
          "}\n"
          "complete -o filenames -F _weir weir\n",
          to);
}

/* Inside '…' of an _arguments spec, where brackets and colons have a meaning. */
static void put_zsh(FILE *to, const char *text)
{
    for (; *text; text++) {
        if (strchr("[]:\\", *text))
            fputc('\\', to);
        if (*text == '\'')
            fputs("'\\''", to);
        else
            fputc(*text, to);
    }
}

static void zsh_option(FILE *to, option_id id)
{
    const struct option *option = option_get(id);
    fputs("        ", to);
    if (option->letter)
        fprintf(to, "'(-%c --%s)'{-%c,--%s}'", option->letter, option->name, option->letter, option->name);
    else
        fprintf(to, "'%s--%s", option->kind == OPTION_LIST ? "*" : "", option->name);
    fputs("[", to);
    put_zsh(to, option->help);
    fputs("]", to);
    if (option->kind != OPTION_FLAG) {
        fputs(":", to);
        put_zsh(to, id == OPTION_FORMAT ? "FORMAT" : option->kind == OPTION_CHOICE ? "form" : option->argument);
        fputs(":", to);
        if (option->kind == OPTION_CHOICE) {
            fputs("(", to);
            put_choices(to, option->argument);
            fputs(")", to);
        } else if (takes_file(id)) {
            fputs("_files", to);
        } else if (id == OPTION_THEME) {
            fputs("($(weir --list-themes 2>/dev/null))", to);
        } else if (id == OPTION_FIELDS) {
            fputs("_sequence compadd - $fields", to);
        }
    }
    fputs("' \\\n", to);
}

static void zsh(FILE *to)
{
    fputs("#compdef weir\n"
          "# zsh completion for weir: weir --completions zsh > \"${fpath[1]}/_weir\"\n"
          "_weir_words()\n"
          "{\n"
          "    if [[ ${words[CURRENT-1]} == top ]]; then\n"
          "        compadd - $fields\n"
          "    else\n"
          "        compadd - ",
          to);
    put_names(to, " ");
    fputc(' ', to);
    put_demos(to, " ");
    fputs("\n"
          "        _files\n"
          "    fi\n"
          "}\n"
          "_weir()\n"
          "{\n"
          "    local -a fields=(",
          to);
    put_fields(to, " ");
    fputs(")\n"
          "    _arguments -s \\\n",
          to);
    for (int k = 0; k < OPTION_COUNT_OF_ALL; k++)
        zsh_option(to, (option_id)k);
    fputs("        '*:source:_weir_words'\n"
          "}\n"
          "if [[ $funcstack[1] == _weir ]]; then\n"
          "    _weir \"$@\"\n"
          "else\n"
          "    compdef _weir weir\n"
          "fi\n",
          to);
}

static void fish(FILE *to)
{
    fputs("# fish completion for weir: weir --completions fish > ~/.config/fish/completions/weir.fish\n"
          "complete -c weir -n __fish_use_subcommand -a '",
          to);
    put_names(to, " ");
    fputs("'\ncomplete -c weir -a '", to);
    put_demos(to, " ");
    fputs("'\ncomplete -c weir -n '__fish_seen_subcommand_from top' -a '", to);
    put_fields(to, " ");
    fputs("'\n", to);
    for (int k = 0; k < OPTION_COUNT_OF_ALL; k++) {
        const struct option *option = option_get((option_id)k);
        fprintf(to, "complete -c weir -l %s", option->name);
        if (option->letter)
            fprintf(to, " -s %c", option->letter);
        if (option->kind == OPTION_CHOICE) {
            fputs(" -x -a '", to);
            put_choices(to, option->argument);
            fputs("'", to);
        } else if (k == OPTION_THEME) {
            fputs(" -x -a '(weir --list-themes)'", to);
        } else if (k == OPTION_FIELDS) {
            fputs(" -x -a '", to);
            put_fields(to, " ");
            fputs("'", to);
        } else if (option->kind != OPTION_FLAG) {
            fputs(takes_file(k) ? " -r" : " -x", to);
        }
        fputs(" -d '", to);
        put_quoted(to, option->help);
        fputs("'\n", to);
    }
}

void completion_write(FILE *to, shell_kind shell)
{
    static void (*const writers[])(FILE * to) = {[SHELL_BASH] = bash, [SHELL_ZSH] = zsh, [SHELL_FISH] = fish};
    if ((size_t)shell < ARRAY_SIZE(writers) && writers[shell])
        writers[shell](to);
}
