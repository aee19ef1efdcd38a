#include <string.h>

#include "include/number.h"

/* Exactly `count` digits at p, or -1. */
static int fixed(const char *p, const char *end, int count) {
    if (end - p < count) return -1;
    int value = 0;
    for (int i = 0; i < count; i++) {
        unsigned digit = (unsigned)(p[i] - '0');
        if (digit > 9) return -1;
        value = value * 10 + (int)digit;
    }
    return value;
}

/* Days from 1970-01-01 in the proleptic Gregorian calendar, counting years from March so that a leap day is last. */
static int64_t days_from_civil(int year, int month, int day) {
    int64_t y = month > 2 ? year : year - 1;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

static int days_in_month(int year, int month) {
    static const uint8_t days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

/* A zone at p that reaches to the end: 1 and its offset in seconds, else 0. */
static int parse_zone(const char *p, const char *end, int64_t *offset) {
    if (end - p == 1 && (*p == 'Z' || *p == 'z')) {
        *offset = 0;
        return 1;
    }
    if (p >= end || (*p != '+' && *p != '-')) return 0;
    int hours = fixed(p + 1, end, 2), minutes = 0;
    if (end - p == 5) minutes = fixed(p + 3, end, 2);
    else if (end - p == 6 && p[3] == ':') minutes = fixed(p + 4, end, 2);
    else if (end - p != 3) return 0;
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return 0;
    *offset = (hours * 60 + minutes) * 60 * (*p == '-' ? -1 : 1);
    return 1;
}

int steward_timestamp_parse(const char *text, size_t length, double *seconds) {
    const char *p = text, *end = text + length;
    while (p < end && *p == ' ') p++;
    while (p < end && end[-1] == ' ') end--;
    if (end - p < 10 || p[4] != '-' || p[7] != '-') return 0;
    int year = fixed(p, end, 4), month = fixed(p + 5, end, 2), day = fixed(p + 8, end, 2);
    if (year < 0 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month)) return 0;
    int64_t whole = days_from_civil(year, month, day) * 86400;
    double fraction = 0;
    p += 10;
    if (p < end) {
        if (*p != 'T' && *p != 't' && *p != ' ') return 0;
        int hour = fixed(p + 1, end, 2), minute, second = 0;
        if (hour < 0 || hour > 23 || end - p < 6 || p[3] != ':') return 0;
        minute = fixed(p + 4, end, 2);
        if (minute < 0 || minute > 59) return 0;
        p += 6;
        if (p < end && *p == ':') {
            /* 60 is a leap second; it counts as the first second of the next minute. */
            second = fixed(p + 1, end, 2);
            if (second < 0 || second > 60) return 0;
            p += 3;
            if (p < end && (*p == '.' || *p == ',')) {
                int64_t digits = 0, unit = 1;
                const char *first = ++p;
                for (; p < end && (unsigned)(*p - '0') <= 9; p++) {
                    if (unit < INT64_C(1000000000000)) digits = digits * 10 + (*p - '0'), unit *= 10;
                }
                if (p == first) return 0;
                fraction = (double)digits / (double)unit;
            }
        }
        whole += hour * 3600 + minute * 60 + second;
        int64_t offset = 0;
        if (p < end) {
            if (!parse_zone(p, end, &offset)) return 0;
        }
        whole -= offset;
    }
    *seconds = (double)whole + fraction;
    return 1;
}
