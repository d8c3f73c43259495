/* scope.h - ownership that ends with the scope, and small compiler helpers. */
#ifndef WEIR_BASE_SCOPE_H
#define WEIR_BASE_SCOPE_H

#include <stdlib.h>

#define AUTO(cleanup_function) __attribute__((cleanup(cleanup_function)))

/* Gives the pointer away and leaves NULL, so that the scope's end frees nothing. */
#define TAKE(pointer)                           \
    __extension__({                             \
        __typeof__(pointer) taken_ = (pointer); \
        (pointer) = NULL;                       \
        taken_;                                 \
    })

#define ARRAY_SIZE(array)                    (sizeof(array) / sizeof *(array))
#define LIKELY(condition)                    __builtin_expect(!!(condition), 1)
#define UNLIKELY(condition)                  __builtin_expect(!!(condition), 0)
#define PRINTF(format_index, first_argument) __attribute__((format(printf, format_index, first_argument)))

static inline void free_cleanup(void *pointer)
{
    free(*(void **)pointer);
}

#endif
