/* demo_traffic.c - what happens in the account in one second. The incident is decided when a connection
 * begins: a security group's change does not cut connections that are being tracked, so those run to their end. A
 * network ACL's does, whatever is open. What is rejected for no incident: demo_remains.c. */
#include "source/demo.h"

#include "base/scope.h"

enum { SYN_BYTES = 60, CUT_MAX_S = 20 };

/* Percent of the usual traffic by hour of the day (UTC). */
static const uint8_t rhythm[24] = {82,  78,  75,  74,  75,  78,  84,  92,  100, 106, 110, 112,
                                   114, 116, 118, 118, 117, 115, 112, 108, 103, 98,  92,  87};

static uint32_t busy(int64_t second)
{
    int64_t hour = second / 3600 % 24, into = second % 3600;
    return (uint32_t)((rhythm[hour] * (3600 - into) + rhythm[(hour + 1) % 24] * into) / 3600);
}

uint32_t demo_times(struct chance *chance, int64_t second, uint32_t per_1000)
{
    uint32_t rate = per_1000 * busy(second) / 100;
    return rate / 1000 + (chance_below(chance, 1000) < rate % 1000);
}

static uint16_t ephemeral(struct chance *chance)
{
    return (uint16_t)chance_between(chance, 32768, 60999);
}

struct sight demo_sight(struct chance *chance, int64_t second, struct peer src, struct peer dst, uint16_t dport)
{
    return (struct sight){.src = src,
                          .dst = dst,
                          .pkt_src = src,
                          .pkt_dst = dst,
                          .sport = ephemeral(chance),
                          .dport = dport,
                          .protocol = TCP,
                          .start = second,
                          .path = PATH_VPC,
                          .reply_path = PATH_VPC,
                          .flags = -1};
}

/* Most are short, some stay. */
void demo_exchange(struct sight *sight, struct chance *chance)
{
    sight->seconds = chance_below(chance, 8) ? chance_between(chance, 0, 12) : chance_between(chance, 20, 170);
    sight->packets = chance_between(chance, 6, 24) + sight->seconds / 4;
    sight->bytes = sight->packets * chance_between(chance, 60, 180);
    sight->reply_packets = sight->packets + chance_between(chance, 0, 40);
    sight->reply_bytes = sight->reply_packets * chance_between(chance, 200, 1300);
}

/* A client tries again after 1, 3 and 7 s, then gives up: one record with the retries in it. */
static void fill_refused(struct sight *sight, struct chance *chance)
{
    uint32_t tries = chance_between(chance, 1, 4);
    sight->packets = tries;
    sight->bytes = tries * SYN_BYTES;
    sight->seconds = (1u << (tries - 1)) - 1;
}

bool demo_replies_denied(const struct demo_world *world, int interface, int64_t second)
{
    return world->incident == INCIDENT_NACL && second >= world->incident_from &&
           demo_interfaces[interface].subnet == PUBLIC_B;
}

/* The connection is open when its replies stop: the client asks again for a while. */
static void cut(struct demo_world *world, struct sight *sight)
{
    struct sight rest = *sight;
    int64_t before = world->incident_from - sight->start, after = sight->seconds - before;
    sight->seconds = (uint32_t)before - 1;
    sight->unfinished = true;
    rest.start = world->incident_from;
    rest.seconds = (uint32_t)(after < CUT_MAX_S ? after : CUT_MAX_S);
    rest.packets = rest.reply_packets = 2 + rest.seconds / 4;
    rest.bytes = rest.packets * 60;
    rest.reply_bytes = rest.reply_packets * 600;
    rest.established = rest.reply_rejected = true;
    rest.story = STORY_CUT;
    demo_log_sight(&world->log, &rest);
}

