/* Files of gold and predicted tags: counts that fit together, and a report. */
#include "ner/ner.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct isg_ner_score score = {0};
    struct isg_ner_detail detail = {0};
    struct isg_error err = {0};
    struct isg_ner_schemes schemes;
    const struct isg_ner_eval_opts opts = {.gold = fuzz_file(data, n), .schemes = &schemes};
    const enum isg_status status = isg_ner_eval_files(&score, &detail, &opts, &err);
    if (status != ISG_OK) {
        fuzz_check_refusal(status, &err);
        return 0;
    }
    const struct isg_ner_counts *const all = &score.overall;
    FUZZ_CHECK(score.correct_tags <= score.tokens && all->gold <= score.tokens && all->predicted <= score.tokens);
    FUZZ_CHECK(all->correct <= all->gold && all->correct <= all->predicted);
    for (int k = 0; k < ISG_OVERLAP_KINDS; k++) {
        const struct isg_ner_overlap *const o = &schemes.overlap[k];
        FUZZ_CHECK(o->correct + o->incorrect + o->partial + o->spurious == schemes.seqeval.predicted);
        FUZZ_CHECK(o->missed <= schemes.seqeval.gold);
    }
    FUZZ_CHECK(schemes.overlap[ISG_OVERLAP_STRICT].correct == schemes.seqeval.correct);
    uint64_t gold = 0;
    for (size_t i = 0; i < score.n_types; i++)
        gold += score.types[i].counts.gold;
    FUZZ_CHECK(gold == all->gold);
    uint64_t entities = 0;
    for (size_t i = 0; i < (detail.n_types + 1) * (detail.n_types + 1); i++)
        entities += detail.confusion[i];
    FUZZ_CHECK(entities <= 2 * score.tokens);
    isg_ner_detail_fini(&detail);
    char *report = isg_ner_score_report(&score, false);
    FUZZ_CHECK(report);
    isg_free(report);
    isg_ner_score_fini(&score);
    return 0;
}
