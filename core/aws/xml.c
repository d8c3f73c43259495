/* xml.c - see xml.h. The whole text goes through expat in one call: in pieces, a long token is read anew with every
 * piece. Nodes, names and texts live in chunks that are freed together; what they and expat take is counted. */
#include "aws/xml.h"

#include <expat.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/scope.h"

enum { CHUNK_BYTES = 32 * 1024, ALIGNMENT = sizeof(void *) };

struct chunk {
    struct chunk *next;
    size_t len, room;
    char at[];
};

struct xml {
    struct chunk *chunks; /* the newest first */
    struct xml_node *root;
};

/* One document being read. */
struct reading {
    XML_Parser parser;
    struct xml *xml;
    struct {
        struct xml_node *node, **next; /* where its next child goes */
    } open[XML_DEPTH_MAX];
    size_t depth;
    struct buf text; /* of the innermost element, as long as it has no child */
    weir_status status;
    const char *why;
};

/* Bytes that this thread's document may still take; expat's functions have no argument for it. */
static _Thread_local size_t budget;

static void *counted_realloc(void *old, size_t size)
{
    if (size > budget)
        return NULL;
    budget -= size;
    return realloc(old, size);
}

static void *counted_malloc(size_t size)
{
    return counted_realloc(NULL, size);
}

static const XML_Memory_Handling_Suite counted = {counted_malloc, counted_realloc, free};

/* ---- memory of a document ---- */

static void *take(struct xml *xml, size_t size, size_t alignment)
{
    struct chunk *chunk = xml->chunks;
    size_t from = chunk ? (chunk->len + alignment - 1) / alignment * alignment : 0;
    if (!chunk || from > chunk->room || size > chunk->room - from) {
        size_t room = size > CHUNK_BYTES ? size : CHUNK_BYTES;
        chunk = counted_malloc(sizeof *chunk + room);
        if (!chunk)
            return NULL;
        *chunk = (struct chunk){.next = xml->chunks, .room = room};
        xml->chunks = chunk;
        from = 0;
    }
    chunk->len = from + size;
    return chunk->at + from;
}

static char *take_text(struct xml *xml, const char *bytes, size_t len)
{
    char *text = take(xml, len + 1, 1);
    if (text) {
        if (len)
            memcpy(text, bytes, len);
        text[len] = '\0';
    }
    return text;
}

void xml_free(struct xml *xml)
{
    if (!xml)
        return;
    for (struct chunk *chunk = xml->chunks, *next; chunk; chunk = next) {
        next = chunk->next;
        free(chunk);
    }
    free(xml);
}

/* ---- what expat tells ---- */

static void stop(struct reading *reading, weir_status status, const char *why)
{
    if (reading->status != WEIR_OK)
        return;
    reading->status = status;
    reading->why = why;
    XML_StopParser(reading->parser, XML_FALSE);
}

static void XMLCALL on_start(void *user, const XML_Char *name, const XML_Char **attributes)
{
    struct reading *reading = user;
    (void)attributes;
    if (reading->status != WEIR_OK)
        return;
    if (reading->depth == XML_DEPTH_MAX) {
        stop(reading, WEIR_E_LIMIT, "elements nested too deep");
        return;
    }
    const char *colon = strrchr(name, ':');
    const char *local = colon ? colon + 1 : name;
    struct xml_node *node = take(reading->xml, sizeof *node, ALIGNMENT);
    char *copy = node ? take_text(reading->xml, local, strlen(local)) : NULL;
    if (!copy) {
        stop(reading, WEIR_E_LIMIT, "more elements than its memory holds");
        return;
    }
    *node = (struct xml_node){.name = copy, .text = ""};
    if (reading->depth == 0) {
        reading->xml->root = node;
    } else {
        struct xml_node ***next = &reading->open[reading->depth - 1].next;
        **next = node;
        *next = &node->next;
    }
    reading->open[reading->depth].node = node;
    reading->open[reading->depth++].next = &node->first;
    buf_clear(&reading->text);
}

static void XMLCALL on_end(void *user, const XML_Char *name)
{
    struct reading *reading = user;
    (void)name;
    if (reading->status != WEIR_OK || reading->depth == 0)
        return;
    struct xml_node *node = reading->open[--reading->depth].node;
    if (!node->first && reading->text.len) {
        const char *text = take_text(reading->xml, reading->text.bytes, reading->text.len);
        if (!text) {
            stop(reading, WEIR_E_LIMIT, "more text than its memory holds");
            return;
        }
        node->text = text;
        node->text_len = reading->text.len;
    }
    buf_clear(&reading->text);
}

