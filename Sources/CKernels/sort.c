#include "sort.h"

#include <stdint.h>
#include <string.h>

/* Unsigned order of the keys is the numeric order of the doubles: negative numbers have all bits flipped,
   the others only the sign. Adding 0.0 turns -0.0 into 0.0. */
static inline uint64_t key_of(double value) {
    double normal = value + 0.0;
    uint64_t bits;
    memcpy(&bits, &normal, sizeof bits);
    uint64_t mask = (uint64_t)((int64_t)bits >> 63) | 0x8000000000000000ull;
    return bits ^ mask;
}

static inline double value_of(uint64_t key) {
    uint64_t mask = ((key >> 63) - 1) | 0x8000000000000000ull;
    uint64_t bits = key ^ mask;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline uint64_t load(const double *at) {
    uint64_t key;
    memcpy(&key, at, sizeof key);
    return key;
}

static inline void store(double *at, uint64_t key) { memcpy(at, &key, sizeof key); }

void steward_sort_doubles(double *values, double *scratch, size_t count) {
    static const int digits = 8;
    size_t histogram[8][256];
    memset(histogram, 0, sizeof histogram);

    /* Keys replace the values while counting; a sample that is already in order is done after this one pass. */
    uint64_t previous = 0;
    int ordered = 1;
    for (size_t i = 0; i < count; i++) {
        uint64_t key = key_of(values[i]);
        store(values + i, key);
        ordered &= previous <= key;
        previous = key;
        for (int digit = 0; digit < digits; digit++) histogram[digit][(key >> (8 * digit)) & 255]++;
    }

    double *from = values, *to = scratch;
    if (!ordered) {
        for (int digit = 0; digit < digits; digit++) {
            size_t *counts = histogram[digit];
            int shift = 8 * digit;
            if (counts[(load(from) >> shift) & 255] == count) continue;
            size_t offset[256], total = 0;
            for (int bucket = 0; bucket < 256; bucket++) {
                offset[bucket] = total;
                total += counts[bucket];
            }
            for (size_t i = 0; i < count; i++) {
                uint64_t key = load(from + i);
                store(to + offset[(key >> shift) & 255]++, key);
            }
            double *swap = from;
            from = to;
            to = swap;
        }
    }
    for (size_t i = 0; i < count; i++) values[i] = value_of(load(from + i));
}
