/* Word similarity: cosines in the common space against people's judgements. */
#include "align/align.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

double isg_pearson(const double *x, const double *y, size_t n)
{
    double mx = 0, my = 0, xx = 0, yy = 0, xy = 0;
    for (size_t i = 0; i < n; i++) {
        mx += x[i] / (double)n;
        my += y[i] / (double)n;
    }
    for (size_t i = 0; i < n; i++) {
        xx += (x[i] - mx) * (x[i] - mx);
        yy += (y[i] - my) * (y[i] - my);
        xy += (x[i] - mx) * (y[i] - my);
    }
    return xx > 0 && yy > 0 ? xy / sqrt(xx * yy) : 0;
}

struct ranked {
    double value;
    size_t place;
};

static int by_value(const void *a, const void *b)
{
    const struct ranked *const x = a, *const y = b;
    return x->value != y->value ? (x->value > y->value) - (x->value < y->value)
                                : (x->place > y->place) - (x->place < y->place);
}

/* Ranks from 1; equal values share the mean of their ranks. */
static void ranks(const double *x, size_t n, struct ranked *scratch, double *out)
{
    for (size_t i = 0; i < n; i++)
        scratch[i] = (struct ranked){x[i], i};
    qsort(scratch, n, sizeof *scratch, by_value);
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && scratch[end].value == scratch[i].value;)
            end++;
        for (size_t j = i; j < end; j++)
            out[scratch[j].place] = (double)(i + 1 + end) / 2;
    }
}

enum isg_status isg_spearman(const double *x, const double *y, size_t n, double *out, struct isg_error *err)
{
    struct ranked *const scratch = isg_malloc(n, sizeof *scratch);
    double *const rx = isg_malloc(n, sizeof *rx), *const ry = isg_malloc(n, sizeof *ry);
    const enum isg_status status = scratch && rx && ry ? ISG_OK : isg_error_nomem(err, "ranks");
    if (status == ISG_OK) {
        ranks(x, n, scratch, rx);
        ranks(y, n, scratch, ry);
        *out = isg_pearson(rx, ry, n);
    }
    isg_free(scratch);
    isg_free(rx);
    isg_free(ry);
    return status;
}

/* "word word score", separated by tabs or spaces; lines that start with # and a heading, whose last field is no number,
 * are left out. */
static bool split(char *line, char *word[2], double *score)
{
    const char *const between = strchr(line, '\t') ? "\t" : " ";
    char *rest = NULL, *end;
    word[0] = strtok_r(line, between, &rest);
    word[1] = strtok_r(NULL, between, &rest);
    const char *const number = strtok_r(NULL, between, &rest);
    if (!word[0] || !word[1] || !number)
        return false;
    *score = strtod(number, &end);
    return end != number && !*end && isfinite(*score);
}

enum isg_status isg_align_similarity(const struct isg_align_space *space, const struct isg_vectors *src,
    const struct isg_vectors *tgt, const char *path, enum isg_dict_case rule, struct isg_align_similarity *out,
    const struct isg_env *env, struct isg_error *err)
{
    enum isg_status status;
    struct isg_reader *r = NULL;
    const struct isg_vectors *const v[2] = {src, tgt};
    double *score = NULL, *cosine = NULL;
    size_t cap[2] = {0}, n = 0;
    *out = (struct isg_align_similarity){0};
    ISG_GOTO(isg_reader_open(&r, path, err));
    isg_reader_watch(r, env, "reading similarities");
    for (uint64_t number = 1;; number++) {
        char *line, *word[2];
        size_t length;
        double value;
        uint32_t row[2];
        ISG_GOTO(isg_reader_line(r, &line, &length, err));
        if (!line)
            break;
        if (length == 0 || line[0] == '#')
            continue;
        if (!split(line, word, &value)) {
            if (number == 1)
                continue; /* a heading */
            isg_error_set(err, ISG_EDATA, path, number, "no two words and a score");
            status = isg_error_expected(err, "source word, target word and score, separated by tabs or spaces");
            goto out;
        }
        out->pairs++;
        for (int s = 0; s < 2; s++)
            row[s] = isg_align_find(v[s], word[s], strlen(word[s]), rule);
        if (row[0] == ISG_NO_ID || row[1] == ISG_NO_ID)
            continue;
        if (!ISG_GROW(score, cap[0], n + 1) || !ISG_GROW(cosine, cap[1], n + 1)) {
            status = isg_error_nomem(err, "word similarities");
            goto out;
        }
        const float *const a = isg_mat_row(isg_align_space_rows(space, ISG_SOURCE), row[0]);
        const float *const b = isg_mat_row(isg_align_space_rows(space, ISG_TARGET), row[1]);
        score[n] = value;
        cosine[n] = 0;
        for (size_t j = 0; j < isg_align_space_rows(space, ISG_SOURCE).cols; j++)
            cosine[n] += (double)a[j] * (double)b[j];
        n++;
    }
    out->covered = n;
    if (n < 2) {
        isg_error_set(
            err, ISG_EDATA, path, 0, "%zu of %llu pairs of words have vectors", n, (unsigned long long)out->pairs);
        status = isg_error_expected(err, "two or more");
        goto out;
    }
    out->pearson = isg_pearson(score, cosine, n);
    status = isg_spearman(score, cosine, n, &out->spearman, err);
out:
    isg_reader_close(r);
    isg_free(score);
    isg_free(cosine);
    return status;
}
