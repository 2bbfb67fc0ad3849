#ifndef TABLE_FLOOR_H
#define TABLE_FLOOR_H
#include <stdint.h>

/* A five-state machine as a dense table in C: what a step costs at least on this machine. */
typedef struct {
  int16_t next[5][7];
  int16_t guard_below[5][7];
  int16_t guard_above[5][7];
  int32_t score;
  int32_t state;
  int64_t steps;
} TableFloor;

void table_floor_init(TableFloor *floor);

/* Takes `count` events of the lap; returns the state. */
int32_t table_floor_run(TableFloor *floor, int32_t count);
#endif
