/* xml.h - answers of EC2, STS and S3 as a tree, the only door to expat. A document type is refused, depth, size and
 * memory are capped (base/limits.h). */
#ifndef WEIR_AWS_XML_H
#define WEIR_AWS_XML_H

#include <stddef.h>

#include "weir/status.h"

struct xml_node {
    const char *name; /* without a namespace prefix */
    const char *text; /* of a leaf: its text, as it is, NUL-terminated; "" if it has children */
    size_t text_len;
    struct xml_node *first; /* child */
    struct xml_node *next;  /* sibling */
};

struct xml;

/* One whole document. On success *out is yours (xml_free), its root is in xml_root(). WEIR_E_DATA, WEIR_E_LIMIT,
 * WEIR_E_NOMEM. */
weir_status xml_parse(const char *bytes, size_t len, struct xml **out, weir_error *err);
void xml_free(struct xml *xml); /* accepts NULL */
const struct xml_node *xml_root(const struct xml *xml);

/* The first child of that name; NULL-safe. xml_find() follows "a/b/c". */
const struct xml_node *xml_child(const struct xml_node *node, const char *name);
const struct xml_node *xml_find(const struct xml_node *node, const char *path);
const char *xml_text(const struct xml_node *node, const char *path); /* never NULL */

#endif
