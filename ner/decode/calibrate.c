/* Temperature scaling for the probabilities of entities, cross-validated. */
#include "ner/decode/calibrate.h"
#include "ner/data/labels.h"
#include "ner/score/match.h"

#include <math.h>
#include <string.h>

enum { N_BINS = 15, N_FOLDS = 5, N_GRID = 33, ONE = 16 };

/* The temperatures looked at: 1/4 to 4 in steps of 2^(1/8). */
static double temperature_at(int k)
{
    return exp2((k - ONE) / 8.0);
}

struct bins {
    double right[N_BINS], sum[N_BINS];
    uint64_t total;
};

static void see(struct bins *b, double probability, bool right)
{
    int i = (int)(probability * N_BINS);
    i = i < 0 ? 0 : i >= N_BINS ? N_BINS - 1 : i;
    b->total++;
    b->right[i] += right;
    b->sum[i] += probability;
}

static double ece(const struct bins *b)
{
    double out = 0;
    for (int i = 0; i < N_BINS; i++)
        out += fabs(b->right[i] - b->sum[i]);
    return b->total ? 100 * out / (double)b->total : 0;
}

/* An entity that the network finds. */
struct found {
    float probability[N_GRID]; /* at each temperature */
    uint32_t at;               /* its first token in the corpus */
    uint32_t fold;
    bool right;
};

struct run {
    struct isg_ner_decoder *d;
    const struct isg_ner_forms *forms;
    const struct isg_ner_vocab *vocab;
    const struct isg_ner_encoded *e;
    struct isg_ner_scores scores; /* of the network; emit NULL = it is run each time */
    size_t *offset;
    uint32_t *labels;
    float *confidence, *span_probability;
    double *nll;
    struct isg_span *spans;
    ISG_ARRAY(struct found) found;
};

static void run_fini(struct run *r)
{
    isg_free(r->scores.emit);
    isg_free(r->offset);
    isg_free(r->labels);
    isg_free(r->confidence);
    isg_free(r->span_probability);
    isg_free(r->nll);
    isg_free(r->spans);
    isg_free(r->found.v);
}

static enum isg_status decode(struct run *r, struct isg_ner_decode job, struct isg_error *err)
{
    job.n = r->e->corpus.n_sentences;
    job.tokens = r->e->tokens;
    job.n_tokens = r->e->n_tokens;
    job.features = r->e->features;
    job.offset = r->offset;
    job.labels = r->labels;
    if (r->scores.emit && !job.add_to)
        job.scores = &r->scores;
    return isg_ner_decode_run(r->d, r->forms, r->vocab, &job, err);
}

/* Memory, and the network's scores, which no temperature changes. Transitions that depend on the input would take the
 * square of the labels a token: there the network is run for each temperature instead. */
static enum isg_status run_init(struct run *r, const struct isg_ner_network *net, struct isg_error *err)
{
    const struct isg_ner_corpus *const c = &r->e->corpus;
    const size_t n = (size_t)c->n_tokens + 1, n_sentences = (size_t)c->n_sentences + 1;
    uint32_t longest = 0;
    r->offset = isg_malloc(n_sentences, sizeof *r->offset);
    r->labels = isg_malloc(n, sizeof *r->labels);
    r->confidence = isg_malloc(n, sizeof *r->confidence);
    r->span_probability = isg_calloc(n, sizeof *r->span_probability);
    r->nll = isg_calloc(n_sentences, sizeof *r->nll);
    for (uint32_t s = 0; r->offset && s < c->n_sentences; s++) {
        r->offset[s] = c->offset.v[s];
        longest = r->e->n_tokens[s] > longest ? r->e->n_tokens[s] : longest;
    }
    r->spans = isg_malloc(2 * (size_t)longest + 1, sizeof *r->spans);
    if (!r->offset || !r->labels || !r->confidence || !r->span_probability || !r->nll || !r->spans)
        return isg_error_nomem(err, "calibration");
    if (net->head.pair_w)
        return ISG_OK;
    r->scores = (struct isg_ner_scores){
        .emit = isg_calloc(n * net->head.n_labels, sizeof *r->scores.emit), .crf = net->head.crf};
    if (!r->scores.emit)
        return isg_error_nomem(err, "calibration");
    return decode(r, (struct isg_ner_decode){.add_to = &r->scores}, err);
}

/* Expected calibration errors and mean negative log-likelihood at a temperature; entities that are found are right or
 * not whatever the temperature, which does not change the best path. */
