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

enum { digit_bits = 11, buckets = 1 << digit_bits, digits_at_once = 3, bits_at_once = digit_bits * digits_at_once };

/* The two arrays the keys move between. */
struct places {
    double *from, *to;
};

/* A stable sort by the 33 bits from `low` up: three digits, counted in one pass. A digit that all keys share moves
   nothing. */
static void sort_by_bits(struct places *at, size_t count, int low) {
    size_t counts[digits_at_once][buckets];
    memset(counts, 0, sizeof counts);
    for (size_t i = 0; i < count; i++) {
        uint64_t key = load(at->from + i) >> low;
        for (int digit = 0; digit < digits_at_once; digit++)
            counts[digit][(key >> (digit_bits * digit)) & (buckets - 1)]++;
    }
    for (int digit = 0; digit < digits_at_once; digit++) {
        int shift = low + digit_bits * digit;
        if (shift > 63) break;
        size_t *offset = counts[digit];
        if (offset[(load(at->from) >> shift) & (buckets - 1)] == count) continue;
        size_t total = 0;
        for (int bucket = 0; bucket < buckets; bucket++) {
            size_t size = offset[bucket];
            offset[bucket] = total;
            total += size;
        }
        for (size_t i = 0; i < count; i++) {
            uint64_t key = load(at->from + i);
            store(at->to + offset[(key >> shift) & (buckets - 1)]++, key);
        }
        double *swap = at->from;
        at->from = at->to;
        at->to = swap;
    }
}

/* Insertion sort for keys that are nearly in order; gives up (0) after `count` moves. */
static int finish(double *keys, size_t count) {
    size_t moves = 0;
    for (size_t i = 1; i < count; i++) {
        uint64_t key = load(keys + i);
        if (load(keys + i - 1) <= key) continue;
        size_t place = i;
        do {
            store(keys + place, load(keys + place - 1));
            place--;
            if (++moves > count) {
                store(keys + place, key);
                return 0;
            }
        } while (place > 0 && load(keys + place - 1) > key);
        store(keys + place, key);
    }
    return 1;
}

void steward_sort_doubles(double *values, double *scratch, size_t count) {
    if (count == 0) return;
    /* Keys replace the values; a sample that is already in order is done after this one pass. */
    uint64_t first = key_of(values[0]), previous = 0, differing = 0;
    int ordered = 1;
    for (size_t i = 0; i < count; i++) {
        uint64_t key = key_of(values[i]);
        store(values + i, key);
        ordered &= previous <= key;
        differing |= key ^ first;
        previous = key;
    }
    struct places at = {values, scratch};
    if (!ordered) {
        /* The 33 highest bits in which keys differ put almost everything in its place; few measurements agree in all of
           them without being equal. Where many do, the bits below are sorted first after all. */
        int highest = 63 - __builtin_clzll(differing);
        int low = highest + 1 - bits_at_once;
        if (low < 0) low = 0;
        sort_by_bits(&at, count, low);
        if (low > 0 && !finish(at.from, count)) {
            for (int bit = 0; bit < low; bit += bits_at_once) sort_by_bits(&at, count, bit);
            sort_by_bits(&at, count, low);
        }
    }
    for (size_t i = 0; i < count; i++) values[i] = value_of(load(at.from + i));
}
