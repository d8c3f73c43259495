/* names.c - see names.h. A small cache shared with one detached thread; the lock is never held during a look-up. */
#include "app/names.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <pthread.h>
#include <string.h>

enum { CACHE = 256, NAME_BYTES = 64 };

static struct {
    pthread_mutex_t lock;
    pthread_cond_t asked;
    bool started, closing;
    struct entry {
        weir_addr addr; /* family 0 = free */
        bool known;
        char name[NAME_BYTES]; /* safe text, "" = no name */
    } entry[CACHE];
    size_t next; /* the entry to reuse */
} names = {.lock = PTHREAD_MUTEX_INITIALIZER, .asked = PTHREAD_COND_INITIALIZER};

static void look_up(const weir_addr *addr, char *out)
{
    struct sockaddr_storage storage = {0};
    socklen_t len;
    char host[NI_MAXHOST];
    if (addr->family == 4) {
        struct sockaddr_in *in = (struct sockaddr_in *)&storage;
        in->sin_family = AF_INET;
        memcpy(&in->sin_addr, addr->bytes, 4);
        len = sizeof *in;
    } else {
        struct sockaddr_in6 *in = (struct sockaddr_in6 *)&storage;
        in->sin6_family = AF_INET6;
        memcpy(&in->sin6_addr, addr->bytes, 16);
        len = sizeof *in;
    }
    out[0] = '\0';
    if (getnameinfo((struct sockaddr *)&storage, len, host, sizeof host, NULL, 0, NI_NAMEREQD) == 0)
        weir_sanitize(host, strlen(host), out, NAME_BYTES);
}

static struct entry *unknown_entry(void)
{
    for (size_t k = 0; k < CACHE; k++)
        if (names.entry[k].addr.family && !names.entry[k].known)
            return &names.entry[k];
    return NULL;
}

static void *work(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&names.lock);
    while (!names.closing) {
        struct entry *entry = unknown_entry();
        if (!entry) {
            pthread_cond_wait(&names.asked, &names.lock);
            continue;
        }
        weir_addr addr = entry->addr;
        char name[NAME_BYTES];
        pthread_mutex_unlock(&names.lock);
        look_up(&addr, name);
        pthread_mutex_lock(&names.lock);
        /* The entry may have been reused meanwhile. */
        if (memcmp(&entry->addr, &addr, sizeof addr) == 0) {
            memcpy(entry->name, name, sizeof name);
            entry->known = true;
        }
    }
    pthread_mutex_unlock(&names.lock);
    return NULL;
}

static void start(void)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, work, NULL))
        return;
    pthread_detach(thread);
    names.started = true;
}

static void name_of(const weir_value *value, char *out)
{
    out[0] = '\0';
    if (value->type != WEIR_ADDRESS)
        return;
    for (size_t k = 0; k < CACHE; k++)
        if (memcmp(&names.entry[k].addr, &value->addr, sizeof value->addr) == 0) {
            if (names.entry[k].known)
                memcpy(out, names.entry[k].name, NAME_BYTES);
            return;
        }
    struct entry *entry = &names.entry[names.next++ % CACHE];
    *entry = (struct entry){.addr = value->addr};
    pthread_cond_signal(&names.asked);
}

void names_of_cursor(struct app *app)
{
    weir_row row;
    if (!app_cursor_row(app, &row))
        return;
    weir_value src = weir_row_value(&row, WEIR_F_SRCADDR), dst = weir_row_value(&row, WEIR_F_DSTADDR);
    pthread_mutex_lock(&names.lock);
    if (!names.started)
        start();
    name_of(&src, app->look.src_name);
    name_of(&dst, app->look.dst_name);
    pthread_mutex_unlock(&names.lock);
}

void names_close(void)
{
    pthread_mutex_lock(&names.lock);
    names.closing = true;
    pthread_cond_signal(&names.asked);
    pthread_mutex_unlock(&names.lock);
}

void act_names(struct app *app, key pressed)
{
    (void)pressed;
    app->names = !app->names;
    app->look.src_name[0] = app->look.dst_name[0] = '\0';
    app_notice(app, false,
               app->names ? "reverse DNS on: the resolver sees the addresses you look at" : "reverse DNS off");
}
