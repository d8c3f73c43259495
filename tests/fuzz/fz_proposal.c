/* fz_proposal.c - proposals read against a small network, put into words and commands, and laid over it. Held: an error
 * has a column inside the text or just behind it, a proposal that is read has words, and no command has a quote or a
 * control character of its own making. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "explain/proposal.h"
#include "explain/what_if.h"
#include "network_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static const char text_of_network[] =
    "{\"Region\": \"eu-west-1\", \"SecurityGroups\": ["
    "{\"GroupId\": \"sg-web\", \"GroupName\": \"web\", \"VpcId\": \"vpc-1\"},"
    "{\"GroupId\": \"sg-db\", \"GroupName\": \"the db'$(x)\", \"VpcId\": \"vpc-1\"}],"
    "\"SecurityGroupRules\": [{\"SecurityGroupRuleId\": \"sgr-1\", \"GroupId\": \"sg-web\", \"IsEgress\": false,"
    "\"IpProtocol\": \"tcp\", \"FromPort\": 443, \"ToPort\": 443, \"CidrIpv4\": \"0.0.0.0/0\"}],"
    "\"NetworkAcls\": [{\"NetworkAclId\": \"acl-1\", \"VpcId\": \"vpc-1\", \"Entries\": [{\"RuleNumber\": 100,"
    "\"Egress\": false, \"Protocol\": \"-1\", \"RuleAction\": \"allow\", \"CidrBlock\": \"0.0.0.0/0\"}],"
    "\"Associations\": [{\"NetworkAclId\": \"acl-1\", \"SubnetId\": \"subnet-1\"}]}],"
    "\"Subnets\": [{\"SubnetId\": \"subnet-1\", \"VpcId\": \"vpc-1\", \"CidrBlock\": \"10.0.1.0/24\"}],"
    "\"NetworkInterfaces\": [{\"NetworkInterfaceId\": \"eni-1\", \"VpcId\": \"vpc-1\", \"SubnetId\": \"subnet-1\","
    "\"PrivateIpAddresses\": [{\"PrivateIpAddress\": \"10.0.1.10\", \"Primary\": true}],"
    "\"Groups\": [{\"GroupId\": \"sg-web\"}]}]}";

static struct inventory *inventory;

static void close_network(void)
{
    inventory_free(inventory);
}

static void check(bool held, const char *what)
{
    if (!held) {
        fprintf(stderr, "does not hold: %s\n", what);
        abort();
    }
}

/* A quote opens and closes one argument; nothing else needs a shell. */
static void check_command(const char *command)
{
    size_t quotes = 0;
    for (const char *at = command; *at; at++) {
        quotes += *at == '\'';
        check(strchr("$`\"\\;|&<>\n", *at) == NULL, "a command is plain");
    }
    check(quotes == 0 || quotes == 2, "a command has one quoted argument at most");
}

static void lay_over(const struct proposal *proposal)
{
    struct overlay *overlay = NULL;
    struct words words = {0};
    struct flow_record record;
    struct flow flow;
    for (size_t k = 0; k < proposal->n; k++) {
        check(edit_words(&proposal->edit[k], &words).text[0] != '\0', "a change has words");
        check_command(edit_command(proposal, &proposal->edit[k], &words).text);
        (void)edit_warning(&proposal->edit[k], &words);
    }
    check(overlay_make(proposal, &overlay, NULL) == WEIR_OK, "it can be laid over the network");
    for (int bits = 0; bits < 4; bits++) {
        char text[160];
        snprintf(text, sizeof text, "eni=eni-1 src=%s dst=%s sport=50000 dport=443 proto=tcp dir=%s action=%s",
                 bits & 1 ? "10.0.1.10" : "203.0.113.7", bits & 1 ? "203.0.113.7" : "10.0.1.10",
                 bits & 1 ? "out" : "in", bits & 2 ? "ACCEPT" : "REJECT");
        check(flow_record_parse(text, 1700000000, &record, NULL) == WEIR_OK, "the flow is read");
        flow_of(&record, inventory, NULL, NULL, &flow);
        enum turn turn = overlay_ask(overlay, &flow, NULL);
        check(turn != (bits & 2 ? TURN_OPENS : TURN_CLOSES), "a verdict changes into the other one");
    }
    overlay_free(overlay);
    words_done(&words);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct proposal proposal;
    weir_error err = {0};
    if (!inventory) {
        inventory = network_of_text(text_of_network);
        atexit(close_network);
    }
    if (len > 2048)
        return 0;
    char *text = malloc(len + 1);
    if (!text)
        return 0;
    memcpy(text, bytes, len);
    text[len] = '\0';
    if (proposal_parse(inventory, text, &proposal, &err) == WEIR_OK) {
        lay_over(&proposal);
        proposal_done(&proposal);
    } else {
        check(err.text[0] && err.column >= 1 && err.column <= strlen(text) + 1, "an error points into the text");
    }
    free(text);
    return 0;
}
