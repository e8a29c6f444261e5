/* Speed of the engine: the reference model of NCRF++ (character CNN of 50 filters of width 3 over 30-d
 * characters, 100-d words, BiLSTM of 100 units a direction, CRF over 17 tags) on made-up text shaped like
 * CoNLL-2003 English. bench_ner [--seconds N] [--isa base|avx2|avx512] [--threads N] [--batch N] [--what
 * train|tag] Counts the model's multiply-adds and measures sgemm's peak in the same process, so that the
 * share of the peak means the same on any machine. Training is a whole step: forward, backward, clipping, SGD
 * with momentum, packing.
 */
#include "ner/crf.h"
#include "ner/optim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    VOCAB = 25000,
    LETTERS = 85,
    CHAR_DIM = 30,
    FILTERS = 50,
    WIDTH = 3,
    WORD_DIM = 100,
    HIDDEN = 100,
    TAGS = 17
};
enum { SENTENCES = 4000, MAX_SHARDS = 16 };

static void fail(const struct isg_error *err)
{
    char text[1024];
    isg_error_format(err, text, sizeof text);
    fprintf(stderr, "%s\n", text);
    exit(1);
}
#define CHECK(call)                                                                                          \
    do {                                                                                                     \
        if ((call) != ISG_OK)                                                                                \
            fail(&err);                                                                                      \
    } while (0)

/* ---- text
 * -------------------------------------------------------------------------------------------------------- */
struct text {
    uint32_t word_at[VOCAB + 1], *letters; /* spelling of each word */
    uint32_t length[SENTENCES], offset[SENTENCES + 1], *word, *tag;
};

/* Sentence lengths: mean 14.5 and deviation 11.5 as in eng.train, many short, some of 50 and more. Words by
 * Zipf's law; their lengths grow with rank, mean 4.6 letters a token and 7.5 a type. */
static void text_make(struct text *x)
{
    struct isg_rng r = isg_rng_stream(1, "text", 0);
    x->letters = malloc(VOCAB * 24 * sizeof *x->letters);
    uint32_t at = 0;
    for (uint32_t w = 0; w < VOCAB; w++) {
        x->word_at[w] = at;
        const double mean = fmin(1 + 0.75 * log2(w + 2.0), 7.5);
        const uint32_t n = (uint32_t)fmin(fmax(mean + 2 * isg_rng_normal(&r), 1), 20);
        for (uint32_t i = 0; i < n; i++)
            x->letters[at++] = isg_rng_below(&r, LETTERS);
    }
    x->word_at[VOCAB] = at;
    uint32_t total = 0;
    for (uint32_t s = 0; s < SENTENCES; s++) {
        const double u = isg_rng_double(&r);
        const double n = u < 0.45 ? 2 + 8 * isg_rng_double(&r) : 9 + 13 * fabs(isg_rng_normal(&r)) * 0.9;
        x->length[s] = (uint32_t)fmin(fmax(n, 1), 90);
        x->offset[s] = total;
        total += x->length[s];
    }
    x->offset[SENTENCES] = total;
    x->word = malloc(total * sizeof *x->word);
    x->tag = malloc(total * sizeof *x->tag);
    for (uint32_t i = 0; i < total; i++) {
        const double u = isg_rng_double(&r);
        x->word[i] = (uint32_t)fmin(pow(VOCAB, u), VOCAB) - 1;
        x->tag[i] = isg_rng_below(&r, 6) ? 0 : isg_rng_below(&r, TAGS);
    }
}

/* ---- model
 * ------------------------------------------------------------------------------------------------------- */
struct model {
    struct isg_params *params;
    struct isg_param *word, *letter, *conv_w, *conv_b, *out_w, *out_b;
    struct isg_bilstm lstm;
    struct isg_crf crf;
};

