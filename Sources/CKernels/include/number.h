#ifndef STEWARD_NUMBER_H
#define STEWARD_NUMBER_H
/* Numbers and points in time from text. Nothing here depends on the locale. */
#include <stddef.h>
#include <stdint.h>

enum {
    /* Written as an integer (no point, no exponent) that fits into 64 bits. */
    STEWARD_NUMBER_INTEGER = 1,
    /* Finite as written but too large for a double; the value is an infinity. */
    STEWARD_NUMBER_OUT_OF_RANGE = 2,
    /* Spelled nan; the value is NaN. */
    STEWARD_NUMBER_NAN = 4
};

/* The whole of text[0..<length] as a number: decimal with optional sign, point and exponent, or inf, infinity, nan in
 * any case; spaces and tabs around it are allowed. Correctly rounded (equal to strtod) for any length.
 * Returns 1 if it is one, else 0. Reads nothing outside the text. */
int steward_number_parse(const char *text, size_t length, double *value, unsigned *flags);

/* The whole of text[0..<length] as an ISO 8601 date or date-time: YYYY-MM-DD, then optionally T or a space and
 * HH:MM[:SS[.fraction]], then optionally Z, +HH, +HHMM or +HH:MM. Without a zone it is UTC. Spaces around are allowed.
 * Returns 1 and seconds since 1970-01-01T00:00:00Z if it is one, else 0. */
int steward_timestamp_parse(const char *text, size_t length, double *seconds);

#endif
