#define _GNU_SOURCE
#include "include/number.h"

#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#ifdef __APPLE__
#include <xlocale.h>
#endif

#include "number_scan.h"
#include "powers_of_five.h"

/* The algorithm of Eisel and Lemire ("Number parsing at a gigabyte per second", 2021): the 128-bit product of w and a
 * truncated power of five decides the rounding, but for cases that are told apart here. */
int number_from_decimal(uint64_t w, int64_t q, double *value) {
    if (q < -342) {
        *value = 0;
        return 1;
    }
    if (q > 308) {
        *value = INFINITY;
        return 1;
    }
    int shift = __builtin_clzll(w);
    w <<= shift;
    const uint64_t *power = &powers_of_five[2 * (q + 342)];
    unsigned __int128 product = (unsigned __int128)w * power[0];
    uint64_t high = (uint64_t)(product >> 64), low = (uint64_t)product;
    if ((high & 0x1FF) == 0x1FF) {
        /* The bits that decide the rounding may still change: take the low word of the power into account. */
        uint64_t carry = (uint64_t)(((unsigned __int128)w * power[1]) >> 64);
        low += carry;
        high += low < carry;
        if (low == UINT64_MAX && (q < -27 || q > 55)) return 0;
    }
    int top = (int)(high >> 63);
    uint64_t mantissa = high >> (top + 9);
    int64_t exponent = ((217706 * q) >> 16) + 63 + top - shift + 1023;
    if (exponent <= 0) {
        if (exponent <= -63) {
            *value = 0;
            return 1;
        }
        mantissa >>= 1 - exponent;
        mantissa = (mantissa + (mantissa & 1)) >> 1;
        exponent = mantissa >> 52;
    } else {
        /* Exactly halfway between two doubles: only possible for small powers; round to even. */
        if (low <= 1 && q >= -4 && q <= 23 && (mantissa & 3) == 1 && mantissa << (top + 9) == high) {
            mantissa &= ~UINT64_C(1);
        }
        mantissa = (mantissa + (mantissa & 1)) >> 1;
        if (mantissa >> 53) {
            mantissa >>= 1;
            exponent++;
        }
        if (exponent >= 0x7FF) {
            *value = INFINITY;
            return 1;
        }
    }
    uint64_t bits = (mantissa & ((UINT64_C(1) << 52) - 1)) | (uint64_t)exponent << 52;
    memcpy(value, &bits, sizeof bits);
    return 1;
}

static locale_t plain_locale;
static pthread_once_t plain_locale_once = PTHREAD_ONCE_INIT;
static void make_plain_locale(void) { plain_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0); }

/* More digits than this never decide the rounding of a double (767 do), so a nonzero digit behind them is as good as a
 * one. */
enum { SIGNIFICANT_DIGITS = 800 };

double number_from_text(const uint8_t *text, const uint8_t *end, unsigned *flags) {
    char digits[SIGNIFICANT_DIGITS + 40];
    size_t count = 0;
    int64_t exponent = 0;
    int after_point = 0, more = 0;
    const uint8_t *p = text;
    for (; p < end && (*p | 0x20) != 'e'; p++) {
        if (*p == '.') {
            after_point = 1;
            continue;
        }
        exponent -= after_point;
        if (count == 0 && *p == '0') continue;
        if (count < SIGNIFICANT_DIGITS) {
            digits[count++] = (char)*p;
        } else {
            exponent += 1;
            more |= *p != '0';
        }
    }
    if (p < end) {
        int64_t written = 0;
        p++;
        int down = *p == '-';
        p += down | (*p == '+');
        for (; p < end; p++) {
            if (written < 100000000) written = written * 10 + (*p - '0');
        }
        exponent += down ? -written : written;
    }
    if (count == 0) return 0;
    /* The first 19 digits often decide: if they and their successor round alike, so does everything between. */
    if (count >= 19) {
        uint64_t w = 0;
        for (size_t i = 0; i < 19; i++) w = w * 10 + (uint64_t)(digits[i] - '0');
        double below, above;
        int64_t q = exponent + (int64_t)count - 19;
        if (number_from_decimal(w, q, &below) && number_from_decimal(w + 1, q, &above) && below == above) {
            if (isinf(below)) *flags |= STEWARD_NUMBER_OUT_OF_RANGE;
            return below;
        }
    }
    if (more) {
        digits[count++] = '1';
        exponent -= 1;
    }
    snprintf(digits + count, sizeof digits - count, "e%lld", (long long)exponent);
    pthread_once(&plain_locale_once, make_plain_locale);
    double value = strtod_l(digits, NULL, plain_locale);
    if (isinf(value)) *flags |= STEWARD_NUMBER_OUT_OF_RANGE;
    return value;
}

static int is_word(const uint8_t *text, size_t length, const char *word) {
    for (size_t i = 0; i < length; i++) {
        if ((text[i] | 0x20) != (uint8_t)word[i]) return 0;
    }
    return word[length] == 0;
}

static int is_space(uint8_t byte) { return byte == ' ' || byte == '\t'; }

int steward_number_parse(const char *text, size_t length, double *value, unsigned *flags) {
    const uint8_t *p = (const uint8_t *)text;
    while (length > 0 && is_space(*p)) p++, length--;
    while (length > 0 && is_space(p[length - 1])) length--;
    if (length == 0) return 0;
    int is_signed = *p == '-' || *p == '+';
    if (length - (size_t)is_signed <= 8) {
        const uint8_t *word = p + is_signed;
        size_t size = length - (size_t)is_signed;
        if ((size == 3 && is_word(word, 3, "inf")) || (size == 8 && is_word(word, 8, "infinity"))) {
            *value = *p == '-' ? -INFINITY : INFINITY;
            *flags = 0;
            return 1;
        }
        if (size == 3 && is_word(word, 3, "nan")) {
            *value = NAN;
            *flags = STEWARD_NUMBER_NAN;
            return 1;
        }
    }
    uint8_t small[256 + NUMBER_PADDING];
    uint8_t *copy = length <= 256 ? small : malloc(length + NUMBER_PADDING);
    if (copy == NULL) return 0;
    memcpy(copy, p, length);
    memset(copy + length, 0, NUMBER_PADDING);
    const uint8_t *end = scan_number(copy, value, flags);
    int whole = end == copy + length;
    if (copy != small) free(copy);
    return whole;
}
