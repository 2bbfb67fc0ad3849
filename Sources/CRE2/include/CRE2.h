#ifndef SIGNALBOX_CRE2_H
#define SIGNALBOX_CRE2_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A compiled RE2 program; opaque to Swift.
typedef struct signalbox_re2 signalbox_re2;

/// Compiles `pattern`; returns NULL and writes a message of at most `error_capacity` bytes
/// (NUL-terminated) when the pattern is invalid or needs more than `memory_bytes`.
signalbox_re2 *signalbox_re2_compile(const char *pattern, size_t length, int64_t memory_bytes,
                                     char *error, size_t error_capacity);
void signalbox_re2_free(signalbox_re2 *program);
/// Whether the program matches anywhere in `text`, or all of it when `anchored`.
bool signalbox_re2_matches(const signalbox_re2 *program, const char *text, size_t length,
                           bool anchored);
/// Number of capturing groups.
int signalbox_re2_groups(const signalbox_re2 *program);
/// Instructions of the program.
int signalbox_re2_size(const signalbox_re2 *program);
/// Finds the first match at or after `start`; writes 2 * (groups + 1) offsets, -1 for a group
/// that took no part. `offsets` holds room for `group_capacity` pairs.
bool signalbox_re2_find(const signalbox_re2 *program, const char *text, size_t length,
                        size_t start, int64_t *offsets, int group_capacity);

#ifdef __cplusplus
}
#endif
#endif
