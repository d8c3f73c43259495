/* cw.c - a CloudWatch Logs group as a source: pages alone, see group.c. */
#include "source/classes.h"
#include "source/group.h"

static weir_status cw_open(void *source, const struct source_options *options, weir_error *err)
{
    struct group *group = source;
    weir_status status = group_open(group, options, "cw", NULL, err);
    if (status)
        group_close(group);
    return status;
}

static size_t cw_streams(const void *source)
{
    (void)source;
    return 1;
}

static const char *cw_name(const void *source, uint32_t stream)
{
    (void)stream;
    return ((const struct group *)source)->remote.name;
}

static weir_status cw_read(void *source, struct source_chunk *chunk, weir_error *err)
{
    return group_read(source, chunk, err);
}

static void cw_close(void *source)
{
    group_close(source);
}

const struct source_class source_cw = {
    .size = sizeof(struct group),
    .filters = true,
    .open = cw_open,
    .streams = cw_streams,
    .name = cw_name,
    .read = cw_read,
    .close = cw_close,
};
