#include "merge.h"

/* Which sample the next value comes from is a coin toss for a branch predictor: the loops advance by arithmetic. */

void steward_gap_extremes(const double *x, int64_t n, const double *y, int64_t m, int64_t *highest, int64_t *lowest) {
    int64_t i = 0, j = 0, gap = 0, high = 0, low = 0;
    while (i < n && j < m) {
        double a = x[i], b = y[j];
        double value = a < b ? a : b;
        int64_t step_x = a <= b, step_y = b <= a;
        i += step_x;
        j += step_y;
        gap += (-step_x & m) - (-step_y & n);
        /* The gap counts once a run of equal values is over. */
        double next_x = x[i < n ? i : n - 1], next_y = y[j < m ? j : m - 1];
        double next = next_x < next_y ? next_x : next_y;
        int over = next > value;
        high = over && gap > high ? gap : high;
        low = over && gap < low ? gap : low;
    }
    /* One sample is used up: finish its last value; from there on the gap only shrinks towards 0. */
    if (i == n)
        while (j < m && y[j] == x[n - 1]) j++;
    else
        while (i < n && x[i] == y[m - 1]) i++;
    gap = i * m - j * n;
    *highest = gap > high ? gap : high;
    *lowest = gap < low ? gap : low;
}

/* Partial sums over short stretches keep the rounding error of a long sum small. */
enum { stretch = 4096 };

#define GAP_INTEGRAL(name, height)                                                                            \
    double name(const double *x, int64_t n, const double *y, int64_t m) {                                     \
        int64_t i = 0, j = 0;                                                                                 \
        double gap = 0, step_up = (double)m, step_down = (double)n, total = 0;                                \
        double previous = x[0] < y[0] ? x[0] : y[0];                                                          \
        while (i < n && j < m) {                                                                              \
            double partial = 0;                                                                               \
            int64_t left = n - i < m - j ? n - i : m - j;                                                     \
            if (left > stretch) left = stretch;                                                               \
            for (; left > 0; left--) {                                                                        \
                double a = x[i], b = y[j];                                                                    \
                int is_x = a <= b;                                                                            \
                double value = is_x ? a : b;                                                                  \
                partial += (height) * (value - previous);                                                     \
                previous = value;                                                                             \
                i += is_x;                                                                                    \
                j += 1 - is_x;                                                                                \
                gap += is_x ? step_up : -step_down;                                                           \
            }                                                                                                 \
            total += partial;                                                                                 \
        }                                                                                                     \
        const double *rest = i < n ? x + i : y + j;                                                           \
        int64_t count = i < n ? n - i : m - j;                                                                \
        double step = i < n ? step_up : -step_down;                                                           \
        while (count > 0) {                                                                                   \
            double partial = 0;                                                                               \
            int64_t left = count < stretch ? count : stretch;                                                 \
            count -= left;                                                                                    \
            for (; left > 0; left--, rest++) {                                                                \
                partial += (height) * (*rest - previous);                                                     \
                previous = *rest;                                                                             \
                gap += step;                                                                                  \
            }                                                                                                 \
            total += partial;                                                                                 \
        }                                                                                                     \
        return total;                                                                                         \
    }

/* Gaps are whole numbers below 2^53 for up to 94 million rows a side, so adding them up as doubles is exact. */
GAP_INTEGRAL(steward_gap_integral, __builtin_fabs(gap))
GAP_INTEGRAL(steward_gap_square_integral, gap *gap)
