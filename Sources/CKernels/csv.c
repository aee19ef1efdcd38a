#include "include/csv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dictionary_find.h"
#include "number_scan.h"

steward_csv *steward_csv_make(size_t column_count, uint8_t delimiter, size_t maximum_field) {
    steward_csv *csv = calloc(1, sizeof *csv);
    if (csv == NULL) return NULL;
    csv->columns = calloc(column_count, sizeof *csv->columns);
    if (csv->columns == NULL) {
        free(csv);
        return NULL;
    }
    csv->column_count = column_count;
    csv->delimiter = delimiter;
    csv->maximum_field = maximum_field;
    return csv;
}

void steward_csv_free(steward_csv *csv) {
    if (csv == NULL) return;
    for (size_t i = 0; i < csv->column_count; i++) {
        free(csv->columns[i].numbers);
        free(csv->columns[i].codes);
        steward_dictionary_free(&csv->columns[i].dictionary);
    }
    free(csv->columns);
    free(csv->scratch);
    free(csv);
}

/* Room for `rows` rows in every column that is read. */
static int reserve_rows(steward_csv *csv, size_t rows) {
    for (size_t i = 0; i < csv->column_count; i++) {
        steward_csv_column *column = &csv->columns[i];
        if (column->mode == STEWARD_CSV_NUMBER || column->mode == STEWARD_CSV_TIME) {
            double *numbers = realloc(column->numbers, rows * sizeof *numbers);
            if (numbers == NULL) return 0;
            column->numbers = numbers;
        } else if (column->mode == STEWARD_CSV_STRING) {
            int32_t *codes = realloc(column->codes, rows * sizeof *codes);
            if (codes == NULL) return 0;
            column->codes = codes;
        }
    }
    csv->capacity = rows;
    return 1;
}

static void begin(steward_csv *csv) {
    for (size_t i = 0; i < csv->column_count; i++) {
        steward_csv_column *column = &csv->columns[i];
        column->active = column->mode;
        column->values = column->nans = column->missing = 0;
        column->integers = column->mode == STEWARD_CSV_NUMBER;
        column->conflict = column->range = STEWARD_CSV_NONE;
        column->conflict_length = column->range_length = 0;
        if (column->mode == STEWARD_CSV_STRING) steward_dictionary_clear(&column->dictionary);
    }
    csv->rows = csv->lines = 0;
    csv->error_at = STEWARD_CSV_NONE;
    csv->error_field = csv->found = 0;
}

typedef struct {
    steward_csv *csv;
    const uint8_t *block, *end;
    const uint8_t *bad;  /* the first byte that is NUL or no UTF-8, or the end */
    uint64_t delimiters; /* the delimiter in every byte */
    int status;
} cursor;

static uint64_t zero_bytes(uint64_t v) { return (v - 0x0101010101010101) & ~v & 0x8080808080808080; }

/* The end of the unquoted field at p. The block ends with a line end. */
static inline const uint8_t *field_end(const cursor *at, const uint8_t *p) {
    for (;; p += 8) {
        uint64_t v = load_word(p);
        uint64_t hit = zero_bytes(v ^ at->delimiters) | zero_bytes(v ^ 0x0A0A0A0A0A0A0A0A)
                       | zero_bytes(v ^ 0x0D0D0D0D0D0D0D0D);
        if (hit != 0) {
            p += __builtin_ctzll(hit) >> 3;
            return p < at->end ? p : at->end - 1;
        }
        if (p >= at->end) return at->end - 1;
    }
}

static int is_end(const cursor *at, uint8_t byte) {
    return byte == at->csv->delimiter || byte == '\n' || byte == '\r';
}

