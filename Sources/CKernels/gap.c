#include "gap.h"

struct walk {
    size_t i, j;
    double at, area, sum, largest;
};

/* No branch depends on the data: which side comes next is as good as random, and a wrong guess costs more than a
   step. */
#define STEP(w, next)                                                   \
    do {                                                                \
        double to_ = (next);                                            \
        double gap_ = (double)(long)(w).i * scale_a - (double)(long)(w).j * scale_b; \
        double size_ = gap_ < 0 ? -gap_ : gap_;                         \
        double width_ = to_ - (w).at;                                   \
        double seen_ = width_ > 0 ? size_ : 0.0;                        \
        (w).sum += gap_ * width_;                                       \
        (w).area += size_ * width_;                                     \
        (w).largest = (w).largest > seen_ ? (w).largest : seen_;        \
        (w).at = to_;                                                   \
    } while (0)

#define ADVANCE(w)                                  \
    do {                                            \
        double p_ = a[(w).i], q_ = b[(w).j];        \
        STEP(w, p_ < q_ ? p_ : q_);                 \
        (w).i += p_ <= q_;                          \
        (w).j += q_ <= p_;                          \
    } while (0)

static void finish(
    struct walk *walk, const double *a, size_t end_a, double scale_a, const double *b, size_t end_b, double scale_b,
    double to)
{
    struct walk w = *walk;
    while (w.i < end_a && w.j < end_b) ADVANCE(w);
    for (; w.i < end_a; w.i++) STEP(w, a[w.i]);
    for (; w.j < end_b; w.j++) STEP(w, b[w.j]);
    STEP(w, to);
    *walk = w;
}

/* How many of b[from..end) are <= value. */
static size_t upper(const double *b, size_t from, size_t end, double value)
{
    while (from < end) {
        size_t middle = from + (end - from) / 2;
        if (b[middle] <= value) from = middle + 1;
        else end = middle;
    }
    return from;
}

struct steward_gap steward_gap_between(
    const double *a, size_t i, size_t end_a, double scale_a,
    const double *b, size_t j, size_t end_b, double scale_b, double from, double to)
{
    struct walk u = {i, j, from, 0, 0, 0};
    struct walk v = {end_a, end_b, to, 0, 0, 0};
    size_t half_a = end_a, half_b = end_b;
    double half = to;
    if (end_a - i > 64 && end_b - j > 64) {
        /* A step waits for the one before it, so two halves side by side take the time of one. */
        half = a[i + (end_a - i) / 2];
        half_a = upper(a, i, end_a, half);
        half_b = upper(b, j, end_b, half);
        v.i = half_a;
        v.j = half_b;
        v.at = half;
        size_t i1 = half_a, j1 = half_b;
        while (u.i < i1 && u.j < j1 && v.i < end_a && v.j < end_b) {
            ADVANCE(u);
            ADVANCE(v);
        }
    }
    finish(&u, a, half_a, scale_a, b, half_b, scale_b, half);
    finish(&v, a, end_a, scale_a, b, end_b, scale_b, to);
    return (struct steward_gap){
        u.area + v.area, u.sum + v.sum, u.largest > v.largest ? u.largest : v.largest};
}
