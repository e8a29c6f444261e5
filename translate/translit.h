/** @file translate/translit.h  Transliteration of names, by ICU. */
#ifndef ISG_TRANSLATE_TRANSLIT_H
#define ISG_TRANSLATE_TRANSLIT_H
#include "translate/types.h"

struct isg_transliterator;
/** @param id  an identifier of ICU ("Latin-Cyrillic", "Any-Latin; Latin-ASCII"); ISG_EUSAGE where ICU has no such
 * transliterator, or where the program was built without ICU. */
ISG_MUST_CHECK enum isg_status isg_transliterator_new(
    struct isg_transliterator **out, const char *id, struct isg_error *err);
void isg_transliterator_free(struct isg_transliterator *t); /**< NULL is fine */
/** The transliterated word, *out_n bytes in the arena, with "_" for spaces; NULL = failed, or longer than 250 bytes. */
const char *isg_transliterate(
    struct isg_transliterator *t, struct isg_arena *arena, const char *s, size_t n, size_t *out_n);

#endif
