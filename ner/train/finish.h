/** @file ner/train/finish.h  Before and after training: the output file, calibration. */
#ifndef ISG_NER_TRAIN_FINISH_H
#define ISG_NER_TRAIN_FINISH_H
#include "ner/train/trainer.h"

/** The output's folder takes files, and the output does not exist or may be replaced: to be known before hours of work. */
ISG_MUST_CHECK enum isg_status isg_ner_check_output(const char *out, bool force, struct isg_error *err);
/** Fits the temperature to the task's dev text, logs it, and records it in t->made. */
ISG_MUST_CHECK enum isg_status isg_ner_calibrate_task(
    struct isg_ner_trainer *t, struct isg_ner_task *k, double *temperature, struct isg_error *err);

#endif
