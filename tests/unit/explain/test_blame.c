/* test_blame.c - which change is blamed: five hundred incidents from tests/support/incident_world.h, each a harmful
 * change among decoys, refused calls and late events, with the network known from before, from behind, or both. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "incident_world.h"

#include "explain/blame.h"

enum { INCIDENTS = 500, CHANGES = 128 };

struct trail {
    struct change *change[CHANGES];
    size_t n;
};

static bool take(struct change *change, void *user)
{
    struct trail *trail = user;
    assert_true(trail->n < CHANGES);
    trail->change[trail->n++] = change;
    return true;
}

static int by_time(const void *a, const void *b)
{
    const struct change *left = *(struct change *const *)a, *right = *(struct change *const *)b;
    return left->time != right->time ? (left->time > right->time) - (left->time < right->time)
                                     : strcmp(left->id.text, right->id.text);
}

static struct trail read_trail(const struct world *world, int left_out)
{
    struct trail trail = {.n = 0};
    struct change_counts counts = {0};
    weir_error err = {0};
    assert_int_equal(change_read(world->events, world->n_events_text, take, &trail, &counts, &err), WEIR_OK);
    assert_int_equal(counts.odd, 0);
    char id[32];
    snprintf(id, sizeof id, "event-%d", left_out);
    size_t n = 0;
    for (size_t k = 0; k < trail.n; k++) {
        if (strcmp(trail.change[k]->id.text, id) == 0)
            change_free(trail.change[k]);
        else
            trail.change[n++] = trail.change[k];
    }
    trail.n = n;
    qsort(trail.change, trail.n, sizeof *trail.change, by_time);
    return trail;
}

static struct edition *edition_of(const struct world *world, int64_t taken)
{
    struct capture *capture = NULL;
    struct edition *edition = NULL;
    weir_error err = {0};
    char *text = world_snapshot(world, taken);
    weir_status status = capture_read_bytes(text, strlen(text), &capture, &err);
    if (status != WEIR_OK)
        print_message("%s\n", err.text);
    assert_int_equal(status, WEIR_OK);
    assert_int_equal(edition_new(capture, &edition, &err), WEIR_OK);
    free(text);
    return edition;
}

/* ---- decoys ---- */

static int other_port(struct world *world)
{
    int port;
    do
        port = world_ports[world_below(world, 6)];
    while (port == world->port);
    return port;
}

/* Changes that let the service's packets pass as before. */
static void decoy(struct world *world, int64_t t)
{
    int group = world_chance(world, 60) ? world->group : (int)world_below(world, GROUPS);
    int port = other_port(world);
    bool there = world_find(world, group, port) != NULL;
    struct world_entry entry = {true, true, world_chance(world, 50), 200 + (int)world_below(world, 20), 1, 1024};
    switch (world_below(world, 8)) {
    case 0:
    case 1:
        if (there)
            world_revoke(world, t, group, port, (int)world_below(world, 3), NULL);
        else
            world_authorize(world, t, group, port, 9, NULL);
        break;
    case 2: world_revoke(world, t, world->group, world->port, BY_PROPERTY, "Client.UnauthorizedOperation"); break;
    case 3: world_revoke(world, t, world->group, world->port, BY_ID, "Client.DryRunOperation"); break;
    case 4:
        if (world->entry[0][ENTRIES - 1].used || world->entry[1][ENTRIES - 1].used)
            break;
        world_entry_event(world, t, "CreateNetworkAclEntry", world->acl_of[world_subnet(world->interface)], &entry,
                          NULL);
        break;
    case 5: /* another interface gets other groups */ {
        int other = (world->interface + 1) % INTERFACES;
        bool groups[GROUPS] = {false};
        groups[world_below(world, GROUPS)] = true;
        world_set_groups(world, t, other, groups, false);
        break;
    }
    case 6: {
        int other = (world->group + 1) % GROUPS; /* the same port of a group that the interface does not need */
        if (!world_find(world, other, world->port))
            world_authorize(world, t, other, world->port, 9, NULL);
        else if (!world->has_group[world->interface][other])
            world_revoke(world, t, other, world->port, BY_PROPERTY, NULL);
        break;
    }
    default: world_event(world, t, "CreateTags", NULL, "'resourcesSet':{'items':[{'resourceId':'sg-00'}]}", ""); break;
    }
}

/* ---- harm ---- */

enum { HARMS = 11 };
static const char *const harm_names[HARMS] = {"revoke",        "revoke by id", "revoke flat", "modify rule",
                                              "interface",     "instance",     "deny entry",  "delete entry",
                                              "replace entry", "association",  "prefix list"};

