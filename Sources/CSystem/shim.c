#define _GNU_SOURCE
#include "CSystem.h"
#include "orphans.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

typedef struct {
  char **items;
  size_t count;
} strings;

typedef struct {
  uint8_t *bytes;
  size_t length;
  size_t capacity;
} buffer;

struct signalbox_process {
  char *program;
  char *directory;
  strings arguments;
  strings environment;
  buffer input;
  size_t output_limit;
  size_t error_limit;
  int64_t timeout_milliseconds;
  int64_t grace_milliseconds;

  signalbox_process_outcome outcome;
  int code;
  buffer output;
  buffer error;

  /* While it runs. */
  pid_t pid;
  int pid_descriptor;
  int in, out, err;
  size_t written;
  live_child child;
};

static int64_t now_milliseconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static bool strings_append(strings *list, const char *item) {
  char **grown = realloc(list->items, (list->count + 2) * sizeof *grown);
  if (grown == NULL) return false;
  list->items = grown;
  char *copy = strdup(item);
  if (copy == NULL) return false;
  list->items[list->count++] = copy;
  list->items[list->count] = NULL;
  return true;
}

static void strings_free(strings *list) {
  for (size_t i = 0; i < list->count; i++) free(list->items[i]);
  free(list->items);
}

static bool buffer_append(buffer *target, const void *bytes, size_t length) {
  if (length > target->capacity - target->length) {
    size_t capacity = target->capacity < 4096 ? 4096 : target->capacity;
    while (capacity - target->length < length) capacity *= 2;
    uint8_t *grown = realloc(target->bytes, capacity);
    if (grown == NULL) return false;
    target->bytes = grown;
    target->capacity = capacity;
  }
  if (length > 0) memcpy(target->bytes + target->length, bytes, length);
  target->length += length;
  return true;
}

signalbox_process *signalbox_process_create(const char *program) {
  signalbox_process *process = calloc(1, sizeof *process);
  if (process == NULL) return NULL;
  process->program = strdup(program);
  process->output_limit = 8 << 20;
  process->error_limit = 64 << 10;
  process->timeout_milliseconds = 30000;
  process->grace_milliseconds = 1000;
  process->in = process->out = process->err = process->pid_descriptor = -1;
  if (process->program == NULL) {
    free(process);
    return NULL;
  }
  return process;
}

void signalbox_process_free(signalbox_process *process) {
  strings_free(&process->arguments);
  strings_free(&process->environment);
  free(process->program);
  free(process->directory);
  free(process->input.bytes);
  free(process->output.bytes);
  free(process->error.bytes);
  free(process);
}

bool signalbox_process_argument(signalbox_process *process, const char *argument) {
  return strings_append(&process->arguments, argument);
}

bool signalbox_process_environment(signalbox_process *process, const char *entry) {
  return strings_append(&process->environment, entry);
}

bool signalbox_process_directory(signalbox_process *process, const char *directory) {
  free(process->directory);
  process->directory = strdup(directory);
  return process->directory != NULL;
}

bool signalbox_process_input(signalbox_process *process, const uint8_t *bytes, size_t length) {
  return buffer_append(&process->input, bytes, length);
}

void signalbox_process_limits(signalbox_process *process, size_t output, size_t error) {
  process->output_limit = output;
  process->error_limit = error;
}

void signalbox_process_deadline(signalbox_process *process, int64_t timeout, int64_t grace) {
  process->timeout_milliseconds = timeout;
  process->grace_milliseconds = grace;
}

/* Starting. */

static void close_descriptor(int *descriptor) {
  if (*descriptor >= 0) close(*descriptor);
  *descriptor = -1;
}

static int set_nonblocking(int descriptor) {
  int flags = fcntl(descriptor, F_GETFL);
  return flags < 0 ? -1 : fcntl(descriptor, F_SETFL, flags | O_NONBLOCK);
}

/* The child's ends must not be 0, 1 or 2, or the duplications below would overwrite each other. */
static int raise_descriptor(int *descriptor) {
  if (*descriptor > 2) return 0;
  int raised = fcntl(*descriptor, F_DUPFD_CLOEXEC, 3);
  if (raised < 0) return errno;
  close(*descriptor);
  *descriptor = raised;
  return 0;
}

