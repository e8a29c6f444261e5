/* The temperature of the map's options, fitted to a lexicon. */
#include "translate/options.h"
#include <math.h>
#include <string.h>

enum { FOLDS = 5, FEWEST_WORDS = 20, STEPS = 16 };

struct word {
    size_t first, n; /* in options */
};
struct option {
    float score;
    bool right;
};
/** Words that both have: the map's scores for each, and which of its options the lexicon has too. */
struct evidence {
    ISG_ARRAY(struct word) words;
    ISG_ARRAY(struct option) options;
};

static enum isg_status gather(const struct isg_translator *t, struct evidence *e, struct isg_error *err)
{
    for (uint32_t id = 0; id < isg_lexicon_size(t->parts.map); id++) {
        size_t n, found = 0;
        const char *s = isg_lexicon_source(t->parts.map, id, &n);
        struct isg_tr_option map[ISG_TR_MAX_OPTIONS], lex[ISG_TR_MAX_OPTIONS];
        const size_t m = isg_tr_from_lexicon(t->parts.map, s, n, s, n, ISG_BY_MAP, map, (size_t)t->opts.candidates);
        const size_t k = isg_tr_from_lexicon(t->parts.lexicon, s, n, s, n, ISG_BY_LEXICON, lex, ISG_TR_MAX_OPTIONS);
        if (!ISG_RESERVE(e->options, e->options.n + m) || !ISG_RESERVE(e->words, e->words.n + 1))
            return isg_error_nomem(err, "the calibration of the map's candidates");
        for (size_t i = 0; i < m; i++) {
            struct option *o = &e->options.v[e->options.n + i];
            *o = (struct option){.score = map[i].score};
            for (size_t j = 0; j < k; j++)
                o->right |= map[i].n == lex[j].n && memcmp(map[i].text, lex[j].text, lex[j].n) == 0;
            found += o->right;
        }
        if (m < 2 || found == 0)
            continue;
        e->words.v[e->words.n++] = (struct word){e->options.n, m};
        e->options.n += m;
    }
    return ISG_OK;
}

/** Sum of ln p(right) over the words of a fold, or over all others (out = true); fold = FOLDS: all words. */
static double likelihood(const struct evidence *e, double temperature, size_t fold, bool out)
{
    double sum = 0.0;
    for (size_t w = 0; w < e->words.n; w++) {
        if (fold < FOLDS && (w % FOLDS == fold) == out)
            continue;
        const struct option *o = e->options.v + e->words.v[w].first;
        double top = -INFINITY, all = 0.0, right = 0.0;
        for (size_t i = 0; i < e->words.v[w].n; i++)
            top = fmax(top, (double)o[i].score / temperature);
        for (size_t i = 0; i < e->words.v[w].n; i++) {
            const double x = exp((double)o[i].score / temperature - top);
            all += x;
            right += o[i].right ? x : 0.0;
        }
        sum += log(fmax(right / all, 1e-300));
    }
    return sum;
}

/** The best temperature for all words but a fold's, by golden section over its logarithm. */
static double fit(const struct evidence *e, size_t fold)
{
    const double g = 0.6180339887498949;
    double a = log(0.01), b = log(2.0), x = b - g * (b - a), y = a + g * (b - a);
    double fx = likelihood(e, exp(x), fold, true), fy = likelihood(e, exp(y), fold, true);
    for (int i = 0; i < STEPS; i++) {
        if (fx > fy) {
            b = y;
            y = x;
            fy = fx;
            x = b - g * (b - a);
            fx = likelihood(e, exp(x), fold, true);
        } else {
            a = x;
            x = y;
            fx = fy;
            y = a + g * (b - a);
            fy = likelihood(e, exp(y), fold, true);
        }
    }
    return exp((a + b) / 2.0);
}

enum isg_status isg_translator_calibrate(
    struct isg_translator *t, struct isg_translate_calibration *out, struct isg_error *err)
{
    *out = (struct isg_translate_calibration){.temperature = t->opts.map_temperature};
    if (!t->parts.map || !t->parts.lexicon)
        return ISG_OK;
    struct evidence e = {0};
    const enum isg_status status = gather(t, &e, err);
    out->words = e.words.n;
    if (status == ISG_OK && e.words.n >= FEWEST_WORDS) {
        for (size_t fold = 0; fold < FOLDS; fold++)
            out->gain += (likelihood(&e, fit(&e, fold), fold, false) -
                             likelihood(&e, t->opts.map_temperature, fold, false)) /
                         (double)e.words.n;
        out->kept = out->gain > 0.0;
        if (out->kept)
            out->temperature = t->opts.map_temperature = fit(&e, FOLDS);
    }
    isg_free(e.words.v);
    isg_free(e.options.v);
    return status;
}
