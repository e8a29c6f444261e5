/** @file ner/engine/crf_decode.c  Best paths and probabilities of one sentence. */
#include "ner/engine/crf_decode.h"
#include "ner/engine/crf_lattice.h"
#include <string.h>

/** The input's scores in double with temperature and masks, so that ties and orders do not depend on
 * rounding. */
struct scores {
    const struct isg_crf_input *in;
    size_t n_tags;
    double scale;
};

static struct scores scores_of(const struct isg_crf_input *in)
{
    return (struct scores){in, in->crf->n_tags, in->temperature > 0 ? 1 / (double)in->temperature : 1};
}

static double edge(const struct scores *s, const struct isg_param *p, const uint8_t *legal, size_t j)
{
    return legal && !legal[j] ? -(double)INFINITY : p ? s->scale * (double)p->value[j] : 0;
}

static double at_token(const struct scores *s, size_t t, size_t j)
{
    const size_t at = t * s->n_tags + j;
    return s->in->allowed && !s->in->allowed[at] ? -(double)INFINITY : s->scale * (double)s->in->emit[at];
}

static double between(const struct scores *s, size_t t, size_t i, size_t j)
{
    const size_t n = s->n_tags, at = i * n + j;
    const struct isg_crf *const crf = s->in->crf;
    if (crf->legal.trans && !crf->legal.trans[at])
        return -(double)INFINITY;
    double x = (double)crf->trans->value[at];
    if (s->in->pair)
        x += (double)s->in->pair[t * n * n + at];
    return s->scale * x;
}

/** An entry of the k-best lists: the path ends here with this score, coming from entry `rank` of tag `tag`. */
struct entry {
    double score;
    uint32_t tag, rank;
};

/** Puts e into the k best of list (falling score; at equal scores the earlier one stays in front). */
static void offer(struct entry *list, uint32_t k, uint32_t *n, struct entry e)
{
    if (e.score == -(double)INFINITY || (*n == k && !(e.score > list[k - 1].score)))
        return;
    uint32_t at = *n < k ? (*n)++ : k - 1;
    for (; at > 0 && e.score > list[at - 1].score; at--)
        list[at] = list[at - 1];
    list[at] = e;
}

/** The k best entries of all tags of token t from those of the token before. lists, sizes: n x L of them. */
static void extend(
    const struct scores *s, size_t t, uint32_t k, const double *step, struct entry *lists, uint32_t *sizes)
{
    const struct isg_crf *const crf = s->in->crf;
    const size_t n_tags = s->n_tags;
    for (size_t j = 0; j < n_tags; j++) {
        struct entry *const list = lists + (t * n_tags + j) * k;
        uint32_t *const size = sizes + t * n_tags + j;
        const double e = at_token(s, t, j);
        if (t == 0) {
            offer(list, k, size, (struct entry){edge(s, crf->start, crf->legal.start, j) + e, 0, 0});
            continue;
        }
        if (e == -(double)INFINITY)
            continue;
        for (size_t i = 0; i < n_tags; i++) {
            const struct entry *const from = lists + ((t - 1) * n_tags + i) * k;
            const double x = step[i * n_tags + j];
            for (uint32_t r = 0; r < sizes[(t - 1) * n_tags + i]; r++)
                offer(list, k, size, (struct entry){from[r].score + x + e, (uint32_t)i, r});
        }
    }
}

/* Viterbi with the k best entries for each tag and token (Huang & Chiang 2005, algorithm 1). k = 1 is
 * Viterbi's own. */
