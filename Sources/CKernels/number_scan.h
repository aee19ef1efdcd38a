/* The hot part of number parsing, inlined into the CSV parser. Private to this target. */
#ifndef STEWARD_NUMBER_SCAN_H
#define STEWARD_NUMBER_SCAN_H
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "include/number.h"

/* How many bytes behind a text scan_number may read; they must exist and not continue the number. */
enum { NUMBER_PADDING = 16 };

/* w * 10^q for w != 0, correctly rounded. Returns 0 in the rare case that it cannot decide. */
int number_from_decimal(uint64_t w, int64_t q, double *value);

/* The general case: any number of digits. `text` is the number without its sign. */
double number_from_text(const uint8_t *text, const uint8_t *end, unsigned *flags);

static inline uint64_t load_word(const uint8_t *p) {
    uint64_t word;
    memcpy(&word, p, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

/* The value of eight decimal digits, one per byte (0-9), the first in the lowest byte. */
static inline uint64_t eight_digits(uint64_t v) {
    v = v * 10 + (v >> 8);
    return (((v & 0x000000FF000000FF) * 0x000F424000000064) + (((v >> 16) & 0x000000FF000000FF) * 0x0000271000000001))
           >> 32;
}

/* Appends the run of digits at p to w (modulo 2^64) and returns its end. */
static inline const uint8_t *scan_digits(const uint8_t *p, uint64_t *w) {
    static const uint32_t power[8] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000};
    for (;;) {
        uint64_t v = load_word(p) ^ 0x3030303030303030;
        /* The top bit of each byte that is not a digit. */
        uint64_t other = (((v & 0x7F7F7F7F7F7F7F7F) + 0x7676767676767676) | v) & 0x8080808080808080;
        if (other == 0) {
            *w = *w * 100000000 + eight_digits(v);
            p += 8;
            continue;
        }
        unsigned count = (unsigned)__builtin_ctzll(other) >> 3;
        if (count == 0) return p;
        *w = *w * power[count] + eight_digits(v << (64 - 8 * count));
        return p + count;
    }
}

/* The longest number at p (no spaces, no words). Returns its end, or NULL if there is none. */
static inline const uint8_t *scan_number(const uint8_t *p, double *value, unsigned *flags) {
    static const double power[23] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                     1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    int negative = *p == '-';
    p += negative | (*p == '+');
    const uint8_t *start = p;
    uint64_t w = 0;
    int64_t exponent = 0;
    unsigned found = STEWARD_NUMBER_INTEGER;
    p = scan_digits(p, &w);
    size_t digits = (size_t)(p - start);
    if (*p == '.') {
        const uint8_t *fraction = p + 1;
        p = scan_digits(fraction, &w);
        exponent = fraction - p;
        digits += (size_t)(p - fraction);
        found = 0;
    }
    if (digits == 0) return NULL;
    if ((*p | 0x20) == 'e') {
        const uint8_t *q = p + 1;
        int down = *q == '-';
        q += down | (*q == '+');
        if ((uint8_t)(*q - '0') > 9) return NULL;
        int64_t written = 0;
        for (; (uint8_t)(*q - '0') <= 9; q++) {
            if (written < 100000000) written = written * 10 + (*q - '0');
        }
        exponent += down ? -written : written;
        found = 0;
        p = q;
    }
    double result;
    if (__builtin_expect(digits <= 19, 1)) {
        if (w <= (UINT64_C(1) << 53) && (uint64_t)(exponent + 22) <= 44) {
            result = (double)w;
            if (exponent < 0) result /= power[-exponent];
            else result *= power[exponent];
        } else if (w == 0) {
            result = 0;
        } else if (!number_from_decimal(w, exponent, &result)) {
            result = number_from_text(start, p, &found);
        } else if (__builtin_expect(result > 1.7976931348623157e308, 0)) {
            found |= STEWARD_NUMBER_OUT_OF_RANGE;
        }
        if (w > (uint64_t)INT64_MAX) found &= ~(unsigned)STEWARD_NUMBER_INTEGER;
    } else {
        result = number_from_text(start, p, &found);
        found &= ~(unsigned)STEWARD_NUMBER_INTEGER;
    }
    /* Without a branch: signs are hard to predict. */
    uint64_t bits;
    memcpy(&bits, &result, sizeof bits);
    bits ^= (uint64_t)negative << 63;
    memcpy(value, &bits, sizeof bits);
    *flags = found;
    return p;
}

#endif