/* The content of the quoted field at p; returns what follows its closing quote, or NULL with the status set. */
static const uint8_t *quoted_field(cursor *at, const uint8_t *p, const uint8_t **text, size_t *length) {
    steward_csv *csv = at->csv;
    const uint8_t *start = p + 1, *from = start, *quote;
    size_t used = 0;
    int doubled = 0;
    for (;;) {
        quote = memchr(from, '"', (size_t)(at->end - from));
        if (quote == NULL) {
            at->status = STEWARD_CSV_UNCLOSED;
            return NULL;
        }
        if (quote + 1 < at->end && quote[1] == '"') {
            /* Keep the text with the first of the two quotes. */
            size_t piece = (size_t)(quote + 1 - start);
            if (csv->scratch_room - used < piece) {
                size_t room = (used + piece) * 2 + 256;
                uint8_t *scratch = realloc(csv->scratch, room);
                if (scratch == NULL) {
                    at->status = STEWARD_CSV_NO_MEMORY;
                    return NULL;
                }
                csv->scratch = scratch;
                csv->scratch_room = room;
            }
            memcpy(csv->scratch + used, start, piece);
            used += piece;
            doubled = 1;
            start = from = quote + 2;
            continue;
        }
        break;
    }
    size_t piece = (size_t)(quote - start);
    if (doubled) {
        if (csv->scratch_room - used < piece) {
            uint8_t *scratch = realloc(csv->scratch, used + piece);
            if (scratch == NULL) {
                at->status = STEWARD_CSV_NO_MEMORY;
                return NULL;
            }
            csv->scratch = scratch;
            csv->scratch_room = used + piece;
        }
        if (piece > 0) memcpy(csv->scratch + used, start, piece);
        *text = csv->scratch;
        *length = used + piece;
    } else {
        *text = start;
        *length = piece;
    }
    csv->lines += steward_csv_lines(p, (size_t)(quote - p));
    p = quote + 1;
    if (p >= at->end) return at->end - 1;
    if (!is_end(at, *p)) {
        at->status = STEWARD_CSV_AFTER_QUOTE;
        return NULL;
    }
    return p;
}

static inline const uint8_t *any_field(cursor *at, const uint8_t *p, const uint8_t **text, size_t *length) {
    const uint8_t *q;
    if (*p == '"') {
        q = quoted_field(at, p, text, length);
        if (q == NULL) return NULL;
    } else {
        q = field_end(at, p);
        *text = p;
        *length = (size_t)(q - p);
    }
    if (*length > at->csv->maximum_field) {
        at->status = STEWARD_CSV_LONG_FIELD;
        return NULL;
    }
    return q;
}

static int is_missing(const steward_csv *csv, const uint8_t *text, size_t length) {
    if (csv->missing == NULL) return 0;
    const steward_dictionary *set = csv->missing;
    for (size_t i = 0; i < set->count; i++) {
        const steward_entry *entry = &set->entries[i];
        if (entry->length == length && memcmp(set->bytes + entry->start, text, length) == 0) return 1;
    }
    return 0;
}

static void store_number(const cursor *at, steward_csv_column *column, const uint8_t *p, size_t length, double value,
                         unsigned flags) {
    column->numbers[at->csv->rows] = value;
    column->integers &= (int)(flags & STEWARD_NUMBER_INTEGER);
    if (__builtin_expect(flags & STEWARD_NUMBER_OUT_OF_RANGE, 0) && column->range == STEWARD_CSV_NONE) {
        column->range = (size_t)(p - at->block);
        column->range_length = length;
    }
}

/* A field of a number or time column that is not simply an unquoted number. */
static const uint8_t *slow_number(cursor *at, steward_csv_column *column, const uint8_t *p) {
    const uint8_t *text = NULL;
    size_t length = 0;
    const uint8_t *q = any_field(at, p, &text, &length);
    if (q == NULL) return NULL;
    double value = NAN;
    unsigned flags = 0;
    int time = column->active == STEWARD_CSV_TIME;
    if (length == 0 || is_missing(at->csv, text, length)) {
        column->numbers[at->csv->rows] = NAN;
        column->missing += 1;
    } else if (time ? !steward_timestamp_parse((const char *)text, length, &value)
                    : !steward_number_parse((const char *)text, length, &value, &flags)) {
        column->conflict = (size_t)(p - at->block);
        column->conflict_length = (size_t)(q - p);
        column->active = STEWARD_CSV_SKIP;
    } else if (flags & STEWARD_NUMBER_NAN) {
        column->numbers[at->csv->rows] = NAN;
        column->nans += 1;
    } else {
        store_number(at, column, p, (size_t)(q - p), value, flags);
    }
    return q;
}

static inline const uint8_t *number_field(cursor *at, steward_csv_column *column, const uint8_t *p) {
    double value;
    unsigned flags;
    if (__builtin_expect(at->csv->missing_values, 0)) return slow_number(at, column, p);
    const uint8_t *q = scan_number(p, &value, &flags);
    if (__builtin_expect(q != NULL && is_end(at, *q) && (size_t)(q - p) <= at->csv->maximum_field, 1)) {
        store_number(at, column, p, (size_t)(q - p), value, flags);
        return q;
    }
    if (q == NULL && is_end(at, *p)) {
        column->numbers[at->csv->rows] = NAN;
        column->missing += 1;
        return p;
    }
    return slow_number(at, column, p);
}