enum isg_status isg_crf_nbest(
    const struct isg_crf_input *in, uint32_t k, uint32_t *tags, double *scores, uint32_t *found, struct isg_error *err)
{
    const struct scores s = scores_of(in);
    const size_t n_tags = s.n_tags, n = in->n;
    *found = 0;
    if (k == 0)
        return ISG_OK;
    if (n == 0) {
        scores[0] = 0;
        *found = 1;
        return ISG_OK;
    }
    if (n > SIZE_MAX / n_tags / k)
        return isg_error_nomem(err, "decoding a sentence");
    struct entry *const lists = isg_malloc(n * n_tags * k + k, sizeof *lists);
    uint32_t *const sizes = isg_calloc(n * n_tags, sizeof *sizes);
    double *const step = isg_malloc(n_tags * n_tags, sizeof *step);
    if (!lists || !sizes || !step) {
        isg_free(lists);
        isg_free(sizes);
        isg_free(step);
        return isg_error_nomem(err, "decoding a sentence");
    }
    for (size_t t = 0; t < n; t++) {
        if (t > 0 && (t == 1 || in->pair))
            for (size_t i = 0; i < n_tags; i++)
                for (size_t j = 0; j < n_tags; j++)
                    step[i * n_tags + j] = between(&s, t, i, j);
        extend(&s, t, k, step, lists, sizes);
    }
    struct entry *const best = lists + n * n_tags * k;
    for (size_t i = 0; i < n_tags; i++) {
        const double x = edge(&s, in->crf->end, in->crf->legal.end, i);
        for (uint32_t r = 0; r < sizes[(n - 1) * n_tags + i]; r++)
            offer(best, k, found, (struct entry){lists[((n - 1) * n_tags + i) * k + r].score + x, (uint32_t)i, r});
    }
    for (uint32_t p = 0; p < *found; p++) {
        struct entry e = best[p];
        scores[p] = e.score;
        for (size_t t = n; t-- > 0;) {
            tags[p * n + t] = e.tag;
            e = lists[(t * n_tags + e.tag) * k + e.rank];
        }
    }
    isg_free(lists);
    isg_free(sizes);
    isg_free(step);
    return *found ? ISG_OK : isg_error_set(err, ISG_EDATA, NULL, 0, "a sentence of %zu tokens without legal tags", n);
}

enum isg_status isg_crf_viterbi(const struct isg_crf_input *in, uint32_t *tags, double *score, struct isg_error *err)
{
    const struct scores s = scores_of(in);
    const size_t n_tags = s.n_tags, n = in->n;
    if (score)
        *score = 0;
    if (n == 0)
        return ISG_OK;
    /* delta[2][L], transitions [j][i] (columns of one target side by side), back pointers */
    double *const d = isg_malloc(2 * n_tags + n_tags * n_tags, sizeof *d);
    uint32_t *const from = isg_malloc(n > SIZE_MAX / n_tags ? SIZE_MAX : n * n_tags, sizeof *from);
    if (!d || !from) {
        isg_free(d);
        isg_free(from);
        return isg_error_nomem(err, "decoding a sentence");
    }
    double *now = d, *before = d + n_tags, *const step = d + 2 * n_tags;
    for (size_t j = 0; j < n_tags; j++)
        now[j] = edge(&s, in->crf->start, in->crf->legal.start, j) + at_token(&s, 0, j);
    for (size_t t = 1; t < n; t++) {
        double *const swap = now;
        now = before;
        before = swap;
        if (t == 1 || in->pair)
            for (size_t i = 0; i < n_tags; i++)
                for (size_t j = 0; j < n_tags; j++)
                    step[j * n_tags + i] = between(&s, t, i, j);
        for (size_t j = 0; j < n_tags; j++) {
            double top = -(double)INFINITY;
            uint32_t arg = 0;
            for (size_t i = 0; i < n_tags; i++) {
                const double x = before[i] + step[j * n_tags + i];
                arg = x > top ? (uint32_t)i : arg;
                top = x > top ? x : top;
            }
            from[t * n_tags + j] = arg;
            now[j] = top + at_token(&s, t, j);
        }
    }
    double top = -(double)INFINITY;
    uint32_t tag = 0;
    for (size_t j = 0; j < n_tags; j++) {
        const double x = now[j] + edge(&s, in->crf->end, in->crf->legal.end, j);
        tag = x > top ? (uint32_t)j : tag;
        top = x > top ? x : top;
    }
    for (size_t t = n; t-- > 0; tag = t + 1 > 0 && t > 0 ? from[t * n_tags + tag] : 0)
        tags[t] = tag;
    isg_free(d);
    isg_free(from);
    if (score)
        *score = top;
    return top > -(double)INFINITY
               ? ISG_OK
               : isg_error_set(err, ISG_EDATA, NULL, 0, "a sentence of %zu tokens without legal tags", n);
}

struct isg_crf_lattice {
    struct isg_crf_tables c;
    struct isg_crf_sweep sweep;
    isg_real *memory, *sweep_memory;
};

