/* loopback.h - a small HTTP server on 127.0.0.1 that misbehaves as planned. One thread a connection; each request that
 * comes takes the next reply of the plan (the last one repeats), and is kept to be looked at. For tests only. */
#ifndef WEIR_LOOPBACK_H
#define WEIR_LOOPBACK_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum loopback_then { LOOPBACK_KEEP, LOOPBACK_CLOSE, LOOPBACK_RESET, LOOPBACK_HANG };

struct loopback_reply {
    const char *text;
    size_t len; /* 0 = strlen(text) */
    enum loopback_then then;
    bool is_cut; /* only `cut` bytes are sent before `then` */
    size_t cut;
    int drip_ms; /* one byte at a time, with that much between */
};

enum { LOOPBACK_REQUESTS = 64, LOOPBACK_REQUEST_BYTES = 16384 };

struct loopback {
    int fd, stop[2];
    unsigned port;
    const struct loopback_reply *replies;
    size_t n_replies;
    bool is_deaf; /* never accepts */
    pthread_t acceptor;
    pthread_mutex_t lock; /* of what follows */
    pthread_t threads[LOOPBACK_REQUESTS];
    size_t n_threads, n_requests;
    char *requests[LOOPBACK_REQUESTS];
    atomic_size_t received; /* bytes, of all connections */
};

struct loopback_connection {
    struct loopback *server;
    int fd;
};

/* Waits until fd is readable; false: the server stops. */
static inline bool loopback_wait(struct loopback *server, int fd)
{
    struct pollfd fds[2] = {{.fd = server->stop[0], .events = POLLIN}, {.fd = fd, .events = POLLIN}};
    while (poll(fds, 2, -1) < 0)
        ;
    return fds[0].revents == 0;
}

/* The length of the whole request once its head is there, 0 before. */
static inline size_t loopback_length(const char *bytes)
{
    const char *end = strstr(bytes, "\r\n\r\n"), *length = strcasestr(bytes, "content-length:");
    if (!end)
        return 0;
    size_t body = length && length < end ? strtoul(length + 15, NULL, 10) : 0;
    return (size_t)(end - bytes) + 4 + body;
}

static inline bool loopback_read(struct loopback *server, int fd, char *bytes)
{
    size_t len = 0;
    bytes[0] = '\0';
    while (loopback_length(bytes) == 0 || len < loopback_length(bytes)) {
        if (len >= LOOPBACK_REQUEST_BYTES - 1 || !loopback_wait(server, fd))
            return false;
        ssize_t n = read(fd, bytes + len, LOOPBACK_REQUEST_BYTES - 1 - len);
        if (n <= 0)
            return false;
        atomic_fetch_add(&server->received, (size_t)n);
        len += (size_t)n;
        bytes[len] = '\0';
    }
    return true;
}

static inline bool loopback_send(struct loopback *server, int fd, const struct loopback_reply *reply)
{
    size_t len = reply->len ? reply->len : strlen(reply->text);
    if (reply->is_cut && reply->cut < len)
        len = reply->cut;
    for (size_t sent = 0; sent < len;) {
        size_t piece = reply->drip_ms ? 1 : len - sent;
        ssize_t n = send(fd, reply->text + sent, piece, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        sent += (size_t)n;
        struct pollfd stop = {.fd = server->stop[0], .events = POLLIN};
        if (reply->drip_ms && poll(&stop, 1, reply->drip_ms) != 0)
            return false;
    }
    return true;
}

static inline const struct loopback_reply *loopback_next(struct loopback *server, const char *request)
{
    pthread_mutex_lock(&server->lock);
    size_t k = server->n_requests;
    if (k < LOOPBACK_REQUESTS)
        server->requests[server->n_requests++] = strdup(request);
    pthread_mutex_unlock(&server->lock);
    return &server->replies[k < server->n_replies ? k : server->n_replies - 1];
}

static inline void *loopback_serve(void *user)
{
    struct loopback_connection *connection = user;
    struct loopback *server = connection->server;
    int fd = connection->fd;
    free(connection);
    char *request = malloc(LOOPBACK_REQUEST_BYTES);
    enum loopback_then then = LOOPBACK_KEEP;
    while (request && then == LOOPBACK_KEEP && loopback_read(server, fd, request)) {
        const struct loopback_reply *reply = loopback_next(server, request);
        then = loopback_send(server, fd, reply) ? reply->then : LOOPBACK_CLOSE;
    }
    if (then == LOOPBACK_HANG)
        loopback_wait(server, -1);
    struct linger now = {.l_onoff = 1, .l_linger = 0};
    if (then == LOOPBACK_RESET)
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    free(request);
    close(fd);
    return NULL;
}

static inline void *loopback_accept(void *user)
{
    struct loopback *server = user;
    while (loopback_wait(server, server->fd)) {
        struct loopback_connection *connection = malloc(sizeof *connection);
        int fd = accept(server->fd, NULL, NULL);
        pthread_mutex_lock(&server->lock);
        bool has_room = connection && fd >= 0 && server->n_threads < LOOPBACK_REQUESTS;
        if (has_room) {
            *connection = (struct loopback_connection){server, fd};
            has_room = pthread_create(&server->threads[server->n_threads], NULL, loopback_serve, connection) == 0;
            server->n_threads += has_room;
        }
        pthread_mutex_unlock(&server->lock);
        if (!has_room) {
            free(connection);
            close(fd);
        }
    }
    return NULL;
}

/* Listens on a port of the system's choice; zero the rest of *server. False: it does not. */
static inline bool loopback_start(struct loopback *server, const struct loopback_reply *replies, size_t n_replies)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    server->replies = replies;
    server->n_replies = n_replies;
    pthread_mutex_init(&server->lock, NULL);
    server->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (server->fd < 0 || pipe(server->stop) != 0 || bind(server->fd, (struct sockaddr *)&address, size) != 0 ||
        listen(server->fd, 16) != 0 || getsockname(server->fd, (struct sockaddr *)&address, &size) != 0)
        return false;
    server->port = ntohs(address.sin_port);
    return server->is_deaf || pthread_create(&server->acceptor, NULL, loopback_accept, server) == 0;
}

static inline void loopback_stop(struct loopback *server)
{
    close(server->stop[1]);
    if (!server->is_deaf)
        pthread_join(server->acceptor, NULL);
    for (size_t k = 0; k < server->n_threads; k++)
        pthread_join(server->threads[k], NULL);
    for (size_t k = 0; k < server->n_requests; k++)
        free(server->requests[k]);
    close(server->stop[0]);
    close(server->fd);
    pthread_mutex_destroy(&server->lock);
}

static inline size_t loopback_count(struct loopback *server)
{
    pthread_mutex_lock(&server->lock);
    size_t n = server->n_requests;
    pthread_mutex_unlock(&server->lock);
    return n;
}

#endif
