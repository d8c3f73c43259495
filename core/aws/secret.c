/* secret.c - see secret.h. Whole pages, because that is what the system can be told about. */
#include "aws/secret.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static size_t whole_pages(size_t size)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    return (size + page - 1) / page * page;
}

void *secret_new(size_t size)
{
    void *memory = mmap(NULL, whole_pages(size), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return NULL;
    /* All three are wishes: a limit on locked memory is no reason not to work. */
    mlock(memory, whole_pages(size));
#ifdef MADV_DONTDUMP
    madvise(memory, whole_pages(size), MADV_DONTDUMP);
#endif
#ifdef MADV_WIPEONFORK
    madvise(memory, whole_pages(size), MADV_WIPEONFORK);
#endif
    return memory;
}

void secret_free(void *memory, size_t size)
{
    if (!memory)
        return;
    explicit_bzero(memory, size);
    munmap(memory, whole_pages(size));
}
