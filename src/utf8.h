/** @file src/utf8.h  Unicode text (by utf8proc, whose header only utf8.c includes). Strings are bytes and a
 * length. */
#ifndef ISG_SRC_UTF8_H
#define ISG_SRC_UTF8_H
#include "src/error.h"

/** Length of the longest valid UTF-8 prefix: n where all of it is valid (RFC 3629: no surrogates, no overlong
 * forms). */
size_t isg_utf8_valid(const char *s, size_t n);
/** Decodes one code point of valid text at s (n > 0 bytes left); returns its length in bytes, 1 to 4. */
size_t isg_utf8_decode(const char *s, size_t n, uint32_t *cp);
/** Writes cp as 1 to 4 bytes; returns how many. */
size_t isg_utf8_encode(uint32_t cp, char out[4]);
/** Number of code points of valid text. */
size_t isg_utf8_length(const char *s, size_t n);

/**
 * Unicode normal form C, in which all text is compared: the NFC form of n bytes of valid UTF-8, as *out_n bytes. Text in
 * NFC already (most is) gives s itself and *made = NULL; else the result is a fresh string, *made, freed with isg_free.
 * NULL = no memory. Invalid text comes back unchanged.
 */
const char *isg_utf8_nfc(const char *s, size_t n, size_t *out_n, char **made);
bool isg_utf8_is_nfc(const char *s, size_t n);                            /**< false, too, if memory ran out */
bool isg_utf8_same(const char *a, size_t a_n, const char *b, size_t b_n); /**< equal in NFC */

/** Shape of a word's letters, as far as casing goes (letters without case are ignored). */
enum isg_case {
    ISG_CASE_NONE,  /**< no cased letter */
    ISG_CASE_LOWER, /**< all lower */
    ISG_CASE_TITLE, /**< the first cased letter is the word's first letter, upper, and not all (of >= 2) are
                       upper: "Anna", "A", "McDonald" */
    ISG_CASE_UPPER, /**< all upper, at least two cased letters */
    ISG_CASE_MIXED  /**< anything else: "iPhone" */
};
enum isg_case isg_utf8_case(const char *s, size_t n);

/** Simple (code point by code point) mapping; result is a fresh string of *out_n bytes, free with isg_free;
 * NULL = no memory. */
char *isg_utf8_lower(const char *s, size_t n, size_t *out_n);
char *isg_utf8_upper(const char *s, size_t n, size_t *out_n);
/** First code point to title case, the rest as it is. */
char *isg_utf8_capitalise(const char *s, size_t n, size_t *out_n);
/** Normal form D, letters and marks apart: a fresh string of *out_n bytes, free with isg_free; NULL = no memory. */
char *isg_utf8_nfd(const char *s, size_t n, size_t *out_n);
/** Full case folding and NFC: equal results = the same word but for case. */
char *isg_utf8_fold(const char *s, size_t n, size_t *out_n);
/**
 * Code points of a word stripped down for comparing spellings: compatibility decomposition, case folded, combining marks
 * dropped ("Économie" -> e c o n o m i e). Writes at most cap of them; returns how many.
 */
size_t isg_utf8_skeleton(const char *s, size_t n, uint32_t *out, size_t cap);
bool isg_utf8_is_bidi(uint32_t cp); /**< a control of text direction, which can reorder what is shown around it */
bool isg_utf8_is_letter(uint32_t cp);
bool isg_utf8_is_mark(uint32_t cp); /**< combining marks, general categories M* */
/** Of a script that puts no spaces between words: Chinese, Japanese, Thai, Lao, Khmer, Burmese, with their marks. */
bool isg_utf8_is_unspaced(uint32_t cp);
bool isg_utf8_is_space(uint32_t cp); /**< whitespace and controls, zero-width space included */
bool isg_utf8_is_digit(uint32_t cp);
bool isg_utf8_is_punct(uint32_t cp); /**< general categories P* and S* */

#endif
