/* logs_group.c - names and ARNs of log groups, and which ones are like another. */
#include <stdlib.h>
#include <string.h>

#include "aws/json.h"
#include "aws/logs_wire.h"
#include "base/scope.h"

enum { LETTERS_MAX = 128, NEAREST = 3 };

/* The next part of an ARN into out[size]; false if it is empty or too long. */
static bool take_part(const char **at, char *out, size_t size)
{
    size_t len = strcspn(*at, ":");
    if (len == 0 || len >= size)
        return false;
    memcpy(out, *at, len);
    out[len] = '\0';
    *at += len + ((*at)[len] == ':');
    return true;
}

bool logs_arn_parts(const char *group, char *region, size_t region_size, char *account, size_t account_size, char *name,
                    size_t name_size)
{
    char word[32];
    const char *at = group;
    return take_part(&at, word, sizeof word) && strcmp(word, "arn") == 0 && take_part(&at, word, sizeof word) &&
           strncmp(word, "aws", 3) == 0 && take_part(&at, word, sizeof word) && strcmp(word, "logs") == 0 &&
           take_part(&at, region, region_size) && take_part(&at, account, account_size) &&
           account[strspn(account, "0123456789")] == '\0' && take_part(&at, word, sizeof word) &&
           strcmp(word, "log-group") == 0 && take_part(&at, name, name_size) && (!*at || strcmp(at, "*") == 0);
}

/* ---- DescribeLogGroups ---- */

static void drop_json(struct json_t **json)
{
    json_done(*json);
}

static void drop_groups(struct logs_groups *groups)
{
    logs_groups_done(groups);
}

void logs_groups_done(struct logs_groups *groups)
{
    for (size_t k = 0; k < groups->n; k++) {
        free(groups->at[k].name);
        free(groups->at[k].arn);
    }
    free(groups->at);
    free(groups->next_token);
    *groups = (struct logs_groups){0};
}

/* False for want of memory; a group without a name is passed over. */
static bool take_group(const struct json_t *json, struct logs_groups *groups)
{
    struct slice name = json_text(json, "logGroupName"), arn = json_text(json, "logGroupArn");
    if (!arn.len)
        arn = json_text(json, "arn");
    if (arn.len > 2 && memcmp(arn.at + arn.len - 2, ":*", 2) == 0)
        arn.len -= 2;
    if (!name.len || !arn.len)
        return true;
    struct logs_group *group = &groups->at[groups->n++];
    group->name = strndup(name.at, name.len);
    group->arn = strndup(arn.at, arn.len);
    return group->name && group->arn;
}

weir_status logs_groups_read(const char *bytes, size_t len, struct logs_groups *out, weir_error *err)
{
    AUTO(drop_json) struct json_t *json = NULL;
    AUTO(drop_groups) struct logs_groups groups = {0};
    weir_status status = json_read(bytes, len, &json, err);
    if (status != WEIR_OK)
        return status;
    const struct json_t *list = json_member(json, "logGroups");
    size_t n = json_count(list);
    if (!json_holds_members(json))
        return weir_fail(err, WEIR_E_DATA, 0, "an answer of DescribeLogGroups is no object");
    groups.at = calloc(n ? n : 1, sizeof *groups.at);
    bool is_good = groups.at != NULL;
    for (size_t k = 0; k < n && is_good; k++)
        is_good = take_group(json_at(list, k), &groups);
    struct slice token = json_text(json, "nextToken");
    if (is_good && token.len)
        is_good = (groups.next_token = strndup(token.at, token.len)) != NULL;
    if (!is_good)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    *out = groups;
    groups = (struct logs_groups){0};
    return WEIR_OK;
}

/* ---- names that are like another ---- */

static size_t least(size_t a, size_t b, size_t c)
{
    size_t ab = a < b ? a : b;
    return ab < c ? ab : c;
}

size_t logs_distance(const char *a, const char *b)
{
    size_t row[LETTERS_MAX + 1], a_len = strnlen(a, LETTERS_MAX), b_len = strnlen(b, LETTERS_MAX);
    for (size_t k = 0; k <= b_len; k++)
        row[k] = k;
    for (size_t i = 1; i <= a_len; i++) {
        size_t corner = row[0];
        row[0] = i;
        for (size_t k = 1; k <= b_len; k++) {
            size_t changed = corner + (a[i - 1] != b[k - 1]);
            corner = row[k];
            row[k] = least(changed, row[k] + 1, row[k - 1] + 1);
        }
    }
    return row[b_len];
}

void logs_groups_nearest(const struct logs_groups *groups, const char *name, char *words, size_t size)
{
    const struct logs_group *nearest[NEAREST] = {NULL};
    size_t distance[NEAREST] = {0}, n = 0, len = 0;
    for (size_t k = 0; k < groups->n; k++) {
        size_t far = logs_distance(name, groups->at[k].name), to = n;
        for (; to > 0 && far < distance[to - 1]; to--)
            if (to < NEAREST) {
                nearest[to] = nearest[to - 1];
                distance[to] = distance[to - 1];
            }
        if (to == NEAREST)
            continue;
        nearest[to] = &groups->at[k];
        distance[to] = far;
        n += n < NEAREST;
    }
    words[0] = '\0';
    for (size_t k = 0; k < n; k++) {
        size_t more = strlen(nearest[k]->name);
        if (len + 2 + more >= size)
            break;
        memcpy(words + len, ", ", k ? 2 : 0);
        len += k ? 2 : 0;
        memcpy(words + len, nearest[k]->name, more + 1);
        len += more;
    }
}