static void XMLCALL on_text(void *user, const XML_Char *bytes, int len)
{
    struct reading *reading = user;
    if (reading->status != WEIR_OK || len <= 0 || reading->depth == 0)
        return;
    weir_status status =
        reading->open[reading->depth - 1].node->first ? WEIR_OK : buf_append(&reading->text, bytes, (size_t)len);
    if (status != WEIR_OK)
        stop(reading, status, "a text too long");
}

static void XMLCALL on_doctype(void *user, const XML_Char *name, const XML_Char *system, const XML_Char *public,
                               int own)
{
    (void)name, (void)system, (void)public, (void)own;
    stop(user, WEIR_E_DATA, "it declares a document type, which no answer of AWS does");
}

/* ---- a document ---- */

static weir_status explain(const struct reading *reading, weir_error *err)
{
    enum XML_Error code = XML_GetErrorCode(reading->parser);
    if (reading->status != WEIR_OK)
        return weir_fail(err, reading->status, 0, "an XML answer cannot be read: %s", reading->why);
    if (code == XML_ERROR_NO_MEMORY)
        return weir_fail(err, WEIR_E_LIMIT, 0, "an XML answer needs more memory than %d bytes", XML_MEMORY_MAX_BYTES);
    return weir_fail(err, WEIR_E_DATA, 0, "an answer is no XML: line %lu, column %lu: %s",
                     (unsigned long)XML_GetCurrentLineNumber(reading->parser),
                     (unsigned long)XML_GetCurrentColumnNumber(reading->parser), XML_ErrorString(code));
}

static weir_status run(struct reading *reading, const char *bytes, size_t len, weir_error *err)
{
    XML_SetUserData(reading->parser, reading);
    XML_SetElementHandler(reading->parser, on_start, on_end);
    XML_SetCharacterDataHandler(reading->parser, on_text);
    XML_SetStartDoctypeDeclHandler(reading->parser, on_doctype);
    buf_init(&reading->text, ANSWER_MAX_BYTES);
    enum XML_Status end = XML_Parse(reading->parser, len ? bytes : "", (int)len, XML_TRUE);
    buf_done(&reading->text);
    return end == XML_STATUS_OK && reading->status == WEIR_OK ? WEIR_OK : explain(reading, err);
}

static void drop_xml(struct xml **xml)
{
    xml_free(*xml);
}

weir_status xml_parse(const char *bytes, size_t len, struct xml **out, weir_error *err)
{
    if (len > ANSWER_MAX_BYTES)
        return weir_fail(err, WEIR_E_LIMIT, 0, "an XML answer of %zu bytes is larger than %d", len, ANSWER_MAX_BYTES);
    budget = XML_MEMORY_MAX_BYTES;
    AUTO(drop_xml) struct xml *xml = calloc(1, sizeof *xml);
    struct reading reading = {.xml = xml};
    if (xml)
        reading.parser = XML_ParserCreate_MM("UTF-8", &counted, NULL);
    if (!reading.parser)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    weir_status status = run(&reading, bytes, len, err);
    XML_ParserFree(reading.parser);
    if (status == WEIR_OK)
        *out = TAKE(xml);
    return status;
}

const struct xml_node *xml_root(const struct xml *xml)
{
    return xml->root;
}

/* ---- looking things up ---- */

static const struct xml_node *child(const struct xml_node *node, const char *name, size_t len)
{
    for (const struct xml_node *at = node ? node->first : NULL; at; at = at->next)
        if (strncmp(at->name, name, len) == 0 && !at->name[len])
            return at;
    return NULL;
}

const struct xml_node *xml_child(const struct xml_node *node, const char *name)
{
    return child(node, name, strlen(name));
}

const struct xml_node *xml_find(const struct xml_node *node, const char *path)
{
    while (node && *path) {
        size_t len = strcspn(path, "/");
        node = child(node, path, len);
        path += len + (path[len] == '/');
    }
    return node;
}

const char *xml_text(const struct xml_node *node, const char *path)
{
    const struct xml_node *found = xml_find(node, path);
    return found ? found->text : "";
}
