/* How reliable a score is: resampling of sentences. */
#include "ner/score/stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void add(struct isg_ner_counts *to, const struct isg_ner_counts *c)
{
    to->gold += c->gold;
    to->predicted += c->predicted;
    to->correct += c->correct;
}

static int by_value(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

enum isg_status isg_ner_bootstrap(
    struct isg_ner_interval *out, const struct isg_ner_score *s, uint32_t samples, uint64_t seed, struct isg_error *err)
{
    memset(out, 0, sizeof *out);
    if (samples < 2 || s->n_sentences == 0 || s->n_sentences > UINT32_MAX)
        return isg_error_set(
            err, ISG_EUSAGE, NULL, 0, "a bootstrap of %u samples of %zu sentences", samples, s->n_sentences);
    double *f1 = isg_malloc(samples, sizeof *f1);
    if (!f1)
        return isg_error_nomem(err, "a bootstrap");
    double sum = 0, squares = 0;
    for (uint32_t i = 0; i < samples; i++) {
        struct isg_rng rng = isg_rng_stream(seed, "bootstrap", i);
        struct isg_ner_counts c = {0};
        for (size_t k = 0; k < s->n_sentences; k++)
            add(&c, &s->sentences[isg_rng_below(&rng, (uint32_t)s->n_sentences)]);
        f1[i] = isg_ner_f1(&c);
        sum += f1[i];
        squares += f1[i] * f1[i];
    }
    qsort(f1, samples, sizeof *f1, by_value);
    const double mean = sum / samples;
    out->f1 = isg_ner_f1(&s->overall);
    out->deviation = sqrt(fmax(squares / samples - mean * mean, 0));
    out->low = f1[(size_t)floor(0.025 * (samples - 1))];
    out->high = f1[(size_t)ceil(0.975 * (samples - 1))];
    isg_free(f1);
    return ISG_OK;
}

enum isg_status isg_ner_compare(struct isg_ner_comparison *out, const struct isg_ner_score *a,
    const struct isg_ner_score *b, uint32_t rounds, uint64_t seed, struct isg_error *err)
{
    memset(out, 0, sizeof *out);
    bool same = a->n_sentences == b->n_sentences && rounds > 0;
    for (size_t i = 0; same && i < a->n_sentences; i++)
        same = a->sentences[i].gold == b->sentences[i].gold;
    if (!same)
        return isg_error_set(err, ISG_EDATA, NULL, 0, "predictions for different gold sentences");
    out->f1_a = isg_ner_f1(&a->overall);
    out->f1_b = isg_ner_f1(&b->overall);
    const double seen = fabs(out->f1_b - out->f1_a);
    uint32_t as_far = 0;
    for (uint32_t i = 0; i < rounds; i++) {
        struct isg_rng rng = isg_rng_stream(seed, "randomisation", i);
        struct isg_ner_counts x = {0}, y = {0};
        for (size_t k = 0; k < a->n_sentences; k++) {
            const bool swap = isg_rng_u32(&rng) & 1;
            add(&x, swap ? &b->sentences[k] : &a->sentences[k]);
            add(&y, swap ? &a->sentences[k] : &b->sentences[k]);
        }
        as_far += fabs(isg_ner_f1(&y) - isg_ner_f1(&x)) >= seen - 1e-12;
    }
    out->rounds = rounds;
    out->p = (as_far + 1.0) / (rounds + 1.0);
    return ISG_OK;
}
