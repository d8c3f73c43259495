/* scope.h - ownership that ends with the scope, and the size of a table. */
#ifndef WEIR_CLI_SCOPE_H
#define WEIR_CLI_SCOPE_H

#include <stdlib.h>

#define AUTO(cleanup_function) __attribute__((cleanup(cleanup_function)))
#define ARRAY_SIZE(array)      (sizeof(array) / sizeof *(array))

static inline void free_cleanup(void *pointer)
{
    free(*(void **)pointer);
}

#endif