enum isg_status isg_crf_lattice_new(struct isg_crf_lattice **out, const struct isg_crf_input *in, struct isg_error *err)
{
    *out = NULL;
    const struct isg_kernels *const k = isg_kernels_get(ISG_ISA_AUTO);
    struct isg_crf_lattice *const l = isg_calloc(1, sizeof *l);
    if (!l)
        return isg_error_nomem(err, "a lattice");
    l->memory = isg_malloc(isg_crf_tables_size(k, in->crf->n_tags), sizeof *l->memory);
    if (l->memory) {
        isg_crf_tables_init(&l->c, k, in->crf, in->temperature, l->memory);
        l->sweep_memory = isg_malloc(isg_crf_sweep_size(&l->c, in->n), sizeof *l->sweep_memory);
    }
    if (!l->sweep_memory) {
        isg_crf_lattice_free(l);
        return isg_error_nomem(err, "a lattice");
    }
    if (!isg_crf_sweep_run(&l->sweep, &l->c, in->n, in->emit, in->pair, in->allowed, NULL, l->sweep_memory)) {
        isg_crf_lattice_free(l);
        return isg_error_set(err, ISG_EDATA, NULL, 0, "a sentence of %u tokens without legal tags", in->n);
    }
    *out = l;
    return ISG_OK;
}

void isg_crf_lattice_free(struct isg_crf_lattice *l)
{
    if (!l)
        return;
    isg_free(l->memory);
    isg_free(l->sweep_memory);
    isg_free(l);
}

double isg_crf_log_z(const struct isg_crf_lattice *l)
{
    return l->sweep.log_z;
}

void isg_crf_marginals(const struct isg_crf_lattice *l, isg_real *out)
{
    const size_t n_tags = l->c.n_tags;
    memset(out, 0, l->sweep.n * n_tags * sizeof *out);
    for (uint32_t t = 0; t < l->sweep.n; t++)
        isg_crf_add_nodes(&l->sweep, t, 1, out + t * n_tags);
}

/**
 * Sum of the paths through the span over Z. Beginnings: alpha (its part with y_{first-1} in `before`), then
 * the span's own scores, then the ends: beta (its part with the next tag in `after`). alpha and beta carry
 * their shifts: a sum with alpha[t] and beta[t] is the share exp(. - node[t]) of Z, and from t to t + 1
 * alpha's shift is shift[t + 1].
 */
double isg_crf_span_probability(const struct isg_crf_lattice *l, uint32_t first, uint32_t n, const uint32_t *tags,
    const uint8_t *before, const uint8_t *after)
{
    const struct isg_crf_sweep *const s = &l->sweep;
    const size_t n_tags = l->c.n_tags, ld = l->c.ld;
    if (n == 0 || first >= s->n || n > s->n - first)
        return 0;
    const uint32_t last = first + n - 1;
    /* x = log score of the beginnings that end in tags[first], with the shifts up to `first` taken off */
    double x = (double)s->alpha[first * ld + tags[0]];
    if (first > 0 && before) {
        const isg_real *const step = isg_crf_step(s, first, false);
        double sum = 0;
        for (size_t i = 0; i < n_tags; i++)
            if (before[i])
                sum += exp((double)s->alpha[(first - 1) * ld + i] + (double)step[i * ld + tags[0]]);
        x = log(sum) + (double)s->emit[first * ld + tags[0]] - (double)s->shift[first];
    }
    for (uint32_t t = first + 1; t <= last; t++) {
        const isg_real *const step = isg_crf_step(s, t, false);
        x += (double)step[tags[t - 1 - first] * ld + tags[t - first]] + (double)s->emit[t * ld + tags[t - first]] -
             (double)s->shift[t];
    }
    const size_t tag = tags[n - 1];
    if (last + 1 == s->n || !after)
        return exp(x + (double)s->beta[last * ld + tag] - (double)s->node[last]);
    const isg_real *const step = isg_crf_step(s, last + 1, false);
    double sum = 0;
    for (size_t j = 0; j < n_tags; j++)
        if (after[j])
            sum += exp((double)step[tag * ld + j] + (double)s->emit[(last + 1) * ld + j] +
                       (double)s->beta[(last + 1) * ld + j]);
    return exp(x + log(sum) - (double)s->shift[last + 1] - (double)s->node[last + 1]);
}
