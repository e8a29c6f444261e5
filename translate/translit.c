/* Transliteration by ICU, the only file that includes its headers. */
#include "translate/translit.h"
#include <string.h>

#ifdef ISG_WITH_ICU
#include <unicode/ustring.h>
#include <unicode/utrans.h>

struct isg_transliterator {
    UTransliterator *icu;
};

enum isg_status isg_transliterator_new(struct isg_transliterator **out, const char *id, struct isg_error *err)
{
    *out = NULL;
    UChar wide[256];
    int32_t n;
    UErrorCode code = U_ZERO_ERROR;
    UParseError where;
    u_strFromUTF8(wide, 256, &n, id, -1, &code);
    UTransliterator *icu = U_SUCCESS(code) ? utrans_openU(wide, n, UTRANS_FORWARD, NULL, 0, &where, &code) : NULL;
    if (U_FAILURE(code)) {
        (void)isg_error_set(err, ISG_EUSAGE, NULL, 0, "transliterator \"%s\": %s", id, u_errorName(code));
        return isg_error_expected(err, "an identifier of ICU, as Latin-Cyrillic or \"Any-Latin; Latin-ASCII\"");
    }
    *out = isg_calloc(1, sizeof **out);
    if (!*out) {
        utrans_close(icu);
        return isg_error_nomem(err, "a transliterator");
    }
    (*out)->icu = icu;
    return ISG_OK;
}

void isg_transliterator_free(struct isg_transliterator *t)
{
    if (t)
        utrans_close(t->icu);
    isg_free(t);
}

const char *isg_transliterate(
    struct isg_transliterator *t, struct isg_arena *arena, const char *s, size_t n, size_t *out_n)
{
    UChar wide[1024];
    int32_t length, limit, m;
    UErrorCode code = U_ZERO_ERROR;
    if (n > 250)
        return NULL;
    u_strFromUTF8(wide, 1024, &length, s, (int32_t)n, &code);
    limit = length;
    utrans_transUChars(t->icu, wide, &length, 1024, 0, &limit, &code);
    char *out = isg_arena_alloc(arena, 3 * 1024 + 1, 1);
    if (!out || U_FAILURE(code))
        return NULL;
    u_strToUTF8(out, 3 * 1024 + 1, &m, wide, length, &code);
    if (U_FAILURE(code) || m <= 0)
        return NULL;
    for (int32_t i = 0; i < m; i++) /* columns are separated by blanks */
        if (out[i] == ' ' || out[i] == '\t')
            out[i] = '_';
    *out_n = (size_t)m;
    return out;
}
#else
enum isg_status isg_transliterator_new(struct isg_transliterator **out, const char *id, struct isg_error *err)
{
    *out = NULL;
    (void)isg_error_set(err, ISG_EUSAGE, NULL, 0, "transliterator \"%s\": this program was built without ICU", id);
    return isg_error_advice(err, "install libicu-dev and build again");
}

void isg_transliterator_free(struct isg_transliterator *t)
{
    (void)t;
}

const char *isg_transliterate(
    struct isg_transliterator *t, struct isg_arena *arena, const char *s, size_t n, size_t *out_n)
{
    (void)t;
    (void)arena;
    (void)s;
    (void)n;
    (void)out_n;
    return NULL;
}
#endif
