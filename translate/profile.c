/* Profile of a text: scripts, case, signs, words, marks. */
#include "translate/profile.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SCRIPTS 512 /* script codes of ICU and room for more */

/* A token, lower-cased. */
struct form {
    uint64_t total, small, title, upper; /* total anywhere, the others inside sentences */
    bool letters, sign, marked;
};
struct tally {
    struct isg_strtab *texts;
    uint64_t *v;
    size_t n, cap;
};
struct counter {
    struct isg_profile *p;
    struct isg_strtab *words; /* tokens in lower case */
    ISG_ARRAY(struct form) forms;
    struct tally ends, digits;
    uint64_t scripts[SCRIPTS];
    ISG_ARRAY(uint32_t) lengths; /* words of sentences of ten or more */
};

void isg_profile_fini(struct isg_profile *p)
{
    isg_arena_fini(&p->arena);
}

double isg_profile_capitals(const struct isg_profile *p)
{
    return p->inside ? (double)(p->capital + p->all_caps) / (double)p->inside : 0;
}

/* ---- marks that are left out ---- */

/* A letter that people replace by its plain one where a keyboard lacks it; 0 = none. */
static uint32_t plain_letter(uint32_t cp)
{
    static const uint32_t hooked[][2] = {{0x253, 'b'}, {0x257, 'd'}, {0x256, 'd'}, {0x199, 'k'}, {0x1b4, 'y'},
        {0x111, 'd'}, {0x142, 'l'}, {0xf8, 'o'}, {0x131, 'i'}, {0x14b, 'n'}, {0x25b, 'e'}, {0x254, 'o'}, {0x268, 'i'},
        {0x289, 'u'}, {0x272, 'n'}, {0x127, 'h'}, {0x19a, 'l'}, {0x167, 't'}};
    for (size_t i = 0; i < sizeof hooked / sizeof *hooked; i++)
        if (cp == hooked[i][0])
            return hooked[i][1];
    return 0;
}

/* Marks that a reader can do without: tones and accents, Hebrew points, Arabic vowels. */
static bool is_optional_mark(uint32_t cp)
{
    return (cp >= 0x300 && cp <= 0x36f) || (cp >= 0x591 && cp <= 0x5c7 && isg_utf8_is_mark(cp)) ||
           (cp >= 0x64b && cp <= 0x65f) || cp == 0x670;
}

/* The word without such marks in `out` (as long as the word's form D at most), *n bytes; false where it has none. */
static bool without_marks(const char *nfd, size_t nfd_n, char *out, size_t *n)
{
    bool any = false;
    *n = 0;
    for (size_t at = 0, len; at < nfd_n; at += len) {
        uint32_t cp;
        len = isg_utf8_decode(nfd + at, nfd_n - at, &cp);
        const uint32_t plain = plain_letter(cp);
        any |= plain || is_optional_mark(cp);
        if (plain)
            *n += isg_utf8_encode(plain, out + *n);
        else if (!is_optional_mark(cp)) {
            memcpy(out + *n, nfd + at, len);
            *n += len;
        }
    }
    return any;
}

/* *bare: a fresh string, or NULL where the word has no mark; false = no memory. */
static bool bare_form(const char *word, size_t n, char **bare, size_t *bare_n)
{
    bool plain = true;
    *bare = NULL;
    for (size_t i = 0; i < n && plain; i++)
        plain = (unsigned char)word[i] < 0x80;
    if (plain)
        return true;
    size_t nfd_n;
    char *const nfd = isg_utf8_nfd(word, n, &nfd_n);
    char *const out = nfd ? isg_malloc(nfd_n + 1, 1) : NULL;
    if (out && without_marks(nfd, nfd_n, out, bare_n))
        *bare = out;
    else
        isg_free(out);
    isg_free(nfd);
    return out != NULL;
}

/* ---- counting ---- */

static void tally_free(struct tally *t)
{
    isg_strtab_free(t->texts);
    isg_free(t->v);
}

/* `times` more of a string. */
static enum isg_status count(struct tally *t, const char *s, size_t n, uint64_t times, struct isg_error *err)
{
    uint32_t id;
    ISG_TRY(isg_strtab_add(t->texts, s, n, &id, NULL, err));
    if (id >= t->n && !ISG_APPEND_ZEROS(*t, id + 1 - t->n))
        return isg_error_nomem(err, "a profile");
    t->v[id] += times;
    return ISG_OK;
}

static bool is_sign(const struct isg_word *w)
{
    uint32_t cp;
    (void)isg_utf8_decode(w->s, w->n, &cp);
    return isg_utf8_is_punct(cp);
}

static enum isg_status new_form(struct counter *c, const char *s, size_t n, struct isg_error *err)
{
    struct form f = {0};
    uint32_t cp;
    char *bare;
    size_t bare_n;
    (void)isg_utf8_decode(s, n, &cp);
    f.sign = isg_utf8_is_punct(cp);
    for (size_t at = 0; at < n && !f.letters;) {
        at += isg_utf8_decode(s + at, n - at, &cp);
        f.letters = isg_utf8_is_letter(cp);
    }
    if (!bare_form(s, n, &bare, &bare_n))
        return isg_error_nomem(err, "a profile");
    f.marked = bare && f.letters;
    isg_free(bare);
    return ISG_PUSH(c->forms, f) ? ISG_OK : isg_error_nomem(err, "a profile");
}

