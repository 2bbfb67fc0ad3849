#ifndef SIGNALBOX_ORPHANS_H
#define SIGNALBOX_ORPHANS_H
#include <sys/types.h>

/* What children leave behind: processes that left their group and outlive their leader. */

/* A child under way. */
typedef struct live_child {
  pid_t pid;
  /* An entry of the environment that it was started with, which its descendants keep; or NULL. */
  const char *mark;
  struct live_child *next;
} live_child;

/* While held, no process is taken for one that was left behind. */
void orphans_lock(void);
void orphans_unlock(void);
/* Under the lock: a child has started. */
void orphans_enter(live_child *child);
/* A child was reaped. */
void orphans_leave(live_child *child);
/* Kills what a child left behind that has ended and is not reaped; nothing unless this process
 * adopts orphans. */
void orphans_end(const live_child *child);

#endif
