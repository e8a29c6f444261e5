/* Pictures (SVG): words and their translations in the common space; precision against k and frequency. */
#include "align/align.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const colour[2] = {"#236", "#b33"}; /* of the source and the target language */

static void head(struct isg_writer *w, int width, int height)
{
    isg_writer_printf(w,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" "
        "font-size=\"12\">\n<rect width=\"%d\" height=\"%d\" fill=\"white\"/>\n",
        width, height, width, height);
}

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
        for (size_t j = 0; j < d; j++) /* an eigenvector's sign is anybody's choice: the largest entry is positive */
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

static void draw_space(struct isg_writer *w, const double *points, const char *const *words, size_t n,
    const char *const names[2], double share)
{
    enum { WIDTH = 900, HEIGHT = 700, EDGE = 60 };
    double low[2], high[2];
    for (int c = 0; c < 2; c++) {
        low[c] = high[c] = points[c];
        for (size_t i = 0; i < 2 * n; i++) {
            low[c] = points[2 * i + (size_t)c] < low[c] ? points[2 * i + (size_t)c] : low[c];
            high[c] = points[2 * i + (size_t)c] > high[c] ? points[2 * i + (size_t)c] : high[c];
        }
    }
    head(w, WIDTH, HEIGHT);
    for (int s = 0; s < 2; s++) {
        isg_writer_printf(w, "<text x=\"%d\" y=\"24\" fill=\"%s\">", 60 + 420 * s, colour[s]);
        isg_writer_xml(w, names[s]);
        isg_writer_text(w, "</text>\n");
    }
    isg_writer_printf(w,
        "<text x=\"60\" y=\"%d\" fill=\"#888\">first two principal components: %.0f %% of the "
        "variance</text>\n",
        HEIGHT - 12, share);
    for (size_t i = 0; i < n; i++) {
        double at[2][2];
        for (size_t s = 0; s < 2; s++)
            for (size_t c = 0; c < 2; c++) {
                const double range = high[c] - low[c];
                const double x = range > 0 ? (points[2 * (s * n + i) + c] - low[c]) / range : 0.5;
                at[s][c] = c ? HEIGHT - EDGE - x * (HEIGHT - 2 * EDGE) : EDGE + x * (WIDTH - 3 * EDGE);
            }
        isg_writer_printf(
            w, "<path d=\"M%.1f %.1fL%.1f %.1f\" stroke=\"#ccc\"/>\n", at[0][0], at[0][1], at[1][0], at[1][1]);
        for (size_t s = 0; s < 2; s++) {
            isg_writer_printf(w,
                "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/><text x=\"%.1f\" y=\"%.1f\" "
                "fill=\"%s\">",
                at[s][0], at[s][1], colour[s], at[s][0] + 5, at[s][1] + (s ? 11 : -3), colour[s]);
            isg_writer_xml(w, words[s * n + i]);
            isg_writer_text(w, "</text>\n");
        }
    }
    isg_writer_text(w, "</svg>\n");
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
    struct isg_writer *w = NULL;
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
    ISG_GOTO(isg_writer_open(&w, path, force, err));
    draw_space(w, points, words, m, names, share);
    status = isg_writer_commit(w, err);
    w = NULL;
out:
    isg_writer_abort(w);
    isg_free(near);
    isg_free(x);
    isg_free(points);
    isg_free(words);
    return status;
}

/* ---- precision ---- */

/* One axis system: values in per cent at equal distances, with a name below each. */
static void draw_curve(
    struct isg_writer *w, int left, const char *title, size_t n, const double *value, char (*name)[32], bool bars)
{
    isg_writer_printf(w,
        "<path d=\"M%d 40V300H%d\" fill=\"none\" stroke=\"#888\"/>\n<text x=\"%d\" y=\"24\">%s</text>\n", left,
        left + 340, left, title);
    for (int p = 0; p <= 100; p += 20)
        isg_writer_printf(w, "<text x=\"%d\" y=\"%.0f\" text-anchor=\"end\">%d</text>\n", left - 6, 304 - 2.6 * p, p);
    if (!bars) {
        isg_writer_printf(w, "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2\" points=\"", colour[0]);
        for (size_t i = 0; i < n; i++)
            isg_writer_printf(w, "%s%.1f,%.1f", i ? " " : "",
                left + 20 + 300.0 * (double)i / (double)(n > 1 ? n - 1 : 1), 300 - 2.6 * value[i]);
        isg_writer_text(w, "\"/>\n");
    }
    for (size_t i = 0; i < n; i++) {
        const double x = left + 20 + 300.0 * (double)i / (double)(n > 1 ? n - 1 : 1), y = 300 - 2.6 * value[i];
        if (bars)
            isg_writer_printf(w, "<rect x=\"%.1f\" y=\"%.1f\" width=\"24\" height=\"%.1f\" fill=\"%s\"/>\n", x - 12, y,
                300 - y, colour[0]);
        isg_writer_printf(w,
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%.0f</text>\n<text x=\"%.1f\" y=\"320\" "
            "text-anchor=\"middle\">%s</text>\n",
            x, y - 6, value[i], x, name[i]);
    }
}

enum isg_status isg_align_plot_precision(const struct isg_align_scores *s, const struct isg_align_eval_opts *opts,
    const char *path, bool force, struct isg_error *err)
{
    struct isg_writer *w;
    char name[ISG_ALIGN_MAX_TOPK > ISG_ALIGN_BANDS ? ISG_ALIGN_MAX_TOPK : ISG_ALIGN_BANDS][32];
    double value[ISG_ALIGN_BANDS];
    size_t n = 0;
    ISG_TRY(isg_writer_open(&w, path, force, err));
    head(w, 860, 360);
    for (uint32_t i = 0; i < opts->n_topk; i++)
        snprintf(name[i], sizeof name[i], "%u", (unsigned)opts->topk[i]);
    draw_curve(w, 60, "precision at k (per cent of covered words)", opts->n_topk, s->p_at, name, false);
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
    draw_curve(w, 480, title, n, value, name, true);
    isg_writer_text(w, "</svg>\n");
    return isg_writer_commit(w, err);
}
