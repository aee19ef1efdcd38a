/* Hashing and finding short strings, inlined into the CSV parser. Private to this target. */
#ifndef STEWARD_DICTIONARY_FIND_H
#define STEWARD_DICTIONARY_FIND_H
#include <string.h>

#include "include/dictionary.h"

/* The first and the last eight bytes of a text; of a shorter one, all its bytes. Up to 16 bytes, equal words and equal
 * lengths mean equal texts. */
typedef struct {
    uint64_t first, last;
} text_words;

static inline uint64_t some_bytes(const uint8_t *p, size_t length) {
    uint64_t value = 0;
    memcpy(&value, p, length);
    return value;
}

static inline text_words words_of(const uint8_t *text, size_t length) {
    if (length >= 8) return (text_words){some_bytes(text, 8), some_bytes(text + length - 8, 8)};
    if (length >= 4) return (text_words){some_bytes(text, 4), some_bytes(text + length - 4, 4)};
    if (length == 0) return (text_words){0, 0};
    return (text_words){(uint64_t)text[0] | (uint64_t)text[length / 2] << 8 | (uint64_t)text[length - 1] << 16, 0};
}

static inline uint64_t mix(uint64_t a, uint64_t b) {
    unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Two words at a time, folded by the two halves of a 128-bit product. Not meant to resist an adversary; the table stays
 * correct, only slower, if hashes collide. */
static inline uint64_t hash_of(const uint8_t *text, size_t length, text_words words) {
    uint64_t state = 0x9E3779B97F4A7C15 ^ length;
    if (length > 16) {
        for (; length > 16; text += 16, length -= 16) {
            state = mix(some_bytes(text, 8) ^ 0xA0761D6478BD642F, some_bytes(text + 8, 8) ^ state);
        }
        words = words_of(text, length);
    }
    return mix(words.first ^ 0xE7037ED1A0B428DB, words.last ^ state);
}

/* The index of a string of at most 16 bytes, or -1 if it is longer or not there. */
static inline int64_t find_short(const steward_dictionary *dictionary, size_t length, text_words words, uint64_t hash) {
    if (length > 16 || dictionary->slots == NULL) return -1;
    size_t at = hash & dictionary->mask;
    for (uint32_t slot; (slot = dictionary->slots[at]) != 0; at = (at + 1) & dictionary->mask) {
        const steward_entry *entry = &dictionary->entries[slot - 1];
        if (entry->words[0] == words.first && entry->words[1] == words.last && entry->length == length) {
            return (int64_t)slot - 1;
        }
    }
    return -1;
}

#endif
