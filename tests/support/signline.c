/* signline.c - signs the requests on standard input (see signcase.h), and writes one line for each: authorization,
 * x-amz-date, x-amz-content-sha256, and with --trace the canonical request with its line breaks as \n. */
#include "signcase.h"

static void print_trace(const struct sign_trace *trace)
{
    putchar('\t');
    for (const char *at = trace->canonical; *at; at++)
        if (*at == '\n')
            fputs("\\n", stdout);
        else
            putchar(*at);
}

int main(int argc, char **argv)
{
    static struct signcase one;
    static struct sign_trace trace;
    bool is_traced = argc > 1 && strcmp(argv[1], "--trace") == 0;
    while (signcase_read(stdin, &one)) {
        struct sign_result result = {.date = ""};
        weir_error err = {0};
        if (sign(&one.request, &one.key, one.time_s, &result, &trace, &err) != WEIR_OK) {
            printf("%s: %s\n", weir_status_name(err.status), err.text);
            continue;
        }
        printf("%s\t%s\t%s", result.authorization, result.date, result.content_hash);
        if (is_traced)
            print_trace(&trace);
        putchar('\n');
    }
    return EXIT_SUCCESS;
}
