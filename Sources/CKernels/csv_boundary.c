#define _GNU_SOURCE
#include <string.h>

#include "include/csv.h"

static const uint8_t *last_byte(const uint8_t *text, size_t length, uint8_t byte) {
#ifdef __linux__
    return memrchr(text, byte, length);
#else
    for (size_t i = length; i > 0; i--) {
        if (text[i - 1] == byte) return text + i - 1;
    }
    return NULL;
#endif
}

/* The end of a late line in the text, or 0: the last that ends in LF; only without any LF the last that ends in CR, but
 * not a CR at the very end, which may be half of a CR LF. */
static size_t last_line_end(const uint8_t *text, size_t length) {
    if (length == 0) return 0;
    const uint8_t *end = last_byte(text, length, '\n');
    if (end == NULL) end = last_byte(text, length - 1, '\r');
    return end == NULL ? 0 : (size_t)(end - text) + 1;
}

size_t steward_csv_boundary(const uint8_t *block, size_t length, uint8_t delimiter, size_t *open) {
    size_t end = 0, position = 0;
    *open = STEWARD_CSV_NONE;
    while (position < length) {
        const uint8_t *quote = memchr(block + position, '"', length - position);
        if (quote == NULL) {
            size_t last = last_line_end(block + position, length - position);
            return last > 0 ? position + last : end;
        }
        size_t at = (size_t)(quote - block);
        uint8_t before = at == 0 ? '\n' : block[at - 1];
        if (before != delimiter && before != '\n' && before != '\r') {
            /* A quote inside an unquoted field is an ordinary character. */
            size_t last = last_line_end(block + position, at + 1 - position);
            if (last > 0) end = position + last;
            position = at + 1;
            continue;
        }
        size_t last = last_line_end(block + position, at - position);
        if (last > 0) end = position + last;
        /* The line may end with a lone CR right before the quote. */
        if (before != delimiter && at > 0) end = at;
        *open = at;
        position = at + 1;
        for (;;) {
            quote = memchr(block + position, '"', length - position);
            if (quote == NULL) return end;
            position = (size_t)(quote - block) + 1;
            if (position == length || block[position] != '"') break;
            position += 1;
        }
        /* At the very end the quote may be half of a doubled one, so the field counts as open. */
        if (position == length) return end;
        *open = STEWARD_CSV_NONE;
    }
    return end;
}

size_t steward_csv_lines(const uint8_t *text, size_t length) {
    size_t lines = 0;
    for (size_t i = 0; i < length; i++) {
        lines += text[i] == '\n' || (text[i] == '\r' && !(i + 1 < length && text[i + 1] == '\n'));
    }
    return lines;
}
