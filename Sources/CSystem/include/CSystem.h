#ifndef SIGNALBOX_CSYSTEM_H
#define SIGNALBOX_CSYSTEM_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Child processes: what Swift cannot import (wait macros, pidfd, glibc's spawn extensions). */

/// How a child process ended.
typedef enum signalbox_process_outcome {
  /// It ended by itself with an exit status.
  SIGNALBOX_PROCESS_EXITED = 0,
  /// A signal that this shim did not send ended it.
  SIGNALBOX_PROCESS_SIGNALLED,
  /// It was ended at its deadline.
  SIGNALBOX_PROCESS_TIMEOUT,
  /// It was ended because the wake descriptor became readable.
  SIGNALBOX_PROCESS_CANCELLED,
  /// It was ended because standard output passed its limit.
  SIGNALBOX_PROCESS_TOO_LARGE,
  /// It was never started; `code` is an errno.
  SIGNALBOX_PROCESS_NOT_STARTED,
} signalbox_process_outcome;

/// One child process: what to run, and afterwards how it ended. Opaque to Swift.
typedef struct signalbox_process signalbox_process;

/// A process that will run `program` (a path; no shell, no search); NULL without memory.
signalbox_process *signalbox_process_create(const char *program);
void signalbox_process_free(signalbox_process *process);
/// Adds one element of argv, the program's own name included. False without memory.
bool signalbox_process_argument(signalbox_process *process, const char *argument);
/// Adds one `NAME=value` to the environment, which starts empty. False without memory.
bool signalbox_process_environment(signalbox_process *process, const char *entry);
/// The directory to run in; without it, the caller's. False without memory.
bool signalbox_process_directory(signalbox_process *process, const char *directory);
/// Copies the bytes of standard input. False without memory.
bool signalbox_process_input(signalbox_process *process, const uint8_t *bytes, size_t length);
/// Byte limits of standard output (passing it ends the child) and standard error (the rest is
/// read and dropped).
void signalbox_process_limits(signalbox_process *process, size_t output, size_t error);
/// The wall-clock deadline from the call of `signalbox_process_run`, and how long the child may
/// live after SIGTERM before SIGKILL. Milliseconds.
void signalbox_process_deadline(signalbox_process *process, int64_t timeout, int64_t grace);

/// Runs the child to its end, blocking the calling thread. `wake` is a descriptor of
/// `signalbox_wake_create` that cancels, or -1. The child leads a process group of its own; the
/// whole group is killed when its leader has ended.
void signalbox_process_run(signalbox_process *process, int wake);

/// Makes this process the parent of whatever its children leave behind, so that those that left
/// their group are killed with it. Changes the whole process: for programs, not for libraries.
bool signalbox_processes_adopt(void);

signalbox_process_outcome signalbox_process_result(const signalbox_process *process);
/// The exit status, the signal's number, or the errno, by outcome.
int signalbox_process_code(const signalbox_process *process);
const uint8_t *signalbox_process_output(const signalbox_process *process, size_t *length);
const uint8_t *signalbox_process_error(const signalbox_process *process, size_t *length);

/// The words for an errno; they live for the whole program.
const char *signalbox_error_text(int code);
/// Whether `path` is a file that this user may execute.
bool signalbox_is_executable(const char *path);

/// A descriptor that becomes readable once `signalbox_wake_signal` was called; -1 on failure.
int signalbox_wake_create(void);
void signalbox_wake_signal(int wake);
void signalbox_wake_close(int wake);

/// Runs `body(context)` on a new detached thread that receives no signals. False when the thread
/// cannot be started.
bool signalbox_thread_start(void (*body)(void *context), void *context);

#endif
