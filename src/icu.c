/* ICU: transliteration, letter case, scripts and words. The only file that includes its headers. */
#include "src/icu.h"
#include "src/reserve.h"
#include <string.h>

#ifdef ISG_WITH_ICU
#include <pthread.h>
#include <unicode/ubrk.h>
#include <unicode/ucasemap.h>
#include <unicode/uchar.h>
#include <unicode/uclean.h>
#include <unicode/uscript.h>
#include <unicode/ustring.h>
#include <unicode/utext.h>
#include <unicode/utf8.h>
#include <unicode/utrans.h>

/* ---- memory ---- */

/* Parts of ICU follow pointers that they failed to allocate: its memory is backed by the reserve. */
static void *U_CALLCONV icu_malloc(const void *context, size_t n)
{
    (void)context;
    return isg_reserve_malloc(n);
}

static void U_CALLCONV icu_free(const void *context, void *p)
{
    (void)context;
    isg_reserve_free(p);
}

static void *U_CALLCONV icu_realloc(const void *context, void *p, size_t n)
{
    (void)context;
    return isg_reserve_realloc(p, n);
}

static void set_memory(void)
{
    UErrorCode code = U_ZERO_ERROR;
    u_setMemoryFunctions(NULL, icu_malloc, icu_realloc, icu_free, &code);
}

/* Before any other call of ICU's. */
static void init(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, set_memory);
}

/** Was a call of ICU's short of memory? */
static bool short_of_memory(UErrorCode code)
{
    return isg_reserve_touched() || code == U_MEMORY_ALLOCATION_ERROR;
}

/* ---- letter case ---- */

struct isg_icu_casing {
    UCaseMap *icu;
};

static bool is_language(const char *s)
{
    const size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
    return (n == 2 || n == 3) && (s[n] == 0 || s[n] == '-' || s[n] == '_');
}

enum isg_status isg_icu_casing_new(struct isg_icu_casing **out, const char *locale, struct isg_error *err)
{
    *out = NULL;
    if (locale && !is_language(locale)) {
        (void)isg_error_set(err, ISG_EUSAGE, NULL, 0, "language \"%s\"", locale);
        return isg_error_expected(err, "a code such as tr, az or el");
    }
    init();
    UErrorCode code = U_ZERO_ERROR;
    UCaseMap *icu = ucasemap_open(locale ? locale : "",
        U_TITLECASE_WHOLE_STRING | U_TITLECASE_NO_LOWERCASE | U_TITLECASE_NO_BREAK_ADJUSTMENT, &code);
    struct isg_icu_casing *c = isg_calloc(1, sizeof *c);
    if (!c || short_of_memory(code) || U_FAILURE(code)) {
        isg_free(c);
        if (icu)
            ucasemap_close(icu);
        return isg_error_nomem(err, "the letter case of a language");
    }
    c->icu = icu;
    *out = c;
    return ISG_OK;
}

void isg_icu_casing_free(struct isg_icu_casing *c)
{
    if (c)
        ucasemap_close(c->icu);
    isg_free(c);
}

static int32_t map(
    UCaseMap *icu, enum isg_case_to to, char *out, int32_t cap, const char *s, int32_t n, UErrorCode *code)
{
    switch (to) {
    case ISG_TO_UPPER:
        return ucasemap_utf8ToUpper(icu, out, cap, s, n, code);
    case ISG_TO_TITLE:
        return ucasemap_utf8ToTitle(icu, out, cap, s, n, code);
    case ISG_TO_LOWER:
        break;
    }
    return ucasemap_utf8ToLower(icu, out, cap, s, n, code);
}

char *isg_icu_casing_apply(struct isg_icu_casing *c, enum isg_case_to to, const char *s, size_t n, size_t *out_n)
{
    size_t cap = 2 * n + 16;
    if (n > INT32_MAX / 8)
        return NULL;
    for (;;) {
        UErrorCode code = U_ZERO_ERROR;
        char *out = isg_malloc(cap + 1, 1);
        if (!out)
            return NULL;
        const int32_t m = map(c->icu, to, out, (int32_t)cap, s, (int32_t)n, &code);
        if (!short_of_memory(code) && U_SUCCESS(code)) {
            out[m] = 0;
            *out_n = (size_t)m;
            return out;
        }
        isg_free(out);
        if (code != U_BUFFER_OVERFLOW_ERROR || (size_t)m <= cap)
            return NULL;
        cap = (size_t)m;
    }
}