static int prepare_attributes(posix_spawnattr_t *attributes) {
  sigset_t none, defaults;
  sigemptyset(&none);
  sigfillset(&defaults);
  sigdelset(&defaults, SIGKILL);
  sigdelset(&defaults, SIGSTOP);
  int code = posix_spawnattr_setflags(
      attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  if (code == 0) code = posix_spawnattr_setpgroup(attributes, 0);
  if (code == 0) code = posix_spawnattr_setsigmask(attributes, &none);
  if (code == 0) code = posix_spawnattr_setsigdefault(attributes, &defaults);
  return code;
}

static int spawn(signalbox_process *process, const int child[3]) {
  char *empty[] = {NULL};
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  int code = posix_spawn_file_actions_init(&actions);
  if (code != 0) return code;
  code = posix_spawnattr_init(&attributes);
  if (code != 0) {
    posix_spawn_file_actions_destroy(&actions);
    return code;
  }
  code = prepare_attributes(&attributes);
  for (int i = 0; i < 3 && code == 0; i++) {
    code = posix_spawn_file_actions_adddup2(&actions, child[i], i);
  }
  if (code == 0) code = posix_spawn_file_actions_addclosefrom_np(&actions, 3);
  if (code == 0 && process->directory != NULL) {
    code = posix_spawn_file_actions_addchdir_np(&actions, process->directory);
  }
  if (code == 0) {
    code = posix_spawn(&process->pid, process->program, &actions, &attributes,
                       process->arguments.items != NULL ? process->arguments.items : empty,
                       process->environment.items != NULL ? process->environment.items : empty);
  }
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return code;
}

static int start(signalbox_process *process) {
  int in[2] = {-1, -1}, out[2] = {-1, -1}, err[2] = {-1, -1};
  int code = 0;
  if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0) {
    code = errno;
  }
  if (code == 0) code = raise_descriptor(&in[0]);
  if (code == 0) code = raise_descriptor(&out[1]);
  if (code == 0) code = raise_descriptor(&err[1]);
  if (code == 0 && (set_nonblocking(in[1]) != 0 || set_nonblocking(out[0]) != 0 ||
                    set_nonblocking(err[0]) != 0)) {
    code = errno;
  }
  if (code == 0) {
    const int child[3] = {in[0], out[1], err[1]};
    /* Nobody may take the new child for a process that was left behind. */
    orphans_lock();
    code = spawn(process, child);
    if (code == 0) {
      process->child.pid = process->pid;
      process->child.mark =
          process->environment.count > 0 ? process->environment.items[0] : NULL;
      orphans_enter(&process->child);
    }
    orphans_unlock();
  }
  close_descriptor(&in[0]);
  close_descriptor(&out[1]);
  close_descriptor(&err[1]);
  if (code != 0) {
    close_descriptor(&in[1]);
    close_descriptor(&out[0]);
    close_descriptor(&err[0]);
    return code;
  }
  process->in = in[1];
  process->out = out[0];
  process->err = err[0];
  process->pid_descriptor = (int)syscall(SYS_pidfd_open, process->pid, 0);
  return 0;
}

/* Running. */

static void write_input(signalbox_process *process) {
  while (process->written < process->input.length) {
    ssize_t count = write(process->in, process->input.bytes + process->written,
                          process->input.length - process->written);
    if (count > 0) {
      process->written += (size_t)count;
    } else if (count < 0 && errno == EINTR) {
      continue;
    } else if (count < 0 && errno == EAGAIN) {
      return;
    } else {
      break; /* EPIPE: the child does not want the rest. */
    }
  }
  close_descriptor(&process->in);
}

/* Reads some of what is there; closes at the end. False when more came than the limit and `strict`.
 * Each call reads a bounded number of times, so that a flood cannot keep the deadline waiting. */
