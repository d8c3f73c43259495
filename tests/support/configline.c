/* configline.c - answers questions about AWS config files, one on each line of standard input, seven fields with tabs
 * between them: what ("profile", "sso-session", "services"), the paths of the config and of the credentials file, the
 * name, the service ("" if none), the key, and "." at the end. Prints "=VALUE", or "-" where there is none. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/config.h"

enum { WHAT, CONFIG, CREDENTIALS, NAME, SERVICE, KEY, END, FIELDS };

static bool split(char *line, char *fields[FIELDS])
{
    line[strcspn(line, "\n")] = '\0';
    for (size_t k = 0; k < FIELDS; k++)
        fields[k] = strsep(&line, "\t");
    return fields[END] && strcmp(fields[END], ".") == 0;
}

static struct config *read_files(char *const fields[FIELDS])
{
    static char config_file[4096], credentials_file[4096];
    struct environment *environment = NULL;
    struct config *config = NULL;
    weir_error err = {0};
    snprintf(config_file, sizeof config_file, "AWS_CONFIG_FILE=%s", fields[CONFIG]);
    snprintf(credentials_file, sizeof credentials_file, "AWS_SHARED_CREDENTIALS_FILE=%s", fields[CREDENTIALS]);
    char *variables[] = {config_file, credentials_file, NULL};
    if (environment_new(variables, &environment, &err) || config_read(environment, &config, &err))
        fprintf(stderr, "%s\n", err.text);
    environment_free(environment);
    return config;
}

static const char *ask(const struct config *config, char *const fields[FIELDS])
{
    if (strcmp(fields[WHAT], "services") == 0)
        return config_get_service(config, fields[NAME], fields[SERVICE], fields[KEY]);
    if (strcmp(fields[WHAT], "sso-session") == 0)
        return config_get_sso_session(config, fields[NAME], fields[KEY]);
    return config_get(config, fields[NAME], fields[KEY]);
}

int main(void)
{
    static char line[16384];
    char *fields[FIELDS];
    while (fgets(line, sizeof line, stdin)) {
        struct config *config = split(line, fields) ? read_files(fields) : NULL;
        if (!config)
            return EXIT_FAILURE;
        const char *value = ask(config, fields);
        printf("%s%s\n", value ? "=" : "-", value ? value : "");
        config_free(config);
    }
    return EXIT_SUCCESS;
}
