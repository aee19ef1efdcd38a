#ifndef STEWARD_CSUPPORT_H
#define STEWARD_CSUPPORT_H

#include <sys/types.h>

/// pipe(2) whose ends no program inherits that is started meanwhile.
/// @return 0, or an error number.
int steward_pipe(int ends[2]);

/// posix_spawn(3) with the extensions that Swift's module of the C library does not show.
///
/// The program gets three descriptors and no other; no signal is blocked, and a broken pipe ends it.
/// @param words the path of the program, its arguments, NULL.
/// @param environment ends with NULL.
/// @param descriptors become 0, 1 and 2; -1 stands for /dev/null.
/// @param folder to run in; NULL for ours.
/// @return 0, or an error number.
int steward_spawn(pid_t *process, char *const words[], char *const environment[], const int descriptors[3],
                  const char *folder);

#endif
