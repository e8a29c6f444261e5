/* Word vectors scaled and copied into the word table. */
#include "ner/model/words.h"

#include <math.h>

double isg_ner_mean_norm(struct isg_mat vectors)
{
    double sum = 0;
    for (size_t r = 0; r < vectors.rows; r++) {
        const float *const x = isg_mat_row(vectors, r);
        double square = 0;
        for (size_t d = 0; d < vectors.cols; d++)
            square += (double)x[d] * (double)x[d];
        sum += sqrt(square);
    }
    return vectors.rows ? sum / (double)vectors.rows : 0;
}

void isg_ner_scale_vectors(struct isg_mat vectors, double norm)
{
    const double mean = isg_ner_mean_norm(vectors);
    if (!(norm > 0) || !(mean > 0))
        return;
    const float by = (float)(norm / mean);
    for (size_t r = 0; r < vectors.rows; r++)
        for (size_t d = 0; d < vectors.cols; d++)
            vectors.x[r * vectors.stride + d] *= by;
}

void isg_ner_fill_words(const struct isg_ner_input *in, struct isg_mat vectors, const uint32_t *vector_row)
{
    const uint32_t learnt = in->word->rows, n = learnt + in->n_table, cols = in->word->cols;
    for (uint32_t r = 0; vectors.x && r < n; r++) {
        if (vector_row[r] == ISG_NO_ID)
            continue;
        const float *const from = isg_mat_row(vectors, vector_row[r]);
        for (uint32_t d = 0; d < cols; d++)
            if (r < learnt)
                in->word->value[(size_t)r * cols + d] = from[d];
            else
                in->table[(size_t)(r - learnt) * cols + d] = isg_half_to_float(isg_half_from_float(from[d]));
    }
    isg_param_changed(in->word);
}
