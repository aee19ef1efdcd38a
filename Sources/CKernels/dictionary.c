#include "include/dictionary.h"

#include <stdlib.h>
#include <string.h>

#include "dictionary_find.h"

void steward_dictionary_init(steward_dictionary *dictionary) { memset(dictionary, 0, sizeof *dictionary); }

void steward_dictionary_free(steward_dictionary *dictionary) {
    free(dictionary->entries);
    free(dictionary->bytes);
    free(dictionary->slots);
    memset(dictionary, 0, sizeof *dictionary);
}

void steward_dictionary_clear(steward_dictionary *dictionary) {
    if (dictionary->slots != NULL) {
        /* After a block with many strings a smaller table keeps the clearing of the next ones cheap. */
        if (dictionary->mask >= 4096 && dictionary->count < dictionary->mask / 16) {
            free(dictionary->slots);
            dictionary->slots = NULL;
            dictionary->mask = 0;
        } else {
            memset(dictionary->slots, 0, (dictionary->mask + 1) * sizeof *dictionary->slots);
        }
    }
    dictionary->count = 0;
    dictionary->used = 0;
}

uint64_t steward_hash(const uint8_t *text, size_t length) { return hash_of(text, length, words_of(text, length)); }

static int grow_slots(steward_dictionary *dictionary) {
    size_t size = dictionary->slots == NULL ? 256 : (dictionary->mask + 1) * 2;
    while (size < dictionary->count * 2) size *= 2;
    uint32_t *slots = calloc(size, sizeof *slots);
    if (slots == NULL) return 0;
    for (size_t i = 0; i < dictionary->count; i++) {
        size_t at = dictionary->entries[i].hash & (size - 1);
        while (slots[at] != 0) at = (at + 1) & (size - 1);
        slots[at] = (uint32_t)i + 1;
    }
    free(dictionary->slots);
    dictionary->slots = slots;
    dictionary->mask = size - 1;
    return 1;
}

static int reserve(steward_dictionary *dictionary, size_t length) {
    if (dictionary->count == dictionary->capacity) {
        size_t capacity = dictionary->capacity == 0 ? 64 : dictionary->capacity * 2;
        steward_entry *entries = realloc(dictionary->entries, capacity * sizeof *entries);
        if (entries == NULL) return 0;
        dictionary->entries = entries;
        dictionary->capacity = capacity;
    }
    /* An empty string needs no room, but an address. */
    if (dictionary->bytes == NULL || dictionary->room - dictionary->used < length) {
        size_t room = dictionary->room * 2;
        if (room < dictionary->used + length) room = dictionary->used + length;
        if (room < 1024) room = 1024;
        uint8_t *bytes = realloc(dictionary->bytes, room);
        if (bytes == NULL) return 0;
        dictionary->bytes = bytes;
        dictionary->room = room;
    }
    return 1;
}

int64_t steward_dictionary_add(steward_dictionary *dictionary, const uint8_t *text, size_t length, uint64_t hash,
                               uint64_t first) {
    if (dictionary->slots == NULL && !grow_slots(dictionary)) return -1;
    size_t at = hash & dictionary->mask;
    for (uint32_t slot; (slot = dictionary->slots[at]) != 0; at = (at + 1) & dictionary->mask) {
        const steward_entry *entry = &dictionary->entries[slot - 1];
        if (entry->hash == hash && entry->length == length
            && memcmp(dictionary->bytes + entry->start, text, length) == 0) {
            return (int64_t)slot - 1;
        }
    }
    text_words words = words_of(text, length);
    if (dictionary->count >= INT32_MAX || length > UINT32_MAX || !reserve(dictionary, length)) return -1;
    if (length > 0) memcpy(dictionary->bytes + dictionary->used, text, length);
    dictionary->entries[dictionary->count] = (steward_entry){
        .hash = hash, .words = {words.first, words.last}, .start = dictionary->used, .first = first,
        .length = (uint32_t)length, .code = (int32_t)dictionary->count};
    dictionary->used += length;
    dictionary->count += 1;
    dictionary->slots[at] = (uint32_t)dictionary->count;
    if (dictionary->count * 2 > dictionary->mask && !grow_slots(dictionary)) return -1;
    return (int64_t)dictionary->count - 1;
}

int steward_dictionary_translate(steward_dictionary *into, const steward_dictionary *from, int32_t *map,
                                 const int32_t *codes, size_t count, int32_t *out) {
    for (size_t i = 0; i < count; i++) {
        int32_t code = codes[i];
        if (code < 0) {
            out[i] = -1;
            continue;
        }
        int32_t known = map[code];
        if (__builtin_expect(known == -2, 0)) {
            const steward_entry *entry = &from->entries[code];
            int64_t index = steward_dictionary_add(into, from->bytes + entry->start, entry->length, entry->hash, 0);
            if (index < 0) return 0;
            known = map[code] = (int32_t)index;
        }
        out[i] = known;
    }
    return 1;
}

/* The length of the UTF-8 sequence at p, or 0 if it is not one. */
static size_t sequence(const uint8_t *p, size_t left) {
    uint8_t lead = p[0];
    if (lead < 0xC2 || lead > 0xF4) return 0;
    size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (left < length) return 0;
    for (size_t i = 1; i < length; i++) {
        if ((p[i] & 0xC0) != 0x80) return 0;
    }
    /* Overlong forms, surrogates, and what is above U+10FFFF. */
    if ((lead == 0xE0 && p[1] < 0xA0) || (lead == 0xED && p[1] > 0x9F)) return 0;
    if ((lead == 0xF0 && p[1] < 0x90) || (lead == 0xF4 && p[1] > 0x8F)) return 0;
    return length;
}

size_t steward_utf8_check(const uint8_t *text, size_t length) {
    size_t i = 0;
    while (i < length) {
        if (length - i >= 64) {
            /* As signed numbers, NUL and the bytes that are not ASCII are not positive. Plain, to be vectorised. */
            uint8_t other = 0;
            for (size_t j = 0; j < 64; j++) other |= (int8_t)text[i + j] <= 0;
            if (!other) {
                i += 64;
                continue;
            }
            /* Through these 64 one by one. */
            size_t end = i + 64;
            while (i < end) {
                size_t step = text[i] == 0 ? 0 : text[i] < 0x80 ? 1 : sequence(text + i, length - i);
                if (step == 0) return i;
                i += step;
            }
            continue;
        }
        if (text[i] == 0) return i;
        if (text[i] < 0x80) {
            i++;
            continue;
        }
        size_t step = sequence(text + i, length - i);
        if (step == 0) return i;
        i += step;
    }
    return length;
}
