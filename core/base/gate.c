/* gate.c - a ring of pointers under one mutex, and a descriptor that is readable while it is not empty.
 * The descriptor is written when the first item comes and drained when the last one goes, both under
 * the lock, so that its state and the count never disagree. Where there is no eventfd, a pipe serves. */
#include "base/gate.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/eventfd.h>
#endif

struct gate {
    pthread_mutex_t lock;
    pthread_cond_t has_room;
    int read_fd, write_fd; /* the same for an eventfd */
    bool closed;
    size_t capacity, first, n;
    void *items[];
};

static bool open_fds(struct gate *gate)
{
#ifdef __linux__
    gate->read_fd = gate->write_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return gate->read_fd >= 0;
#else
    int ends[2];
    if (pipe(ends) != 0)
        return false;
    for (int k = 0; k < 2; k++) {
        fcntl(ends[k], F_SETFD, FD_CLOEXEC);
        fcntl(ends[k], F_SETFL, O_NONBLOCK);
    }
    gate->read_fd = ends[0];
    gate->write_fd = ends[1];
    return true;
#endif
}

/* Neither call can fill or block: at most one write is outstanding. */
static void raise_fd(struct gate *gate)
{
    uint64_t one = 1;
    ssize_t n = write(gate->write_fd, &one, sizeof one);
    (void)n;
}

static void lower_fd(struct gate *gate)
{
    uint64_t count;
    ssize_t n = read(gate->read_fd, &count, sizeof count);
    (void)n;
}

struct gate *gate_new(size_t capacity)
{
    struct gate *gate = calloc(1, sizeof *gate + capacity * sizeof *gate->items);
    if (!gate)
        return NULL;
    gate->capacity = capacity;
    if (!open_fds(gate)) {
        free(gate);
        return NULL;
    }
    pthread_mutex_init(&gate->lock, NULL);
    pthread_cond_init(&gate->has_room, NULL);
    return gate;
}

void gate_free(struct gate *gate)
{
    if (!gate)
        return;
    if (gate->write_fd != gate->read_fd)
        close(gate->write_fd);
    close(gate->read_fd);
    pthread_cond_destroy(&gate->has_room);
    pthread_mutex_destroy(&gate->lock);
    free(gate);
}

weir_status gate_push(struct gate *gate, void *item)
{
    pthread_mutex_lock(&gate->lock);
    while (gate->n == gate->capacity && !gate->closed)
        pthread_cond_wait(&gate->has_room, &gate->lock);
    bool closed = gate->closed;
    if (!closed) {
        gate->items[(gate->first + gate->n) % gate->capacity] = item;
        if (gate->n++ == 0)
            raise_fd(gate);
    }
    pthread_mutex_unlock(&gate->lock);
    return closed ? WEIR_E_CANCELED : WEIR_OK;
}

void *gate_take(struct gate *gate)
{
    void *item = NULL;
    pthread_mutex_lock(&gate->lock);
    if (gate->n > 0) {
        item = gate->items[gate->first];
        gate->first = (gate->first + 1) % gate->capacity;
        if (--gate->n == 0)
            lower_fd(gate);
        pthread_cond_signal(&gate->has_room);
    }
    pthread_mutex_unlock(&gate->lock);
    return item;
}

size_t gate_count(struct gate *gate)
{
    pthread_mutex_lock(&gate->lock);
    size_t n = gate->n;
    pthread_mutex_unlock(&gate->lock);
    return n;
}

int gate_fd(const struct gate *gate)
{
    return gate->read_fd;
}

void gate_close(struct gate *gate)
{
    pthread_mutex_lock(&gate->lock);
    gate->closed = true;
    pthread_cond_broadcast(&gate->has_room);
    pthread_mutex_unlock(&gate->lock);
}
