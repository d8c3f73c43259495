/* script.c - see script.h. */
#include "app/script.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS_MAX = 1000, LINE_BYTES = 1024 };

struct script {
    char *step[STEPS_MAX];
    size_t n, at;
};

static bool is_step(const char *line)
{
    static const char *const words[] = {"keys ", "type ", "wait", "dump "};
    for (size_t k = 0; k < sizeof words / sizeof *words; k++)
        if (strncmp(line, words[k], strlen(words[k])) == 0)
            return true;
    return false;
}

weir_status script_open(const char *path, struct script **out, weir_error *err)
{
    FILE *file = fopen(path, "re");
    if (!file)
        return weir_fail(err, WEIR_E_IO, 0, "cannot read keys from %s: %s", path, strerror(errno));
    struct script *script = calloc(1, sizeof *script);
    char line[LINE_BYTES];
    if (!script) {
        fclose(file);
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    }
    weir_status status = WEIR_OK;
    for (int number = 1; !status && fgets(line, sizeof line, file); number++) {
        line[strcspn(line, "\r\n")] = '\0';
        if (!*line || *line == '#')
            continue;
        if (!is_step(line) || script->n == STEPS_MAX)
            status = weir_fail(err, WEIR_E_SYNTAX, 0, "%s:%d: expected keys, type, wait or dump", path, number);
        else if (!(script->step[script->n++] = strdup(line)))
            status = weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    }
    fclose(file);
    if (status)
        script_close(script);
    else
        *out = script;
    return status;
}

void script_close(struct script *script)
{
    for (size_t k = 0; script && k < script->n; k++)
        free(script->step[k]);
    free(script);
}

static void press_names(struct app *app, const char *names)
{
    while (*names) {
        size_t len = strcspn(names, " ");
        char name[16];
        key k;
        weir_safe_format(name, sizeof name, "%.*s", (int)len, names);
        if (key_parse(name, &k))
            app_key(app, k);
        names += len;
        names += *names == ' ';
    }
}

static void dump(const struct app *app, const char *path)
{
    FILE *file = fopen(path, "we");
    if (!file)
        return;
    canvas_dump(&app->canvas, file);
    fclose(file);
}

bool script_run(struct script *script, struct app *app, bool settled)
{
    while (script->at < script->n) {
        const char *step = script->step[script->at];
        if (strncmp(step, "wait", 4) == 0) {
            if (!settled)
                return true;
        } else if (strncmp(step, "dump ", 5) == 0) {
            dump(app, step + 5);
        } else if (strncmp(step, "type ", 5) == 0) {
            for (const char *at = step + 5; *at; at++)
                app_key(app, (unsigned char)*at);
        } else {
            press_names(app, step + 5);
        }
        script->at++;
        if (strncmp(step, "dump ", 5) != 0)
            return true; /* painted before the next step */
    }
    return false;
}
