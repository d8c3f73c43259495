/* fz_theme.c - any bytes as a theme file. Held: a theme comes out unless the file is too big, every style is
 * one that a terminal of that many colours has, faults carry name and line, and all text is safe. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "screen/theme.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void check(bool held, const char *what)
{
    if (!held) {
        fprintf(stderr, "does not hold: %s\n", what);
        abort();
    }
}

static void check_safe(const char *text)
{
    char safe[512];
    check(!strcmp(weir_sanitize(text, strlen(text), safe, sizeof safe).text, text), "text is safe");
}

static void check_styles(const struct theme *theme)
{
    static const int depths[] = {256, 16, 8, 0};
    for (unsigned r = 0; r < ROLE_COUNT; r++) {
        for (size_t d = 0; d < sizeof depths / sizeof *depths; d++) {
            struct style style = theme_style(theme, (role)r, depths[d]);
            check(style.fg >= -1 && style.fg < (depths[d] ? depths[d] : 0), "the foreground exists");
            check(style.bg >= -1 && style.bg < (depths[d] ? depths[d] : 0), "the background exists");
            check(style.attributes < 32, "the attributes exist");
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct theme *theme = NULL;
    weir_error err = {0};
    weir_status status = theme_parse((const char *)bytes, len, "fuzz.theme", &theme, &err);
    check(status == err.status, "the status is the error's");
    check((theme != NULL) == (len <= 256 * 1024), "a theme comes out");
    check_safe(err.text);
    if (status)
        check(!strncmp(err.text, "fuzz.theme:", 11) && err.text[11] >= '1' && err.text[11] <= '9', "the line is named");
    if (theme) {
        check_safe(theme_name(theme).text);
        check_styles(theme);
    }
    theme_free(theme);
    return 0;
}
