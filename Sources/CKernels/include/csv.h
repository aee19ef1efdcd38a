#ifndef STEWARD_CSV_H
#define STEWARD_CSV_H
/* The inner loops of the CSV reader: one block of whole records into typed columns. */
#include <stddef.h>
#include <stdint.h>

#include "dictionary.h"

/* A block must be followed by this many readable bytes. */
enum { STEWARD_CSV_PADDING = 64 };

/* What a column is read as. */
enum { STEWARD_CSV_SKIP, STEWARD_CSV_NUMBER, STEWARD_CSV_TIME, STEWARD_CSV_STRING };

/* How a block ended. */
enum {
    STEWARD_CSV_OK,
    STEWARD_CSV_RAGGED,         /* a record with another number of fields */
    STEWARD_CSV_UNCLOSED,       /* a quote that never closes */
    STEWARD_CSV_AFTER_QUOTE,    /* text behind a closing quote */
    STEWARD_CSV_INVALID_UTF8, /* anywhere in the block, in whatever column */
    STEWARD_CSV_NUL,
    STEWARD_CSV_LONG_FIELD,
    STEWARD_CSV_NO_MEMORY
};

#define STEWARD_CSV_NONE SIZE_MAX

typedef struct {
    int mode;
    int active; /* the mode, or SKIP after a conflict */
    /* Results. Offsets are those of fields in the block. */
    size_t values;          /* numbers or times (no nan) or strings; only of a block that ended well */
    size_t nans;            /* fields spelled nan in a number column */
    size_t missing;         /* empty fields and other spellings of a missing value */
    int integers;           /* every value is written as an integer */
    size_t conflict;        /* the first field that is no number or time; the rest of the block was not read */
    size_t conflict_length;
    size_t range;           /* the first number that no double can hold */
    size_t range_length;
    double *numbers;        /* one for each row */
    int32_t *codes;         /* one for each row, -1 missing */
    steward_dictionary dictionary;
} steward_csv_column;

typedef struct {
    /* Set by the caller. */
    uint8_t delimiter;
    size_t maximum_field;
    /* Further spellings of a missing value; whether some of them may be numbers or times. */
    const steward_dictionary *missing;
    int missing_values;
    steward_csv_column *columns;
    size_t column_count;
    /* Owned by the parser. */
    size_t capacity; /* rows */
    uint8_t *scratch;
    size_t scratch_room;
    /* Results. */
    size_t rows;
    size_t lines;     /* line ends in the block, those inside quotes included */
    size_t error_at;  /* offset of the field, or of the record if it is ragged */
    size_t error_field;
    size_t found;     /* fields of the ragged record */
} steward_csv;

steward_csv *steward_csv_make(size_t column_count, uint8_t delimiter, size_t maximum_field);
void steward_csv_free(steward_csv *csv);

/* Parses whole records. Every column's results are set anew. */
int steward_csv_parse(steward_csv *csv, const uint8_t *block, size_t length);

/* The end of the last whole record in block[0..<length], or 0. `block` begins outside quotes.
 * `*open`: the offset of a quote that is still open at the end, or STEWARD_CSV_NONE. */
size_t steward_csv_boundary(const uint8_t *block, size_t length, uint8_t delimiter, size_t *open);

/* The number of line ends (LF, CR LF, lone CR). */
size_t steward_csv_lines(const uint8_t *text, size_t length);

#endif
