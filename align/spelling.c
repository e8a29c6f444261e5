/* Spelling: words without case and accents, and how far they are from each other. */
#include "align/spelling.h"
#include "src/isg.h"

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
