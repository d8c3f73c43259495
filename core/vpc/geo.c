/* geo.c - see geo.h. Layouts of the files: dev.maxmind.com/geoip/docs/databases. */
#include "vpc/geo.h"

#include <maxminddb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/scope.h"

enum { PART_BYTES = 96 };

struct geo {
    MMDB_s files[GEO_FILES_MAX];
    size_t n;
};

/* What a file may know, and where. */
enum geo_part { GEO_OPERATOR, GEO_NUMBER, GEO_CITY, GEO_COUNTRY, GEO_PARTS };
static const char *const places[GEO_PARTS][4] = {
    [GEO_OPERATOR] = {"autonomous_system_organization", NULL},
    [GEO_NUMBER] = {"autonomous_system_number", NULL},
    [GEO_CITY] = {"city", "names", "en", NULL},
    [GEO_COUNTRY] = {"country", "iso_code", NULL},
};

void geo_free(struct geo *geo)
{
    for (size_t k = 0; geo && k < geo->n; k++)
        MMDB_close(&geo->files[k]);
    free(geo);
}

static void drop_geo(struct geo **geo)
{
    geo_free(*geo);
}

weir_status geo_open(const char *const *paths, struct geo **out, weir_error *err)
{
    AUTO(drop_geo) struct geo *geo = calloc(1, sizeof *geo);
    if (!geo)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    for (; paths[geo->n]; geo->n++) {
        if (geo->n == GEO_FILES_MAX)
            return weir_fail(err, WEIR_E_LIMIT, 0, "more than %d MaxMind files", GEO_FILES_MAX);
        int result = MMDB_open(paths[geo->n], MMDB_MODE_MMAP, &geo->files[geo->n]);
        if (result == MMDB_FILE_OPEN_ERROR || result == MMDB_IO_ERROR)
            return weir_fail(err, WEIR_E_IO, 0, "%s cannot be read: check the path of the MaxMind file", paths[geo->n]);
        if (result != MMDB_SUCCESS)
            return weir_fail(err, WEIR_E_DATA, 0, "%s is no MaxMind file (.mmdb): %s", paths[geo->n],
                             MMDB_strerror(result));
    }
    *out = TAKE(geo);
    return WEIR_OK;
}

/* ---- looking ---- */

static bool find(const MMDB_s *file, const weir_addr *addr, MMDB_entry_s *out)
{
    int error = MMDB_SUCCESS;
    MMDB_lookup_result_s found;
    if (addr->family == 4) {
        struct sockaddr_in v4 = {.sin_family = AF_INET};
        memcpy(&v4.sin_addr, addr->bytes, sizeof v4.sin_addr);
        found = MMDB_lookup_sockaddr(file, (const struct sockaddr *)&v4, &error);
    } else {
        struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
        memcpy(&v6.sin6_addr, addr->bytes, sizeof v6.sin6_addr);
        found = MMDB_lookup_sockaddr(file, (const struct sockaddr *)&v6, &error);
    }
    *out = found.entry;
    return error == MMDB_SUCCESS && found.found_entry;
}

static void take_part(MMDB_entry_s *entry, enum geo_part part, char *out)
{
    MMDB_entry_data_s data;
    if (*out || MMDB_aget_value(entry, &data, places[part]) != MMDB_SUCCESS || !data.has_data)
        return;
    if (data.type == MMDB_DATA_TYPE_UTF8_STRING)
        weir_sanitize(data.utf8_string, data.data_size, out, PART_BYTES);
    else if (data.type == MMDB_DATA_TYPE_UINT32)
        snprintf(out, PART_BYTES, "AS%u", (unsigned)data.uint32);
}

weir_safe geo_words(const struct geo *geo, const weir_addr *addr, char *out, size_t size)
{
    char part[GEO_PARTS][PART_BYTES] = {""};
    for (size_t k = 0; k < geo->n; k++) {
        MMDB_entry_s entry;
        if (find(&geo->files[k], addr, &entry))
            for (int p = 0; p < GEO_PARTS; p++)
                take_part(&entry, (enum geo_part)p, part[p]);
    }
    bool has_net = *part[GEO_OPERATOR] || *part[GEO_NUMBER], has_place = has_net || *part[GEO_CITY];
    return weir_safe_format(out, size, "%s%s%s%s%s%s%s", part[GEO_OPERATOR],
                            *part[GEO_OPERATOR] && *part[GEO_NUMBER] ? " " : "", part[GEO_NUMBER],
                            has_net && *part[GEO_CITY] ? ", " : "", part[GEO_CITY],
                            has_place && *part[GEO_COUNTRY] ? ", " : "", part[GEO_COUNTRY]);
}