static inline const uint8_t *string_field(cursor *at, steward_csv_column *column, const uint8_t *p) {
    const uint8_t *text = NULL;
    size_t length = 0;
    const uint8_t *q = any_field(at, p, &text, &length);
    if (q == NULL) return NULL;
    int32_t code = -1;
    if (length > 0) {
        steward_dictionary *dictionary = &column->dictionary;
        size_t known = dictionary->count;
        text_words words = words_of(text, length);
        uint64_t hash = hash_of(text, length, words);
        int64_t index = find_short(dictionary, length, words, hash);
        if (index < 0) {
            index = steward_dictionary_add(dictionary, text, length, hash, (uint64_t)(p - at->block));
        }
        if (index < 0) {
            at->status = STEWARD_CSV_NO_MEMORY;
            return NULL;
        }
        if (dictionary->count != known && is_missing(at->csv, text, length)) dictionary->entries[index].code = -1;
        code = dictionary->entries[index].code;
    }
    column->codes[at->csv->rows] = code;
    column->missing += code < 0;
    return q;
}

/* The number of fields of the record at p, as far as it can be told. */
static size_t count_fields(cursor *at, const uint8_t *p) {
    const uint8_t *text;
    size_t length, count = 1;
    while ((p = any_field(at, p, &text, &length)) != NULL && *p == at->csv->delimiter) {
        count += 1;
        p += 1;
    }
    return count;
}

/* One record; returns what follows it, or NULL with the status set. */
static inline const uint8_t *record(cursor *at, const uint8_t *p) {
    steward_csv *csv = at->csv;
    const uint8_t *start = p;
    size_t count = csv->column_count;
    for (size_t i = 0;; p++) {
        steward_csv_column *column = &csv->columns[i];
        const uint8_t *text, *field = p;
        size_t length;
        switch (column->active) {
        case STEWARD_CSV_NUMBER: p = number_field(at, column, p); break;
        case STEWARD_CSV_TIME: p = slow_number(at, column, p); break;
        case STEWARD_CSV_STRING: p = string_field(at, column, p); break;
        default: p = any_field(at, p, &text, &length); break;
        }
        if (__builtin_expect(p == NULL || p > at->bad, 0)) {
            if (p != NULL) at->status = *at->bad == 0 ? STEWARD_CSV_NUL : STEWARD_CSV_INVALID_UTF8;
            csv->error_at = (size_t)(field - at->block);
            csv->error_field = i;
            return NULL;
        }
        i += 1;
        if ((*p == csv->delimiter) != (i < count)) {
            csv->error_at = (size_t)(start - at->block);
            csv->found = count_fields(at, start);
            at->status = STEWARD_CSV_RAGGED;
            return NULL;
        }
        if (i == count) break;
    }
    p += *p == '\r' && p[1] == '\n' && p + 1 < at->end;
    return p + 1;
}

int steward_csv_parse(steward_csv *csv, const uint8_t *block, size_t length) {
    cursor at = {csv, block, block + length, block + steward_utf8_check(block, length),
                 csv->delimiter * UINT64_C(0x0101010101010101), STEWARD_CSV_OK};
    begin(csv);
    /* Buffers that an earlier block made may belong to other modes. */
    if (!reserve_rows(csv, csv->capacity < 256 ? 256 : csv->capacity)) return STEWARD_CSV_NO_MEMORY;
    const uint8_t *p = block;
    while (p < at.end) {
        /* An empty line is no record. */
        if (*p == '\n' || *p == '\r') {
            p += *p == '\r' && p + 1 < at.end && p[1] == '\n';
            p += 1;
            csv->lines += 1;
            continue;
        }
        if (csv->rows == csv->capacity && !reserve_rows(csv, csv->capacity * 2)) return STEWARD_CSV_NO_MEMORY;
        p = record(&at, p);
        if (p == NULL) return at.status;
        csv->rows += 1;
        csv->lines += 1;
    }
    for (size_t i = 0; i < csv->column_count; i++) {
        csv->columns[i].values = csv->rows - csv->columns[i].nans - csv->columns[i].missing;
    }
    return STEWARD_CSV_OK;
}
