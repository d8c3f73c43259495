/* build.h - an inventory being built: items of a capture are read one kind after the other, then linked. Of the vpc
 * room. A kind is a row of the table in build.c. */
#ifndef WEIR_VPC_BUILD_H
#define WEIR_VPC_BUILD_H

#include "aws/json.h"
#include "base/limits.h"
#include "base/scope.h"
#include "vpc/capture_state.h"
#include "vpc/inventory_state.h"

/* What a subnet (or VPC) has: an ACL or route table, also one that could not be read. */
struct tie {
    weir_safe from, to;
};

/* Sorted by `from`; owned. */
struct tie_list {
    struct tie *at;
    size_t n;
};

/* One rule of the flat form, found by its group. */
struct flat_rule {
    weir_safe group_id, id;
    const struct json_t *item;
};

struct build {
    struct inventory *inventory;
    const struct capture *capture;
    bool is_lossy[PART_COUNT];          /* something was left out while typing */
    struct json_t *merged[THING_COUNT]; /* items made here; owned */
    weir_safe warnings[WARNINGS_MAX];
    size_t n_warnings;
    struct tie_list acls, tables;              /* by subnet */
    struct tie_list default_acls, main_tables; /* by VPC */
    struct flat_rule *flat;                    /* sorted by group */
    size_t n_flat;
    bool is_out_of_memory;
};

/* What became of an item. */
enum made { MADE, LEFT_OUT };

/* ---- values of an item: safe texts in the pool ---- */

void *build_take(struct build *build, size_t n, size_t size); /* n = 0: NULL; NULL else is out of memory, noted */
weir_safe build_text(struct build *build, const struct json_t *item, const char *name);
weir_safe build_slice(struct build *build, struct slice text);
weir_safe build_tag(struct build *build, const struct json_t *item, const char *tags, const char *key);
/* Texts of a list, or one member of a list of objects; sorted, each once. */
const weir_safe *build_texts(struct build *build, const struct json_t *list, const char *name, size_t *n);
bool build_addr(const struct json_t *item, const char *name, weir_addr *out); /* false: absent or no address */
/* A network: WEIR_END = absent, WEIR_E_DATA = it is none (bounds of the prefix and family included). `family` 0 =
 * any. */
weir_status build_net(const struct json_t *item, const char *name, uint8_t family, struct net *out);

/* Notes that something of a part makes no sense: the part is partial, and a warning says why. */
void build_doubt(struct build *build, enum part part, const char *format, ...) PRINTF(3, 4);
void build_warn(struct build *build, const char *format, ...) PRINTF(2, 3);

/* Networks that are collected, sorted and made unique. */
struct net_list {
    struct net *at;
    size_t n, room;
};
/* Room for as many as will ever be added. */
bool net_list_begin(struct build *build, struct net_list *list, size_t room);
/* Adds the network of a member; one that is none puts the part in doubt. */
void net_list_add(struct build *build, struct net_list *list, const struct json_t *item, const char *name,
                  uint8_t family, enum part part, weir_safe whose);
const struct net *net_list_end(struct net_list *list, size_t *n);

/* ---- kinds: read types one item, link ties it to others ---- */

enum made read_interface(struct build *build, const struct json_t *item, void *out);
void link_interface(struct build *build, void *at);
enum made read_group(struct build *build, const struct json_t *item, void *out);
void link_group(struct build *build, void *at);
enum made read_acl(struct build *build, const struct json_t *item, void *out);
enum made read_subnet(struct build *build, const struct json_t *item, void *out);
void link_subnet(struct build *build, void *at);
enum made read_vpc(struct build *build, const struct json_t *item, void *out);
enum made read_instance(struct build *build, const struct json_t *item, void *out);
enum made read_route_table(struct build *build, const struct json_t *item, void *out);
void link_route_table(struct build *build, void *at);
enum made read_gateway(struct build *build, const struct json_t *item, void *out);
enum made read_nat(struct build *build, const struct json_t *item, void *out);
void link_nat(struct build *build, void *at);
enum made read_peering(struct build *build, const struct json_t *item, void *out);
enum made read_endpoint(struct build *build, const struct json_t *item, void *out);
enum made read_prefix_list(struct build *build, const struct json_t *item, void *out);
enum made read_attachment(struct build *build, const struct json_t *item, void *out);
enum made read_transit_table(struct build *build, const struct json_t *item, void *out);

/* ---- before, between and after the kinds ---- */

void build_flat_rules(struct build *build); /* before the groups are read */
void build_ties(struct build *build);       /* before the subnets are linked */
void build_members(struct build *build);    /* after the interfaces are linked */
void build_block_public_access(struct build *build);
void build_encryption(struct build *build);
void build_elastic_addresses(struct build *build);
void build_labels(struct build *build); /* after all is linked */
void build_holders(struct build *build);
void build_attached(struct build *build);
void build_place(struct build *build);

/* Rules and ACL entries. */
enum { PROTOCOL_NONE = -2 };
int16_t protocol_read(struct slice text);        /* name or number; PROTOCOL_NONE: it is none */
int compare_texts(const void *a, const void *b); /* weir_safe */

#endif
