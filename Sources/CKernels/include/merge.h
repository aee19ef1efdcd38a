#ifndef STEWARD_MERGE_H
#define STEWARD_MERGE_H
#include <stddef.h>
#include <stdint.h>

/* Merges of two ascending samples x (n >= 1 values) and y (m >= 1 values), without NaNs.
   The gap at a value v is n m (F_x(v) - F_y(v)), F the share of values at or below v: a whole number. n m < 2^63. */

/* The greatest and the least gap. */
void steward_gap_extremes(const double *x, int64_t n, const double *y, int64_t m, int64_t *highest, int64_t *lowest);

/* The integral of |gap| over all values. */
double steward_gap_integral(const double *x, int64_t n, const double *y, int64_t m);

/* The integral of the squared gap over all values. */
double steward_gap_square_integral(const double *x, int64_t n, const double *y, int64_t m);

#endif
