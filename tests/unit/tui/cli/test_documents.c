/* Help, man page and completions name every row of the tables, and the man page has no stray requests. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/help.h"

static char *text;
static size_t size;
static FILE *to;

static int begin(void **state)
{
    (void)state;
    to = open_memstream(&text, &size);
    return to == NULL;
}

static int finish(void **state)
{
    (void)state;
    fclose(to);
    free(text);
    text = NULL;
    return 0;
}

static void assert_names_all_options(const char *dashes)
{
    fflush(to);
    for (int k = 0; k < OPTION_COUNT_OF_ALL; k++) {
        char name[64];
        snprintf(name, sizeof name, "%s%s", dashes, option_get((option_id)k)->name);
        if (!strstr(text, name))
            fail_msg("%s is missing", name);
    }
}

static void help_names_all(void **state)
{
    (void)state;
    help_write(to, COMMAND_SCREEN);
    assert_names_all_options("--");
    for (int k = 0; k < COMMAND_COUNT; k++)
        assert_non_null(strstr(text, command_get((command)k)->name));
}

static void help_is_not_wider_than_a_terminal(void **state)
{
    (void)state;
    for (int k = 0; k < COMMAND_COUNT; k++)
        help_write(to, (command)k);
    fflush(to);
    for (const char *at = text; at && *at;) {
        const char *end = strchr(at, '\n');
        assert_true((size_t)(end ? end - at : (long)strlen(at)) < 80);
        at = end ? end + 1 : NULL;
    }
}

static void help_of_a_command_has_its_options_alone(void **state)
{
    (void)state;
    help_write(to, COMMAND_TOP);
    fflush(to);
    assert_non_null(strstr(text, "--limit"));
    assert_null(strstr(text, "--theme"));
    assert_null(strstr(text, "--step"));
}

static void keys(FILE *file)
{
    fputs(".TP\nthe keys\nstand here\n", file);
}

static void man_page_names_all(void **state)
{
    (void)state;
    man_write(to, keys);
    fflush(to);
    assert_non_null(strstr(text, "the keys"));
    for (int k = 0; k < WEIR_FIELD_COUNT; k++) {
        char name[80];
        size_t n = 0;
        for (const char *at = weir_field_get((weir_field)k)->name; *at; at++) {
            if (*at == '-')
                name[n++] = '\\';
            name[n++] = *at;
        }
        name[n] = '\0';
        if (!strstr(text, name))
            fail_msg("%s is missing", name);
    }
}

/* A line of text that began with a dot or an apostrophe would be taken for a request. */
static void man_page_has_known_requests_alone(void **state)
{
    (void)state;
    static const char *const known[] = {".TH", ".SH", ".PP", ".TP", ".RS", ".RE", ".EX", ".EE", ".\\\""};
    man_write(to, NULL);
    fflush(to);
    for (const char *at = text; at && *at;) {
        const char *end = strchr(at, '\n');
        bool fits = *at != '.' && *at != '\'';
        for (size_t k = 0; k < sizeof known / sizeof *known; k++)
            fits = fits || strncmp(at, known[k], strlen(known[k])) == 0;
        if (!fits)
            fail_msg("stray request: %.40s", at);
        at = end ? end + 1 : NULL;
    }
}

static void completions_name_all(void **state)
{
    (void)state;
    static const char *const dashes[] = {[SHELL_BASH] = "--", [SHELL_ZSH] = "--", [SHELL_FISH] = "-l "};
    for (int k = SHELL_BASH; k <= SHELL_FISH; k++) {
        rewind(to);
        completion_write(to, (shell_kind)k);
        fputc('\0', to);
        assert_names_all_options(dashes[k]);
        assert_non_null(strstr(text, "timeline"));
        assert_non_null(strstr(text, "pkt-srcaddr"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(help_names_all, begin, finish),
        cmocka_unit_test_setup_teardown(help_is_not_wider_than_a_terminal, begin, finish),
        cmocka_unit_test_setup_teardown(help_of_a_command_has_its_options_alone, begin, finish),
        cmocka_unit_test_setup_teardown(man_page_names_all, begin, finish),
        cmocka_unit_test_setup_teardown(man_page_has_known_requests_alone, begin, finish),
        cmocka_unit_test_setup_teardown(completions_name_all, begin, finish),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
