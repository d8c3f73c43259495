/* credentialline.c - answers which region and credentials an environment leads to. A line of standard input, with tabs:
 * the profile that is named ("" = none), then NAME=value … . Prints "REGION KEY TOKEN", with "-" for what there is not;
 * a status ("!3") and the words instead of KEY and TOKEN when there are no credentials. Test credentials only. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/client.h"
#include "aws/credential.h"

enum { VARIABLES = 64, STILL = 1780000000 };

#define ANY_REGION "us-east-1"

struct asked {
    weir_aws *aws;
    struct aws_client *client;
    struct http *http;
    const char *region;
    struct credential found;
};

/* A region that is not set is no reason to have no credentials: they are asked for with another one. */
static weir_status ask(struct asked *asked, const char *profile, char **variables, weir_error *err)
{
    const weir_aws_options options = {.environment = variables, .profile = profile, .now = STILL};
    weir_status status = weir_aws_open(&options, &asked->aws, err);
    if (status)
        return status;
    weir_error why = {0};
    if (aws_client_get(asked->aws, NULL, NULL, &asked->client, &why) == WEIR_OK)
        asked->region = aws_client_region(asked->client);
    else
        status = aws_client_get(asked->aws, NULL, ANY_REGION, &asked->client, err);
    if (!status)
        status = aws_client_http(asked->client, &asked->http, err);
    return status ? status : aws_client_credential(asked->client, asked->http, -1, &asked->found, err);
}

static void answer(const char *profile, char **variables)
{
    struct asked asked = {0};
    weir_error err = {0};
    weir_status status = ask(&asked, profile, variables, &err);
    const char *region = asked.region ? asked.region : "-";
    if (status)
        printf("%s !%d %s\n", region, (int)status, err.text);
    else
        printf("%s %s %s\n", region, asked.found.access_key,
               *asked.found.session_token ? asked.found.session_token : "-");
    credential_wipe(&asked.found);
    http_free(asked.http);
    weir_aws_close(asked.aws);
}

int main(void)
{
    static char line[65536];
    if (http_global_init(NULL) != WEIR_OK)
        return EXIT_FAILURE;
    while (fgets(line, sizeof line, stdin)) {
        char *variables[VARIABLES + 1] = {NULL}, *rest = line, *profile = NULL;
        line[strcspn(line, "\n")] = '\0';
        profile = strsep(&rest, "\t");
        for (size_t k = 0; rest && k < VARIABLES; k++)
            variables[k] = strsep(&rest, "\t");
        answer(*profile ? profile : NULL, variables);
        fflush(stdout);
    }
    return EXIT_SUCCESS;
}
