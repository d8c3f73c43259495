/* theme_file.c - where themes come from: a path, the user's folder, the installed folder, the program.
 * Leaves the text to theme.c. The built-in default is the net under every failure. */
#include "screen/theme.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "screen/scope.h"
#include "screen/theme_file.h"

#define PATH_BYTES     4096
#define NAME_MAX_BYTES 64

static void close_cleanup(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

const char *theme_builtin(size_t k)
{
    return k < theme_copy_count ? theme_copies[k].name : NULL;
}

static weir_status parse_copy(const struct theme_copy *copy, struct theme **out, weir_error *err)
{
    return theme_parse((const char *)copy->text, copy->len, copy->name, out, err);
}

/* Reads and parses a file. WEIR_AGAIN: there is none. */
static weir_status load_file(const char *path, struct theme **out, weir_error *err)
{
    AUTO(close_cleanup) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return WEIR_AGAIN;
    struct stat status;
    if (fd < 0 || fstat(fd, &status) < 0)
        return weir_fail(err, WEIR_E_IO, 0, "theme %s: %s", path, strerror(errno));
    if (!S_ISREG(status.st_mode))
        return weir_fail(err, WEIR_E_DATA, 0, "theme %s: not a file", path);

    AUTO(free_cleanup) char *text = malloc(THEME_MAX_BYTES + 1);
    if (!text)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    size_t len = 0;
    ssize_t n;
    while (len <= THEME_MAX_BYTES && (n = read(fd, text + len, THEME_MAX_BYTES + 1 - len)) != 0) {
        if (n < 0 && errno != EINTR)
            return weir_fail(err, WEIR_E_IO, 0, "theme %s: %s", path, strerror(errno));
        if (n > 0)
            len += (size_t)n;
    }
    return theme_parse(text, len, path, out, err);
}

static weir_status load_from(const char *folder, const char *below, const char *name, struct theme **out,
                             weir_error *err)
{
    char path[PATH_BYTES];
    if (!folder || folder[0] != '/')
        return WEIR_AGAIN;
    int len = snprintf(path, sizeof path, "%s%s/%s.theme", folder, below, name);
    if (len < 0 || (size_t)len >= sizeof path)
        return WEIR_AGAIN;
    return load_file(path, out, err);
}

static weir_status load_named(const char *name, struct theme **out, weir_error *err)
{
    weir_status status = load_from(getenv("XDG_CONFIG_HOME"), "/weir/themes", name, out, err);
    if (status == WEIR_AGAIN && !getenv("XDG_CONFIG_HOME"))
        status = load_from(getenv("HOME"), "/.config/weir/themes", name, out, err);
    if (status == WEIR_AGAIN)
        status = load_from(WEIR_THEME_DIR, "", name, out, err);
    for (size_t k = 0; status == WEIR_AGAIN && k < theme_copy_count; k++)
        if (!strcmp(theme_copies[k].name, name))
            status = parse_copy(&theme_copies[k], out, err);
    return status;
}

weir_status theme_load(const char *name, struct theme **out, weir_error *err)
{
    struct theme *theme = NULL;
    weir_status status;
    if (!name || !*name)
        name = "default";
    if (strchr(name, '/'))
        status = load_file(name, &theme, err);
    else if (name[0] == '.' || strlen(name) > NAME_MAX_BYTES)
        status = WEIR_AGAIN;
    else
        status = load_named(name, &theme, err);
    if (status == WEIR_AGAIN)
        status = weir_fail(err, WEIR_E_USAGE, 0,
                           "there is no theme %.80s; there are default, light and more, see themes/", name);
    if (!theme)
        parse_copy(&theme_copies[0], &theme, NULL);
    *out = theme;
    return status;
}
