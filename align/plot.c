/* Pictures (SVG): words and their translations in the common space; precision against k and frequency. */
#include "align/align.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const colour[2] = {ISG_SVG_BLUE, ISG_SVG_RED}; /* of the source and the target language */

/* ---- the space ---- */

/* The first two principal components of n rows, and what share of the variance they hold; points: n x 2. */
static enum isg_status project(
    const float *rows, size_t n, size_t d, double *points, double *share, struct isg_error *err)
{
    enum isg_status status;
    double *const x = isg_malloc(n, d * sizeof *x), *const cov = isg_malloc(d, d * sizeof *cov);
    double *const values = isg_malloc(d, sizeof *values), total = 0;
    if (!x || !cov || !values) {
        status = isg_error_nomem(err, "a picture");
        goto out;
    }
    for (size_t j = 0; j < d; j++) {
        double mean = 0;
        for (size_t i = 0; i < n; i++)
            mean += (double)rows[i * d + j] / (double)n;
        for (size_t i = 0; i < n; i++)
            x[i * d + j] = (double)rows[i * d + j] - mean;
    }
    isg_dgemm(ISG_T, ISG_N, d, d, n, 1, x, d, x, d, 0, cov, d);
    ISG_GOTO(isg_eigh(d, cov, values, err));
    for (size_t j = 0; j < d; j++)
        total += values[j];
    for (size_t c = 0; c < 2; c++) {
        const size_t axis = d > c ? d - 1 - c : 0;
        double largest = 0;
        for (size_t j = 0; j < d; j++) /* the sign of an eigenvector is arbitrary: make the largest entry positive */
            largest = fabs(cov[j * d + axis]) > fabs(largest) ? cov[j * d + axis] : largest;
        for (size_t i = 0; i < n; i++) {
            points[i * 2 + c] = 0;
            for (size_t j = 0; j < d; j++)
                points[i * 2 + c] += x[i * d + j] * cov[j * d + axis] * (largest < 0 ? -1 : 1);
        }
    }
    *share = total > 0 && d > 1 ? 100 * (values[d - 1] + values[d - 2]) / total : 100;
out:
    isg_free(x);
    isg_free(cov);
    isg_free(values);
    return status;
}

static char *draw_space(
    const double *points, const char *const *words, size_t n, const char *const names[2], double share)
{
    enum { WIDTH = 900, HEIGHT = 700, EDGE = 60 };
    struct isg_text t = {0};
    double low[2], high[2];
    for (int c = 0; c < 2; c++) {
        low[c] = high[c] = points[c];
        for (size_t i = 0; i < 2 * n; i++) {
            low[c] = points[2 * i + (size_t)c] < low[c] ? points[2 * i + (size_t)c] : low[c];
            high[c] = points[2 * i + (size_t)c] > high[c] ? points[2 * i + (size_t)c] : high[c];
        }
    }
    isg_svg_begin(&t, WIDTH, HEIGHT);
    for (int s = 0; s < 2; s++)
        isg_svg_label(&t, 60 + 420 * s, 24, ISG_SVG_START, colour[s], "%s", names[s]);
    isg_svg_label(&t, 60, HEIGHT - 12, ISG_SVG_START, ISG_SVG_GREY,
        "first two principal components: %.0f %% of the variance", share);
    for (size_t i = 0; i < n; i++) {
        double at[2][2];
        for (size_t s = 0; s < 2; s++)
            for (size_t c = 0; c < 2; c++) {
                const double range = high[c] - low[c];
                const double x = range > 0 ? (points[2 * (s * n + i) + c] - low[c]) / range : 0.5;
                at[s][c] = c ? HEIGHT - EDGE - x * (HEIGHT - 2 * EDGE) : EDGE + x * (WIDTH - 3 * EDGE);
            }
        isg_svg_line(&t, at[0][0], at[0][1], at[1][0], at[1][1], ISG_SVG_PALE);
        for (size_t s = 0; s < 2; s++) {
            isg_svg_point(&t, at[s][0], at[s][1], colour[s]);
            isg_svg_label(&t, at[s][0] + 5, at[s][1] + (s ? 11 : -3), ISG_SVG_START, colour[s], "%s", words[s * n + i]);
        }
    }
    return isg_svg_end(&t);
}

/* Writes a picture and frees it. */
static enum isg_status write_picture(char *svg, const char *path, bool force, struct isg_error *err)
{
    const enum isg_status status = svg ? isg_write_file(path, svg, strlen(svg), force, err)
                                       : isg_error_nomem(err, "a picture");
    isg_free(svg);
    return status;
}

