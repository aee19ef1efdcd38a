#ifndef STEWARD_SORT_H
#define STEWARD_SORT_H
#include <stddef.h>

/* Sorts finite doubles (and infinities) ascending: least significant digit radix sort on 8-bit digits that passes over
   digits all keys share. -0.0 becomes 0.0, so equal numbers are equal bits. `scratch` holds `count` doubles, its content
   is lost. NaNs end up at the ends, by sign. */
void steward_sort_doubles(double *values, double *scratch, size_t count);

#endif