static void model_make(struct model *m)
{
    struct isg_error err;
    CHECK(isg_params_new(&m->params, &err));
    CHECK(isg_params_add(m->params, &m->word, "word.weight", VOCAB, WORD_DIM, true, &err));
    CHECK(isg_params_add(m->params, &m->letter, "char.weight", LETTERS, CHAR_DIM, false, &err));
    CHECK(isg_params_add(m->params, &m->conv_w, "char.conv.w", WIDTH * CHAR_DIM, FILTERS, false, &err));
    CHECK(isg_params_add(m->params, &m->conv_b, "char.conv.b", 1, FILTERS, false, &err));
    CHECK(isg_bilstm_add(m->params, &m->lstm, "lstm", WORD_DIM + FILTERS, HIDDEN, &err));
    CHECK(isg_params_add(m->params, &m->out_w, "out.w", 2 * HIDDEN, TAGS, false, &err));
    CHECK(isg_params_add(m->params, &m->out_b, "out.b", 1, TAGS, false, &err));
    CHECK(isg_crf_add(m->params, &m->crf, "crf", TAGS, &err));
    CHECK(isg_params_seal(m->params, &err));
    for (uint32_t i = 0; i < isg_params_count(m->params); i++)
        isg_param_xavier(isg_params_at(m->params, i), 1);
    isg_bilstm_init(m->params, &m->lstm, 1, 1);
}

/* Multiply-adds of the forward pass, a token and a letter of a distinct word; the backward pass has twice as
 * many. */
static double macs(double tokens, double letters)
{
    const double token = 2.0 * (WORD_DIM + FILTERS + HIDDEN) * 4 * HIDDEN + 2.0 * HIDDEN * TAGS + TAGS * TAGS;
    return tokens * token + letters * WIDTH * CHAR_DIM * FILTERS;
}

/* ---- one shard
 * --------------------------------------------------------------------------------------------------- */
struct shard {
    struct isg_tape *tape;
    uint32_t n, n_tokens, n_types;
    uint32_t *sentence, *offset, *word, *type, *tags, *type_word, *type_at, *letters;
    uint32_t *seen; /* VOCAB: place among the shard's types + 1 */
};
struct job {
    const struct text *text;
    const struct model *model;
    struct shard shards[MAX_SHARDS];
    uint32_t n_shards, n_sentences;
    bool training;
    uint64_t step;
};

static void shard_fill(struct shard *s, const struct text *x)
{
    s->n_tokens = s->n_types = 0;
    s->offset[0] = s->type_at[0] = 0;
    for (uint32_t i = 0; i < s->n; i++) {
        const uint32_t first = x->offset[s->sentence[i]], n = x->length[s->sentence[i]];
        for (uint32_t t = 0; t < n; t++) {
            const uint32_t w = x->word[first + t];
            if (s->seen[w] == 0) {
                const uint32_t len = x->word_at[w + 1] - x->word_at[w], at = s->type_at[s->n_types];
                memcpy(s->letters + at, x->letters + x->word_at[w], len * sizeof *s->letters);
                s->type_word[s->n_types++] = w;
                s->type_at[s->n_types] = at + len;
                s->seen[w] = s->n_types;
            }
            s->word[s->n_tokens] = w;
            s->type[s->n_tokens] = s->seen[w] - 1;
            s->tags[s->n_tokens++] = x->tag[first + t];
        }
        s->offset[i + 1] = s->n_tokens;
    }
    for (uint32_t i = 0; i < s->n_types; i++)
        s->seen[s->type_word[i]] = 0;
}

static void run_shard(void *cookie, size_t index, unsigned worker)
{
    (void)worker;
    struct job *const j = cookie;
    struct shard *const s = &j->shards[index];
    const struct model *const m = j->model;
    struct isg_error err;
    struct isg_tape *const t = s->tape;
    shard_fill(s, j->text);
    const struct isg_seqs sentences = {s->n, s->offset}, types = {s->n_types, s->type_at};
    isg_tape_reset(t, &(struct isg_run){.training = j->training, .seed = 1, .step = j->step, .shard = index});
    struct isg_node *letters =
        isg_dropout(t, isg_lookup(t, m->letter, s->letters, s->type_at[s->n_types]), 0.5f, "c");
    struct isg_node *spelling = isg_char_cnn(t, letters, &types, WIDTH, m->conv_w, m->conv_b);
    struct isg_node *words = isg_lookup(t, m->word, s->word, s->n_tokens);
    struct isg_node *x =
        isg_concat(t, (struct isg_node *[]){words, isg_rows(t, spelling, s->type, s->n_tokens)}, 2);
    struct isg_node *h = isg_bilstm(t, isg_dropout(t, x, 0.5f, "x"), &sentences, &m->lstm);
    struct isg_node *emit = isg_linear(t, isg_dropout(t, h, 0.5f, "h"), m->out_w, m->out_b);
    if (j->training) {
        struct isg_node *loss =
            isg_crf_loss(t, emit, NULL, &sentences, &m->crf, &(struct isg_crf_target){.tags = s->tags});
        CHECK(isg_backward(t, loss, 1.0f / (float)j->n_sentences, &err));
        return;
    }
    CHECK(isg_tape_status(t, &err));
    for (uint32_t i = 0; i < s->n; i++)
        CHECK(isg_crf_viterbi(&(struct isg_crf_input){.crf = &m->crf,
                                  .n = s->offset[i + 1] - s->offset[i],
                                  .emit = emit->x + (size_t)s->offset[i] * TAGS},
            s->tags + s->offset[i], NULL, &err));
}

