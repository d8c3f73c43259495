/* tests/cases/decode/NAME.in and NAME.out: bytes and what they mean. NAME.format, if there, is the given
 * layout. UPDATE=1 in the environment writes the .out files anew. Each case is also cut at its bytes and
 * into single bytes: it must mean the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <glob.h>

#include "dump.h"

#define CASES WEIR_CASES "/decode/"

static char *read_file(const char *stem, const char *ending, size_t *len)
{
    char path[512];
    snprintf(path, sizeof path, "%s%s", stem, ending);
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    char *text = calloc(1, 1 << 20);
    *len = fread(text, 1, (1 << 20) - 1, file);
    fclose(file);
    return text;
}

static void write_file(const char *stem, const char *text)
{
    char path[512];
    snprintf(path, sizeof path, "%s.out", stem);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void check_cuts(const char *given, const char *bytes, size_t len, const char *expected)
{
    size_t *every = malloc((len + 1) * sizeof *every);
    size_t stride = 1 + len / 1200; /* single cuts of the longest cases are a sample */
    for (size_t k = 0; k < len; k++) {
        every[k] = k;
        if (k % stride != 0)
            continue;
        struct dump dump = dump_cut(given, bytes, len, &k, 1);
        assert_string_equal(dump.text, expected);
        free(dump.text);
    }
    struct dump dump = dump_cut(given, bytes, len, every, len);
    assert_string_equal(dump.text, expected);
    free(dump.text);
    free(every);
}

static void check_case(const char *stem)
{
    size_t len = 0, ignored;
    char *bytes = read_file(stem, ".in", &len);
    char *given = read_file(stem, ".format", &ignored);
    char *expected = read_file(stem, ".out", &ignored);
    struct dump dump = dump_cut(given, bytes, len, NULL, 0);
    const struct decode_counts *c = &dump.counts;
    assert_int_equal(c->lines, c->records + c->nodata + c->skipdata + c->headers + c->blank + c->malformed);
    if (getenv("UPDATE"))
        write_file(stem, dump.text);
    else if (!expected || strcmp(dump.text, expected) != 0)
        fail_msg("%s:\n%s", stem, dump.text);
    check_cuts(given, bytes, len, dump.text);
    free(dump.text);
    free(bytes);
    free(given);
    free(expected);
}

static void every_case_means_what_it_says_however_it_is_cut(void **state)
{
    (void)state;
    glob_t found;
    assert_int_equal(glob(CASES "*.in", 0, NULL, &found), 0);
    assert_true(found.gl_pathc >= 20);
    for (size_t k = 0; k < found.gl_pathc; k++) {
        char stem[400];
        snprintf(stem, sizeof stem, "%.*s", (int)strlen(found.gl_pathv[k]) - 3, found.gl_pathv[k]);
        check_case(stem);
    }
    globfree(&found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_case_means_what_it_says_however_it_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
