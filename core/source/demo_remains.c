/* demo_remains.c - what is rejected in the demo for no rule that somebody would have to change: packets that come
 * after their connection was closed, connections that were idle for longer than they are tracked, and answers to
 * questions that were forgotten. What came before is made too, so that the log has the evidence.
 *
 * All chance is of its own: the rest of the demo's text stays as it is. */
#include "base/scope.h"
#include "source/demo.h"

enum { SALT_LATE = 0x51, SALT_IDLE, SALT_TIME };

/* From a client's last word to its next one it takes so long that the log delivers them in that order. */
enum { LATE_MIN_S = 121, LATE_MAX_S = 170 };
_Static_assert(12 + LATE_MAX_S + 2 <= DEMO_LONGEST_S, "a late packet is delivered in time");

static void late_packets(struct demo_world *world, int64_t second)
{
    static const int16_t flags[] = {0, 1, 4};
    struct chance chance = chance_of(world->log.seed, second, SALT_LATE);
    for (uint32_t n = demo_times(&chance, second, 12); n > 0; n--) {
        int web = (int)chance_between(&chance, WEB_1, WEB_3);
        if (demo_replies_denied(world, web, second + DEMO_LONGEST_S))
            web = WEB_1;
        struct sight sight =
            demo_sight(&chance, second, peer_client4(&chance), peer_of(demo_interfaces[web].addr4), 443);
        demo_exchange(&sight, &chance);
        sight.interface = web;
        sight.reply_path = PATH_INTERNET;
        sight.seconds = chance_between(&chance, 1, 12);
        demo_log_sight(&world->log, &sight);

        sight.start += sight.seconds + chance_between(&chance, LATE_MIN_S, LATE_MAX_S);
        sight.packets = chance_between(&chance, 1, 2);
        sight.seconds = sight.packets - 1;
        sight.bytes = sight.packets * 40;
        sight.rejected = true;
        sight.story = STORY_LATE_PACKET;
        sight.flags = flags[chance_below(&chance, ARRAY_SIZE(flags))];
        demo_log_sight(&world->log, &sight);
    }
}

/* The same at both ends. The database's does not know the connection any more, the other one does. */
static void log_session(struct demo_world *world, struct sight sight, bool forgotten)
{
    sight.interface = APP_2;
    sight.initiated_here = true;
    sight.unanswered = forgotten;
    demo_log_sight(&world->log, &sight);
    sight.interface = DB_1;
    sight.initiated_here = false;
    sight.rejected = forgotten;
    sight.story = STORY_IDLE;
    sight.flags = 0;
    demo_log_sight(&world->log, &sight);
}

/* Every 20 minutes a report opens a connection to the database, thinks for longer than the database's interface
 * tracks it (DEMO_TRACKED_S), and goes on as if nothing had happened. */
static void idle_sessions(struct demo_world *world, int64_t second)
{
    enum { EVERY_S = 1200, FIRST_S = 120, BUSY_S = 90, IDLE_MIN_S = DEMO_TRACKED_S + 30, IDLE_MAX_S = 700 };
    _Static_assert(FIRST_S + BUSY_S + IDLE_MAX_S < EVERY_S, "a report ends before the next one");
    int64_t turn = second / EVERY_S;
    struct chance chance = chance_of(world->log.seed, turn, SALT_IDLE);
    int64_t begin = turn * EVERY_S + chance_between(&chance, 1, FIRST_S);
    struct sight sight =
        demo_sight(&chance, begin, peer_of(demo_interfaces[APP_2].addr4), peer_of(demo_interfaces[DB_1].addr4), 5432);
    demo_exchange(&sight, &chance);
    sight.seconds = chance_between(&chance, BUSY_S / 3, BUSY_S);
    int64_t again = begin + sight.seconds + chance_between(&chance, IDLE_MIN_S, IDLE_MAX_S);
    sight.unfinished = true;
    if (second == begin)
        log_session(world, sight, false);
    if (second != again || begin < world->from)
        return;
    sight.start = again;
    sight.established = true;
    sight.packets = chance_between(&chance, 4, 7);
    sight.seconds = (1u << (sight.packets - 2)) - 1;
    sight.bytes = sight.packets * 180;
    log_session(world, sight, true);
}

/* The web servers ask for the time; some answers come after more than 30 s, when nobody waits for them. */
static void time_questions(struct demo_world *world, int64_t second)
{
    struct chance chance = chance_of(world->log.seed, second, SALT_TIME);
    for (uint32_t n = demo_times(&chance, second, 4); n > 0; n--) {
        int web = (int)chance_between(&chance, WEB_1, WEB_3);
        bool late = chance_below(&chance, 3) == 0;
        struct peer here = peer_of(demo_interfaces[web].addr4);
        struct peer there = peer_of(chance_below(&chance, 2) ? "198.51.100.212" : "198.51.100.213");
        struct sight sight = demo_sight(&chance, second, here, there, 123);
        sight.interface = web;
        sight.initiated_here = true;
        sight.protocol = UDP;
        sight.path = PATH_INTERNET;
        sight.packets = sight.reply_packets = 1;
        sight.bytes = sight.reply_bytes = 76;
        sight.unanswered = late;
        demo_log_sight(&world->log, &sight);
        if (!late)
            continue;
        sight.src = sight.pkt_src = there;
        sight.dst = sight.pkt_dst = here;
        sight.dport = sight.sport;
        sight.sport = 123;
        sight.initiated_here = false;
        sight.start += chance_between(&chance, 35, 58);
        sight.rejected = true;
        sight.story = STORY_LATE_ANSWER;
        demo_log_sight(&world->log, &sight);
    }
}

void demo_remains(struct demo_world *world, int64_t second)
{
    late_packets(world, second);
    idle_sessions(world, second);
    time_questions(world, second);
}
