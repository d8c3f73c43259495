/* capture.h - what EC2 told, part by part, before it is typed: items in the AWS CLI's JSON shape, wherever they came
 * from. XML answers, the CLI's files and a snapshot become the same capture, so all three give the same inventory.
 *
 *   XML of EC2 ──shape.def──┐
 *   describe-*.json ────────┼─► capture ──inventory_build()──► inventory
 *   weir's snapshot ────────┘      └── capture_write() ──► snapshot
 *
 * Not locked: one owner at a time. */
#ifndef WEIR_VPC_CAPTURE_H
#define WEIR_VPC_CAPTURE_H

#include "base/buf.h"
#include "vpc/inventory.h"
#include "weir/status.h"

struct capture;

struct capture *capture_new(void); /* all parts unknown; NULL = out of memory */
void capture_free(struct capture *capture);

void capture_set_place(struct capture *capture, const char *region, const char *account, int64_t taken);

/* One page of an EC2 answer in XML. Its items are appended, *token is yours (free), NULL = the last page; then the part
 * is known. `of` names the prefix list or route table of PART_PREFIX_ENTRIES and PART_TRANSIT_ROUTES, else NULL.
 * On an error nothing is appended. */
weir_status capture_add_xml(struct capture *capture, enum part part, const char *of, const char *bytes, size_t len,
                            char **token, weir_error *err);

/* A document as the AWS CLI writes it: {"SecurityGroups": […]}; several may follow each other (pages). A "NextToken"
 * in the last of them makes the part partial. Items that are no objects are left out and make it partial too. */
weir_status capture_add_json(struct capture *capture, enum part part, const char *of, const char *bytes, size_t len,
                             weir_error *err);

/* The part could not be asked or read: `why` is one line (outside text is made safe). */
void capture_set_state(struct capture *capture, enum part part, enum part_state state, const char *why);

/* Ids whose entries or routes have to be asked next: prefix lists that rules or routes name, transit gateway route
 * tables. NULL past the last; borrowed. */
const char *capture_next_of(const struct capture *capture, enum part part, size_t k);

/* A folder of files as the AWS CLI writes them (one part a file; what is not there is unknown, what cannot be read is
 * failed and says why), or one snapshot file, gzipped or not. WEIR_E_IO, WEIR_E_DATA, WEIR_E_LIMIT. */
weir_status capture_read(const char *path, struct capture **out, weir_error *err);
/* The same from the bytes of a snapshot. */
weir_status capture_read_bytes(const char *bytes, size_t len, struct capture **out, weir_error *err);

/* The snapshot: one JSON document, only what an inventory uses, parts and items in a stable order, so that two
 * snapshots of the same network are equal but for the time. */
weir_status capture_write(const struct capture *capture, struct buf *out, weir_error *err);

/* Types and links it. Never fails for what the items say: what makes no sense is left out, the part becomes partial,
 * and a warning says so. WEIR_E_NOMEM, WEIR_E_LIMIT. */
weir_status inventory_build(const struct capture *capture, struct inventory **out, weir_error *err);

#endif
