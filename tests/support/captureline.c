/* captureline.c - makes snapshots, one for each line of standard input, four fields with tabs between them: "x" (XML of
 * EC2), "j" (the CLI's JSON) or "s" (a snapshot or folder), the number of the part, the id of the prefix list or route
 * table ("" if none), and the path. Prints the snapshot in one line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vpc/capture.h"

enum { WHAT, PART, OF, PATH, FIELDS, MOST = 1 << 22 };

static bool split(char *line, char *fields[FIELDS])
{
    line[strcspn(line, "\n")] = '\0';
    for (size_t k = 0; k < FIELDS; k++)
        fields[k] = strsep(&line, "\t");
    return fields[PATH] != NULL;
}

static size_t read_file(const char *path, char *bytes)
{
    FILE *file = fopen(path, "rb");
    size_t len = file ? fread(bytes, 1, MOST, file) : 0;
    if (file)
        fclose(file);
    return len;
}

static weir_status read_page(char *const fields[FIELDS], struct capture **out, weir_error *err)
{
    static char bytes[MOST];
    if (*fields[WHAT] == 's')
        return capture_read(fields[PATH], out, err);
    enum part part = (enum part)strtol(fields[PART], NULL, 10);
    const char *of = *fields[OF] ? fields[OF] : NULL;
    size_t len = read_file(fields[PATH], bytes);
    char *token = NULL;
    *out = capture_new();
    weir_status status = *fields[WHAT] == 'x' ? capture_add_xml(*out, part, of, bytes, len, &token, err)
                                              : capture_add_json(*out, part, of, bytes, len, err);
    free(token);
    return status;
}

static bool print_snapshot(const struct capture *capture, weir_error *err)
{
    struct buf text;
    struct inventory *inventory = NULL;
    buf_init(&text, 64u << 20);
    bool is_good =
        capture_write(capture, &text, err) == WEIR_OK && inventory_build(capture, &inventory, err) == WEIR_OK;
    for (size_t k = 0; is_good && k < text.len; k++)
        putchar(text.bytes[k] == '\n' ? ' ' : text.bytes[k]);
    if (is_good)
        putchar('\n');
    fflush(stdout);
    inventory_free(inventory);
    buf_done(&text);
    return is_good;
}

int main(void)
{
    static char line[16384];
    char *fields[FIELDS];
    while (fgets(line, sizeof line, stdin)) {
        struct capture *capture = NULL;
        weir_error err = {0};
        bool is_good =
            split(line, fields) && read_page(fields, &capture, &err) == WEIR_OK && print_snapshot(capture, &err);
        if (!is_good)
            printf("! %s\n", err.text);
        fflush(stdout);
        capture_free(capture);
    }
    return EXIT_SUCCESS;
}