/* ---- transliteration ---- */

struct isg_transliterator {
    UTransliterator *icu;
};

enum isg_status isg_transliterator_new(struct isg_transliterator **out, const char *id, struct isg_error *err)
{
    *out = NULL;
    init();
    UChar wide[256];
    int32_t n;
    UErrorCode code = U_ZERO_ERROR;
    UParseError where;
    u_strFromUTF8(wide, 256, &n, id, -1, &code);
    UTransliterator *icu = U_SUCCESS(code) ? utrans_openU(wide, n, UTRANS_FORWARD, NULL, 0, &where, &code) : NULL;
    struct isg_transliterator *t = isg_calloc(1, sizeof *t);
    if (short_of_memory(code) || !t) {
        if (icu)
            utrans_close(icu);
        isg_free(t);
        return isg_error_nomem(err, "a transliterator");
    }
    if (U_FAILURE(code)) {
        isg_free(t);
        (void)isg_error_set(err, ISG_EUSAGE, NULL, 0, "transliterator \"%s\": %s", id, u_errorName(code));
        return isg_error_expected(err, "an identifier of ICU, as Latin-Cyrillic or \"Any-Latin; Latin-ASCII\"");
    }
    t->icu = icu;
    *out = t;
    return ISG_OK;
}

void isg_transliterator_free(struct isg_transliterator *t)
{
    if (t)
        utrans_close(t->icu);
    isg_free(t);
}

enum isg_status isg_transliterate(struct isg_transliterator *t, struct isg_arena *arena, const char *s, size_t n,
    const char **text, size_t *out_n, struct isg_error *err)
{
    UChar wide[1024];
    int32_t length, limit, m = 0;
    UErrorCode code = U_ZERO_ERROR;
    *text = NULL;
    *out_n = 0;
    if (n > 250)
        return ISG_OK;
    u_strFromUTF8(wide, 1024, &length, s, (int32_t)n, &code);
    limit = length;
    utrans_transUChars(t->icu, wide, &length, 1024, 0, &limit, &code);
    char *out = isg_arena_alloc(arena, 3 * 1024 + 1, 1);
    if (!out || short_of_memory(code))
        return isg_error_nomem(err, "a transliterated name");
    if (U_SUCCESS(code))
        u_strToUTF8(out, 3 * 1024 + 1, &m, wide, length, &code);
    if (U_FAILURE(code) || m <= 0)
        return ISG_OK;
    for (int32_t i = 0; i < m; i++) /* whitespace separates columns */
        if (out[i] == ' ' || out[i] == '\t')
            out[i] = '_';
    *text = out;
    *out_n = (size_t)m;
    return ISG_OK;
}

/* ---- scripts ---- */

int isg_icu_script(const char *word, size_t n)
{
    int32_t i = 0;
    while (n <= INT32_MAX && i < (int32_t)n) {
        UChar32 c;
        UErrorCode code = U_ZERO_ERROR;
        U8_NEXT(word, i, (int32_t)n, c);
        if (c >= 0 && u_isalpha(c))
            return (int)uscript_getScript(c, &code);
    }
    return -1;
}

int isg_icu_script_of(uint32_t cp)
{
    UErrorCode code = U_ZERO_ERROR;
    return (int)uscript_getScript((UChar32)cp, &code);
}

const char *isg_icu_script_name(int script)
{
    const char *name = uscript_getName((UScriptCode)script);
    return name ? name : "?";
}

/* ---- words ---- */

struct isg_icu_words {
    UBreakIterator *icu;
    UText text;
    size_t n;
};

