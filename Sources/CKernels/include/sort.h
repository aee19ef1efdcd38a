#ifndef STEWARD_SORT_H
#define STEWARD_SORT_H
#include <stddef.h>

/* Sorts finite doubles (and infinities) ascending: radix sort on the 33 highest bits in which they differ, then an
   insertion sort for what those bits leave open (or, where that is much, a radix sort on the bits below as well).
   -0.0 becomes 0.0, so equal numbers are equal bits. `scratch` holds `count` doubles, its content is lost. NaNs end up
   at the ends, by sign. */
void steward_sort_doubles(double *values, double *scratch, size_t count);

#endif
