#define _GNU_SOURCE
#include "orphans.h"
#include "CSystem.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* When this process adopts orphans, whatever a child left behind becomes a child of this process.
 * It is told by the entry of the environment that its descendants keep, else by being nobody
 * else's. */

static pthread_mutex_t live_lock = PTHREAD_MUTEX_INITIALIZER;
static live_child *live; /* Children under way. */
static bool adopts;
static pid_t own_children[64]; /* Children from before, which are nobody's concern here. */
static size_t own_child_count;
static bool knows_own_children;

/* The state and the parent of a process; false when there is none of that number. */
static bool process_status(pid_t pid, char *state, pid_t *parent) {
  char path[64], text[512];
  snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
  int descriptor = open(path, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return false;
  ssize_t count = read(descriptor, text, sizeof text - 1);
  close(descriptor);
  if (count <= 0) return false;
  text[count] = 0;
  const char *end = strrchr(text, ')'); /* The name before it may hold anything. */
  int number = 0;
  if (end == NULL || sscanf(end + 1, " %c %d", state, &number) != 2) return false;
  *parent = (pid_t)number;
  return true;
}

/* Whether a process was started with `mark` in its environment. */
static bool carries(pid_t pid, const char *mark) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/environ", (int)pid);
  FILE *file = fopen(path, "re");
  if (file == NULL) return false;
  char *entry = NULL;
  size_t capacity = 0;
  bool found = false;
  while (!found && getdelim(&entry, &capacity, 0, file) >= 0) found = strcmp(entry, mark) == 0;
  free(entry);
  fclose(file);
  return found;
}

static bool is_own(pid_t pid) {
  for (const live_child *other = live; other != NULL; other = other->next) {
    if (other->pid == pid) return true;
  }
  for (size_t i = 0; i < own_child_count; i++) {
    if (own_children[i] == pid) return true;
  }
  return false;
}

static bool was_left_by(const live_child *ended, pid_t pid) {
  if (ended->mark != NULL && carries(pid, ended->mark)) return true;
  /* The first process of a container adopts strangers as well. */
  return live == ended && ended->next == NULL && knows_own_children && getpid() != 1;
}

/* Kills what a child whose leader has ended left behind; whether there was anything. */
static bool sweep(const live_child *ended) {
  DIR *directory = opendir("/proc");
  if (directory == NULL) return false;
  bool found = false;
  pthread_mutex_lock(&live_lock);
  struct dirent *entry;
  while ((entry = readdir(directory)) != NULL) {
    if (!isdigit((unsigned char)entry->d_name[0])) continue;
    pid_t pid = (pid_t)atoi(entry->d_name), parent = 0;
    char state = 0;
    if (!process_status(pid, &state, &parent) || parent != getpid() || is_own(pid)) continue;
    if (state == 'Z') {
      waitpid(pid, NULL, WNOHANG);
    } else if (was_left_by(ended, pid)) {
      kill(pid, SIGKILL);
      found = true;
    }
  }
  pthread_mutex_unlock(&live_lock);
  closedir(directory);
  return found;
}

/* Those that are killed leave their own children, so this looks until there are none. */
void orphans_end(const live_child *ended) {
  if (!adopts) return;
  for (int round = 0; round < 200 && sweep(ended); round++) {
    const struct timespec moment = {.tv_nsec = round < 10 ? 200000 : 2000000};
    nanosleep(&moment, NULL);
  }
}

void orphans_lock(void) { pthread_mutex_lock(&live_lock); }

void orphans_unlock(void) { pthread_mutex_unlock(&live_lock); }

void orphans_enter(live_child *child) {
  child->next = live;
  live = child;
}

void orphans_leave(live_child *child) {
  orphans_lock();
  for (live_child **link = &live; *link != NULL; link = &(*link)->next) {
    if (*link == child) {
      *link = child->next;
      break;
    }
  }
  orphans_unlock();
}

bool signalbox_processes_adopt(void) {
  if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) return false;
  pthread_mutex_lock(&live_lock);
  knows_own_children = true;
  DIR *directory = opendir("/proc");
  struct dirent *entry;
  while (directory != NULL && (entry = readdir(directory)) != NULL) {
    if (!isdigit((unsigned char)entry->d_name[0])) continue;
    pid_t pid = (pid_t)atoi(entry->d_name), parent = 0;
    char state = 0;
    if (!process_status(pid, &state, &parent) || parent != getpid() || is_own(pid)) continue;
    if (own_child_count == sizeof own_children / sizeof *own_children) {
      knows_own_children = false;
      break;
    }
    own_children[own_child_count++] = pid;
  }
  if (directory != NULL) closedir(directory);
  adopts = true;
  pthread_mutex_unlock(&live_lock);
  return true;
}
