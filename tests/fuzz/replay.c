/* replay.c - runs a fuzz target on files without libFuzzer: every file of the folders and files named on
 * the command line, each also cut short at a few places, so that seeds are tests in every build.
 * A folder that is missing or empty is a failure: a replay of nothing proves nothing. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX_BYTES = 1 << 20, CUTS = 8 };

static void run_cuts(const uint8_t *data, size_t size)
{
    LLVMFuzzerTestOneInput(data, size);
    for (size_t k = 0; k < CUTS; k++) {
        /* An exact copy, so that AddressSanitizer sees a read past the end. */
        size_t part = size * k / CUTS;
        uint8_t *copy = malloc(part ? part : 1);
        if (!copy)
            abort();
        for (size_t i = 0; i < part; i++)
            copy[i] = data[i];
        LLVMFuzzerTestOneInput(copy, part);
        free(copy);
    }
}

static int run_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return 0;
    uint8_t *data = malloc(INPUT_MAX_BYTES);
    if (!data)
        abort();
    size_t size = fread(data, 1, INPUT_MAX_BYTES, file);
    fclose(file);
    run_cuts(data, size);
    free(data);
    return 1;
}

static int run_folder(const char *path)
{
    DIR *folder = opendir(path);
    if (!folder)
        return 0;
    int count = 0;
    for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        char child[4096];
        int len = snprintf(child, sizeof child, "%s/%s", path, entry->d_name);
        struct stat st;
        if (len < (int)sizeof child && stat(child, &st) == 0 && S_ISREG(st.st_mode))
            count += run_file(child);
    }
    closedir(folder);
    return count;
}

int main(int argc, char **argv)
{
    int count = 0;
    for (int k = 1; k < argc; k++) {
        struct stat st;
        if (stat(argv[k], &st) == 0)
            count += S_ISDIR(st.st_mode) ? run_folder(argv[k]) : run_file(argv[k]);
    }
    printf("%d inputs replayed\n", count);
    return count > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