static enum isg_status count_word(
    struct counter *c, const struct isg_word *w, bool headline, const struct form **form, struct isg_error *err)
{
    size_t n;
    uint32_t id;
    char *const low = isg_utf8_lower(w->s, w->n, &n);
    if (!low)
        return isg_error_nomem(err, "a profile");
    enum isg_status status = isg_strtab_add(c->words, low, n, &id, NULL, err);
    if (status == ISG_OK && id >= c->forms.n)
        status = new_form(c, low, n, err);
    isg_free(low);
    ISG_TRY(status);
    struct form *const f = &c->forms.v[id];
    f->total++;
    *form = f;
    const enum isg_case shape = isg_utf8_case(w->s, w->n);
    if (w->starts || headline || shape == ISG_CASE_NONE || f->sign)
        return ISG_OK;
    f->small += shape == ISG_CASE_LOWER;
    f->title += shape == ISG_CASE_TITLE;
    f->upper += shape == ISG_CASE_UPPER;
    c->p->inside++;
    c->p->capital += shape == ISG_CASE_TITLE;
    c->p->all_caps += shape == ISG_CASE_UPPER;
    return ISG_OK;
}

/* The end mark of a sentence: its last sign that does not close a quotation or bracket. */
static enum isg_status count_end(struct counter *c, const struct isg_word *words, size_t n, struct isg_error *err)
{
    static const char closing[] = ") ] } \" ' '' » ” ’ › 》 」 』 】 ） ］";
    while (n > 0 && is_sign(&words[n - 1])) {
        const struct isg_word *const w = &words[--n];
        char text[64];
        if (w->n >= sizeof text)
            break;
        memcpy(text, w->s, w->n);
        text[w->n] = 0;
        if (strstr(closing, text))
            continue;
        ISG_TRY(count(&c->ends, w->s, w->n, 1, err));
        return ISG_OK;
    }
    c->p->no_end++;
    return ISG_OK;
}

static enum isg_status count_sentence(struct counter *c, const struct isg_word *words, size_t n, struct isg_error *err)
{
    bool headline = true;
    uint32_t n_words = 0, marked = 0;
    for (size_t i = 0; i < n && headline; i++)
        headline = isg_utf8_case(words[i].s, words[i].n) != ISG_CASE_LOWER;
    for (size_t i = 0; i < n; i++) {
        const struct form *f = NULL;
        ISG_TRY(count_word(c, &words[i], headline, &f, err));
        n_words += f->letters && !f->sign;
        marked += f->marked;
    }
    c->p->sentences++;
    c->p->tokens += n;
    c->p->words += n_words;
    c->p->marked += marked;
    if (n_words >= 10) {
        c->p->long_lines++;
        c->p->bare_lines += marked == 0;
        if (!ISG_PUSH(c->lengths, n_words))
            return isg_error_nomem(err, "a profile");
    }
    return count_end(c, words, n, err);
}

static enum isg_status read_text(
    struct counter *c, const char *path, bool tokenised, const struct isg_env *env, struct isg_error *err)
{
    struct isg_sentences *text;
    ISG_TRY(isg_sentences_open(&text, path, (struct isg_text_rule){.tokenised = tokenised}, env, "profile", err));
    enum isg_status status = ISG_OK;
    for (;;) {
        const struct isg_word *words;
        size_t n, text_n;
        ISG_GOTO(isg_sentences_line(text, &words, &n, err));
        if (!words)
            break;
        const char *const line = isg_sentences_text(text, &text_n);
        c->p->lines++;
        c->p->not_nfc += !isg_utf8_is_nfc(line, text_n);
        for (size_t i = 0, start = 0; i < n; i++)
            if (words[i].ends) {
                ISG_GOTO(count_sentence(c, words + start, i + 1 - start, err));
                start = i + 1;
            }
    }
out:
    isg_sentences_close(text);
    return status;
}

/* ---- what was counted ---- */

/* Puts an item into a list of the most frequent; ties keep their order. */
static bool list_add(
    struct isg_profile *p, struct isg_profile_list *l, const char *s, size_t n, uint64_t count, uint64_t other)
{
    size_t at = l->n;
    while (at > 0 && l->v[at - 1].n < count)
        at--;
    if (count == 0 || at == ISG_PROFILE_ITEMS)
        return true;
    char *const copy = isg_arena_alloc(&p->arena, n + 1, 1);
    if (!copy)
        return false;
    memcpy(copy, s, n);
    copy[n] = 0;
    if (l->n < ISG_PROFILE_ITEMS)
        l->n++;
    memmove(l->v + at + 1, l->v + at, (l->n - 1 - at) * sizeof *l->v);
    l->v[at] = (struct isg_profile_item){copy, count, other};
    return true;
}