static bool read_stream(int *descriptor, buffer *target, size_t limit, bool strict) {
  uint8_t bytes[16384];
  for (int round = 0; round < 16; round++) {
    ssize_t count = read(*descriptor, bytes, sizeof bytes);
    if (count > 0) {
      size_t room = limit - target->length;
      size_t kept = (size_t)count < room ? (size_t)count : room;
      if (!buffer_append(target, bytes, kept)) return false;
      if (strict && (size_t)count > room) return false;
    } else if (count < 0 && errno == EINTR) {
      continue;
    } else if (count < 0 && errno == EAGAIN) {
      return true;
    } else {
      close_descriptor(descriptor);
      return true;
    }
  }
  return true;
}

/* Whether the leader has ended. It stays a zombie, so that its number and group stay ours. When the
 * program around us ignores SIGCHLD or reaps every child, there is nothing left to ask. */
static bool has_ended(const signalbox_process *process) {
  siginfo_t info = {0};
  if (waitid(P_PID, (id_t)process->pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0) {
    return errno == ECHILD;
  }
  return info.si_pid == process->pid;
}

typedef struct {
  int64_t deadline;
  int64_t kill_at; /* after SIGTERM; 0 before */
  bool stopped;
  bool killed;
} course;

static void stop(signalbox_process *process, course *course, signalbox_process_outcome outcome) {
  if (course->stopped) return;
  course->stopped = true;
  process->outcome = outcome;
  course->kill_at = now_milliseconds() + process->grace_milliseconds;
  kill(-process->pid, SIGTERM);
}

/* One wait for something to happen, and its handling. */
static void poll_once(signalbox_process *process, course *course, int wake) {
  int64_t now = now_milliseconds();
  int64_t until = course->stopped ? course->kill_at : course->deadline;
  int64_t sleep = course->killed ? 1000 : until - now;
  if (sleep < 0) sleep = 0;
  if (sleep > 1000) sleep = 1000;
  /* Without a pidfd (before Linux 5.3) the end of the child is noticed by asking. */
  if (process->pid_descriptor < 0 && sleep > 10) sleep = 10;
  struct pollfd watched[5] = {
      {.fd = process->pid_descriptor, .events = POLLIN},
      {.fd = process->out, .events = POLLIN},
      {.fd = process->err, .events = POLLIN},
      {.fd = process->in, .events = POLLOUT},
      {.fd = course->stopped ? -1 : wake, .events = POLLIN},
  };
  if (poll(watched, 5, (int)sleep) < 0) return;
  if (watched[1].revents != 0 && process->out >= 0 &&
      !read_stream(&process->out, &process->output, process->output_limit, !course->stopped)) {
    stop(process, course, SIGNALBOX_PROCESS_TOO_LARGE);
  }
  if (watched[2].revents != 0 && process->err >= 0) {
    read_stream(&process->err, &process->error, process->error_limit, false);
  }
  if (watched[3].revents != 0 && process->in >= 0) write_input(process);
  if (watched[4].revents != 0) stop(process, course, SIGNALBOX_PROCESS_CANCELLED);
}

/* After the leader's end: reads what is left in the pipes. A process that left the group may hold
 * them open, so this waits no longer than a moment. */
static bool drain(signalbox_process *process) {
  int64_t end = now_milliseconds() + 200;
  bool fits = true;
  while (process->out >= 0 || process->err >= 0) {
    if (process->out >= 0 &&
        !read_stream(&process->out, &process->output, process->output_limit, true)) {
      fits = false;
      close_descriptor(&process->out);
    }
    if (process->err >= 0) {
      read_stream(&process->err, &process->error, process->error_limit, false);
    }
    int64_t sleep = end - now_milliseconds();
    if (sleep <= 0) break;
    struct pollfd watched[2] = {
        {.fd = process->out, .events = POLLIN},
        {.fd = process->err, .events = POLLIN},
    };
    if (process->out >= 0 || process->err >= 0) poll(watched, 2, (int)sleep);
  }
  return fits;
}

static void reap(signalbox_process *process, const course *course) {
  int status = 0;
  pid_t reaped;
  do {
    reaped = waitpid(process->pid, &status, 0);
  } while (reaped < 0 && errno == EINTR);
  if (course->stopped) return;
  if (reaped != process->pid) {
    process->outcome = SIGNALBOX_PROCESS_SIGNALLED;
    process->code = 0;
    return;
  }
  if (WIFEXITED(status)) {
    process->outcome = SIGNALBOX_PROCESS_EXITED;
    process->code = WEXITSTATUS(status);
  } else {
    process->outcome = SIGNALBOX_PROCESS_SIGNALLED;
    process->code = WTERMSIG(status);
  }
}

void signalbox_process_run(signalbox_process *process, int wake) {
  course course = {.deadline = now_milliseconds() + process->timeout_milliseconds};
  /* A write to a child that has gone must not end this program. */
  sigset_t pipe_signal, previous;
  sigemptyset(&pipe_signal);
  sigaddset(&pipe_signal, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe_signal, &previous);
  int code = start(process);
  if (code != 0) {
    process->outcome = SIGNALBOX_PROCESS_NOT_STARTED;
    process->code = code;
    pthread_sigmask(SIG_SETMASK, &previous, NULL);
    return;
  }
  if (process->input.length == 0) close_descriptor(&process->in);
  while (!has_ended(process)) {
    int64_t now = now_milliseconds();
    if (!course.stopped && now >= course.deadline) {
      stop(process, &course, SIGNALBOX_PROCESS_TIMEOUT);
    }
    if (course.stopped && !course.killed && now >= course.kill_at) {
      course.killed = true;
      kill(-process->pid, SIGKILL);
    }
    poll_once(process, &course, wake);
  }
  /* Nothing that the child started in its group may outlive it. */
  kill(-process->pid, SIGKILL);
  orphans_end(&process->child);
  if (!drain(process) && !course.stopped) {
    course.stopped = true;
    process->outcome = SIGNALBOX_PROCESS_TOO_LARGE;
  }
  reap(process, &course);
  orphans_leave(&process->child);
  close_descriptor(&process->in);
  close_descriptor(&process->out);
  close_descriptor(&process->err);
  close_descriptor(&process->pid_descriptor);
  pthread_sigmask(SIG_SETMASK, &previous, NULL);
}

signalbox_process_outcome signalbox_process_result(const signalbox_process *process) {
  return process->outcome;
}

int signalbox_process_code(const signalbox_process *process) { return process->code; }

const uint8_t *signalbox_process_output(const signalbox_process *process, size_t *length) {
  *length = process->output.length;
  return process->output.bytes;
}

const uint8_t *signalbox_process_error(const signalbox_process *process, size_t *length) {
  *length = process->error.length;
  return process->error.bytes;
}

const char *signalbox_error_text(int code) {
  const char *text = strerrordesc_np(code);
  return text != NULL ? text : "unknown error";
}

bool signalbox_is_executable(const char *path) {
  struct stat status;
  return stat(path, &status) == 0 && S_ISREG(status.st_mode) && access(path, X_OK) == 0;
}

/* Waking. */

int signalbox_wake_create(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

void signalbox_wake_signal(int wake) {
  uint64_t one = 1;
  ssize_t count = write(wake, &one, sizeof one);
  (void)count; /* It fails only when the counter is full, and then the descriptor is readable. */
}

void signalbox_wake_close(int wake) { close(wake); }

/* Threads. */

typedef struct {
  void (*body)(void *context);
  void *context;
} thread_start;

static void *run_thread(void *argument) {
  thread_start start = *(thread_start *)argument;
  free(argument);
  start.body(start.context);
  return NULL;
}

bool signalbox_thread_start(void (*body)(void *context), void *context) {
  thread_start *start = malloc(sizeof *start);
  if (start == NULL) return false;
  start->body = body;
  start->context = context;
  pthread_attr_t attributes;
  pthread_t thread;
  sigset_t all, previous;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &previous);
  bool started = pthread_create(&thread, &attributes, run_thread, start) == 0;
  pthread_sigmask(SIG_SETMASK, &previous, NULL);
  pthread_attr_destroy(&attributes);
  if (!started) free(start);
  return started;
}