/* Returns the event's number, -1 = this world has no such harm. *reply: packets come in, their answers are rejected. */
static int harm(struct world *world, int kind, int64_t t, bool *reply)
{
    int acl = world->acl_of[world_subnet(world->interface)];
    bool groups[GROUPS];
    memcpy(groups, world->has_group[world->interface], sizeof groups);
    groups[world->group] = false;
    groups[(world->group + 1) % GROUPS] = true;
    struct world_entry in = {true, false, false, 50, world->port, world->port};
    bool other_admits = false;
    for (int g = 0; g < GROUPS; g++)
        other_admits = other_admits || (groups[g] && world_find(world, g, world->port));
    switch (kind) {
    case 0: return world_revoke(world, t, world->group, world->port, BY_PROPERTY, NULL);
    case 1: return world_revoke(world, t, world->group, world->port, BY_ID, NULL);
    case 2: return world_revoke(world, t, world->group, world->port, BY_FLAT, NULL);
    case 3: return world->net == LIST_PEER ? -1 : world_modify_rule(world, t, world->group, world->port, 77);
    case 4: return other_admits ? -1 : world_set_groups(world, t, world->interface, groups, false);
    case 5: return other_admits ? -1 : world_set_groups(world, t, world->interface, groups, true);
    case 6: return world_entry_event(world, t, "CreateNetworkAclEntry", acl, &in, NULL);
    case 7:
        in = (struct world_entry){true, true, world_chance(world, 50), 100, -1, -1};
        *reply = in.egress;
        return world_entry_event(world, t, "DeleteNetworkAclEntry", acl, &in, NULL);
    case 8:
        in = (struct world_entry){true, false, false, 100, -1, -1};
        return world_entry_event(world, t, "ReplaceNetworkAclEntry", acl, &in, NULL);
    case 9: return world_associate(world, t, world_subnet(world->interface), ACLS - 1);
    default: return world->net != LIST_PEER ? -1 : world_list(world, t, false);
    }
}

/* It was broken and repaired hours before: not now's cause. */
static void old_trouble(struct world *world, int64_t t)
{
    if (world->net == LIST_PEER)
        return;
    world_revoke(world, t, world->group, world->port, BY_PROPERTY, NULL);
    world_authorize(world, t + 40, world->group, world->port, world->net, NULL);
}

/* ---- one incident ---- */

struct outcome {
    bool first, certain, wrong_certain, told;
};

static void record_of(const struct world *world, int64_t t, bool reply, struct flow_record *out)
{
    char text[256];
    weir_error err = {0};
    int client = 40000;
    snprintf(text, sizeof text,
             reply ? "eni=eni-0%d src=10.0.%d.%d dst=203.0.113.7 sport=%d dport=%d proto=tcp flags=18 dir=egress"
                   : "eni=eni-0%d dst=10.0.%d.%d src=203.0.113.7 dport=%d sport=%d proto=tcp flags=2 dir=ingress",
             world->interface, world_subnet(world->interface), 10 + world->interface, world->port, client);
    weir_status status = flow_record_parse(text, t, out, &err);
    if (status != WEIR_OK)
        print_message("%s\n", err.text);
    assert_int_equal(status, WEIR_OK);
}

static struct outcome ask(const struct world *world, const weir_flip *flip, bool reply, struct edition *const *editions,
                          size_t n_editions, int right, int left_out)
{
    struct trail trail = read_trail(world, left_out);
    struct flow_record record;
    record_of(world, flip->first_reject, reply, &record);
    const struct blame_ask question = {.record = &record,
                                       .flip = flip,
                                       .window_s = 60,
                                       .source = {.editions = (const struct edition *const *)editions,
                                                  .n_editions = n_editions,
                                                  .changes = (const struct change *const *)trail.change,
                                                  .n_changes = trail.n}};
    const struct blame_words more = {.known_changes = true, .common = "", .failure = ""};
    static struct blame blame;
    weir_incident *incident = NULL;
    weir_error err = {0};
    char id[32];
    assert_int_equal(blame_find(&question, &blame, &err), WEIR_OK);
    assert_int_equal(incident_make(&question, &blame, &more, &incident, &err), WEIR_OK);
    snprintf(id, sizeof id, "event-%d", right);
    struct outcome outcome = {.told = incident->n_suspects > 0};
    outcome.first = outcome.told && strcmp(incident->suspects[0].change.id.text, id) == 0;
    outcome.certain = outcome.told && incident->certainty == WEIR_CERTAIN;
    outcome.wrong_certain = outcome.certain && !outcome.first;
    if (getenv("VERBOSE") && !outcome.first && left_out < 0)
        print_message("  %s: %s\n", incident->summary.text, outcome.told ? incident->suspects[0].why.text : "");
    assert_true(incident->title.text[0] && incident->summary.text[0]);
    weir_incident_free(incident);
    blame_done(&blame);
    for (size_t k = 0; k < trail.n; k++)
        change_free(trail.change[k]);
    return outcome;
}

