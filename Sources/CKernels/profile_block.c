#include "profile_block.h"
#include <string.h>

typedef uint64_t __attribute__((may_alias)) word;

/* The order of doubles as that of unsigned integers: negative numbers are inverted, others get their sign bit set. */
static inline uint64_t to_key(uint64_t bits) { return bits ^ ((uint64_t)((int64_t)bits >> 63) | 0x8000000000000000u); }
static inline uint64_t from_key(uint64_t key)
{
    return key ^ (((key >> 63) - 1) | 0x8000000000000000u);
}

static void insertion_sort(double *values, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        double value = values[i];
        size_t j = i;
        while (j > 0 && values[j - 1] > value) {
            values[j] = values[j - 1];
            j--;
        }
        values[j] = value;
    }
}

void steward_sort_block(double *values, double *scratch, size_t count)
{
    if (count < 48) {
        insertion_sort(values, count);
        return;
    }
    uint32_t histogram[8][256];
    memset(histogram, 0, sizeof histogram);
    word *from = (word *)values;
    word *to = (word *)scratch;
    for (size_t i = 0; i < count; i++) {
        uint64_t key = to_key(from[i]);
        from[i] = key;
        for (int byte = 0; byte < 8; byte++) histogram[byte][(key >> (8 * byte)) & 255]++;
    }
    uint64_t first = from[0];
    for (int byte = 0; byte < 8; byte++) {
        uint32_t *counts = histogram[byte];
        int shift = 8 * byte;
        if (counts[(first >> shift) & 255] == count) continue;
        uint32_t offset = 0;
        for (int value = 0; value < 256; value++) {
            uint32_t here = counts[value];
            counts[value] = offset;
            offset += here;
        }
        for (size_t i = 0; i < count; i++) {
            uint64_t key = from[i];
            to[counts[(key >> shift) & 255]++] = key;
        }
        word *swap = from;
        from = to;
        to = swap;
    }
    word *out = (word *)values;
    for (size_t i = 0; i < count; i++) out[i] = from_key(from[i]);
}

/* The finaliser of MurmurHash3 (public domain) after an offset that keeps zero from hashing to zero. */
static inline uint64_t mix(uint64_t x)
{
    x += 0x9E3779B97F4A7C15u;
    x ^= x >> 33;
    x *= 0xFF51AFD7ED558CCDu;
    x ^= x >> 33;
    x *= 0xC4CEB9FE1A85EC53u;
    x ^= x >> 33;
    return x;
}

void steward_hll_block(const double *values, size_t count, uint8_t *registers)
{
    const word *bits = (const word *)values;
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && bits[i] == bits[i - 1]) continue;
        uint64_t hash = mix(bits[i]);
        uint8_t rank = (uint8_t)(__builtin_clzll((hash << 12) | 0x800u) + 1);
        uint8_t *place = registers + (hash >> 52);
        if (rank > *place) *place = rank;
    }
}

size_t steward_count_fractional(const double *values, size_t count)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++) found += __builtin_trunc(values[i]) != values[i];
    return found;
}

void steward_merge_ascending(const double *a, size_t a_count, const double *b, size_t b_count, double *out)
{
    size_t i = 0, j = 0;
    while (i < a_count && j < b_count) {
        double x = a[i], y = b[j];
        int second = y < x;
        *out++ = second ? y : x;
        j += (size_t)second;
        i += (size_t)!second;
    }
    if (i < a_count) memcpy(out, a + i, (a_count - i) * sizeof *a);
    if (j < b_count) memcpy(out, b + j, (b_count - j) * sizeof *b);
}
