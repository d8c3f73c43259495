/* theme_file.h - the themes that are compiled in, and the cap on theme files. */
#ifndef WEIR_SCREEN_THEME_FILE_H
#define WEIR_SCREEN_THEME_FILE_H

#include <stddef.h>

#define THEME_MAX_BYTES (256 * 1024)

struct theme_copy {
    const char *name;
    const unsigned char *text;
    size_t len;
};

/* Made from themes/ at build time; "default" comes first. */
extern const struct theme_copy theme_copies[];
extern const size_t theme_copy_count;

#endif
