/** @file ner/transfer/modes.h  Published transfer systems as presets of the settings.
 *
 * | mode      | paper         | pretrain | joint | share       | private | discriminator   | perturb | adaptation     |
 * | --------- | ------------- | -------- | ----- | ----------- | ------- | --------------- | ------- | -------------- |
 * | base      |               |          |       |             |         |                 |         |                |
 * | init      | Mou 2016      | yes      |       |             |         |                 |         |                |
 * | mult      | Mou 2016      |          | yes   |             |         |                 |         |                |
 * | mult-init | Mou 2016      | yes      | yes   |             |         |                 |         |                |
 * | adapt     | Lin & Lu 2018 | yes      |       |             |         |                 |         | word, SAL, OAL |
 * | at        | Cao 2018      |          | yes   |             | yes     | AD, max pool    |         |                |
 * | datnet-f  | Zhou 2019     |          | yes   | transitions |         | GRAD, attention | yes     |                |
 * | datnet-p  | Zhou 2019     |          | yes   | transitions | yes     | GRAD, attention | yes     |                |
 * | translate | Xie, Mayhew   | yes      |       | head        |         |                 |         |                |
 *
 * Differences from the papers: DATNet's sharing of transitions is from its code. Adaptation layers replace their input,
 * as in Lin & Lu; with the tagger's setting adapt_residual they add to it, and training starts from what INIT starts
 * from.
 */
#ifndef ISG_NER_TRANSFER_MODES_H
#define ISG_NER_TRANSFER_MODES_H
#include "ner/transfer/settings.h"

/** Name of mode i; NULL past the last. */
const char *isg_ner_transfer_mode_name(size_t i);
/** Fills `out` with the mode's settings, and changes in `tagger` what its paper does differently. ISG_EUSAGE: no such
 * mode. */
ISG_MUST_CHECK enum isg_status isg_ner_transfer_mode(
    struct isg_ner_transfer_config *out, struct isg_ner_config *tagger, const char *mode, struct isg_error *err);

#endif