struct sums {
    unsigned made, right, certain, wrong, late, late_told, of[HARMS], missed[HARMS];
};

/* Decoys before the first state of the network that is known, behind it, and after the harm. */
struct incident {
    struct world world;
    struct edition *editions[2];
    size_t n_editions;
    int kind, event;
    bool reply;
};

static bool make(struct incident *out, uint64_t seed)
{
    struct world *world = &out->world;
    world_begin(world, seed * 7919);
    bool before = world_chance(world, 40);
    int n_old = (int)world_below(world, 4), n_new = (int)world_below(world, 5);
    out->n_editions = 0;
    out->kind = (int)(seed % HARMS);
    out->reply = false;
    if (world_chance(world, 20))
        old_trouble(world, NOON - 7200);
    for (int k = 0; k < n_old; k++)
        decoy(world, NOON - 3600 + k * 60);
    if (before)
        out->editions[out->n_editions++] = edition_of(world, NOON - 1500);
    for (int k = 0; k < n_new; k++)
        decoy(world, NOON - 1200 + k * 200 + (int)world_below(world, 60));
    out->event = harm(world, out->kind, NOON, &out->reply);
    for (int k = 0; out->event >= 0 && k < (int)world_below(world, 3); k++)
        decoy(world, NOON + 40 + k * 100);
    if (out->event >= 0)
        out->editions[out->n_editions++] = edition_of(world, NOON + 900);
    return out->event >= 0;
}

static void done(struct incident *incident)
{
    while (incident->n_editions)
        edition_free(incident->editions[--incident->n_editions]);
    world_end(&incident->world);
}

static void judge(struct incident *incident, uint64_t seed, struct sums *sums)
{
    struct world *world = &incident->world;
    int64_t lag = (int64_t)world_below(world, 50);
    int64_t idle = (int64_t)world_below(world, world_chance(world, 20) ? 900 : 20);
    weir_flip flip = {
        .id = seed,
        .service = {.interface_id = WEIR_SAFE("eni-0"), .name = WEIR_SAFE(""), .port = world->port, .protocol = 6},
        .last_accept = NOON + 10 - idle,
        .first_reject = NOON + 12 + lag,
        .rejects = 40,
        .answers = incident->reply,
        .evidence = 12};
    sums->made++;
    sums->of[incident->kind]++;
    if (sums->made % 10 == 0) { /* CloudTrail has not told it yet */
        struct outcome without = ask(world, &flip, incident->reply, incident->editions, incident->n_editions,
                                     incident->event, incident->event);
        sums->late++;
        sums->late_told += without.told;
        sums->wrong += without.certain;
    }
    struct outcome outcome =
        ask(world, &flip, incident->reply, incident->editions, incident->n_editions, incident->event, -1);
    sums->right += outcome.first;
    sums->certain += outcome.certain && outcome.first;
    sums->wrong += outcome.wrong_certain;
    sums->missed[incident->kind] += !outcome.first;
    if (getenv("VERBOSE") && !outcome.first)
        print_message("seed %llu %s, %zu editions\n", (unsigned long long)seed, harm_names[incident->kind],
                      incident->n_editions);
}

static void test_attribution(void **unused)
{
    (void)unused;
    struct sums sums = {0};
    for (uint64_t seed = 1; sums.made < INCIDENTS; seed++) {
        struct incident incident;
        if (make(&incident, seed))
            judge(&incident, seed, &sums);
        done(&incident);
    }
    print_message(
        "%u incidents: right first %u (%.1f %%), certain %u, wrong and certain %u; late %u, of which told %u\n",
        sums.made, sums.right, 100.0 * sums.right / sums.made, sums.certain, sums.wrong, sums.late, sums.late_told);
    for (int k = 0; k < HARMS; k++)
        print_message("  %-14s %3u of %3u\n", harm_names[k], sums.of[k] - sums.missed[k], sums.of[k]);
    assert_true(sums.right * 100 >= sums.made * 95);
    assert_int_equal(sums.wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_attribution)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
