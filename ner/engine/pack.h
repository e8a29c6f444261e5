/** @file ner/engine/pack.h  Copies of parameters in the order the kernels read. */
#ifndef ISG_NER_ENGINE_PACK_H
#define ISG_NER_ENGINE_PACK_H
#include "ner/engine/params.h"

/**
 * Brings the packed copies up to date, shared out over the pool. Which copies are needed is learnt from use: an
 * operation of a tape that finds none packs for itself (slower, same bits) and leaves a note. So call it after each
 * optimiser step (isg_optim_step does) and between batches of tagging; it is free when nothing has changed. No tape may
 * be in use meanwhile.
 * @param backward  also the transposed copies that gradients need
 */
ISG_MUST_CHECK enum isg_status isg_params_pack(
    struct isg_params *p, bool backward, struct isg_pool *pool, struct isg_error *err);

#endif
