#ifndef STEWARD_LATTICE_H
#define STEWARD_LATTICE_H
#include <stdint.h>

/* The share of the lattice paths from (0, 0) to (m, n), all equally likely, that touch
       rise * x - run * y >= h     (one_sided != 0)
   or  |rise * x - run * y| >= h   (one_sided == 0),
   with run = m / gcd(m, n) and rise = n / gcd(m, n), h >= 1; 1 <= m, n and m + n < 2^31.
   `row` and `next` hold n + 2 doubles each. */
double steward_lattice_outside(int64_t m, int64_t n, int64_t run, int64_t rise, int64_t h, int one_sided, double *row,
                               double *next);

#endif
