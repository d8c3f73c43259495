/* term_out.h - bytes on their way to the terminal. Never blocks; what the terminal does not take yet waits. */
#ifndef WEIR_SCREEN_TERM_OUT_H
#define WEIR_SCREEN_TERM_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TERM_OUT_MAX_BYTES (16u << 20) /* more is not taken: the terminal has been gone for long */

struct term_out {
    int fd;
    bool may_block; /* the fd is shared with others and could not be opened anew */
    bool is_lost;   /* the terminal is gone */
    char *bytes;
    size_t at, len, room;
    uint64_t sent;
};

void term_out_init(struct term_out *out, int fd, bool may_block);
void term_out_done(struct term_out *out);                               /* the fd stays open */
bool term_out_add(struct term_out *out, const void *bytes, size_t len); /* all or, false, nothing */
char *term_out_reserve(struct term_out *out, size_t len);               /* NULL: too much */
void term_out_commit(struct term_out *out, size_t len);                 /* of what was reserved */
void term_out_flush(struct term_out *out);
bool term_out_is_empty(const struct term_out *out);

struct term;
struct term_out *term_out_of(struct term *term); /* of screen's own files; borrowed */

#endif
