/* A query as others see it: text in, canonical text out. A query's text reaches the screen, so it must be safe text
 * as it is: what weir_sanitize() would change is refused, not changed, because it would mean something else then. */
#include "weir/query.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/scope.h"
#include "query/ast.h"
#include "query/parse.h"

static weir_status take_text(weir_query *query, const char *text, struct slice *out, weir_error *err)
{
    size_t len = strlen(text), same = 0;

    if (len > FILTER_MAX_BYTES)
        return weir_fail(err, WEIR_E_LIMIT, FILTER_MAX_BYTES, "the filter is too long");
    char *copy = pool_text(&query->pool, text, len);
    char *safe = pool_new(&query->pool, len + 8);
    if (!copy || !safe)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    for (size_t k = 0; k < len; k++)
        if (copy[k] == '\t' || copy[k] == '\n' || copy[k] == '\r')
            copy[k] = ' ';
    weir_sanitize(copy, len, safe, len + 8);
    while (same < len && copy[same] == safe[same])
        same++;
    if (same < len || safe[len])
        return weir_fail(err, WEIR_E_SYNTAX, same < len ? same + 1 : len, "this character cannot stand in a filter");
    *out = (struct slice){copy, len};
    return WEIR_OK;
}

static weir_status print_query(weir_query *query, weir_error *err)
{
    struct printer measure = {0};

    if (query->root)
        printer_node(&measure, query->root);
    if (measure.len > FILTER_MAX_BYTES)
        return weir_fail(err, WEIR_E_LIMIT, 0, "the filter is too long");
    struct printer out = {.size = measure.len + 1};
    query->text = out.at = pool_new(&query->pool, out.size);
    if (!out.at)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    if (query->root)
        printer_node(&out, query->root);
    return WEIR_OK;
}

bool weir_query_mentions(const weir_query *query, weir_field field)
{
    return query && query->root && node_mentions(query->root, field);
}

static void drop_query(weir_query **query)
{
    weir_query_free(*query);
}

weir_status weir_query_parse(const char *text, int64_t now, weir_query **out, weir_error *err)
{
    AUTO(drop_query) weir_query *query = calloc(1, sizeof *query);
    struct slice safe = {NULL, 0};

    if (!query || !(query->tally = calloc(1, sizeof *query->tally)))
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    atomic_init(&query->tally->owners, 1);
    weir_status status = take_text(query, text, &safe, err);
    if (status == WEIR_OK)
        status = parse_filter(query, safe, now, err);
    if (status == WEIR_OK)
        status = print_query(query, err);
    if (status == WEIR_OK)
        *out = TAKE(query);
    return status;
}

void weir_query_free(weir_query *query)
{
    if (!query)
        return;
    tally_drop(query->tally);
    pool_done(&query->pool);
    free(query);
}

weir_safe weir_query_text(const weir_query *query)
{
    return (weir_safe){query->text};
}

bool weir_query_is_empty(const weir_query *query)
{
    return !query->root;
}

uint64_t weir_query_undecided(const weir_query *query)
{
    return atomic_load(&query->tally->undecided);
}
