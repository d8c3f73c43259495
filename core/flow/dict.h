/* dict.h - the different texts of one column of one block: text to id, id to text.
 *
 *   slots[] ──► entries[id] ──► bytes in an arena of chunks that never move
 *
 * Texts go in raw and are sanitised here, once: a text that is found needs no second look, because
 * what is found is equal to a safe text and so is safe itself. */
#ifndef WEIR_FLOW_DICT_H
#define WEIR_FLOW_DICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "weir/status.h"

struct dict;

struct dict *dict_new(size_t *bytes); /* `bytes` counts the memory in use, here and below */
void dict_free(struct dict *dict);

size_t dict_bytes(const struct dict *dict);

/* The id of a raw text, added if need be. Longer than TEXT_MAX_BYTES is cut. WEIR_E_NOMEM. */
weir_status dict_put(struct dict *dict, const char *raw, size_t len, uint32_t *id, size_t *bytes);

/* The same for a text of another dict. */
weir_status dict_put_safe(struct dict *dict, const char *text, size_t len, uint32_t *id, size_t *bytes);

#endif
