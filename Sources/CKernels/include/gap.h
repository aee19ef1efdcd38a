#ifndef STEWARD_GAP_H
#define STEWARD_GAP_H
#include <stddef.h>

/* What lies between two empirical distribution functions. */
struct steward_gap {
    double area;    /* integral of |F - G| */
    double sum;     /* integral of F - G */
    double largest; /* max |F - G| */
};

/* One pass over a[i..end_a) and b[j..end_b), both ascending, from the value `from` to the value `to`.
   F rises by scale_a per element of a and starts at i * scale_a; G likewise. */
struct steward_gap steward_gap_between(
    const double *a, size_t i, size_t end_a, double scale_a,
    const double *b, size_t j, size_t end_b, double scale_b, double from, double to);
#endif