static void client_comes(struct demo_world *world, struct chance *chance, int64_t second, int web, uint16_t port)
{
    const struct interface *at = &demo_interfaces[web];
    bool v6 = chance_below(chance, 6) == 0;
    struct sight sight = demo_sight(chance, second, v6 ? peer_client6(chance) : peer_client4(chance),
                                    peer_of(v6 ? at->addr6 : at->addr4), port);
    sight.interface = web;
    sight.reply_path = PATH_INTERNET;
    bool on = second >= world->incident_from;
    sight.rejected = on && world->incident == INCIDENT_GROUP && web == WEB_1 && port == 80;
    sight.reply_rejected = !v6 && demo_replies_denied(world, web, second);
    sight.story = sight.rejected ? STORY_RULE_REVOKED : STORY_REPLY_DENIED;
    if (sight.rejected || sight.reply_rejected)
        fill_refused(&sight, chance);
    else
        demo_exchange(&sight, chance);
    sight.reply_packets = sight.reply_rejected ? sight.packets : sight.reply_packets;
    sight.reply_bytes = sight.reply_rejected ? sight.bytes : sight.reply_bytes;
    if (!v6 && !on && demo_replies_denied(world, web, second + sight.seconds))
        cut(world, &sight);
    demo_log_sight(&world->log, &sight);
}

static void clients(struct demo_world *world, struct chance *chance, int64_t second)
{
    bool on = second >= world->incident_from;
    for (int web = WEB_1; web <= WEB_3; web++) {
        bool refused = on && world->incident == INCIDENT_GROUP && web == WEB_1;
        for (uint32_t n = demo_times(chance, second, web == WEB_1 ? (refused ? 2400 : 700) : 260); n > 0; n--)
            client_comes(world, chance, second, web, 80);
        for (uint32_t n = demo_times(chance, second, 330); n > 0; n--)
            client_comes(world, chance, second, web, 443);
    }
}

/* Both ends are ours: each interface tells of it, in its own windows. */
static void inside(struct demo_world *world, struct chance *chance, int64_t second)
{
    for (int web = WEB_1; web <= WEB_3; web++) {
        for (uint32_t n = demo_times(chance, second, 140); n > 0; n--) {
            int app = chance_below(chance, 2) ? APP_1 : APP_2;
            struct sight sight = demo_sight(chance, second, peer_of(demo_interfaces[web].addr4),
                                            peer_of(demo_interfaces[app].addr4), 8080);
            demo_exchange(&sight, chance);
            sight.interface = web;
            sight.initiated_here = true;
            demo_log_sight(&world->log, &sight);
            sight.interface = app;
            sight.initiated_here = false;
            demo_log_sight(&world->log, &sight);
        }
    }
}

/* Connections of the pools to the database stay open for days: each window has a record of every one of
 * them at either end. */
static void pools(struct demo_world *world, struct chance *chance, int64_t second)
{
    static const int ends[] = {APP_1, APP_2, DB_1};
    for (size_t k = 0; k < ARRAY_SIZE(ends); k++) {
        int here = ends[k];
        if (second % DEMO_WINDOW_S != demo_interfaces[here].phase)
            continue;
        for (int app = APP_1; app <= APP_2; app++) {
            for (uint16_t n = 0; n < 4 && (here == app || here == DB_1); n++) {
                struct sight sight = demo_sight(chance, second, peer_of(demo_interfaces[app].addr4),
                                                peer_of(demo_interfaces[DB_1].addr4), 5432);
                demo_exchange(&sight, chance);
                sight.sport = (uint16_t)(41200 + app * 100 + n * 7);
                sight.seconds = DEMO_WINDOW_S - 1;
                sight.interface = here;
                sight.initiated_here = here == app;
                sight.established = true;
                demo_log_sight(&world->log, &sight);
            }
        }
    }
}

/* A private host asks the internet through the NAT gateway: once at the host, twice at the gateway. */
static void outside(struct demo_world *world, struct chance *chance, int64_t second)
{
    for (uint32_t n = demo_times(chance, second, 150); n > 0; n--) {
        int host = (int)chance_between(chance, APP_1, DB_1);
        struct peer from = peer_of(demo_interfaces[host].addr4), nat = peer_of(demo_interfaces[NAT].addr4);
        struct peer to = peer_mirror(chance);
        struct sight sight = demo_sight(chance, second, from, to, chance_below(chance, 3) ? 443 : 80);
        demo_exchange(&sight, chance);
        sight.interface = host;
        sight.initiated_here = true;
        demo_log_sight(&world->log, &sight);

        sight.interface = NAT;
        sight.initiated_here = false;
        sight.dst = nat;
        demo_log_sight(&world->log, &sight);

        sight.initiated_here = true;
        sight.src = sight.pkt_src = nat;
        sight.dst = to;
        sight.sport = (uint16_t)chance_between(chance, 1024, 31000);
        sight.path = PATH_INTERNET;
        demo_log_sight(&world->log, &sight);
    }
}

