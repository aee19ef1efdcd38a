#include "lattice.h"

static int64_t floor_divide(int64_t a, int64_t b) {
    int64_t quotient = a / b;
    return quotient - (a % b != 0 && (a < 0) != (b < 0));
}

/* out[i] = ((x - i) * in[i + 1] + (y + i) * in[i]) * scale: 32-bit counters, whose conversion to double vectorises. */
static void mix(const double *restrict in, double *restrict out, int32_t x, int32_t y, int32_t count, double scale) {
    for (int32_t i = 0; i < count; i++) out[i] = ((double)(x - i) * in[i + 1] + (double)(y + i) * in[i]) * scale;
}

/* Goes by diagonals x + y = s, so that the inner loop has no dependency from cell to cell.
   share(x, y) is the share of paths to (x, y) that have touched the boundary: 1 outside, and inside
   share(x, y) = x / s * share(x - 1, y) + y / s * share(x, y - 1), a mean of non-negative numbers (no cancellation).
   Inside on a diagonal is a range of y: rise * (s - y) - run * y < h and, two-sided, > -h. */
double steward_lattice_outside(int64_t m, int64_t n, int64_t run, int64_t rise, int64_t h, int one_sided, double *row,
                               double *next) {
    const int64_t both = run + rise;
    /* row[y + 1] is the share at (s - y, y); row[0] stands for y = -1. The entries next to the band are kept at 1. */
    row[0] = 1.0;
    row[1] = 0.0;
    row[2] = 1.0;
    for (int64_t s = 1; s <= m + n; s++) {
        /* y > (rise s - h) / both, and y < (rise s + h) / both. */
        int64_t first = floor_divide(rise * s - h, both) + 1;
        int64_t last = one_sided ? n : floor_divide(rise * s + h - 1, both);
        if (first < s - m) first = s - m;
        if (first < 0) first = 0;
        if (last > n) last = n;
        if (last > s) last = s;
        if (first > last) return 1.0;
        mix(row + first, next + first + 1, (int32_t)(s - first), (int32_t)first, (int32_t)(last - first + 1),
            1.0 / (double)s);
        /* Only the cells beside the band are read by the following diagonal: the band moves by at most one. */
        next[first] = 1.0;
        if (last < n) next[last + 2] = 1.0;
        double *swap = row;
        row = next;
        next = swap;
    }
    double share = row[n + 1];
    return share < 1.0 ? share : 1.0;
}
