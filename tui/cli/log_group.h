/* log_group.h - the source that --log-group stands for. */
#ifndef WEIR_CLI_LOG_GROUP_H
#define WEIR_CLI_LOG_GROUP_H

/* "cw:GROUP?stream=PREFIX", with %XX for what would mean something there (source/spec.h reads it). `prefix` may be
 * NULL. Yours; NULL when out of memory. */
char *log_group_source(const char *group, const char *prefix);

#endif
