/* Certificates: whom we trust is asked of `openssl s_server`, which is started on a port of the system's choice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "aws/http.h"
#include "base/scope.h"

static char folder[] = "/tmp/weir_tls_XXXXXX";
static char certificate[64], key[64], listing[64];

struct server {
    pid_t pid;
    unsigned port;
};

/* Starts openssl with its standard output in a pipe. */
static pid_t start_openssl(const char *const *arguments, int *out)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    if (pid == 0) {
        int nowhere = open("/dev/null", O_RDWR);
        dup2(nowhere, 0);
        dup2(ends[1], 1);
        dup2(nowhere, 2);
        execvp("openssl", (char *const *)arguments);
        _exit(127);
    }
    assert_true(pid > 0);
    close(ends[1]);
    *out = ends[0];
    return pid;
}

static struct server serve(const char *version)
{
    const char *arguments[] = {"openssl", "s_server", "-accept", "127.0.0.1:0",     "-cert", certificate, "-key",
                               key,       "-www",     "-cipher", "ALL:@SECLEVEL=0", version, NULL};
    struct server server = {0};
    int out = -1;
    server.pid = start_openssl(arguments, &out);
    char text[512] = "";
    size_t len = 0;
    ssize_t n = 1;
    while (server.port == 0 && n > 0 && len < sizeof text - 1) {
        n = read(out, text + len, sizeof text - 1 - len);
        len += n > 0 ? (size_t)n : 0;
        text[len] = '\0';
        const char *accepts = strstr(text, "ACCEPT 127.0.0.1:");
        if (accepts && strchr(accepts, '\n'))
            server.port = (unsigned)strtoul(accepts + 17, NULL, 10);
    }
    close(out);
    assert_true(server.port > 0);
    return server;
}

static void end_server(const struct server *server)
{
    kill(server->pid, SIGKILL);
    assert_int_equal(waitpid(server->pid, NULL, 0), server->pid);
}

static int make_certificate(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(certificate, sizeof certificate, "%s/ca.pem", folder);
    snprintf(key, sizeof key, "%s/key.pem", folder);
    snprintf(listing, sizeof listing, "%s/none.pem", folder);
    const char *arguments[] = {
        "openssl", "req",       "-x509", "-newkey", "rsa:2048", "-nodes",   "-keyout", key,
        "-out",    certificate, "-days", "2",       "-subj",    "/CN=Corp", "-addext", "subjectAltName=DNS:localhost",
        NULL};
    int out = -1, status = -1;
    pid_t pid = start_openssl(arguments, &out);
    close(out);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static int remove_certificate(void **state)
{
    (void)state;
    unlink(certificate);
    unlink(key);
    return rmdir(folder);
}

/* Asks once; what went wrong into error. */
static enum http_failure ask(const char *host, unsigned port, const char *ca, weir_error *error)
{
    struct http *http = NULL;
    struct http_transfer *transfer = NULL;
    const struct http_response *response = NULL;
    char url[80];
    snprintf(url, sizeof url, "https://%s:%u/", host, port);
    *error = (weir_error){0};
    assert_int_equal(http_new(&(struct http_options){.ca_bundle = ca}, &http, NULL), WEIR_OK);
    assert_int_equal(http_begin(http, &(struct http_request){.method = "GET", .url = url}, &transfer, NULL), WEIR_OK);
    while (http_result(transfer, &response, error) == WEIR_AGAIN)
        assert_int_not_equal(http_wait(http, -1, -1, 20000), WEIR_AGAIN);
    enum http_failure failure = response->failure;
    http_free(http);
    return failure;
}

#define assert_has(text, part) assert_non_null(strstr(text, part))

static void only_the_given_ca_is_trusted(void **state)
{
    (void)state;
    struct server server = serve("-tls1_2");
    weir_error error;
    assert_int_equal(ask("localhost", server.port, NULL, &error), HTTP_TLS);
    assert_has(error.text, "the certificate of localhost:");
    assert_has(error.text, "cannot be trusted: self");
    assert_has(error.text, "AWS_CA_BUNDLE");
    assert_int_equal(ask("localhost", server.port, certificate, &error), HTTP_ANSWERED);
    assert_int_equal(ask("127.0.0.1", server.port, certificate, &error), HTTP_TLS);
    assert_has(error.text, "127.0.0.1");
    assert_has(error.text, certificate);
    assert_int_equal(ask("localhost", server.port, listing, &error), HTTP_TLS);
    assert_has(error.text, "cannot be read: check AWS_CA_BUNDLE");
    assert_int_equal(ask("localhost", server.port, folder, &error), HTTP_TLS);
    end_server(&server);
}

static void old_tls_is_refused(void **state)
{
    (void)state;
    struct server server = serve("-tls1_1");
    weir_error error;
    assert_int_equal(ask("localhost", server.port, certificate, &error), HTTP_TLS);
    assert_has(error.text, "no TLS connection to localhost:");
    end_server(&server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_given_ca_is_trusted),
        cmocka_unit_test(old_tls_is_refused),
    };
    return cmocka_run_group_tests(tests, make_certificate, remove_certificate);
}
