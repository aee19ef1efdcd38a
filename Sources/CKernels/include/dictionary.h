#ifndef STEWARD_DICTIONARY_H
#define STEWARD_DICTIONARY_H
/* Distinct byte strings in the order of first appearance. */
#include <stddef.h>
#include <stdint.h>

typedef struct {
    uint64_t hash;
    uint64_t words[2]; /* with the length, the whole of a string of at most 16 bytes */
    uint64_t start; /* in bytes */
    uint64_t first; /* where it was met first, as the caller counts */
    uint32_t length;
    int32_t code; /* what rows with this string get: its index, or what the caller puts here */
} steward_entry;

typedef struct {
    steward_entry *entries;
    size_t count, capacity;
    uint8_t *bytes;
    size_t used, room;
    uint32_t *slots; /* index + 1, 0 is free */
    size_t mask;
} steward_dictionary;

void steward_dictionary_init(steward_dictionary *dictionary);
void steward_dictionary_free(steward_dictionary *dictionary);
/* Forgets the strings, keeps the memory. */
void steward_dictionary_clear(steward_dictionary *dictionary);

/* A 64-bit hash of the bytes; the same on every machine and run. */
uint64_t steward_hash(const uint8_t *text, size_t length);

/* The index of the string, which is added if it is new. -1: no memory, or 2^31 - 1 strings. */
int64_t steward_dictionary_add(steward_dictionary *dictionary, const uint8_t *text, size_t length, uint64_t hash,
                               uint64_t first);

/* Translates codes of `from` into codes of `into`, adding the strings that these rows use, in the order of first use.
 * `map` has from->count elements, -2 before the first call for this pair. Negative codes become -1.
 * Returns 0 if memory ran out. */
int steward_dictionary_translate(steward_dictionary *into, const steward_dictionary *from, int32_t *map,
                                 const int32_t *codes, size_t count, int32_t *out);

/* The first byte that is NUL or breaks UTF-8 (RFC 3629), or `length`. */
size_t steward_utf8_check(const uint8_t *text, size_t length);

#endif
