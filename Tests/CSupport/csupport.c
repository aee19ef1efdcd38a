#define _GNU_SOURCE
#include "csupport.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

int steward_pipe(int ends[2]) {
#ifdef __APPLE__
    // POSIX_SPAWN_CLOEXEC_DEFAULT does the rest.
    return pipe(ends) == 0 ? 0 : errno;
#else
    return pipe2(ends, O_CLOEXEC) == 0 ? 0 : errno;
#endif
}

static int arrange(posix_spawn_file_actions_t *actions, const int descriptors[3], const char *folder) {
    int error = 0;
    for (int number = 0; number < 3 && error == 0; number++) {
        error = descriptors[number] < 0
            ? posix_spawn_file_actions_addopen(actions, number, "/dev/null", number == 0 ? O_RDONLY : O_WRONLY, 0)
            : posix_spawn_file_actions_adddup2(actions, descriptors[number], number);
    }
#ifndef __APPLE__
    if (error == 0) error = posix_spawn_file_actions_addclosefrom_np(actions, 3);
#endif
    if (error == 0 && folder) error = posix_spawn_file_actions_addchdir_np(actions, folder);
    return error;
}

int steward_spawn(pid_t *process, char *const words[], char *const environment[], const int descriptors[3],
                  const char *folder) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int error = posix_spawn_file_actions_init(&actions);
    if (error != 0) return error;
    error = posix_spawnattr_init(&attributes);
    if (error != 0) {
        posix_spawn_file_actions_destroy(&actions);
        return error;
    }
    sigset_t signals;
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes, &signals);
    sigaddset(&signals, SIGPIPE);
    posix_spawnattr_setsigdefault(&attributes, &signals);
    short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
#ifdef __APPLE__
    flags |= POSIX_SPAWN_CLOEXEC_DEFAULT;
#endif
    posix_spawnattr_setflags(&attributes, flags);
    error = arrange(&actions, descriptors, folder);
    if (error == 0) error = posix_spawn(process, words[0], &actions, &attributes, words, environment);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return error;
}
