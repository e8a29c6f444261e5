/** @file src/icu.h  ICU: transliteration of names, letter case by the full rules of Unicode and of a language, scripts, and
 * words of scripts without spaces. Without ICU (the build option `icu`) the first is an error, the second is left to
 * translate/casemap.c, and the others are not known. */
#ifndef ISG_SRC_ICU_H
#define ISG_SRC_ICU_H
#include "src/error.h"
#include "src/mem.h"

enum isg_case_to { ISG_TO_LOWER, ISG_TO_TITLE, ISG_TO_UPPER };

struct isg_icu_casing;
/**
 * @param locale  language whose rules apply ("tr", "az", "lt", "el", "nl"); NULL = the rules of all languages
 * @param out     NULL where the program was built without ICU and locale is NULL
 * @return ISG_EUSAGE for what is no language code, or for any locale without ICU; ISG_ENOMEM
 */
ISG_MUST_CHECK enum isg_status isg_icu_casing_new(
    struct isg_icu_casing **out, const char *locale, struct isg_error *err);
void isg_icu_casing_free(struct isg_icu_casing *c); /**< NULL is fine */
/** As isg_case_map_apply. The title case of a word changes its first letter alone. */
char *isg_icu_casing_apply(struct isg_icu_casing *c, enum isg_case_to to, const char *s, size_t n, size_t *out_n);

struct isg_transliterator;
/** @param id  an identifier of ICU ("Latin-Cyrillic", "Any-Latin; Latin-ASCII"); ISG_EUSAGE where ICU has no such
 * transliterator, or where the program was built without ICU; ISG_ENOMEM. */
ISG_MUST_CHECK enum isg_status isg_transliterator_new(
    struct isg_transliterator **out, const char *id, struct isg_error *err);
void isg_transliterator_free(struct isg_transliterator *t); /**< NULL is fine */
/** The transliterated word, *out_n bytes in the arena with "_" for spaces; *text is NULL where ICU fails on the word or
 * it is longer than 250 bytes. Returns ISG_ENOMEM. */
ISG_MUST_CHECK enum isg_status isg_transliterate(struct isg_transliterator *t, struct isg_arena *arena, const char *s,
    size_t n, const char **text, size_t *out_n, struct isg_error *err);

/** The script of a word's first letter as a small number (ICU's UScriptCode); -1 where it has no letter, or without ICU. */
int isg_icu_script(const char *word, size_t n);

/** The script of a code point; -1 without ICU. */
int isg_icu_script_of(uint32_t cp);
/** Its name ("Latin", "Devanagari"; "Common" and "Inherited" for signs and marks of several); "?" where there is none. */
const char *isg_icu_script_name(int script);

/** Finds the words of scripts that put no spaces between them, by ICU's dictionaries (Chinese, Japanese, Thai, Lao, Khmer,
 * Burmese). For one thread. */
struct isg_icu_words;
/** *out = NULL where the program was built without ICU. ISG_ENOMEM. */
ISG_MUST_CHECK enum isg_status isg_icu_words_new(struct isg_icu_words **out, struct isg_error *err);
void isg_icu_words_free(struct isg_icu_words *w); /**< NULL is fine */
/** Begins with n bytes of valid UTF-8, which stay the caller's until the last call of isg_icu_words_next. ISG_ENOMEM. */
ISG_MUST_CHECK enum isg_status isg_icu_words_set(
    struct isg_icu_words *w, const char *s, size_t n, struct isg_error *err);
/** *end = where the next word ends, in bytes; the last is n. ISG_ENOMEM. */
ISG_MUST_CHECK enum isg_status isg_icu_words_next(struct isg_icu_words *w, size_t *end, struct isg_error *err);

#endif