static enum isg_status measure(
    struct run *r, double temperature, double *nll, double *token, double *entity, struct isg_error *err)
{
    const struct isg_ner_corpus *const c = &r->e->corpus;
    struct bins tokens = {0}, entities = {0};
    ISG_TRY(decode(r,
        (struct isg_ner_decode){.confidence = r->confidence,
            .span_probability = r->span_probability,
            .gold = r->e->labels,
            .nll = r->nll,
            .temperature = temperature},
        err));
    *nll = 0;
    for (uint32_t s = 0; s < c->n_sentences; s++)
        *nll += r->nll[s];
    *nll = c->n_tokens ? *nll / c->n_tokens : 0;
    for (uint32_t i = 0; i < c->n_tokens; i++)
        see(&tokens, (double)r->confidence[i], r->labels[i] == r->e->labels[i]);
    for (size_t i = 0; i < r->found.n; i++)
        see(&entities, (double)r->span_probability[r->found.v[i].at], r->found.v[i].right);
    *token = ece(&tokens);
    *entity = ece(&entities);
    return ISG_OK;
}

/* The entities of the best paths, in folds of neighbouring sentences. */
static enum isg_status find_entities(struct run *r, struct isg_error *err)
{
    const struct isg_ner_corpus *const c = &r->e->corpus;
    ISG_TRY(decode(r, (struct isg_ner_decode){0}, err));
    for (uint32_t s = 0; s < c->n_sentences; s++) {
        const uint32_t at = c->offset.v[s], n = r->e->n_tokens[s];
        struct isg_span *const gold = r->spans, *const found = r->spans + n;
        const size_t n_gold = isg_ner_spans_from_labels(r->vocab, r->e->labels + at, n, gold);
        const size_t n_found = isg_ner_spans_from_labels(r->vocab, r->labels + at, n, found);
        struct isg_ner_match m = {gold, n_gold, found, n_found};
        if (!ISG_RESERVE(r->found, r->found.n + n_found + 1))
            return isg_error_nomem(err, "calibration");
        for (const struct isg_span *a, *b; isg_ner_match_next(&m, &a, &b);)
            if (b)
                r->found.v[r->found.n++] = (struct found){.at = at + b->first,
                    .fold = (uint32_t)((uint64_t)s * N_FOLDS / c->n_sentences),
                    .right = a && a->type == b->type};
    }
    return ISG_OK;
}

static enum isg_status find_probabilities(struct run *r, struct isg_error *err)
{
    for (int k = 0; k < N_GRID; k++) {
        ISG_TRY(decode(r,
            (struct isg_ner_decode){.span_probability = r->span_probability, .temperature = temperature_at(k)}, err));
        for (size_t i = 0; i < r->found.n; i++)
            r->found.v[i].probability[k] = r->span_probability[r->found.v[i].at];
    }
    return ISG_OK;
}

/* The temperature with the least log loss of "this entity is right" over all folds but one (N_FOLDS = over all). */
static int fit(const struct run *r, uint32_t without)
{
    int best = ONE;
    double least = HUGE_VAL;
    for (int k = 0; k < N_GRID; k++) {
        double loss = 0;
        for (size_t i = 0; i < r->found.n; i++) {
            const struct found *const f = &r->found.v[i];
            const double p = fmin(fmax((double)f->probability[k], 1e-6), 1 - 1e-6);
            if (f->fold != without)
                loss -= log(f->right ? p : 1 - p);
        }
        if (loss < least) {
            least = loss;
            best = k;
        }
    }
    return best;
}

/* Expected calibration error of the entities, each at the temperature fitted to the other folds. */
static double held_out_error(const struct run *r)
{
    struct bins b = {0};
    for (uint32_t fold = 0; fold < N_FOLDS; fold++) {
        const int k = fit(r, fold);
        for (size_t i = 0; i < r->found.n; i++)
            if (r->found.v[i].fold == fold)
                see(&b, (double)r->found.v[i].probability[k], r->found.v[i].right);
    }
    return ece(&b);
}

enum isg_status isg_ner_calibrate(struct isg_ner_calibration *out, struct isg_ner_decoder *d,
    const struct isg_ner_network *net, const struct isg_ner_forms *forms, const struct isg_ner_vocab *vocab,
    const struct isg_ner_encoded *e, struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    struct run r = {.d = d, .forms = forms, .vocab = vocab, .e = e};
    *out = (struct isg_ner_calibration){.temperature = 1};
    ISG_GOTO(run_init(&r, net, err));
    ISG_GOTO(find_entities(&r, err));
    ISG_GOTO(measure(&r, 1, &out->nll_before, &out->token_ece_before, &out->entity_ece_before, err));
    out->nll_after = out->nll_before;
    out->token_ece_after = out->token_ece_before;
    out->entity_ece_after = out->entity_ece_before;
    if (!r.found.n)
        goto out;
    ISG_GOTO(find_probabilities(&r, err));
    out->entity_ece_held_out = held_out_error(&r);
    const double temperature = temperature_at(fit(&r, N_FOLDS));
    double nll, token, entity;
    ISG_GOTO(measure(&r, temperature, &nll, &token, &entity, err));
    if (!(out->entity_ece_held_out < out->entity_ece_before) || entity > out->entity_ece_before)
        goto out;
    out->temperature = temperature;
    out->nll_after = nll;
    out->token_ece_after = token;
    out->entity_ece_after = entity;
out:
    run_fini(&r);
    return status;
}
