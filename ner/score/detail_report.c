/* Seen and unseen entities as a table, confusion as a picture. */
#include "ner/score/detail_report.h"

#include <string.h>

static const char *type_name(const struct isg_ner_detail *d, size_t i, const char *otherwise)
{
    return i < d->n_types ? d->types[i] : otherwise;
}

char *isg_ner_seen_report(const struct isg_ner_detail *d)
{
    struct isg_text t = {0};
    isg_text_put(&t, "%17s  %s\n", "", "gold: share, recall, precision, FB1");
    isg_text_put(&t, "%17s  %-30s  %s\n", "", "seen in training", "not seen");
    for (size_t k = 0; k <= d->n_types; k++) {
        const size_t i = k ? k - 1 : d->n_types; /* all of them first */
        const uint64_t gold = d->seen[i].gold + d->unseen[i].gold;
        isg_text_put(&t, "%17s:", type_name(d, i, "all"));
        for (int half = 0; half < 2; half++) {
            const struct isg_ner_counts *const c = half ? &d->unseen[i] : &d->seen[i];
            isg_text_put(&t, " %5.1f%% %6.2f%% %6.2f%% %6.2f ", gold ? 100.0 * (double)c->gold / (double)gold : 0.0,
                isg_ner_recall(c), isg_ner_precision(c), isg_ner_f1(c));
        }
        isg_text_put(&t, "\n");
    }
    return isg_text_finish(&t);
}

char *isg_ner_confusion_svg(const struct isg_ner_detail *d)
{
    enum { CELL = 64, LEFT = 150, TOP = 84 };
    const size_t side = d->n_types + 1, size = side * CELL;
    struct isg_text t = {0};
    isg_text_put(&t,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%zu\" height=\"%zu\" font-family=\"sans-serif\" "
        "font-size=\"13\">\n<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n"
        "<text x=\"%zu\" y=\"24\" text-anchor=\"middle\">predicted</text>\n"
        "<text x=\"20\" y=\"%zu\" text-anchor=\"middle\" transform=\"rotate(-90 20 %zu)\">gold</text>\n",
        size + LEFT + 20, size + TOP + 20, LEFT + size / 2, TOP + size / 2, TOP + size / 2);
    for (size_t i = 0; i < side; i++) {
        isg_text_put(&t, "<text x=\"%zu\" y=\"%d\" text-anchor=\"middle\">", LEFT + i * CELL + CELL / 2, TOP - 12);
        isg_text_put_xml(&t, type_name(d, i, "not found"));
        isg_text_put(
            &t, "</text>\n<text x=\"%d\" y=\"%zu\" text-anchor=\"end\">", LEFT - 10, TOP + i * CELL + CELL / 2 + 4);
        isg_text_put_xml(&t, type_name(d, i, "no entity"));
        isg_text_put(&t, "</text>\n");
    }
    for (size_t i = 0; i < side; i++) {
        uint64_t row = 0;
        for (size_t j = 0; j < side; j++)
            row += d->confusion[i * side + j];
        for (size_t j = 0; j < side; j++) {
            if (i == d->n_types && j == d->n_types) /* what neither side calls an entity is not counted */
                continue;
            const uint64_t n = d->confusion[i * side + j];
            const double share = row ? (double)n / (double)row : 0;
            isg_text_put(&t,
                "<rect x=\"%zu\" y=\"%zu\" width=\"%d\" height=\"%d\" fill=\"%s\" fill-opacity=\"%.3f\" "
                "stroke=\"#ccc\"/>\n<text x=\"%zu\" y=\"%zu\" text-anchor=\"middle\" "
                "fill=\"%s\">%llu</text>\n",
                LEFT + j * CELL, TOP + i * CELL, CELL, CELL, i == j ? "#236" : "#b33", share,
                LEFT + j * CELL + CELL / 2, TOP + i * CELL + CELL / 2 + 4, share > 0.5 ? "white" : "black",
                (unsigned long long)n);
        }
    }
    isg_text_put(&t, "</svg>\n");
    return isg_text_finish(&t);
}