enum isg_status isg_icu_words_new(struct isg_icu_words **out, struct isg_error *err)
{
    *out = NULL;
    init();
    UErrorCode code = U_ZERO_ERROR;
    struct isg_icu_words *w = isg_calloc(1, sizeof *w);
    UBreakIterator *icu = ubrk_open(UBRK_WORD, "", NULL, 0, &code);
    if (!w || short_of_memory(code) || U_FAILURE(code)) {
        if (icu)
            ubrk_close(icu);
        isg_free(w);
        return isg_error_nomem(err, "the words of scripts without spaces");
    }
    w->icu = icu;
    w->text = (UText)UTEXT_INITIALIZER;
    *out = w;
    return ISG_OK;
}

void isg_icu_words_free(struct isg_icu_words *w)
{
    if (!w)
        return;
    ubrk_close(w->icu);
    utext_close(&w->text);
    isg_free(w);
}

enum isg_status isg_icu_words_set(struct isg_icu_words *w, const char *s, size_t n, struct isg_error *err)
{
    UErrorCode code = U_ZERO_ERROR;
    w->n = n;
    (void)utext_openUTF8(&w->text, s, (int64_t)n, &code);
    ubrk_setUText(w->icu, &w->text, &code);
    if (short_of_memory(code) || U_FAILURE(code))
        return isg_error_nomem(err, "the words of scripts without spaces");
    (void)ubrk_first(w->icu);
    return ISG_OK;
}

enum isg_status isg_icu_words_next(struct isg_icu_words *w, size_t *end, struct isg_error *err)
{
    const int32_t at = ubrk_next(w->icu);
    *end = at == UBRK_DONE ? w->n : (size_t)at;
    return short_of_memory(U_ZERO_ERROR) ? isg_error_nomem(err, "the words of scripts without spaces") : ISG_OK;
}
#else
int isg_icu_script(const char *word, size_t n)
{
    (void)word, (void)n;
    return -1;
}

int isg_icu_script_of(uint32_t cp)
{
    (void)cp;
    return -1;
}

const char *isg_icu_script_name(int script)
{
    (void)script;
    return "?";
}

enum isg_status isg_icu_words_new(struct isg_icu_words **out, struct isg_error *err)
{
    (void)err;
    *out = NULL;
    return ISG_OK;
}

void isg_icu_words_free(struct isg_icu_words *w)
{
    (void)w;
}

enum isg_status isg_icu_words_set(struct isg_icu_words *w, const char *s, size_t n, struct isg_error *err)
{
    (void)w, (void)s, (void)n, (void)err;
    return ISG_OK;
}

enum isg_status isg_icu_words_next(struct isg_icu_words *w, size_t *end, struct isg_error *err)
{
    (void)w, (void)end, (void)err;
    return ISG_OK;
}

static enum isg_status without(const char *what, const char *name, struct isg_error *err)
{
    (void)isg_error_set(err, ISG_EUSAGE, NULL, 0, "%s \"%s\": this program was built without ICU", what, name);
    return isg_error_advice(err, "install libicu-dev and build again");
}

enum isg_status isg_icu_casing_new(struct isg_icu_casing **out, const char *locale, struct isg_error *err)
{
    *out = NULL;
    return locale ? without("language", locale, err) : ISG_OK;
}

void isg_icu_casing_free(struct isg_icu_casing *c)
{
    (void)c;
}

char *isg_icu_casing_apply(struct isg_icu_casing *c, enum isg_case_to to, const char *s, size_t n, size_t *out_n)
{
    (void)c, (void)to, (void)s, (void)n, (void)out_n;
    return NULL;
}

enum isg_status isg_transliterator_new(struct isg_transliterator **out, const char *id, struct isg_error *err)
{
    *out = NULL;
    return without("transliterator", id, err);
}

void isg_transliterator_free(struct isg_transliterator *t)
{
    (void)t;
}

enum isg_status isg_transliterate(struct isg_transliterator *t, struct isg_arena *arena, const char *s, size_t n,
    const char **text, size_t *out_n, struct isg_error *err)
{
    (void)t, (void)arena, (void)s, (void)n, (void)err;
    *text = NULL;
    *out_n = 0;
    return ISG_OK;
}
#endif
