/* wishes.c - see wishes.h. */
#include "source/wishes.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct wishes {
    pthread_mutex_t lock;
    int wake[2];
    bool is_new, is_same;
    char pattern[PUSH_MAX_BYTES + 1];
};

struct wishes *wishes_new(void)
{
    struct wishes *wishes = calloc(1, sizeof *wishes);
    if (!wishes)
        return NULL;
    if (pipe(wishes->wake) != 0) {
        free(wishes);
        return NULL;
    }
    for (int k = 0; k < 2; k++) {
        fcntl(wishes->wake[k], F_SETFD, FD_CLOEXEC);
        fcntl(wishes->wake[k], F_SETFL, O_NONBLOCK);
    }
    pthread_mutex_init(&wishes->lock, NULL);
    return wishes;
}

void wishes_free(struct wishes *wishes)
{
    if (!wishes)
        return;
    close(wishes->wake[0]);
    close(wishes->wake[1]);
    pthread_mutex_destroy(&wishes->lock);
    free(wishes);
}

void wishes_set_pattern(struct wishes *wishes, const char *pattern, bool same_filter)
{
    pthread_mutex_lock(&wishes->lock);
    size_t len = strnlen(pattern, PUSH_MAX_BYTES);
    memcpy(wishes->pattern, pattern, len);
    wishes->pattern[len] = '\0';
    wishes->is_same = same_filter && (!wishes->is_new || wishes->is_same);
    wishes->is_new = true;
    pthread_mutex_unlock(&wishes->lock);
    if (write(wishes->wake[1], "", 1) < 0) {
        /* full: it is readable already */
    }
}

int wishes_fd(const struct wishes *wishes)
{
    return wishes->wake[0];
}

bool wishes_take_pattern(struct wishes *wishes, char out[PUSH_MAX_BYTES + 1], bool *same_filter)
{
    char drain[64];
    while (read(wishes->wake[0], drain, sizeof drain) == (ssize_t)sizeof drain)
        continue;
    pthread_mutex_lock(&wishes->lock);
    bool is_new = wishes->is_new;
    if (is_new) {
        memcpy(out, wishes->pattern, sizeof wishes->pattern);
        *same_filter = wishes->is_same;
    }
    wishes->is_new = false;
    pthread_mutex_unlock(&wishes->lock);
    return is_new;
}
