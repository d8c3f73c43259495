/* scope.h - ownership that ends with the scope. The core has the same in base/, which the tui cannot reach. */
#ifndef WEIR_SCREEN_SCOPE_H
#define WEIR_SCREEN_SCOPE_H

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
#define PRINTF(format_index, first_argument) __attribute__((format(printf, format_index, first_argument)))

static inline void free_cleanup(void *pointer)
{
    free(*(void **)pointer);
}

#endif
