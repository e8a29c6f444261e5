/* The temperature of the map's options, fitted to a lexicon. */
#include "translate/options.h"
#include <math.h>
#include <string.h>

static double fit_of(const struct isg_translator *t, double temperature, size_t *words)
{
    double sum = 0.0;
    *words = 0;
    for (uint32_t id = 0; id < isg_lexicon_size(t->parts.map); id++) {
        size_t n;
        const char *s = isg_lexicon_source(t->parts.map, id, &n);
        struct isg_tr_option map[ISG_TR_MAX_OPTIONS], lex[ISG_TR_MAX_OPTIONS];
        const size_t m = isg_tr_from_lexicon(t->parts.map, s, n, s, n, ISG_BY_MAP, map, (size_t)t->opts.candidates);
        const size_t k = isg_tr_from_lexicon(t->parts.lexicon, s, n, s, n, ISG_BY_LEXICON, lex, ISG_TR_MAX_OPTIONS);
        double p = 0.0;
        isg_tr_map_p(map, m, temperature);
        for (size_t i = 0; i < m; i++)
            for (size_t j = 0; j < k; j++)
                if (map[i].n == lex[j].n && memcmp(map[i].text, lex[j].text, lex[j].n) == 0)
                    p += exp((double)map[i].logp);
        if (k == 0 || m < 2 || p <= 0.0)
            continue;
        sum += log(p);
        ++*words;
    }
    return sum;
}

size_t isg_translator_calibrate(struct isg_translator *t)
{
    if (!t->parts.map || !t->parts.lexicon)
        return 0;
    size_t words;
    const double g = 0.6180339887498949;
    double a = log(0.01), b = log(2.0), x = b - g * (b - a), y = a + g * (b - a);
    double fx = fit_of(t, exp(x), &words), fy = fit_of(t, exp(y), &words);
    if (words < 20)
        return words;
    for (int i = 0; i < 16; i++) {
        if (fx > fy) {
            b = y;
            y = x;
            fy = fx;
            fx = fit_of(t, exp(x = b - g * (b - a)), &words);
        } else {
            a = x;
            x = y;
            fx = fy;
            fy = fit_of(t, exp(y = a + g * (b - a)), &words);
        }
    }
    t->opts.map_temperature = exp((a + b) / 2.0);
    return words;
}

double isg_translator_map_temperature(const struct isg_translator *t)
{
    return t->opts.map_temperature;
}