static bool list_tally(struct isg_profile *p, struct isg_profile_list *l, const struct tally *t)
{
    bool good = true;
    for (uint32_t i = 0; i < isg_strtab_size(t->texts) && good; i++) {
        size_t n;
        const char *const s = isg_strtab_get(t->texts, i, &n);
        good = list_add(p, l, s, n, t->v[i], 0);
    }
    return good;
}

static bool list_words(struct counter *c)
{
    struct isg_profile *const p = c->p;
    bool good = true;
    for (uint32_t i = 0; i < isg_strtab_size(c->words) && good; i++) {
        size_t n;
        const char *const s = isg_strtab_get(c->words, i, &n);
        const struct form f = c->forms.v[i];
        if (f.sign || !f.letters) {
            good = !f.sign || list_add(p, &p->signs, s, n, f.total, 0);
            continue;
        }
        const uint64_t capital = f.title + f.upper, inside = capital + f.small;
        const bool both = f.small * 10 >= inside;
        p->types++;
        if (both)
            p->capital_both += capital;
        good = list_add(p, &p->frequent, s, n, f.total, 0) &&
               list_add(p, both ? &p->both : &p->capitals, s, n, capital, f.small);
    }
    return good;
}

static enum isg_status count_letters(struct counter *c, struct isg_error *err)
{
    for (uint32_t i = 0; i < isg_strtab_size(c->words); i++) {
        size_t n, len;
        const char *const s = isg_strtab_get(c->words, i, &n);
        const uint64_t times = c->forms.v[i].total;
        for (size_t at = 0; at < n; at += len) {
            uint32_t cp;
            len = isg_utf8_decode(s + at, n - at, &cp);
            if (isg_utf8_is_digit(cp)) {
                char zero[4];
                uint32_t first = cp;
                while (first > cp - 9 && isg_utf8_is_digit(first - 1))
                    first--;
                ISG_TRY(count(&c->digits, zero, isg_utf8_encode(first, zero), times, err));
            } else if (isg_utf8_is_letter(cp)) {
                const int script = isg_icu_script_of(cp);
                c->p->letters += times;
                c->p->cased += times * (isg_utf8_case(s + at, len) != ISG_CASE_NONE);
                c->p->unspaced += times * isg_utf8_is_unspaced(cp);
                if (script >= 0 && script < SCRIPTS)
                    c->scripts[script] += times;
            }
        }
    }
    return ISG_OK;
}

/* Words with a mark that are in the text without it, too. */
static bool list_marks(struct counter *c)
{
    bool good = true;
    for (uint32_t i = 0; i < isg_strtab_size(c->words) && good; i++) {
        size_t n, bare_n;
        const char *const s = isg_strtab_get(c->words, i, &n);
        char *bare;
        if (!c->forms.v[i].marked)
            continue;
        if (!bare_form(s, n, &bare, &bare_n) || !bare)
            return false;
        const uint32_t id = isg_strtab_find(c->words, bare, bare_n);
        if (id != ISG_NO_ID)
            good = list_add(c->p, &c->p->marks, s, n, c->forms.v[i].total, c->forms.v[id].total);
        isg_free(bare);
    }
    return good;
}

static enum isg_status finish(struct counter *c, struct isg_error *err)
{
    struct isg_profile *const p = c->p;
    ISG_TRY(count_letters(c, err));
    bool good = list_words(c) && list_marks(c) && list_tally(p, &p->ends, &c->ends) &&
                list_tally(p, &p->digits, &c->digits);
    for (int i = 0; i < SCRIPTS && good; i++) {
        const char *const name = c->scripts[i] ? isg_icu_script_name(i) : "";
        good = list_add(p, &p->scripts, name, strlen(name), c->scripts[i], 0);
    }
    if (!good)
        return isg_error_nomem(err, "a profile");
    const double share = p->words ? (double)p->marked / (double)p->words : 0;
    for (size_t i = 0; i < c->lengths.n; i++)
        p->bare_expected += pow(1 - fmin(share, 1), c->lengths.v[i]);
    return ISG_OK;
}

enum isg_status isg_profile_texts(struct isg_profile *out, const char *const *paths, size_t n_paths, bool tokenised,
    const struct isg_env *env, struct isg_error *err)
{
    *out = (struct isg_profile){0};
    struct counter c = {.p = out,
        .words = isg_strtab_new(),
        .ends = {.texts = isg_strtab_new()},
        .digits = {.texts = isg_strtab_new()}};
    enum isg_status status = ISG_OK;
    if (!c.words || !c.ends.texts || !c.digits.texts)
        status = isg_error_nomem(err, "a profile");
    for (size_t i = 0; i < n_paths && status == ISG_OK; i++)
        status = read_text(&c, paths[i], tokenised, env, err);
    if (status == ISG_OK)
        status = finish(&c, err);
    if (status == ISG_OK && out->words == 0)
        status = isg_error_set(err, ISG_EDATA, n_paths == 1 ? paths[0] : NULL, 0, "a text without words");
    isg_strtab_free(c.words);
    tally_free(&c.ends);
    tally_free(&c.digits);
    ISG_ARRAY_FREE(c.forms);
    ISG_ARRAY_FREE(c.lengths);
    return status;
}