/* ---- measuring
 * --------------------------------------------------------------------------------------------------- */
struct result {
    double tokens_per_second, gflops;
    double per_cpu_second; /* tokens a second of processor time, which other programs' load does not hide */
};

static double cpu_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static struct result measure(const struct text *x, bool training, uint32_t batch, uint32_t n_shards,
    enum isg_level_isa isa, struct isg_pool *pool, double seconds)
{
    struct isg_error err;
    struct model m;
    struct isg_optim *optim;
    struct isg_optim_opts opts = isg_optim_defaults();
    model_make(&m);
    CHECK(isg_optim_new(&optim, m.params, &opts, &err));
    struct job *const j = calloc(1, sizeof *j);
    *j = (struct job){
        .text = x, .model = &m, .n_shards = n_shards, .training = training, .n_sentences = batch};
    struct isg_tape *tapes[MAX_SHARDS];
    for (uint32_t i = 0; i < n_shards; i++) {
        struct shard *const s = &j->shards[i];
        const size_t cap = (size_t)batch * 90 + 1;
        CHECK(isg_tape_new(&s->tape, m.params, isa, &err));
        tapes[i] = s->tape;
        uint32_t **const arrays[] = {
            &s->sentence, &s->offset, &s->word, &s->type, &s->tags, &s->type_word, &s->type_at};
        for (size_t a = 0; a < sizeof arrays / sizeof *arrays; a++)
            *arrays[a] = malloc(cap * sizeof(uint32_t));
        s->letters = malloc(cap * 20 * sizeof *s->letters);
        s->seen = calloc(VOCAB, sizeof *s->seen);
    }
    uint32_t lengths[512], shard[512], order[SENTENCES];
    for (uint32_t i = 0; i < SENTENCES; i++)
        order[i] = i;
    struct isg_rng r = isg_rng_stream(2, "order", 0);
    isg_rng_shuffle(&r, order, SENTENCES);
    double tokens = 0, letters = 0, start = isg_now(), cpu = cpu_seconds(), spent = 0;
    uint32_t at = 0;
    for (uint64_t step = 0; step < 20 || spent < seconds; step++) {
        if (step == 10) { /* warm */
            tokens = letters = 0;
            start = isg_now();
            cpu = cpu_seconds();
        }
        if (at + batch > SENTENCES)
            at = 0;
        for (uint32_t i = 0; i < batch; i++)
            lengths[i] = x->length[order[at + i]];
        CHECK(isg_seqs_shard(lengths, batch, n_shards, shard, &err));
        for (uint32_t i = 0; i < n_shards; i++)
            j->shards[i].n = 0;
        for (uint32_t i = 0; i < batch; i++) {
            struct shard *const s = &j->shards[shard[i]];
            s->sentence[s->n++] = order[at + i];
        }
        at += batch;
        j->step = step;
        isg_pool_run(pool, n_shards, run_shard, j);
        if (training)
            CHECK(isg_optim_step(optim, tapes, n_shards, 0.015, pool, NULL, &err));
        else
            CHECK(isg_params_pack(m.params, false, pool, &err));
        for (uint32_t i = 0; i < n_shards; i++) {
            tokens += j->shards[i].n_tokens;
            letters += j->shards[i].type_at[j->shards[i].n_types];
        }
        spent = isg_now() - start;
    }
    cpu = cpu_seconds() - cpu;
    const double flops = 2 * macs(tokens, letters) * (training ? 3 : 1);
    for (uint32_t i = 0; i < n_shards; i++) {
        struct shard *const s = &j->shards[i];
        isg_tape_free(s->tape);
        uint32_t *const arrays[] = {
            s->sentence, s->offset, s->word, s->type, s->tags, s->type_word, s->type_at, s->letters, s->seen};
        for (size_t a = 0; a < sizeof arrays / sizeof *arrays; a++)
            free(arrays[a]);
    }
    free(j);
    isg_optim_free(optim);
    isg_params_free(m.params);
    return (struct result){tokens / spent, flops / spent * 1e-9, tokens / cpu};
}