enum isg_status isg_align_plot_space(struct isg_align_space *space, const struct isg_vectors *src,
    const struct isg_vectors *tgt, const uint32_t *rows, size_t n, const char *const names[2], const char *path,
    bool force, const struct isg_env *env, struct isg_error *err)
{
    enum isg_status status;
    const struct isg_mat v[2] = {isg_align_space_rows(space, ISG_SOURCE), isg_align_space_rows(space, ISG_TARGET)};
    const size_t d = v[0].cols;
    struct isg_near *const near = isg_malloc(n, sizeof *near);
    float *const x = isg_malloc(2 * n, d * sizeof *x);
    double *const points = isg_malloc(2 * n, 2 * sizeof *points), share = 0;
    const char **const words = isg_malloc(2 * n, sizeof *words);
    size_t m = 0;
    if (!near || !x || !points || !words) {
        status = isg_error_nomem(err, "a picture");
        goto out;
    }
    ISG_GOTO(isg_align_lookup(space, ISG_SOURCE, rows, n, ISG_RETRIEVE_CSLS, 1, near, env, err));
    for (size_t i = 0; i < n; i++)
        m += near[i].row != ISG_NO_ID;
    if (m == 0) {
        status = isg_error_set(err, ISG_EDATA, NULL, 0, "no translation to draw for any of %zu words", n);
        goto out;
    }
    for (size_t i = 0, j = 0; i < n; i++) {
        if (near[i].row == ISG_NO_ID)
            continue;
        memcpy(x + j * d, isg_mat_row(v[0], rows[i]), d * sizeof *x);
        memcpy(x + (m + j) * d, isg_mat_row(v[1], near[i].row), d * sizeof *x);
        words[j] = isg_strtab_get(src->words, rows[i], NULL);
        words[m + j++] = isg_strtab_get(tgt->words, near[i].row, NULL);
    }
    ISG_GOTO(project(x, 2 * m, d, points, &share, err));
    status = write_picture(draw_space(points, words, m, names, share), path, force, err);
out:
    isg_free(near);
    isg_free(x);
    isg_free(points);
    isg_free(words);
    return status;
}

/* ---- precision ---- */

/* One plot: percentages at equal distances, with a name below each. */
static void draw_curve(
    struct isg_text *t, double left, const char *title, size_t n, const double *value, char (*name)[32], bool bars)
{
    const struct isg_svg_plot plot = {left, 40, 340, 260, .inset = 20, .high = 100, .n = n};
    isg_svg_axes(t, &plot, false);
    isg_svg_ticks(t, &plot, 5, false, ISG_SVG_BLACK);
    isg_svg_label(t, left, 24, ISG_SVG_START, ISG_SVG_BLACK, "%s", title);
    if (!bars)
        isg_svg_curve(t, &plot, value, colour[0]);
    for (size_t i = 0; i < n; i++) {
        const double x = isg_svg_x(&plot, i), y = isg_svg_y(&plot, value[i]);
        if (bars)
            isg_svg_rect(t, x - 12, y, 24, isg_svg_y(&plot, 0) - y, colour[0], 1, NULL);
        isg_svg_label(t, x, y - 6, ISG_SVG_MIDDLE, ISG_SVG_BLACK, "%.0f", value[i]);
        isg_svg_label(t, x, 320, ISG_SVG_MIDDLE, ISG_SVG_BLACK, "%s", name[i]);
    }
}

enum isg_status isg_align_plot_precision(const struct isg_align_scores *s, const struct isg_align_eval_opts *opts,
    const char *path, bool force, struct isg_error *err)
{
    struct isg_text t = {0};
    char name[ISG_ALIGN_MAX_TOPK > ISG_ALIGN_BANDS ? ISG_ALIGN_MAX_TOPK : ISG_ALIGN_BANDS][32];
    double value[ISG_ALIGN_BANDS];
    size_t n = 0;
    isg_svg_begin(&t, 860, 360);
    for (uint32_t i = 0; i < opts->n_topk; i++)
        snprintf(name[i], sizeof name[i], "%u", (unsigned)opts->topk[i]);
    draw_curve(&t, 60, "precision at k (% of covered words)", opts->n_topk, s->p_at, name, false);
    for (size_t b = 0; b < ISG_ALIGN_BANDS; b++)
        if (s->band[b].queries) {
            const unsigned long long end = isg_align_band_end[b] / 1000;
            value[n] = s->band[b].p_at[0];
            if (b + 1 < ISG_ALIGN_BANDS)
                snprintf(name[n], sizeof name[n], "-%lluk", end);
            else
                snprintf(name[n], sizeof name[n], "rest");
            n++;
        }
    char title[64];
    snprintf(title, sizeof title, "precision at %u by frequency rank", (unsigned)opts->topk[0]);
    draw_curve(&t, 480, title, n, value, name, true);
    return write_picture(isg_svg_end(&t), path, force, err);
}
