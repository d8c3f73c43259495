/* key_reader.h - bytes of a terminal to keys. Knows sequences (ECMA-48, xterm, linux, rxvt), not terminals'
 * modes. What it does not know it skips whole, so that no half of a sequence turns into commands. */
#ifndef WEIR_SCREEN_KEY_READER_H
#define WEIR_SCREEN_KEY_READER_H

#include <stdbool.h>
#include <stddef.h>

#include "screen/key.h"

#define KEY_READER_BYTES 4096
#define KEY_ESCAPE_MS    25 /* an unfinished sequence is waited for this long, then it was the Esc key */

struct key_reader {
    int fd;
    bool in_paste;
    bool is_mouse; /* the wheel arrives as Up and Down */
    bool is_hung;
    key next[4]; /* further keys of a sequence that stands for several */
    size_t next_count;
    size_t at, len;
    unsigned char bytes[KEY_READER_BYTES];
};

void key_reader_init(struct key_reader *reader, int fd);
key key_reader_next(struct key_reader *reader); /* as term_key() */

/* Decodes the beginning of bytes[len]. Returns how many it took (its key in *out, K_NONE if it stands for
 * none) or 0 if more are needed; with `is_final` no more will come and it takes at least one. */
size_t key_decode(struct key_reader *reader, const unsigned char *bytes, size_t len, bool is_final, key *out);

#endif
