#ifndef TABLE_FLOOR_H
#define TABLE_FLOOR_H
#include <stdint.h>

/* A five-state machine as a dense table in C: what a step costs at least on this machine.
   Takes `count` events of the lap with a score of `score`; returns the steps taken. */
int64_t table_floor_run(int32_t count, int32_t score);

/* Bytes that are allocated now, by the allocator's own counters. */
int64_t table_floor_allocated(void);

/* Gives memory back to the system that the allocator keeps for later. */
void table_floor_trim(void);
#endif
