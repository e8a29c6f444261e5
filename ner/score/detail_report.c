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
    enum { CELL = 64, HALF = CELL / 2, LEFT = 150, TOP = 84 };
    const size_t side = d->n_types + 1;
    const double size = (double)side * CELL;
    struct isg_text t = {0};
    isg_svg_begin(&t, size + LEFT + 20, size + TOP + 20);
    isg_svg_label(&t, LEFT + size / 2, 24, ISG_SVG_MIDDLE, ISG_SVG_BLACK, "predicted");
    isg_svg_label_up(&t, 20, TOP + size / 2, "gold");
    for (size_t i = 0; i < side; i++) {
        const double at = (double)i * CELL + HALF;
        isg_svg_label(&t, LEFT + at, TOP - 12, ISG_SVG_MIDDLE, ISG_SVG_BLACK, "%s", type_name(d, i, "not found"));
        isg_svg_label(&t, LEFT - 10, TOP + at + 4, ISG_SVG_END, ISG_SVG_BLACK, "%s", type_name(d, i, "no entity"));
    }
    for (size_t i = 0; i < side; i++) {
        uint64_t row = 0;
        for (size_t j = 0; j < side; j++)
            row += d->confusion[i * side + j];
        for (size_t j = 0; j < side; j++) {
            if (i == d->n_types && j == d->n_types) /* what both call no entity is not counted */
                continue;
            const uint64_t n = d->confusion[i * side + j];
            const double share = row ? (double)n / (double)row : 0;
            const double x = LEFT + (double)j * CELL, y = TOP + (double)i * CELL;
            isg_svg_rect(&t, x, y, CELL, CELL, i == j ? ISG_SVG_BLUE : ISG_SVG_RED, share, ISG_SVG_PALE);
            isg_svg_label(&t, x + HALF, y + HALF + 4, ISG_SVG_MIDDLE, share > 0.5 ? ISG_SVG_WHITE : ISG_SVG_BLACK,
                "%llu", (unsigned long long)n);
        }
    }
    return isg_svg_end(&t);
}
