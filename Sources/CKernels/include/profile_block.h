#ifndef STEWARD_PROFILE_BLOCK_H
#define STEWARD_PROFILE_BLOCK_H
#include <stddef.h>
#include <stdint.h>

/* Sorts finite doubles ascending (least-significant-byte radix sort, passes whose byte never changes are skipped).
   `scratch` holds at least `count` doubles. Meant for blocks that fit the second-level cache. */
void steward_sort_block(double *values, double *scratch, size_t count);

/* Adds the 64-bit hash of each double to the 4,096 registers of a HyperLogLog. Equal neighbours are hashed once. */
void steward_hll_block(const double *values, size_t count, uint8_t *registers);

/* How many of the finite values have a fractional part. */
size_t steward_count_fractional(const double *values, size_t count);

/* Merges two ascending arrays into `out` (which holds both); on ties the items of `a` come first. */
void steward_merge_ascending(const double *a, size_t a_count, const double *b, size_t b_count, double *out);
#endif
