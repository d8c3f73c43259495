/* load_wire.c - forms for EC2 and STS. How answers are read is capture.h's. */
#include "vpc/load_wire.h"

#include <stdio.h>
#include <string.h>

#include "aws/endpoint.h"
#include "aws/form.h"
#include "aws/xml.h"
#include "base/scope.h"
#include "vpc/part.h"

static const char *const versions[AWS_SERVICE_COUNT] = {
#define X(id, prefix, signing, setting, protocol, version, target) [id] = version,
#include "aws/service.def"
#undef X
};

struct pair {
    const char *name, *value; /* NULL = not told */
};

/* What operations that are about one list or table need: its id, and a filter that lets all pass, since
 * SearchTransitGatewayRoutes takes none for no answer. */
static const struct {
    const char *id;
    struct pair filter[3];
} of_parameters[PART_COUNT] = {
    [PART_PREFIX_ENTRIES] = {"PrefixListId", {{NULL, NULL}}},
    [PART_TRANSIT_ROUTES] = {"TransitGatewayRouteTableId",
                             {{"Filter.1.Name", "state"},
                              {"Filter.1.Value.1", "active"},
                              {"Filter.1.Value.2", "blackhole"}}},
};

static weir_status put(struct buf *out, const struct pair *pairs, size_t n, weir_error *err)
{
    weir_status status = WEIR_OK;
    for (size_t k = 0; k < n && status == WEIR_OK; k++)
        if (pairs[k].name && pairs[k].value)
            status = form_put(out, pairs[k].name, pairs[k].value);
    return status == WEIR_OK ? WEIR_OK : weir_fail(err, status, 0, "a request to EC2 or STS is too large");
}

weir_status load_body(enum part part, const char *of, const char *token, int page, struct buf *out, weir_error *err)
{
    char most[16];
    snprintf(most, sizeof most, "%d", page);
    const struct pair pairs[] = {{"Action", part_get(part)->operation},
                                 {"Version", versions[AWS_EC2]},
                                 {of_parameters[part].id, of},
                                 {"MaxResults", page ? most : NULL},
                                 {"NextToken", token}};
    weir_status status = put(out, pairs, ARRAY_SIZE(pairs), err);
    if (status == WEIR_OK)
        status = put(out, of_parameters[part].filter, ARRAY_SIZE(of_parameters[part].filter), err);
    return status;
}

weir_status load_identity_body(struct buf *out, weir_error *err)
{
    const struct pair pairs[] = {{"Action", "GetCallerIdentity"}, {"Version", versions[AWS_STS]}};
    return put(out, pairs, ARRAY_SIZE(pairs), err);
}

void load_identity_read(const char *bytes, size_t len, char *out)
{
    struct xml *xml = NULL;
    out[0] = '\0';
    if (xml_parse(bytes, len, &xml, NULL) != WEIR_OK)
        return;
    const char *account = xml_text(xml_root(xml), "GetCallerIdentityResult/Account");
    size_t digits = strspn(account, "0123456789");
    if (digits && digits < 16 && !account[digits])
        memcpy(out, account, digits + 1);
    xml_free(xml);
}