static void knock(struct demo_world *world, struct chance *chance, int64_t second, struct peer from, int at,
                  uint8_t protocol, uint16_t port)
{
    struct sight sight = demo_sight(chance, second, from, peer_of(demo_interfaces[at].addr4), port);
    sight.interface = at;
    sight.protocol = protocol;
    sight.packets = protocol == TCP && chance_below(chance, 4) == 0 ? 2 : 1;
    sight.seconds = sight.packets - 1;
    sight.bytes = sight.packets * (protocol == TCP ? 44 : 84);
    sight.sport = protocol == ICMP ? 0 : sight.sport;
    sight.rejected = true;
    sight.story = STORY_KNOCK;
    demo_log_sight(&world->log, &sight);
}

static void scanners(struct demo_world *world, struct chance *chance, int64_t second)
{
    static const struct {
        uint8_t protocol;
        uint16_t port;
    } tried[] = {{TCP, 22},  {TCP, 22},   {TCP, 22},   {TCP, 23},   {TCP, 23},   {TCP, 3389}, {TCP, 3389},
                 {TCP, 445}, {TCP, 6379}, {TCP, 5900}, {TCP, 8080}, {TCP, 1433}, {TCP, 9200}, {TCP, 2375},
                 {UDP, 123}, {UDP, 161},  {UDP, 5060}, {UDP, 1900}, {ICMP, 0},   {TCP, 3306}, {TCP, 27017}};
    static const int open_to_all[] = {WEB_1, WEB_2, WEB_3, WEB_1}; /* the oldest address is tried most */
    for (uint32_t n = demo_times(chance, second, 900); n > 0; n--) {
        size_t k = chance_below(chance, ARRAY_SIZE(tried));
        struct peer from = peer_scanner(chance);
        knock(world, chance, second, from, open_to_all[chance_below(chance, ARRAY_SIZE(open_to_all))],
              tried[k].protocol, tried[k].port);
    }
    for (int n = 0; n < 12 && second >= world->burst_from && second < world->burst_to; n++)
        knock(world, chance, second, peer_of("192.0.2.77"), open_to_all[n % 4], TCP, 445);
    if (world->incident != INCIDENT_SCAN || second < world->incident_from)
        return;
    for (int64_t n = 0; n < 8; n++) {
        int64_t port = 1 + ((second - world->incident_from) * 8 + n) % 49151;
        if (port != 80 && port != 443)
            knock(world, chance, second, peer_of("192.0.2.77"), WEB_1, TCP, (uint16_t)port);
    }
}

/* The standby database has nothing to say; the NAT gateway's records were lost once. */
static void silence(struct demo_world *world, int64_t second)
{
    if (second % DEMO_WINDOW_S == demo_interfaces[DB_2].phase)
        demo_log_empty(&world->log, DB_2, second, "NODATA");
    int64_t lost = world->incident_from - 10 * 60 + demo_interfaces[NAT].phase;
    if (second == lost)
        demo_log_empty(&world->log, NAT, second, "SKIPDATA");
}

void demo_begin(struct demo_world *world, enum incident incident, uint64_t seed, int64_t now)
{
    *world = (struct demo_world){.incident = incident, .from = now - DEMO_HISTORY_S};
    for (size_t k = 0; k < DEMO_SLOTS; k++)
        buf_init(&world->log.slots[k], DEMO_SLOT_MAX);
    world->log.seed = seed;
    world->incident_from = (now - DEMO_INCIDENT_S) / 60 * 60;
    if (incident != INCIDENT_GROUP)
        return;
    world->burst_from = (now - DEMO_BURST_S) / 60 * 60;
    world->burst_to = world->burst_from + 180;
}

void demo_second(struct demo_world *world, int64_t second)
{
    struct chance chance = chance_of(world->log.seed, second, 0);
    clients(world, &chance, second);
    inside(world, &chance, second);
    pools(world, &chance, second);
    outside(world, &chance, second);
    scanners(world, &chance, second);
    demo_remains(world, second);
    silence(world, second);
}