/* Best of several products of 768 x 768 on one thread. */
static double sgemm_peak(void)
{
    enum { N = 768 };
    float *const a = isg_calloc(N * N, sizeof *a), *const c = isg_calloc(N * N, sizeof *c);
    for (size_t i = 0; i < (size_t)N * N; i++)
        a[i] = (float)(i % 17) * 0.1f;
    double best = 0;
    for (int i = 0; i < 30; i++) {
        const double start = isg_now();
        isg_sgemm(ISG_N, ISG_N, N, N, N, 1, a, N, a, N, 0, c, N);
        best = fmax(best, 2.0 * N * N * N / (isg_now() - start) * 1e-9);
    }
    isg_free(a);
    isg_free(c);
    return best;
}

int main(int argc, char **argv)
{
    double seconds = 1.5;
    enum isg_level_isa isa = ISG_ISA_AUTO;
    unsigned only_threads = 0, only_batch = 0;
    const char *only_what = NULL;
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--seconds") == 0)
            seconds = atof(argv[i + 1]);
        else if (strcmp(argv[i], "--threads") == 0)
            only_threads = (unsigned)atoi(argv[i + 1]);
        else if (strcmp(argv[i], "--what") == 0)
            only_what = argv[i + 1];
        else if (strcmp(argv[i], "--batch") == 0)
            only_batch = (unsigned)atoi(argv[i + 1]);
        else if (strcmp(argv[i], "--isa") == 0)
            for (enum isg_level_isa l = ISG_ISA_BASE; l <= ISG_ISA_AVX512; l++)
                isa = strcmp(argv[i + 1], isg_isa_name(l)) == 0 ? l : isa;
    }
    const unsigned cores = (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
    const double peak = sgemm_peak();
    static struct text x;
    text_make(&x);
    printf("kernels %s; %s; sgemm peak %.1f GFLOP/s a core; %u sentences, %.1f tokens each\n\n",
        isg_isa_name(isa ? isa : isg_isa_best()), isg_blas_describe(), peak, SENTENCES,
        (double)x.offset[SENTENCES] / SENTENCES);
    printf("| what | batch | shards | threads | tokens/s | GFLOP/s | share of sgemm's peak | tokens/s of "
           "processor time |\n");
    printf("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n");
    static const struct {
        uint32_t batch, train_shards, tag_shards;
    } sizes[] = {{10, 2, 2}, {32, 2, 4}, {64, 2, 8}};
    for (int training = 1; training >= 0; training--) {
        if (only_what && strcmp(only_what, training ? "train" : "tag") != 0)
            continue;
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
            if (only_batch && sizes[s].batch != only_batch)
                continue;
            for (int all = only_threads != 0; all <= (cores > 1 || only_threads); all++) {
                const unsigned threads = only_threads ? only_threads : all ? cores : 1;
                const uint32_t shards = training ? sizes[s].train_shards : sizes[s].tag_shards;
                struct isg_pool *const pool = isg_pool_new(threads);
                const struct result r = measure(&x, training, sizes[s].batch, shards, isa, pool, seconds);
                isg_pool_free(pool);
                printf("| %s | %u | %u | %u | %.0f | %.1f | %.0f %% | %.0f |\n", training ? "train" : "tag",
                    sizes[s].batch, shards, threads, r.tokens_per_second, r.gflops,
                    100 * r.gflops / (peak * threads), r.per_cpu_second);
                fflush(stdout);
            }
        }
    }
    free(x.letters);
    free(x.word);
    free(x.tag);
    return 0;
}
