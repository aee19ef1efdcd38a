#define _GNU_SOURCE
#include "csyscalls.h"

#include <unistd.h>

int steward_sync_file_system(int file) {
#if defined(__linux__)
    return syncfs(file);
#else
    sync();
    return fsync(file);
#endif
}
