#include "table_floor.h"
#include <string.h>

static const int lap[7] = {0, 1, 2, 3, 1, 4, 5};

void table_floor_init(TableFloor *floor) {
  memset(floor, -1, sizeof *floor);
  memset(floor->guard_above, 0x80, sizeof floor->guard_above);
  memset(floor->guard_below, 0x7f, sizeof floor->guard_below);
  floor->next[0][0] = 1;
  floor->next[1][1] = 2;
  floor->next[2][2] = 3;
  floor->next[3][3] = 1;
  floor->next[2][4] = 4;
  floor->next[4][5] = 0;
  floor->guard_below[1][1] = 70;
  floor->guard_above[2][2] = 10;
  floor->guard_below[2][4] = 61;
  floor->guard_above[0][0] = -1;
  floor->score = 40;
  floor->state = 0;
  floor->steps = 0;
}

int32_t table_floor_run(TableFloor *floor, int32_t count) {
  int position = 0;
  for (int32_t i = 0; i < count; i++) {
    int event = lap[position];
    position = position == 6 ? 0 : position + 1;
    int16_t next = floor->next[floor->state][event];
    if (next >= 0 && floor->score < floor->guard_below[floor->state][event] &&
        floor->score > floor->guard_above[floor->state][event]) {
      floor->state = next;
      floor->steps++;
    }
  }
  return floor->state;
}
