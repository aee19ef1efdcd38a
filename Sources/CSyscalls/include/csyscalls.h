#ifndef STEWARD_CSYSCALLS_H
#define STEWARD_CSYSCALLS_H

#include <stdint.h>

/// openat2(2), which the C library does not wrap: opens `path` relative to the folder `directory` and refuses every way
/// out of it. `resolve` holds the RESOLVE_ flags below.
/// @return a descriptor, or -1 with errno set; ENOSYS where the kernel (before 5.6) or the system has no such call.
int steward_openat2(int directory, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve);

/// No symbolic link anywhere in the path, no link of /proc, no leaving of the starting folder.
#define STEWARD_RESOLVE_NO_MAGICLINKS 0x02
#define STEWARD_RESOLVE_NO_SYMLINKS 0x04
#define STEWARD_RESOLVE_BENEATH 0x08

/// sync_file_range(2): asks the system to begin writing part of a file to the disk. Advice only: it says nothing about
/// whether or when that happens, and does nothing where there is no such call.
void steward_start_writing(int file, int64_t offset, int64_t count);

/// syncfs(2): waits until everything written to the file system of `file` is on the disk.
/// @return 0, or -1 with errno set; since Linux 5.8 also when something was not written since `file` was opened.
int steward_sync_file_system(int file);

#endif
