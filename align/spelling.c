/* Spelling: words without case and accents, and how far they are from each other. */
#include "align/spelling.h"

#include <string.h>

void isg_spell(struct isg_spelt *out, const char *word, size_t n)
{
    out->n = (uint32_t)isg_utf8_skeleton(word, n, out->letter, ISG_SPELT_MAX);
}

static uint32_t longer(const struct isg_spelt *a, const struct isg_spelt *b)
{
    return a->n > b->n ? a->n : b->n;
}

double isg_spelt_similarity(const struct isg_spelt *a, const struct isg_spelt *b)
{
    uint32_t row[ISG_SPELT_MAX + 1];
    if (longer(a, b) == 0)
        return 0;
    for (uint32_t j = 0; j <= b->n; j++)
        row[j] = j;
    for (uint32_t i = 1; i <= a->n; i++) {
        uint32_t diagonal = row[0];
        row[0] = i;
        for (uint32_t j = 1; j <= b->n; j++) {
            uint32_t best = diagonal + (a->letter[i - 1] != b->letter[j - 1]);
            best = row[j] + 1 < best ? row[j] + 1 : best;
            best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
            diagonal = row[j];
            row[j] = best;
        }
    }
    return 1 - (double)row[b->n] / longer(a, b);
}

double isg_spelt_prefix(const struct isg_spelt *a, const struct isg_spelt *b)
{
    uint32_t n = 0;
    while (n < a->n && n < b->n && a->letter[n] == b->letter[n])
        n++;
    return longer(a, b) ? (double)n / longer(a, b) : 0;
}

double isg_spelt_length(const struct isg_spelt *a, const struct isg_spelt *b)
{
    const uint32_t shorter = a->n < b->n ? a->n : b->n;
    return longer(a, b) ? (double)(longer(a, b) - shorter) / longer(a, b) : 0;
}

/* ---- across scripts ---- */

struct latin {
    const char *text; /* NULL until it is made ready */
    size_t n;
};

struct isg_spellings {
    const struct isg_vectors *v[2];
    struct isg_transliterator *icu; /* NULL = words are compared as they are written */
    struct latin *latin[2];
    struct isg_arena arena;
};

/* The script that most of the frequent words begin in; -1 where there is none. */
static int main_script(const struct isg_vectors *v)
{
    enum { WORDS = 1000, SCRIPTS = 256 };
    uint32_t count[SCRIPTS] = {0};
    int best = -1;
    for (uint32_t i = 0; i < WORDS && i < v->m.rows; i++) {
        size_t n;
        const char *const word = isg_strtab_get(v->words, i, &n);
        const int script = isg_icu_script(word, n);
        if (script >= 0 && script < SCRIPTS && ++count[script] > (best < 0 ? 0 : count[best]))
            best = script;
    }
    return best;
}

enum isg_status isg_spellings_new(
    struct isg_spellings **out, const struct isg_vectors *const v[2], struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    struct isg_spellings *const s = isg_calloc(1, sizeof *s);
    *out = NULL;
    if (!s)
        return isg_error_nomem(err, "spellings");
    s->v[0] = v[0];
    s->v[1] = v[1];
    const int script[2] = {main_script(v[0]), main_script(v[1])};
    if (script[0] >= 0 && script[1] >= 0 && script[0] != script[1]) {
        ISG_GOTO(isg_transliterator_new(&s->icu, "Any-Latin; Latin-ASCII", err));
        for (int side = 0; side < 2; side++) {
            s->latin[side] = isg_calloc(v[side]->m.rows, sizeof *s->latin[side]);
            if (!s->latin[side]) {
                status = isg_error_nomem(err, "spellings");
                goto out;
            }
        }
    }
    *out = s;
out:
    if (status != ISG_OK)
        isg_spellings_free(s);
    return status;
}

void isg_spellings_free(struct isg_spellings *s)
{
    if (!s)
        return;
    isg_transliterator_free(s->icu);
    isg_free(s->latin[0]);
    isg_free(s->latin[1]);
    isg_arena_fini(&s->arena);
    isg_free(s);
}

enum isg_status isg_spellings_prepare(struct isg_spellings *s, int side, uint32_t row, struct isg_error *err)
{
    if (!s->icu || s->latin[side][row].text)
        return ISG_OK;
    struct latin *const latin = &s->latin[side][row];
    size_t n;
    const char *const word = isg_strtab_get(s->v[side]->words, row, &n);
    bool ascii = true;
    for (size_t i = 0; i < n; i++)
        ascii &= (unsigned char)word[i] < 0x80;
    if (!ascii)
        ISG_TRY(isg_transliterate(s->icu, &s->arena, word, n, &latin->text, &latin->n, err));
    if (!latin->text) /* Latin already, or what ICU cannot do */
        *latin = (struct latin){word, n};
    return ISG_OK;
}

void isg_spellings_get(const struct isg_spellings *s, int side, uint32_t row, struct isg_spelt *out)
{
    size_t n;
    if (s->icu) {
        isg_spell(out, s->latin[side][row].text, s->latin[side][row].n);
    } else {
        const char *const word = isg_strtab_get(s->v[side]->words, row, &n);
        isg_spell(out, word, n);
    }
}
